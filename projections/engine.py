"""One fold for every projection: the facts of one key, as the ledger learnt them, become rows with two clocks.

Every driver (live, rebuild) calls `run`; nothing here knows SQL, a clock or a connection, and handlers no correction.
Keeps: the complete rows of a key are a pure function of its facts, and a row only ever gains its `known_to`. So what
changed after a position is a filter on the fold's own output, and a rebuild is that filter after position 0.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any, ClassVar, Final, Generic, NamedTuple, TypeVar, cast, overload
from uuid import UUID

from ledger.encoding import Recorded
from ledger.events import Fact, RecordCorrected
from ledger.timelines.standing import order, standing
from projections.rows import FOREVER, OPEN, Row, Version

F = TypeVar("F", bound=Fact)
S = TypeVar("S")
R = TypeVar("R", bound=Row)

Handler = Callable[[S | None, Recorded[F]], S | None]
Route = Callable[[Recorded[F]], Collection[UUID]]
Facts = Sequence[Recorded[Fact]]
Span = tuple[date, date, Row]  # from the first day to the first day no longer


class Changes(NamedTuple):
    """What one key's rows gained after a position: new versions, and older ones that are no longer believed."""

    inserts: list[Version]
    closings: list[Version]


class Poisoned(Exception):  # noqa: N818 - the fact is poisoned; the fold is not at fault until somebody finds so
    """A fact that a projection cannot fold. Says where, never what: texts and names stay in the log."""

    def __init__(self, position: int, topic: str, where: str, error: Exception) -> None:
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        line = "" if trace is None else f" ({Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno})"
        self.position, self.fault = position, f"{type(error).__name__} at {topic} in {where}{line}"
        super().__init__(f"position {position}: {self.fault}")


class View(ABC, Generic[S]):
    """One table, and how the facts of a key become its rows."""

    identity: ClassVar[tuple[str, ...]]  # the columns that together name one row version

    def __init__(self, name: str, row_type: type[Row]) -> None:
        self.name, self.row_type = name, row_type

    @property
    @abstractmethod
    def facts(self) -> Collection[type[Fact]]:
        """The facts it folds; corrections reach it without being asked for."""

    @abstractmethod
    def keys(self, recorded: Recorded[Fact]) -> set[UUID]:
        """Say whose rows a fact may concern."""

    @abstractmethod
    def step(self, state: S | None, recorded: Recorded[Fact], key: UUID) -> S | None:
        """Fold one fact that stands."""

    @abstractmethod
    def settled(self, version: Version, recorded: Recorded[Fact]) -> bool:
        """Say whether a row lies wholly before what is learnt now, so that no look at it is needed."""

    @abstractmethod
    def spans(self, entries: Facts, states: Sequence[S | None], begun: Span | None) -> Iterator[Span]:
        """Give the rows from the first of `entries` on; `begun` is the earliest row that it may have cut."""


class Timeline(View[S]):
    """What held of a key, day by day: handlers carry a state from fact to fact; the row is that state, or shown by it."""

    identity = ("key", "known_from", "effective_from")

    @overload
    def __init__(self: Timeline[R], name: str, row_type: type[R]) -> None: ...
    @overload
    def __init__(self, name: str, row_type: type[Row], show: Callable[[S], Row | None]) -> None: ...
    def __init__(self, name: str, row_type: type[Row], show: Callable[[Any], Row | None] = lambda state: state) -> None:
        """Name the table and its row; `show` turns a state that is no row into one, or None while there is none."""
        super().__init__(name, row_type)
        self._show = show
        self._handlers: dict[type[Fact], list[tuple[Route[Any] | None, Handler[S, Any]]]] = {}

    def on(self, fact: type[F], route: Route[F] | None = None) -> Callable[[Handler[S, F]], Handler[S, F]]:
        """Fold `fact` by the function that follows, for the stream it stands in, or for the keys that `route` gives."""

        def register(handler: Handler[S, F]) -> Handler[S, F]:
            self._handlers.setdefault(fact, []).append((route, handler))
            return handler

        return register

    @property
    def facts(self) -> Collection[type[Fact]]:
        return self._handlers.keys()

    def keys(self, recorded: Recorded[Fact]) -> set[UUID]:
        if isinstance(recorded.fact, RecordCorrected):
            return {recorded.stream, *recorded.fact.route_keys}
        return {key for route, _ in self._handlers.get(type(recorded.fact), ()) for key in _routed(route, recorded)}

    def step(self, state: S | None, recorded: Recorded[Fact], key: UUID) -> S | None:
        for route, handler in self._handlers.get(type(recorded.fact), ()):
            if key in _routed(route, recorded):
                state = handler(state, recorded)
        return state

    def settled(self, version: Version, recorded: Recorded[Fact]) -> bool:
        return version.effective_to < recorded.effective_on

    def spans(self, entries: Facts, states: Sequence[S | None], begun: Span | None) -> Iterator[Span]:
        """Cut the days where the row changes; the last fact of a day has its last word."""
        since, row = FOREVER, None
        if begun is not None and begun[0] < entries[0].effective_on:
            since, _, row = begun
        days = [entry.effective_on for entry in entries]
        for (day, following), state in zip(pairwise([*days, FOREVER]), states, strict=True):
            shown = None if state is None else self._show(state)
            if day == following or shown == row:
                continue
            if row is not None:
                yield since, day, row
            since, row = day, shown
        if row is not None:
            yield since, FOREVER, row


class Appearance(Row, frozen=True):
    """A unit in a fact, and as what: the row of every history."""

    unit: UUID
    position: int
    role: str
    topic: str
    recorded_at: int  # microseconds UTC


