"""Every fact the ledger can hold: the contents page of the product.

Each class is one sentence an inspector could put in a file. It declares its stored name (`TOPIC`, chosen for history) and the kind of
stream it stands in (`STREAM`). What every record says beside its fact – who, when, on what authority – is the `Envelope`.
Stored for ever: names and meanings never change; a new shape of a fact is a new `class_version` with an `upcast_vN_vN+1`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar, TypeVar, cast, dataclass_transform
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
    EntryRoute,
    FilingDecision,
    FoundBy,
    InspectionKind,
    ItemType,
    LeadDisposition,
    Level,
    Line,
    ListCheck,
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
    GroupCount,
    ItemTerms,
    Look,
    Resolution,
    RunningPledgesTreatment,
    Share,
    TableLine,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """信封: what every record says beside its fact. Position, recorded time and account stand in the entry's header.

    effective_on  the day the fact happened (Asia/Shanghai), never after the ledger's today
    actor_unit    the unit on whose behalf the record was made; absent only where a reporter is protected
    actor_post    岗位 – a post, never a person
    jurisdiction  area code whose rules were applied; rule_pack is that pack and its edition, `lincang-2024@1`
    causation     position of the fact that brought this one about; correlation groups facts of one matter
    backlog       a past year entered late, flagged so before any incident could make the flag convenient
    synthetic     invented for demonstration or test: 演示
    """

    effective_on: date
    jurisdiction: str
    rule_pack: str
    entry_route: EntryRoute
    actor_unit: UUID | None = None
    actor_post: str | None = None
    on_behalf_of: UUID | None = None
    authority: Authority | None = None
    reason: str | None = None
    evidence: tuple[Evidence, ...] = ()
    confidentiality: Confidentiality = Confidentiality.INTERNAL
    correlation: UUID | None = None
    causation: int | None = None
    backlog: bool = False
    late_reason: str | None = None
    synthetic: bool = False


class Fact:
    """A fact's own fields. Subclasses are frozen slotted dataclasses made by `@fact`."""

    __slots__ = ()
    TOPIC: ClassVar[str]
    STREAM: ClassVar[str]
    class_version: ClassVar[int] = 1


F = TypeVar("F", bound=type[Fact])
FACTS: dict[str, type[Fact]] = {}


@dataclass_transform(frozen_default=True, kw_only_default=True)
def fact(topic: str, *, stream: str) -> Callable[[F], F]:
    """Register a fact class under its stored name, in the kind of stream it belongs to."""

    def register(cls: F) -> F:
        made: Any = dataclass(frozen=True, slots=True, kw_only=True)(cls)  # slots=True makes the class anew
        made.TOPIC, made.STREAM = topic, stream
        if FACTS.setdefault(topic, made) is not made:
            raise TypeError(f"two facts are called {topic}")
        return cast("F", made)

    return register


# ── 台账 The ledger itself ──


@fact("ledger.opened", stream="ledger")
class LedgerOpened(Fact):
    """台账启用. A synthetic ledger carries a demonstration clock and says 演示时钟 for ever."""

    synthetic_clock: bool
    opened_on: date
    name: str


@fact("build.signed_off", stream="ledger")
class BuildSignedOff(Fact):
    """视图签认: a build of a view was held against the one that served, and somebody answers for letting readers have it.

    digest is its state root (SHA-256 over all its tables) as known at `position`; differences counts the rows that were not the
    same there in the build before.
    """

    projection: str
    version: int
    digest: str
    position: int
    differences: int
    ground: str


@fact("record.corrected", stream="*")
class RecordCorrected(Fact):
    """更正: an earlier record (by position) of this stream is void, or reads differently. Both stay visible.

    route_keys are the other streams whose views the corrected fact had reached.
    """

    corrects: int
    why: str
    void: bool = False
    changed: tuple[Change, ...] = ()
    route_keys: tuple[UUID, ...] = ()


@fact("rule_pack.adopted", stream="rule_pack")
class RulePackAdopted(Fact):
    """规则包启用: from this day the jurisdiction is judged by this edition; `digest` (SHA-256, hex) fixes its text."""

    jurisdiction_code: str
    pack: str
    edition: int
    digest: str
    effective_from: date


# ── 单位 Units ──


@fact("unit.registered", stream="unit")
class UnitRegistered(Fact):
    """单位登记. `code` is the registry's, reused over the years, hence `valid_from`; block superior 块, line superior 条."""

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


@fact("unit.renamed", stream="unit")
class UnitRenamed(Fact):
    """单位更名."""

    name: str


@fact("unit.superior_changed", stream="unit")
class UnitSuperiorChanged(Fact):
    """隶属关系变更, in the block or in the line."""

    line: Line
    superior: UUID | None = None


@fact("unit.merged", stream="unit")
class UnitsMerged(Fact):
    """机构合并, told in each predecessor: its duties and papers pass to the successor from `first_day_without` on."""

    successor: UUID
    first_day_without: date


@fact("unit.split", stream="unit")
class UnitSplit(Fact):
    """机构分设."""

    successors: tuple[UUID, ...]
    first_day_without: date


