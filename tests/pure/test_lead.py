"""What people say of a lead: the unit answers, a human disposes; the lead itself is never stored and becomes nothing by itself."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.commands import AnswerLead, DisposeOfLead
from ledger.encoding import Recorded
from ledger.events import Envelope, Fact, LeadAnswered, LeadDispositioned
from ledger.lead import (
    AlreadyDisposedOf,
    DisposedByTheUnitConcerned,
    DisposedWithoutReason,
    DuplicateOfWhat,
    LeadOfAnotherRule,
    LeadWithoutEvidence,
    NoDetectionRule,
)
from ledger.refusals import LeftBlank, UnitUnknown
from ledger.streams import lead_stream, stream
from ledger.terms import EntryRoute, LeadDisposition
from ledger.timelines.lead import LEAD, Lead, evolve
from tests.pure.claim_scene import BUREAU, INSPECTOR, ClaimScene
from tests.pure.item_scene import refuses

LEAD_ID, OTHER = UUID(int=1), UUID(int=2)
TOLD, DISPOSED = date(2025, 7, 1), date(2025, 7, 8)
NOWHERE = stream("nowhere")


def answer(**changes: Any) -> AnswerLead:
    lawful = AnswerLead(effective_on=TOLD, lead=LEAD_ID, lead_rule="DR-10", unit=BUREAU, text="补签系归档需要")
    return replace(lawful, **changes)


def dispose(**changes: Any) -> DisposeOfLead:
    lawful = DisposeOfLead(
        effective_on=DISPOSED,
        lead=LEAD_ID,
        lead_rule="DR-10",
        lead_edition="leads/1",
        positions=(7, 3),
        disposition=LeadDisposition.CONFIRMED,
        disposed_by=INSPECTOR,
        ground="签订日晚于事件两日",
    )
    return replace(lawful, **changes)


def lead(scene: ClaimScene) -> Lead:
    found = scene.world().see(LEAD, lead_stream(LEAD_ID))
    assert found
    return found


def test_the_unit_says_its_word_before_and_after() -> None:
    scene = ClaimScene()
    told = LeadAnswered(lead=LEAD_ID, lead_rule="DR-10", unit=BUREAU, text="补签系归档需要")
    assert scene.when(answer()) == ((lead_stream(LEAD_ID), told),)
    scene.when(dispose())
    scene.when(answer(effective_on=DISPOSED))
    assert lead(scene).answered_by == (BUREAU, BUREAU)


def test_a_human_disposes_over_the_evidence_as_it_was_seen() -> None:
    scene = ClaimScene()
    ((_, fact),) = scene.when(dispose())
    assert isinstance(fact, LeadDispositioned)
    assert fact.positions == (3, 7)
    disposal = lead(scene).disposal
    assert disposal
    assert (disposal.disposition, disposal.disposed_by) == (LeadDisposition.CONFIRMED, INSPECTOR)


def test_no_disposition_without_a_reason() -> None:
    refuses(ClaimScene(), dispose(ground=" "), DisposedWithoutReason, "BR-28")


def test_the_unit_that_a_lead_is_about_does_not_dispose_of_it() -> None:
    scene = ClaimScene()
    scene.when(answer())
    refuses(scene, dispose(disposed_by=BUREAU), DisposedByTheUnitConcerned, "BR-19")
    scene.when(dispose())


@pytest.mark.parametrize("positions", [(), (0, 3), (-1,), (3, 3)])
def test_evidence_is_positions_each_once(positions: tuple[int, ...]) -> None:
    refuses(ClaimScene(), dispose(positions=positions), LeadWithoutEvidence)


def test_it_is_looked_at_again_only_over_other_evidence() -> None:
    scene = ClaimScene()
    scene.when(dispose())
    refuses(scene, dispose(positions=(3, 7), disposition=LeadDisposition.FALSE_POSITIVE), AlreadyDisposedOf)
    scene.when(dispose(positions=(3, 7, 9), disposition=LeadDisposition.FALSE_POSITIVE))
    disposal = lead(scene).disposal
    assert disposal
    assert disposal.disposition is LeadDisposition.FALSE_POSITIVE


def test_a_lead_keeps_the_rule_that_raised_it() -> None:
    scene = ClaimScene()
    for named in ("10", "DR-1", "DR-100", "BR-10"):
        refuses(scene, answer(lead_rule=named), NoDetectionRule)
        refuses(scene, dispose(lead_rule=named), NoDetectionRule)
    scene.when(answer())
    refuses(scene, answer(lead_rule="DR-09"), LeadOfAnotherRule)
    refuses(scene, dispose(lead_rule="DR-09"), LeadOfAnotherRule)


@pytest.mark.parametrize(
    ("disposition", "other", "lawful"),
    [
        (LeadDisposition.DUPLICATE, OTHER, True),
        (LeadDisposition.DUPLICATE, LEAD_ID, False),
        (LeadDisposition.DUPLICATE, None, False),
        (LeadDisposition.CONFIRMED, OTHER, False),
        (LeadDisposition.FALSE_POSITIVE, None, True),
    ],
)
def test_a_duplicate_and_nothing_else_names_the_other_lead(
    disposition: LeadDisposition, other: UUID | None, *, lawful: bool
) -> None:
    scene, command = ClaimScene(), dispose(disposition=disposition, duplicate_of=other)
    if lawful:
        scene.when(command)
    else:
        refuses(scene, command, DuplicateOfWhat)


def test_what_is_said_is_said_by_units_that_stand() -> None:
    scene = ClaimScene()
    refuses(scene, answer(text=" "), LeftBlank)
    refuses(scene, answer(unit=NOWHERE), UnitUnknown)
    refuses(scene, dispose(disposed_by=NOWHERE), UnitUnknown)
    refuses(scene, dispose(lead_edition=""), LeftBlank)


SAID: tuple[Fact, ...] = (
    LeadAnswered(lead=LEAD_ID, lead_rule="DR-10", unit=BUREAU, text="x"),
    LeadDispositioned(
        lead=LEAD_ID,
        lead_rule="DR-10",
        lead_edition="x",
        positions=(1,),
        disposition=LeadDisposition.CONFIRMED,
        disposed_by=INSPECTOR,
        ground="x",
    ),
)


@given(st.lists(st.sampled_from(SAID), max_size=6))
def test_any_sequence_of_facts_gives_a_state(told: list[Fact]) -> None:
    envelope = Envelope(effective_on=TOLD, jurisdiction="530900", rule_pack="x@1", entry_route=EntryRoute.CLI)
    state: Lead | None = None
    for position, fact in enumerate(told, 1):
        state = evolve(state, Recorded(position, 0, NOWHERE, position, None, envelope, fact))
    answers = sum(isinstance(fact, LeadAnswered) for fact in told)
    assert (state is None) == (not told)
    assert state is None or (len(state.answered_by), len(state.disposals)) == (answers, len(told) - answers)
