"""What the product says to people, in Chinese and in English, by code.

The words stand in `labels/*.toml`, written by several hands; here they become one catalogue. A section in a file is part of the
code: `[problem.value-missing]` is `problem.value-missing`. Keeps: a code stands once, and says the same thing in both languages.
"""

import string
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final, Literal, NamedTuple

Language = Literal["zh", "en"]
LANGUAGES: Final[tuple[Language, Language]] = ("zh", "en")


class Words(NamedTuple):
    """One saying in both languages; `{name}` in it is filled when it is said."""

    zh: str
    en: str


@cache
def catalogue() -> Mapping[str, Words]:
    """Return every saying by code; raise ValueError where a code stands twice or lacks a language."""
    found: dict[str, Words] = {}
    for entry in sorted(files("api").joinpath("labels").iterdir(), key=lambda entry: entry.name):
        if entry.name.endswith(".toml"):
            for code, words in sayings(tomllib.loads(entry.read_text("utf-8"))):
                if code in found:
                    raise ValueError(f"labels/{entry.name}: {code} stands in another place already")
                found[code] = words
    return MappingProxyType(found)


def sayings(table: Mapping[str, Any], section: str = "") -> Iterator[tuple[str, Words]]:
    """Yield code and words of a table as a file has it; raise ValueError where a language is missing or a word is no text."""
    for name, held in table.items():
        code = section + name
        if not isinstance(held, dict):
            raise ValueError(f"{code} is no saying: [{section.rstrip('.') or name}] needs zh and en, and nothing else")  # noqa: TRY004
        if held.keys() & set(LANGUAGES):
            if held.keys() != set(LANGUAGES) or not all(isinstance(words, str) and words for words in held.values()):
                raise ValueError(f"{code} needs zh and en, and nothing else")
            yield code, Words(**held)
        else:
            yield from sayings(held, f"{code}.")


def say(code: str, language: Language, /, **fields: object) -> str:
    """Say something in one language; raise KeyError for a code that no file holds."""
    words: str = getattr(catalogue()[code], language)
    return words.format_map(fields) if fields or "{" in words else words


def blanks(words: str) -> set[str]:
    """Return the names that a saying leaves to be filled."""
    return {name for _, name, _, _ in string.Formatter().parse(words) if name}
