"""The registry of units at chosen days, as known at chosen positions."""

from dataclasses import replace
from datetime import date
from typing import Any, cast

import pytest
from psycopg import Connection

from ledger.events import (
    RecordCorrected,
    UnitDissolved,
    UnitRegistered,
    UnitRenamed,
    UnitsMerged,
    UnitSplit,
    UnitSuperiorChanged,
)
from ledger.terms import Level, Line
from ledger.values import Change
from projections.units import Wanted, by_name, units
from projections.units import unit as unit_of
from tests.projections.conftest import Log
from tests.projections.telling import CITY, COUNTY, OPENED, SINCE, Telling, built, pin, unit

LATER = date(2025, 6, 1)


@pytest.fixture
def telling(log: Log) -> Telling:
    telling = Telling(log)
    telling.register("1", "演示市甲局")
    telling.register("2", "演示市乙局")
    telling.register("3", "演示县丙局", Level.COUNTY)
    return telling


def test_a_unit_bears_on_each_day_the_name_and_the_superiors_of_that_day(
    connection: Connection[Any], telling: Telling
) -> None:
    telling.tell(unit("1"), UnitRenamed(name="演示市甲委"), date(2024, 6, 1))
    for line, superior in ((Line.BLOCK, "2"), (Line.LINE, "3")):
        telling.tell(unit("1"), UnitSuperiorChanged(line=line, superior=unit(superior)), date(2024, 7, 1))
    before = telling.position
    late = telling.tell(unit("1"), UnitRenamed(name="演示市甲办"), date(2024, 3, 10))
    build = built(connection, telling)

    def names(*days: date, known_at: int | None = None) -> list[str]:
        found = (unit_of(connection, pin(build, day, known_at), unit("1")) for day in days)
        return [row.name for row in found if row]

    days = date(2024, 3, 9), date(2024, 3, 10), date(2024, 6, 1)
    assert names(*days) == ["演示市甲局", "演示市甲办", "演示市甲委"]
    assert names(*days, known_at=before) == ["演示市甲局", "演示市甲局", "演示市甲委"]
    row = unit_of(connection, pin(build, LATER), unit("1"))
    assert row is not None
    assert (row.block_superior, row.line_superior) == (unit("2"), unit("3"))
    assert (row.code, row.level, row.area_code, row.valid_from, row.synthetic) == ("1", "PREFECTURE", CITY, SINCE, True)
    assert late
    assert unit_of(connection, pin(build, date(2019, 12, 31)), unit("1")) is None


@pytest.mark.parametrize(
    "end",
    [
        UnitsMerged(successor=unit("2"), first_day_without=date(2025, 1, 1)),
        UnitSplit(successors=(unit("2"), unit("3")), first_day_without=date(2025, 1, 1)),
        UnitDissolved(first_day_without=date(2025, 1, 1)),
    ],
)
def test_a_unit_stands_until_the_day_it_ends_and_names_who_came_after_it(
    connection: Connection[Any], telling: Telling, end: UnitsMerged | UnitSplit | UnitDissolved
) -> None:
    telling.tell(unit("1"), end, date(2024, 11, 1))
    build = built(connection, telling)
    rows = [unit_of(connection, pin(build, day), unit("1")) for day in (date(2024, 12, 31), date(2025, 1, 1))]
    assert [row and (row.stands, row.first_day_without) for row in rows] == [
        (True, date(2025, 1, 1)), (False, date(2025, 1, 1)),
    ]  # fmt: skip
    expected = getattr(end, "successors", None) or [each for each in (getattr(end, "successor", None),) if each]
    assert [list(row.successors) for row in rows if row] == [list(expected)] * 2
    assert by_name(connection, pin(build, date(2025, 1, 1)), "演示市甲局") == []
    assert [row.unit for row in by_name(connection, pin(build, date(2024, 12, 31)), "演示市甲局")] == [unit("1")]


def test_a_name_is_found_whole_and_written_either_way(connection: Connection[Any], telling: Telling) -> None:
    telling.register("4", "Bureau Café")
    telling.register("5", "演示市乙局")
    build = built(connection, telling)
    pinned = pin(build, LATER)
    assert [row.unit for row in by_name(connection, pinned, "Bureau Cafe\u0301")] == [unit("4")]
    assert {row.unit for row in by_name(connection, pinned, "演示市乙局")} == {unit("2"), unit("5")}
    assert by_name(connection, pinned, "乙局") == []


@pytest.mark.parametrize(
    ("wanted", "codes"),
    [
        (Wanted(), "123"),
        (Wanted(level=("COUNTY",)), "3"),
        (Wanted(category=("GOVERNMENT_DEPT",), within=(CITY,)), "123"),
        (Wanted(within=(COUNTY,)), "3"),
        (Wanted(superior=unit("2")), "13"),
        (Wanted(name="市乙"), "2"),
        (Wanted(name="局", level=("PREFECTURE",)), "12"),
    ],
)
def test_units_are_found_by_what_they_are(
    connection: Connection[Any], telling: Telling, wanted: Wanted, codes: str
) -> None:
    telling.tell(unit("1"), UnitSuperiorChanged(line=Line.BLOCK, superior=unit("2")), OPENED)
    telling.tell(unit("3"), UnitSuperiorChanged(line=Line.LINE, superior=unit("2")), OPENED)
    build = built(connection, telling)
    found = units(connection, pin(build, LATER), wanted)
    assert "".join(row.code for row in found) == codes
    assert [
        row.code for row in units(connection, pin(build, LATER), wanted, after=(found[0].code, found[0].unit))
    ] == list(codes)[1:]
    assert len(units(connection, pin(build, LATER), wanted, most=1)) == 1


def test_a_wrong_entry_is_corrected_and_the_old_answer_stays(connection: Connection[Any], telling: Telling) -> None:
    registered = next(each for each in telling.told if each.stream == unit("1"))
    assert cast("UnitRegistered", registered.fact).name == "演示市甲局"
    change = Change(path="/category", value='"PARTY_ORGAN"')
    before = telling.position
    telling.tell(unit("1"), RecordCorrected(corrects=registered.position, why="误录", changed=(change,)), LATER)
    build = built(connection, telling)
    asked = [unit_of(connection, pin(build, OPENED, known_at), unit("1")) for known_at in (before, telling.position)]
    assert [row and row.category for row in asked] == ["GOVERNMENT_DEPT", "PARTY_ORGAN"]


def test_a_unit_is_read_with_its_credit_code(connection: Connection[Any], telling: Telling) -> None:
    fact = cast("UnitRegistered", telling.told[1].fact)
    telling.tell(unit("9"), replace(fact, code="9", credit_code="115323000151673132", rank="县处级"), SINCE)
    row = unit_of(connection, pin(built(connection, telling), LATER), unit("9"))
    assert row is not None
    assert (row.credit_code, row.rank, row.learnt_at) == ("115323000151673132", "县处级", telling.position)
