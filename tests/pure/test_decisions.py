"""Decisions to retain, to cancel and to merge, each refusal beside what would have been permitted."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from ledger import known
from ledger.authority import (
    BodyMayNotDecide,
    DecisionWithoutDocument,
    DecisionWithoutMeeting,
    DocumentOfAnotherArea,
    ElementsMissing,
    GroundUnknown,
    MandateMissing,
    MeetingAfterDecision,
    MeetingOfAnotherArea,
    NotReportedToProvince,
    OwnSystemPledge,
    QuorumNotReached,
    RunningPledgesUntreated,
)
from ledger.commands import CancelItem, Command, RetainItem
from ledger.decisions import (
    BodyHasClosedItsDecisions,
    ClausesNotMapped,
    MappingLeadsNowhere,
    MergedItemExists,
    NotOnTheAgenda,
    SourceNotMergeable,
    SourcesDiffer,
    SourcesTooFew,
)
from ledger.events import (
    CampaignClosed,
    CampaignDecisionTaken,
    DocumentRegistered,
    ItemCancelled,
    ItemExitReviewOpened,
    ItemMerged,
    ItemRetained,
    MergedItemFormed,
)
from ledger.refusals import (
    CampaignNotInPhase,
    DocumentUnknown,
    EffectBeforeDecision,
    ItemIsFinal,
    ItemNotInPhase,
    LaterFactsStand,
    MeetingUnknown,
    NumberOfAnotherDocument,
    UnitUnknown,
)
from ledger.rules import Rules
from ledger.streams import document_stream, item_stream, stream
from ledger.terms import ClauseFate, ItemType, Level, MeetingBody
from ledger.timelines.item import Phase
from ledger.values import Authority, Basis, ClauseMapping, Scope
from tests.pure.item_scene import (
    CONSOLIDATED,
    DECIDED,
    ENDED,
    IN_FORCE,
    ItemScene,
    clause,
    consolidated,
    county,
    document_id,
    refuses,
    terms,
    unit_id,
)

DAY = timedelta(days=1)
NOWHERE = stream("document", "nowhere")


# ── retain and cancel ──


def test_a_proposed_item_is_retained_from_a_day_ahead_as_part_of_its_campaign() -> None:
    scene = ItemScene()
    campaign = scene.campaign()
    item = scene.reported(campaign=campaign)
    decided = scene.when(scene.retain(item))
    assert decided == ((item, ItemRetained(ground_code="R1", effective_from=IN_FORCE, campaign=campaign)),)
    assert scene.phase(item, IN_FORCE) is Phase.ACTIVE


def test_a_proposed_item_is_cancelled_with_its_ground_its_substitute_and_its_running_pledges() -> None:
    scene = ItemScene()
    campaign = scene.campaign()
    item = scene.reported(campaign=campaign)
    fact = ItemCancelled(
        ground_code="C1",
        first_day_without=IN_FORCE,
        running_pledges=ENDED,
        substitute_measure="修订相关制度规定、厘清权责清单",
        campaign=campaign,
    )
    assert scene.when(scene.cancel(item)) == ((item, fact),)
    assert scene.state(item).phase is Phase.CANCELLED


def test_a_decision_is_free_of_the_proposal() -> None:
    scene = ItemScene()
    item = scene.reported()  # proposed: retain
    scene.when(scene.cancel(item))
    state = scene.state(item)
    assert state.proposal
    assert (state.proposal.opinion, state.phase) == ("RETAIN", Phase.CANCELLED)


def both(scene: ItemScene, item: UUID) -> tuple[RetainItem, CancelItem]:
    return scene.retain(item), scene.cancel(item)


@pytest.mark.parametrize("which", [0, 1])
def test_a_decision_names_its_document_and_its_meeting(which: int) -> None:
    scene = ItemScene()
    lawful = both(scene, scene.reported())[which]
    only_meeting = Authority(meeting=scene.city_meeting)
    only_document = Authority(document=document_id("市委文件"))
    refuses(scene, replace(lawful, authority=None), DecisionWithoutDocument, "BR-04")
    refuses(scene, replace(lawful, authority=only_meeting), DecisionWithoutDocument, "BR-04")
    refuses(scene, replace(lawful, authority=only_document), DecisionWithoutMeeting, "BR-04")
    refuses(scene, replace(lawful, authority=Authority(document=NOWHERE, meeting=scene.city_meeting)), DocumentUnknown)
    refuses(scene, replace(lawful, authority=replace(only_document, meeting=NOWHERE)), MeetingUnknown)
    scene.when(lawful)


@pytest.mark.parametrize("which", [0, 1])
def test_a_decision_is_taken_by_a_quorate_meeting_of_the_right_body_and_place_by_its_day(which: int) -> None:
    scene = ItemScene()
    lawful = both(scene, scene.reported())[which]
    cases = [
        (scene.meeting("市委", MeetingBody.GOVERNMENT), BodyMayNotDecide),
        (scene.county_meeting, MeetingOfAnotherArea),
        (scene.meeting("市委", on=DECIDED + DAY), MeetingAfterDecision),
        (scene.meeting("市委", present=5), QuorumNotReached),
    ]
    for meeting, refusal in cases:
        refuses(scene, replace(lawful, authority=Authority(document=NATIONAL, meeting=meeting)), refusal, "BR-04")
    half = scene.meeting("市委", present=6)
    scene.when(replace(lawful, authority=Authority(document=NATIONAL, meeting=half)))


NATIONAL = document_id("中央文件")


@pytest.mark.parametrize("which", [0, 1])
def test_a_document_of_another_area_decides_nothing(which: int) -> None:
    scene = ItemScene()
    lawful = both(scene, scene.reported())[which]
    strange = DocumentRegistered(
        document_issuer=unit_id("县委"),
        number="县发〔2024〕1号",
        title="县的决定",
        dated=DECIDED,
        issuer_level=Level.COUNTY,
        genre="通知",
        effective_from=DECIDED,
    )
    paper = document_stream(unit_id("县委"), "县发〔2024〕1号")
    scene.fact(paper, strange, DECIDED)
    named = replace(lawful, authority=Authority(document=paper, meeting=scene.city_meeting))
    refuses(scene, named, DocumentOfAnotherArea, "BR-04")
    scene.when(lawful)


def test_a_basis_bears_the_number_of_the_document_that_it_names() -> None:
    scene = ItemScene()
    paper = document_stream(unit_id("市委"), "临发〔2023〕7号")
    registered = DocumentRegistered(
        document_issuer=unit_id("市委"),
        number="临发〔2023〕7号",
        title="市委文件七号",
        dated=date(2023, 5, 1),
        issuer_level=Level.PREFECTURE,
        genre="通知",
        effective_from=date(2023, 5, 1),
    )
    scene.fact(paper, registered, date(2023, 5, 1))
    world = scene.world(DECIDED)
    known.cited(world, Basis(title="市委文件七号", number="临发[2023]7号", document=paper))
    with pytest.raises(NumberOfAnotherDocument):
        known.cited(world, Basis(title="市委文件七号", number="临政发〔2023〕7号", document=paper))


@pytest.mark.parametrize("which", [0, 1])
def test_a_municipal_item_is_decided_on_after_its_report_a_county_item_without_one(which: int) -> None:
    scene = ItemScene()
    unreported = both(scene, scene.proposed())[which]
    refuses(scene, unreported, NotReportedToProvince, "BR-04")
    refuses(scene, replace(unreported, item=scene.reported(), effective_on=CONSOLIDATED), LaterFactsStand)
    scene.when(replace(unreported, item=scene.reported()))
    scene.when(replace(unreported, item=scene.proposed(county()), authority=scene.by_the_county()))


def test_the_city_may_decide_on_an_item_of_its_county() -> None:
    scene = ItemScene()
    scene.when(scene.retain(scene.proposed(county())))


def test_a_decision_rests_on_a_ground_of_its_own_table() -> None:
    scene = ItemScene()
    item = scene.reported()
    refuses(scene, scene.retain(item, ground_code="C1"), GroundUnknown, "BR-03")
    refuses(scene, scene.cancel(item, ground_code="R1"), GroundUnknown, "BR-03")
    refuses(scene, scene.cancel(item, ground_code=""), GroundUnknown, "BR-03")
    scene.when(scene.cancel(item, ground_code="C6"))


INCOMPLETE: list[dict[str, Any]] = [{"recipient_scope": ()}, {"result": " "}, {"end_year": None}]


@pytest.mark.parametrize("changes", INCOMPLETE)
def test_what_lacks_an_element_can_be_neither_retained_nor_cancelled(changes: dict[str, Any]) -> None:
    scene = ItemScene()
    item = scene.reported(terms(**changes))
    for command in both(scene, item):
        refuses(scene, command, ElementsMissing, "BR-03")
    lawful = scene.reported(terms(end_year=None, no_end_ground="长期法定职责"))
    scene.when(scene.retain(lawful))


def test_an_item_without_any_basis_is_not_retained_but_can_be_cancelled_for_that() -> None:
    scene = ItemScene()
    item = scene.reported(terms(basis=()))
    refuses(scene, scene.retain(item, mandates=(NATIONAL,)), ElementsMissing, "BR-03")
    scene.when(scene.cancel(item))


def test_an_item_is_retained_on_the_mandate_of_the_centre_or_the_province() -> None:
    scene = ItemScene()
    item = scene.reported(terms(basis=(Basis(title="市级文件", document=document_id("市委文件")),)))
    refuses(scene, scene.retain(item), MandateMissing, "BR-01")
    refuses(scene, scene.retain(item, mandates=(document_id("市委文件"),)), MandateMissing, "BR-01")
    refuses(scene, scene.retain(item, mandates=(NOWHERE,)), DocumentUnknown)
    (_, fact), *_ = scene.when(scene.retain(item, mandates=(document_id("省委文件"),)))
    assert fact == ItemRetained(ground_code="R1", effective_from=IN_FORCE, mandates=(document_id("省委文件"),))


def test_a_mandate_that_is_repealed_by_the_day_the_item_takes_effect_is_none() -> None:
    scene = ItemScene()
    item = scene.reported()
    scene.repeal("中央文件", IN_FORCE)
    refuses(scene, scene.retain(item), MandateMissing, "BR-01")
    scene.when(scene.retain(item, effective_from=IN_FORCE - DAY))


def test_cancelling_a_pledge_item_says_what_becomes_of_its_pledges_a_veto_has_none() -> None:
    scene = ItemScene()
    pledge, veto = scene.reported(), scene.reported(terms(item_type=ItemType.VETO, clauses=()))
    refuses(scene, scene.cancel(pledge, running_pledges=None), RunningPledgesUntreated, "BR-14")
    scene.when(scene.cancel(veto, running_pledges=None))
    scene.when(scene.cancel(pledge))


def test_a_decision_takes_effect_no_earlier_than_it_was_taken() -> None:
    scene = ItemScene()
    item = scene.reported()
    refuses(scene, scene.retain(item, effective_from=DECIDED - DAY), EffectBeforeDecision)
    refuses(scene, scene.cancel(item, first_day_without=DECIDED - DAY), EffectBeforeDecision)
    scene.when(scene.retain(item, effective_from=DECIDED))


def test_what_is_not_proposed_is_not_decided_and_what_is_decided_is_not_retained_again() -> None:
    scene = ItemScene()
    for item in (scene.found(), scene.verified(), scene.under_review()):
        for command in both(scene, item):
            refuses(scene, command, ItemNotInPhase)
    listed = scene.listed()
    refuses(scene, scene.retain(listed), ItemNotInPhase)
    scene.when(scene.cancel(listed))
    for command in both(scene, listed):
        refuses(scene, command, ItemIsFinal, "BR-13")


def test_a_decision_is_judged_by_the_day_it_names_and_not_slipped_in_before_later_facts() -> None:
    scene = ItemScene()
    item = scene.reported()
    scene.fact(item, consolidated(), DECIDED + DAY)
    refuses(scene, scene.cancel(item), LaterFactsStand)
    refuses(scene, scene.retain(item), LaterFactsStand)
    scene.when(scene.retain(item, effective_on=DECIDED + DAY))


def test_a_campaign_decides_once_it_is_reconciled_and_until_it_is_closed() -> None:
    scene = ItemScene()
    campaign = scene.campaign()
    late, in_time = scene.reported(campaign=campaign), scene.reported(campaign=campaign)
    scene.when(scene.retain(in_time))
    scene.fact(campaign, CampaignClosed(conservation=()), DECIDED)
    for command in both(scene, late):
        refuses(scene, command, CampaignNotInPhase)


def test_what_a_campaign_has_listed_is_decided_on_anew_only_when_the_campaign_is_closed() -> None:
    scene = ItemScene()
    campaign = scene.campaign()
    item = scene.listed(campaign=campaign)
    refuses(scene, scene.cancel(item), CampaignNotInPhase)
    scene.fact(campaign, CampaignClosed(conservation=()), DECIDED)
    ((_, fact),) = scene.when(scene.cancel(item))
    assert isinstance(fact, ItemCancelled)
    assert fact.campaign is None  # no longer the campaign's matter


def test_a_body_that_has_closed_its_decisions_decides_no_more_in_the_campaign_another_may() -> None:
    scene = ItemScene()
    campaign = scene.campaign()
    items = [scene.proposed(county(), campaign=campaign) for _ in range(2)]
    taken = CampaignDecisionTaken(unit=unit_id("县委"), retained=0, merged_sources=0, merged_targets=0, cancelled=0)
    by_the_county = {"authority": scene.by_the_county(), "terms": county(clauses=())}
    mapping = dropped(*items)
    scene.fact(campaign, taken, DECIDED)
    refuses(scene, scene.retain(items[0], authority=scene.by_the_county()), BodyHasClosedItsDecisions)
    refuses(scene, scene.cancel(items[0], authority=scene.by_the_county()), BodyHasClosedItsDecisions)
    refuses(scene, scene.merge(*items, clause_mapping=mapping, **by_the_county), BodyHasClosedItsDecisions)
    scene.when(scene.retain(items[0]))  # by the city


def test_an_exit_review_may_end_with_keeping_the_item() -> None:
    scene = ItemScene()
    item = scene.listed()
    opened = DECIDED + DAY
    scene.fact(item, ItemExitReviewOpened(ground="依据修订"), opened)
    refuses(scene, scene.retain(item, effective_on=opened), ItemNotInPhase)
    scene.fact(item, consolidated(), opened)
    refuses(scene, scene.retain(item, effective_on=opened), NotReportedToProvince, "BR-04")
    scene.fact(item, scene.facts_of(item)[4], opened)  # reported again
    scene.when(scene.retain(item, effective_on=opened))
    state = scene.state(item)
    assert (state.exit_review, state.version, state.effective_from) == (False, 1, IN_FORCE)


# ── merge ──


def mapped(source: UUID, number: int, to: str | None = None) -> ClauseMapping:
    fate = ClauseFate.KEPT if to else ClauseFate.DROPPED
    return ClauseMapping(source=source, clause_id=f"c{number}", fate=fate, target_clause_id=to)


def two_sources(scene: ItemScene, **changes: Any) -> tuple[UUID, UUID]:
    return scene.reported(terms("沼气责任书", **changes)), scene.reported(terms("秸秆责任书", **changes))


def dropped(*sources: UUID) -> tuple[ClauseMapping, ...]:
    return tuple(mapped(source, number) for source in sources for number in (1, 2))


def test_items_are_merged_into_a_new_one_clause_by_clause_in_one_append() -> None:
    scene = ItemScene()
    campaign = scene.campaign()
    one, other = scene.reported(campaign=campaign), scene.listed(begins=DECIDED)
    target_terms = terms("农业农村安全生产目标责任书", clauses=(clause(9),))
    mapping = (mapped(one, 1, "c9"), mapped(one, 2), mapped(other, 1, "c9"), mapped(other, 2))
    (target, formed), *sources = scene.when(scene.merge(one, other, terms=target_terms, clause_mapping=mapping))
    assert target == item_stream(scene.city_meeting, 1)
    assert formed == MergedItemFormed(
        terms=target_terms,
        sources=(one, other),
        clause_mapping=mapping,
        effective_from=IN_FORCE,
        campaign=campaign,
    )
    told = ItemMerged(target=target, ground_code="M1", first_day_without=IN_FORCE, running_pledges=ENDED)
    assert sources == [(one, replace(told, campaign=campaign)), (other, told)]
    assert scene.phase(target, IN_FORCE) is Phase.ACTIVE
    assert [scene.state(source).merged_into for source in (one, other)] == [target, target]


def test_a_merger_joins_two_or_more_different_items() -> None:
    scene = ItemScene()
    one, other = two_sources(scene)
    refuses(scene, scene.merge(one, clause_mapping=dropped(one)), SourcesTooFew, "BR-12")
    refuses(scene, scene.merge(one, one, clause_mapping=dropped(one)), SourcesTooFew, "BR-12")
    scene.when(scene.merge(one, other, clause_mapping=dropped(one, other)))


DIFFERENT: list[dict[str, Any]] = [
    {"item_type": ItemType.VETO, "clauses": ()},
    {"field_code": "FOREST_FIRE"},
    {"jurisdiction": "530000"},
    {"level": Level.PROVINCE},
]


@pytest.mark.parametrize("difference", DIFFERENT)
def test_only_items_of_one_type_level_jurisdiction_and_field_are_merged(difference: dict[str, Any]) -> None:
    scene = ItemScene()
    scene.adopt("530000", "generic@1")
    one = scene.reported()
    stranger = scene.reported(terms(**difference))
    asked = scene.merge(one, stranger, clause_mapping=dropped(one, stranger))
    refuses(scene, asked, SourcesDiffer, "BR-12")


@pytest.mark.parametrize("phase", ["found", "verified", "under_review"])
def test_only_what_is_proposed_or_on_the_list_is_merged(phase: str) -> None:
    scene = ItemScene()
    one = scene.reported()
    early = getattr(scene, phase)()
    refuses(scene, scene.merge(one, early, clause_mapping=dropped(one, early)), SourceNotMergeable, "BR-12")
    decided = scene.listed()  # only from a day ahead
    refuses(scene, scene.merge(one, decided, clause_mapping=dropped(one, decided)), SourceNotMergeable, "BR-12")


def test_every_clause_of_a_pledge_goes_over_or_is_dropped_once() -> None:
    scene = ItemScene()
    one, other = two_sources(scene)
    all_of_them = dropped(one, other)
    refuses(scene, scene.merge(one, other, clause_mapping=all_of_them[1:]), ClausesNotMapped, "BR-12")
    twice = (*all_of_them, mapped(one, 1))
    refuses(scene, scene.merge(one, other, clause_mapping=twice), ClausesNotMapped, "BR-12")
    scene.when(scene.merge(one, other, clause_mapping=all_of_them))


def test_a_clause_mapping_leads_from_a_source_to_the_target() -> None:
    scene = ItemScene()
    one, other = two_sources(scene)
    rest = dropped(one, other)
    astray = [
        (*rest, mapped(one, 7)),  # no such clause
        (*rest, mapped(scene.reported(), 1)),  # of no source
        (mapped(one, 1, "c9"), *rest[1:]),  # kept as a clause that the target does not have
        (ClauseMapping(source=one, clause_id="c1", fate=ClauseFate.KEPT), *rest[1:]),  # kept as nothing
    ]
    for mapping in astray:
        refuses(scene, scene.merge(one, other, clause_mapping=mapping), MappingLeadsNowhere, "BR-12")


def test_vetoes_are_merged_without_clauses() -> None:
    scene = ItemScene()
    one, other = two_sources(scene, item_type=ItemType.VETO, clauses=())
    veto = terms("综合一票否决事项", item_type=ItemType.VETO, clauses=())
    scene.when(scene.merge(one, other, terms=veto, running_pledges=None))
    assert scene.state(one).phase is Phase.MERGED


def test_a_merger_is_a_decision_like_any_other() -> None:
    scene = ItemScene()
    one, other = two_sources(scene)
    lawful = scene.merge(one, other, clause_mapping=dropped(one, other))
    unreported = scene.merge(one, (late := scene.proposed()), clause_mapping=dropped(one, late))
    without_basis = replace(lawful, terms=replace(lawful.terms, basis=()))
    city_basis = (Basis(title="市级文件", document=document_id("市委文件")),)
    cases: list[tuple[Command, type[Exception], str]] = [
        (replace(lawful, authority=None), DecisionWithoutDocument, "BR-04"),
        (unreported, NotReportedToProvince, "BR-04"),
        (replace(lawful, ground_code="R1"), GroundUnknown, "BR-03"),
        (without_basis, ElementsMissing, "BR-03"),
        (replace(lawful, terms=replace(lawful.terms, basis=city_basis)), MandateMissing, "BR-01"),
        (replace(lawful, running_pledges=None), RunningPledgesUntreated, "BR-14"),
    ]
    for command, refusal, rule in cases:
        refuses(scene, command, refusal, rule)  # type: ignore[arg-type]  # all of them are refusals
    refuses(scene, replace(lawful, effective_from=DECIDED - DAY), EffectBeforeDecision)
    scene.when(lawful)


def test_the_elements_of_the_merged_item_name_what_is_there() -> None:
    scene = ItemScene()
    one, other = two_sources(scene)
    asked = scene.merge(one, other, clause_mapping=dropped(one, other))
    refuses(scene, replace(asked, terms=replace(asked.terms, implementing_unit=NOWHERE)), UnitUnknown)


def test_a_merger_forms_no_own_system_pledge_where_that_is_over() -> None:
    scene = ItemScene("hunan-2019@1")
    one, other = scene.proposed(), scene.proposed()
    own = (Scope(level=Level.COUNTY, category="GOVERNMENT_DEPT", units=(unit_id("县级部门"),)),)
    asked = scene.merge(one, other, clause_mapping=dropped(one, other))
    refuses(scene, replace(asked, terms=replace(asked.terms, recipient_scope=own)), OwnSystemPledge, "BR-27")
    scene.when(asked)


def test_a_merged_item_takes_its_name_from_a_meeting_even_where_no_rule_asks_for_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Rules, "demand", lambda *_: None)
    scene = ItemScene()
    one, other = two_sources(scene)
    refuses(scene, scene.merge(one, other, authority=None), DecisionWithoutMeeting)


def test_a_source_that_lacks_an_element_or_whose_life_is_over_is_not_merged() -> None:
    scene = ItemScene()
    one, vague = scene.reported(), scene.reported(terms(recipient_scope=()))
    refuses(scene, scene.merge(one, vague, clause_mapping=dropped(one, vague)), ElementsMissing, "BR-03")
    scene.when(scene.cancel(gone := scene.reported()))
    refuses(scene, scene.merge(one, gone, clause_mapping=dropped(one, gone)), ItemIsFinal, "BR-13")


def test_the_target_is_always_new_and_named_by_an_agenda_number_of_the_meeting() -> None:
    scene = ItemScene()
    one, other = two_sources(scene)
    third, fourth = two_sources(scene)
    refuses(scene, scene.merge(one, other, agenda_number=9, clause_mapping=dropped(one, other)), NotOnTheAgenda)
    scene.when(scene.merge(one, other, clause_mapping=dropped(one, other)))
    again = scene.merge(third, fourth, clause_mapping=dropped(third, fourth))
    refuses(scene, again, MergedItemExists)
    scene.when(replace(again, agenda_number=2))


def test_a_merged_item_may_be_merged_again_once_it_is_on_the_list() -> None:
    scene = ItemScene()
    one, other = two_sources(scene)
    (target, _), *_ = scene.when(scene.merge(one, other, clause_mapping=dropped(one, other)))
    scene.adopt("530900", "generic@1", IN_FORCE)  # here nothing is reported upward
    third = scene.proposed()
    second = replace(
        scene.merge(target, third, clause_mapping=dropped(third)),
        effective_on=IN_FORCE,
        effective_from=IN_FORCE,
        agenda_number=2,
    )
    (last, _), *_ = scene.when(second)
    assert scene.state(target).merged_into == last


def test_a_named_unit_of_the_own_line_is_no_obstacle_where_no_pack_forbids_it() -> None:
    scene = ItemScene()
    own = (Scope(level=Level.COUNTY, category="GOVERNMENT_DEPT", units=(unit_id("县级部门"),)),)
    scene.when(scene.retain(scene.reported(terms(recipient_scope=own))))