@fact("unit.dissolved", stream="unit")
class UnitDissolved(Fact):
    """机构撤销."""

    first_day_without: date


# ── 文件与会议 Documents and meetings ──


@fact("document.registered", stream="document")
class DocumentRegistered(Fact):
    """文件登记. `number` follows GB/T 9704; a document without one is known by its digest."""

    document_issuer: UUID
    title: str
    dated: date
    issuer_level: Level
    genre: str
    effective_from: date
    number: str | None = None
    digest: str | None = None
    effective_to: date | None = None


@fact("document.repealed", stream="document")
class DocumentRepealed(Fact):
    """文件废止."""

    repealed_by: UUID
    first_day_without: date


@fact("meeting.held", stream="meeting")
class MeetingHeld(Fact):
    """会议召开. Counts of members due and present, results per agenda item; minutes by digest."""

    unit: UUID
    body: MeetingBody
    held_on: date
    ordinal: int
    due_members: int
    present: int
    agenda: tuple[AgendaItem, ...]
    minutes_digest: str


# ── 清理规范 The clean-up campaign ──


@fact("campaign.planned", stream="campaign")
class CampaignPlanned(Fact):
    """清理规范部署."""

    area_code: str
    year: int
    ordinal: int
    title: str
    campaign_unit: UUID


@fact("campaign.opened", stream="campaign")
class CampaignOpened(Fact):
    """全面摸排开始: every unit in scope owes one return, or one zero report, per item type by the deadline."""

    units: tuple[UUID, ...]
    item_types: tuple[ItemType, ...]
    deadline: date


@fact("campaign.deadline_extended", stream="campaign")
class DeadlineExtended(Fact):
    """填报延期."""

    deadline: date


@fact("campaign.inventory_closed", stream="campaign")
class InventoryClosed(Fact):
    """摸排截止: nothing more is declared; the three channels are now compared."""


@fact("campaign.match_decided", stream="campaign")
class MatchDecided(Fact):
    """核对认定: a declared item and a record of another channel are one and the same; in `differences` they disagree."""

    item: UUID
    record: UUID
    result: MatchResult
    differences: tuple[str, ...] = ()
    disguised_candidate: bool = False


@fact("campaign.conflict_resolved", stream="campaign")
class ConflictResolved(Fact):
    """错报核定: field by field, which of the differing values is right."""

    item: UUID
    values: tuple[Resolution, ...]


@fact("campaign.omission_registered", stream="campaign")
class OmissionRegistered(Fact):
    """漏报认定: the unit declared others of this type, but not this one; perhaps because its paper bears another name (变相责任状)."""

    unit: UUID
    item_type: ItemType
    item: UUID
    records: tuple[UUID, ...]
    disguised_candidate: bool = False


@fact("campaign.false_zero_registered", stream="campaign")
class FalseZeroRegistered(Fact):
    """虚假零报告认定: the unit declared that it has none, and this one was found."""

    unit: UUID
    item_type: ItemType
    item: UUID
    records: tuple[UUID, ...]
    disguised_candidate: bool = False


@fact("campaign.reconciled", stream="campaign")
class CampaignReconciled(Fact):
    """核对完成, with the number of items identified and of comparisons by outcome."""

    identified: int
    matched: int
    conflicts_resolved: int
    uncorroborated: int
    omissions: int
    false_zeros: int


@fact("campaign.decision_taken", stream="campaign")
class CampaignDecisionTaken(Fact):
    """集中决定: one deciding body has decided the items before it (counts only; each item's decision is its own fact)."""

    unit: UUID
    retained: int
    merged_sources: int
    merged_targets: int
    cancelled: int


@fact("campaign.closed", stream="campaign")
class CampaignClosed(Fact):
    """清理规范办结, with the conservation equation of every group."""

    conservation: tuple[GroupCount, ...]


@fact("campaign.look_back_opened", stream="campaign")
class LookBackOpened(Fact):
    """回头看."""

    deadline: date


@fact("return.submitted", stream="return")
class ReturnSubmitted(Fact):
    """填报: the items of one type that a unit declares (`items`: their streams, in row order)."""

    campaign: UUID
    unit: UUID
    item_type: ItemType
    items: tuple[UUID, ...]


@fact("return.zero_report_filed", stream="return")
class ZeroReportFiled(Fact):
    """零报告: the unit states that it has none. Silence is not zero."""

    campaign: UUID
    unit: UUID
    item_type: ItemType
    signer_post: str
    statement: str


@fact("return.overdue", stream="return")
class ReturnOverdue(Fact):
    """逾期未报, noticed."""

    campaign: UUID
    unit: UUID
    item_type: ItemType


@fact("return.checked", stream="return")
class ReturnChecked(Fact):
    """填报核查."""

    method: str


@fact("return.confirmed", stream="return")
class ReturnConfirmed(Fact):
    """填报确认."""


@fact("return.corrected", stream="return")
class ReturnCorrected(Fact):
    """填报更正 by the unit itself: what it filed (position) is replaced; `items` are now all that it declares."""

    replaces: int
    why_corrected: str
    items: tuple[UUID, ...]


