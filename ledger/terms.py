"""The field's fixed words, one identifier each; what differs by place or year is rule-pack data, not a word here.

Words are only ever added: stored facts hold them for ever.
"""

from enum import StrEnum


class Level(StrEnum):
    """层级: where a unit stands. A village committee is self-governing and no lower administrative level."""

    NATIONAL = "NATIONAL"
    PROVINCE = "PROVINCE"
    PREFECTURE = "PREFECTURE"
    COUNTY = "COUNTY"
    TOWNSHIP = "TOWNSHIP"
    VILLAGE = "VILLAGE"

    @property
    def rank(self) -> int:
        """6 for the nation down to 1 for a village; a larger rank commands a smaller one."""
        return 6 - list(Level).index(self)


class ItemType(StrEnum):
    """事项类型: a one-vote veto, or a responsibility pledge of whatever title."""

    VETO = "VETO"
    PLEDGE = "PLEDGE"


class FoundBy(StrEnum):
    """发现渠道: who brought an item to light."""

    IMPLEMENTER = "IMPLEMENTER"
    SPOT_CHECK = "SPOT_CHECK"
    RECIPIENT = "RECIPIENT"


class Disposition(StrEnum):
    """处理意见: retain, merge or cancel."""

    RETAIN = "RETAIN"
    MERGE = "MERGE"
    CANCEL = "CANCEL"


class OpinionStage(StrEnum):
    """审核环节: whose opinion on an item it is, in the order of the review chain."""

    UNIT_DRAFT = "UNIT_DRAFT"
    PARTY_GROUP = "PARTY_GROUP"
    SUPERIOR_CONSULTED = "SUPERIOR_CONSULTED"
    LEGALITY_REVIEW = "LEGALITY_REVIEW"
    ORG_DEPT_CONSOLIDATED = "ORG_DEPT_CONSOLIDATED"


class RunningPledges(StrEnum):
    """存量责任状处理: what becomes of pledges already signed under a cancelled or merged item."""

    TERMINATE = "TERMINATE"
    RUN_OUT = "RUN_OUT"


class ClauseType(StrEnum):
    """条款类别."""

    ISSUER_DUTY = "ISSUER_DUTY"
    SIGNER_DUTY = "SIGNER_DUTY"
    SUPPORT = "SUPPORT"
    TARGET = "TARGET"
    REWARD = "REWARD"
    PENALTY = "PENALTY"
    VETO_LINK = "VETO_LINK"


class ClauseRole(StrEnum):
    """主体责任 or 配合责任."""

    PRINCIPAL = "PRINCIPAL"
    SUPPORTING = "SUPPORTING"


class ClauseFate(StrEnum):
    """What became of a source's clause when items were merged."""

    KEPT = "KEPT"
    DROPPED = "DROPPED"


class MatchResult(StrEnum):
    """核对结果 of one declared item against one record of another channel."""

    MATCHED = "MATCHED"
    CONFLICT = "CONFLICT"


class Kept(StrEnum):
    """Which of two differing values was found to be right."""

    DECLARED = "DECLARED"
    FOUND = "FOUND"


class AdmissionKind(StrEnum):
    """准入申请 for a new item, or 变更申请 for the approved version of one."""

    NEW = "NEW"
    AMEND = "AMEND"


class Line(StrEnum):
    """条块: the department line or the territorial block that a superior stands in."""

    BLOCK = "BLOCK"
    LINE = "LINE"


class Confidentiality(StrEnum):
    """Nothing classified enters the ledger; these are the openness marks of ordinary records."""

    PUBLIC = "PUBLIC"
    INTERNAL = "INTERNAL"


class EntryRoute(StrEnum):
    """录入途径: by which door the record came in."""

    CONSOLE = "CONSOLE"
    API = "API"
    FILE = "FILE"
    CLI = "CLI"


class MeetingBody(StrEnum):
    """会议类型."""

    PARTY_GROUP = "PARTY_GROUP"
    PARTY_COMMITTEE = "PARTY_COMMITTEE"
    STANDING_COMMITTEE = "STANDING_COMMITTEE"
    GOVERNMENT = "GOVERNMENT"
    JOINT_MEETING = "JOINT_MEETING"
    DISCIPLINE_COMMISSION = "DISCIPLINE_COMMISSION"


class DutyListKind(StrEnum):
    """清单类别: 基本履职, 配合履职, 上级部门收回 of a township; 部门权责 of a department."""

    BASIC = "BASIC"
    COOPERATING = "COOPERATING"
    TAKEN_BACK = "TAKEN_BACK"
    DEPARTMENT = "DEPARTMENT"


class SupportKind(StrEnum):
    """支持 that is promised with a duty: 人, 财, 物, 权, 数据."""

    STAFF = "STAFF"
    FUNDS = "FUNDS"
    GOODS = "GOODS"
    POWER = "POWER"
    DATA = "DATA"


class SignerKind(StrEnum):
    """承接方 of a paper: a unit, a village collective, a household or one person (never named)."""

    UNIT = "UNIT"
    VILLAGE = "VILLAGE"
    HOUSEHOLD = "HOUSEHOLD"
    PERSON = "PERSON"


class ListCheck(StrEnum):
    """清单比对: whether a drafted pledge holds just the clauses of the approved version."""

    EQUAL = "EQUAL"
    DIFFERENT = "DIFFERENT"


