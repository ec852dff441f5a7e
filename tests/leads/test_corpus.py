"""The rules find all that was planted and nothing else; a lead is the same lead whatever comes later and on whatever machine."""

import ast
import os
import random
import secrets
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from api.catalogue import blanks, catalogue
from projections.holdings import Holdings
from projections.leads import conduct, means, off_list, patterns
from projections.leads.detecting import detect
from projections.leads.scene import RULES, Severity
from tests.leads import corpus
from tests.leads.corpus import SEED, Outcome, outcomes, scores
from tests.leads.own_pack import packs
from tests.leads.planted import ASKED_ON, PATTERNS, PLANTED, cases

HERE = Path(__file__).parents[2]
DOCUMENT = HERE / "docs" / "leads.md"
MODULES = (conduct, means, off_list, patterns)


@pytest.fixture(scope="module")
def run() -> list[Outcome]:
    return outcomes(SEED)


def check(run: list[Outcome], seed: int) -> None:
    amiss = {each.case.name: each.amiss for each in run if each.amiss}
    assert amiss == {}, f"seed {seed}: {amiss}"
    short = [score for score in scores(run) if score.found < score.planted or score.false]
    assert short == [], f"seed {seed}: {short}"


def test_everything_planted_is_found_and_nothing_else(run: list[Outcome]) -> None:
    check(run, SEED)


@pytest.mark.parametrize("turn", [1, 2])
def test_so_it_is_on_worlds_that_nobody_has_seen(turn: int) -> None:  # noqa: ARG001 - two fresh seeds a run
    seed = secrets.randbelow(1 << 32)
    check(outcomes(seed), seed)


def test_every_rule_has_its_worlds_and_its_look_alikes() -> None:
    assert set(PATTERNS) == set(RULES) == {f"DR-{number:02d}" for number in range(1, 33)}
    worlds = Counter(case.rule for case in cases() if case.planted)
    assert PLANTED >= 3
    assert min(worlds.values()) >= 3
    assert [rule for rule, made in PATTERNS.items() if len(made.twins) < 2] == []
    assert set(corpus.judgements()) == set(RULES)


def test_a_planted_world_raises_its_own_rule() -> None:
    assert [case.name for case in cases() if case.planted and not case.raises.get(case.rule)] == []


def test_every_reason_is_planted(run: list[Outcome]) -> None:
    planted = {(case.rule, case.variant.split("/")[0]) for case in cases() if case.planted}
    said = {tuple(code.split(".")[1:]) for code in catalogue() if code.startswith("lead.DR-")}
    assert planted == {(rule, reason) for rule, reason in said if reason != "name"}
    assert {(lead.rule, lead.reason) for each in run for lead in each.found.leads} == planted


def test_every_reason_in_the_rules_has_its_sentence() -> None:
    words = {value for module in MODULES for value in constants(Path(str(module.__file__)))}
    reasons = {code.split(".")[2] for code in catalogue() if code.startswith("lead.DR-")} - {"name"}
    exemptions = {code.split(".")[2] for code in catalogue() if code.startswith("lead.spared.")}
    marks = {"UPPER_TO_LOWER", "SEAL_REQUIRED", "NUMERIC_TARGET", "PENALTY_LINKED", "DUTY_OF_AN_ENDED_ITEM"}
    acts = {"VETO", "ASSESSMENT", "CASE"}  # each makes a reason RETALIATION_…
    assert words - marks - acts - {"RETALIATION_"} == (reasons | exemptions) - {f"RETALIATION_{act}" for act in acts}
    assert {f"lead.severity.{each}" for each in Severity} <= set(catalogue())


def constants(source: Path) -> set[str]:
    """Give the codes in capitals that stand in a module."""
    tree = ast.parse(source.read_text("utf-8"))
    found = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return {each for each in found if each.replace("_", "").isalpha() and each.isupper() and each != "T"}


def test_every_sentence_can_be_filled(run: list[Outcome]) -> None:
    words = catalogue()
    given = {(lead.rule, lead.reason): {name for name, _ in lead.said} for each in run for lead in each.found.leads}
    wanting = {
        which: blanks(words["lead.{}.{}".format(*which)].zh) - names
        for which, names in given.items()
        if blanks(words["lead.{}.{}".format(*which)].zh) - names
    }
    assert wanting == {}


def test_every_exemption_shows(run: list[Outcome]) -> None:
    named = {spared.exemption for each in run for spared in each.found.spared}
    assert named == {code.split(".")[2] for code in catalogue() if code.startswith("lead.spared.")}


def test_a_lead_is_shown_with_its_evidence(run: list[Outcome]) -> None:
    leads = [lead for each in run for lead in each.found.leads]
    assert [lead for lead in leads if not lead.positions or lead.since > ASKED_ON] == []
    assert {lead.rule for lead in leads if lead.restricted} == {"DR-30"}
    assert {lead.rule for lead in leads if lead.absorbed_by} >= {"DR-07", "DR-14"}


def test_the_order_in_which_facts_are_handed_over_changes_nothing() -> None:
    with packs():
        for case in cases()[::5]:
            facts = case.world(SEED).facts()
            shuffled = random.Random(case.name).sample(facts, len(facts))  # noqa: S311 - an order, no secret
            assert detect(Holdings(shuffled), ASKED_ON) == detect(Holdings(facts), ASKED_ON), case.name


def test_later_evidence_gives_the_same_leads() -> None:
    with packs():
        planted = [case for case in cases() if case.planted and case.number == 0]
        for case in planted:
            world = case.world(SEED)
            before = detect(Holdings(world.facts()), ASKED_ON).leads
            for _ in range(2):
                beside = world.lawful(recorded=ASKED_ON)
                world.claim(
                    replace(beside, signer=world.other), world.incident(beside.duty, ASKED_ON, beside.signer), ASKED_ON
                )
            after = {lead.id: lead for lead in detect(Holdings(world.facts()), ASKED_ON).leads}
            assert [lead for lead in before if lead.id not in after] == [], case.name
            assert [lead for lead in before if after[lead.id].since != lead.since] == [], case.name


def test_what_is_learnt_later_is_not_seen_before() -> None:
    with packs():
        for case in [case for case in cases() if case.planted][::6]:
            held = Holdings(case.world(SEED).facts())
            first = {lead.id: min(lead.positions) for lead in detect(held, ASKED_ON).leads}
            for lead, position in first.items():
                assert lead not in {each.id for each in detect(held.at(position - 1), ASKED_ON).leads}, case.name


@pytest.mark.parametrize("hashing", ["1", "77"])
def test_another_process_finds_the_same(run: list[Outcome], hashing: str) -> None:
    asked = (
        "from tests.leads.corpus import outcomes, SEED\n"
        "for each in outcomes(SEED):\n"
        "    for lead in each.found.leads: print(each.case.name, lead.id, lead.since, lead.positions, lead.absorbed_by)"
    )
    environ = {**os.environ, "PYTHONHASHSEED": hashing}
    told = subprocess.run(
        [sys.executable, "-c", asked], env=environ, cwd=HERE, capture_output=True, text=True, check=True
    )
    here = [
        f"{each.case.name} {lead.id} {lead.since} {lead.positions} {lead.absorbed_by}"
        for each in run
        for lead in each.found.leads
    ]
    assert told.stdout.splitlines() == here


def test_the_document_is_what_is_measured() -> None:
    assert DOCUMENT.read_text("utf-8") == corpus.markdown()