@fact("return.record_received", stream="return")
class RecordReceived(Fact):
    """反馈归集: a finding or report of another channel names an item of this unit and type; `record` is its stream."""

    campaign: UUID
    unit: UUID
    item_type: ItemType
    record: UUID


@fact("record.spot_check_finding_filed", stream="record")
class SpotCheckFindingFiled(Fact):
    """监管核查发现 (four no's, two straights): an item seen on the spot."""

    campaign: UUID
    checker: UUID
    checked_unit: UUID
    found_on: date
    described: DescribedItem
    inspection: UUID | None = None


@fact("record.recipient_report_filed", stream="record")
class RecipientReportFiled(Fact):
    """反向监测: a unit reports what was imposed on it.

    Protected: recipient and statement stand here as digests only (`_sd`, RFC 9901's construction), under a random stream and no actor.
    """

    campaign: UUID
    implementing_unit: UUID
    described: DescribedItem
    protected: bool
    recipient: UUID | None = None
    statement: str | None = None
    _sd: tuple[str, ...] = ()


# ── 事项 Items ──


@fact("item.identified", stream="item")
class ItemIdentified(Fact):
    """事项发现: an item is known to exist; nothing is judged yet. `reporting_unit` may file for its departments."""

    terms: ItemTerms
    found_by: FoundBy
    reporting_unit: UUID
    campaign: UUID | None = None


@fact("item.verified", stream="item")
class ItemVerified(Fact):
    """事项核实."""

    verifier: UUID


@fact("item.marked_duplicate", stream="item")
class ItemMarkedDuplicate(Fact):
    """重复事项: the same as another one, under which it is counted."""

    verifier: UUID
    duplicate_of: UUID


@fact("item.rejected_as_not_an_item", stream="item")
class ItemRejectedAsNotAnItem(Fact):
    """不属于清理对象."""

    verifier: UUID
    ground: str


@fact("item.submitted_for_review", stream="item")
class ItemSubmittedForReview(Fact):
    """提请审核."""


@fact("item.returned_for_revision", stream="item")
class ItemReturnedForRevision(Fact):
    """退回修改."""

    return_ground: str


@fact("item.opinion_given", stream="item")
class ItemOpinionGiven(Fact):
    """处理意见 of one stage. The last consolidated one before the decision is the proposal (拟处理).

    Items proposed to be merged into one share a `proposed_target_key`; `supersedes` is the position of an opinion it replaces.
    """

    stage: OpinionStage
    opinion: Disposition
    ground_code: str
    text: str
    giver_unit: UUID
    given_on: date
    proposed_target_key: str | None = None
    substitute_measure: str | None = None
    supersedes: int | None = None


@fact("item.reported_to_province", stream="item")
class ReportedToProvince(Fact):
    """逐项报告省级: this one item, by this document."""

    report_document: UUID


@fact("item.province_replied", stream="item")
class ProvinceReplied(Fact):
    """省级答复."""

    opinion: Disposition
    reply_document: UUID


@fact("item.retained", stream="item")
class ItemRetained(Fact):
    """决定保留: on the list from `effective_from`, on the mandate of documents of the centre or the province."""

    ground_code: str
    effective_from: date
    mandates: tuple[UUID, ...] = ()
    campaign: UUID | None = None


@fact("item.cancelled", stream="item")
class ItemCancelled(Fact):
    """决定取消: `first_day_without` is the first day on which the item no longer holds; a veto leaves no pledges running."""

    ground_code: str
    first_day_without: date
    running_pledges: RunningPledgesTreatment | None = None
    substitute_measure: str | None = None
    campaign: UUID | None = None


@fact("item.formed_by_merger", stream="item")
class MergedItemFormed(Fact):
    """合并形成新事项: the target of a merger, always a new item."""

    terms: ItemTerms
    sources: tuple[UUID, ...]
    clause_mapping: tuple[ClauseMapping, ...]
    effective_from: date
    mandates: tuple[UUID, ...] = ()
    campaign: UUID | None = None


@fact("item.merged", stream="item")
class ItemMerged(Fact):
    """并入另一事项, told in each source."""

    target: UUID
    ground_code: str
    first_day_without: date
    running_pledges: RunningPledgesTreatment | None = None
    campaign: UUID | None = None


@fact("item.admitted", stream="item")
class ItemAdmitted(Fact):
    """准入: one application, one item, on the mandate of documents of the centre or the province."""

    application: UUID
    terms: ItemTerms
    mandates: tuple[UUID, ...]
    effective_from: date
    predecessor: UUID | None = None


@fact("item.amended", stream="item")
class ItemAmended(Fact):
    """变更: an approved amendment makes a new version; clause ids added, removed and changed against `from_version`."""

    from_version: int
    terms: ItemTerms
    effective_from: date
    application: UUID | None = None
    clauses_added: tuple[str, ...] = ()
    clauses_removed: tuple[str, ...] = ()
    clauses_changed: tuple[str, ...] = ()
    scope_widened: bool = False


