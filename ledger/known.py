"""References lead somewhere: the unit, document, meeting, campaign or item that a command names is there, and stood on the day.

Shared by the deciders. Pure; what is looked at here is part of the decision's read set.
"""

from datetime import date
from uuid import UUID

from ledger import refusals
from ledger.document_number import NotADocumentNumber, normalise
from ledger.rules import Rules
from ledger.timelines.campaign import CAMPAIGN, Campaign
from ledger.timelines.campaign import Phase as CampaignPhase
from ledger.timelines.document import DOCUMENT, Document
from ledger.timelines.item import ITEM, Item, Phase
from ledger.timelines.meeting import MEETING, Meeting
from ledger.timelines.standing import standing
from ledger.timelines.unit import UNIT, Unit
from ledger.values import Basis, ItemTerms
from ledger.world import World

FIRST_YEAR, LAST_YEAR = (
    1949,
    9998,
)  # of the calendar that units are assessed by; a year after the last one still is a date


def registered_unit(world: World, unit_id: UUID) -> Unit:
    """Return a unit that was ever registered, as last known; raise UnitUnknown."""
    found = world.see(UNIT, unit_id)
    if found is None:
        raise refusals.UnitUnknown(unit_id)
    return found


def unit(world: World, unit_id: UUID, day: date) -> Unit:
    """Return a unit that stands on a day; raise UnitUnknown or UnitHasEnded."""
    found = registered_unit(world, unit_id)
    if not found.stands_on(day):
        raise refusals.UnitHasEnded(found.name, day)
    return found


def document(world: World, document_id: UUID) -> Document:
    """Return a registered document; raise DocumentUnknown."""
    found = world.see(DOCUMENT, document_id)
    if found is None:
        raise refusals.DocumentUnknown(document_id)
    return found


def cited(world: World, basis: Basis) -> None:
    """Raise DocumentUnknown, or NumberOfAnotherDocument, unless a basis that names a registered document means that one."""
    if basis.document is None:
        return
    found = document(world, basis.document)
    if basis.number is not None and found.number is not None and _normal(basis.number) != found.number:
        raise refusals.NumberOfAnotherDocument(basis.number, found.title, found.number)


def _normal(number: str) -> str:
    try:
        return normalise(number).text
    except NotADocumentNumber:
        return number


def meeting(world: World, meeting_id: UUID) -> Meeting:
    """Return a recorded meeting; raise MeetingUnknown."""
    found = world.see(MEETING, meeting_id)
    if found is None:
        raise refusals.MeetingUnknown(meeting_id)
    return found


def item(world: World, item_id: UUID, day: date) -> Item:
    """Return an item as it stood on a day; raise ItemUnknown."""
    found = world.see(ITEM, item_id, on=day)
    if found is None:
        raise refusals.ItemUnknown(item_id, day)
    return found


def living_item(world: World, item_id: UUID, day: date) -> tuple[Item, Rules]:
    """Return an item whose life was not over on a day, and the rules it was under; raise ItemUnknown or ItemIsFinal (BR-13)."""
    found = item(world, item_id, day)
    rules = world.rules(found.terms.jurisdiction, day)
    rules.demand("BR-13", not found.ended_on(day), refusals.ItemIsFinal(found.terms.title, found.phase_on(day)))
    return found, rules


def in_phase(found: Item, day: date, *wanted: Phase) -> None:
    """Raise ItemNotInPhase unless an item had come as far as this, and no further, on a day."""
    phase = found.phase_on(day)
    if phase not in wanted:
        raise refusals.ItemNotInPhase(found.terms.title, phase, ", ".join(wanted))


def nothing_later(world: World, stream: UUID, day: date) -> None:
    """Raise LaterFactsStand if facts of a stream stand on days after this one: what ends or undoes may not be slipped in before."""
    last = max((recorded.effective_on for recorded in standing(world.facts(stream))), default=day)
    if last > day:
        raise refusals.LaterFactsStand(last)


def not_before(decided: date, effective: date) -> None:
    """Raise EffectBeforeDecision if something would take effect before the day it was decided on."""
    if effective < decided:
        raise refusals.EffectBeforeDecision(decided, effective)


def campaign(world: World, campaign_id: UUID) -> Campaign:
    """Return a planned campaign, as last known; raise CampaignUnknown."""
    found = world.see(CAMPAIGN, campaign_id)
    if found is None:
        raise refusals.CampaignUnknown(campaign_id)
    return found


def campaign_in(
    world: World, campaign_id: UUID, phases: tuple[CampaignPhase, ...], day: date | None = None
) -> Campaign:
    """Return a campaign that is in one of some phases, and was by `day` if one is given.

    The phase is that of today, whatever day is told of: a phase that was closed stays closed to what is told late.
    Raises CampaignUnknown, CampaignNotInPhase, or LaterFactsStand if the phase began only after the day.
    """
    found = campaign(world, campaign_id)
    if found.phase not in phases:
        raise refusals.CampaignNotInPhase(found.title, found.phase, ", ".join(phases))
    in_order(found.since, day or found.since)
    return found


def in_order(last: date, day: date) -> None:
    """Raise LaterFactsStand if what is to be told of `day` rests on what happened only on a later one, `last`."""
    if day < last:
        raise refusals.LaterFactsStand(last)


def said(**fields: str) -> None:
    """Raise LeftBlank for a text, given by the name of its field, that says nothing."""
    for name, text in fields.items():
        if not text.strip():
            raise refusals.LeftBlank(name)


def terms(world: World, stated: ItemTerms, day: date) -> None:
    """Raise unless what is stated of an item can be so: a title, units and documents that are there, years in their order.

    What is merely missing may be missing until somebody decides on the item.
    """
    said(title=stated.title)
    for each in (stated.implementing_unit, stated.issued_in_name_of):
        if each:
            unit(world, each, day)
    for each in {each for scope in stated.recipient_scope for each in scope.units}:
        registered_unit(world, each)
    for basis in (*stated.basis, stated.approval):
        if basis:
            cited(world, basis)
    if stated.end_year is not None and stated.end_year < stated.start_year:
        raise refusals.YearsReversed(stated.title, stated.start_year, stated.end_year)


def year(stated: int) -> None:
    """Raise YearOfNoCalendar unless a year is one that can have been assessed."""
    if not FIRST_YEAR <= stated <= LAST_YEAR:
        raise refusals.YearOfNoCalendar(stated)
