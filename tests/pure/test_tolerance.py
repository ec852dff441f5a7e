"""Tolerance by both doors; what bars leniency, what shows that a duty came without power or means, and what follows a ruling."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.authority import MeetingAfterDecision, MeetingOfAnotherArea, QuorumNotReached
from ledger.commands import (
    AcceptTolerance,
    CheckToleranceFiling,
    CompleteCorrection,
    ConsiderToleranceExOfficio,
    DecideToleranceFiling,
    DecideToleranceReview,
    DeclineTolerance,
    FeedToleranceBack,
    IssueClarification,
    OrderCorrection,
    RequestToleranceReview,
    ReviewToleranceFiling,
)
from ledger.encoding import Recorded
from ledger.events import (
    CaseClosedWithoutAccountability,
    ClarificationIssued,
    CorrectionCompleted,
    CorrectionOrdered,
    DutyDelegated,
    Envelope,
    Fact,
    SupportDelivered,
    SupportPromised,
    ToleranceAccepted,
    ToleranceApplied,
    ToleranceConsideredExOfficio,
    ToleranceFedBack,
    ToleranceFiledInAdvance,
    ToleranceFilingDecided,
    ToleranceNotAccepted,
    ToleranceReviewDecided,
    ToleranceReviewRequested,
    ToleranceRuled,
    ToleranceVerified,
)
from ledger.leniency import (
    LeniencyBarred,
    MatterExcluded,
    MismatchRefNotFound,
    MismatchWithoutDuty,
    MismatchWithoutWant,
    MistakeRepeated,
    NotAnEarlierRuling,
)
from ledger.refusals import LaterFactsStand, LeftBlank, MeetingUnknown, UnitUnknown
from ledger.streams import duty_stream, filing_stream, stream
from ledger.terms import (
    ClarificationForm,
    EntryRoute,
    FilingDecision,
    MeetingBody,
    ReviewResult,
    Severity,
    SupportKind,
    ToleranceOutcome,
)
from ledger.timelines.tolerance import TOLERANCE, Stage, Tolerance, evolve
from ledger.tolerance import (
    AlreadyClarified,
    AlreadyFedBack,
    CorrectionStillOpen,
    DueBeforeOrdered,
    FilingExists,
    FilingNotForThisBody,
    HandledByTheUnitItself,
    LooksNotSeven,
    NoCorrectionOpen,
    NoReviewOpen,
    NothingToClarify,
    ReviewAlreadyOpen,
    ReviewerRuledItself,
    ReviewOutcomeUnclear,
    SituationUnknown,
    ToleranceAlreadySought,
    ToleranceNotAtStage,
    ToleranceOfAnotherUnit,
    ToleranceTooLate,
    ToleranceUnknown,
    ToleranceWithoutCase,
    ToleranceWithoutMeeting,
)
from ledger.values import Authority, Look
from tests.pure.claim_scene import (
    ACCEPTED,
    APPLIED,
    BUREAU,
    CASE,
    CITY_INSPECTOR,
    COMMITTEE,
    D1,
    D2,
    DECIDED,
    DUTY,
    INCIDENT_DAY,
    INSPECTOR,
    LOOKS,
    OPENED,
    PLEDGE,
    SIGNED,
    SUCCESSOR,
    TOLERANCE_ID,
    TOWNSHIP,
    VERIFIED,
    ClaimScene,
    unit,
)
from tests.pure.item_scene import refuses

DAY = timedelta(days=1)
NOWHERE = stream("nowhere")
AFTER = date(2025, 8, 4)
FILING = filing_stream(TOWNSHIP, "1")
GRANTED = (ToleranceOutcome.EXEMPT, ToleranceOutcome.LIGHTER, ToleranceOutcome.MITIGATED)
REFUSED = ToleranceOutcome.REFUSED


# ── filed in advance ──


def review_filing(**changes: Any) -> ReviewToleranceFiling:
    lawful = ReviewToleranceFiling(effective_on=SIGNED + DAY, tolerance=FILING, reviewer=INSPECTOR, text="材料齐全")
    return replace(lawful, **changes)


def check_filing(**changes: Any) -> CheckToleranceFiling:
    lawful = CheckToleranceFiling(effective_on=SIGNED + DAY, tolerance=FILING, checker=INSPECTOR, text="情况属实")
    return replace(lawful, **changes)


def decide_filing(scene: ClaimScene, **changes: Any) -> DecideToleranceFiling:
    lawful = DecideToleranceFiling(
        effective_on=SIGNED + DAY,
        authority=scene.meeting(on=SIGNED),
        tolerance=FILING,
        result=FilingDecision.ACCEPTED,
        ground="符合报备情形",
    )
    return replace(lawful, **changes)


@pytest.mark.parametrize("result", FilingDecision)
def test_a_filing_is_reviewed_checked_and_decided_at_a_joint_meeting(result: FilingDecision) -> None:
    scene = ClaimScene()
    filed = ToleranceFiledInAdvance(applicant=TOWNSHIP, situation_code="NO_CLEAR_LIMIT", statement="先行先试")
    assert scene.when(scene.file()) == ((FILING, filed),)
    refuses(scene, check_filing(), ToleranceNotAtStage)
    scene.when(review_filing())
    refuses(scene, review_filing(), ToleranceNotAtStage)
    refuses(scene, decide_filing(scene), ToleranceNotAtStage)
    scene.when(check_filing())
    scene.when(decide_filing(scene, result=result))
    assert scene.tolerance(FILING).stage.final
    refuses(scene, decide_filing(scene), ToleranceNotAtStage)


def test_a_filing_is_decided_collectively_by_the_body_that_may() -> None:
    scene = ClaimScene().tried(ClaimScene().file(), review_filing(), check_filing())
    refuses(scene, decide_filing(scene, authority=None), ToleranceWithoutMeeting, "BR-04")
    refuses(scene, decide_filing(scene, authority=Authority(meeting=NOWHERE)), MeetingUnknown)
    party = scene.meeting(on=SIGNED, body=MeetingBody.PARTY_GROUP)
    refuses(scene, decide_filing(scene, authority=party), FilingNotForThisBody, "BR-04")
    scarce = scene.meeting(on=SIGNED, present=5)
    refuses(scene, decide_filing(scene, authority=scarce), QuorumNotReached, "BR-04")
    late = scene.meeting(on=DECIDED)
    refuses(scene, decide_filing(scene, authority=late), MeetingAfterDecision, "BR-04")
    elsewhere = scene.meeting(of=unit("外县县委"), on=SIGNED)
    refuses(scene, decide_filing(scene, authority=elsewhere), MeetingOfAnotherArea, "BR-04")
    refuses(scene, decide_filing(scene, ground=" "), LeftBlank)
    scene.when(decide_filing(scene))


def test_a_filing_says_what_and_is_numbered_once() -> None:
    scene = ClaimScene()
    refuses(scene, scene.file(statement=" "), LeftBlank)
    refuses(scene, scene.file(ordinal=" "), LeftBlank)
    refuses(scene, scene.file(situation_code="C1"), SituationUnknown)
    refuses(scene, scene.file(applicant=NOWHERE), UnitUnknown)
    scene.when(scene.file())
    refuses(scene, scene.file(), FilingExists)
    scene.when(scene.file(ordinal="2"))


def test_nobody_reviews_or_checks_its_own_filing() -> None:
    scene = ClaimScene().tried(ClaimScene().file())
    refuses(scene, review_filing(reviewer=TOWNSHIP), HandledByTheUnitItself, "BR-19")
    refuses(scene, review_filing(text=""), LeftBlank)
    scene.when(review_filing())
    refuses(scene, check_filing(checker=TOWNSHIP), HandledByTheUnitItself, "BR-19")


# ── sought in a case ──


def ex_officio(**changes: Any) -> ConsiderToleranceExOfficio:
    lawful = ConsiderToleranceExOfficio(
        effective_on=APPLIED, case=CASE, subject_unit=TOWNSHIP, situation_code="MISMATCH", statement="同步审查"
    )
    return replace(lawful, **changes)


def accept(**changes: Any) -> AcceptTolerance:
    return replace(AcceptTolerance(effective_on=ACCEPTED, tolerance=TOLERANCE_ID), **changes)


def decline(**changes: Any) -> DeclineTolerance:
    return replace(DeclineTolerance(effective_on=ACCEPTED, tolerance=TOLERANCE_ID, ground="不属容错情形"), **changes)


def test_the_unit_that_a_case_is_about_applies_with_its_party_groups_opinion() -> None:
    scene = ClaimScene()
    refuses(scene, scene.apply(), ToleranceWithoutCase)
    scene.case()
    refuses(scene, scene.apply(party_group_opinion=" "), LeftBlank)
    refuses(scene, scene.apply(statement=" "), LeftBlank)
    refuses(scene, scene.apply(situation_code="权责不对等"), SituationUnknown)
    refuses(scene, scene.apply(applicant=BUREAU), ToleranceOfAnotherUnit)
    refuses(scene, scene.apply(effective_on=OPENED - DAY), ToleranceWithoutCase)
    applied = ToleranceApplied(
        case=CASE,
        applicant=TOWNSHIP,
        situation_code="MISMATCH",
        statement="无权无钱",
        party_group_opinion="同意申请",
    )
    assert scene.when(scene.apply()) == ((TOLERANCE_ID, applied),)
    refuses(scene, scene.apply(), ToleranceAlreadySought)
    refuses(scene, ex_officio(), ToleranceAlreadySought)


def test_who_came_after_the_unit_applies_for_it() -> None:
    scene = ClaimScene()
    scene.case()
    scene.merge_the_township(APPLIED)
    scene.when(scene.apply(applicant=SUCCESSOR))


def test_tolerance_is_considered_of_office_where_nobody_applied() -> None:
    scene = ClaimScene()
    scene.case()
    scene.when(ex_officio())
    assert scene.tolerance().stage is Stage.CONSIDERED
    scene.when(accept())
    assert scene.tolerance().stage is Stage.ACCEPTED


def test_no_tolerance_is_sought_in_a_case_that_is_over() -> None:
    scene = ClaimScene()
    scene.fact(scene.case(), CaseClosedWithoutAccountability(ground="不予问责"), OPENED)
    refuses(scene, scene.apply(), ToleranceTooLate)


def test_what_is_not_accepted_is_over() -> None:
    scene = ClaimScene()
    scene.applied()
    refuses(scene, decline(ground=" "), LeftBlank)
    refuses(scene, scene.verify(), ToleranceNotAtStage)
    scene.when(decline())
    refuses(scene, accept(), ToleranceNotAtStage)


def test_steps_are_of_a_matter_that_stood_by_then_and_in_order() -> None:
    scene = ClaimScene()
    refuses(scene, accept(), ToleranceUnknown)
    scene.verified()
    refuses(scene, accept(effective_on=APPLIED - DAY), ToleranceUnknown)
    refuses(scene, scene.verify(effective_on=ACCEPTED), LaterFactsStand)


def test_verifying_takes_seven_looks_by_another_unit() -> None:
    scene = ClaimScene()
    scene.applied()
    scene.when(accept())
    for looks in ((), LOOKS[:-1], (*LOOKS, LOOKS[0]), LOOKS[::-1], (*LOOKS[:-1], Look(number=7, seen=" "))):
        refuses(scene, scene.verify(seven_looks=looks), LooksNotSeven)
    refuses(scene, scene.verify(verifier=TOWNSHIP), HandledByTheUnitItself, "BR-19")
    scene.when(scene.verify())
    found = scene.tolerance().verification
    assert found
    assert not found.force_majeure


def test_nothing_is_ruled_on_before_it_was_verified() -> None:
    scene = ClaimScene()
    scene.applied()
    scene.when(accept())
    refuses(scene, scene.rule_tolerance(effective_on=DECIDED), ToleranceNotAtStage)


# ── the ruling ──


@pytest.mark.parametrize("outcome", ToleranceOutcome)
def test_a_ruling_is_collective_and_says_which_duties_it_is_about(outcome: ToleranceOutcome) -> None:
    scene = ClaimScene()
    scene.verified()
    ((at, fact),) = scene.when(scene.rule_tolerance(outcome=outcome))
    assert at == TOLERANCE_ID
    assert isinstance(fact, ToleranceRuled)
    assert fact.duty_codes == (D1,)
    ruling = scene.tolerance().ruling
    assert ruling
    assert (ruling.outcome, ruling.granted) == (outcome, outcome in GRANTED)
    refuses(scene, scene.rule_tolerance(), ToleranceNotAtStage)


def test_a_ruling_without_meeting_words_or_situation_is_none() -> None:
    scene = ClaimScene()
    scene.verified()
    refuses(scene, scene.rule_tolerance(authority=None), ToleranceWithoutMeeting, "BR-04")
    refuses(scene, scene.rule_tolerance(text=" "), LeftBlank)
    refuses(scene, scene.rule_tolerance(ground_code="C1"), SituationUnknown)
    scene.when(scene.rule_tolerance(authority=scene.meeting(body=MeetingBody.DISCIPLINE_COMMISSION)))


@pytest.mark.parametrize("outcome", GRANTED)
@pytest.mark.parametrize("barring", ["private_gain", "knowing_violation", "prohibition_ignored"])
def test_gain_knowledge_and_defiance_bar_leniency(barring: str, outcome: ToleranceOutcome) -> None:
    scene = ClaimScene()
    scene.verified(None, **{barring: True})
    refuses(scene, scene.rule_tolerance(outcome=outcome), LeniencyBarred, "BR-16")
    scene.when(scene.rule_tolerance(outcome=REFUSED))


@pytest.mark.parametrize("severity", [Severity.MAJOR, Severity.EXCEPTIONAL])
def test_a_grave_incident_is_excluded(severity: Severity) -> None:
    scene = ClaimScene(severity=severity)
    scene.verified()
    refuses(scene, scene.rule_tolerance(), MatterExcluded, "BR-16")
    scene.when(scene.rule_tolerance(outcome=REFUSED))
    larger = ClaimScene(severity=Severity.LARGER)
    larger.verified()
    larger.when(larger.rule_tolerance())


def test_the_same_mistake_again_is_not_forgiven_save_for_force_majeure() -> None:
    scene = ClaimScene()
    before = scene.earlier(ToleranceOutcome.LIGHTER)
    scene.verified()
    refuses(scene, scene.rule_tolerance(earlier_rulings=(before,)), MistakeRepeated, "BR-16")
    scene.when(scene.rule_tolerance(earlier_rulings=(before,), outcome=REFUSED))
    spared = ClaimScene()
    spared.earlier(ToleranceOutcome.LIGHTER)
    spared.verified(force_majeure=True)
    spared.when(spared.rule_tolerance(earlier_rulings=(before,)))


def test_an_earlier_refusal_or_another_duty_bars_nothing() -> None:
    for granted, duty in ((REFUSED, D1), (ToleranceOutcome.EXEMPT, D2)):
        scene = ClaimScene()
        before = scene.earlier(granted, duty)
        scene.verified()
        scene.when(scene.rule_tolerance(earlier_rulings=(before,)))


def test_earlier_rulings_are_others_on_the_same_unit_in_a_case() -> None:
    scene = ClaimScene()
    scene.when(scene.file())
    scene.verified()
    for other in (NOWHERE, TOLERANCE_ID, FILING):
        refuses(scene, scene.rule_tolerance(earlier_rulings=(other,)), NotAnEarlierRuling)


# ── 权责不对等 ──


def test_a_mismatch_shows_the_duty_and_what_was_wanting() -> None:
    scene = ClaimScene()
    scene.verified()
    refuses(scene, scene.rule_tolerance(mismatch_refs=()), MismatchWithoutDuty, "BR-17")
    refuses(scene, scene.rule_tolerance(mismatch_refs=(scene.objection_at,)), MismatchWithoutDuty, "BR-17")
    refuses(scene, scene.rule_tolerance(mismatch_refs=(scene.duty_at, 1)), MismatchRefNotFound, "BR-17")
    refuses(scene, scene.rule_tolerance(mismatch_streams=()), MismatchRefNotFound, "BR-17")
    scene.when(scene.rule_tolerance(mismatch_refs=(scene.duty_at,), mismatch_streams=()))


def test_another_ground_and_a_refusal_need_no_such_proof() -> None:
    for changes in ({"ground_code": "UNINTENDED"}, {"outcome": REFUSED}):
        scene = ClaimScene()
        scene.verified()
        scene.when(scene.rule_tolerance(mismatch_refs=(), mismatch_streams=(), **changes))


def mismatch(scene: ClaimScene, *refs: int, streams: tuple[UUID, ...] = ()) -> Any:
    """A ruling about the township's own duty, for which only what is named can show a want."""
    return scene.rule_tolerance(duty_codes=(D2,), mismatch_refs=refs, mismatch_streams=(PLEDGE, *streams))