class _Cast(NamedTuple):
    """Who holds which role in a stream by now, and who appeared in the last fact."""

    holders: Mapping[str, tuple[UUID, ...]]
    appearances: tuple[Appearance, ...]


Named = str | Callable[[Recorded[Any]], Collection[UUID]] | None
AS_BEFORE: Final = None  # whoever an earlier fact of the same stream named in the same role


class History(View[_Cast]):
    """Every fact × unit × role, append-only but for corrections: what happened by a day, as known at a position."""

    identity = ("unit", "position", "role", "known_from")

    def __init__(self, name: str) -> None:
        super().__init__(name, Appearance)
        self._roles: dict[type[Fact], dict[str, Named]] = {}

    def roles(self, fact: type[Fact], **named: Named) -> None:
        """Say who appears in `fact` as what: by the field that holds the unit(s), by a function, or `AS_BEFORE`."""
        self._roles[fact] = named

    @property
    def facts(self) -> Collection[type[Fact]]:
        return self._roles.keys()

    def keys(self, recorded: Recorded[Fact]) -> set[UUID]:
        return {recorded.stream}

    def step(self, state: _Cast | None, recorded: Recorded[Fact], key: UUID) -> _Cast:
        named = self._roles[type(recorded.fact)] if recorded.stream == key else {}  # told once, where it stands
        holders = dict(state.holders) if state is not None else {}
        holders.update((role, _units(who, recorded)) for role, who in named.items() if who is not AS_BEFORE)
        return _Cast(
            holders,
            tuple(
                Appearance(unit, recorded.position, role, recorded.fact.TOPIC, recorded.recorded_at)
                for role in named
                for unit in holders.get(role, ())
            ),
        )

    def settled(self, version: Version, recorded: Recorded[Fact]) -> bool:
        return (version.effective_from, cast("Appearance", version.row).position) < order(recorded)

    def spans(self, entries: Facts, states: Sequence[_Cast | None], begun: Span | None) -> Iterator[Span]:  # noqa: ARG002
        for entry, state in zip(entries, states, strict=True):
            for appearance in state.appearances if state is not None else ():
                yield entry.effective_on, FOREVER, appearance


def run(view: View[S], key: UUID, events: Facts, after: int = 0) -> Changes:
    """Fold the facts of `key`, given by position, and return what its rows gained after position `after`.

    A fact handed over twice counts once. Raise Poisoned at the first fact that cannot be folded.
    """
    fold, changes, heard = _Fold(view, key), Changes([], []), list[Recorded[Fact]]()
    for recorded in events:
        position, corrects = recorded.position, isinstance(recorded.fact, RecordCorrected)
        if (heard and position <= heard[-1].position) or not (corrects or type(recorded.fact) in view.facts):
            continue
        heard.append(recorded)
        try:
            closed = fold.correct(heard) if corrects else fold.learn(recorded)
        except Exception as error:
            raise Poisoned(position, recorded.fact.TOPIC, view.name, error) from error
        for version in closed:
            if version.known_from > after:
                changes.inserts.append(version._replace(known_to=position))
            elif position > after:
                changes.closings.append(version._replace(known_to=position))
    changes.inserts.extend(version for version in fold.believed if version.known_from > after)
    return changes


class _Fold(Generic[S]):
    """What the ledger believes of one key, learning fact after fact."""

    def __init__(self, view: View[S], key: UUID) -> None:
        self.view, self.key = view, key
        self.entries: list[Recorded[Fact]] = []  # the facts that stand, in the order of their days
        self.states: list[S | None] = []  # the state after each of them
        self.believed: list[Version] = []  # the rows that nothing has closed yet, in the order of their days

    def learn(self, recorded: Recorded[Fact]) -> Iterable[Version]:
        """Put a fact in its place, refold from there, and return the rows that are no longer believed."""
        first = bisect_right(self.entries, order(recorded), key=order)
        self.entries.insert(first, recorded)
        doubted = []
        while self.believed and not self.view.settled(self.believed[-1], recorded):
            doubted.append(self.believed.pop())
        return self._refold(first, recorded.position, doubted, begun=doubted[-1][3:] if doubted else None)

    def correct(self, events: Facts) -> Iterable[Version]:
        """Take what stands after the last of `events`, a correction; rare, so everything is refolded."""
        self.entries = standing(events)
        doubted, self.believed = self.believed, []
        return self._refold(0, events[-1].position, doubted, begun=None)

    def _refold(self, first: int, position: int, doubted: Iterable[Version], begun: Span | None) -> Iterable[Version]:
        del self.states[first:]
        state = self.states[-1] if self.states else None
        for entry in self.entries[first:]:
            state = self.view.step(state, entry, self.key)
            self.states.append(state)
        doubtful = {version[3:]: version for version in doubted}
        for span in self.view.spans(self.entries[first:], self.states[first:], begun):
            unchanged = doubtful.pop(span, None)
            self.believed.append(Version(self.key, position, OPEN, *span) if unchanged is None else unchanged)
        return doubtful.values()


def _routed(route: Route[Any] | None, recorded: Recorded[Fact]) -> Collection[UUID]:
    return (recorded.stream,) if route is None else route(recorded)


def _units(who: str | Callable[[Recorded[Any]], Collection[UUID]], recorded: Recorded[Fact]) -> tuple[UUID, ...]:
    named = getattr(recorded.fact, who) if isinstance(who, str) else who(recorded)
    if named is None:
        return ()
    return (named,) if isinstance(named, UUID) else tuple(dict.fromkeys(named))
