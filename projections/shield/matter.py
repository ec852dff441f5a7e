"""A claim laid out for the twelve tests, and what a test answers.

Pure. Keeps: one matter is one claim at one position; nothing learnt later is seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from ledger.events import IncidentRegistered, IrregularVetoObserved, VetoDecided
from ledger.rules import Rules
from ledger.terms import ClauseType, TestResult
from ledger.timelines.claim import CLAIM, Claim
from ledger.timelines.incident import INCIDENT, Incident
from ledger.timelines.item import Version
from ledger.timelines.pledge import PLEDGE, Pledge
from ledger.timelines.veto import VETO, Veto
from ledger.values import Clause
from projections.holdings import Holdings

PASS: Final = TestResult.PASS
FAIL: Final = TestResult.FAIL
UNKNOWN: Final = TestResult.UNKNOWN


@dataclass(frozen=True, slots=True)
class Result:
    """One test's answer: the reason's code, the positions that decide it, and what fills the reason's sentence."""

    test: str
    result: TestResult
    reason: str
    positions: tuple[int, ...] = ()
    said: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Matter:
    """A claim laid out: who says it of whom, about which incident, citing which paper.

    tau      civil day (Asia/Shanghai) of the incident
    """

    held: Holdings
    asserting: UUID
    against: UUID
    incident: Incident
    tau: date
    pledge: Pledge | None = None
    veto: Veto | None = None
    clause_ids: tuple[str, ...] = ()
    claim: Claim | None = None

    @property
    def paper(self) -> Pledge:
        if self.pledge is None:
            raise ValueError("a claim that cites a veto has no paper")
        return self.pledge

    @property
    def of_veto(self) -> Veto:
        if self.veto is None:
            raise ValueError("a claim that cites a pledge has no veto")
        return self.veto

    @property
    def at(self) -> tuple[int, ...]:
        """Return the position by which the cited paper or veto came to stand."""
        if self.pledge is not None:
            return stood(self.pledge)
        return decided(self.held, self.of_veto)

    @property
    def cited(self) -> Sequence[Clause]:
        """The cited clauses; all that put a duty on the signer, if none is named."""
        chosen = [clause for clause in self.paper.clauses if clause.clause_id in self.clause_ids]
        return chosen or self.paper.of_type(ClauseType.SIGNER_DUTY)

    @property
    def duty_codes(self) -> frozenset[str]:
        if self.pledge is None:
            return frozenset(self.incident.duty_codes)
        return frozenset(clause.duty_code for clause in self.cited if clause.duty_code)

    @property
    def version(self) -> Version | None:
        """The version of the item that the paper is held against."""
        day = self.paper.signed_on
        return self.held.version(self.paper.item, day) if day else None

    @property
    def rules(self) -> Rules:
        """The rules that the asserting side was under on the day of the incident."""
        return self.held.rules_of(self.asserting, self.tau)


def matter_of(held: Holdings, claim_id: UUID) -> Matter | None:
    """Lay out a claim; None if claim, incident or paper is not held."""
    claim = held.state(CLAIM, claim_id)
    incident = held.state(INCIDENT, claim.incident) if claim else None
    if claim is None or incident is None:
        return None
    pledge, veto = held.state(PLEDGE, claim.pledge), held.state(VETO, claim.veto)
    if pledge is None and veto is None:
        return None
    return Matter(
        held,
        claim.asserting_unit,
        claim.against_unit,
        incident,
        incident.occurred_on,
        pledge,
        veto,
        claim.clause_ids,
        claim,
    )


def worst(test: str, results: Sequence[Result]) -> Result:
    """Join results of one test: one fail is a fail, one unknown leaves it open; the positions of all that say so."""
    if not results:
        return Result(test, UNKNOWN, "NO_DUTY_CITED")
    for wanted in (FAIL, UNKNOWN, PASS):
        found = [each for each in results if each.result is wanted]
        if found:
            positions = tuple(dict.fromkeys(at for each in found for at in each.positions))
            return Result(test, wanted, found[0].reason, positions, found[0].said)
    raise AssertionError(results)


def stood(paper: Pledge) -> tuple[int, ...]:
    """Return the position by which a paper came to stand as signed."""
    return (paper.signed_at or paper.told_at,)


def ended(paper: Pledge) -> tuple[int, ...]:
    """Return the position of what ended a paper, if anything did."""
    return (paper.ended_at,) if paper.ended_at else ()


def decided(held: Holdings, veto: Veto) -> tuple[int, ...]:
    """Return the position of the decision on a veto, or of its observation."""
    return held.positions(veto.id, VetoDecided, IrregularVetoObserved)[-1:]


def registered(matter: Matter) -> tuple[int, ...]:
    """Return the position at which the incident was registered."""
    return matter.held.positions(matter.incident.id, IncidentRegistered)[:1]
