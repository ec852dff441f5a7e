"""Clauses of a whole body are compared as if each were compared with each, only sooner."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from itertools import combinations, combinations_with_replacement, product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.similarity import Clauses, alike_pairs
from ledger.text import UNIT, alike, bigrams, masked, norm, title_core
from tests.pure.clause_corpus import corpus
from tests.pure.test_text import PAIRS, PLACES

REPOSITORY = Path(__file__).parents[2]
NAMES = frozenset(("云县", "云县农业农村局", "市农业农村局", "演示乡人民政府", "第 3 工作站"))
PIECES = ("安全", "生产", "全生", "责任书", "责", "云县", "云县农业农村局", "3", "，", "工作目标", "任")
TEXTS = st.one_of(
    st.lists(st.sampled_from(PIECES), max_size=12).map("".join), st.text(alphabet="责任书工", max_size=9), st.text()
)
GIB = 1 << 30


def each_with_each(texts: Sequence[str], per_cent: int, names: frozenset[str] = frozenset()) -> set[tuple[int, int]]:
    letters = [masked(text, names) for text in texts]
    return {(i, j) for i, j in combinations(range(len(texts)), 2) if alike(letters[i], letters[j], per_cent)}


def by_bitsets(texts: Sequence[str], least: int, names: frozenset[str]) -> dict[tuple[int, int], int]:
    """Return the share of each pair of at least so many per cent, rounded down: only equal letters go together, a set is an int."""
    places: dict[str, list[int]] = {}
    for place, text in enumerate(texts):
        places.setdefault(masked(text, names), []).append(place)
    bits: dict[str, int] = {}
    sets = [sum(bits.setdefault(pair, 1 << len(bits)) for pair in bigrams(letters)) for letters in places]
    held = list(zip(sets, places.values(), strict=True))
    found: dict[tuple[int, int], int] = {}
    for (one, mine), (other, yours) in combinations_with_replacement(held, 2):
        share = 100 * (one & other).bit_count() // (one | other).bit_count()
        if share >= least:
            found |= {(min(pair), max(pair)): share for pair in product(mine, yours) if pair[0] != pair[1]}
    return found


@given(st.lists(TEXTS, max_size=14), st.integers(1, 100), st.sampled_from((frozenset[str](), NAMES)))
def test_pairs_are_those_that_comparing_each_with_each_finds(
    texts: list[str], per_cent: int, names: frozenset[str]
) -> None:
    found = list(alike_pairs(texts, per_cent, names))
    assert len(found) == len(set(found))
    assert set(found) == each_with_each(texts, per_cent, names)


@given(st.lists(TEXTS, max_size=14), TEXTS, st.integers(1, 100), st.sampled_from((frozenset[str](), NAMES)))
def test_a_text_finds_every_text_like_it(texts: list[str], asked: str, per_cent: int, names: frozenset[str]) -> None:
    letters = masked(asked, names)
    wanted = [place for place, text in enumerate(texts) if alike(letters, masked(text, names), per_cent)]
    assert Clauses(texts, per_cent, names).like(asked) == wanted


@given(st.lists(TEXTS, max_size=14), st.integers(1, 100))
def test_groups_hold_every_text_once_and_are_told_apart_by_their_bigrams(texts: list[str], per_cent: int) -> None:
    clauses = Clauses(texts, per_cent)
    sets = [{bigrams(norm(texts[place])) for place in group} for group in clauses.groups]
    assert sorted(place for group in clauses.groups for place in group) == list(range(len(texts)))
    assert all(len(each) == 1 for each in sets)
    assert len(set().union(*sets)) == len(sets)
    assert all(one < other for one, other in clauses.pairs_of_groups())


def test_a_corpus_gives_the_pairs_of_each_with_each() -> None:
    texts, names = corpus(5000, seed=7)
    shares = by_bitsets(texts, 60, names)
    for per_cent in (60, 80, 95):
        clauses = Clauses(texts, per_cent, names)
        found = list(clauses.pairs())
        assert len(found) == len(set(found)) > 10_000
        assert set(found) == {pair for pair, share in shares.items() if share >= per_cent}
        for asked in range(20):
            near = {place for pair in found if asked in pair for place in pair} | {asked}
            assert clauses.like(texts[asked]) == sorted(near)


@pytest.mark.parametrize(("one", "other", "raw", "core", "same"), PAIRS)
def test_the_measured_pairs_are_alike_up_to_their_figures(
    one: str, other: str, raw: tuple[int, int], core: tuple[int, int], *, same: bool
) -> None:
    cores = [title_core(title, PLACES) for title in (one, other)]
    for texts, (shared, whole) in (([one, other], raw), (cores, core)):
        up_to = [per_cent for per_cent in range(1, 101) if list(alike_pairs(texts, per_cent)) == [(0, 1)]]
        assert up_to == [per_cent for per_cent in range(1, 101) if 100 * shared >= per_cent * whole]
    assert (Clauses([cores[0]], 60).like(cores[1]) == [0]) is same


def test_targets_of_different_figures_are_one_group() -> None:
    clauses = Clauses(["亡人事故控制在2起以内。", "亡人事故控制在 ３ 起以内", "亡人事故控制在2起以外"], 100)
    assert clauses.groups == ((0, 1), (2,))
    assert list(clauses.pairs()) == [(0, 1)]
    assert list(clauses.pairs_of_groups()) == []


def test_a_clause_copied_to_another_unit_is_the_same_clause() -> None:
    copied = ["由云县农业农村局负责沼气池检查", "由演示乡人民政府负责沼气池检查"]
    assert list(alike_pairs(copied, 80)) == []
    assert list(alike_pairs(copied, 100, NAMES)) == [(0, 1)]


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("由云县农业农村局牵头", f"由{UNIT}牵头"),  # the longest, not 云县 and a rest
        ("由云 县农业\n农村局牵头", f"由{UNIT}牵头"),
        ("第3工作站、第4工作站", UNIT * 2),  # figures vanish in names too
        ("云县", UNIT),
        ("农业农村局", "农业农村局"),
        ("云云县县", f"云{UNIT}县"),  # what stood around a name does not close up into another
        ("", ""),
    ],
)
def test_a_name_leaves_one_letter_behind(text: str, letters: str) -> None:
    assert masked(text, NAMES) == letters


def test_what_is_no_name_masks_nothing() -> None:
    assert masked("县级以上", frozenset(("县", "", "——", "12"))) == "县级以上"
    assert norm(UNIT) == UNIT


def test_an_empty_text_is_like_empty_texts_only_and_one_character_like_itself() -> None:
    texts = ["", "12。", "责", "责1", "任", "责任"]
    assert list(alike_pairs(texts, 1)) == [(0, 1), (2, 3)]
    clauses = Clauses(texts, 1)
    assert [clauses.like(text) for text in ("——", "责", "书", "责任书")] == [[0, 1], [2, 3], [], [5]]
    assert list(alike_pairs([], 80)) == []
    assert Clauses([], 80).like("") == Clauses([], 80).like("责任") == []


def test_many_copies_are_one_group_and_no_pair_of_groups() -> None:
    clauses = Clauses(["按时足额兑现"] * 100_000, 80)
    assert [len(group) for group in clauses.groups] == [100_000]
    assert list(clauses.pairs_of_groups()) == []


@pytest.mark.parametrize("per_cent", [0, -1, 101])
def test_a_share_is_one_to_a_hundred(per_cent: int) -> None:
    with pytest.raises(ValueError, match="not one of 1 to 100"):
        Clauses([], per_cent)


FINGERPRINT = """
import hashlib
from ledger.similarity import Clauses
from tests.pure.clause_corpus import corpus
texts, names = corpus(800, seed=3)
clauses = Clauses(texts, 70, names)
answer = clauses.groups, list(clauses.pairs_of_groups()), list(clauses.pairs()), [clauses.like(text) for text in texts[:50]]
print(hashlib.sha256(repr(answer).encode()).hexdigest())
"""


def test_the_answer_and_its_order_do_not_depend_on_the_seed_of_hashes() -> None:
    answers = {run(FINGERPRINT, PYTHONHASHSEED=seed) for seed in ("0", "1", "2")}
    assert len(answers) == 1
    assert len(answers.pop().strip()) == 2 * hashlib.sha256().digest_size


MEASURED = """
import json, resource, sys, time
from ledger.similarity import Clauses
from tests.pure.clause_corpus import corpus
texts, names = corpus(200_000)
began = time.perf_counter()
clauses = Clauses(texts, 80, names)
groups = sum(1 for _ in clauses.pairs_of_groups())
seconds = time.perf_counter() - began
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
print(json.dumps({"seconds": seconds, "peak": peak, "groups": len(clauses.groups), "pairs_of_groups": groups}))
"""


@pytest.mark.soak
def test_two_hundred_thousand_clauses_take_under_a_minute_and_two_gibibytes(capsys: pytest.CaptureFixture[str]) -> None:
    measured = json.loads(run(MEASURED))
    with capsys.disabled():
        print(f"\n200,000 clauses: {measured['seconds']:.1f} s, peak {measured['peak'] / GIB:.2f} GiB, {measured}")
    assert measured["pairs_of_groups"] > 10_000
    assert measured["seconds"] < 60
    assert measured["peak"] < 2 * GIB


def run(program: str, **environment: str) -> str:
    """Run a program in a Python of its own and return what it prints."""
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=REPOSITORY,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout
