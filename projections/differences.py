"""What differs between two sights of one thing: as known then and now, or in force on one day and on another.

Second step of a read (api -> here -> items, units). Keeps: a difference is a pure function of two sights; clauses are the same text if
their hashes are, so a line break is no change; what a side did not know is said to be unknown, not empty.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from operator import attrgetter
from typing import Any, Final
from uuid import UUID

import msgspec
from psycopg import Connection

from ledger.encoding import plain
from ledger.events import FACTS
from ledger.timelines.item import ITEM
from ledger.values import Clause, ItemTerms
from projections import items, log, units
from projections.audit import Changed
from projections.items import ItemRow
from projections.lists import WHOLE
from projections.reading import Pinned
from projections.units import UnitRow

# What follows from other fields, or from when a row was learnt: not what anybody changed.
BESIDE: Final = frozenset({"item", "unit", "since", "learnt_at", "title_sort", "implementing_unit_name"})
ITEM_TOPICS: Final = sorted(topic for topic, kind in FACTS.items() if kind.STREAM in {"item", "*"})


class Change(StrEnum):
    """How a clause differs on the later side."""

    ADDED = "ADDED"
    REMOVED = "REMOVED"
    CHANGED = "CHANGED"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseChange:
    """A clause on both sides, null where it is not there; `changed` names its fields that differ, `slots` among them.

    text_changed  the hashes of type and text differ
    """

    change: Change
    clause_id: str
    before: Clause | None
    after: Clause | None
    text_changed: bool
    changed: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    """One thing on two sides: whether each knew it, its fields that differ, and its clauses that do (items only)."""

    id: UUID
    known_before: bool
    known_after: bool
    fields: Sequence[Changed]
    clauses: Sequence[ClauseChange]


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """An item of a list on one side."""

    item: UUID
    title: str
    level: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ListDifferences:
    """The items in force of one jurisdiction on two sides: added, removed, and those on both whose elements differ."""

    jurisdiction: str
    added: Sequence[Member]
    removed: Sequence[Member]
    changed: Sequence[Differences]
    unchanged: int


@dataclass(frozen=True, slots=True)
class Sight:
    """An item as one side has it."""

    row: ItemRow
    terms: ItemTerms | None


# ── The questions ──


def item(connection: Connection[Any], before: Pinned, after: Pinned, item_id: UUID) -> Differences | None:
    """Return how an item differs between two sides; None if neither knew it."""
    sights = []
    for side in (before, after):
        detail = items.item(connection, side, item_id)
        sights.append(Sight(detail.row, detail.terms) if detail else None)
    return between(item_id, *sights) if any(sights) else None


def unit(connection: Connection[Any], before: Pinned, after: Pinned, unit_id: UUID) -> Differences | None:
    """Return how a unit differs between two sides; None if neither knew it."""
    one, other = (units.unit(connection, side, unit_id) for side in (before, after))
    if one is None and other is None:
        return None
    return _differences(unit_id, _columns(one), _columns(other))


def lists(
    connection: Connection[Any], before: Pinned, after: Pinned, jurisdiction: str, level: Sequence[str] = ()
) -> ListDifferences:
    """Return how the items in force of a jurisdiction differ between two sides."""
    wanted = items.Wanted(jurisdiction=(jurisdiction,), level=tuple(level), in_force=True)
    one, other = (
        {row.item: row for row in items.item_list(connection, side, wanted, most=WHOLE)} for side in (before, after)
    )
    both = one.keys() & other.keys()
    here, there = (
        _sights(connection, side, {key: rows[key] for key in both}) for side, rows in ((before, one), (after, other))
    )
    held = [between(key, here[key], there[key]) for key in other if key in both]
    changed = [each for each in held if each.fields or each.clauses]
    return ListDifferences(
        jurisdiction=jurisdiction,
        added=[_member(row) for key, row in other.items() if key not in both],
        removed=[_member(row) for key, row in one.items() if key not in both],
        changed=changed,
        unchanged=len(held) - len(changed),
    )


# ── Pure ──


def between(item_id: UUID, before: Sight | None, after: Sight | None) -> Differences:
    """Return how two sights of an item differ, clause by clause."""
    one, other = _elements(before), _elements(after)
    clauses = (each.terms.clauses if each and each.terms else () for each in (before, after))
    return replace(_differences(item_id, one, other), clauses=compared(*clauses))


def compared(before: Sequence[Clause], after: Sequence[Clause]) -> Sequence[ClauseChange]:
    """Return the clauses that differ, in the later order, then those removed; met by id, else by the same text. Each is met once."""
    left, partners = list(before), dict[int, Clause]()
    for mark in (attrgetter("clause_id"), attrgetter("hash")):
        for place, clause in enumerate(after):
            partner = next((each for each in left if place not in partners and mark(each) == mark(clause)), None)
            if partner is not None:
                left.remove(partner)
                partners[place] = partner
    rows = [_clause(partners.get(place), clause) for place, clause in enumerate(after)]
    rows += [_clause(clause, None) for clause in left]
    return [row for row in rows if row.change is not Change.CHANGED or row.changed]


def _clause(before: Clause | None, after: Clause | None) -> ClauseChange:
    change = Change.ADDED if before is None else Change.REMOVED if after is None else Change.CHANGED
    text_changed = before is None or after is None or before.hash != after.hash
    same = set() if text_changed else {"text"}
    held = after or before
    return ClauseChange(
        change=change,
        clause_id=held.clause_id if held else "",
        before=before,
        after=after,
        text_changed=text_changed,
        changed=_differing(before, after, same) if before and after else (),
    )


def _differing(before: Clause, after: Clause, same: Collection[str]) -> Sequence[str]:
    names = (each.name for each in fields(Clause) if each.name not in same)
    return tuple(name for name in names if getattr(before, name) != getattr(after, name))


def _differences(key: UUID, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> Differences:
    one, other = before or {}, after or {}
    changed = [
        Changed(path=f"/{name}", before=one.get(name), after=other.get(name))
        for name in sorted(one.keys() | other.keys())
        if one.get(name) != other.get(name)
    ]
    known = {"known_before": before is not None, "known_after": after is not None}
    return Differences(id=key, **known, fields=changed, clauses=())


def _elements(sight: Sight | None) -> Mapping[str, Any] | None:
    """Return the columns of an item, and those of its elements that no column shows."""
    columns = _columns(sight.row if sight else None)
    if columns is None or sight is None or sight.terms is None:
        return columns
    elements = {name: held for name, held in plain(sight.terms).items() if name != "clauses" and name not in columns}
    return {**columns, **{f"terms/{name}": held for name, held in elements.items()}}


def _columns(row: ItemRow | UnitRow | None) -> Mapping[str, Any] | None:
    if row is None:
        return None
    return {each.name: msgspec.to_builtins(getattr(row, each.name)) for each in fields(row) if each.name not in BESIDE}


def _member(row: ItemRow) -> Member:
    return Member(item=row.item, title=row.title, level=row.level, version=row.version)


def _sights(connection: Connection[Any], side: Pinned, rows: Mapping[UUID, ItemRow]) -> Mapping[UUID, Sight]:
    told = log.of_keys(connection, side.build.schema, rows.keys(), side.known_at, ITEM_TOPICS) if rows else {}
    sights = {}
    for key, row in rows.items():
        held = ITEM.state([fact for fact in told[key] if fact.stream == key], side.in_force_on)
        version = held.version_on(side.in_force_on) if held else None
        sights[key] = Sight(row, version.terms if version else held.terms if held else None)
    return sights