@fact("item.suspended", stream="item")
class ItemSuspended(Fact):
    """暂停."""

    ground: str
    suspended_from: date


@fact("item.resumed", stream="item")
class ItemResumed(Fact):
    """恢复."""

    ground: str
    resumed_from: date


@fact("item.expired", stream="item")
class ItemExpired(Fact):
    """到期, noticed: the years of the item have passed."""

    end_year: int


@fact("item.basis_lost", stream="item")
class ItemBasisLost(Fact):
    """依据失效: a document it rests on was repealed."""

    basis_document: UUID
    repealed_by: UUID
    first_day_without: date


@fact("item.exit_review_opened", stream="item")
class ItemExitReviewOpened(Fact):
    """启动退出审核."""

    ground: str


@fact("item.exited", stream="item")
class ItemExited(Fact):
    """退出清单."""

    ground: str
    first_day_without: date
    running_pledges: RunningPledgesTreatment | None = None


@fact("list.published", stream="list")
class ItemListPublished(Fact):
    """清单公布: the items in force on `effective_from`; root = SHA-256 (hex) over the sorted item ids and version hashes."""

    area_code: str
    level: Level
    list_version: int
    members: tuple[UUID, ...]
    root: str
    effective_from: date
    campaign: UUID | None = None


# ── 准入与变更 Admission and amendment ──


@fact("admission.applied", stream="admission")
class AdmissionApplied(Fact):
    """一事一报批: one application for one new item, or for one amendment of one."""

    applicant: UUID
    kind: AdmissionKind
    terms: ItemTerms
    necessity: str
    higher_mandates: tuple[UUID, ...]
    burden_assessment: str
    issuer_own_duties: str
    support: str
    item: UUID | None = None
    predecessor: UUID | None = None


@fact("admission.found_complete", stream="admission")
class AdmissionFoundComplete(Fact):
    """材料齐备."""


@fact("admission.returned", stream="admission")
class AdmissionReturned(Fact):
    """退回补正."""

    return_ground: str


@fact("admission.basis_verified", stream="admission")
class AdmissionBasisVerified(Fact):
    """依据核实."""

    verifier: UUID


@fact("admission.reported_upward", stream="admission")
class AdmissionReportedUpward(Fact):
    """向上报告."""

    reported_to: UUID
    report_document: UUID


@fact("admission.approved", stream="admission")
class AdmissionApproved(Fact):
    """批准 (in one append with the item's own fact)."""

    item: UUID


@fact("admission.refused", stream="admission")
class AdmissionRefused(Fact):
    """不予批准."""

    ground: str


@fact("admission.withdrawn", stream="admission")
class AdmissionWithdrawn(Fact):
    """撤回申请."""

    ground: str


# ── 职责 Duties ──


@fact("evidence.anchored", stream="evidence")
class EvidenceAnchored(Fact):
    """存证: outside the ledger, this digest (SHA-256, hex) was fixed at an instant, and `verifier` saw the proof of it."""

    digest: str
    anchored_at: datetime
    anchor_kind: AnchorKind
    verifier: UUID


@fact("duty_list.published", stream="duty_list")
class DutyListPublished(Fact):
    """权责清单、乡镇履职清单公布. `unit` is the one whose duties are listed."""

    unit: UUID
    list_kind: DutyListKind
    list_version: int
    list_document: UUID | None = None


@fact("duty.entry_added", stream="duty")
class DutyEntryAdded(Fact):
    """职责条目列入: from `entry.effective_from` on, this is who owns the duty in the jurisdiction."""

    duty_list: UUID
    entry: DutyEntry


@fact("duty.entry_changed", stream="duty")
class DutyEntryChanged(Fact):
    """职责条目变更: the entry reads so from `entry.effective_from` on."""

    duty_list: UUID
    entry: DutyEntry


@fact("duty.entry_removed", stream="duty")
class DutyEntryRemoved(Fact):
    """职责条目移出."""

    duty_list: UUID
    ground: str
    first_day_without: date


@fact("duty.delegated", stream="duty")
class DutyDelegated(Fact):
    """职责委托 with its powers and means; without powers, power_holder stays who it was. The last day is included."""

    duty_code: str
    jurisdiction_code: str
    from_unit: UUID
    to_unit: UUID
    powers: tuple[str, ...]
    resources: str
    delegation_basis: tuple[Basis, ...]
    effective_from: date
    effective_to: date | None = None


@fact("duty.taken_back", stream="duty")
class DutyTakenBack(Fact):
    """职责收回: from this day on the upper unit does it itself."""

    from_unit: UUID
    to_unit: UUID
    effective_from: date


@fact("support.promised", stream="*")
class SupportPromised(Fact):
    """支持承诺, in the pledge's stream or the duty's. `amount` in whole `unit`s (yuan, persons); None: not counted."""

    promised_by: UUID
    promised_to: UUID
    kind: SupportKind
    text: str
    due_on: date
    amount: int | None = None
    unit: str | None = None
    pledge: UUID | None = None
    clause_id: str | None = None


