"""Returns, zero reports, findings and reports: what is accepted, what is refused, and what each leaves in the ledger."""

import json
from dataclasses import replace
from datetime import date
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid5

import pytest

from ledger.commands import Command, NoteOverdueReturn
from ledger.deciding import decide
from ledger.events import (
    ItemIdentified,
    ItemRejectedAsNotAnItem,
    ItemSubmittedForReview,
    ItemVerified,
    RecipientReportFiled,
    RecordReceived,
    ReturnCorrected,
    ReturnSubmitted,
    SpotCheckFindingFiled,
    UnitDissolved,
    UnitsMerged,
    ZeroReportFiled,
)
from ledger.inventory import (
    DeclaredAfterZeroReport,
    FoundAfterItWasFiled,
    ItemOfAnotherType,
    KeptButNotDeclared,
    NothingDeclared,
    NothingToCorrect,
    NotInScope,
    NotItsToDeclare,
    NotYetOverdue,
    ProtectedReportTellsMore,
    ProtectionIncomplete,
    RecordAlreadyFiled,
    ReturnAlreadyFiled,
    ReturnCorrectionChangesNothing,
    ReturnFoundFalse,
    ReturnNotAtThisStep,
    ZeroReportContradictsReturn,
    disclosures,
)
from ledger.refusals import (
    CampaignNotInPhase,
    CampaignUnknown,
    DocumentUnknown,
    ItemNotInPhase,
    LaterFactsStand,
    LeftBlank,
    Refused,
    UnitHasEnded,
    UnitUnknown,
    YearsReversed,
)
from ledger.streams import NAMESPACE, protected_record_stream, record_stream, return_stream
from ledger.terms import FoundBy, Level
from ledger.timelines.filing import Status
from ledger.timelines.item import Phase
from ledger.values import Basis, Evidence, Scope
from tests.pure.campaign_scene import (
    CAMPAIGN_ID,
    CLOSED,
    COUNTY,
    DEADLINE,
    DEPARTMENT,
    EDUCATION,
    FILED,
    MATCHED,
    OFFICE,
    OPENED,
    PLEDGE,
    TOWNSHIP,
    VETO,
    WATER,
    CampaignScene,
    described,
    finding_id,
    item,
    terms,
    unit,
)
from tests.pure.item_scene import refuses

NOBODY = uuid5(NAMESPACE, "nobody")
RETURN_ID = return_stream(CAMPAIGN_ID, EDUCATION, PLEDGE)
CHANCE = UUID("0b2f6c1e-5d0a-4f3b-9c57-7f6f7d1d2a10")
SALTS = ("00112233445566778899aabbccddeeff", "ffeeddccbbaa99887766554433221100")


def test_a_return_identifies_each_item_in_its_own_stream() -> None:
    scene = CampaignScene()
    filings = scene.when(scene.file(terms("校园安全目标责任书"), terms("控辍保学责任书")))
    assert filings[0] == (
        RETURN_ID,
        ReturnSubmitted(campaign=CAMPAIGN_ID, unit=EDUCATION, item_type=PLEDGE, items=(item(row=0), item(row=1))),
    )
    assert filings[2] == (
        item(row=1),
        ItemIdentified(
            terms=terms("控辍保学责任书"),
            found_by=FoundBy.IMPLEMENTER,
            reporting_unit=EDUCATION,
            campaign=CAMPAIGN_ID,
        ),
    )
    assert len(filings) == 3


def test_a_county_declares_for_its_departments_and_a_successor_for_those_before_it() -> None:
    scene = CampaignScene()
    scene.when(scene.file(terms(implementing_unit=DEPARTMENT), terms(implementing_unit=COUNTY), unit=COUNTY))
    scene.fact(unit("市水务局"), UnitsMerged(successor=EDUCATION, first_day_without=OPENED), OPENED)
    scene.when(scene.file(terms()))
    assert len(scene.held(COUNTY).items) == 2
    refuses(scene, scene.file(terms(implementing_unit=DEPARTMENT), unit=WATER), UnitHasEnded)


