"""A log to project, written to as the real one is, and a connection with the rights that a projector needs and no others."""

from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_OID, uuid5

import psycopg
import pytest
from psycopg import Connection
from psycopg.conninfo import make_conninfo

from ledger.appender import Append, Appender, NewEvent
from ledger.encoding import Recorded, encode
from ledger.events import Fact, LedgerOpened
from ledger.migrations import create_login
from projections import builds
from tests.conftest import only_one

PROJECTOR = "mingze_projector"


class Log:
    """Facts go into the log as one command, at the positions that they say."""

    def __init__(self, dsn: str) -> None:
        self.appender = Appender(lambda: psycopg.connect(dsn, autocommit=True))

    def append(self, facts: Iterable[Recorded[Fact]]) -> None:
        facts = list(facts)
        if isinstance(facts[0].fact, LedgerOpened):
            self.store(facts[0].position, [_event(facts.pop(0))])
        if facts:
            self.store(facts[0].position, [_event(each) for each in facts])

    def store(self, first: int, events: list[NewEvent]) -> None:
        """Store events as they are, also such as nobody could decode."""
        key = uuid5(NAMESPACE_OID, f"command {first}")
        command = Append(key, bytes(32), events, actor="account", opens=False if first == 1 else None)
        assert self.appender.append(command).first == first

    def close(self) -> None:
        self.appender.close()


def _event(each: Recorded[Fact]) -> NewEvent:
    return NewEvent(each.stream, each.version, each.fact.TOPIC, encode(each.envelope, each.fact))


@pytest.fixture
def log(superuser: str) -> Iterator[Log]:
    with closing(Log(superuser)) as log:
        yield log


@pytest.fixture
def conninfo(superuser: str, run_directory: Path, writer_password: str) -> str:
    """A projector's address in the database of `log`."""
    with only_one(run_directory, "projector") as first:
        if first:
            create_login(superuser, PROJECTOR, writer_password, ("ledger_projector",))
    return make_conninfo(superuser, user=PROJECTOR, password=writer_password)


@pytest.fixture
def connection(conninfo: str) -> Iterator[Connection[Any]]:
    with builds.connect(conninfo) as connection:
        yield connection