def own_duty() -> tuple[ClaimScene, int]:
    """The second duty is the township's own and needs no power."""
    scene = ClaimScene()
    scene.verified()
    return scene, scene.entry(duty_stream(D2, "530999901"), D2, owner_unit=TOWNSHIP, needs_power=False)


def test_the_entry_of_a_duty_that_needs_no_power_shows_no_want() -> None:
    scene, duty = own_duty()
    refuses(scene, mismatch(scene, duty), MismatchWithoutWant, "BR-17")


def test_an_objection_is_the_units_own_and_of_the_duty_at_issue() -> None:
    scene, duty = own_duty()
    refuses(scene, mismatch(scene, duty, scene.objection_at), MismatchWithoutWant, "BR-17")
    refuses(scene, mismatch(scene, duty, scene.objection(BUREAU, D2)), MismatchWithoutWant, "BR-17")
    scene.when(mismatch(scene, duty, scene.objection(TOWNSHIP, None)))
    scene, duty = own_duty()
    scene.when(mismatch(scene, duty, scene.objection(TOWNSHIP, D2)))


def test_the_objection_of_the_unit_before_it_counts_for_its_successor() -> None:
    scene = ClaimScene()
    scene.merge_the_township(APPLIED)
    case = scene.case()
    scene.when(scene.apply(applicant=SUCCESSOR))
    matter = scene.log[-1].stream
    scene.when(accept(tolerance=matter))
    scene.when(scene.verify(tolerance=matter))
    scene.when(scene.rule_tolerance(tolerance=matter))
    assert case == CASE