class ObjectionKind(StrEnum):
    """异议类别: 无权限, 无资源, 非本级职责, 超清单, 指标不实."""

    NO_POWER = "NO_POWER"
    NO_RESOURCES = "NO_RESOURCES"
    NOT_OUR_DUTY = "NOT_OUR_DUTY"
    OFF_LIST = "OFF_LIST"
    TARGET_UNREAL = "TARGET_UNREAL"


class Defect(StrEnum):
    """What was irregular about a paper or a veto as it was observed; an observation, not a finding."""

    OFF_LIST = "OFF_LIST"
    OUT_OF_SCOPE = "OUT_OF_SCOPE"
    CLAUSES_ADDED = "CLAUSES_ADDED"
    OUT_OF_PERIOD = "OUT_OF_PERIOD"
    RENAMED = "RENAMED"
    NO_BASIS = "NO_BASIS"
    OTHER = "OTHER"


class PledgeResult(StrEnum):
    """考核结果 of one year."""

    FULFILLED = "FULFILLED"
    NOT_FULFILLED = "NOT_FULFILLED"


class VetoDecision(StrEnum):
    """否决决定."""

    VETO = "VETO"
    NO_VETO = "NO_VETO"


class ReviewResult(StrEnum):
    """复核结果 of a decision."""

    UPHELD = "UPHELD"
    CHANGED = "CHANGED"
    REVOKED = "REVOKED"


class TimePrecision(StrEnum):
    """How exactly an instant is known."""

    MINUTE = "MINUTE"
    DAY = "DAY"


class Severity(StrEnum):
    """事件等级: 一般, 较大, 重大, 特别重大."""

    ORDINARY = "ORDINARY"
    LARGER = "LARGER"
    MAJOR = "MAJOR"
    EXCEPTIONAL = "EXCEPTIONAL"


class ResponsibilityKind(StrEnum):
    """责任类别: 主要领导责任, 重要领导责任, 直接责任."""

    PRINCIPAL_LEADERSHIP = "PRINCIPAL_LEADERSHIP"
    IMPORTANT_LEADERSHIP = "IMPORTANT_LEADERSHIP"
    DIRECT = "DIRECT"


class ToleranceFinding(StrEnum):
    """容错审查结论 within a case."""

    APPLIES = "APPLIES"
    DOES_NOT_APPLY = "DOES_NOT_APPLY"
    NONE_RAISED = "NONE_RAISED"


class ToleranceOutcome(StrEnum):
    """容错认定: 免予, 从轻, 减轻, 不予."""

    EXEMPT = "EXEMPT"
    LIGHTER = "LIGHTER"
    MITIGATED = "MITIGATED"
    REFUSED = "REFUSED"


class FilingDecision(StrEnum):
    """容错报备 or 容错申请: accepted or not."""

    ACCEPTED = "ACCEPTED"
    REFUSED = "REFUSED"


class ClarificationForm(StrEnum):
    """澄清正名 in one of the three ways of the rules on accusations (检举控告工作规则, art. 50)."""

    TO_COMMITTEE_HEAD_AND_PERSON = "TO_COMMITTEE_HEAD_AND_PERSON"
    TO_COMMITTEE = "TO_COMMITTEE"
    CIRCULAR = "CIRCULAR"


class Causation(StrEnum):
    """因果认定 (T12), the inspector's own."""

    PASS = "pass"  # noqa: S105 - a result
    FAIL = "fail"


class TestResult(StrEnum):
    """检验结果 of one of the twelve tests; unknown is never a fail."""

    __test__ = False  # no test of ours: pytest goes by the name

    PASS = "pass"  # noqa: S105 - a result
    FAIL = "fail"
    UNKNOWN = "unknown"


class ClaimOutcome(StrEnum):
    """责任主张的认定."""

    SUSTAINED = "SUSTAINED"
    PARTIAL = "PARTIAL"
    SHIELD_REJECTED = "SHIELD_REJECTED"
    UNDETERMINED = "UNDETERMINED"


class NoticeKind(StrEnum):
    """通报: 表扬, 曝光, 澄清."""

    COMMENDATION = "COMMENDATION"
    EXPOSURE = "EXPOSURE"
    CLARIFICATION = "CLARIFICATION"


class PublicationScope(StrEnum):
    """公开范围."""

    INTERNAL = "INTERNAL"
    JURISDICTION = "JURISDICTION"
    PUBLIC = "PUBLIC"


class InspectionKind(StrEnum):
    """检查方式: 四不两直, or announced."""

    UNANNOUNCED = "UNANNOUNCED"
    ANNOUNCED = "ANNOUNCED"


class AnchorKind(StrEnum):
    """存证方式: where a digest was fixed outside the ledger."""

    TIMESTAMP_AUTHORITY = "TIMESTAMP_AUTHORITY"
    ARCHIVE = "ARCHIVE"
    REGISTERED_MAIL = "REGISTERED_MAIL"
    GAZETTE = "GAZETTE"


class LeadDisposition(StrEnum):
    """线索处置: confirmed, false positive, or the same as another."""

    CONFIRMED = "CONFIRMED"
    FALSE_POSITIVE = "FALSE_POSITIVE"
    DUPLICATE = "DUPLICATE"
