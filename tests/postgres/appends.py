"""Commands to append in tests: every fact can be read again, so that `verify` passes over what was appended."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from hashlib import sha256
from uuid import UUID, uuid5

import psycopg

from ledger.appender import AlreadyRecorded, Append, Appender, NewEvent, Receipt
from ledger.encoding import encode
from ledger.events import Envelope, ItemVerified
from ledger.terms import EntryRoute
from ledger.verifying import verify

NAMES = UUID(int=13)
LEDGER = uuid5(NAMES, "ledger")
TOPIC = ItemVerified.TOPIC


def name(text: object) -> UUID:
    return uuid5(NAMES, str(text))


def state(text: str = "") -> bytes:
    envelope = Envelope(
        effective_on=date(2024, 3, 4),
        jurisdiction="530900",
        rule_pack="generic@1",
        entry_route=EntryRoute.CLI,
        reason=text or None,
    )
    return encode(envelope, ItemVerified(verifier=NAMES))


def fact(stream: object, version: int, text: str = "") -> NewEvent:
    return NewEvent(name(stream), version, TOPIC, state(text))


def command(
    key: object, *events: NewEvent, reads: Sequence[tuple[object, int]] = (), at: int | None = None, said: str = ""
) -> Append:
    """A command whose key and request follow from a name; `said` makes it another request under the same key."""
    request = sha256(f"{key}{said}".encode()).digest()
    return Append(name(key), request, events, "account-1", at, [(name(stream), version) for stream, version in reads])


def opening(*, synthetic: bool = False, at: int | None = None) -> Append:
    return Append(name("open"), bytes(32), (NewEvent(LEDGER, 1, TOPIC, state()),), None, at, opens=synthetic)


@contextmanager
def appending(dsn: str) -> Iterator[Appender]:
    """An appender on an open ledger."""
    appender = Appender(lambda: psycopg.connect(dsn, autocommit=True))
    try:
        (opened,) = appender.append_all([opening()])
        assert isinstance(opened, Receipt | AlreadyRecorded), opened
        yield appender
    finally:
        appender.close()


def receipts(dsn: str) -> dict[UUID, Receipt]:
    """Every command that the log holds."""
    with psycopg.connect(dsn) as connection:
        return {
            key: Receipt(*rest)
            for key, *rest in connection.execute("select key, first, last, recorded_at from log.commands")
        }


def size_of_whole(dsn: str) -> int:
    """Recompute the log; return its size."""
    verdict = verify(dsn)
    assert verdict.finding is None, verdict.finding
    return verdict.facts
