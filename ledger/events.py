"""Every fact the ledger can hold: the contents page of the product.

Each class is one sentence an inspector could put in a file. It declares its stored name (`TOPIC`, chosen for history) and the kind of
stream it stands in (`STREAM`). What every record says beside its fact – who, when, on what authority – is the `Envelope`.
Stored for ever: names and meanings never change; a new shape of a fact is a new `class_version` with an `upcast_vN_vN+1`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, TypeVar, cast, dataclass_transform
from uuid import UUID

from ledger.terms import (
    AdmissionKind,
    Confidentiality,
    Disposition,
    EntryRoute,
    FoundBy,
    ItemType,
    Level,
    Line,
    MatchResult,
    MeetingBody,
    OpinionStage,
)
from ledger.values import (
    AgendaItem,
    Authority,
    Change,
    ClauseMapping,
    DescribedItem,
    Evidence,
    GroupCount,
    ItemTerms,
    Resolution,
    RunningPledgesTreatment,
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
