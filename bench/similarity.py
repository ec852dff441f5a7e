"""How many clauses a second are compared with all others, against only building their sets of bigrams.

The floor masks each distinct text once and builds one set for the same letters, as the comparison does: otherwise repeated texts
would make it dearer than what it is the floor of.
"""

import time
from collections.abc import Callable, Iterator
from functools import partial

from bench.measuring import Line, compared
from ledger.similarity import Clauses
from ledger.text import bigrams, masked
from tests.pure.clause_corpus import corpus

FLOOR = "bigram sets alone, each once"
CLAUSES = 5000
ALIKE = 80  # per cent of bigrams shared, as where copied targets are sought


def lines(seconds: float, rounds: int) -> Iterator[Line]:
    """Measure `Clauses`: taking the texts in and finding every two groups that are alike."""
    texts, names = corpus(CLAUSES)
    yield compared(
        f"{CLAUSES:,} clauses, all alike at {ALIKE} per cent",
        _rate(partial(_joined, texts, names), seconds),
        {FLOOR: _rate(partial(_sets, texts, names), seconds)},
        rounds,
        {},
    )


def _joined(texts: list[str], names: frozenset[str]) -> int:
    return sum(1 for _ in Clauses(texts, ALIKE, names).pairs_of_groups())


def _sets(texts: list[str], names: frozenset[str]) -> int:
    return len([bigrams(letters) for letters in {masked(text, names) for text in dict.fromkeys(texts)}])


def _rate(work: Callable[[], object], seconds: float) -> Callable[[], float]:
    def repeat() -> float:
        done, began = 0, time.perf_counter()
        while time.perf_counter() < began + seconds:
            work()
            done += CLAUSES
        return done / (time.perf_counter() - began)

    return repeat
