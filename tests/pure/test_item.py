"""The life of an item as facts tell it, and the commands before its review."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.commands import (
    Command,
    MarkDuplicate,
    RejectAsNotAnItem,
    ReturnForRevision,
    SubmitForReview,
    VerifyItem,
)
from ledger.encoding import Recorded
from ledger.events import (
    Envelope,
    Fact,
    ItemAdmitted,
    ItemAmended,
    ItemBasisLost,
    ItemCancelled,
    ItemExited,
    ItemExitReviewOpened,
    ItemExpired,
    ItemIdentified,
    ItemMarkedDuplicate,
    ItemMerged,
    ItemRejectedAsNotAnItem,
    ItemResumed,
    ItemRetained,
    ItemReturnedForRevision,
    ItemSubmittedForReview,
    ItemSuspended,
    ItemVerified,
    MergedItemFormed,
    ProvinceReplied,
    RecordCorrected,
    ReportedToProvince,
)
from ledger.item import NotTheSameItem
from ledger.refusals import ItemIsFinal, ItemNotInPhase, ItemUnknown, LaterFactsStand, LeftBlank, UnitUnknown
from ledger.streams import stream
from ledger.terms import Disposition, EntryRoute, FoundBy, ItemType
from ledger.timelines.item import Item, Phase, evolve
from tests.pure.item_scene import (
    CONSOLIDATED,
    DECIDED,
    ENDED,
    FOUND,
    IN_FORCE,
    SUBMITTED,
    VERIFIED,
    ItemScene,
    consolidated,
    document_id,
    refuses,
    terms,
    unit_id,
)

OFFICE = unit_id("市委组织部")
DAY = timedelta(days=1)


# ── as told ──


def test_a_kept_item_is_on_the_list_from_the_day_set_not_from_the_decision_nor_from_publication() -> None:
    scene = ItemScene()
    item = scene.listed()
    assert scene.phase(item, DECIDED) is Phase.DECIDED
    assert not scene.state(item).active_on(IN_FORCE - DAY)
    assert scene.state(item).active_on(IN_FORCE)
    assert scene.phase(item, IN_FORCE) is Phase.ACTIVE
    assert scene.state(item).effective_from == IN_FORCE


def test_the_last_consolidated_opinion_is_the_proposal_and_every_opinion_stays() -> None:
    scene = ItemScene()
    item = scene.proposed()
    scene.fact(item, consolidated(Disposition.MERGE, "k1"), CONSOLIDATED)
    state = scene.state(item)
    assert state.phase is Phase.PROPOSED
    assert state.proposal
    assert (state.proposal.opinion, state.proposal.proposed_target_key) == (Disposition.MERGE, "k1")
    assert [opinion.opinion for opinion in state.opinions] == [Disposition.RETAIN, Disposition.MERGE]


def test_an_item_returned_for_revision_has_no_proposal_and_no_report_any_more() -> None:
    scene = ItemScene()
    item = scene.reported()
    scene.fact(item, ItemReturnedForRevision(return_ground="补充依据"), DECIDED)
    state = scene.state(item)
    assert (state.phase, state.proposal, state.reported_on) == (Phase.VERIFIED, None, None)
    assert len(state.opinions) == 1


def test_an_item_expires_with_its_last_year_though_nobody_says_so() -> None:
    scene = ItemScene()
    item = scene.listed(terms(end_year=2025))
    assert scene.state(item).active_on(date(2025, 12, 31))
    assert not scene.state(item).active_on(date(2026, 1, 1))
    assert scene.phase(item, date(2026, 1, 1)) is Phase.EXPIRED
    assert scene.state(item).ended_on(date(2026, 1, 1))
    scene.fact(item, ItemExpired(end_year=2025), date(2026, 1, 1))
    assert not scene.state(item).final  # noticing adds nothing: a corrected year brings it back


def test_a_suspended_item_is_off_the_list_until_the_day_it_is_resumed() -> None:
    scene = ItemScene()
    item = scene.listed()
    scene.fact(item, ItemSuspended(ground="机构改革", suspended_from=date(2025, 3, 1)), date(2025, 2, 20))
    assert scene.phase(item, date(2025, 2, 28)) is Phase.ACTIVE
    assert scene.phase(item, date(2025, 3, 1)) is Phase.SUSPENDED
    scene.fact(item, ItemResumed(ground="改革完成", resumed_from=date(2025, 5, 1)), date(2025, 4, 1))
    assert [scene.state(item).active_on(date(2025, month, 1)) for month in (2, 3, 4, 5)] == [True, False, False, True]


def test_an_amendment_makes_a_version_and_the_older_one_still_held_on_its_days() -> None:
    scene = ItemScene()
    item = scene.listed()
    later = terms("农村能源安全责任书")
    scene.fact(item, ItemAmended(from_version=1, terms=later, effective_from=date(2025, 7, 1)), date(2025, 6, 1))
    state = scene.state(item)
    before, after = state.version_on(date(2025, 6, 30)), state.version_on(date(2025, 7, 1))
    assert before
    assert after
    assert (before.number, before.terms.title) == (1, "农村能源安全生产目标任务责任书")
    assert (after.number, after.terms.title) == (2, "农村能源安全责任书")
    assert state.version == 2


def test_a_listed_item_holds_until_the_first_day_without_it() -> None:
    scene = ItemScene()
    item = scene.listed()
    cancelled = ItemCancelled(ground_code="C1", first_day_without=date(2025, 9, 1), running_pledges=ENDED)
    scene.fact(item, cancelled, date(2025, 8, 1))
    state = scene.state(item)
    assert state.final
    assert (state.active_on(date(2025, 8, 31)), state.active_on(date(2025, 9, 1))) == (True, False)


def test_a_voided_record_is_as_if_it_had_never_been_told() -> None:
    scene = ItemScene()
    item = scene.verified()
    cancelled = ItemCancelled(ground_code="C1", first_day_without=IN_FORCE)
    scene.fact(item, cancelled, DECIDED)
    scene.fact(item, RecordCorrected(corrects=len(scene.log), why="录入错误", void=True), DECIDED)
    assert scene.state(item).phase is Phase.VERIFIED


OTHER = stream("item", "other")
SAID: tuple[Fact, ...] = (
    ItemIdentified(terms=terms(), found_by=FoundBy.SPOT_CHECK, reporting_unit=OFFICE),
    MergedItemFormed(terms=terms(), sources=(OTHER,), clause_mapping=(), effective_from=IN_FORCE),
    ItemAdmitted(application=OTHER, terms=terms(), mandates=(), effective_from=IN_FORCE),
    ItemVerified(verifier=OFFICE),
    ItemSubmittedForReview(),
    ItemReturnedForRevision(return_ground="x"),
    consolidated(),
    ReportedToProvince(report_document=OTHER),
    ProvinceReplied(opinion=Disposition.CANCEL, reply_document=OTHER),
    ItemRetained(ground_code="R1", effective_from=IN_FORCE),
    ItemAmended(from_version=1, terms=terms(end_year=2024), effective_from=DECIDED),
    ItemSuspended(ground="x", suspended_from=DECIDED),
    ItemResumed(ground="x", resumed_from=FOUND),
    ItemExpired(end_year=2026),
    ItemBasisLost(basis_document=OTHER, repealed_by=OTHER, first_day_without=DECIDED),
    ItemExitReviewOpened(ground="x"),
    ItemMarkedDuplicate(verifier=OFFICE, duplicate_of=OTHER),
    ItemRejectedAsNotAnItem(verifier=OFFICE, ground="x"),
    ItemCancelled(ground_code="C1", first_day_without=IN_FORCE),
    ItemMerged(target=OTHER, ground_code="M1", first_day_without=IN_FORCE),
    ItemExited(ground="x", first_day_without=IN_FORCE),
)


@given(st.lists(st.sampled_from(SAID), max_size=12), st.dates(date(2023, 1, 1), date(2028, 1, 1)))
def test_any_sequence_of_facts_gives_a_state_and_what_is_over_stays_over(told: list[Fact], day: date) -> None:
    state: Item | None = None
    for position, fact in enumerate(told, 1):
        before, state = state, evolve(state, _recorded(position, fact))
        if before is not None:
            assert state is not None
            assert state.opinions[: len(before.opinions)] == before.opinions
            if before.final:
                assert state == before
    if state is not None:
        assert state.ended_on(day) == (state.phase_on(day) in {phase for phase in Phase if phase.final})
        assert not state.active_on(day) or state.listed


def _recorded(position: int, fact: Fact) -> Recorded[Fact]:
    envelope = Envelope(effective_on=FOUND, jurisdiction="530900", rule_pack="x@1", entry_route=EntryRoute.CLI)
    return Recorded(position, 0, OTHER, position, None, envelope, fact)


# ── verified, rejected, sent to review ──


def test_an_item_is_verified_once() -> None:
    scene = ItemScene()
    item = scene.found()
    asked = VerifyItem(effective_on=VERIFIED, item=item, verifier=OFFICE)
    assert scene.when(asked) == ((item, ItemVerified(verifier=OFFICE)),)
    refuses(scene, asked, ItemNotInPhase)


def test_an_item_that_nobody_found_or_not_yet_on_that_day_cannot_be_verified() -> None:
    scene = ItemScene()
    item = scene.found()
    refuses(scene, VerifyItem(effective_on=VERIFIED, item=OTHER, verifier=OFFICE), ItemUnknown)
    refuses(scene, VerifyItem(effective_on=FOUND - DAY, item=item, verifier=OFFICE), ItemUnknown)
    refuses(scene, VerifyItem(effective_on=VERIFIED, item=item, verifier=OTHER), UnitUnknown)


def test_a_duplicate_is_counted_under_another_item() -> None:
    scene = ItemScene()
    item, other = scene.verified(), scene.found()
    asked = MarkDuplicate(effective_on=VERIFIED, item=item, verifier=OFFICE, duplicate_of=other)
    assert scene.when(asked) == ((item, ItemMarkedDuplicate(verifier=OFFICE, duplicate_of=other)),)
    assert scene.state(item).duplicate_of == other


@pytest.mark.parametrize("other", ["itself", "a duplicate", "no item", "a veto"])
def test_nothing_is_counted_under_what_is_not_counted_itself_or_is_of_another_type(other: str) -> None:
    scene = ItemScene()
    item, counted = scene.verified(), scene.found()
    under = {
        "itself": item,
        "a duplicate": _ended(scene, ItemMarkedDuplicate(verifier=OFFICE, duplicate_of=counted)),
        "no item": _ended(scene, ItemRejectedAsNotAnItem(verifier=OFFICE, ground="普通通知")),
        "a veto": scene.found(terms(item_type=ItemType.VETO)),
    }[other]
    asked = MarkDuplicate(effective_on=VERIFIED, item=item, verifier=OFFICE, duplicate_of=under)
    refuses(scene, asked, NotTheSameItem)


def _ended(scene: ItemScene, how: Fact) -> UUID:
    item = scene.found()
    scene.fact(item, how, FOUND)
    return item


def test_what_is_no_item_is_rejected_before_its_review_not_in_it() -> None:
    scene = ItemScene()
    item, reviewed = scene.found(), scene.under_review()
    asked = RejectAsNotAnItem(effective_on=VERIFIED, item=item, verifier=OFFICE, ground="普通工作通知")
    assert scene.when(asked) == ((item, ItemRejectedAsNotAnItem(verifier=OFFICE, ground="普通工作通知")),)
    late = RejectAsNotAnItem(effective_on=SUBMITTED, item=reviewed, verifier=OFFICE, ground="普通工作通知")
    refuses(scene, late, ItemNotInPhase)
    again = RejectAsNotAnItem(effective_on=VERIFIED, item=scene.found(), verifier=OTHER, ground="普通工作通知")
    refuses(scene, again, UnitUnknown)


def test_who_rejects_or_returns_an_item_says_why() -> None:
    scene = ItemScene()
    blank = RejectAsNotAnItem(effective_on=VERIFIED, item=scene.found(), verifier=OFFICE, ground="  ")
    refuses(scene, blank, LeftBlank)
    refuses(scene, ReturnForRevision(effective_on=DECIDED, item=scene.proposed(), return_ground=""), LeftBlank)


def test_a_life_is_not_ended_on_a_day_before_facts_that_stand() -> None:
    scene = ItemScene()
    item = scene.verified()
    earlier = RejectAsNotAnItem(effective_on=FOUND, item=item, verifier=OFFICE, ground="普通工作通知")
    refuses(scene, earlier, LaterFactsStand)
    refuses(
        scene,
        MarkDuplicate(effective_on=FOUND, item=item, verifier=OFFICE, duplicate_of=scene.found()),
        LaterFactsStand,
    )


def test_a_verified_item_is_submitted_for_review_and_may_be_returned() -> None:
    scene = ItemScene()
    item = scene.verified()
    assert scene.when(SubmitForReview(effective_on=SUBMITTED, item=item)) == ((item, ItemSubmittedForReview()),)
    returned = ReturnForRevision(effective_on=CONSOLIDATED, item=item, return_ground="补充依据")
    assert scene.when(returned) == ((item, ItemReturnedForRevision(return_ground="补充依据")),)
    assert scene.state(item).phase is Phase.VERIFIED
    refuses(scene, returned, ItemNotInPhase)


def test_an_item_is_not_submitted_before_it_is_verified_nor_returned_behind_a_proposal() -> None:
    scene = ItemScene()
    refuses(scene, SubmitForReview(effective_on=VERIFIED, item=scene.found()), ItemNotInPhase)
    refuses(
        scene,
        ReturnForRevision(effective_on=SUBMITTED, item=scene.proposed(), return_ground="补充依据"),
        LaterFactsStand,
    )


def test_nothing_happens_to_an_item_whose_life_is_over() -> None:
    scene = ItemScene()
    item, other = scene.verified(), scene.found()
    scene.fact(item, ItemCancelled(ground_code="C1", first_day_without=IN_FORCE), DECIDED)
    commands: list[Command] = [
        VerifyItem(effective_on=DECIDED, item=item, verifier=OFFICE),
        MarkDuplicate(effective_on=DECIDED, item=item, verifier=OFFICE, duplicate_of=other),
        RejectAsNotAnItem(effective_on=DECIDED, item=item, verifier=OFFICE, ground="普通工作通知"),
        SubmitForReview(effective_on=DECIDED, item=item),
        ReturnForRevision(effective_on=DECIDED, item=item, return_ground="补充依据"),
    ]
    for command in commands:
        refuses(scene, command, ItemIsFinal, "BR-13")


def test_the_documents_an_item_rests_on_are_those_it_cites_and_those_its_listing_cited() -> None:
    scene = ItemScene()
    item = scene.reported()
    scene.fact(
        item, ItemRetained(ground_code="R1", effective_from=IN_FORCE, mandates=(document_id("省委文件"),)), DECIDED
    )
    assert scene.state(item).bases == (document_id("中央文件"), document_id("省委文件"))
