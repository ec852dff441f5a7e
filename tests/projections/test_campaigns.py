"""A small clean-up, counted by hand, and the same counted by the register: at its end, at earlier positions, and after what was wrong."""

from datetime import date
from typing import Any

import pytest
from psycopg import Connection

from ledger.events import (
    CampaignClosed,
    DeadlineExtended,
    ItemExited,
    ItemExitReviewOpened,
    ItemListPublished,
    ItemMerged,
    MatchDecided,
    RecipientReportFiled,
    RecordCorrected,
    ReturnChecked,
    ReturnConfirmed,
    ReturnCorrected,
    ReturnOverdue,
    UnitDissolved,
)
from ledger.terms import Disposition, Level
from ledger.values import Change
from projections.builds import Build
from projections.campaigns import (
    Balance,
    Exceptions,
    balance,
    campaign,
    campaigns,
    exceptions,
    reconciliation,
    records,
    returns,
)
from tests.projections.conftest import Log
from tests.projections.small_campaign import (
    BALANCE,
    CLOSED,
    COMPARED,
    DEADLINE,
    DECIDED,
    FIGURES,
    FILED,
    FOUND,
    ITEMS,
    LEAD,
    NAMES,
    PLEDGE,
    R1,
    R2,
    R3,
    RECONCILED,
    S1,
    S2,
    TARGET,
    VETO,
    YEAR,
    A,
    B,
    SmallCampaign,
    X,
)
from tests.projections.telling import CAMPAIGN, CITY, OPENED, Telling, built, filed, item, pin, unit

LATER = date(2025, 6, 1)


@pytest.fixture
def story(log: Log) -> SmallCampaign:
    return SmallCampaign(Telling(log)).tell()


def counted(connection: Connection[Any], build: Build, on: date = LATER, known_at: int | None = None) -> Balance:
    found = balance(connection, pin(build, on, known_at), CAMPAIGN)
    assert found is not None
    return found


def excepted(connection: Connection[Any], build: Build, on: date = LATER, known_at: int | None = None) -> Exceptions:
    found = exceptions(connection, pin(build, on, known_at), CAMPAIGN)
    assert found is not None
    return found


def figures(balance: Balance) -> dict[tuple[str, str], tuple[int, ...]]:
    return {
        (group.level, group.item_type): tuple(getattr(group, figure) for figure in FIGURES) for group in balance.groups
    }


def kept(of: Any) -> tuple[int, ...]:
    return of.veto, of.pledge_city_county, of.pledge_county_township, of.total


def test_the_balance_is_what_was_counted_by_hand(connection: Connection[Any], story: SmallCampaign) -> None:
    found = counted(connection, built(connection, story.telling))
    assert figures(found) == BALANCE
    assert list(figures(found)) == list(BALANCE)  # by level, then by type
    assert (kept(found.proposed), kept(found.decided)) == ((1, 1, 1, 3), (1, 1, 1, 3))
    assert found.phase == "CLOSED"
    assert len(found.checks) == 10
    assert all(check.holds for check in found.checks)
    assert [
        (
            each.level,
            each.item_type,
            each.retained,
            each.merged_sources,
            each.merged_targets,
            each.cancelled,
            each.nothing_yet,
        )
        for each in found.proposals
    ] == [
        ("PREFECTURE", "VETO", 1, 0, 0, 0, 0),
        ("PREFECTURE", "PLEDGE", 1, 0, 0, 3, 0),
        ("COUNTY", "PLEDGE", 0, 2, 1, 1, 0),
    ]


def test_the_channels_add_up(connection: Connection[Any], story: SmallCampaign) -> None:
    totals = counted(connection, built(connection, story.telling)).totals
    assert (totals.declared, totals.spot_checks, totals.reports) == (8, 2, 3)
    assert (totals.records, totals.matches, totals.items) == (13, 3, 10)
    known_to = totals.isr, totals.is_, totals.ir, totals.i_only, totals.sr, totals.s_only, totals.r_only
    assert known_to == (1, 0, 1, 6, 0, 1, 1)
    assert (totals.matched, totals.conflicts_open, totals.conflicts_resolved) == (1, 0, 1)
    assert (totals.uncorroborated, totals.omissions, totals.false_zeros) == (4, 1, 1)


