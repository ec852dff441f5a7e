"""The road of claims, tolerance and leads, walked by commands alone: every fact of their streams is brought about.

It brings its own county, units, incident and an observed veto to cite, so it may be walked by itself or after any other road.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from ledger.commands import (
    AcceptTolerance,
    AnswerClaim,
    AnswerLead,
    ApplyForTolerance,
    AssertClaim,
    CheckToleranceFiling,
    CompleteCorrection,
    ConfirmShieldUse,
    ConsiderToleranceExOfficio,
    DecideToleranceFiling,
    DecideToleranceReview,
    DeclineTolerance,
    DisposeOfLead,
    FeedToleranceBack,
    FileToleranceInAdvance,
    FindCausation,
    IssueClarification,
    ObserveIrregularVeto,
    OpenCase,
    OrderCorrection,
    RecordMeeting,
    RegisterIncident,
    RegisterUnit,
    ReopenClaim,
    RequestToleranceReview,
    ReviewToleranceFiling,
    RuleClaim,
    RuleTolerance,
    VerifyTolerance,
)
from ledger.days import SHANGHAI
from ledger.streams import (
    case_stream,
    claim_stream,
    filing_stream,
    incident_stream,
    meeting_stream,
    observed_veto_stream,
    tolerance_stream,
    unit_stream,
)
from ledger.terms import (
    Causation,
    ClaimOutcome,
    ClarificationForm,
    Defect,
    FilingDecision,
    LeadDisposition,
    Level,
    MeetingBody,
    ReviewResult,
    Severity,
    TestResult,
    TimePrecision,
    ToleranceOutcome,
)
from ledger.values import AgendaItem, Authority, Look, TableLine
from tests.given import Given

SINCE, AREA, TOWN = date(2012, 1, 1), "530999", "530999902"
FILED, HAPPENED, ASSERTED = date(2025, 2, 10), date(2025, 6, 18), date(2025, 6, 30)
OPENED, RULED, DECIDED, AFTER = date(2025, 7, 7), date(2025, 7, 21), date(2025, 7, 28), date(2025, 8, 18)
NAMES = {
    "演示县委": (Level.COUNTY, "PARTY_ORGAN", AREA),
    "演示县纪委监委": (Level.COUNTY, "PARTY_ORGAN", AREA),
    "演示县委组织部": (Level.COUNTY, "PARTY_ORGAN", AREA),
    "演示县农业农村局": (Level.COUNTY, "GOVERNMENT_DEPT", AREA),
    "演示镇人民政府": (Level.TOWNSHIP, "GOVERNMENT", TOWN),
}


def unit(name: str) -> UUID:
    return unit_stream(f"主张-{name}", SINCE)


COMMITTEE, INSPECTORS, OFFICE = unit("演示县委"), unit("演示县纪委监委"), unit("演示县委组织部")
BUREAU, TOWNSHIP = unit("演示县农业农村局"), unit("演示镇人民政府")
INCIDENT, VETO = incident_stream(INSPECTORS, "主张-1"), observed_veto_stream(INSPECTORS, "主张-1")
CLAIM, LEAD = claim_stream(INCIDENT, BUREAU, VETO), UUID(int=20250618)


def registry(given: Given) -> None:
    for name, (level, category, area) in NAMES.items():
        given.when(
            RegisterUnit(
                effective_on=FILED,
                code=f"主张-{name}",
                name=name,
                level=level,
                category=category,
                area_code=area,
                valid_from=SINCE,
            )
        )


def meeting(given: Given, on: date) -> Authority:
    given.when(
        RecordMeeting(
            effective_on=on,
            unit=COMMITTEE,
            body=MeetingBody.JOINT_MEETING,
            held_on=on,
            ordinal=1,
            due_members=9,
            present=7,
            agenda=(AgendaItem(number=1, title="容错", result="同意"),),
            minutes_digest="0" * 64,
        )
    )
    return Authority(meeting=meeting_stream(COMMITTEE, MeetingBody.JOINT_MEETING, on, 1))


def filing(given: Given) -> None:
    """A township files what it means to try; it is reviewed, checked and accepted at a joint meeting."""
    at: dict[str, Any] = {"effective_on": FILED, "tolerance": filing_stream(TOWNSHIP, "1")}
    given.when(
        FileToleranceInAdvance(
            effective_on=FILED, applicant=TOWNSHIP, ordinal="1", situation_code="NO_CLEAR_LIMIT", statement="先行先试"
        )
    )
    given.when(ReviewToleranceFiling(**at, reviewer=OFFICE, text="材料齐全"))
    given.when(CheckToleranceFiling(**at, checker=INSPECTORS, text="情况属实"))
    given.when(
        DecideToleranceFiling(
            **at, authority=meeting(given, FILED), result=FilingDecision.ACCEPTED, ground="符合报备情形"
        )
    )


def incident(given: Given) -> None:
    """Something happens, and a veto off the list is observed."""
    given.when(
        RegisterIncident(
            effective_on=HAPPENED,
            registrar=INSPECTORS,
            ordinal="主张-1",
            occurred_at=datetime(2025, 6, 18, 9, 0, tzinfo=SHANGHAI),
            precision=TimePrecision.MINUTE,
            place_code=TOWN,
            field_code="RURAL_ENERGY",
            severity=Severity.ORDINARY,
            summary="沼气池事故",
            units=(TOWNSHIP,),
            duty_codes=("农村沼气设施安全监督检查",),
        )
    )
    given.when(
        ObserveIrregularVeto(
            effective_on=HAPPENED,
            exercising_unit=BUREAU,
            target_unit=TOWNSHIP,
            assessment_year=2025,
            observed_by=INSPECTORS,
            observed_on=HAPPENED,
            effects=("取消评优",),
            defects=(Defect.OFF_LIST,),
            client_key="主张-1",
        )
    )


def claim(given: Given) -> None:
    """Claimed, answered, rejected, the shield confirmed; reopened on new evidence and left undetermined."""
    given.when(
        AssertClaim(
            effective_on=ASSERTED,
            incident=INCIDENT,
            asserting_unit=BUREAU,
            against_unit=TOWNSHIP,
            statement="已对其一票否决，由其负责",
            veto=VETO,
        )
    )
    given.when(AnswerClaim(effective_on=ASSERTED, claim=CLAIM, answered_by=TOWNSHIP, text="清单外否决，不应作为依据"))
    given.when(
        FindCausation(
            effective_on=RULED, claim=CLAIM, result=Causation.FAIL, inspector_unit=INSPECTORS, ground="与否决事项无关"
        )
    )
    rule(given, ClaimOutcome.SHIELD_REJECTED, RULED)
    given.when(ConfirmShieldUse(effective_on=RULED, claim=CLAIM, unit=BUREAU, ground="以清单外否决推责"))
    given.when(ReopenClaim(effective_on=AFTER, claim=CLAIM, new_evidence="补充取得会议记录"))
    rule(given, ClaimOutcome.UNDETERMINED, AFTER)


def rule(given: Given, outcome: ClaimOutcome, on: date) -> None:
    table = tuple(
        TableLine(
            test=f"T{number}",
            at_assertion=TestResult.UNKNOWN,
            at_assertion_reason="NOT_A_PLEDGE",
            now=TestResult.FAIL if number == 12 else TestResult.UNKNOWN,
            now_reason="NOT_A_PLEDGE",
        )
        for number in range(1, 13)
    )
    given.when(
        RuleClaim(
            effective_on=on,
            claim=CLAIM,
            outcome=outcome,
            inspector_unit=INSPECTORS,
            ground="综合检验结果认定",
            table=table,
            tested_at=len(given.log),
            tests_edition="tests/1",
        )
    )


def case(given: Given, post: str, on: date) -> UUID:
    given.when(
        OpenCase(
            effective_on=on,
            authority=meeting(given, on),
            incident=INCIDENT,
            subject_unit=TOWNSHIP,
            subject_post=post,
            opened_by=INSPECTORS,
            matter="履职情况",
        )
    )
    return case_stream(INCIDENT, TOWNSHIP, post)


def tolerance(given: Given) -> None:
    """One matter is not accepted; one, of office, goes all the way to a review that changes it."""
    declined = case(given, "镇长", OPENED)
    given.when(
        ApplyForTolerance(
            effective_on=OPENED,
            case=declined,
            applicant=TOWNSHIP,
            situation_code="UNINTENDED",
            statement="无意过失",
            party_group_opinion="同意申请",
        )
    )
    given.when(
        DeclineTolerance(effective_on=OPENED, tolerance=tolerance_stream(declined, TOWNSHIP), ground="另案一并审查")
    )
    considered = case(given, "分管副镇长", date(2025, 7, 8))
    given.when(
        ConsiderToleranceExOfficio(
            effective_on=RULED,
            case=considered,
            subject_unit=TOWNSHIP,
            situation_code="UNINTENDED",
            statement="问责和容错同步审查",
        )
    )
    ruling(given, tolerance_stream(considered, TOWNSHIP))


def ruling(given: Given, matter: UUID) -> None:
    given.when(AcceptTolerance(effective_on=RULED, tolerance=matter))
    given.when(
        VerifyTolerance(
            effective_on=RULED,
            tolerance=matter,
            verifier=INSPECTORS,
            seven_looks=tuple(Look(number=number, seen="已核实") for number in range(1, 8)),
            private_gain=False,
            knowing_violation=False,
            prohibition_ignored=False,
        )
    )
    given.when(
        RuleTolerance(
            effective_on=DECIDED,
            authority=meeting(given, DECIDED),
            tolerance=matter,
            outcome=ToleranceOutcome.MITIGATED,
            ground_code="UNINTENDED",
            text="出于公心，程序有瑕疵",
        )
    )
    at: dict[str, Any] = {"effective_on": AFTER, "tolerance": matter}
    given.when(FeedToleranceBack(**at))
    given.when(OrderCorrection(**at, text="补齐巡查台账", due_on=AFTER))
    given.when(CompleteCorrection(**at, text="已补齐"))
    given.when(IssueClarification(**at, form=ClarificationForm.TO_COMMITTEE, text="减轻处理，不影响评优"))
    given.when(RequestToleranceReview(**at, grounds="请求免予"))
    given.when(
        DecideToleranceReview(**at, result=ReviewResult.CHANGED, reviewer=OFFICE, outcome=ToleranceOutcome.EXEMPT)
    )


def lead(given: Given) -> None:
    """The unit answers a lead; a human disposes of it."""
    given.when(AnswerLead(effective_on=AFTER, lead=LEAD, lead_rule="DR-17", unit=BUREAU, text="系沿用旧办法"))
    given.when(
        DisposeOfLead(
            effective_on=AFTER,
            lead=LEAD,
            lead_rule="DR-17",
            lead_edition="leads/1",
            positions=(1,),
            disposition=LeadDisposition.CONFIRMED,
            disposed_by=INSPECTORS,
            ground="无清单事项可依",
        )
    )


def walk(given: Given) -> Given:
    """Walk the whole road."""
    for part in (registry, filing, incident, claim, tolerance, lead):
        part(given)
    return given
