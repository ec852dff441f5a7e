"""The life of one application: applied, complete, basis verified, reported upward; then approved, refused or withdrawn.

Keeps: what is approved, refused or withdrawn stays so; an application that was sent back waits to be completed.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from ledger.encoding import Recorded
from ledger.events import (
    AdmissionApplied,
    AdmissionApproved,
    AdmissionBasisVerified,
    AdmissionFoundComplete,
    AdmissionRefused,
    AdmissionReportedUpward,
    AdmissionReturned,
    AdmissionWithdrawn,
    Fact,
)
from ledger.terms import AdmissionKind
from ledger.timelines.life import Life
from ledger.values import ItemTerms


class Stage(StrEnum):
    """How far an application has come; the last three are final."""

    APPLIED = "APPLIED"
    RETURNED = "RETURNED"
    COMPLETE = "COMPLETE"
    BASIS_VERIFIED = "BASIS_VERIFIED"
    REPORTED = "REPORTED"
    APPROVED = "APPROVED"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"

    @property
    def final(self) -> bool:
        return self in (Stage.APPROVED, Stage.REFUSED, Stage.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Admission:
    """An application as of a day: for the new item `terms` describe, or (AMEND) for these terms of an approved one.

    `item` is what it is about: the item to be amended, or, once approved, the item that was admitted.
    """

    id: UUID
    stage: Stage
    kind: AdmissionKind
    applicant: UUID
    terms: ItemTerms
    mandates: tuple[UUID, ...]
    item: UUID | None
    predecessor: UUID | None

    @property
    def final(self) -> bool:
        return self.stage.final


def evolve(state: Admission | None, recorded: Recorded[Fact]) -> Admission | None:
    """Total: a step out of turn is taken as it stands, but nothing follows an end."""
    fact = recorded.fact
    if state is None:
        return _applied(recorded.stream, fact) if isinstance(fact, AdmissionApplied) else None
    if state.final:
        return state
    if isinstance(fact, AdmissionApproved):
        return replace(state, stage=Stage.APPROVED, item=fact.item)
    return replace(state, stage=_STAGES.get(type(fact), state.stage))


_STAGES: dict[type[Fact], Stage] = {
    AdmissionFoundComplete: Stage.COMPLETE,
    AdmissionReturned: Stage.RETURNED,
    AdmissionBasisVerified: Stage.BASIS_VERIFIED,
    AdmissionReportedUpward: Stage.REPORTED,
    AdmissionRefused: Stage.REFUSED,
    AdmissionWithdrawn: Stage.WITHDRAWN,
}


def _applied(stream: UUID, f: AdmissionApplied) -> Admission:
    return Admission(stream, Stage.APPLIED, f.kind, f.applicant, f.terms, f.higher_mandates, f.item, f.predecessor)


ADMISSION = Life("admission", evolve)
