"""The packs say what is lawful where and when; the same command is answered differently under another pack."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from ledger import rules
from ledger.authority import MandateMissing, OwnSystemPledge
from ledger.commands import Command
from ledger.days import add_working_days
from ledger.events import ItemIdentified, ItemOpinionGiven, ItemSubmittedForReview, ItemVerified
from ledger.refusals import Refused
from ledger.rules import Pack
from ledger.terms import FoundBy, ItemType, Level, MeetingBody, OpinionStage, RunningPledges, Severity
from ledger.values import Authority, Basis, RunningPledgesTreatment, Scope
from tests.pure.item_scene import (
    COUNTY,
    DECIDED,
    IN_FORCE,
    ItemScene,
    consolidated,
    county,
    document_id,
    refuses,
    terms,
    unit_id,
)

PACKS = ("changsha-2014@1", "generic@1", "hubei-2015@1", "hunan-2019@1", "lincang-2024@1", "xinshao-2019@1")
ANSWERING = ("generic@1", "hunan-2019@1", "lincang-2024@1", "xinshao-2019@1")
ISSUE = {f"BR-{number:02}" for number in range(1, 31)} - {"BR-21", "BR-27"}  # the edge's; Hunan's alone


# ── as data ──


def test_the_packs_are_found() -> None:
    assert set(PACKS) == set(rules.available())


@pytest.mark.parametrize("pack_id", PACKS)
def test_every_pack_knows_every_rule_and_says_where_it_comes_from(pack_id: str) -> None:
    pack = rules.pack(pack_id)
    assert set(pack.rules) >= ISSUE
    assert pack.title
    for rule in pack.rules.values():
        assert rule.source
        assert rule.effective_from <= rule.effective_to
        if "推定" in rule.source and not _reported(rule.source):
            assert rule.text == "", f"{rule.code} of {pack_id} quotes what was only inferred"


@pytest.mark.parametrize("pack_id", PACKS)
def test_a_ground_that_is_not_public_has_no_words(pack_id: str) -> None:
    pack = rules.pack(pack_id)
    assert {ground.table for ground in pack.grounds.values()} == {"C", "R", "M"}
    for ground in pack.grounds.values():
        assert ground.code.startswith(ground.table)
        assert ground.sourced == bool(ground.text)
        assert ground.sourced != ground.source.startswith("待补")


def test_of_the_six_situations_of_lincang_two_are_known() -> None:
    situations = [ground for ground in rules.pack("lincang-2024@1").grounds.values() if ground.table == "C"]
    assert [ground.code for ground in situations] == [f"C{number}" for number in range(1, 7)]
    assert [ground.sourced for ground in situations] == [True, True, False, False, False, False]


def test_a_pack_inherits_what_it_does_not_say_itself() -> None:
    generic, hunan, xinshao = (rules.pack(f"{name}@1") for name in ("generic", "hunan-2019", "xinshao-2019"))
    assert xinshao.rules["BR-12"] == generic.rules["BR-12"]
    assert xinshao.rules["BR-27"].effective_from == hunan.rules["BR-27"].effective_from == date(2020, 1, 1)
    assert xinshao.values["consolidated_by_VETO"] == hunan.values["consolidated_by_VETO"]
    assert xinshao.rules["BR-04"].source != hunan.rules["BR-04"].source


@pytest.mark.parametrize("pack_id", PACKS)
def test_bodies_levels_and_offices_are_words_of_the_field(pack_id: str) -> None:
    pack = rules.pack(pack_id)
    for level in Level:
        assert set(pack.values.get(f"deciding_bodies_{level}", ())) <= set(MeetingBody)
    for name in ("mandated_levels", "mandating_levels", "report_levels"):
        assert set(pack.values[name]) <= set(Level)
    offices = {f"consolidated_by_{kind}" for kind in ItemType}
    assert {name for name in pack.values if name.startswith("consolidated_by_")} == offices


@pytest.mark.parametrize("pack_id", PACKS)
def test_days_off_are_weekdays_and_days_worked_weekends_of_the_years_announced(pack_id: str) -> None:
    pack = rules.Rules(COUNTY, rules.pack(pack_id), DECIDED)
    off, worked = pack.days("holidays"), pack.days("workdays")
    assert all(day.weekday() < 5 for day in off)
    assert all(day.weekday() > 4 for day in worked)
    years = set(pack.pack.values["holiday_years"])
    assert {day.year for day in off} == {day.year for day in worked} == years == {2023, 2024, 2025, 2026}


def test_working_days_skip_the_long_holidays_and_count_the_weekends_worked() -> None:
    pack = rules.Rules(COUNTY, rules.pack("lincang-2024@1"), DECIDED)

    def after(start: date, days: int) -> date:
        return add_working_days(start, days, pack.days("holidays"), pack.days("workdays"))

    assert after(date(2024, 9, 30), 1) == date(2024, 10, 8)
    assert after(date(2024, 10, 11), 1) == date(2024, 10, 12)
    assert after(date(2024, 3, 12), pack.number("objection_deadline_working_days")) == date(2024, 4, 2)


@pytest.mark.parametrize("pack_id", PACKS)
def test_what_is_said_of_tolerance_and_measures_is_of_the_field(pack_id: str) -> None:
    values = rules.pack(pack_id).values
    assert set(values["tolerance_excluded_severities"]) <= set(Severity)
    for name in ("tolerance_filing_bodies", "tolerance_ruling_bodies"):
        assert set(values[name]) <= set(MeetingBody)
    for situation in values["tolerance_situations"].values():
        assert situation["sourced"] == bool(situation["text"])
        assert situation["sourced"] != situation["source"].startswith("待补")
    assert values.get("mismatch_ground", "OTHER") in values["tolerance_situations"]
    assert {measure["form"] for measure in values["measures"].values()} == {1, 2, 3, 4}


@pytest.mark.parametrize("pack_id", PACKS)
def test_signing_from_level_to_level_is_commanded_for_farmland_alone_and_says_by_what(pack_id: str) -> None:
    values = rules.pack(pack_id).values
    for basis in values["cascade_basis"]:
        assert basis["field"] == "FARMLAND"
        assert basis["field"] in values["fields"]
        assert Level(basis["from_level"]).rank == Level(basis["to_level"]).rank + 1
        assert basis["source"]


def _reported(source: str) -> bool:
    return "JMR98DK20001A1UG" in source


# ── the same command, another pack, another answer ──


def under(pack_id: str) -> ItemScene:
    """Lay out one city and its county under one pack; nothing else differs."""
    scene = ItemScene("generic@1")
    scene.adopt(COUNTY, pack_id)
    scene.adopt("530900", pack_id, date(2019, 1, 2))
    return scene


def answers(ask: Callable[[ItemScene], Command]) -> dict[str, str]:
    """Return, pack by pack, what becomes of one command: `yes`, or the refusal with its rule and the pack it was read from."""
    return {pack_id: _answer(under(pack_id), ask) for pack_id in ANSWERING}


def _answer(scene: ItemScene, ask: Callable[[ItemScene], Command]) -> str:
    command = ask(scene)
    try:
        scene.when(command)
    except Refused as refused:
        return str(refused).partition("(")[0] + str(refused)[str(refused).rindex(" [") :]
    return "yes"


def test_lincang_has_municipal_items_reported_before_they_are_decided_on() -> None:
    assert answers(lambda scene: scene.retain(scene.proposed())) == {
        "generic@1": "yes",
        "hunan-2019@1": "yes",
        "lincang-2024@1": "not-reported-to-province [BR-04, lincang-2024@1]",
        "xinshao-2019@1": "yes",
    }


def test_a_county_decides_by_its_government_in_xinshao_not_in_lincang() -> None:
    def by_the_government(scene: ItemScene) -> Command:
        meeting = scene.meeting("县委", MeetingBody.GOVERNMENT)
        authority = Authority(document=document_id("市委文件"), meeting=meeting)
        return scene.retain(scene.proposed(county()), authority=authority)

    assert answers(by_the_government) == {
        "generic@1": "yes",
        "hunan-2019@1": "yes",
        "lincang-2024@1": "body-may-not-decide [BR-04, lincang-2024@1]",
        "xinshao-2019@1": "yes",
    }


def test_a_county_decides_by_its_whole_committee_in_lincang_not_in_xinshao() -> None:
    def by_the_committee(scene: ItemScene) -> Command:
        meeting = scene.meeting("县委", MeetingBody.PARTY_COMMITTEE)
        authority = Authority(document=document_id("市委文件"), meeting=meeting)
        return scene.retain(scene.proposed(county()), authority=authority)

    assert answers(by_the_committee) == {
        "generic@1": "yes",
        "hunan-2019@1": "yes",
        "lincang-2024@1": "yes",
        "xinshao-2019@1": "body-may-not-decide [BR-04, xinshao-2019@1]",
    }


def test_pledges_run_out_within_a_year_in_xinshao() -> None:
    two_years = RunningPledgesTreatment(treatment=RunningPledges.RUN_OUT, last_day=date(2026, 12, 31))
    assert answers(lambda scene: scene.cancel(scene.proposed(county()), running_pledges=two_years)) == {
        "generic@1": "yes",
        "hunan-2019@1": "yes",
        "lincang-2024@1": "yes",
        "xinshao-2019@1": "run-out-too-long [BR-14, xinshao-2019@1]",
    }
    scene = under("xinshao-2019@1")
    one_year = replace(two_years, last_day=date(2026, 1, 1))
    scene.when(scene.cancel(scene.proposed(county()), running_pledges=one_year))


OWN = Scope(level=Level.COUNTY, category="GOVERNMENT_DEPT", units=(unit_id("县级部门"),))


def test_own_system_pledges_are_kept_nowhere_in_hunan() -> None:
    assert answers(lambda scene: scene.retain(scene.reported(terms(recipient_scope=(OWN,))))) == {
        "generic@1": "yes",
        "hunan-2019@1": "own-system-pledge [BR-27, hunan-2019@1]",
        "lincang-2024@1": "yes",
        "xinshao-2019@1": "own-system-pledge [BR-27, xinshao-2019@1]",
    }


@pytest.mark.parametrize(("decided", "kept"), [(date(2019, 12, 31), True), (date(2020, 1, 1), False)])
def test_a_rule_holds_from_its_own_first_day(decided: date, *, kept: bool) -> None:
    scene = under("hunan-2019@1")
    item = proposed_in_2019(scene)
    meeting = scene.meeting("市委", on=decided)
    authority = Authority(document=document_id("市委文件"), meeting=meeting)
    ask = scene.retain(item, effective_on=decided, effective_from=IN_FORCE, authority=authority)
    if kept:
        scene.when(ask)
    else:
        refuses(scene, ask, OwnSystemPledge, "BR-27")


def proposed_in_2019(scene: ItemScene) -> UUID:
    item, on = unit_id("an item"), date(2019, 7, 1)
    found = ItemIdentified(
        terms=terms(recipient_scope=(OWN,)), found_by=FoundBy.IMPLEMENTER, reporting_unit=unit_id("市级部门")
    )
    proposal: ItemOpinionGiven = replace(consolidated(), given_on=on)
    for fact in (found, ItemVerified(verifier=unit_id("市委组织部")), ItemSubmittedForReview(), proposal):
        scene.fact(item, fact, on)
    assert proposal.stage is OpinionStage.ORG_DEPT_CONSOLIDATED
    return item


def test_without_an_adopted_pack_the_generic_one_is_asked() -> None:
    scene = under("lincang-2024@1")
    ruled = scene.world().rules("110000", DECIDED)
    assert ruled.pack.id == "generic@1"
    of_the_county = scene.world().rules("530921001", DECIDED)
    assert of_the_county.pack.id == "lincang-2024@1"


def test_there_is_a_list_in_lincang_from_2025_on_and_nowhere_else_a_day_is_known() -> None:
    days = {pack_id: rules.Rules("530900", rules.pack(pack_id), DECIDED).day("list_regime_from") for pack_id in PACKS}
    assert days == {pack_id: IN_FORCE if pack_id.startswith("lincang") else None for pack_id in PACKS}


def test_a_pack_with_other_levels_of_mandate_answers_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    generic = rules.pack("generic@1")
    own = (Basis(title="市级文件", document=document_id("市委文件")),)

    def ask(pack: Pack) -> None:
        monkeypatch.setattr(rules, "pack", lambda _: pack)
        scene = ItemScene("generic@1")
        scene.when(scene.retain(scene.proposed(terms(basis=own))))

    with pytest.raises(MandateMissing):
        ask(generic)
    ask(replace(generic, values={**generic.values, "mandating_levels": ["PREFECTURE"]}))
