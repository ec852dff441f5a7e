"""Accountability is collective, comes after the hearing, may be appealed against, and is put right where it was wrong."""

from dataclasses import replace
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any
from uuid import UUID

import pytest

from ledger import rules
from ledger.accountability import (
    AlreadyExecuted,
    AlreadyFiled,
    AppealAlreadyLodged,
    AppealHandledByItsAuthor,
    CaseNeverOpened,
    DecidedByNoMeeting,
    DecisionDoesNotStand,
    ImpactEndNoted,
    ImpactEndsBeforeDecision,
    ImpactNotOver,
    MeasureBeyondAuthority,
    NoAppealPending,
    NoImpactPeriod,
    NothingServed,
)
from ledger.authority import MeetingAfterDecision, MeetingOfAnotherArea, QuorumNotReached
from ledger.commands import (
    AnnounceAccountability,
    CorrectAccountability,
    DecideAppeal,
    EndImpactPeriod,
    ExecuteAccountability,
    FileAccountability,
    FindAbuseOfAccountability,
    LodgeAppeal,
)
from ledger.docket import CaseNotAtStage, FormUnknown, NoSuchCase, StatementNotHeard, ToleranceNotConsidered
from ledger.events import (
    AbuseOfAccountabilityFound,
    AccountabilityDecided,
    AccountabilityProposed,
    AppealLodged,
    CaseClosed,
    CaseCluesReceived,
    StatementHeard,
    ToleranceConsidered,
    UnitsMerged,
)
from ledger.refusals import LaterFactsStand, LeftBlank, MeetingUnknown, UnitUnknown
from ledger.rules import Pack, Rules
from ledger.streams import case_stream
from ledger.terms import MeetingBody, ResponsibilityKind, ReviewResult, ToleranceFinding
from ledger.timelines.case import Stage
from ledger.values import Authority
from tests.pure.case_scene import HELD, LAST_DAY_TO_APPEAL, NOWHERE, OPENED, SERVED, CaseScene
from tests.pure.item_scene import refuses, unit_id

DAY = timedelta(days=1)


def execute(case: UUID, on: date = SERVED) -> ExecuteAccountability:
    return ExecuteAccountability(effective_on=on, case=case)


def file(case: UUID, on: date = SERVED, to: str = "市纪委监委") -> FileAccountability:
    return FileAccountability(effective_on=on, case=case, filed_with=unit_id(to))


def appeal(case: UUID, on: date = SERVED) -> LodgeAppeal:
    return LodgeAppeal(effective_on=on, case=case, grounds="量度过重")


def answer(
    case: UUID, on: date = SERVED, result: ReviewResult = ReviewResult.UPHELD, by: str = "县督查室"
) -> DecideAppeal:
    return DecideAppeal(effective_on=on, case=case, result=result, handled_by=unit_id(by))


def correct(case: UUID, on: date = SERVED, **changes: Any) -> CorrectAccountability:
    lawful = CorrectAccountability(
        effective_on=on, case=case, why_corrected="问责不精准", corrected_by=unit_id("市纪委监委")
    )
    return replace(lawful, **changes)


# ── decided ──


def test_a_decision_says_of_the_case_what_the_case_is_about() -> None:
    scene = CaseScene()
    case = scene.prepared()
    ((stream, fact),) = scene.when(scene.hold(case, impact_until=HELD))
    assert stream == case
    assert fact == AccountabilityDecided(
        subject_unit=unit_id("乡政府"),
        duty_codes=("d1",),
        measure="诫勉",
        form=1,
        responsibility=ResponsibilityKind.DIRECT,
        regulation="问责条例",
        deciding_body=unit_id("县纪委监委"),
        body_category="DISCIPLINE_COMMISSION",
        proposed_by=unit_id("县纪委监委"),
        decided_on=HELD,
        subject_post="乡长",
        impact_until=HELD,
    )
    refuses(scene, scene.hold(case), CaseNotAtStage)


def test_nobody_is_held_to_account_unheard_or_before_tolerance_was_considered() -> None:
    scene = CaseScene()
    case = scene.opened()
    refuses(scene, scene.hold(case), StatementNotHeard, "BR-15")
    scene.fact(case, StatementHeard(heard_on=HELD, statement="x"), HELD)
    refuses(scene, scene.hold(case), ToleranceNotConsidered, "BR-15")
    scene.fact(case, ToleranceConsidered(finding=ToleranceFinding.NONE_RAISED, distinctions=()), HELD)
    scene.when(scene.hold(case))


def test_a_hearing_of_a_later_day_does_not_help() -> None:
    scene = CaseScene()
    case = scene.opened()
    scene.fact(case, StatementHeard(heard_on=HELD + DAY, statement="x"), HELD + DAY)
    refuses(scene, scene.hold(case), LaterFactsStand)


