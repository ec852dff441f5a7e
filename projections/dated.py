"""A timeline whose row also turns on days that a fact only announced: what is decided in December holds from January on.

Keeps: nothing in force depends on an event that a clock drives. A day that lies ahead is a day of the row like any other, so a
question about it is answered by the same row predicate as one about today.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import Any, TypeVar

from ledger.encoding import Recorded
from ledger.events import Fact
from projections.engine import Facts, Route, Span, Timeline
from projections.rows import FOREVER, Row

S = TypeVar("S")


class DatedTimeline(Timeline[S]):
    """A timeline told by one function for all its facts; `show` gives the row of a day, `turns` the days on which it may differ."""

    def __init__(
        self,
        name: str,
        row_type: type[Row],
        tell: Callable[[S | None, Recorded[Fact]], S | None],
        show: Callable[[S, date], Row | None],
        turns: Callable[[S], Iterable[date]] = lambda _: (),
    ) -> None:
        super().__init__(name, row_type, show=lambda state: show(state, FOREVER))
        self._tell, self._show_on, self._turns = tell, show, turns

    def told_by(self, *facts: type[Fact], route: Route[Any] | None = None) -> None:
        """Fold these facts: for the stream they stand in, or for the keys that `route` gives."""
        for fact in facts:
            self.on(fact, route)(self._tell)

    def spans(self, entries: Facts, states: Sequence[S | None], first: int, begun: Span | None) -> Iterator[Span]:
        since, row = FOREVER, None
        if begun is not None and begun[0] < entries[first].effective_on:
            since, _, row = begun
        for day, shown in self._days(entries, states, first):
            if shown == row:
                continue
            if row is not None:
                yield since, day, row
            since, row = day, shown
        if row is not None:
            yield since, FOREVER, row

    def _days(self, entries: Facts, states: Sequence[S | None], first: int) -> Iterator[tuple[date, Row | None]]:
        """Give the days on which the row may change, from entry number `first` on; the last fact of a day has its last word."""
        for index in range(first, len(entries)):
            day, state = entries[index].effective_on, states[index]
            until = entries[index + 1].effective_on if index + 1 < len(entries) else FOREVER
            if day == until:
                continue
            ahead = () if state is None else (turn for turn in self._turns(state) if day < turn < until)
            for turn in sorted({day, *ahead}):
                yield turn, None if state is None else self._show_on(state, turn)
