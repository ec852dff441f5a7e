"""What may be asked of the ledger, imperative: each command is the request body as it stands, and one decider answers it.

References are stream ids. `effective_on` is the day the fact happened; lists of facts that a command brings about share it.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar, dataclass_transform
from uuid import UUID

from ledger.terms import (
    AdmissionKind,
    AnchorKind,
    Causation,
    ClaimOutcome,
    ClarificationForm,
    Confidentiality,
    Defect,
    Disposition,
    DutyListKind,
    FilingDecision,
    InspectionKind,
    ItemType,
    LeadDisposition,
    Level,
    Line,
    MatchResult,
    MeetingBody,
    NoticeKind,
    ObjectionKind,
    OpinionStage,
    PledgeResult,
    PublicationScope,
    ResponsibilityKind,
    ReviewResult,
    Severity,
    SignerKind,
    SupportKind,
    TimePrecision,
    ToleranceFinding,
    ToleranceOutcome,
    VetoDecision,
)
from ledger.values import (
    AgendaItem,
    Authority,
    Basis,
    Change,
    Clause,
    ClauseMapping,
    DescribedItem,
    Distinction,
    DutyEntry,
    Evidence,
    ItemTerms,
    Look,
    Resolution,
    RunningPledgesTreatment,
    Share,
    TableLine,
)

C = TypeVar("C")


@dataclass_transform(frozen_default=True, kw_only_default=True)
def command(cls: type[C]) -> type[C]:
    return dataclass(frozen=True, slots=True, kw_only=True)(cls)


@command
class Command:
    """What every command says beside its own matter."""

    effective_on: date
    authority: Authority | None = None
    reason: str | None = None
    evidence: tuple[Evidence, ...] = ()
    confidentiality: Confidentiality = Confidentiality.INTERNAL
    on_behalf_of: UUID | None = None
    correlation: UUID | None = None
    causation: int | None = None
    backlog: bool = False
    late_reason: str | None = None


# ── 台账 The ledger itself ──


@command
class OpenLedger(Command):
    """启用台账: the first command; whether its clock is a demonstration clock is decided here, for ever."""

    name: str
    opened_on: date
    synthetic_clock: bool = False


@command
class AdoptRulePack(Command):
    """启用规则包 in a jurisdiction from a day on."""

    jurisdiction_code: str
    pack: str
    edition: int
    effective_from: date


@command
class SignOffBuild(Command):
    """签认视图版本: let readers have a build of a view, known by its state root at a position, and say on what ground."""

    projection: str
    version: int
    digest: str
    position: int
    differences: int
    ground: str


@command
class CorrectRecord(Command):
    """更正记录: the fact at position `corrects` of this stream is void, or reads differently."""

    stream: UUID
    corrects: int
    why: str
    void: bool = False
    changed: tuple[Change, ...] = ()


# ── 单位 Units ──


@command
class RegisterUnit(Command):
    """登记单位."""

    code: str
    name: str
    level: Level
    category: str
    area_code: str
    valid_from: date
    rank: str | None = None
    block_superior: UUID | None = None
    line_superior: UUID | None = None
    credit_code: str | None = None


@command
class RenameUnit(Command):
    """单位更名."""

    unit: UUID
    name: str


@command
class ChangeSuperior(Command):
    """变更隶属关系."""

    unit: UUID
    line: Line
    superior: UUID | None = None


@command
class MergeUnits(Command):
    """机构合并: two or more units go over into a registered successor."""

    predecessors: tuple[UUID, ...]
    successor: UUID
    first_day_without: date


@command
class SplitUnit(Command):
    """机构分设."""

    unit: UUID
    successors: tuple[UUID, ...]
    first_day_without: date


@command
class DissolveUnit(Command):
    """机构撤销."""

    unit: UUID
    first_day_without: date


# ── 文件与会议 Documents and meetings ──


@command
class RegisterDocument(Command):
    """登记文件. Give a number (normalised to GB/T 9704) or, where it has none, the digest of the file."""

    document_issuer: UUID
    title: str
    dated: date
    issuer_level: Level
    genre: str
    effective_from: date
    number: str | None = None
    digest: str | None = None
    effective_to: date | None = None


@command
class RepealDocument(Command):
    """废止文件."""

    document: UUID
    repealed_by: UUID
    first_day_without: date


@command
class RecordMeeting(Command):
    """登记会议: counts, not votes."""

    unit: UUID
    body: MeetingBody
    held_on: date
    ordinal: int
    due_members: int
    present: int
    agenda: tuple[AgendaItem, ...]
    minutes_digest: str


# ── 清理规范 The clean-up campaign ──


@command
class PlanCampaign(Command):
    """部署清理规范."""

    area_code: str
    year: int
    ordinal: int
    title: str
    campaign_unit: UUID


@command
class OpenCampaign(Command):
    """启动摸排."""

    campaign: UUID
    units: tuple[UUID, ...]
    item_types: tuple[ItemType, ...]
    deadline: date


@command
class ExtendDeadline(Command):
    """填报延期."""

    campaign: UUID
    deadline: date


@command
class FileReturn(Command):
    """填报事项: all items of one type that the unit declares; a county may declare for its departments."""

    campaign: UUID
    unit: UUID
    item_type: ItemType
    items: tuple[ItemTerms, ...]


@command
class FileZeroReport(Command):
    """零报告."""

    campaign: UUID
    unit: UUID
    item_type: ItemType
    signer_post: str
    statement: str


@command
class CorrectReturn(Command):
    """更正填报: what was filed is replaced; of the items filed before, those in `kept` stay, `items` are added."""

    campaign: UUID
    unit: UUID
    item_type: ItemType
    why_corrected: str
    kept: tuple[UUID, ...] = ()
    items: tuple[ItemTerms, ...] = ()


@command
class NoteOverdueReturn(Command):
    """记录逾期未报."""

    campaign: UUID
    unit: UUID
    item_type: ItemType


@command
class CheckReturn(Command):
    """核查填报."""

    campaign: UUID
    unit: UUID
    item_type: ItemType
    method: str


@command
class ConfirmReturn(Command):
    """确认填报."""

    campaign: UUID
    unit: UUID
    item_type: ItemType


@command
class FileSpotCheckFinding(Command):
    """登记监管核查发现; `ordinal` is the checker's own number for it."""

    campaign: UUID
    ordinal: str
    checker: UUID
    checked_unit: UUID
    found_on: date
    described: DescribedItem
    inspection: UUID | None = None