def test_a_decision_is_collective() -> None:
    scene = CaseScene()
    case = scene.prepared()
    refuses(scene, scene.hold(case, authority=None), DecidedByNoMeeting, "BR-15")
    refuses(scene, scene.hold(case, authority=Authority()), DecidedByNoMeeting, "BR-15")
    refuses(scene, scene.hold(case, authority=Authority(meeting=NOWHERE)), MeetingUnknown)
    refuses(scene, scene.hold(case, authority=scene.commission(HELD + DAY)), MeetingAfterDecision, "BR-15")
    few = Authority(meeting=scene.meeting("县纪委监委", MeetingBody.DISCIPLINE_COMMISSION, HELD, present=5))
    refuses(scene, scene.hold(case, authority=few), QuorumNotReached, "BR-15")
    beside = Authority(meeting=scene.meeting("邻县政府", on=HELD))
    refuses(scene, scene.hold(case, authority=beside), MeetingOfAnotherArea, "BR-15")
    above = Authority(meeting=scene.meeting("市委", on=HELD))
    scene.when(scene.hold(case, authority=above))


def test_a_decision_names_what_is_there() -> None:
    scene = CaseScene()
    case = scene.prepared()
    refuses(scene, scene.hold(NOWHERE), NoSuchCase)
    for unit in ("deciding_body", "proposed_by"):
        refuses(scene, scene.hold(case, **{unit: NOWHERE}), UnitUnknown)
    for text in ("measure", "regulation", "body_category"):
        refuses(scene, scene.hold(case, **{text: " "}), LeftBlank)
    refuses(scene, scene.hold(case, form=5), FormUnknown)
    refuses(scene, scene.hold(case, impact_until=HELD - DAY), ImpactEndsBeforeDecision)


def with_values(monkeypatch: pytest.MonkeyPatch, **values: object) -> None:
    """Let every pack say this, too."""
    real = rules.pack

    def told(pack_id: str) -> Pack:
        pack = real(pack_id)
        return replace(pack, values=MappingProxyType({**pack.values, **values}))

    monkeypatch.setattr(rules, "pack", told)


def test_where_the_pack_has_a_table_a_body_keeps_within_it(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = CaseScene()
    case = scene.prepared()
    command = scene.hold(case)
    with_values(monkeypatch, accountability_measures={"DISCIPLINE_COMMISSION": {"TOWNSHIP": ["批评教育"]}})
    refuses(scene, command, MeasureBeyondAuthority, "BR-15")
    refuses(scene, replace(command, measure="批评教育", body_category="GOVERNMENT"), MeasureBeyondAuthority, "BR-15")
    scene.when(replace(command, measure="批评教育"))


def test_a_decision_is_announced_once() -> None:
    scene = CaseScene()
    case = scene.held()
    announce = AnnounceAccountability(effective_on=SERVED, case=case)
    scene.when(announce)
    refuses(scene, announce, CaseNotAtStage)
    undecided = scene.open(scene.incident("2"))
    ((other, _),) = scene.when(undecided)
    refuses(scene, replace(announce, case=other), CaseNotAtStage)
    lifted = CaseScene()
    case = lifted.held()
    lifted.when(correct(case, HELD))
    refuses(lifted, replace(announce, case=case), DecisionDoesNotStand)


# ── executed, filed, over ──


def test_execution_then_filing_each_once() -> None:
    scene = CaseScene()
    case = scene.served()
    refuses(scene, file(case), CaseNotAtStage)
    scene.when(execute(case))
    refuses(scene, execute(case), AlreadyExecuted)
    refuses(scene, replace(file(case), filed_with=NOWHERE), UnitUnknown)
    scene.when(file(case))
    refuses(scene, file(case), AlreadyFiled)


def test_an_execution_before_the_service_is_none() -> None:
    scene = CaseScene()
    case = scene.served()
    refuses(scene, execute(case, HELD), CaseNotAtStage)
    refuses(scene, execute(scene.opened("2")), DecisionDoesNotStand)


def test_an_execution_told_late_is_taken_on_its_day() -> None:
    scene = CaseScene()
    case = scene.served()
    scene.when(appeal(case, SERVED + DAY))
    scene.when(execute(case, SERVED))
    assert scene.case(case, SERVED).executed_on == SERVED
    refuses(scene, execute(case, SERVED), AlreadyExecuted)


def test_the_effect_is_over_the_day_after_its_last() -> None:
    scene = CaseScene()
    case = scene.served(impact_until=SERVED)
    end = EndImpactPeriod(effective_on=SERVED, case=case)
    refuses(scene, end, ImpactNotOver)
    scene.when(replace(end, effective_on=SERVED + DAY))
    refuses(scene, replace(end, effective_on=SERVED + DAY), ImpactEndNoted)
    refuses(scene, replace(end, case=scene.served("2")), NoImpactPeriod)


# ── appealed against ──


@pytest.mark.parametrize(("on", "late"), [(SERVED, False), (LAST_DAY_TO_APPEAL, False), (date(2025, 9, 1), True)])
def test_an_appeal_is_taken_at_any_time_and_a_late_one_is_marked(on: date, *, late: bool) -> None:
    scene = CaseScene()
    case = scene.served()
    ((_, fact),) = scene.when(appeal(case, on))
    assert fact == AppealLodged(lodged_on=on, grounds="量度过重", late=late)
    refuses(scene, appeal(case, on), AppealAlreadyLodged)


def test_the_window_is_the_packs_in_days_or_in_months(monkeypatch: pytest.MonkeyPatch) -> None:
    with_values(monkeypatch, appeal_days=15)
    scene = CaseScene()
    case = scene.served()
    ((_, last),) = scene.when(appeal(case, SERVED + 15 * DAY))
    assert isinstance(last, AppealLodged)
    assert not last.late
    scene.when(answer(case, SERVED + 15 * DAY))
    ((_, after),) = scene.when(appeal(case, SERVED + 16 * DAY))
    assert isinstance(after, AppealLodged)
    assert after.late


def test_no_days_are_as_good_as_none_set(monkeypatch: pytest.MonkeyPatch) -> None:
    with_values(monkeypatch, appeal_days=0)
    scene = CaseScene()
    ((_, fact),) = scene.when(appeal(scene.served(), LAST_DAY_TO_APPEAL))
    assert isinstance(fact, AppealLodged)
    assert not fact.late


def test_the_window_keeps_the_length_it_had_on_the_day_of_service() -> None:
    scene = CaseScene()
    case = scene.served()
    asked: list[date] = []
    until = type(scene.case(case)).appeal_until

    def listening(self: Any, held: Rules) -> date | None:
        asked.append(held.on)
        return until(self, held)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(scene.case(case)), "appeal_until", listening)
        scene.when(appeal(case, LAST_DAY_TO_APPEAL))
    assert asked == [SERVED]