def test_a_return_late_but_while_the_campaign_is_open_is_accepted() -> None:
    scene = CampaignScene()
    scene.when(scene.file(effective_on=date(2024, 5, 6)))
    assert scene.held().acted_on > DEADLINE


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"campaign": NOBODY}, CampaignUnknown),
        ({"unit": NOBODY}, UnitUnknown),
        ({"unit": TOWNSHIP}, NotInScope),
        ({"item_type": VETO}, NotInScope),
        ({"items": ()}, NothingDeclared),
        ({"effective_on": date(2024, 3, 3)}, LaterFactsStand),
        ({"items": (terms(item_type=VETO),)}, ItemOfAnotherType),
        ({"items": (terms(implementing_unit=DEPARTMENT),)}, NotItsToDeclare),
        ({"items": (terms(implementing_unit=NOBODY),)}, UnitUnknown),
        ({"items": (terms(issued_in_name_of=NOBODY),)}, UnitUnknown),
        ({"items": (terms(basis=(Basis(title="通知", document=NOBODY),)),)}, DocumentUnknown),
        ({"items": (terms(approval=Basis(title="批复", document=NOBODY)),)}, DocumentUnknown),
        (
            {"items": (terms(recipient_scope=(Scope(level=Level.TOWNSHIP, category="乡镇", units=(NOBODY,)),)),)},
            UnitUnknown,
        ),
        ({"items": (terms("　"),)}, LeftBlank),
        ({"items": (terms(end_year=2020),)}, YearsReversed),
    ],
)
def test_a_return_that_cannot_be_so_is_refused(changes: dict[str, Any], refusal: type[Refused]) -> None:
    scene = CampaignScene()
    refuses(scene, replace(scene.file(), **changes), refusal)


def test_a_return_is_filed_once_and_by_a_unit_that_stands() -> None:
    scene = CampaignScene()
    scene.when(scene.file())
    refuses(scene, scene.file(), ReturnAlreadyFiled)
    scene.fact(WATER, UnitDissolved(first_day_without=FILED), OPENED)
    refuses(scene, scene.zero(WATER), UnitHasEnded)


def test_nothing_is_filed_once_the_inventory_is_closed_even_for_a_day_before() -> None:
    scene = CampaignScene()
    scene.closed_inventory()
    late: list[Command] = [
        scene.file(unit=WATER),
        scene.zero(WATER),
        scene.correct(items=(terms(),)),
        scene.finding(),
        scene.report(),
        scene.report(protected=True, ordinal=str(CHANCE), salts=SALTS),
    ]
    for command in late:
        refuses(scene, command, CampaignNotInPhase)
        refuses(scene, replace(command, effective_on=CLOSED), CampaignNotInPhase)


def test_a_zero_report_is_an_act_of_its_own() -> None:
    scene = CampaignScene()
    ((stream, fact),) = scene.when(scene.zero(WATER))
    assert stream == return_stream(CAMPAIGN_ID, WATER, PLEDGE)
    assert isinstance(fact, ZeroReportFiled)
    assert (scene.held(WATER).zero, scene.held(WATER).status) == (True, Status.SUBMITTED)
    refuses(scene, scene.zero(WATER), ReturnAlreadyFiled)
    refuses(scene, scene.zero(COUNTY, statement=" "), LeftBlank)
    refuses(scene, scene.zero(COUNTY, signer_post=""), LeftBlank)


def test_a_zero_report_and_declared_items_exclude_each_other() -> None:
    scene = CampaignScene()
    scene.when(scene.file())
    refuses(scene, scene.zero(EDUCATION), ZeroReportContradictsReturn, "BR-09")
    scene.when(scene.zero(WATER))
    refuses(scene, scene.file(terms(implementing_unit=WATER), unit=WATER), DeclaredAfterZeroReport, "BR-09")


def test_what_is_declared_after_zero_is_a_correction() -> None:
    scene = CampaignScene()
    scene.when(scene.zero(WATER))
    filed_at = scene.held(WATER).filed_at
    added = terms(implementing_unit=WATER)
    filings = scene.when(scene.correct(unit=WATER, items=(added,)))
    assert filings[0][1] == ReturnCorrected(replaces=filed_at, why_corrected="核对后更正", items=(item(WATER, 0),))
    assert (scene.held(WATER).zero, scene.held(WATER).status) == (False, Status.CORRECTED)


