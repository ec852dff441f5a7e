"""An inspection goes where it was sealed to go, by two at least, unannounced where it is; what it orders is verified."""

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.commands import (
    AssignInspectors,
    CloseInspection,
    CommentOnInspection,
    OrderRectification,
    PlanInspection,
    RecordFinding,
    SendInspectionNotice,
    VerifyRectification,
    VisitSite,
)
from ledger.events import (
    Fact,
    FindingRecorded,
    InspectionClosed,
    InspectionNoticeSent,
    InspectionPlanned,
    InspectorsAssigned,
    RectificationOrdered,
    RectificationVerified,
    SiteVisited,
    UnitCommented,
    UnitsMerged,
)
from ledger.inspection import (
    FindingExists,
    FindingOfUnknownPledge,
    InspectionExists,
    InspectionNotAtStage,
    InspectionUnknown,
    InspectorAlone,
    NoRectificationOpen,
    NothingFoundToRectify,
    PlanDoesNotOpen,
    PlanNotSealed,
    RectificationDueBeforeOrder,
    RectificationNotVerified,
    UnannouncedIsNotAnnounced,
    UnitAlreadyNotified,
    UnitNotVisited,
    sealed,
)
from ledger.refusals import ItemUnknown, LaterFactsStand, LeftBlank, UnitUnknown
from ledger.streams import inspection_stream
from ledger.terms import InspectionKind
from ledger.timelines.inspection import INSPECTION, Stage
from tests.pure.case_scene import NOWHERE, OPENED, CaseScene, states
from tests.pure.item_scene import refuses, unit_id

DAY = timedelta(days=1)
SALT, PLAN = "5a17", "赴乡政府\n随机走访"


def plan(**changes: Any) -> PlanInspection:
    lawful = PlanInspection(
        effective_on=OPENED,
        lead_unit=unit_id("县督查室"),
        ordinal="1",
        kind=InspectionKind.UNANNOUNCED,
        plan_digest=sealed(SALT, PLAN),
    )
    return replace(lawful, **changes)


def planned(scene: CaseScene, **changes: Any) -> UUID:
    ((inspection, _),) = scene.when(plan(**changes))
    return inspection


def assign(inspection: UUID, *posts: str) -> AssignInspectors:
    return AssignInspectors(effective_on=OPENED, inspection=inspection, posts=posts or ("副主任", "科员"))


def tell(inspection: UUID, unit: str = "乡政府") -> SendInspectionNotice:
    return SendInspectionNotice(effective_on=OPENED, inspection=inspection, to=unit_id(unit))


def visit(inspection: UUID, **changes: Any) -> VisitSite:
    lawful = VisitSite(effective_on=OPENED, inspection=inspection, visited_unit=unit_id("乡政府"), plan=PLAN, salt=SALT)
    return replace(lawful, **changes)


def on_site(scene: CaseScene) -> UUID:
    inspection = planned(scene)
    scene.when(assign(inspection))
    scene.when(visit(inspection))
    return inspection


def find(inspection: UUID, **changes: Any) -> RecordFinding:
    return replace(
        RecordFinding(effective_on=OPENED, inspection=inspection, finding_id="1", text="记录缺失"), **changes
    )


def order(inspection: UUID, **changes: Any) -> OrderRectification:
    lawful = OrderRectification(
        effective_on=OPENED, inspection=inspection, ordered_unit=unit_id("乡政府"), text="补齐", due_on=OPENED
    )
    return replace(lawful, **changes)


def verify(inspection: UUID, **changes: Any) -> VerifyRectification:
    lawful = VerifyRectification(
        effective_on=OPENED, inspection=inspection, verifier=unit_id("县督查室"), text="已补齐"
    )
    return replace(lawful, **changes)


def close(inspection: UUID, ground: str = "办结") -> CloseInspection:
    return CloseInspection(effective_on=OPENED, inspection=inspection, ground=ground)


# ── under seal ──


