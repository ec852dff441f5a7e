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