@command
class FileRecipientReport(Command):
    """登记反向监测报告; `ordinal` is the reporter's own number for it, for a protected report a random UUID.

    A protected report brings one random salt (hex, 128 bits or more) for each field that it withholds: recipient, then statement if
    there is one. Chance is made at the edge; the ledger only hashes.
    """

    campaign: UUID
    ordinal: str
    recipient: UUID
    described: DescribedItem
    statement: str | None = None
    protected: bool = False
    salts: tuple[str, ...] = ()


@command
class CloseInventory(Command):
    """摸排截止."""

    campaign: UUID


@command
class DecideMatch(Command):
    """核对认定."""

    campaign: UUID
    item: UUID
    record: UUID
    result: MatchResult
    differences: tuple[str, ...] = ()
    disguised_candidate: bool = False


@command
class ResolveConflict(Command):
    """核定错报."""

    campaign: UUID
    item: UUID
    values: tuple[Resolution, ...]


@command
class RegisterOmission(Command):
    """认定漏报: the item that the records of other channels show, with its elements as established."""

    campaign: UUID
    unit: UUID
    records: tuple[UUID, ...]
    terms: ItemTerms
    disguised_candidate: bool = False


@command
class RegisterFalseZero(Command):
    """认定虚假零报告."""

    campaign: UUID
    unit: UUID
    records: tuple[UUID, ...]
    terms: ItemTerms
    disguised_candidate: bool = False


@command
class ReconcileCampaign(Command):
    """核对完成: the ledger counts, nobody states the figures."""

    campaign: UUID


@command
class TakeCampaignDecision(Command):
    """集中决定: one deciding body closes the decisions on the items of its jurisdiction."""

    campaign: UUID
    unit: UUID
    items: tuple[UUID, ...]


@command
class CloseCampaign(Command):
    """办结."""

    campaign: UUID


@command
class OpenLookBack(Command):
    """回头看."""

    campaign: UUID
    deadline: date


# ── 事项 Items: review and decision ──


@command
class VerifyItem(Command):
    """核实事项."""

    item: UUID
    verifier: UUID


@command
class MarkDuplicate(Command):
    """标记重复."""

    item: UUID
    verifier: UUID
    duplicate_of: UUID


