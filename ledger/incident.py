"""What happened, when and where: an incident is registered, verified and closed; nobody is blamed here.

Second step of every write (api -> application -> here). Pure: same history, same command, same rules, same answer.
Keeps: nothing is registered that lies ahead, or before the day on which it happened; the instant stands with +08:00. Judged by the
rules of the registrar's area.
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from ledger import known
from ledger.commands import CloseIncident, RegisterIncident, VerifyIncident
from ledger.days import SHANGHAI
from ledger.events import IncidentClosed, IncidentRegistered, IncidentVerified
from ledger.refusals import Refused
from ledger.rules import Rules
from ledger.streams import incident_stream
from ledger.timelines.incident import INCIDENT, Incident, Stage
from ledger.world import Decision, World


@dataclass
class IncidentUnknown(Refused):
    """No incident stood under {incident} on {day}."""

    incident: UUID
    day: date


EARLIEST = 1949  # a year before that is a slip of the pen


@dataclass
class IncidentExists(Refused):
    """The registrar used number {ordinal} already, for what happened on {occurred_on}; give each incident a number of its own."""

    ordinal: str
    occurred_on: date


@dataclass
class InstantWithoutOffset(Refused):
    """{occurred_at} does not say in which time zone; add the offset, +08:00 for Chinese time."""

    occurred_at: datetime


@dataclass
class IncidentLiesAhead(Refused):
    """Today is {today}; {occurred_on} is no day on which this can have happened: it lies ahead, or before all that is recorded here."""

    today: date
    occurred_on: date


@dataclass
class RegisteredBeforeItHappened(Refused):
    """What happened on {occurred_on} cannot have been registered on {day}, before that."""

    occurred_on: date
    day: date


@dataclass
class IncidentNotAtStage(Refused):
    """The incident is {stage}; this step is taken while it is {wanted}."""

    stage: str
    wanted: str


Commands = RegisterIncident | VerifyIncident | CloseIncident


def decide(command: Commands, world: World) -> Decision:
    """Answer a command about an incident; raise Refused."""
    match command:
        case RegisterIncident():
            return _register(command, world)
        case VerifyIncident():
            return _verify(command, world)
        case CloseIncident():
            return _close(command, world)


def _register(command: RegisterIncident, world: World) -> Decision:
    known.said(
        ordinal=command.ordinal,
        place_code=command.place_code,
        field_code=command.field_code,
        summary=command.summary,
    )
    registrar = known.unit(world, command.registrar, command.effective_on)
    occurred_at = _instant(command, world.today)
    for each in command.units:
        known.unit(world, each, occurred_at.date())
    stream = incident_stream(command.registrar, command.ordinal)
    existing = world.see(INCIDENT, stream)
    if existing:
        raise IncidentExists(command.ordinal, existing.occurred_on)
    fact = IncidentRegistered(
        registrar=command.registrar,
        occurred_at=occurred_at,
        precision=command.precision,
        place_code=command.place_code,
        units=command.units,
        field_code=command.field_code,
        severity=command.severity,
        duty_codes=command.duty_codes,
        summary=command.summary,
    )
    return Decision(world.rules(registrar.area_code, command.effective_on), ((stream, fact),))


def _instant(command: RegisterIncident, today: date) -> datetime:
    """Return the instant with +08:00; raise unless it lies in the past, on the day of registration at the latest."""
    if command.occurred_at.utcoffset() is None:
        raise InstantWithoutOffset(command.occurred_at)
    if (
        not EARLIEST <= command.occurred_at.year < today.year + 2
    ):  # beyond, an instant may have no place in another zone
        raise IncidentLiesAhead(today, command.occurred_at.date())
    occurred_at = command.occurred_at.astimezone(SHANGHAI)
    if occurred_at.date() > today:
        raise IncidentLiesAhead(today, occurred_at.date())
    if occurred_at.date() > command.effective_on:
        raise RegisteredBeforeItHappened(occurred_at.date(), command.effective_on)
    return occurred_at


def _verify(command: VerifyIncident, world: World) -> Decision:
    incident, rules = _at(world, command.incident, Stage.REGISTERED, command.effective_on)
    known.unit(world, command.verifier, command.effective_on)
    return Decision(rules, ((incident.id, IncidentVerified(verifier=command.verifier)),))


def _close(command: CloseIncident, world: World) -> Decision:
    known.said(ground=command.ground)
    incident, rules = _at(world, command.incident, Stage.VERIFIED, command.effective_on)
    return Decision(rules, ((incident.id, IncidentClosed(ground=command.ground)),))


def _at(world: World, incident_id: UUID, wanted: Stage, day: date) -> tuple[Incident, Rules]:
    """Return an incident that had come just this far on a day, with nothing told of later days, and the rules it is under."""
    incident = world.see(INCIDENT, incident_id, on=day)
    if incident is None:
        raise IncidentUnknown(incident_id, day)
    if incident.stage is not wanted:
        raise IncidentNotAtStage(incident.stage, wanted)
    known.nothing_later(world, incident.id, day)
    return incident, world.rules(known.registered_unit(world, incident.registrar).area_code, day)
