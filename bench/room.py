"""Where the benchmark happens: a fresh, migrated database on a server with its default durability."""

import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import uuid5

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from ledger.appender import Append, Appender, NewEvent
from ledger.encoding import encode
from ledger.events import Envelope, ItemVerified
from ledger.identity import new_key
from ledger.migrations import create_login, migrate
from ledger.postgres import find_or_start
from ledger.streams import LEDGER, NAMESPACE
from ledger.terms import EntryRoute

ENVELOPE = Envelope(
    effective_on=date(2024, 3, 4),
    jurisdiction="530900",
    rule_pack="lincang-2024@1",
    entry_route=EntryRoute.API,
    actor_unit=uuid5(NAMESPACE, "unit"),
    actor_post="clerk",
    reason="核实 " + "。" * 60,
    synthetic=True,
)
FACT = ItemVerified(verifier=uuid5(NAMESPACE, "verifier"))
STATE = encode(ENVELOPE, FACT)


@dataclass(frozen=True, slots=True)
class Room:
    """The owner's and the writer's dsn; `server` says which server it is."""

    owner: str
    writer: str
    server: str

    @contextmanager
    def appender(self) -> Iterator[Appender]:
        """An appender on the open ledger."""
        appender = Appender(self.connect)
        appender.append_all([Append(NAMESPACE, bytes(32), [NewEvent(LEDGER, 1, FACT.TOPIC, STATE)], opens=False)])
        try:
            yield appender
        finally:
            appender.close()

    def connect(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(self.writer, autocommit=True)


def command(facts: int) -> Append:
    """A command with so many facts, in a stream of its own."""
    key = new_key()
    events = [NewEvent(key, version, FACT.TOPIC, STATE) for version in range(1, facts + 1)]
    return Append(key, bytes(32), events, "account-1")


@contextmanager
def room() -> Iterator[Room]:
    """Make the room; afterwards nothing is left."""
    with tempfile.TemporaryDirectory(prefix="mingze-bench-") as place:
        Path(place).chmod(0o755)
        with find_or_start(Path(place) / "data", os.environ) as server:
            name, password = f"bench_{secrets.token_hex(6)}", secrets.token_urlsafe(12)
            with psycopg.connect(server.dsn, autocommit=True) as admin:
                admin.execute(sql.SQL("create database {} template template0").format(sql.Identifier(name)))
                (said,) = admin.execute("show server_version").fetchone() or ("",)
            owner = make_conninfo(server.dsn, dbname=name)
            migrate(owner)
            create_login(owner, name, password, ("ledger_writer",))
            yield Room(
                owner, make_conninfo(owner, user=name, password=password), f"PostgreSQL {said} ({server.origin})"
            )
            with psycopg.connect(server.dsn, autocommit=True) as admin:
                admin.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))
                admin.execute(sql.SQL("drop role {}").format(sql.Identifier(name)))
