"""How alike two titles are: the measure by which the three channels are compared and look-alikes of cancelled items are found.

Pure, and the same for deciders and projections. Similarity only ever finds candidates: 负总责 and 不负总责 are nearly alike; a human
decides, and equality of clauses goes by their hashes. Whole numbers throughout, so that every machine gives the same answer.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from ledger.rules import GENERIC, pack

VERSION: Final = "text/1"
SAME_TITLE: Final = 60  # per cent of bigrams shared
SHORT_CORE: Final = 4  # characters: a core below this must be equal, and no filler is cut down to less
SHORT_NAME: Final = 2  # letters: a single one is part of many words and is no name
UNIT: Final = (
    "\u1681"  # stands for any unit: a letter, so that it is compared, of a script (Ogham) in which no paper is written
)

# A year in digits or in Chinese numerals, with 年 or 年度 where it is written.
_YEAR = re.compile(
    "(?:[0-9]{4}|[\u3007\u96f6\u4e00\u4e8c\u4e09\u56db\u4e94\u516d\u4e03\u516b\u4e5d]{4})(?:\u5e74\u5ea6|\u5e74)?"
)


@dataclass(frozen=True, slots=True)
class TitleWords:
    """Words that say what kind of paper a title names, not what it is about.

    genres    endings, whole (目标责任书), cut repeatedly, the longest first; fillers: one of these is cut after them
    openings  words before the matter (关于); endings: words after the title (的通知)
    """

    genres: tuple[str, ...]
    openings: tuple[str, ...]
    endings: tuple[str, ...]
    fillers: tuple[str, ...]


@cache
def title_words(pack_id: str = GENERIC) -> TitleWords:
    """Return the words of a rule pack; raise KeyError if the pack or its words are missing."""
    values = pack(pack_id).values
    return TitleWords(
        genres=_longest_first(values["title_genres"]),
        openings=_longest_first(values["title_openings"]),
        endings=_longest_first(values["title_endings"]),
        fillers=_longest_first(values["title_fillers"]),
    )


def norm(text: str) -> str:
    """Return the letters of a text (Unicode category L after NFKC): digits, punctuation and white space vanish."""
    return "".join(char for char in unicodedata.normalize("NFKC", text) if unicodedata.category(char).startswith("L"))


def masked(text: str, names: frozenset[str]) -> str:
    """Return the letters of a text with one letter in place of each of the names, the longest names first.

    A letter and not a gap: what stood around a name must not close up into a new word or another name, a text that says only a
    name must not become empty, and that somebody is named remains visible.
    """
    letters = norm(text)
    starts = _by_start(names)
    named = {name for pair in bigrams(letters) & starts.keys() for name in starts[pair] if name in letters}
    for name in _longest_first(named):
        letters = letters.replace(name, UNIT)
    return letters


def bigrams(letters: str) -> frozenset[str]:
    """Return the pairs of neighbouring characters; a single character is its own pair."""
    if len(letters) == 1:
        return frozenset((letters,))
    return frozenset(letters[at : at + 2] for at in range(len(letters) - 1))


def alike(one: str, other: str, per_cent: int) -> bool:
    """Tell whether two normalised texts share at least `per_cent` of their bigrams (100·∩ ≥ per_cent·∪)."""
    mine, yours = bigrams(one), bigrams(other)
    return 100 * len(mine & yours) >= per_cent * len(mine | yours)


def title_core(title: str, names: frozenset[str] = frozenset(), words: TitleWords | None = None) -> str:
    """Return what a title is about: without years, leading places or units (`names`), the kind of paper and words that only fill.

    `words` are those of a rule pack; the generic pack's if none are given.
    """
    words = words or title_words()
    core = norm(_YEAR.sub("", "".join(unicodedata.normalize("NFKC", title).split())))
    core = _without_first(core, (*words.openings, *_heads(names)))
    core = _without_last(core, words.endings)
    core = _without_last(core, words.genres)
    for filler in words.fillers:
        if core.endswith(filler) and len(core) - len(filler) >= SHORT_CORE:
            return core.removesuffix(filler)
    return core


def same_matter(one: str, other: str) -> bool:
    """Tell whether two title cores name the same matter, as far as letters show it: 60 in 100, short ones only if equal."""
    if min(len(one), len(other)) < SHORT_CORE:
        return one == other
    return alike(one, other, SAME_TITLE)


def _without_first(core: str, heads: Sequence[str]) -> str:
    for head in heads:
        if head and core.startswith(head) and core != head:
            return _without_first(core.removeprefix(head), heads)
    return core


def _without_last(core: str, tails: Sequence[str]) -> str:
    for tail in tails:
        if core.endswith(tail) and core != tail:
            return _without_last(core.removesuffix(tail), tails)
    return core


@cache
def _heads(names: frozenset[str]) -> tuple[str, ...]:
    return _longest_first(map(norm, names))


@cache
def _by_start(names: frozenset[str]) -> dict[str, tuple[str, ...]]:
    starts: dict[str, list[str]] = {}
    for name in _heads(names):
        if len(name) >= SHORT_NAME:
            starts.setdefault(name[:2], []).append(name)
    return {start: tuple(found) for start, found in starts.items()}


def _longest_first(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(words), key=lambda word: (-len(word), word)))
