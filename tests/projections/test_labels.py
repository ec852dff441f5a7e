"""Whatever a view answers in a word of its own, the product can say in both languages."""

from dataclasses import fields

from api.catalogue import catalogue
from projections.accountability import MatterKind
from projections.burden import Footing, Fulfilment
from projections.campaign_rows import Result, ReturnStatus
from projections.campaigns import Group, Totals, _checks
from projections.items import Decided
from projections.paper_files import Answered, Difference
from projections.unit_history import UNIT_HISTORY


def said(section: str) -> set[str]:
    return {code.removeprefix(f"{section}.") for code in catalogue() if code.startswith(f"{section}.")}


def test_every_role_of_a_history_has_its_words_and_no_other_has() -> None:
    assert said("role") == {role for named in UNIT_HISTORY._roles.values() for role in named}


def test_every_word_of_a_row_has_its_words() -> None:
    for section, words in (
        ("comparison", Result),
        ("return_status", ReturnStatus),
        ("decided", Decided),
        ("footing", Footing),
        ("fulfilment", Fulfilment),
        ("answered", Answered),
        ("difference", Difference),
        ("matter", MatterKind),
    ):
        assert said(section) == {str(word) for word in words}


def test_every_equation_and_every_figure_has_its_words() -> None:
    numbers = {field.name: 0 for field in fields(Group) if field.name not in ("level", "item_type")}
    group = Group(level="COUNTY", item_type="VETO", **numbers)
    totals = Totals(**{field.name: 0 for field in fields(Totals)})
    assert said("equation") == {check.equation for check in _checks((group,), totals)}
    assert said("figure") == set(numbers)