def test_a_correction_keeps_adds_and_drops_and_leaves_no_item_hanging() -> None:
    scene = CampaignScene()
    scene.when(scene.file(terms("校园安全目标责任书"), terms("控辍保学责任书")))
    filings = scene.when(scene.correct(kept=(item(row=1),), items=(terms("教育收费责任书"),)))
    assert scene.held().items == (item(row=1), item(row=2))
    assert scene.held().declared == (item(row=0), item(row=1), item(row=2))
    assert filings[-1] == (item(row=0), ItemRejectedAsNotAnItem(verifier=EDUCATION, ground="核对后更正"))
    assert scene.item(item(row=0)).phase is Phase.NOT_AN_ITEM


def test_a_return_corrected_to_nothing_is_due_again_and_may_become_a_zero_report() -> None:
    scene = CampaignScene()
    scene.when(scene.file())
    scene.when(scene.correct())
    assert not scene.held().filed
    scene.when(scene.zero(EDUCATION))
    assert scene.held().zero


def test_items_filed_again_after_a_correction_to_nothing_get_streams_of_their_own() -> None:
    scene = CampaignScene()
    scene.after(scene.file(), scene.correct(), scene.file())
    assert scene.held().declared == (item(row=0), item(row=1))


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"why_corrected": ""}, LeftBlank),
        ({"unit": COUNTY}, NothingToCorrect),
        ({"kept": (NOBODY,)}, KeptButNotDeclared),
        ({"kept": (item(),)}, ReturnCorrectionChangesNothing),
        ({"effective_on": FILED.replace(day=19)}, LaterFactsStand),
    ],
)
def test_a_correction_that_cannot_be_so_is_refused(changes: dict[str, Any], refusal: type[Refused]) -> None:
    scene = CampaignScene()
    scene.when(scene.file())
    refuses(scene, replace(scene.correct(), **changes), refusal)


def test_zero_corrected_to_zero_changes_nothing() -> None:
    scene = CampaignScene()
    scene.when(scene.zero(WATER))
    refuses(scene, scene.correct(unit=WATER), ReturnCorrectionChangesNothing)


def test_an_item_under_review_is_not_dropped_but_one_found_to_be_none_is() -> None:
    scene = CampaignScene()
    scene.when(scene.file(terms(), terms("控辍保学责任书")))
    scene.fact(item(row=0), ItemVerified(verifier=OFFICE), FILED)
    scene.fact(item(row=0), ItemSubmittedForReview(), FILED)
    refuses(scene, scene.correct(kept=(item(row=1),)), ItemNotInPhase)
    scene.fact(item(row=1), ItemRejectedAsNotAnItem(verifier=OFFICE, ground="学习资料"), FILED)
    assert len(scene.when(scene.correct(kept=(item(row=0),)))) == 1


def test_an_item_is_not_dropped_before_later_facts_about_it() -> None:
    scene = CampaignScene()
    scene.when(scene.file())
    scene.fact(item(), ItemVerified(verifier=OFFICE), MATCHED)
    refuses(scene, scene.correct(), LaterFactsStand)


def test_overdue_is_noted_only_after_the_deadline_and_of_a_return_not_filed() -> None:
    scene = CampaignScene()
    note = NoteOverdueReturn(effective_on=date(2024, 5, 1), campaign=CAMPAIGN_ID, unit=WATER, item_type=PLEDGE)
    refuses(scene, replace(note, effective_on=DEADLINE), NotYetOverdue)
    scene.when(note)
    scene.when(scene.zero(WATER, effective_on=date(2024, 5, 6)))
    refuses(scene, note, ReturnAlreadyFiled)


def test_a_return_is_checked_then_confirmed() -> None:
    scene = CampaignScene()
    refuses(scene, scene.check(), ReturnNotAtThisStep)
    scene.when(scene.file())
    refuses(scene, scene.confirm(), ReturnNotAtThisStep)
    refuses(scene, scene.check(effective_on=OPENED), LaterFactsStand)
    scene.when(scene.check())
    refuses(scene, scene.check(), ReturnNotAtThisStep)
    refuses(scene, scene.confirm(effective_on=FILED), LaterFactsStand)
    scene.when(scene.confirm())
    assert scene.held().status is Status.CONFIRMED


