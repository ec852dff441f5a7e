"""Whole roads, walked by commands alone: a registry, a clean-up from plan to look-back under Lincang's pack, an item's later life.

Every fact of the ledger is brought about on one of them.
"""

from datetime import date
from typing import Any
from uuid import UUID

from ledger.commands import (
    AdmitItem,
    AdoptRulePack,
    AmendItem,
    ApplyForAdmission,
    CancelItem,
    ChangeSuperior,
    CheckReturn,
    CloseCampaign,
    CloseInventory,
    ConfirmReturn,
    CorrectRecord,
    CorrectReturn,
    DecideMatch,
    DissolveUnit,
    ExitItem,
    ExtendDeadline,
    FileRecipientReport,
    FileReturn,
    FileSpotCheckFinding,
    FileZeroReport,
    FindAdmissionComplete,
    GiveOpinion,
    MarkDuplicate,
    MergeItems,
    MergeUnits,
    NoteExpiry,
    NoteLostBasis,
    NoteOverdueReturn,
    OpenCampaign,
    OpenExitReview,
    OpenLookBack,
    PlanCampaign,
    PublishList,
    ReconcileCampaign,
    RecordMeeting,
    RecordProvinceReply,
    RefuseAdmission,
    RegisterDocument,
    RegisterFalseZero,
    RegisterOmission,
    RegisterUnit,
    RenameUnit,
    RepealDocument,
    ReportAdmissionUpward,
    ReportToProvince,
    ResolveConflict,
    ResumeItem,
    RetainItem,
    ReturnAdmission,
    ReturnForRevision,
    SignOffBuild,
    SplitUnit,
    SubmitForReview,
    SuspendItem,
    TakeCampaignDecision,
    VerifyAdmissionBasis,
    VerifyItem,
    WithdrawAdmission,
)
from ledger.streams import (
    admission_stream,
    campaign_stream,
    document_stream,
    item_stream,
    meeting_stream,
    record_stream,
    return_stream,
    unit_stream,
)
from ledger.terms import (
    AdmissionKind,
    ClauseFate,
    ClauseType,
    Disposition,
    ItemType,
    Kept,
    Level,
    Line,
    MatchResult,
    MeetingBody,
    OpinionStage,
    RunningPledges,
)
from ledger.values import (
    AgendaItem,
    Authority,
    Basis,
    Change,
    Clause,
    ClauseMapping,
    DescribedItem,
    ItemTerms,
    Resolution,
    RunningPledgesTreatment,
    Scope,
)
from tests.given import Given

SINCE, CITY = date(2010, 1, 1), "530900"
START, OPENED, FILED, CLOSED = date(2024, 3, 1), date(2024, 3, 4), date(2024, 4, 8), date(2024, 5, 10)
RECONCILED, REVIEWED, REPORTED = date(2024, 6, 14), date(2024, 9, 30), date(2024, 10, 8)
DECIDED, LISTED, ENDED, IN_FORCE = date(2024, 12, 6), date(2024, 12, 16), date(2024, 12, 31), date(2025, 1, 1)
AFTER, YEARS_LATER = date(2025, 6, 3), date(2027, 1, 4)
CAMPAIGN = campaign_stream(CITY, 2024, 1)
MATCHED = date(2024, 5, 20)
ENDING = RunningPledgesTreatment(treatment=RunningPledges.TERMINATE, last_day=ENDED)


def unit(name: str) -> UUID:
    return unit_stream(name, SINCE)


ISSUERS = {"省委": Level.PROVINCE, "市委": Level.PREFECTURE}
BUREAUS = ("组织部", "农业农村局", "水务局", "教育局")
MANDATE = document_stream(unit("省委"), "云办发〔2019〕16号")
PAPER = document_stream(unit("市委"), "临办发〔2024〕5号")
REPEAL = document_stream(unit("省委"), "云办发〔2025〕3号")
FARMING, WATER, OFFICE = unit("农业农村局"), unit("水务局"), unit("组织部")


