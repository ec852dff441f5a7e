"""A veto from suggestion to lapse, what stops it on the way, and what is only observed."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.authority import DecisionWithoutDocument, DecisionWithoutMeeting, MeetingAfterDecision, MeetingOfAnotherArea
from ledger.commands import (
    DecideVetoReview,
    HearVetoParty,
    LiftVeto,
    NoteVetoLapsed,
    NotifyVeto,
    RequestVetoReview,
    VerifyVetoFacts,
)
from ledger.events import (
    DisguisedVetoObserved,
    Fact,
    ItemAmended,
    UnitsMerged,
    VetoDecided,
    VetoFactsVerified,
    VetoLapsed,
    VetoLifted,
    VetoNotified,
    VetoPartyHeard,
    VetoReviewDecided,
    VetoReviewRequested,
    VetoSuggested,
)
from ledger.refusals import (
    DocumentUnknown,
    EffectBeforeDecision,
    ItemUnknown,
    LaterFactsStand,
    LeftBlank,
    MeetingUnknown,
    UnitHasEnded,
    UnitUnknown,
)
from ledger.rules import Rules
from ledger.streams import veto_stream
from ledger.terms import ItemType, Level, ReviewResult, VetoDecision
from ledger.timelines.veto import VETO, Stage
from ledger.values import Authority, Scope, Trigger
from ledger.veto import (
    EffectNotStated,
    EffectReversed,
    EffectTooLong,
    ItemOfAnotherUnit,
    LevelWithoutVeto,
    NothingVetoed,
    NotLiftedEarly,
    NoVetoReviewRequested,
    PartyNotHeard,
    TargetOutOfReach,
    TargetOutOfScope,
    TriggerNotListed,
    VetoAlreadyNotified,
    VetoExists,
    VetoLapseNoted,
    VetoNotAtStage,
    VetoNotLapsed,
    VetoNotNotified,
    VetoReviewedByItsAuthor,
    VetoReviewPending,
    VetoUnknown,
    VetoWithoutItem,
)
from tests.pure.case_scene import GOVERNMENTS, NOWHERE, SUGGESTED, VETO_ENDS, VETOED, CaseScene, states, veto_terms
from tests.pure.item_scene import COUNTY, IN_FORCE, document_id, refuses, terms, unit_id

DAY = timedelta(days=1)
AFTER = date(2026, 4, 1)


# ── suggested, verified, heard ──


def test_a_suggestion_is_known_by_item_target_and_year() -> None:
    scene = CaseScene()
    item = scene.listed(veto_terms())
    ((veto, fact),) = scene.when(scene.suggest(item))
    assert veto == veto_stream(item, unit_id("县政府"), 2025)
    assert isinstance(fact, VetoSuggested)
    refuses(scene, scene.suggest(item, trigger_code="V2"), VetoExists)
    scene.when(scene.suggest(item, assessment_year=2024))


def test_a_suggestion_names_what_is_there_and_says_something() -> None:
    scene = CaseScene()
    item = scene.listed(veto_terms())
    refuses(scene, scene.suggest(NOWHERE), ItemUnknown)
    for unit in ("exercising_unit", "target_unit", "suggested_by"):
        refuses(scene, scene.suggest(item, **{unit: NOWHERE}), UnitUnknown)
    for text in ("trigger_code", "facts"):
        refuses(scene, scene.suggest(item, **{text: " "}), LeftBlank)


def test_a_township_may_suggest() -> None:
    scene = CaseScene()
    scene.suggested(suggested_by=unit_id("乡政府"))


def test_facts_are_verified_before_the_party_is_heard() -> None:
    scene = CaseScene()
    veto = scene.suggested()
    hear = HearVetoParty(effective_on=SUGGESTED, veto=veto, statement="已整改")
    verify = VerifyVetoFacts(effective_on=SUGGESTED, veto=veto, verifier=unit_id("市纪委监委"), facts="属实")
    refuses(scene, hear, VetoNotAtStage)
    refuses(scene, replace(verify, facts=""), LeftBlank)
    refuses(scene, replace(verify, verifier=NOWHERE), UnitUnknown)
    scene.when(verify)
    refuses(scene, verify, VetoNotAtStage)
    refuses(scene, replace(hear, statement=" "), LeftBlank)
    scene.when(hear)
    ((_, again),) = scene.when(replace(hear, effective_on=SUGGESTED + DAY, statement="另有补充"))
    assert again == VetoPartyHeard(heard_on=SUGGESTED + DAY, statement="另有补充")
    refuses(scene, hear, LaterFactsStand)


def test_a_step_needs_the_veto_on_its_day() -> None:
    scene = CaseScene()
    veto = scene.suggested()
    refuses(scene, HearVetoParty(effective_on=SUGGESTED - DAY, veto=veto, statement="x"), VetoUnknown)
    refuses(scene, NotifyVeto(effective_on=SUGGESTED, veto=NOWHERE), VetoUnknown)


# ── decided ──


def test_a_veto_copies_what_was_suggested_and_the_version_of_the_day() -> None:
    scene = CaseScene()
    item = scene.listed(veto_terms())
    amended = ItemAmended(
        terms=veto_terms(triggers=(Trigger(code="V2", text="瞒报"),)),
        from_version=1,
        clauses_added=(),
        clauses_removed=(),
        scope_widened=False,
        effective_from=VETOED + DAY,
    )
    scene.fact(item, amended, IN_FORCE)
    veto = scene.heard(item)
    ((stream, fact),) = scene.when(scene.veto(veto))
    assert stream == veto
    assert fact == VetoDecided(
        item=item,
        item_version=1,
        exercising_unit=unit_id("市委"),
        target_unit=unit_id("县政府"),
        assessment_year=2025,
        decision=VetoDecision.VETO,
        trigger_code="V1",
        decided_on=VETOED,
        effects=("取消评优资格",),
        posts_affected=("县长",),
        effect_from=VETOED,
        effect_to=VETO_ENDS,
    )
    other = scene.heard(item, target_unit=unit_id("邻县政府"))
    refuses(scene, scene.veto(other, effective_on=VETOED + DAY, effect_from=VETOED + DAY), TriggerNotListed, "BR-07")


def test_a_veto_is_in_effect_from_its_first_to_its_last_day() -> None:
    scene = CaseScene()
    state = scene.veto_state(scene.vetoed())
    assert not state.in_effect_on(VETOED - DAY)
    assert state.in_effect_on(VETOED)
    assert state.in_effect_on(VETO_ENDS)
    assert not state.in_effect_on(VETO_ENDS + DAY)


def test_what_was_decided_is_not_decided_again() -> None:
    scene = CaseScene()
    veto = scene.vetoed()
    refuses(scene, scene.veto(veto), VetoNotAtStage)
    refuses(scene, HearVetoParty(effective_on=VETOED, veto=veto, statement="x"), VetoNotAtStage)


@pytest.mark.parametrize(
    ("described", "refusal"),
    [
        ({"item_type": ItemType.PLEDGE}, VetoWithoutItem),
        ({"end_year": 2024, "start_year": 2021}, VetoWithoutItem),
        ({"implementing_unit": unit_id("市级部门")}, ItemOfAnotherUnit),
        ({"recipient_scope": GOVERNMENTS[2:]}, TargetOutOfScope),
        ({"recipient_scope": (replace(GOVERNMENTS[0], units=(unit_id("邻县政府"),)),)}, TargetOutOfScope),
        ({"triggers": (Trigger(code="V9", text="其他"),)}, TriggerNotListed),
        ({"triggers": ()}, TriggerNotListed),
    ],
)
def test_a_veto_is_used_only_as_the_list_has_it(described: dict[str, Any], refusal: Any) -> None:
    scene = CaseScene()
    veto = scene.heard(scene.listed(veto_terms(**described)))
    refuses(scene, scene.veto(veto), refusal, "BR-07")


def test_an_item_never_listed_or_listed_only_from_a_later_day_gives_no_veto() -> None:
    scene = CaseScene()
    refuses(scene, scene.veto(scene.heard(scene.reported(veto_terms()))), VetoWithoutItem, "BR-07")
    later = scene.heard(scene.listed(veto_terms(), begins=VETOED + DAY))
    refuses(scene, scene.veto(later), VetoWithoutItem, "BR-07")
    same_day = scene.heard(scene.listed(veto_terms(), begins=VETOED))
    scene.when(scene.veto(same_day))


def test_the_unit_in_whose_name_the_item_is_issued_and_a_successor_may_veto() -> None:
    scene = CaseScene()
    named = veto_terms(by="市级部门", issued_in_name_of=unit_id("市委"))
    scene.when(scene.veto(scene.heard(scene.listed(named))))
    merged = UnitsMerged(successor=unit_id("市委"), first_day_without=IN_FORCE)
    scene.fact(unit_id("市级部门"), merged, IN_FORCE)
    scene.when(scene.veto(scene.heard(scene.listed(veto_terms(by="市级部门")))))


def test_a_township_does_not_veto() -> None:
    scene = CaseScene()
    item = scene.listed(
        veto_terms(
            by="乡政府",
            level=Level.TOWNSHIP,
            area=COUNTY,
            recipient_scope=(Scope(level=Level.TOWNSHIP, category="GOVERNMENT"),),
        )
    )
    veto = scene.heard(item, exercising_unit=unit_id("乡政府"), target_unit=unit_id("邻乡政府"))
    refuses(scene, scene.veto(veto), LevelWithoutVeto, "BR-07")


@pytest.mark.parametrize(
    ("by", "target", "allowed"),
    [
        ("市委", "县政府", True),
        ("市委", "市级部门", True),
        ("市委", "市委", False),
        ("市委", "乡政府", False),
        ("县委", "乡政府", True),
        ("县委", "县级部门", True),
        ("县委", "邻乡政府", False),
        ("县委", "邻县政府", False),
        ("县委", "市级部门", False),
    ],
)
def test_a_veto_reaches_one_level_down_or_beside_within_the_area(by: str, target: str, *, allowed: bool) -> None:
    scene = CaseScene()
    categories = ("PARTY_ORGAN", "GOVERNMENT", "GOVERNMENT_DEPT")
    everybody = tuple(Scope(level=level, category=category) for level in Level for category in categories)
    item = scene.listed(veto_terms(by=by, recipient_scope=everybody))
    veto = scene.heard(item, exercising_unit=unit_id(by), target_unit=unit_id(target))
    if allowed:
        scene.when(scene.veto(veto))
    else:
        refuses(scene, scene.veto(veto), TargetOutOfReach, "BR-08")


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (VETOED, date(2026, 3, 31)),
        (date(2026, 1, 1), date(2026, 12, 31)),
        (date(2028, 2, 29), date(2029, 2, 28)),
    ],
)
def test_the_last_of_twelve_months_is_included(first: date, last: date) -> None:
    scene = CaseScene()
    veto = scene.heard()
    refuses(scene, scene.veto(veto, effect_from=first, effect_to=last + DAY), EffectTooLong, "BR-08")
    scene.when(scene.veto(veto, effect_from=first, effect_to=last))


@pytest.mark.parametrize(
    "wanting",
    [{"effects": ()}, {"effect_from": None}, {"effect_to": None}],
)
def test_a_veto_says_what_it_does_and_how_long(wanting: dict[str, Any]) -> None:
    scene = CaseScene()
    veto = scene.heard()
    refuses(scene, scene.veto(veto, **wanting), EffectNotStated)
    refuses(scene, scene.veto(veto, effects=(" ",)), LeftBlank)
    refuses(scene, scene.veto(veto, posts_affected=("",)), LeftBlank)
    refuses(scene, scene.veto(veto, effect_to=VETOED - DAY), EffectReversed)
    refuses(scene, scene.veto(veto, effect_from=VETOED - DAY), EffectBeforeDecision)


def test_nobody_is_vetoed_unheard() -> None:
    scene = CaseScene()
    veto = scene.suggested()
    refuses(scene, scene.veto(veto), PartyNotHeard)
    scene.when(VerifyVetoFacts(effective_on=SUGGESTED, veto=veto, verifier=unit_id("县委"), facts="属实"))
    refuses(scene, scene.veto(veto), PartyNotHeard)
    heard_late = HearVetoParty(effective_on=VETOED + DAY, veto=veto, statement="x")
    scene.when(heard_late)
    refuses(scene, scene.veto(veto), LaterFactsStand)
    scene.when(scene.veto(veto, effective_on=VETOED + DAY, effect_from=VETOED + DAY))


NO_VETO: dict[str, Any] = {
    "decision": VetoDecision.NO_VETO,
    "effects": (),
    "posts_affected": (),
    "effect_from": None,
    "effect_to": None,
}


def test_not_to_veto_needs_neither_item_nor_hearing_nor_effect() -> None:
    scene = CaseScene()
    veto = scene.suggested(scene.reported(terms()))
    refuses(scene, scene.veto(veto, **{**NO_VETO, "effects": ("取消评优",)}), EffectNotStated)
    ((_, fact),) = scene.when(scene.veto(veto, **NO_VETO))
    assert isinstance(fact, VetoDecided)
    assert (fact.decision, fact.item_version) == (VetoDecision.NO_VETO, 0)
    assert not scene.veto_state(veto).in_effect_on(VETOED)
    scene.when(NotifyVeto(effective_on=VETOED, veto=veto))
    refuses(scene, RequestVetoReview(effective_on=VETOED, veto=veto, grounds="x"), NothingVetoed)


def test_a_decision_rests_on_a_document_and_a_meeting_of_the_area() -> None:
    scene = CaseScene()
    veto = scene.heard()
    paper = document_id("市委文件")
    refuses(scene, scene.veto(veto, authority=None), DecisionWithoutDocument, "BR-04")
    refuses(scene, scene.veto(veto, authority=Authority(document=paper)), DecisionWithoutMeeting, "BR-04")
    refuses(scene, scene.veto(veto, authority=Authority(document=NOWHERE, meeting=NOWHERE)), DocumentUnknown)
    refuses(scene, scene.veto(veto, authority=Authority(document=paper, meeting=NOWHERE)), MeetingUnknown)
    refuses(scene, scene.veto(veto, authority=scene.by_the_county()), MeetingOfAnotherArea, "BR-04")
    later = Authority(document=paper, meeting=scene.meeting("市委", on=VETOED + DAY))
    refuses(scene, scene.veto(veto, authority=later), MeetingAfterDecision, "BR-04")


def test_a_target_that_has_ended_is_not_vetoed() -> None:
    scene = CaseScene()
    veto = scene.heard()
    scene.fact(unit_id("县政府"), UnitsMerged(successor=unit_id("邻县政府"), first_day_without=VETOED), VETOED)
    refuses(scene, scene.veto(veto), UnitHasEnded)


def test_a_decision_is_not_slipped_in_before_what_stands() -> None:
    scene = CaseScene()
    veto = scene.heard()
    scene.fact(veto, VetoPartyHeard(heard_on=AFTER, statement="x"), AFTER)
    refuses(scene, scene.veto(veto), LaterFactsStand)


# ── afterwards ──


def notified(scene: CaseScene) -> UUID:
    veto = scene.vetoed()
    scene.when(NotifyVeto(effective_on=VETOED, veto=veto))
    return veto


def review(veto: UUID, result: ReviewResult = ReviewResult.UPHELD, by: str = "市纪委监委") -> DecideVetoReview:
    return DecideVetoReview(effective_on=VETOED, veto=veto, result=result, reviewer=unit_id(by))


def test_a_decision_is_notified_once() -> None:
    scene = CaseScene()
    undecided = scene.heard()
    refuses(scene, NotifyVeto(effective_on=VETOED, veto=undecided), NothingVetoed)
    scene.when(scene.veto(undecided))
    ((_, fact),) = scene.when(NotifyVeto(effective_on=VETOED, veto=undecided))
    assert fact == VetoNotified(notified_on=VETOED)
    refuses(scene, NotifyVeto(effective_on=VETOED, veto=undecided), VetoAlreadyNotified)


def test_a_review_is_asked_for_once_it_was_notified_and_decided_by_another() -> None:
    scene = CaseScene()
    veto = scene.vetoed()
    ask = RequestVetoReview(effective_on=VETOED, veto=veto, grounds="事实有误")
    refuses(scene, ask, VetoNotNotified)
    scene.when(NotifyVeto(effective_on=VETOED, veto=veto))
    refuses(scene, review(veto), NoVetoReviewRequested)
    refuses(scene, replace(ask, grounds=""), LeftBlank)
    scene.when(ask)
    refuses(scene, ask, VetoReviewPending)
    refuses(scene, review(veto, by="市委"), VetoReviewedByItsAuthor, "BR-19")
    refuses(scene, review(veto, by="县级部门"), VetoReviewedByItsAuthor, "BR-19")
    scene.when(review(veto))
    assert scene.veto_state(veto).in_effect_on(VETOED)
    refuses(scene, review(veto), NoVetoReviewRequested)


def test_a_successor_of_the_author_does_not_review_either() -> None:
    scene = CaseScene()
    veto = notified(scene)
    scene.when(RequestVetoReview(effective_on=VETOED, veto=veto, grounds="事实有误"))
    scene.fact(unit_id("县级部门"), UnitsMerged(successor=unit_id("县督查室"), first_day_without=VETOED), VETOED)
    refuses(scene, review(veto, by="县督查室"), VetoReviewedByItsAuthor, "BR-19")


def test_what_was_revoked_is_in_effect_no_more() -> None:
    scene = CaseScene()
    veto = notified(scene)
    scene.when(RequestVetoReview(effective_on=VETOED, veto=veto, grounds="事实有误"))
    scene.when(review(veto, ReviewResult.REVOKED))
    state = scene.veto_state(veto)
    assert state.stage is Stage.REVOKED
    assert not state.in_effect_on(VETOED)
    refuses(scene, LiftVeto(effective_on=VETOED, veto=veto, first_day_without=VETOED, ground="x"), NothingVetoed)
    refuses(scene, NoteVetoLapsed(effective_on=AFTER, veto=veto), NothingVetoed)


def test_a_veto_is_lifted_early_or_not_at_all() -> None:
    scene = CaseScene()
    veto = notified(scene)
    lift = LiftVeto(effective_on=VETOED + DAY, veto=veto, first_day_without=VETO_ENDS, ground="整改到位")
    refuses(scene, replace(lift, ground=" "), LeftBlank)
    refuses(scene, replace(lift, first_day_without=VETOED), EffectBeforeDecision)
    refuses(scene, replace(lift, first_day_without=VETO_ENDS + DAY), NotLiftedEarly)
    scene.when(lift)
    state = scene.veto_state(veto)
    assert state.in_effect_on(VETO_ENDS - DAY)
    assert not state.in_effect_on(VETO_ENDS)
    refuses(scene, lift, NotLiftedEarly)


def test_a_lapse_is_noted_from_the_day_after_and_once() -> None:
    scene = CaseScene()
    veto = notified(scene)
    refuses(scene, NoteVetoLapsed(effective_on=VETO_ENDS, veto=veto), VetoNotLapsed)
    scene.when(NoteVetoLapsed(effective_on=VETO_ENDS + DAY, veto=veto))
    refuses(scene, NoteVetoLapsed(effective_on=VETO_ENDS + DAY, veto=veto), VetoLapseNoted)
    refuses(scene, NoteVetoLapsed(effective_on=AFTER, veto=scene.heard(assessment_year=2024)), NothingVetoed)


def test_who_may_veto_is_said_by_the_exercisers_pack(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = CaseScene()
    asked: list[str] = []
    demand = Rules.demand

    def listening(self: Rules, code: str, holds: bool, refusal: Any) -> None:
        asked.append(self.jurisdiction)
        demand(self, code, holds, refusal)

    veto = scene.heard(scene.listed(veto_terms(area=COUNTY)))
    monkeypatch.setattr(Rules, "demand", listening)
    scene.when(scene.veto(veto))
    assert set(asked) == {"530900"}


SAID: tuple[Fact, ...] = (
    VetoSuggested(
        item=NOWHERE,
        exercising_unit=NOWHERE,
        target_unit=NOWHERE,
        assessment_year=2025,
        trigger_code="x",
        suggested_by=NOWHERE,
        facts="x",
    ),
    VetoFactsVerified(verifier=NOWHERE, facts="x"),
    VetoPartyHeard(heard_on=VETOED, statement="x"),
    VetoDecided(
        item=NOWHERE,
        item_version=1,
        exercising_unit=NOWHERE,
        target_unit=NOWHERE,
        assessment_year=2025,
        decision=VetoDecision.VETO,
        trigger_code="x",
        decided_on=VETOED,
        effect_from=VETOED,
        effect_to=VETO_ENDS,
    ),
    VetoNotified(notified_on=VETOED),
    VetoReviewRequested(requested_on=VETOED, grounds="x"),
    VetoReviewDecided(result=ReviewResult.REVOKED, reviewer=NOWHERE, decided_on=VETOED),
    VetoReviewDecided(result=ReviewResult.UPHELD, reviewer=NOWHERE, decided_on=VETOED),
    VetoLifted(first_day_without=VETOED, ground="x"),
    VetoLapsed(),
    DisguisedVetoObserved(exercising_unit=NOWHERE, wording="x", effect="x", observed_by=NOWHERE, observed_on=VETOED),
)


@given(st.lists(st.sampled_from(SAID), max_size=9))
def test_any_sequence_of_facts_gives_a_state_and_what_is_revoked_stays_so(told: list[Fact]) -> None:
    run = states(VETO, told)
    revoked = [state for state in run if state and state.stage is Stage.REVOKED]
    assert all(state == run[-1] for state in revoked)
    assert not any(state.in_effect_on(VETOED) for state in revoked)
