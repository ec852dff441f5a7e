"""What weighs on a unit on a day, and what an issuer promised: days decide, whatever the order in which it was recorded."""

from datetime import date
from typing import Any

import pytest

from ledger.events import (
    DisguisedVetoObserved,
    IrregularVetoObserved,
    ItemCancelled,
    PledgeBacklogRecorded,
    PledgeObjectionAnswered,
    PledgeTerminated,
    PledgeVoided,
    RecordCorrected,
    SupportDelivered,
    SupportPromised,
    VetoDecided,
    VetoLifted,
    VetoReviewDecided,
    VetoSuggested,
)
from ledger.streams import duty_stream, observed_veto_stream, pledge_stream, stream, veto_stream
from ledger.terms import Defect, ItemType, Level, ReviewResult, RunningPledges, SupportKind, VetoDecision
from ledger.values import RunningPledgesTreatment
from projections.burden import Burden, Footing, Fulfilment, burden, issuer_duties, trend
from tests.projections.heart_scene import (
    AREA,
    BUREAU,
    CLAUSES,
    COUNTY,
    D1,
    D2,
    FARMLAND,
    INSPECTOR,
    LOWER,
    MERGED,
    OTHER,
    PAPER,
    TOWN,
    Memory,
    drafted,
    farmland,
    kept,
    listed,
    merge_the_town,
    objected,
    observed,
    registry,
    signed,
    terms,
)

SIGNED, LAST = date(2025, 1, 15), date(2025, 12, 31)
VETOED = stream("item", "否决")
VETO = veto_stream(VETOED, TOWN, 2025)


@pytest.fixture
def say() -> Memory:
    told = Memory()
    registry(told)
    farmland(told)
    return told


def of(say: Memory, on: date, unit: object = TOWN) -> list[Burden]:
    return list(burden(say.held(), unit, on))  # type: ignore[arg-type]


def test_a_listed_paper_binds_from_its_signing_to_the_end_of_its_period_both_included(say: Memory) -> None:
    assert of(say, date(2025, 1, 14)) == []
    (first,), (last,) = of(say, SIGNED), of(say, LAST)
    assert (first, first.stream, first.kind, first.footing) == (last, LOWER, ItemType.PLEDGE, Footing.LISTED)
    assert (first.begins, first.last_day, first.signed_on) == (SIGNED, LAST, SIGNED)
    assert (first.imposed_by.name, first.imposed_by.level, first.basis[0].title) == (
        "演示县",
        "COUNTY",
        "基本农田保护条例",
    )
    assert (first.duty_codes, first.period_assumed) == ([D2], False)
    assert of(say, date(2026, 1, 1)) == []


def test_what_was_signed_before_and_recorded_after_bound_from_its_day_and_says_when_it_was_recorded(
    say: Memory,
) -> None:
    backlog = pledge_stream(FARMLAND, BUREAU, TOWN, date(2024, 1, 1), 1)
    paper = PledgeBacklogRecorded(
        item=FARMLAND, document_title="旧责任状", genre="责任状", issuer=BUREAU, signer=TOWN, period_from=date(2024, 1, 1),
        period_to=date(2024, 12, 31), clauses=CLAUSES, signed_on=date(2024, 2, 29), document_digest="ef" * 32,
    )  # fmt: skip
    say.today = date(2024, 9, 18)
    at = say.tell(backlog, paper, date(2024, 2, 29))
    assert of(say, date(2024, 2, 28)) == []
    (row,) = of(say, date(2024, 2, 29))
    assert (row.position, row.recorded_on, row.footing) == (at, date(2024, 9, 18), Footing.BEFORE_LISTS)
    assert burden(say.held(at - 1), TOWN, date(2024, 2, 29)) == ()


def test_a_paper_off_the_list_binds_and_is_called_so(say: Memory) -> None:
    observed(say)
    assert of(say, date(2025, 6, 19)) == of(say, SIGNED)
    row = of(say, date(2025, 6, 20))[-1]
    assert (row.stream, row.footing, row.item, row.basis) == (PAPER, Footing.OFF_LIST, None, ())
    assert row.imposed_by.unit == BUREAU


