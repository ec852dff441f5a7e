"""What offices write into one cell, and how it is read: every spelling to one value, and nothing guessed."""

import datetime as dt
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.exchange.cells import (
    CellRefused,
    Years,
    day,
    guarded,
    identifier,
    lines,
    shown,
    text,
    title,
    unguarded,
    word,
    year,
    years,
)
from api.exchange.workbook import Value


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        (2021, 2021),
        (2021.0, 2021),
        ("2021年", 2021),
        ("2021年度", 2021),
        ("2021 年", 2021),
        ("\uff12\uff10\uff12\uff11", 2021),
        ("二〇二二", 2022),
        ("二○二二年", 2022),
        ("二零二二", 2022),
        ("二O二二", 2022),
        ("二千零二十二年", 2022),
        ("两千零二十二", 2022),
        ("长期", None),
        ("至 今", None),
        (dt.date(2021, 1, 1), 2021),
        (dt.date(2025, 12, 31), 2025),
    ],
)
def test_a_year_in_any_spelling_is_read_without_remark(cell: Value, read: int | None) -> None:
    assert year(cell).value == read
    assert year(cell).remarks == ()


@pytest.mark.parametrize(
    ("cell", "read", "remark"),
    [
        (44197, 2021, "serial-read"),
        (44197.0, 2021, "serial-read"),
        ("44197", 2021, "serial-read"),
        (2021.5, 2021, "month-dropped"),
        (2021.1, 2021, "month-dropped"),
        ("2021年5月", 2021, "month-dropped"),
        ("2021-05-01", 2021, "month-dropped"),
        (dt.date(2021, 5, 1), 2021, "month-dropped"),
    ],
)
def test_a_year_that_was_something_more_is_read_with_a_remark(cell: Value, read: int, remark: str) -> None:
    assert year(cell).value == read
    assert [said.code for said in year(cell).remarks] == [remark]


@pytest.mark.parametrize(
    ("cell", "code", "suggestion"),
    [
        ("21年", "year-unreadable", None),
        ("2021年前后", "year-unreadable", "2021"),
        ("2021年起", "year-unreadable", "2021"),
        ("2021或2022", "year-unreadable", None),
        (2021.13, "year-unreadable", "2021"),
        ("待定", "year-unreadable", None),
        (True, "year-unreadable", None),
        (99999, "year-unreadable", None),
        (1850, "year-out-of-range", None),
        (2150, "year-out-of-range", None),
        (dt.date(1900, 1, 1), "year-out-of-range", None),
    ],
)
def test_what_is_no_year_is_refused_and_at_most_suggested(cell: Value, code: str, suggestion: str | None) -> None:
    with pytest.raises(CellRefused) as refused:
        year(cell)
    assert (refused.value.code, refused.value.suggestion) == (code, suggestion)


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        ("2021-2025年", Years(2021, 2025)),
        ("2021年—2025年", Years(2021, 2025)),
        ("2021年至2025年", Years(2021, 2025)),
        ("2021~2025", Years(2021, 2025)),
        ("2021\uff0d2025", Years(2021, 2025)),
        ("二〇二一至二〇二五年", Years(2021, 2025)),
        ("2021年至今", Years(2021, None)),
        ("2021年起", Years(2021, None)),
        ("2021-长期", Years(2021, None)),
        ("2021年", Years(2021, 2021)),
        (2021.0, Years(2021, 2021)),
        (dt.date(2021, 1, 1), Years(2021, 2021)),
        ("2021.1-2025.12", Years(2021, 2025)),
        ("2021-01-01至2025-12-31", Years(2021, 2025)),
    ],
)
def test_a_period_in_one_cell(cell: Value, read: Years) -> None:
    assert years(cell).value == read


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("2025-2021", "years-reversed"),
        ("长期", "start-year-indefinite"),
        ("2021-2023-2025", "years-unreadable"),
        ("五年", "years-unreadable"),
        ("-", "years-unreadable"),
        ("2021-1850", "year-out-of-range"),
    ],
)
def test_what_is_no_period_is_refused(cell: Value, code: str) -> None:
    with pytest.raises(CellRefused) as refused:
        years(cell)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "cell",
    [
        dt.date(2024, 3, 15),
        "2024-03-15",
        "2024.3.15",
        "2024/3/15",
        "2024年3月15日",
        "20240315",
        20240315.0,
        45366,
        "二〇二四年三月十五日",
        "2024年三月十五日",
        " 2024 年 3 月 15 日 ",
    ],
)
def test_a_day_in_any_spelling(cell: Value) -> None:
    assert day(cell).value == dt.date(2024, 3, 15)
    assert [said.code for said in day(cell).remarks] == (["serial-read"] if cell == 45366 else [])


@pytest.mark.parametrize("cell", ["2024.5", "2024年2月30日", "3月15日", "", "昨天", 20241301.0, "二〇二四年三月"])
def test_a_day_without_its_parts_is_refused(cell: Value) -> None:
    with pytest.raises(CellRefused) as refused:
        day(cell)
    assert refused.value.code == "date-unreadable"


def test_words_spread_out_or_wrapped_are_read_as_they_are_meant() -> None:
    assert text("实施\n单位 名\u3000称").value == "实施单位名称"
    assert text("ISO 9001  认证").value == "ISO 9001认证"
    assert text("\ufeff演示\u200b局\xa0").value == "演示局"
    assert word("disposition", "取 消").value == "CANCEL"
    assert word("item_type", "一票\n否决").value == "VETO"
    assert lines(" 甲 \r\n 乙 ").value == "甲\n乙"


def test_numbers_that_name_something_lose_their_decimals() -> None:
    assert identifier(530902.0).value == "530902"
    assert identifier("530902.0").value == "530902"
    assert identifier("1.0").value == "1"
    assert identifier("1.10").value == "1.10"
    assert shown(2021.5) == "2021.5"


def test_an_unknown_word_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(CellRefused) as refused:
        word("level", "市极")
    assert refused.value.suggestion == "市级"
    assert "县级" in str(refused.value.fields["accepted"])


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("=HYPERLINK(A1)", "looks-like-a-formula"),
        ("@SUM(A1)", "looks-like-a-formula"),
        (115323000151673132.0, "digits-lost"),
        ("字" * 8_001, "text-too-long"),
    ],
)
def test_text_that_is_no_text_is_refused(cell: Value, code: str) -> None:
    with pytest.raises(CellRefused) as refused:
        text(cell)
    assert refused.value.code == code
    with pytest.raises(CellRefused, match="text-too-long"):
        title("字" * 201)


def test_points_taken_off_are_no_formula() -> None:
    assert text("-5分").value == "-5分"
    assert text("+3分").value == "+3分"


@given(st.text(max_size=40))
def test_guarded_text_is_never_a_formula_and_comes_back_as_it_was(said: str) -> None:
    assert not guarded(said).startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    if not said.startswith("'"):
        assert unguarded(guarded(said)) == said


cells = st.one_of(
    st.text(max_size=30),
    st.text("0123456789年月日.-至长期〇一二", max_size=20),
    st.floats(),
    st.integers(),
    st.dates(),
    st.booleans(),
)


@given(cells)
def test_any_cell_is_read_or_refused_never_anything_else(cell: Value) -> None:
    for reader in (year, years, day, text, lines, title, identifier):
        with suppress(CellRefused):
            reader(cell)
