"""A campaign from plan to look-back: what each step asks for, and that its figures are counted."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import uuid5

import pytest

from ledger.authority import DecisionWithoutMeeting
from ledger.campaign import (
    BodyHasDecided,
    CampaignExists,
    ConflictsOpen,
    ConservationBroken,
    DeadlineAhead,
    DeadlineBeforeStart,
    DeadlineNotLater,
    DecisionsDoNotAddUp,
    ItemsUndecided,
    MeetingOfAnotherBody,
    NothingDecided,
    NotItsToDecide,
    RecordsUnsettled,
    ReturnsMissing,
    ReturnsUnsettled,
    ScopeUnusable,
)
from ledger.commands import (
    CorrectRecord,
    ExtendDeadline,
    MarkDuplicate,
    OpenLookBack,
    RejectAsNotAnItem,
    ResolveConflict,
)
from ledger.events import (
    CampaignClosed,
    CampaignDecisionTaken,
    CampaignOpened,
    CampaignPlanned,
    CampaignReconciled,
    DeadlineExtended,
    InventoryClosed,
    ItemCancelled,
    ItemExited,
    ItemIdentified,
    LookBackOpened,
    UnitDissolved,
)
from ledger.refusals import (
    CampaignNotInPhase,
    CampaignUnknown,
    ItemUnknown,
    LaterFactsStand,
    LeftBlank,
    MeetingUnknown,
    Refused,
    UnitHasEnded,
    UnitUnknown,
)
from ledger.streams import NAMESPACE, item_stream
from ledger.terms import FoundBy, Kept, Level, MatchResult
from ledger.timelines.campaign import Phase
from ledger.values import Authority, Change, GroupCount, Resolution
from tests.pure.campaign_scene import (
    CAMPAIGN_ID,
    CLOSED,
    COMMITTEE,
    COUNTY,
    DEADLINE,
    DECIDED,
    EDUCATION,
    ENDED,
    FILED,
    IN_FORCE,
    MATCHED,
    OFFICE,
    OPENED,
    PLANNED,
    PLEDGE,
    RECONCILED,
    RUN_OUT,
    WATER,
    CampaignScene,
    described,
    finding_id,
    item,
    terms,
)
from tests.pure.item_scene import refuses

NOBODY = uuid5(NAMESPACE, "nobody")


def test_a_campaign_is_planned_once() -> None:
    scene = CampaignScene(opened=False)
    filings = scene.when(scene.plan())
    planned = CampaignPlanned(area_code="530900", year=2024, ordinal=1, title="全市清理规范", campaign_unit=OFFICE)
    assert filings == ((CAMPAIGN_ID, planned),)
    refuses(scene, scene.plan(), CampaignExists)
    refuses(scene, scene.plan(title=" "), LeftBlank)
    refuses(scene, scene.plan(campaign_unit=NOBODY), UnitUnknown)


def test_a_campaign_opens_for_units_that_stand() -> None:
    scene = CampaignScene(opened=False)
    refuses(scene, scene.open(), CampaignUnknown)
    scene.when(scene.plan())
    refusals: list[tuple[dict[str, Any], type[Refused]]] = [
        ({"units": ()}, ScopeUnusable),
        ({"units": (EDUCATION, EDUCATION)}, ScopeUnusable),
        ({"item_types": ()}, ScopeUnusable),
        ({"item_types": (PLEDGE, PLEDGE)}, ScopeUnusable),
        ({"deadline": OPENED.replace(day=3)}, DeadlineBeforeStart),
        ({"units": (EDUCATION, NOBODY)}, UnitUnknown),
        ({"effective_on": PLANNED.replace(month=2)}, LaterFactsStand),
    ]
    for changes, refusal in refusals:
        refuses(scene, scene.open(**changes), refusal)
    scene.fact(WATER, UnitDissolved(first_day_without=PLANNED), PLANNED)
    refuses(scene, scene.open(), UnitHasEnded)
    filings = scene.when(scene.open(units=(EDUCATION, COUNTY)))
    opened = CampaignOpened(units=(EDUCATION, COUNTY), item_types=(PLEDGE,), deadline=DEADLINE)
    assert filings == ((CAMPAIGN_ID, opened),)
    refuses(scene, scene.open(), CampaignNotInPhase)


def test_a_deadline_is_only_extended() -> None:
    scene = CampaignScene()
    extend = ExtendDeadline(effective_on=FILED, campaign=CAMPAIGN_ID, deadline=CLOSED)
    refuses(scene, replace(extend, deadline=DEADLINE), DeadlineNotLater)
    assert scene.when(extend) == ((CAMPAIGN_ID, DeadlineExtended(deadline=CLOSED)),)
    assert scene.campaign().deadline == CLOSED


def test_the_inventory_is_closed_when_everybody_has_filed_and_not_before_the_deadline() -> None:
    scene = CampaignScene()
    scene.after(scene.file(), scene.zero(COUNTY))
    refuses(scene, scene.close_inventory(), ReturnsMissing, "BR-10")
    scene.when(scene.zero(WATER, effective_on=date(2024, 5, 8)))
    refuses(scene, scene.close_inventory(effective_on=DEADLINE.replace(day=29)), DeadlineAhead)
    refuses(scene, scene.close_inventory(effective_on=DEADLINE), LaterFactsStand)
    assert scene.when(scene.close_inventory()) == ((CAMPAIGN_ID, InventoryClosed()),)
    assert scene.campaign().phase is Phase.RECONCILING
    refuses(scene, scene.close_inventory(), CampaignNotInPhase)


def test_a_unit_that_ended_before_the_deadline_owes_nothing_but_what_it_filed_counts() -> None:
    scene = CampaignScene()
    scene.after(scene.file(), scene.zero(COUNTY))
    for ended in (WATER, EDUCATION):
        scene.fact(ended, UnitDissolved(first_day_without=DEADLINE), FILED)
    scene.after(scene.close_inventory(), scene.reconcile())
    assert reconciled(scene).identified == 1
    scene.after(scene.check(COUNTY), scene.confirm(COUNTY)).retained(item())
    scene.when(scene.decide())
    refuses(scene, scene.close(), ReturnsUnsettled, "BR-10")
    scene.after(scene.check(), scene.confirm(), scene.close())


def test_a_return_made_void_after_the_inventory_is_unsettled() -> None:
    scene = CampaignScene()
    scene.reviewing().retained(item())
    scene.when(scene.decide())
    for topic in ("return.confirmed", "return.checked", "return.zero_report_filed"):
        told = next(each for each in reversed(scene.log) if topic == each.fact.TOPIC)
        scene.when(CorrectRecord(effective_on=DECIDED, stream=told.stream, corrects=told.position, why="误", void=True))
    refuses(scene, scene.close(), ReturnsUnsettled, "BR-10")


def reconciled(scene: CampaignScene) -> CampaignReconciled:
    (fact,) = (recorded.fact for recorded in scene.log if isinstance(recorded.fact, CampaignReconciled))
    return fact


def test_the_comparison_is_counted_item_by_item() -> None:
    scene = CampaignScene()
    other = described("控辍保学责任状", start_year=2020)
    river = described("河湖长制责任状", implementing_unit=WATER)
    scene.when(scene.file(terms(), terms("控辍保学责任书"), terms("教育收费责任书"), terms("学前教育责任书")))
    scene.after(scene.zero(WATER), scene.zero(COUNTY))
    scene.after(scene.finding("1"), scene.finding("2", described=other), scene.finding("3", described=other))
    scene.after(scene.finding("4", described=river), scene.finding("5", described=described("义务教育责任状")))
    scene.after(scene.close_inventory(), scene.match(record=finding_id("1")))
    in_conflict = item(row=1)
    conflict = scene.match(
        item=in_conflict, record=finding_id("2"), result=MatchResult.CONFLICT, differences=("years",)
    )
    scene.when(conflict)
    refuses(scene, scene.reconcile(), ConflictsOpen, "BR-10")
    values = (Resolution(field="years", kept=Kept.DECLARED, value="2021—2026"),)
    scene.when(ResolveConflict(effective_on=MATCHED, campaign=CAMPAIGN_ID, item=in_conflict, values=values))
    scene.when(replace(conflict, record=finding_id("3")))
    scene.when(ResolveConflict(effective_on=MATCHED, campaign=CAMPAIGN_ID, item=in_conflict, values=values))
    scene.when(scene.false_zero(finding_id("4")))
    refuses(scene, scene.reconcile(), RecordsUnsettled, "BR-10")
    scene.when(scene.omission(finding_id("5"), terms=terms("义务教育责任书")))
    duplicate = MarkDuplicate(effective_on=MATCHED, item=item(row=3), verifier=OFFICE, duplicate_of=item())
    scene.when(duplicate)
    refuses(scene, scene.reconcile(effective_on=CLOSED), LaterFactsStand)
    scene.when(scene.reconcile())
    assert reconciled(scene) == CampaignReconciled(
        identified=5, matched=1, conflicts_resolved=1, uncorroborated=1, omissions=1, false_zeros=1
    )


def test_a_void_record_needs_no_settling() -> None:
    scene = CampaignScene()
    scene.closed_inventory(scene.finding())
    position = next(each.position for each in scene.log if each.stream == finding_id())
    void = CorrectRecord(effective_on=MATCHED, stream=finding_id(), corrects=position, why="登记有误", void=True)
    scene.after(void, scene.reconcile())
    assert reconciled(scene).uncorroborated == 1


def test_a_conflict_about_an_item_that_counts_no_more_is_closed_with_it() -> None:
    scene = CampaignScene()
    scene.closed_inventory(scene.finding(described=described(start_year=2020)))
    scene.when(scene.match(result=MatchResult.CONFLICT, differences=("years",)))
    rejected = RejectAsNotAnItem(effective_on=MATCHED, item=item(), verifier=OFFICE, ground="学习资料")
    scene.after(rejected, scene.reconcile())
    assert reconciled(scene).identified == 0


def test_a_body_decides_the_items_of_its_area_once() -> None:
    scene = CampaignScene()
    scene.reviewing()
    refuses(scene, scene.decide(), ItemsUndecided, "BR-10")
    scene.retained(item())
    filings = scene.when(scene.decide())
    taken = CampaignDecisionTaken(unit=COMMITTEE, retained=1, merged_sources=0, merged_targets=0, cancelled=0)
    assert filings == ((CAMPAIGN_ID, taken),)
    assert scene.campaign().phase is Phase.DECIDING
    refuses(scene, scene.decide(), BodyHasDecided)


def test_a_decision_of_a_campaign_is_taken_in_a_meeting_of_the_body() -> None:
    scene = CampaignScene()
    scene.reviewing().retained(item())
    refuses(scene, scene.decide(authority=None), DecisionWithoutMeeting, "BR-04")
    refuses(scene, scene.decide(authority=Authority()), DecisionWithoutMeeting, "BR-04")
    refuses(scene, scene.decide(authority=Authority(meeting=NOBODY)), MeetingUnknown)
    refuses(scene, scene.decide(authority=Authority(meeting=scene.meeting(COUNTY))), MeetingOfAnotherBody)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"items": ()}, NothingDecided),
        ({"items": (item(), item())}, NothingDecided),
        ({"items": (NOBODY,)}, ItemUnknown),
        ({"unit": NOBODY}, UnitUnknown),
        ({"effective_on": RECONCILED.replace(day=13)}, LaterFactsStand),
    ],
)
def test_a_decision_that_cannot_be_so_is_refused(changes: dict[str, Any], refusal: type[Refused]) -> None:
    scene = CampaignScene()
    scene.reviewing().retained(item())
    refuses(scene, replace(scene.decide(), **changes), refusal)


def test_a_body_decides_nothing_of_another_area_or_campaign_or_that_does_not_count() -> None:
    scene = CampaignScene()
    scene.filed()
    stranger = item_stream(NOBODY, 0)
    strange = ItemIdentified(terms=terms(), found_by=FoundBy.IMPLEMENTER, reporting_unit=EDUCATION, campaign=NOBODY)
    scene.fact(stranger, strange, FILED)
    scene.after(scene.close_inventory(), scene.reconcile())
    scene.retained(stranger)
    refuses(scene, scene.decide(stranger), NotItsToDecide)
    scene.retained(item())
    of_the_county = scene.decide(unit=COUNTY, authority=Authority(meeting=scene.meeting(COUNTY)))
    refuses(scene, of_the_county, NotItsToDecide)


def test_an_item_that_counts_no_more_is_not_decided() -> None:
    scene = CampaignScene()
    scene.reviewing()
    scene.when(RejectAsNotAnItem(effective_on=DECIDED, item=item(), verifier=OFFICE, ground="学习资料"))
    refuses(scene, scene.decide(), NotItsToDecide)


def decided_campaign() -> tuple[CampaignScene, GroupCount]:
    """A campaign of six items: one each retained and cancelled, two merged, a duplicate, and one that was no item."""
    scene = CampaignScene()
    titles = ("校园安全", "控辍保学", "教育收费", "学前教育", "义务教育", "职业教育")
    scene.when(scene.file(*(terms(f"{title}责任书") for title in titles)))
    scene.after(scene.zero(WATER), scene.zero(COUNTY), scene.close_inventory(), scene.reconcile())
    for each in (EDUCATION, WATER, COUNTY):
        scene.after(scene.check(each), scene.confirm(each))
    scene.when(MarkDuplicate(effective_on=RECONCILED, item=item(row=4), verifier=OFFICE, duplicate_of=item()))
    scene.when(RejectAsNotAnItem(effective_on=RECONCILED, item=item(row=5), verifier=OFFICE, ground="学习资料"))
    scene.retained(item()).cancelled(item(row=1)).merged(item(NOBODY), item(row=2), item(row=3))
    scene.when(scene.decide(*(item(row=row) for row in range(4))))
    counted = GroupCount(
        level=Level.PREFECTURE,
        item_type=PLEDGE,
        found=6,
        duplicates=1,
        not_an_item=1,
        identified=4,
        retained=1,
        merged_sources=2,
        merged_targets=1,
        cancelled=1,
        list_after=2,
    )
    return scene, counted


def test_a_campaign_closes_with_the_equation_of_every_group() -> None:
    scene, counted = decided_campaign()
    assert scene.when(scene.close()) == ((CAMPAIGN_ID, CampaignClosed(conservation=(counted,))),)
    refuses(scene, scene.close(), CampaignNotInPhase)


def test_groups_are_counted_apart_municipal_before_county() -> None:
    scene = CampaignScene()
    ours = terms(implementing_unit=COUNTY, level=Level.COUNTY, jurisdiction="530922")
    scene.after(scene.file(), scene.file(ours, unit=COUNTY), scene.zero(WATER))
    scene.after(scene.close_inventory(), scene.reconcile())
    for each in (EDUCATION, WATER, COUNTY):
        scene.after(scene.check(each), scene.confirm(each))
    scene.retained(item()).cancelled(item(COUNTY))
    scene.when(scene.decide())
    scene.when(scene.decide(item(COUNTY), unit=COUNTY, authority=Authority(meeting=scene.meeting(COUNTY))))
    (_, fact), *_ = scene.when(scene.close())
    assert isinstance(fact, CampaignClosed)
    assert [(group.level, group.found, group.list_after) for group in fact.conservation] == [
        (Level.PREFECTURE, 1, 1),
        (Level.COUNTY, 1, 0),
    ]


def test_a_campaign_in_which_nothing_was_found_closes_without_a_decision() -> None:
    scene = CampaignScene()
    units = (EDUCATION, WATER, COUNTY)
    scene.after(*(scene.zero(each) for each in units), scene.close_inventory(), scene.reconcile())
    for each in units:
        scene.after(scene.check(each), scene.confirm(each))
    assert scene.when(scene.close())[0][1] == CampaignClosed(conservation=())


def test_a_campaign_does_not_close_while_a_return_is_unsettled() -> None:
    scene = CampaignScene()
    scene.closed_inventory().when(scene.reconcile())
    scene.retained(item())
    scene.after(scene.decide(), scene.check(), scene.confirm(), scene.check(COUNTY))
    refuses(scene, scene.close(), ReturnsUnsettled, "BR-10")
    scene.after(scene.confirm(COUNTY), scene.check(WATER), scene.confirm(WATER), scene.close())


def test_a_corrected_return_and_a_false_zero_are_settled() -> None:
    scene = CampaignScene()
    scene.after(scene.file(), scene.correct(kept=(item(),), items=(terms("控辍保学责任书"),)))
    scene.after(scene.zero(WATER), scene.zero(COUNTY))
    scene.when(scene.finding(described=described("河湖长制责任状", implementing_unit=WATER)))
    scene.after(scene.close_inventory(), scene.false_zero(), scene.reconcile())
    scene.after(scene.check(COUNTY), scene.confirm(COUNTY))
    false = item_stream(finding_id(), 0)
    scene.cancelled(item()).cancelled(item(row=1)).cancelled(false)
    scene.after(scene.decide(item(), item(row=1), false), scene.close())


def test_a_campaign_does_not_close_over_an_item_decided_only_later() -> None:
    scene = CampaignScene()
    scene.reviewing().retained(item())
    scene.when(scene.decide())
    refuses(scene, scene.close(effective_on=DECIDED.replace(day=5)), LaterFactsStand)
    undecided = CampaignScene()
    refuses(undecided.reviewing(), undecided.close(), ItemsUndecided, "BR-10")


def test_a_campaign_does_not_close_when_its_decisions_do_not_count_every_item() -> None:
    scene = CampaignScene()
    scene.reviewing().retained(item())
    refuses(scene, scene.close(), DecisionsDoNotAddUp, "BR-10")


def test_a_campaign_does_not_close_when_a_merged_item_is_gone_already() -> None:
    scene, _ = decided_campaign()
    gone = ItemCancelled(ground_code="C1", first_day_without=IN_FORCE, running_pledges=RUN_OUT)
    scene.fact(item(NOBODY), gone, DECIDED)
    refuses(scene, scene.close(), ConservationBroken, "BR-10")


def test_a_campaign_does_not_close_over_an_item_that_ended_without_a_decision() -> None:
    scene = CampaignScene()
    scene.reviewing()
    scene.fact(item(), ItemExited(ground="误", first_day_without=IN_FORCE, running_pledges=RUN_OUT), DECIDED)
    scene.when(scene.decide())
    refuses(scene, scene.close(), ConservationBroken, "BR-10")


def test_a_campaign_does_not_close_over_a_conflict_whose_resolution_was_void() -> None:
    scene = CampaignScene()
    scene.closed_inventory(scene.finding(described=described(start_year=2020)))
    scene.when(scene.match(result=MatchResult.CONFLICT, differences=("years",)))
    values = (Resolution(field="years", kept=Kept.DECLARED, value="2021—2026"),)
    scene.when(ResolveConflict(effective_on=MATCHED, campaign=CAMPAIGN_ID, item=item(), values=values))
    resolved = next(each.position for each in scene.log if each.fact.TOPIC == "campaign.conflict_resolved")
    void = CorrectRecord(effective_on=MATCHED, stream=CAMPAIGN_ID, corrects=resolved, why="误", void=True)
    scene.when(void)
    refuses(scene, scene.reconcile(), ConflictsOpen, "BR-10")


def test_a_campaign_does_not_close_over_a_match_that_was_corrected_into_a_conflict() -> None:
    scene = CampaignScene()
    scene.closed_inventory(scene.finding())
    scene.after(scene.match(), scene.reconcile())
    for each in (EDUCATION, WATER, COUNTY):
        scene.after(scene.check(each), scene.confirm(each))
    matched = next(each.position for each in scene.log if each.fact.TOPIC == "campaign.match_decided")
    changed = (Change(path="/result", value='"CONFLICT"'), Change(path="/differences", value='["result"]'))
    scene.when(
        CorrectRecord(effective_on=RECONCILED, stream=CAMPAIGN_ID, corrects=matched, why="复核", changed=changed)
    )
    scene.retained(item()).when(scene.decide())
    refuses(scene, scene.close(), ConflictsOpen, "BR-10")


def test_a_closed_campaign_is_looked_back_on() -> None:
    scene, _ = decided_campaign()
    look = OpenLookBack(effective_on=date(2025, 6, 3), campaign=CAMPAIGN_ID, deadline=date(2025, 6, 30))
    refuses(scene, look, CampaignNotInPhase)
    scene.when(scene.close())
    refuses(scene, replace(look, deadline=date(2025, 6, 2)), DeadlineBeforeStart)
    refuses(scene, replace(look, effective_on=ENDED.replace(day=30)), LaterFactsStand)
    assert scene.when(look) == ((CAMPAIGN_ID, LookBackOpened(deadline=date(2025, 6, 30))),)
    assert scene.campaign().phase is Phase.LOOK_BACK


def test_facts_of_a_campaign_nobody_planned_say_nothing() -> None:
    scene = CampaignScene(opened=False)
    scene.fact(CAMPAIGN_ID, InventoryClosed(), CLOSED)
    refuses(scene, scene.open(), CampaignUnknown)
