"""One table of a sheet: its header, what stands above it, its merged cells, and the rows that are no items."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from api.exchange.cells import Years
from api.exchange.rows import CellProblem, Inventory, ItemRow

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


def test_a_blank_cell_is_filled_only_where_it_is_really_merged(read: Read, table: Table) -> None:
    rows = [HEADER, PLEDGE, at(PLEDGE, D="另一责任状", E=None)]
    blank = read(table(rows))
    assert [(problem.cell, problem.code, problem.suggestion) for problem in blank.problems] == [
        ("E3", "value-missing", "演示市农业农村局")
    ]
    merged = read(table(rows, merged=("E2:E3",)))
    assert merged.problems == ()
    assert [row.implementing_unit.name for row in merged.rows] == ["演示市农业农村局", "演示市农业农村局"]


def test_cells_merged_sideways_or_with_the_header_lend_their_words_to_nobody(read: Read, table: Table) -> None:
    sideways = read(table([HEADER, at(PLEDGE, M=None)], merged=("L2:M2",)))
    assert [row.triggers for row in sideways.rows if isinstance(row, ItemRow)] == [()]
    with_header = read(table([HEADER, at(PLEDGE, I=None)], merged=("I1:I2",)))
    assert codes(with_header.problems) == {("I2", "value-missing")}


def test_a_title_merged_over_rows_is_one_item_badly_written_not_several(read: Read, table: Table) -> None:
    inventory = read(table([HEADER, PLEDGE, at(PLEDGE, D=None), at(PLEDGE, D="另一责任状")], merged=("D2:D3",)))
    assert codes(inventory.problems) == {("D2", "item-over-several-rows")}
    assert [row.title for row in inventory.rows] == ["另一责任状"]
    layout = read(table([HEADER, PLEDGE, [], at(PLEDGE, D="另一责任状")], merged=("D2:D3",)))
    assert (len(layout.rows), layout.problems) == (2, ())


def test_ditto_is_the_writers_own_word(read: Read, table: Table) -> None:
    inventory = read(table([HEADER, PLEDGE, at(PLEDGE, D="另一责任状", E="同 上", H="〃")]))
    assert inventory.problems == ()
    assert inventory.rows[1].implementing_unit == inventory.rows[0].implementing_unit
    assert codes(inventory.warnings) == {("E3", "ditto-read"), ("H3", "ditto-read")}
    assert codes(read(table([HEADER, at(PLEDGE, E="同上")])).problems) == {("E2", "value-missing")}


@pytest.mark.parametrize(
    ("name", "above", "found"),
    [
        ("责任状事项", [], "PLEDGE"),
        ("一票否决", [], "VETO"),
        ("Sheet1", ["演示市责任状清理统计表"], "PLEDGE"),
        ("Sheet1", ["演示市一票否决事项和责任状清理统计表"], None),
        ("Sheet1", [], None),
    ],
)
def test_the_type_may_be_what_the_sheet_is_about(
    read: Read, table: Table, name: str, above: list[object], found: str | None
) -> None:
    both = at(PLEDGE, M="1.火点")
    without = [[*row[:2], *row[3:]] for row in (HEADER, both)]
    inventory = read(table([above, *without], sheet=name))
    if found is None:
        assert [problem.code for problem in inventory.problems] == ["column-missing"]
        assert inventory.problems[0].column == "item_type"
    else:
        assert inventory.problems == ()
        assert [row.item_type for row in inventory.rows] == [found]


def test_a_type_against_the_sheet_is_a_problem(read: Read, table: Table) -> None:
    assert codes(read(table([HEADER, VETO], sheet="责任状")).problems) == {("C2", "item-type-contradicts-sheet")}


@pytest.mark.parametrize(
    ("above", "named"),
    [
        (["填报单位：演示市水利局"], "演示市水利局"),
        (["填 报 单 位（盖章）:  演示市水利局   填报日期：2024年3月15日"], "演示市水利局"),
        (["填报单位：", "", "演示市水利局", "单位：个"], "演示市水利局"),
        (["单位：万元", "", "", "填报单位:演示市水利局填表人：某某"], "演示市水利局"),
    ],
)
def test_the_line_above_the_table_may_name_the_reporting_unit(
    read: Read, table: Table, above: list[object], named: str
) -> None:
    without = [[row[0], *row[2:]] for row in (HEADER, PLEDGE, VETO)]
    inventory = read(table([["演示统计表"], above, *without]))
    assert inventory.problems == ()
    assert [row.reporting_unit.name for row in inventory.rows if isinstance(row, ItemRow)] == [named, named]


def test_an_unregistered_unit_above_the_table_is_one_problem_not_one_a_row(read: Read, table: Table) -> None:
    without = [[row[0], *row[2:]] for row in (HEADER, PLEDGE, VETO)]
    inventory = read(table([["填报单位：演示农业局"], *without]))
    assert [(problem.cell, problem.code) for problem in inventory.problems] == [("A1", "unit-not-registered")]
    assert inventory.rows == ()


def test_formulas_above_the_table_and_among_its_headings_hurt_nobody(read: Read, table: Table) -> None:
    title = [["", "@演示统计表", "填报单位：@SUM"], [*[*HEADER[:1], *HEADER[2:]], "@乱"], [*PLEDGE[:1], *PLEDGE[2:]]]
    inventory = read(table(title))
    assert codes(inventory.problems) == {("C1", "looks-like-a-formula")}
    assert [(warning.cell, warning.value) for warning in inventory.warnings] == [("N2", "@乱")]
    post = [["填报单位：演示市水利局", "声明人岗位：@SUM"], ["类型", "事项名称", "层级"], ["责任状", "零报告"]]
    assert ("B1", "looks-like-a-formula") in codes(read(table(post)).problems)


def test_missing_and_doubled_columns_are_said_once(read: Read, table: Table) -> None:
    header = [*HEADER[:8], None, *HEADER[9:], "层  级", "事 由"]
    inventory = read(table([header, [*PLEDGE, "市级", "某"], [*VETO, "市级", "某"]]))
    assert [(problem.cell, problem.column, problem.code) for problem in inventory.problems] == [
        ("A1", "result", "column-missing"),
        ("O1", "level", "column-doubled"),
    ]
    assert [(warning.cell, warning.value) for warning in inventory.warnings] == [("P1", "事由")]


def test_subtotals_notes_numbers_and_repeated_headers_are_skipped_and_prefilled_numbers_are_nothing(
    read: Read, table: Table
) -> None:
    rows = [
        ["表"],
        HEADER,
        ["甲", "乙", *range(1, 13)],
        PLEDGE,
        ["小  计", None, None, "1"][:3],
        HEADER,
        VETO,
        ["3"],
        [4.0],
        ["合计", None, None, None, None, None, None, None, 2],
        ["注：口径同上年。"],
        ["以上内容属实"],
        [None, "审核人：某某", None, None, None, "联系电话：1"],
    ]
    inventory = read(table(rows))
    assert inventory.problems == ()
    assert [row.row for row in inventory.rows] == [4, 7]
    assert [(skipped.row, skipped.reason) for skipped in inventory.skipped] == [
        (3, "column-numbers"),
        (5, "subtotal"),
        (6, "repeated-header"),
        (10, "subtotal"),
        (11, "note"),
        (12, "note"),
        (13, "note"),
    ]


def test_an_item_whose_title_begins_like_a_note_is_an_item(read: Read, table: Table) -> None:
    rows = [HEADER, at(PLEDGE, D="说明责任状"), at(PLEDGE, D="合计责任状"), at(PLEDGE, A="备注", D="演示丙")]
    inventory = read(table(rows))
    assert len(inventory.rows) == 3
    assert inventory.problems == ()


def test_a_heading_over_two_columns_is_read_downwards(read: Read, table: Table) -> None:
    header = [*HEADER[:9], "起止年度", None, *HEADER[11:]]
    under = [*[None] * 9, "起始", "终止"]
    merged = ("J1:K1", *(f"{letter}1:{letter}2" for letter in "ABCDEFGHILMN"))
    for areas in (merged, ()):
        inventory = read(table([header, under, PLEDGE], merged=areas))
        assert inventory.problems == ()
        assert [row.years for row in inventory.rows] == [Years(2021, 2025)]


def test_a_heading_broken_over_two_rows_is_one_word(read: Read, table: Table) -> None:
    header = ["实施" if word == "实施单位" else word for word in HEADER]
    under = ["单位" if word == "实施单位" else None for word in HEADER]
    inventory = read(table([header, under, PLEDGE]))
    assert (inventory.problems, inventory.warnings, len(inventory.rows)) == ((), (), 1)


def test_a_cell_that_lost_its_content_is_not_called_blank_as_well(read: Read, table: Table) -> None:
    inventory = read(table([HEADER, at(PLEDGE, D="=A1", L="=A1", N="=A1")]))
    assert sorted(codes(inventory.problems)) == [(f"{letter}2", "formula-without-value") for letter in "DLN"]
    assert inventory.warnings == ()
