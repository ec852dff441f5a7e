"""The published list is what is in force; what stands on it is suspended, expires, loses its basis, and leaves by an exit decision."""

from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest

from ledger.authority import DecisionWithoutMeeting, RunningPledgesUntreated
from ledger.commands import (
    ExitItem,
    NoteExpiry,
    NoteLostBasis,
    OpenExitReview,
    PublishList,
    ResumeItem,
    SuspendItem,
)
from ledger.encoding import plain, to_bytes
from ledger.events import (
    CampaignPlanned,
    Fact,
    ItemAmended,
    ItemBasisLost,
    ItemExited,
    ItemExitReviewOpened,
    ItemExpired,
    ItemListPublished,
    ItemResumed,
    ItemSuspended,
    OmissionRegistered,
    ReturnSubmitted,
)
from ledger.listing import (
    AlreadySuspended,
    BasisStillStands,
    ExitReviewIsOpen,
    ExitReviewNotOpen,
    ExpiryAlreadyNoted,
    ItemOfAnotherList,
    ListBeforeDecisions,
    ListDiffers,
    NotABasisOfThisItem,
    NotSuspended,
)
from ledger.refusals import (
    CampaignNotInPhase,
    CampaignUnknown,
    EffectBeforeDecision,
    ItemIsFinal,
    ItemNotInPhase,
    ItemUnknown,
    LaterFactsStand,
    LeftBlank,
)
from ledger.streams import list_stream, return_stream, stream
from ledger.terms import ItemType, Level
from ledger.timelines.item import ITEM, Phase, Version
from ledger.timelines.listing import root_of
from ledger.values import Authority
from tests.pure.item_scene import (
    CITY,
    COUNTY,
    DECIDED,
    ENDED,
    FOUND,
    IN_FORCE,
    ItemScene,
    county,
    document_id,
    refuses,
    terms,
    unit_id,
)

DAY = timedelta(days=1)
PUBLISHED = date(2024, 12, 16)
NOBODY = stream("item", "nobody")


def publish(*members: UUID, **changes: Any) -> PublishList:
    lawful = PublishList(
        effective_on=PUBLISHED, area_code=CITY, level=Level.PREFECTURE, members=members, effective_from=IN_FORCE
    )
    return replace(lawful, **changes)


def published(scene: ItemScene, command: PublishList) -> ItemListPublished:
    ((at, fact),) = scene.when(command)
    assert at == list_stream(command.area_code, command.level)
    assert isinstance(fact, ItemListPublished)
    return fact


# ── the list ──


def test_a_list_holds_what_is_in_force_on_its_day_under_a_root_that_anybody_can_recompute() -> None:
    scene = ItemScene()
    items = sorted((scene.listed(), scene.listed()))
    fact = published(scene, publish(*reversed(items)))
    leaves = b"".join(
        item.bytes + sha256(to_bytes({"number": 1, "terms": plain(scene.state(item).terms)})).digest() for item in items
    )
    assert fact == ItemListPublished(
        area_code=CITY,
        level=Level.PREFECTURE,
        list_version=1,
        members=tuple(items),
        root=sha256(leaves).hexdigest(),
        effective_from=IN_FORCE,
    )


def test_the_root_moves_with_every_element_and_every_version_and_not_with_the_order() -> None:
    one, other = stream("item", 1), stream("item", 2)
    version = Version(1, terms(), IN_FORCE)
    root = root_of({one: version, other: version})
    assert root == root_of({other: version, one: version})
    moved = [
        {one: version},
        {one: version, other: replace(version, number=2)},
        {one: version, other: replace(version, terms=terms(result="扣分"))},
    ]
    assert len({root, *map(root_of, moved)}) == 4


def test_an_empty_list_can_be_published() -> None:
    assert published(ItemScene(), publish()).members == ()


def test_a_list_names_nothing_that_is_not_in_force() -> None:
    scene = ItemScene()
    listed, cancelled = scene.listed(), scene.reported()
    scene.when(scene.cancel(cancelled))
    suspended = scene.listed()
    scene.fact(suspended, ItemSuspended(ground="机构改革", suspended_from=IN_FORCE), DECIDED)
    for wrong in (cancelled, suspended, scene.proposed(), scene.listed(begins=IN_FORCE + DAY)):
        refuses(scene, publish(listed, wrong), ListDiffers, "BR-10")
    refuses(scene, publish(listed, listed), ListDiffers, "BR-10")
    published(scene, publish(listed))