def meeting_id(on: date) -> UUID:
    return meeting_stream(unit("市委"), MeetingBody.STANDING_COMMITTEE, on, 1)


def item(row: int) -> UUID:
    return item_stream(return_stream(CAMPAIGN, FARMING, ItemType.PLEDGE), row)


def finding(ordinal: int) -> UUID:
    return record_stream(CAMPAIGN, OFFICE, str(ordinal))


def terms(title: str, implementing_unit: UUID = FARMING, **changes: Any) -> ItemTerms:
    stated: dict[str, Any] = {
        "item_type": ItemType.PLEDGE,
        "title": title,
        "implementing_unit": implementing_unit,
        "level": Level.PREFECTURE,
        "jurisdiction": CITY,
        "recipient_scope": (Scope(level=Level.COUNTY, category="GOVERNMENT_DEPT"),),
        "result": "纳入年度考核",
        "start_year": 2021,
        "end_year": 2026,
        "field_code": "AGRICULTURE",
        "basis": (Basis(title="减负通知", document=MANDATE),),
        "clauses": (Clause(clause_id="c1", type=ClauseType.SIGNER_DUTY, text="落实责任"),),
    }
    return ItemTerms(**{**stated, **changes})


def registry(given: Given) -> None:
    """Adopt the pack, register units, documents and a meeting's unit; rename, move, merge, split and dissolve others."""
    given.when(
        AdoptRulePack(effective_on=START, jurisdiction_code=CITY, pack="lincang-2024", edition=1, effective_from=START)
    )
    given.when(
        SignOffBuild(
            effective_on=START,
            projection="register",
            version=1,
            digest="5" * 64,
            position=1,
            differences=0,
            ground="首版",
        )
    )
    names = (*ISSUERS, *BUREAUS, "农业局", "渔业局", "专班", "分局")
    for name in names:
        given.when(
            RegisterUnit(
                effective_on=START,
                code=name,
                name=name,
                level=ISSUERS.get(name, Level.PREFECTURE),
                category="GOVERNMENT_DEPT",
                area_code="530000" if name == "省委" else CITY,
                valid_from=SINCE,
            )
        )
    given.when(RenameUnit(effective_on=START, unit=WATER, name="水务局（河长办）"))
    given.when(ChangeSuperior(effective_on=START, unit=WATER, line=Line.BLOCK, superior=unit("市委")))
    given.when(
        MergeUnits(effective_on=START, predecessors=(unit("农业局"),), successor=FARMING, first_day_without=OPENED)
    )
    given.when(
        SplitUnit(effective_on=START, unit=unit("渔业局"), successors=(FARMING, WATER), first_day_without=OPENED)
    )
    given.when(DissolveUnit(effective_on=START, unit=unit("专班"), first_day_without=OPENED))
    for issuer, number, on in (("省委", "云办发〔2019〕16号", START), ("市委", "临办发〔2024〕5号", START)):
        document(given, issuer, number, on)


def document(given: Given, issuer: str, number: str, on: date) -> None:
    given.when(
        RegisterDocument(
            effective_on=on,
            document_issuer=unit(issuer),
            title=number,
            dated=on,
            issuer_level=ISSUERS[issuer],
            genre="通知",
            effective_from=on,
            number=number,
        )
    )


def meeting(given: Given, on: date) -> Authority:
    given.when(
        RecordMeeting(
            effective_on=on,
            unit=unit("市委"),
            body=MeetingBody.STANDING_COMMITTEE,
            held_on=on,
            ordinal=1,
            due_members=11,
            present=9,
            agenda=tuple(AgendaItem(number=number, title="清理规范", result="同意") for number in (1, 2)),
            minutes_digest="0" * 64,
        )
    )
    return Authority(document=PAPER, meeting=meeting_id(on))


