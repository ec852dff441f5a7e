"""The one place where facts are written: commands waiting at the same time share a commit, each with its own outcome.

Last step of every write. One dedicated connection. The first caller appends at once, alone if nobody waits; those who come while it
does are the next group, and one of them leads it. Keeps: a command is stored once – a reply that was lost is asked for again with
the same key, under the lock, and whatever the database holds then is the outcome.
"""

import contextlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any
from uuid import UUID

import psycopg
from eventsourcing.persistence import IntegrityError, OperationalError
from psycopg.types.numeric import Int8BinaryDumper

from ledger.statements import load

SQL = load("ledger", "log.sql")
MOST_COMMANDS = 256  # a group; more wait for the next, so that no reply waits for a long one
PATIENCE = 30.0  # seconds to reach the database again before a caller is told

Row = tuple[int, str, int, int, int, UUID | None, int | None]


@dataclass(frozen=True, slots=True)
class NewEvent:
    """A fact ready to be stored: stream, the version it will have, stored name, stored bytes."""

    stream: UUID
    version: int
    topic: str
    state: bytes


@dataclass(frozen=True, slots=True)
class Append:
    """One command's facts with all that the append checks. `recorded_at` (microseconds UTC) only in a synthetic ledger."""

    key: UUID
    request: bytes
    events: Sequence[NewEvent]
    actor: str | None = None
    recorded_at: int | None = None
    reads: Sequence[tuple[UUID, int]] = ()
    disclosures: Sequence[bytes] = ()
    opens: bool | None = None  # the first command of a ledger: whether its clock is a demonstration clock

    def told(self, recorded_at: int | None) -> "Append":
        """Return this append with the time a synthetic ledger is told (None: the database clock)."""
        return replace(self, recorded_at=recorded_at)


@dataclass(frozen=True, slots=True)
class Receipt:
    """Where a command stands in the log: its first and last position, and when it was recorded, in microseconds UTC."""

    first: int
    last: int
    recorded_at: int


class AlreadyRecorded(Exception):  # noqa: N818 - an answer, not an error
    """A command with this key and this request was recorded before; nothing was written again."""

    def __init__(self, receipt: Receipt) -> None:
        super().__init__(receipt)
        self.receipt = receipt


class KeyReused(Exception):  # noqa: N818
    """The key was used for another request."""


class Conflict(IntegrityError):  # noqa: N818
    """A stream that the decision wrote or looked at has moved on: it stands at `version` now."""

    def __init__(self, outcome: str, stream: UUID | None, version: int | None) -> None:
        super().__init__(f"{outcome} conflict: stream {stream} stands at {version}")
        self.stream = stream
        self.version = version


class LedgerOpenAlready(Exception):  # noqa: N818
    """The ledger is open: its first fact was recorded before."""


@dataclass(slots=True, eq=False)
class _Waiting:
    command: Append
    wake: Lock
    outcome: Row | BaseException | None = None
    retold: bool = False  # the reply to an earlier try was lost
    leads: bool = field(default=False)


