"""What units answered for: histories without scores, a case with its appeal window, notices, and counts that add up."""

from datetime import date
from typing import Any

import pytest

from ledger.events import (
    AccountabilityCorrected,
    AppealDecided,
    AppealLodged,
    ClaimReopened,
    ClarificationIssued,
    ClarificationPublished,
    NoticeApproved,
    NoticeCorrected,
    NoticeDrafted,
    ToleranceAccepted,
    ToleranceFiledInAdvance,
    ToleranceRuled,
    ToleranceVerified,
    VetoSuggested,
)
from ledger.streams import case_stream, filing_stream, notice_stream, stream, veto_stream
from ledger.terms import ClarificationForm, NoticeKind, PublicationScope, ReviewResult, ToleranceOutcome
from ledger.values import Look
from projections.accountability import Matter, MatterKind, history
from projections.case_files import by_form, by_level, case_file, notices, per_mille, tolerance_file
from projections.shapes import steps
from tests.projections.heart_scene import (
    AREA,
    BUREAU,
    CASE,
    CITY,
    CLAIM,
    COUNTY,
    D1,
    INCIDENT,
    INSPECTOR,
    MERGED,
    OTHER,
    PROVINCE,
    TOLERANCE,
    TOWN,
    TOWN_AREA,
    Memory,
    applied,
    decided,
    merge_the_town,
    opened,
    registry,
    sanctioned,
    whole,
)

END = date(2025, 12, 31)


@pytest.fixture
def say() -> Memory:
    told = Memory()
    whole(told)
    return told


def rows(say: Memory, unit: object, on: date = END, *kinds: MatterKind) -> list[Matter]:
    return list(history(say.held(), unit, on, kinds))  # type: ignore[arg-type]


def short(found: list[Matter]) -> list[tuple[str, str, str | None]]:
    return [(row.kind, row.role, row.outcome) for row in found]


# ── The history of a unit ──


def test_a_town_answers_for_what_it_was_told_to_answer_for(say: Memory) -> None:
    found = rows(say, TOWN)
    assert short(found) == [
        ("incident", "concerned", None), ("claim", "against", "SHIELD_REJECTED"), ("case", "subject", "TALK"),
        ("tolerance", "applicant", None),
    ]  # fmt: skip
    claim = found[1]
    assert (claim.stream, claim.incident, claim.began_on, claim.decided_on) == (
        CLAIM,
        INCIDENT,
        date(2025, 6, 30),
        date(2025, 7, 21),
    )
    assert claim.other
    assert claim.other.name == "演示局"
    assert claim.decided_at == next(each.position for each in say.told if each.fact.TOPIC == "claim.ruled")


def test_a_bureau_has_the_claim_it_made_and_the_shield_it_used(say: Memory) -> None:
    assert short(rows(say, BUREAU)) == [
        ("claim", "claimant", "SHIELD_REJECTED"), ("shield", "claimant", "SHIELD_USE_CONFIRMED"),
    ]  # fmt: skip
    assert short(rows(say, BUREAU, END, MatterKind.SHIELD)) == [("shield", "claimant", "SHIELD_USE_CONFIRMED")]
    assert short(rows(say, BUREAU, date(2025, 7, 20))) == [("claim", "claimant", None)]
    assert rows(say, BUREAU, date(2025, 6, 29)) == []


def test_a_reopened_claim_has_no_outcome_any_more_but_keeps_the_shield(say: Memory) -> None:
    say.tell(CLAIM, ClaimReopened(new_evidence="新证据"), date(2025, 9, 1))
    assert short(rows(say, BUREAU, date(2025, 9, 1))) == [
        ("claim", "claimant", None), ("shield", "claimant", "SHIELD_USE_CONFIRMED"),
    ]  # fmt: skip


