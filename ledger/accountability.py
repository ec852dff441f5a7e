"""Accountability decided in a case, announced, executed and filed; appealed against, corrected, found abusive; its effect over.

Second step of every write (api -> application -> here). Pure: same history, same command, same rules, same answer.
Keeps: a decision is collective and comes after the hearing and the tolerance check (BR-15); an appeal is never dropped, a late one is
marked, and none suspends execution (BR-18); nobody decides on an appeal against what is its own (BR-19). Judged by the rules of the
area of the unit that handles the case. What is told late of an appeal, an execution or a correction is taken as of its day.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from ledger import docket, known
from ledger.authority import MeetingAfterDecision, MeetingOfAnotherArea, QuorumNotReached
from ledger.commands import (
    AnnounceAccountability,
    CorrectAccountability,
    DecideAccountability,
    DecideAppeal,
    EndImpactPeriod,
    ExecuteAccountability,
    FileAccountability,
    FindAbuseOfAccountability,
    LodgeAppeal,
)
from ledger.events import (
    AbuseOfAccountabilityFound,
    AccountabilityAnnounced,
    AccountabilityCorrected,
    AccountabilityDecided,
    AccountabilityExecuted,
    AccountabilityFiled,
    AppealDecided,
    AppealLodged,
    Fact,
    ImpactPeriodEnded,
)
from ledger.refusals import Refused
from ledger.rules import Rules, ancestors
from ledger.succession import is_or_succeeds
from ledger.timelines.case import CASE, Case, Stage
from ledger.timelines.unit import Unit
from ledger.world import Decision, World


@dataclass
class DecidedByNoMeeting(Refused):
    """Accountability is decided collectively; name the recorded meeting at which it was."""


@dataclass
class MeasureBeyondAuthority(Refused):
    """Measure {measure} on {rank} is not within the authority of a body of category {body_category}; within it are: {allowed}."""

    measure: str
    rank: str
    body_category: str
    allowed: str


@dataclass
class ImpactEndsBeforeDecision(Refused):
    """What is decided on {decided} cannot have had its effect by {impact_until} already."""

    decided: date
    impact_until: date


@dataclass
class DecisionDoesNotStand(Refused):
    """No decision on accountability stands in this case: there was none, or it was revoked or lifted."""


@dataclass
class AlreadyExecuted(Refused):
    """The decision was executed on {executed_on}."""

    executed_on: date


@dataclass
class AlreadyFiled(Refused):
    """The decision is filed already."""


@dataclass
class NothingServed(Refused):
    """No decision was served in this case by {day}; an appeal is against one that was."""

    day: date


@dataclass
class AppealAlreadyLodged(Refused):
    """An appeal is pending in this case already."""


@dataclass
class NoAppealPending(Refused):
    """No appeal is pending in this case."""


@dataclass
class AppealHandledByItsAuthor(Refused):
    """{unit} proposed or decided what the appeal is against; another unit handles it."""

    unit: str


@dataclass
class CaseNeverOpened(Refused):
    """The case was never opened; there was no accountability that could have been abused."""


@dataclass
class NoImpactPeriod(Refused):
    """The decision names no day until which it has effect."""


@dataclass
class ImpactNotOver(Refused):
    """The decision has effect until {impact_until} (included); that is over from the next day on."""

    impact_until: date


@dataclass
class ImpactEndNoted(Refused):
    """That the effect is over is on record, as of {ended_on}."""

    ended_on: date


Completions = ExecuteAccountability | FileAccountability | EndImpactPeriod
Appeals = LodgeAppeal | DecideAppeal
Errors = CorrectAccountability | FindAbuseOfAccountability
Commands = DecideAccountability | AnnounceAccountability | Completions | Appeals | Errors


def decide(command: Commands, world: World) -> Decision:
    """Answer a command about accountability in a case; raise Refused."""
    day = command.effective_on
    case, rules = docket.case(world, command.case, day)
    latest = world.see(CASE, case.id) or case
    fact: Fact
    match command:
        case DecideAccountability():
            known.nothing_later(world, case.id, day)
            fact = _decided(command, world, case, rules)
        case AnnounceAccountability():
            known.nothing_later(world, case.id, day)
            docket.at(case, Stage.DECIDED)
            _stands(case)
            fact = AccountabilityAnnounced(served_on=day)
        case LodgeAppeal() | DecideAppeal():
            fact = _appeal(command, world, case, latest, rules)
        case CorrectAccountability() | FindAbuseOfAccountability():
            fact = _error(command, world, case, latest)
        case _:
            fact = _completion(command, world, case, latest)
    return Decision(rules, ((case.id, fact),))


def _decided(command: DecideAccountability, world: World, case: Case, rules: Rules) -> Fact:
    day = command.effective_on
    docket.at(case, *docket.UNDECIDED)
    known.said(measure=command.measure, regulation=command.regulation, body_category=command.body_category)
    docket.one_of_four(command.form)
    body = known.unit(world, command.deciding_body, day)
    known.unit(world, command.proposed_by, day)
    docket.prepared(case, rules)
    _collective(command, world, rules, body)
    _within_authority(command, rules, known.registered_unit(world, case.subject_unit))
    if command.impact_until and command.impact_until < day:
        raise ImpactEndsBeforeDecision(day, command.impact_until)
    return AccountabilityDecided(
        subject_unit=case.subject_unit,
        duty_codes=command.duty_codes,
        measure=command.measure,
        form=command.form,
        responsibility=command.responsibility,
        regulation=command.regulation,
        deciding_body=command.deciding_body,
        body_category=command.body_category,
        proposed_by=command.proposed_by,
        decided_on=day,
        subject_post=case.subject_post,
        impact_until=command.impact_until,
    )


def _collective(command: DecideAccountability, world: World, rules: Rules, body: Unit) -> None:
    """Demand a recorded meeting, of the deciding body's area or above it, with its quorum, held by then (BR-15)."""
    named = command.authority.meeting if command.authority else None
    rules.demand("BR-15", named is not None, DecidedByNoMeeting())
    if named is None:
        return
    meeting, day, percent = known.meeting(world, named), command.effective_on, rules.number("quorum_percent")
    of = known.registered_unit(world, meeting.unit)
    near = of.area_code in ancestors(body.area_code)
    quorate = 100 * meeting.present >= percent * meeting.due_members
    rules.demand("BR-15", meeting.held_on <= day, MeetingAfterDecision(meeting.held_on, day))
    rules.demand("BR-15", near, MeetingOfAnotherArea(of.name, of.area_code, body.area_code))
    rules.demand("BR-15", quorate, QuorumNotReached(meeting.present, meeting.due_members, percent))