class Appender:
    """Appends for all threads of one process; rival processes meet at the database's lock."""

    def __init__(self, connect: Callable[[], psycopg.Connection[Any]]) -> None:
        self._connect = connect
        self._connection: psycopg.Connection[Any] | None = None
        self._mutex = Lock()
        self._queue: list[_Waiting] = []
        self._busy = False
        self._closed = False

    def append(self, command: Append) -> Receipt:
        """Store a command's facts; return where they stand.

        Raises Conflict, KeyReused, AlreadyRecorded (with the first receipt), LedgerOpenAlready, OperationalError when the database
        cannot be reached (the outcome is then unknown: ask again with the same key), or what the database found wrong.
        """
        (waiting,) = self._queued([command])
        self._await(waiting)
        return _answer(waiting)

    def append_all(self, commands: Sequence[Append]) -> list[Receipt | Exception]:
        """Store many commands in groups, in order; return each one's receipt, or what `append` would have raised for it."""
        outcomes: list[Receipt | Exception] = []
        for waiting in self._queued(commands):
            self._await(waiting)
            try:
                outcomes.append(_answer(waiting))
            except Exception as refused:  # noqa: BLE001 - every command has an outcome of its own
                outcomes.append(refused)
        return outcomes

    def close(self) -> None:
        """Close the connection; later appends are refused."""
        with self._mutex:
            self._closed = True
        if self._connection is not None:
            self._connection.close()

    def _queued(self, commands: Sequence[Append]) -> list[_Waiting]:
        queued = [_Waiting(command, Lock()) for command in commands]
        for waiting in queued:
            waiting.wake.acquire()
        with self._mutex:
            if self._closed:
                raise OperationalError("the ledger is closed")
            self._queue += queued
            if queued and not self._busy:
                queued[0].leads = self._busy = True
        return queued

    def _await(self, waiting: _Waiting) -> None:
        if not waiting.leads:
            waiting.wake.acquire()
        if waiting.leads and waiting.outcome is None:
            self._lead()

    def _lead(self) -> None:
        with self._mutex:
            group, self._queue = self._queue[:MOST_COMMANDS], self._queue[MOST_COMMANDS:]
        try:
            self._store(group)
        except BaseException as failure:
            for waiting in group:
                waiting.outcome = waiting.outcome or failure
            if not isinstance(failure, Exception):
                raise
        finally:
            with self._mutex:
                successor = self._queue[0] if self._queue else None
                self._busy = successor is not None
            if successor:
                successor.leads = True
                successor.wake.release()
            for waiting in group:
                if not waiting.leads:
                    waiting.wake.release()

    def _store(self, group: list[_Waiting]) -> None:
        give_up = time.monotonic() + PATIENCE
        while True:
            try:
                self._send(group)
            except (psycopg.OperationalError, psycopg.InterfaceError) as lost:
                # Whether the group was committed is unknown here; asked again, its keys tell.
                self._drop()
                if (
                    isinstance(lost, psycopg.errors.QueryCanceled | psycopg.errors.DiskFull)
                    or time.monotonic() > give_up
                ):
                    raise OperationalError(f"the log cannot be reached: {lost}") from lost
                for waiting in group:
                    waiting.retold = True
                time.sleep(0.05)
            except psycopg.Error as wrong:
                self._drop()
                if len(group) == 1:
                    group[0].outcome = wrong
                else:  # one of them is bad: each alone
                    for waiting in group:
                        self._store([waiting])
                return
            else:
                return

    def _send(self, group: list[_Waiting]) -> None:
        connection = self._connected()
        alone = group[0].command if len(group) == 1 else None
        if not any(waiting.command.disclosures for waiting in group):
            rows = _call(connection, [waiting.command for waiting in group], alone)
        else:
            with connection.transaction():
                rows = _call(connection, [waiting.command for waiting in group], alone)
                for waiting, row in zip(group, rows, strict=True):
                    if row[1] == "stored" and waiting.command.disclosures:
                        disclosed = list(waiting.command.disclosures)
                        connection.execute(SQL["disclose"], ([row[2]] * len(disclosed), disclosed))
        for waiting, row in zip(group, rows, strict=True):
            waiting.outcome = row

    def _connected(self) -> psycopg.Connection[Any]:
        if self._connection is None or self._connection.closed:
            self._connection = self._connect()
            self._connection.adapters.register_dumper(int, Int8BinaryDumper)
            self._connection.execute(SQL["planner"])
        return self._connection

    def _drop(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(psycopg.Error):
                self._connection.close()
        self._connection = None


def _call(connection: psycopg.Connection[Any], commands: Sequence[Append], alone: Append | None) -> list[Row]:
    if alone and alone.opens is not None:
        (event,) = alone.events
        first = (
            alone.key,
            alone.request,
            alone.actor,
            alone.recorded_at,
            event.stream,
            event.topic,
            event.state,
            alone.opens,
        )
        return connection.execute(SQL["open"], first).fetchall()
    read_streams = [stream for command in commands for stream, _ in command.reads]
    read_versions = [version for command in commands for _, version in command.reads]
    if alone and len(alone.events) == 1:
        (event,) = alone.events
        head = (alone.key, alone.request, alone.actor, alone.recorded_at)
        fact = (event.stream, event.version, event.topic, event.state)
        return connection.execute(
            SQL["append_one"], (*head, *fact, read_streams, read_versions), binary=True
        ).fetchall()
    facts = [(number, event) for number, command in enumerate(commands, 1) for event in command.events]
    parameters = (
        [command.key for command in commands],
        [command.request for command in commands],
        [command.actor for command in commands],
        [command.recorded_at for command in commands],
        [number for number, _ in facts],
        [event.stream for _, event in facts],
        [event.version for _, event in facts],
        [event.topic for _, event in facts],
        [event.state for _, event in facts],
        [number for number, command in enumerate(commands, 1) for _ in command.reads],
        read_streams,
        read_versions,
    )
    return connection.execute(SQL["append"], parameters, binary=True).fetchall()


def _answer(waiting: _Waiting) -> Receipt:
    match waiting.outcome:
        case BaseException() as failure:
            raise failure
        case (_, "stored", first, last, at, _, _):
            return Receipt(first, last, at)
        case (_, "known", first, last, at, _, _) if waiting.retold:
            return Receipt(first, last, at)
        case (_, "known", first, last, at, _, _):
            raise AlreadyRecorded(Receipt(first, last, at))
        case (_, "key reused", *_):
            raise KeyReused(waiting.command.key)
        case (_, "open already", *_):
            raise LedgerOpenAlready
        case (_, outcome, _, _, _, stream, version):
            raise Conflict(outcome, stream, version)
    raise AssertionError("an append was given no outcome")