def test_a_successor_stands_in_what_its_predecessor_stood_in(say: Memory) -> None:
    merge_the_town(say, date(2025, 10, 1))
    assert rows(say, MERGED, date(2025, 9, 30)) == []
    assert short(rows(say, MERGED, date(2025, 10, 1))) == short(rows(say, TOWN, date(2025, 10, 1)))


def test_nothing_learnt_later_is_told(say: Memory) -> None:
    ruled = next(each.position for each in say.told if each.fact.TOPIC == "claim.ruled")
    assert short(list(history(say.held(ruled - 1), TOWN, END)))[1] == ("claim", "against", None)


def test_vetoes_are_told_of_both_sides_and_filings_of_who_filed(say: Memory) -> None:
    item = stream("item", "否决")
    suggested = VetoSuggested(
        item=item,
        exercising_unit=COUNTY,
        target_unit=OTHER,
        assessment_year=2025,
        trigger_code="T1",
        suggested_by=BUREAU,
        facts="事实",
    )
    say.tell(veto_stream(item, OTHER, 2025), suggested, date(2025, 8, 1))
    filed = ToleranceFiledInAdvance(applicant=OTHER, situation_code="TRIAL", statement="先行先试")
    say.tell(filing_stream(OTHER, "1"), filed, date(2025, 8, 1))
    assert [(row.kind, row.role, row.about) for row in rows(say, OTHER)] == [
        ("veto", "target", "T1"), ("tolerance", "applicant", "TRIAL"),
    ]  # fmt: skip
    assert [row.role for row in rows(say, COUNTY, END, MatterKind.VETO)] == ["exerciser"]


# ── One case ──


def test_the_window_for_an_appeal_runs_from_the_day_of_service_to_the_months_end(say: Memory) -> None:
    held, leap = say.held(), case_stream(INCIDENT, OTHER, None)
    last, over = case_file(held, CASE, date(2025, 8, 31)), case_file(held, CASE, date(2025, 9, 1))
    assert last
    assert over
    assert (last.appeal_until, last.appeal_open, last.settled, last.stands) == (date(2025, 8, 31), True, False, True)
    assert (over.appeal_open, over.settled) == (False, True)
    sanctioned(say, leap, date(2024, 1, 31), subject=OTHER, on=date(2024, 1, 30))
    other = case_file(say.held(), leap, date(2025, 12, 31))
    assert other
    assert other.appeal_until == date(2024, 2, 29)


def test_a_case_is_told_as_of_a_day(say: Memory) -> None:
    held = say.held()
    assert case_file(held, CASE, date(2025, 7, 6)) is None
    begun = case_file(held, CASE, date(2025, 7, 7))
    assert begun
    assert (begun.stage, begun.decision, begun.appeal_until, begun.appeal_open, begun.tolerances) == (
        "OPENED",
        None,
        None,
        False,
        (),
    )
    served = case_file(held, CASE, date(2025, 7, 31))
    assert served
    assert served.decision
    assert (served.decision.measure, served.decision.form, served.decision.deciding_body.name) == (
        "TALK",
        1,
        "演示纪委",
    )
    assert (served.tolerances, served.subject.name, served.subject_post) == ((TOLERANCE,), "演示乡", "乡长")
    assert [step.topic for step in served.steps] == [
        "case.opened",
        "case.accountability_decided",
        "case.accountability_announced",
    ]


def test_an_appeal_in_time_keeps_a_case_open_until_it_is_decided(say: Memory) -> None:
    say.tell(CASE, AppealLodged(lodged_on=date(2025, 8, 31), grounds="不服"), date(2025, 8, 31))
    waiting = case_file(say.held(), CASE, date(2025, 10, 1))
    assert waiting
    assert (waiting.settled, waiting.appeals[0].result) == (False, None)
    revoked = AppealDecided(result=ReviewResult.REVOKED, handled_by=INSPECTOR, decided_on=date(2025, 10, 1))
    say.tell(CASE, revoked, date(2025, 10, 1))
    over = case_file(say.held(), CASE, date(2025, 10, 1))
    assert over
    assert (over.settled, over.stands, over.appeals[0].result) == (True, False, ReviewResult.REVOKED)
    assert short(rows(say, TOWN, END, MatterKind.CASE)) == [("case", "subject", "LIFTED")]


