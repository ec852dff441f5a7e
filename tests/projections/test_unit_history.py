"""A unit's history: what it did and what befell it, in every role, with what was corrected still in sight."""

from datetime import date
from typing import Any

import pytest
from psycopg import Connection

from ledger.events import FACTS, LedgerOpened, RecordCorrected, ReturnSubmitted, UnitRenamed, UnitsMerged
from ledger.values import Change
from projections.builds import Build
from projections.unit_history import UNIT_HISTORY, HistoryRow, history
from tests.projections.conftest import Log
from tests.projections.heart_scene import BUREAU, INSPECTOR, TOWN, whole
from tests.projections.small_campaign import (
    CLOSED,
    DECIDED,
    FOUND,
    ITEMS,
    LEAD,
    PLEDGE,
    R2,
    RECONCILED,
    REVIEWED,
    VETO,
    A,
    B,
    SmallCampaign,
    X,
)
from tests.projections.telling import CAMPAIGN, OPENED, SINCE, Telling, built, filed, pin, unit

LATER = date(2025, 6, 1)
HEART = (TOWN, BUREAU, INSPECTOR)


@pytest.fixture
def story(log: Log) -> SmallCampaign:
    return SmallCampaign(Telling(log)).tell()


def told(
    connection: Connection[Any], build: Build, code: str, known_at: int | None = None, **asked: Any
) -> list[HistoryRow]:
    return history(connection, pin(build, asked.pop("on", LATER), known_at), unit(code), most=1000, **asked)


def short(rows: list[HistoryRow]) -> list[tuple[date, str, str]]:
    return [(row.effective_on, row.topic, row.role) for row in rows]


def test_every_fact_of_the_catalogue_says_who_appears_in_it() -> None:
    assert set(FACTS.values()) - UNIT_HISTORY.facts == {LedgerOpened, RecordCorrected}


def test_an_implementing_unit_finds_its_item_from_its_return_to_the_decision(
    connection: Connection[Any], story: SmallCampaign
) -> None:
    rows = told(connection, built(connection, story.telling), B)
    mine = [row for row in rows if row.stream in (ITEMS["否"], filed(B, VETO), unit(B))]
    late = date(2024, 5, 2)
    assert short(mine) == [
        (SINCE, "unit.registered", "unit"),
        (late, "return.submitted", "reporter"),
        (late, "item.identified", "implementer"),
        (late, "item.identified", "reporter"),
        (date(2024, 5, 20), "return.checked", "reporter"),
        (RECONCILED, "return.confirmed", "reporter"),
        (RECONCILED, "item.verified", "implementer"),
        (RECONCILED, "item.verified", "reporter"),
        (RECONCILED, "item.submitted_for_review", "implementer"),
        (RECONCILED, "item.submitted_for_review", "reporter"),
        (REVIEWED, "item.opinion_given", "implementer"),
        (REVIEWED, "item.opinion_given", "reporter"),
        (DECIDED, "item.retained", "implementer"),
        (DECIDED, "item.retained", "reporter"),
    ]
    decided = mine[-1]
    assert (decided.title, decided.actor_unit, decided.until) == ("否", unit(LEAD), None)
    assert decided.recorded_at > 0
    assert [row.topic for row in rows if row.stream == CAMPAIGN] == [
        "campaign.opened", "campaign.inventory_closed", "campaign.false_zero_registered",
    ]  # fmt: skip


def test_a_leading_unit_appears_as_what_it_did(connection: Connection[Any], story: SmallCampaign) -> None:
    build = built(connection, story.telling)
    roles = {(row.topic, row.role) for row in told(connection, build, LEAD)}
    assert roles >= {
        ("campaign.planned", "campaign_unit"), ("campaign.closed", "campaign_unit"), ("campaign.decision_taken", "decider"),
        ("record.spot_check_finding_filed", "checker"), ("item.verified", "verifier"),
        ("item.opinion_given", "opinion_giver"), ("item.cancelled", "decider"), ("item.marked_duplicate", "verifier"),
    }  # fmt: skip
    assert {row.topic for row in told(connection, build, LEAD, role=("verifier",))} == {
        "item.verified", "item.marked_duplicate", "item.rejected_as_not_an_item",
    }  # fmt: skip
    assert {row.topic for row in told(connection, build, LEAD, topic=("item.retained",), since=DECIDED)} == {
        "item.retained"
    }
    assert told(connection, build, LEAD, since=CLOSED.replace(day=31), topic=("item.retained",)) == []


def test_a_report_under_protection_stands_under_nobody_but_whom_it_is_about(
    connection: Connection[Any], story: SmallCampaign
) -> None:
    build = built(connection, story.telling)
    asked = pin(build, LATER).ask(b"select unit, role from {schema}.unit_history where key = %(record)s")
    assert connection.execute(asked, {"record": R2}).fetchall() == [(unit(A), "implementer")]
    reports = told(connection, build, X, topic=("record.recipient_report_filed",), role=("recipient",))
    assert {row.effective_on for row in reports} == {FOUND}
    assert len(reports) == 2