def test_the_next_list_leaves_out_nothing_that_stood_on_the_last_and_is_still_in_force() -> None:
    scene = ItemScene()
    one, other = scene.listed(), scene.listed()
    published(scene, publish(one, other))
    later = {"effective_on": IN_FORCE, "effective_from": IN_FORCE}
    with pytest.raises(ListDiffers) as caught:
        scene.when(publish(one, **later))
    left_out = scene.state(other).terms.title
    assert (caught.value.left_out, caught.value.not_in_force) == (left_out, "-")
    scene.fact(one, ItemExited(ground="上级要求", first_day_without=IN_FORCE), IN_FORCE)
    assert published(scene, publish(other, **later)).list_version == 2


def test_a_merged_item_takes_the_place_of_its_sources_on_the_next_list() -> None:
    scene = ItemScene()
    scene.adopt(CITY, "generic@1", date(2024, 1, 1))
    bare = terms(clauses=())
    one, other = scene.listed(bare, begins=DECIDED), scene.listed(bare, begins=DECIDED)
    at_once = {"effective_on": DECIDED, "effective_from": DECIDED}
    published(scene, publish(one, other, **at_once))
    (target, _), *_ = scene.when(scene.merge(one, other, effective_from=DECIDED))
    refuses(scene, publish(**at_once), ListDiffers, "BR-10")
    assert published(scene, publish(target, **at_once)).members == (target,)


def test_a_list_keeps_to_its_jurisdiction_and_level() -> None:
    scene = ItemScene()
    city, of_the_county = scene.listed(), scene.listed(county())
    refuses(scene, publish(city, of_the_county), ItemOfAnotherList)
    refuses(scene, publish(city, NOBODY), ItemUnknown)
    published(scene, publish(city))
    published(scene, publish(of_the_county, area_code=COUNTY, level=Level.COUNTY))


def test_a_list_takes_effect_no_earlier_than_it_is_published_and_lists_follow_each_other() -> None:
    scene = ItemScene()
    item = scene.listed()
    refuses(scene, publish(item, effective_on=IN_FORCE + DAY), EffectBeforeDecision)
    published(scene, publish(item))
    refuses(scene, publish(item, effective_on=PUBLISHED - DAY), LaterFactsStand)


def declared(scene: ItemScene, campaign: UUID, *items: UUID) -> None:
    unit = unit_id("市级部门")
    filed = ReturnSubmitted(campaign=campaign, unit=unit, item_type=ItemType.PLEDGE, items=items)
    scene.fact(return_stream(campaign, unit, ItemType.PLEDGE), filed, FOUND)


def test_the_list_of_a_campaign_leaves_out_nothing_that_the_campaign_kept() -> None:
    scene = ItemScene()
    campaign = scene.campaign()
    items = [scene.listed(campaign=campaign) for _ in range(2)]
    of_the_county = scene.listed(county(), campaign=campaign)
    declared(scene, campaign, items[0], of_the_county)
    omission = OmissionRegistered(
        unit=unit_id("市级部门"), item_type=ItemType.PLEDGE, item=items[1], records=(stream("record", 1),)
    )
    scene.fact(campaign, omission, date(2024, 6, 1))
    refuses(scene, publish(items[0], campaign=campaign), ListDiffers, "BR-10")
    refuses(scene, publish(items[1], campaign=campaign), ListDiffers, "BR-10")
    assert published(scene, publish(*items, campaign=campaign)).campaign == campaign


def test_the_list_of_a_campaign_follows_its_decisions() -> None:
    scene = ItemScene()
    campaign = scene.campaign()
    kept, pending = scene.listed(campaign=campaign), scene.reported(campaign=campaign)
    open_in_the_county = scene.proposed(county(), campaign=campaign)
    declared(scene, campaign, kept, pending, open_in_the_county)
    refuses(scene, publish(kept, campaign=campaign), ListBeforeDecisions)
    scene.when(scene.cancel(pending))
    published(scene, publish(kept, campaign=campaign))


def test_a_campaign_has_a_list_once_it_is_reconciled() -> None:
    scene = ItemScene()
    campaign = stream("campaign", "planned")
    planned = CampaignPlanned(area_code=CITY, year=2024, ordinal=2, title="回头看", campaign_unit=unit_id("市委组织部"))
    scene.fact(campaign, planned, FOUND)
    refuses(scene, publish(campaign=campaign), CampaignNotInPhase)
    refuses(scene, publish(campaign=NOBODY), CampaignUnknown)
    reconciled = scene.campaign()
    refuses(scene, publish(campaign=reconciled, effective_on=date(2024, 5, 20)), CampaignNotInPhase)
    published(scene, publish(campaign=reconciled))


