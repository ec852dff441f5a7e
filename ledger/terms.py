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