def test_each_item_is_shown_with_what_the_channels_say(connection: Connection[Any], story: SmallCampaign) -> None:
    build = built(connection, story.telling)
    rows = {row.title: row for row in reconciliation(connection, pin(build, LATER), CAMPAIGN)}
    assert {title: (row.channels, row.result) for title, row in rows.items()} == {
        "甲": ("ISR", "MATCHED"), "乙": ("I", "UNCORROBORATED"), "丙": ("I", "UNCORROBORATED"),
        "漏": ("R", "OMISSION"), "假": ("S", "FALSE_ZERO"), "否": ("I", "UNCORROBORATED"),
        "非": ("I", "UNCORROBORATED"), "县一": ("IR", "RESOLVED"), "县二": ("I", "UNCORROBORATED"),
        "县三": ("I", "UNCORROBORATED"),
    }  # fmt: skip
    assert (list(rows["县一"].differences), rows["县一"].disguised_candidate) == (["years"], True)
    assert sorted(rows["甲"].records) == sorted((S1, R1))
    open_then = reconciliation(connection, pin(build, LATER, story.at["conflict"]), CAMPAIGN, result=("CONFLICT",))
    assert [row.title for row in open_then] == ["县一"]
    first = reconciliation(connection, pin(build, LATER), CAMPAIGN, most=4)
    last = first[-1].title_sort, first[-1].item
    rest = reconciliation(connection, pin(build, LATER), CAMPAIGN, after=last)
    assert [row.item for row in (*first, *rest)] == [row.item for row in rows.values()]


def test_every_unit_has_a_row_for_every_type_also_where_nothing_was_filed(
    connection: Connection[Any], story: SmallCampaign
) -> None:
    build = built(connection, story.telling)
    rows = {(row.unit, row.item_type): row for row in returns(connection, pin(build, LATER), CAMPAIGN)}
    assert {(row.unit_name, row.item_type): (row.status, row.zero, row.items, row.late, row.overdue) for row in rows.values()} == {
        ("演示市甲局", "PLEDGE"): ("CONFIRMED", False, 3, False, False),
        ("演示市甲局", "VETO"): ("CONFIRMED", True, 0, False, False),
        ("演示市乙局", "PLEDGE"): ("FALSE_ZERO", True, 0, False, False),
        ("演示市乙局", "VETO"): ("CONFIRMED", False, 2, True, False),
        ("演示县", "PLEDGE"): ("CONFIRMED", False, 3, False, False),
        ("演示县", "VETO"): ("DUE", False, 0, False, True),
    }  # fmt: skip
    assert (rows[unit(A), PLEDGE].omissions, rows[unit(A), PLEDGE].records) == (1, 3)
    states = [
        (day, returns(connection, pin(build, day), CAMPAIGN, unit=unit(B))[0].status)
        for day in (OPENED, FILED, COMPARED)
    ]
    assert states == [(OPENED, "DUE"), (FILED, "ZERO"), (COMPARED, "FALSE_ZERO")]
    assert [row.overdue for row in returns(connection, pin(build, DEADLINE), CAMPAIGN, status=("DUE",))] == [
        False,
        False,
    ]
    in_figures = {
        (each.level, each.item_type): (
            each.owed, each.with_items, each.zero, each.false_zeros, each.zero_confirmed, each.missing, each.late
        )
        for each in counted(connection, build).filings
    }  # fmt: skip
    assert in_figures == {
        ("PREFECTURE", "VETO"): (2, 1, 1, 0, 1, 0, 1), ("PREFECTURE", "PLEDGE"): (2, 1, 1, 1, 0, 0, 0),
        ("COUNTY", "VETO"): (1, 0, 0, 0, 0, 1, 0), ("COUNTY", "PLEDGE"): (1, 1, 0, 0, 0, 0, 0),
    }  # fmt: skip


def test_a_return_is_followed_through_extension_overdue_note_and_correction(
    connection: Connection[Any], story: SmallCampaign
) -> None:
    say = story.telling
    say.tell(CAMPAIGN, DeadlineExtended(deadline=date(2024, 5, 5)), DEADLINE)
    say.tell(filed(X, VETO), ReturnOverdue(campaign=CAMPAIGN, unit=unit(X), item_type=VETO), date(2024, 5, 6))
    dropped = ReturnCorrected(replaces=1, why_corrected="演示", items=(item(X, PLEDGE, 0),))
    say.tell(filed(X, PLEDGE), dropped, date(2024, 7, 1))
    build = built(connection, say)
    rows = {(row.unit, row.item_type): row for row in returns(connection, pin(build, date(2024, 7, 1)), CAMPAIGN)}
    assert not rows[unit(B), VETO].late
    assert rows[unit(X), VETO].overdue_noted
    assert (rows[unit(X), PLEDGE].status, rows[unit(X), PLEDGE].items) == ("CORRECTED", 1)
    assert rows[unit(X), PLEDGE].filed_on == FILED