# ── suspended and resumed ──


def suspend(item: UUID, begins: date, on: date | None = None) -> SuspendItem:
    return SuspendItem(effective_on=on or begins, item=item, ground="机构改革", suspended_from=begins)


def resume(item: UUID, begins: date, on: date | None = None) -> ResumeItem:
    return ResumeItem(effective_on=on or begins, item=item, ground="改革完成", resumed_from=begins)


def test_a_listed_item_is_suspended_and_resumed_from_days_that_may_lie_ahead() -> None:
    scene = ItemScene()
    item = scene.listed()
    march, may = date(2025, 3, 1), date(2025, 5, 1)
    assert scene.when(suspend(item, march, on=IN_FORCE)) == (
        (item, ItemSuspended(ground="机构改革", suspended_from=march)),
    )
    assert scene.when(resume(item, may, on=march)) == ((item, ItemResumed(ground="改革完成", resumed_from=may)),)
    assert scene.phase(item, march) is Phase.SUSPENDED
    assert scene.phase(item, may) is Phase.ACTIVE
    scene.when(suspend(item, may))


def test_what_is_suspended_is_not_suspended_again_and_what_is_not_is_not_resumed() -> None:
    scene = ItemScene()
    item = scene.listed()
    refuses(scene, resume(item, IN_FORCE), NotSuspended)
    refuses(scene, suspend(scene.proposed(), IN_FORCE), ItemNotInPhase)
    refuses(scene, suspend(item, IN_FORCE, on=IN_FORCE + DAY), EffectBeforeDecision)
    refuses(scene, replace(suspend(item, IN_FORCE), ground=" "), LeftBlank)
    scene.when(suspend(item, IN_FORCE))
    refuses(scene, suspend(item, IN_FORCE + DAY), AlreadySuspended)
    refuses(scene, suspend(item, IN_FORCE, on=DECIDED), LaterFactsStand)
    refuses(scene, resume(item, IN_FORCE, on=DECIDED), NotSuspended)
    refuses(scene, resume(item, IN_FORCE, on=IN_FORCE + DAY), EffectBeforeDecision)
    scene.when(resume(item, IN_FORCE + DAY))
    refuses(scene, resume(item, IN_FORCE + DAY), NotSuspended)


def test_a_resumption_is_not_slipped_in_before_what_stands() -> None:
    scene = ItemScene()
    item = scene.listed()
    scene.when(suspend(item, IN_FORCE))
    scene.fact(
        item, ItemBasisLost(basis_document=NOBODY, repealed_by=NOBODY, first_day_without=PUBLISHED), date(2025, 6, 1)
    )
    refuses(scene, resume(item, date(2025, 5, 1)), LaterFactsStand)
    scene.when(resume(item, date(2025, 6, 1)))


def test_who_suspends_resumes_or_removes_an_item_says_why() -> None:
    scene = ItemScene()
    item, suspended = scene.listed(), scene.listed()
    scene.when(suspend(suspended, IN_FORCE))
    refuses(scene, replace(resume(suspended, IN_FORCE), ground=" "), LeftBlank)
    refuses(scene, OpenExitReview(effective_on=IN_FORCE, item=item, ground=""), LeftBlank)
    scene.fact(item, ItemExitReviewOpened(ground="依据失效"), IN_FORCE)
    refuses(scene, leave(scene, item, ground=""), LeftBlank)


# ── what happens by itself is noted ──


def test_an_expiry_is_noted_once_the_years_have_passed() -> None:
    scene = ItemScene()
    item = scene.listed(terms(end_year=2024), begins=DECIDED)
    refuses(scene, NoteExpiry(effective_on=date(2024, 12, 31), item=item), ItemNotInPhase)
    assert scene.when(NoteExpiry(effective_on=IN_FORCE, item=item)) == ((item, ItemExpired(end_year=2024)),)
    refuses(scene, NoteExpiry(effective_on=IN_FORCE, item=item), ExpiryAlreadyNoted)


def test_an_item_whose_life_was_ended_by_a_decision_does_not_expire() -> None:
    scene = ItemScene()
    item = scene.listed(terms(end_year=2024), begins=DECIDED)
    scene.when(scene.cancel(item))
    refuses(scene, NoteExpiry(effective_on=IN_FORCE, item=item), ItemIsFinal, "BR-13")


