"""How the command line speaks: plain lines in the reader's language, or one JSON document; progress only to somebody who watches.

Keeps: what is said comes from the catalogue; results go to standard output, everything else to standard error; with `--json` standard
output holds one document, also when something went wrong.
"""

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from api.catalogue import LANGUAGES, Language, say

OK: Final = 0
FINDINGS: Final = 1
REFUSED: Final = 2
UNREACHABLE: Final = 3
FAILED: Final = 4
INTERRUPTED: Final = 130

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Voice:
    """Speaks in one language, or in both, one line each; `as_json`: one document instead of lines."""

    languages: tuple[Language, ...]
    as_json: bool = False

    @classmethod
    def of(cls, arguments: Sequence[str], environ: Mapping[str, str]) -> "Voice":
        """Return the voice that the arguments and the environment ask for: `--lang`, else LC_ALL, LC_MESSAGES or LANG, else both."""
        told = _option(arguments, "--lang") or next(
            (environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environ.get(name)), ""
        )
        chosen = tuple(each for each in LANGUAGES if told.lower().startswith(each))
        return cls(chosen or LANGUAGES, "--json" in arguments)

    def say(self, code: str, /, **said: object) -> None:
        """Print a saying to people; with `--json` nobody reads it."""
        if not self.as_json:
            for words in self.words(code, **said):
                print(words, flush=True)

    def warn(self, code: str, /, **said: object) -> None:
        """Print a saying beside the results, to standard error."""
        for words in self.words(code, **said):
            print(words, file=sys.stderr, flush=True)

    def words(self, code: str, /, **said: object) -> list[str]:
        """Return a saying in each language."""
        return [say(code, language, **said) for language in self.languages]

    def document(self, held: Mapping[str, Any]) -> None:
        """Print the one document, if that is what was asked for."""
        if self.as_json:
            print(json.dumps(held, ensure_ascii=False, indent=2, default=str), flush=True)

    def fail(self, status: int, code: str, /, **said: object) -> int:
        """Say what was refused or failed, and return the exit status."""
        self.document({"error": {"code": code, **{each: say(code, each, **said) for each in LANGUAGES}}})
        self.warn(code, **said)
        return status

    @contextmanager
    def progress(self, code: str) -> Iterator[Progress]:
        """Give a function to call with (done, of); it draws a bar with rate and time left where standard error is a terminal."""
        if self.as_json or not sys.stderr.isatty():
            yield lambda _done, _of: None
            return
        from rich.console import Console  # noqa: PLC0415 - only who watches waits for it
        from rich.progress import BarColumn, MofNCompleteColumn, ProgressColumn, TextColumn, TimeRemainingColumn  # noqa: PLC0415
        from rich.progress import Progress as Bar  # noqa: PLC0415
        from rich.text import Text  # noqa: PLC0415

        class Rate(ProgressColumn):
            def render(self, task: Any) -> Text:
                speed = task.finished_speed or task.speed
                return Text("" if speed is None else f"{speed:,.0f}/s")

        parts = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Rate(), TimeRemainingColumn())
        with Bar(*parts, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task(" / ".join(self.words(code)), total=None)
            yield lambda done, of: bar.update(task, completed=done, total=of or None)


def _option(arguments: Sequence[str], name: str) -> str:
    for place, argument in enumerate(arguments):
        if argument == name and place + 1 < len(arguments):
            return arguments[place + 1]
        if argument.startswith(f"{name}="):
            return argument.partition("=")[2]
    return ""