def _within_authority(command: DecideAccountability, rules: Rules, subject: Unit) -> None:
    """Demand a measure that the body may take on a subject of this rank (or, for want of one, level), where the pack says (BR-15)."""
    table: Mapping[str, Any] | None = rules.pack.values.get("accountability_measures")
    if table is None:
        return
    rank = subject.rank or subject.level
    allowed = table.get(command.body_category, {}).get(rank, ())
    beyond = MeasureBeyondAuthority(command.measure, rank, command.body_category, ", ".join(allowed) or "-")
    rules.demand("BR-15", command.measure in allowed, beyond)


def _completion(command: Completions, world: World, case: Case, latest: Case) -> Fact:
    """An appeal that is pending holds none of this up (BR-18)."""
    _stands(case)
    match command:
        case ExecuteAccountability():
            if latest.executed_on:
                raise AlreadyExecuted(latest.executed_on)
            docket.at(case, Stage.ANNOUNCED)
            return AccountabilityExecuted(executed_on=command.effective_on)
        case FileAccountability(filed_with=filed_with):
            if latest.filed_with:
                raise AlreadyFiled
            docket.at(case, Stage.EXECUTED)
            known.unit(world, filed_with, command.effective_on)
            return AccountabilityFiled(filed_with=filed_with)
        case EndImpactPeriod():
            _over(case, latest, command.effective_on)
            return ImpactPeriodEnded(ended_on=command.effective_on)


def _over(case: Case, latest: Case, day: date) -> None:
    until = case.decision.impact_until if case.decision else None
    if until is None:
        raise NoImpactPeriod
    if day <= until:
        raise ImpactNotOver(until)
    if latest.impact_ended_on:
        raise ImpactEndNoted(latest.impact_ended_on)


def _appeal(command: Appeals, world: World, case: Case, latest: Case, rules: Rules) -> Fact:
    day = command.effective_on
    match command:
        case LodgeAppeal(grounds=grounds):
            known.said(grounds=grounds)
            rules.demand("BR-18", case.served_on is not None, NothingServed(day))
            if latest.appeal_pending:
                raise AppealAlreadyLodged
            until = case.appeal_until(docket.when_served(world, case, rules))
            return AppealLodged(lodged_on=day, grounds=grounds, late=until is not None and day > until)
        case DecideAppeal(result=result, handled_by=handled_by):
            unit = known.unit(world, handled_by, day)
            if not (case.appeal_pending and latest.appeal_pending):
                raise NoAppealPending
            own = any(is_or_succeeds(world, handled_by, each) for each in _authors(case))
            rules.demand("BR-19", not own, AppealHandledByItsAuthor(unit.name))
            return AppealDecided(result=result, handled_by=handled_by, decided_on=day)


def _authors(case: Case) -> set[UUID]:
    decision = case.decision
    return {*case.proposers, *((decision.proposed_by, decision.deciding_body) if decision else ())}


def _error(command: Errors, world: World, case: Case, latest: Case) -> Fact:
    match command:
        case CorrectAccountability():
            _stands(case)
            _stands(latest)
            return _corrected(command, world)
        case FindAbuseOfAccountability(found_by=found_by, finding=finding):
            known.said(finding=finding)
            known.unit(world, found_by, command.effective_on)
            if case.opened_on is None:
                raise CaseNeverOpened
            return AbuseOfAccountabilityFound(found_by=found_by, finding=finding)


def _corrected(command: CorrectAccountability, world: World) -> Fact:
    known.said(why_corrected=command.why_corrected)
    if command.measure is not None:
        known.said(measure=command.measure)
    if command.form is not None:
        docket.one_of_four(command.form)
    known.unit(world, command.corrected_by, command.effective_on)
    return AccountabilityCorrected(
        why_corrected=command.why_corrected,
        corrected_by=command.corrected_by,
        measure=command.measure,
        form=command.form,
    )


def _stands(case: Case) -> None:
    if not case.stands:
        raise DecisionDoesNotStand
