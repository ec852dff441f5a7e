"""A dossier brings what bears on a matter, at a position, and leaves the rest of the register where it is."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import pytest
from psycopg import Connection

from ledger.days import SHANGHAI
from ledger.events import (
    CampaignClosed,
    CampaignOpened,
    CampaignPlanned,
    EvidenceAnchored,
    FindingRecorded,
    InspectionPlanned,
    NoticeDrafted,
    RecordCorrected,
    ReturnSubmitted,
    SupportPromised,
)
from ledger.streams import (
    LEDGER,
    campaign_stream,
    duty_stream,
    evidence_stream,
    inspection_stream,
    notice_stream,
    return_stream,
    rule_pack_stream,
)
from ledger.terms import AnchorKind, InspectionKind, ItemType, NoticeKind, PublicationScope, SupportKind
from ledger.timelines.claim import CLAIM as CLAIM_LIFE
from ledger.timelines.pledge import PLEDGE
from ledger.values import Change
from projections.builds import Build
from projections.burden import burden
from projections.dossier import Met, TooMuchToLoad, everything, last_campaign, load, plain, registered
from projections.duties import cascade
from projections.holdings import Holdings
from projections.mentions import DECIDED_CASES, NOTICES
from projections.shield.table import table
from tests.projections.conftest import Log
from tests.projections.heart_scene import (
    AREA,
    BUREAU,
    CASE,
    CITY,
    CITYGOV,
    CLAIM,
    COUNTY,
    D1,
    D2,
    DIGEST,
    FARMLAND,
    INCIDENT,
    INSPECTOR,
    LOWER,
    MERGED,
    OTHER,
    PAPER,
    SIBLING,
    TOLERANCE,
    TOWN,
    TOWN_AREA,
    UPPER,
    UPPER_ITEM,
    farmland,
    incident,
    merge_the_town,
    observed,
    registry,
    whole,
)
from tests.projections.telling import Telling, built, pin

LATER, LATER_NOON = date(2026, 1, 5), datetime(2026, 1, 5, 12, tzinfo=SHANGHAI)
CAMPAIGN = campaign_stream(CITY, 2024, 1)


@pytest.fixture
def say(log: Log) -> Telling:
    return Telling(log)


def holding(connection: Connection[Any], build: Build, known_at: int | None = None, **asked: Any) -> Holdings:
    return load(connection, pin(build, LATER, known_at), **asked)


def has(held: Holdings, *streams: UUID) -> list[bool]:
    return [bool(held.facts(each)) for each in streams]


def test_a_claim_brings_its_incident_paper_case_tolerance_duty_units_and_rules_and_no_other_papers(
    connection: Connection[Any], say: Telling
) -> None:
    whole(say)
    held = holding(connection, built(connection, say), streams=(CLAIM,))
    near = (
        LEDGER,
        CLAIM,
        INCIDENT,
        PAPER,
        CASE,
        TOLERANCE,
        duty_stream(D1, AREA),
        BUREAU,
        TOWN,
        COUNTY,
        CITYGOV,
        rule_pack_stream(CITY),
    )
    assert has(held, *near) == [True] * len(near)
    assert has(held, LOWER, UPPER, SIBLING, FARMLAND) == [False] * 4
    told = table(held, CLAIM, say.position)
    assert told
    assert told.now.failed == table(everything(connection, say.position), CLAIM, say.position).now.failed  # type: ignore[union-attr]
    assert "T7" in told.now.failed


def test_what_was_learnt_later_does_not_come_along(connection: Connection[Any], say: Telling) -> None:
    whole(say)
    build = built(connection, say)
    asserted = next(each.position for each in say.told if each.fact.TOPIC == "claim.asserted")
    held = holding(connection, build, asserted, streams=(CLAIM,))
    claim = held.state(CLAIM_LIFE, CLAIM)
    assert claim
    assert (claim.ruling, claim.asserted_at) == (None, asserted)
    assert has(held, CASE, TOLERANCE) == [False, False]
    assert has(holding(connection, build, asserted - 1, streams=(INCIDENT,)), INCIDENT, CLAIM) == [True, False]


def test_a_lower_paper_brings_those_above_it_and_an_upper_one_those_beneath_only_if_it_was_asked_for(
    connection: Connection[Any], say: Telling
) -> None:
    registry(say)
    farmland(say)
    build = built(connection, say)
    assert has(holding(connection, build, streams=(LOWER,)), LOWER, UPPER, FARMLAND, UPPER_ITEM, SIBLING) == [
        True
    ] * 4 + [False]
    assert has(holding(connection, build, streams=(UPPER,)), LOWER, SIBLING) == [True, True]
    assert has(holding(connection, build, streams=(FARMLAND,)), LOWER, SIBLING, UPPER) == [True, True, True]
    assert has(holding(connection, build, streams=(UPPER_ITEM,)), UPPER, LOWER) == [True, False]


def test_a_unit_brings_what_it_appears_in_also_of_whom_it_came_after(connection: Connection[Any], say: Telling) -> None:
    registry(say)
    farmland(say)
    incident(say)
    observed(say)
    merge_the_town(say, date(2025, 10, 1))
    build = built(connection, say)
    held = holding(connection, build, units=(MERGED,))
    assert has(held, LOWER, PAPER, INCIDENT, TOWN, SIBLING) == [True] * 4 + [False]
    assert [row.stream for row in burden(held, MERGED, date(2025, 10, 1))] == [LOWER, PAPER]
    bound = holding(connection, build, units=(TOWN,), roles=("signer",))
    assert has(bound, LOWER, PAPER, INCIDENT) == [True, True, False]
    assert has(holding(connection, build, units=(INSPECTOR,), roles=("signer",)), PAPER, INSPECTOR) == [False, True]


def test_a_duty_brings_its_entries_at_a_place_and_the_papers_about_it(
    connection: Connection[Any], say: Telling
) -> None:
    whole(say)
    pinned = pin(built(connection, say), LATER)
    held = load(connection, pinned, duty_codes=(D2,), areas=(TOWN_AREA,))
    assert has(held, UPPER, LOWER, SIBLING, duty_stream(D2, TOWN_AREA), PAPER) == [True] * 4 + [False]
    tree = cascade(held, D2, AREA, 2025, LATER)
    assert tree == cascade(everything(connection, say.position), D2, AREA, 2025, LATER)
    assert load(connection, pinned, duty_codes=("没有",), areas=(AREA,)).streams("duty") == ()


def test_a_finding_an_anchor_and_support_with_the_duty_are_found_from_the_paper(
    connection: Connection[Any], say: Telling
) -> None:
    registry(say)
    observed(say)
    inspection = inspection_stream(INSPECTOR, "1")
    say.tell(
        inspection,
        InspectionPlanned(lead_unit=INSPECTOR, kind=InspectionKind.UNANNOUNCED, plan_digest="0" * 64),
        date(2025, 7, 1),
    )
    say.tell(inspection, FindingRecorded(finding_id="1", text="墙上有状", pledge=PAPER), date(2025, 7, 2))
    anchor = EvidenceAnchored(digest=DIGEST, anchored_at=LATER_NOON, anchor_kind=AnchorKind.ARCHIVE, verifier=INSPECTOR)
    say.tell(evidence_stream(DIGEST), anchor, date(2025, 7, 3))
    promise = SupportPromised(
        promised_by=BUREAU, promised_to=TOWN, kind=SupportKind.STAFF, text="派员", due_on=date(2025, 8, 1), pledge=PAPER
    )
    say.tell(duty_stream(D1, AREA), promise, date(2025, 7, 4))
    held = holding(connection, built(connection, say), streams=(PAPER,))
    assert has(held, inspection, evidence_stream(DIGEST), duty_stream(D1, AREA)) == [True] * 3


def test_what_was_said_and_corrected_is_still_found_for_earlier_positions(
    connection: Connection[Any], say: Telling
) -> None:
    whole(say)
    asserted = next(each.position for each in say.told if each.fact.TOPIC == "claim.asserted")
    void = say.tell(CLAIM, RecordCorrected(corrects=asserted, why="误录", void=True), LATER)
    held = holding(connection, built(connection, say), streams=(INCIDENT,))
    assert held.state(CLAIM_LIFE, CLAIM) is None
    before = held.at(void - 1).state(CLAIM_LIFE, CLAIM)
    assert before
    assert before.pledge == PAPER


def test_what_a_correction_refers_to_comes_along(connection: Connection[Any], say: Telling) -> None:
    whole(say)
    asserted = next(each.position for each in say.told if each.fact.TOPIC == "claim.asserted")
    change = Change(path="/pledge", value=f'"{LOWER}"')
    moved = say.tell(CLAIM, RecordCorrected(corrects=asserted, why="误录", changed=(change,)), LATER)
    build = built(connection, say)
    assert has(holding(connection, build, streams=(CLAIM,)), PAPER, LOWER, UPPER) == [True, True, True]
    assert has(holding(connection, build, moved - 1, streams=(CLAIM,)), PAPER, LOWER, UPPER) == [True, False, False]
    assert has(holding(connection, build, streams=(LOWER,)), CLAIM, PAPER) == [True, True]


def test_campaigns_and_returns_are_left_where_they_are_corrections_too(
    connection: Connection[Any], say: Telling
) -> None:
    registry(say)
    closed_on = campaign(say)
    farmland(say)
    filed = return_stream(CAMPAIGN, COUNTY, ItemType.PLEDGE)
    first = say.tell(
        filed, ReturnSubmitted(campaign=CAMPAIGN, unit=COUNTY, item_type=ItemType.PLEDGE, items=(FARMLAND,)), LATER
    )
    say.tell(filed, RecordCorrected(corrects=first, why="误录", void=True), LATER)
    build = built(connection, say)
    held = holding(connection, build, streams=(FARMLAND, filed, CAMPAIGN), units=(COUNTY,))
    assert has(held, FARMLAND, filed, CAMPAIGN) == [True, False, False]
    assert has(everything(connection, say.position), FARMLAND, CAMPAIGN, filed) == [True, True, False]
    pinned = pin(build, LATER)
    assert last_campaign(connection, pinned, TOWN_AREA) == last_campaign(connection, pinned, CITY) == closed_on
    assert last_campaign(connection, pin(build, date(2024, 12, 30)), TOWN_AREA) is None
    assert last_campaign(connection, pinned, "110101") is None


def campaign(say: Telling) -> date:
    planned = CampaignPlanned(area_code=CITY, year=2024, ordinal=1, title="清理", campaign_unit=CITYGOV)
    say.tell(CAMPAIGN, planned, date(2024, 3, 1))
    say.tell(
        CAMPAIGN,
        CampaignOpened(units=(COUNTY,), item_types=(ItemType.PLEDGE,), deadline=date(2024, 4, 30)),
        date(2024, 3, 4),
    )
    say.tell(CAMPAIGN, CampaignClosed(conservation=()), date(2024, 12, 31))
    return date(2024, 12, 31)


def test_registers_give_every_notice_and_every_decided_case_with_the_units_they_name(
    connection: Connection[Any], say: Telling
) -> None:
    whole(say)
    notice = notice_stream(INSPECTOR, "1")
    drafted = NoticeDrafted(
        issuer=INSPECTOR,
        kind=NoticeKind.EXPOSURE,
        title="通报",
        text="通报",
        about_units=(TOWN,),
        scope=PublicationScope.PUBLIC,
    )
    say.tell(notice, drafted, LATER)
    build = built(connection, say)
    pinned = pin(build, LATER)
    assert (registered(connection, pinned, NOTICES), registered(connection, pinned, DECIDED_CASES)) == (
        [notice],
        [CASE],
    )
    held = plain(connection, pinned, [CASE])
    assert has(held, CASE, TOWN, COUNTY, CITYGOV, LEDGER, INCIDENT, CLAIM) == [True] * 5 + [False] * 2
    assert registered(connection, pin(build, LATER, say.position - 1), NOTICES) == []


def test_what_would_be_too_much_is_refused_by_name(connection: Connection[Any], say: Telling) -> None:
    whole(say)
    pinned = pin(built(connection, say), LATER)
    enough = len([each for stream in everything(connection, say.position)._held.values() for each in stream])
    with pytest.raises(TooMuchToLoad) as refused:
        load(connection, pinned, streams=(CLAIM,), most=10)
    assert refused.value.most == 10
    with pytest.raises(TooMuchToLoad):
        everything(connection, say.position, most=enough - 1)
    assert len(everything(connection, say.position, most=enough).streams("pledge")) == 4
    with pytest.raises(TooMuchToLoad):
        plain(connection, pinned, [CASE], most=4)


def test_all_that_was_held_is_all_at_that_position(connection: Connection[Any], say: Telling) -> None:
    whole(say)
    say.done()
    signed = next(each.position for each in say.told if each.stream == LOWER and each.fact.TOPIC == "pledge.signed")
    for known_at, on in ((signed, date(2025, 1, 15)), (signed - 1, None)):
        paper = everything(connection, known_at).state(PLEDGE, LOWER)
        assert paper
        assert paper.signed_on == on
    assert everything(connection, 0).streams("pledge") == ()


def test_references_are_met_wherever_they_stand_in_a_fact(say: Telling) -> None:
    registry(say)
    observed(say, item=FARMLAND)
    incident(say)
    met = Met()
    for recorded in say.told[-2:]:
        met.look(recorded.fact)
    assert met.streams >= {BUREAU, TOWN, INSPECTOR, FARMLAND}
    assert OTHER not in met.streams
    assert (met.duty_codes, met.areas, met.digests) == ({D1}, {TOWN_AREA}, {DIGEST})
    assert {duty_stream(D1, AREA), evidence_stream(DIGEST), rule_pack_stream(CITY)} <= met.surroundings()
