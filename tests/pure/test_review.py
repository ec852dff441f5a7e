"""Opinions of every stage, the report to the province item by item, and its answer."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from ledger.authority import GroundUnknown
from ledger.commands import GiveOpinion, RecordProvinceReply, ReportToProvince
from ledger.events import ItemExitReviewOpened, ItemOpinionGiven, ProvinceReplied, ReportedToProvince
from ledger.refusals import DocumentUnknown, ItemIsFinal, LeftBlank, UnitUnknown
from ledger.review import (
    AlreadyReported,
    ItemNotInReview,
    MergerWithoutTarget,
    NeverReported,
    NothingProposedYet,
    NotOneItemPerReport,
    OpinionOfAFutureDay,
    OpinionOfAnotherOffice,
    OpinionToReplaceUnknown,
)
from ledger.streams import stream
from ledger.terms import Disposition, ItemType, OpinionStage
from ledger.timelines.item import Phase
from tests.pure.item_scene import (
    CONSOLIDATED,
    COUNTY,
    DECIDED,
    REPORTED,
    SUBMITTED,
    ItemScene,
    county,
    document_id,
    refuses,
    unit_id,
)

NOBODY = stream("unit", "nobody")


def opinion(item: UUID, **changes: Any) -> GiveOpinion:
    lawful = GiveOpinion(
        effective_on=CONSOLIDATED,
        item=item,
        stage=OpinionStage.PARTY_GROUP,
        opinion=Disposition.CANCEL,
        ground_code="C1",
        text="经党组会研究，建议取消",
        giver_unit=unit_id("市级部门"),
        given_on=CONSOLIDATED,
    )
    return replace(lawful, **changes)


@pytest.mark.parametrize("stage", OpinionStage)
def test_every_stage_gives_its_opinion_and_only_the_consolidated_one_is_a_proposal(stage: OpinionStage) -> None:
    scene = ItemScene()
    item = scene.under_review()
    ((given_in, fact),) = scene.when(opinion(item, stage=stage, substitute_measure="厘清权责清单"))
    assert given_in == item
    assert fact == ItemOpinionGiven(
        stage=stage,
        opinion=Disposition.CANCEL,
        ground_code="C1",
        text="经党组会研究，建议取消",
        giver_unit=unit_id("市级部门"),
        given_on=CONSOLIDATED,
        substitute_measure="厘清权责清单",
    )
    assert (scene.state(item).phase is Phase.PROPOSED) == (stage is OpinionStage.ORG_DEPT_CONSOLIDATED)


def test_opinions_may_differ_and_all_are_kept() -> None:
    scene = ItemScene()
    item = scene.under_review()
    scene.when(opinion(item))
    scene.when(opinion(item, stage=OpinionStage.LEGALITY_REVIEW, opinion=Disposition.RETAIN, ground_code="R1"))
    scene.when(opinion(item, stage=OpinionStage.ORG_DEPT_CONSOLIDATED))
    assert [given.opinion for given in scene.state(item).opinions] == [
        Disposition.CANCEL,
        Disposition.RETAIN,
        Disposition.CANCEL,
    ]


def test_an_opinion_that_replaces_another_names_one_of_the_same_stage_and_unit() -> None:
    scene = ItemScene()
    item = scene.under_review()
    scene.when(opinion(item))
    first = len(scene.log)
    refuses(scene, opinion(item, supersedes=first + 1), OpinionToReplaceUnknown)
    refuses(scene, opinion(item, supersedes=first, stage=OpinionStage.UNIT_DRAFT), OpinionToReplaceUnknown)
    scene.when(opinion(item, supersedes=first, opinion=Disposition.RETAIN, ground_code="R1"))
    assert len(scene.state(item).opinions) == 2


def test_an_opinion_is_given_in_review_by_a_known_unit_and_not_before_it_was_given() -> None:
    scene = ItemScene()
    refuses(scene, opinion(scene.verified()), ItemNotInReview)
    refuses(scene, opinion(scene.listed(), effective_on=DECIDED), ItemNotInReview)
    item = scene.under_review()
    refuses(scene, opinion(item, giver_unit=NOBODY), UnitUnknown)
    refuses(scene, opinion(item, text=" "), LeftBlank)
    refuses(scene, opinion(item, given_on=CONSOLIDATED + timedelta(days=1)), OpinionOfAFutureDay)
    scene.when(opinion(item, given_on=CONSOLIDATED - timedelta(days=2)))


def test_a_listed_item_is_reviewed_again_in_an_exit_review() -> None:
    scene = ItemScene()
    item = scene.listed()
    scene.fact(item, ItemExitReviewOpened(ground="上级要求"), DECIDED)
    scene.when(opinion(item, effective_on=DECIDED, stage=OpinionStage.ORG_DEPT_CONSOLIDATED))
    state = scene.state(item)
    assert (state.phase, state.in_review) == (Phase.DECIDED, True)
    assert state.proposal
    assert state.proposal.opinion is Disposition.CANCEL


def test_an_opinion_to_merge_names_its_target_and_no_other_does() -> None:
    scene = ItemScene()
    item = scene.under_review()
    refuses(scene, opinion(item, opinion=Disposition.MERGE, ground_code="M1"), MergerWithoutTarget)
    refuses(scene, opinion(item, proposed_target_key="k1"), MergerWithoutTarget)
    scene.when(opinion(item, opinion=Disposition.MERGE, ground_code="M1", proposed_target_key="k1"))


@pytest.mark.parametrize(
    ("disposition", "wrong"), [(Disposition.CANCEL, "R1"), (Disposition.RETAIN, "C1"), (Disposition.CANCEL, "C7")]
)
def test_a_ground_is_one_of_the_table_that_belongs_to_the_opinion(disposition: Disposition, wrong: str) -> None:
    scene = ItemScene()
    item = scene.under_review()
    refuses(scene, opinion(item, opinion=disposition, ground_code=wrong), GroundUnknown, "BR-03")


def test_in_xinshao_the_performance_office_gives_the_consolidated_opinion_on_vetoes() -> None:
    scene = ItemScene("hunan-2019@1")
    scene.adopt(COUNTY, "xinshao-2019@1")
    veto, pledge = (scene.under_review(county(item_type=kind)) for kind in (ItemType.VETO, ItemType.PLEDGE))
    by_the_organisation_department = {
        "stage": OpinionStage.ORG_DEPT_CONSOLIDATED,
        "giver_unit": unit_id("市委组织部"),
    }
    refuses(scene, opinion(veto, **by_the_organisation_department), OpinionOfAnotherOffice, "BR-04")
    scene.when(opinion(veto, stage=OpinionStage.ORG_DEPT_CONSOLIDATED, giver_unit=unit_id("县绩效办")))
    scene.when(opinion(veto, giver_unit=unit_id("县级部门")))
    scene.when(opinion(pledge, **by_the_organisation_department))


def report(*items: UUID, **changes: Any) -> ReportToProvince:
    return replace(
        ReportToProvince(effective_on=REPORTED, items=items, report_document=document_id("市委文件")), **changes
    )


def test_an_item_is_reported_to_the_province_by_itself() -> None:
    scene = ItemScene()
    item, other = scene.proposed(), scene.proposed()
    refuses(scene, report(item, other), NotOneItemPerReport, "BR-11")
    refuses(scene, report(), NotOneItemPerReport, "BR-11")
    fact = ReportedToProvince(report_document=document_id("市委文件"))
    assert scene.when(report(item)) == ((item, fact),)
    assert scene.state(item).reported_on == REPORTED
    assert scene.state(other).reported_on is None


def test_an_item_is_reported_once_proposed_once_and_by_a_registered_document() -> None:
    scene = ItemScene()
    refuses(scene, report(scene.under_review()), NothingProposedYet)
    refuses(scene, report(scene.listed(), effective_on=date(2025, 2, 1)), NothingProposedYet)
    refuses(scene, report(scene.reported()), AlreadyReported)
    refuses(scene, report(scene.proposed(), report_document=NOBODY), DocumentUnknown)
    refuses(scene, report(scene.proposed(), effective_on=SUBMITTED), NothingProposedYet)


def test_the_province_answers_what_was_reported() -> None:
    scene = ItemScene()
    item = scene.reported()
    reply = RecordProvinceReply(
        effective_on=DECIDED, item=item, opinion=Disposition.CANCEL, reply_document=document_id("省委文件")
    )
    fact = ProvinceReplied(opinion=Disposition.CANCEL, reply_document=document_id("省委文件"))
    assert scene.when(reply) == ((item, fact),)
    assert scene.state(item).province_reply is Disposition.CANCEL
    refuses(scene, replace(reply, item=scene.proposed()), NeverReported)
    refuses(scene, replace(reply, reply_document=NOBODY), DocumentUnknown)


def test_a_closed_life_is_neither_reviewed_nor_reported() -> None:
    scene = ItemScene()
    item = scene.reported()
    scene.when(scene.cancel(item))
    refuses(scene, opinion(item, effective_on=DECIDED), ItemIsFinal, "BR-13")
    refuses(scene, report(item, effective_on=DECIDED), ItemIsFinal, "BR-13")
