"""A meeting, as it was recorded."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ledger.encoding import Recorded
from ledger.events import Fact, MeetingHeld
from ledger.terms import MeetingBody
from ledger.timelines.life import Life


@dataclass(frozen=True, slots=True)
class Meeting:
    """A body of a unit met on a day: members due and present are counts; `agenda` holds the numbers that were on it."""

    id: UUID
    unit: UUID
    body: MeetingBody
    held_on: date
    due_members: int
    present: int
    agenda: tuple[int, ...]


def evolve(state: Meeting | None, recorded: Recorded[Fact]) -> Meeting | None:
    match recorded.fact:
        case MeetingHeld() as f:
            agenda = tuple(item.number for item in f.agenda)
            return Meeting(recorded.stream, f.unit, f.body, f.held_on, f.due_members, f.present, agenda)
    return state


MEETING = Life("meeting", evolve)