def test_two_facts_of_one_day_are_told_by_position(say: Memory) -> None:
    say.tell(
        CASE,
        AccountabilityCorrected(why_corrected="过重", corrected_by=COUNTY, measure="NOTE", form=2),
        date(2025, 9, 1),
    )
    say.tell(
        CASE,
        AccountabilityCorrected(why_corrected="再更正", corrected_by=COUNTY, measure="TALK", form=1),
        date(2025, 9, 1),
    )
    read = case_file(say.held(), CASE, date(2025, 9, 1))
    assert read
    assert read.decision
    assert read.decision.measure == "TALK"
    assert [step.position for step in read.steps] == sorted(step.position for step in read.steps)


# ── One matter of tolerance ──


def test_a_tolerance_matter_is_told_with_what_it_rests_on(say: Memory) -> None:
    assert tolerance_file(say.held(), TOLERANCE, date(2025, 7, 9)) is None
    say.tell(TOLERANCE, ToleranceAccepted(), date(2025, 7, 14))
    looks = tuple(Look(number=number, seen="已核实") for number in range(1, 8))
    bars = {"private_gain": False, "knowing_violation": False, "prohibition_ignored": False, "force_majeure": False}
    say.tell(TOLERANCE, ToleranceVerified(verifier=INSPECTOR, seven_looks=looks, **bars), date(2025, 7, 28))
    ruled = ToleranceRuled(
        outcome=ToleranceOutcome.EXEMPT, ground_code="MISMATCH", text="权责不对等", duty_codes=(D1,), mismatch_refs=(3, 5),
    )  # fmt: skip
    at = say.tell(TOLERANCE, ruled, date(2025, 7, 28))
    cleared = ClarificationIssued(form=ClarificationForm.CIRCULAR, text="澄清")
    say.tell(TOLERANCE, cleared, date(2025, 7, 28))
    told = tolerance_file(say.held(), TOLERANCE, date(2025, 7, 28))
    assert told
    assert told.found
    assert (told.stage, told.outcome, told.ruled_at, told.mismatch_positions) == ("RULED", "EXEMPT", at, (3, 5))
    assert (told.found.private_gain, told.clarified, told.unit.unit) == (False, True, TOWN)
    before = tolerance_file(say.held(), TOLERANCE, date(2025, 7, 27))
    assert before
    assert (before.stage, before.outcome, before.found, before.ruled_at) == ("ACCEPTED", None, None, None)


# ── Notices ──


def test_notices_are_told_by_position_as_they_read_on_the_day(say: Memory) -> None:
    first, second = notice_stream(INSPECTOR, "1"), notice_stream(INSPECTOR, "2")
    about: dict[str, Any] = {"issuer": INSPECTOR, "about_units": (TOWN,), "scope": PublicationScope.JURISDICTION}
    say.tell(second, NoticeDrafted(**about, kind=NoticeKind.CLARIFICATION, title="澄清", text="原文"), date(2025, 9, 2))
    say.tell(
        first, NoticeDrafted(**about, kind=NoticeKind.EXPOSURE, title="曝光", text="曝光", case=CASE), date(2025, 9, 1)
    )
    say.tell(second, NoticeApproved(approved_by=INSPECTOR), date(2025, 9, 3))
    say.tell(second, ClarificationPublished(published_on=date(2025, 9, 4), tolerance=TOLERANCE), date(2025, 9, 4))
    say.tell(second, NoticeCorrected(text="更正", why_corrected="笔误"), date(2025, 9, 5))
    found = notices(say.held(), END)
    assert [(row.notice, row.stage, row.text) for row in found] == [
        (second, "PUBLISHED", "更正"),
        (first, "DRAFTED", "曝光"),
    ]
    assert (found[0].about[0].name, found[0].tolerance, found[1].case) == ("演示乡", TOLERANCE, CASE)
    assert [row.notice for row in notices(say.held(), END, [NoticeKind.EXPOSURE])] == [first]
    assert [row.text for row in notices(say.held(), date(2025, 9, 4))] == ["原文", "曝光"]
    assert [row.notice for row in notices(say.held(), date(2025, 9, 1))] == [first]