@command
class RejectAsNotAnItem(Command):
    """认定不属于清理对象."""

    item: UUID
    verifier: UUID
    ground: str


@command
class SubmitForReview(Command):
    """提请审核."""

    item: UUID


@command
class ReturnForRevision(Command):
    """退回修改."""

    item: UUID
    return_ground: str


@command
class GiveOpinion(Command):
    """提出处理意见. Opinions to merge into one share a `proposed_target_key`."""

    item: UUID
    stage: OpinionStage
    opinion: Disposition
    ground_code: str
    text: str
    giver_unit: UUID
    given_on: date
    proposed_target_key: str | None = None
    substitute_measure: str | None = None
    supersedes: int | None = None


@command
class ReportToProvince(Command):
    """逐项报告: exactly one item."""

    items: tuple[UUID, ...]
    report_document: UUID


@command
class RecordProvinceReply(Command):
    """登记省级答复."""

    item: UUID
    opinion: Disposition
    reply_document: UUID


@command
class RetainItem(Command):
    """决定保留; `authority` names meeting and document, `mandates` what the centre or the province requires."""

    item: UUID
    ground_code: str
    effective_from: date
    mandates: tuple[UUID, ...] = ()


@command
class CancelItem(Command):
    """决定取消."""

    item: UUID
    ground_code: str
    first_day_without: date
    running_pledges: RunningPledgesTreatment | None = None
    substitute_measure: str | None = None


@command
class MergeItems(Command):
    """决定合并: the sources go over into a new item with these elements; its stream is the meeting's and the agenda number's."""

    sources: tuple[UUID, ...]
    agenda_number: int
    terms: ItemTerms
    clause_mapping: tuple[ClauseMapping, ...]
    ground_code: str
    effective_from: date
    mandates: tuple[UUID, ...] = ()
    running_pledges: RunningPledgesTreatment | None = None


# ── 事项 Items: on the list ──


@command
class PublishList(Command):
    """公布清单; `members` must be exactly the items in force on `effective_from`."""

    area_code: str
    level: Level
    members: tuple[UUID, ...]
    effective_from: date
    campaign: UUID | None = None


@command
class AmendItem(Command):
    """变更事项 by an approved application."""

    item: UUID
    terms: ItemTerms
    effective_from: date
    application: UUID | None = None


@command
class SuspendItem(Command):
    """暂停事项."""

    item: UUID
    ground: str
    suspended_from: date


@command
class ResumeItem(Command):
    """恢复事项."""

    item: UUID
    ground: str
    resumed_from: date


@command
class NoteExpiry(Command):
    """记录到期."""

    item: UUID


@command
class NoteLostBasis(Command):
    """记录依据失效."""

    item: UUID
    basis_document: UUID


@command
class OpenExitReview(Command):
    """启动退出审核."""

    item: UUID
    ground: str


@command
class ExitItem(Command):
    """决定退出."""

    item: UUID
    ground: str
    first_day_without: date
    running_pledges: RunningPledgesTreatment | None = None


# ── 准入与变更 Admission and amendment ──


@command
class ApplyForAdmission(Command):
    """申请准入 or 变更: exactly one item; `client_key` is the applicant's own number for the application."""

    applicant: UUID
    client_key: str
    kind: AdmissionKind
    terms: tuple[ItemTerms, ...]
    necessity: str
    higher_mandates: tuple[UUID, ...]
    burden_assessment: str
    issuer_own_duties: str
    support: str
    item: UUID | None = None
    predecessor: UUID | None = None


@command
class FindAdmissionComplete(Command):
    """材料齐备."""

    admission: UUID


@command
class ReturnAdmission(Command):
    """退回补正."""

    admission: UUID
    return_ground: str


@command
class VerifyAdmissionBasis(Command):
    """核实依据."""

    admission: UUID
    verifier: UUID


@command
class ReportAdmissionUpward(Command):
    """向上报告."""

    admission: UUID
    reported_to: UUID
    report_document: UUID


@command
class AdmitItem(Command):
    """批准准入: approves the application and lists the item in one append."""

    admission: UUID
    effective_from: date


@command
class RefuseAdmission(Command):
    """不予批准."""

    admission: UUID
    ground: str


@command
class WithdrawAdmission(Command):
    """撤回申请."""

    admission: UUID
    ground: str


