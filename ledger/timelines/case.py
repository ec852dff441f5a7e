"""The life of one case: clues, preliminary check, opened, investigated, proposed, decided, announced, executed, filed, closed.

Keeps: what is over stays over, yet an appeal, its answer, a correction and a finding of abuse reach a closed case too. Whether a case
is final follows from days and the pack's window alone; no event makes it so.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from ledger.days import add_months
from ledger.encoding import Recorded
from ledger.events import (
    AbuseOfAccountabilityFound,
    AccountabilityAnnounced,
    AccountabilityCorrected,
    AccountabilityDecided,
    AccountabilityExecuted,
    AccountabilityFiled,
    AccountabilityProposed,
    AppealDecided,
    AppealLodged,
    CaseClosed,
    CaseClosedWithoutAccountability,
    CaseCluesReceived,
    CaseOpened,
    Fact,
    ImpactPeriodEnded,
    InvestigationOpened,
    NoCaseDecided,
    PreliminaryCheckOpened,
    StatementHeard,
    ToleranceConsidered,
)
from ledger.rules import Rules
from ledger.terms import ResponsibilityKind, ReviewResult, ToleranceFinding
from ledger.timelines.life import Life


class Stage(StrEnum):
    """How far a case has come; NO_CASE and the last two are final. Hearing and tolerance are steps within an open case."""

    CLUES_RECEIVED = "CLUES_RECEIVED"
    PRELIMINARY_CHECK = "PRELIMINARY_CHECK"
    NO_CASE = "NO_CASE"
    OPENED = "OPENED"
    INVESTIGATING = "INVESTIGATING"
    PROPOSED = "PROPOSED"
    DECIDED = "DECIDED"
    ANNOUNCED = "ANNOUNCED"
    EXECUTED = "EXECUTED"
    FILED = "FILED"
    CLOSED_WITHOUT_ACCOUNTABILITY = "CLOSED_WITHOUT_ACCOUNTABILITY"
    CLOSED = "CLOSED"

    @property
    def final(self) -> bool:
        return self in (Stage.NO_CASE, Stage.CLOSED_WITHOUT_ACCOUNTABILITY, Stage.CLOSED)


_ORDER = {stage: number for number, stage in enumerate(Stage)}


@dataclass(frozen=True, slots=True)
class Accountability:
    """问责决定 as it reads now: measure and form may have been replaced by a correction."""

    duty_codes: tuple[str, ...]
    measure: str
    form: int
    responsibility: ResponsibilityKind
    deciding_body: UUID
    body_category: str
    proposed_by: UUID
    decided_on: date
    impact_until: date | None


@dataclass(frozen=True, slots=True)
class Appeal:
    """申诉, and what became of it (None: not decided yet)."""

    lodged_on: date
    late: bool
    result: ReviewResult | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """A case as of a day, on one subject of one incident: a unit, or a post in it.

    handled_by       who received the clues, or, once it is open, who opened it
    proposers        who proposed accountability, in order
    lifted           a correction took the decision back altogether
    """

    id: UUID
    stage: Stage
    incident: UUID
    subject_unit: UUID
    subject_post: str | None
    handled_by: UUID
    claim: UUID | None = None
    opened_on: date | None = None
    heard_on: date | None = None
    tolerance: ToleranceFinding | None = None
    proposers: tuple[UUID, ...] = ()
    decision: Accountability | None = None
    served_on: date | None = None
    executed_on: date | None = None
    filed_with: UUID | None = None
    appeals: tuple[Appeal, ...] = ()
    lifted: bool = False
    abuse_found: bool = False
    impact_ended_on: date | None = None

    @property
    def final(self) -> bool:
        """Tell whether the case is over. Whether its decision can no longer be appealed against in time: `settled_on`."""
        return self.stage.final

    @property
    def appeal_pending(self) -> bool:
        return any(appeal.result is None for appeal in self.appeals)

    @property
    def stands(self) -> bool:
        """Tell whether there is a decision, neither revoked on appeal nor lifted by a correction."""
        revoked = any(appeal.result is ReviewResult.REVOKED for appeal in self.appeals)
        return self.decision is not None and not revoked and not self.lifted

    def appeal_until(self, rules: Rules) -> date | None:
        """Return the last day for an appeal in time: so many days, or where the pack sets none months, after the day of service."""
        if self.served_on is None:
            return None
        days = int(rules.pack.values.get("appeal_days", 0))
        return (
            self.served_on + timedelta(days=days) if days else add_months(self.served_on, rules.number("appeal_months"))
        )

    def settled_on(self, day: date, rules: Rules) -> bool:
        """Tell whether the decision is final on a day: served, and the window passed without an appeal, or the appeal decided.

        A late appeal does not undo what was final; one in time keeps the case open until it is decided.
        """
        until = self.appeal_until(rules)
        if until is None or any(appeal.result is None and not appeal.late for appeal in self.appeals):
            return False
        return day > until or any(appeal.result is not None for appeal in self.appeals)


def evolve(state: Case | None, recorded: Recorded[Fact]) -> Case | None:
    """Total: a step out of turn is taken as it stands and never leads back; what is over only hears what may still come."""
    if state is None:
        return _begun(recorded)
    if state.stage is Stage.NO_CASE:
        return state
    return _afterwards(state, recorded) if state.final else _step(state, recorded)


def _begun(recorded: Recorded[Fact]) -> Case | None:
    stream = recorded.stream
    match recorded.fact:
        case CaseCluesReceived() as f:
            return Case(stream, Stage.CLUES_RECEIVED, f.incident, f.subject_unit, f.subject_post, f.received_by)
        case CaseOpened() as f:
            begun = Case(stream, Stage.OPENED, f.incident, f.subject_unit, f.subject_post, f.opened_by)
            return replace(begun, claim=f.claim, opened_on=recorded.effective_on)
    return None


def _step(case: Case, recorded: Recorded[Fact]) -> Case:
    match recorded.fact:
        case CaseOpened() as f:
            opened = _onward(case, Stage.OPENED)
            return replace(opened, handled_by=f.opened_by, claim=f.claim, opened_on=recorded.effective_on)
        case StatementHeard(heard_on=day):
            return replace(case, heard_on=day)
        case ToleranceConsidered(finding=finding):
            return replace(case, tolerance=finding)
        case AccountabilityProposed(proposed_by=unit):
            return replace(_onward(case, Stage.PROPOSED), proposers=(*case.proposers, unit))
        case AccountabilityDecided() as f:
            return replace(_onward(case, Stage.DECIDED), decision=_decided(f))
        case AccountabilityAnnounced(served_on=day):
            return replace(_onward(case, Stage.ANNOUNCED), served_on=day)
        case AccountabilityExecuted(executed_on=day):
            return replace(_onward(case, Stage.EXECUTED), executed_on=day)
        case AccountabilityFiled(filed_with=unit):
            return replace(_onward(case, Stage.FILED), filed_with=unit)
    reached = _STAGES.get(type(recorded.fact))
    return _onward(case, reached) if reached else _afterwards(case, recorded)


_STAGES: dict[type[Fact], Stage] = {
    PreliminaryCheckOpened: Stage.PRELIMINARY_CHECK,
    NoCaseDecided: Stage.NO_CASE,
    InvestigationOpened: Stage.INVESTIGATING,
    CaseClosedWithoutAccountability: Stage.CLOSED_WITHOUT_ACCOUNTABILITY,
    CaseClosed: Stage.CLOSED,
}


def _afterwards(case: Case, recorded: Recorded[Fact]) -> Case:
    """Take what may befall a case also when it is over."""
    match recorded.fact:
        case AppealLodged(lodged_on=day, late=late):
            return replace(case, appeals=(*case.appeals, Appeal(day, late)))
        case AppealDecided(result=result) if case.appeal_pending:
            return replace(case, appeals=_answered(case.appeals, result))
        case AccountabilityCorrected() as f:
            return _corrected(case, f)
        case AbuseOfAccountabilityFound():
            return replace(case, abuse_found=True)
        case ImpactPeriodEnded(ended_on=day):
            return replace(case, impact_ended_on=day)
    return case


def _onward(case: Case, stage: Stage) -> Case:
    return replace(case, stage=max(case.stage, stage, key=_ORDER.__getitem__))


def _decided(f: AccountabilityDecided) -> Accountability:
    return Accountability(
        f.duty_codes,
        f.measure,
        f.form,
        f.responsibility,
        f.deciding_body,
        f.body_category,
        f.proposed_by,
        f.decided_on,
        f.impact_until,
    )


def _answered(appeals: tuple[Appeal, ...], result: ReviewResult) -> tuple[Appeal, ...]:
    """Let a decision answer the first appeal that waits for one."""
    waiting = next(number for number, appeal in enumerate(appeals) if appeal.result is None)
    return (*appeals[:waiting], replace(appeals[waiting], result=result), *appeals[waiting + 1 :])


def _corrected(case: Case, f: AccountabilityCorrected) -> Case:
    if f.measure is None and f.form is None:
        return replace(case, lifted=True)
    if case.decision is None:
        return case
    decision = replace(case.decision, measure=f.measure or case.decision.measure, form=f.form or case.decision.form)
    return replace(case, decision=decision)


CASE = Life("case", evolve)
