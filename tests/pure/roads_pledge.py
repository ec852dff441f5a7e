"""The road of duties, support and pledges, walked by commands alone: every fact of their streams and of evidence is brought about.

It brings its own county, units, item and papers, so it may be walked by itself or after any other road.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from ledger.commands import (
    AddDutyEntry,
    AdmitItem,
    AnchorEvidence,
    AnswerObjection,
    ApplyForAdmission,
    AssessPledge,
    ChangeDutyEntry,
    CheckPledge,
    DelegateDuty,
    DeliverSupport,
    DraftPledge,
    FindAdmissionComplete,
    LinkReSignedPledge,
    ObserveIrregularPledge,
    OfferPledge,
    PerformIssuerDuty,
    PromiseSupport,
    PublishDutyList,
    RaiseObjection,
    RecordBacklogPledge,
    RecordMeeting,
    RefusePledge,
    RegisterDocument,
    RegisterUnit,
    RemoveDutyEntry,
    ReportAdmissionUpward,
    SignPledge,
    TakeDutyBack,
    TerminatePledge,
    VerifyAdmissionBasis,
    VoidPledge,
)
from ledger.days import SHANGHAI
from ledger.streams import (
    admission_stream,
    document_stream,
    duty_list_stream,
    irregular_pledge_stream,
    item_stream,
    meeting_stream,
    pledge_stream,
    unit_stream,
)
from ledger.terms import (
    AdmissionKind,
    AnchorKind,
    ClauseType,
    Defect,
    DutyListKind,
    ItemType,
    Level,
    MeetingBody,
    ObjectionKind,
    PledgeResult,
    SupportKind,
)
from ledger.values import AgendaItem, Authority, Basis, Clause, DutyEntry, ItemTerms, Scope
from tests.given import Given

SINCE, AREA, TOWN, DUTY = date(2012, 1, 1), "530998", "530998901", "状-01"
BEFORE, FOUNDED, LISTED = date(2024, 3, 1), date(2025, 1, 6), date(2025, 1, 20)
OFFERED, SIGNED, DELIVERED = date(2025, 1, 22), date(2025, 1, 27), date(2025, 3, 10)
SEEN, AFTER = date(2025, 6, 20), date(2025, 12, 1)
NAMES = {
    "演示省委": (Level.PROVINCE, "PARTY_ORGAN", "530000"),
    "演示县委": (Level.COUNTY, "PARTY_ORGAN", AREA),
    "演示县人民政府": (Level.COUNTY, "GOVERNMENT", AREA),
    "演示县农业农村局": (Level.COUNTY, "GOVERNMENT_DEPT", AREA),
    "演示乡人民政府": (Level.TOWNSHIP, "GOVERNMENT", TOWN),
}


def unit(name: str) -> UUID:
    return unit_stream(f"状-{name}", SINCE)


PROVINCE, COMMITTEE, GOVERNMENT = unit("演示省委"), unit("演示县委"), unit("演示县人民政府")
BUREAU, TOWNSHIP = unit("演示县农业农村局"), unit("演示乡人民政府")
MANDATE = document_stream(PROVINCE, "演示发〔2024〕8号")
ADMISSION = admission_stream(GOVERNMENT, "责任状1")
ITEM = item_stream(ADMISSION, 1)
OLD = pledge_stream(ITEM, PROVINCE, GOVERNMENT, date(2024, 1, 1), 1)
KEPT, REFUSED = (pledge_stream(ITEM, GOVERNMENT, TOWNSHIP, date(2025, 1, 1), attempt) for attempt in (2, 1))
IRREGULAR = irregular_pledge_stream("e" * 64)
CLAUSES = (
    Clause(clause_id="c1", type=ClauseType.SIGNER_DUTY, text="巡查{1}次", slots=("12",), duty_code=DUTY),
    Clause(clause_id="c2", type=ClauseType.ISSUER_DUTY, text="组织培训"),
)


def registry(given: Given) -> None:
    for name, (level, category, area) in NAMES.items():
        given.when(
            RegisterUnit(
                effective_on=FOUNDED,
                code=f"状-{name}",
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
            document_issuer=PROVINCE,
            title="责任状事项规范",
            dated=FOUNDED,
            issuer_level=Level.PROVINCE,
            genre="通知",
            effective_from=FOUNDED,
            number="演示发〔2024〕8号",
        )
    )


def listed(given: Given) -> None:
    """Put one pledge item of the government on the county's list."""
    terms = ItemTerms(
        item_type=ItemType.PLEDGE,
        title="农村能源安全生产目标责任书",
        implementing_unit=GOVERNMENT,
        level=Level.COUNTY,
        jurisdiction=AREA,
        recipient_scope=(Scope(level=Level.TOWNSHIP, category="GOVERNMENT"),),
        result="纳入年度考核",
        start_year=2025,
        end_year=2027,
        field_code="RURAL_ENERGY",
        basis=(Basis(title="责任状事项规范", document=MANDATE),),
        clauses=CLAUSES,
    )
    given.when(
        ApplyForAdmission(
            effective_on=LISTED,
            applicant=GOVERNMENT,
            client_key="责任状1",
            kind=AdmissionKind.NEW,
            terms=(terms,),
            necessity="省委要求",
            higher_mandates=(MANDATE,),
            burden_assessment="不新增报表",
            issuer_own_duties="组织年度检查",
            support="专项经费",
        )
    )
    at: dict[str, Any] = {"effective_on": LISTED, "admission": ADMISSION}
    given.when(FindAdmissionComplete(**at))
    given.when(VerifyAdmissionBasis(**at, verifier=COMMITTEE))
    given.when(ReportAdmissionUpward(**at, reported_to=PROVINCE, report_document=MANDATE))
    given.when(
        RecordMeeting(
            effective_on=LISTED,
            unit=COMMITTEE,
            body=MeetingBody.STANDING_COMMITTEE,
            held_on=LISTED,
            ordinal=1,
            due_members=11,
            present=9,
            agenda=(AgendaItem(number=1, title="议题", result="同意"),),
            minutes_digest="0" * 64,
        )
    )
    held = meeting_stream(COMMITTEE, MeetingBody.STANDING_COMMITTEE, LISTED, 1)
    given.when(AdmitItem(**at, authority=Authority(document=MANDATE, meeting=held), effective_from=LISTED))


def entry(duty_code: str, **changes: Any) -> DutyEntry:
    stated: dict[str, Any] = {
        "duty_code": duty_code,
        "jurisdiction_code": AREA,
        "list_kind": DutyListKind.DEPARTMENT,
        "text": "沼气设施安全检查",
        "owner_unit": BUREAU,
        "effective_from": LISTED,
    }
    return DutyEntry(**(stated | changes))


def duties(given: Given) -> None:
    """A list of two duties: one changed, delegated and taken back, one removed; support goes with the first."""
    duty_list = duty_list_stream(BUREAU, DutyListKind.DEPARTMENT)
    kind = DutyListKind.DEPARTMENT
    given.when(PublishDutyList(effective_on=LISTED, unit=BUREAU, list_kind=kind, entries=(entry(DUTY),)))
    given.when(AddDutyEntry(effective_on=LISTED, duty_list=duty_list, entry=entry("状-02")))
    changed = entry(DUTY, needs_power=True, power_holder=BUREAU, effective_from=OFFERED)
    given.when(ChangeDutyEntry(effective_on=OFFERED, duty_list=duty_list, entry=changed))
    given.when(
        RemoveDutyEntry(
            effective_on=OFFERED,
            duty_list=duty_list,
            duty_code="状-02",
            jurisdiction_code=AREA,
            ground="职责调整",
            first_day_without=SIGNED,
        )
    )
    at: dict[str, Any] = {"duty_code": DUTY, "jurisdiction_code": AREA}
    given.when(
        DelegateDuty(
            **at,
            effective_on=OFFERED,
            from_unit=BUREAU,
            to_unit=TOWNSHIP,
            powers=("检查",),
            resources="人员两名",
            effective_from=SIGNED,
        )
    )
    given.when(
        PromiseSupport(
            **at,
            effective_on=OFFERED,
            promised_by=BUREAU,
            promised_to=TOWNSHIP,
            kind=SupportKind.STAFF,
            text="调剂人员两名",
            due_on=DELIVERED,
        )
    )
    given.when(
        DeliverSupport(
            **at,
            effective_on=DELIVERED,
            delivered_by=BUREAU,
            delivered_to=TOWNSHIP,
            kind=SupportKind.STAFF,
            text="人员到岗",
        )
    )
    given.when(TakeDutyBack(**at, effective_on=AFTER, from_unit=TOWNSHIP, to_unit=BUREAU, effective_from=AFTER))


def pledges(given: Given) -> None:
    """A paper from before the list, one refused, one signed and kept to its end."""
    sides: dict[str, Any] = {"item": ITEM, "genre": "责任书", "clauses": CLAUSES}
    given.when(
        RecordBacklogPledge(
            **sides,
            effective_on=BEFORE,
            backlog=True,
            document_title="2024年责任书",
            issuer=PROVINCE,
            signer=GOVERNMENT,
            period_from=date(2024, 1, 1),
            period_to=date(2024, 12, 31),
            document_digest="c" * 64,
        )
    )
    for attempt, pledge in ((1, REFUSED), (2, KEPT)):
        given.when(
            DraftPledge(
                **sides,
                effective_on=LISTED if pledge == REFUSED else OFFERED,
                document_title="2025年责任书",
                issuer=GOVERNMENT,
                signer=TOWNSHIP,
                period_from=date(2025, 1, 1),
                period_to=date(2025, 12, 31),
                attempt=attempt,
            )
        )
        given.when(CheckPledge(effective_on=OFFERED, pledge=pledge))
        given.when(OfferPledge(effective_on=OFFERED, pledge=pledge, deadline=SIGNED))
        if pledge == REFUSED:
            given.when(RefusePledge(effective_on=OFFERED, pledge=pledge, ground="无执法权限"))
    objected: dict[str, Any] = {"pledge": KEPT, "objection_id": "1"}
    given.when(
        RaiseObjection(
            **objected,
            effective_on=OFFERED,
            raised_by=TOWNSHIP,
            addressed_to=BUREAU,
            kind=ObjectionKind.NO_POWER,
            text="无执法权限",
            duty_code=DUTY,
        )
    )
    given.when(AnswerObjection(**objected, effective_on=SIGNED, text="随职责赋权"))
    given.when(
        SignPledge(
            effective_on=SIGNED,
            pledge=KEPT,
            issuer_post="县长",
            signer_post="乡长",
            document_digest="d" * 64,
            parent=OLD,
        )
    )
    given.when(PerformIssuerDuty(effective_on=DELIVERED, pledge=KEPT, clause_id="c2", text="已培训"))
    given.when(AssessPledge(effective_on=AFTER, pledge=KEPT, year=2025, result=PledgeResult.FULFILLED, text="完成"))
    given.when(TerminatePledge(effective_on=AFTER, pledge=KEPT, ground="职责收回", first_day_without=AFTER))


def irregular(given: Given) -> None:
    """A paper seen off the list, anchored outside, linked to the one that it passes on, declared void."""
    given.when(
        ObserveIrregularPledge(
            effective_on=SEEN,
            document_title="农村能源安全生产承诺书",
            issuer=BUREAU,
            signer=TOWNSHIP,
            observed_by=COMMITTEE,
            observed_on=SEEN,
            defects=(Defect.OFF_LIST, Defect.RENAMED),
            document_digest="e" * 64,
            signed_on=SEEN,
        )
    )
    given.when(
        AnchorEvidence(
            effective_on=SEEN,
            digest="e" * 64,
            anchored_at=datetime(2025, 6, 20, 9, tzinfo=SHANGHAI),
            anchor_kind=AnchorKind.TIMESTAMP_AUTHORITY,
            verifier=COMMITTEE,
        )
    )
    given.when(LinkReSignedPledge(effective_on=SEEN, pledge=IRREGULAR, parent=OLD))
    given.when(
        VoidPledge(effective_on=AFTER, pledge=IRREGULAR, ground="清单外签订", authority=Authority(document=MANDATE))
    )


def walk(given: Given) -> Given:
    for part in (registry, listed, duties, pledges, irregular):
        part(given)
    return given
