"""What a clean-up leaves behind: the campaign and its phase, each return, each record of another channel, each comparison.

First half of the campaign views (folds; the questions are in campaigns.py). Nothing is counted here: a return that nobody filed is
found when the question is asked, among the units that the campaign named. Keeps: who reported under protection stands in no row.
"""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from ledger.encoding import Recorded, plain, to_bytes
from ledger.events import (
    CampaignClosed,
    CampaignDecisionTaken,
    CampaignOpened,
    CampaignPlanned,
    CampaignReconciled,
    ConflictResolved,
    DeadlineExtended,
    Fact,
    FalseZeroRegistered,
    InventoryClosed,
    ItemIdentified,
    LookBackOpened,
    MatchDecided,
    OmissionRegistered,
    RecipientReportFiled,
    RecordReceived,
    ReturnChecked,
    ReturnConfirmed,
    ReturnCorrected,
    ReturnOverdue,
    ReturnSubmitted,
    SpotCheckFindingFiled,
    ZeroReportFiled,
)
from ledger.terms import FoundBy, ItemType, MatchResult
from ledger.timelines.campaign import CAMPAIGN, Campaign
from ledger.timelines.filing import RETURN, CampaignReturn, Status
from projections.engine import Timeline
from projections.rows import Row

# ── The campaign ──


class CampaignHeld(Row, frozen=True):
    """One row of `campaign_list`. What the campaign stated of itself is kept as it stands, as JSON, to be compared with what is counted."""

    area_code: str
    year: int
    ordinal: int
    title: str
    campaign_unit: UUID
    phase: str
    since: date
    units: tuple[UUID, ...]
    item_types: tuple[str, ...]
    deadline: date | None
    reconciled: str | None
    decisions: tuple[str, ...]
    conservation: str | None
    synthetic: bool


@dataclass(frozen=True, slots=True)
class _Campaign:
    held: Campaign
    planned: CampaignPlanned
    synthetic: bool
    reconciled: str | None = None
    decisions: tuple[str, ...] = ()
    conservation: str | None = None


def _tell_campaign(told: _Campaign | None, recorded: Recorded[Fact]) -> _Campaign | None:
    held, fact = CAMPAIGN.evolve(told.held if told else None, recorded), recorded.fact
    if isinstance(fact, CampaignPlanned) and held:
        return _Campaign(held, fact, recorded.envelope.synthetic)
    if told is None or held is None:
        return None
    told = replace(told, held=held)
    match fact:
        case CampaignReconciled():
            return replace(told, reconciled=_json(fact))
        case CampaignDecisionTaken():
            return replace(told, decisions=(*told.decisions, _json(fact)))
        case CampaignClosed():
            return replace(told, conservation=_json(fact))
    return told


def _json(fact: Fact) -> str:
    return to_bytes(plain(fact)).decode()


def _show_campaign(told: _Campaign) -> CampaignHeld:
    held = told.held
    return CampaignHeld(
        area_code=held.area_code,
        year=told.planned.year,
        ordinal=told.planned.ordinal,
        title=held.title,
        campaign_unit=held.campaign_unit,
        phase=held.phase,
        since=held.since,
        units=held.units,
        item_types=tuple(map(str, held.item_types)),
        deadline=None if held.deadline == date.max else held.deadline,
        reconciled=told.reconciled,
        decisions=told.decisions,
        conservation=told.conservation,
        synthetic=told.synthetic,
    )


CAMPAIGN_LIST: Timeline[_Campaign] = Timeline("campaign_list", CampaignHeld, show=_show_campaign)
for _step in (
    CampaignPlanned,
    CampaignOpened,
    DeadlineExtended,
    InventoryClosed,
    CampaignReconciled,
    CampaignDecisionTaken,
    CampaignClosed,
    LookBackOpened,
):
    CAMPAIGN_LIST.on(_step)(_tell_campaign)


# ── The returns ──


