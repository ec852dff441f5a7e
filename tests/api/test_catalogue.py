"""What the product says stands once, in both languages, with the same blanks; and every code that can be said is there."""

import ast
import re
from importlib.resources import files
from pathlib import Path

import pytest

from api.catalogue import Words, blanks, catalogue, say, sayings
from api.problems import EDGE, codes
from api.settings import VARIABLES
from api.writes import WRITES
from ledger.refusals import Refused
from ledger.unavailable import ServerUnavailable

API = Path(str(files("api")))
SOURCES = sorted(API.glob("*.py"))


def test_both_languages_have_the_same_blanks() -> None:
    assert [code for code, words in catalogue().items() if blanks(words.zh) != blanks(words.en)] == []


def test_what_is_said_in_chinese_is_chinese() -> None:
    chinese = re.compile("[\u4e00-\u9fff]")
    plain = {code: re.sub(r"{[^}]*}", "", words.zh) for code, words in catalogue().items()}
    assert [code for code, words in plain.items() if words and not chinese.search(words)] == []


@pytest.mark.parametrize(
    ("table", "fault"),
    [
        ({"a": {"zh": "甲"}}, "a needs zh and en"),
        ({"a": {"zh": "甲", "en": ""}}, "a needs zh and en"),
        ({"a": {"zh": "甲", "en": "a", "fr": "a"}}, "a needs zh and en"),
        ({"part": {"a": {"en": "a"}}}, "part.a needs zh and en"),
        ({"a": "甲"}, "a is no saying"),
    ],
)
def test_a_saying_without_a_language_is_refused(table: dict[str, object], fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        list(sayings(table))


def test_sections_are_part_of_the_code() -> None:
    assert list(sayings({"one": {"two": {"zh": "甲", "en": "a"}}})) == [("one.two", Words("甲", "a"))]


def test_every_refusal_and_every_fault_has_its_sentence() -> None:
    assert sorted(set(codes()) - set(catalogue())) == []


def test_a_refusal_fills_the_blanks_of_its_sentence() -> None:
    wanting = {
        code: blanks(words) - set(Refused.CODES[code].__annotations__)
        for code in codes()
        if code not in EDGE
        for words in catalogue()[code]
    }
    assert {code: names for code, names in wanting.items() if names} == {}


def test_every_reason_for_having_no_server_has_its_sentence() -> None:
    assert [kind.code for kind in ServerUnavailable.__subclasses__() if kind.code not in catalogue()] == []


def test_every_status_has_a_title_and_a_remedy() -> None:
    said = {f"{what}.{status}" for status in codes().values() for what in ("status", "remedy")}
    assert said - set(catalogue()) == set()


def test_every_operation_and_every_setting_has_its_words() -> None:
    said = {f"operation.{write.operation}" for write in WRITES} | {f"tag.{write.tag}" for write in WRITES}
    said |= {f"setting.{variable.name}" for variable in VARIABLES}
    assert said - set(catalogue()) == set()


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_no_module_of_the_edge_holds_chinese_words_of_its_own(source: Path) -> None:
    tree = ast.parse(source.read_text("utf-8"))
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = {ast.get_docstring(node, clean=False) for node in ast.walk(tree) if isinstance(node, documented)}
    literals = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    assert [text for text in literals if text not in docstrings and re.search("[\u4e00-\u9fff]", text)] == []


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_every_saying_that_the_code_names_is_there(source: Path) -> None:
    tree = ast.parse(source.read_text("utf-8"))
    speaking = {
        "say",
        "warn",
        "fail",
        "words",
        "bilingual",
        "progress",
        "_line",
        "_both",
        "Problem",
        "CommandRefused",
        "SettingRefused",
    }
    named = {
        argument.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in speaking
        for argument in node.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    } - {"zh", "en"}
    assert named - set(catalogue()) == set()


def test_a_doubled_brace_is_one() -> None:
    assert say("fault.dataclass_type", "en") == "This has to be an object { … }."
