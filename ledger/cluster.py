"""The directory of one embedded PostgreSQL server: how it is made, and what its failures mean.

Used by `ledger.postmaster` under the lock of the data directory. All that is the server's lies in `postgres/` inside
the data directory, or where that link points: `cluster/`, `password`, `log`, its socket.
Keeps: what bears the name `postgres` is whole; what is half-made is called `postgres.half` and is made anew.
"""

import errno
import os
import re
import secrets
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2s
from pathlib import Path

from ledger.server_account import Account, store, within_reach
from ledger.unavailable import (
    DataDirectoryUnreadable,
    NoSpaceLeft,
    OtherMajorVersion,
    PortInUse,
    ServerDidNotStart,
    ServerUnavailable,
    UserUnknown,
)

SUPERUSER = "postgres"
FULL = ("No space left on device", "Disk quota exceeded", "File too large", "File size limit exceeded")
CLOSED = ("Permission denied", "Read-only file system", "wrong ownership")
NAMELESS = "could not look up effective user ID"
TAKEN = "Address already in use"
ALMOST_NOTHING = 1 << 20  # bytes: with less free than this, a server that said nothing could not write its log


@dataclass(frozen=True, slots=True)
class Programs:
    """A directory with `postgres` and `initdb`, and their major version."""

    directory: Path
    major: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where one server lives, and as whom it runs."""

    home: Path
    account: Account

    @property
    def cluster(self) -> Path:
        return self.home / "cluster"

    @property
    def password(self) -> Path:
        return self.home / "password"

    @property
    def mark(self) -> str:
        """The name that the processes of this server bear in a process list."""
        return f"mingze-{blake2s(os.fsencode(self.cluster), digest_size=6).hexdigest()}"

    @property
    def log(self) -> str:
        try:
            return (self.home / "log").read_text(errors="replace")
        except FileNotFoundError:
            return ""


def make(data: Path, door: int, account: Account, programs: Programs) -> None:
    """Make `postgres/` in a data directory whose open, locked file is `door`; raise ServerUnavailable, leaving nothing."""
    half = data / "postgres.half"
    _discard(half)
    try:
        _fill(Place(_made_for(account, half), account), programs, door)
        half.rename(data / "postgres")
        os.fsync(door)
    except BaseException:
        _discard(half)
        raise


def _fill(place: Place, programs: Programs, door: int) -> None:
    code, said = place.account.run(["/bin/sh", "-c", 'cat >"$0"', place.password], secrets.token_urlsafe(32))
    if code == 0:
        # initdb keeps the door locked: if we are killed now, the next process waits until it has ended
        code, said = place.account.run(_initdb(place, programs), keep=(door,))
    if code != 0:
        raise explained(said, place, code)


def _made_for(account: Account, half: Path) -> Path:
    """Make an empty directory for the account: in the data directory, or behind a link where the account can reach."""
    if account.can("-x", half.parent):
        half.mkdir(0o700)
        return account.owns(half).resolve()
    kept = store()
    if not account.can("-x", kept):
        raise DataDirectoryUnreadable(kept, account.name, os.strerror(errno.EACCES))
    home = kept / f"{half.parent.name}-{secrets.token_hex(4)}"
    half.symlink_to(home)
    home.mkdir(0o700)
    return account.owns(home)


def _discard(half: Path) -> None:
    if half.is_symlink():
        if half.readlink().parent == store():  # else somebody else made this link, and what it points to is not ours
            shutil.rmtree(half.readlink(), ignore_errors=True)
        half.unlink()
    elif half.exists():
        shutil.rmtree(half)


def _initdb(place: Place, programs: Programs) -> list[str | Path]:
    utf8 = ["--locale=C.UTF-8"]
    if programs.major >= 17:
        utf8 = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    return [
        within_reach(programs.directory, place.account) / "initdb",
        f"--pgdata={place.cluster}",
        f"--username={SUPERUSER}",
        f"--pwfile={place.password}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--data-checksums",
        "--no-instructions",
        *utf8,
    ]


def fitting(programs: Programs, place: Place) -> Path:
    """Give the directory of programs that serve this place; raise ServerUnavailable if they cannot."""
    made_by = (place.cluster / "PG_VERSION").read_text().strip()
    if made_by != str(programs.major):
        raise OtherMajorVersion(place.cluster, made_by, programs.major)
    if not place.account.can("-x", place.cluster):
        raise DataDirectoryUnreadable(place.home, place.account.name, os.strerror(errno.EACCES))
    return within_reach(programs.directory, place.account)


@contextmanager
def plainly(data: Path) -> Iterator[None]:
    """Turn what the operating system refuses in the block into what it means for the data directory."""
    try:
        yield
    except OSError as refused:
        words = os.strerror(refused.errno or 0)
        if words in FULL:
            raise NoSpaceLeft(data) from refused
        where = f"{words} ({refused.filename or data})"
        raise DataDirectoryUnreadable(data, Account(os.geteuid(), os.getegid()).name, where) from refused


def explained(said: str, place: Place, code: int = 0, port: int | None = None) -> ServerUnavailable:
    """Give the reason behind what a program said: its exit code, and the port if the user asked for one."""
    free = shutil.disk_usage(place.home).free
    if any(words in said for words in FULL) or code == -signal.SIGXFSZ or free < ALMOST_NOTHING:
        return NoSpaceLeft(place.home)
    if any(words in said for words in CLOSED):
        return DataDirectoryUnreadable(place.home, place.account.name, _telling(said))
    if NAMELESS in said:
        return UserUnknown(place.account.name)
    if port and TAKEN in said:
        return PortInUse(port)
    return ServerDidNotStart(place.home, _telling(said))


def _telling(said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    telling = [line for line in lines if re.search(r"FATAL|PANIC|error:", line)] or lines[-1:]
    return "; ".join(telling[:3])