def test_a_paper_seen_without_a_period_counts_to_the_end_of_its_year(say: Memory) -> None:
    observed(say, signed_on=None, period_from=None, period_to=None)
    assert [row.stream for row in of(say, date(2025, 6, 22))] == [LOWER]
    row = of(say, LAST)[-1]
    assert (row.begins, row.last_day, row.period_assumed, row.signed_on) == (date(2025, 6, 23), LAST, True, None)
    assert of(say, date(2026, 1, 1)) == []


def test_a_paper_of_no_known_period_that_was_terminated_ends_with_that(say: Memory) -> None:
    observed(say, signed_on=None, period_from=None, period_to=None)
    say.tell(PAPER, PledgeTerminated(ground="纠正", first_day_without=date(2025, 8, 1)), date(2025, 7, 1))
    assert PAPER in [row.stream for row in of(say, date(2025, 7, 31))]
    assert PAPER not in [row.stream for row in of(say, date(2025, 8, 1))]


@pytest.mark.parametrize("voided", [True, False])
def test_what_was_voided_or_ended_on_the_day_it_was_signed_never_bound(say: Memory, *, voided: bool) -> None:
    end = PledgeVoided(ground="无据") if voided else PledgeTerminated(ground="撤回", first_day_without=SIGNED)
    say.tell(LOWER, end, SIGNED)
    assert [of(say, day) for day in (SIGNED, date(2025, 1, 16), LAST)] == [[], [], []]


def test_the_end_of_an_item_ends_its_papers_on_the_day_that_the_decision_set(say: Memory) -> None:
    ended = ItemCancelled(
        ground_code="C1", first_day_without=date(2025, 7, 1),
        running_pledges=RunningPledgesTreatment(treatment=RunningPledges.RUN_OUT, last_day=date(2025, 9, 30)),
    )  # fmt: skip
    say.tell(FARMLAND, ended, date(2025, 6, 1))
    (row,) = of(say, date(2025, 9, 30))
    assert (row.last_day, row.footing) == (date(2025, 9, 30), Footing.LISTED)  # it was on the list when it was signed
    assert of(say, date(2025, 10, 1)) == []


def test_what_binds_a_unit_binds_its_successor_from_the_first_day_without_it(say: Memory) -> None:
    merge_the_town(say, date(2025, 7, 1))
    assert of(say, date(2025, 6, 30), MERGED) == []
    assert [row.stream for row in of(say, date(2025, 6, 30))] == [LOWER]
    assert [row.stream for row in of(say, date(2025, 7, 1), MERGED)] == [LOWER]
    assert of(say, date(2025, 7, 1), OTHER)[0].stream != LOWER


def test_a_correction_of_the_day_of_signing_moves_the_burden_from_its_own_position_on(say: Memory) -> None:
    told = next(each.position for each in say.told if each.stream == LOWER and each.fact.TOPIC == "pledge.signed")
    at = say.tell(LOWER, RecordCorrected(corrects=told, why="误录", void=True), LAST)
    assert of(say, LAST) == []
    assert [row.stream for row in burden(say.held(at - 1), TOWN, LAST)] == [LOWER]


# ── Objections ──


def test_an_objection_is_open_until_its_answer_and_overdue_after_fifteen_working_days(say: Memory) -> None:
    observed(say, on=date(2025, 6, 20))
    at = objected(say, on=date(2025, 6, 25))
    (open_one,) = of(say, date(2025, 7, 16))[-1].objections_open
    assert (open_one.position, open_one.due, open_one.overdue) == (at, date(2025, 7, 16), False)
    assert of(say, date(2025, 7, 17))[-1].objections_open[0].overdue is True
    assert of(say, date(2025, 6, 24))[-1].objections_open == ()


def test_an_objection_answered_on_the_day_it_was_raised_is_not_open(say: Memory) -> None:
    observed(say)
    objected(say)
    answered = PledgeObjectionAnswered(objection_id="1", answered_on=date(2025, 6, 25), text="已收悉")
    say.tell(PAPER, answered, date(2025, 6, 25))
    assert of(say, date(2025, 6, 25))[-1].objections_open == ()


# ── Vetoes ──


