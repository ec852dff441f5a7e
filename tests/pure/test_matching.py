"""The three channels compared: candidates, matches, conflicts, omissions and false zeros."""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid5

import pytest

from ledger.commands import MarkDuplicate, ResolveConflict
from ledger.events import (
    ConflictResolved,
    FalseZeroRegistered,
    ItemIdentified,
    MatchDecided,
    OmissionRegistered,
    SpotCheckFindingFiled,
    UnitsMerged,
)
from ledger.matching import (
    COMPARED,
    Candidate,
    ConflictNotCovered,
    DifferencesUnclear,
    ItemOfAnotherCampaign,
    KeysDiffer,
    NoOpenConflict,
    NoZeroReportStands,
    RecordAlreadySettled,
    RecordConcernsAnother,
    RecordsMissing,
    RecordUnknown,
    ZeroReportIsFalse,
    candidates,
    differences,
)
from ledger.refusals import CampaignNotInPhase, ItemUnknown, LaterFactsStand, LeftBlank, Refused, UnitUnknown
from ledger.streams import NAMESPACE, item_stream, record_stream
from ledger.terms import FoundBy, Kept, Level, MatchResult
from ledger.timelines.item import Item, Phase
from ledger.timelines.record import Record
from ledger.values import Basis, DescribedItem, Resolution, Scope
from tests.pure.campaign_scene import (
    CAMPAIGN_ID,
    CLOSED,
    COUNTY,
    DEPARTMENT,
    EDUCATION,
    MATCHED,
    OFFICE,
    OPENED,
    SPORTS,
    TOWNSHIP,
    VETO,
    WATER,
    CampaignScene,
    described,
    finding_id,
    item,
    terms,
)
from tests.pure.item_scene import refuses

NOBODY = uuid5(NAMESPACE, "nobody")
REPORT = record_stream(CAMPAIGN_ID, TOWNSHIP, "1")
YEARS_DIFFER = (Resolution(field="years", kept=Kept.FOUND, value="2022—2026"),)


def reconciling(**changes: Any) -> CampaignScene:
    """A campaign whose inventory is closed: one item declared, one finding about it that says what `changes` say."""
    scene = CampaignScene()
    return scene.closed_inventory(scene.finding(described=described(**changes)))


def resolve(**changes: Any) -> ResolveConflict:
    return replace(
        ResolveConflict(effective_on=MATCHED, campaign=CAMPAIGN_ID, item=item(), values=YEARS_DIFFER), **changes
    )


def conflict(scene: CampaignScene, *fields: str) -> CampaignScene:
    return scene.after(scene.match(result=MatchResult.CONFLICT, differences=fields or ("years",)))


def test_a_match_is_recorded_in_the_campaign() -> None:
    scene = reconciling()
    filings = scene.when(scene.match(disguised_candidate=True))
    matched = MatchDecided(item=item(), record=finding_id(), result=MatchResult.MATCHED, disguised_candidate=True)
    assert filings == ((CAMPAIGN_ID, matched),)


def test_channels_are_compared_only_after_the_inventory_is_closed() -> None:
    scene = CampaignScene()
    scene.filed(scene.finding())
    for command in (scene.match(), resolve(), scene.omission(), scene.false_zero()):
        refuses(scene, command, CampaignNotInPhase)
    scene.when(scene.close_inventory())
    refuses(scene, scene.match(effective_on=CLOSED.replace(day=9)), LaterFactsStand)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"item": NOBODY}, ItemUnknown),
        ({"record": NOBODY}, RecordUnknown),
        ({"differences": ("years",)}, DifferencesUnclear),
        ({"result": MatchResult.CONFLICT}, DifferencesUnclear),
        ({"result": MatchResult.CONFLICT, "differences": ("colour",)}, DifferencesUnclear),
    ],
)
def test_a_match_that_cannot_be_so_is_refused(changes: dict[str, Any], refusal: type[Refused]) -> None:
    scene = reconciling()
    refuses(scene, replace(scene.match(), **changes), refusal)


def test_a_record_settles_once() -> None:
    scene = reconciling()
    scene.when(scene.match())
    refuses(scene, scene.match(), RecordAlreadySettled)
    refuses(scene, scene.omission(), RecordAlreadySettled)


def test_items_and_records_of_another_campaign_and_items_that_do_not_count_are_not_compared() -> None:
    scene = CampaignScene()
    scene.when(scene.file(terms(), terms("控辍保学责任书")))
    scene.after(scene.zero(WATER), scene.zero(COUNTY), scene.finding(), scene.close_inventory())
    stranger = item_stream(NOBODY, 0)
    strange = ItemIdentified(terms=terms(), found_by=FoundBy.IMPLEMENTER, reporting_unit=EDUCATION, campaign=NOBODY)
    scene.fact(stranger, strange, OPENED)
    refuses(scene, scene.match(item=stranger), ItemOfAnotherCampaign)
    duplicate = MarkDuplicate(effective_on=MATCHED, item=item(row=1), verifier=OFFICE, duplicate_of=item())
    scene.when(duplicate)
    refuses(scene, scene.match(item=item(row=1)), ItemOfAnotherCampaign)
    elsewhere = SpotCheckFindingFiled(
        campaign=NOBODY, checker=OFFICE, checked_unit=TOWNSHIP, found_on=OPENED, described=described()
    )
    scene.fact(record_stream(NOBODY, OFFICE, "1"), elsewhere, OPENED)
    refuses(scene, scene.match(record=record_stream(NOBODY, OFFICE, "1")), RecordUnknown)


def test_type_and_implementing_unit_are_keys_and_cannot_differ() -> None:
    scene = reconciling(implementing_unit=WATER)
    refuses(scene, scene.match(), KeysDiffer)
    both = CampaignScene(item_types=(VETO, terms().item_type))
    both.after(both.file(), both.finding(described=described(item_type=VETO)))
    for unit_id in (WATER, COUNTY):
        both.when(both.zero(unit_id))
    for unit_id in (EDUCATION, WATER, COUNTY):
        both.when(both.zero(unit_id, item_type=VETO))
    both.when(both.close_inventory())
    refuses(both, both.match(), KeysDiffer)


def county_item(named: UUID) -> CampaignScene:
    """The county declared an item of its education department; a finding names another unit of the county."""
    scene = CampaignScene()
    scene.after(scene.file(terms(implementing_unit=DEPARTMENT), unit=COUNTY), scene.zero(WATER), scene.zero(EDUCATION))
    return scene.after(scene.finding(described=described(implementing_unit=named)), scene.close_inventory())


def test_two_departments_of_one_county_are_two_units() -> None:
    scene = county_item(SPORTS)
    refuses(scene, scene.match(item=item(COUNTY)), KeysDiffer)


@pytest.mark.parametrize(("before", "after"), [(DEPARTMENT, SPORTS), (SPORTS, DEPARTMENT)])
def test_a_unit_is_also_whoever_came_after_it(before: UUID, after: UUID) -> None:
    scene = county_item(SPORTS)
    scene.fact(before, UnitsMerged(successor=after, first_day_without=OPENED), OPENED)
    scene.when(scene.match(item=item(COUNTY)))


def test_units_that_follow_each_other_in_a_circle_are_one_another() -> None:
    scene = county_item(SPORTS)
    scene.fact(DEPARTMENT, UnitsMerged(successor=SPORTS, first_day_without=OPENED), OPENED)
    scene.fact(SPORTS, UnitsMerged(successor=DEPARTMENT, first_day_without=OPENED), OPENED)
    scene.when(scene.match(item=item(COUNTY)))


def test_a_return_may_name_only_the_unit_that_answers_for_the_implementing_one() -> None:
    scene = CampaignScene()
    scene.after(scene.file(terms(implementing_unit=COUNTY), unit=COUNTY), scene.zero(WATER), scene.zero(EDUCATION))
    scene.after(scene.finding(described=described(implementing_unit=DEPARTMENT)), scene.finding("2"))
    scene.when(scene.close_inventory())
    scene.when(scene.match(item=item(COUNTY)))
    refuses(scene, scene.match(item=item(COUNTY), record=finding_id("2")), KeysDiffer)


def test_a_record_may_name_only_the_unit_that_answers_for_the_implementing_one() -> None:
    scene = county_item(COUNTY)
    scene.when(scene.match(item=item(COUNTY)))