def test_power_handed_over_for_the_day_is_not_wanting() -> None:
    scene = ClaimScene()
    scene.verified()
    handed = DutyDelegated(
        duty_code=D1,
        jurisdiction_code="530999",
        from_unit=BUREAU,
        to_unit=TOWNSHIP,
        powers=("行政检查",),
        resources="执法人员两名",
        delegation_basis=(),
        effective_from=date(2025, 1, 1),
    )
    scene.fact(DUTY, handed, date(2025, 1, 1))
    alone = scene.rule_tolerance(mismatch_refs=(scene.duty_at,))
    refuses(scene, alone, MismatchWithoutWant, "BR-17")
    scene.when(scene.rule_tolerance())


def delivered(amount: int | None, on: date = INCIDENT_DAY, **changes: Any) -> SupportDelivered:
    fact = SupportDelivered(
        delivered_by=BUREAU,
        delivered_to=TOWNSHIP,
        kind=SupportKind.FUNDS,
        text="专项经费",
        delivered_on=on,
        amount=amount,
        unit="元",
        clause_id="s1",
    )
    return replace(fact, **changes)


@pytest.mark.parametrize(
    ("arrived", "short"),
    [
        ((), True),
        ((delivered(19_999),), True),
        ((delivered(20_000, INCIDENT_DAY + DAY),), True),
        ((delivered(20_000),), False),
        ((delivered(12_000), delivered(8_000)), False),
        ((delivered(20_000, unit=None),), False),
    ],
)
def test_support_that_was_due_and_short_on_the_day_shows_want(
    arrived: tuple[SupportDelivered, ...], *, short: bool
) -> None:
    scene, duty = own_duty()
    for each in arrived:
        scene.fact(PLEDGE, each, each.delivered_on)
    ruling = mismatch(scene, duty, scene.pledge_at)
    if short:
        scene.when(ruling)
    else:
        refuses(scene, ruling, MismatchWithoutWant, "BR-17")