class ReturnStatus(StrEnum):
    """How far a return has come. That it is DUE is nobody's fact, and that it is FALSE_ZERO is found elsewhere: no row says either."""

    DUE = "DUE"
    SUBMITTED = "SUBMITTED"
    ZERO = "ZERO"
    CHECKED = "CHECKED"
    CONFIRMED = "CONFIRMED"
    CORRECTED = "CORRECTED"
    FALSE_ZERO = "FALSE_ZERO"


class ReturnHeld(Row, frozen=True):
    """One row of `campaign_return`: what a unit filed on one type. `zero`: that it has none; `filed_on`: the day it first filed."""

    campaign: UUID
    unit: UUID
    item_type: str
    status: str
    zero: bool
    items: tuple[UUID, ...]
    declared: tuple[UUID, ...]
    filed_on: date | None
    filed_at: int
    records: tuple[UUID, ...]
    overdue_noted: bool
    synthetic: bool


_Named = ReturnSubmitted | ZeroReportFiled | ReturnOverdue | RecordReceived
_Found = OmissionRegistered | FalseZeroRegistered


@dataclass(frozen=True, slots=True)
class _Return:
    """A return and whose it is: known from the first fact that names campaign, unit and type."""

    held: CampaignReturn
    synthetic: bool
    whose: tuple[UUID, UUID, ItemType] | None = None
    filed_on: date | None = None


def _tell_return(told: _Return | None, recorded: Recorded[Fact]) -> _Return:
    told = told or _Return(CampaignReturn(), recorded.envelope.synthetic)
    fact = recorded.fact
    if isinstance(fact, _Named):
        told = replace(told, whose=(fact.campaign, fact.unit, fact.item_type))
    if isinstance(fact, ReturnSubmitted | ZeroReportFiled):
        told = replace(told, filed_on=told.filed_on or recorded.effective_on)
    return replace(told, held=RETURN.evolve(told.held, recorded) or told.held)


def _show_return(told: _Return) -> ReturnHeld | None:
    if told.whose is None:
        return None
    campaign, unit, item_type = told.whose
    return ReturnHeld(
        campaign=campaign,
        unit=unit,
        item_type=item_type,
        status=_status(told),
        zero=told.held.zero,
        items=told.held.items,
        declared=told.held.declared,
        filed_on=told.filed_on,
        filed_at=told.held.filed_at,
        records=told.held.records,
        overdue_noted=told.held.overdue_noted,
        synthetic=told.synthetic,
    )


def _status(told: _Return) -> ReturnStatus:
    if told.held.zero and told.held.status is Status.SUBMITTED:
        return ReturnStatus.ZERO
    return ReturnStatus(told.held.status)


CAMPAIGN_RETURN: Timeline[_Return] = Timeline("campaign_return", ReturnHeld, show=_show_return)
for _filing in (
    ReturnSubmitted,
    ZeroReportFiled,
    ReturnOverdue,
    ReturnChecked,
    ReturnConfirmed,
    ReturnCorrected,
    RecordReceived,
):
    CAMPAIGN_RETURN.on(_filing)(_tell_return)


# ── The records of the other channels ──


class RecordHeld(Row, frozen=True):
    """One row of `campaign_record`: an item as a spot check or a recipient saw it. `reporter` is null where it is protected."""

    campaign: UUID
    found_by: str
    protected: bool
    reporter: UUID | None
    item_type: str
    title: str
    implementing_unit: UUID
    checked_unit: UUID | None
    document_title: str | None
    level: str | None
    found_on: date
    synthetic: bool


CAMPAIGN_RECORD = Timeline("campaign_record", RecordHeld)


@CAMPAIGN_RECORD.on(SpotCheckFindingFiled)
def _(_: RecordHeld | None, e: Recorded[SpotCheckFindingFiled]) -> RecordHeld:
    return _record(e, FoundBy.SPOT_CHECK, e.fact.checker, found_on=e.fact.found_on, checked_unit=e.fact.checked_unit)


@CAMPAIGN_RECORD.on(RecipientReportFiled)
def _(_: RecordHeld | None, e: Recorded[RecipientReportFiled]) -> RecordHeld:
    return _record(e, FoundBy.RECIPIENT, e.fact.recipient, found_on=e.effective_on, protected=e.fact.protected)


