"""The life of one responsibility claim: asserted, answered, its causation found, ruled on; perhaps reopened and ruled on again.

Keeps: every ruling stays visible; the one that holds is the last, and none holds while a claim is open again.
"""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from uuid import UUID

from ledger.encoding import Recorded
from ledger.events import (
    CausationFound,
    ClaimAnswered,
    ClaimReopened,
    ClaimRuled,
    Fact,
    ResponsibilityClaimAsserted,
    ShieldUseConfirmed,
)
from ledger.terms import Causation, ClaimOutcome
from ledger.timelines.life import Life


class Stage(StrEnum):
    """How far a claim has come; a ruled one may be reopened."""

    ASSERTED = "ASSERTED"
    ANSWERED = "ANSWERED"
    RULED = "RULED"
    REOPENED = "REOPENED"


@dataclass(frozen=True, slots=True)
class Finding:
    """An inspector's finding on causation (T12), and the position it was recorded at."""

    position: int
    on: date
    result: Causation


@dataclass(frozen=True, slots=True)
class Ruling:
    """A ruling as it was given; `tested_at` is the position at which the twelve tests were read."""

    position: int
    on: date
    outcome: ClaimOutcome
    inspector_unit: UUID
    tested_at: int
    tests_edition: str


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim as of a day: one unit says of another that a paper, or a veto, makes it answer for an incident.

    asserted_at  position of the assertion, from which on it was known what could be known when it was made
    findings     of causation, in order; the last one counts
    rulings      in order; see `ruling` for the one that holds
    reopened_at  position of the last reopening
    """

    id: UUID
    stage: Stage
    incident: UUID
    asserting_unit: UUID
    against_unit: UUID
    pledge: UUID | None
    veto: UUID | None
    clause_ids: tuple[str, ...]
    asserted_at: int
    asserted_on: date
    findings: tuple[Finding, ...] = ()
    rulings: tuple[Ruling, ...] = ()
    reopened_at: int | None = None
    shield_use_confirmed: bool = False

    @property
    def causation(self) -> Finding | None:
        """The finding on causation that counts, if there is one."""
        return self.findings[-1] if self.findings else None

    @property
    def ruling(self) -> Ruling | None:
        """The ruling that holds, None while there is none or the claim is open again."""
        return self.rulings[-1] if self.stage is Stage.RULED and self.rulings else None


def evolve(state: Claim | None, recorded: Recorded[Fact]) -> Claim | None:
    """Total: a step out of turn is taken as it stands; what befalls a claim that nobody made changes nothing."""
    fact, position, on = recorded.fact, recorded.position, recorded.effective_on
    if state is None:
        return _asserted(recorded, fact) if isinstance(fact, ResponsibilityClaimAsserted) else None
    match fact:
        case ClaimAnswered() if state.stage is Stage.ASSERTED:
            return replace(state, stage=Stage.ANSWERED)
        case CausationFound(result=result):
            return replace(state, findings=(*state.findings, Finding(position, on, result)))
        case ClaimRuled() as f:
            ruling = Ruling(position, on, f.outcome, f.inspector_unit, f.tested_at, f.tests_edition)
            return replace(state, stage=Stage.RULED, rulings=(*state.rulings, ruling))
        case ShieldUseConfirmed():
            return replace(state, shield_use_confirmed=True)
        case ClaimReopened():
            return replace(state, stage=Stage.REOPENED, reopened_at=position)
    return state


def _asserted(recorded: Recorded[Fact], f: ResponsibilityClaimAsserted) -> Claim:
    return Claim(
        recorded.stream,
        Stage.ASSERTED,
        f.incident,
        f.asserting_unit,
        f.against_unit,
        f.pledge,
        f.veto,
        f.clause_ids,
        recorded.position,
        recorded.effective_on,
    )


CLAIM = Life("claim", evolve)