def test_an_appeal_is_against_what_was_served() -> None:
    scene = CaseScene()
    case = scene.served()
    refuses(scene, appeal(case, SERVED - DAY), NothingServed, "BR-18")
    refuses(scene, replace(appeal(case), grounds=" "), LeftBlank)


def test_an_appeal_does_not_hold_up_execution() -> None:
    scene = CaseScene()
    case = scene.served()
    scene.when(appeal(case))
    scene.when(execute(case))
    scene.when(file(case))


def test_an_appeal_reaches_a_closed_case_and_is_answered() -> None:
    scene = CaseScene()
    case = scene.served()
    scene.fact(case, CaseClosed(ground="x"), SERVED + DAY)
    later = date(2026, 1, 5)
    scene.when(appeal(case, later))
    scene.when(answer(case, later, ReviewResult.REVOKED))
    state = scene.case(case)
    assert state.stage is Stage.CLOSED
    assert not state.stands


def test_an_appeal_told_late_is_taken_as_of_its_day() -> None:
    scene = CaseScene()
    case = scene.served()
    scene.when(execute(case, SERVED + 5 * DAY))
    ((_, fact),) = scene.when(appeal(case, SERVED + DAY))
    assert fact == AppealLodged(lodged_on=SERVED + DAY, grounds="量度过重", late=False)
    refuses(scene, answer(case, SERVED), NoAppealPending)
    scene.when(answer(case, SERVED + 5 * DAY))
    refuses(scene, answer(case, SERVED + 5 * DAY), NoAppealPending)
    refuses(scene, answer(case, SERVED + DAY), NoAppealPending)


def test_two_appeals_are_answered_in_their_order() -> None:
    scene = CaseScene()
    case = scene.served()
    scene.when(appeal(case, SERVED + 2 * DAY))
    scene.when(answer(case, SERVED + 3 * DAY))
    scene.when(appeal(case, SERVED + DAY))  # lodged first, told last
    assert [each.result for each in scene.case(case).appeals] == [ReviewResult.UPHELD, None]
    scene.when(answer(case, SERVED + 4 * DAY))
    assert not scene.case(case).appeal_pending


