"""A veto used off the list, or in disguise, as somebody saw it: the ledger describes what is, not only what is lawful.

Second step of every write (api -> application -> here). Pure: same history, same command, same rules, same answer.
Keeps: an observation says who saw what on which day, and accuses nobody of more than it saw. Judged by the rules of the exercising
unit's area.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ledger import known
from ledger.commands import ObserveDisguisedVeto, ObserveIrregularVeto
from ledger.events import DisguisedVetoObserved, IrregularVetoObserved
from ledger.refusals import ItemUnknown, Refused
from ledger.rules import Rules
from ledger.streams import observed_veto_stream
from ledger.timelines.item import ITEM
from ledger.timelines.veto import VETO
from ledger.world import Decision, World


@dataclass
class VetoObservationExists(Refused):
    """The observer used number {client_key} already; give each observation a number of its own."""

    client_key: str


@dataclass
class ObservationOfAnotherDay(Refused):
    """The veto was decided or seen on {happened_on}, so that, not {day}, is the day on which it happened."""

    happened_on: date
    day: date


@dataclass
class ObservedBeforeItWas(Refused):
    """What was on {happened_on} cannot have been observed on {observed_on}, before that."""

    happened_on: date
    observed_on: date


@dataclass
class ObservationLiesAhead(Refused):
    """Today is {today}; nothing is observed on {observed_on} yet."""

    today: date
    observed_on: date


Commands = ObserveIrregularVeto | ObserveDisguisedVeto


def decide(command: Commands, world: World) -> Decision:
    """Answer a command about an observed veto; raise Refused."""
    match command:
        case ObserveIrregularVeto():
            return _observe_irregular(command, world)
        case ObserveDisguisedVeto():
            return _observe_disguised(command, world)


def _observe_irregular(command: ObserveIrregularVeto, world: World) -> Decision:
    day, happened = command.effective_on, command.decided_on or command.observed_on
    known.year(command.assessment_year)
    for unit in (command.exercising_unit, command.target_unit):
        known.registered_unit(world, unit)
    if command.item and world.see(ITEM, command.item) is None:
        raise ItemUnknown(command.item, day)
    if happened != day:
        raise ObservationOfAnotherDay(happened, day)
    stream, rules = _observed(world, command)
    fact = IrregularVetoObserved(
        exercising_unit=command.exercising_unit,
        target_unit=command.target_unit,
        assessment_year=command.assessment_year,
        observed_by=command.observed_by,
        observed_on=command.observed_on,
        effects=command.effects,
        defects=command.defects,
        item=command.item,
        trigger_code=command.trigger_code,
        decided_on=command.decided_on,
    )
    return Decision(rules, ((stream, fact),))


def _observe_disguised(command: ObserveDisguisedVeto, world: World) -> Decision:
    known.said(wording=command.wording, effect=command.effect)
    for unit in (command.exercising_unit, command.target_unit):
        if unit:
            known.registered_unit(world, unit)
    for document in (command.source_document, *(basis.document for basis in command.central_basis)):
        if document:
            known.document(world, document)
    stream, rules = _observed(world, command)
    fact = DisguisedVetoObserved(
        exercising_unit=command.exercising_unit,
        wording=command.wording,
        effect=command.effect,
        observed_by=command.observed_by,
        observed_on=command.observed_on,
        target_unit=command.target_unit,
        source_document=command.source_document,
        central_basis=command.central_basis,
    )
    return Decision(rules, ((stream, fact),))


def _observed(world: World, command: Commands) -> tuple[UUID, Rules]:
    """Return the stream of what somebody observed, and the rules of the exercising unit's area; raise unless it could be seen so."""
    known.said(client_key=command.client_key)
    known.unit(world, command.observed_by, command.observed_on)
    if command.observed_on > world.today:
        raise ObservationLiesAhead(world.today, command.observed_on)
    if command.observed_on < command.effective_on:
        raise ObservedBeforeItWas(command.effective_on, command.observed_on)
    stream = observed_veto_stream(command.observed_by, command.client_key)
    if world.see(VETO, stream):
        raise VetoObservationExists(command.client_key)
    exerciser = known.registered_unit(world, command.exercising_unit)
    return stream, world.rules(exerciser.area_code, command.effective_on)
