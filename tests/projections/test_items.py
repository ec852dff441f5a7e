"""Facts of items are given; the list is asked for at chosen days, as known at chosen positions."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from psycopg import Connection

from ledger.encoding import Recorded
from ledger.events import (
    Fact,
    ItemAmended,
    ItemBasisLost,
    ItemCancelled,
    ItemExited,
    ItemExitReviewOpened,
    ItemIdentified,
    ItemMarkedDuplicate,
    ItemMerged,
    ItemOpinionGiven,
    ItemResumed,
    ItemRetained,
    ItemSubmittedForReview,
    ItemSuspended,
    ItemVerified,
    MergedItemFormed,
    OmissionRegistered,
    RecordCorrected,
)
from ledger.streams import document_stream, item_stream, meeting_stream, record_stream
from ledger.terms import Disposition, FoundBy, ItemType, Level, MeetingBody, OpinionStage
from ledger.timelines.item import ITEM
from ledger.values import Authority, Change
from projections.items import Wanted, history, item_list
from projections.items import item as item_of
from projections.reading import Pinned
from tests.projections.conftest import Log
from tests.projections.telling import CAMPAIGN, CITY, COUNTY, Telling, built, item, pin, terms, unit

FOUND, REVIEWED, DECIDED = date(2024, 4, 1), date(2024, 9, 1), date(2024, 12, 6)
YEAR = date(2025, 1, 1)
BUREAU = "530900-01"
ONE, OTHER = item(BUREAU, ItemType.PLEDGE, 0), item(BUREAU, ItemType.PLEDGE, 1)
RECORD = record_stream(CAMPAIGN, unit("check"), "1")


@pytest.fixture
def telling(log: Log) -> Telling:
    telling = Telling(log)
    telling.register(BUREAU, "演示市农业农村局")
    return telling


def identified(telling: Telling, stream: Any = ONE, title: str = "秸秆禁烧目标责任书", **changed: Any) -> int:
    fact = ItemIdentified(
        terms=replace(terms(title, BUREAU), **changed),
        found_by=FoundBy.IMPLEMENTER,
        reporting_unit=unit(BUREAU),
        campaign=CAMPAIGN,
    )
    return telling.tell(stream, fact, FOUND)


def opinion(telling: Telling, opinion: Disposition, on: date = REVIEWED, key: str | None = None) -> int:
    fact = ItemOpinionGiven(
        stage=OpinionStage.ORG_DEPT_CONSOLIDATED, opinion=opinion, ground_code="C1", text="演示", given_on=on,
        giver_unit=unit("530900-zzb"), proposed_target_key=key,
    )  # fmt: skip
    return telling.tell(ONE, fact, on)


def retained(telling: Telling, stream: Any = ONE, on: date = DECIDED, since: date = YEAR) -> int:
    return telling.tell(stream, ItemRetained(ground_code="R1", effective_from=since, campaign=CAMPAIGN), on)


def phases(connection: Connection[Any], pinned: Callable[[date], Pinned], *days: date) -> list[tuple[str, bool]]:
    rows = (item_list(connection, pinned(day)) for day in days)
    return [(row[0].phase, row[0].in_force) for row in rows]


def test_what_is_decided_for_a_day_ahead_shows_on_that_day_and_nothing_is_recorded_then(
    connection: Connection[Any], telling: Telling
) -> None:
    identified(telling, end_year=2026)
    telling.tell(ONE, ItemVerified(verifier=unit(BUREAU)), date(2024, 5, 1))
    telling.tell(ONE, ItemSubmittedForReview(), date(2024, 6, 1))
    opinion(telling, Disposition.RETAIN)
    retained(telling)
    build = built(connection, telling)
    days = [date(2024, 4, 1), date(2024, 5, 1), date(2024, 6, 1), REVIEWED, DECIDED, date(2024, 12, 31)]
    ahead = [YEAR, date(2026, 12, 31), date(2027, 1, 1)]
    assert phases(connection, lambda day: pin(build, day), *days, *ahead) == [
        ("IDENTIFIED", False), ("VERIFIED", False), ("UNDER_REVIEW", False), ("PROPOSED", False), ("DECIDED", False),
        ("DECIDED", False), ("ACTIVE", True), ("ACTIVE", True), ("EXPIRED", False),
    ]  # fmt: skip
    assert item_list(connection, pin(build, date(2024, 3, 31))) == []
    (row,) = item_list(connection, pin(build, date(2026, 1, 1)))
    assert (row.since, row.version, row.in_force_from, row.implementing_unit_name) == (
        YEAR, 1, YEAR, "演示市农业农村局",
    )  # fmt: skip
    assert (row.proposed, row.decided, row.decided_on, row.decided_in) == ("RETAIN", "RETAIN", DECIDED, CAMPAIGN)
    assert row.ground_code == "R1"
    assert row.synthetic


def test_a_cancelled_item_holds_until_its_last_day(connection: Connection[Any], telling: Telling) -> None:
    identified(telling)
    retained(telling, since=DECIDED)
    ended = ItemCancelled(ground_code="C1", first_day_without=date(2025, 7, 1))
    telling.tell(ONE, ended, date(2025, 6, 10))
    build = built(connection, telling)
    days = date(2025, 6, 9), date(2025, 6, 10), date(2025, 6, 30), date(2025, 7, 1)
    assert phases(connection, lambda day: pin(build, day), *days) == [
        ("ACTIVE", True), ("CANCELLED", True), ("CANCELLED", True), ("CANCELLED", False),
    ]  # fmt: skip
    (row,) = item_list(connection, pin(build, date(2025, 7, 1)))
    assert (row.decided, row.decided_on) == ("RETAIN", DECIDED)  # what its campaign decided stays what it was
    assert row.first_day_without == date(2025, 7, 1)


def test_suspension_amendment_and_exit_turn_on_the_days_they_name(
    connection: Connection[Any], telling: Telling
) -> None:
    identified(telling)
    retained(telling, since=DECIDED)
    telling.tell(ONE, ItemSuspended(ground="演示", suspended_from=date(2025, 3, 1)), date(2025, 2, 1))
    telling.tell(ONE, ItemResumed(ground="演示", resumed_from=date(2025, 5, 1)), date(2025, 4, 1))
    amended = replace(terms("秸秆禁烧责任书", BUREAU), end_year=2025)
    telling.tell(ONE, ItemAmended(from_version=1, terms=amended, effective_from=date(2025, 8, 1)), date(2025, 6, 1))
    telling.tell(ONE, ItemExitReviewOpened(ground="演示"), date(2025, 9, 1))
    telling.tell(ONE, ItemExited(ground="演示", first_day_without=date(2025, 11, 1)), date(2025, 10, 1))
    build = built(connection, telling)
    asked = [date(2025, month, 1) for month in range(2, 12)]
    shown = [item_list(connection, pin(build, day))[0] for day in asked]
    assert [(row.phase, row.in_force, row.version, row.exit_review) for row in shown] == [
        ("ACTIVE", True, 1, False), ("SUSPENDED", False, 1, False), ("SUSPENDED", False, 1, False), ("ACTIVE", True, 1, False),
        ("ACTIVE", True, 1, False), ("ACTIVE", True, 1, False), ("ACTIVE", True, 2, False), ("ACTIVE", True, 2, True),
        ("EXITED", True, 2, True), ("EXITED", False, 2, True),
    ]  # fmt: skip
    assert [row.title for row in shown[5:7]] == ["秸秆禁烧目标责任书", "秸秆禁烧责任书"]


def test_a_fact_told_before_an_announced_day_has_come_leaves_one_row_a_day(
    connection: Connection[Any], telling: Telling
) -> None:
    identified(telling, end_year=2025)
    retained(telling)
    amended = replace(terms("秸秆禁烧责任书", BUREAU), end_year=2026)
    telling.tell(ONE, ItemAmended(from_version=1, terms=amended, effective_from=date(2025, 2, 1)), date(2024, 12, 20))
    telling.tell(ONE, ItemCancelled(ground_code="C1", first_day_without=date(2025, 3, 1)), date(2025, 1, 15))
    build = built(connection, telling)
    days = date(2024, 12, 25), YEAR, date(2025, 1, 31), date(2025, 2, 1), date(2025, 2, 28), date(2025, 3, 1)
    shown = [item_list(connection, pin(build, day)) for day in days]
    assert [(row.phase, row.in_force, row.version) for rows in shown for row in rows] == [
        ("DECIDED", False, 0), ("ACTIVE", True, 1), ("CANCELLED", True, 1), ("CANCELLED", True, 2), ("CANCELLED", True, 2),
        ("CANCELLED", False, 2),
    ]  # fmt: skip


def test_a_fact_told_late_and_a_correction_change_the_present_and_never_an_old_answer(
    connection: Connection[Any], telling: Telling
) -> None:
    identified(telling)
    opinion(telling, Disposition.CANCEL)
    decision = retained(telling)
    before = telling.position
    opinion(telling, Disposition.RETAIN, on=date(2024, 10, 1))  # given before the decision, told after it
    late = telling.position
    telling.tell(ONE, RecordCorrected(corrects=decision, why="误录", void=True), date(2025, 2, 1))
    build = built(connection, telling)
    asked = [item_list(connection, pin(build, YEAR, known_at))[0] for known_at in (before, late, telling.position)]
    assert [(row.proposed, row.decided, row.phase, row.in_force) for row in asked] == [
        ("CANCEL", "RETAIN", "ACTIVE", True), ("RETAIN", "RETAIN", "ACTIVE", True), ("RETAIN", None, "PROPOSED", False),
    ]  # fmt: skip
    (row,) = item_list(connection, pin(build, date(2024, 9, 15)))
    assert row.proposed == "CANCEL"  # in September nobody had changed their mind


def test_what_is_proposed_in_a_later_exit_review_does_not_change_what_was_proposed_in_the_campaign(
    connection: Connection[Any], telling: Telling
) -> None:
    identified(telling)
    opinion(telling, Disposition.MERGE, key="k")
    retained(telling)
    telling.tell(ONE, ItemExitReviewOpened(ground="演示"), date(2025, 3, 1))
    opinion(telling, Disposition.CANCEL, on=date(2025, 4, 1))
    build = built(connection, telling)
    (row,) = item_list(connection, pin(build, date(2025, 5, 1)))
    assert (row.proposed, row.proposed_target_key, row.decided) == ("MERGE", "k", "RETAIN")


def test_merger_duplicate_and_lost_basis_stand_on_the_row(connection: Connection[Any], telling: Telling) -> None:
    third, target = item(BUREAU, ItemType.PLEDGE, 2), item_stream(unit("meeting"), 1)
    for stream, title in ((ONE, "甲"), (OTHER, "乙"), (third, "丙")):
        identified(telling, stream, title)
    telling.tell(third, ItemMarkedDuplicate(verifier=unit(BUREAU), duplicate_of=ONE), date(2024, 5, 1))
    formed = MergedItemFormed(
        terms=terms("丁", BUREAU), sources=(ONE, OTHER), clause_mapping=(), effective_from=YEAR, campaign=CAMPAIGN
    )
    telling.tell(target, formed, DECIDED)
    for source in (ONE, OTHER):
        merged = ItemMerged(target=target, ground_code="M1", first_day_without=YEAR, campaign=CAMPAIGN)
        telling.tell(source, merged, DECIDED)
    document = document_stream(unit(BUREAU), "演示")
    lost = ItemBasisLost(basis_document=document, repealed_by=document, first_day_without=date(2025, 2, 1))
    telling.tell(target, lost, date(2025, 2, 1))
    build = built(connection, telling)
    rows = {row.title: row for row in item_list(connection, pin(build, date(2025, 3, 1)))}
    assert {title: (row.phase, row.decided) for title, row in rows.items()} == {
        "甲": ("MERGED", "MERGE"), "乙": ("MERGED", "MERGE"), "丙": ("DUPLICATE", None), "丁": ("ACTIVE", "FORM"),
    }  # fmt: skip
    assert (rows["甲"].merged_into, rows["丙"].duplicate_of) == (target, ONE)
    assert list(rows["丁"].sources) == [ONE, OTHER]
    assert (rows["丁"].basis_lost, rows["丁"].found_by, rows["丁"].campaign) == (True, None, CAMPAIGN)


@pytest.mark.parametrize(
    ("wanted", "titles"),
    [
        (Wanted(), "甲乙丙"),
        (Wanted(level=("COUNTY",)), "丙"),
        (Wanted(level=("COUNTY", "PREFECTURE")), "甲乙丙"),
        (Wanted(jurisdiction=(CITY,)), "甲乙"),
        (Wanted(within=(CITY,)), "甲乙丙"),
        (Wanted(within=(COUNTY,)), "丙"),
        (Wanted(within=("530000",), item_type=("VETO",)), "乙"),
        (Wanted(phase=("ACTIVE",)), "甲"),
        (Wanted(in_force=False), "乙丙"),
        (Wanted(campaign=(CAMPAIGN,), found_by=("SPOT_CHECK",)), "乙"),
        (Wanted(implementing_unit=(unit(BUREAU),), reporting_unit=(unit(BUREAU),)), "甲乙丙"),
        (Wanted(decided=("RETAIN",), proposed=("RETAIN",)), ""),
        (Wanted(field_code=("F",)), "丙"),
        (Wanted(title="丙"), "丙"),
    ],
)
def test_filters_are_joined_by_and_their_values_by_or(
    connection: Connection[Any], telling: Telling, wanted: Wanted, titles: str
) -> None:
    identified(telling, ONE, "甲")
    retained(telling, since=DECIDED)
    veto = ItemIdentified(
        terms=terms("乙", BUREAU, ItemType.VETO),
        found_by=FoundBy.SPOT_CHECK,
        reporting_unit=unit(BUREAU),
        campaign=CAMPAIGN,
    )
    telling.tell(OTHER, veto, FOUND)
    identified(telling, item(BUREAU, ItemType.PLEDGE, 2), "丙", level=Level.COUNTY, jurisdiction=COUNTY, field_code="F")
    build = built(connection, telling)
    found = item_list(connection, pin(build, YEAR), wanted)
    assert sorted(row.title for row in found) == sorted(titles)


def test_pages_follow_each_other_without_gap_or_repetition_and_a_later_fact_moves_none(
    connection: Connection[Any], telling: Telling
) -> None:
    for row in range(7):
        identified(telling, item(BUREAU, ItemType.PLEDGE, row), f"演示{row % 3}")
    known_at = telling.position
    identified(telling, item(BUREAU, ItemType.PLEDGE, 7), "演示0")
    build = built(connection, telling)
    pages, after = [], None
    while page := item_list(connection, pin(build, YEAR, known_at), after=after, most=3):
        pages.append([row.item for row in page])
        after = page[-1].title_sort, page[-1].item
    assert [len(page) for page in pages] == [3, 3, 1]
    assert [each for page in pages for each in page] == [
        row.item for row in item_list(connection, pin(build, YEAR, known_at))
    ]


def test_an_item_is_shown_with_its_elements_and_opinions(connection: Connection[Any], telling: Telling) -> None:
    identified(telling)
    position = opinion(telling, Disposition.RETAIN)
    retained(telling)
    amended = terms("秸秆禁烧责任书", BUREAU)
    telling.tell(ONE, ItemAmended(from_version=1, terms=amended, effective_from=date(2026, 1, 1)), date(2025, 6, 1))
    build = built(connection, telling)
    found = item_of(connection, pin(build, date(2025, 7, 1)), ONE)
    assert found is not None
    assert (found.row.title, found.terms.title) == ("秸秆禁烧目标责任书", "秸秆禁烧目标责任书")
    assert [version.number for version in found.versions] == [1, 2]
    assert [given.position for given in found.opinions] == [position]
    later = item_of(connection, pin(build, date(2026, 1, 1)), ONE)
    assert later is not None
    assert later.terms == amended
    assert item_of(connection, pin(build, date(2024, 3, 1)), ONE) is None
    assert item_of(connection, pin(build, YEAR, known_at=2), ONE) is None


def test_a_history_tells_every_fact_what_the_campaign_found_and_each_correction_beside_what_it_corrects(
    connection: Connection[Any], telling: Telling
) -> None:
    registered = OmissionRegistered(unit=unit(BUREAU), item_type=ItemType.PLEDGE, item=ONE, records=(RECORD,))
    omission = telling.tell(CAMPAIGN, registered, FOUND, by=unit("530900-zzb"))
    found = identified(telling)
    meeting = meeting_stream(unit("530900"), MeetingBody.STANDING_COMMITTEE, DECIDED, 1)
    decision = telling.tell(
        ONE,
        ItemCancelled(ground_code="C1", first_day_without=YEAR, campaign=CAMPAIGN),
        DECIDED,
        by=unit("530900-zzb"),
        authority=Authority(meeting=meeting, document=document_stream(unit("530900"), "演示")),
    )
    before = telling.position
    change = Change(path="/ground_code", value='"C2"')
    corrected = telling.tell(ONE, RecordCorrected(corrects=decision, why="误录", changed=(change,)), date(2025, 3, 1))
    void = telling.tell(
        CAMPAIGN, RecordCorrected(corrects=omission, why="误录", void=True, route_keys=(ONE,)), date(2025, 4, 1)
    )
    build = built(connection, telling)
    told = history(connection, pin(build, date(2025, 1, 31)), ONE)
    assert [(entry.position, entry.topic) for entry in told] == [
        (omission, "campaign.omission_registered"),
        (found, "item.identified"),
        (decision, "item.cancelled"),
        (corrected, "record.corrected"),
        (void, "record.corrected"),
    ]
    by_position = {entry.position: entry for entry in told}
    assert (by_position[decision].said["ground_code"], by_position[decision].meeting) == ("C1", meeting)
    assert (by_position[decision].reads or {})["ground_code"] == "C2"
    assert (by_position[decision].stands, by_position[decision].corrected_by) == (True, (corrected,))
    assert (by_position[omission].stands, by_position[omission].corrected_by) == (False, (void,))
    assert (by_position[corrected].corrects, by_position[corrected].stands) == (decision, True)
    assert by_position[decision].recorded_at > 0

    earlier = history(connection, pin(build, YEAR, before), ONE)
    assert [(entry.position, entry.corrected_by, entry.reads) for entry in earlier] == [
        (omission, (), None), (found, (), None), (decision, (), None),
    ]  # fmt: skip
    assert [entry.position for entry in history(connection, pin(build, FOUND), ONE)] == [omission, found, void]


@pytest.mark.parametrize("seed", range(4))
def test_on_every_day_as_known_at_every_position_an_item_is_what_its_life_says(
    connection: Connection[Any], telling: Telling, seed: int
) -> None:
    dice = random.Random(seed)  # noqa: S311 - chance, not secrecy
    streams = [item(BUREAU, ItemType.PLEDGE, row) for row in range(4)]
    for number, stream in enumerate(streams):
        identified(telling, stream, f"演示{number}")
    for _ in range(60):
        stream = dice.choice(streams)
        day, ahead = day_of(dice), day_of(dice)
        telling.tell(stream, anything(dice, ahead, telling.of(stream)), day)
    build = built(connection, telling, batch=dice.randint(1, 30))
    compared = 0
    for _ in range(60):
        known_at, day = dice.randint(6, telling.position), day_of(dice)
        shown = {row.item: row for row in item_list(connection, pin(build, day, known_at))}
        for stream in streams:
            life = ITEM.state([told for told in telling.of(stream) if told.position <= known_at], day)
            row = shown.pop(stream, None)
            assert (row is None) == (life is None)
            if row is not None and life is not None:
                assert (row.phase, row.in_force) == (life.phase_on(day), life.active_on(day))
                version = life.version_on(day)
                assert (row.version, row.title) == (version.number if version else 0, (version or life).terms.title)
                compared += 1
        assert not shown
    assert compared > 80  # the others were voided or not found yet


def day_of(dice: random.Random) -> date:
    return FOUND + timedelta(days=dice.randrange(400))


def anything(dice: random.Random, ahead: date, own: list[Recorded[Fact]]) -> Fact:
    """A fact of an item that may come at any time, or a correction of one: only what is told matters here, not whether it may be."""
    corrected = dice.choice(own)
    change = Change(path="/effective_on", value=f'"{ahead}"')
    amended = replace(terms(f"演示{ahead}", BUREAU), end_year=dice.choice((None, 2024)))
    return dice.choice(
        (
            ItemVerified(verifier=unit(BUREAU)),
            ItemRetained(ground_code="R1", effective_from=ahead, campaign=CAMPAIGN),
            ItemRetained(ground_code="R1", effective_from=ahead, campaign=CAMPAIGN),
            ItemAmended(from_version=1, terms=amended, effective_from=ahead),
            ItemSuspended(ground="演示", suspended_from=ahead),
            ItemResumed(ground="演示", resumed_from=ahead),
            ItemCancelled(ground_code="C1", first_day_without=ahead)
            if dice.random() < 0.3
            else ItemSubmittedForReview(),
            RecordCorrected(corrects=corrected.position, why="误录", void=True),
            RecordCorrected(corrects=corrected.position, why="误录", changed=(change,)),
        )
    )
