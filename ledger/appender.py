"""The one place where facts are written: commands waiting at the same time share a commit, each with its own outcome.

Last step of every write. One dedicated connection. The first caller appends at once, alone if nobody waits; those who come while it
does are the next group, and one of them leads it. Keeps: a command is stored once – a reply that was lost is asked for again with
the same key, under the lock, and whatever the database holds then is the outcome.
"""

import contextlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from threading import Condition, Lock
from typing import Any
from uuid import UUID

import psycopg
from eventsourcing.persistence import IntegrityError, OperationalError
from psycopg.types.numeric import Int8BinaryDumper

from ledger import arrays
from ledger.statements import load

SQL = load("ledger", "log.sql")
MOST_COMMANDS = 256  # a group; more wait for the next, so that no reply waits for a long one
MOST_FACTS = 4096  # the same, unless one command brings more
PATIENCE = 30.0  # seconds to reach the database again before a caller is told
PAUSE = 0.05  # seconds between two tries

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
    wake: Lock = field(default_factory=Lock)  # free once the command has its outcome, or its thread is to lead
    since: float = field(default_factory=time.monotonic)
    outcome: Row | Exception | None = None
    retold: bool = False  # the reply to an earlier try was lost


class Appender:
    """Appends for all threads of one process; rival processes meet at the database's lock."""

    def __init__(self, connect: Callable[[], psycopg.Connection[Any]], *, most_commands: int = MOST_COMMANDS) -> None:
        self._connect = connect
        self._most = most_commands
        self._cursor: psycopg.Cursor[Any] | None = None
        self._mutex = Lock()
        self._idle = Condition(self._mutex)
        self._queue: list[_Waiting] = []
        self._leader: _Waiting | None = None  # its thread owns the connection, or is about to
        self._closed = False

    def append(self, command: Append) -> Receipt:
        """Store a command's facts; return where they stand.

        Raises Conflict, KeyReused, AlreadyRecorded (with the first receipt), LedgerOpenAlready, OperationalError when the database
        cannot be reached (the outcome is then unknown: ask again with the same key), or what the database found wrong.
        """
        (waiting,) = self._stored([command])
        return _answer(waiting)

    def append_all(self, commands: Sequence[Append]) -> list[Receipt | Exception]:
        """Store many commands in groups, in order; return each one's receipt, or what `append` would have raised for it."""
        outcomes: list[Receipt | Exception] = []
        for waiting in self._stored(commands):
            try:
                outcomes.append(_answer(waiting))
            except Exception as refused:  # noqa: BLE001 - every command has an outcome of its own
                outcomes.append(refused)
        return outcomes

    def close(self) -> None:
        """Close the connection once what was asked before has its outcome; later appends are refused."""
        with self._idle:
            self._closed = True
            self._idle.wait_for(lambda: self._leader is None, PATIENCE)
        self._drop()

    def _stored(self, commands: Sequence[Append]) -> list[_Waiting]:
        queued = [_Waiting(command) for command in commands]
        for waiting in queued:
            waiting.wake.acquire()
        try:
            self._enqueue(queued)
            for waiting in queued:
                waiting.wake.acquire()
                if waiting.outcome is None:
                    self._lead()
        except BaseException:
            self._withdraw(queued)
            raise
        return queued

    def _enqueue(self, queued: Sequence[_Waiting]) -> None:
        with self._mutex:
            if self._closed:
                raise OperationalError("the ledger is closed")
            self._queue += queued
            if self._leader is None:
                self._elect()

    def _elect(self) -> None:
        """Let the first in the queue lead; the mutex is held."""
        self._leader = self._queue[0] if self._queue else None
        if self._leader:
            self._leader.wake.release()
        else:
            self._idle.notify_all()

    def _withdraw(self, queued: Sequence[_Waiting]) -> None:
        """Forget commands whose thread was interrupted; whether they were sent nobody will ask but by their keys."""
        with self._mutex:
            self._queue = [waiting for waiting in self._queue if waiting not in queued]
            if self._leader in queued:
                self._elect()

    def _lead(self) -> None:
        group: list[_Waiting] = []
        try:
            with self._mutex:
                group += self._group()
                del self._queue[: len(group)]
            self._store(group)
        except BaseException:  # we are interrupted: the connection is in the middle of something
            self._drop()
            raise
        finally:
            self._hand_over(group)

    def _group(self) -> list[_Waiting]:
        """The next commands that share a commit: no key twice, not too much to wait for; an opening goes alone."""
        group: list[_Waiting] = []
        keys, facts = set(), 0
        for waiting in self._queue[: self._most]:
            keys.add(waiting.command.key)
            facts += len(waiting.command.events)
            opens = waiting.command.opens is not None
            if group and (opens or facts > MOST_FACTS or len(keys) == len(group)):
                break
            group.append(waiting)
            if opens:
                break
        return group

    def _hand_over(self, group: Sequence[_Waiting]) -> None:
        unsettled = [waiting for waiting in group if waiting.outcome is None]
        for waiting in unsettled:  # their leader was interrupted; the next asks again, and their keys tell
            waiting.retold = True
        with self._mutex:
            self._queue[:0] = unsettled
            self._elect()
        for waiting in group:
            if waiting.outcome is not None:
                waiting.wake.release()

    def _store(self, group: list[_Waiting]) -> None:
        while any(waiting.outcome is None for waiting in group):
            try:
                self._send(group)
            except (psycopg.OperationalError, psycopg.InterfaceError) as lost:
                self._drop()
                patient = not self._closed and time.monotonic() < group[0].since + PATIENCE
                for waiting in group:  # whether the group was committed is unknown here; asked again, its keys tell
                    waiting.retold = True
                    waiting.outcome = None if patient and _passes(lost) else _unknown(lost)
                time.sleep(PAUSE)
            except Exception as wrong:  # noqa: BLE001 - whatever it is, it is told to those whom it concerns
                self._drop()
                if len(group) == 1:
                    group[0].outcome = wrong
                else:  # one of them is bad: each alone
                    for waiting in group:
                        self._store([waiting])

    def _send(self, group: list[_Waiting]) -> None:
        cursor = self._connected()
        commands = [waiting.command for waiting in group]
        if not any(command.disclosures for command in commands):
            rows = _call(cursor, commands)
        else:
            with cursor.connection.transaction():
                rows = _call(cursor, commands)
                for command, row in zip(commands, rows, strict=True):
                    if row[1] == "stored" and command.disclosures:
                        disclosed = list(command.disclosures)
                        cursor.execute(SQL["disclose"], ([row[2]] * len(disclosed), disclosed))
        for waiting, row in zip(group, rows, strict=True):
            waiting.outcome = row

    def _connected(self) -> psycopg.Cursor[Any]:
        """The one cursor: a new one for every statement would cost as much as the statement."""
        if self._cursor is None or self._cursor.connection.closed:
            connection = self._connect()
            self._cursor = connection.cursor(binary=True)
            arrays.register(self._cursor)
            self._cursor.adapters.register_dumper(int, Int8BinaryDumper)
            self._cursor.execute(SQL["planner"])
        return self._cursor

    def _drop(self) -> None:
        if self._cursor is not None:
            with contextlib.suppress(psycopg.Error):
                self._cursor.connection.close()
        self._cursor = None


