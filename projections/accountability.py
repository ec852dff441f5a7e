"""What a unit answered for and was answered to: claims, shields, cases, tolerance, vetoes, incidents – facts with their positions.

And single cases, tolerance matters and notices, and what was decided, counted. Pure views of Holdings (dossier -> here -> api/inquiries).
Keeps: no score, no ranking, no order but that of days; a count says of what it is a count; shares are whole per mille.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

from ledger.events import (
    IrregularVetoObserved,
    ResponsibilityClaimAsserted,
    ShieldUseConfirmed,
    ToleranceRuled,
    VetoDecided,
)
from ledger.timelines.case import CASE, Case
from ledger.timelines.claim import CLAIM, Claim
from ledger.timelines.incident import INCIDENT
from ledger.timelines.tolerance import TOLERANCE
from ledger.timelines.veto import VETO
from projections.holdings import Holdings
from projections.shapes import Party, Step, party, party_or_none, steps


class MatterKind(StrEnum):
    """What sort of matter: a confirmed shield, a claim, a case, a tolerance matter, a veto, an incident."""

    SHIELD = "shield"
    CLAIM = "claim"
    CASE = "case"
    TOLERANCE = "tolerance"
    VETO = "veto"
    INCIDENT = "incident"


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """One matter in which a unit stood, as what, and how it had come out by the day.

    role        as what the unit stood in it: claimant, against, subject, applicant, exerciser, target, concerned
    other       the unit on the other side, where there is one
    began_on    the day of the first fact, `position` its place in the ledger
    outcome     as ruled or decided by the day, null while it is open; decided_on and decided_at say when and where
    """

    kind: MatterKind
    role: str
    stream: UUID
    position: int
    began_on: date
    stage: str
    other: Party | None
    incident: UUID | None
    about: str | None
    outcome: str | None
    decided_on: date | None
    decided_at: int | None


# ── The history of one unit ──


def history(held: Holdings, unit: UUID, on: date, kinds: Sequence[MatterKind] = ()) -> Sequence[Matter]:
    """Return the matters in which a unit, or one that it came after, stood by a day; by day, then position."""
    found = (matter for kind in (kinds or tuple(MatterKind)) for matter in _TOLD[kind](held, unit, on))
    return tuple(sorted(found, key=lambda each: (each.began_on, each.position, each.kind, each.role)))


def _claims(held: Holdings, unit: UUID, on: date) -> Iterator[Matter]:
    for stream in held.streams("claim"):
        claim = held.state(CLAIM, stream, on)
        if claim is None:
            continue
        sides = (
            ("claimant", claim.asserting_unit, claim.against_unit),
            ("against", claim.against_unit, claim.asserting_unit),
        )
        for role, own, other in sides:
            if held.same(own, unit, on):
                yield _claim(held, claim, role, other, on)


def _claim(held: Holdings, claim: Claim, role: str, other: UUID, on: date) -> Matter:
    ruling = claim.ruling
    said = held.told(claim.id, ResponsibilityClaimAsserted)
    return Matter(
        kind=MatterKind.CLAIM,
        role=role,
        stream=claim.id,
        position=claim.asserted_at,
        began_on=claim.asserted_on,
        stage=claim.stage,
        other=party(held, other, on),
        incident=claim.incident,
        about=said[0].fact.statement if said else None,
        outcome=ruling.outcome if ruling else None,
        decided_on=ruling.on if ruling else None,
        decided_at=ruling.position if ruling else None,
    )


def _shields(held: Holdings, unit: UUID, on: date) -> Iterator[Matter]:
    for stream in held.streams("claim"):
        claim = held.state(CLAIM, stream, on)
        for told in held.told(stream, ShieldUseConfirmed):
            if claim is None or told.effective_on > on or not held.same(told.fact.unit, unit, on):
                continue
            yield Matter(
                kind=MatterKind.SHIELD,
                role="claimant",
                stream=stream,
                position=claim.asserted_at,
                began_on=claim.asserted_on,
                stage=claim.stage,
                other=party(held, claim.against_unit, on),
                incident=claim.incident,
                about=told.fact.ground,
                outcome="SHIELD_USE_CONFIRMED",
                decided_on=told.effective_on,
                decided_at=told.position,
            )


def _cases(held: Holdings, unit: UUID, on: date) -> Iterator[Matter]:
    for stream in held.streams("case"):
        case = held.state(CASE, stream, on)
        if case is None or not held.same(case.subject_unit, unit, on):
            continue
        first, decided = steps(held, stream, on)[0], _step(held, stream, on, "case.accountability_decided")
        yield Matter(
            kind=MatterKind.CASE,
            role="subject",
            stream=stream,
            position=first.position,
            began_on=first.effective_on,
            stage=case.stage,
            other=party(held, case.handled_by, on),
            incident=case.incident,
            about=case.subject_post,
            outcome=_came_out(case),
            decided_on=case.decision.decided_on if case.decision else None,
            decided_at=decided.position if decided else None,
        )


def _came_out(case: Case) -> str | None:
    """Say how a case came out: the measure while the decision stands, else what took it back, else that it ended without one."""
    if case.decision is not None:
        return case.decision.measure if case.stands else "LIFTED"
    return str(case.stage) if case.final else None


def _tolerances(held: Holdings, unit: UUID, on: date) -> Iterator[Matter]:
    for stream in held.streams("tolerance"):
        matter = held.state(TOLERANCE, stream, on)
        if matter is None or not held.same(matter.unit, unit, on):
            continue
        first, case = steps(held, stream, on)[0], held.state(CASE, matter.case, on)
        ruled = _step(held, stream, on, ToleranceRuled.TOPIC) if matter.ruling else None
        yield Matter(
            kind=MatterKind.TOLERANCE,
            role="applicant" if first.topic != "tolerance.considered_ex_officio" else "subject",
            stream=stream,
            position=first.position,
            began_on=first.effective_on,
            stage=matter.stage,
            other=None,
            incident=case.incident if case else None,
            about=matter.situation_code,
            outcome=matter.ruling.outcome if matter.ruling else str(matter.stage) if matter.stage.final else None,
            decided_on=ruled.effective_on if ruled else None,
            decided_at=ruled.position if ruled else None,
        )


def _vetoes(held: Holdings, unit: UUID, on: date) -> Iterator[Matter]:
    for stream in held.streams("veto"):
        veto = held.state(VETO, stream, on)
        if veto is None:
            continue
        first = steps(held, stream, on)[0]
        told = [each for each in held.told(stream, VetoDecided, IrregularVetoObserved) if each.effective_on <= on]
        item = held.item(veto.item)
        sides = (
            ("exerciser", veto.exercising_unit, veto.target_unit),
            ("target", veto.target_unit, veto.exercising_unit),
        )
        for role, own, other in sides:
            if held.same(own, unit, on):
                yield Matter(
                    kind=MatterKind.VETO,
                    role=role,
                    stream=stream,
                    position=first.position,
                    began_on=first.effective_on,
                    stage=veto.stage,
                    other=party_or_none(held, other, on),
                    incident=None,
                    about=item.terms.title if item else veto.trigger_code,
                    outcome=veto.decision,
                    decided_on=veto.decided_on,
                    decided_at=told[-1].position if told else None,
                )


def _incidents(held: Holdings, unit: UUID, on: date) -> Iterator[Matter]:
    for stream in held.streams("incident"):
        incident = held.state(INCIDENT, stream, on)
        if incident is None or not any(held.same(each, unit, on) for each in incident.units):
            continue
        yield Matter(
            kind=MatterKind.INCIDENT,
            role="concerned",
            stream=stream,
            position=steps(held, stream, on)[0].position,
            began_on=incident.occurred_on,
            stage=incident.stage,
            other=None,
            incident=stream,
            about=incident.summary,
            outcome=None,
            decided_on=None,
            decided_at=None,
        )


_TOLD: Final[Mapping[MatterKind, Callable[[Holdings, UUID, date], Iterator[Matter]]]] = {
    MatterKind.SHIELD: _shields,
    MatterKind.CLAIM: _claims,
    MatterKind.CASE: _cases,
    MatterKind.TOLERANCE: _tolerances,
    MatterKind.VETO: _vetoes,
    MatterKind.INCIDENT: _incidents,
}


def _step(held: Holdings, stream: UUID, on: date, topic: str) -> Step | None:
    """Return the last fact of this name by a day."""
    found = [each for each in steps(held, stream, on) if each.topic == topic]
    return found[-1] if found else None
