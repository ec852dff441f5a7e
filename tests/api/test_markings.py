"""BR-21: a text that carries a secrecy marking is turned away at the edge; the words in an ordinary sentence are not."""

import json

import pytest

from api.bodies import Body
from api.markings import marked
from api.problems import Problem
from ledger.commands import RenameUnit

UNIT = "6d696e67-7a65-5000-8000-6c6564676572"


@pytest.mark.parametrize(
    "text", ["机密", "绝密★1年", "秘密 ★ 长期", "密级：机密", "关于某事\n秘密★6个月\n正文", "ｍ\n机 密"]
)
def test_a_marking_on_a_line_of_its_own_is_found_wherever_it_stands(text: str) -> None:
    assert list(marked({"terms": [{"title": "甲"}, {"title": text}]})) == [("terms", 1, "title")]


@pytest.mark.parametrize(
    "text", ["", "商业秘密保护责任书", "保守国家秘密工作目标责任书", "机密文件保管制度", "绝密★"[:1]]
)
def test_the_words_in_a_sentence_are_no_marking(text: str) -> None:
    assert list(marked(text)) == []


def test_a_marked_body_is_refused_with_its_place_and_not_repeated() -> None:
    body = Body.of(RenameUnit, {"unit"})
    sent = json.dumps({"effective_on": "2025-01-01", "name": "某单位\n机密★1年"}).encode()
    with pytest.raises(Problem) as caught:
        body.read(sent, "zh", {"unit": UNIT})
    assert caught.value.code == "text-classified"
    assert [error.pointer for error in caught.value.errors] == ["/name"]
    assert "某单位" not in str(vars(caught.value))
    allowed = json.dumps({"effective_on": "2025-01-01", "name": "商业秘密保护办公室"}).encode()
    assert body.read(allowed, "zh", {"unit": UNIT}).name == "商业秘密保护办公室"
