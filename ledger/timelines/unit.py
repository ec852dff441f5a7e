"""The life of one unit: its name, superiors and standing, and who came after it."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from ledger.encoding import Recorded
from ledger.events import (
    Fact,
    UnitDissolved,
    UnitRegistered,
    UnitRenamed,
    UnitsMerged,
    UnitSplit,
    UnitSuperiorChanged,
)
from ledger.terms import Level, Line
from ledger.timelines.life import Life


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as of a day; `first_day_without` is set once it has ended, `successors` once others took over."""

    id: UUID
    code: str
    name: str
    level: Level
    category: str
    area_code: str
    valid_from: date
    rank: str | None
    block_superior: UUID | None
    line_superior: UUID | None
    first_day_without: date | None = None
    successors: tuple[UUID, ...] = ()

    def stands_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.first_day_without is None or day < self.first_day_without)


def evolve(state: Unit | None, recorded: Recorded[Fact]) -> Unit | None:
    """Total: what befalls a unit that is not registered changes nothing."""
    fact = recorded.fact
    if isinstance(fact, UnitRegistered):
        return Unit(
            recorded.stream,
            fact.code,
            fact.name,
            fact.level,
            fact.category,
            fact.area_code,
            fact.valid_from,
            fact.rank,
            fact.block_superior,
            fact.line_superior,
        )
    if state is None:
        return None
    match fact:
        case UnitRenamed(name=name):
            return replace(state, name=name)
        case UnitSuperiorChanged(line=Line.BLOCK, superior=superior):
            return replace(state, block_superior=superior)
        case UnitSuperiorChanged(superior=superior):
            return replace(state, line_superior=superior)
        case UnitsMerged(successor=successor, first_day_without=day):
            return replace(state, successors=(successor,), first_day_without=day)
        case UnitSplit(successors=successors, first_day_without=day):
            return replace(state, successors=successors, first_day_without=day)
        case UnitDissolved(first_day_without=day):
            return replace(state, first_day_without=day)
    return state


UNIT = Life("unit", evolve)
