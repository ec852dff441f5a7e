"""What a unit did and what befell it: one row for every fact in which it appears, in every role in which it does.

Second step of every read (api -> here -> unit_history.sql). Keeps: a correction is a row of its own, and what it corrected stays,
marked with the position at which it ceased to stand; a report under protection stands under nobody who reported it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from ledger import events as told
from ledger.encoding import Recorded
from ledger.statements import load
from projections.engine import AS_BEFORE, History
from projections.reading import Pinned

SQL = load("projections", "unit_history.sql")
PAGE = 100  # rows


# ── Who appears in which fact as what ──


def _itself(e: Recorded[Any]) -> tuple[UUID, ...]:
    return (e.stream,)


def _superiors(e: Recorded[told.UnitRegistered]) -> tuple[UUID, ...]:
    return tuple(unit for unit in (e.fact.block_superior, e.fact.line_superior) if unit)


def _acting(e: Recorded[Any]) -> tuple[UUID, ...]:
    """Who acted: the unit on whose behalf the record was made, else the one that made it."""
    unit = e.envelope.on_behalf_of or e.envelope.actor_unit
    return (unit,) if unit else ()


def _implementer(e: Recorded[Any]) -> tuple[UUID, ...]:
    return (e.fact.terms.implementing_unit,)


def _in_whose_name(e: Recorded[Any]) -> tuple[UUID, ...]:
    return (e.fact.terms.issued_in_name_of,) if e.fact.terms.issued_in_name_of else ()


def _described_implementer(e: Recorded[Any]) -> tuple[UUID, ...]:
    return (e.fact.described.implementing_unit,)


def _recipient(e: Recorded[told.RecipientReportFiled]) -> tuple[UUID, ...]:
    return (e.fact.recipient,) if e.fact.recipient and not e.fact.protected else ()


UNIT_HISTORY = History("unit_history")
_roles = UNIT_HISTORY.roles
_fact: type[told.Fact]

_roles(told.RulePackAdopted, decider=_acting)
_roles(told.BuildSignedOff, decider=_acting)

_roles(told.UnitRegistered, unit=_itself, superior=_superiors)
_roles(told.UnitRenamed, unit=_itself)
_roles(told.UnitSuperiorChanged, unit=_itself, superior="superior")
_roles(told.UnitsMerged, unit=_itself, successor="successor")
_roles(told.UnitSplit, unit=_itself, successor="successors")
_roles(told.UnitDissolved, unit=_itself)

_roles(told.DocumentRegistered, document_issuer="document_issuer")
_roles(told.DocumentRepealed, document_issuer=AS_BEFORE)
_roles(told.MeetingHeld, meeting="unit")

_roles(told.CampaignPlanned, campaign_unit="campaign_unit")
_roles(told.CampaignOpened, campaign_unit=AS_BEFORE, obligated="units")
for _fact in (told.DeadlineExtended, told.InventoryClosed, told.LookBackOpened):
    _roles(_fact, campaign_unit=AS_BEFORE, obligated=AS_BEFORE)
for _fact in (told.MatchDecided, told.ConflictResolved, told.CampaignReconciled, told.CampaignClosed):
    _roles(_fact, campaign_unit=AS_BEFORE)
for _fact in (told.OmissionRegistered, told.FalseZeroRegistered):
    _roles(_fact, campaign_unit=AS_BEFORE, reporter="unit")
_roles(told.CampaignDecisionTaken, campaign_unit=AS_BEFORE, decider="unit")

for _fact in (told.ReturnSubmitted, told.ZeroReportFiled, told.ReturnOverdue, told.RecordReceived):
    _roles(_fact, reporter="unit")
_roles(told.ReturnChecked, reporter=AS_BEFORE, checker=_acting)
_roles(told.ReturnConfirmed, reporter=AS_BEFORE, checker=_acting)
_roles(told.ReturnCorrected, reporter=AS_BEFORE)

_roles(told.SpotCheckFindingFiled, checker="checker", checked="checked_unit", implementer=_described_implementer)
_roles(told.RecipientReportFiled, implementer="implementing_unit", recipient=_recipient)

_roles(told.ItemIdentified, implementer=_implementer, reporter="reporting_unit", in_name_of=_in_whose_name)
_WHOSE: dict[str, None] = {"implementer": AS_BEFORE, "reporter": AS_BEFORE, "in_name_of": AS_BEFORE}
for _fact in (told.ItemVerified, told.ItemMarkedDuplicate, told.ItemRejectedAsNotAnItem):
    _roles(_fact, **_WHOSE, verifier="verifier")
for _fact in (
    told.ItemSubmittedForReview,
    told.ItemReturnedForRevision,
    told.ReportedToProvince,
    told.ProvinceReplied,
    told.ItemExpired,
    told.ItemBasisLost,
    told.ItemExitReviewOpened,
):
    _roles(_fact, **_WHOSE)
_roles(told.ItemOpinionGiven, **_WHOSE, opinion_giver="giver_unit")
for _fact in (
    told.ItemRetained,
    told.ItemCancelled,
    told.ItemMerged,
    told.ItemSuspended,
    told.ItemResumed,
    told.ItemExited,
):
    _roles(_fact, **_WHOSE, decider=_acting)
for _fact in (told.MergedItemFormed, told.ItemAdmitted, told.ItemAmended):
    _roles(_fact, implementer=_implementer, reporter=AS_BEFORE, in_name_of=_in_whose_name, decider=_acting)
_roles(told.ItemListPublished, publisher=_acting)

_roles(told.AdmissionApplied, applicant="applicant", implementer=_implementer)
for _fact in (told.AdmissionFoundComplete, told.AdmissionReturned, told.AdmissionWithdrawn):
    _roles(_fact, applicant=AS_BEFORE)
_roles(told.AdmissionBasisVerified, applicant=AS_BEFORE, verifier="verifier")
_roles(told.AdmissionReportedUpward, applicant=AS_BEFORE, reported_to="reported_to")
for _fact in (told.AdmissionApproved, told.AdmissionRefused):
    _roles(_fact, applicant=AS_BEFORE, decider=_acting)

# ── The heart: duties and pledges, vetoes, incidents, cases, claims, tolerance, notices, inspections, leads ──


def _owner(e: Recorded[Any]) -> tuple[UUID, ...]:
    return (e.fact.entry.owner_unit,)


def _power_holder(e: Recorded[Any]) -> tuple[UUID, ...]:
    return (e.fact.entry.power_holder,) if e.fact.entry.power_holder else ()


def _cooperating(e: Recorded[Any]) -> tuple[UUID, ...]:
    return tuple(e.fact.entry.cooperating)


def _sharing(e: Recorded[told.ClaimRuled]) -> tuple[UUID, ...]:
    return tuple(share.unit for share in e.fact.shares)


_roles(told.EvidenceAnchored, verifier="verifier")
_roles(told.DutyListPublished, owner="unit", publisher=_acting)
for _fact in (told.DutyEntryAdded, told.DutyEntryChanged):
    _roles(_fact, owner=_owner, power_holder=_power_holder, cooperating=_cooperating)
_roles(told.DutyEntryRemoved, owner=AS_BEFORE, power_holder=AS_BEFORE, cooperating=AS_BEFORE)
_roles(told.DutyDelegated, owner=AS_BEFORE, delegator="from_unit", delegate="to_unit")
_roles(told.DutyTakenBack, owner=AS_BEFORE, relieved="from_unit", taker="to_unit")

_SIDES: dict[str, None] = {"issuer": AS_BEFORE, "signer": AS_BEFORE}
_roles(told.SupportPromised, **_SIDES, owner=AS_BEFORE, promiser="promised_by", promised_to="promised_to")
_roles(told.SupportDelivered, **_SIDES, owner=AS_BEFORE, promiser="delivered_by", promised_to="delivered_to")
for _fact in (told.PledgeDrafted, told.PledgeBacklogRecorded):
    _roles(_fact, issuer="issuer", signer="signer")
_roles(
    told.IrregularPledgeObserved,
    issuer="issuer",
    signer="signer",
    in_name_of="issued_in_name_of",
    observer="observed_by",
)
_roles(told.PledgeObjectionRaised, **_SIDES, objector="raised_by", objected_to="addressed_to")
for _fact in (
    told.PledgeCheckedAgainstList,
    told.PledgeOffered,
    told.PledgeObjectionAnswered,
    told.PledgeSigned,
    told.PledgeRefused,
    told.PledgeReSignedDown,
    told.IssuerDutyPerformed,
    told.PledgeAssessed,
    told.PledgeTerminated,
    told.PledgeVoided,
):
    _roles(_fact, **_SIDES)

_roles(told.VetoSuggested, exerciser="exercising_unit", target="target_unit", suggester="suggested_by")
_roles(told.VetoDecided, exerciser="exercising_unit", target="target_unit")
for _fact in (told.IrregularVetoObserved, told.DisguisedVetoObserved):
    _roles(_fact, exerciser="exercising_unit", target="target_unit", observer="observed_by")
_VETO: dict[str, None] = {"exerciser": AS_BEFORE, "target": AS_BEFORE}
_roles(told.VetoFactsVerified, **_VETO, verifier="verifier")
_roles(told.VetoReviewDecided, **_VETO, reviewer="reviewer")
for _fact in (told.VetoPartyHeard, told.VetoNotified, told.VetoReviewRequested, told.VetoLifted, told.VetoLapsed):
    _roles(_fact, **_VETO)

_roles(told.IncidentRegistered, registrar="registrar", concerned="units")
_roles(told.IncidentVerified, registrar=AS_BEFORE, concerned=AS_BEFORE, verifier="verifier")
_roles(told.IncidentClosed, registrar=AS_BEFORE, concerned=AS_BEFORE)

_roles(told.CaseCluesReceived, subject="subject_unit", case_handler="received_by")
_roles(told.CaseOpened, subject="subject_unit", case_handler="opened_by")
_CASE: dict[str, None] = {"subject": AS_BEFORE, "case_handler": AS_BEFORE}
_roles(told.PreliminaryCheckOpened, **_CASE, checker="checker")
_roles(told.InvestigationOpened, **_CASE, investigator="investigator")
_roles(told.AccountabilityProposed, **_CASE, proposer="proposed_by")
_roles(
    told.AccountabilityDecided,
    subject="subject_unit",
    case_handler=AS_BEFORE,
    proposer="proposed_by",
    decider="deciding_body",
)
_roles(told.AccountabilityFiled, **_CASE, reported_to="filed_with")
_roles(told.AppealDecided, **_CASE, reviewer="handled_by")
_roles(told.AccountabilityCorrected, **_CASE, decider=AS_BEFORE, corrector="corrected_by")
_roles(told.AbuseOfAccountabilityFound, **_CASE, decider=AS_BEFORE, corrector="found_by")
for _fact in (
    told.NoCaseDecided,
    told.StatementHeard,
    told.ToleranceConsidered,
    told.AccountabilityAnnounced,
    told.AccountabilityExecuted,
    told.AppealLodged,
    told.ImpactPeriodEnded,
    told.CaseClosedWithoutAccountability,
    told.CaseClosed,
):
    _roles(_fact, **_CASE)

_roles(told.ResponsibilityClaimAsserted, claimant="asserting_unit", against="against_unit")
_CLAIM: dict[str, None] = {"claimant": AS_BEFORE, "against": AS_BEFORE}
_roles(told.ClaimAnswered, **_CLAIM, answerer="answered_by")
_roles(told.CausationFound, **_CLAIM, inspector="inspector_unit")
_roles(told.ClaimRuled, **_CLAIM, inspector="inspector_unit", sharing=_sharing)
_roles(told.ShieldUseConfirmed, **_CLAIM, shield_user="unit")
_roles(told.ClaimReopened, **_CLAIM)

_roles(told.ToleranceFiledInAdvance, applicant="applicant")
_roles(told.ToleranceApplied, applicant="applicant")
_roles(told.ToleranceConsideredExOfficio, subject="subject_unit", case_handler=_acting)
_TOLERANCE: dict[str, None] = {"applicant": AS_BEFORE, "subject": AS_BEFORE}
_roles(told.ToleranceFilingReviewed, **_TOLERANCE, reviewer="reviewer")
_roles(told.ToleranceFilingChecked, **_TOLERANCE, checker="checker")
_roles(told.ToleranceVerified, **_TOLERANCE, verifier="verifier")
_roles(told.ToleranceReviewDecided, **_TOLERANCE, reviewer="reviewer")
for _fact in (told.ToleranceFilingDecided, told.ToleranceAccepted, told.ToleranceNotAccepted, told.ToleranceRuled):
    _roles(_fact, **_TOLERANCE, decider=_acting)
for _fact in (
    told.ToleranceFedBack,
    told.CorrectionOrdered,
    told.CorrectionCompleted,
    told.ClarificationIssued,
    told.ToleranceReviewRequested,
):
    _roles(_fact, **_TOLERANCE)

_roles(told.NoticeDrafted, notice_issuer="issuer", about="about_units")
_NOTICE: dict[str, None] = {"notice_issuer": AS_BEFORE, "about": AS_BEFORE}
_roles(told.NoticeApproved, **_NOTICE, approver="approved_by")
for _fact in (
    told.CommendationPublished,
    told.ExposurePublished,
    told.ClarificationPublished,
    told.NoticeCorrected,
    told.NoticeWithdrawn,
):
    _roles(_fact, **_NOTICE)

_roles(told.InspectionPlanned, inspector="lead_unit")
_roles(told.InspectorsAssigned, inspector=AS_BEFORE)
_roles(told.InspectionNoticeSent, inspector=AS_BEFORE, notified="to")
_roles(told.SiteVisited, inspector=AS_BEFORE, inspected="visited_unit")
_roles(told.FindingRecorded, inspector=AS_BEFORE, inspected=AS_BEFORE)
_roles(told.UnitCommented, inspector=AS_BEFORE, answerer="commented_by")
_roles(told.RectificationOrdered, inspector=AS_BEFORE, ordered="ordered_unit")
_roles(told.RectificationVerified, inspector=AS_BEFORE, ordered=AS_BEFORE, verifier="verifier")
_roles(told.InspectionClosed, inspector=AS_BEFORE, inspected=AS_BEFORE)

_roles(told.LeadAnswered, answerer="unit")
_roles(told.LeadDispositioned, disposer="disposed_by")


# ── The question ──


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryRow:
    """A unit in a fact, as `role`; `topic` names the sentence. `title`: of the item or campaign that the stream is, if it is one.

    corrects  position of the fact that this one, a correction, is about
    until     position at which it was learnt that this does not stand, or does not read so (None: it stands)
    """

    unit: UUID
    position: int
    effective_on: date
    recorded_at: int
    role: str
    topic: str
    stream: UUID
    title: str | None
    actor_unit: UUID | None
    corrects: int | None
    learnt_at: int
    until: int | None


After = tuple[date, int, str, int]  # (effective_on, position, role, learnt_at) of the last row of the page before


def history(
    connection: Connection[Any],
    pinned: Pinned,
    unit: UUID,
    *,
    topic: Sequence[str] = (),
    role: Sequence[str] = (),
    since: date | None = None,
    after: After | None = None,
    most: int = PAGE,
) -> list[HistoryRow]:
    """Return what a unit appears in up to the pinned day (from `since` on, if given), by day, then position.

    What was corrected by then is given too, with `until`; filters hold together, each by any of its values.
    """
    day, position, as_role, learnt_at = after or (None, None, None, None)
    asked = {"unit": unit, "topic": list(topic) or None, "role": list(role) or None, "since": since, "most": most}
    place = {"day_after": day, "position_after": position, "role_after": as_role, "learnt_after": learnt_at}
    with connection.cursor(row_factory=class_row(HistoryRow)) as cursor:
        return cursor.execute(pinned.ask(SQL["history"]), pinned.parameters | asked | place).fetchall()
