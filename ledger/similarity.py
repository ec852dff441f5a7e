"""Which clauses of a whole body of papers are alike, so that copied targets and re-cut items can be shown to a human.

Pure; the measure is that of `ledger.text`: letters, unit names masked, bigrams shared of all bigrams, in whole numbers.
Keeps: exactly the pairs that comparing each with each would find, in the same order on every machine. Only what cannot be alike
is passed over: two sets this alike share one of their rarest bigrams (prefix filter), are about equally large (length filter)
and differ in few bits of a fingerprint. Texts of equal bigrams are one group and are compared once.
"""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, reduce
from itertools import chain, combinations, count, product
from operator import or_
from typing import Final

from ledger.text import bigrams, masked

WIDTH: Final = 256  # bits of a fingerprint: several times the bigrams of a clause, so that few fall together
BITS: Final = tuple(1 << bit for bit in range(WIDTH))

Tokens = tuple[int, ...]  # a set of bigrams, each by its rank: the rarest is 0


class Clauses:
    """Texts that can be asked which of them are alike; texts are named by their place, groups by theirs in `groups`."""

    def __init__(self, texts: Iterable[str], per_cent: int, names: frozenset[str] = frozenset()) -> None:
        """Take the texts in; `per_cent` (1 to 100) of their bigrams are to be shared, `names` are those of the units to mask.

        Raises ValueError for another `per_cent`: at 0 everything would be alike.
        """
        if not 1 <= per_cent <= 100:
            raise ValueError(f"per_cent is {per_cent}, not one of 1 to 100")
        self._per_cent = per_cent
        self._names = names
        self._ranks, places = _ranked(_by_letters(texts, names))
        # Smaller sets first: who is large enough to be like another then follows from the number of its group.
        self._sets = sorted(places, key=lambda tokens: (len(tokens), tokens))
        self._sizes = [len(tokens) for tokens in self._sets]
        self._prints = [_fingerprint(tokens) for tokens in self._sets]
        self.groups = tuple(tuple(sorted(places[tokens])) for tokens in self._sets)

    def like(self, text: str) -> list[int]:
        """Return the places of all texts that are like this one."""
        asked = bigrams(masked(text, self._names))
        if not asked:
            return sorted(chain.from_iterable(self.groups[: bisect_right(self._sizes, 0)]))
        size = len(asked)
        known = tuple(sorted(self._ranks[pair] for pair in asked if pair in self._ranks))
        # Bigrams that occur in no text are the rarest of all: they fill the prefix first, and lead nowhere.
        prefix = known[: max(0, self._prefix(size) - (size - len(known)))]
        first = bisect_left(self._sizes, _quotient(self._per_cent * size, 100))
        last = bisect_right(self._sizes, 100 * size // self._per_cent)
        found = set().union(*(self._holders[token] for token in prefix))
        near = self._near(known, size, (group for group in found if first <= group < last))
        return sorted(chain.from_iterable(self.groups[group] for group in near))

    def pairs_of_groups(self) -> Iterator[tuple[int, int]]:
        """Yield every two groups that are alike, the smaller number first; texts within a group are alike anyway."""
        holders: list[list[int]] = [[] for _ in self._ranks]
        first = 0
        for group, tokens in enumerate(self._sets):
            size = len(tokens)
            first = bisect_left(self._sizes, _quotient(self._per_cent * size, 100), first)
            wanted = [holders[token] for token in tokens[: self._prefix(size)]]
            for held in wanted:
                del held[: bisect_left(held, first)]  # too small for this one and for all that follow
            for other in self._near(tokens, size, set().union(*wanted)):
                yield other, group
            for token in tokens[: self._prefix_among_larger(size)]:
                holders[token].append(group)

    def pairs(self) -> Iterator[tuple[int, int]]:
        """Yield the places of every two texts that are alike, the earlier place first: as many as there are, so best read as groups."""
        for group in self.groups:
            yield from combinations(group, 2)
        for one, other in self.pairs_of_groups():
            for mine, yours in product(self.groups[one], self.groups[other]):
                yield (mine, yours) if mine < yours else (yours, mine)

    def _near(self, tokens: Tokens, size: int, candidates: Iterable[int]) -> list[int]:
        """Return, in order, the candidates that are like a set of `size` bigrams, of which `tokens` are known here."""
        share, sizes, prints, sets = self._per_cent, self._sizes, self._prints, self._sets
        mine, my_print, whole = set(tokens), _fingerprint(tokens), 100 + share
        # Each bit that differs is a bigram that one has alone; of n in both together at most n·(100−p)/(100+p) may be.
        close = [
            group
            for group in candidates
            if whole * (my_print ^ prints[group]).bit_count() <= (100 - share) * (size + sizes[group])
        ]
        # 100·∩ ≥ p·∪, with ∪ = size + size − ∩
        return sorted(
            group for group in close if whole * len(mine.intersection(sets[group])) >= share * (size + sizes[group])
        )

    @cached_property
    def _holders(self) -> list[list[int]]:
        holders: list[list[int]] = [[] for _ in self._ranks]
        for group, tokens in enumerate(self._sets):
            for token in tokens[: self._prefix(len(tokens))]:
                holders[token].append(group)
        return holders

    def _prefix(self, size: int) -> int:
        """How many of its rarest bigrams a set must show: whatever lacks them all shares too few of the rest."""
        return size - _quotient(self._per_cent * size, 100) + 1

    def _prefix_among_larger(self, size: int) -> int:
        """The same where the other set is at least as large: then more must be shared, and fewer need be shown."""
        return size - _quotient(2 * self._per_cent * size, 100 + self._per_cent) + 1


def alike_pairs(texts: Sequence[str], per_cent: int, names: frozenset[str] = frozenset()) -> Iterator[tuple[int, int]]:
    """Yield the places (i, j), i < j, of every two texts that share `per_cent` of their bigrams, with the `names` masked."""
    return Clauses(texts, per_cent, names).pairs()


def _by_letters(texts: Iterable[str], names: frozenset[str]) -> dict[str, list[int]]:
    by_text: dict[str, list[int]] = {}
    for place, text in enumerate(texts):
        by_text.setdefault(text, []).append(place)
    by_letters: dict[str, list[int]] = {}
    for text, places in by_text.items():
        by_letters.setdefault(masked(text, names), []).extend(places)
    return by_letters


def _ranked(by_letters: dict[str, list[int]]) -> tuple[dict[str, int], dict[Tokens, list[int]]]:
    """Number the bigrams, the rarest first, and return the numbers and the places of each set of them."""
    numbers: defaultdict[str, int] = defaultdict(
        count().__next__
    )  # as met, which differs from run to run: never let out
    met = [tuple(map(numbers.__getitem__, bigrams(letters))) for letters in by_letters]
    often = Counter(chain.from_iterable(met))
    ranks = {pair: rank for rank, pair in enumerate(sorted(numbers, key=lambda pair: (often[numbers[pair]], pair)))}
    ranked = [ranks[pair] for pair in numbers]
    places: dict[Tokens, list[int]] = {}
    for tokens, found in zip(met, by_letters.values(), strict=True):
        places.setdefault(tuple(sorted(map(ranked.__getitem__, tokens))), []).extend(found)
    return ranks, places


def _fingerprint(tokens: Tokens) -> int:
    return reduce(or_, (BITS[token % WIDTH] for token in tokens), 0)


def _quotient(dividend: int, divisor: int) -> int:
    return -(-dividend // divisor)  # rounded up