# ── Counts ──


def counted(say: Memory, on: date, within: str | None = None) -> dict[str, tuple[int, int | None]]:
    read = by_level(say.held(), on, within)
    assert read.decisions == read.unplaced + sum(row.decisions for row in read.counts)
    return {row.key: (row.decisions, row.per_mille) for row in read.counts if row.decisions}


def test_decisions_are_counted_by_the_level_of_the_subject_and_by_form(say: Memory) -> None:
    for number, (subject, form) in enumerate(((BUREAU, 4), (OTHER, 1))):
        case = case_stream(INCIDENT, subject, str(number))
        opened(say, case, subject)
        say.tell(case, decided(subject, date(2025, 8, 1 + number), form=form), date(2025, 8, 1 + number))
    assert counted(say, END) == {"COUNTY": (1, 333), "TOWNSHIP": (2, 667)}
    assert counted(say, date(2025, 8, 1)) == {"COUNTY": (1, 500), "TOWNSHIP": (1, 500)}
    assert counted(say, END, TOWN_AREA) == {"TOWNSHIP": (1, 1000)}
    assert counted(say, END, AREA) == counted(say, END, CITY) == counted(say, END, PROVINCE) == counted(say, END)
    assert counted(say, END, "530998") == {}
    forms = by_form(say.held(), END)
    assert [(row.key, row.decisions, row.per_mille) for row in forms.counts] == [
        ("1", 2, 667), ("2", 0, 0), ("3", 0, 0), ("4", 1, 333),
    ]  # fmt: skip


def test_what_does_not_stand_is_not_counted_and_a_corrected_form_counts_as_corrected(say: Memory) -> None:
    say.tell(
        CASE,
        AccountabilityCorrected(why_corrected="过轻", corrected_by=COUNTY, form=2, measure="NOTE"),
        date(2025, 9, 1),
    )
    assert [row.decisions for row in by_form(say.held(), END).counts] == [0, 1, 0, 0]
    say.tell(CASE, AccountabilityCorrected(why_corrected="错案", corrected_by=COUNTY), date(2025, 9, 2))
    assert counted(say, END) == {}
    assert [row.per_mille for row in by_form(say.held(), END).counts] == [None] * 4
    assert by_level(say.held(), date(2025, 9, 1)).decisions == 1


def test_a_subject_that_is_not_registered_is_counted_apart(say: Memory) -> None:
    nobody = stream("unit", "无")
    case = case_stream(INCIDENT, nobody, None)
    opened(say, case, nobody)
    say.tell(case, decided(nobody), date(2025, 7, 28))
    read = by_level(say.held(), END)
    assert (read.decisions, read.unplaced) == (2, 1)
    assert by_level(say.held(), END, AREA).unplaced == 0


@pytest.mark.parametrize(
    ("part", "total", "share"), [(0, 0, None), (1, 3, 333), (2, 3, 667), (1, 2000, 1), (1, 2001, 0), (5, 5, 1000)]
)
def test_a_share_is_whole_per_mille_half_rounded_up(part: int, total: int, share: int | None) -> None:
    assert per_mille(part, total) == share


def test_steps_stop_at_the_day() -> None:
    say = Memory()
    registry(say)
    applied(say)
    assert [step.topic for step in steps(say.held(), TOLERANCE, date(2025, 7, 10))] == ["tolerance.applied"]
    assert steps(say.held(), TOLERANCE, date(2025, 7, 9)) == ()
