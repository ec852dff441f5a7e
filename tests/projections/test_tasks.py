"""What waits for a unit, the window for an appeal, and the duties of a place: days decide, and what is done does not wait."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from ledger.events import (
    AppealDecided,
    AppealLodged,
    DutyTakenBack,
    InspectionPlanned,
    PledgeObjectionAnswered,
    RectificationOrdered,
    RectificationVerified,
)
from ledger.streams import duty_stream, inspection_stream
from ledger.terms import DutyListKind, InspectionKind, ReviewResult
from projections.appeal_windows import AppealWindow, Window, appeal_window
from projections.campaigns import CampaignRow, ReturnRow
from projections.duty_search import search
from projections.tasks import Task, TaskKind, tasks
from tests.projections.heart_scene import (
    AREA,
    BUREAU,
    CASE,
    COUNTY,
    D1,
    D2,
    INSPECTOR,
    LOWER,
    OTHER,
    PAPER,
    TOWN,
    TOWN_AREA,
    Memory,
    entry,
    farmland,
    kept,
    merge_the_town,
    objected,
    observed,
    opened,
    registry,
    sanctioned,
    whole,
)

INSPECTION = inspection_stream(INSPECTOR, "1")
DUE = date(2025, 7, 16)  # 15 working days after 25 June


@pytest.fixture
def say() -> Memory:
    memory = Memory()
    registry(memory)
    return memory


def waiting(say: Memory, unit: UUID, on: date, **more: Any) -> list[Task]:
    return list(tasks(say.held(), unit, on, more.get("owed", ())))


def short(found: list[Task]) -> list[tuple[str, str | None, date | None, bool]]:
    return [(each.kind, each.part, each.due_on, each.overdue) for each in found]


# ── tasks ──


def test_promises_wait_until_they_are_kept_by_their_last_day(say: Memory) -> None:
    farmland(say)
    kept(say)
    open_then = waiting(say, COUNTY, date(2025, 3, 9))
    assert {(each.part, each.due_on) for each in open_then if each.stream == LOWER} == {
        ("c3", date(2025, 3, 31)),
        ("c2", date(2025, 4, 30)),
    }
    assert [each.part for each in waiting(say, COUNTY, date(2025, 3, 10)) if each.stream == LOWER] == ["c2"]
    assert [each for each in waiting(say, COUNTY, date(2025, 4, 2)) if each.stream == LOWER] == []
    late = waiting(say, COUNTY, date(2025, 5, 1))  # the neighbour got nothing
    assert {(each.owed_to.unit, each.part, each.overdue) for each in late} == {(OTHER, "c2", True), (OTHER, "c3", True)}
    assert waiting(say, TOWN, date(2025, 5, 1)) == []


def test_an_objection_waits_for_its_answer_and_is_overdue_the_day_after_the_last(say: Memory) -> None:
    observed(say)
    at = objected(say)
    assert short(waiting(say, BUREAU, date(2025, 6, 24))) == []
    (task,) = waiting(say, BUREAU, DUE)
    assert (task.kind, task.stream, task.part, task.overdue) == (TaskKind.OBJECTION, PAPER, "1", False)
    assert (task.due_on, task.owed_to.unit, task.positions) == (DUE, TOWN, (at,))
    assert waiting(say, BUREAU, date(2025, 7, 17))[0].overdue
    answered = PledgeObjectionAnswered(objection_id="1", answered_on=date(2025, 7, 18), text="已核实")
    say.tell(PAPER, answered, date(2025, 7, 18))
    assert waiting(say, BUREAU, date(2025, 7, 18)) == []
    assert waiting(say, BUREAU, date(2025, 7, 17)) != []


def test_an_order_to_put_right_waits_until_it_is_verified_also_for_a_successor(say: Memory) -> None:
    planned = InspectionPlanned(lead_unit=INSPECTOR, kind=InspectionKind.UNANNOUNCED, plan_digest="ab" * 32)
    say.tell(INSPECTION, planned, date(2025, 6, 1))
    ordered = RectificationOrdered(ordered_unit=TOWN, text="停止签订", due_on=date(2025, 6, 30))
    at = say.tell(INSPECTION, ordered, date(2025, 6, 10))
    assert waiting(say, TOWN, date(2025, 6, 9)) == []
    (task,) = waiting(say, TOWN, date(2025, 6, 30))
    assert (task.kind, task.title, task.due_on, task.overdue) == ("RECTIFICATION", "停止签订", date(2025, 6, 30), False)
    assert (task.owed_to.unit, task.positions) == (INSPECTOR, (at,))
    assert waiting(say, TOWN, date(2025, 7, 1))[0].overdue
    assert waiting(say, BUREAU, date(2025, 6, 30)) == []
    merge_the_town(say, date(2025, 7, 1))
    say.tell(INSPECTION, RectificationVerified(verifier=INSPECTOR, text="已停止"), date(2025, 7, 5))
    assert waiting(say, TOWN, date(2025, 7, 5)) == []
    say.tell(
        INSPECTION, RectificationOrdered(ordered_unit=TOWN, text="再次", due_on=date(2025, 8, 1)), date(2025, 7, 6)
    )
    assert [each.title for each in waiting(say, TOWN, date(2025, 7, 6))] == ["再次"]


def test_what_waits_stands_by_its_last_day_returns_among_it(say: Memory) -> None:
    observed(say)
    objected(say)
    campaign: Any = CampaignRow(
        campaign=UUID(int=1), area_code=AREA, year=2025, ordinal=1, title="清理规范", campaign_unit=COUNTY,
        campaign_unit_name=None, phase="OPEN", since=date(2025, 6, 1), units=1, item_types=("PLEDGE",),
        deadline=date(2025, 7, 1), synthetic=False,
    )  # fmt: skip
    row: Any = ReturnRow(
        unit=BUREAU, unit_name=None, unit_code="局", level=None, item_type="PLEDGE", status="DUE", owed=True, zero=False,
        items=0, records=0, omissions=0, filed_on=None, late=False, overdue=True, overdue_noted=False,
    )  # fmt: skip
    found = waiting(say, BUREAU, date(2025, 7, 2), owed=[(campaign, row)])
    assert short(found) == [("RETURN", "PLEDGE", date(2025, 7, 1), True), ("OBJECTION", "1", DUE, False)]
    assert (found[0].title, found[0].owed_to.name) == ("清理规范", "演示县")


# ── the window for an appeal ──


def window(say: Memory, on: date) -> AppealWindow:
    found = appeal_window(say.held(), CASE, on)
    assert found is not None
    return found


def test_a_window_begins_with_service_and_its_last_day_counts(say: Memory) -> None:
    assert appeal_window(say.held(), CASE, date(2025, 9, 1)) is None
    opened(say)
    assert window(say, date(2025, 7, 7)).state is Window.NOTHING_DECIDED
    sanctioned(say)
    unserved, first, last, over = (
        window(say, day) for day in (date(2025, 7, 30), date(2025, 7, 31), date(2025, 8, 31), date(2025, 9, 1))
    )
    assert (unserved.state, unserved.decided_on, unserved.appeal_until) == (Window.NOT_SERVED, date(2025, 7, 28), None)
    assert (first.state, first.appeal_until, first.days_left) == (Window.OPEN, date(2025, 8, 31), 32)
    assert (last.state, last.days_left, last.settled) == (Window.OPEN, 1, False)
    assert (over.state, over.days_left, over.settled) == (Window.OVER, None, True)
    assert (over.rule, over.pack) == ("BR-18", "lincang-2024@1")


def test_an_appeal_keeps_it_waiting_and_what_was_revoked_has_no_window(say: Memory) -> None:
    opened(say)
    sanctioned(say)
    say.tell(CASE, AppealLodged(lodged_on=date(2025, 8, 5), grounds="不服"), date(2025, 8, 5))
    appealed = window(say, date(2025, 9, 30))
    assert (appealed.state, appealed.appeals, appealed.settled) == (Window.APPEALED, 1, False)
    revoked = AppealDecided(result=ReviewResult.REVOKED, handled_by=COUNTY, decided_on=date(2025, 8, 20))
    say.tell(CASE, revoked, date(2025, 8, 20))
    after = window(say, date(2025, 8, 20))
    assert (after.state, after.stands, after.settled) == (Window.OVER, False, True)


# ── the duties of a place ──


def codes(
    say: Memory, place: str, on: date = date(2025, 6, 18), words: str | None = None
) -> list[tuple[str, str, UUID]]:
    return [(each.duty_code, each.list_kind, each.owner.unit) for each in search(say.held(), place, on, words)]


def test_a_place_has_its_own_duties_and_those_of_the_areas_above_each_once(say: Memory) -> None:
    whole(say)
    own, above = (D2, "BASIC", TOWN), (D1, "DEPARTMENT", BUREAU)
    assert codes(say, TOWN_AREA) == sorted([own, above])
    assert codes(say, AREA) == [above]
    assert codes(say, "530901") == []
    assert codes(say, TOWN_AREA, date(2023, 12, 31)) == []
    entry(say, D1, TOWN, TOWN_AREA, list_kind=DutyListKind.COOPERATING)
    assert (D1, "COOPERATING", TOWN) in codes(say, TOWN_AREA)
    assert codes(say, AREA) == [above]


def test_a_duty_is_found_by_words_of_its_text_or_its_code_whatever_their_width(say: Memory) -> None:
    entry(say, "NY-01", BUREAU, text="ＡＢ级沼气检查")
    assert codes(say, AREA, words="ab级") == codes(say, AREA, words="ny-01") == [("NY-01", "DEPARTMENT", BUREAU)]
    assert codes(say, AREA, words="耕地") == []


def test_what_was_taken_back_says_so_from_its_day_on(say: Memory) -> None:
    entry(say, D1, TOWN, TOWN_AREA, list_kind=DutyListKind.BASIC)
    taken = DutyTakenBack(from_unit=TOWN, to_unit=BUREAU, effective_from=date(2025, 6, 1))
    say.tell(duty_stream(D1, TOWN_AREA), taken, date(2025, 5, 20))
    assert codes(say, TOWN_AREA, date(2025, 5, 31)) == [(D1, "BASIC", TOWN)]
    assert codes(say, TOWN_AREA, date(2025, 6, 1)) == [(D1, "TAKEN_BACK", BUREAU)]
