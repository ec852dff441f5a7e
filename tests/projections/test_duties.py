"""Whose duty it was, how it was handed down, and what a paper says against the version it is held against."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from ledger.events import (
    DutyDelegated,
    DutyTakenBack,
    ItemAmended,
    PledgeObjectionAnswered,
    PledgeReSignedDown,
    RecordCorrected,
    VetoDecided,
    VetoSuggested,
)
from ledger.streams import duty_stream, irregular_pledge_stream, stream, veto_stream
from ledger.terms import ClauseType, DutyListKind, ItemType, Level, VetoDecision
from ledger.timelines.pledge import Kind, Phase
from ledger.values import Change, Clause, Scope, Trigger
from projections.burden import Footing, Fulfilment
from projections.duties import CascadeNode, cascade, owner
from projections.paper_files import Answered, Difference, compared, objections, pledge_diff, pledge_file, veto_file
from projections.papers import DEEPEST
from tests.projections.heart_scene import (
    AREA,
    BUREAU,
    CITY,
    CITYGOV,
    COUNTY,
    D1,
    D2,
    FARMLAND,
    LOWER,
    MERGED,
    OTHER,
    OTHER_TOWN,
    PAPER,
    PATROL,
    SIBLING,
    TOWN,
    TOWN_AREA,
    UPPER,
    UPPER_ITEM,
    Memory,
    drafted,
    entry,
    farmland,
    kept,
    listed,
    merge_the_town,
    objected,
    observed,
    registry,
    signed,
    terms,
    whole,
)

DAY = date(2025, 7, 1)


@pytest.fixture
def say() -> Memory:
    told = Memory()
    registry(told)
    return told


# ── Owners ──


def test_the_nearest_list_above_a_place_says_whose_duty_it_is(say: Memory) -> None:
    at = entry(say, D1, BUREAU)
    found = owner(say.held(), D1, TOWN_AREA, DAY)
    assert found
    assert (found.place, found.entry_area, found.owner.name, found.list_kind) == (
        TOWN_AREA,
        AREA,
        "演示局",
        DutyListKind.DEPARTMENT,
    )
    assert (found.needs_power, found.power_holder, found.positions) == (True, found.owner, (at,))
    nearer = entry(say, D1, TOWN, TOWN_AREA, list_kind=DutyListKind.COOPERATING, effective_to=date(2025, 6, 30))
    before = owner(say.held(), D1, TOWN_AREA, date(2025, 6, 30))
    assert before
    assert (before.owner.unit, before.positions) == (TOWN, (nearer,))
    assert owner(say.held(), D1, TOWN_AREA, DAY) == replace(found, on=DAY)
    assert owner(say.held(), D1, TOWN_AREA, date(2023, 12, 31)) is None
    assert owner(say.held(), D1, CITY, DAY) is None


def test_a_delegation_moves_the_duty_for_its_days_and_two_moves_of_one_day_count_by_position(say: Memory) -> None:
    entry(say, D1, BUREAU)
    duty = duty_stream(D1, AREA)
    given = DutyDelegated(
        duty_code=D1, jurisdiction_code=AREA, from_unit=BUREAU, to_unit=TOWN, powers=("检查",), resources="两人",
        delegation_basis=(), effective_from=DAY, effective_to=date(2025, 8, 31),
    )  # fmt: skip
    first = say.tell(duty, given, DAY)
    found = owner(say.held(), D1, TOWN_AREA, date(2025, 8, 31))
    assert found
    assert (found.owner.unit, found.entry_owner.unit, found.delegated_powers) == (TOWN, BUREAU, True)
    second = say.tell(duty, DutyTakenBack(from_unit=TOWN, to_unit=COUNTY, effective_from=DAY), DAY)
    found = owner(say.held(), D1, TOWN_AREA, DAY)
    assert found
    assert (found.owner.unit, found.delegated_to, found.positions[1:]) == (COUNTY, None, (first, second))
    before = owner(say.held(second - 1), D1, TOWN_AREA, DAY)
    assert before
    assert before.owner.unit == TOWN


# ── Cascades ──


def test_a_cascade_is_a_tree_with_means_dates_and_balance(say: Memory) -> None:
    farmland(say)
    kept(say)
    tree = cascade(say.held(), D2, AREA, 2025, DAY)
    assert tree
    assert (tree.papers, tree.owner, len(tree.roots)) == (3, None, 1)
    (root,) = tree.roots
    assert (root.pledge, root.issuer.unit, root.linked, root.owner, root.empowered) == (
        UPPER,
        CITYGOV,
        False,
        None,
        None,
    )
    assert [node.pledge for node in root.below] == [LOWER, SIBLING]
    node = root.below[0]
    assert (node.linked, node.footing, node.signed_on) == (True, Footing.LISTED, date(2025, 1, 15))
    assert node.recorded_at.date() == date(2025, 1, 2)  # the draft came first
    assert node.owner
    assert (node.owner.owner.unit, node.empowered) == (TOWN, True)
    assert [(row.clause_id, row.kept) for row in node.resources] == [("c2", Fulfilment.DONE), ("c3", Fulfilment.DONE)]
    balance = node.balance
    assert (balance.issuer_duties, balance.supports, balance.signer_duties, balance.handed_down) == (1, 1, 1, 1)
    assert [(flow.clause_id, flow.taken_over, flow.passed_on) for flow in root.clauses] == [
        ("c1", False, True), ("c2", False, False), ("c3", False, False),
    ]  # fmt: skip
    assert [flow.taken_over for flow in node.clauses] == [True, False, False]


def test_a_cascade_is_of_its_place_and_its_year(say: Memory) -> None:
    farmland(say)
    held = say.held()

    def papers(place: str, year: int, on: date = DAY) -> set[object]:
        tree = cascade(held, D2, place, year, on)
        return {node.pledge for node in flat(tree.roots)} if tree else set()

    assert papers(TOWN_AREA, 2025) == {UPPER, LOWER}
    assert papers(OTHER_TOWN, 2025) == {UPPER, SIBLING}
    assert papers(CITY, 2025) == {UPPER, LOWER, SIBLING}
    assert papers("530998", 2025) == set()
    assert papers(TOWN_AREA, 2024) == papers(TOWN_AREA, 2026) == set()
    assert papers(TOWN_AREA, 2025, date(2025, 1, 14)) == {UPPER}
    assert cascade(held, "没有", TOWN_AREA, 2025, DAY) is None


def flat(nodes: Iterable[CascadeNode]) -> list[CascadeNode]:
    return [each for node in nodes for each in (node, *flat(node.below))]


def deepest(nodes: Iterable[CascadeNode]) -> int:
    return max((1 + deepest(node.below) for node in nodes), default=0)


def test_without_a_link_a_paper_stands_beneath_the_one_of_its_line_before_it_by_day_then_position(say: Memory) -> None:
    listed(say, UPPER_ITEM, terms("市", CITYGOV, Level.COUNTY))
    listed(say, FARMLAND, terms("县", COUNTY, Level.TOWNSHIP))
    for pledge, item, issuer, signer in ((UPPER, UPPER_ITEM, CITYGOV, COUNTY), (LOWER, FARMLAND, COUNTY, TOWN)):
        drafted(say, pledge, item, issuer, signer)
    signed(say, UPPER, DAY)
    signed(say, LOWER, DAY)
    tree = cascade(say.held(), D2, AREA, 2025, DAY)
    assert tree
    assert [(node.pledge, [below.pledge for below in node.below]) for node in tree.roots] == [(UPPER, [LOWER])]
    assert tree.roots[0].below[0].linked is False


def test_on_one_day_the_upper_paper_signed_after_the_lower_one_is_not_above_it(say: Memory) -> None:
    drafted(say, LOWER, FARMLAND, COUNTY, TOWN)
    drafted(say, UPPER, UPPER_ITEM, CITYGOV, COUNTY)
    signed(say, LOWER, DAY)
    signed(say, UPPER, DAY)
    tree = cascade(say.held(), D2, AREA, 2025, DAY)
    assert tree
    assert [node.pledge for node in tree.roots] == [LOWER, UPPER]


def test_papers_that_pass_each_other_on_in_a_circle_are_each_told_once(say: Memory) -> None:
    farmland(say)
    say.tell(UPPER, PledgeReSignedDown(parent=LOWER), DAY)
    tree = cascade(say.held(), D2, AREA, 2025, DAY)
    assert tree
    told = [node.pledge for node in flat(tree.roots)]
    assert sorted(map(str, told)) == sorted(map(str, {UPPER, LOWER, SIBLING}))


def test_a_long_line_of_papers_is_cut_and_nothing_is_lost(say: Memory) -> None:
    for number in range(30):
        sides = (COUNTY, TOWN) if number % 2 else (TOWN, COUNTY)
        observed(
            say,
            irregular_pledge_stream(f"{number:064x}"),
            DAY,
            issuer=sides[0],
            signer=sides[1],
            signed_on=DAY,
            document_digest=None,
        )
    tree = cascade(say.held(), D1, AREA, 2025, DAY)
    assert tree
    assert len(flat(tree.roots)) == tree.papers == 30
    assert deepest(tree.roots) <= DEEPEST


def test_the_successor_of_an_upper_signer_hands_its_paper_on(say: Memory) -> None:
    drafted(say, LOWER, FARMLAND, COUNTY, TOWN)
    signed(say, LOWER, date(2025, 1, 15))
    merge_the_town(say, DAY)
    village = observed(
        say, on=date(2025, 9, 1), issuer=MERGED, signer=OTHER, signed_on=date(2025, 9, 1), clauses=(PATROL,)
    )
    tree = cascade(say.held(), D2, AREA, 2025, date(2025, 9, 1))
    assert tree
    assert [node.position for node in tree.roots[0].below] == [village]


# ── One paper ──


def test_a_paper_is_told_as_of_a_day(say: Memory) -> None:
    farmland(say)
    held = say.held()
    assert pledge_file(held, LOWER, date(2025, 1, 1)) is None
    draft, begun, over = (
        pledge_file(held, LOWER, on) for on in (date(2025, 1, 14), date(2025, 1, 15), date(2026, 1, 1))
    )
    assert draft
    assert begun
    assert over
    assert (draft.phase, draft.in_force, draft.signed_on, draft.footing, draft.begins) == (
        Phase.DRAFTED,
        False,
        None,
        None,
        None,
    )
    assert (begun.phase, begun.in_force, begun.above, begun.footing) == (Phase.IN_FORCE, True, (UPPER,), Footing.LISTED)
    assert (over.phase, over.in_force, over.last_day) == (Phase.EXPIRED, False, date(2025, 12, 31))
    upper = pledge_file(held, UPPER, DAY)
    assert upper
    assert upper.below == (LOWER, SIBLING)
    assert [step.topic for step in begun.steps] == ["pledge.drafted", "pledge.signed", "pledge.re_signed_down"]


def test_a_paper_signed_before_it_was_seen_is_told_from_its_signing_on(say: Memory) -> None:
    observed(say)
    assert pledge_file(say.held(), PAPER, date(2025, 6, 19)) is None
    seen = pledge_file(say.held(), PAPER, date(2025, 6, 20))
    assert seen
    assert (seen.kind, seen.signed_on, seen.seen_on, seen.steps) == (
        Kind.IRREGULAR,
        date(2025, 6, 20),
        date(2025, 6, 23),
        (),
    )


def test_objections_are_told_with_their_deadline_and_their_answer(say: Memory) -> None:
    assert objections(say.held(), PAPER, DAY) is None
    observed(say)
    assert objections(say.held(), PAPER, DAY) == ()
    at = objected(say)
    answer = say.tell(
        PAPER,
        PledgeObjectionAnswered(objection_id="1", answered_on=date(2025, 7, 17), text="不采纳"),
        date(2025, 7, 17),
    )

    def only(on: date) -> tuple[Answered, int | None, str | None]:
        rows = objections(say.held(), PAPER, on)
        assert rows
        (row,) = rows
        assert (row.position, row.due, row.text) == (at, date(2025, 7, 16), "无执法权")
        return row.state, row.answered_at, row.answer

    assert only(date(2025, 7, 16)) == (Answered.OPEN, None, None)
    assert only(date(2025, 7, 17)) == (Answered.ANSWERED_LATE, answer, "不采纳")
    say.tell(PAPER, RecordCorrected(corrects=answer, why="误录", void=True), date(2025, 8, 1))
    assert only(date(2025, 7, 17)) == (Answered.OVERDUE, None, None)


def test_an_objection_answered_within_its_deadline_was_answered(say: Memory) -> None:
    observed(say)
    objected(say)
    say.tell(
        PAPER, PledgeObjectionAnswered(objection_id="1", answered_on=date(2025, 7, 16), text="采纳"), date(2025, 7, 16)
    )
    rows = objections(say.held(), PAPER, date(2025, 8, 1))
    assert rows
    assert rows[0].state is Answered.ANSWERED


# ── Against the approved version ──


def clause(number: str, text: str, kind: ClauseType = ClauseType.SIGNER_DUTY) -> Clause:
    return Clause(clause_id=number, type=kind, text=text)


def test_clauses_are_the_same_by_their_text_and_changed_by_their_id() -> None:
    approved = (clause("a", "甲"), clause("b", "乙"), clause("c", "丙"), clause("d", "丁"))
    paper = (clause("x", "甲 "), clause("b", "乙乙"), clause("n", "新"), clause("d", "丁", ClauseType.PENALTY))
    rows = compared(paper, approved)
    assert [(row.difference, row.clause_id, row.approved and row.approved.clause_id) for row in rows] == [
        (Difference.SAME, "x", "a"),
        (Difference.CHANGED, "b", "b"),
        (Difference.ADDED, "n", None),
        (Difference.CHANGED, "d", "d"),
        (Difference.MISSING, "c", "c"),
    ]


def test_each_approved_clause_is_met_once() -> None:
    twice = (clause("a", "甲"), clause("a2", "甲"))
    assert [row.difference for row in compared(twice, (clause("a", "甲"),))] == [Difference.SAME, Difference.ADDED]
    assert compared((), ()) == ()


def test_a_paper_is_held_against_the_version_in_force_on_its_own_day(say: Memory) -> None:
    farmland(say)
    scope = (Scope(level=Level.COUNTY, category="GOVERNMENT"),)
    wider = terms(
        "耕地",
        COUNTY,
        Level.COUNTY,
        clauses=(),
        end_year=2025,
        recipient_scope=scope,
    )
    say.tell(FARMLAND, ItemAmended(from_version=1, terms=wider, effective_from=date(2025, 1, 16)), date(2025, 1, 10))
    first = pledge_diff(say.held(), LOWER, DAY)
    assert first
    assert (first.version, first.listed, first.scope_widened, first.period_widened) == (1, True, False, False)
    assert {row.difference for row in first.clauses} == {Difference.SAME}
    later = irregular_pledge_stream("12" * 32)
    observed(say, later, item=FARMLAND, signed_on=date(2025, 1, 16), period_to=date(2026, 1, 1))
    diff = pledge_diff(say.held(), later, DAY)
    assert diff
    assert (diff.version, diff.scope_widened, diff.period_widened) == (2, True, True)
    assert [row.difference for row in diff.clauses] == [Difference.ADDED]


def test_a_paper_without_an_item_is_held_against_nothing(say: Memory) -> None:
    observed(say)
    diff = pledge_diff(say.held(), PAPER, DAY)
    assert diff
    assert (diff.version, diff.clauses, diff.scope_widened, diff.period_widened, diff.listed) == (
        None,
        (),
        None,
        None,
        False,
    )
    assert pledge_diff(say.held(), LOWER, DAY) is None


def test_a_corrected_period_is_seen_from_the_correction_on(say: Memory) -> None:
    farmland(say)
    told = next(each.position for each in say.told if each.stream == LOWER)
    changed = Change(path="/period_from", value='"2024-12-01"')
    at = say.tell(LOWER, RecordCorrected(corrects=told, why="误录", changed=(changed,)), DAY)
    diffs = [pledge_diff(held, LOWER, DAY) for held in (say.held(at - 1), say.held())]
    assert [diff.period_widened for diff in diffs if diff] == [False, True]


# ── One veto ──


def test_a_veto_is_told_with_its_trigger_and_its_days(say: Memory) -> None:
    item = stream("item", "否决")
    veto = veto_stream(item, TOWN, 2025)
    triggers = (Trigger(code="T1", text="发生重大事故"),)
    listed(say, item, terms("安全一票否决", COUNTY, Level.TOWNSHIP, item_type=ItemType.VETO, triggers=triggers))
    said: dict[str, Any] = {"item": item, "exercising_unit": COUNTY, "target_unit": TOWN, "assessment_year": 2025}
    say.tell(veto, VetoSuggested(**said, trigger_code="T1", suggested_by=BUREAU, facts="事实"), date(2025, 2, 1))
    made = VetoDecided(
        **said, item_version=1, decision=VetoDecision.VETO, trigger_code="T1", decided_on=date(2025, 2, 28),
        effect_from=date(2025, 3, 1), effect_to=date(2026, 2, 28),
    )  # fmt: skip
    say.tell(veto, made, date(2025, 2, 28))
    assert veto_file(say.held(), veto, date(2025, 1, 31)) is None
    asked, last = veto_file(say.held(), veto, date(2025, 2, 27)), veto_file(say.held(), veto, date(2026, 2, 28))
    assert asked
    assert last
    assert (asked.stage, asked.decision, asked.in_effect, asked.begins) == ("SUGGESTED", None, False, None)
    assert (last.stage, last.in_effect, last.trigger_text, last.footing) == (
        "DECIDED",
        True,
        "发生重大事故",
        Footing.LISTED,
    )
    over = veto_file(say.held(), veto, date(2026, 3, 1))
    assert over
    assert over.in_effect is False


def test_the_whole_scene_has_both_trees() -> None:
    told = Memory()
    whole(told)
    found = {code: cascade(told.held(), code, AREA, 2025, date(2025, 12, 31)) for code in (D1, D2)}
    assert [tree.papers for tree in found.values() if tree] == [1, 3]
    only = found[D1]
    assert only
    assert only.owner
    assert (only.roots[0].owner, only.roots[0].empowered) == (
        replace(only.owner, place=TOWN_AREA, on=date(2025, 6, 20)),
        False,
    )