@fact("support.delivered", stream="*")
class SupportDelivered(Fact):
    """支持到位, in the stream in which it was promised; `clause_id` names the clause, `promise` the position of the promise it keeps."""

    delivered_by: UUID
    delivered_to: UUID
    kind: SupportKind
    text: str
    delivered_on: date
    amount: int | None = None
    unit: str | None = None
    pledge: UUID | None = None
    clause_id: str | None = None
    promise: int | None = None


# ── 责任状 Pledges ──


@fact("pledge.drafted", stream="pledge")
class PledgeDrafted(Fact):
    """拟订责任状 under an item on the list; slot values of the clauses are this signer's own."""

    item: UUID
    item_version: int
    document_title: str
    genre: str
    issuer: UUID
    signer: UUID
    period_from: date
    period_to: date
    clauses: tuple[Clause, ...]
    attempt: int = 1


@fact("pledge.checked_against_list", stream="pledge")
class PledgeCheckedAgainstList(Fact):
    """清单比对: the clauses against those of the approved version; `differences` are clause ids."""

    result: ListCheck
    differences: tuple[str, ...] = ()


@fact("pledge.offered", stream="pledge")
class PledgeOffered(Fact):
    """提交承接方: to be signed, refused or objected to by the deadline."""

    offered_on: date
    deadline: date


@fact("pledge.objection_raised", stream="pledge")
class PledgeObjectionRaised(Fact):
    """提出异议, before or after signing: “cannot be caught” said in time."""

    objection_id: str
    raised_on: date
    raised_by: UUID
    addressed_to: UUID
    kind: ObjectionKind
    text: str
    duty_code: str | None = None
    clause_id: str | None = None


@fact("pledge.objection_answered", stream="pledge")
class PledgeObjectionAnswered(Fact):
    """答复异议."""

    objection_id: str
    answered_on: date
    text: str


@fact("pledge.signed", stream="pledge")
class PledgeSigned(Fact):
    """签订: by the posts of both sides, on a day; the paper by its digest (SHA-256, hex)."""

    signed_on: date
    issuer_post: str
    signer_post: str
    document_digest: str


@fact("pledge.refused", stream="pledge")
class PledgeRefused(Fact):
    """拒绝签订."""

    ground: str


@fact("pledge.backlog_recorded", stream="pledge")
class PledgeBacklogRecorded(Fact):
    """补录: a lawful paper older than the list, entered late and flagged so."""

    item: UUID
    document_title: str
    genre: str
    issuer: UUID
    signer: UUID
    period_from: date
    period_to: date
    clauses: tuple[Clause, ...]
    signed_on: date
    document_digest: str
    attempt: int = 1


@fact("pledge.irregular_observed", stream="pledge")
class IrregularPledgeObserved(Fact):
    """发现清单外签订: a paper that exists in reality, whatever it is called. `item`: the one it claims to rest on.

    signer is the unit, or the village or unit whose household or member signed (signer_kind); persons are never named.
    """

    document_title: str
    issuer: UUID
    signer: UUID
    signer_kind: SignerKind
    observed_by: UUID
    observed_on: date
    defects: tuple[Defect, ...]
    genre: str | None = None
    document_digest: str | None = None
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


@fact("pledge.re_signed_down", stream="pledge")
class PledgeReSignedDown(Fact):
    """向下转签, told in the lower paper: it passes on what stands in the `parent` pledge."""

    parent: UUID


@fact("pledge.issuer_duty_performed", stream="pledge")
class IssuerDutyPerformed(Fact):
    """发起方履责: what the issuing side promised in this clause was done."""

    clause_id: str
    performed_on: date
    text: str


@fact("pledge.assessed", stream="pledge")
class PledgeAssessed(Fact):
    """年度考核."""

    year: int
    result: PledgeResult
    text: str


@fact("pledge.terminated", stream="pledge")
class PledgeTerminated(Fact):
    """终止: it no longer binds from `first_day_without` on."""

    ground: str
    first_day_without: date


@fact("pledge.voided", stream="pledge")
class PledgeVoided(Fact):
    """宣告不当: it was never to bind."""

    ground: str


# ── 一票否决的行使 Vetoes in use ──


@fact("veto.suggested", stream="veto")
class VetoSuggested(Fact):
    """否决建议, by a lower unit or one of the line."""

    item: UUID
    exercising_unit: UUID
    target_unit: UUID
    assessment_year: int
    trigger_code: str
    suggested_by: UUID
    facts: str


@fact("veto.facts_verified", stream="veto")
class VetoFactsVerified(Fact):
    """事实核实."""

    verifier: UUID
    facts: str


@fact("veto.party_heard", stream="veto")
class VetoPartyHeard(Fact):
    """听取陈述申辩."""

    heard_on: date
    statement: str


@fact("veto.decided", stream="veto")
class VetoDecided(Fact):
    """否决决定, or the decision not to. In effect from the first to the last day, both included."""

    item: UUID
    item_version: int
    exercising_unit: UUID
    target_unit: UUID
    assessment_year: int
    decision: VetoDecision
    trigger_code: str
    decided_on: date
    effects: tuple[str, ...] = ()
    posts_affected: tuple[str, ...] = ()
    effect_from: date | None = None
    effect_to: date | None = None