def test_a_return_that_was_withdrawn_and_filed_anew_was_filed_when_it_first_was(
    connection: Connection[Any], story: SmallCampaign
) -> None:
    withdrawn = ReturnCorrected(replaces=1, why_corrected="演示", items=())
    story.telling.tell(filed(X, PLEDGE), withdrawn, date(2024, 7, 1))
    story.zero(X, PLEDGE, date(2024, 7, 2))
    build = built(connection, story.telling)
    asked = [returns(connection, pin(build, date(2024, 7, day)), CAMPAIGN, unit=unit(X))[0] for day in (1, 2)]
    assert [(row.status, row.filed_on, row.late) for row in asked] == [("DUE", FILED, False), ("ZERO", FILED, False)]


def test_a_zero_report_that_was_found_false_does_not_count_as_confirmed(
    connection: Connection[Any], story: SmallCampaign
) -> None:
    story.telling.tell(filed(B, PLEDGE), ReturnChecked(method="DESK"), date(2024, 5, 1))
    story.telling.tell(filed(B, PLEDGE), ReturnConfirmed(), date(2024, 5, 2))
    build = built(connection, story.telling)
    asked = [counted(connection, build, day).filings[1] for day in (date(2024, 5, 2), LATER)]
    assert [(each.item_type, each.false_zeros, each.zero_confirmed) for each in asked] == [
        ("PLEDGE", 0, 1),
        ("PLEDGE", 1, 0),
    ]


def test_of_two_publications_of_a_list_the_later_one_is_held_against_what_is_in_force(
    connection: Connection[Any], story: SmallCampaign
) -> None:
    story.publish(CITY, Level.PREFECTURE, 1, ITEMS["甲"], on=date(2025, 2, 1))
    found = excepted(connection, built(connection, story.telling)).listings
    assert [(each.on_day, NAMES[each.item], each.missing) for each in found] == [(date(2025, 2, 1), "否", True)]


def test_a_unit_that_ended_before_the_deadline_owes_nothing(connection: Connection[Any], story: SmallCampaign) -> None:
    story.telling.tell(unit(X), UnitDissolved(first_day_without=DEADLINE), date(2024, 4, 1))
    build = built(connection, story.telling)
    row = returns(connection, pin(build, LATER), CAMPAIGN, unit=unit(X))[1]
    assert (row.item_type, row.status, row.owed, row.overdue) == ("VETO", "DUE", False, False)
    assert excepted(connection, build).returns_missing == []
    assert [(each.owed, each.missing) for each in counted(connection, build).filings if each.level == "COUNTY"] == [
        (1, 0)
    ]


def test_who_reported_under_protection_stands_nowhere(connection: Connection[Any], story: SmallCampaign) -> None:
    build = built(connection, story.telling)
    rows = {row.record: row for row in records(connection, pin(build, LATER), CAMPAIGN)}
    assert {record: (row.found_by, row.protected, row.reporter, row.item) for record, row in rows.items()} == {
        S1: ("SPOT_CHECK", False, unit(LEAD), ITEMS["甲"]), S2: ("SPOT_CHECK", False, unit(LEAD), ITEMS["假"]),
        R1: ("RECIPIENT", False, unit(X), ITEMS["甲"]), R2: ("RECIPIENT", True, None, ITEMS["漏"]),
        R3: ("RECIPIENT", False, unit(X), ITEMS["县一"]),
    }  # fmt: skip
    unsettled = records(connection, pin(build, LATER, story.at["records"]), CAMPAIGN, settled=False)
    assert {row.record for row in unsettled} == {S1, S2, R1, R2, R3}
    first = records(connection, pin(build, LATER), CAMPAIGN, most=2)
    rest = records(connection, pin(build, LATER), CAMPAIGN, after=(first[-1].title, first[-1].record))
    assert [row.record for row in (*first, *rest)] == list(rows)