@pytest.mark.parametrize(
    ("due_on", "to", "short"),
    [
        (INCIDENT_DAY, TOWNSHIP, True),
        (INCIDENT_DAY + DAY, TOWNSHIP, False),
        (INCIDENT_DAY, INSPECTOR, False),
    ],
)
def test_a_promise_without_a_pledge_counts_when_it_was_due_to_this_unit(due_on: date, to: UUID, *, short: bool) -> None:
    scene, duty = own_duty()
    promise = SupportPromised(
        promised_by=BUREAU, promised_to=to, kind=SupportKind.STAFF, text="派驻两人", due_on=due_on, amount=2, unit="人"
    )
    promised_at = scene.add(DUTY, promise, SIGNED)
    ruling = mismatch(scene, duty, promised_at, streams=(DUTY,))
    if short:
        scene.when(ruling)
    else:
        refuses(scene, ruling, MismatchWithoutWant, "BR-17")


# ── afterwards ──


def feed_back(**changes: Any) -> FeedToleranceBack:
    return replace(FeedToleranceBack(effective_on=AFTER, tolerance=TOLERANCE_ID), **changes)


def order(**changes: Any) -> OrderCorrection:
    lawful = OrderCorrection(effective_on=AFTER, tolerance=TOLERANCE_ID, text="补齐巡查台账", due_on=AFTER)
    return replace(lawful, **changes)


