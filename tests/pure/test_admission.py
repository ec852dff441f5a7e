"""One matter, one application, from the asking to the list; and the way back for what has ended."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.admission import (
    ApplicationExists,
    ApplicationNotAtStage,
    ApplicationToAmend,
    ApplicationUnknown,
    NothingToAmend,
    NotOneItemPerApplication,
    OwnPartNotStated,
    PredecessorStillStands,
)
from ledger.authority import DecisionWithoutDocument, ElementsMissing, MandateMissing, OwnSystemPledge
from ledger.commands import (
    AdmitItem,
    ApplyForAdmission,
    Command,
    FindAdmissionComplete,
    RefuseAdmission,
    ReportAdmissionUpward,
    ReturnAdmission,
    VerifyAdmissionBasis,
    WithdrawAdmission,
)
from ledger.encoding import Recorded
from ledger.events import (
    AdmissionApplied,
    AdmissionApproved,
    AdmissionFoundComplete,
    AdmissionRefused,
    AdmissionReturned,
    AdmissionWithdrawn,
    Envelope,
    Fact,
    ItemAdmitted,
)
from ledger.refusals import (
    DocumentUnknown,
    EffectBeforeDecision,
    ItemIsFinal,
    ItemNotInPhase,
    LaterFactsStand,
    LeftBlank,
    UnitUnknown,
)
from ledger.streams import admission_stream, item_stream, stream
from ledger.terms import AdmissionKind, EntryRoute, Level
from ledger.timelines.admission import ADMISSION, Admission, Stage, evolve
from ledger.timelines.item import Phase
from ledger.values import Scope
from tests.pure.item_scene import ADMISSION_STEPS, IN_FORCE, ItemScene, document_id, refuses, terms, unit_id

DAY = timedelta(days=1)
APPLIED = date(2025, 2, 1)
ADMITTED = date(2025, 4, 1)
BEGINS = date(2025, 5, 1)
NOWHERE = stream("nowhere")
OWN_KEY = "2025-01"


def application(**changes: Any) -> ApplyForAdmission:
    lawful = ApplyForAdmission(
        effective_on=APPLIED,
        applicant=unit_id("市级部门"),
        client_key=OWN_KEY,
        kind=AdmissionKind.NEW,
        terms=(terms("耕地保护目标责任书"),),
        necessity="中央要求层层压实责任",
        higher_mandates=(document_id("中央文件"),),
        burden_assessment="不新增报表",
        issuer_own_duties="组织年度检查",
        support="每县专项经费",
    )
    return replace(lawful, **changes)


def applied(scene: ItemScene, **changes: Any) -> UUID:
    ((admission, _), *_) = scene.when(application(**changes))
    return admission


STEPS = ADMISSION_STEPS


def brought_to(scene: ItemScene, steps: int, **changes: Any) -> UUID:
    admission = applied(scene, **changes)
    for step in STEPS[:steps]:
        scene.fact(admission, step, APPLIED)
    return admission


def admit(scene: ItemScene, admission: UUID, **changes: Any) -> AdmitItem:
    lawful = AdmitItem(effective_on=ADMITTED, authority=scene.by_the_city(), admission=admission, effective_from=BEGINS)
    return replace(lawful, **changes)


def stage(scene: ItemScene, admission: UUID) -> Stage:
    state = scene.world().see(ADMISSION, admission)
    assert state
    return state.stage


# ── applied for ──


def test_one_matter_is_one_application_in_a_stream_of_the_applicants_own_number() -> None:
    scene = ItemScene()
    ((admission, fact),) = scene.when(application())
    assert admission == admission_stream(unit_id("市级部门"), OWN_KEY)
    assert fact == AdmissionApplied(
        applicant=unit_id("市级部门"),
        kind=AdmissionKind.NEW,
        terms=terms("耕地保护目标责任书"),
        necessity="中央要求层层压实责任",
        higher_mandates=(document_id("中央文件"),),
        burden_assessment="不新增报表",
        issuer_own_duties="组织年度检查",
        support="每县专项经费",
    )
    refuses(scene, application(), ApplicationExists)
    scene.when(application(client_key="2025-02"))


def test_an_application_carries_exactly_one_item() -> None:
    scene = ItemScene()
    refuses(scene, application(terms=(terms("一"), terms("二"))), NotOneItemPerApplication, "BR-02")
    refuses(scene, application(terms=()), NotOneItemPerApplication, "BR-02")


@pytest.mark.parametrize("left_out", ["issuer_own_duties", "support"])
def test_who_asks_others_to_sign_says_what_it_does_itself_and_what_it_gives(left_out: str) -> None:
    refuses(ItemScene(), application(**{left_out: "  "}), OwnPartNotStated, "BR-25")


def test_a_new_item_is_applied_for_on_a_mandate_from_above_that_is_in_force() -> None:
    scene = ItemScene()
    refuses(scene, application(higher_mandates=()), MandateMissing, "BR-01")
    refuses(scene, application(higher_mandates=(document_id("市委文件"),)), MandateMissing, "BR-01")
    refuses(scene, application(higher_mandates=(NOWHERE,)), DocumentUnknown)
    scene.repeal("中央文件", APPLIED)
    refuses(scene, application(), MandateMissing, "BR-01")
    scene.when(application(higher_mandates=(document_id("中央文件"), document_id("省委文件"))))


def test_an_item_of_the_province_needs_no_mandate_here() -> None:
    of_the_province = terms("省级责任书", level=Level.PROVINCE)
    ItemScene().when(application(terms=(of_the_province,), higher_mandates=()))


def test_an_application_names_units_that_stand_and_leaves_nothing_blank() -> None:
    scene = ItemScene()
    refuses(scene, application(applicant=NOWHERE), UnitUnknown)
    refuses(scene, application(terms=(terms(implementing_unit=NOWHERE),)), UnitUnknown)
    refuses(scene, application(necessity=""), LeftBlank)
    refuses(scene, application(burden_assessment=""), LeftBlank)


def test_only_an_amendment_names_an_item_and_it_is_one_on_the_list() -> None:
    scene = ItemScene()
    listed, proposed = scene.listed(), scene.proposed()
    amend = {"kind": AdmissionKind.AMEND}
    refuses(scene, application(item=listed), NothingToAmend)
    refuses(scene, application(**amend), NothingToAmend)
    refuses(scene, application(**amend, item=proposed), ItemNotInPhase)
    scene.when(scene.cancel(gone := scene.listed()))
    refuses(scene, application(**amend, item=gone), ItemIsFinal, "BR-13")
    scene.when(application(**amend, item=listed, higher_mandates=()))


def test_an_ended_item_is_re_established_by_a_new_application_that_names_it() -> None:
    scene = ItemScene()
    gone, listed = scene.reported(), scene.listed()
    scene.when(scene.cancel(gone))
    refuses(scene, application(predecessor=listed), PredecessorStillStands)
    admission = brought_to(scene, 3, predecessor=gone)
    *_, (item, _) = scene.when(admit(scene, admission))
    assert scene.state(item).predecessor == gone
    assert scene.state(gone).phase is Phase.CANCELLED


# ── step by step ──


def steps(admission: UUID) -> list[Command]:
    return [
        FindAdmissionComplete(effective_on=APPLIED, admission=admission),
        VerifyAdmissionBasis(effective_on=APPLIED, admission=admission, verifier=unit_id("市委组织部")),
        ReportAdmissionUpward(
            effective_on=APPLIED,
            admission=admission,
            reported_to=unit_id("市委"),
            report_document=document_id("市委文件"),
        ),
    ]


def test_an_application_goes_step_by_step_and_no_step_is_left_out_or_taken_twice() -> None:
    scene = ItemScene()
    admission = applied(scene)
    road = steps(admission)
    for taken, step in enumerate(road):
        for other in (*road[:taken], *road[taken + 1 :], admit(scene, admission)):
            refuses(scene, other, ApplicationNotAtStage)
        assert scene.when(step) == ((admission, STEPS[taken]),)
    for other in road:
        refuses(scene, other, ApplicationNotAtStage)


def test_an_application_sent_back_is_completed() -> None:
    scene = ItemScene()
    admission = applied(scene)
    back = ReturnAdmission(effective_on=APPLIED, admission=admission, return_ground="缺少依据文件")
    assert scene.when(back) == ((admission, AdmissionReturned(return_ground="缺少依据文件")),)
    refuses(scene, back, ApplicationNotAtStage)
    refuses(scene, replace(back, return_ground=" "), LeftBlank)
    scene.when(steps(admission)[0])
    scene.when(back)


def test_steps_name_units_and_documents_that_are_there() -> None:
    scene = ItemScene()
    verify = VerifyAdmissionBasis(effective_on=APPLIED, admission=brought_to(scene, 1), verifier=NOWHERE)
    refuses(scene, verify, UnitUnknown)
    scene = ItemScene()
    _, _, report = steps(brought_to(scene, 2))
    assert isinstance(report, ReportAdmissionUpward)
    refuses(scene, replace(report, reported_to=NOWHERE), UnitUnknown)
    refuses(scene, replace(report, report_document=NOWHERE), DocumentUnknown)
    refuses(scene, replace(report, admission=NOWHERE), ApplicationUnknown)
    refuses(scene, replace(report, effective_on=APPLIED - DAY), ApplicationUnknown)


ENDS: list[tuple[type[RefuseAdmission | WithdrawAdmission], Fact, Stage]] = [
    (RefuseAdmission, AdmissionRefused(ground="可由权责清单解决"), Stage.REFUSED),
    (WithdrawAdmission, AdmissionWithdrawn(ground="可由权责清单解决"), Stage.WITHDRAWN),
]


@pytest.mark.parametrize(("end", "fact", "last"), ENDS)
@pytest.mark.parametrize("taken", range(4))
def test_an_application_is_refused_or_withdrawn_at_any_stage_and_then_it_is_over(
    taken: int, end: type[RefuseAdmission | WithdrawAdmission], fact: Fact, last: Stage
) -> None:
    scene = ItemScene()
    admission = brought_to(scene, taken)
    over = end(effective_on=ADMITTED, admission=admission, ground="可由权责清单解决")
    refuses(scene, replace(over, ground=""), LeftBlank)
    assert scene.when(over) == ((admission, fact),)
    assert stage(scene, admission) is last
    for command in (over, admit(scene, admission)):
        refuses(scene, command, ApplicationNotAtStage)


def test_a_step_is_not_slipped_in_before_what_stands() -> None:
    scene = ItemScene()
    admission = applied(scene)
    scene.fact(admission, AdmissionFoundComplete(), ADMITTED)
    refuses(scene, steps(admission)[0], LaterFactsStand)
    refuses(scene, WithdrawAdmission(effective_on=APPLIED, admission=admission, ground="撤回"), LaterFactsStand)


# ── approved ──


def test_approval_and_the_entry_into_the_list_are_one_append() -> None:
    scene = ItemScene()
    admission = brought_to(scene, 3)
    item = item_stream(admission, 1)
    assert scene.when(admit(scene, admission)) == (
        (admission, AdmissionApproved(item=item)),
        (
            item,
            ItemAdmitted(
                application=admission,
                terms=terms("耕地保护目标责任书"),
                mandates=(document_id("中央文件"),),
                effective_from=BEGINS,
            ),
        ),
    )
    assert stage(scene, admission) is Stage.APPROVED
    assert (scene.state(item).version, scene.state(item).active_on(BEGINS)) == (1, True)
    assert not scene.state(item).active_on(BEGINS - DAY)
    refuses(scene, admit(scene, admission), ApplicationNotAtStage)


def test_an_admission_is_a_decision_like_any_other() -> None:
    scene = ItemScene()
    admission = brought_to(scene, 3)
    refuses(scene, admit(scene, admission, authority=None), DecisionWithoutDocument, "BR-04")
    refuses(scene, admit(scene, admission, effective_from=ADMITTED - DAY), EffectBeforeDecision)
    scene.repeal("中央文件", BEGINS)
    refuses(scene, admit(scene, admission), MandateMissing, "BR-01")
    scene.when(admit(scene, admission, effective_from=BEGINS - DAY))


def test_what_lacks_an_element_is_not_admitted() -> None:
    scene = ItemScene()
    admission = brought_to(scene, 3, terms=(terms(basis=()),))
    refuses(scene, admit(scene, admission), ElementsMissing, "BR-03")


def test_an_own_system_pledge_is_not_admitted_where_that_is_over() -> None:
    scene = ItemScene("hunan-2019@1")
    own = (Scope(level=Level.COUNTY, category="GOVERNMENT_DEPT", units=(unit_id("县级部门"),)),)
    admission = brought_to(scene, 3, terms=(terms(recipient_scope=own),))
    refuses(scene, admit(scene, admission), OwnSystemPledge, "BR-27")


def test_an_amendment_is_not_admitted_as_a_new_item() -> None:
    scene = ItemScene()
    admission = brought_to(scene, 3, kind=AdmissionKind.AMEND, item=scene.listed())
    refuses(scene, admit(scene, admission), ApplicationToAmend)


def test_an_admission_is_not_slipped_in_before_what_stands() -> None:
    scene = ItemScene()
    admission = brought_to(scene, 3)
    scene.fact(admission, AdmissionReturned(return_ground="补正"), BEGINS)
    refuses(scene, admit(scene, admission), LaterFactsStand)


SAID: tuple[Fact, ...] = (
    AdmissionApplied(
        applicant=NOWHERE,
        kind=AdmissionKind.NEW,
        terms=terms(),
        necessity="x",
        higher_mandates=(),
        burden_assessment="x",
        issuer_own_duties="x",
        support="x",
    ),
    *STEPS,
    AdmissionReturned(return_ground="x"),
    AdmissionApproved(item=NOWHERE),
    AdmissionRefused(ground="x"),
    AdmissionWithdrawn(ground="x"),
)


@given(st.lists(st.sampled_from(SAID), max_size=8))
def test_any_sequence_of_facts_gives_a_state_and_what_is_over_stays_over(told: list[Fact]) -> None:
    envelope = Envelope(effective_on=IN_FORCE, jurisdiction="530900", rule_pack="x@1", entry_route=EntryRoute.CLI)
    state: Admission | None = None
    for position, fact in enumerate(told, 1):
        before, state = state, evolve(state, Recorded(position, 0, NOWHERE, position, None, envelope, fact))
        if before is not None and before.final:
            assert state == before
