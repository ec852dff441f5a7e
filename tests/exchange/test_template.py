"""The blank template: what it offers and shows is accepted, its bytes are always the same, and text stays text."""

import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from uuid import UUID

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.exchange import refused
from api.exchange.inventory import read_inventory
from api.exchange.rows import Channel, Inventory, ItemRow
from api.exchange.template import example, write_template
from api.exchange.words import offered, table

CHANNELS = list(Channel)


@pytest.fixture
def anyone() -> Callable[[Path], Inventory]:
    return lambda path: read_inventory(path, names=lambda _: UUID(int=1), suggest=lambda _: None)


@pytest.mark.parametrize("channel", CHANNELS)
def test_the_same_call_gives_the_same_bytes(tmp_path: Path, channel: Channel) -> None:
    for name in ("one.xlsx", "two.xlsx"):
        write_template(tmp_path / name, channel, ["演示市水利局", "演示市教育局"])
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()
    assert openpyxl.load_workbook(tmp_path / "one.xlsx").properties.created == datetime(2024, 1, 1)  # noqa: DTZ001 - as written


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_blank_template_holds_no_rows_and_is_no_zero_report(
    tmp_path: Path, channel: Channel, anyone: Callable[[Path], Inventory]
) -> None:
    write_template(tmp_path / "blank.xlsx", channel)
    with pytest.raises(refused.NoRows):
        anyone(tmp_path / "blank.xlsx")


@pytest.mark.parametrize("channel", CHANNELS)
def test_the_example_is_accepted_without_a_word(
    tmp_path: Path, channel: Channel, anyone: Callable[[Path], Inventory]
) -> None:
    write_template(tmp_path / "t.xlsx", channel, rows=[example(channel)])
    inventory = anyone(tmp_path / "t.xlsx")
    assert (len(inventory.rows), inventory.channel) == (1, channel)
    assert (inventory.problems, inventory.warnings) == ((), ())
    assert {skipped.reason for skipped in inventory.skipped} == {"sample-sheet", "hidden-sheet"}


@pytest.mark.parametrize("channel", CHANNELS)
def test_the_example_fills_every_column_and_stands_on_a_sheet_of_its_own(tmp_path: Path, channel: Channel) -> None:
    assert set(example(channel)) == set(table("headers")["channels"][channel]["columns"])
    write_template(tmp_path / "t.xlsx", channel)
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    shown = [str(cell.value or "") for cell in book["填写示例"][3]]
    assert shown == [example(channel)[column] for column in table("headers")["channels"][channel]["columns"]]


def test_every_word_the_template_offers_is_accepted(tmp_path: Path, anyone: Callable[[Path], Inventory]) -> None:
    rows = [
        {**example(Channel.IMPLEMENTER), "title": f"演示{column}{word}", column: word, "triggers": "1.火点"}
        for column in ("item_type", "level", "field", "disposition")
        for word in offered(column).values()
    ]
    write_template(tmp_path / "t.xlsx", Channel.IMPLEMENTER, rows=rows)
    inventory = anyone(tmp_path / "t.xlsx")
    assert (inventory.problems, len(inventory.rows)) == ((), len(rows))
    read = [row for row in inventory.rows if isinstance(row, ItemRow)]
    assert {row.field for row in read} == set(offered("field"))
    assert {row.disposition for row in read} == set(offered("disposition"))


def test_drop_downs_and_notes_stand_at_their_columns(tmp_path: Path) -> None:
    write_template(tmp_path / "t.xlsx", Channel.IMPLEMENTER, ["演示市水利局", "=演示"])
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    page = book.worksheets[0]
    offered_at = {str(rule.sqref).split(":")[0]: rule.formula1 for rule in page.data_validations.dataValidation}
    header = {cell.value: cell for cell in page[2]}
    assert offered_at.keys() == {
        f"{header[label].column_letter}3" for label in ("填报单位", "类型", "实施单位", "层级", "领域", "拟处理意见")
    }
    assert all(cell.comment and cell.comment.text for cell in page[2])
    lists = book["选项"]
    assert lists.sheet_state == "hidden"
    letter = offered_at[f"{header['填报单位'].column_letter}3"].split("$")[1]
    assert [cell.value for cell in lists[letter]][:2] == ["演示市水利局", "'=演示"]


def test_zero_reports_written_are_zero_reports_read(tmp_path: Path, anyone: Callable[[Path], Inventory]) -> None:
    zero = {
        "reporting_unit": "演示市教育局",
        "item_type": "一票否决",
        "statement": "经自查，本单位无此类事项。",
        "signer_post": "主要负责人",
    }
    write_template(tmp_path / "t.xlsx", Channel.IMPLEMENTER, zero_reports=[zero])
    inventory = anyone(tmp_path / "t.xlsx")
    assert [(row.item_type, row.statement) for row in inventory.zero_reports] == [
        ("VETO", "经自查，本单位无此类事项。")
    ]
    assert inventory.problems == inventory.warnings == ()


@given(st.sampled_from(["=1+1", "+3分", "-5分", "@甲", "\t甲", "=cmd|'/c calc'!A0"]))
@settings(deadline=None, max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nothing_written_is_a_formula(tmp_path: Path, said: str) -> None:
    write_template(
        tmp_path / "t.xlsx", Channel.IMPLEMENTER, [said], rows=[{**example(Channel.IMPLEMENTER), "result": said}]
    )
    with zipfile.ZipFile(tmp_path / "t.xlsx") as archive:
        assert not any(b"<f>" in archive.read(name) for name in archive.namelist() if "worksheets/sheet" in name)
    for page in openpyxl.load_workbook(tmp_path / "t.xlsx").worksheets:
        for cell in (cell for row in page.iter_rows() for cell in row if isinstance(cell.value, str)):
            assert not cell.value.startswith(("=", "+", "-", "@", "\t"))


def test_points_taken_off_come_back_as_they_were_written(tmp_path: Path, anyone: Callable[[Path], Inventory]) -> None:
    write_template(tmp_path / "t.xlsx", Channel.IMPLEMENTER, rows=[{**example(Channel.IMPLEMENTER), "result": "-5分"}])
    assert [row.result for row in anyone(tmp_path / "t.xlsx").rows] == ["-5分"]