def complete(**changes: Any) -> CompleteCorrection:
    return replace(CompleteCorrection(effective_on=AFTER, tolerance=TOLERANCE_ID, text="已补齐"), **changes)


def clarify(**changes: Any) -> IssueClarification:
    lawful = IssueClarification(
        effective_on=AFTER, tolerance=TOLERANCE_ID, form=ClarificationForm.CIRCULAR, text="不予问责"
    )
    return replace(lawful, **changes)


def request(**changes: Any) -> RequestToleranceReview:
    return replace(RequestToleranceReview(effective_on=AFTER, tolerance=TOLERANCE_ID, grounds="不服"), **changes)


def decide_review(**changes: Any) -> DecideToleranceReview:
    lawful = DecideToleranceReview(
        effective_on=AFTER, tolerance=TOLERANCE_ID, result=ReviewResult.UPHELD, reviewer=CITY_INSPECTOR
    )
    return replace(lawful, **changes)


def ruled(outcome: ToleranceOutcome = ToleranceOutcome.EXEMPT) -> ClaimScene:
    scene = ClaimScene()
    scene.ruled(outcome)
    return scene


def test_nothing_follows_before_there_is_a_ruling() -> None:
    scene = ClaimScene()
    scene.verified()
    for command in (feed_back(), order(), complete(), clarify(), request(), decide_review()):
        refuses(scene, command, ToleranceNotAtStage)


