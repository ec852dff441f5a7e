"""A build is signed off with a ground, known by its state root at a position that is recorded; and is refused else."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from ledger.commands import CorrectRecord, SignOffBuild
from ledger.correction import FactsRestOnIt, NotStatedByAnybody
from ledger.events import BuildSignedOff, LedgerOpened
from ledger.refusals import LeftBlank, Refused
from ledger.rules import GENERIC
from ledger.signing_off import CountImpossible, PositionNotRecorded, StateRootMalformed
from ledger.streams import LEDGER
from ledger.timeliness import NotYetHappened
from ledger.values import Change
from tests.given import TODAY, Given

ROOT = "0af1" * 16
OPENED = date(2025, 12, 1)
LAWFUL = SignOffBuild(
    effective_on=TODAY, projection="register", version=3, digest=ROOT, position=2, differences=7, ground="更正减负口径"
)


def opened() -> Given:
    """A ledger of two facts."""
    given = Given(TODAY)
    given.fact(LEDGER, LedgerOpened(synthetic_clock=False, opened_on=OPENED, name="演示"), OPENED)
    given.when(replace(LAWFUL, position=1))
    return given


def test_what_is_signed_is_recorded_in_the_ledgers_own_stream_under_the_generic_pack() -> None:
    given = opened()
    signed = BuildSignedOff(
        projection="register", version=3, digest=ROOT, position=2, differences=7, ground="更正减负口径"
    )
    assert given.when(LAWFUL) == ((LEDGER, signed),)
    assert given.log[-1].envelope.rule_pack == GENERIC


def test_the_same_build_may_be_signed_off_again_after_another_one_served() -> None:
    given = opened()
    assert given.when(LAWFUL) == given.when(LAWFUL)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"ground": ""}, LeftBlank),
        ({"ground": " \u3000\n"}, LeftBlank),
        ({"projection": " "}, LeftBlank),
        ({"digest": ROOT.upper()}, StateRootMalformed),
        ({"digest": ROOT[1:]}, StateRootMalformed),
        ({"digest": f"{ROOT}\n"}, StateRootMalformed),
        ({"position": 3}, PositionNotRecorded),
        ({"position": 0}, PositionNotRecorded),
        ({"version": 0}, CountImpossible),
        ({"differences": -1}, CountImpossible),
        ({"effective_on": date(2026, 1, 6)}, NotYetHappened),
    ],
)
def test_what_could_not_be_held_against_anything_is_refused(changes: dict[str, Any], refusal: type[Refused]) -> None:
    given = opened()
    with pytest.raises(refusal):
        given.when(replace(LAWFUL, **changes))
    assert len(given.log) == 2


def test_a_ground_may_be_corrected_and_what_was_signed_may_not() -> None:
    given = opened()
    given.when(LAWFUL)
    wrong = CorrectRecord(effective_on=TODAY, stream=LEDGER, corrects=2, why="笔误")
    with pytest.raises(NotStatedByAnybody):
        given.when(replace(wrong, changed=(Change(path="/digest", value=f'"{"1" * 64}"'),)))
    given.when(replace(wrong, changed=(Change(path="/ground", value='"更正口径"'),)))
    given.when(replace(wrong, corrects=3, void=True))


def test_nothing_rests_on_a_sign_off() -> None:
    given = opened()
    given.when(LAWFUL)
    try:
        given.when(CorrectRecord(effective_on=TODAY, stream=LEDGER, corrects=2, why="误签", void=True))
    except FactsRestOnIt:
        pytest.fail("a later sign-off does not rest on an earlier one")
