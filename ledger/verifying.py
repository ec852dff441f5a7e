"""Trust nobody: recompute every leaf, link, position, time and the frontier from the stored rows, and name the first that is wrong.

Behind `mingze verify`. Reads the tables as they stand, in one snapshot, and believes nothing that the database computed.
What it cannot see, before signed checkpoints exist, is a tail cut off together with a head forged to fit: it says so.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg

from ledger.encoding import decode
from ledger.merkle import Frontier, entry, leaf_hash
from ledger.statements import load

SQL = load("ledger", "log.sql")
ROWS_A_FETCH = 5000


@dataclass(frozen=True, slots=True)
class Finding:
    """The first thing that is wrong: where (position; None: the head or the commands beside the rows), and what."""

    position: int | None
    code: str
    said: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was recomputed: facts and the root over them (hex), or the first finding. `left_out`: guards this database lacks."""

    facts: int
    root: str
    synthetic: bool
    finding: Finding | None
    left_out: tuple[str, ...] = ()


Row = tuple[int, int, int, UUID, str, str | None, bytes | None, bytes, bytes, bytes]


def verify(dsn: str, progress: Callable[[int, int], None] | None = None) -> Verdict:
    """Recompute the whole log; `progress(done, size)` is called now and then. Raises psycopg.Error if it cannot be read."""
    with psycopg.connect(dsn) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        heads = connection.execute(SQL["head"]).fetchall()
        commands = connection.execute(SQL["commands"]).fetchall()
        left_out = tuple(name for (name,) in connection.execute(SQL["left_out"]))
        with connection.cursor("rows", scrollable=False) as cursor:
            cursor.itersize = ROWS_A_FETCH
            cursor.execute(SQL["rows"], binary=True)
            walk = _Walk()
            size = heads[0][0] if len(heads) == 1 else 0
            finding = walk.rows(_told(cursor, size, progress or _silent)) or walk.head(heads) or walk.commands(commands)
    return Verdict(walk.frontier.size, walk.frontier.root().hex(), bool(heads and heads[0][2]), finding, left_out)


def _told(rows: Iterable[Row], size: int, progress: Callable[[int, int], None]) -> Iterator[Row]:
    for done, row in enumerate(rows):
        if done % ROWS_A_FETCH == 0:
            progress(done, size)
        yield row


class _Walk:
    """One pass over the rows, keeping the end of every stream."""

    def __init__(self) -> None:
        self.frontier = Frontier()
        self.tips: dict[UUID, tuple[int, bytes]] = {}
        self.last_at = 0

    def rows(self, rows: Iterable[Row]) -> Finding | None:
        for row in rows:
            found = self.row(row)
            if found:
                return found
        return None

    def row(self, row: Row) -> Finding | None:
        position, version, at, stream, topic, actor, prev, leaf, node, state = row
        due = self.frontier.size + 1
        if position != due:
            return Finding(due, "missing", f"position {due} is missing; the next row is {position}")
        last_version, tip = self.tips.get(stream, (0, None))
        said = (
            _difference("version", version, last_version + 1)
            or _difference("prev", prev and prev.hex(), tip and tip.hex())
            or (f"recorded_at {at} is before that of the row before it, {self.last_at}" if at < self.last_at else None)
            or _header_fault(topic, actor)
            or _difference(
                "leaf", leaf.hex(), leaf_hash(entry(position - 1, stream, version, topic, at, prev, actor, state)).hex()
            )
            or _difference("node", node.hex(), self.frontier.add(leaf).hex())
            or _unreadable(topic, state)
        )
        self.tips[stream], self.last_at = (version, leaf), at
        return Finding(position, "row", said) if said else None

    def head(self, heads: list[Any]) -> Finding | None:
        if len(heads) != 1:
            return Finding(None, "head", f"the head has {len(heads)} rows instead of one")
        size, at, _, nodes = heads[0]
        if size > self.frontier.size:
            return Finding(
                self.frontier.size + 1, "missing", f"the head says {size} facts; the rows end at {self.frontier.size}"
            )
        trimmed = [node and bytes(node) for node in nodes]
        own = self.frontier.nodes
        width = max(len(trimmed), len(own))
        same = [*trimmed, *[None] * (width - len(trimmed))] == [*own, *[None] * (width - len(own))]
        if size != self.frontier.size or at != self.last_at or not same:
            return Finding(
                None,
                "head",
                f"every row up to {self.frontier.size} is right, but the head (size {size}) does not fit them",
            )
        return None

    def commands(self, commands: list[tuple[int, int, int, UUID]]) -> Finding | None:
        due = 1
        for first, last, _, key in commands:
            if first != due:
                return Finding(
                    due, "command", f"no command accounts for position {due}; the next, {key}, begins at {first}"
                )
            due = last + 1
        if due != self.frontier.size + 1:
            return Finding(due, "command", f"the commands end at {due - 1}; the rows at {self.frontier.size}")
        return None


def _silent(_done: int, _size: int) -> None:
    return


def _difference(what: str, held: object, due: object) -> str | None:
    return f"{what} is {held or '-'}, recomputed {due or '-'}" if held != due else None


def _header_fault(topic: str, actor: str | None) -> str | None:
    for line in (topic, actor or ""):
        if any(character < " " or character == "\x7f" for character in line):
            return "a header field holds a control character"
    return None


def _unreadable(topic: str, state: bytes) -> str | None:
    try:
        decode(topic, state)
    except ValueError as problem:
        return f"the stored fact cannot be read: {problem}"
    return None
