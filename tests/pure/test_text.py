"""Titles are compared by what they are about: the measured pairs of the field, and laws that hold for any text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.text import VERSION, TitleWords, alike, bigrams, norm, same_matter, title_core, title_words

PLACES = frozenset(("临沧市", "云县", "市农业农村局"))

# The two titles; shared and all bigrams of the raw titles, then of their cores; alike by core?
PAIRS = [
    ("农村能源安全生产目标任务责任书", "农村能源安全生产承诺书", (7, 17), (7, 7), True),
    ("森林草原防灭火工作目标责任状", "2025年度森林草原防灭火责任书", (7, 17), (6, 6), True),
    ("河湖长制工作目标责任书", "临沧市2025年河长制湖长制任务分解表", (2, 21), (2, 5), False),
    ("农村能源安全生产目标任务责任书", "农村沼气设施安全管理告知书", (2, 24), (2, 12), False),
    ("道路交通安全目标责任书", "农村道路交通安全目标任务书", (7, 15), (5, 7), True),
    ("食品安全目标责任书", "药品安全目标责任书", (7, 9), (2, 4), False),
    ("安全生产目标管理责任书", "消防安全目标管理责任书", (7, 13), (1, 5), False),
    ("信访维稳工作责任书", "信访工作责任书", (5, 9), (1, 5), False),
    ("耕地保护目标责任书", "永久基本农田保护目标责任书", (6, 14), (1, 9), False),
    ("党风廉政建设目标责任书", "意识形态工作目标责任书", (4, 16), (0, 8), False),
]


def shared(one: str, other: str) -> tuple[int, int]:
    return len(bigrams(one) & bigrams(other)), len(bigrams(one) | bigrams(other))


@pytest.mark.parametrize(("one", "other", "raw", "core", "same"), PAIRS)
def test_the_measured_pairs_keep_their_figures(
    one: str, other: str, raw: tuple[int, int], core: tuple[int, int], *, same: bool
) -> None:
    cores = title_core(one, PLACES), title_core(other, PLACES)
    assert shared(norm(one), norm(other)) == raw
    assert shared(*cores) == core
    assert same_matter(*cores) is same


def test_raw_titles_are_upside_down() -> None:
    (demo, disguise, *_), (food, drugs, *_) = PAIRS[0], PAIRS[5]
    assert not alike(norm(demo), norm(disguise), 60)
    assert alike(norm(food), norm(drugs), 60)


@pytest.mark.parametrize(
    ("title", "core"),
    [
        ("关于印发《云县2025年食品安全目标责任书》的通知", "食品安全"),
        ("二〇二五年度食品安全责任书", "食品安全"),
        ("市农业农村局 2024—2026 年农药减量目标任务书", "农药减量"),
        ("２０２５年食品安全责任状", "食品安全"),
        ("耕地保护工作责任状责任书", "耕地保护"),
        ("信访工作责任书", "信访工作"),
        ("责任书", "责任书"),
    ],
)
def test_a_core_is_what_a_title_is_about(title: str, core: str) -> None:
    assert title_core(title, PLACES) == core


def test_a_core_below_four_characters_must_be_equal() -> None:
    assert same_matter("信访", "信访")
    assert not same_matter("信访件", "信访")
    assert alike("信访件", "信访件接", 60)
    assert not same_matter("信访件", "信访件接")
    assert same_matter("一二三四五", "一二三四")


def test_a_single_character_is_its_own_pair() -> None:
    assert bigrams("状") == {"状"}
    assert bigrams("") == frozenset()
    assert not alike("状", "书", 60)


def test_names_that_say_nothing_or_everything_are_left() -> None:
    assert title_core("云县", PLACES | {"", "——"}) == "云县"


def test_the_threshold_is_reached_exactly() -> None:
    assert alike("一二三四", "一二三四五六", 60)  # 3 of 5
    assert not alike("一二三四", "一二三四五六", 61)


def test_the_words_are_those_of_a_pack() -> None:
    words = TitleWords(genres=("状",), openings=(), endings=(), fillers=())
    assert title_core("防火军令状", words=words) == "防火军令"
    assert title_words("lincang-2024@1") == title_words()
    assert VERSION == "text/1"


def test_negation_is_nearly_invisible_so_similarity_only_finds_candidates() -> None:
    assert alike(norm("对辖区安全负总责"), norm("对辖区安全不负总责"), 60)


@given(st.text())
def test_norm_keeps_letters_only_and_is_settled(text: str) -> None:
    once = norm(text)
    assert all(letter.isalpha() for letter in once)
    assert norm(once) == once


@given(st.text(), st.text())
def test_likeness_is_mutual_and_everything_is_like_itself(one: str, other: str) -> None:
    assert same_matter(title_core(one), title_core(other)) is same_matter(title_core(other), title_core(one))
    assert same_matter(title_core(one), title_core(one))