def test_what_both_sides_state_in_figures_is_no_match_while_it_differs() -> None:
    scene = reconciling(start_year=2022)
    refuses(scene, scene.match(), DifferencesUnclear)
    refuses(scene, scene.match(result=MatchResult.CONFLICT, differences=("title",)), DifferencesUnclear)
    filings = scene.when(scene.match(result=MatchResult.CONFLICT, differences=("title", "years")))
    assert isinstance(filings[0][1], MatchDecided)
    assert filings[0][1].differences == ("years", "title")
    assert scene.campaign().conflicts == {item()}


def test_whether_other_words_mean_the_same_is_for_people_to_say() -> None:
    scene = reconciling(result="评先评优一票否决")
    assert "result" in differences(terms(), described(result="评先评优一票否决"))
    scene.when(scene.match())


def test_a_conflict_is_resolved_field_by_field() -> None:
    scene = conflict(reconciling(start_year=2022))
    refuses(scene, resolve(values=()), ConflictNotCovered)
    refuses(scene, resolve(values=YEARS_DIFFER * 2), ConflictNotCovered)
    refuses(scene, resolve(values=(replace(YEARS_DIFFER[0], field="title"),)), ConflictNotCovered)
    refuses(scene, resolve(effective_on=MATCHED.replace(day=19)), LaterFactsStand)
    filings = scene.when(resolve())
    assert filings == ((CAMPAIGN_ID, ConflictResolved(item=item(), values=YEARS_DIFFER)),)
    assert not scene.campaign().conflicts
    refuses(scene, resolve(), NoOpenConflict)


def test_a_later_record_may_reopen_a_conflict_but_not_before_it_was_resolved() -> None:
    scene = CampaignScene()
    late, early = MATCHED.replace(day=24), MATCHED
    scene.closed_inventory(
        scene.finding(described=described(start_year=2022)), scene.report(described=described(start_year=2020))
    )
    conflict(scene)
    scene.when(resolve())
    again = scene.match(record=REPORT, result=MatchResult.CONFLICT, differences=("years",), effective_on=late)
    refuses(scene, replace(again, effective_on=CLOSED), LaterFactsStand)
    scene.when(again)
    assert scene.campaign().conflicts == {item()}
    refuses(scene, resolve(effective_on=early), LaterFactsStand)


def test_what_others_found_beside_the_declared_items_is_an_omission_and_one_item() -> None:
    scene = CampaignScene()
    scene.closed_inventory(scene.finding(), scene.report())
    filings = scene.when(scene.omission(finding_id(), REPORT))
    missed = item_stream(finding_id(), 0)
    registered = OmissionRegistered(
        unit=EDUCATION, item_type=terms().item_type, item=missed, records=(finding_id(), REPORT)
    )
    identified = ItemIdentified(
        terms=terms("控辍保学责任书"),
        found_by=FoundBy.SPOT_CHECK,
        reporting_unit=EDUCATION,
        campaign=CAMPAIGN_ID,
    )
    assert filings == ((CAMPAIGN_ID, registered), (missed, identified))
    refuses(scene, scene.omission(REPORT), RecordAlreadySettled)


def test_who_found_an_item_is_the_channel_of_the_first_record() -> None:
    scene = CampaignScene()
    scene.closed_inventory(scene.finding(), scene.report())
    filings = scene.when(scene.omission(REPORT, finding_id(), REPORT, disguised_candidate=True))
    assert isinstance(filings[1][1], ItemIdentified)
    assert filings[1][1].found_by is FoundBy.RECIPIENT
    assert isinstance(filings[0][1], OmissionRegistered)
    assert filings[0][1].records == (REPORT, finding_id())
    assert filings[0][1].disguised_candidate


def test_where_a_zero_report_stands_what_is_found_makes_it_false() -> None:
    scene = CampaignScene()
    found = described("河湖长制责任状", implementing_unit=WATER)
    scene.closed_inventory(scene.finding(described=found), scene.finding("2", described=found))
    refuses(
        scene,
        scene.omission(unit=WATER, terms=terms("河湖长制责任书", implementing_unit=WATER)),
        ZeroReportIsFalse,
    )
    filings = scene.when(scene.false_zero())
    assert isinstance(filings[0][1], FalseZeroRegistered)
    assert scene.campaign().false_zero(WATER, terms().item_type)
    scene.when(scene.false_zero(finding_id("2")))