@fact("veto.notified", stream="veto")
class VetoNotified(Fact):
    """送达."""

    notified_on: date


@fact("veto.review_requested", stream="veto")
class VetoReviewRequested(Fact):
    """申请复核."""

    requested_on: date
    grounds: str


@fact("veto.review_decided", stream="veto")
class VetoReviewDecided(Fact):
    """复核决定."""

    result: ReviewResult
    reviewer: UUID
    decided_on: date


@fact("veto.lifted", stream="veto")
class VetoLifted(Fact):
    """提前解除."""

    first_day_without: date
    ground: str


@fact("veto.lapsed", stream="veto")
class VetoLapsed(Fact):
    """期满, noticed."""


@fact("veto.irregular_observed", stream="veto")
class IrregularVetoObserved(Fact):
    """发现清单外否决: a veto used in reality, whether an item stands behind it or not."""

    exercising_unit: UUID
    target_unit: UUID
    assessment_year: int
    observed_by: UUID
    observed_on: date
    effects: tuple[str, ...]
    defects: tuple[Defect, ...]
    item: UUID | None = None
    trigger_code: str | None = None
    decided_on: date | None = None


@fact("veto.disguised_observed", stream="veto")
class DisguisedVetoObserved(Fact):
    """发现变相否决: a wording by which one indicator cancels all honours or pay. `central_basis` if the centre orders it."""

    exercising_unit: UUID
    wording: str
    effect: str
    observed_by: UUID
    observed_on: date
    target_unit: UUID | None = None
    source_document: UUID | None = None
    central_basis: tuple[Basis, ...] = ()


# ── 事件与案件 Incidents and cases ──


@fact("incident.registered", stream="incident")
class IncidentRegistered(Fact):
    """事件登记: what happened when and where, and which duties it is about. `units` are those concerned; nobody is blamed here."""

    registrar: UUID
    occurred_at: datetime
    precision: TimePrecision
    place_code: str
    units: tuple[UUID, ...]
    field_code: str
    severity: Severity
    duty_codes: tuple[str, ...]
    summary: str


@fact("incident.verified", stream="incident")
class IncidentVerified(Fact):
    """事件核实."""

    verifier: UUID


@fact("incident.closed", stream="incident")
class IncidentClosed(Fact):
    """事件办结."""

    ground: str


@fact("case.clues_received", stream="case")
class CaseCluesReceived(Fact):
    """问题线索受理 (no lead of this product: clues that a body received)."""

    incident: UUID
    subject_unit: UUID
    received_by: UUID
    matter: str
    subject_post: str | None = None


@fact("case.preliminary_check_opened", stream="case")
class PreliminaryCheckOpened(Fact):
    """初步核实."""

    checker: UUID


@fact("case.no_case_decided", stream="case")
class NoCaseDecided(Fact):
    """不予立案."""

    ground: str


@fact("case.opened", stream="case")
class CaseOpened(Fact):
    """立案 (approved). `claim`: the responsibility claim whose ruling led to it, if one did."""

    incident: UUID
    subject_unit: UUID
    opened_by: UUID
    matter: str
    subject_post: str | None = None
    claim: UUID | None = None


@fact("case.investigation_opened", stream="case")
class InvestigationOpened(Fact):
    """调查."""

    investigator: UUID


@fact("case.statement_heard", stream="case")
class StatementHeard(Fact):
    """听取陈述申辩."""

    heard_on: date
    statement: str


@fact("case.tolerance_considered", stream="case")
class ToleranceConsidered(Fact):
    """同步审查容错: with accountability itself, and with the three distinctions reasoned one by one."""

    finding: ToleranceFinding
    distinctions: tuple[Distinction, ...]


@fact("case.accountability_proposed", stream="case")
class AccountabilityProposed(Fact):
    """提出问责建议."""

    proposed_by: UUID
    measure: str
    form: int
    responsibility: ResponsibilityKind
    text: str


@fact("case.accountability_decided", stream="case")
class AccountabilityDecided(Fact):
    """问责决定, collective. `form` is one of the four forms (1–4), `measure` a code of the rule pack; persons stand as posts."""

    subject_unit: UUID
    duty_codes: tuple[str, ...]
    measure: str
    form: int
    responsibility: ResponsibilityKind
    regulation: str
    deciding_body: UUID
    body_category: str
    proposed_by: UUID
    decided_on: date
    subject_post: str | None = None
    impact_until: date | None = None


@fact("case.accountability_announced", stream="case")
class AccountabilityAnnounced(Fact):
    """宣布送达: the window for an appeal runs from this day (not counted)."""

    served_on: date


@fact("case.accountability_executed", stream="case")
class AccountabilityExecuted(Fact):
    """执行."""

    executed_on: date


@fact("case.accountability_filed", stream="case")
class AccountabilityFiled(Fact):
    """归档备案 with the upper body."""

    filed_with: UUID