def test_the_outcome_is_fed_back_put_right_and_cleared_once_each() -> None:
    scene = ruled()
    assert scene.when(feed_back()) == ((TOLERANCE_ID, ToleranceFedBack(fed_back_on=AFTER)),)
    refuses(scene, feed_back(), AlreadyFedBack)
    refuses(scene, complete(), NoCorrectionOpen)
    refuses(scene, order(due_on=AFTER - DAY), DueBeforeOrdered)
    refuses(scene, order(text=""), LeftBlank)
    scene.when(order())
    refuses(scene, order(), CorrectionStillOpen)
    refuses(scene, clarify(), CorrectionStillOpen)
    refuses(scene, complete(text=" "), LeftBlank)
    scene.when(complete())
    refuses(scene, clarify(text=" "), LeftBlank)
    scene.when(clarify())
    refuses(scene, clarify(), AlreadyClarified)


def test_a_clarification_may_follow_the_ruling_on_its_own_day() -> None:
    scene = ruled()
    scene.when(clarify(effective_on=DECIDED))


def test_what_was_refused_is_not_cleared() -> None:
    refuses(ruled(REFUSED), clarify(), NothingToClarify)


def test_a_review_is_asked_for_and_decided_by_another_unit() -> None:
    scene = ruled()
    refuses(scene, decide_review(), NoReviewOpen)
    refuses(scene, request(grounds=" "), LeftBlank)
    asked = ToleranceReviewRequested(requested_on=AFTER, grounds="不服")
    assert scene.when(request()) == ((TOLERANCE_ID, asked),)
    refuses(scene, request(), ReviewAlreadyOpen)
    refuses(scene, decide_review(reviewer=TOWNSHIP), HandledByTheUnitItself, "BR-19")
    refuses(scene, decide_review(reviewer=INSPECTOR), ReviewerRuledItself, "BR-19")
    refuses(scene, decide_review(reviewer=COMMITTEE), ReviewerRuledItself, "BR-19")
    scene.when(decide_review())
    refuses(scene, decide_review(), NoReviewOpen)
    ruling = scene.tolerance().ruling
    assert ruling
    assert ruling.outcome is ToleranceOutcome.EXEMPT


