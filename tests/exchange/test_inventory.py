"""The three channels' workbooks as offices send them: what is read, what is skipped, and every problem with its cell."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.exchange import refused
from api.exchange.cells import Years
from api.exchange.inventory import read_inventory
from api.exchange.passages import CitedDocument, NumberedLine, Scope
from api.exchange.rows import CellProblem, Channel, FindingRow, Inventory, ItemRow, ReportRow, ZeroReportRow

Read = Callable[..., Inventory]
Table = Callable[..., Path]

HEADER = [
    "序号",
    "填报单位",
    "类型",
    "事项名称",
    "实施单位",
    "接受对象",
    "层级",
    "领域",
    "结果运用",
    "起始年度",
    "终止年度",
    "政策法规依据",
    "否决情形",
    "条款",
]
PLEDGE = [
    "1",
    "演示市农业农村局",
    "责任状",
    "演示责任状",
    "演示市农业农村局",
    "乡镇（街道）",
    "市级",
    "农业农村",
    "扣分",
    "2021",
    "2025",
    "《甲》",
    "",
    "1.巡查",
]
VETO = [
    "2",
    "演示市农业农村局",
    "一票否决",
    "演示否决",
    "演示市农业农村局",
    "县（区）",
    "市级",
    "农业农村",
    "扣分",
    "2021",
    "长期",
    "《甲》",
    "1.火点",
    "",
]


def at(row: list[Any], **changed: object) -> list[Any]:
    """A row with some cells changed, by the letter of their column."""
    return [changed.get(chr(65 + place), cell) for place, cell in enumerate(row)]


def codes(problems: tuple[CellProblem, ...]) -> set[tuple[str, str]]:
    return {(problem.cell, problem.code) for problem in problems}


@pytest.mark.parametrize("name", ["declared.xlsx", "declared.xls", "declared.et"])
def test_an_implementers_workbook_is_read_whole(read: Read, files: Path, units: dict[str, UUID], name: str) -> None:
    inventory = read(files / name)
    assert inventory.channel is Channel.IMPLEMENTER
    assert inventory.problems == ()
    first, second, third, fourth, veto = [row for row in inventory.rows if isinstance(row, ItemRow)]
    assert first.title == "演示农村沼气设施安全管理目标责任书"
    assert (first.sheet, first.row, first.ordinal, first.item_type) == ("责任状事项", 7, "1", "PLEDGE")
    assert first.reporting_unit.id == first.implementing_unit.id == units["演示市农业农村局"]
    assert first.recipient_scope == (
        Scope("县（区）人民政府", "COUNTY", "GOVERNMENT"),
        Scope("乡镇（街道）", "TOWNSHIP", "GOVERNMENT"),
    )
    assert (first.level, first.field, first.result, first.years) == (
        "PREFECTURE",
        "AGRICULTURE",
        "取消当年评优资格",
        Years(2021, 2025),
    )
    assert first.basis == (
        CitedDocument("《演示市沼气设施安全管理办法》第八条", "演示市沼气设施安全管理办法", None, "第八条"),
        CitedDocument("演示农发[2020]012号", None, "演示农发〔2020〕12号"),
    )
    assert first.approval == CitedDocument("演示政办发〔2020〕30号", None, "演示政办发〔2020〕30号")
    assert first.clauses == (
        NumberedLine("1", "每年组织培训", "ISSUER_DUTY"),
        NumberedLine("2", "每季度巡查一次", "SIGNER_DUTY"),
        NumberedLine("3", "不发生较大事故", "TARGET"),
    )
    assert (first.disposition, first.reason, first.substitute) == ("CANCEL", "与日常监管重复", "修订制度、厘清权责清单")
    assert second.implementing_unit.id == units["演示市农业农村局"], "merged with the row above"
    assert (second.years, second.result, second.basis) == (Years(2022, None), "-5分", ())
    assert (third.years, third.disposition, third.merge_into) == (Years(2021, 2025), "MERGE", "演示耕地保护目标责任书")
    assert third.field == "LAND"
    assert (fourth.years, fourth.disposition, fourth.row) == (Years(2021, 2025), None, 11)
    assert (veto.item_type, veto.ordinal, veto.years) == ("VETO", "1", Years(2021, 2025))
    assert veto.recipient_scope[0] == Scope("演示县人民政府", unit=units["演示县人民政府"])
    assert veto.triggers == (NumberedLine("1", "卫星发现火点三次以上"), NumberedLine("2", "隐瞒不报"))


def test_what_was_read_differently_and_what_was_passed_over_is_said(read: Read, files: Path) -> None:
    inventory = read(files / "declared.xls")
    assert [(warning.sheet, warning.cell, warning.code) for warning in inventory.warnings] == [
        ("往年", "A2", "hidden-sheet-with-rows"),
        ("责任状事项", "J7", "document-number-normalised"),
        ("责任状事项", "J8", "basis-missing"),
        ("责任状事项", "J9", "document-number-normalised"),
        ("责任状事项", "H11", "month-dropped"),
    ]
    assert [(skipped.sheet, skipped.row, skipped.reason) for skipped in inventory.skipped] == [
        ("填表说明", None, "sample-sheet"),
        ("往年", None, "hidden-sheet"),
        ("责任状事项", 6, "column-numbers"),
        ("责任状事项", 12, "subtotal"),
        ("责任状事项", 13, "note"),
        ("责任状事项", 14, "note"),
    ]
    assert "张某某" not in repr(inventory)


@pytest.mark.parametrize("name", ["found.xlsx", "found.xls"])
def test_a_workbook_of_spot_checks(read: Read, files: Path, units: dict[str, UUID], name: str) -> None:
    inventory = read(files / name)
    assert (inventory.channel, inventory.problems) == (Channel.SPOT_CHECK, ())
    first, second, third = [row for row in inventory.rows if isinstance(row, FindingRow)]
    assert [row.found_on for row in (first, second, third)] == [date(2024, 3, 15), date(2024, 3, 16), date(2024, 3, 17)]
    assert {row.checking_unit.id for row in (first, second, third)} == {units["演示市委组织部"]}
    assert first.years == Years(2021, None)
    assert first.paper == "演示农村沼气设施安全承诺书"
    assert (second.item_type, second.years, second.basis, second.recipient_scope) == ("VETO", None, (), ())
    assert third.years == Years(2024, 2024)
    assert codes(inventory.warnings) == {("B5", "ditto-read"), ("C5", "ditto-read")}


def test_a_recipients_table_in_gb18030(read: Read, files: Path, units: dict[str, UUID]) -> None:
    inventory = read(files / "reported.csv")
    assert (inventory.channel, inventory.problems) == (Channel.RECIPIENT, ())
    first, second = [row for row in inventory.rows if isinstance(row, ReportRow)]
    assert {first.recipient.id, second.recipient.id} == {units["演示乡人民政府"]}
    assert (first.protected, second.protected) == (True, False)
    assert (first.sheet, first.row, first.result, first.years) == (
        "reported",
        4,
        "年终扣分，取消评优",
        Years(2021, 2025),
    )
    assert [cited.number for cited in first.basis] == [None, "演示农发〔2020〕12号"]


@pytest.mark.parametrize("name", ["zero.xlsx", "zero.xls"])
def test_zero_reports_on_their_own_sheet_and_among_items(
    read: Read, files: Path, units: dict[str, UUID], name: str
) -> None:
    inventory = read(files / name)
    assert (inventory.rows, inventory.problems) == ((), ())
    assert [(row.reporting_unit.id, row.item_type, row.signer_post) for row in inventory.zero_reports] == [
        (units["演示市教育局"], "VETO", "主要负责人"),
        (units["演示市教育局"], "PLEDGE", "主要负责人"),
        (units["演示市水利局"], "VETO", "分管负责人"),
    ]
    assert inventory.zero_reports[2] == ZeroReportRow(
        sheet="一票否决",
        row=3,
        reporting_unit=inventory.zero_reports[2].reporting_unit,
        item_type="VETO",
        signer_post="分管负责人",
        statement="零报告",
    )


@pytest.mark.parametrize("name", ["problems.xlsx", "problems.xls"])
def test_every_problem_is_listed_with_its_cell_in_reading_order(read: Read, files: Path, name: str) -> None:
    inventory = read(files / name)
    assert inventory.rows == ()
    assert [(problem.cell, problem.code, problem.suggestion) for problem in inventory.problems] == [
        ("A1", "unit-not-registered", "演示市农业农村局"),
        ("C3", "unit-not-registered", "演示市农业农村局"),
        ("E3", "value-unknown", "市级"),
        ("F3", "value-unknown", "农业农村"),
        ("H3", "year-unreadable", None),
        ("J3", "document-number-unreadable", None),
        ("K3", "one-document-wanted", None),
        ("M3", "value-unknown", None),
        ("N3", "cell-holds-an-error", None),
        ("B4", "value-missing", None),
        ("D4", "value-unknown", None),
        ("I4", "years-reversed", None),
        ("J4", "cell-holds-an-error", None),
        ("L4", "clauses-missing", None),
        ("C5", "value-missing", "演示市农业农村局"),
        ("G5", "value-missing", None),
        ("I5", "value-missing", None),
        ("J5", "title-marks-unbalanced", None),
        ("L5", "value-unknown", None),
        ("B6", "value-missing", None),
        ("H7", "year-out-of-range", None),
        ("N7", "looks-like-a-formula", None),
        ("B8", "item-over-several-rows", None),
    ]
    assert ("O2", "column-unknown") in codes(inventory.warnings)
    for problem in (*inventory.problems, *inventory.warnings):
        assert problem.text("zh")
        assert problem.text("en")


def test_an_empty_table_is_not_a_zero_report(read: Read, table: Table) -> None:
    with pytest.raises(refused.NoRows):
        read(table([["填报单位：演示市水利局"], HEADER]))
    with pytest.raises(refused.NoRows):
        read(table([HEADER, ["1"], ["2"], ["合计"], ["备注：无"]]))


def test_an_empty_sheet_beside_a_filled_one_is_said(read: Read, table: Table) -> None:
    import openpyxl

    path = table([HEADER, PLEDGE])
    book = openpyxl.load_workbook(path)
    book.create_sheet("一票否决").append(HEADER)
    book.create_sheet("杂项").append(["随手记"])
    book.save(path)
    inventory = read(path)
    assert len(inventory.rows) == 1
    assert [(warning.sheet, warning.code) for warning in inventory.warnings] == [("一票否决", "sheet-without-rows")]
    assert [(skipped.sheet, skipped.reason) for skipped in inventory.skipped] == [("杂项", "sheet-without-header")]


def test_a_zero_report_beside_items_of_its_type_is_a_problem(read: Read, table: Table) -> None:
    header, pledge = [*HEADER, "声明人岗位"], [*PLEDGE, ""]
    zero = ["2", "演示市农业农村局", "责任状", "零报告", *[""] * 10, "主要负责人"]
    other = ["3", "演示市农业农村局", "一票否决", "无", *[""] * 10, "主要负责人"]
    inventory = read(table([header, pledge, zero, other]))
    assert codes(inventory.problems) == {("D3", "zero-report-contradicted")}
    assert [row.item_type for row in inventory.zero_reports] == ["VETO"]


def test_a_zero_report_needs_who_declares_it(read: Read, table: Table) -> None:
    zero = ["1", "演示市农业农村局", "责任状", "零报告", *[""] * 10]
    inventory = read(table([HEADER, zero]))
    assert [(problem.column, problem.code) for problem in inventory.problems] == [("signer_post", "value-missing")]


def test_a_zero_report_belongs_to_the_implementers(read: Read, table: Table) -> None:
    header = ["报告单位", "实施单位", "类型", "事项名称", "要求保密"]
    inventory = read(table([header, ["演示乡人民政府", "", "责任状", "无", ""]]))
    assert codes(inventory.problems) == {("D2", "zero-report-misplaced")}


def test_the_same_item_twice_is_said(read: Read, table: Table) -> None:
    inventory = read(table([HEADER, PLEDGE, VETO, at(PLEDGE, D="演示 责任状")]))
    assert (len(inventory.rows), codes(inventory.warnings)) == (3, {("D4", "same-title-twice")})


def test_protection_is_asked_for_or_not_never_supposed(read: Read, table: Table) -> None:
    header = ["报告单位", "实施单位", "类型", "事项名称", "要求保密"]
    row = ["演示乡人民政府", "演示市水利局", "责任状", "演示责任状", ""]
    assert codes(read(table([header, row])).problems) == {("E2", "value-missing")}
    inventory = read(table([header[:4], row[:4]]))
    assert [(problem.column, problem.code) for problem in inventory.problems] == [("protected", "column-missing")]


def test_the_channel_is_told_from_the_columns_or_given(read: Read, table: Table) -> None:
    unclear = table([["类型", "事项名称", "实施单位"], ["责任状", "演示责任状", "演示市水利局"]])
    with pytest.raises(refused.ChannelUnclear):
        read(unclear)
    given = read(unclear, Channel.RECIPIENT)
    assert given.channel is Channel.RECIPIENT
    assert {problem.column for problem in given.problems} == {"recipient", "protected"}
    both = [["检查单位", "报告单位", "类型", "事项名称", "实施单位"], ["演示市水利局"] * 5]
    with pytest.raises(refused.ChannelUnclear):
        read(table(both))


def test_one_workbook_is_of_one_channel(read: Read, table: Table) -> None:
    import openpyxl

    path = table([HEADER, PLEDGE])
    book = openpyxl.load_workbook(path)
    book.create_sheet("反向监测").append(["报告单位", "实施单位", "类型", "事项名称", "要求保密"])
    book.save(path)
    with pytest.raises(refused.ChannelsMixed) as refusal:
        read(path)
    assert refusal.value.fields["sheets"] == "Sheet1、反向监测"


def test_a_workbook_without_any_fitting_sheet_is_refused_with_what_was_looked_for(read: Read, table: Table) -> None:
    with pytest.raises(refused.WrongSheet) as refusal:
        read(table([["姓名", "电话", "地址"], ["某", "1", "某地"]], sheet="通讯录"))
    assert "通讯录" in refusal.value.text("zh")
    assert "事项名称" in refusal.value.text("en")
    with pytest.raises(refused.WrongSheet):
        read(table([]))


@pytest.mark.parametrize("marking", ["秘密", "机密★10年", "绝 密", "密级：秘密"])
def test_a_marked_workbook_is_refused(read: Read, table: Table, marking: str) -> None:
    with pytest.raises(refused.WorkbookClassified) as refusal:
        read(table([["", marking], HEADER, PLEDGE]))
    assert refusal.value.fields["cell"] == "B1"
    assert len(read(table([["保密工作责任状"], HEADER, at(PLEDGE, D="秘密", H="保密")])).rows) == 1


def test_the_suggestion_and_the_registry_are_the_callers(table: Table) -> None:
    asked: list[str] = []

    def names(name: str) -> UUID | None:
        asked.append(name)
        return None

    path = table([HEADER, at(PLEDGE, E="演示 市\n水务局")])
    inventory = read_inventory(path, names=names, suggest=lambda name: f"{name}？")
    assert ("E2", "演示市水务局？") in {(problem.cell, problem.suggestion) for problem in inventory.problems}
    assert {"演示市水务局", "演示市农业农村局"} <= set(asked)


cells = st.sampled_from(
    [
        "",
        "同上",
        "零报告",
        "合计",
        "备注：",
        "责任状",
        "一票否决",
        "演示市水利局",
        "乡镇",
        "市级",
        "水利",
        "扣分",
        2021,
        "长期",
        "44197",
        "《甲》",
        "1.巡查",
        "=1",
        "无",
        "是",
    ]
)


@given(st.lists(st.lists(cells, min_size=14, max_size=14), min_size=1, max_size=6))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_row_disappears(read: Read, table: Table, rows: list[list[object]]) -> None:
    """Every row is read, skipped with a reason, has a problem, or holds nothing."""
    try:
        inventory = read(table([HEADER, *rows]))
    except refused.NoRows:
        return
    told = {row.row for row in (*inventory.rows, *inventory.zero_reports)}
    told |= {skipped.row for skipped in inventory.skipped if skipped.row}
    told |= {int("".join(filter(str.isdigit, problem.cell))) for problem in inventory.problems}
    blank = {number for number, row in enumerate(rows, 2) if not any(str(cell) for cell in row[1:])}
    assert told | blank >= set(range(2, len(rows) + 2))
    for problem in (*inventory.problems, *inventory.warnings):
        assert problem.text("zh")
        assert problem.text("en")
