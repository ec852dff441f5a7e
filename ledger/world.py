"""What a decision may look at: other streams as they stand, the rules in force, and the ledger's today.

Between the application, which loads, and the deciders, which are pure. Keeps: everything that a decision saw is its read set, so
that the append refuses if any of it has moved on; nobody lists reads by hand.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol, TypeVar
from uuid import UUID

from ledger.encoding import Recorded
from ledger.events import Fact
from ledger.rules import Rules
from ledger.timelines.life import Life

S = TypeVar("S")
Filing = tuple[UUID, Fact]


class World(Protocol):
    """The ledger as one decision sees it."""

    @property
    def today(self) -> date:
        """The civil day (Asia/Shanghai) on which the command is recorded."""

    @property
    def head(self) -> int:
        """The last position recorded when the decision began."""

    def see(self, life: Life[S], stream: UUID, on: date | None = None) -> S | None:
        """Return the state of a stream on a day (None: as last known), or None if nothing stood there by then."""

    def see_all(self, life: Life[S], streams: Iterable[UUID], on: date | None = None) -> list[S | None]:
        """Return the states of many streams, in order, at the price of one question."""

    def facts(self, stream: UUID) -> Sequence[Recorded[Fact]]:
        """Return every fact of a stream in position order, corrections included."""

    def rules(self, jurisdiction: str, on: date) -> Rules:
        """Return the rules that a jurisdiction was under on a day: its own pack, the nearest above it, or the generic one."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What a decider answers: the facts to record, each with its stream, and the rules they were judged by."""

    rules: Rules
    filings: tuple[Filing, ...]