def test_the_unit_that_recorded_a_ruling_does_not_review_it() -> None:
    scene = ClaimScene()
    scene.verified()
    by_the_city = Envelope(
        effective_on=DECIDED,
        jurisdiction="530999",
        rule_pack="lincang-2024@1",
        entry_route=EntryRoute.API,
        actor_unit=CITY_INSPECTOR,
    )
    ruling = ToleranceRuled(outcome=REFUSED, ground_code="UNINTENDED", text="不予容错", duty_codes=(D1,))
    scene._record(TOLERANCE_ID, ruling, by_the_city)
    scene.when(request())
    refuses(scene, decide_review(), ReviewerRuledItself, "BR-19")
    scene.when(decide_review(reviewer=COMMITTEE))


@pytest.mark.parametrize(
    "unclear",
    [
        {"result": ReviewResult.CHANGED},
        {"result": ReviewResult.UPHELD, "outcome": ToleranceOutcome.LIGHTER},
        {"result": ReviewResult.REVOKED, "outcome": REFUSED},
        {"result": ReviewResult.CHANGED, "outcome": ToleranceOutcome.EXEMPT},
    ],
)
def test_a_review_that_changes_says_to_what(unclear: dict[str, Any]) -> None:
    scene = ruled().tried(request())
    refuses(scene, decide_review(**unclear), ReviewOutcomeUnclear)


def test_a_review_changes_the_outcome_that_holds_and_it_is_fed_back_again() -> None:
    scene = ruled().tried(feed_back(), request())
    scene.when(decide_review(result=ReviewResult.CHANGED, outcome=ToleranceOutcome.LIGHTER))
    ruling = scene.tolerance().ruling
    assert ruling
    assert ruling.outcome is ToleranceOutcome.LIGHTER
    scene.when(feed_back())


