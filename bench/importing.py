"""What many facts at once cost, with every check, key and leaf, against COPY of the same rows into the same columns and indexes."""

import time
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import psycopg

from bench.measuring import Line, compared
from bench.room import FACT, STATE, Room, command
from ledger.appender import Append, Appender, Receipt
from ledger.application import Ledger
from ledger.bulk import append_prepared
from ledger.identity import new_key
from ledger.statements import load

FLOORS = load("bench", "floors.sql")
COPY = "COPY"
CHUNK = 4096  # rows a commit
TARGET = 0.50


def lines(room: Room, seconds: float, rounds: int) -> Iterator[Line]:
    """Measure one append of 4,096 facts, in commands of one and of eight, and the product's own import."""
    with psycopg.connect(room.owner, autocommit=True) as owner, room.appender():
        owner.execute(FLOORS["make_copied"])
        positions = count(1)

        def copy() -> int:
            return _copied(owner, positions)

        appender = Appender(room.connect, most_commands=CHUNK)
        ledger = Ledger(room.writer)
        works: dict[str, Callable[[list[Append]], int]] = {
            "4,096 facts a commit": lambda made: _stored(appender, made),
            "bulk import": lambda made: append_prepared(ledger, made).recorded,
        }
        try:
            for work, store in works.items():
                for facts in (1, 8):
                    name = f"{work}, {facts} fact{'s' if facts > 1 else ''} a command"
                    own = _rate(lambda store=store, facts=facts: facts * store(_prepared(facts)), seconds)  # type: ignore[misc]  # bound now
                    yield compared(name, own, {COPY: _rate(copy, seconds)}, rounds, {COPY: TARGET})
        finally:
            appender.close()
            ledger.close()


def _rate(work: Callable[[], int], seconds: float) -> Callable[[], float]:
    def repeat() -> float:
        rows, began = 0, time.perf_counter()
        while time.perf_counter() < began + seconds:
            rows += work()
        return rows / (time.perf_counter() - began)

    return repeat


def _prepared(facts: int) -> list[Append]:
    return [command(facts) for _ in range(CHUNK // facts)]


def _stored(appender: Appender, commands: list[Append]) -> int:
    outcomes = appender.append_all(commands)
    assert all(isinstance(outcome, Receipt) for outcome in outcomes)
    return len(outcomes)


def _copied(connection: psycopg.Connection[Any], positions: Iterator[int]) -> int:
    digest = bytes(32)
    with connection.cursor().copy(FLOORS["copy"]) as copy:
        copy.set_types(["int8", "int8", "int8", "uuid", "text", "text", "bytea", "bytea", "bytea", "bytea"])
        for _ in range(CHUNK):
            copy.write_row((next(positions), 1, 1, new_key(), FACT.TOPIC, "account-1", digest, digest, digest, STATE))
    return CHUNK