def test_a_corrected_return_may_be_checked_again() -> None:
    scene = CampaignScene()
    scene.after(scene.file(), scene.correct(items=(terms("控辍保学责任书"),), kept=(item(),)), scene.check())
    assert scene.held().status is Status.CHECKED


def test_a_return_is_still_confirmed_after_its_unit_has_ended() -> None:
    scene = CampaignScene()
    scene.when(scene.file())
    scene.fact(EDUCATION, UnitDissolved(first_day_without=date(2024, 4, 1)), FILED)
    scene.after(scene.check(), scene.confirm())
    assert scene.held().status is Status.CONFIRMED


def test_a_false_zero_report_is_not_confirmed() -> None:
    scene = CampaignScene()
    scene.closed_inventory(scene.finding(described=described("河湖长制责任状", implementing_unit=WATER)))
    scene.when(scene.false_zero())
    refuses(scene, scene.check(WATER), ReturnFoundFalse)


def test_a_finding_stands_by_itself_and_leaves_its_trace_in_the_return() -> None:
    scene = CampaignScene()
    filings = scene.when(scene.finding())
    assert [type(fact) for _, fact in filings] == [SpotCheckFindingFiled, RecordReceived]
    assert [stream for stream, _ in filings] == [finding_id(), RETURN_ID]
    assert scene.held().records == (finding_id(),)
    assert not scene.held().filed
    refuses(scene, scene.finding(), RecordAlreadyFiled)
    scene.when(scene.finding("2"))
    scene.when(scene.file())
    assert (len(scene.held().records), scene.held().filed) == (2, True)


def test_a_record_about_a_department_is_traced_to_the_county_that_answers_for_it() -> None:
    scene = CampaignScene()
    filings = scene.when(scene.report(described=described(implementing_unit=DEPARTMENT)))
    assert filings[1][0] == return_stream(CAMPAIGN_ID, COUNTY, PLEDGE)


def test_a_record_about_a_unit_that_ended_is_traced_to_its_successor() -> None:
    scene = CampaignScene()
    scene.fact(WATER, UnitsMerged(successor=EDUCATION, first_day_without=OPENED), OPENED)
    filings = scene.when(scene.finding(described=described(implementing_unit=WATER)))
    assert filings[1][0] == RETURN_ID


def test_until_it_ends_and_where_nobody_follows_a_unit_answers_for_itself() -> None:
    scene = CampaignScene()
    scene.fact(WATER, UnitsMerged(successor=EDUCATION, first_day_without=CLOSED), OPENED)
    scene.fact(COUNTY, UnitDissolved(first_day_without=OPENED), OPENED)
    for each, ordinal in ((WATER, "1"), (COUNTY, "2")):
        filings = scene.when(scene.finding(ordinal, described=described(implementing_unit=each)))
        assert filings[1][0] == return_stream(CAMPAIGN_ID, each, PLEDGE)


def test_superiors_in_a_circle_answer_for_nobody() -> None:
    scene = CampaignScene(opened=False)
    scene.after(scene.plan(), scene.open(units=(EDUCATION,)))
    scene.fact(WATER, UnitsMerged(successor=COUNTY, first_day_without=OPENED), OPENED)
    scene.fact(COUNTY, UnitsMerged(successor=WATER, first_day_without=OPENED), OPENED)
    refuses(scene, scene.finding(described=described(implementing_unit=WATER)), NotInScope)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"checker": NOBODY}, UnitUnknown),
        ({"checked_unit": NOBODY}, UnitUnknown),
        ({"found_on": FILED.replace(day=21)}, FoundAfterItWasFiled),
        ({"described": described(implementing_unit=NOBODY)}, UnitUnknown),
        ({"described": described(implementing_unit=OFFICE)}, NotInScope),
        ({"described": described(item_type=VETO)}, NotInScope),
        ({"described": described("")}, LeftBlank),
        ({"campaign": NOBODY}, CampaignUnknown),
    ],
)
def test_a_finding_that_cannot_be_so_is_refused(changes: dict[str, Any], refusal: type[Refused]) -> None:
    scene = CampaignScene()
    refuses(scene, replace(scene.finding(), **changes), refusal)


