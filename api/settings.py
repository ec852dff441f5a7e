"""What may be set from outside: the environment variables of every command and service, in one table.

Keeps: nothing is read from the environment anywhere else, a secret may lie in a file (NAME_FILE) instead of the environment and is
never shown, and no secret has a default. `docs/settings.md` is this table.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

LEAST_SECRET = 16  # characters


class SettingRefused(Exception):  # noqa: N818 - named for the state of things
    """A variable cannot be used as it is set; `code` is its sentence in the catalogue, `fields` fill it."""

    def __init__(self, code: str, /, **fields: str) -> None:
        super().__init__(f"{code}: {fields}")
        self.code, self.fields = code, fields


def _text(name: str, value: str) -> str:
    if not value.isprintable():
        raise SettingRefused("setting-unprintable", name=name)
    return value


def _directory(_name: str, value: str) -> Path:
    return Path(value)


def _port(name: str, value: str) -> int:
    if not (value.isascii() and value.isdigit() and int(value) <= 65535):
        raise SettingRefused("setting-no-port", name=name, value=value)
    return int(value)


def _count(name: str, value: str) -> int:
    if not (value.isascii() and value.isdigit() and len(value) < 4):
        raise SettingRefused("setting-no-count", name=name, value=value)
    return int(value)


def _secret(name: str, value: str) -> str:
    if len(value) < LEAST_SECRET or not value.isprintable():
        raise SettingRefused("setting-secret-weak", name=name, least=str(LEAST_SECRET))
    return value


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable: what it is read as, and what holds where it is not set. Its meaning stands in the catalogue by name."""

    name: str
    default: str | None = None
    read: Callable[[str, str], Any] = _text
    secret: bool = False  # may lie in a file named by NAME_FILE, and is never shown
    launcher: bool = False  # read by the part that finds or starts the server, not kept here


VARIABLES: Final = (
    Variable("MINGZE_DATA", "data", _directory),
    Variable("MINGZE_HOST", "127.0.0.1"),
    Variable("MINGZE_PORT", "8000", _port),
    Variable("MINGZE_BUILDS_KEPT", "1", _count),
    Variable("MINGZE_TOKEN", read=_secret, secret=True),
    Variable("MINGZE_DISCIPLINE_TOKEN", read=_secret, secret=True),
    Variable("DATABASE_URL", secret=True, launcher=True),
    Variable("MINGZE_DATABASE_WAIT", launcher=True),
    Variable("MINGZE_ADMIN_DATABASE_URL", secret=True),
    Variable("MINGZE_API_PASSWORD", read=_secret, secret=True),
    Variable("MINGZE_LEDGER_NAME"),
    Variable("MINGZE_POSTGRES_BIN", launcher=True),
    Variable("MINGZE_PG_PORT", launcher=True),
    Variable("MINGZE_TRACE", launcher=True),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What is set. `launcher` is what `ledger.postgres` reads; of the secrets nothing is shown."""

    data: Path
    host: str
    port: int
    builds_kept: int = 1
    ledger_name: str | None = None
    token: str | None = field(default=None, repr=False)
    discipline_token: str | None = field(default=None, repr=False)
    admin_database_url: str | None = field(default=None, repr=False)
    api_password: str | None = field(default=None, repr=False)
    launcher: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def database_url(self) -> str | None:
        """The address of a server that is not ours to start, if one is named."""
        return self.launcher.get("DATABASE_URL")


def read(environ: Mapping[str, str]) -> Settings:
    """Read the table from an environment; raise SettingRefused. A variable that is set to nothing counts as not set."""
    told = {variable: _told(variable, environ) for variable in VARIABLES}
    launcher = {variable.name: value for variable, value in told.items() if variable.launcher and value}
    if "PATH" in environ:
        launcher["PATH"] = environ["PATH"]
    own: dict[str, Any] = {
        variable.name.removeprefix("MINGZE_").lower(): variable.read(variable.name, value) if value else None
        for variable, value in told.items()
        if not variable.launcher
    }
    return Settings(**own, launcher=launcher)


def _told(variable: Variable, environ: Mapping[str, str]) -> str | None:
    value = environ.get(variable.name) or None
    file = environ.get(f"{variable.name}_FILE") if variable.secret else None
    if not file:
        return value or variable.default
    if value:
        raise SettingRefused("setting-twice", name=variable.name)
    try:
        return Path(file).read_text("utf-8").strip() or None
    except (OSError, UnicodeDecodeError) as refused:
        reason = getattr(refused, "strerror", None) or "not UTF-8"
        raise SettingRefused("setting-file-unreadable", name=variable.name, file=file, reason=reason) from refused