def test_a_plan_is_sealed_as_written() -> None:
    digest = sha256("5a17\n赴乡政府\n随机走访".encode()).hexdigest()
    scene = CaseScene()
    ((inspection, fact),) = scene.when(plan())
    assert inspection == inspection_stream(unit_id("县督查室"), "1")
    assert fact == InspectionPlanned(lead_unit=unit_id("县督查室"), kind=InspectionKind.UNANNOUNCED, plan_digest=digest)
    refuses(scene, plan(), InspectionExists)
    refuses(scene, plan(ordinal=" "), LeftBlank)
    refuses(scene, plan(ordinal="2", lead_unit=NOWHERE), UnitUnknown)


@pytest.mark.parametrize("digest", ["", "x" * 64, sealed(SALT, PLAN).upper(), sealed(SALT, PLAN)[1:]])
def test_what_is_no_digest_is_no_seal(digest: str) -> None:
    refuses(CaseScene(), plan(plan_digest=digest), PlanNotSealed)


def test_the_plan_that_is_opened_is_the_one_that_was_sealed() -> None:
    scene = CaseScene()
    inspection = planned(scene)
    scene.when(assign(inspection))
    refuses(scene, visit(inspection, plan=f"{PLAN}。"), PlanDoesNotOpen)
    refuses(scene, visit(inspection, salt="5a18"), PlanDoesNotOpen)
    refuses(scene, visit(inspection, visited_unit=NOWHERE), UnitUnknown)
    ((_, fact),) = scene.when(visit(inspection))
    assert fact == SiteVisited(visited_unit=unit_id("乡政府"), visited_on=OPENED, plan=PLAN, salt=SALT)
    scene.when(visit(inspection, visited_unit=unit_id("邻乡政府")))


# ── by two, and unannounced ──


@pytest.mark.parametrize("posts", [("科员",), ("科员", " 科员 ")])
def test_nobody_inspects_alone(posts: tuple[str, ...]) -> None:
    scene = CaseScene()
    refuses(scene, assign(planned(scene), *posts), InspectorAlone, "BR-24")


def test_no_inspector_at_all_is_too_few_and_a_blank_one_is_none() -> None:
    scene = CaseScene()
    inspection = planned(scene)
    refuses(scene, AssignInspectors(effective_on=OPENED, inspection=inspection, posts=()), InspectorAlone, "BR-24")
    refuses(scene, assign(inspection, "科员", " "), LeftBlank)


def test_others_may_be_sent_until_somebody_is_there() -> None:
    scene = CaseScene()
    inspection = planned(scene)
    refuses(scene, visit(inspection), InspectionNotAtStage)
    scene.when(assign(inspection))
    scene.when(assign(inspection, "主任", "科员"))
    scene.when(visit(inspection))
    refuses(scene, assign(inspection), InspectionNotAtStage)


def test_an_unannounced_inspection_is_announced_to_nobody_at_no_time() -> None:
    scene = CaseScene()
    inspection = planned(scene)
    refuses(scene, tell(inspection), UnannouncedIsNotAnnounced, "BR-24")
    scene.when(assign(inspection))
    scene.when(visit(inspection))
    refuses(scene, tell(inspection), UnannouncedIsNotAnnounced, "BR-24")


def test_an_announced_one_is_announced_once_to_each_before_the_visit() -> None:
    scene = CaseScene()
    inspection = planned(scene, kind=InspectionKind.ANNOUNCED)
    scene.when(tell(inspection))
    refuses(scene, tell(inspection), UnitAlreadyNotified)
    scene.when(assign(inspection))
    scene.when(tell(inspection, "邻乡政府"))
    scene.when(visit(inspection))
    refuses(scene, tell(inspection, "县级部门"), InspectionNotAtStage)


def test_a_step_needs_the_inspection_on_its_day_and_nothing_later() -> None:
    scene = CaseScene()
    inspection = planned(scene)
    refuses(scene, replace(assign(inspection), effective_on=OPENED - DAY), InspectionUnknown)
    refuses(scene, close(NOWHERE), InspectionUnknown)
    scene.when(replace(assign(inspection), effective_on=OPENED + DAY))
    refuses(scene, assign(inspection), LaterFactsStand)


# ── on the spot ──


