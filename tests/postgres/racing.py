"""Rival processes that write and readers that follow, and what must be true of the log afterwards; see rivals.py."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any
from uuid import UUID

import psycopg

from ledger.appender import Receipt
from tests.postgres.appends import name, receipts, size_of_whole, state

REPOSITORY = Path(__file__).parents[2]
TAILERS = 4
MOST = 1000  # facts that a reader takes at once
OURS = b"select notification_id from log.ledger_events where notification_id > %s order by 1 limit %s"


@dataclass
class Tailer:
    """Follows a log as a projection does: woken by NOTIFY, reads what lies beyond the last position it saw."""

    dsn: str
    read: bytes
    seen: list[int] = field(default_factory=list)
    written: threading.Event = field(default_factory=threading.Event)

    def follow(self) -> None:
        while not self._done():
            with suppress(psycopg.OperationalError):  # the server was killed: go on where it was
                self._follow()

    def _follow(self) -> None:
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            connection.execute("listen ledger_events")
            while not self._done():
                list(connection.notifies(timeout=0.05, stop_after=1))
                while self._read(connection):
                    pass

    def _read(self, connection: psycopg.Connection[Any]) -> bool:
        last = self.seen[-1] if self.seen else 0
        rows = connection.execute(self.read, (last, MOST), binary=True).fetchall()
        self.seen += [position for (position,) in rows]
        return bool(rows)

    def _done(self) -> bool:
        if not self.written.is_set():
            return False
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            return not self._read(connection)


@contextmanager
def tailing(dsn: str, read: bytes = OURS) -> Iterator[list[Tailer]]:
    """Readers that follow while the block lasts, and then to the end."""
    tailers = [Tailer(dsn, read) for _ in range(TAILERS)]
    threads = [threading.Thread(target=tailer.follow) for tailer in tailers]
    for thread in threads:
        thread.start()
    try:
        yield tailers
    finally:
        for tailer in tailers:
            tailer.written.set()
        for thread in threads:
            thread.join()


def rival(dsn: str, seed: int, said: IO[str], *words: str) -> "subprocess.Popen[bytes]":
    """Start a process of writers that notes in `said` what was acknowledged."""
    program = [sys.executable, "-W", "error", "-m", "tests.postgres.rivals", dsn, "--seed", str(seed), *words]
    return subprocess.Popen(program, stdout=said, cwd=REPOSITORY)


def lines(said: IO[str]) -> list[dict[str, Any]]:
    said.seek(0)
    return [json.loads(line) for line in said]


def check(dsn: str, told: Sequence[dict[str, Any]], tailers: Sequence[Tailer]) -> int:
    """Nothing acknowledged is lost or stored otherwise, nothing is stored twice, every reader read all of it; return the log's size."""
    size = size_of_whole(dsn)
    with psycopg.connect(dsn) as connection:
        query = "select stream, version, state, recorded_at from log.events order by position"
        rows = [None, *connection.execute(query)]
    held = receipts(dsn)
    assert [line for line in told if line.get("wrongs")] == []
    for line in (line for line in told if "key" in line):
        first, last, at = line["receipt"]
        assert held[UUID(line["key"])] == Receipt(first, last, at)
        assert rows[first : last + 1] == [
            (name(stream), version, state(text), at) for stream, version, text in line["facts"]
        ]
    assert len({row[2] for row in rows[1:] if row}) == size  # every fact says something of its own
    for tailer in tailers:
        assert tailer.seen == list(range(1, size + 1))
    return size
