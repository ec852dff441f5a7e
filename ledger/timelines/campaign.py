"""The life of one clean-up campaign: planned, open, reconciling, reviewing, deciding, closed, looked back on.

Pure and total. Holds what the campaign's own stream shows; whether an item was reported to the province, or the list published,
stands in their streams.
Keeps: a conflict stays open until it is resolved after it arose.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from ledger.encoding import Recorded
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
    LookBackOpened,
    MatchDecided,
    OmissionRegistered,
)
from ledger.terms import ItemType, MatchResult
from ledger.timelines.life import Life


class Phase(StrEnum):
    """How far a campaign has come, in this order."""

    PLANNED = "PLANNED"
    OPEN = "OPEN"
    RECONCILING = "RECONCILING"
    REVIEWING = "REVIEWING"
    DECIDING = "DECIDING"
    CLOSED = "CLOSED"
    LOOK_BACK = "LOOK_BACK"


Registration = OmissionRegistered | FalseZeroRegistered


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign as of a day.

    since          day of its last step from phase to phase; last_on: day of the last fact of its stream
    units          those that owe a return for each of `item_types`
    conflicts      items with an open conflict (错报)
    registrations  omissions and false zeros
    touched        per item, the day of the last fact about it
    """

    id: UUID
    area_code: str
    title: str
    campaign_unit: UUID
    phase: Phase
    since: date
    last_on: date
    units: tuple[UUID, ...] = ()
    item_types: tuple[ItemType, ...] = ()
    deadline: date = date.max
    matches: tuple[MatchDecided, ...] = ()
    conflicts: frozenset[UUID] = frozenset()
    registrations: tuple[Registration, ...] = ()
    decisions: tuple[CampaignDecisionTaken, ...] = ()
    touched: Mapping[UUID, date] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def settled(self) -> frozenset[UUID]:
        """The records that a match or a registration has settled."""
        registered = (record for registration in self.registrations for record in registration.records)
        return frozenset(match.record for match in self.matches) | frozenset(registered)

    def false_zero(self, unit: UUID, item_type: ItemType) -> bool:
        """Tell whether the zero report of this unit and type was found false."""
        return any(
            isinstance(found, FalseZeroRegistered) and (found.unit, found.item_type) == (unit, item_type)
            for found in self.registrations
        )


_STEPS: dict[type[Fact], Phase] = {
    CampaignOpened: Phase.OPEN,
    InventoryClosed: Phase.RECONCILING,
    CampaignReconciled: Phase.REVIEWING,
    CampaignDecisionTaken: Phase.DECIDING,
    CampaignClosed: Phase.CLOSED,
    LookBackOpened: Phase.LOOK_BACK,
}


def evolve(state: Campaign | None, recorded: Recorded[Fact]) -> Campaign | None:
    """Total: whatever comes is taken as it stands once the campaign is planned."""
    fact, day = recorded.fact, recorded.effective_on
    if isinstance(fact, CampaignPlanned):
        return Campaign(recorded.stream, fact.area_code, fact.title, fact.campaign_unit, Phase.PLANNED, day, day)
    if state is None:
        return None
    state = replace(_told(state, fact, day), last_on=day)
    step = _STEPS.get(type(fact), state.phase)
    return state if step is state.phase else replace(state, phase=step, since=day)


def _told(state: Campaign, fact: Fact, day: date) -> Campaign:
    match fact:
        case CampaignOpened(units=units, item_types=item_types, deadline=deadline):
            return replace(state, units=units, item_types=item_types, deadline=deadline)
        case DeadlineExtended(deadline=deadline):
            return replace(state, deadline=deadline)
        case MatchDecided(item=item, result=result):
            opened = {item} if result is MatchResult.CONFLICT else set()
            matched = replace(state, matches=(*state.matches, fact), conflicts=state.conflicts | opened)
            return _touched(matched, item, day)
        case ConflictResolved(item=item):
            return _touched(replace(state, conflicts=state.conflicts - {item}), item, day)
        case OmissionRegistered() | FalseZeroRegistered():
            return replace(state, registrations=(*state.registrations, fact))
        case CampaignDecisionTaken():
            return replace(state, decisions=(*state.decisions, fact))
    return state


def _touched(state: Campaign, item: UUID, day: date) -> Campaign:
    return replace(state, touched=MappingProxyType({**state.touched, item: day}))


CAMPAIGN = Life("campaign", evolve)
