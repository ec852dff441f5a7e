"""Given these facts, when this is asked, then this is recorded – or refused under this rule. No database."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from uuid import UUID

from ledger.commands import Command
from ledger.deciding import decide
from ledger.encoding import Recorded
from ledger.events import Envelope, Fact
from ledger.loading import Loading
from ledger.terms import EntryRoute

TODAY = date(2026, 1, 5)


class Given:
    """A ledger in memory: commands are decided and recorded in order, facts may be given outright.

    today    the day on which commands are recorded; None: each on the day that it tells of
    log      every fact; decided: those among them that a decider brought about
    """

    def __init__(self, today: date | None = None) -> None:
        self.today = today
        self.log: list[Recorded[Fact]] = []
        self.decided: list[Fact] = []
        self._streams: defaultdict[UUID, list[Recorded[Fact]]] = defaultdict(list)

    def fact(self, stream: UUID, fact: Fact, on: date | None = None) -> "Given":
        """Record a fact outright, effective on a day (today if none is given)."""
        envelope = Envelope(
            effective_on=on or self.today or TODAY,
            jurisdiction="530900",
            rule_pack="generic@1",
            entry_route=EntryRoute.CLI,
        )
        self._record(stream, fact, envelope)
        return self

    def when(self, command: Command) -> tuple[tuple[UUID, Fact], ...]:
        """Decide a command and record what it brings about; raise the refusal."""
        decision = decide(command, self.world(self.today or command.effective_on))
        for stream, fact in decision.filings:
            envelope = Envelope(
                effective_on=command.effective_on,
                jurisdiction=decision.rules.jurisdiction,
                rule_pack=decision.rules.pack.id,
                entry_route=EntryRoute.CLI,
                authority=command.authority,
            )
            self._record(stream, fact, envelope)
            self.decided.append(fact)
        return decision.filings

    def world(self, today: date = TODAY) -> Loading:
        return Loading(self._fetch, today, len(self.log))

    def _fetch(self, streams: Sequence[UUID]) -> dict[UUID, list[Recorded[Fact]]]:
        return {stream: self._streams[stream] for stream in streams}

    def _record(self, stream: UUID, fact: Fact, envelope: Envelope) -> None:
        recorded = Recorded(len(self.log) + 1, 0, stream, len(self._streams[stream]) + 1, None, envelope, fact)
        self.log.append(recorded)
        self._streams[stream].append(recorded)
