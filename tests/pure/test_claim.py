"""“The signer answers for it”: asserted, answered, tested, ruled on by a human; reopened on new evidence, never by itself."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import claim
from ledger.claim import (
    AnswerOfAnotherUnit,
    CausationMisread,
    ClaimAgainstItself,
    ClaimAlreadyAsserted,
    ClaimBeforeIncident,
    ClaimNotAtStage,
    ClaimUnknown,
    ClausesNotOfThePaper,
    EvidenceAfterTesting,
    IncidentNotRegistered,
    InspectorIsParty,
    NotOnePaperCited,
    PaperOfAnotherUnit,
    PaperUnknown,
    ReadTooEarly,
    RuledWithoutReason,
    ShieldAlreadyConfirmed,
    ShieldNotRejected,
    ShieldOfAnotherUnit,
    TableNotWhole,
)
from ledger.commands import AnswerClaim, ConfirmShieldUse, FindCausation, ReopenClaim
from ledger.encoding import Recorded
from ledger.events import (
    CausationFound,
    ClaimAnswered,
    ClaimReopened,
    ClaimRuled,
    Envelope,
    Fact,
    ResponsibilityClaimAsserted,
    ShieldUseConfirmed,
    VetoSuggested,
)
from ledger.refusals import LaterFactsStand, LeftBlank, UnitHasEnded, UnitUnknown
from ledger.streams import claim_stream, stream
from ledger.terms import Causation, ClaimOutcome, EntryRoute, TestResult
from ledger.timelines.claim import CLAIM, Claim, Stage, evolve
from ledger.timelines.standing import standing
from ledger.values import Share
from tests.pure.claim_scene import (
    ANSWERED,
    ASSERTED,
    BUREAU,
    CLAIM_ID,
    FOUND,
    INCIDENT,
    INCIDENT_DAY,
    INSPECTOR,
    PAPER,
    PLEDGE,
    RULED,
    SUCCESSOR,
    TOWNSHIP,
    VETO,
    ClaimScene,
    table,
)
from tests.pure.item_scene import refuses

DAY = timedelta(days=1)
NOWHERE = stream("nowhere")
DECIDED = date(2025, 8, 1)


def answer(**changes: Any) -> AnswerClaim:
    lawful = AnswerClaim(effective_on=ANSWERED, claim=CLAIM_ID, answered_by=TOWNSHIP, text="事后补签，并无权限")
    return replace(lawful, **changes)


def find(**changes: Any) -> FindCausation:
    lawful = FindCausation(
        effective_on=FOUND, claim=CLAIM_ID, result=Causation.PASS, inspector_unit=INSPECTOR, ground="失效的正是该项职责"
    )
    return replace(lawful, **changes)


def confirm(**changes: Any) -> ConfirmShieldUse:
    lawful = ConfirmShieldUse(effective_on=DECIDED, claim=CLAIM_ID, unit=BUREAU, ground="以事后补签的文书推责")
    return replace(lawful, **changes)


def reopen(**changes: Any) -> ReopenClaim:
    lawful = ReopenClaim(effective_on=DECIDED, claim=CLAIM_ID, new_evidence="新发现委托执法文件")
    return replace(lawful, **changes)


# ── asserting ──


def test_a_claim_cites_one_paper_against_the_unit_that_signed_it() -> None:
    scene = ClaimScene()
    made = ResponsibilityClaimAsserted(
        incident=INCIDENT,
        asserting_unit=BUREAU,
        against_unit=TOWNSHIP,
        statement="已签责任状，由其负责",
        pledge=PAPER,
        clause_ids=("c1",),
    )
    assert scene.when(scene.assert_claim()) == ((CLAIM_ID, made),)
    claimed = scene.claim()
    assert (claimed.stage, claimed.asserted_at, claimed.ruling) == (Stage.ASSERTED, len(scene.log), None)


def test_a_claim_cites_a_regular_paper_or_a_veto_as_well() -> None:
    scene = ClaimScene()
    scene.when(scene.assert_claim(pledge=PLEDGE))
    ((cited, fact),) = scene.when(scene.assert_claim(pledge=None, veto=VETO, clause_ids=()))
    assert cited == claim_stream(INCIDENT, BUREAU, VETO)
    assert isinstance(fact, ResponsibilityClaimAsserted)


def test_a_claim_cites_neither_nothing_nor_two_things() -> None:
    scene = ClaimScene()
    refuses(scene, scene.assert_claim(pledge=None), NotOnePaperCited)
    refuses(scene, scene.assert_claim(veto=VETO), NotOnePaperCited)
    refuses(scene, scene.assert_claim(pledge=None, veto=VETO), ClausesNotOfThePaper)


def test_what_is_cited_stands_in_the_ledger_with_its_clauses() -> None:
    scene = ClaimScene()
    refuses(scene, scene.assert_claim(pledge=NOWHERE), PaperUnknown)
    refuses(scene, scene.assert_claim(pledge=None, veto=NOWHERE, clause_ids=()), PaperUnknown)
    refuses(scene, scene.assert_claim(clause_ids=("c1", "c9")), ClausesNotOfThePaper)
    refuses(scene, scene.assert_claim(clause_ids=("c1", "c1")), ClausesNotOfThePaper)
    suggested = VetoSuggested(
        item=NOWHERE,
        exercising_unit=BUREAU,
        target_unit=TOWNSHIP,
        assessment_year=2025,
        trigger_code="a",
        suggested_by=BUREAU,
        facts="x",
    )
    scene.fact(NOWHERE, suggested, ASSERTED)
    refuses(scene, scene.assert_claim(pledge=None, veto=NOWHERE, clause_ids=()), PaperUnknown)


def test_a_paper_that_binds_another_unit_says_nothing_of_this_one() -> None:
    scene = ClaimScene()
    refuses(scene, scene.assert_claim(against_unit=INSPECTOR), PaperOfAnotherUnit)
    refuses(scene, scene.assert_claim(against_unit=BUREAU), ClaimAgainstItself)


def test_who_came_after_the_signer_answers_for_what_it_signed() -> None:
    scene = ClaimScene()
    scene.merge_the_township(ASSERTED)
    refuses(scene, scene.assert_claim(), UnitHasEnded)
    scene.when(scene.assert_claim(against_unit=SUCCESSOR))
    scene.when(answer(answered_by=SUCCESSOR))


def test_a_claim_is_about_a_registered_incident_that_has_happened() -> None:
    scene = ClaimScene()
    refuses(scene, scene.assert_claim(incident=NOWHERE), IncidentNotRegistered)
    refuses(scene, scene.assert_claim(effective_on=INCIDENT_DAY - DAY), ClaimBeforeIncident)
    scene.when(scene.assert_claim(effective_on=INCIDENT_DAY))


def test_a_claim_made_before_the_ledger_learnt_of_the_paper_is_recorded_all_the_same() -> None:
    scene = ClaimScene()
    scene.when(scene.assert_claim(effective_on=date(2025, 6, 19), clause_ids=()))
    assert scene.claim().asserted_on == date(2025, 6, 19)


def test_a_claim_says_something_of_units_that_stand() -> None:
    scene = ClaimScene()
    refuses(scene, scene.assert_claim(statement=" "), LeftBlank)
    refuses(scene, scene.assert_claim(asserting_unit=NOWHERE), UnitUnknown)


def test_a_claim_made_twice_meets_itself() -> None:
    scene = ClaimScene().asserted()
    refuses(scene, scene.assert_claim(), ClaimAlreadyAsserted)
    scene.when(scene.assert_claim(pledge=PLEDGE))


# ── answering, finding, ruling ──


def test_the_unit_that_is_to_answer_answers_until_there_is_a_ruling() -> None:
    scene = ClaimScene().asserted()
    refuses(scene, answer(text=""), LeftBlank)
    refuses(scene, answer(answered_by=BUREAU), AnswerOfAnotherUnit)
    assert scene.when(answer()) == ((CLAIM_ID, ClaimAnswered(answered_by=TOWNSHIP, text="事后补签，并无权限")),)
    assert scene.claim().stage is Stage.ANSWERED
    scene.when(answer(text="补充说明"))
    scene.found().when(scene.rule_claim(tested_at=len(scene.log)))
    refuses(scene, answer(effective_on=RULED), ClaimNotAtStage)


def test_steps_are_of_a_claim_that_stood_by_then() -> None:
    scene = ClaimScene().asserted()
    refuses(scene, answer(claim=NOWHERE), ClaimUnknown)
    refuses(scene, answer(effective_on=ASSERTED - DAY), ClaimUnknown)


def test_causation_is_an_inspectors_own_finding_with_its_reason() -> None:
    scene = ClaimScene().asserted()
    refuses(scene, find(ground=" "), RuledWithoutReason, "BR-28")
    refuses(scene, find(inspector_unit=BUREAU), InspectorIsParty, "BR-19")
    refuses(scene, find(inspector_unit=NOWHERE), UnitUnknown)
    scene.when(find(result=Causation.FAIL))
    scene.when(find())
    causation = scene.claim().causation
    assert causation
    assert (causation.result, causation.position) == (Causation.PASS, len(scene.log))


def test_a_ruling_is_a_humans_over_the_whole_table() -> None:
    scene = ClaimScene().asserted().found()
    ruled = scene.rule_claim(shares=(Share(unit=BUREAU, part="监督检查责任"),))
    ((at, fact),) = scene.when(ruled)
    assert at == CLAIM_ID
    assert isinstance(fact, ClaimRuled)
    assert fact.table == ruled.table
    ruling = scene.claim().ruling
    assert ruling
    assert (ruling.outcome, ruling.tested_at) == (ClaimOutcome.SHIELD_REJECTED, ruled.tested_at)


@pytest.mark.parametrize("outcome", ClaimOutcome)
def test_which_outcome_is_the_humans_choice(outcome: ClaimOutcome) -> None:
    scene = ClaimScene().asserted().found()
    scene.when(scene.rule_claim(outcome=outcome))


def test_no_ruling_without_a_reason_or_by_a_party() -> None:
    scene = ClaimScene().asserted().found()
    refuses(scene, scene.rule_claim(ground=" "), RuledWithoutReason, "BR-28")
    refuses(scene, scene.rule_claim(inspector_unit=BUREAU), InspectorIsParty, "BR-19")
    refuses(scene, scene.rule_claim(inspector_unit=TOWNSHIP), InspectorIsParty, "BR-19")
    refuses(scene, scene.rule_claim(tests_edition=""), LeftBlank)
    refuses(scene, scene.rule_claim(shares=(Share(unit=BUREAU, part=" "),)), LeftBlank)
    refuses(scene, scene.rule_claim(shares=(Share(unit=NOWHERE, part="x"),)), UnitUnknown)


def test_the_table_holds_the_twelve_tests_once_each_and_in_order() -> None:
    scene = ClaimScene().asserted().found()
    whole = table()
    for wrong in ((), whole[:-1], (*whole, whole[0]), (whole[1], whole[0], *whole[2:])):
        refuses(scene, scene.rule_claim(table=wrong), TableNotWhole)


def test_the_tests_were_read_when_all_it_is_about_was_known() -> None:
    scene = ClaimScene().asserted()
    asserted_at = len(scene.log)
    unfound = table(TestResult.UNKNOWN)
    refuses(scene, scene.rule_claim(table=unfound, tested_at=asserted_at - 1), ReadTooEarly)
    scene.found()
    refuses(scene, scene.rule_claim(tested_at=asserted_at), ReadTooEarly)
    scene.when(scene.rule_claim(tested_at=asserted_at + 1))
    scene.when(reopen())
    refuses(scene, scene.rule_claim(effective_on=DECIDED, tested_at=len(scene.log) - 1), ReadTooEarly)
    scene.when(scene.rule_claim(effective_on=DECIDED, tested_at=len(scene.log)))


def test_no_test_rests_on_what_was_recorded_after_it_was_read() -> None:
    scene = ClaimScene().asserted().found()
    for position in (0, len(scene.log) + 1):
        refuses(scene, scene.rule_claim(table=table(T6={"positions": (position,)})), EvidenceAfterTesting)
    scene.when(scene.rule_claim(table=table(T6={"positions": (1, len(scene.log))})))


@pytest.mark.parametrize("result", Causation)
def test_the_table_says_of_causation_what_the_inspector_found(result: Causation) -> None:
    scene = ClaimScene().asserted().found(result)
    for stated in TestResult:
        if stated.value != result.value:
            refuses(scene, scene.rule_claim(table=table(stated)), CausationMisread)
    scene.when(scene.rule_claim(table=table(TestResult(result))))


def test_without_a_finding_causation_is_unknown() -> None:
    scene = ClaimScene().asserted()
    refuses(scene, scene.rule_claim(), CausationMisread)
    scene.when(scene.rule_claim(table=table(TestResult.UNKNOWN)))


def test_a_ruling_is_not_slipped_in_before_what_stands() -> None:
    scene = ClaimScene().asserted().found()
    refuses(scene, scene.rule_claim(effective_on=FOUND - DAY), LaterFactsStand)
    scene.when(scene.rule_claim(effective_on=FOUND))


# ── afterwards ──


def ruled(outcome: ClaimOutcome = ClaimOutcome.SHIELD_REJECTED) -> ClaimScene:
    scene = ClaimScene().asserted().found()
    scene.when(scene.rule_claim(outcome=outcome))
    return scene


def test_the_use_of_a_shield_is_confirmed_of_the_unit_that_waved_it_once() -> None:
    scene = ruled()
    refuses(scene, confirm(ground=""), LeftBlank)
    refuses(scene, confirm(unit=TOWNSHIP), ShieldOfAnotherUnit)
    confirmed = ShieldUseConfirmed(unit=BUREAU, ground="以事后补签的文书推责")
    assert scene.when(confirm()) == ((CLAIM_ID, confirmed),)
    refuses(scene, confirm(), ShieldAlreadyConfirmed)


@pytest.mark.parametrize("outcome", sorted(set(ClaimOutcome) - {ClaimOutcome.SHIELD_REJECTED}))
def test_no_shield_is_confirmed_where_none_was_rejected(outcome: ClaimOutcome) -> None:
    refuses(ruled(outcome), confirm(), ShieldNotRejected)
    refuses(ClaimScene().asserted(), confirm(), ShieldNotRejected)


def test_a_ruling_is_reopened_on_new_evidence_and_given_anew() -> None:
    scene = ruled()
    refuses(scene, find(effective_on=DECIDED), ClaimNotAtStage)
    refuses(scene, scene.rule_claim(effective_on=DECIDED), ClaimNotAtStage)
    refuses(scene, reopen(new_evidence=" "), LeftBlank)
    scene.when(reopen())
    assert (scene.claim().stage, scene.claim().ruling) == (Stage.REOPENED, None)
    refuses(scene, reopen(), ClaimNotAtStage)
    refuses(scene, confirm(), ShieldNotRejected)
    scene.when(find(effective_on=DECIDED, result=Causation.FAIL))
    again = scene.rule_claim(
        effective_on=DECIDED, outcome=ClaimOutcome.SUSTAINED, table=table(TestResult.FAIL), tested_at=len(scene.log)
    )
    scene.when(again)
    assert [ruling.outcome for ruling in scene.claim().rulings] == ["SHIELD_REJECTED", "SUSTAINED"]
    refuses(scene, reopen(effective_on=RULED), LaterFactsStand)


def test_an_open_claim_is_not_reopened() -> None:
    refuses(ClaimScene().asserted(), reopen(), ClaimNotAtStage)


def test_as_of_an_earlier_day_the_ruling_had_not_been_given() -> None:
    scene = ruled()
    earlier = scene.world().see(CLAIM, CLAIM_ID, RULED - DAY)
    assert earlier
    assert earlier.ruling is None
    assert earlier.causation


def test_a_finding_recorded_late_still_comes_before_the_ruling_it_is_told_after() -> None:
    """What was known at a position is read from the positions, whatever days the facts tell of."""
    scene = ClaimScene().asserted()
    scene.when(scene.rule_claim(table=table(TestResult.UNKNOWN)))
    scene.found()
    told = standing(scene.world().facts(CLAIM_ID))
    assert [type(each.fact) for each in told][-2:] == [CausationFound, ClaimRuled]
    assert not [
        each for each in standing(scene.world().facts(CLAIM_ID), len(scene.log) - 1) if each.effective_on == FOUND
    ]


SAID: tuple[Fact, ...] = (
    ResponsibilityClaimAsserted(incident=INCIDENT, asserting_unit=BUREAU, against_unit=TOWNSHIP, statement="x"),
    ClaimAnswered(answered_by=TOWNSHIP, text="x"),
    CausationFound(result=Causation.PASS, inspector_unit=INSPECTOR, ground="x"),
    ClaimRuled(
        outcome=ClaimOutcome.PARTIAL,
        inspector_unit=INSPECTOR,
        ground="x",
        table=(),
        tested_at=1,
        tests_edition="x",
    ),
    ShieldUseConfirmed(unit=BUREAU, ground="x"),
    ClaimReopened(new_evidence="x"),
)


@given(st.lists(st.sampled_from(SAID), max_size=8))
def test_any_sequence_of_facts_gives_a_state(told: list[Fact]) -> None:
    envelope = Envelope(effective_on=ASSERTED, jurisdiction="530900", rule_pack="x@1", entry_route=EntryRoute.CLI)
    state: Claim | None = None
    for position, fact in enumerate(told, 1):
        before, state = state, evolve(state, Recorded(position, 0, NOWHERE, position, None, envelope, fact))
        if before is not None:
            assert state
            assert (state.ruling is not None) == (state.stage is Stage.RULED)
            assert state.rulings[: len(before.rulings)] == before.rulings


def test_the_twelve_tests_are_named_in_order() -> None:
    assert claim.TESTS[0] == "T1"
    assert claim.TESTS[-1] == "T12"
    assert len(claim.TESTS) == 12
