"""One PostgreSQL server on one data directory: started, shared by several processes, stopped by the last that leaves.

Stands under every write and read when DATABASE_URL names no server.
Keeps: two locks, both let go by the system if their process dies. Who makes, starts or stops the server holds the data
directory; who uses the server shares `postgres/` in it.
The postmaster is our child in a session of its own: it outlives its parent and Ctrl-C, and the next process takes it over.
"""

import fcntl
import os
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from ledger.cluster import TAKEN, Place, Programs, explained, fitting, make, plainly
from ledger.running_server import (
    BRIEF,
    PATIENCE,
    PAUSE,
    Running,
    end_orphans,
    note_of,
    postmasters,
    remove_sockets,
    running,
)
from ledger.server_account import account_for
from ledger.unavailable import DirectoryInUse, PortInUse

SOCKET_PATH = 107  # bytes, the system's limit
RIVAL = ('lock file "postmaster.pid" already exists', "pre-existing shared memory block")


@contextmanager
def sharing(data: Path, choose: Callable[[], Programs], port: int | None) -> Iterator[Running]:
    """Give the server on a data directory while the block lasts: start it if none runs, stop it if nobody else uses it.

    `choose` finds the programs and is asked only if a server must be made or started; `port` is the wanted port on
    127.0.0.1, None any free one. Raises ServerUnavailable; then nothing half-made is left.
    """
    with ExitStack() as leaving:
        data = data.absolute()
        with plainly(data):
            server = _enter(data, choose, port, leaving)
        yield server


def _enter(data: Path, choose: Callable[[], Programs], port: int | None, leaving: ExitStack) -> Running:
    door = _door(data, leaving)
    home = data / "postgres"
    account = account_for(data, home)
    if not os.path.lexists(home):
        if port:
            _insist(port)
        make(data, door, account, choose())
    place = Place(home.resolve(strict=True), account)
    users = os.open(place.home, os.O_RDONLY)
    leaving.callback(_leave, door, users, place)
    fcntl.flock(users, fcntl.LOCK_SH)
    server = _serving(place, choose, port)
    fcntl.flock(door, fcntl.LOCK_UN)
    return server


def _leave(door: int, users: int, place: Place) -> None:
    with suppress(BlockingIOError):
        if _lock(door):
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # at this point nobody else uses the server, and nobody begins to before we have let go of the door
            _stop(place)
    os.close(users)


def _door(data: Path, leaving: ExitStack) -> int:
    """Open the data directory, made if missing, and lock it."""
    while True:
        made = not data.exists()
        data.mkdir(parents=True, exist_ok=True)
        door = os.open(data, os.O_RDONLY | os.O_DIRECTORY)
        if not _lock(door):
            os.close(door)
            raise DirectoryInUse(data, PATIENCE)
        if _is_still(door, data):
            leaving.callback(os.close, door)
            if made:
                leaving.callback(_remove_if_empty, data)
            return door
        os.close(door)  # a process that was refused had made this directory, and took it away while we waited


def _lock(door: int) -> bool:
    give_up = time.monotonic() + PATIENCE
    while True:
        try:
            fcntl.flock(door, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > give_up:
                return False
            time.sleep(PAUSE)
        else:
            return True


def _is_still(door: int, data: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(door), data.stat())
    except FileNotFoundError:
        return False


def _remove_if_empty(data: Path) -> None:
    with suppress(OSError):
        data.rmdir()


def _serving(place: Place, choose: Callable[[], Programs], port: int | None) -> Running:
    give_up = time.monotonic() + PATIENCE
    while not (server := running(place)):
        if time.monotonic() > give_up:
            raise DirectoryInUse(place.cluster, PATIENCE)
        said = _started(place, fitting(choose(), place), port or _free_port())
        if said and not _passes(said, port):
            raise explained(said, place, port=port)
        time.sleep(PAUSE)
    return server


def _started(place: Place, programs: Path, port: int) -> str:
    """Start a postmaster and wait until it is ready: what it said if it ended instead, nothing if it is ready."""
    end_orphans(place)
    sockets = _socket_directory(place)
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": port,
        "unix_socket_directories": f'"{sockets}"',
        "unix_socket_permissions": "0700",
        "cluster_name": place.mark,
        "fsync": "on",
        "synchronous_commit": "on",
        "timezone": "UTC",
        "log_timezone": "UTC",
    }
    serve = [str(programs / "postgres"), "-D", str(place.cluster), *(f"--{name}={settings[name]}" for name in settings)]
    log = 'cd "$0" && { [ ! -e log ] || mv -f log log.before; } && exec "$@" >log 2>&1'
    postmaster = subprocess.Popen(  # noqa: S603 - the found server; its path and settings are arguments, not shell text
        ["/bin/sh", "-c", log, place.home, *serve],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        **place.account.child,
    )
    # its parent must take note of its end, or a killed server stays a zombie, and that blocks the next
    threading.Thread(target=postmaster.wait, name=place.mark, daemon=True).start()
    said = _waited_for(postmaster, place)
    if said:
        remove_sockets(place, sockets)
    return said


def _waited_for(postmaster: "subprocess.Popen[str]", place: Place) -> str:
    give_up = time.monotonic() + PATIENCE
    while postmaster.poll() is None:
        note = note_of(place)
        if note and note.pid == postmaster.pid and note.ready:
            return ""
        if time.monotonic() > give_up:
            return f"it was not ready after {PATIENCE:g} s"
        time.sleep(PAUSE)
    return place.log or f"it ended with code {postmaster.returncode}"


def _passes(said: str, port: int | None) -> bool:
    """Tell whether trying again helps: a rival starts, its last processes go, or another took the port we chose."""
    return any(words in said for words in RIVAL) or (port is None and TAKEN in said)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _insist(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as taken:
            raise PortInUse(port) from taken


def _socket_directory(place: Place) -> Path:
    """Give the home, or a private directory if the home's path is too long for a socket or unwritable in an address."""
    for stale in place.home.glob(".s.PGSQL.*"):
        stale.unlink()
    home = os.fsencode(place.home)
    if len(home + b"/.s.PGSQL.65535") <= SOCKET_PATH and not set(home) & set(b',"'):
        return place.home
    return place.account.owns(Path(tempfile.mkdtemp(prefix="mingze-", dir=BRIEF)))


def _stop(place: Place) -> None:
    note = note_of(place)
    for pid in postmasters(place):
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGINT)  # fast shutdown: sessions end, everything is written
    give_up = time.monotonic() + PATIENCE
    while postmasters(place) and time.monotonic() < give_up:
        time.sleep(PAUSE)
    if note:
        remove_sockets(place, note.sockets)