# ── 职责 Duties ──


@command
class AnchorEvidence(Command):
    """登记存证 of a digest outside the ledger."""

    digest: str
    anchored_at: datetime
    anchor_kind: AnchorKind
    verifier: UUID


@command
class PublishDutyList(Command):
    """公布职责清单 of a unit, with its first entries."""

    unit: UUID
    list_kind: DutyListKind
    list_document: UUID | None = None
    entries: tuple[DutyEntry, ...] = ()


@command
class AddDutyEntry(Command):
    """列入职责条目."""

    duty_list: UUID
    entry: DutyEntry


@command
class ChangeDutyEntry(Command):
    """变更职责条目: it reads so from the entry's first day on."""

    duty_list: UUID
    entry: DutyEntry


@command
class RemoveDutyEntry(Command):
    """移出职责条目."""

    duty_list: UUID
    duty_code: str
    jurisdiction_code: str
    ground: str
    first_day_without: date


@command
class DelegateDuty(Command):
    """委托职责 with powers and means."""

    duty_code: str
    jurisdiction_code: str
    from_unit: UUID
    to_unit: UUID
    powers: tuple[str, ...]
    resources: str
    effective_from: date
    delegation_basis: tuple[Basis, ...] = ()
    effective_to: date | None = None


@command
class TakeDutyBack(Command):
    """收回职责."""

    duty_code: str
    jurisdiction_code: str
    from_unit: UUID
    to_unit: UUID
    effective_from: date


@command
class PromiseSupport(Command):
    """承诺支持: under a pledge, or under a duty where no pledge is named."""

    promised_by: UUID
    promised_to: UUID
    kind: SupportKind
    text: str
    due_on: date
    amount: int | None = None
    unit: str | None = None
    pledge: UUID | None = None
    clause_id: str | None = None
    duty_code: str | None = None
    jurisdiction_code: str | None = None


@command
class DeliverSupport(Command):
    """支持到位: under the pledge or the duty it was promised in."""

    delivered_by: UUID
    delivered_to: UUID
    kind: SupportKind
    text: str
    amount: int | None = None
    unit: str | None = None
    pledge: UUID | None = None
    clause_id: str | None = None
    promise: int | None = None
    duty_code: str | None = None
    jurisdiction_code: str | None = None


# ── 责任状 Pledges ──


@command
class DraftPledge(Command):
    """拟订责任状; `attempt` counts drafts of the same paper after a refusal."""

    item: UUID
    document_title: str
    genre: str
    issuer: UUID
    signer: UUID
    period_from: date
    period_to: date
    clauses: tuple[Clause, ...]
    attempt: int = 1


@command
class CheckPledge(Command):
    """清单比对; the ledger compares."""

    pledge: UUID


@command
class OfferPledge(Command):
    """提交承接方."""

    pledge: UUID
    deadline: date


@command
class RaiseObjection(Command):
    """提出异议, also after signing and under a paper off the list."""

    pledge: UUID
    objection_id: str
    raised_by: UUID
    addressed_to: UUID
    kind: ObjectionKind
    text: str
    duty_code: str | None = None
    clause_id: str | None = None


@command
class AnswerObjection(Command):
    """答复异议."""

    pledge: UUID
    objection_id: str
    text: str


@command
class SignPledge(Command):
    """签订; `parent`: the pledge of the level above that this one passes on."""

    pledge: UUID
    issuer_post: str
    signer_post: str
    document_digest: str
    parent: UUID | None = None


@command
class RefusePledge(Command):
    """拒绝签订."""

    pledge: UUID
    ground: str


@command
class RecordBacklogPledge(Command):
    """补录 a lawful paper older than the list; effective on the day it was signed."""

    item: UUID
    document_title: str
    genre: str
    issuer: UUID
    signer: UUID
    period_from: date
    period_to: date
    clauses: tuple[Clause, ...]
    document_digest: str
    attempt: int = 1
    parent: UUID | None = None


@command
class ObserveIrregularPledge(Command):
    """登记清单外签订: effective on the day it was signed, or seen if that is not known. `client_key` where there is no digest."""

    document_title: str
    issuer: UUID
    signer: UUID
    observed_by: UUID
    observed_on: date
    defects: tuple[Defect, ...] = ()
    signer_kind: SignerKind = SignerKind.UNIT
    genre: str | None = None
    document_digest: str | None = None
    client_key: str | None = None
    item: UUID | None = None
    issued_in_name_of: UUID | None = None
    signed_on: date | None = None
    period_from: date | None = None
    period_to: date | None = None
    clauses: tuple[Clause, ...] = ()
    seal_required: bool = False
    numeric_target: bool = False
    penalty_linked: bool = False
    voluntary: bool = False


