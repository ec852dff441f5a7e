"""What is published was approved; what is exposed is final; what was wrong is corrected or withdrawn in the open."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.commands import ApproveNotice, CorrectNotice, DraftNotice, PublishNotice, WithdrawNotice
from ledger.docket import NoSuchCase
from ledger.events import (
    AccountabilityCorrected,
    AppealDecided,
    AppealLodged,
    ClarificationIssued,
    ClarificationPublished,
    CommendationPublished,
    ExposurePublished,
    Fact,
    NoticeApproved,
    NoticeCorrected,
    NoticeDrafted,
    NoticeWithdrawn,
    ToleranceApplied,
)
from ledger.notice import (
    CaseNotFinal,
    ExposedDecisionGone,
    ExposureWithoutCase,
    NotAClarification,
    NothingClarified,
    NoticeAboutNobody,
    NoticeExists,
    NoticeNotAtStage,
    NoticeUnknown,
    PersonsNamedWithoutBasis,
)
from ledger.refusals import DocumentUnknown, LaterFactsStand, LeftBlank, UnitUnknown
from ledger.streams import notice_stream, stream
from ledger.terms import ClarificationForm, NoticeKind, PublicationScope, ReviewResult
from ledger.timelines.notice import NOTICE, Stage
from ledger.values import Basis
from tests.pure.case_scene import LAST_DAY_TO_APPEAL, NOWHERE, SERVED, CaseScene, states
from tests.pure.item_scene import document_id, refuses, unit_id

DAY = timedelta(days=1)
FINAL = LAST_DAY_TO_APPEAL + DAY
NAMED = Basis(title="检举控告工作规则", document=document_id("中央文件"))


def draft(**changes: Any) -> DraftNotice:
    lawful = DraftNotice(
        effective_on=SERVED,
        issuer=unit_id("县纪委监委"),
        ordinal="1",
        kind=NoticeKind.COMMENDATION,
        title="通报表扬",
        text="情况如下",
        about_units=(unit_id("乡政府"),),
        scope=PublicationScope.JURISDICTION,
    )
    return replace(lawful, **changes)


def approved(scene: CaseScene, **changes: Any) -> UUID:
    ((notice, _),) = scene.when(draft(**changes))
    scene.when(ApproveNotice(effective_on=SERVED, notice=notice, approved_by=unit_id("县委")))
    return notice


def publish(notice: UUID, **changes: Any) -> PublishNotice:
    return replace(PublishNotice(effective_on=SERVED, notice=notice), **changes)


def exposing(scene: CaseScene, case: UUID) -> UUID:
    return approved(scene, kind=NoticeKind.EXPOSURE, case=case)


# ── drafted and approved ──


def test_a_notice_stands_under_the_issuers_own_number() -> None:
    scene = CaseScene()
    ((notice, fact),) = scene.when(draft())
    assert notice == notice_stream(unit_id("县纪委监委"), "1")
    assert isinstance(fact, NoticeDrafted)
    refuses(scene, draft(title="另一份"), NoticeExists)


def test_a_draft_names_what_is_there_and_says_something() -> None:
    scene = CaseScene()
    for text in ("ordinal", "title", "text"):
        refuses(scene, draft(**{text: " "}), LeftBlank)
    refuses(scene, draft(issuer=NOWHERE), UnitUnknown)
    refuses(scene, draft(about_units=(NOWHERE,)), UnitUnknown)
    refuses(scene, draft(about_units=()), NoticeAboutNobody)
    refuses(scene, draft(case=NOWHERE), NoSuchCase)
    refuses(scene, draft(kind=NoticeKind.EXPOSURE), ExposureWithoutCase)
    refuses(scene, draft(naming_basis=(Basis(title=" "),)), LeftBlank)
    refuses(scene, draft(naming_basis=(replace(NAMED, document=NOWHERE),)), DocumentUnknown)


@pytest.mark.parametrize("kind", NoticeKind)
def test_persons_are_named_only_on_a_basis(kind: NoticeKind) -> None:
    scene = CaseScene()
    case = scene.served()
    naming = draft(kind=kind, case=case, names_persons=True)
    refuses(scene, naming, PersonsNamedWithoutBasis, "BR-20")
    scene.when(replace(naming, naming_basis=(NAMED,)))


def test_a_draft_from_where_the_rule_was_not_in_force_is_not_published_under_it() -> None:
    scene = CaseScene()
    notice = notice_stream(unit_id("县纪委监委"), "1")
    drafted = NoticeDrafted(
        issuer=unit_id("县纪委监委"),
        kind=NoticeKind.COMMENDATION,
        title="x",
        text="x",
        about_units=(),
        scope=PublicationScope.PUBLIC,
        names_persons=True,
    )
    scene.fact(notice, drafted, SERVED)
    scene.fact(notice, NoticeApproved(approved_by=unit_id("县委")), SERVED)
    refuses(scene, publish(notice), PersonsNamedWithoutBasis, "BR-20")


def test_a_notice_is_approved_once_then_published_once() -> None:
    scene = CaseScene()
    ((notice, _),) = scene.when(draft())
    approve = ApproveNotice(effective_on=SERVED, notice=notice, approved_by=unit_id("县委"))
    refuses(scene, publish(notice), NoticeNotAtStage)
    refuses(scene, replace(approve, approved_by=NOWHERE), UnitUnknown)
    scene.when(approve)
    refuses(scene, approve, NoticeNotAtStage)
    ((_, fact),) = scene.when(publish(notice))
    assert fact == CommendationPublished(published_on=SERVED)
    refuses(scene, publish(notice), NoticeNotAtStage)


def test_a_step_needs_the_notice_on_its_day_and_nothing_later() -> None:
    scene = CaseScene()
    notice = approved(scene)
    refuses(scene, publish(notice, effective_on=SERVED - DAY), NoticeUnknown)
    scene.fact(notice, NoticeCorrected(text="x", why_corrected="x"), FINAL)
    refuses(scene, publish(notice), LaterFactsStand)


# ── exposed ──


def test_a_case_is_exposed_when_the_time_for_an_appeal_has_passed() -> None:
    scene = CaseScene()
    case = scene.served()
    notice = exposing(scene, case)
    refuses(scene, publish(notice, effective_on=LAST_DAY_TO_APPEAL), CaseNotFinal, "BR-20")
    ((_, fact),) = scene.when(publish(notice, effective_on=FINAL))
    assert fact == ExposurePublished(published_on=FINAL, case=case)


def test_a_case_with_an_appeal_is_exposed_when_that_is_decided_and_the_decision_stands() -> None:
    scene = CaseScene()
    case = scene.served()
    notice = exposing(scene, case)
    scene.fact(case, AppealLodged(lodged_on=SERVED, grounds="x"), SERVED)
    refuses(scene, publish(notice, effective_on=FINAL), CaseNotFinal, "BR-20")
    answer = AppealDecided(result=ReviewResult.UPHELD, handled_by=unit_id("县督查室"), decided_on=SERVED + DAY)
    scene.fact(case, answer, SERVED + DAY)
    scene.when(publish(notice, effective_on=SERVED + DAY))


def test_what_was_revoked_or_lifted_is_not_exposed() -> None:
    for wrong in (
        AppealDecided(result=ReviewResult.REVOKED, handled_by=unit_id("县督查室"), decided_on=SERVED),
        AccountabilityCorrected(why_corrected="x", corrected_by=unit_id("县委")),
    ):
        scene = CaseScene()
        case = scene.served()
        notice = exposing(scene, case)
        scene.fact(case, AppealLodged(lodged_on=SERVED, grounds="x", late=True), SERVED)
        scene.fact(case, wrong, SERVED)
        refuses(scene, publish(notice, effective_on=FINAL), ExposedDecisionGone, "BR-20")


def test_a_case_without_a_decision_is_never_final() -> None:
    scene = CaseScene()
    notice = exposing(scene, scene.opened())
    refuses(scene, publish(notice, effective_on=FINAL), CaseNotFinal, "BR-20")


# ── cleared ──


def test_a_clarification_names_a_matter_that_was_cleared_or_none() -> None:
    scene = CaseScene()
    tolerance = stream("tolerance", 1)
    applied = ToleranceApplied(
        case=NOWHERE, applicant=unit_id("乡政府"), situation_code="x", statement="x", party_group_opinion="x"
    )
    scene.fact(tolerance, applied, SERVED)
    notice = approved(scene, kind=NoticeKind.CLARIFICATION)
    refuses(scene, publish(notice, tolerance=NOWHERE), NothingClarified)
    refuses(scene, publish(notice, tolerance=tolerance), NothingClarified)
    scene.fact(tolerance, ClarificationIssued(form=ClarificationForm.CIRCULAR, text="x"), SERVED)
    ((_, fact),) = scene.when(publish(notice, tolerance=tolerance))
    assert fact == ClarificationPublished(published_on=SERVED, tolerance=tolerance)
    falsely_accused = approved(scene, kind=NoticeKind.CLARIFICATION, ordinal="2")
    scene.when(publish(falsely_accused))
    refuses(scene, publish(approved(scene, ordinal="3"), tolerance=tolerance), NotAClarification)


# ── afterwards ──


def test_what_was_published_is_corrected_or_withdrawn_in_the_open() -> None:
    scene = CaseScene()
    notice = approved(scene)
    fix = CorrectNotice(effective_on=SERVED, notice=notice, text="更正如下", why_corrected="数字有误")
    withdraw = WithdrawNotice(effective_on=SERVED, notice=notice, ground="失实")
    refuses(scene, fix, NoticeNotAtStage)
    refuses(scene, withdraw, NoticeNotAtStage)
    scene.when(publish(notice))
    refuses(scene, replace(fix, text=""), LeftBlank)
    refuses(scene, replace(fix, why_corrected=""), LeftBlank)
    refuses(scene, replace(withdraw, ground=""), LeftBlank)
    scene.when(fix)
    scene.when(fix)
    scene.when(withdraw)
    refuses(scene, fix, NoticeNotAtStage)
    refuses(scene, withdraw, NoticeNotAtStage)
    state = scene.world().see(NOTICE, notice)
    assert state
    assert (state.text, state.corrected, state.stage) == ("更正如下", True, Stage.WITHDRAWN)


SAID: tuple[Fact, ...] = (
    NoticeDrafted(
        issuer=NOWHERE,
        kind=NoticeKind.EXPOSURE,
        title="x",
        text="x",
        about_units=(),
        scope=PublicationScope.PUBLIC,
    ),
    NoticeApproved(approved_by=NOWHERE),
    CommendationPublished(published_on=SERVED),
    ExposurePublished(published_on=SERVED, case=NOWHERE),
    ClarificationPublished(published_on=SERVED),
    NoticeCorrected(text="y", why_corrected="x"),
    NoticeWithdrawn(ground="x"),
)


@given(st.lists(st.sampled_from(SAID), max_size=8))
def test_any_sequence_of_facts_gives_a_state_and_what_is_withdrawn_stays_so(told: list[Fact]) -> None:
    run = states(NOTICE, told)
    withdrawn = [state for state in run if state and state.stage is Stage.WITHDRAWN]
    assert all(state == run[-1] for state in withdrawn)
