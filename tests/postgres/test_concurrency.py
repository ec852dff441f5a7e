"""Rival processes write while readers follow: a reader at position N has missed nothing up to N, and nobody's receipt lies."""

import tempfile
from contextlib import ExitStack
from typing import Any

import psycopg
import pytest

from tests.postgres.appends import appending, receipts
from tests.postgres.racing import check, lines, rival, tailing

WITHOUT_A_LOCK = b"select position from no_lock where position > %s order by 1 limit %s"


def rivals_write(dsn: str, processes: int, *words: str) -> list[dict[str, Any]]:
    """Let rival processes write; return every line that they noted."""
    with ExitStack() as files:
        saying = [files.enter_context(tempfile.TemporaryFile("w+")) for _ in range(processes)]
        rivals = [rival(dsn, seed, said, *words) for seed, said in enumerate(saying)]
        assert [each.wait() for each in rivals] == [0] * processes
        return [line for said in saying for line in lines(said)]


def race(dsn: str, writer: str, processes: int, threads: int, facts: int) -> int:
    """Let rivals write so many facts each while readers follow, and check all of it; return the size of the log."""
    with appending(writer):
        pass
    with tailing(writer) as tailers:
        told = rivals_write(writer, processes, "--threads", str(threads), "--facts", str(facts))
        reached = [len(tailer.seen) for tailer in tailers]
    size = check(dsn, told, tailers)
    acknowledged = [line for line in told if "key" in line]
    assert len(receipts(dsn)) == 1 + len(acknowledged)  # nobody was killed: the opening, and what was acknowledged
    assert sum(line.get("conflicts", 0) for line in told) > len(acknowledged) / 20  # conflicts did occur
    assert min(reached) > size / 2  # most of it was read while it was written
    return size


def test_readers_miss_nothing_and_every_receipt_is_true_while_rivals_write(superuser: str, writer: str) -> None:
    assert race(superuser, writer, processes=2, threads=8, facts=3_000) > 6_000


@pytest.mark.soak
def test_readers_miss_nothing_of_200000_facts_by_16_writers(superuser: str, writer: str) -> None:
    assert race(superuser, writer, processes=4, threads=4, facts=50_000) > 200_000


def test_the_same_readers_lose_facts_when_nothing_keeps_the_order_of_commits(superuser: str) -> None:
    with psycopg.connect(superuser, autocommit=True) as admin:
        admin.execute("create table no_lock (position bigint generated always as identity primary key, state bytea)")
    lost = 0
    for _ in range(10):
        with tailing(superuser, WITHOUT_A_LOCK) as tailers:
            rivals_write(superuser, 2, "--threads", "4", "--facts", "1000", "--no-lock")
        with psycopg.connect(superuser) as connection:
            stored = {position for (position,) in connection.execute("select position from no_lock")}
            connection.execute("truncate no_lock")
        lost += sum(len(stored - set(tailer.seen)) for tailer in tailers)
        if lost:
            break
    assert lost > 0
