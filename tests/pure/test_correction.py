"""What may be corrected, what not, and which views a correction reaches."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid5

import orjson
import pytest

from ledger.commands import CorrectRecord, RenameUnit, VerifyItem
from ledger.correction import (
    ApprovedTermsStand,
    ChangeDoesNotRead,
    CorrectionWithoutEffect,
    FactsRestOnIt,
    NotStatedByAnybody,
    OpeningStands,
    PartOfOneAct,
    RecordDoesNotStand,
    VoidOrChanged,
)
from ledger.events import (
    CampaignOpened,
    Envelope,
    Fact,
    ItemIdentified,
    ItemOpinionGiven,
    ItemSubmittedForReview,
    LedgerOpened,
    MatchDecided,
    RecordCorrected,
    UnitRenamed,
    ZeroReportFiled,
)
from ledger.refusals import LeftBlank
from ledger.streams import LEDGER, NAMESPACE, return_stream
from ledger.terms import Disposition, EntryRoute, Level, MatchResult, OpinionStage
from ledger.timelines.item import ITEM, Phase
from ledger.timelines.standing import standing
from ledger.timelines.unit import UNIT
from ledger.timeliness import NotYetHappened
from ledger.values import Authority, Change, Scope
from tests.pure.campaign_scene import (
    CAMPAIGN_ID,
    COUNTY,
    DECIDED,
    EDUCATION,
    FILED,
    IN_FORCE,
    MATCHED,
    OFFICE,
    PLEDGE,
    TOWNSHIP,
    WATER,
    CampaignScene,
    described,
    finding_id,
    item,
    terms,
)
from tests.pure.item_scene import refuses

NOBODY = uuid5(NAMESPACE, "nobody")


def changed(**values: Any) -> tuple[Change, ...]:
    """Changes by path; `__` stands for a slash."""
    return tuple(
        Change(path="/" + path.replace("__", "/"), value=orjson.dumps(value).decode()) for path, value in values.items()
    )


def position(scene: CampaignScene, kind: type[Fact], stream: UUID | None = None) -> int:
    return max(each.position for each in scene.log if isinstance(each.fact, kind) and stream in (None, each.stream))


def correct(scene: CampaignScene, kind: type[Fact], stream: UUID, **changes: Any) -> CorrectRecord:
    command = CorrectRecord(effective_on=DECIDED, stream=stream, corrects=position(scene, kind, stream), why="登记有误")
    return replace(command, **changes)


def declared() -> CampaignScene:
    scene = CampaignScene()
    scene.when(scene.file())
    return scene


def test_a_wrong_value_reads_differently_from_then_on_and_reaches_what_it_mentions() -> None:
    scene = declared()
    command = correct(
        scene,
        ItemIdentified,
        item(),
        changed=changed(terms__title="校园安全责任书", terms__implementing_unit=str(WATER)),
    )
    ((stream, fact),) = scene.when(command)
    assert stream == item()
    assert isinstance(fact, RecordCorrected)
    assert set(fact.route_keys) == {CAMPAIGN_ID, EDUCATION, WATER}  # also the unit it names no more
    assert list(fact.route_keys) == sorted(fact.route_keys)
    assert scene.item(item()).terms.title == "校园安全责任书"


def test_a_value_that_was_absent_may_be_given_and_one_that_was_given_may_be_taken_away() -> None:
    scene = declared()
    scene.when(
        correct(scene, ItemIdentified, item(), changed=changed(terms__field_code="EDUCATION", terms__end_year=None))
    )
    assert scene.item(item()).terms.field_code == "EDUCATION"
    assert scene.item(item()).terms.end_year is None


def test_what_somebody_stated_beside_the_fact_is_corrected_too() -> None:
    scene = declared()
    scene.when(correct(scene, ItemIdentified, item(), changed=changed(effective_on="2024-03-18")))
    (recorded,) = standing(scene.world().facts(item()))
    assert recorded.effective_on == date(2024, 3, 18)


def test_a_fact_is_corrected_to_no_day_to_come() -> None:
    scene = declared()
    tomorrow = (DECIDED + timedelta(days=1)).isoformat()
    command = correct(scene, ItemIdentified, item(), changed=changed(effective_on=tomorrow))
    refuses(scene, command, NotYetHappened, "BR-22")


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"changed": changed(terms__title="校园安全责任书"), "why": ""}, LeftBlank),
        ({"changed": changed(terms__title="校园安全责任书"), "corrects": 999}, RecordDoesNotStand),
        ({}, VoidOrChanged),
        ({"changed": changed(terms__title="校园安全责任书"), "void": True}, VoidOrChanged),
        ({"changed": changed(terms__title="校园安全目标责任书")}, CorrectionWithoutEffect),
        ({"changed": changed(terms__colour="red")}, ChangeDoesNotRead),
        ({"changed": changed(colour="red")}, ChangeDoesNotRead),
        ({"changed": changed(colour={"red": True})}, ChangeDoesNotRead),
        ({"changed": changed(colour=["red"])}, ChangeDoesNotRead),
        ({"changed": changed(terms__approval={"title": "批复", "colour": "red"})}, ChangeDoesNotRead),
        ({"changed": changed(terms__basis=[{"title": "通知", "colour": "red"}])}, ChangeDoesNotRead),
        ({"changed": changed(terms__title="校园安全责任书", colour="red")}, ChangeDoesNotRead),
        ({"changed": changed(terms__title=7)}, ChangeDoesNotRead),
        ({"changed": changed(terms__title=None)}, ChangeDoesNotRead),
        ({"changed": changed(terms__level="PROVINCIAL")}, ChangeDoesNotRead),
        ({"changed": changed(terms__recipient_scope__4__level="COUNTY")}, ChangeDoesNotRead),
        ({"changed": (Change(path="/terms/recipient_scope/-1/level", value='"COUNTY"'),)}, ChangeDoesNotRead),
        ({"changed": changed(terms__title__x="y")}, ChangeDoesNotRead),
        ({"changed": (Change(path="terms/title", value='"校园安全责任书"'),)}, ChangeDoesNotRead),
        ({"changed": (Change(path="", value='"校园安全责任书"'),)}, ChangeDoesNotRead),
        ({"changed": (Change(path="/terms/title", value="校园安全责任书"),)}, ChangeDoesNotRead),
        ({"changed": changed(class_version=2)}, NotStatedByAnybody),
        ({"changed": changed(actor_unit=str(WATER))}, NotStatedByAnybody),
        ({"changed": changed(rule_pack="generic@2")}, NotStatedByAnybody),
        ({"changed": changed(synthetic=True)}, NotStatedByAnybody),
        ({"changed": changed(backlog=True)}, NotStatedByAnybody),
    ],
)
def test_a_correction_that_would_not_read_or_says_nothing_is_refused(changes: dict[str, Any], refusal: Any) -> None:
    scene = declared()
    refuses(scene, correct(scene, ItemIdentified, item(), **changes), refusal)


def test_a_record_is_corrected_in_its_own_stream() -> None:
    scene = declared()
    command = correct(scene, ItemIdentified, item(), changed=changed(terms__title="校园安全责任书"))
    refuses(scene, replace(command, stream=WATER), RecordDoesNotStand)
    refuses(scene, replace(command, stream=NOBODY), RecordDoesNotStand)


def test_a_correction_reaches_every_unit_and_every_stream_of_a_list() -> None:
    scene = CampaignScene()
    opened = position(scene, CampaignOpened)
    scene.when(
        CorrectRecord(
            effective_on=FILED, stream=CAMPAIGN_ID, corrects=opened, why="误", changed=changed(deadline="2024-05-06")
        )
    )
    (fact,) = (each for each in scene.decided if isinstance(each, RecordCorrected))
    assert set(fact.route_keys) == {EDUCATION, WATER, COUNTY}


def test_a_correction_reaches_the_unit_that_recorded_and_the_one_it_recorded_for() -> None:
    scene = CampaignScene()
    envelope = Envelope(
        effective_on=FILED,
        jurisdiction="530900",
        rule_pack="generic@1",
        entry_route=EntryRoute.API,
        actor_unit=OFFICE,
        on_behalf_of=WATER,
        authority=Authority(document=NOBODY),
    )
    scene._record(EDUCATION, UnitRenamed(name="市教委"), envelope)
    ((_, fact),) = scene.when(correct(scene, UnitRenamed, EDUCATION, void=True))
    assert isinstance(fact, RecordCorrected)
    assert set(fact.route_keys) == {OFFICE, WATER, NOBODY}


def test_an_item_entered_by_mistake_is_void_and_may_come_back() -> None:
    scene = declared()
    scene.when(correct(scene, ItemIdentified, item(), void=True))
    assert scene.world().see(ITEM, item()) is None
    scene.when(correct(scene, RecordCorrected, item(), void=True))
    assert scene.item(item()).phase is Phase.IDENTIFIED


def test_what_other_channels_filed_does_not_rest_on_the_return() -> None:
    scene = CampaignScene()
    scene.when(scene.zero(WATER))
    scene.when(scene.finding(described=described(implementing_unit=WATER)))
    scene.when(correct(scene, ZeroReportFiled, return_stream(CAMPAIGN_ID, WATER, PLEDGE), void=True))
    assert not scene.held(WATER).filed


def test_what_a_stream_is_known_by_is_recorded_anew_instead() -> None:
    scene = declared()
    stream = return_stream(CAMPAIGN_ID, EDUCATION, PLEDGE)
    first = scene.world().facts(stream)[0]
    command = CorrectRecord(
        effective_on=DECIDED,
        stream=stream,
        corrects=first.position,
        why="误",
        changed=changed(unit=str(WATER)),
    )
    refuses(scene, command, NotStatedByAnybody)


def test_a_protected_report_is_never_opened_by_a_correction() -> None:
    scene = CampaignScene()
    chance = "0b2f6c1e-5d0a-4f3b-9c57-7f6f7d1d2a10"
    filings = scene.when(scene.report(protected=True, ordinal=chance, salts=("0" * 32, "1" * 32)))
    stream = filings[0][0]
    for opened in (
        changed(recipient=str(TOWNSHIP)),
        changed(statement="我镇"),
        changed(protected=False),
        changed(_sd=[]),
    ):
        command = CorrectRecord(
            effective_on=FILED, stream=stream, corrects=len(scene.log) - 1, why="误", changed=opened
        )
        refuses(scene, command, NotStatedByAnybody)


def test_the_opening_of_the_ledger_stands() -> None:
    scene = CampaignScene()
    scene.fact(LEDGER, LedgerOpened(synthetic_clock=True, opened_on=FILED, name="演示"), FILED)
    refuses(scene, correct(scene, LedgerOpened, LEDGER, void=True), OpeningStands)
    refuses(scene, correct(scene, LedgerOpened, LEDGER, changed=changed(name="正式")), OpeningStands)


def test_a_void_record_is_gone_and_cannot_be_corrected_again() -> None:
    scene = CampaignScene()
    scene.when(scene.finding())
    at = position(scene, type(scene.log[-2].fact))
    void = CorrectRecord(effective_on=DECIDED, stream=finding_id(), corrects=at, why="误", void=True)
    ((_, fact),) = scene.when(void)
    assert isinstance(fact, RecordCorrected)
    assert {CAMPAIGN_ID, EDUCATION, OFFICE, TOWNSHIP} == set(fact.route_keys)
    refuses(scene, void, RecordDoesNotStand)


def test_nothing_is_pulled_from_beneath_later_facts() -> None:
    scene = declared()
    scene.when(VerifyItem(effective_on=MATCHED, item=item(), verifier=OFFICE))
    scene.fact(item(), ItemSubmittedForReview(), MATCHED)
    refuses(scene, correct(scene, ItemIdentified, item(), void=True), FactsRestOnIt)
    scene.when(correct(scene, ItemSubmittedForReview, item(), void=True))
    assert scene.item(item()).phase is Phase.VERIFIED


def test_what_nothing_rests_on_is_void_whatever_follows() -> None:
    scene = CampaignScene()
    scene.when(RenameUnit(effective_on=FILED, unit=EDUCATION, name="市教体局"))
    scene.when(RenameUnit(effective_on=MATCHED, unit=EDUCATION, name="市教育体育局"))
    first = min(each.position for each in scene.log if each.fact.TOPIC == "unit.renamed")
    scene.when(CorrectRecord(effective_on=DECIDED, stream=EDUCATION, corrects=first, why="误", void=True))
    renamed = scene.world().see(UNIT, EDUCATION, MATCHED.replace(day=1))
    assert renamed
    assert renamed.name == "市教育局"


def opinion(supersedes: int | None = None) -> ItemOpinionGiven:
    return ItemOpinionGiven(
        stage=OpinionStage.PARTY_GROUP,
        opinion=Disposition.CANCEL,
        ground_code="C1",
        text="拟取消",
        giver_unit=EDUCATION,
        given_on=MATCHED,
        supersedes=supersedes,
    )


def test_an_opinion_is_void_unless_a_later_one_replaces_it() -> None:
    scene = declared()
    scene.fact(item(), opinion(), MATCHED)
    first = len(scene.log)
    scene.fact(item(), opinion(), MATCHED)
    void = CorrectRecord(effective_on=DECIDED, stream=item(), corrects=first, why="误", void=True)
    scene.fact(item(), opinion(supersedes=first), MATCHED)
    refuses(scene, void, FactsRestOnIt)
    scene.when(replace(void, corrects=len(scene.log)))
    scene.when(void)
    assert len(scene.item(item()).opinions) == 1


def test_a_match_is_void_while_others_follow_but_not_under_the_resolution_of_its_conflict() -> None:
    scene = CampaignScene()
    scene.when(scene.file(terms(), terms("控辍保学责任书")))
    other = described("控辍保学责任状")
    scene.after(scene.zero(WATER), scene.zero(COUNTY), scene.finding(), scene.finding("2", described=other))
    scene.after(scene.close_inventory(), scene.match(), scene.match(item=item(row=1), record=finding_id("2")))
    first = min(each.position for each in scene.log if isinstance(each.fact, MatchDecided))
    void = CorrectRecord(effective_on=MATCHED, stream=CAMPAIGN_ID, corrects=first, why="误", void=True)
    scene.when(void)
    assert [match.item for match in scene.campaign().matches] == [item(row=1)]
    scene.when(scene.match(result=MatchResult.CONFLICT, differences=("title",)))
    scene.when(replace(void, corrects=len(scene.log)))
    assert not scene.campaign().conflicts
    scene.when(scene.match())
    refuses(scene, replace(void, corrects=1), RecordDoesNotStand)
    scene.when(scene.reconcile())
    refuses(scene, replace(void, corrects=len(scene.log) - 1), FactsRestOnIt)


def test_part_of_one_act_is_not_void_alone() -> None:
    scene = declared()
    stream = return_stream(CAMPAIGN_ID, EDUCATION, PLEDGE)
    at = scene.world().facts(stream)[0].position
    refuses(scene, CorrectRecord(effective_on=DECIDED, stream=stream, corrects=at, why="误", void=True), PartOfOneAct)


def test_a_correction_may_itself_be_wrong() -> None:
    scene = declared()
    scene.when(correct(scene, ItemIdentified, item(), changed=changed(terms__title="校园安全责任书")))
    unreadable = correct(scene, RecordCorrected, item(), changed=changed(changed__0__value="7"))
    refuses(scene, unreadable, ChangeDoesNotRead)
    scene.when(correct(scene, RecordCorrected, item(), changed=changed(changed__0__value='"平安校园责任书"')))
    assert scene.item(item()).terms.title == "平安校园责任书"
    first = min(each.position for each in scene.log if isinstance(each.fact, RecordCorrected))
    ((_, fact),) = scene.when(
        CorrectRecord(effective_on=DECIDED, stream=item(), corrects=first, why="原记录无误", void=True)
    )
    assert isinstance(fact, RecordCorrected)
    assert set(fact.route_keys) == {CAMPAIGN_ID, EDUCATION}
    assert scene.item(item()).terms.title == "校园安全目标责任书"


def test_what_was_made_void_does_not_come_back_beneath_later_facts() -> None:
    scene = declared()
    scene.when(VerifyItem(effective_on=MATCHED, item=item(), verifier=OFFICE))
    void = correct(scene, type(scene.log[-1].fact), item(), void=True)
    scene.when(void)
    undo = CorrectRecord(effective_on=DECIDED, stream=item(), corrects=len(scene.log), why="误", void=True)
    scene.when(VerifyItem(effective_on=MATCHED, item=item(), verifier=OFFICE))
    refuses(scene, undo, FactsRestOnIt)


APPROVED = [
    ("BR-30", changed(terms__title="平安校园责任书")),
    ("BR-30", changed(terms__start_year=2020)),
    ("BR-30", changed(terms__end_year=2030)),
    ("BR-30", changed(terms__end_year=None, terms__no_end_ground="长期")),
    ("BR-05", changed(terms__recipient_scope=[{"level": "TOWNSHIP", "category": "GOVERNMENT"}])),
    ("BR-05", changed(terms__recipient_scope__0__level="TOWNSHIP")),
    ("BR-05", changed(terms__approved_signers=8)),
    ("BR-05", changed(terms__clauses=[{"clause_id": "c1", "type": "SIGNER_DUTY", "text": "负总责"}])),
    ("BR-05", changed(terms__triggers=[{"code": "t", "text": "发生事故"}])),
]


@pytest.mark.parametrize(("rule", "changes"), APPROVED)
def test_what_was_approved_changes_by_an_amendment_not_by_a_correction(rule: str, changes: tuple[Change, ...]) -> None:
    scene = declared().retained(item())
    refuses(scene, correct(scene, ItemIdentified, item(), changed=changes), ApprovedTermsStand, rule)
    undecided = declared()
    undecided.when(correct(undecided, ItemIdentified, item(), changed=changes))


def test_other_elements_of_a_listed_item_are_corrected() -> None:
    scene = declared().retained(item())
    scene.when(correct(scene, ItemIdentified, item(), changed=changed(terms__result="纳入综合考核")))
    assert scene.item(item()).terms.result == "纳入综合考核"


def test_nor_by_taking_back_an_earlier_correction() -> None:
    scene = declared()
    scene.when(
        correct(scene, ItemIdentified, item(), effective_on=FILED, changed=changed(terms__title="校园安全责任书"))
    )
    scene.retained(item())
    rewritten = correct(scene, RecordCorrected, item(), changed=changed(changed__0__value='"平安校园责任书"'))
    refuses(scene, rewritten, ApprovedTermsStand, "BR-30")


def test_a_decision_entered_wrongly_is_void_and_the_item_is_undecided_again() -> None:
    scene = declared().retained(item())
    scene.when(correct(scene, type(scene.log[-1].fact), item(), void=True))
    assert not scene.item(item()).listed
    assert scene.item(item()).phase_on(IN_FORCE) is Phase.IDENTIFIED


def test_values_of_a_list_are_reached_by_number() -> None:
    two = (Scope(level=Level.COUNTY, category="A"), Scope(level=Level.TOWNSHIP, category="B"))
    scene = CampaignScene()
    scene.when(scene.file(terms(recipient_scope=two)))
    scene.when(correct(scene, ItemIdentified, item(), changed=changed(terms__recipient_scope__1__category="C")))
    assert [scope.category for scope in scene.item(item()).terms.recipient_scope] == ["A", "C"]
