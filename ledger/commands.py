"""What may be asked of the ledger, imperative: each command is the request body as it stands, and one decider answers it.

References are stream ids. `effective_on` is the day the fact happened; lists of facts that a command brings about share it.
"""

from dataclasses import dataclass
from datetime import date
from typing import TypeVar, dataclass_transform
from uuid import UUID

from ledger.terms import (
    AdmissionKind,
    Confidentiality,
    Disposition,
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
    ItemTerms,
    Resolution,
    RunningPledgesTreatment,
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
