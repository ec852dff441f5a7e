"""The life of one inspection: planned under seal, inspectors assigned, on the spot, findings, comments, rectification, closed.

Keeps: until the inspectors are on the spot nothing but a digest tells where they go; what is closed stays so.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from ledger.encoding import Recorded
from ledger.events import (
    Fact,
    FindingRecorded,
    InspectionClosed,
    InspectionNoticeSent,
    InspectionPlanned,
    InspectorsAssigned,
    RectificationOrdered,
    RectificationVerified,
    SiteVisited,
)
from ledger.terms import InspectionKind
from ledger.timelines.life import Life


class Stage(StrEnum):
    """How far an inspection has come; the last is final. Findings, comments and orders are steps on the spot."""

    PLANNED = "PLANNED"
    ASSIGNED = "ASSIGNED"
    ON_SITE = "ON_SITE"
    CLOSED = "CLOSED"


_ORDER = {stage: number for number, stage in enumerate(Stage)}


@dataclass(frozen=True, slots=True)
class Inspection:
    """An inspection as of a day.

    posts               of the inspectors last assigned; notified: units told beforehand; visited: units that were seen
    findings            their ids, each given once
    rectification_open  something was ordered that is not verified yet
    """

    id: UUID
    stage: Stage
    lead_unit: UUID
    kind: InspectionKind
    plan_digest: str
    posts: tuple[str, ...] = ()
    notified: tuple[UUID, ...] = ()
    visited: tuple[UUID, ...] = ()
    findings: tuple[str, ...] = ()
    rectification_open: bool = False


def evolve(state: Inspection | None, recorded: Recorded[Fact]) -> Inspection | None:
    """Total: what befalls an inspection that was never planned changes nothing; what is closed stays so."""
    fact = recorded.fact
    if state is None:
        return _planned(recorded.stream, fact) if isinstance(fact, InspectionPlanned) else None
    return state if state.stage is Stage.CLOSED else _step(state, fact)


def _planned(stream: UUID, f: InspectionPlanned) -> Inspection:
    return Inspection(stream, Stage.PLANNED, f.lead_unit, f.kind, f.plan_digest)


def _step(inspection: Inspection, fact: Fact) -> Inspection:
    match fact:
        case InspectorsAssigned(posts=posts):
            return replace(_onward(inspection, Stage.ASSIGNED), posts=posts)
        case InspectionNoticeSent(to=unit):
            return replace(inspection, notified=(*inspection.notified, unit))
        case SiteVisited(visited_unit=unit):
            return replace(_onward(inspection, Stage.ON_SITE), visited=(*inspection.visited, unit))
        case FindingRecorded(finding_id=finding):
            return replace(inspection, findings=(*inspection.findings, finding))
        case RectificationOrdered():
            return replace(inspection, rectification_open=True)
        case RectificationVerified():
            return replace(inspection, rectification_open=False)
        case InspectionClosed():
            return _onward(inspection, Stage.CLOSED)
    return inspection


def _onward(inspection: Inspection, stage: Stage) -> Inspection:
    return replace(inspection, stage=max(inspection.stage, stage, key=_ORDER.__getitem__))


INSPECTION = Life("inspection", evolve)
