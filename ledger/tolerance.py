"""Tolerance for honest mistakes: filed before acting, or sought in a case; verified, ruled on collectively, fed back, put right, cleared.

Second step of every write (api -> application -> here). Pure: same history, same command, same rules, same answer.
Keeps: nothing is ruled on before it was verified; leniency is barred by gain, knowledge, prohibition, gravity or repetition (BR-16);
“duty without power or means” is shown by facts that stand in the ledger (BR-17); nobody reviews what is its own (BR-19).
Judged by the rules of the area of the unit that tolerance is for.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ledger import known, leniency
from ledger.authority import MeetingAfterDecision, MeetingOfAnotherArea, QuorumNotReached
from ledger.commands import (
    AcceptTolerance,
    ApplyForTolerance,
    CheckToleranceFiling,
    Command,
    CompleteCorrection,
    ConsiderToleranceExOfficio,
    DecideToleranceFiling,
    DecideToleranceReview,
    DeclineTolerance,
    FeedToleranceBack,
    FileToleranceInAdvance,
    IssueClarification,
    OrderCorrection,
    RequestToleranceReview,
    ReviewToleranceFiling,
    RuleTolerance,
    VerifyTolerance,
)
from ledger.events import (
    ClarificationIssued,
    CorrectionCompleted,
    CorrectionOrdered,
    Fact,
    ToleranceAccepted,
    ToleranceApplied,
    ToleranceConsideredExOfficio,
    ToleranceFedBack,
    ToleranceFiledInAdvance,
    ToleranceFilingChecked,
    ToleranceFilingDecided,
    ToleranceFilingReviewed,
    ToleranceNotAccepted,
    ToleranceReviewDecided,
    ToleranceReviewRequested,
    ToleranceRuled,
    ToleranceVerified,
)
from ledger.refusals import Refused
from ledger.rules import Rules, ancestors
from ledger.streams import filing_stream, tolerance_stream
from ledger.succession import is_or_succeeds
from ledger.terms import ReviewResult
from ledger.timelines.case import CASE
from ledger.timelines.tolerance import TOLERANCE, Ruling, Stage, Tolerance
from ledger.timelines.unit import Unit
from ledger.world import Decision, World


@dataclass
class ToleranceUnknown(Refused):
    """Nothing about tolerance stood under {tolerance} on {day}."""

    tolerance: UUID
    day: date


@dataclass
class FilingExists(Refused):
    """{unit} used number {ordinal} already; give each filing a number of its own."""

    unit: str
    ordinal: str


@dataclass
class ToleranceAlreadySought(Refused):
    """Tolerance for {unit} in this case is {stage} already."""

    unit: str
    stage: str


@dataclass
class SituationUnknown(Refused):
    """“{code}” is no situation of tolerance in force here; known are: {codes}."""

    code: str
    codes: str


@dataclass
class ToleranceWithoutCase(Refused):
    """No case stood under {case} on {day}."""

    case: UUID
    day: date


@dataclass
class ToleranceTooLate(Refused):
    """The case is {stage}; tolerance is sought before accountability is decided on, afterwards there is the appeal."""

    stage: str


@dataclass
class ToleranceOfAnotherUnit(Refused):
    """The case is about another unit than {unit}; tolerance in it is for the unit that the case is about."""

    unit: str


@dataclass
class ToleranceNotAtStage(Refused):
    """The matter of tolerance is {stage}; this step is taken while it is: {wanted}."""

    stage: str
    wanted: str


@dataclass
class HandledByTheUnitItself(Refused):
    """{unit} does not review, check or verify what it asked for itself; another unit does."""

    unit: str


@dataclass
class LooksNotSeven(Refused):
    """Verifying takes seven looks, numbered 1 to 7, each once and in order, each saying what was seen; here: {numbers}."""

    numbers: str


@dataclass
class ToleranceWithoutMeeting(Refused):
    """Tolerance for {unit} is decided collectively; name the recorded meeting at which it was."""

    unit: str


@dataclass
class FilingNotForThisBody(Refused):
    """A meeting of {body} does not decide on this; here it is for: {allowed}."""

    body: str
    allowed: str


@dataclass
class DueBeforeOrdered(Refused):
    """What is ordered on {day} cannot be due on {due_on}, before that."""

    day: date
    due_on: date


@dataclass
class CorrectionStillOpen(Refused):
    """A correction is ordered and not completed yet; complete it first."""


@dataclass
class NoCorrectionOpen(Refused):
    """No correction is ordered that could be completed."""


@dataclass
class AlreadyFedBack(Refused):
    """The outcome was fed back already."""


@dataclass
class AlreadyClarified(Refused):
    """The clarification was issued already."""


@dataclass
class NothingToClarify(Refused):
    """Tolerance was refused; there is nothing to clear."""


@dataclass
class ReviewAlreadyOpen(Refused):
    """A review of this ruling is under way already."""


@dataclass
class NoReviewOpen(Refused):
    """Nobody asked for a review of this ruling, or it was decided already."""


@dataclass
class ReviewerRuledItself(Refused):
    """{unit} verified the matter or gave the ruling; another unit reviews it."""

    unit: str


@dataclass
class ReviewOutcomeUnclear(Refused):
    """A review that changes the ruling says to which other outcome; one that upholds or revokes it names none."""


Begin = FileToleranceInAdvance | ApplyForTolerance | ConsiderToleranceExOfficio
Filing = ReviewToleranceFiling | CheckToleranceFiling | DecideToleranceFiling
InCase = AcceptTolerance | DeclineTolerance | VerifyTolerance | RuleTolerance
After = FeedToleranceBack | OrderCorrection | CompleteCorrection | IssueClarification
Review = RequestToleranceReview | DecideToleranceReview
Commands = Begin | Filing | InCase | After | Review


def decide(command: Commands, world: World) -> Decision:
    """Answer a command about tolerance; raise Refused."""
    match command:
        case FileToleranceInAdvance():
            return _file(command, world)
        case ApplyForTolerance() | ConsiderToleranceExOfficio():
            return _seek(command, world)
        case _:
            return _step(command, world)


# ── the two doors ──


def _file(command: FileToleranceInAdvance, world: World) -> Decision:
    known.said(ordinal=command.ordinal, statement=command.statement)
    unit, rules = _unit(world, command.applicant, command.effective_on)
    _situation(rules, command.situation_code)
    stream = filing_stream(command.applicant, command.ordinal)
    if world.see(TOLERANCE, stream):
        raise FilingExists(unit.name, command.ordinal)
    filed = ToleranceFiledInAdvance(
        applicant=command.applicant, situation_code=command.situation_code, statement=command.statement
    )
    return Decision(rules, ((stream, filed),))


def _seek(command: ApplyForTolerance | ConsiderToleranceExOfficio, world: World) -> Decision:
    """By application or of office: one matter for one unit in one case, whoever began it."""
    known.said(statement=command.statement)
    unit_id, sought = _sought(command)
    unit, rules = _unit(world, unit_id, command.effective_on)
    _situation(rules, command.situation_code)
    _about(world, command.case, unit, command.effective_on)
    stream = tolerance_stream(command.case, unit_id)
    begun = world.see(TOLERANCE, stream)
    if begun:
        raise ToleranceAlreadySought(unit.name, begun.stage)
    return Decision(rules, ((stream, sought),))


def _sought(command: ApplyForTolerance | ConsiderToleranceExOfficio) -> tuple[UUID, Fact]:
    match command:
        case ApplyForTolerance():
            known.said(party_group_opinion=command.party_group_opinion)
            return command.applicant, ToleranceApplied(
                case=command.case,
                applicant=command.applicant,
                situation_code=command.situation_code,
                statement=command.statement,
                party_group_opinion=command.party_group_opinion,
            )
        case ConsiderToleranceExOfficio():
            return command.subject_unit, ToleranceConsideredExOfficio(
                case=command.case,
                subject_unit=command.subject_unit,
                situation_code=command.situation_code,
                statement=command.statement,
            )


def _about(world: World, case_id: UUID, unit: Unit, day: date) -> None:
    """Demand a case about this unit in which accountability is not decided on yet."""
    case = world.see(CASE, case_id, on=day)
    if case is None:
        raise ToleranceWithoutCase(case_id, day)
    if not is_or_succeeds(world, unit.id, case.subject_unit):
        raise ToleranceOfAnotherUnit(unit.name)
    if case.final or case.decision:
        raise ToleranceTooLate(case.stage)


def _situation(rules: Rules, code: str) -> None:
    codes = rules.words("tolerance_situations")
    if code not in codes:
        raise SituationUnknown(code, ", ".join(codes))


# ── the steps ──


def _step(command: Filing | InCase | After | Review, world: World) -> Decision:
    day = command.effective_on
    matter = world.see(TOLERANCE, command.tolerance, on=day)
    if matter is None:
        raise ToleranceUnknown(command.tolerance, day)
    known.nothing_later(world, matter.id, day)
    unit = known.registered_unit(world, matter.unit)
    rules = world.rules(unit.area_code, day)
    fact: Fact
    match command:
        case ReviewToleranceFiling() | CheckToleranceFiling() | DecideToleranceFiling():
            fact = _filing_step(command, world, matter, unit, rules)
        case AcceptTolerance() | DeclineTolerance() | VerifyTolerance() | RuleTolerance():
            fact = _case_step(command, world, matter, unit, rules)
        case RequestToleranceReview() | DecideToleranceReview():
            fact = _review_step(command, world, matter, unit, rules)
        case _:
            fact = _step_after(command, matter)
    return Decision(rules, ((matter.id, fact),))


def _filing_step(command: Filing, world: World, matter: Tolerance, unit: Unit, rules: Rules) -> Fact:
    match command:
        case ReviewToleranceFiling(reviewer=reviewer, text=text):
            _at(matter, Stage.FILED)
            _by_another(world, rules, reviewer, unit, command.effective_on, text=text)
            return ToleranceFilingReviewed(reviewer=reviewer, text=text)
        case CheckToleranceFiling(checker=checker, text=text):
            _at(matter, Stage.REVIEWED)
            _by_another(world, rules, checker, unit, command.effective_on, text=text)
            return ToleranceFilingChecked(checker=checker, text=text)
        case DecideToleranceFiling(result=result, ground=ground):
            _at(matter, Stage.CHECKED)
            known.said(ground=ground)
            _collective(world, rules, command, unit, "tolerance_filing_bodies")
            return ToleranceFilingDecided(result=result, ground=ground)


def _case_step(command: InCase, world: World, matter: Tolerance, unit: Unit, rules: Rules) -> Fact:
    match command:
        case AcceptTolerance():
            _at(matter, Stage.APPLIED, Stage.CONSIDERED)
            return ToleranceAccepted()
        case DeclineTolerance(ground=ground):
            _at(matter, Stage.APPLIED, Stage.CONSIDERED)
            known.said(ground=ground)
            return ToleranceNotAccepted(ground=ground)
        case VerifyTolerance():
            _at(matter, Stage.ACCEPTED, Stage.VERIFIED)
            _by_another(world, rules, command.verifier, unit, command.effective_on)
            return _verified(command)
        case RuleTolerance():
            _at(matter, Stage.VERIFIED)
            known.said(text=command.text)
            _situation(rules, command.ground_code)
            _collective(world, rules, command, unit, "tolerance_ruling_bodies")
            return _ruled(command, world, matter, rules)


def _verified(command: VerifyTolerance) -> Fact:
    numbers = [look.number for look in command.seven_looks]
    if numbers != list(range(1, 8)) or not all(look.seen.strip() for look in command.seven_looks):
        raise LooksNotSeven(", ".join(map(str, numbers)) or "-")
    return ToleranceVerified(
        verifier=command.verifier,
        seven_looks=command.seven_looks,
        private_gain=command.private_gain,
        knowing_violation=command.knowing_violation,
        prohibition_ignored=command.prohibition_ignored,
        force_majeure=command.force_majeure,
    )


def _ruled(command: RuleTolerance, world: World, matter: Tolerance, rules: Rules) -> Fact:
    duty_codes = command.duty_codes or leniency.duties_at_issue(world, matter)
    ruled = ToleranceRuled(
        outcome=command.outcome,
        ground_code=command.ground_code,
        text=command.text,
        duty_codes=duty_codes,
        mismatch_refs=command.mismatch_refs,
        mismatch_streams=command.mismatch_streams,
        earlier_rulings=command.earlier_rulings,
    )
    leniency.allowed(world, rules, matter, ruled)
    return ruled


def _step_after(command: After, matter: Tolerance) -> Fact:
    ruling = _ruling(matter)
    match command:
        case FeedToleranceBack():
            if matter.fed_back:
                raise AlreadyFedBack
            return ToleranceFedBack(fed_back_on=command.effective_on)
        case OrderCorrection(text=text, due_on=due_on):
            known.said(text=text)
            if due_on < command.effective_on:
                raise DueBeforeOrdered(command.effective_on, due_on)
            _no_correction_open(matter)
            return CorrectionOrdered(text=text, due_on=due_on)
        case CompleteCorrection(text=text):
            known.said(text=text)
            if not matter.correction_open:
                raise NoCorrectionOpen
            return CorrectionCompleted(text=text)
        case IssueClarification(form=form, text=text):
            known.said(text=text)
            if not ruling.granted:
                raise NothingToClarify
            if matter.clarified:
                raise AlreadyClarified
            _no_correction_open(matter)
            return ClarificationIssued(form=form, text=text)


def _review_step(command: Review, world: World, matter: Tolerance, unit: Unit, rules: Rules) -> Fact:
    ruling = _ruling(matter)
    match command:
        case RequestToleranceReview(grounds=grounds):
            known.said(grounds=grounds)
            if matter.review_open:
                raise ReviewAlreadyOpen
            return ToleranceReviewRequested(requested_on=command.effective_on, grounds=grounds)
        case DecideToleranceReview(result=result, reviewer=reviewer, outcome=outcome):
            if not matter.review_open:
                raise NoReviewOpen
            _by_another(world, rules, reviewer, unit, command.effective_on)
            _not_its_own(world, rules, matter, ruling, reviewer)
            _outcome(command, ruling)
            if outcome:
                leniency.allowed(world, rules, matter, ruling.changed(outcome).ruled)
            return ToleranceReviewDecided(result=result, reviewer=reviewer, outcome=outcome)


def _not_its_own(world: World, rules: Rules, matter: Tolerance, ruling: Ruling, reviewer: UUID) -> None:
    """Demand that neither the unit that verified, nor the one whose meeting ruled, nor the one that recorded it, reviews (BR-19)."""
    took_part = {ruling.recorded_by, matter.verification and matter.verification.verifier}
    if ruling.meeting:
        took_part.add(known.meeting(world, ruling.meeting).unit)
    name = known.registered_unit(world, reviewer).name
    rules.demand("BR-19", reviewer not in took_part, ReviewerRuledItself(name))


def _outcome(command: DecideToleranceReview, ruling: Ruling) -> None:
    changed = command.result is ReviewResult.CHANGED
    if changed != bool(command.outcome) or command.outcome is ruling.outcome:
        raise ReviewOutcomeUnclear


# ── what they share ──


def _unit(world: World, unit_id: UUID, day: date) -> tuple[Unit, Rules]:
    unit = known.unit(world, unit_id, day)
    return unit, world.rules(unit.area_code, day)


def _at(matter: Tolerance, *stages: Stage) -> None:
    if matter.stage not in stages:
        raise ToleranceNotAtStage(matter.stage, ", ".join(stages))


def _ruling(matter: Tolerance) -> Ruling:
    if matter.ruling is None:
        raise ToleranceNotAtStage(matter.stage, Stage.RULED)
    return matter.ruling


def _no_correction_open(matter: Tolerance) -> None:
    if matter.correction_open:
        raise CorrectionStillOpen


def _by_another(world: World, rules: Rules, handler: UUID, unit: Unit, day: date, **texts: str) -> None:
    """Demand that a unit that stands handles the matter, and not the one it is for (BR-19)."""
    known.said(**texts)
    known.unit(world, handler, day)
    rules.demand("BR-19", handler != unit.id, HandledByTheUnitItself(unit.name))


def _collective(world: World, rules: Rules, command: Command, unit: Unit, bodies: str) -> None:
    """Demand a recorded meeting, in the unit's area or above it, of a body that may, with its quorum, held by then (BR-04)."""
    named = command.authority.meeting if command.authority else None
    rules.demand("BR-04", named is not None, ToleranceWithoutMeeting(unit.name))
    if named is None:
        return
    meeting = known.meeting(world, named)
    of = known.registered_unit(world, meeting.unit)
    allowed, percent, day = rules.words(bodies), rules.number("quorum_percent"), command.effective_on
    rules.demand("BR-04", meeting.held_on <= day, MeetingAfterDecision(meeting.held_on, day))
    fits = not allowed or meeting.body in allowed
    rules.demand("BR-04", fits, FilingNotForThisBody(meeting.body, ", ".join(allowed)))
    near = of.area_code in ancestors(unit.area_code)
    rules.demand("BR-04", near, MeetingOfAnotherArea(of.name, of.area_code, unit.area_code))
    quorate = 100 * meeting.present >= percent * meeting.due_members
    rules.demand("BR-04", quorate, QuorumNotReached(meeting.present, meeting.due_members, percent))