def test_where_items_were_declared_there_is_no_zero_report_to_be_false() -> None:
    scene = reconciling()
    refuses(scene, scene.false_zero(unit=EDUCATION, terms=terms("控辍保学责任书")), NoZeroReportStands)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"records": ()}, RecordsMissing),
        ({"records": (NOBODY,)}, RecordUnknown),
        ({"unit": NOBODY}, UnitUnknown),
        ({"unit": COUNTY}, RecordConcernsAnother),
        ({"terms": terms(item_type=VETO)}, RecordConcernsAnother),
        ({"terms": terms("")}, LeftBlank),
        ({"terms": terms(implementing_unit=NOBODY)}, UnitUnknown),
    ],
)
def test_an_omission_that_cannot_be_so_is_refused(changes: dict[str, Any], refusal: type[Refused]) -> None:
    scene = reconciling()
    refuses(scene, replace(scene.omission(), **changes), refusal)


# ── What a person is shown to decide on ──


def declared(number: int = 1, **changes: Any) -> Item:
    return Item(uuid5(NAMESPACE, f"item {number}"), Phase.IDENTIFIED, terms(**changes), identified_at=number)


def record(number: int = 1, **changes: Any) -> Record:
    return Record(uuid5(NAMESPACE, f"record {number}"), CAMPAIGN_ID, FoundBy.SPOT_CHECK, described(**changes))


def test_candidates_share_type_unit_and_matter() -> None:
    alike, other_type, other_unit, other_matter = (
        record(1),
        record(2, item_type=VETO),
        record(3, implementing_unit=WATER),
        record(4, title="控辍保学责任书"),
    )
    found = list(candidates([declared()], [alike, other_type, other_unit, other_matter]))
    assert found == [Candidate(declared().id, alike.id, ())]


def test_a_common_basis_makes_a_candidate_where_titles_do_not() -> None:
    item_ = declared(basis=(Basis(title="关于加强校园安全的通知", number="云教发[2020]7号"),))
    by_number = record(title="平安校园任务清单", basis=(Basis(title="省里通知", number="云教发〔2020〕7号"),))
    by_title = record(2, title="平安校园任务清单", basis=(Basis(title="《关于加强校园安全的通知》"),))
    odd = record(3, title="平安校园任务清单", basis=(Basis(title="", number="口头"), Basis(title="——")))
    assert [each.record for each in candidates([item_], [by_number, by_title, odd])] == [by_number.id, by_title.id]
    assert next(candidates([item_], [by_number])).differences == ("title",)
    registered = (Basis(title="甲", document=NOBODY),)
    by_document = record(title="平安校园任务清单", basis=(Basis(title="乙", document=NOBODY),))
    assert list(candidates([declared(basis=registered)], [by_document]))


def test_a_candidate_follows_successors_as_far_as_they_go() -> None:
    line = {WATER: COUNTY, COUNTY: EDUCATION}
    assert list(candidates([declared()], [record(implementing_unit=WATER)], line))
    assert list(candidates([declared(implementing_unit=WATER)], [record()], line))
    assert not list(candidates([declared()], [record(implementing_unit=WATER)]))


def test_leading_names_of_places_are_no_matter() -> None:
    named = record(title="临沧市校园安全责任状")
    assert not differences(terms("校园安全目标责任书"), named.described, frozenset(("临沧市",)))


@pytest.mark.parametrize(
    ("stated", "named"),
    [
        ({}, ()),
        ({"level": Level.COUNTY}, ("level",)),
        ({"level": Level.PREFECTURE}, ()),
        ({"recipient_scope": (Scope(level=Level.TOWNSHIP, category="GOVERNMENT"),)}, ("scope",)),
        ({"recipient_scope": (Scope(level=Level.COUNTY, category="GOVERNMENT_DEPT"),)}, ()),
        ({"start_year": 2022}, ("years",)),
        ({"end_year": 2025}, ("years",)),
        ({"start_year": 2021, "end_year": 2026}, ()),
        ({"result": "纳入 年度考核。"}, ()),
        ({"result": "取消评优"}, ("result",)),
        ({"basis": (Basis(title="通知"),)}, ("basis",)),
        ({"title": "控辍保学责任书"}, ("title",)),
    ],
)
def test_only_what_a_record_states_can_contradict(stated: dict[str, Any], named: tuple[str, ...]) -> None:
    found: DescribedItem = described(**stated)
    assert differences(terms(basis=(Basis(title="意见"),)), found) == named
    assert set(named) <= set(COMPARED)
