"""A world that loads what a decision looks at, remembers it as the read set, and lets a run of commands see their own facts.

Third step of every write, between the deciders and the log. Pure but for `fetch`, which the application gives.
Keeps: a stream is loaded once a decision; what was looked at is in `seen` with the version it had.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import TypeVar
from uuid import UUID

from ledger import rules as policy
from ledger.encoding import Recorded
from ledger.events import Fact
from ledger.streams import rule_pack_stream
from ledger.timelines.life import Life
from ledger.timelines.rule_pack import RULE_PACK

S = TypeVar("S")
Fetch = Callable[[Sequence[UUID]], Mapping[UUID, Sequence[Recorded[Fact]]]]


class RulePackMissing(RuntimeError):  # noqa: N818 - named for the state of things
    """The ledger was told to judge by a rule pack whose text this program does not hold."""


class Loading:
    """The ledger as one decision sees it; see `ledger.world.World`."""

    def __init__(self, fetch: Fetch, today: date, head: int = 0) -> None:
        self._fetch = fetch
        self._today = today
        self._head = head
        self._held: dict[UUID, list[Recorded[Fact]]] = {}
        self.seen: dict[UUID, int] = {}

    @property
    def today(self) -> date:
        return self._today

    @property
    def head(self) -> int:
        return self._head

    def begin(self, today: date) -> None:
        """Begin the next of several decisions: its own day, its own read set, all that is held so far."""
        self._today, self.seen = today, {}

    def facts(self, stream: UUID) -> Sequence[Recorded[Fact]]:
        self._load((stream,))
        return self._held[stream]

    def see(self, life: Life[S], stream: UUID, on: date | None = None) -> S | None:
        return life.state(self.facts(stream), on)

    def see_all(self, life: Life[S], streams: Iterable[UUID], on: date | None = None) -> list[S | None]:
        wanted = list(streams)
        self._load(wanted)
        return [life.state(self._held[stream], on) for stream in wanted]

    def rules(self, jurisdiction: str, on: date) -> policy.Rules:
        above = tuple(policy.ancestors(jurisdiction))
        for adopted in self.see_all(RULE_PACK, map(rule_pack_stream, above)):
            adoption = adopted and adopted.in_force(on)
            if adoption:
                return policy.Rules(jurisdiction, _text_of(f"{adoption.pack}@{adoption.edition}", adoption.digest), on)
        return policy.Rules(jurisdiction, policy.pack(policy.GENERIC), on)

    def version(self, stream: UUID) -> int:
        """Return the version a stream stands at (0: it does not exist yet)."""
        return len(self.facts(stream))

    def add(self, recorded: Recorded[Fact]) -> None:
        """Let the commands that follow see a fact that is about to be recorded."""
        self._held[recorded.stream].append(recorded)

    def _load(self, streams: Sequence[UUID]) -> None:
        missing = [stream for stream in dict.fromkeys(streams) if stream not in self._held]
        if missing:
            found = self._fetch(missing)
            for stream in missing:
                self._held[stream] = list(found.get(stream, ()))
        for stream in streams:
            self.seen.setdefault(stream, len(self._held[stream]))


def _text_of(pack_id: str, digest: str) -> policy.Pack:
    if pack_id not in policy.available() or policy.pack(pack_id).digest != digest:
        raise RulePackMissing(
            f"the text of {pack_id} in force here is not the one this program holds: install the version that does"
        )
    return policy.pack(pack_id)