@command
class LinkReSignedPledge(Command):
    """登记向下转签: this paper passes on what stands in the parent."""

    pledge: UUID
    parent: UUID


@command
class PerformIssuerDuty(Command):
    """登记发起方履责."""

    pledge: UUID
    clause_id: str
    text: str


@command
class AssessPledge(Command):
    """年度考核."""

    pledge: UUID
    year: int
    result: PledgeResult
    text: str


@command
class TerminatePledge(Command):
    """终止责任状."""

    pledge: UUID
    ground: str
    first_day_without: date


@command
class VoidPledge(Command):
    """宣告不当."""

    pledge: UUID
    ground: str


# ── 一票否决的行使 Vetoes in use ──


@command
class SuggestVeto(Command):
    """建议否决."""

    item: UUID
    exercising_unit: UUID
    target_unit: UUID
    assessment_year: int
    trigger_code: str
    suggested_by: UUID
    facts: str


@command
class VerifyVetoFacts(Command):
    """核实否决事实."""

    veto: UUID
    verifier: UUID
    facts: str


@command
class HearVetoParty(Command):
    """听取被否决单位陈述申辩."""

    veto: UUID
    statement: str


@command
class DecideVeto(Command):
    """决定否决, or not to."""

    veto: UUID
    decision: VetoDecision
    effects: tuple[str, ...] = ()
    posts_affected: tuple[str, ...] = ()
    effect_from: date | None = None
    effect_to: date | None = None


@command
class NotifyVeto(Command):
    """送达否决决定."""

    veto: UUID


@command
class RequestVetoReview(Command):
    """申请复核."""

    veto: UUID
    grounds: str


@command
class DecideVetoReview(Command):
    """复核决定."""

    veto: UUID
    result: ReviewResult
    reviewer: UUID


@command
class LiftVeto(Command):
    """提前解除."""

    veto: UUID
    first_day_without: date
    ground: str


@command
class NoteVetoLapsed(Command):
    """登记期满."""

    veto: UUID


@command
class ObserveIrregularVeto(Command):
    """登记清单外否决: effective on the day it was decided, or seen."""

    client_key: str
    exercising_unit: UUID
    target_unit: UUID
    assessment_year: int
    observed_by: UUID
    observed_on: date
    effects: tuple[str, ...] = ()
    defects: tuple[Defect, ...] = ()
    item: UUID | None = None
    trigger_code: str | None = None
    decided_on: date | None = None


@command
class ObserveDisguisedVeto(Command):
    """登记变相否决."""

    client_key: str
    exercising_unit: UUID
    wording: str
    effect: str
    observed_by: UUID
    observed_on: date
    target_unit: UUID | None = None
    source_document: UUID | None = None
    central_basis: tuple[Basis, ...] = ()


# ── 事件与案件 Incidents and cases ──


@command
class RegisterIncident(Command):
    """登记事件; `ordinal` is the registrar's own number of it."""

    registrar: UUID
    ordinal: str
    occurred_at: datetime
    precision: TimePrecision
    place_code: str
    field_code: str
    severity: Severity
    summary: str
    units: tuple[UUID, ...] = ()
    duty_codes: tuple[str, ...] = ()


@command
class VerifyIncident(Command):
    """核实事件."""

    incident: UUID
    verifier: UUID


@command
class CloseIncident(Command):
    """事件办结."""

    incident: UUID
    ground: str


@command
class ReceiveCaseClues(Command):
    """受理问题线索."""

    incident: UUID
    subject_unit: UUID
    received_by: UUID
    matter: str
    subject_post: str | None = None


@command
class OpenPreliminaryCheck(Command):
    """启动初步核实."""

    case: UUID
    checker: UUID


@command
class DecideNoCase(Command):
    """决定不予立案."""

    case: UUID
    ground: str


@command
class OpenCase(Command):
    """立案, with its approval as authority."""

    incident: UUID
    subject_unit: UUID
    opened_by: UUID
    matter: str
    subject_post: str | None = None
    claim: UUID | None = None


