"""The life of one duty in one jurisdiction: who owned it on which day, who held its power, to whom it was delegated.

Pure and total. Keeps: the entry that begins last holds; a delegation moves the duty while it lasts, and its powers if they go with it;
what was taken back is the upper unit's own from that day on. Days are closed intervals; nothing here depends on when it was recorded.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from ledger.encoding import Recorded
from ledger.events import DutyDelegated, DutyEntryAdded, DutyEntryChanged, DutyEntryRemoved, DutyTakenBack, Fact
from ledger.terms import DutyListKind
from ledger.timelines.life import Life
from ledger.timelines.support import Delivery, Promise, delivered, promised
from ledger.values import DutyEntry

FIRST_DAY = date.min + timedelta(days=1)  # the first day that has one before it


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as it stands on its list, and the position of the fact that says so."""

    position: int
    duty_list: UUID
    entry: DutyEntry
    until: date

    def covers(self, day: date) -> bool:
        return self.entry.effective_from <= day <= self.until


@dataclass(frozen=True, slots=True)
class Delegation:
    """The duty in other hands from the first to the last day, with these powers."""

    position: int
    from_unit: UUID
    to_unit: UUID
    powers: tuple[str, ...]
    effective_from: date
    until: date

    def covers(self, day: date) -> bool:
        return self.effective_from <= day <= self.until


@dataclass(frozen=True, slots=True)
class Taking:
    """The duty taken back from a unit by one above it, from a day on."""

    position: int
    from_unit: UUID
    to_unit: UUID
    effective_from: date


@dataclass(frozen=True, slots=True)
class Holding:
    """Who had to do it on a day, who held the power, and the positions that say so."""

    owner: UUID
    list_kind: DutyListKind
    needs_power: bool
    power_holder: UUID | None
    delegated_to: UUID | None
    delegated_powers: bool
    entry: DutyEntry
    positions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Duty:
    """A duty with all that is known of it; ask `holding_on` for a day."""

    id: UUID
    entries: tuple[Entry, ...] = ()
    delegations: tuple[Delegation, ...] = ()
    takings: tuple[Taking, ...] = ()
    promises: tuple[Promise, ...] = ()
    deliveries: tuple[Delivery, ...] = ()

    def entry_on(self, day: date) -> Entry | None:
        """Return the entry in force on a day: the one that began last."""
        covering = [entry for entry in self.entries if entry.covers(day)]
        return max(covering, key=lambda each: (each.entry.effective_from, each.position), default=None)

    def listed_on(self, duty_list: UUID, day: date) -> bool:
        """Tell whether one of its entries on a list was in force on a day."""
        return any(entry.duty_list == duty_list and entry.covers(day) for entry in self.entries)

    def holding_on(self, day: date) -> Holding | None:
        """Return who owned the duty on a day, None where no entry was in force."""
        listed = self.entry_on(day)
        if listed is None:
            return None
        entry = listed.entry
        held = Holding(
            entry.owner_unit,
            entry.list_kind,
            entry.needs_power,
            entry.power_holder,
            None,
            delegated_powers=False,
            entry=entry,
            positions=(listed.position,),
        )
        moves: list[Delegation | Taking] = [each for each in self.delegations if each.covers(day)]
        moves += [each for each in self.takings if entry.effective_from <= each.effective_from <= day]
        for move in sorted(moves, key=lambda each: (each.effective_from, each.position)):
            held = _moved(held, move)
        return held


def _moved(held: Holding, move: Delegation | Taking) -> Holding:
    positions = (*held.positions, move.position)
    if isinstance(move, Delegation):
        return replace(
            held,
            owner=move.to_unit,
            delegated_to=move.to_unit,
            delegated_powers=bool(move.powers),
            positions=positions,
        )
    if held.owner != move.from_unit:
        return held
    returned = replace(held, owner=move.to_unit, delegated_to=None, delegated_powers=False, positions=positions)
    return returned if held.delegated_to else replace(returned, list_kind=DutyListKind.TAKEN_BACK)


def evolve(state: Duty | None, recorded: Recorded[Fact]) -> Duty | None:
    """Total: a duty begins with whatever is first told of it."""
    state = state or Duty(recorded.stream)
    at = recorded.position
    match recorded.fact:
        case DutyEntryAdded(duty_list=listed, entry=entry) | DutyEntryChanged(duty_list=listed, entry=entry):
            added = Entry(at, listed, entry, entry.effective_to or date.max)
            return replace(state, entries=(*state.entries, added))
        case DutyEntryRemoved(duty_list=listed, first_day_without=day):
            last = max(day, FIRST_DAY) - timedelta(days=1)
            ended = (
                replace(each, until=last) if each.duty_list == listed and each.until > last else each
                for each in state.entries
            )
            return replace(state, entries=tuple(ended))
        case DutyDelegated() as f:
            until = f.effective_to or date.max
            given = Delegation(at, f.from_unit, f.to_unit, f.powers, f.effective_from, until)
            return replace(state, delegations=(*state.delegations, given))
        case DutyTakenBack() as f:
            taken = Taking(at, f.from_unit, f.to_unit, f.effective_from)
            return replace(state, takings=(*state.takings, taken))
    return replace(
        state,
        promises=(*state.promises, *promised(recorded)),
        deliveries=(*state.deliveries, *delivered(recorded)),
    )


DUTY = Life("duty", evolve)