def _passes(failure: psycopg.Error) -> bool:
    """Tell whether trying again may help: the connection was lost or not made, the server is going down or coming up."""
    return failure.sqlstate is None or failure.sqlstate.startswith(("08", "40", "53300", "57P"))


def _unknown(failure: psycopg.Error) -> OperationalError:
    said = " ".join(str(failure).split())
    told = OperationalError(
        f"the log gave no answer ({said}); ask again with the same key, which tells what became of the command"
    )
    told.__cause__ = failure
    return told


def _call(cursor: psycopg.Cursor[Any], commands: Sequence[Append]) -> list[Row]:
    first = commands[0]
    if len(commands) == 1 and first.opens is not None:
        return cursor.execute(SQL["open"], _opening(first, first.opens)).fetchall()
    if len(commands) == 1 and len(first.events) == 1:
        return cursor.execute(SQL["append_one"], _scalars(first)).fetchall()
    return cursor.execute(SQL["append"], _columns(commands)).fetchall()


def _opening(command: Append, synthetic: bool) -> tuple[Any, ...]:
    (event,) = command.events
    return (*_asked(command), event.stream, event.topic, event.state, synthetic)


def _scalars(command: Append) -> tuple[Any, ...]:
    (event,) = command.events
    streams = arrays.Uuids(stream for stream, _ in command.reads) if command.reads else None
    versions = arrays.Longs(version for _, version in command.reads) if command.reads else None
    return (*_asked(command), event.stream, event.version, event.topic, event.state, streams, versions)


def _asked(command: Append) -> tuple[Any, ...]:
    return command.key, command.request, command.actor, command.recorded_at


def _columns(commands: Sequence[Append]) -> tuple[Any, ...]:
    """One list a column: four of the commands, then five of their rows, what was looked at before what is to be stored."""
    rows: list[tuple[int, UUID, int, str | None, bytes | None]] = []
    for number, command in enumerate(commands, 1):
        rows += [(number, stream, version, None, None) for stream, version in command.reads]
        rows += [(number, event.stream, event.version, event.topic, event.state) for event in command.events]
    return (
        arrays.Uuids(command.key for command in commands),
        arrays.Bytes(command.request for command in commands),
        arrays.Texts(command.actor for command in commands),
        arrays.Longs(command.recorded_at for command in commands),
        arrays.Integers(row[0] for row in rows),
        arrays.Uuids(row[1] for row in rows),
        arrays.Longs(row[2] for row in rows),
        arrays.Texts(row[3] for row in rows),
        arrays.Bytes(row[4] for row in rows),
    )


def _answer(waiting: _Waiting) -> Receipt:
    match waiting.outcome:
        case Exception() as failure:
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
