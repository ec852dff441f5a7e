"""What a command that failed says: each kind of error by its sentence in the catalogue, ending in what to do next, and its exit code.

Only this module knows which exception means which exit code.
"""

import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

import psycopg
from eventsourcing.persistence import PersistenceError
from psycopg import errors
from typer.exceptions import TyperException

from api.catalogue import LANGUAGES, say
from api.exchange.refused import WorkbookRefused
from api.problems import detail
from api.runtime import NoLedgerHere
from api.settings import SettingRefused
from api.speaking import FAILED, REFUSED, UNREACHABLE, Voice
from ledger.bulk import StepRefused
from ledger.encoding import NotStorable
from ledger.loading import RulePackMissing
from ledger.migrations import MigrationRefused
from ledger.recorder import UnsafeRecorder
from ledger.refusals import Refused
from ledger.unavailable import ServerUnavailable
from projections.builds import NotTheOnlyBuilder


class CommandRefused(Exception):  # noqa: N818 - named for the state of things
    """The command line itself refuses: `code` is its sentence, `said` fills it."""

    def __init__(self, code: str, status: int = REFUSED, /, **said: object) -> None:
        super().__init__(code)
        self.code, self.status, self.said = code, status, said


def explain(error: Exception, voice: Voice, *, trace: bool = False) -> int:
    """Say what an error means to the person who gave the command; return the exit code."""
    if trace:
        traceback.print_exception(error)
    if isinstance(error, TyperException) and not error.format_message():
        return REFUSED  # asked nothing, was shown the help
    if isinstance(error, StepRefused):
        return refused(error.refusal, voice)
    if isinstance(error, Refused):
        return refused(error, voice)
    status, code, said = next(tell(error) for kinds, tell in MEANINGS if isinstance(error, kinds))
    return voice.fail(status, code, **said)


Meaning = tuple[int, str, Mapping[str, object]]

# The first line that fits counts.
MEANINGS: Final[Sequence[tuple[tuple[type[Exception], ...], Callable[[Any], Meaning]]]] = (
    ((CommandRefused,), lambda e: (e.status, e.code, e.said)),
    ((TyperException,), lambda e: (REFUSED, "cli.usage", {"said": e.format_message().strip().rstrip(".")})),
    ((SettingRefused,), lambda e: (REFUSED, e.code, e.fields)),
    ((NoLedgerHere,), lambda e: (REFUSED, "cli.no-ledger", {"data": e.data})),
    ((ServerUnavailable,), lambda e: (UNREACHABLE, e.code, e.fields)),
    ((WorkbookRefused,), lambda e: (REFUSED, f"refused.{e.code}", e.fields)),
    ((NotStorable,), lambda e: (REFUSED, "record-not-storable", {"what": e.what})),
    (
        (MigrationRefused, UnsafeRecorder, RulePackMissing, NotTheOnlyBuilder),
        lambda e: (REFUSED, "cli.program-refused", {"said": _line(e)}),
    ),
    (
        (errors.UndefinedTable, errors.UndefinedColumn, errors.UndefinedFunction, errors.InvalidSchemaName),
        lambda _: (REFUSED, "cli.not-migrated", {}),
    ),
    ((errors.InsufficientPrivilege,), lambda e: (REFUSED, "cli.not-permitted", {"said": _line(e)})),
    (
        (psycopg.OperationalError, psycopg.InterfaceError, PersistenceError),
        lambda e: (UNREACHABLE, "cli.unreachable", {"said": _line(e)}),
    ),
    ((OSError,), lambda e: (REFUSED, "cli.file", {"said": f"{e.strerror or _line(e)}: {e.filename or '-'}"})),
    ((Exception,), lambda e: (FAILED, "cli.failed", {"said": f"{type(e).__name__}: {_line(e)}"})),
)


def refused(refusal: Refused, voice: Voice) -> int:
    """Say what the ledger refused, and under which rule."""
    sentences: dict[str, str] = {language: detail(refusal, language) for language in LANGUAGES}
    held: dict[str, Any] = {"code": refusal.slug(), **sentences, "met": refusal.details()}
    if refusal.rule:
        held["rule"] = asdict(refusal.rule)
    voice.document({"error": held})
    for language in voice.languages:
        print(sentences[language], file=sys.stderr)
        if refusal.rule:
            print(say("cli.rule", language, **asdict(refusal.rule)), file=sys.stderr)
    return REFUSED


def _line(error: BaseException) -> str:
    return " ".join(str(error).split())[:300]