def inventory(given: Given) -> None:
    """Six items declared, one dropped again; two zero reports, one false; four findings and a recipient's report."""
    given.when(
        PlanCampaign(effective_on=START, area_code=CITY, year=2024, ordinal=1, title="清理规范", campaign_unit=OFFICE)
    )
    owing = (FARMING, WATER, unit("教育局"))
    given.when(
        OpenCampaign(
            effective_on=OPENED,
            campaign=CAMPAIGN,
            units=owing,
            item_types=(ItemType.PLEDGE,),
            deadline=date(2024, 4, 1),
        )
    )
    at: dict[str, Any] = {"effective_on": FILED, "campaign": CAMPAIGN, "item_type": ItemType.PLEDGE}
    given.when(NoteOverdueReturn(**at, unit=WATER))
    given.when(ExtendDeadline(effective_on=FILED, campaign=CAMPAIGN, deadline=date(2024, 4, 30)))
    titles = ("农村能源安全生产", "农药减量", "耕地保护", "秸秆禁烧", "农机安全", "动物防疫")
    declared = tuple(terms(f"{title}目标责任书") for title in titles)
    given.when(FileReturn(**at, unit=FARMING, items=declared))
    kept = tuple(item(row) for row in range(5))
    given.when(CorrectReturn(**at, unit=FARMING, why_corrected="动物防疫并非责任状", kept=kept))
    for zero in (WATER, unit("教育局")):
        given.when(FileZeroReport(**at, unit=zero, signer_post="办公室主任", statement="经自查没有。"))
    seen = (
        DescribedItem(item_type=ItemType.PLEDGE, title="农村能源安全生产承诺书", implementing_unit=FARMING),
        DescribedItem(item_type=ItemType.PLEDGE, title="农药减量责任书", implementing_unit=FARMING, start_year=2022),
        DescribedItem(item_type=ItemType.PLEDGE, title="河湖长制责任书", implementing_unit=WATER),
        DescribedItem(item_type=ItemType.PLEDGE, title="高标准农田责任书", implementing_unit=FARMING),
    )
    for ordinal, described in enumerate(seen, 1):
        given.when(
            FileSpotCheckFinding(
                effective_on=FILED,
                campaign=CAMPAIGN,
                ordinal=str(ordinal),
                checker=OFFICE,
                checked_unit=described.implementing_unit,
                found_on=FILED,
                described=described,
            )
        )
    given.when(
        FileRecipientReport(
            effective_on=FILED,
            campaign=CAMPAIGN,
            ordinal="0b2f6c1e-5d0a-4f3b-9c57-7f6f7d1d2a10",
            recipient=unit("分局"),
            described=seen[0],
            statement="逐户签订",
            protected=True,
            salts=("0" * 32, "1" * 32),
        )
    )
    given.when(CloseInventory(effective_on=CLOSED, campaign=CAMPAIGN))


def comparison(given: Given) -> None:
    """Two matches, one conflict resolved, one false zero, one omission; then the returns are confirmed."""
    protected = next(each.stream for each in reversed(given.log) if each.fact.TOPIC == "record.recipient_report_filed")
    at: dict[str, Any] = {"effective_on": MATCHED, "campaign": CAMPAIGN}
    for record in (finding(1), protected):
        given.when(DecideMatch(**at, item=item(0), record=record, result=MatchResult.MATCHED))
    given.when(DecideMatch(**at, item=item(1), record=finding(2), result=MatchResult.CONFLICT, differences=("years",)))
    values = (Resolution(field="years", kept=Kept.FOUND, value="2022—2026"),)
    given.when(ResolveConflict(**at, item=item(1), values=values))
    given.when(RegisterFalseZero(**at, unit=WATER, records=(finding(3),), terms=terms("河湖长制责任书", WATER)))
    given.when(RegisterOmission(**at, unit=FARMING, records=(finding(4),), terms=terms("高标准农田责任书")))
    given.when(
        CorrectRecord(
            effective_on=MATCHED,
            stream=item(1),
            corrects=given.world().facts(item(1))[0].position,
            why="错报核定",
            changed=(Change(path="/terms/start_year", value="2022"),),
        )
    )
    given.when(ReconcileCampaign(effective_on=RECONCILED, campaign=CAMPAIGN))
    for each in (FARMING, unit("教育局")):
        owed: dict[str, Any] = {"campaign": CAMPAIGN, "unit": each, "item_type": ItemType.PLEDGE}
        given.when(CheckReturn(effective_on=RECONCILED, **owed, method="逐项核对"))
        given.when(ConfirmReturn(effective_on=RECONCILED, **owed))


