"""The life of tolerance, by either door: filed in advance, or sought in a case, verified, ruled on, fed back, perhaps reviewed.

Keeps: what was not accepted, or a filing that was decided, stays so; a ruling that a review revoked is open to be given anew.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from ledger.encoding import Recorded
from ledger.events import (
    ClarificationIssued,
    CorrectionCompleted,
    CorrectionOrdered,
    Fact,
    ToleranceAccepted,
    ToleranceApplied,
    ToleranceConsideredExOfficio,
    ToleranceFedBack,
    ToleranceFiledInAdvance,
    ToleranceFilingChecked,
    ToleranceFilingDecided,
    ToleranceFilingReviewed,
    ToleranceNotAccepted,
    ToleranceReviewDecided,
    ToleranceReviewRequested,
    ToleranceRuled,
    ToleranceVerified,
)
from ledger.terms import FilingDecision, ReviewResult, ToleranceOutcome
from ledger.timelines.life import Life


class Stage(StrEnum):
    """How far it has come: a filing from FILED to accepted or refused; a matter of a case from APPLIED to RULED."""

    FILED = "FILED"
    REVIEWED = "REVIEWED"
    CHECKED = "CHECKED"
    FILING_ACCEPTED = "FILING_ACCEPTED"
    FILING_REFUSED = "FILING_REFUSED"
    APPLIED = "APPLIED"
    CONSIDERED = "CONSIDERED"
    ACCEPTED = "ACCEPTED"
    NOT_ACCEPTED = "NOT_ACCEPTED"
    VERIFIED = "VERIFIED"
    RULED = "RULED"

    @property
    def final(self) -> bool:
        return self in (Stage.FILING_ACCEPTED, Stage.FILING_REFUSED, Stage.NOT_ACCEPTED)


@dataclass(frozen=True, slots=True)
class Verification:
    """What was found on verifying; the first three bar leniency, force majeure lifts the bar of a repeated mistake."""

    verifier: UUID
    private_gain: bool
    knowing_violation: bool
    prohibition_ignored: bool
    force_majeure: bool


@dataclass(frozen=True, slots=True)
class Ruling:
    """A ruling as it holds, also after a review; the position it was given at, and the meeting and unit by which."""

    position: int
    ruled: ToleranceRuled
    meeting: UUID | None
    recorded_by: UUID | None

    @property
    def outcome(self) -> ToleranceOutcome:
        return self.ruled.outcome

    @property
    def granted(self) -> bool:
        """Tell whether it exempts, or makes lighter or less."""
        return self.outcome is not ToleranceOutcome.REFUSED

    def changed(self, outcome: ToleranceOutcome) -> "Ruling":
        """Return the ruling with the outcome that a review gave it."""
        return replace(self, ruled=replace(self.ruled, outcome=outcome))


@dataclass(frozen=True, slots=True)
class Tolerance:
    """Tolerance as of a day.

    unit      the one that filed or applied, or that is considered of office; `case` is None for a filing in advance
    ruling    None until ruled on, and again after a review revoked it
    """

    id: UUID
    stage: Stage
    unit: UUID
    situation_code: str
    case: UUID | None = None
    verification: Verification | None = None
    ruling: Ruling | None = None
    fed_back: bool = False
    correction_open: bool = False
    clarified: bool = False
    review_open: bool = False


def evolve(state: Tolerance | None, recorded: Recorded[Fact]) -> Tolerance | None:
    """Total: a step out of turn is taken as it stands, but nothing follows an end."""
    if state is None:
        return _begun(recorded)
    if state.stage.final:
        return state
    return _prepared(state, recorded) or _ruled(state, recorded) or _after(state, recorded.fact)


def _begun(recorded: Recorded[Fact]) -> Tolerance | None:
    match recorded.fact:
        case ToleranceFiledInAdvance(applicant=unit, situation_code=code):
            return Tolerance(recorded.stream, Stage.FILED, unit, code)
        case ToleranceApplied(applicant=unit, situation_code=code, case=case):
            return Tolerance(recorded.stream, Stage.APPLIED, unit, code, case)
        case ToleranceConsideredExOfficio(subject_unit=unit, situation_code=code, case=case):
            return Tolerance(recorded.stream, Stage.CONSIDERED, unit, code, case)
    return None


def _prepared(state: Tolerance, recorded: Recorded[Fact]) -> Tolerance | None:
    """What comes before a ruling."""
    match recorded.fact:
        case ToleranceFilingDecided(result=result):
            accepted = result is FilingDecision.ACCEPTED
            return replace(state, stage=Stage.FILING_ACCEPTED if accepted else Stage.FILING_REFUSED)
        case ToleranceVerified() as f:
            found = Verification(
                f.verifier, f.private_gain, f.knowing_violation, f.prohibition_ignored, f.force_majeure
            )
            return replace(state, stage=Stage.VERIFIED, verification=found)
        case fact:
            stage = _STAGES.get(type(fact))
            return replace(state, stage=stage) if stage else None


_STAGES: dict[type[Fact], Stage] = {
    ToleranceFilingReviewed: Stage.REVIEWED,
    ToleranceFilingChecked: Stage.CHECKED,
    ToleranceAccepted: Stage.ACCEPTED,
    ToleranceNotAccepted: Stage.NOT_ACCEPTED,
}


def _ruled(state: Tolerance, recorded: Recorded[Fact]) -> Tolerance | None:
    """The ruling, and what a review makes of it."""
    match recorded.fact:
        case ToleranceRuled() as f:
            authority = recorded.envelope.authority
            meeting = authority.meeting if authority else None
            ruling = Ruling(recorded.position, f, meeting, recorded.envelope.actor_unit)
            return replace(state, stage=Stage.RULED, ruling=ruling, fed_back=False)
        case ToleranceReviewDecided(result=ReviewResult.REVOKED):
            return replace(state, stage=Stage.VERIFIED, ruling=None, review_open=False)
        case ToleranceReviewDecided(outcome=outcome):
            if state.ruling is None or outcome is None:
                return replace(state, review_open=False)
            return replace(state, ruling=state.ruling.changed(outcome), fed_back=False, review_open=False)
    return None


def _after(state: Tolerance, fact: Fact) -> Tolerance:
    """What follows a ruling."""
    match fact:
        case ToleranceFedBack():
            return replace(state, fed_back=True)
        case CorrectionOrdered():
            return replace(state, correction_open=True)
        case CorrectionCompleted():
            return replace(state, correction_open=False)
        case ClarificationIssued():
            return replace(state, clarified=True)
        case ToleranceReviewRequested():
            return replace(state, review_open=True)
    return state


TOLERANCE = Life("tolerance", evolve)
