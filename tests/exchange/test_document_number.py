"""GB/T 9704-2012: one written form for a document number, and what had to be changed to reach it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.document_number import STANDARD, DocumentNumber, NotADocumentNumber, mentions, normalise

FULL_WIDTH = str.maketrans("0123456789()[]", "".join(chr(ord(c) + 0xFEE0) for c in "0123456789()[]"))


@pytest.mark.parametrize(
    "number",
    [
        "中办发〔2019〕16号",
        "厅字〔2016〕8号",
        "绵委办发〔2018〕25号",
        "晋编办字〔2023〕143号",
        "吕编办字〔2024〕3号",
        "鲁编办发〔2019〕4号",
        "国发明电〔2018〕3号",
    ],
)
def test_numbers_of_real_documents_stand_as_written(number: str) -> None:
    assert normalise(number) == DocumentNumber(number)
    assert STANDARD.fullmatch(number)


@pytest.mark.parametrize(
    ("written", "changes"),
    [
        ("闽委办发[2006]8号", {"brackets-replaced"}),
        ("闽委办发(2006)8号", {"brackets-replaced"}),
        ("闽委办发【2006】8号", {"brackets-replaced"}),
        ("闽委办发［2006］8号", {"brackets-replaced"}),
        ("闽委办发﹝2006﹞8号", {"brackets-replaced"}),
        ("闽委办发〔2006)8号", {"brackets-replaced"}),
        ("闽委办发〔2006〕08号", {"zeros-dropped"}),
        ("闽委办发〔2006〕第8号", {"ordinal-word-dropped"}),
        ("闽委办发〔2006〕第008号", {"ordinal-word-dropped", "zeros-dropped"}),
        ("闽委办发 〔2006〕 8 号", {"spaces-dropped"}),
        ("闽委办发(2006)8号".translate(FULL_WIDTH), {"full-width-digits", "brackets-replaced"}),
        ("  闽委办发〔2006〕8号\n", set()),
    ],
)
def test_an_old_or_hand_typed_form_is_normalised_and_every_change_is_named(written: str, changes: set[str]) -> None:
    number = normalise(written)
    assert number.text == "闽委办发〔2006〕8号"
    assert set(number.warnings) == changes


@pytest.mark.parametrize(
    "text",
    [
        "",
        "中办发",
        "〔2019〕16号",
        "中办发〔19〕16号",
        "中办发〔2119〕16号",
        "中办发〔2019〕号",
        "中办发〔2019〕0号",
        "中办发〔2019〕123456号",
        "中办发〔2019〕16",
        "中办发2019年16号",
        "国务院令第257号",
        "ABC〔2019〕16号",
        "中办发〔2019〕16号、厅字〔2016〕8号",
        "这是一个远远超过十六个汉字的发文机关代字呀〔2019〕16号",
        "中办发〔٢٠١٩〕16号",
    ],
)
def test_anything_else_is_refused_never_repaired(text: str) -> None:
    with pytest.raises(NotADocumentNumber):
        normalise(text)


def test_numbers_are_found_in_running_text_with_their_places() -> None:
    text = "《关于解决形式主义突出问题为基层减负的通知》(中办发〔2019〕16号)、厅字[2016]08号"
    found = list(mentions(text))
    assert [mention.number.text for mention in found] == ["中办发〔2019〕16号", "厅字〔2016〕8号"]
    assert [text[mention.start : mention.end] for mention in found] == ["中办发〔2019〕16号", "厅字[2016]08号"]
    assert set(found[1].number.warnings) == {"brackets-replaced", "zeros-dropped"}


issuers = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=16)


@given(
    issuers,
    st.integers(1900, 2099),
    st.integers(1, 99999),
    st.sampled_from(["〔〕", "[]", "()", "【】"]),
    st.booleans(),
)
def test_whatever_the_hand_typed_form_the_standard_one_comes_out_and_stays(
    issuer: str, year: int, serial: int, brackets: str, zero: bool
) -> None:
    written = f"{issuer}{brackets[0]}{year}{brackets[1]}{'0' if zero else ''}{serial}号"
    number = normalise(written)
    assert number.text == f"{issuer}〔{year}〕{serial}号"
    assert normalise(number.text) == DocumentNumber(number.text)
    assert (number.warnings == ()) == (written == number.text)


@given(st.text())
def test_any_text_is_a_number_or_is_refused(text: str) -> None:
    try:
        number = normalise(text)
    except NotADocumentNumber:
        return
    assert STANDARD.fullmatch(number.text)