FOUND_BESIDE = (item_stream(finding(3), 0), item_stream(finding(4), 0))
KEPT, MERGED = item(0), (item(1), item(2))


def review(given: Given) -> None:
    """Every item is verified, one is a duplicate; opinions, the report to the province and its answer."""
    reviewed = (*(item(row) for row in range(4)), *FOUND_BESIDE)
    for each in (*reviewed, item(4)):
        given.when(VerifyItem(effective_on=RECONCILED, item=each, verifier=OFFICE))
    given.when(MarkDuplicate(effective_on=RECONCILED, item=item(4), verifier=OFFICE, duplicate_of=item(3)))
    for each in reviewed:
        given.when(SubmitForReview(effective_on=RECONCILED, item=each))
    given.when(ReturnForRevision(effective_on=RECONCILED, item=KEPT, return_ground="补充依据"))
    given.when(SubmitForReview(effective_on=RECONCILED, item=KEPT))
    for each in reviewed:
        opinion(given, each, REVIEWED)
        given.when(ReportToProvince(effective_on=REPORTED, items=(each,), report_document=PAPER))
    given.when(
        RecordProvinceReply(effective_on=REPORTED, item=KEPT, opinion=Disposition.RETAIN, reply_document=MANDATE)
    )


def opinion(given: Given, item_id: UUID, on: date) -> None:
    merged = item_id in MERGED
    disposition = Disposition.RETAIN if item_id == KEPT else Disposition.MERGE if merged else Disposition.CANCEL
    given.when(
        GiveOpinion(
            effective_on=on,
            item=item_id,
            stage=OpinionStage.ORG_DEPT_CONSOLIDATED,
            opinion=disposition,
            ground_code=f"{disposition[0]}1",
            text="汇总意见",
            giver_unit=OFFICE,
            given_on=on,
            proposed_target_key="m1" if merged else None,
        )
    )


def decision(given: Given) -> None:
    """One retained, two merged, three cancelled; the list published, the campaign closed and looked back on."""
    authority = meeting(given, DECIDED)
    at: dict[str, Any] = {"effective_on": DECIDED, "authority": authority}
    given.when(RetainItem(**at, item=KEPT, ground_code="R1", effective_from=IN_FORCE))
    given.when(
        MergeItems(
            **at,
            sources=MERGED,
            agenda_number=2,
            terms=terms("农业绿色发展责任书"),
            clause_mapping=tuple(
                ClauseMapping(source=source, clause_id="c1", fate=ClauseFate.KEPT, target_clause_id="c1")
                for source in MERGED
            ),
            ground_code="M1",
            effective_from=IN_FORCE,
            running_pledges=ENDING,
        )
    )
    for each in (item(3), *FOUND_BESIDE):
        given.when(CancelItem(**at, item=each, ground_code="C1", first_day_without=IN_FORCE, running_pledges=ENDING))
    decided = (*(item(row) for row in range(4)), *FOUND_BESIDE)
    given.when(TakeCampaignDecision(**at, campaign=CAMPAIGN, unit=unit("市委"), items=decided))
    given.when(
        PublishList(
            effective_on=LISTED,
            area_code=CITY,
            level=Level.PREFECTURE,
            members=(KEPT, item_stream(meeting_id(DECIDED), 2)),
            effective_from=IN_FORCE,
            campaign=CAMPAIGN,
        )
    )
    given.when(CloseCampaign(effective_on=ENDED, campaign=CAMPAIGN))
    given.when(OpenLookBack(effective_on=AFTER, campaign=CAMPAIGN, deadline=date(2025, 6, 30)))


