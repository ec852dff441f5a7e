"""One fold for every projection: the facts of one key, as the ledger learnt them, become rows with two clocks.

Every driver (live, rebuild) calls `run`; nothing here knows SQL, a clock or a connection, and handlers no correction.
Keeps: the complete rows of a key are a pure function of its facts, and a row only ever gains its `known_to`. So what
changed after a position is a filter on the fold's own output, and a rebuild is that filter after position 0.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from bisect import bisect_right
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
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
Moment = tuple[date, int]  # the day of a fact, and its position: the order that facts are folded in
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
        self.facts: set[type[Fact]] = set()  # what it folds; corrections reach it without being asked for

    @abstractmethod
    def routes(self, fact: type[Fact]) -> Collection[Route[Any] | None]:
        """Say by which ways a fact finds the keys it concerns; None is its own stream."""

    @abstractmethod
    def step(self, state: S | None, recorded: Recorded[Fact], key: UUID) -> S | None:
        """Fold one fact that stands."""

    def entries(self, events: Facts, key: UUID) -> list[Recorded[Fact]]:  # noqa: ARG002 - told by a history only
        """Give what is folded of `events`, which hold corrections, by day, then position."""
        return standing(events)

    @abstractmethod
    def mark(self, since: date, row: Row) -> Hashable:
        """Tell the rows of one key apart that are believed at one position."""

    @abstractmethod
    def settled(self, version: Version, moment: Moment) -> bool:
        """Say whether a row lies wholly before what is learnt now, so that no look at it is needed."""

    @abstractmethod
    def spans(self, entries: Facts, states: Sequence[S | None], first: int, begun: Span | None) -> Iterator[Span]:
        """Give the rows from entry number `first` on; `begun` is the earliest row that it may have cut."""


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
            self.facts.add(fact)
            self._handlers.setdefault(fact, []).append((route, handler))
            return handler

        return register

    def routes(self, fact: type[Fact]) -> Collection[Route[Any] | None]:
        return [route for route, _ in self._handlers.get(fact, ())]

    def step(self, state: S | None, recorded: Recorded[Fact], key: UUID) -> S | None:
        for route, handler in self._handlers.get(type(recorded.fact), ()):
            if key in routed(route, recorded):
                state = handler(state, recorded)
        return state

    def mark(self, since: date, row: Row) -> Hashable:  # noqa: ARG002 - a day has one row
        return since

    def settled(self, version: Version, moment: Moment) -> bool:
        return version.effective_to < moment[0]

    def spans(self, entries: Facts, states: Sequence[S | None], first: int, begun: Span | None) -> Iterator[Span]:
        """Cut the days where the row changes; the last fact of a day has its last word."""
        since, row = FOREVER, None
        if begun is not None and begun[0] < entries[first].effective_on:
            since, _, row = begun
        for index in range(first, len(entries)):
            day, state = entries[index].effective_on, states[index]
            shown = None if state is None else self._show(state)
            if shown == row or (index + 1 < len(entries) and entries[index + 1].effective_on == day):
                continue
            if row is not None:
                yield since, day, row
            since, row = day, shown
        if row is not None:
            yield since, FOREVER, row


class Appearance(Row, frozen=True):
    """A unit in a fact, and as what: the row of every history. `corrects`: the position of the fact that this one corrects."""

    unit: UUID
    position: int
    role: str
    topic: str
    recorded_at: int  # microseconds UTC
    actor_unit: UUID | None
    corrects: int | None


@dataclass(frozen=True, slots=True)
class _Corrected(Fact):
    """A correction as a history tells it: to whoever appeared in the fact at `corrects`, before or after it was corrected."""

    TOPIC = RecordCorrected.TOPIC
    corrects: int
    cast: tuple[tuple[str, UUID], ...]


class _Cast(NamedTuple):
    """Who holds which role in a stream by now, and who appeared in the last fact."""

    holders: Mapping[str, tuple[UUID, ...]]
    appearances: Sequence[Appearance]


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
        self.facts.add(fact)
        self._roles[fact] = named

    def routes(self, fact: type[Fact]) -> Collection[Route[Any] | None]:
        return [None] if fact in self._roles else []

    def step(self, state: _Cast | None, recorded: Recorded[Fact], key: UUID) -> _Cast:
        if isinstance(recorded.fact, _Corrected):
            appeared = [_appearance(recorded, *each) for each in recorded.fact.cast]
            return _Cast(state.holders if state is not None else {}, appeared)
        named = self._roles[type(recorded.fact)] if recorded.stream == key else {}  # told once, where it stands
        holders = dict(state.holders) if state is not None else {}
        for role, who in named.items():
            if who is not AS_BEFORE:
                holders[role] = _units(who, recorded)
        appeared = [_appearance(recorded, role, unit) for role in named for unit in holders.get(role, ())]
        return _Cast(holders, appeared)

    def entries(self, events: Facts, key: UUID) -> list[Recorded[Fact]]:
        """Give the facts that stand, and each correction, whether it still stands or not: both stay visible."""
        told = standing(events)
        for index, event in enumerate(events):
            if isinstance(event.fact, RecordCorrected):
                told.append(replace(event, fact=self._corrected(events[: index + 1], event.fact.corrects, key)))
        return sorted(told, key=order)

    def _corrected(self, events: Facts, corrects: int, key: UUID) -> _Corrected:
        """Tell who appears in what the last of `events` corrects; a corrected correction concerns whom the first one did."""
        first, named = corrects, {event.position: event.fact for event in events}
        while isinstance(correction := named.get(first), RecordCorrected):
            first = correction.corrects
        told = (each for heard in (events[:-1], events) for each in self._appearances(standing(heard), key))
        appeared = dict.fromkeys((each.role, each.unit) for each in told if each.position == first)
        return _Corrected(corrects, tuple(appeared))

    def _appearances(self, facts: Facts, key: UUID) -> Iterator[Appearance]:
        state = None
        for fact in facts:
            state = self.step(state, fact, key)
            yield from state.appearances

    def mark(self, since: date, row: Row) -> Hashable:  # noqa: ARG002 - a fact is told once, whatever its day
        return row

    def settled(self, version: Version, moment: Moment) -> bool:
        return (version.effective_from, cast("Appearance", version.row).position) < moment

    def spans(self, entries: Facts, states: Sequence[_Cast | None], first: int, begun: Span | None) -> Iterator[Span]:  # noqa: ARG002
        for index in range(first, len(entries)):
            state = states[index]
            for appearance in state.appearances if state is not None else ():
                yield entries[index].effective_on, FOREVER, appearance


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
            dropped = fold.correct(heard) if corrects else fold.learn(recorded)
        except Exception as error:
            raise Poisoned(position, recorded.fact.TOPIC, view.name, error) from error
        for version in dropped:
            if version.known_from > after:
                changes.inserts.append(_closed(version, position))
            elif position > after:
                changes.closings.append(_closed(version, position))
    changes.inserts.extend([version for version in fold.believed if version.known_from > after])
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
        moment, first = order(recorded), len(self.entries)
        if first and moment < order(self.entries[-1]):  # it happened before what is known already
            first = bisect_right(self.entries, moment, key=order)
        self.entries.insert(first, recorded)
        doubted = []
        while self.believed and not self.view.settled(self.believed[-1], moment):
            doubted.append(self.believed.pop())
        return self._refold(first, recorded.position, doubted, begun=doubted[-1][3:] if doubted else None)

    def correct(self, events: Facts) -> Iterable[Version]:
        """Take what stands after the last of `events`, a correction; rare, so everything is refolded."""
        self.entries = self.view.entries(events, self.key)
        doubted, self.believed = self.believed, []
        return self._refold(0, events[-1].position, doubted, begun=None)

    def _refold(self, first: int, position: int, doubted: Iterable[Version], begun: Span | None) -> Iterable[Version]:
        del self.states[first:]
        state = self.states[-1] if self.states else None
        for entry in self.entries[first:]:
            state = self.view.step(state, entry, self.key)
            self.states.append(state)
        doubtful = {self.view.mark(version.effective_from, version.row): version for version in doubted}
        for span in self.view.spans(self.entries, self.states, first, begun):
            unchanged = None
            if doubtful and (held := doubtful.get(mark := self.view.mark(span[0], span[2]))) and held[3:] == span:
                unchanged = doubtful.pop(mark)
            self.believed.append(unchanged or Version(self.key, position, OPEN, *span))
        return doubtful.values()


def _closed(version: Version, known_to: int) -> Version:
    return Version(version.key, version.known_from, known_to, *version[3:])


def routed(route: Route[Any] | None, recorded: Recorded[Fact]) -> Collection[UUID]:
    """Say which keys a fact finds by one route."""
    return (recorded.stream,) if route is None else route(recorded)


def _appearance(recorded: Recorded[Fact], role: str, unit: UUID) -> Appearance:
    corrects = recorded.fact.corrects if isinstance(recorded.fact, _Corrected) else None
    topic, actor = recorded.fact.TOPIC, recorded.envelope.actor_unit
    return Appearance(unit, recorded.position, role, topic, recorded.recorded_at, actor, corrects)


def _units(who: str | Callable[[Recorded[Any]], Collection[UUID]], recorded: Recorded[Fact]) -> tuple[UUID, ...]:
    named = getattr(recorded.fact, who) if isinstance(who, str) else who(recorded)
    if named is None:
        return ()
    return (named,) if isinstance(named, UUID) else tuple(dict.fromkeys(named))