def test_an_opinion_and_a_decision_move_their_own_figures_and_no_old_answer(
    connection: Connection[Any], story: SmallCampaign
) -> None:
    closed = story.telling.position
    story.propose("乙", Disposition.RETAIN, date(2024, 9, 1))  # told late, given before the decision
    proposed_anew = story.telling.position
    story.telling.tell(ITEMS["乙"], RecordCorrected(corrects=story.at["乙"], why="误录", void=True), LATER)
    story.retain("乙")
    decided_anew = story.telling.position
    build = built(connection, story.telling)
    asked = [counted(connection, build, LATER, known_at) for known_at in (closed, proposed_anew, decided_anew)]
    assert [(kept(each.proposed), kept(each.decided)) for each in asked] == [
        ((1, 1, 1, 3), (1, 1, 1, 3)), ((1, 2, 1, 4), (1, 1, 1, 3)), ((1, 2, 1, 4), (1, 2, 1, 4)),
    ]  # fmt: skip
    assert [sum(group.identified for group in each.groups) for each in asked] == [8, 8, 8]
    assert figures(asked[0]) == BALANCE
    assert figures(asked[2])["PREFECTURE", "PLEDGE"] == (5, 1, 0, 4, 2, 0, 0, 2, 2)
    assert all(check.holds for each in asked for check in each.checks)
    assert kept(counted(connection, build, DECIDED.replace(day=5)).decided) == (0, 0, 0, 0)
    assert kept(counted(connection, build, date(2024, 8, 31)).proposed) == (
        1,
        1,
        1,
        3,
    )  # by then nobody had changed their mind


def test_what_a_life_comes_to_after_the_campaign_leaves_its_figures_alone(
    connection: Connection[Any], story: SmallCampaign
) -> None:
    story.telling.tell(ITEMS["甲"], ItemExitReviewOpened(ground="演示"), date(2025, 3, 1))
    story.propose("甲", Disposition.CANCEL, date(2025, 4, 1))
    story.telling.tell(ITEMS["甲"], ItemExited(ground="演示", first_day_without=date(2025, 5, 1)), date(2025, 5, 1))
    found = counted(connection, built(connection, story.telling))
    assert figures(found) == BALANCE
    assert kept(found.proposed) == (1, 1, 1, 3)


def test_a_merger_that_names_the_same_key_in_another_group_is_another_merger(
    connection: Connection[Any], story: SmallCampaign
) -> None:
    for name in ("漏", "假"):
        story.propose(name, Disposition.MERGE, date(2024, 9, 1))
    found = counted(connection, built(connection, story.telling))
    assert kept(found.proposed) == (1, 2, 1, 4)  # 漏 and 假 once, 县一 and 县二 once


def test_a_decision_that_belongs_to_no_campaign_does_not_count_in_one_and_the_equations_say_so(
    connection: Connection[Any], story: SmallCampaign
) -> None:
    for fact in story.telling.log_of(ItemMerged.TOPIC):
        change = Change(path="/campaign", value="null")
        story.telling.tell(fact.stream, RecordCorrected(corrects=fact.position, why="误录", changed=(change,)), LATER)
    found = counted(connection, built(connection, story.telling))
    assert figures(found)["COUNTY", "PLEDGE"] == (3, 0, 0, 3, 0, 0, 1, 1, 1)
    broken = [(check.equation, check.level, check.left, check.right) for check in found.checks if not check.holds]
    assert broken == [("identified", "COUNTY", 3, 1)]


def test_a_report_that_names_its_recipient_though_protected_does_not_give_it_away(
    connection: Connection[Any], story: SmallCampaign
) -> None:
    (_, protected, _) = story.telling.log_of(RecipientReportFiled.TOPIC)
    change = Change(path="/recipient", value=f'"{unit(X)}"')
    story.telling.tell(R2, RecordCorrected(corrects=protected.position, why="误录", changed=(change,)), LATER)
    build = built(connection, story.telling)
    assert [row.reporter for row in records(connection, pin(build, LATER), CAMPAIGN) if row.record == R2] == [None]
    about = pin(build, LATER).ask(b"select distinct unit from {schema}.unit_history where key = %(record)s")
    assert connection.execute(about, {"record": R2}).fetchall() == [(unit(A),)]


def test_a_clean_campaign_has_no_exception_but_the_return_that_never_came(
    connection: Connection[Any], story: SmallCampaign
) -> None:
    found = excepted(connection, built(connection, story.telling))
    assert [(row.unit, row.item_type) for row in found.returns_missing] == [(unit(X), "VETO")]
    empty = found.conflicts_open, found.records_unsettled, found.undecided, found.listings, found.unpublished
    assert [list(each) for each in (*empty, found.stated, found.checks)] == [[]] * 7


