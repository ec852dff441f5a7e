"""Every stored name has its words in both languages, and no words stand for a name that is not stored."""

from api.catalogue import catalogue
from ledger.events import FACTS


def test_every_fact_is_named_in_chinese_and_english_and_nothing_else_is() -> None:
    assert {code.removeprefix("topic.") for code in catalogue() if code.startswith("topic.")} == set(FACTS)