def clean_up() -> Given:
    """The whole campaign under the pack of Lincang."""
    given = Given()
    for part in (registry, inventory, comparison, review, decision):
        part(given)
    return given


def application(given: Given, key: str, applied: ItemTerms, **changes: Any) -> UUID:
    lawful: dict[str, Any] = {
        "effective_on": AFTER,
        "applicant": FARMING,
        "client_key": key,
        "kind": AdmissionKind.NEW,
        "terms": (applied,),
        "necessity": "省委要求",
        "higher_mandates": (MANDATE,),
        "burden_assessment": "不新增报表",
        "issuer_own_duties": "组织年度检查",
        "support": "专项经费",
    }
    given.when(ApplyForAdmission(**{**lawful, **changes}))
    return admission_stream(FARMING, key)


def reported_upward(given: Given, admission: UUID) -> UUID:
    given.when(FindAdmissionComplete(effective_on=AFTER, admission=admission))
    given.when(VerifyAdmissionBasis(effective_on=AFTER, admission=admission, verifier=OFFICE))
    given.when(
        ReportAdmissionUpward(effective_on=AFTER, admission=admission, reported_to=unit("省委"), report_document=PAPER)
    )
    return admission


def later_life() -> Given:
    """After the campaign: items are admitted, amended, suspended, lose their basis, expire and leave the list."""
    given = clean_up()
    authority = meeting(given, AFTER)
    new = application(given, "1", terms("高标准农田建设责任书"))
    given.when(ReturnAdmission(effective_on=AFTER, admission=new, return_ground="补充材料"))
    reported_upward(given, new)
    given.when(AdmitItem(effective_on=AFTER, authority=authority, admission=new, effective_from=AFTER))
    refused = application(given, "2", terms("禁渔责任书"))
    given.when(RefuseAdmission(effective_on=AFTER, admission=refused, ground="已有制度"))
    withdrawn = application(given, "3", terms("粮食安全责任书"))
    given.when(WithdrawAdmission(effective_on=AFTER, admission=withdrawn, ground="另行部署"))
    amended = terms("农村能源安全生产目标责任书", end_year=2025)
    amendment = application(given, "4", amended, kind=AdmissionKind.AMEND, item=KEPT)
    reported_upward(given, amendment)
    given.when(
        AmendItem(
            effective_on=AFTER,
            authority=authority,
            item=KEPT,
            terms=amended,
            effective_from=AFTER,
            application=amendment,
        )
    )
    admitted = item_stream(new, 1)
    given.when(SuspendItem(effective_on=AFTER, item=KEPT, ground="机构调整", suspended_from=AFTER))
    given.when(ResumeItem(effective_on=AFTER, item=KEPT, ground="调整完成", resumed_from=AFTER))
    document(given, "省委", "云办发〔2025〕3号", AFTER)
    given.when(RepealDocument(effective_on=AFTER, document=MANDATE, repealed_by=REPEAL, first_day_without=AFTER))
    given.when(NoteLostBasis(effective_on=AFTER, item=admitted, basis_document=MANDATE))
    given.when(OpenExitReview(effective_on=AFTER, item=admitted, ground="依据失效"))
    given.when(
        ExitItem(
            effective_on=AFTER,
            authority=authority,
            item=admitted,
            ground="依据失效",
            first_day_without=AFTER,
            running_pledges=RunningPledgesTreatment(treatment=RunningPledges.TERMINATE, last_day=date(2025, 6, 2)),
        )
    )
    given.when(NoteExpiry(effective_on=YEARS_LATER, item=KEPT))
    return given
