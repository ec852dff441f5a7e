"""How a process comes to its ledger: the database that is named, or the one that comes with the product, started and migrated.

First step of every command and service. Keeps: the superuser's address stays with migration; whoever reads and writes afterwards
logs in as one who may append and read, and whose random password lies in the data directory, for its owner alone.
"""

import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from psycopg.conninfo import make_conninfo

from api.settings import Settings
from ledger.migrations import create_login, migrate
from ledger.postgres import Server, find_or_start

LOGIN: Final = "mingze_api"
ROLES: Final = ("ledger_writer", "ledger_reader", "ledger_projector")
PASSWORD_FILE: Final = "api-password"  # noqa: S105 - a file's name


@dataclass(frozen=True, slots=True)
class Place:
    """Where the ledger is: the address that the API and the projector use, and the administrator's where it is ours to use."""

    dsn: str = field(repr=False)
    server: Server = field(repr=False)
    admin_dsn: str | None = field(default=None, repr=False)


class NoLedgerHere(Exception):  # noqa: N818 - named for the state of things
    """The data directory holds no database, and this command makes none; `data` is the directory."""

    def __init__(self, data: Path) -> None:
        super().__init__(str(data))
        self.data = data


@contextmanager
def ledger_at(settings: Settings, *, new: bool = False) -> Iterator[Place]:
    """Give the ledger's place while the block lasts; a server of our own is started, migrated and given its login.

    `new`: make a database where the data directory holds none. Raises NoLedgerHere, ServerUnavailable, MigrationRefused, and
    psycopg.Error where the database does not do what it should.
    """
    with server_at(settings, new=new) as server:
        if server.origin == "url":
            yield Place(server.dsn, server)
        else:
            password = kept(settings.data / PASSWORD_FILE, secrets.token_urlsafe(24))
            prepare(server.dsn, password)
            yield Place(make_conninfo(server.dsn, user=LOGIN, password=password), server, server.dsn)


@contextmanager
def server_at(settings: Settings, *, new: bool = False) -> Iterator[Server]:
    """Give the database server as it stands, nothing migrated; see `ledger_at`."""
    if not (new or settings.database_url or os.path.lexists(settings.data / "postgres")):
        raise NoLedgerHere(settings.data)
    with find_or_start(settings.data, settings.launcher) as server:
        yield server


def prepare(admin_dsn: str, password: str | None) -> list[str]:
    """Migrate a database and, given a password, make the login of API and projector; return the names of the steps taken."""
    steps = migrate(admin_dsn)
    if password:
        create_login(admin_dsn, LOGIN, password, ROLES)
    return steps


def kept(place: Path, new: str) -> str:
    """Return what a file holds; where there is none, `new`, after putting it there for its owner alone, whole or not at all."""
    with suppress(FileNotFoundError):
        return place.read_text("utf-8")
    place.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name}-")  # mode 0600
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(new)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):  # a rival was first: what it put there holds
            os.link(name, place)
    finally:
        Path(name).unlink()
    return place.read_text("utf-8")
