"""A paper that is there: objected to, kept, assessed, passed on, ended; and what is found beside the list is always recorded."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.authority import DecisionWithoutDocument
from ledger.commands import (
    AnswerObjection,
    AssessPledge,
    LinkReSignedPledge,
    PerformIssuerDuty,
    TerminatePledge,
    VoidPledge,
)
from ledger.encoding import Recorded
from ledger.events import FACTS, Envelope
from ledger.paper import (
    CircleOfSigning,
    ClauseTooLong,
    PaperDigestMalformed,
    ParentSignedLater,
    PledgeNotInPhase,
    PledgePeriodReversed,
    PledgeToItself,
    PledgeUnknown,
    TooManyClauses,
)
from ledger.pledge_life import (
    AssessedAlready,
    ClauseUnknown,
    DayIsAnother,
    EndsAlready,
    LinkExists,
    ObjectedToItself,
    ObjectionBeforeThePaper,
    ObjectionExists,
    ObjectionNotTheSigners,
    ObjectionUnknown,
    PaperKnown,
    SeenInTheFuture,
    YearNotOver,
)
from ledger.refusals import (
    EffectBeforeDecision,
    ItemUnknown,
    LaterFactsStand,
    LeftBlank,
    Refused,
    UnitHasEnded,
    UnitUnknown,
)
from ledger.terms import EntryRoute, PledgeResult, SignerKind
from ledger.timelines.duty import DUTY
from ledger.timelines.duty_list import DUTY_LIST
from ledger.timelines.life import Life
from ledger.timelines.pledge import PLEDGE, Phase
from ledger.timeliness import LateWithoutReason, NotYetHappened
from ledger.values import Authority
from tests.pure.item_scene import clause, document_id, refuses, unit_id
from tests.pure.pledge_scene import DUTY_CODE, ENDS, NOWHERE, OBSERVED, OFFERED, PATROL, SIGNED, PledgeScene
from tests.strategies import facts

DAY = timedelta(days=1)
MARCH, JUNE = date(2025, 3, 20), date(2025, 6, 20)


def scene_seen() -> PledgeScene:
    scene = PledgeScene()
    scene.today = OBSERVED
    return scene


# ── found beside the list ──


def test_a_paper_off_the_list_is_recorded_whatever_it_breaks() -> None:
    scene = scene_seen()
    pledge = scene.observed(
        clauses=(PATROL, clause(9, "一票否决")), period_from=date(2031, 1, 1), period_to=date(2031, 1, 1)
    )
    assert (scene.paper(pledge).phase, scene.paper(pledge).signed) == (Phase.OFF_LIST, True)
    refuses(scene, scene.observe(), PaperKnown)


@pytest.mark.parametrize("kind", [SignerKind.HOUSEHOLD, SignerKind.PERSON])
def test_a_village_has_its_households_sign_and_a_unit_its_members(kind: SignerKind) -> None:
    scene = scene_seen()
    own: dict[str, Any] = {"issuer": unit_id("村委会"), "signer": unit_id("村委会")}
    refuses(scene, scene.observe(**own), PledgeToItself)
    scene.observed(**own, signer_kind=kind)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"effective_on": JUNE - DAY}, DayIsAnother),
        ({"signed_on": None}, DayIsAnother),
        ({"observed_on": OBSERVED + DAY}, SeenInTheFuture),
        ({"document_title": ""}, LeftBlank),
        ({"document_digest": ""}, PaperDigestMalformed),
        ({"document_digest": None}, LeftBlank),
        ({"period_to": date(2024, 12, 31)}, PledgePeriodReversed),
        ({"item": NOWHERE}, ItemUnknown),
        ({"observed_by": NOWHERE}, UnitUnknown),
        ({"issued_in_name_of": NOWHERE}, UnitUnknown),
        ({"clauses": tuple(clause(number) for number in range(10_000))}, TooManyClauses),
        ({"clauses": (clause(1, "责" * 20_480),)}, ClauseTooLong),
    ],
)
def test_a_record_that_cannot_be_so(changes: dict[str, Any], refusal: type[Refused]) -> None:
    scene = scene_seen()
    refuses(scene, scene.observe(**changes), refusal)


def test_what_was_seen_long_after_says_why_it_is_late_and_nothing_is_told_ahead() -> None:
    scene = PledgeScene()
    scene.today = JUNE + 31 * DAY
    refuses(scene, scene.observe(), LateWithoutReason, "BR-22")
    scene.observed(late_reason="检查时发现")
    scene.today = JUNE - DAY
    early = scene.observe(observed_on=JUNE - DAY, document_digest="f" * 64)
    refuses(scene, early, NotYetHappened, "BR-22")


def test_what_the_issuer_did_in_march_counts_for_a_paper_first_seen_in_june() -> None:
    scene = scene_seen()
    pledge = scene.observed()
    scene.when(PerformIssuerDuty(effective_on=MARCH, late_reason="x", pledge=pledge, clause_id="c2", text="已培训"))
    assert scene.world().see(PLEDGE, pledge, on=MARCH) is None
    assert [each.performed_on for each in scene.paper(pledge, JUNE).performed] == [MARCH]


# ── objections ──


def test_an_objection_is_open_until_its_answer_and_both_keep_their_days() -> None:
    scene = PledgeScene()
    pledge = scene.offered()
    scene.when(scene.object_to(pledge))
    refuses(scene, scene.object_to(pledge), ObjectionExists)
    answer: dict[str, Any] = {"pledge": pledge, "objection_id": "1", "text": "已赋权"}
    refuses(scene, AnswerObjection(effective_on=OFFERED - DAY, **answer), LaterFactsStand)
    refuses(scene, AnswerObjection(effective_on=SIGNED, **(answer | {"objection_id": "2"})), ObjectionUnknown)
    refuses(scene, AnswerObjection(effective_on=SIGNED, **(answer | {"text": " "})), LeftBlank)
    scene.when(AnswerObjection(effective_on=SIGNED, **answer))
    refuses(scene, AnswerObjection(effective_on=SIGNED, **answer), ObjectionUnknown)
    (before,), (after,) = (scene.paper(pledge, day).objections for day in (SIGNED - DAY, SIGNED))
    assert (before.answered_on, after.raised_on, after.answered_on) == (None, OFFERED, SIGNED)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"raised_by": unit_id("乡站所")}, ObjectionNotTheSigners),
        ({"raised_by": NOWHERE}, UnitUnknown),
        ({"addressed_to": NOWHERE}, UnitUnknown),
        ({"clause_id": "c9"}, ClauseUnknown),
        ({"text": ""}, LeftBlank),
        ({"objection_id": " "}, LeftBlank),
        ({"pledge": NOWHERE}, PledgeUnknown),
    ],
)
def test_who_may_object_and_to_what(changes: dict[str, Any], refusal: type[Refused]) -> None:
    scene = PledgeScene()
    scene.signed()
    found = scene.log[-1].stream
    refuses(scene, scene.object_to(**({"pledge": found} | changes)), refusal)


def test_a_successor_objects_for_the_unit_that_signed() -> None:
    scene = PledgeScene()
    pledge = scene.signed()
    scene.merge_units("乡政府", "并入乡政府", MARCH)
    refuses(scene, scene.object_to(pledge, effective_on=MARCH), UnitHasEnded)
    scene.when(scene.object_to(pledge, effective_on=MARCH, raised_by=unit_id("并入乡政府")))


# ── kept, assessed, passed on, ended ──


def test_the_issuer_performs_its_own_clauses_and_a_year_is_assessed_once_it_began() -> None:
    scene = PledgeScene()
    pledge = scene.signed()
    refuses(scene, PerformIssuerDuty(effective_on=MARCH, pledge=pledge, clause_id="c1", text="x"), ClauseUnknown)
    refuses(scene, PerformIssuerDuty(effective_on=MARCH, pledge=pledge, clause_id="c2", text=""), LeftBlank)
    assess: dict[str, Any] = {"pledge": pledge, "result": PledgeResult.FULFILLED, "text": "完成"}
    refuses(scene, AssessPledge(effective_on=ENDS, year=2026, **assess), YearNotOver)
    refuses(scene, AssessPledge(effective_on=ENDS, year=10_000, **assess), YearNotOver)
    scene.when(AssessPledge(effective_on=ENDS, year=2025, **assess))
    assert scene.paper(pledge).assessments[0].assessed_on == ENDS
    draft = scene.drafted()
    refuses(scene, AssessPledge(effective_on=ENDS, year=2025, **(assess | {"pledge": draft})), PledgeNotInPhase)


def test_a_found_paper_is_linked_once_never_to_itself_and_may_pass_on_two_of_which_one_passes_on_the_other() -> None:
    scene = scene_seen()
    pledge = scene.observed()
    pair: dict[str, Any] = {"issuer": unit_id("市委"), "signer": unit_id("县政府")}
    top = scene.last(scene.backlog(**pair))
    middle = scene.last(scene.backlog(**pair, parent=top))
    refuses(scene, LinkReSignedPledge(effective_on=JUNE, pledge=pledge, parent=pledge), CircleOfSigning)
    scene.when(LinkReSignedPledge(effective_on=JUNE, pledge=pledge, parent=middle))
    scene.when(LinkReSignedPledge(effective_on=JUNE, pledge=pledge, parent=top))
    refuses(scene, LinkReSignedPledge(effective_on=JUNE, pledge=pledge, parent=top), LinkExists)
    below: dict[str, Any] = {"issuer": unit_id("乡政府"), "signer": unit_id("村委会")}
    refuses(scene, scene.backlog(**below, parent=pledge), ParentSignedLater)
    lower = scene.last(scene.backlog(**below, parent=middle))
    assert scene.paper(lower).parents[0][0] == middle


def test_a_terminated_paper_binds_until_the_day_before_and_may_end_earlier_but_not_later() -> None:
    scene = PledgeScene()
    pledge = scene.signed()
    end: dict[str, Any] = {"pledge": pledge, "ground": "取消"}
    refuses(scene, TerminatePledge(effective_on=JUNE, first_day_without=JUNE - DAY, **end), EffectBeforeDecision)
    refuses(scene, TerminatePledge(effective_on=JUNE, first_day_without=JUNE, pledge=pledge, ground=""), LeftBlank)
    refuses(scene, TerminatePledge(effective_on=SIGNED - DAY, first_day_without=JUNE, **end), LaterFactsStand)
    last = date(2025, 10, 31)
    scene.when(TerminatePledge(effective_on=JUNE, first_day_without=last + DAY, **end))
    paper = scene.paper(pledge)
    assert [paper.phase_on(day) for day in (last, last + DAY)] == [Phase.IN_FORCE, Phase.TERMINATED]
    refuses(scene, TerminatePledge(effective_on=JUNE, first_day_without=last + DAY, **end), EndsAlready)
    scene.when(TerminatePledge(effective_on=JUNE, first_day_without=last, **end))


def test_what_is_void_never_bound_and_is_void_once() -> None:
    scene = PledgeScene()
    pledge, draft = scene.signed(), scene.drafted()
    scene.when(TerminatePledge(effective_on=MARCH, pledge=pledge, ground="取消", first_day_without=MARCH))
    decided = Authority(document=document_id("中央文件"))
    refuses(scene, VoidPledge(effective_on=JUNE, pledge=draft, ground="不当", authority=decided), PledgeNotInPhase)
    refuses(scene, VoidPledge(effective_on=JUNE, pledge=pledge, ground="不当"), DecisionWithoutDocument, "BR-04")
    scene.when(VoidPledge(effective_on=JUNE, pledge=pledge, ground="不当", authority=decided))
    assert scene.paper(pledge).phase_on(JUNE) is Phase.VOIDED
    assert not scene.paper(pledge).in_force_on(SIGNED)
    refuses(scene, VoidPledge(effective_on=JUNE, pledge=pledge, ground="不当", authority=decided), PledgeNotInPhase)
    scene.when(scene.object_to(pledge, effective_on=JUNE, duty_code=DUTY_CODE))


# ── whatever is told ──


TOLD = [kind for kind in FACTS.values() if kind.STREAM in ("pledge", "duty", "duty_list", "*")]


@pytest.mark.parametrize("life", [PLEDGE, DUTY, DUTY_LIST], ids=lambda life: life.name)
@given(data=st.data())
def test_any_sequence_of_facts_on_any_days_gives_a_state(life: Life[Any], data: st.DataObject) -> None:
    told = data.draw(st.lists(st.sampled_from(TOLD).flatmap(facts), max_size=6))
    day = data.draw(st.dates())
    log = []
    for position, fact in enumerate(told, 1):
        on = data.draw(st.dates())
        envelope = Envelope(effective_on=on, jurisdiction="x", rule_pack="x@1", entry_route=EntryRoute.CLI)
        log.append(Recorded(position, 0, NOWHERE, position, None, envelope, fact))
    state, then = life.state(log), life.state(log, day)
    for each in (state, then):
        for question in ("phase_on", "in_force_on", "entry_on", "holding_on"):
            if hasattr(each, question):
                getattr(each, question)(day)


# ── what cannot have been ──


def test_nobody_objects_to_itself_nor_to_what_was_put_to_nobody() -> None:
    scene = PledgeScene()
    pledge, draft = scene.signed(), scene.drafted(period_from=date(2025, 2, 1))
    town = unit_id("乡政府")
    refuses(scene, scene.object_to(pledge, effective_on=JUNE, addressed_to=town), ObjectedToItself)
    refuses(scene, scene.object_to(pledge, effective_on=date(2021, 1, 1)), ObjectionBeforeThePaper)
    refuses(scene, scene.object_to(draft, effective_on=JUNE), ObjectionBeforeThePaper)
    scene.when(scene.object_to(pledge, effective_on=JUNE))


def test_a_year_is_assessed_once() -> None:
    scene = PledgeScene()
    year = AssessPledge(effective_on=JUNE, pledge=scene.signed(), year=2025, result=PledgeResult.FULFILLED, text="达标")
    refuses(scene, replace(year, text=" "), LeftBlank)
    scene.when(year)
    refuses(scene, year, AssessedAlready)


def test_what_an_issuer_did_stands_under_a_signed_paper_only() -> None:
    scene = PledgeScene()
    done = PerformIssuerDuty(effective_on=JUNE, pledge=scene.drafted(), clause_id="c2", text="已培训")
    refuses(scene, done, PledgeNotInPhase)
    scene.when(replace(done, pledge=scene.signed(period_from=date(2025, 2, 1))))


def test_a_paper_of_a_day_on_which_its_side_stood_no_more_can_be_recorded_as_seen() -> None:
    scene = PledgeScene()
    scene.merge_units("乡政府", "并入乡政府", MARCH)
    late = {"signed_on": JUNE, "effective_on": JUNE, "observed_on": JUNE}
    refuses(scene, scene.observe(**late), UnitHasEnded)
    seen = scene.last(scene.observe(signer=unit_id("并入乡政府"), **late))
    assert scene.paper(seen).signer == unit_id("并入乡政府")
    scene.today = JUNE
    early = date(2009, 6, 1)  # before either side was registered; it was seen while both stand
    scene.when(
        scene.observe(
            signer=unit_id("并入乡政府"),
            signed_on=early,
            effective_on=early,
            observed_on=JUNE,
            document_digest="f" * 64,
            late_reason="档案清理时发现",
        )
    )