def vetoed(say: Memory, decision: VetoDecision = VetoDecision.VETO) -> int:
    stated = terms("信访一票否决", COUNTY, Level.TOWNSHIP, item_type=ItemType.VETO, clauses=())
    listed(say, VETOED, stated)
    said: dict[str, Any] = {"item": VETOED, "exercising_unit": COUNTY, "target_unit": TOWN, "assessment_year": 2025}
    say.tell(VETO, VetoSuggested(**said, trigger_code="T1", suggested_by=BUREAU, facts="事实"), date(2025, 3, 1))
    made = VetoDecided(
        **said, item_version=1, decision=decision, trigger_code="T1", decided_on=date(2025, 3, 31), effects=("取消评优",),
        effect_from=date(2025, 4, 1), effect_to=date(2026, 3, 31),
    )  # fmt: skip
    return say.tell(VETO, made, date(2025, 3, 31))


def vetoes(say: Memory, on: date) -> list[Burden]:
    return [row for row in of(say, on) if row.kind is ItemType.VETO]


def test_a_veto_binds_from_the_first_to_the_last_day_of_its_effect(say: Memory) -> None:
    at = vetoed(say)
    assert vetoes(say, date(2025, 3, 31)) == []
    (row,) = vetoes(say, date(2025, 4, 1))
    assert (row.position, row.title, row.footing, row.effects) == (at, "信访一票否决", Footing.LISTED, ("取消评优",))
    assert len(vetoes(say, date(2026, 3, 31))) == 1
    assert vetoes(say, date(2026, 4, 1)) == []


def test_a_veto_not_decided_on_revoked_or_lifted_does_not_bind(say: Memory) -> None:
    vetoed(say, VetoDecision.NO_VETO)
    assert vetoes(say, date(2025, 5, 1)) == []


def test_a_veto_lifted_early_binds_to_the_day_before_and_a_revoked_one_never_did(say: Memory) -> None:
    vetoed(say)
    say.tell(VETO, VetoLifted(first_day_without=date(2025, 6, 1), ground="整改"), date(2025, 5, 20))
    assert len(vetoes(say, date(2025, 5, 31))) == 1
    assert vetoes(say, date(2025, 6, 1)) == []
    revoked = VetoReviewDecided(result=ReviewResult.REVOKED, reviewer=INSPECTOR, decided_on=date(2025, 5, 25))
    say.tell(VETO, revoked, date(2025, 5, 25))
    assert vetoes(say, date(2025, 4, 10)) == []


def test_a_veto_that_was_only_seen_counts_in_its_year(say: Memory) -> None:
    seen = IrregularVetoObserved(
        exercising_unit=BUREAU, target_unit=TOWN, assessment_year=2025, observed_by=INSPECTOR, observed_on=date(2025, 8, 1),
        effects=("扣发奖金",), defects=(Defect.OFF_LIST,), decided_on=date(2025, 7, 1),
    )  # fmt: skip
    say.tell(observed_veto_stream(INSPECTOR, "1"), seen, date(2025, 8, 1))
    disguised = DisguisedVetoObserved(
        exercising_unit=COUNTY, wording="考核不合格取消一切评优", effect="评优", observed_by=INSPECTOR,
        observed_on=date(2025, 8, 1), target_unit=TOWN,
    )  # fmt: skip
    say.tell(observed_veto_stream(INSPECTOR, "2"), disguised, date(2025, 8, 1))
    assert [row.footing for row in vetoes(say, date(2025, 7, 1))] == [Footing.OFF_LIST]
    assert [(row.begins, row.title) for row in vetoes(say, LAST)] == [
        (date(2025, 7, 1), None), (date(2025, 8, 1), "考核不合格取消一切评优"),
    ]  # fmt: skip
    assert vetoes(say, date(2026, 1, 1)) == []


# ── Month by month ──


