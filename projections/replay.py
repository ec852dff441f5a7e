"""A projection built in memory from the facts up to a position: its digests, and what each fact moved.

For `mingze replay` (api -> here). Pure. Keeps: the fold is the engine's, the digests are those of `projections.roots`, so a replay and a
build as known at the same position are the same if their digests are; nothing is written, and no table of a build is read.
"""

from bisect import insort
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from operator import attrgetter
from typing import Any, Final
from uuid import UUID

from ledger.encoding import Recorded
from ledger.events import Fact, RecordCorrected
from projections.builds import Projection
from projections.engine import Changes, View, run
from projections.rows import CLOCKS, FOREVER, Version, columns, packer

HEADER: Final = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER: Final = b"\xff\xff"
Told = Recorded[Fact]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A cell that a fact moved, of one key from a day on; `before` or `after` is null where there was or is no row."""

    view: str
    key: UUID
    since: date
    until: date | None
    column: str
    before: Any
    after: Any


@dataclass(slots=True)
class Replay:
    """The facts by the keys that they concern, as they are heard one after the other."""

    projection: Projection
    told: defaultdict[UUID, list[Told]] = field(default_factory=lambda: defaultdict(list))
    heard: dict[int, Told] = field(default_factory=dict)

    def hear(self, fact: Told) -> Sequence[UUID]:
        """Hand a fact to every key that it concerns, with what a correction moves there; return the keys, none if no view folds it."""
        if fact.fact.TOPIC not in self.projection.topics:
            return ()
        self.heard[fact.position] = fact
        keys = sorted(self.projection.keys(fact))
        for key in keys:
            moved = self._moved(fact) if isinstance(fact.fact, RecordCorrected) and key in fact.fact.route_keys else ()
            known = {each.position for each in self.told[key]}
            for each in (*moved, fact):
                if each.position not in known:
                    insort(self.told[key], each, key=attrgetter("position"))
        return keys

    def step(self, fact: Told) -> list[Moved]:
        """Hear a fact and return the cells that it moved, by view, key and day."""
        keys, after = self.hear(fact), fact.position - 1
        return [
            cell
            for view in self.projection.views
            for key in keys
            for cell in moved(view, run(view, key, self.told[key], after))
        ]

    def digests(self) -> Mapping[str, str]:
        """Return by view the digest of its rows: that of a build's table as known at this position."""
        return {view.name: digest(view, self.rows(view)) for view in self.projection.views}

    def rows(self, view: View[Any]) -> list[Version]:
        """Return every row of a view."""
        return [version for key, facts in self.told.items() for version in run(view, key, facts).inserts]

    def _moved(self, correction: Told) -> Iterator[Told]:
        """Yield what a correction names and, where that is another correction, what it names in turn."""
        while isinstance(correction.fact, RecordCorrected) and correction.fact.corrects < correction.position:
            named = self.heard.get(correction.fact.corrects)
            if named is None:
                return
            yield named
            correction = named


def replayed(projection: Projection, facts: Iterable[Told]) -> Replay:
    """Return a projection with all its facts heard."""
    replay = Replay(projection)
    for fact in facts:
        replay.hear(fact)
    return replay


def digest(view: View[Any], rows: Iterable[Version]) -> str:
    """Return the digest of rows as `projections.roots` takes it: their columns, then the bytes that PostgreSQL dumps."""
    declared = ((name, kind.removesuffix(" not null")) for name, kind in (*CLOCKS, *columns(view.row_type)))
    whole, pack = sha256(", ".join(f"{name} {kind}" for name, kind in declared).encode()), packer(view.row_type)
    whole.update(HEADER)
    for version in sorted(rows, key=lambda each: tuple(_cell(each, name) for name in view.identity)):
        whole.update(pack(version))
    whole.update(TRAILER)
    return whole.hexdigest()


def moved(view: View[Any], changes: Changes) -> Iterator[Moved]:
    """Yield the cells that changed: each new row against the closed one that said something of its first day, and what is gone."""
    for new in sorted(changes.inserts, key=_place):
        old = next((each for each in changes.closings if _same_thing(view, each, new) and _covers(each, new)), None)
        yield from _cells(view, new, old, new)
    for old in sorted(changes.closings, key=_place):
        if not any(_same_thing(view, old, new) and _covers(new, old) for new in changes.inserts):
            yield from _cells(view, old, old, None)


def _cells(view: View[Any], place: Version, old: Version | None, new: Version | None) -> Iterator[Moved]:
    until = None if place.effective_to == FOREVER else place.effective_to
    for column in view.row_type.__struct_fields__:
        before, after = (getattr(each.row, column) if each else None for each in (old, new))
        if before != after:
            yield Moved(
                view=view.name,
                key=place.key,
                since=place.effective_from,
                until=until,
                column=column,
                before=before,
                after=after,
            )


def _same_thing(view: View[Any], one: Version, other: Version) -> bool:
    """Tell whether two rows are of one thing: of one key or, in a history, of one appearance."""
    names = [name for name in view.identity if name not in {"known_from", "effective_from"}]
    return all(_cell(one, name) == _cell(other, name) for name in names)


def _covers(one: Version, other: Version) -> bool:
    return one.effective_from <= other.effective_from < one.effective_to


def _cell(version: Version, name: str) -> Any:
    return getattr(version, name) if name in Version._fields else getattr(version.row, name)


def _place(version: Version) -> tuple[UUID, date]:
    return version.key, version.effective_from
