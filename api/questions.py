"""The questions that the API is there to answer, as data, and the page that shows how each is asked of the demonstration.

Beside api/documents.py. Keeps: what the page shows is what the tests ask, and every id on it follows from natural keys, so that it is the
same in every demonstration.
"""

import json
import re
import shlex
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any, Final, Literal
from urllib.parse import quote, urlencode
from uuid import UUID

import msgspec

from api.catalogue import LANGUAGES, Words, say
from api.requests import bilingual
from ledger.streams import stream

BASE: Final = "http://127.0.0.1:8000"
BLANK: Final = re.compile(r"\{(\w+):(\w+)\}")
WHOSE: Final = ("auditor", "inspector", "unit", "grassroots")


class Name(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a name stands for: its natural key, kind first, and its words."""

    key: tuple[str, ...]
    zh: str
    en: str


class Call(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One request; `unit` names who acts, where something is recorded."""

    path: str
    method: Literal["GET", "POST"] = "GET"
    query: dict[str, str] = {}
    body: dict[str, Any] | None = None
    unit: str | None = None


class Question(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One question, how it is asked, what the answer says, and what cannot be answered yet."""

    number: int
    whose: Literal["auditor", "inspector", "unit", "grassroots"]
    zh: str
    en: str
    call: tuple[Call, ...] = ()
    says: Words | None = None
    not_yet: Words | None = None


class Asked(msgspec.Struct, frozen=True):
    """The file: names and questions, and the post that acts where something is recorded."""

    post: str
    name: dict[str, Name]
    question: tuple[Question, ...]


@cache
def asked() -> Asked:
    """Return the questions; raise msgspec.ValidationError or ValueError where the file is wrong."""
    table = tomllib.loads(files("api").joinpath("questions.toml").read_text("utf-8"))
    for question in table["question"]:
        for part in ("says", "not_yet"):
            if part in question:
                question[part] = [question[part][language] for language in LANGUAGES]
    return msgspec.convert(table, Asked)


def known(name: str) -> UUID:
    """Return the id that a name has in the demonstration; raise KeyError."""
    kind, *parts = asked().name[name].key
    return stream(kind, *map(_part, parts))


def _part(part: str) -> object:
    if part.startswith("$"):
        return known(part[1:])
    return sha256(part[4:].encode()).hexdigest() if part.startswith("sha:") else part


def filled(value: Any) -> Any:
    """Return a text, or all texts of a body, with the ids of the names in them; raise ValueError where a name is of another kind."""
    if isinstance(value, Mapping):
        return {name: filled(each) for name, each in value.items()}
    if isinstance(value, list):
        return [filled(each) for each in value]
    return BLANK.sub(_id, value) if isinstance(value, str) else value


def _id(blank: re.Match[str]) -> str:
    kind, name = blank.groups()
    if asked().name[name].key[0] != kind:
        raise ValueError(f"{name} is no {kind}")
    return str(known(name))


def acting(call: Call) -> dict[str, str]:
    """Return the headers that say who acts."""
    return {"Mingze-Unit": str(known(call.unit)), "Mingze-Post": quote(asked().post)} if call.unit else {}


def page() -> str:
    """Return `docs/questions.md`."""
    lines = [f"# {bilingual('questions.title')}", ""]
    lines += [line for language in LANGUAGES for line in (say("questions.preface", language), "")]
    lines += ["```sh", "export MINGZE_TOKEN=…", "```", "```python", *_CLIENT, "```", ""]
    for whose in WHOSE:
        lines += [f"## {bilingual(f'questions.whose.{whose}')}", ""]
        lines += [line for each in asked().question if each.whose == whose for line in _section(each)]
    lines += [f"## {bilingual('questions.names')}", "", "| | | id |", "|---|---|---|"]
    lines += [f"| `{name}` | {each.zh}<br>{each.en} | `{known(name)}` |" for name, each in asked().name.items()]
    return "\n".join([*lines, ""])


_CLIENT: Final = (
    "import os",
    "",
    "import httpx",
    "",
    f'mingze = httpx.Client(base_url="{BASE}", headers={{"Authorization": f"Bearer {{os.environ[\'MINGZE_TOKEN\']}}"}})',
)


def _section(question: Question) -> Iterator[str]:
    yield from (f"### {question.number} · {question.zh}", "", question.en, "")
    for call in question.call:
        yield from (
            f"`{call.method} {call.path}`",
            "",
            "```sh",
            curl(call),
            "```",
            "```python",
            python(call),
            "```",
            "",
        )
    if question.says:
        yield from (f"→ {question.says.zh}", "", f"→ {question.says.en}", "")
    if question.not_yet:
        title = bilingual("questions.besides" if question.call else "questions.not-yet")
        yield from (f"*{title}.* {question.not_yet.zh}", "", question.not_yet.en, "")


def curl(call: Call) -> str:
    """Return a call as a line for a shell."""
    query = f"?{urlencode(filled(call.query))}" if call.query else ""
    words = ["curl -sS", '-H "Authorization: Bearer $MINGZE_TOKEN"']
    words += [f"-H {shlex.quote(f'{name}: {value}')}" for name, value in acting(call).items()]
    if call.body is not None:
        body = json.dumps(filled(call.body), ensure_ascii=False)
        words += ["-H 'Content-Type: application/json'", f"-d {shlex.quote(body)}"]
    return " ".join([*words, shlex.quote(f"{BASE}{filled(call.path)}{query}")])


def python(call: Call) -> str:
    """Return a call as a line of Python, asked with the page's client."""
    given = [repr(filled(call.path))]
    for name, value in (("params", filled(call.query)), ("json", filled(call.body)), ("headers", acting(call))):
        given += [f"{name}={value!r}"] if value else []
    return f"mingze.{call.method.lower()}({', '.join(given)}).raise_for_status().json()"
