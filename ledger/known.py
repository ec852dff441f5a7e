"""References lead somewhere: the unit, document or meeting that a command names is registered, and stood on the day.

Shared by the deciders. Pure; what is looked at here is part of the decision's read set.
"""

from datetime import date
from uuid import UUID

from ledger import refusals
from ledger.timelines.document import DOCUMENT, Document
from ledger.timelines.meeting import MEETING, Meeting
from ledger.timelines.unit import UNIT, Unit
from ledger.world import World


def unit(world: World, unit_id: UUID, day: date) -> Unit:
    """Return a unit that stands on a day; raise UnitUnknown or UnitHasEnded."""
    found = world.see(UNIT, unit_id)
    if found is None:
        raise refusals.UnitUnknown(unit_id)
    if not found.stands_on(day):
        raise refusals.UnitHasEnded(found.name, day)
    return found


def document(world: World, document_id: UUID) -> Document:
    """Return a registered document; raise DocumentUnknown."""
    found = world.see(DOCUMENT, document_id)
    if found is None:
        raise refusals.DocumentUnknown(document_id)
    return found


def meeting(world: World, meeting_id: UUID) -> Meeting:
    """Return a recorded meeting; raise MeetingUnknown."""
    found = world.see(MEETING, meeting_id)
    if found is None:
        raise refusals.MeetingUnknown(meeting_id)
    return found