def test_a_review_grants_no_leniency_that_a_ruling_could_not() -> None:
    scene = ClaimScene()
    scene.verified(private_gain=True)
    scene.tried(scene.rule_tolerance(outcome=REFUSED), request())
    granting = decide_review(result=ReviewResult.CHANGED, outcome=ToleranceOutcome.LIGHTER)
    refuses(scene, granting, LeniencyBarred, "BR-16")
    unproved = ClaimScene()
    unproved.verified()
    unproved.tried(unproved.rule_tolerance(outcome=REFUSED, mismatch_refs=()), request())
    refuses(unproved, granting, MismatchWithoutDuty, "BR-17")


def test_a_ruling_that_was_revoked_is_given_anew() -> None:
    scene = ruled().tried(request(), decide_review(result=ReviewResult.REVOKED))
    assert (scene.tolerance().stage, scene.tolerance().ruling) == (Stage.VERIFIED, None)
    scene.when(scene.verify(effective_on=AFTER, force_majeure=True))
    scene.when(scene.rule_tolerance(effective_on=AFTER, outcome=ToleranceOutcome.MITIGATED))


def test_as_of_an_earlier_day_there_was_no_ruling() -> None:
    scene = ruled()
    before = scene.world().see(TOLERANCE, TOLERANCE_ID, DECIDED - DAY)
    assert before
    assert (before.stage, before.ruling) == (Stage.VERIFIED, None)


def test_on_one_day_a_matter_may_be_verified_and_ruled_on() -> None:
    scene = ClaimScene()
    scene.applied()
    scene.when(accept())
    scene.when(scene.verify(effective_on=DECIDED))
    scene.when(scene.rule_tolerance())


SAID: tuple[Fact, ...] = (
    ToleranceFiledInAdvance(applicant=TOWNSHIP, situation_code="OTHER", statement="x"),
    ToleranceFilingDecided(result=FilingDecision.REFUSED, ground="x"),
    ToleranceApplied(case=CASE, applicant=TOWNSHIP, situation_code="x", statement="x", party_group_opinion="x"),
    ToleranceConsideredExOfficio(case=CASE, subject_unit=TOWNSHIP, situation_code="x", statement="x"),
    ToleranceAccepted(),
    ToleranceNotAccepted(ground="x"),
    ToleranceVerified(
        verifier=INSPECTOR,
        seven_looks=(),
        private_gain=False,
        knowing_violation=False,
        prohibition_ignored=False,
        force_majeure=False,
    ),
    ToleranceRuled(outcome=REFUSED, ground_code="x", text="x"),
    ToleranceFedBack(fed_back_on=VERIFIED),
    CorrectionOrdered(text="x", due_on=VERIFIED),
    CorrectionCompleted(text="x"),
    ClarificationIssued(form=ClarificationForm.CIRCULAR, text="x"),
    ToleranceReviewRequested(requested_on=VERIFIED, grounds="x"),
    ToleranceReviewDecided(result=ReviewResult.REVOKED, reviewer=INSPECTOR),
    ToleranceReviewDecided(result=ReviewResult.CHANGED, reviewer=INSPECTOR, outcome=ToleranceOutcome.EXEMPT),
)


@given(st.lists(st.sampled_from(SAID), max_size=10))
def test_any_sequence_of_facts_gives_a_state_and_what_is_over_stays_over(told: list[Fact]) -> None:
    envelope = Envelope(effective_on=VERIFIED, jurisdiction="530900", rule_pack="x@1", entry_route=EntryRoute.CLI)
    state: Tolerance | None = None
    for position, fact in enumerate(told, 1):
        before, state = state, evolve(state, Recorded(position, 0, NOWHERE, position, None, envelope, fact))
        if before is not None and before.stage.final:
            assert state == before
        if state is not None:
            assert (state.ruling is None) or (state.stage is not Stage.FILED)
