"""The life of one duty list: published, and published anew."""

from dataclasses import dataclass, replace
from uuid import UUID

from ledger.encoding import Recorded
from ledger.events import DutyListPublished, Fact
from ledger.terms import DutyListKind
from ledger.timelines.life import Life


@dataclass(frozen=True, slots=True)
class DutyList:
    """A list of a unit's duties of one kind, at its highest version: one that is told late takes a number of its own."""

    id: UUID
    unit: UUID
    list_kind: DutyListKind
    version: int


def evolve(state: DutyList | None, recorded: Recorded[Fact]) -> DutyList | None:
    """Total: nothing but a publication makes a list."""
    fact = recorded.fact
    if not isinstance(fact, DutyListPublished):
        return state
    if state is None:
        return DutyList(recorded.stream, fact.unit, fact.list_kind, fact.list_version)
    return replace(state, version=max(state.version, fact.list_version))


DUTY_LIST = Life("duty_list", evolve)
