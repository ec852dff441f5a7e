"""What the exchange of files says: every code in both languages, filled from the same fields, and none that nobody says."""

import ast
import string
from pathlib import Path

import pytest

from api.exchange import reading
from api.exchange.messages import LANGUAGES, labels
from api.exchange.refused import WorkbookRefused
from api.exchange.rows import Channel
from api.exchange.words import codes, columns, offered, table
from ledger.terms import ClauseType, Disposition, FoundBy, ItemType, Level

HERE = Path(reading.__file__).parent


def fields_of(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


def literals() -> set[str]:
    """Every text that stands in the sources, with the placeholders of f-strings left out."""
    trees = [ast.parse(path.read_text("utf-8")) for path in HERE.glob("*.py")]
    return {
        node.value
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


@pytest.mark.parametrize("section", sorted(labels()))
def test_every_label_stands_in_both_languages_with_the_same_fields(section: str) -> None:
    for code, said in labels()[section].items():
        assert set(said) == set(LANGUAGES), code
        assert all(text.strip() for text in said.values()), code
        assert fields_of(said["zh"]) == fields_of(said["en"]), code
        assert said["zh"] != said["en"], code


def test_every_refusal_of_a_file_has_its_words_and_no_words_are_left_over() -> None:
    assert set(WorkbookRefused.by_code) == set(labels()["refused"])
    assert all(reason.code == code for code, reason in WorkbookRefused.by_code.items())


@pytest.mark.parametrize("section", ["problem", "warning", "skipped", "template"])
def test_no_words_are_left_over(section: str) -> None:
    built = {"triggers-missing", "clauses-missing"}  # from the column's name
    assert set(labels()[section]) <= literals() | built


def test_every_column_has_a_name_a_note_and_words_that_lead_to_it() -> None:
    used = set(table("headers")["zero_report"]["columns"])
    for channel in table("headers")["channels"].values():
        used |= {*channel["columns"], *channel["required"], *channel["telling"]}
    assert used | {"years"} == set(labels()["column"]) == set(labels()["note"]) == set(table("headers")["synonyms"])
    for column, label in labels()["column"].items():
        assert columns()[label["zh"]] == column


def test_the_codes_are_the_ledgers_own() -> None:
    for section, known in (("item_type", ItemType), ("disposition", Disposition), ("clause_type", ClauseType)):
        assert set(offered(section)) == set(known)
    assert set(offered("level")) <= set(Level)
    assert set(table("words")["scope"]["levels"]) <= set(Level)
    assert {channel.value for channel in Channel} == {found.value for found in FoundBy}


def test_no_word_means_two_things() -> None:
    for section in ("item_type", "level", "disposition", "protected", "clause_type", "field"):
        words = table("words")[section]
        assert len(codes(section)) == len({word for said in words.values() for word in map(str, said)}), section
        assert all(codes(section)[words[code][0]] == code for code in offered(section))
    written = [word for said in table("headers")["synonyms"].values() for word in said]
    assert len(written) == len(set(written))
