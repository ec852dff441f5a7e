"""Every rule is shown to refuse and to permit, and shown by machine to be what decides.

A case whose refusal survives the rule's being switched off, or whose permission survives its refusing everything, proves nothing.
"""

from collections.abc import Callable

import pytest

from ledger import rules
from ledger.refusals import Refused
from ledger.rules import Rules
from tests.pure import rule_cases_campaign, rule_cases_case, rule_cases_claim, rule_cases_item, rule_cases_pledge
from tests.pure.rule_case import RuleCase

ROOMS = (
    rule_cases_item.CASES,
    rule_cases_campaign.CASES,
    rule_cases_case.CASES,
    rule_cases_claim.CASES,
    rule_cases_pledge.CASES,
)
CASES: dict[str, RuleCase] = {code: case for room in ROOMS for code, case in room.items()}
# BR-21 is the edge's: what is marked secret is turned away where it comes in, reaches no decider, and no pack can allow it.
AT_THE_EDGE = {"BR-21"}
OWED = {f"BR-{number:02}" for number in range(1, 31)} - AT_THE_EDGE
Demand = Callable[[Rules, str, bool, Refused], None]


def refused_under(scene: Callable[[], object]) -> str | None:
    """Play a scene and return the rule by which it was refused, None if it passed."""
    try:
        scene()
    except Refused as refusal:
        return refusal.rule.code if refusal.rule else "no rule"
    return None


def forced(code: str, *, holds: bool) -> Demand:
    """Return a demand that takes one rule as kept, or broken, whatever its predicate says."""
    demand = Rules.demand

    def forcing(self: Rules, asked: str, held: bool, refusal: Refused) -> None:
        demand(self, asked, holds if asked == code else held, refusal)

    return forcing


def test_every_rule_has_its_case_and_every_case_one_place() -> None:
    known = {code for pack in rules.available() for code in rules.pack(pack).rules}
    assert not OWED - CASES.keys(), "no case shows these rules"
    assert not known - CASES.keys(), "no case shows these rules of a pack"
    assert not CASES.keys() - known, "no pack has these rules"
    assert len(CASES) == sum(map(len, ROOMS)), "a rule has two cases"


@pytest.mark.parametrize("code", sorted(CASES))
def test_the_rule_refuses(code: str) -> None:
    assert refused_under(CASES[code].refusal) == code


@pytest.mark.parametrize("code", sorted(CASES))
def test_the_rule_permits(code: str) -> None:
    assert refused_under(CASES[code].permission) is None


@pytest.mark.parametrize("code", sorted(CASES))
def test_the_refusal_is_the_rules_own(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Rules, "demand", forced(code, holds=True))
    assert refused_under(CASES[code].refusal) != code


@pytest.mark.parametrize("code", sorted(CASES))
def test_the_permission_asked_the_rule(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Rules, "demand", forced(code, holds=False))
    assert refused_under(CASES[code].permission) == code


@pytest.mark.parametrize("code", sorted(CASES))
def test_a_refusal_cites_pack_and_source(code: str) -> None:
    with pytest.raises(Refused) as caught:
        CASES[code].refusal()
    rule = caught.value.rule
    assert rule
    assert rule.pack in rules.available()
    assert rule.source
