"""The road of veto, incident, case, notice and inspection, walked by commands alone: every fact of their streams is brought about.

It brings its own county, units, item and papers, so it may be walked by itself or after any other road.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from ledger.commands import (
    AdmitItem,
    AnnounceAccountability,
    ApplyForAdmission,
    ApproveNotice,
    AssignInspectors,
    CloseCase,
    CloseCaseWithoutAccountability,
    CloseIncident,
    CloseInspection,
    CommentOnInspection,
    ConsiderTolerance,
    CorrectAccountability,
    CorrectNotice,
    DecideAccountability,
    DecideAppeal,
    DecideNoCase,
    DecideVeto,
    DecideVetoReview,
    DraftNotice,
    EndImpactPeriod,
    ExecuteAccountability,
    FileAccountability,
    FindAbuseOfAccountability,
    FindAdmissionComplete,
    HearStatement,
    HearVetoParty,
    LiftVeto,
    LodgeAppeal,
    NoteVetoLapsed,
    NotifyVeto,
    ObserveDisguisedVeto,
    ObserveIrregularVeto,
    OpenCase,
    OpenInvestigation,
    OpenPreliminaryCheck,
    OrderRectification,
    PlanInspection,
    ProposeAccountability,
    PublishNotice,
    ReceiveCaseClues,
    RecordFinding,
    RecordMeeting,
    RegisterDocument,
    RegisterIncident,
    RegisterUnit,
    ReportAdmissionUpward,
    RequestVetoReview,
    SendInspectionNotice,
    SuggestVeto,
    VerifyAdmissionBasis,
    VerifyIncident,
    VerifyRectification,
    VerifyVetoFacts,
    VisitSite,
    WithdrawNotice,
)
from ledger.days import SHANGHAI
from ledger.inspection import sealed
from ledger.streams import (
    admission_stream,
    case_stream,
    document_stream,
    incident_stream,
    inspection_stream,
    item_stream,
    meeting_stream,
    notice_stream,
    unit_stream,
    veto_stream,
)
from ledger.terms import (
    AdmissionKind,
    Defect,
    InspectionKind,
    ItemType,
    Level,
    MeetingBody,
    NoticeKind,
    PublicationScope,
    ResponsibilityKind,
    ReviewResult,
    Severity,
    TimePrecision,
    ToleranceFinding,
    VetoDecision,
)
from ledger.values import AgendaItem, Authority, Basis, Distinction, ItemTerms, Scope, Trigger
from tests.given import Given

SINCE, AREA, TOWN = date(2012, 1, 1), "530999", "530999901"
FOUNDED, LISTED = date(2025, 1, 6), date(2025, 1, 20)
VETOED, REVIEWED, LIFTED = date(2025, 3, 3), date(2025, 3, 20), date(2025, 6, 1)
HAPPENED, OPENED, HEARD = date(2025, 6, 18), date(2025, 7, 7), date(2025, 7, 10)
DECIDED, SERVED, APPEALED, ANSWERED = date(2025, 7, 28), date(2025, 8, 1), date(2025, 8, 20), date(2025, 9, 1)
IMPACT, CLOSED = date(2026, 1, 28), date(2026, 1, 29)
NAMES = {
    "演示省委": (Level.PROVINCE, "PARTY_ORGAN", "530000"),
    "演示县委": (Level.COUNTY, "PARTY_ORGAN", AREA),
    "演示县纪委监委": (Level.COUNTY, "PARTY_ORGAN", AREA),
    "演示县督查室": (Level.COUNTY, "PARTY_ORGAN", AREA),
    "演示县农业农村局": (Level.COUNTY, "GOVERNMENT_DEPT", AREA),
    "演示乡人民政府": (Level.TOWNSHIP, "GOVERNMENT", TOWN),
}


def unit(name: str) -> UUID:
    return unit_stream(f"案-{name}", SINCE)


COMMITTEE, INSPECTORS, OFFICE = unit("演示县委"), unit("演示县纪委监委"), unit("演示县督查室")
BUREAU, TOWNSHIP = unit("演示县农业农村局"), unit("演示乡人民政府")
MANDATE = document_stream(unit("演示省委"), "演示发〔2024〕9号")
ITEM = item_stream(admission_stream(COMMITTEE, "否决1"), 1)
VETO = veto_stream(ITEM, TOWNSHIP, 2025)
INCIDENT = incident_stream(INSPECTORS, "2025-1")
CASE = case_stream(INCIDENT, TOWNSHIP, "乡农业服务中心主任")
SALT, PLAN = "c0ffee" * 6, "七月十五日赴演示乡，随机走访沼气用户"


def registry(given: Given) -> None:
    for name, (level, category, area) in NAMES.items():
        given.when(
            RegisterUnit(
                effective_on=FOUNDED,
                code=f"案-{name}",
                name=name,
                level=level,
                category=category,
                area_code=area,
                valid_from=SINCE,
            )
        )
    given.when(
        RegisterDocument(
            effective_on=FOUNDED,
            document_issuer=unit("演示省委"),
            title="一票否决事项规范",
            dated=FOUNDED,
            issuer_level=Level.PROVINCE,
            genre="通知",
            effective_from=FOUNDED,
            number="演示发〔2024〕9号",
        )
    )


def meeting(given: Given, on: date) -> Authority:
    given.when(
        RecordMeeting(
            effective_on=on,
            unit=COMMITTEE,
            body=MeetingBody.STANDING_COMMITTEE,
            held_on=on,
            ordinal=1,
            due_members=11,
            present=9,
            agenda=(AgendaItem(number=1, title="议题", result="同意"),),
            minutes_digest="0" * 64,
        )
    )
    return Authority(document=MANDATE, meeting=meeting_stream(COMMITTEE, MeetingBody.STANDING_COMMITTEE, on, 1))


def listed(given: Given) -> None:
    """Put one veto item on the county's list."""
    terms = ItemTerms(
        item_type=ItemType.VETO,
        title="安全生产一票否决",
        implementing_unit=COMMITTEE,
        level=Level.COUNTY,
        jurisdiction=AREA,
        recipient_scope=(Scope(level=Level.TOWNSHIP, category="GOVERNMENT"),),
        result="取消评优资格",
        start_year=2025,
        end_year=2027,
        field_code="WORK_SAFETY",
        basis=(Basis(title="一票否决事项规范", document=MANDATE),),
        triggers=(Trigger(code="V1", text="发生较大安全事故"),),
    )
    admission = admission_stream(COMMITTEE, "否决1")
    given.when(
        ApplyForAdmission(
            effective_on=LISTED,
            applicant=COMMITTEE,
            client_key="否决1",
            kind=AdmissionKind.NEW,
            terms=(terms,),
            necessity="省委要求",
            higher_mandates=(MANDATE,),
            burden_assessment="不新增报表",
            issuer_own_duties="组织年度检查",
            support="专项经费",
        )
    )
    given.when(FindAdmissionComplete(effective_on=LISTED, admission=admission))
    given.when(VerifyAdmissionBasis(effective_on=LISTED, admission=admission, verifier=OFFICE))
    given.when(
        ReportAdmissionUpward(
            effective_on=LISTED, admission=admission, reported_to=unit("演示省委"), report_document=MANDATE
        )
    )
    authority = meeting(given, LISTED)
    given.when(AdmitItem(effective_on=LISTED, authority=authority, admission=admission, effective_from=LISTED))