@fact("case.appeal_lodged", stream="case")
class AppealLodged(Fact):
    """申诉; a late one is taken and marked."""

    lodged_on: date
    grounds: str
    late: bool = False


@fact("case.appeal_decided", stream="case")
class AppealDecided(Fact):
    """申诉处理决定."""

    result: ReviewResult
    handled_by: UUID
    decided_on: date


@fact("case.accountability_corrected", stream="case")
class AccountabilityCorrected(Fact):
    """不当问责纠正: lifted, or another measure in its place."""

    why_corrected: str
    corrected_by: UUID
    measure: str | None = None
    form: int | None = None


@fact("case.abuse_of_accountability_found", stream="case")
class AbuseOfAccountabilityFound(Fact):
    """滥用问责认定."""

    found_by: UUID
    finding: str


@fact("case.impact_period_ended", stream="case")
class ImpactPeriodEnded(Fact):
    """影响期满."""

    ended_on: date


@fact("case.closed_without_accountability", stream="case")
class CaseClosedWithoutAccountability(Fact):
    """不予、免予问责结案. `tolerance`: the ruling it rests on, if one does."""

    ground: str
    tolerance: UUID | None = None


@fact("case.closed", stream="case")
class CaseClosed(Fact):
    """结案."""

    ground: str


# ── 责任主张 The claim ──


@fact("claim.asserted", stream="claim")
class ResponsibilityClaimAsserted(Fact):
    """主张“已签责任状，由其负责”: one unit against another, about an incident, citing a pledge (or some of its clauses) or a veto."""

    incident: UUID
    asserting_unit: UUID
    against_unit: UUID
    statement: str
    pledge: UUID | None = None
    veto: UUID | None = None
    clause_ids: tuple[str, ...] = ()


@fact("claim.answered", stream="claim")
class ClaimAnswered(Fact):
    """被主张方答复."""

    answered_by: UUID
    text: str


@fact("claim.causation_found", stream="claim")
class CausationFound(Fact):
    """因果认定 (T12): whether what failed is what the clause is about. The inspector's own finding."""

    result: Causation
    inspector_unit: UUID
    ground: str


@fact("claim.ruled", stream="claim")
class ClaimRuled(Fact):
    """认定: by a human, with reasons, over the table of twelve tests as it stood at position `tested_at`."""

    outcome: ClaimOutcome
    inspector_unit: UUID
    ground: str
    table: tuple[TableLine, ...]
    tested_at: int
    tests_edition: str
    shares: tuple[Share, ...] = ()


@fact("claim.shield_use_confirmed", stream="claim")
class ShieldUseConfirmed(Fact):
    """确认以责任状作挡箭牌: the unit that waved the paper, after a ruling that rejected it."""

    unit: UUID
    ground: str


@fact("claim.reopened", stream="claim")
class ClaimReopened(Fact):
    """因新证据重启."""

    new_evidence: str


# ── 容错纠错 Tolerance ──


@fact("tolerance.filed_in_advance", stream="tolerance")
class ToleranceFiledInAdvance(Fact):
    """容错报备: before acting, a unit files what it means to try."""

    applicant: UUID
    situation_code: str
    statement: str


@fact("tolerance.filing_reviewed", stream="tolerance")
class ToleranceFilingReviewed(Fact):
    """报备初审."""

    reviewer: UUID
    text: str


@fact("tolerance.filing_checked", stream="tolerance")
class ToleranceFilingChecked(Fact):
    """报备核查."""

    checker: UUID
    text: str


@fact("tolerance.filing_decided", stream="tolerance")
class ToleranceFilingDecided(Fact):
    """报备受理决定, of a joint meeting."""

    result: FilingDecision
    ground: str


@fact("tolerance.applied", stream="tolerance")
class ToleranceApplied(Fact):
    """申请容错, with the written opinion of the applicant's Party committee or group."""

    case: UUID
    applicant: UUID
    situation_code: str
    statement: str
    party_group_opinion: str


@fact("tolerance.considered_ex_officio", stream="tolerance")
class ToleranceConsideredExOfficio(Fact):
    """依职权启动容错审查, where nobody applied."""

    case: UUID
    subject_unit: UUID
    situation_code: str
    statement: str


@fact("tolerance.accepted", stream="tolerance")
class ToleranceAccepted(Fact):
    """受理."""


@fact("tolerance.not_accepted", stream="tolerance")
class ToleranceNotAccepted(Fact):
    """不予受理."""

    ground: str


@fact("tolerance.verified", stream="tolerance")
class ToleranceVerified(Fact):
    """核实: seven looks, and the four circumstances that bar leniency, each found or not."""

    verifier: UUID
    seven_looks: tuple[Look, ...]
    private_gain: bool
    knowing_violation: bool
    prohibition_ignored: bool
    force_majeure: bool