def test_a_trend_counts_on_the_last_day_of_each_month_leap_days_too_and_on_the_last_day_asked_for(say: Memory) -> None:
    months = trend(say.held(), TOWN, date(2024, 1, 31), date(2025, 2, 10))
    assert (months[1].month, months[1].on, months[-1].on, len(months)) == (
        "2024-02", date(2024, 2, 29), date(2025, 2, 10), 14,
    )  # fmt: skip
    assert [(each.month, each.pledges) for each in months[-3:]] == [("2024-12", 0), ("2025-01", 1), ("2025-02", 1)]
    observed(say)
    vetoed(say)
    (june,) = trend(say.held(), TOWN, date(2025, 6, 30), date(2025, 6, 30))
    assert (june.pledges, june.vetoes, june.off_list) == (2, 1, 1)
    assert trend(say.held(), TOWN, date(2025, 7, 1), date(2025, 6, 30)) == ()


# ── What the issuer promised ──


def test_what_an_issuer_promised_is_open_until_it_is_done(say: Memory) -> None:
    def mine(on: date) -> list[tuple[str | None, Fulfilment, date | None]]:
        rows = issuer_duties(say.held(), COUNTY, on)
        return [(row.clause_id, row.kept, row.done_on) for row in rows if row.pledge == LOWER]

    kept(say)
    assert mine(date(2025, 1, 14)) == []
    assert mine(date(2025, 3, 9)) == [("c3", Fulfilment.NOT_DUE, None), ("c2", Fulfilment.NOT_DUE, None)]
    assert mine(date(2025, 4, 2)) == [
        ("c3", Fulfilment.DONE, date(2025, 3, 10)), ("c2", Fulfilment.DONE, date(2025, 4, 2)),
    ]  # fmt: skip
    left = issuer_duties(say.held(), COUNTY, LAST, open_only=True)
    assert {(row.owed_to.unit, row.kept) for row in left} == {(OTHER, Fulfilment.OVERDUE)}


def test_part_of_a_sum_is_not_the_sum_and_another_unit_cannot_be_counted(say: Memory) -> None:
    def delivery(amount: int, measure: str, day: date) -> None:
        say.tell(
            LOWER,
            SupportDelivered(
                delivered_by=COUNTY, delivered_to=TOWN, kind=SupportKind.FUNDS, text="到位", delivered_on=day,
                amount=amount, unit=measure, pledge=LOWER, clause_id="c3",
            ),
            day,
        )  # fmt: skip

    delivery(8_000, "元", date(2025, 3, 31))
    (row,) = [
        row
        for row in issuer_duties(say.held(), COUNTY, date(2025, 3, 31))
        if (row.pledge, row.clause_id) == (LOWER, "c3")
    ]
    assert (row.amount, row.delivered, row.measure, row.kept) == (20_000, 8_000, "元", Fulfilment.NOT_DUE)
    delivery(3, "人", date(2025, 4, 1))
    (row,) = [
        row
        for row in issuer_duties(say.held(), COUNTY, date(2025, 4, 1))
        if (row.pledge, row.clause_id) == (LOWER, "c3")
    ]
    assert (row.delivered, row.kept) == (None, Fulfilment.UNCOUNTABLE)


def test_support_promised_with_a_duty_is_a_promise_too(say: Memory) -> None:
    promise = SupportPromised(
        promised_by=COUNTY,
        promised_to=TOWN,
        kind=SupportKind.STAFF,
        text="增派两人",
        due_on=date(2025, 2, 28),
        amount=2,
        unit="人",
    )
    duty = duty_stream(D1, AREA)
    at = say.tell(duty, promise, date(2025, 2, 1))
    (row,) = [row for row in issuer_duties(say.held(), COUNTY, date(2025, 3, 1)) if row.pledge is None]
    assert (row.stream, row.text, row.positions, row.kept) == (duty, "增派两人", (at,), Fulfilment.OVERDUE)
    assert [row for row in issuer_duties(say.held(), COUNTY, date(2025, 1, 31)) if row.pledge is None] == []


def test_a_paper_that_was_never_signed_neither_binds_nor_promises(say: Memory) -> None:
    draft = pledge_stream(FARMLAND, COUNTY, TOWN, date(2025, 1, 1), 2)
    drafted(say, draft, FARMLAND, COUNTY, TOWN)
    assert draft not in {row.stream for row in of(say, LAST)}
    assert draft not in {row.stream for row in issuer_duties(say.held(), COUNTY, LAST)}
    signed(say, draft, date(2025, 2, 1))
    assert draft in {row.stream for row in of(say, LAST)}
