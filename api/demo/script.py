"""A story given as data, one entry a command, read and told in the order in which its commands are recorded.

Streams and positions that a command brings about are named in the story and can be used by what follows; nothing else is computed, but
the table of twelve tests under a ruling, which is read as the inspector would read it: from the ledger, at the position before.
"""

import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

import msgspec

from api.rulings import lines_of
from ledger import commands as ask
from ledger.commands import Command
from ledger.days import SHANGHAI
from ledger.encoding import Recorded, without_nulls
from ledger.events import Fact
from projections.holdings import Holdings
from projections.shield.table import table


class Step(msgspec.Struct, frozen=True):
    """One command: recorded `at`, of the day `on`, by the unit that acts; what it brings about is named.

    authority   the document, and the meeting if there was one
    """

    at: datetime
    do: str
    give: dict[str, Any] = {}
    on: date | None = None
    by: str | None = None
    name: str | None = msgspec.field(name="as", default=None)
    names: dict[str, str] = {}
    mark: dict[str, str] = {}
    authority: tuple[str, ...] = ()
    backlog: bool = False
    late_reason: str | None = None


class Script(msgspec.Struct, frozen=True):
    """A story: its steps in order, and the names of the claims and the matters that it is about."""

    title: str
    claim: str
    incident: str
    tolerance: str
    twin: str
    twin_incident: str
    step: tuple[Step, ...]
    digest: str = ""


class Teller(Protocol):
    """Who takes the commands of a story down: the ledger itself, or a test's."""

    def take(self, command: Command, *, unit: UUID | None, at: datetime, key: str) -> Sequence[Recorded[Fact]]:
        """Carry out a command and return the facts that it brought about, now or when it was first told."""

    def known(self, upto: int) -> Iterable[Recorded[Fact]]:
        """Return every fact up to a position."""


@dataclass
class Narrator:
    """A story on its way into a ledger; `elsewhere` finds the names that belong to the world around it."""

    script: Script
    teller: Teller
    elsewhere: Callable[[str], UUID]
    streams: dict[str, UUID] = field(default_factory=dict)
    marks: dict[str, int] = field(default_factory=dict)
    told: int = 0
    position: int = 0

    @property
    def next_at(self) -> datetime | None:
        """When the next step is recorded, None at the end."""
        return self.script.step[self.told].at if self.told < len(self.script.step) else None

    def tell_until(self, moment: datetime | None = None) -> None:
        """Tell every step recorded before a moment (None: all that is left)."""
        while self.next_at is not None and (moment is None or self.next_at < moment):
            self.tell()

    def tell(self) -> None:
        """Tell the next step; raises Refused."""
        step = self.script.step[self.told]
        facts = self.teller.take(
            self.command(step),
            unit=self._stream(step.by) if step.by else None,
            at=step.at,
            key=f"{self.script.digest}/{self.told}",
        )
        self.told += 1
        self.position = facts[-1].position
        if step.name:
            self.streams[step.name] = facts[0].stream
        for recorded in facts:
            topic = recorded.fact.TOPIC
            if topic in step.names:
                self.streams.setdefault(step.names[topic], recorded.stream)
            if topic in step.mark:
                self.marks.setdefault(step.mark[topic], recorded.position)

    def command(self, step: Step) -> Command:
        """Return a step's command, its names resolved."""
        kind: type[Command] = getattr(ask, step.do)
        given = self._resolved(step.give)
        if kind is ask.RuleClaim and "table" not in given:
            given |= self._as_the_inspector_saw_it(UUID(given["claim"]))
        on = step.on or step.at.astimezone(SHANGHAI).date()
        given |= {"effective_on": on, "backlog": step.backlog, "late_reason": step.late_reason}
        if step.authority:
            named = map(str, map(self._stream, step.authority))
            given["authority"] = dict(zip(("document", "meeting"), named, strict=False))
        return msgspec.convert(without_nulls(given), kind)

    def _as_the_inspector_saw_it(self, claim: UUID) -> dict[str, Any]:
        seen = table(Holdings(self.teller.known(self.position)), claim, self.position)
        if seen is None:
            raise LookupError(f"the claim {claim} is not known at position {self.position}")
        return {
            "table": [msgspec.to_builtins(line) for line in lines_of(seen)],
            "tested_at": self.position,
            "tests_edition": seen.edition,
        }

    def _resolved(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            return {name: self._resolved(each) for name, each in value.items()}
        if isinstance(value, list):
            return [self._resolved(each) for each in value]
        if not isinstance(value, str):
            return value
        if value.startswith("$"):
            return str(self._stream(value))
        if value.startswith("@"):
            return self.marks[value[1:]]
        return sha256(value[4:].encode()).hexdigest() if value.startswith("sha:") else value

    def _stream(self, name: str) -> UUID:
        name = name.removeprefix("$")
        return self.streams[name] if name in self.streams else self.elsewhere(name)


def read(path: Path | None = None) -> Script:
    """Read a story (None: the one that comes with the product). Raises OSError, tomllib.TOMLDecodeError, msgspec.ValidationError."""
    source = path or files("api.demo").joinpath("worlds", "shield.toml")
    text = source.read_bytes()
    script = msgspec.convert(tomllib.loads(text.decode()), Script)
    return msgspec.structs.replace(script, digest=sha256(text).hexdigest()[:16])