@command
class OpenInvestigation(Command):
    """启动调查."""

    case: UUID
    investigator: UUID


@command
class HearStatement(Command):
    """听取陈述申辩."""

    case: UUID
    statement: str


@command
class ConsiderTolerance(Command):
    """同步审查容错."""

    case: UUID
    finding: ToleranceFinding
    distinctions: tuple[Distinction, ...] = ()


@command
class ProposeAccountability(Command):
    """提出问责建议."""

    case: UUID
    proposed_by: UUID
    measure: str
    form: int
    responsibility: ResponsibilityKind
    text: str


@command
class DecideAccountability(Command):
    """决定问责, collectively."""

    case: UUID
    duty_codes: tuple[str, ...]
    measure: str
    form: int
    responsibility: ResponsibilityKind
    regulation: str
    deciding_body: UUID
    body_category: str
    proposed_by: UUID
    impact_until: date | None = None


@command
class AnnounceAccountability(Command):
    """宣布送达."""

    case: UUID


@command
class ExecuteAccountability(Command):
    """执行."""

    case: UUID


@command
class FileAccountability(Command):
    """归档备案."""

    case: UUID
    filed_with: UUID


@command
class LodgeAppeal(Command):
    """申诉."""

    case: UUID
    grounds: str


@command
class DecideAppeal(Command):
    """申诉处理."""

    case: UUID
    result: ReviewResult
    handled_by: UUID


@command
class CorrectAccountability(Command):
    """纠正不当问责."""

    case: UUID
    why_corrected: str
    corrected_by: UUID
    measure: str | None = None
    form: int | None = None


@command
class FindAbuseOfAccountability(Command):
    """认定滥用问责."""

    case: UUID
    found_by: UUID
    finding: str


@command
class EndImpactPeriod(Command):
    """登记影响期满."""

    case: UUID


@command
class CloseCaseWithoutAccountability(Command):
    """不予或免予问责结案."""

    case: UUID
    ground: str
    tolerance: UUID | None = None


@command
class CloseCase(Command):
    """结案."""

    case: UUID
    ground: str


# ── 责任主张 The claim ──


@command
class AssertClaim(Command):
    """提出责任主张, citing a pledge or a veto."""

    incident: UUID
    asserting_unit: UUID
    against_unit: UUID
    statement: str
    pledge: UUID | None = None
    veto: UUID | None = None
    clause_ids: tuple[str, ...] = ()


@command
class AnswerClaim(Command):
    """答复责任主张."""

    claim: UUID
    answered_by: UUID
    text: str


@command
class FindCausation(Command):
    """因果认定."""

    claim: UUID
    result: Causation
    inspector_unit: UUID
    ground: str


@command
class RuleClaim(Command):
    """认定责任主张 over the table of twelve tests as it was read at position `tested_at`; left out, the edge puts it in."""

    claim: UUID
    outcome: ClaimOutcome
    inspector_unit: UUID
    ground: str
    table: tuple[TableLine, ...] = ()
    tested_at: int
    tests_edition: str = ""
    shares: tuple[Share, ...] = ()


@command
class ConfirmShieldUse(Command):
    """确认挡箭牌."""

    claim: UUID
    unit: UUID
    ground: str


@command
class ReopenClaim(Command):
    """因新证据重启."""

    claim: UUID
    new_evidence: str


# ── 容错纠错 Tolerance ──


@command
class FileToleranceInAdvance(Command):
    """容错报备; `ordinal` is the applicant's own number of it."""

    applicant: UUID
    ordinal: str
    situation_code: str
    statement: str


@command
class ReviewToleranceFiling(Command):
    """报备初审."""

    tolerance: UUID
    reviewer: UUID
    text: str


@command
class CheckToleranceFiling(Command):
    """报备核查."""

    tolerance: UUID
    checker: UUID
    text: str


@command
class DecideToleranceFiling(Command):
    """决定报备."""

    tolerance: UUID
    result: FilingDecision
    ground: str


@command
class ApplyForTolerance(Command):
    """申请容错 in a case."""

    case: UUID
    applicant: UUID
    situation_code: str
    statement: str
    party_group_opinion: str


@command
class ConsiderToleranceExOfficio(Command):
    """依职权启动容错审查."""

    case: UUID
    subject_unit: UUID
    situation_code: str
    statement: str


