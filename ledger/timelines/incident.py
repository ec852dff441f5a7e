"""The life of one incident: registered, verified, closed.

Keeps: what happened when and where stands from the first fact on; nobody is blamed here, and what is closed stays so.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from ledger.days import SHANGHAI
from ledger.encoding import Recorded
from ledger.events import Fact, IncidentClosed, IncidentRegistered, IncidentVerified
from ledger.terms import Severity, TimePrecision
from ledger.timelines.life import Life


class Stage(StrEnum):
    """How far an incident has come; the last is final."""

    REGISTERED = "REGISTERED"
    VERIFIED = "VERIFIED"
    CLOSED = "CLOSED"


@dataclass(frozen=True, slots=True)
class Incident:
    """An incident as of a day. `units` are those concerned, `duty_codes` what it is about; both may be empty."""

    id: UUID
    stage: Stage
    registrar: UUID
    occurred_at: datetime
    precision: TimePrecision
    place_code: str
    units: tuple[UUID, ...]
    field_code: str
    severity: Severity
    duty_codes: tuple[str, ...]
    summary: str

    @property
    def occurred_on(self) -> date:
        """The civil day (Asia/Shanghai) on which it happened: τ of the twelve tests."""
        return self.occurred_at.astimezone(SHANGHAI).date()


def evolve(state: Incident | None, recorded: Recorded[Fact]) -> Incident | None:
    """Total: what befalls an incident that is not registered changes nothing; what is closed stays closed."""
    if state is None:
        return _registered(recorded.stream, recorded.fact)
    match recorded.fact:
        case IncidentVerified() if state.stage is Stage.REGISTERED:
            return replace(state, stage=Stage.VERIFIED)
        case IncidentClosed():
            return replace(state, stage=Stage.CLOSED)
    return state


def _registered(stream: UUID, fact: Fact) -> Incident | None:
    if not isinstance(fact, IncidentRegistered):
        return None
    return Incident(
        stream,
        Stage.REGISTERED,
        fact.registrar,
        fact.occurred_at,
        fact.precision,
        fact.place_code,
        fact.units,
        fact.field_code,
        fact.severity,
        fact.duty_codes,
        fact.summary,
    )


INCIDENT = Life("incident", evolve)
