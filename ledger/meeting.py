"""A meeting is recorded with its counts and its agenda; who voted how is never kept.

Second step of every write (api -> application -> here). Pure: same history, same command, same rules, same answer.
Keeps: a meeting that could take no decision, for want of members, is none that a decision could rest on (BR-04).
"""

from dataclasses import dataclass
from datetime import date

from ledger import known
from ledger.authority import QuorumNotReached
from ledger.commands import RecordMeeting
from ledger.events import MeetingHeld
from ledger.refusals import Refused
from ledger.streams import meeting_stream
from ledger.timelines.meeting import MEETING
from ledger.values import is_digest
from ledger.world import Decision, World


@dataclass
class MeetingAlreadyRecorded(Refused):
    """Meeting {ordinal} of this body of {unit} on {held_on} is recorded already."""

    unit: str
    held_on: date
    ordinal: int


@dataclass
class MeetingOfAnotherDay(Refused):
    """The meeting was held on {held_on}, so that, not {day}, is the day on which it happened."""

    held_on: date
    day: date


@dataclass
class MemberCountsImpossible(Refused):
    """{present} present of {due_members} due cannot be: at least one is present, and no more than are due."""

    present: int
    due_members: int


@dataclass
class AgendaUnusable(Refused):
    """Agenda numbers start at 1 and each is used once; these are {numbers}."""

    numbers: str


@dataclass
class MinutesNotHeldFast(Refused):
    """“{digest}” is no SHA-256 of the minutes (64 hex digits)."""

    digest: str


def decide(command: RecordMeeting, world: World) -> Decision:
    """Answer the command to record a meeting; raise Refused."""
    unit = known.unit(world, command.unit, command.held_on)
    rules = world.rules(unit.area_code, command.effective_on)
    stream = meeting_stream(command.unit, command.body, command.held_on, command.ordinal)
    if world.see(MEETING, stream):
        raise MeetingAlreadyRecorded(unit.name, command.held_on, command.ordinal)
    if command.held_on != command.effective_on:
        raise MeetingOfAnotherDay(command.held_on, command.effective_on)
    _usable(command)
    percent = rules.number("quorum_percent")
    quorate = 100 * command.present >= percent * command.due_members
    rules.demand("BR-04", quorate, QuorumNotReached(command.present, command.due_members, percent))
    fact = MeetingHeld(
        unit=command.unit,
        body=command.body,
        held_on=command.held_on,
        ordinal=command.ordinal,
        due_members=command.due_members,
        present=command.present,
        agenda=command.agenda,
        minutes_digest=command.minutes_digest,
    )
    return Decision(rules, ((stream, fact),))


def _usable(command: RecordMeeting) -> None:
    if not 1 <= command.present <= command.due_members:
        raise MemberCountsImpossible(command.present, command.due_members)
    numbers = [item.number for item in command.agenda]
    if not numbers or min(numbers) < 1 or len(set(numbers)) < len(numbers):
        raise AgendaUnusable(", ".join(map(str, numbers)) or "-")
    if not is_digest(command.minutes_digest):
        raise MinutesNotHeldFast(command.minutes_digest)
