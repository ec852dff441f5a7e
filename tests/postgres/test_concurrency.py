"""Rival processes write while readers follow: a reader at position N has missed nothing up to N, and nobody's receipt lies."""

import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest

from ledger.appender import Receipt
from tests.postgres.appends import appending, name, receipts, size_of_whole, state

REPOSITORY = Path(__file__).parents[2]
TAILERS = 4
MOST = 1000  # facts that a reader takes at once
OURS = b"select notification_id from log.ledger_events where notification_id > %s order by 1 limit %s"
WITHOUT_A_LOCK = b"select position from no_lock where position > %s order by 1 limit %s"


@dataclass
class Tailer:
    """Follows a log as a projection does: woken by NOTIFY, reads what lies beyond the last position it saw."""

    dsn: str
    read: bytes
    seen: list[int] = field(default_factory=list)
    written: threading.Event = field(default_factory=threading.Event)

    def follow(self) -> None:
        last = 0
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            connection.execute("listen ledger_events")
            while True:
                done = self.written.is_set()
                rows = connection.execute(self.read, (last, MOST), binary=True).fetchall()
                self.seen += [position for (position,) in rows]
                if rows:
                    last = self.seen[-1]
                elif done:
                    return
                else:
                    list(connection.notifies(timeout=0.05, stop_after=1))


@contextmanager
def tailing(dsn: str, read: bytes) -> Iterator[list[Tailer]]:
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


def rivals_write(dsn: str, processes: int, *words: str) -> list[dict[str, Any]]:
    """Let rival processes write; return every line they printed."""
    command = [sys.executable, "-W", "error", "-m", "tests.postgres.rivals", dsn, *words]
    with ExitStack() as files:
        saying = [files.enter_context(tempfile.TemporaryFile("w+")) for _ in range(processes)]
        rivals = [
            subprocess.Popen([*command, "--seed", str(seed)], stdout=said, cwd=REPOSITORY)
            for seed, said in enumerate(saying)
        ]
        assert [rival.wait() for rival in rivals] == [0] * processes
        for said in saying:
            said.seek(0)
        return [json.loads(line) for said in saying for line in said]


def check(dsn: str, told: Sequence[dict[str, Any]], tailers: Iterable[Tailer], reached: Sequence[int]) -> int:
    """Nothing acknowledged is lost or stored otherwise, the log is whole, and every reader read all of it, mostly while it was written."""
    size = size_of_whole(dsn)
    acknowledged = [line for line in told if "key" in line]
    summaries = [line for line in told if "conflicts" in line]
    assert [line["wrongs"] for line in summaries] == [[]] * len(summaries)
    assert sum(line["conflicts"] for line in summaries) > len(acknowledged) / 20  # conflicts did occur
    with psycopg.connect(dsn) as connection:
        query = "select stream, version, state, recorded_at from log.events order by position"
        rows = [None, *connection.execute(query)]
    held = receipts(dsn)
    for line in acknowledged:
        first, last, at = line["receipt"]
        assert held.pop(UUID(line["key"])) == Receipt(first, last, at)
        assert rows[first : last + 1] == [
            (name(stream), version, state(text), at) for stream, version, text in line["facts"]
        ]
    assert list(held) == [name("open")]  # every command was acknowledged: no process was killed here
    for tailer in tailers:
        assert tailer.seen == list(range(1, size + 1))
    assert min(reached) > size / 2
    return size


def race(dsn: str, writer: str, processes: int, threads: int, facts: int) -> int:
    """Let rivals write so many facts each while readers follow, and check all of it; return the size of the log."""
    with appending(writer):
        pass
    with tailing(writer, OURS) as tailers:
        told = rivals_write(writer, processes, "--threads", str(threads), "--facts", str(facts))
        reached = [len(tailer.seen) for tailer in tailers]
    return check(dsn, told, tailers, reached)


def test_readers_miss_nothing_and_every_receipt_is_true_while_rival_processes_write(
    superuser: str, writer: str
) -> None:
    assert race(superuser, writer, processes=2, threads=8, facts=3_000) > 6_000


@pytest.mark.soak
def test_readers_miss_nothing_of_200000_facts_by_16_writers(superuser: str, writer: str) -> None:
    assert race(superuser, writer, processes=4, threads=4, facts=50_000) > 200_000


def test_the_same_readers_lose_facts_when_positions_are_a_sequence_and_nothing_keeps_the_order(superuser: str) -> None:
    with psycopg.connect(superuser, autocommit=True) as admin:
        admin.execute("create table no_lock (position bigint generated always as identity primary key, state bytea)")
    lost = 0
    for _ in range(10):
        with tailing(superuser, WITHOUT_A_LOCK) as tailers:
            rivals_write(superuser, 2, "--threads", "4", "--facts", "1000", "--no-lock")
        with psycopg.connect(superuser) as connection:
            stored = [position for (position,) in connection.execute("select position from no_lock")]
            connection.execute("truncate no_lock")
        lost += sum(len(set(stored) - set(tailer.seen)) for tailer in tailers)
        if lost:
            break
    assert lost > 0
