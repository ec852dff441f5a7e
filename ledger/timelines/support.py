"""Support promised and delivered: kept in the stream of a pledge, or of a duty where no pledge stands behind it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ledger.encoding import Recorded
from ledger.events import Fact, SupportDelivered, SupportPromised
from ledger.terms import SupportKind


@dataclass(frozen=True, slots=True)
class Promise:
    """Support due by a day (included); amount None: not counted. `clause_id` where a SUPPORT clause makes the promise."""

    position: int
    promised_by: UUID
    promised_to: UUID
    kind: SupportKind | None
    due_on: date
    amount: int | None
    unit: str | None
    clause_id: str | None


@dataclass(frozen=True, slots=True)
class Delivery:
    """Support that arrived on a day; for a clause, for a promise (its position), or for whatever of its kind was promised."""

    position: int
    delivered_by: UUID
    delivered_to: UUID
    kind: SupportKind
    delivered_on: date
    amount: int | None
    unit: str | None
    clause_id: str | None
    promise: int | None

    def keeps(self, promise: Promise) -> bool:
        """Tell whether this is for that promise: by its position, else by its clause, else by its kind and the unit it went to."""
        if self.promise is not None:
            return self.promise == promise.position
        if self.clause_id is not None or promise.clause_id is not None:
            return self.clause_id == promise.clause_id
        return (self.kind, self.delivered_to) == (promise.kind, promise.promised_to)


def promised(recorded: Recorded[Fact]) -> tuple[Promise, ...]:
    """Return the promise that a fact makes, if it makes one."""
    f = recorded.fact
    if not isinstance(f, SupportPromised):
        return ()
    at = recorded.position
    return (Promise(at, f.promised_by, f.promised_to, f.kind, f.due_on, f.amount, f.unit, f.clause_id),)


def delivered(recorded: Recorded[Fact]) -> tuple[Delivery, ...]:
    """Return the delivery that a fact tells of, if it does."""
    f = recorded.fact
    if not isinstance(f, SupportDelivered):
        return ()
    return (
        Delivery(
            recorded.position,
            f.delivered_by,
            f.delivered_to,
            f.kind,
            f.delivered_on,
            f.amount,
            f.unit,
            f.clause_id,
            f.promise,
        ),
    )


def outstanding(promise: Promise, deliveries: Iterable[Delivery], day: date) -> bool | None:
    """Tell whether a promise was short on a day; None where an amount without a common unit cannot be counted."""
    kept = [each for each in deliveries if each.delivered_on <= day and each.keeps(promise)]
    if promise.amount is None or not kept:
        return not kept
    if promise.unit is None or any(each.unit != promise.unit or each.amount is None for each in kept):
        return None
    return sum(each.amount or 0 for each in kept) < promise.amount
