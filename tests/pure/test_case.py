"""A case from its clues to its proposal, and how it closes; what is no case stays none."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import case as room
from ledger.case import (
    AccountabilityNotCompleted,
    AppealStillPending,
    CaseExists,
    CaseWithoutApproval,
    CaseWithoutIncident,
    ClaimLedNowhere,
    DistinctionsNotThree,
    ImpactStillRuns,
    NotExempted,
)
from ledger.commands import (
    CloseCase,
    CloseCaseWithoutAccountability,
    ConsiderTolerance,
    DecideNoCase,
    HearStatement,
    OpenInvestigation,
    OpenPreliminaryCheck,
    ProposeAccountability,
    ReceiveCaseClues,
)
from ledger.docket import CaseNotAtStage, FormUnknown, NoSuchCase, StatementNotHeard, ToleranceNotConsidered
from ledger.events import (
    AbuseOfAccountabilityFound,
    AccountabilityAnnounced,
    AccountabilityCorrected,
    AccountabilityExecuted,
    AccountabilityFiled,
    AccountabilityProposed,
    AppealDecided,
    AppealLodged,
    CaseClosed,
    CaseClosedWithoutAccountability,
    CaseCluesReceived,
    CaseOpened,
    ClaimRuled,
    Fact,
    ImpactPeriodEnded,
    InvestigationOpened,
    NoCaseDecided,
    PreliminaryCheckOpened,
    ResponsibilityClaimAsserted,
    StatementHeard,
    ToleranceApplied,
    ToleranceConsidered,
    ToleranceRuled,
    ToleranceVerified,
    UnitsMerged,
)
from ledger.refusals import DocumentUnknown, LaterFactsStand, LeftBlank, MeetingUnknown, UnitUnknown
from ledger.streams import case_stream, stream, tolerance_stream
from ledger.terms import ClaimOutcome, ResponsibilityKind, ReviewResult, ToleranceFinding, ToleranceOutcome
from ledger.timelines.case import CASE, Stage
from ledger.values import Authority, Distinction
from tests.pure.case_scene import (
    CASE_OPENED,
    HELD,
    HELD_TO_ACCOUNT,
    NOWHERE,
    OCCURRED,
    OPENED,
    SERVED,
    CaseScene,
    states,
)
from tests.pure.item_scene import refuses, unit_id

DAY = timedelta(days=1)
THREE = tuple(Distinction(number=number, applies=False, reasoning="不属此类") for number in (1, 2, 3))


def clues(incident: UUID, **changes: Any) -> ReceiveCaseClues:
    lawful = ReceiveCaseClues(
        effective_on=OPENED,
        incident=incident,
        subject_unit=unit_id("乡政府"),
        received_by=unit_id("县纪委监委"),
        matter="群众反映",
        subject_post="乡长",
    )
    return replace(lawful, **changes)


def consider(case: UUID, **changes: Any) -> ConsiderTolerance:
    lawful = ConsiderTolerance(
        effective_on=OPENED, case=case, finding=ToleranceFinding.DOES_NOT_APPLY, distinctions=THREE
    )
    return replace(lawful, **changes)


def propose(case: UUID, **changes: Any) -> ProposeAccountability:
    lawful = ProposeAccountability(
        effective_on=OPENED,
        case=case,
        proposed_by=unit_id("县纪委监委"),
        measure="诫勉",
        form=1,
        responsibility=ResponsibilityKind.DIRECT,
        text="建议诫勉",
    )
    return replace(lawful, **changes)


def stage(scene: CaseScene, case: UUID) -> Stage:
    return scene.case(case).stage


# ── how a case begins ──


def test_one_case_for_one_subject_of_one_incident() -> None:
    scene = CaseScene()
    incident = scene.incident()
    ((case, fact),) = scene.when(scene.open(incident))
    assert case == case_stream(incident, unit_id("乡政府"), "乡长")
    assert isinstance(fact, CaseOpened)
    refuses(scene, scene.open(incident, matter="另一事由"), CaseExists)
    refuses(scene, clues(incident), CaseExists)
    for other in ({"subject_post": None}, {"subject_post": "副乡长"}, {"subject_unit": unit_id("县级部门")}):
        scene.when(scene.open(incident, **other))


def test_clues_are_checked_and_lead_to_a_case_or_to_none() -> None:
    scene = CaseScene()
    incident = scene.incident()
    ((case, _),) = scene.when(clues(incident))
    refuses(scene, clues(incident), CaseExists)
    check = OpenPreliminaryCheck(effective_on=OPENED, case=case, checker=unit_id("县纪委监委"))
    refuses(scene, replace(check, checker=NOWHERE), UnitUnknown)
    scene.when(check)
    refuses(scene, check, CaseNotAtStage)
    scene.when(scene.open(incident, opened_by=unit_id("市纪委监委")))
    assert stage(scene, case) is Stage.OPENED
    assert scene.case(case).handled_by == unit_id("市纪委监委")
    refuses(scene, check, CaseNotAtStage)
    refuses(scene, DecideNoCase(effective_on=OPENED, case=case, ground="x"), CaseNotAtStage)


def test_that_there_is_no_case_is_final() -> None:
    scene = CaseScene()
    incident = scene.incident()
    ((case, _),) = scene.when(clues(incident))
    refuses(scene, DecideNoCase(effective_on=OPENED, case=case, ground=" "), LeftBlank)
    scene.when(DecideNoCase(effective_on=OPENED, case=case, ground="并无过失"))
    refuses(scene, scene.open(incident), CaseExists)
    refuses(scene, DecideNoCase(effective_on=OPENED, case=case, ground="x"), CaseNotAtStage)
    refuses(scene, HearStatement(effective_on=OPENED, case=case, statement="x"), CaseNotAtStage)


def test_a_case_is_about_an_incident_that_was_there() -> None:
    scene = CaseScene()
    incident = scene.incident()
    refuses(scene, scene.open(NOWHERE), CaseWithoutIncident)
    refuses(scene, clues(incident, effective_on=OCCURRED - DAY), CaseWithoutIncident)
    for unit in ("subject_unit", "opened_by"):
        refuses(scene, scene.open(incident, **{unit: NOWHERE}), UnitUnknown)
    refuses(scene, clues(incident, received_by=NOWHERE), UnitUnknown)
    refuses(scene, clues(incident, subject_post=" "), LeftBlank)
    refuses(scene, scene.open(incident, matter=""), LeftBlank)


def test_a_unit_that_has_ended_since_still_answers() -> None:
    scene = CaseScene()
    incident = scene.incident()
    scene.fact(unit_id("乡政府"), UnitsMerged(successor=unit_id("邻乡政府"), first_day_without=OPENED), OCCURRED + DAY)
    scene.when(scene.open(incident))


def test_a_case_is_opened_on_an_approval() -> None:
    scene = CaseScene()
    incident = scene.incident()
    refuses(scene, scene.open(incident, authority=None), CaseWithoutApproval)
    refuses(scene, scene.open(incident, authority=Authority()), CaseWithoutApproval)
    refuses(scene, scene.open(incident, authority=Authority(document=NOWHERE)), DocumentUnknown)
    refuses(scene, scene.open(incident, authority=Authority(meeting=NOWHERE)), MeetingUnknown)
    scene.when(scene.open(incident, authority=Authority(meeting=scene.meeting("县委", on=OPENED))))


def test_a_case_is_not_opened_before_what_stands_already() -> None:
    scene = CaseScene()
    incident = scene.incident()
    scene.when(clues(incident, effective_on=OPENED + DAY))
    refuses(scene, scene.open(incident), LaterFactsStand)


def test_a_claim_leads_to_a_case_only_when_it_was_ruled_on() -> None:
    scene = CaseScene()
    incident = scene.incident()
    claim, elsewhere = stream("claim", 1), stream("claim", 2)
    asserted = ResponsibilityClaimAsserted(
        incident=incident,
        asserting_unit=unit_id("县级部门"),
        against_unit=unit_id("乡政府"),
        statement="由其负责",
        pledge=NOWHERE,
    )
    ruled = ClaimRuled(
        outcome=ClaimOutcome.SHIELD_REJECTED,
        inspector_unit=unit_id("县纪委监委"),
        ground="x",
        table=(),
        tested_at=1,
        tests_edition="1",
    )
    scene.fact(claim, asserted, OCCURRED)
    refuses(scene, scene.open(incident, claim=NOWHERE), ClaimLedNowhere)
    refuses(scene, scene.open(incident, claim=claim), ClaimLedNowhere)
    scene.fact(claim, ruled, OPENED)
    scene.fact(elsewhere, replace(asserted, incident=NOWHERE), OCCURRED)
    scene.fact(elsewhere, ruled, OCCURRED)
    refuses(scene, scene.open(incident, claim=elsewhere), ClaimLedNowhere)
    ((case, _),) = scene.when(scene.open(incident, claim=claim))
    assert scene.case(case).claim == claim


# ── investigated, heard, considered, proposed ──


def test_a_step_needs_the_case_on_its_day_and_nothing_later() -> None:
    scene = CaseScene()
    case = scene.opened()
    refuses(scene, HearStatement(effective_on=OPENED - DAY, case=case, statement="x"), NoSuchCase)
    scene.when(OpenInvestigation(effective_on=OPENED + DAY, case=case, investigator=unit_id("县纪委监委")))
    refuses(scene, HearStatement(effective_on=OPENED, case=case, statement="x"), LaterFactsStand)


def test_an_investigation_is_opened_once() -> None:
    scene = CaseScene()
    case = scene.opened()
    investigate = OpenInvestigation(effective_on=OPENED, case=case, investigator=unit_id("县纪委监委"))
    refuses(scene, replace(investigate, investigator=NOWHERE), UnitUnknown)
    scene.when(investigate)
    refuses(scene, investigate, CaseNotAtStage)


def test_somebody_may_be_heard_more_than_once() -> None:
    scene = CaseScene()
    case = scene.opened()
    refuses(scene, HearStatement(effective_on=OPENED, case=case, statement=""), LeftBlank)
    for _ in range(2):
        scene.when(HearStatement(effective_on=OPENED, case=case, statement="人手不足"))


@pytest.mark.parametrize("numbers", [(), (1, 2), (1, 2, 2), (1, 2, 3, 3), (2, 3, 4)])
def test_tolerance_is_considered_with_three_distinctions(numbers: tuple[int, ...]) -> None:
    scene = CaseScene()
    case = scene.opened()
    given_ones = tuple(Distinction(number=number, applies=True, reasoning="x") for number in numbers)
    refuses(scene, consider(case, distinctions=given_ones), DistinctionsNotThree)
    unreasoned = (*THREE[:2], replace(THREE[2], reasoning=" "))
    refuses(scene, consider(case, distinctions=unreasoned), DistinctionsNotThree)
    scene.when(consider(case))


def test_where_nobody_raised_tolerance_the_distinctions_may_be_left_out_but_not_in_part() -> None:
    scene = CaseScene()
    case = scene.opened()
    silent = consider(case, finding=ToleranceFinding.NONE_RAISED, distinctions=())
    refuses(scene, replace(silent, distinctions=THREE[:1]), DistinctionsNotThree)
    scene.when(silent)


def test_a_proposal_comes_after_hearing_and_tolerance() -> None:
    scene = CaseScene()
    case = scene.opened()
    refuses(scene, propose(case), StatementNotHeard, "BR-15")
    scene.when(HearStatement(effective_on=OPENED, case=case, statement="人手不足"))
    refuses(scene, propose(case), ToleranceNotConsidered, "BR-15")
    scene.when(consider(case))
    refuses(scene, propose(case, form=0), FormUnknown)
    refuses(scene, propose(case, form=5), FormUnknown)
    refuses(scene, propose(case, proposed_by=NOWHERE), UnitUnknown)
    for text in ("measure", "text"):
        refuses(scene, propose(case, **{text: ""}), LeftBlank)
    scene.when(propose(case))
    assert stage(scene, case) is Stage.PROPOSED
    scene.when(HearStatement(effective_on=OPENED, case=case, statement="对建议有意见"))
    scene.when(propose(case, form=2))
    assert stage(scene, case) is Stage.PROPOSED


# ── how a case ends ──


def excuse(case: UUID, **changes: Any) -> CloseCaseWithoutAccountability:
    return replace(CloseCaseWithoutAccountability(effective_on=HELD, case=case, ground="免予问责"), **changes)


def exempted(scene: CaseScene, case: UUID, outcome: ToleranceOutcome = ToleranceOutcome.EXEMPT) -> UUID:
    tolerance = tolerance_stream(case, unit_id("乡政府"))
    applied = ToleranceApplied(
        case=case, applicant=unit_id("乡政府"), situation_code="x", statement="x", party_group_opinion="x"
    )
    verified = ToleranceVerified(
        verifier=NOWHERE,
        seven_looks=(),
        private_gain=False,
        knowing_violation=False,
        prohibition_ignored=False,
        force_majeure=False,
    )
    for fact in (applied, verified, ToleranceRuled(outcome=outcome, ground_code="x", text="x")):
        scene.fact(tolerance, fact, HELD)
    return tolerance


def test_a_case_closes_without_accountability_on_a_ground() -> None:
    scene = CaseScene()
    case = scene.opened()
    refuses(scene, excuse(case, ground=" "), LeftBlank)
    scene.when(excuse(case))
    assert scene.case(case).final
    for step in (excuse(case), propose(case, effective_on=HELD), CloseCase(effective_on=HELD, case=case, ground="x")):
        refuses(scene, step, CaseNotAtStage)
    refuses(scene, scene.open(scene.case(case).incident, effective_on=HELD), CaseExists)


def test_an_exemption_is_one_that_was_ruled_in_this_case() -> None:
    scene = CaseScene()
    case = scene.opened()
    refuses(scene, excuse(case, tolerance=NOWHERE), NotExempted)
    tolerance = exempted(scene, case)
    refuses(scene, excuse(case, tolerance=tolerance, effective_on=HELD - DAY), NotExempted)
    ((other, _),) = scene.when(scene.open(scene.incident("2")))
    refuses(scene, excuse(other, tolerance=tolerance), NotExempted)
    lighter = exempted(scene, other, ToleranceOutcome.LIGHTER)
    refuses(scene, excuse(other, tolerance=lighter), NotExempted)
    scene.when(excuse(case, tolerance=tolerance))


def test_with_a_decision_a_case_closes_the_other_way_and_only_when_that_is_completed() -> None:
    scene = CaseScene()
    case = scene.served(impact_until=SERVED + DAY)
    refuses(scene, excuse(case, effective_on=SERVED), CaseNotAtStage)
    close = CloseCase(effective_on=SERVED + DAY, case=case, ground="影响期满")
    refuses(scene, close, AccountabilityNotCompleted)
    scene.fact(case, AccountabilityExecuted(executed_on=SERVED), SERVED)
    refuses(scene, close, AccountabilityNotCompleted)
    scene.fact(case, AccountabilityFiled(filed_with=unit_id("市纪委监委")), SERVED)
    refuses(scene, close, ImpactStillRuns)
    scene.fact(case, AppealLodged(lodged_on=SERVED, grounds="x"), SERVED)
    refuses(scene, replace(close, effective_on=SERVED + 2 * DAY), AppealStillPending)
    answer = AppealDecided(result=ReviewResult.UPHELD, handled_by=unit_id("县督查室"), decided_on=SERVED)
    scene.fact(case, answer, SERVED)
    refuses(scene, replace(close, effective_on=SERVED + 2 * DAY, ground=""), LeftBlank)
    scene.when(replace(close, effective_on=SERVED + 2 * DAY))
    assert stage(scene, case) is Stage.CLOSED
    refuses(scene, replace(close, effective_on=SERVED + 2 * DAY), CaseNotAtStage)


def test_a_decision_that_was_lifted_needs_no_completion() -> None:
    scene = CaseScene()
    case = scene.served(impact_until=date(2027, 1, 1))
    close = CloseCase(effective_on=SERVED, case=case, ground="已纠正")
    refuses(scene, close, AccountabilityNotCompleted)
    scene.fact(case, AccountabilityCorrected(why_corrected="x", corrected_by=unit_id("县委")), SERVED)
    scene.when(close)


def test_a_case_without_a_decision_is_not_simply_closed() -> None:
    scene = CaseScene()
    case = scene.opened()
    refuses(scene, CloseCase(effective_on=OPENED, case=case, ground="x"), CaseNotAtStage)


def test_the_rules_are_those_of_the_area_that_handles_the_case() -> None:
    scene = CaseScene()
    scene.adopt("530922", "hunan-2019@1")
    command = clues(scene.incident(), subject_unit=unit_id("邻乡政府"))
    decision = room.decide(command, scene.world(OPENED))
    assert decision.rules.pack.id == "generic@1"
    ((opened, _),) = scene.when(command)
    heard = HearStatement(effective_on=OPENED, case=opened, statement="x")
    check = OpenPreliminaryCheck(effective_on=OPENED, case=opened, checker=unit_id("县纪委监委"))
    assert room.decide(check, scene.world(OPENED)).rules.jurisdiction == "530921"
    scene.when(scene.open(scene.case(opened).incident, subject_unit=unit_id("邻乡政府"), opened_by=unit_id("邻县政府")))
    assert room.decide(heard, scene.world(OPENED)).rules.pack.id == "hunan-2019@1"


# ── whatever is told ──


SAID: tuple[Fact, ...] = (
    CaseCluesReceived(incident=NOWHERE, subject_unit=NOWHERE, received_by=NOWHERE, matter="x"),
    PreliminaryCheckOpened(checker=NOWHERE),
    NoCaseDecided(ground="x"),
    CASE_OPENED,
    InvestigationOpened(investigator=NOWHERE),
    StatementHeard(heard_on=OPENED, statement="x"),
    ToleranceConsidered(finding=ToleranceFinding.NONE_RAISED, distinctions=()),
    AccountabilityProposed(
        proposed_by=NOWHERE, measure="x", form=1, responsibility=ResponsibilityKind.DIRECT, text="x"
    ),
    HELD_TO_ACCOUNT,
    AccountabilityAnnounced(served_on=SERVED),
    AccountabilityExecuted(executed_on=SERVED),
    AccountabilityFiled(filed_with=NOWHERE),
    AppealLodged(lodged_on=SERVED, grounds="x"),
    AppealDecided(result=ReviewResult.REVOKED, handled_by=NOWHERE, decided_on=SERVED),
    AccountabilityCorrected(why_corrected="x", corrected_by=NOWHERE),
    AccountabilityCorrected(why_corrected="x", corrected_by=NOWHERE, measure="y"),
    AbuseOfAccountabilityFound(found_by=NOWHERE, finding="x"),
    ImpactPeriodEnded(ended_on=SERVED),
    CaseClosedWithoutAccountability(ground="x"),
    CaseClosed(ground="x"),
)


@given(st.lists(st.sampled_from(SAID), max_size=12))
def test_any_sequence_of_facts_gives_a_state_and_what_is_over_stays_over(told: list[Fact]) -> None:
    run = [state for state in states(CASE, told) if state]
    order = list(Stage)
    reached = [order.index(state.stage) for state in run]
    assert reached == sorted(reached), "a case never goes back"
    ended = [state for state in run if state.final]
    assert len({state.stage for state in ended}) <= 1
    assert all(state == ended[0] for state in ended if state.stage is Stage.NO_CASE)
