"""Facts in the order they were learnt become rows with two clocks. No database."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.events import Fact, RecordCorrected, UnitDissolved, UnitRegistered, UnitRenamed, UnitsMerged
from ledger.terms import Level
from ledger.values import Change
from projections.engine import Poisoned, Timeline, run
from projections.rows import FOREVER, OPEN, Row, Version
from tests.projections import histories
from tests.projections.histories import recorded, unit
from tests.projections.registry import history, registry, renamings, units

A, B = unit(1), unit(2)


def day(number: int) -> date:
    return date(2024, 1, 1) + timedelta(days=number)


def registered(name: str = "甲") -> UnitRegistered:
    return UnitRegistered(
        code="1",
        name=name,
        level=Level.COUNTY,
        category="GOVERNMENT",
        area_code="530999",
        valid_from=day(0),
        block_superior=B,
    )


def told(*facts: tuple[Fact, int], stream: Any = A) -> list[Any]:
    """Facts of one stream at positions 1, 2, 3 …, each with the number of its day."""
    return [recorded(position, stream, fact, day(on)) for position, (fact, on) in enumerate(facts, start=1)]


def cell(version: Version, name: str) -> Any:
    return getattr(version.row, name)


def shape(versions: list[Version]) -> list[tuple[str, int, int, date, date]]:
    """(name, known from, to, effective from, to) of unit rows."""
    return sorted((cell(version, "name"), *version[1:5]) for version in versions)


def test_a_fact_closes_what_was_believed_and_tells_it_anew_until_its_day() -> None:
    changes = run(units, A, told((registered(), 0), (UnitRenamed(name="乙"), 5)))
    assert shape(changes.inserts) == [
        ("乙", 2, OPEN, day(5), FOREVER),
        ("甲", 1, 2, day(0), FOREVER),
        ("甲", 2, OPEN, day(0), day(5)),
    ]
    assert changes.closings == []


def test_of_two_facts_of_one_day_the_later_position_has_the_last_word_and_the_earlier_leaves_no_row() -> None:
    changes = run(units, A, told((registered(), 0), (UnitRenamed(name="乙"), 5), (UnitRenamed(name="丙"), 5)))
    now = [version for version in changes.inserts if version.known_to == OPEN]
    assert shape(now) == [("丙", 3, OPEN, day(5), FOREVER), ("甲", 2, OPEN, day(0), day(5))]
    assert ("乙", 2, 3, day(5), FOREVER) in shape(changes.inserts)


def test_a_late_fact_rewrites_only_the_days_that_it_changes() -> None:
    facts = told(
        (registered(), 0), (UnitRenamed(name="乙"), 5), (UnitRenamed(name="丙"), 9), (UnitRenamed(name="丁"), 7)
    )
    before = run(units, A, facts[:3])
    late = run(units, A, facts, after=3)
    stood = {version[1:5] for version in before.inserts if version.known_to == OPEN}
    # 甲 until day 5 stands untouched; 乙 ends on day 7 now; 丙 has one more former name, so its row is another.
    assert shape(late.closings) == [("丙", 3, 4, day(9), FOREVER), ("乙", 3, 4, day(5), day(9))]
    assert shape(late.inserts) == [
        ("丁", 4, OPEN, day(7), day(9)),
        ("丙", 4, OPEN, day(9), FOREVER),
        ("乙", 4, OPEN, day(5), day(7)),
    ]
    assert (2, OPEN, day(0), day(5)) in stood


def test_a_fact_that_changes_no_row_writes_nothing() -> None:
    silent: Timeline[Any] = Timeline("names", type(run(units, A, told((registered(), 0))).inserts[0].row))
    silent.on(UnitRegistered)(lambda state, _: state)
    assert run(silent, A, told((registered(), 0), (registered(), 3))) == ([], [])


def test_what_returns_to_what_it_was_on_the_same_day_is_one_row_again() -> None:
    class Named(Row, frozen=True):
        name: str

    names: Timeline[Named] = Timeline("names", Named)
    names.on(UnitRegistered)(lambda _, e: Named(e.fact.name))
    names.on(UnitRenamed)(lambda _, e: Named(e.fact.name))
    changes = run(names, A, told((registered(), 0), (UnitRenamed(name="乙"), 5), (UnitRenamed(name="甲"), 5)))
    now = [version for version in changes.inserts if version.known_to == OPEN]
    assert shape(now) == [("甲", 3, OPEN, day(0), FOREVER)]


def test_a_fact_that_was_voided_is_gone_from_the_correction_on_and_still_there_before_it() -> None:
    void = RecordCorrected(corrects=2, why="误录", void=True)
    facts = told((registered(), 0), (UnitRenamed(name="乙"), 5), (void, 8))
    changes = run(units, A, facts, after=2)
    assert shape(changes.closings) == [("乙", 2, 3, day(5), FOREVER), ("甲", 2, 3, day(0), day(5))]
    assert shape(changes.inserts) == [("甲", 3, OPEN, day(0), FOREVER)]


def test_a_correction_of_the_day_moves_the_fact_to_its_day() -> None:
    moved = RecordCorrected(corrects=1, why="更正", changed=(Change(path="/effective_on", value='"2024-01-04"'),))
    changes = run(units, A, told((registered(), 0), (moved, 8)), after=1)
    assert shape(changes.inserts) == [("甲", 2, OPEN, day(3), FOREVER)]
    assert shape(changes.closings) == [("甲", 1, 2, day(0), FOREVER)]


def test_everything_voided_leaves_no_row_and_a_later_fact_begins_anew() -> None:
    void = RecordCorrected(corrects=1, why="误录", void=True)
    changes = run(units, A, told((registered(), 0), (void, 1), (registered("乙"), 2)))
    assert shape(changes.inserts) == [("乙", 3, OPEN, day(2), FOREVER), ("甲", 1, 2, day(0), FOREVER)]


def test_a_routed_fact_reaches_each_key_once_and_a_correction_takes_it_elsewhere() -> None:
    merger = recorded(2, A, UnitsMerged(successor=B, first_day_without=day(9)), day(5))
    here = recorded(1, B, registered("乙"), day(0))
    away = RecordCorrected(
        corrects=2, why="更正", changed=(Change(path="/successor", value=f'"{unit(3)}"'),), route_keys=(B, unit(3))
    )
    facts = [here, merger, merger, recorded(3, A, away, day(6))]
    absorbed = [
        (version.known_from, version.known_to, cell(version, "absorbed")) for version in run(units, B, facts).inserts
    ]
    assert sorted(absorbed) == [(1, 2, 0), (2, 3, 0), (2, 3, 1), (3, OPEN, 0)]


def test_a_fact_routed_to_its_own_stream_folds_every_handler_once() -> None:
    facts = told((registered(), 0), (UnitsMerged(successor=A, first_day_without=day(9)), 5))
    merged = next(v for v in run(units, A, facts).inserts if v[2:4] == (OPEN, day(5)))
    assert (cell(merged, "status"), cell(merged, "absorbed")) == ("merged", 1)


def test_a_state_that_is_no_row_shows_one_only_when_there_is_something_to_show() -> None:
    facts = told((registered(), 0), (UnitRenamed(name="乙"), 5))
    assert [(version.effective_from, cell(version, "times")) for version in run(renamings, A, facts).inserts] == [
        (day(5), 1)
    ]


def test_a_history_tells_who_appeared_as_what_also_in_facts_that_name_nobody() -> None:
    facts = told((registered(), 0), (UnitRenamed(name="乙"), 5))
    appeared = {
        (cell(v, "unit"), cell(v, "position"), cell(v, "role"), v.effective_from)
        for v in run(history, A, facts).inserts
    }
    assert appeared == {
        (B, 1, "superior", day(0)), (A, 1, "unit", day(0)), (B, 2, "superior", day(5)), (A, 2, "unit", day(5)),
    }  # fmt: skip


def test_a_voided_fact_is_struck_from_the_history_by_the_position_that_voided_it() -> None:
    void = RecordCorrected(corrects=2, why="误录", void=True)
    changes = run(history, A, told((registered(), 0), (UnitRenamed(name="乙"), 5), (void, 8)), after=2)
    assert [(cell(v, "position"), v.known_to) for v in changes.closings] == [(2, 3), (2, 3)]
    acts = [(cell(v, "position"), cell(v, "corrects"), cell(v, "topic")) for v in changes.inserts]
    assert acts == [
        (3, 2, "record.corrected"),
        (3, 2, "record.corrected"),
    ]  # and the correction is told to the same two


def test_a_fact_that_cannot_be_folded_is_named_by_position_and_place_and_never_by_what_it_says() -> None:
    def confused(_state: Any, e: Any) -> Any:
        raise KeyError(e.fact.name)

    broken: Timeline[Any] = Timeline("broken", type(run(units, A, told((registered(), 0))).inserts[0].row))
    broken.on(UnitRenamed)(confused)
    with pytest.raises(Poisoned) as poison:
        run(broken, A, told((registered(), 0), (UnitRenamed(name="某某"), 5)))
    assert poison.value.position == 2
    assert poison.value.fault.startswith("KeyError at unit.renamed in broken (test_engine.py:")
    assert "某某" not in str(poison.value)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6), kinds=st.integers(1, 6), data=st.data())
def test_what_changed_after_a_position_is_exactly_what_the_rows_gained(
    seed: int, kinds: int, data: st.DataObject
) -> None:
    facts = histories.history(seed, 50, kinds)
    before = data.draw(st.integers(0, 50))
    twice = [fact for fact in facts for _ in range(2)]
    for view in registry.views:
        for key in map(unit, range(kinds)):
            rows = {_name(view, version): version for version in run(view, key, facts[:before]).inserts}
            changes = run(view, key, facts, after=before)
            for closed in changes.closings:
                assert rows[_name(view, closed)].known_to == OPEN
                rows[_name(view, closed)] = closed
            gained = {_name(view, version): version for version in changes.inserts}
            assert not rows.keys() & gained.keys()
            assert rows | gained == {_name(view, version): version for version in run(view, key, twice).inserts}


def _name(view: Any, version: Version) -> tuple[Any, ...]:
    return tuple(getattr(version, name, None) or getattr(version.row, name) for name in view.identity)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6), kinds=st.integers(1, 6))
def test_the_rows_of_a_key_never_overlap_in_both_clocks_and_none_is_empty(seed: int, kinds: int) -> None:
    facts = histories.history(seed, 50, kinds)
    for key in map(unit, range(kinds)):
        rows = run(units, key, facts).inserts
        for index, one in enumerate(rows):
            assert one.known_from < one.known_to
            assert one.effective_from < one.effective_to
            for other in rows[:index]:
                apart = one.effective_to <= other.effective_from or other.effective_to <= one.effective_from
                assert apart or one.known_to <= other.known_from or other.known_to <= one.known_from


def test_facts_that_nobody_would_decide_are_folded_all_the_same() -> None:
    facts = told((UnitDissolved(first_day_without=day(1)), 0), (UnitRenamed(name="乙"), 5), (registered(), 3))
    assert shape(run(units, A, facts).inserts) == [
        ("乙", 3, OPEN, day(5), FOREVER),
        ("甲", 3, OPEN, day(3), day(5)),
    ]
