"""Asking for appends while something is about to go wrong: what is waiting, what was lost, what came of it in the end."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg

from ledger.appender import Append, Appender, Receipt
from tests.postgres.appends import opening

THE_LOCK = b"select pg_advisory_xact_lock(log.lock_key())"


def until(true: Callable[[], Any], seconds: float = 30) -> None:
    """Wait until something has come about."""
    give_up = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < give_up, "it did not come about"
        time.sleep(0.005)


class Asking:
    """Asks in a thread of its own over a connection that stands already; if it is lost, the way back stays barred until `outcomes()`."""

    def __init__(self, dsn: str, commands: Sequence[Append]) -> None:
        self.dsn = dsn
        self.lost = threading.Event()
        self._first, self._open = True, threading.Event()
        self._appender = Appender(self._connect)
        self._appender.append_all([opening()])
        self._outcomes: list[Receipt | Exception] = []
        self._thread = threading.Thread(target=lambda: self._outcomes.extend(self._appender.append_all(commands)))

    def start(self) -> None:
        self._thread.start()

    def unbar(self) -> None:
        self._open.set()

    def outcomes(self) -> list[Receipt | Exception]:
        self.unbar()
        self._thread.join()
        self._appender.close()
        return self._outcomes

    def _connect(self) -> psycopg.Connection[Any]:
        if not self._first:
            self.lost.set()
            assert self._open.wait(60)
        self._first = False
        return psycopg.connect(self.dsn, autocommit=True)


def backends(superuser: str, waiting_for: str = "%") -> list[int]:
    """The processes of the server that work for a writer on this database, and wait for something of this kind."""
    query = (
        "select pid from pg_stat_activity where usename = 'mingze_writer' and datname = current_database()"
        " and coalesce(wait_event_type || '/' || wait_event, '') like %s"
    )
    with psycopg.connect(superuser) as connection:
        return [pid for (pid,) in connection.execute(query, (waiting_for,))]


@contextmanager
def holding(superuser: str, statement: bytes = THE_LOCK) -> Iterator[psycopg.Connection[Any]]:
    """Hold a lock that an append needs, until the block ends, the transaction is rolled back, or the server is killed."""
    connection = psycopg.connect(superuser)
    try:
        connection.execute(statement)
        yield connection
    finally:
        connection.close()
