"""What rows of several views have in common: a unit as it was called on a day, and the steps by which a matter went.

Pure; read by api's description as they stand here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from ledger.days import instant
from ledger.timelines.standing import standing
from projections.holdings import Holdings


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A unit as it was called on the day in question; name and level are null where it was not registered."""

    unit: UUID
    name: str | None
    level: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One fact of a matter: its position, the day it happened, when it was recorded, and what it says by its stored name."""

    position: int
    effective_on: date
    recorded_at: datetime
    topic: str


def party(held: Holdings, unit: UUID, day: date) -> Party:
    """Return a unit as it was called on a day."""
    known = held.unit(unit, day)
    return Party(unit=unit, name=known.name if known else None, level=known.level if known else None)


def party_or_none(held: Holdings, unit: UUID | None, day: date) -> Party | None:
    return party(held, unit, day) if unit is not None else None


def steps(held: Holdings, stream: UUID, on: date) -> Sequence[Step]:
    """Return the facts of a stream that stand and happened by a day, by day, then position."""
    return tuple(
        Step(
            position=each.position,
            effective_on=each.effective_on,
            recorded_at=instant(each.recorded_at),
            topic=each.fact.TOPIC,
        )
        for each in standing(held.facts(stream))
        if each.effective_on <= on
    )