@fact("tolerance.ruled", stream="tolerance")
class ToleranceRuled(Fact):
    """容错认定, collective. On 权责不对等, `mismatch_refs` are the positions of the duty and of the want of power, means or answer.

    mismatch_streams are the pledges and duties in which these facts stand; earlier_rulings those on the same unit that were looked at.
    """

    outcome: ToleranceOutcome
    ground_code: str
    text: str
    duty_codes: tuple[str, ...] = ()
    mismatch_refs: tuple[int, ...] = ()
    mismatch_streams: tuple[UUID, ...] = ()
    earlier_rulings: tuple[UUID, ...] = ()


@fact("tolerance.fed_back", stream="tolerance")
class ToleranceFedBack(Fact):
    """反馈."""

    fed_back_on: date


@fact("tolerance.correction_ordered", stream="tolerance")
class CorrectionOrdered(Fact):
    """责令纠错."""

    text: str
    due_on: date


@fact("tolerance.correction_completed", stream="tolerance")
class CorrectionCompleted(Fact):
    """纠错完成."""

    text: str


@fact("tolerance.clarification_issued", stream="tolerance")
class ClarificationIssued(Fact):
    """澄清正名."""

    form: ClarificationForm
    text: str


@fact("tolerance.review_requested", stream="tolerance")
class ToleranceReviewRequested(Fact):
    """申请复核."""

    requested_on: date
    grounds: str


@fact("tolerance.review_decided", stream="tolerance")
class ToleranceReviewDecided(Fact):
    """复核决定; `outcome` if it is another one now."""

    result: ReviewResult
    reviewer: UUID
    outcome: ToleranceOutcome | None = None


# ── 通报与检查 Notices and inspections ──


@fact("notice.drafted", stream="notice")
class NoticeDrafted(Fact):
    """拟稿: about units; a person is named only where a legal basis is stated, and then not here."""

    issuer: UUID
    kind: NoticeKind
    title: str
    text: str
    about_units: tuple[UUID, ...]
    scope: PublicationScope
    case: UUID | None = None
    names_persons: bool = False
    naming_basis: tuple[Basis, ...] = ()


@fact("notice.approved", stream="notice")
class NoticeApproved(Fact):
    """审签."""

    approved_by: UUID


@fact("notice.commendation_published", stream="notice")
class CommendationPublished(Fact):
    """通报表扬."""

    published_on: date


@fact("notice.exposure_published", stream="notice")
class ExposurePublished(Fact):
    """公开曝光 of a case that is final."""

    published_on: date
    case: UUID


@fact("notice.clarification_published", stream="notice")
class ClarificationPublished(Fact):
    """澄清公告, of a clarification issued in a tolerance matter or after a false accusation."""

    published_on: date
    tolerance: UUID | None = None


@fact("notice.corrected", stream="notice")
class NoticeCorrected(Fact):
    """更正通报."""

    text: str
    why_corrected: str


@fact("notice.withdrawn", stream="notice")
class NoticeWithdrawn(Fact):
    """撤回通报."""

    ground: str


@fact("inspection.planned", stream="inspection")
class InspectionPlanned(Fact):
    """检查计划, sealed: only SHA-256 (hex) of the salted plan stands here until the inspectors are on the spot."""

    lead_unit: UUID
    kind: InspectionKind
    plan_digest: str


@fact("inspection.inspectors_assigned", stream="inspection")
class InspectorsAssigned(Fact):
    """派员: posts, two at least."""

    posts: tuple[str, ...]


@fact("inspection.notice_sent", stream="inspection")
class InspectionNoticeSent(Fact):
    """事先通知, only of an announced inspection."""

    to: UUID


@fact("inspection.site_visited", stream="inspection")
class SiteVisited(Fact):
    """到达现场: the plan is opened; plan and salt give the digest that was sealed."""

    visited_unit: UUID
    visited_on: date
    plan: str
    salt: str


@fact("inspection.finding_recorded", stream="inspection")
class FindingRecorded(Fact):
    """记录发现."""

    finding_id: str
    text: str
    pledge: UUID | None = None
    item: UUID | None = None


@fact("inspection.unit_commented", stream="inspection")
class UnitCommented(Fact):
    """被检查单位意见."""

    commented_by: UUID
    text: str


@fact("inspection.rectification_ordered", stream="inspection")
class RectificationOrdered(Fact):
    """责令整改."""

    ordered_unit: UUID
    text: str
    due_on: date


@fact("inspection.rectification_verified", stream="inspection")
class RectificationVerified(Fact):
    """整改核实."""

    verifier: UUID
    text: str


@fact("inspection.closed", stream="inspection")
class InspectionClosed(Fact):
    """检查办结."""

    ground: str


# ── 线索 Leads: computed, never stored; what people say of them is ──


@fact("lead.answered", stream="lead")
class LeadAnswered(Fact):
    """单位说明: what a unit says of a lead about it."""

    lead: UUID
    lead_rule: str
    unit: UUID
    text: str


@fact("lead.dispositioned", stream="lead")
class LeadDispositioned(Fact):
    """线索处置, by a human with a reason; the lead as it was seen: rule, edition, evidence positions."""

    lead: UUID
    lead_rule: str
    lead_edition: str
    positions: tuple[int, ...]
    disposition: LeadDisposition
    disposed_by: UUID
    ground: str
    duplicate_of: UUID | None = None
