"""The words that stand in cells and over columns, as `words.toml` and `headers.toml` list them, and what they mean.

Pure. A word means what the list says or nothing: what comes near it is offered as a suggestion, never taken.
"""

import difflib
import re
import tomllib
import unicodedata
from functools import cache
from importlib import resources
from typing import Any

_INVISIBLE = dict.fromkeys([0xAD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF])
_BRACKETED = re.compile(r"\([^()]*\)")
_SUGGESTED_FROM = 0.5  # likeness, of difflib's 0 to 1


@cache
def table(name: str) -> dict[str, Any]:
    """Give the table `name` (`words` or `headers`)."""
    return tomllib.loads((resources.files("api.exchange") / f"{name}.toml").read_text("utf-8"))


def visible(text: str) -> str:
    """Drop invisible characters and give every line break and space one form."""
    return (
        text.translate(_INVISIBLE).replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " ").replace("\u3000", " ")
    )


def key(text: str) -> str:
    """Give what two spellings of one word have in common: no spaces or line breaks, half-width letters, no colon at the end."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", visible(text))).rstrip(":").casefold()


def without_brackets(word: str) -> str:
    """Drop from a `key` the brackets and what stands in them, and the marks of a column that must be filled in."""
    return _BRACKETED.sub("", word).strip("*★:")


@cache
def codes(section: str) -> dict[str, str]:
    """Give the code that each word of `section` stands for, by the word's `key`."""
    return {key(word): code for code, words in table("words")[section].items() for word in words}


@cache
def offered(section: str) -> dict[str, str]:
    """Give the word that the template offers for each code of `section`."""
    return {code: words[0] for code, words in table("words")[section].items()}


@cache
def listed(section: str, name: str) -> frozenset[str]:
    """Give the keys of the words in the list `name` of `section`, in `words.toml`."""
    return frozenset(map(key, table("words")[section][name]))


@cache
def listed_header(section: str, name: str) -> frozenset[str]:
    """Give the keys of the words in the list `name` of `section`, in `headers.toml`."""
    return frozenset(map(key, table("headers")[section][name]))


@cache
def columns() -> dict[str, str]:
    """Give the column that each header word stands for, by the word's `key` and again without its brackets."""
    written = {key(word): column for column, words in table("headers")["synonyms"].items() for word in words}
    return {without_brackets(word): column for word, column in written.items()} | written


def nearest(word: str, accepted: list[str]) -> str | None:
    """Give the accepted word most like `word`, if any is like it at all."""
    found = difflib.get_close_matches(key(word), list(map(key, accepted)), n=1, cutoff=_SUGGESTED_FROM)
    return next((one for one in accepted if key(one) == found[0]), None) if found else None