def test_a_lost_basis_is_noted_when_a_document_that_the_item_rests_on_is_repealed() -> None:
    scene = ItemScene()
    item = scene.listed()
    scene.repeal("中央文件", date(2025, 6, 1))
    lost = NoteLostBasis(effective_on=date(2025, 6, 1), item=item, basis_document=document_id("中央文件"))
    refuses(scene, replace(lost, effective_on=date(2025, 5, 31)), BasisStillStands)
    refuses(scene, replace(lost, basis_document=document_id("市委文件")), NotABasisOfThisItem)
    fact = ItemBasisLost(
        basis_document=document_id("中央文件"),
        repealed_by=document_id("省委文件"),
        first_day_without=date(2025, 6, 1),
    )
    assert scene.when(lost) == ((item, fact),)
    assert scene.state(item).active_on(date(2025, 6, 1))  # a flag, no end
    refuses(scene, lost, NotABasisOfThisItem)


def test_a_basis_that_stands_is_not_lost() -> None:
    scene = ItemScene()
    noted = NoteLostBasis(effective_on=IN_FORCE, item=scene.listed(), basis_document=document_id("中央文件"))
    refuses(scene, noted, BasisStillStands)


# ── exit ──


def leave(scene: ItemScene, item: UUID, **changes: Any) -> ExitItem:
    lawful = ExitItem(
        effective_on=IN_FORCE,
        authority=scene.by_the_city(),
        item=item,
        ground="依据失效",
        first_day_without=date(2025, 3, 1),
        running_pledges=replace(ENDED, last_day=date(2025, 2, 28)),
    )
    return replace(lawful, **changes)


def test_an_item_leaves_the_list_after_an_exit_review_by_a_decision() -> None:
    scene = ItemScene()
    item = scene.listed()
    opened = OpenExitReview(effective_on=IN_FORCE, item=item, ground="依据失效")
    refuses(scene, leave(scene, item), ExitReviewNotOpen)
    assert scene.when(opened) == ((item, ItemExitReviewOpened(ground="依据失效")),)
    refuses(scene, opened, ExitReviewIsOpen)
    refuses(
        scene,
        leave(scene, item, authority=Authority(document=document_id("市委文件"))),
        DecisionWithoutMeeting,
        "BR-04",
    )
    refuses(scene, leave(scene, item, running_pledges=None), RunningPledgesUntreated, "BR-14")
    refuses(scene, leave(scene, item, first_day_without=DECIDED), EffectBeforeDecision)
    refuses(scene, leave(scene, item, effective_on=DECIDED), ExitReviewNotOpen)
    fact = ItemExited(
        ground="依据失效",
        first_day_without=date(2025, 3, 1),
        running_pledges=replace(ENDED, last_day=date(2025, 2, 28)),
    )
    assert scene.when(leave(scene, item)) == ((item, fact),)
    assert scene.state(item).phase is Phase.EXITED
    assert scene.state(item).active_on(date(2025, 2, 28))


def test_an_exit_is_not_slipped_in_before_what_stands() -> None:
    scene = ItemScene()
    item = scene.listed()
    scene.fact(item, ItemExitReviewOpened(ground="依据失效"), IN_FORCE)
    scene.fact(
        item, ItemAmended(from_version=1, terms=terms("沼气责任书"), effective_from=date(2025, 2, 1)), date(2025, 2, 1)
    )
    refuses(scene, leave(scene, item), LaterFactsStand)


def test_only_what_is_on_the_list_is_reviewed_for_its_exit() -> None:
    scene = ItemScene()
    refuses(scene, OpenExitReview(effective_on=IN_FORCE, item=scene.reported(), ground="上级要求"), ItemNotInPhase)


ENDINGS: list[Fact] = [
    ItemExited(ground="上级要求", first_day_without=DECIDED),
    ItemAmended(from_version=1, terms=terms(end_year=2024), effective_from=DECIDED),  # years that have passed
]


@pytest.mark.parametrize("ending", ENDINGS)
def test_nothing_happens_to_an_item_that_has_left_the_list_or_outlived_its_years(ending: Fact) -> None:
    scene = ItemScene()
    item = scene.listed(begins=DECIDED)
    scene.fact(item, ending, DECIDED)
    scene.repeal("中央文件", IN_FORCE)
    commands = [
        suspend(item, IN_FORCE),
        resume(item, IN_FORCE),
        NoteLostBasis(effective_on=IN_FORCE, item=item, basis_document=document_id("中央文件")),
        OpenExitReview(effective_on=IN_FORCE, item=item, ground="上级要求"),
        leave(scene, item),
        scene.cancel(item, effective_on=IN_FORCE),
    ]
    for command in commands:
        refuses(scene, command, ItemIsFinal, "BR-13")
    assert scene.world().see(ITEM, item)