def vetoes(given: Given) -> None:
    """One veto from suggestion to lapse; one seen off the list, one in disguise."""
    at: dict[str, Any] = {"effective_on": VETOED, "veto": VETO}
    given.when(
        SuggestVeto(
            effective_on=VETOED,
            item=ITEM,
            exercising_unit=COMMITTEE,
            target_unit=TOWNSHIP,
            assessment_year=2025,
            trigger_code="V1",
            suggested_by=BUREAU,
            facts="一月发生较大事故",
        )
    )
    given.when(VerifyVetoFacts(**at, verifier=OFFICE, facts="属实"))
    given.when(HearVetoParty(**at, statement="已作整改"))
    given.when(
        DecideVeto(
            **at,
            authority=meeting(given, VETOED),
            decision=VetoDecision.VETO,
            effects=("取消年度综合评优资格",),
            posts_affected=("乡长",),
            effect_from=VETOED,
            effect_to=date(2026, 3, 2),
        )
    )
    given.when(NotifyVeto(**at))
    given.when(RequestVetoReview(effective_on=REVIEWED, veto=VETO, grounds="事故等级有误"))
    given.when(DecideVetoReview(effective_on=REVIEWED, veto=VETO, result=ReviewResult.UPHELD, reviewer=INSPECTORS))
    given.when(LiftVeto(effective_on=LIFTED, veto=VETO, first_day_without=LIFTED, ground="整改到位"))
    given.when(NoteVetoLapsed(effective_on=LIFTED, veto=VETO))
    seen: dict[str, Any] = {"effective_on": LIFTED, "observed_by": INSPECTORS, "observed_on": LIFTED}
    given.when(
        ObserveIrregularVeto(
            **seen,
            client_key="1",
            exercising_unit=BUREAU,
            target_unit=TOWNSHIP,
            assessment_year=2025,
            effects=("取消评优",),
            defects=(Defect.OFF_LIST,),
        )
    )
    given.when(
        ObserveDisguisedVeto(
            **seen, client_key="2", exercising_unit=BUREAU, wording="一项不达标全员扣奖金", effect="全员扣奖金"
        )
    )