@pytest.mark.parametrize("author", ["县委", "县纪委监委", "县级部门"])
def test_nobody_answers_an_appeal_against_its_own(author: str) -> None:
    scene = CaseScene()
    case = scene.prepared()
    proposed = AccountabilityProposed(
        proposed_by=unit_id("县级部门"), measure="x", form=1, responsibility=ResponsibilityKind.DIRECT, text="x"
    )
    scene.fact(case, proposed, HELD)
    scene.when(scene.hold(case, deciding_body=unit_id("县委")))
    scene.when(AnnounceAccountability(effective_on=SERVED, case=case))
    scene.when(appeal(case))
    refuses(scene, answer(case, by=author), AppealHandledByItsAuthor, "BR-19")
    refuses(scene, replace(answer(case), handled_by=NOWHERE), UnitUnknown)
    scene.fact(unit_id(author), UnitsMerged(successor=unit_id("县督查室"), first_day_without=SERVED), SERVED)
    refuses(scene, answer(case), AppealHandledByItsAuthor, "BR-19")
    scene.when(answer(case, by="市纪委监委"))


def test_nothing_is_executed_that_was_revoked() -> None:
    scene = CaseScene()
    case = scene.served(impact_until=SERVED)
    scene.when(appeal(case))
    scene.when(answer(case, result=ReviewResult.REVOKED))
    for step in (execute(case), EndImpactPeriod(effective_on=SERVED + DAY, case=case), correct(case)):
        refuses(scene, step, DecisionDoesNotStand)


def test_a_decision_becomes_final_by_the_passing_of_days_or_by_an_answer() -> None:
    scene = CaseScene()
    case = scene.served()
    held = scene.world().rules("530921", SERVED)
    assert not scene.case(case, HELD).settled_on(LAST_DAY_TO_APPEAL + DAY, held)
    assert not scene.case(case).settled_on(LAST_DAY_TO_APPEAL, held)
    assert scene.case(case).settled_on(LAST_DAY_TO_APPEAL + DAY, held)
    scene.when(appeal(case, LAST_DAY_TO_APPEAL))
    assert not scene.case(case).settled_on(LAST_DAY_TO_APPEAL + DAY, held)
    scene.when(answer(case, LAST_DAY_TO_APPEAL))
    assert scene.case(case).settled_on(LAST_DAY_TO_APPEAL, held)
    scene.when(appeal(case, LAST_DAY_TO_APPEAL + DAY))
    assert scene.case(case).settled_on(LAST_DAY_TO_APPEAL + DAY, held), "a late appeal undoes nothing"


# ── put right ──


def test_a_correction_replaces_the_measure_or_lifts_the_decision_also_after_closing() -> None:
    scene = CaseScene()
    case = scene.served()
    scene.fact(case, CaseClosed(ground="x"), SERVED)
    later = date(2026, 1, 5)
    scene.when(correct(case, later, measure="提醒谈话", form=1))
    decision = scene.case(case).decision
    assert decision
    assert (decision.measure, decision.form) == ("提醒谈话", 1)
    scene.when(correct(case, later))
    assert not scene.case(case).stands
    refuses(scene, correct(case, later), DecisionDoesNotStand)
    refuses(scene, correct(case, SERVED), DecisionDoesNotStand)


def test_a_correction_says_why_and_by_whom() -> None:
    scene = CaseScene()
    case = scene.held()
    refuses(scene, correct(case, why_corrected=""), LeftBlank)
    refuses(scene, correct(case, measure=" "), LeftBlank)
    refuses(scene, correct(case, form=9), FormUnknown)
    refuses(scene, correct(case, corrected_by=NOWHERE), UnitUnknown)
    refuses(scene, correct(case, HELD - DAY), DecisionDoesNotStand)


def test_abuse_is_found_in_a_case_that_was_opened_whatever_became_of_it() -> None:
    scene = CaseScene()
    incident = scene.incident()
    case = case_stream(incident, unit_id("乡政府"), None)
    received = CaseCluesReceived(
        incident=incident, subject_unit=unit_id("乡政府"), received_by=unit_id("县纪委监委"), matter="x"
    )
    scene.fact(case, received, OPENED)
    find = FindAbuseOfAccountability(effective_on=OPENED, case=case, found_by=unit_id("市纪委监委"), finding="问责泛化")
    refuses(scene, find, CaseNeverOpened)
    scene.when(scene.open(incident, subject_post=None))
    scene.fact(case, CaseClosed(ground="x"), OPENED)
    refuses(scene, replace(find, finding=""), LeftBlank)
    refuses(scene, replace(find, found_by=NOWHERE), UnitUnknown)
    ((_, fact),) = scene.when(find)
    assert fact == AbuseOfAccountabilityFound(found_by=unit_id("市纪委监委"), finding="问责泛化")
    assert scene.case(case).abuse_found
