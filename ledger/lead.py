"""What people say of a lead: the unit that it is about answers, and a human disposes of it, with a post and a reason.

Second step of every write (api -> application -> here). Pure: same history, same command, same rules, same answer.
Keeps: leads are computed and never stored, so what is recorded is the lead as it was seen: rule, edition, evidence positions.
Judged by the rules of the area of the unit that speaks. No lead turns into anything else by itself (BR-28).
"""

import re
from dataclasses import dataclass
from uuid import UUID

from ledger import known
from ledger.commands import AnswerLead, DisposeOfLead
from ledger.events import LeadAnswered, LeadDispositioned
from ledger.refusals import Refused
from ledger.streams import lead_stream
from ledger.terms import LeadDisposition
from ledger.timelines.lead import LEAD, Lead
from ledger.world import Decision, World


@dataclass
class NoDetectionRule(Refused):
    """“{lead_rule}” is no detection rule; they are called DR-01, DR-02 and so on."""

    lead_rule: str


@dataclass
class LeadOfAnotherRule(Refused):
    """Lead {lead} was raised by {raised_by}, not by {lead_rule}."""

    lead: UUID
    raised_by: str
    lead_rule: str


@dataclass
class LeadWithoutEvidence(Refused):
    """The lead is disposed of without saying what was seen; name the positions of its evidence, each once, from 1 on."""


@dataclass
class DisposedWithoutReason(Refused):
    """Lead {lead} is disposed of by a human, who says why; the ground is left blank."""

    lead: UUID


@dataclass
class DisposedByTheUnitConcerned(Refused):
    """{unit} answered lead {lead} as the unit it is about; another unit disposes of it."""

    unit: str
    lead: UUID


@dataclass
class AlreadyDisposedOf(Refused):
    """Lead {lead} was disposed of over the same evidence: {disposition}; it is looked at again when there is other evidence."""

    lead: UUID
    disposition: str


@dataclass
class DuplicateOfWhat(Refused):
    """A duplicate names the other lead that it repeats; what is no duplicate names none."""


Commands = AnswerLead | DisposeOfLead


def decide(command: Commands, world: World) -> Decision:
    """Answer a command about a lead; raise Refused."""
    match command:
        case AnswerLead():
            return _answer(command, world)
        case DisposeOfLead():
            return _dispose(command, world)


def _answer(command: AnswerLead, world: World) -> Decision:
    unit = known.unit(world, command.unit, command.effective_on)
    known.said(text=command.text)
    _told(command, world)
    answered = LeadAnswered(lead=command.lead, lead_rule=command.lead_rule, unit=command.unit, text=command.text)
    rules = world.rules(unit.area_code, command.effective_on)
    return Decision(rules, ((lead_stream(command.lead), answered),))


def _dispose(command: DisposeOfLead, world: World) -> Decision:
    unit = known.unit(world, command.disposed_by, command.effective_on)
    rules = world.rules(unit.area_code, command.effective_on)
    known.said(lead_edition=command.lead_edition)
    positions = tuple(sorted(set(command.positions)))
    if not positions or positions[0] < 1 or len(positions) < len(command.positions):
        raise LeadWithoutEvidence
    told = _told(command, world)
    rules.demand("BR-28", bool(command.ground.strip()), DisposedWithoutReason(command.lead))
    concerned = told is not None and command.disposed_by in told.answered_by
    rules.demand("BR-19", not concerned, DisposedByTheUnitConcerned(unit.name, command.lead))
    _anew(told, positions)
    _duplicate(command)
    disposed = LeadDispositioned(
        lead=command.lead,
        lead_rule=command.lead_rule,
        lead_edition=command.lead_edition,
        positions=positions,
        disposition=command.disposition,
        disposed_by=command.disposed_by,
        ground=command.ground,
        duplicate_of=command.duplicate_of,
    )
    return Decision(rules, ((lead_stream(command.lead), disposed),))


def _told(command: Commands, world: World) -> Lead | None:
    """Return what was said of the lead before, as last known; its rule is part of its identity."""
    if not re.fullmatch(r"DR-\d\d", command.lead_rule):
        raise NoDetectionRule(command.lead_rule)
    told = world.see(LEAD, lead_stream(command.lead))
    if told and told.rule != command.lead_rule:
        raise LeadOfAnotherRule(command.lead, told.rule, command.lead_rule)
    return told


def _anew(told: Lead | None, positions: tuple[int, ...]) -> None:
    last = told and told.disposal
    if told and last and set(last.positions) == set(positions):
        raise AlreadyDisposedOf(told.id, last.disposition)


def _duplicate(command: DisposeOfLead) -> None:
    """Demand the other lead of a duplicate, and of nothing else."""
    is_duplicate = command.disposition is LeadDisposition.DUPLICATE
    if is_duplicate != bool(command.duplicate_of) or command.duplicate_of == command.lead:
        raise DuplicateOfWhat