def incident(given: Given) -> None:
    given.when(
        RegisterIncident(
            effective_on=HAPPENED,
            registrar=INSPECTORS,
            ordinal="2025-1",
            occurred_at=datetime(2025, 6, 18, 10, 30, tzinfo=SHANGHAI),
            precision=TimePrecision.MINUTE,
            place_code=TOWN,
            field_code="RURAL_ENERGY",
            severity=Severity.ORDINARY,
            summary="沼气池泄漏",
            units=(TOWNSHIP,),
        )
    )
    given.when(VerifyIncident(effective_on=HAPPENED, incident=INCIDENT, verifier=OFFICE))


def inspection(given: Given) -> None:
    """An announced inspection of two, from the sealed plan to the verified rectification."""
    on = date(2025, 7, 15)
    made = inspection_stream(OFFICE, "2025-7")
    at: dict[str, Any] = {"effective_on": on, "inspection": made}
    given.when(
        PlanInspection(
            effective_on=on,
            lead_unit=OFFICE,
            ordinal="2025-7",
            kind=InspectionKind.ANNOUNCED,
            plan_digest=sealed(SALT, PLAN),
        )
    )
    given.when(AssignInspectors(**at, posts=("督查室副主任", "督查室科员")))
    given.when(SendInspectionNotice(**at, to=TOWNSHIP))
    given.when(VisitSite(**at, visited_unit=TOWNSHIP, plan=PLAN, salt=SALT))
    given.when(RecordFinding(**at, finding_id="1", text="巡查记录缺失", item=ITEM))
    given.when(CommentOnInspection(**at, commented_by=TOWNSHIP, text="人手不足"))
    given.when(OrderRectification(**at, ordered_unit=TOWNSHIP, text="补齐记录", due_on=DECIDED))
    given.when(VerifyRectification(effective_on=DECIDED, inspection=made, verifier=OFFICE, text="已补齐"))
    given.when(CloseInspection(effective_on=DECIDED, inspection=made, ground="整改到位"))