def test_a_correction_is_a_row_of_its_own_and_what_it_corrected_stays_in_sight(
    connection: Connection[Any], story: SmallCampaign
) -> None:
    say = story.telling
    before = say.position
    zero = next(each for each in say.told if each.stream == filed(A, VETO))
    (filing,) = [each for each in say.log_of(ReturnSubmitted.TOPIC) if each.stream == filed(A, PLEDGE)]
    void = say.tell(zero.stream, RecordCorrected(corrects=zero.position, why="误录", void=True), LATER)
    change = Change(path="/unit", value=f'"{unit(X)}"')
    moved = say.tell(filing.stream, RecordCorrected(corrects=filing.position, why="误录", changed=(change,)), LATER)
    build = built(connection, say)

    mine = {
        (row.position, row.role): row
        for row in told(connection, build, A)
        if row.stream in (zero.stream, filing.stream)
    }
    assert (mine[zero.position, "reporter"].until, mine[filing.position, "reporter"].until) == (void, moved)
    assert (mine[void, "reporter"].topic, mine[void, "reporter"].corrects) == ("record.corrected", zero.position)
    assert (mine[moved, "reporter"].corrects, mine[moved, "reporter"].until) == (filing.position, None)
    gained = {row.position: row for row in told(connection, build, X) if row.stream == filing.stream}
    assert (gained[filing.position].learnt_at, gained[moved].corrects) == (moved, filing.position)

    earlier = told(connection, build, A, before)
    assert [row.until for row in earlier if row.stream in (zero.stream, filing.stream)] == [None] * 9
    assert not [row for row in told(connection, build, X, before) if row.stream == filing.stream]


def test_predecessors_and_superiors_are_named_and_a_late_fact_stands_at_its_day(
    connection: Connection[Any], log: Log
) -> None:
    say = Telling(log)
    old, new = say.register("1", "演示旧局"), say.register("2", "演示新局")
    merged = say.tell(old, UnitsMerged(successor=new, first_day_without=date(2025, 3, 1)), date(2025, 2, 1))
    renamed = say.tell(old, UnitRenamed(name="演示原局"), OPENED)
    build = built(connection, say)
    assert [(row.position, row.role) for row in told(connection, build, "1")] == [
        (2, "unit"),
        (renamed, "unit"),
        (merged, "unit"),
    ]
    assert [(row.position, row.role) for row in told(connection, build, "2")] == [(3, "unit"), (merged, "successor")]
    assert [row.position for row in told(connection, build, "1", merged)] == [2, merged]
    assert [row.position for row in told(connection, build, "1", on=OPENED)] == [2, renamed]


def test_in_the_heart_a_unit_appears_as_what_it_was(connection: Connection[Any], log: Log) -> None:
    say = Telling(log)
    whole(say)
    pinned = pin(built(connection, say), date(2025, 12, 31))
    town, bureau, inspector = (
        {(row.topic, row.role) for row in history(connection, pinned, each, most=1000)} for each in HEART
    )
    assert town >= {
        ("duty.entry_added", "owner"), ("pledge.signed", "signer"), ("support.delivered", "promised_to"),
        ("pledge.irregular_observed", "signer"), ("pledge.objection_raised", "objector"), ("incident.registered", "concerned"),
        ("claim.ruled", "against"), ("case.accountability_announced", "subject"), ("tolerance.applied", "applicant"),
    }  # fmt: skip
    assert bureau >= {
        ("duty.entry_added", "power_holder"), ("pledge.objection_raised", "objected_to"), ("claim.asserted", "claimant"),
        ("claim.shield_use_confirmed", "shield_user"), ("incident.registered", "registrar"), ("duty_list.published", "owner"),
    }  # fmt: skip
    assert inspector >= {
        ("pledge.irregular_observed", "observer"), ("claim.ruled", "inspector"), ("case.opened", "case_handler"),
        ("case.accountability_decided", "decider"), ("case.accountability_decided", "proposer"),
    }  # fmt: skip


def test_pages_of_a_history_follow_each_other(connection: Connection[Any], story: SmallCampaign) -> None:
    pinned = pin(built(connection, story.telling), LATER)
    pages: list[HistoryRow] = []
    while page := history(connection, pinned, unit(A), most=4, after=_after(pages)):
        pages += page
    assert pages == history(connection, pinned, unit(A), most=1000)
    assert len(pages) > 20


def _after(rows: list[HistoryRow]) -> tuple[date, int, str, int] | None:
    return (rows[-1].effective_on, rows[-1].position, rows[-1].role, rows[-1].learnt_at) if rows else None