def test_a_recipient_reports_in_its_own_name() -> None:
    scene = CampaignScene()
    filings = scene.when(scene.report())
    assert filings[0] == (
        record_stream(CAMPAIGN_ID, TOWNSHIP, "1"),
        RecipientReportFiled(
            campaign=CAMPAIGN_ID,
            implementing_unit=EDUCATION,
            described=described(),
            protected=False,
            recipient=TOWNSHIP,
            statement="年初层层签订",
        ),
    )
    refuses(scene, scene.report(), RecordAlreadyFiled)
    refuses(scene, scene.report(recipient=NOBODY), UnitUnknown)
    assert disclosures(scene.report()) == ()


def test_a_protected_report_stands_in_digests_under_a_stream_of_chance() -> None:
    scene = CampaignScene()
    command = scene.report(protected=True, ordinal=str(CHANCE), salts=SALTS)
    (stream, fact), (trace, received) = scene.when(command)
    assert stream == protected_record_stream(CAMPAIGN_ID, CHANCE)
    assert isinstance(fact, RecipientReportFiled)
    assert (fact.recipient, fact.statement, fact.protected) == (None, None, True)
    assert (trace, type(received)) == (RETURN_ID, RecordReceived)
    kept = disclosures(command)
    assert [json.loads(each) for each in kept] == [
        [SALTS[0], "/recipient", str(TOWNSHIP)],
        [SALTS[1], "/statement", "年初层层签订"],
    ]
    assert b", " not in kept[0]
    assert set(fact._sd) == {sha256(each).hexdigest() for each in kept}
    assert list(fact._sd) == sorted(fact._sd)  # their order tells nothing
    assert str(TOWNSHIP) not in repr(scene.log[-2:])
    refuses(scene, command, RecordAlreadyFiled)


def test_a_protected_report_without_a_statement_withholds_the_recipient_alone() -> None:
    scene = CampaignScene()
    command = scene.report(protected=True, ordinal=str(CHANCE), salts=SALTS[:1], statement=None)
    assert len(disclosures(command)) == 1
    scene.when(command)


def test_the_decision_on_a_protected_report_looks_at_nothing_that_leads_to_its_reporter() -> None:
    scene = CampaignScene()
    command = scene.report(protected=True, ordinal=str(CHANCE), salts=SALTS)
    world = scene.world(FILED)
    decide(command, world)
    assert TOWNSHIP not in world.seen


@pytest.mark.parametrize(
    "changes",
    [
        {"ordinal": "1"},
        {"ordinal": str(uuid5(NAMESPACE, "guessable"))},
        {"salts": ()},
        {"salts": SALTS[:1]},
        {"salts": (*SALTS, SALTS[0])},
        {"salts": (SALTS[0], SALTS[0])},
        {"salts": (SALTS[0], SALTS[1][:30])},
        {"salts": (SALTS[0], "z" * 32)},
    ],
)
def test_a_protected_report_without_enough_chance_is_refused(changes: dict[str, Any]) -> None:
    scene = CampaignScene()
    command = scene.report(protected=True, ordinal=str(CHANCE), salts=SALTS)
    refuses(scene, replace(command, **changes), ProtectionIncomplete)


@pytest.mark.parametrize(
    "changes",
    [
        {"reason": "我镇反映"},
        {"late_reason": "会后补报"},
        {"on_behalf_of": TOWNSHIP},
        {"correlation": NOBODY},
        {"causation": 7},
        {"evidence": (Evidence(digest="0" * 64, media_type="image/png", title="爱华镇责任书"),)},
        {
            "described": described(
                recipient_scope=(Scope(level=Level.TOWNSHIP, category="GOVERNMENT", units=(TOWNSHIP,)),)
            )
        },
    ],
)
def test_a_protected_report_tells_nothing_else_that_could_lead_back(changes: dict[str, Any]) -> None:
    scene = CampaignScene()
    command = scene.report(protected=True, ordinal=str(CHANCE), salts=SALTS)
    refuses(scene, replace(command, **changes), ProtectedReportTellsMore)
