"""What one fact a commit costs, alone and with many writers, against a log that promises nothing and against an empty durable commit."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import psycopg

from bench.measuring import Line, compared, together
from bench.room import FACT, STATE, Room, command
from ledger.appender import Appender
from ledger.identity import new_key
from ledger.statements import load

FLOORS = load("bench", "floors.sql")
NO_LOCK, COMMIT = "no-lock insert", "empty commit"
TARGETS = {1: 0.80, 16: 0.95, 64: 1.30}  # by writers, of the no-lock insert


def lines(room: Room, seconds: float, rounds: int) -> Iterator[Line]:
    """Measure 1, 16 and 64 writers: threads of one process, as they are in the product."""
    with psycopg.connect(room.owner, autocommit=True) as owner:
        owner.execute(FLOORS["make_no_lock"])
    for writers, target in TARGETS.items():
        with ExitStack() as opened:
            appender = opened.enter_context(room.appender())
            own = [opened.enter_context(psycopg.connect(room.owner, autocommit=True)) for _ in range(writers)]
            yield compared(
                f"append, {writers} writer{'s' if writers > 1 else ''}",
                lambda appender=appender, writers=writers: together([_append(appender)] * writers, seconds),  # type: ignore[misc]  # bound now
                {
                    NO_LOCK: lambda own=own: together([_insert(each) for each in own], seconds),  # type: ignore[misc]
                    COMMIT: lambda own=own: together([_commit(each) for each in own], seconds),  # type: ignore[misc]
                },
                rounds,
                {NO_LOCK: target},
            )


def _append(appender: Appender) -> Callable[[], object]:
    return lambda: appender.append(command(1))


def _insert(connection: psycopg.Connection[Any]) -> Callable[[], object]:
    return lambda: connection.execute(FLOORS["no_lock"], (1, new_key(), FACT.TOPIC, "account-1", STATE), binary=True)


def _commit(connection: psycopg.Connection[Any]) -> Callable[[], object]:
    return lambda: connection.execute(FLOORS["commit"])