@command
class AcceptTolerance(Command):
    """受理容错申请."""

    tolerance: UUID


@command
class DeclineTolerance(Command):
    """不予受理."""

    tolerance: UUID
    ground: str


@command
class VerifyTolerance(Command):
    """核实容错事由."""

    tolerance: UUID
    verifier: UUID
    seven_looks: tuple[Look, ...]
    private_gain: bool
    knowing_violation: bool
    prohibition_ignored: bool
    force_majeure: bool = False


@command
class RuleTolerance(Command):
    """容错认定; `earlier_rulings`: tolerance streams of the same unit, looked at for a repeated mistake."""

    tolerance: UUID
    outcome: ToleranceOutcome
    ground_code: str
    text: str
    duty_codes: tuple[str, ...] = ()
    mismatch_refs: tuple[int, ...] = ()
    mismatch_streams: tuple[UUID, ...] = ()
    earlier_rulings: tuple[UUID, ...] = ()


@command
class FeedToleranceBack(Command):
    """反馈容错结果."""

    tolerance: UUID


@command
class OrderCorrection(Command):
    """责令纠错."""

    tolerance: UUID
    text: str
    due_on: date


@command
class CompleteCorrection(Command):
    """纠错完成."""

    tolerance: UUID
    text: str


@command
class IssueClarification(Command):
    """澄清正名."""

    tolerance: UUID
    form: ClarificationForm
    text: str


@command
class RequestToleranceReview(Command):
    """申请容错复核."""

    tolerance: UUID
    grounds: str


@command
class DecideToleranceReview(Command):
    """容错复核决定."""

    tolerance: UUID
    result: ReviewResult
    reviewer: UUID
    outcome: ToleranceOutcome | None = None


# ── 通报与检查 Notices and inspections ──


@command
class DraftNotice(Command):
    """拟通报; `ordinal` is the issuer's own number of it."""

    issuer: UUID
    ordinal: str
    kind: NoticeKind
    title: str
    text: str
    about_units: tuple[UUID, ...]
    scope: PublicationScope
    case: UUID | None = None
    names_persons: bool = False
    naming_basis: tuple[Basis, ...] = ()


@command
class ApproveNotice(Command):
    """审签通报."""

    notice: UUID
    approved_by: UUID


@command
class PublishNotice(Command):
    """发布通报; `tolerance` of a clarification that was ruled there."""

    notice: UUID
    tolerance: UUID | None = None


@command
class CorrectNotice(Command):
    """更正通报."""

    notice: UUID
    text: str
    why_corrected: str


@command
class WithdrawNotice(Command):
    """撤回通报."""

    notice: UUID
    ground: str


@command
class PlanInspection(Command):
    """制定检查计划, sealed by the digest of salt and plan."""

    lead_unit: UUID
    ordinal: str
    kind: InspectionKind
    plan_digest: str


@command
class AssignInspectors(Command):
    """派员."""

    inspection: UUID
    posts: tuple[str, ...]


@command
class SendInspectionNotice(Command):
    """事先通知."""

    inspection: UUID
    to: UUID


@command
class VisitSite(Command):
    """到达现场, opening the sealed plan."""

    inspection: UUID
    visited_unit: UUID
    plan: str
    salt: str


@command
class RecordFinding(Command):
    """记录发现."""

    inspection: UUID
    finding_id: str
    text: str
    pledge: UUID | None = None
    item: UUID | None = None


@command
class CommentOnInspection(Command):
    """被检查单位反馈意见."""

    inspection: UUID
    commented_by: UUID
    text: str


@command
class OrderRectification(Command):
    """责令整改."""

    inspection: UUID
    ordered_unit: UUID
    text: str
    due_on: date


@command
class VerifyRectification(Command):
    """核实整改."""

    inspection: UUID
    verifier: UUID
    text: str


@command
class CloseInspection(Command):
    """检查办结."""

    inspection: UUID
    ground: str


# ── 线索 Leads ──


@command
class AnswerLead(Command):
    """单位说明线索."""

    lead: UUID
    lead_rule: str
    unit: UUID
    text: str


@command
class DisposeOfLead(Command):
    """处置线索, by a human with a reason."""

    lead: UUID
    lead_rule: str
    lead_edition: str
    positions: tuple[int, ...]
    disposition: LeadDisposition
    disposed_by: UUID
    ground: str
    duplicate_of: UUID | None = None
