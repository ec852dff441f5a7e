"""The pages under `docs/` that are made from the code, so that they cannot lie: settings, problems, commands, questions, the API.

`python -m api.documents docs` writes them; a test compares. Keeps: the same program gives the same bytes.
"""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from api import questions
from api.app import create_app
from api.catalogue import Language, say
from api.pages import meaning
from api.problems import codes
from api.requests import bilingual
from api.settings import VARIABLES


def settings() -> str:
    """Return `docs/settings.md`."""
    rows = [
        f"| `{each.name}` {bilingual('settings.secret') if each.secret else ''} | {f'`{each.default}`' if each.default else '–'} "
        f"| {_cell(f'setting.{each.name}', 'zh')}<br>{_cell(f'setting.{each.name}', 'en')} |"
        for each in VARIABLES
    ]
    return _page("settings", [*_head("variable", "default", "meaning"), *rows])


def errors() -> str:
    """Return `docs/errors.md`."""
    rows = [
        f"| `{code}` | {status} | {meaning(code, 'zh')}<br>{meaning(code, 'en')} |".replace("\n", " ")
        for code, status in codes().items()
    ]
    return _page("errors", [*_head("code", "status", "meaning"), *rows])


def commands() -> str:
    """Return `docs/commands.md`."""
    import typer  # noqa: PLC0415 - only this page needs the command line

    from api.cli import app  # noqa: PLC0415

    return _page("commands", list(_described(typer.main.get_command(app), "mingze")))


def description() -> str:
    """Return `docs/openapi.json`."""
    described = create_app(None, b"").openapi()
    return json.dumps(described, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


PAGES: Final[Mapping[str, Callable[[], str]]] = {
    "settings.md": settings,
    "errors.md": errors,
    "commands.md": commands,
    "questions.md": questions.page,
    "openapi.json": description,
}


def _page(name: str, lines: list[str]) -> str:
    title = f"# {say(f'{name}.title', 'zh')} · {say(f'{name}.title', 'en')}"
    preface = [say(f"{name}.preface", "zh"), "", say(f"{name}.preface", "en")]
    return "\n".join([title, "", *preface, "", *lines, ""])


def _head(*columns: str) -> list[str]:
    return [f"| {' | '.join(bilingual(f'document.{column}') for column in columns)} |", "|---" * len(columns) + "|"]


def _cell(code: str, language: Language) -> str:
    return say(code, language).replace("|", "\\|")


def _described(command: Any, name: str) -> Iterator[str]:
    nested = getattr(command, "commands", None)
    for one in (nested or {}).values():
        yield from _described(one, f"{name} {one.name}")
    if nested is not None:
        return
    yield from (f"## `{name}`", "", command.help or "", "")
    for parameter in command.params:
        if parameter.name == "help":
            continue
        if parameter.param_type_name == "argument":
            yield f"- `{parameter.name.upper()}` {parameter.help or ''}"
        else:
            yield f"- `{' / '.join([*parameter.opts, *parameter.secondary_opts])}` {parameter.help or ''}"
    yield ""


if __name__ == "__main__":
    for file, text in PAGES.items():
        Path(sys.argv[1], file).write_text(text(), "utf-8")
