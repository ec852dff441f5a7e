"""A life cycle: how the facts of one stream add up to a state that a decision can look at.

Pure and total: any sequence of facts of the stream gives a state, also one that no decider would have allowed.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from ledger.encoding import Recorded
from ledger.events import Fact
from ledger.timelines.standing import standing

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Life(Generic[S]):
    """`name` is the kind of stream; `evolve(state or None, recorded)` gives the state after one more fact."""

    name: str
    evolve: Callable[[S | None, Recorded[Fact]], S | None]

    def state(self, facts: Iterable[Recorded[Fact]], on: date | None = None) -> S | None:
        """Return the state on a day (None: after all that is recorded), by the facts that stand, in the order of their days."""
        state: S | None = None
        for recorded in standing(facts):
            if on is not None and recorded.effective_on > on:
                break
            state = self.evolve(state, recorded)
        return state
