"""Given facts and their corrections, when a position is asked about, then these facts stand, in this order."""

from datetime import date
from typing import Any

from ledger.encoding import Recorded
from ledger.events import Envelope, Fact, RecordCorrected, UnitRenamed
from ledger.streams import stream
from ledger.terms import EntryRoute
from ledger.timelines.standing import standing
from ledger.values import Change


def log(*facts: tuple[Fact, int]) -> list[Recorded[Fact]]:
    """Facts of one unit at positions 1, 2, 3 …, each with its day of May 2024."""
    return [
        Recorded(position, 0, stream("unit", "1"), position, None, envelope(day), fact)
        for position, (fact, day) in enumerate(facts, start=1)
    ]


def envelope(day: int) -> Envelope:
    return Envelope(
        effective_on=date(2024, 5, day), jurisdiction="530999", rule_pack="generic@1", entry_route=EntryRoute.CLI
    )


def void(position: int) -> RecordCorrected:
    return RecordCorrected(corrects=position, why="误录", void=True)


def change(position: int, path: str, value: str) -> RecordCorrected:
    return RecordCorrected(corrects=position, why="更正", changed=(Change(path=path, value=value),))


def names(facts: list[Recorded[Fact]], known_at: int | None = None) -> list[Any]:
    return [(each.position, getattr(each.fact, "name", None)) for each in standing(facts, known_at)]


A, B = UnitRenamed(name="甲"), UnitRenamed(name="乙")


def test_facts_stand_by_day_and_those_of_one_day_by_position() -> None:
    assert names(log((A, 9), (B, 3), (A, 9), (B, 1))) == [(4, "乙"), (2, "乙"), (1, "甲"), (3, "甲")]


def test_a_voided_fact_is_gone_from_the_correction_on_and_not_before() -> None:
    facts = log((A, 1), (B, 2), (void(1), 3))
    assert names(facts) == [(2, "乙")]
    assert names(facts, known_at=2) == [(1, "甲"), (2, "乙")]


def test_a_changed_fact_keeps_its_position_and_takes_the_place_of_its_new_day() -> None:
    facts = log((A, 1), (B, 2), (change(1, "/effective_on", '"2024-05-09"'), 3), (change(1, "/name", '"丙"'), 3))
    assert names(facts) == [(2, "乙"), (1, "丙")]
    assert standing(facts)[1].envelope.effective_on == date(2024, 5, 9)
    assert names(facts, known_at=3) == [(2, "乙"), (1, "甲")]


def test_of_two_changes_of_one_field_the_later_holds() -> None:
    assert names(log((A, 1), (change(1, "/name", '"丙"'), 2), (change(1, "/name", '"丁"'), 3))) == [(1, "丁")]


def test_a_voided_correction_corrects_nothing_any_more() -> None:
    facts = log((A, 1), (void(1), 2), (void(2), 3))
    assert names(facts, known_at=2) == []
    assert names(facts) == [(1, "甲")]
    assert names([*facts, *log((A, 1), (A, 1), (A, 1), (void(3), 4))[3:]]) == []


def test_a_correction_that_was_changed_acts_as_changed() -> None:
    facts = log((A, 1), (change(1, "/name", '"丙"'), 2), (change(2, "/changed/0/value", '"\\"丁\\""'), 3))
    assert names(facts) == [(1, "丁")]


def test_a_field_is_taken_away_by_null_and_a_correction_of_nothing_does_nothing() -> None:
    facts = log((A, 1), (change(1, "/reason", '"误"'), 2), (change(1, "/reason", "null"), 3), (void(77), 4))
    assert [each.envelope.reason for each in standing(facts, 2)] == ["误"]
    assert [each.envelope.reason for each in standing(facts)] == [None]