def test_exceptions_are_named_as_long_as_they_last(connection: Connection[Any], story: SmallCampaign) -> None:
    build = built(connection, story.telling)
    at_conflict = excepted(connection, build, LATER, story.at["conflict"])
    assert [row.title for row in at_conflict.conflicts_open] == ["县一"]
    assert {row.record for row in at_conflict.records_unsettled} == {R2, S2}
    in_review = excepted(connection, build, LATER, story.at["review"])
    assert {NAMES[each.item] for each in in_review.undecided} == {"甲", "乙", "漏", "假", "否", "县一", "县二", "县三"}
    assert {check.equation for check in in_review.checks} == {"identified"}
    decided = excepted(connection, build, LATER, story.at["decide"])
    assert {NAMES[each.item] for each in decided.unpublished} == {"甲", "否", "合"}


def test_a_published_list_is_held_against_what_is_in_force_on_its_first_day(
    connection: Connection[Any], story: SmallCampaign
) -> None:
    story.telling.tell(ITEMS["乙"], RecordCorrected(corrects=story.at["乙"], why="误录", void=True), LATER)
    story.retain("乙")
    story.telling.tell(ITEMS["否"], ItemExited(ground="演示", first_day_without=date(2025, 5, 1)), date(2025, 5, 1))
    change = Change(path="/members", value=f'["{TARGET}","{ITEMS["县三"]}"]')
    published = story.telling.position
    (_, county) = story.telling.log_of(ItemListPublished.TOPIC)
    story.telling.tell(county.stream, RecordCorrected(corrects=county.position, why="误录", changed=(change,)), LATER)
    build = built(connection, story.telling)
    assert [(NAMES[each.item], each.missing) for each in excepted(connection, build, LATER, published).listings] == [
        ("乙", True)
    ]
    found = excepted(connection, build).listings
    assert [(each.area_code, each.on_day, NAMES[each.item], each.missing) for each in found] == [
        (CITY, YEAR, "乙", True), ("530902", YEAR, "县三", False),
    ]  # fmt: skip


def test_what_the_campaign_stated_is_held_against_what_is_counted(
    connection: Connection[Any], story: SmallCampaign
) -> None:
    story.telling.tell(ITEMS["乙"], RecordCorrected(corrects=story.at["乙"], why="误录", void=True), LATER)
    (closing,) = story.telling.log_of(CampaignClosed.TOPIC)
    void = RecordCorrected(corrects=story.at["conflict"], why="误录", void=True, route_keys=(ITEMS["县一"], R3))
    story.telling.tell(CAMPAIGN, void, LATER)
    build = built(connection, story.telling)
    assert excepted(connection, build, LATER, closing.position).stated == ()
    found = {(each.topic, each.figure): (each.stated, each.counted) for each in excepted(connection, build).stated}
    assert found == {
        ("campaign.closed", "cancelled"): (3, 2),
        ("campaign.reconciled", "conflicts_resolved"): (1, 0),
        ("campaign.reconciled", "uncorroborated"): (4, 5),
    }
    assert {check.equation for check in excepted(connection, build).checks} == {"identified", "records"}


def test_a_match_is_taken_back_and_decided_anew(connection: Connection[Any], story: SmallCampaign) -> None:
    before = story.telling.position
    say = story.telling
    (_, second, _) = story.telling.log_of(MatchDecided.TOPIC)
    say.tell(
        CAMPAIGN, RecordCorrected(corrects=second.position, why="误录", void=True, route_keys=(ITEMS["甲"], R1)), LATER
    )
    build = built(connection, say)
    asked = [counted(connection, build, LATER, known_at).totals for known_at in (before, say.position)]
    assert [(each.isr, each.is_, each.matches) for each in asked] == [(1, 0, 3), (0, 1, 2)]


def test_a_campaign_is_shown_in_its_phase_of_the_day(connection: Connection[Any], story: SmallCampaign) -> None:
    build = built(connection, story.telling)
    days = [date(2024, 3, 3), OPENED, FOUND, date(2024, 5, 10), RECONCILED, DECIDED, CLOSED]
    shown = [campaign(connection, pin(build, day), CAMPAIGN) for day in days]
    assert [row and row.phase for row in shown] == [
        None, "OPEN", "OPEN", "RECONCILING", "REVIEWING", "DECIDING", "CLOSED",
    ]  # fmt: skip
    (row,) = campaigns(connection, pin(build, CLOSED))
    assert (row.area_code, row.units, list(row.item_types), row.deadline) == (CITY, 3, ["VETO", "PLEDGE"], DEADLINE)
    assert row.campaign_unit_name == "演示市委组织部"
    assert balance(connection, pin(build, date(2024, 3, 3)), CAMPAIGN) is None
    assert exceptions(connection, pin(build, LATER), TARGET) is None
