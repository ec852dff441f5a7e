"""Forward-only migrations of the log: numbered files, each applied once, refused if an applied one was changed since.

Run by `mingze migrate`, before anything writes. Keeps: two migrators at once end as one; a step is whole or absent.
"""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from typing import TypeVar

import psycopg
from psycopg import errors

from ledger.statements import load

OLDEST_SERVER = 150000
TRIES = 10
T = TypeVar("T")
SQL = load("ledger.schema", "roles.sql")


class MigrationRefused(RuntimeError):  # noqa: N818 - named for the state of things
    """The database cannot be brought to this program's log: {said}."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One numbered file; `privileged` files are left out where the migrating role is no superuser."""

    number: int
    name: str
    text: bytes

    @property
    def privileged(self) -> bool:
        return self.text.startswith(b"-- requires: superuser")

    @property
    def sha256(self) -> bytes:
        return sha256(self.text).digest()


def migrations() -> Iterator[Migration]:
    """Yield this program's migrations in order."""
    for entry in sorted(files("ledger").joinpath("schema").iterdir(), key=lambda entry: entry.name):
        number, _, name = entry.name.removesuffix(".sql").partition("_")
        if number.isdigit():
            yield Migration(int(number), name, entry.read_bytes())


def migrate(dsn: str) -> list[str]:
    """Bring the database to this program's log and return the names of the steps taken.

    Raises MigrationRefused if the server is older than 15, the database is not UTF8, an applied step was changed, or the database
    is newer than this program.
    """
    return _insisting(lambda: _migrate(dsn))


def create_login(dsn: str, name: str, password: str, roles: tuple[str, ...]) -> None:
    """Let a program log in as `name` with no rights but those of `roles`; an existing login gets this password and these roles."""
    _insisting(lambda: _create_login(dsn, name, password, roles))


def _insisting(step: Callable[[], T]) -> T:
    """Roles belong to the server, and no lock spans its databases: another of them may be given the same roles at this moment."""
    for _ in range(TRIES - 1):
        with contextlib.suppress(errors.UniqueViolation, errors.DuplicateObject, errors.InternalError_):
            return step()
    return step()


def _migrate(dsn: str) -> list[str]:
    with psycopg.connect(dsn) as connection:
        connection.execute(SQL["lock"])
        superuser, version, encoding = connection.execute(SQL["about_me"]).fetchone() or (False, 0, "")
        if version < OLDEST_SERVER or encoding != "UTF8":
            raise MigrationRefused(
                f"PostgreSQL 15 or newer with encoding UTF8 is needed; this is {version}, {encoding}"
            )
        try:
            connection.execute(SQL["create_roles"])
        except errors.InsufficientPrivilege as refused:
            raise MigrationRefused(
                "this role may not create roles; let an administrator run once: create role ledger_owner; create role ledger_writer; "
                "create role ledger_reader; create role ledger_projector; "
                "grant ledger_owner, ledger_writer, ledger_reader, ledger_projector to this role with admin option"
            ) from refused
        connection.execute(SQL["create_journal"])
        applied = {number: (bytes(digest), done) for number, _, digest, done in connection.execute(SQL["journal"])}
        return [step.name for step in _due(applied, superuser) if _apply(connection, step, superuser)]


def _due(applied: dict[int, tuple[bytes, bool]], superuser: bool) -> Iterator[Migration]:
    known = {migration.number: migration for migration in migrations()}
    if newer := applied.keys() - known.keys():
        raise MigrationRefused(f"step {max(newer)} was applied by a newer program: install that one")
    for number, migration in known.items():
        digest, done = applied.get(number, (migration.sha256, False))
        if digest != migration.sha256:
            raise MigrationRefused(
                f"step {number} ({migration.name}) was changed after it was applied: restore the file"
            )
        if not done and (number not in applied or superuser):
            yield migration


def _apply(connection: psycopg.Connection, step: Migration, superuser: bool) -> bool:
    allowed = superuser or not step.privileged
    if allowed:
        connection.execute(step.text)
    note = {"number": step.number, "name": step.name, "sha256": step.sha256, "applied": allowed}
    connection.execute(SQL["note"], note)
    return allowed


def _create_login(dsn: str, name: str, password: str, roles: tuple[str, ...]) -> None:
    with psycopg.connect(dsn) as connection:
        wanted = {"name": name, "password": password, "roles": list(roles)}
        for (statement,) in connection.execute(SQL["login"], wanted).fetchall():
            connection.execute(statement.encode())
