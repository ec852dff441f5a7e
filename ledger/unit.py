"""Units come into being, are renamed, move, merge, split and end; the registry keeps every name and every superior by its day.

Second step of every write (api -> application -> here). Pure: same history, same command, same rules, same answer.
Keeps: a unit that has ended stays ended; who came after it is named.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ledger import known
from ledger.commands import ChangeSuperior, DissolveUnit, MergeUnits, RegisterUnit, RenameUnit, SplitUnit
from ledger.events import UnitDissolved, UnitRegistered, UnitRenamed, UnitsMerged, UnitSplit, UnitSuperiorChanged
from ledger.refusals import Refused, UnitUnknown
from ledger.streams import unit_stream
from ledger.timelines.unit import UNIT, Unit
from ledger.world import Decision, World


@dataclass
class UnitAlreadyRegistered(Refused):
    """{code} is registered from {valid_from} already, as {name}."""

    code: str
    valid_from: date
    name: str


@dataclass
class UnitCannotFollowItself(Refused):
    """A unit is not its own superior or successor: {name}."""

    name: str


@dataclass
class UnitsNotNamedOnce(Refused):
    """Name at least one unit that goes over or takes over, and each of them once."""


Commands = RegisterUnit | RenameUnit | ChangeSuperior | MergeUnits | SplitUnit | DissolveUnit


def decide(command: Commands, world: World) -> Decision:
    """Answer a command about units; raise Refused."""
    match command:
        case RegisterUnit():
            return _register(command, world)
        case RenameUnit():
            unit = _registered_by(world, command)
            return _decision(world, unit, (command.unit, UnitRenamed(name=command.name)))
        case ChangeSuperior():
            unit = _registered_by(world, command)
            _not_itself(unit, command.superior)
            if command.superior:
                known.unit(world, command.superior, command.effective_on)
            return _decision(world, unit, (unit.id, UnitSuperiorChanged(line=command.line, superior=command.superior)))
        case MergeUnits():
            _each_once(command.predecessors)
            merged = UnitsMerged(successor=command.successor, first_day_without=command.first_day_without)
            units = [known.unit(world, each, command.effective_on) for each in command.predecessors]
            for unit in units:
                _not_itself(unit, command.successor)
                known.nothing_later(world, unit.id, command.effective_on)
            successor = known.unit(world, command.successor, command.first_day_without)
            return _decision(world, successor, *((unit.id, merged) for unit in units))
        case SplitUnit():
            _each_once(command.successors)
            unit = known.unit(world, command.unit, command.effective_on)
            known.nothing_later(world, unit.id, command.effective_on)
            for each in command.successors:
                _not_itself(unit, each)
                known.unit(world, each, command.first_day_without)
            split = UnitSplit(successors=command.successors, first_day_without=command.first_day_without)
            return _decision(world, unit, (unit.id, split))
        case DissolveUnit():
            unit = known.unit(world, command.unit, command.effective_on)
            known.nothing_later(world, unit.id, command.effective_on)
            return _decision(world, unit, (unit.id, UnitDissolved(first_day_without=command.first_day_without)))


def _register(command: RegisterUnit, world: World) -> Decision:
    stream = unit_stream(command.code, command.valid_from)
    known = world.see(UNIT, stream)
    if known:
        raise UnitAlreadyRegistered(command.code, command.valid_from, known.name)
    for superior in (command.block_superior, command.line_superior):
        if superior and world.see(UNIT, superior) is None:
            raise UnitUnknown(superior)
    fact = UnitRegistered(
        code=command.code,
        name=command.name,
        level=command.level,
        category=command.category,
        area_code=command.area_code,
        valid_from=command.valid_from,
        rank=command.rank,
        block_superior=command.block_superior,
        line_superior=command.line_superior,
        credit_code=command.credit_code,
    )
    return Decision(world.rules(command.area_code, command.effective_on), ((stream, fact),))


def _registered_by(world: World, command: RenameUnit | ChangeSuperior) -> Unit:
    unit = known.unit(world, command.unit, command.effective_on)
    known.in_order(world.facts(unit.id)[0].effective_on, command.effective_on)
    return unit


def _each_once(units: Sequence[UUID]) -> None:
    if not units or len(set(units)) < len(units):
        raise UnitsNotNamedOnce


def _not_itself(unit: Unit, other: UUID | None) -> None:
    if other == unit.id:
        raise UnitCannotFollowItself(unit.name)


def _decision(
    world: World,
    unit: Unit,
    *filings: tuple[UUID, UnitRenamed | UnitSuperiorChanged | UnitsMerged | UnitSplit | UnitDissolved],
) -> Decision:
    return Decision(world.rules(unit.area_code, world.today), filings)
