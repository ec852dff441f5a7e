"""Every refusal says its sentence in Chinese and in English, filled by its own fields and no others."""

import string
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import pytest

import ledger.application  # noqa: F401  # with it every decider, and so every refusal, is loaded
from api.catalogue import catalogue
from ledger.refusals import Refused


def kinds(of: type[Refused] = Refused) -> Iterator[type[Refused]]:
    for kind in of.__subclasses__():
        if kind.__module__.startswith("ledger."):
            yield kind
        yield from kinds(kind)


KINDS: list[Any] = sorted(kinds(), key=lambda kind: kind.slug())


def blanks(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


def test_no_two_refusals_have_one_name() -> None:
    slugs = [kind.slug() for kind in KINDS]
    assert sorted(set(slugs)) == slugs
    assert all(Refused.CODES[kind.slug()] is kind for kind in KINDS)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.slug())
def test_a_refusal_has_its_sentence_in_both_languages(kind: Any) -> None:
    words = catalogue()[kind.slug()]
    assert is_dataclass(kind)
    held = {field.name for field in fields(kind)}
    for sentence in (kind.__doc__ or "", words.zh, words.en):
        assert sentence
        assert blanks(sentence) <= held
        assert sentence.format(**dict.fromkeys(held, "…"))
    assert blanks(words.zh) == blanks(words.en) == held, "a field that no sentence says, or says in one language only"
