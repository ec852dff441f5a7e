"""A case from the first clues to the proposal: checked, opened or not, investigated, heard, tolerance considered; and its closing.

Second step of every write (api -> application -> here). Pure: same history, same command, same rules, same answer.
Keeps: one case for one subject of one incident; that there is no case is final; a case with a decision closes only when that was
executed, filed and had its time, or no longer stands. Judged by the rules of the area of the unit that handles the case.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ledger import docket, known
from ledger.commands import (
    CloseCase,
    CloseCaseWithoutAccountability,
    ConsiderTolerance,
    DecideNoCase,
    HearStatement,
    OpenCase,
    OpenInvestigation,
    OpenPreliminaryCheck,
    ProposeAccountability,
    ReceiveCaseClues,
)
from ledger.events import (
    AccountabilityProposed,
    CaseClosed,
    CaseClosedWithoutAccountability,
    CaseCluesReceived,
    CaseOpened,
    Fact,
    InvestigationOpened,
    NoCaseDecided,
    PreliminaryCheckOpened,
    StatementHeard,
    ToleranceConsidered,
)
from ledger.refusals import Refused
from ledger.rules import Rules
from ledger.streams import case_stream
from ledger.terms import ToleranceFinding, ToleranceOutcome
from ledger.timelines.case import CASE, Case, Stage
from ledger.timelines.claim import CLAIM
from ledger.timelines.incident import INCIDENT
from ledger.timelines.tolerance import TOLERANCE
from ledger.values import Authority
from ledger.world import Decision, World


@dataclass
class CaseWithoutIncident(Refused):
    """No incident stood under {incident} on {day}; a case is about one that is registered."""

    incident: UUID
    day: date


@dataclass
class CaseExists(Refused):
    """There is a case on this subject of this incident already, it is {stage}; go on with that one."""

    stage: str


@dataclass
class CaseWithoutApproval(Refused):
    """A case is opened on an approval; name the document or the meeting by which it was given."""


@dataclass
class ClaimLedNowhere(Refused):
    """No ruling on a claim about this incident stood under {claim} on {day}; name none, or the one that led to the case."""

    claim: UUID
    day: date


@dataclass
class DistinctionsNotThree(Refused):
    """Considering tolerance takes the three distinctions, 1 to 3, each with its reasons; these are {numbers}."""

    numbers: str


@dataclass
class NotExempted(Refused):
    """No ruling in this case exempted its subject under {tolerance} by {day}; rest the closing on one that did, or on another ground."""

    tolerance: UUID
    day: date


@dataclass
class AccountabilityNotCompleted(Refused):
    """The decision stands and is {stage}; a case is closed when it was executed and filed."""

    stage: str


@dataclass
class AppealStillPending(Refused):
    """An appeal was lodged and is not decided; decide it, then close the case."""


@dataclass
class ImpactStillRuns(Refused):
    """The decision has effect until {impact_until} (included); the case is closed from the next day on."""

    impact_until: date


Beginnings = ReceiveCaseClues | OpenCase
Checks = OpenPreliminaryCheck | DecideNoCase
Inquiries = OpenInvestigation | HearStatement | ConsiderTolerance | ProposeAccountability
Closings = CloseCaseWithoutAccountability | CloseCase
Commands = Beginnings | Checks | Inquiries | Closings


def decide(command: Commands, world: World) -> Decision:
    """Answer a command about a case up to the proposal, or about its closing; raise Refused."""
    match command:
        case ReceiveCaseClues():
            return _receive(command, world)
        case OpenCase():
            return _open(command, world)
        case _:
            return _step(command, world)


# ── a case begins ──


def _receive(command: ReceiveCaseClues, world: World) -> Decision:
    day = command.effective_on
    receiver = known.unit(world, command.received_by, day)
    stream = _stream(command, world)
    existing = world.see(CASE, stream)
    if existing:
        raise CaseExists(existing.stage)
    fact = CaseCluesReceived(
        incident=command.incident,
        subject_unit=command.subject_unit,
        received_by=command.received_by,
        matter=command.matter,
        subject_post=command.subject_post,
    )
    return Decision(world.rules(receiver.area_code, day), ((stream, fact),))


def _open(command: OpenCase, world: World) -> Decision:
    day = command.effective_on
    opener = known.unit(world, command.opened_by, day)
    stream = _stream(command, world)
    existing = world.see(CASE, stream, on=day)
    if existing and existing.stage not in (Stage.CLUES_RECEIVED, Stage.PRELIMINARY_CHECK):
        raise CaseExists(existing.stage)
    known.nothing_later(world, stream, day)
    _approved(command, world)
    _led_to(command, world)
    fact = CaseOpened(
        incident=command.incident,
        subject_unit=command.subject_unit,
        opened_by=command.opened_by,
        matter=command.matter,
        subject_post=command.subject_post,
        claim=command.claim,
    )
    return Decision(world.rules(opener.area_code, day), ((stream, fact),))


def _stream(command: Beginnings, world: World) -> UUID:
    """Return the stream of one subject of one incident; the unit may have ended since, what it answers for has not."""
    known.said(matter=command.matter)
    if command.subject_post is not None:
        known.said(subject_post=command.subject_post)
    known.registered_unit(world, command.subject_unit)
    if world.see(INCIDENT, command.incident, on=command.effective_on) is None:
        raise CaseWithoutIncident(command.incident, command.effective_on)
    return case_stream(command.incident, command.subject_unit, command.subject_post)


def _approved(command: OpenCase, world: World) -> None:
    named = command.authority or Authority()
    if named.document is None and named.meeting is None:
        raise CaseWithoutApproval
    if named.document:
        known.document(world, named.document)
    if named.meeting:
        known.meeting(world, named.meeting)


def _led_to(command: OpenCase, world: World) -> None:
    if command.claim is None:
        return
    claim = world.see(CLAIM, command.claim, on=command.effective_on)
    if claim is None or claim.incident != command.incident or claim.ruling is None:
        raise ClaimLedNowhere(command.claim, command.effective_on)


# ── step by step ──


def _step(command: Checks | Inquiries | Closings, world: World) -> Decision:
    day = command.effective_on
    case, rules = docket.case(world, command.case, day)
    known.nothing_later(world, case.id, day)
    fact: Fact
    match command:
        case OpenPreliminaryCheck() | DecideNoCase():
            fact = _check(command, world, case)
        case CloseCaseWithoutAccountability() | CloseCase():
            fact = _close(command, world, case)
        case _:
            docket.at(case, *docket.UNDECIDED)
            fact = _inquire(command, world, case, rules)
    return Decision(rules, ((case.id, fact),))


def _check(command: Checks, world: World, case: Case) -> Fact:
    match command:
        case OpenPreliminaryCheck(checker=checker):
            docket.at(case, Stage.CLUES_RECEIVED)
            known.unit(world, checker, command.effective_on)
            return PreliminaryCheckOpened(checker=checker)
        case DecideNoCase(ground=ground):
            docket.at(case, Stage.CLUES_RECEIVED, Stage.PRELIMINARY_CHECK)
            known.said(ground=ground)
            return NoCaseDecided(ground=ground)


def _inquire(command: Inquiries, world: World, case: Case, rules: Rules) -> Fact:
    match command:
        case OpenInvestigation(investigator=investigator):
            docket.at(case, Stage.OPENED)
            known.unit(world, investigator, command.effective_on)
            return InvestigationOpened(investigator=investigator)
        case HearStatement(statement=statement):  # more than once, if there is more to say
            known.said(statement=statement)
            return StatementHeard(heard_on=command.effective_on, statement=statement)
        case ConsiderTolerance(finding=finding, distinctions=distinctions):
            _reasoned(command)
            return ToleranceConsidered(finding=finding, distinctions=distinctions)
        case ProposeAccountability():
            docket.prepared(case, rules)
            return _proposed(command, world)


def _reasoned(command: ConsiderTolerance) -> None:
    """Raise unless the three distinctions stand there, each with reasons; none need stand where nobody raised tolerance."""
    numbers = [distinction.number for distinction in command.distinctions]
    silent = command.finding is ToleranceFinding.NONE_RAISED and not numbers
    reasons = all(distinction.reasoning.strip() for distinction in command.distinctions)
    if not silent and (sorted(numbers) != [1, 2, 3] or not reasons):
        raise DistinctionsNotThree(", ".join(map(str, numbers)) or "-")


def _proposed(command: ProposeAccountability, world: World) -> Fact:
    known.said(measure=command.measure, text=command.text)
    known.unit(world, command.proposed_by, command.effective_on)
    docket.one_of_four(command.form)
    return AccountabilityProposed(
        proposed_by=command.proposed_by,
        measure=command.measure,
        form=command.form,
        responsibility=command.responsibility,
        text=command.text,
    )


# ── a case ends ──


def _close(command: Closings, world: World, case: Case) -> Fact:
    known.said(ground=command.ground)
    match command:
        case CloseCaseWithoutAccountability(ground=ground, tolerance=tolerance):
            docket.at(case, *docket.UNDECIDED)
            _exempted(world, case, tolerance, command.effective_on)
            return CaseClosedWithoutAccountability(ground=ground, tolerance=tolerance)
        case CloseCase(ground=ground):
            _completed(case, command.effective_on)
            return CaseClosed(ground=ground)


def _exempted(world: World, case: Case, tolerance: UUID | None, day: date) -> None:
    if tolerance is None:
        return
    matter = world.see(TOLERANCE, tolerance, on=day)
    ruling = matter.ruling if matter and matter.case == case.id else None
    if ruling is None or ruling.outcome is not ToleranceOutcome.EXEMPT:
        raise NotExempted(tolerance, day)


def _completed(case: Case, day: date) -> None:
    """Raise unless the decision was executed, filed and had its time, or was revoked or lifted; and no appeal is left."""
    docket.at(case, Stage.DECIDED, Stage.ANNOUNCED, Stage.EXECUTED, Stage.FILED)
    if case.appeal_pending:
        raise AppealStillPending
    if case.stands and case.stage is not Stage.FILED:
        raise AccountabilityNotCompleted(case.stage)
    until = case.decision.impact_until if case.decision else None
    if case.stands and until and day <= until:
        raise ImpactStillRuns(until)