def _record(
    e: Recorded[SpotCheckFindingFiled] | Recorded[RecipientReportFiled],
    found_by: FoundBy,
    reporter: UUID | None,
    found_on: date,
    checked_unit: UUID | None = None,
    protected: bool = False,
) -> RecordHeld:
    described = e.fact.described
    return RecordHeld(
        campaign=e.fact.campaign,
        found_by=found_by,
        protected=protected,
        reporter=None if protected else reporter,
        item_type=described.item_type,
        title=described.title,
        implementing_unit=described.implementing_unit,
        checked_unit=checked_unit,
        document_title=described.document_title,
        level=described.level,
        found_on=found_on,
        synthetic=e.envelope.synthetic,
    )


# ── The comparison of the channels ──


class Result(StrEnum):
    """What the comparison of the channels came to for one item."""

    MATCHED = "MATCHED"
    CONFLICT = "CONFLICT"
    RESOLVED = "RESOLVED"
    UNCORROBORATED = "UNCORROBORATED"
    OMISSION = "OMISSION"
    FALSE_ZERO = "FALSE_ZERO"


class Compared(Row, frozen=True):
    """One row of `reconciliation`, an item: `records` of other channels found to be the same; `declared`: a unit declared it.

    unit, item_type  whose return it stands in, or should have stood in
    """

    campaign: UUID
    unit: UUID
    item_type: str
    declared: bool
    records: tuple[UUID, ...]
    result: str
    differences: tuple[str, ...]
    disguised_candidate: bool
    synthetic: bool


@dataclass(frozen=True, slots=True)
class _Comparison:
    synthetic: bool
    identified: ItemIdentified | None = None
    matches: tuple[MatchDecided, ...] = ()
    conflict: bool = False
    registered: _Found | None = None


def _compare(told: _Comparison | None, recorded: Recorded[Fact]) -> _Comparison:
    told = told or _Comparison(recorded.envelope.synthetic)
    match recorded.fact:
        case ItemIdentified() as fact:
            return replace(told, identified=told.identified or fact)
        case MatchDecided() as fact:
            conflict = told.conflict or fact.result is MatchResult.CONFLICT
            return replace(told, matches=(*told.matches, fact), conflict=conflict)
        case ConflictResolved():
            return replace(told, conflict=False)
        case OmissionRegistered() | FalseZeroRegistered() as fact:
            return replace(told, registered=fact)
    return told


def _show_comparison(told: _Comparison) -> Compared | None:
    if told.identified is None or told.identified.campaign is None:
        return None
    matched = (match.record for match in told.matches)
    found, identified = told.registered, told.identified
    return Compared(
        campaign=told.identified.campaign,
        unit=found.unit if found else identified.reporting_unit,
        item_type=found.item_type if found else identified.terms.item_type,
        declared=told.identified.found_by is FoundBy.IMPLEMENTER,
        records=tuple(dict.fromkeys((*matched, *(found.records if found else ())))),
        result=_result(told),
        differences=tuple(dict.fromkeys(name for match in told.matches for name in match.differences)),
        disguised_candidate=any(match.disguised_candidate for match in told.matches),
        synthetic=told.synthetic,
    )


def _result(told: _Comparison) -> Result:
    if told.registered:
        return Result.OMISSION if isinstance(told.registered, OmissionRegistered) else Result.FALSE_ZERO
    if told.conflict:
        return Result.CONFLICT
    if any(match.result is MatchResult.CONFLICT for match in told.matches):
        return Result.RESOLVED
    return Result.MATCHED if told.matches else Result.UNCORROBORATED


def _its_item(e: Recorded[Any]) -> tuple[UUID, ...]:
    return (e.fact.item,)


RECONCILIATION: Timeline[_Comparison] = Timeline("reconciliation", Compared, show=_show_comparison)
RECONCILIATION.on(ItemIdentified)(_compare)
for _compared in (MatchDecided, ConflictResolved, OmissionRegistered, FalseZeroRegistered):
    RECONCILIATION.on(_compared, route=_its_item)(_compare)
