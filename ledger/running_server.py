"""Which embedded PostgreSQL server runs on a place, and what a killed one left behind.

Used by `ledger.postmaster` under the lock of the data directory.
Keeps: what the directory notes is believed only if the server itself confirms it, with our password, for our directory;
a process is signalled only if it bears the name of this place, so a recycled number ends nobody else's program.
"""

import os
import re
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

from ledger.cluster import SUPERUSER, Place
from ledger.statements import load
from ledger.unavailable import DirectoryInUse, WrongPassword

PATIENCE = 120.0  # seconds: a recovery after a crash may take minutes; a lock held longer is held by what hangs
PAUSE = 0.02  # seconds between two looks
BRIEF = Path("/tmp")  # noqa: S108 - the one directory everywhere whose path leaves room for a socket's; used privately
WHICH_SERVER = load("ledger", "postgres.sql")["which_server"]


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers on its own data: its address for the superuser, its version number, where its parts are."""

    dsn: str
    version: int
    cluster: Path
    programs: Path


@dataclass(frozen=True, slots=True)
class Note:
    """What `postmaster.pid` says; a torn one names process 0."""

    pid: int
    port: str
    sockets: Path
    ready: bool


def note_of(place: Place) -> Note | None:
    """Read `postmaster.pid`, if there is one."""
    try:
        lines = (place.cluster / "postmaster.pid").read_text().splitlines() + [""] * 8
    except FileNotFoundError:
        return None
    pid = int(lines[0]) if re.fullmatch(r"\d+", lines[0]) else 0
    return Note(pid, lines[3], Path(lines[4]), ready=lines[7].strip() == "ready")


def running(place: Place) -> Running | None:
    """Give the server on this place once it is ready, or None; then a killed one's traces are gone.

    Raises WrongPassword, and DirectoryInUse if a server is there but does not answer.
    """
    give_up = time.monotonic() + PATIENCE
    while note := note_of(place):
        refused = None
        try:
            if note.ready and (found := _asked(place, note)):
                return found
        except psycopg.OperationalError as said:
            refused = said
        if not postmasters(place):
            # at this point nobody serves the place; the note must go, or a recycled number in it blocks the next server
            (place.cluster / "postmaster.pid").unlink(missing_ok=True)
            remove_sockets(place, note.sockets)
            return None
        if refused and refused.pgconn and refused.pgconn.used_password:
            said_plainly = " ".join(str(refused).split())
            raise WrongPassword(str(place.cluster), SUPERUSER, said_plainly, str(place.password))
        if time.monotonic() > give_up:
            raise DirectoryInUse(place.cluster, PATIENCE)
        time.sleep(PAUSE)
    return None


def _asked(place: Place, note: Note) -> Running | None:
    by_socket = (note.sockets / f".s.PGSQL.{note.port}").exists()
    dsn = make_conninfo(
        host=str(note.sockets) if by_socket else "127.0.0.1",
        port=note.port,
        user=SUPERUSER,
        password=place.password.read_text(),
        dbname=SUPERUSER,
    )
    with psycopg.connect(dsn, autocommit=True, connect_timeout=10) as connection:
        serves, programs = connection.execute(WHICH_SERVER).fetchone() or ("", "")
        version = connection.info.server_version
    if not (Path(serves).exists() and place.cluster.samefile(serves)):
        return None
    return Running(dsn, version, place.cluster, Path(programs))


def remove_sockets(place: Place, sockets: Path) -> None:
    """Remove a directory of sockets if it is a private one, made for a long path."""
    ours = sockets.parent == BRIEF and sockets.name.startswith("mingze-")
    if ours and sockets.is_dir() and sockets.stat().st_uid == place.account.uid:
        shutil.rmtree(sockets, ignore_errors=True)


def postmasters(place: Place) -> list[int]:
    """Give the processes that serve this place, by their command lines: those are readable without rights over them."""
    if not Path("/proc/self").exists():  # not Linux: the noted process, if one of that number lives
        note = note_of(place)
        return [note.pid] if note and note.pid and _lives(note.pid) else []
    cluster = os.fsencode(place.cluster)
    return [pid for pid, words in _processes() if words[0].endswith(b"/postgres") and cluster in words]


def end_orphans(place: Place) -> None:
    """Kill what a killed postmaster left at work: it may still write, and no new server starts beside it."""
    if postmasters(place):
        return
    for pid, words in _processes():
        if words[0].startswith(f"postgres: {place.mark}: ".encode()):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def _processes() -> Iterator[tuple[int, list[bytes]]]:
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            yield int(entry.name), (entry / "cmdline").read_bytes().split(b"\0")


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