def cases(given: Given) -> None:
    """Three subjects of one incident: no case, closed without accountability, and held to account to the very end."""
    first: dict[str, Any] = {"incident": INCIDENT, "received_by": INSPECTORS, "matter": "监管不力"}
    approved = Authority(document=MANDATE)
    given.when(ReceiveCaseClues(effective_on=OPENED, subject_unit=BUREAU, **first))
    none = case_stream(INCIDENT, BUREAU, None)
    given.when(OpenPreliminaryCheck(effective_on=OPENED, case=none, checker=INSPECTORS))
    given.when(DecideNoCase(effective_on=OPENED, case=none, ground="并无过失"))
    for post in ("乡长", "乡农业服务中心主任"):
        given.when(
            OpenCase(
                effective_on=OPENED,
                authority=approved,
                incident=INCIDENT,
                subject_unit=TOWNSHIP,
                subject_post=post,
                opened_by=INSPECTORS,
                matter="巡查不到位",
            )
        )
    excused = case_stream(INCIDENT, TOWNSHIP, "乡长")
    given.when(CloseCaseWithoutAccountability(effective_on=HEARD, case=excused, ground="已尽责"))
    given.when(OpenInvestigation(effective_on=OPENED, case=CASE, investigator=INSPECTORS))
    given.when(HearStatement(effective_on=HEARD, case=CASE, statement="人手不足"))
    reasons = tuple(Distinction(number=number, applies=False, reasoning="不属此类") for number in (1, 2, 3))
    given.when(
        ConsiderTolerance(effective_on=HEARD, case=CASE, finding=ToleranceFinding.DOES_NOT_APPLY, distinctions=reasons)
    )
    accountability(given)


def accountability(given: Given) -> None:
    held: dict[str, Any] = {"measure": "诫勉", "form": 1, "responsibility": ResponsibilityKind.DIRECT}
    given.when(ProposeAccountability(effective_on=DECIDED, case=CASE, proposed_by=INSPECTORS, text="建议诫勉", **held))
    given.when(
        DecideAccountability(
            effective_on=DECIDED,
            authority=meeting(given, DECIDED),
            case=CASE,
            duty_codes=(),
            regulation="问责条例",
            deciding_body=COMMITTEE,
            body_category="PARTY_COMMITTEE",
            proposed_by=INSPECTORS,
            impact_until=IMPACT,
            **held,
        )
    )
    given.when(AnnounceAccountability(effective_on=SERVED, case=CASE))
    given.when(LodgeAppeal(effective_on=APPEALED, case=CASE, grounds="量度过重"))
    given.when(ExecuteAccountability(effective_on=APPEALED, case=CASE))
    given.when(FileAccountability(effective_on=APPEALED, case=CASE, filed_with=unit("演示省委")))
    given.when(DecideAppeal(effective_on=ANSWERED, case=CASE, result=ReviewResult.CHANGED, handled_by=OFFICE))
    given.when(
        CorrectAccountability(
            effective_on=ANSWERED, case=CASE, why_corrected="量度过重", corrected_by=COMMITTEE, measure="提醒谈话"
        )
    )


def notices(given: Given) -> None:
    """Three notices are published; one is corrected and withdrawn."""
    for number, kind in enumerate(NoticeKind):
        ordinal = f"2025-{number}"
        given.when(
            DraftNotice(
                effective_on=ANSWERED,
                issuer=INSPECTORS,
                ordinal=ordinal,
                kind=kind,
                title="通报",
                text="情况如下",
                about_units=(TOWNSHIP,),
                scope=PublicationScope.JURISDICTION,
                case=CASE if kind is NoticeKind.EXPOSURE else None,
            )
        )
        notice = notice_stream(INSPECTORS, ordinal)
        given.when(ApproveNotice(effective_on=ANSWERED, notice=notice, approved_by=COMMITTEE))
        given.when(PublishNotice(effective_on=ANSWERED, notice=notice))
    given.when(CorrectNotice(effective_on=ANSWERED, notice=notice, text="情况更正如下", why_corrected="数字有误"))
    given.when(WithdrawNotice(effective_on=ANSWERED, notice=notice, ground="已无必要"))


def closing(given: Given) -> None:
    given.when(EndImpactPeriod(effective_on=CLOSED, case=CASE))
    given.when(CloseCase(effective_on=CLOSED, case=CASE, ground="影响期满"))
    given.when(FindAbuseOfAccountability(effective_on=CLOSED, case=CASE, found_by=unit("演示省委"), finding="问责泛化"))
    given.when(CloseIncident(effective_on=CLOSED, incident=INCIDENT, ground="处置完毕"))


def walk(given: Given) -> Given:
    for part in (registry, listed, vetoes, incident, inspection, cases, notices, closing):
        part(given)
    return given
