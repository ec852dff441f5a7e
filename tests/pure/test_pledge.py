"""A pledge on its way to signature: what the list approves is signed, and nothing else; every refusal leaves no trace."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from ledger.authority import OwnSystemPledge
from ledger.checking import check_pledge
from ledger.commands import CheckPledge, OfferPledge, RefusePledge
from ledger.events import ItemListPublished, PledgeReSignedDown, PledgeSigned
from ledger.paper import (
    CascadeTooDeep,
    CircleOfSigning,
    ClauseIdTwice,
    ClauseTooLong,
    PaperDigestMalformed,
    ParentNotSigned,
    PledgeNotInPhase,
    PledgePeriodReversed,
    PledgeToItself,
    PledgeUnknown,
    SlotsDoNotFit,
    TooManyClauses,
)
from ledger.pledge import AttemptOutOfTurn, DeadlineBeforeOffer, ListStoodAlready, NotMarkedAsBacklog, PledgeExists
from ledger.refusals import ItemUnknown, LaterFactsStand, LeftBlank, Refused, UnitHasEnded, UnitUnknown
from ledger.signing import (
    ClausesDiffer,
    IssuerNotEntitled,
    ItemNotOnTheList,
    NotATownshipsDuty,
    PeriodOutsideItem,
    SignerOutOfScope,
)
from ledger.streams import list_stream
from ledger.terms import ClauseRole, DutyListKind, Level, ListCheck
from ledger.timelines.pledge import Phase
from ledger.timeliness import LateWithoutReason, NotYetHappened
from ledger.values import Scope
from tests.pure.item_scene import COUNTY, clause, refuses, terms, unit_id
from tests.pure.pledge_scene import (
    BEGINS,
    CLAUSES,
    DEADLINE,
    DRAFTED,
    DUTY_CODE,
    ENDS,
    FUNDS,
    NOWHERE,
    OFFERED,
    PATROL,
    SIGNED,
    PledgeScene,
    entry,
    pledge_terms,
)

DAY = timedelta(days=1)


def test_a_pledge_is_drafted_compared_offered_signed_and_binds_from_its_signature_to_its_last_day() -> None:
    scene = PledgeScene()
    pledge = scene.signed()
    paper = scene.paper(pledge)
    assert (paper.check, paper.offered_on, paper.deadline, paper.signed_on) == (
        ListCheck.EQUAL,
        OFFERED,
        DEADLINE,
        SIGNED,
    )
    assert [paper.phase_on(day) for day in (SIGNED - DAY, SIGNED, ENDS, ENDS + DAY)] == [
        Phase.SIGNED,
        Phase.IN_FORCE,
        Phase.IN_FORCE,
        Phase.EXPIRED,
    ]
    assert scene.paper(pledge, SIGNED - DAY).phase is Phase.OFFERED


@pytest.mark.parametrize(
    ("changes", "refusal", "rule"),
    [
        ({"clauses": (*CLAUSES, clause(4, "另行加派"))}, ClausesDiffer, "BR-06"),
        ({"clauses": (PATROL,)}, ClausesDiffer, "BR-06"),
        ({"clauses": (replace(PATROL, text="负总责{1}"), *CLAUSES[1:])}, ClausesDiffer, "BR-06"),
        ({"issuer": unit_id("县委")}, IssuerNotEntitled, "BR-06"),
        ({"signer": unit_id("县级部门")}, SignerOutOfScope, "BR-06"),
        ({"period_to": date(2027, 1, 1)}, PeriodOutsideItem, "BR-06"),
        ({"period_from": date(2020, 12, 31)}, PeriodOutsideItem, "BR-06"),
        ({"period_to": BEGINS - DAY}, PledgePeriodReversed, None),
        ({"signer": unit_id("县政府")}, PledgeToItself, None),
        ({"signer": NOWHERE}, UnitUnknown, None),
        ({"effective_on": date(2009, 1, 1)}, UnitHasEnded, None),
        ({"item": NOWHERE}, ItemUnknown, None),
        ({"document_title": " "}, LeftBlank, None),
        ({"genre": ""}, LeftBlank, None),
        ({"clauses": tuple(clause(number) for number in range(10_000))}, TooManyClauses, None),
        ({"clauses": (replace(PATROL, text="责" * 20_480),)}, ClauseTooLong, None),
        ({"clauses": (PATROL, PATROL)}, ClauseIdTwice, None),
        ({"clauses": (replace(PATROL, clause_id=" "),)}, LeftBlank, None),
        ({"clauses": (replace(PATROL, slots=()),)}, SlotsDoNotFit, None),
        ({"clauses": (replace(PATROL, text="巡查{2}次"),)}, SlotsDoNotFit, None),
        ({"clauses": (replace(PATROL, text="巡查"),)}, SlotsDoNotFit, None),
    ],
)
def test_what_cannot_be_drafted(changes: dict[str, Any], refusal: type[Refused], rule: str | None) -> None:
    scene = PledgeScene()
    refuses(scene, scene.draft(**changes), refusal, rule)


def test_slot_values_may_differ_and_a_period_may_be_one_leap_day() -> None:
    leap = date(2024, 2, 29)
    own = (replace(PATROL, slots=("24",)), *CLAUSES[1:])
    scene = PledgeScene()
    pledge = scene.signed(clauses=own, period_from=leap, period_to=leap)
    assert scene.paper(pledge).phase_on(SIGNED) is Phase.EXPIRED


def test_a_paper_meets_itself_and_a_further_attempt_has_the_next_number() -> None:
    scene = PledgeScene()
    item = scene.listed(pledge_terms())
    scene.drafted(item)
    refuses(scene, scene.draft(item), PledgeExists)
    refuses(scene, scene.draft(item, attempt=2), AttemptOutOfTurn)
    refuses(scene, scene.draft(item, attempt=0), AttemptOutOfTurn)
    refused = scene.offered(item, period_from=date(2025, 2, 1))
    scene.when(RefusePledge(effective_on=SIGNED, pledge=refused, ground="接不住"))
    scene.drafted(item, period_from=date(2025, 2, 1), attempt=2, effective_on=SIGNED)


def test_it_may_be_drafted_before_the_item_is_in_force_but_signed_only_from_that_day_on() -> None:
    scene = PledgeScene()
    item = scene.listed(pledge_terms(), begins=SIGNED)
    pledge = scene.offered(item)
    refuses(scene, scene.sign(pledge, effective_on=SIGNED - DAY), ItemNotOnTheList, "BR-06")
    scene.when(scene.sign(pledge))


def test_each_step_has_its_place_and_a_second_signature_is_refused() -> None:
    scene = PledgeScene()
    pledge = scene.drafted()
    refuses(scene, OfferPledge(effective_on=OFFERED, pledge=pledge, deadline=DEADLINE), PledgeNotInPhase)
    refuses(scene, scene.sign(pledge), PledgeNotInPhase)
    scene.when(CheckPledge(effective_on=DRAFTED, pledge=pledge))
    refuses(scene, OfferPledge(effective_on=OFFERED, pledge=pledge, deadline=OFFERED - DAY), DeadlineBeforeOffer)
    scene.when(OfferPledge(effective_on=OFFERED, pledge=pledge, deadline=OFFERED))
    refuses(scene, RefusePledge(effective_on=SIGNED, pledge=pledge, ground=" "), LeftBlank)
    for changes, refusal in (
        ({"signer_post": ""}, LeftBlank),
        ({"document_digest": "D" * 64}, PaperDigestMalformed),
        ({"effective_on": DRAFTED - DAY}, PledgeUnknown),
        ({"effective_on": DRAFTED}, LaterFactsStand),
    ):
        refuses(scene, scene.sign(pledge, **changes), refusal)
    scene.when(scene.sign(pledge))
    refuses(scene, scene.sign(pledge), PledgeNotInPhase)
    refuses(scene, RefusePledge(effective_on=SIGNED, pledge=pledge, ground="无权"), PledgeNotInPhase)


def test_what_was_refused_is_not_signed() -> None:
    scene = PledgeScene()
    pledge = scene.offered()
    scene.when(RefusePledge(effective_on=SIGNED, pledge=pledge, ground="无执法权限"))
    refuses(scene, scene.sign(pledge), PledgeNotInPhase)
    assert scene.paper(pledge).phase is Phase.REFUSED


def test_a_signature_told_late_does_not_stumble_over_an_objection_of_a_later_day() -> None:
    scene = PledgeScene()
    pledge = scene.offered()
    scene.when(scene.object_to(pledge, effective_on=SIGNED + DAY))
    scene.when(scene.sign(pledge))
    assert scene.paper(pledge).phase is Phase.SIGNED


def test_lateness_says_why_and_no_day_to_come_is_told() -> None:
    scene = PledgeScene()
    pledge = scene.offered()
    scene.today = SIGNED - DAY
    refuses(scene, scene.sign(pledge), NotYetHappened, "BR-22")
    scene.today = SIGNED + 31 * DAY
    refuses(scene, scene.sign(pledge), LateWithoutReason, "BR-22")
    scene.when(scene.sign(pledge, late_reason="纸质文书迟到"))


def test_what_was_taken_back_is_refused_from_that_day_on() -> None:
    scene = PledgeScene()
    scene.publish(entry(kind=DutyListKind.TAKEN_BACK, effective_from=SIGNED))
    pledge = scene.offered()
    refuses(scene, scene.sign(pledge), NotATownshipsDuty, "BR-26")
    scene.when(scene.sign(pledge, effective_on=SIGNED - DAY))


def test_a_line_of_its_own_is_not_made_to_sign_in_hunan() -> None:
    scene = PledgeScene("hunan-2019@1")
    item = scene.listed(terms())
    own: dict[str, Any] = {
        "issuer": unit_id("市级部门"),
        "signer": unit_id("县级部门"),
        "clauses": terms().clauses,
    }
    refuses(scene, scene.draft(item, **own), OwnSystemPledge, "BR-27")


def test_a_successor_of_the_implementing_unit_issues_and_a_signer_that_has_ended_does_not_sign() -> None:
    scene = PledgeScene()
    item = scene.listed(pledge_terms(implementing_unit=unit_id("县专班")))
    scene.merge_units("县专班", "县政府", date(2025, 1, 2))
    pledge = scene.offered(item)
    scene.merge_units("乡政府", "并入乡政府", SIGNED)
    refuses(scene, scene.sign(pledge), UnitHasEnded)
    scene.signed(item, signer=unit_id("并入乡政府"))


# ── backlog ──


def test_a_paper_older_than_the_list_is_taken_as_it_is_and_marked() -> None:
    scene = PledgeScene()
    refuses(scene, scene.backlog(backlog=False), NotMarkedAsBacklog)
    refuses(scene, scene.backlog(effective_on=BEGINS), ListStoodAlready, "BR-06")
    refuses(scene, scene.backlog(document_digest=""), PaperDigestMalformed)
    scene.today = date(2026, 1, 1)
    pledge = scene.last(scene.backlog(effective_on=BEGINS - DAY))
    assert (scene.paper(pledge).backlog, scene.paper(pledge).signed_on) == (True, BEGINS - DAY)
    refuses(scene, scene.backlog(scene.paper(pledge).item), PledgeExists)


def test_where_no_pack_says_from_when_the_first_published_list_does() -> None:
    scene = PledgeScene("generic@1")
    item = scene.listed(pledge_terms())
    scene.when(scene.backlog(item, effective_on=SIGNED))
    published = ItemListPublished(
        area_code=COUNTY,
        level=Level.COUNTY,
        list_version=1,
        members=(item,),
        root="0" * 64,
        effective_from=BEGINS,
    )
    scene.fact(list_stream(COUNTY, Level.COUNTY), published, BEGINS)
    refuses(scene, scene.backlog(item, effective_on=SIGNED), ListStoodAlready, "BR-06")


# ── passing on ──


def test_a_signature_passes_on_a_signed_paper_of_above_and_no_other() -> None:
    scene = PledgeScene()
    unsigned, pledge = scene.offered(), scene.offered()
    refuses(scene, scene.sign(pledge, parent=unsigned), ParentNotSigned)
    refuses(scene, scene.sign(pledge, parent=NOWHERE), PledgeUnknown)
    above = scene.last(scene.backlog(issuer=unit_id("市委"), signer=unit_id("县政府")))
    (_, signed), (_, passed) = scene.when(scene.sign(pledge, parent=above))
    assert isinstance(signed, PledgeSigned)
    assert passed == PledgeReSignedDown(parent=above)


def test_a_pledge_does_not_come_back_to_who_handed_it_down() -> None:
    scene = PledgeScene()
    above = scene.last(scene.backlog(issuer=unit_id("乡政府"), signer=unit_id("县政府")))
    refuses(scene, scene.sign(scene.offered(), parent=above), CircleOfSigning)


def test_six_papers_stand_above_one_another_and_no_seventh() -> None:
    scene = PledgeScene()
    pair: dict[str, Any] = {"issuer": unit_id("县政府"), "signer": unit_id("乡政府")}
    above = [scene.last(scene.backlog(**pair))]
    for _ in range(5):
        above.append(scene.last(scene.backlog(parent=above[-1], **pair)))
    refuses(scene, scene.backlog(parent=above[-1], **pair), CascadeTooDeep)


# ── may this be signed? ──


def test_the_dry_run_asks_every_rule_and_records_nothing() -> None:
    scene = PledgeScene()
    item = scene.listed(pledge_terms(recipient_scope=(Scope(level=Level.VILLAGE, category="VILLAGE"),)))
    before = len(scene.log)
    asked = check_pledge(scene.draft(item, clauses=(PATROL, FUNDS)), scene.world(DRAFTED))
    broken = [type(finding.refusal) for finding in asked if finding.refusal]
    assert broken == [SignerOutOfScope, ClausesDiffer]
    assert {finding.code for finding in asked} == {"BR-06", "BR-29"}, "no duty listed, and no BR-27 in this pack"
    assert all(finding.cited.source and finding.holds is (finding.refusal is None) for finding in asked)
    assert all(finding.refusal.rule == finding.cited for finding in asked if finding.refusal)
    assert len(scene.log) == before


def test_the_dry_run_says_what_signing_will_say() -> None:
    scene = PledgeScene()
    asked = check_pledge(scene.draft(), scene.world(DRAFTED))
    assert all(finding.holds for finding in asked)
    early = scene.listed(pledge_terms(), begins=SIGNED)
    refused = [finding.refusal for finding in check_pledge(scene.draft(early), scene.world(DRAFTED)) if finding.refusal]
    assert [type(refusal) for refusal in refused] == [ItemNotOnTheList], (
        "drafted it may be, signed on that day it may not"
    )


# ── what evades a rule ──


@pytest.mark.parametrize(
    "left_out", [{"duty_code": None}, {"role": None}, {"needs_power": False}], ids=lambda each: next(iter(each))
)
def test_a_clause_that_drops_what_the_approved_one_says_of_its_duty_is_another_clause(left_out: dict[str, Any]) -> None:
    """Word for word the same, but without its duty no rule could see whose duty is passed down."""
    scene = PledgeScene()
    said = replace(clause(1), duty_code=DUTY_CODE, role=ClauseRole.PRINCIPAL, needs_power=True)
    item = scene.listed(pledge_terms(clauses=(said,)))
    refuses(scene, scene.draft(item, clauses=(replace(said, **left_out),)), ClausesDiffer, "BR-06")
    scene.drafted(item, clauses=(said,))


def test_an_approved_clause_stands_once() -> None:
    scene = PledgeScene()
    said = clause(1)
    item = scene.listed(pledge_terms(clauses=(said,)))
    refuses(scene, scene.draft(item, clauses=(said, replace(said, clause_id="again"))), ClausesDiffer, "BR-06")


def test_who_came_after_a_named_unit_is_within_the_scope() -> None:
    scene = PledgeScene()
    named = Scope(level=Level.TOWNSHIP, category="GOVERNMENT", units=(unit_id("乡政府"),))
    item = scene.listed(pledge_terms(recipient_scope=(named,)))
    refuses(scene, scene.draft(item, signer=unit_id("并入乡政府")), SignerOutOfScope, "BR-06")
    scene.merge_units("乡政府", "并入乡政府", BEGINS)
    scene.drafted(item, signer=unit_id("并入乡政府"), effective_on=BEGINS)
