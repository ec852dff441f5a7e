"""The log as projections read it: facts by position, or all the facts that concern some keys.

First step of every projection (log -> fold -> tables); reads the view `log.ledger_events` and nothing else.
Keeps: position order is commit order, so a reader who holds everything up to the head has missed nothing.
"""

from collections.abc import Collection, Iterable, Iterator
from typing import Any
from uuid import UUID

from psycopg import Connection

from ledger.encoding import Recorded, decode
from ledger.events import Fact
from ledger.statements import load
from projections.engine import Poisoned
from projections.tables import fill

_SQL = load("projections", "log.sql")
PAGE = 5_000  # positions


def head(connection: Connection[Any]) -> int:
    """Return the last position, 0 for an empty log."""
    return int(connection.execute(_SQL["head"]).fetchall()[0][0])


def between(connection: Connection[Any], after: int, upto: int, topics: list[str]) -> Iterator[Recorded[Fact]]:
    """Yield the facts of these topics at positions after+1..upto; each page is a question of its own, so no snapshot is held."""
    for start in range(after, upto, PAGE):
        span = {"after": start, "upto": min(start + PAGE, upto), "topics": topics}
        yield from map(_recorded, connection.execute(_SQL["between"], span, binary=True).fetchall())


def at(connection: Connection[Any], positions: Iterable[int]) -> list[Recorded[Fact]]:
    """Return the facts at these positions, in order."""
    rows = connection.execute(_SQL["at"], {"positions": sorted(positions)}, binary=True).fetchall()
    return [_recorded(row) for row in rows]


def of_keys(
    connection: Connection[Any], schema: str, keys: Collection[UUID], upto: int, topics: list[str]
) -> dict[UUID, list[Recorded[Fact]]]:
    """Return for each key, in position order up to `upto`, the facts of its stream and those routed to it in this build."""
    sought = {"keys": list(keys), "upto": upto, "topics": topics}
    found: dict[UUID, list[Recorded[Fact]]] = {key: [] for key in keys}
    for key, *row in connection.execute(fill(_SQL["of_keys"], schema=schema), sought, binary=True).fetchall():
        found[key].append(_recorded(row))
    return found


def of_streams(
    connection: Connection[Any], streams: Collection[UUID], upto: int, topics: list[str], most: int
) -> list[Recorded[Fact]]:
    """Return the facts of whole streams up to `upto`, in position order; at most `most` of them."""
    sought = {"streams": list(streams), "upto": upto, "topics": topics, "most": most}
    return [_recorded(row) for row in connection.execute(_SQL["of_streams"], sought, binary=True).fetchall()]


def _recorded(row: Iterable[Any]) -> Recorded[Fact]:
    position, recorded_at, stream, version, actor, topic, state = row
    try:
        envelope, fact = decode(topic, state)
    except Exception as error:
        raise Poisoned(position, topic, "the log", error) from error
    return Recorded(position, recorded_at, stream, version, actor, envelope, fact)