def test_what_is_found_has_a_number_of_its_own_and_leads_somewhere() -> None:
    scene = CaseScene()
    early = planned(scene, ordinal="2")
    refuses(scene, find(early), InspectionNotAtStage)
    inspection = on_site(scene)
    refuses(scene, find(inspection, finding_id=""), LeftBlank)
    refuses(scene, find(inspection, text=""), LeftBlank)
    refuses(scene, find(inspection, item=NOWHERE), ItemUnknown)
    refuses(scene, find(inspection, pledge=NOWHERE), FindingOfUnknownPledge)
    scene.when(find(inspection, item=scene.listed()))
    refuses(scene, find(inspection), FindingExists)
    scene.when(find(inspection, finding_id="2"))


def test_the_visited_unit_or_its_successor_comments() -> None:
    scene = CaseScene()
    inspection = on_site(scene)
    comment = CommentOnInspection(
        effective_on=OPENED, inspection=inspection, commented_by=unit_id("乡政府"), text="人手不足"
    )
    refuses(scene, replace(comment, text=" "), LeftBlank)
    refuses(scene, replace(comment, commented_by=unit_id("县级部门")), UnitNotVisited)
    ((_, fact),) = scene.when(comment)
    assert fact == UnitCommented(commented_by=unit_id("乡政府"), text="人手不足")
    scene.fact(unit_id("乡政府"), UnitsMerged(successor=unit_id("邻乡政府"), first_day_without=OPENED), OPENED)
    scene.when(replace(comment, commented_by=unit_id("邻乡政府")))


def test_what_was_found_is_put_right_and_that_is_verified() -> None:
    scene = CaseScene()
    inspection = on_site(scene)
    refuses(scene, order(inspection), NothingFoundToRectify)
    refuses(scene, verify(inspection), NoRectificationOpen)
    scene.when(find(inspection))
    refuses(scene, order(inspection, text=""), LeftBlank)
    refuses(scene, order(inspection, ordered_unit=NOWHERE), UnitUnknown)
    refuses(scene, order(inspection, due_on=OPENED - DAY), RectificationDueBeforeOrder)
    scene.when(order(inspection))
    refuses(scene, close(inspection), RectificationNotVerified)
    refuses(scene, verify(inspection, text=""), LeftBlank)
    refuses(scene, verify(inspection, verifier=NOWHERE), UnitUnknown)
    scene.when(verify(inspection))
    refuses(scene, verify(inspection), NoRectificationOpen)
    refuses(scene, close(inspection, " "), LeftBlank)
    scene.when(close(inspection))
    refuses(scene, close(inspection), InspectionNotAtStage)
    refuses(scene, find(inspection, finding_id="2"), InspectionNotAtStage)


def test_an_inspection_that_was_never_made_is_closed_too() -> None:
    scene = CaseScene()
    scene.when(close(planned(scene), "另行安排"))


SAID: tuple[Fact, ...] = (
    InspectionPlanned(lead_unit=NOWHERE, kind=InspectionKind.UNANNOUNCED, plan_digest="x"),
    InspectorsAssigned(posts=("x",)),
    InspectionNoticeSent(to=NOWHERE),
    SiteVisited(visited_unit=NOWHERE, visited_on=OPENED, plan="x", salt="x"),
    FindingRecorded(finding_id="1", text="x"),
    UnitCommented(commented_by=NOWHERE, text="x"),
    RectificationOrdered(ordered_unit=NOWHERE, text="x", due_on=OPENED),
    RectificationVerified(verifier=NOWHERE, text="x"),
    InspectionClosed(ground="x"),
)


@given(st.lists(st.sampled_from(SAID), max_size=9))
def test_any_sequence_of_facts_gives_a_state_and_what_is_closed_stays_so(told: list[Fact]) -> None:
    run = [state for state in states(INSPECTION, told) if state]
    order_of = list(Stage)
    reached = [order_of.index(state.stage) for state in run]
    assert reached == sorted(reached), "an inspection never goes back"
    assert all(state == run[-1] for state in run if state.stage is Stage.CLOSED)
