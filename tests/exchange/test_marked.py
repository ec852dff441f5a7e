"""Handing a workbook back: red where it is wrong, said in words, nothing of the office's own lost, mended file accepted."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from api.exchange.marked import write_marked
from api.exchange.rows import Inventory
from api.exchange.workbook import read_workbook

Read = Callable[..., Inventory]
RED, YELLOW = "FFFFC7CE", "FFFFF2CC"


def page_of(path: Path, place: int = 0) -> Any:
    return openpyxl.load_workbook(path).worksheets[place]


def filled(page: Any, colour: str) -> set[str]:
    return {cell.coordinate for row in page.iter_rows() for cell in row if cell.fill.fgColor.rgb == colour}


@pytest.mark.parametrize("name", ["problems.xlsx", "problems.xls"])
def test_wrong_cells_are_red_with_a_comment_and_each_row_says_what_to_mend(
    read: Read, files: Path, tmp_path: Path, name: str
) -> None:
    inventory = read(files / name)
    write_marked(files / name, inventory, tmp_path / "marked.xlsx")
    page = page_of(tmp_path / "marked.xlsx")
    assert filled(page, RED) == {problem.cell for problem in inventory.problems}
    assert filled(page, YELLOW) == {warning.cell for warning in inventory.warnings} - filled(page, RED)
    assert "演示市农业农村局" in page["C3"].comment.text
    assert page["P2"].value == "问题"
    assert [page.cell(row, 16).value is not None for row in range(3, 9)] == [True] * 6
    assert page["P3"].value.count("\n") == 7
    assert page["P4"].value.startswith("B4 “事项名称”必须填写。")


def test_it_speaks_english_too(read: Read, files: Path, tmp_path: Path) -> None:
    write_marked(files / "problems.xlsx", read(files / "problems.xlsx"), tmp_path / "marked.xlsx", "en")
    page = page_of(tmp_path / "marked.xlsx")
    assert page["P2"].value == "Problems"
    assert "Item title must be filled in." in page["P4"].value


@pytest.mark.parametrize("name", ["problems.xlsx", "problems.xls", "declared.xlsx", "declared.xls", "reported.csv"])
def test_read_again_unmended_it_has_the_same_problems_and_the_same_rows(
    read: Read, files: Path, tmp_path: Path, name: str
) -> None:
    inventory = read(files / name)
    write_marked(files / name, inventory, tmp_path / f"{Path(name).stem}.xlsx")
    again = read(tmp_path / f"{Path(name).stem}.xlsx")
    assert [(problem.cell, problem.code) for problem in again.problems] == [
        (problem.cell, problem.code) for problem in inventory.problems
    ]
    assert again.rows == inventory.rows
    assert [(skipped.row, skipped.reason) for skipped in again.skipped] == [
        (skipped.row, skipped.reason) for skipped in inventory.skipped
    ]


def test_mended_cells_lose_their_marks_the_next_time(read: Read, files: Path, tmp_path: Path) -> None:
    source, once, twice = files / "problems.xlsx", tmp_path / "once.xlsx", tmp_path / "twice.xlsx"
    write_marked(source, read(source), once)
    book = openpyxl.load_workbook(once)
    book.worksheets[0]["C3"], book.worksheets[0]["B4"] = "演示市农业农村局", "演示乙责任状"
    book.save(once)
    write_marked(once, read(once), twice)
    page = page_of(twice)
    assert {"C3", "B4"} & filled(page, RED) == set()
    assert page["C3"].comment is None
    assert "C3" not in page["P3"].value
    assert page["Q2"].value is None
    assert "E3" in filled(page, RED)


def test_a_row_that_was_mended_has_nothing_left_to_mend(read: Read, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].append(["报告单位", "实施单位", "类型", "事项名称", "要求保密"])
    book.worksheets[0].append(["演示乡人民政府", "演示市水利局", "责任状", "演示责任状", "不详"])
    book.save(tmp_path / "t.xlsx")
    write_marked(tmp_path / "t.xlsx", read(tmp_path / "t.xlsx"), tmp_path / "once.xlsx")
    book = openpyxl.load_workbook(tmp_path / "once.xlsx")
    assert book.worksheets[0]["F2"].value
    book.worksheets[0]["E2"] = "否"
    book.save(tmp_path / "once.xlsx")
    inventory = read(tmp_path / "once.xlsx")
    assert (inventory.problems, inventory.warnings, len(inventory.rows)) == ((), (), 1)
    write_marked(tmp_path / "once.xlsx", inventory, tmp_path / "twice.xlsx")
    page = page_of(tmp_path / "twice.xlsx")
    assert (page["F1"].value, page["F2"].value, filled(page, RED)) == ("问题", None, set())


def test_the_offices_own_sheets_values_and_widths_stay(read: Read, files: Path, tmp_path: Path) -> None:
    write_marked(files / "declared.xlsx", read(files / "declared.xlsx"), tmp_path / "marked.xlsx")
    before, after = read_workbook(files / "declared.xlsx"), read_workbook(tmp_path / "marked.xlsx")
    assert [(sheet.name, sheet.hidden) for sheet in after.sheets] == [
        (sheet.name, sheet.hidden) for sheet in before.sheets
    ]
    for old, new in zip(before.sheets, after.sheets, strict=True):
        assert old.cells.items() <= new.cells.items()
        assert set(old.merged) == set(new.merged)
    assert (
        page_of(tmp_path / "marked.xlsx")["H9"].number_format
        == openpyxl.load_workbook(files / "declared.xlsx").worksheets[0]["H9"].number_format
    )


def test_formulas_and_links_stay_behind_and_text_is_no_formula(read: Read, tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "linked.xlsx", {"strings_to_formulas": False}) as book:
        sheet = book.add_worksheet()
        sheet.write_row("A1", ["报告单位", "实施单位", "类型", "事项名称", "要求保密", "结果运用"])
        sheet.write_row("A2", ["演示乡人民政府", "演示市水利局", "责任状", "演示责任状", "是"])
        sheet.write_formula("F2", "=cmd|'/c calc'!A0", None, "扣分")
    inventory = read(tmp_path / "linked.xlsx")
    assert inventory.problems == ()
    write_marked(tmp_path / "linked.xlsx", inventory, tmp_path / "marked.xlsx")
    assert page_of(tmp_path / "marked.xlsx")["F2"].value == "扣分"
    (tmp_path / "t.csv").write_text("报告单位,实施单位,类型,事项名称,要求保密\n=1+1,@甲,-2,+3,是\n", encoding="utf-8")
    write_marked(tmp_path / "t.csv", read(tmp_path / "t.csv"), tmp_path / "marked.xlsx")
    page = page_of(tmp_path / "marked.xlsx")
    assert [cell.data_type for cell in page[2]][:4] == ["s"] * 4
    assert [cell.value[:2] for cell in page[2]][:4] == ["'=", "'@", "'-", "'+"]


def test_a_formula_without_value_does_not_come_back_as_a_blank_cell(read: Read, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].append(["报告单位", "实施单位", "类型", "事项名称", "要求保密", "结果运用"])
    book.worksheets[0].append(["演示乡人民政府", "演示市水利局", "责任状", "演示责任状", "是", "=1+1"])
    book.save(tmp_path / "t.xlsx")
    inventory = read(tmp_path / "t.xlsx")
    assert [(problem.cell, problem.code) for problem in inventory.problems] == [("F2", "formula-without-value")]
    write_marked(tmp_path / "t.xlsx", inventory, tmp_path / "marked.xlsx")
    assert [problem.code for problem in read(tmp_path / "marked.xlsx").problems] == ["cell-holds-an-error"]


def test_a_workbook_that_the_writer_cannot_take_comes_back_as_a_new_one(
    read: Read, files: Path, tmp_path: Path
) -> None:
    import zipfile

    broken = tmp_path / "broken.xlsx"
    with zipfile.ZipFile(files / "problems.xlsx") as old, zipfile.ZipFile(broken, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(
                name, content.replace(b"<fills count", b"<nofills count") if name == "xl/styles.xml" else content
            )
    with pytest.raises(Exception, match=r".*"):
        openpyxl.load_workbook(broken)
    inventory = read(broken)
    write_marked(broken, inventory, tmp_path / "marked.xlsx")
    assert filled(page_of(tmp_path / "marked.xlsx"), RED) == {problem.cell for problem in inventory.problems}
