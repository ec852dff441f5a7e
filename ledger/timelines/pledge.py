"""The life of one pledge: drafted, compared with the list, offered, objected to, signed or refused; kept, assessed, ended.

Pure and total. A paper off the list has a life too: it is observed, may be objected to, terminated or voided.
Keeps: whether it binds on a day follows from its dates; an objection stays open until its answer, and both keep their days.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from uuid import UUID

from ledger.encoding import Recorded
from ledger.events import (
    Fact,
    IrregularPledgeObserved,
    IssuerDutyPerformed,
    PledgeAssessed,
    PledgeBacklogRecorded,
    PledgeCheckedAgainstList,
    PledgeDrafted,
    PledgeObjectionAnswered,
    PledgeObjectionRaised,
    PledgeOffered,
    PledgeRefused,
    PledgeReSignedDown,
    PledgeSigned,
    PledgeTerminated,
    PledgeVoided,
)
from ledger.terms import ClauseType, Defect, ListCheck, ObjectionKind, PledgeResult, SignerKind
from ledger.timelines.life import Life
from ledger.timelines.standing import standing
from ledger.timelines.support import Delivery, Promise, delivered, promised
from ledger.values import Clause


class Phase(StrEnum):
    """How far its facts have brought it; IN_FORCE and EXPIRED follow from the day: ask `phase_on`."""

    DRAFTED = "DRAFTED"
    CHECKED = "CHECKED"
    OFFERED = "OFFERED"
    REFUSED = "REFUSED"
    SIGNED = "SIGNED"
    IN_FORCE = "IN_FORCE"
    OFF_LIST = "OFF_LIST"
    EXPIRED = "EXPIRED"
    TERMINATED = "TERMINATED"
    VOIDED = "VOIDED"


class Kind(StrEnum):
    """How the paper came into the ledger."""

    REGULAR = "REGULAR"
    BACKLOG = "BACKLOG"
    IRREGULAR = "IRREGULAR"


@dataclass(frozen=True, slots=True)
class Objection:
    """“Cannot be caught”, and its answer if there was one; positions of both."""

    objection_id: str
    position: int
    raised_on: date
    raised_by: UUID
    addressed_to: UUID
    kind: ObjectionKind
    duty_code: str | None
    clause_id: str | None
    answered_on: date | None = None
    answered_at: int | None = None


@dataclass(frozen=True, slots=True)
class Performed:
    """A clause of the issuer's, done on a day."""

    position: int
    clause_id: str
    performed_on: date


@dataclass(frozen=True, slots=True)
class Assessment:
    """One year's assessment, of a day."""

    position: int
    year: int
    result: PledgeResult
    assessed_on: date


@dataclass(frozen=True, slots=True)
class Pledge:
    """A pledge as of a day.

    told_at             position and instant (microseconds UTC) of the first fact that told of the paper
    signed_at           position of the fact that says it was signed (of an irregular paper: observed)
    signed_on           None: not signed, or the day of an observed paper is not known
    promises            promises told as facts; those made by clauses: `support`
    parents             the papers above that it passes on, with the positions that say so
    first_day_without   set once it was terminated
    """

    id: UUID
    kind: Kind
    phase: Phase
    title: str
    genre: str | None
    issuer: UUID
    signer: UUID
    told_at: int
    told_recorded_at: int
    item: UUID | None = None
    item_version: int | None = None
    signer_kind: SignerKind = SignerKind.UNIT
    issued_in_name_of: UUID | None = None
    period_from: date | None = None
    period_to: date | None = None
    clauses: tuple[Clause, ...] = ()
    signed_on: date | None = None
    signed_at: int | None = None
    digest: str | None = None
    observed_on: date | None = None
    observed_by: UUID | None = None
    defects: tuple[Defect, ...] = ()
    seal_required: bool = False
    numeric_target: bool = False
    penalty_linked: bool = False
    voluntary: bool = False
    check: ListCheck | None = None
    offered_on: date | None = None
    deadline: date | None = None
    objections: tuple[Objection, ...] = ()
    performed: tuple[Performed, ...] = ()
    promises: tuple[Promise, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    parents: tuple[tuple[UUID, int], ...] = ()
    assessments: tuple[Assessment, ...] = ()
    first_day_without: date | None = None
    ended_at: int | None = None
    backlog: bool = False

    @property
    def signed(self) -> bool:
        """Tell whether two sides stand behind the paper, so that it can be cited."""
        return self.signed_at is not None and self.phase is not Phase.VOIDED

    def in_force_on(self, day: date) -> bool:
        """Tell whether the paper binds on a day by its own dates; an item's end may end it earlier still."""
        if not self.signed or self.period_from is None or self.period_to is None:
            return False
        begins = max(self.period_from, self.signed_on or self.period_from)
        return begins <= day <= self.period_to and (self.first_day_without is None or day < self.first_day_without)

    def phase_on(self, day: date) -> Phase:
        """Return how far the life has come on a day."""
        ended = self.first_day_without is not None and day >= self.first_day_without
        if ended and self.phase is not Phase.VOIDED:
            return Phase.TERMINATED
        if self.phase is not Phase.SIGNED:
            return self.phase
        if self.period_to is not None and day > self.period_to:
            return Phase.EXPIRED
        return Phase.IN_FORCE if self.in_force_on(day) else Phase.SIGNED

    def clause(self, clause_id: str) -> Clause | None:
        """Return a clause by its id."""
        return next((clause for clause in self.clauses if clause.clause_id == clause_id), None)

    def of_type(self, kind: ClauseType) -> tuple[Clause, ...]:
        """Return the clauses of one type, in their order."""
        return tuple(clause for clause in self.clauses if clause.type is kind)

    @property
    def duty_codes(self) -> frozenset[str]:
        """The duties that its clauses put on the signer."""
        return frozenset(clause.duty_code for clause in self.of_type(ClauseType.SIGNER_DUTY) if clause.duty_code)

    @property
    def support(self) -> tuple[Promise, ...]:
        """What the issuer promised: by SUPPORT clauses that name a day, and by promises told later."""
        by_clause = (
            Promise(
                self.signed_at or self.told_at,
                self.issuer,
                self.signer,
                None,
                clause.due_on,
                clause.amount,
                clause.unit,
                clause.clause_id,
            )
            for clause in self.of_type(ClauseType.SUPPORT)
            if clause.due_on
        )
        return (*by_clause, *self.promises)


def evolve(state: Pledge | None, recorded: Recorded[Fact]) -> Pledge | None:
    """Total: what is not a paper yet begins, what is over stays over, objections and answers are always heard."""
    if state is None:
        return _begin(recorded)
    heard = _heard(state, recorded)
    if heard is not None:
        return heard
    if state.phase in (Phase.REFUSED, Phase.VOIDED):
        return state
    return _step(state, recorded) or state


def _begin(recorded: Recorded[Fact]) -> Pledge | None:
    stream, at, told = recorded.stream, recorded.position, recorded.recorded_at
    match recorded.fact:
        case PledgeDrafted() as f:
            begun = Pledge(stream, Kind.REGULAR, Phase.DRAFTED, f.document_title, f.genre, f.issuer, f.signer, at, told)
            return replace(
                begun,
                item=f.item,
                item_version=f.item_version,
                period_from=f.period_from,
                period_to=f.period_to,
                clauses=f.clauses,
            )
        case PledgeBacklogRecorded() as f:
            begun = Pledge(stream, Kind.BACKLOG, Phase.SIGNED, f.document_title, f.genre, f.issuer, f.signer, at, told)
            return replace(
                begun,
                item=f.item,
                period_from=f.period_from,
                period_to=f.period_to,
                clauses=f.clauses,
                signed_on=f.signed_on,
                signed_at=at,
                digest=f.document_digest,
                backlog=True,
            )
        case IrregularPledgeObserved() as f:
            begun = Pledge(
                stream, Kind.IRREGULAR, Phase.OFF_LIST, f.document_title, f.genre, f.issuer, f.signer, at, told
            )
            return _observed(begun, f, at)
    return None


def _observed(begun: Pledge, f: IrregularPledgeObserved, at: int) -> Pledge:
    return replace(
        begun,
        item=f.item,
        signer_kind=f.signer_kind,
        issued_in_name_of=f.issued_in_name_of,
        period_from=f.period_from,
        period_to=f.period_to,
        clauses=f.clauses,
        signed_on=f.signed_on,
        signed_at=at,
        digest=f.document_digest,
        observed_on=f.observed_on,
        observed_by=f.observed_by,
        defects=f.defects,
        seal_required=f.seal_required,
        numeric_target=f.numeric_target,
        penalty_linked=f.penalty_linked,
        voluntary=f.voluntary,
    )


def _heard(pledge: Pledge, recorded: Recorded[Fact]) -> Pledge | None:
    """What may be told of a paper in any phase."""
    at = recorded.position
    match recorded.fact:
        case PledgeObjectionRaised() as f:
            raised = Objection(
                f.objection_id, at, f.raised_on, f.raised_by, f.addressed_to, f.kind, f.duty_code, f.clause_id
            )
            return replace(pledge, objections=(*pledge.objections, raised))
        case PledgeObjectionAnswered(objection_id=answered, answered_on=day):
            objections = (
                replace(each, answered_on=day, answered_at=at)
                if each.objection_id == answered and each.answered_on is None
                else each
                for each in pledge.objections
            )
            return replace(pledge, objections=tuple(objections))
        case IssuerDutyPerformed(clause_id=clause_id, performed_on=day):
            return replace(pledge, performed=(*pledge.performed, Performed(at, clause_id, day)))
        case PledgeReSignedDown(parent=parent):
            return replace(pledge, parents=(*pledge.parents, (parent, at)))
        case PledgeAssessed(year=year, result=result):
            assessed = Assessment(at, year, result, recorded.effective_on)
            return replace(pledge, assessments=(*pledge.assessments, assessed))
    promises, deliveries = promised(recorded), delivered(recorded)
    if not promises and not deliveries:
        return None
    return replace(pledge, promises=(*pledge.promises, *promises), deliveries=(*pledge.deliveries, *deliveries))


def _step(pledge: Pledge, recorded: Recorded[Fact]) -> Pledge | None:
    match recorded.fact:
        case PledgeCheckedAgainstList(result=result):
            return replace(pledge, phase=Phase.CHECKED, check=result)
        case PledgeOffered(offered_on=day, deadline=deadline):
            return replace(pledge, phase=Phase.OFFERED, offered_on=day, deadline=deadline)
        case PledgeSigned(signed_on=day, document_digest=digest):
            return replace(pledge, phase=Phase.SIGNED, signed_on=day, signed_at=recorded.position, digest=digest)
        case PledgeRefused():
            return replace(pledge, phase=Phase.REFUSED)
        case PledgeTerminated(first_day_without=day):
            ends = min(day, pledge.first_day_without or day)
            return replace(pledge, first_day_without=ends, ended_at=recorded.position)
        case PledgeVoided():
            return replace(pledge, phase=Phase.VOIDED, ended_at=recorded.position)
    return None


class PaperLife(Life[Pledge]):
    """A paper's life begins with the fact that tells of the paper, whatever day it bears.

    What an issuer did in March stands to its account, though the paper that speaks of it was signed, and waved, only in June.
    """

    def state(self, facts: Iterable[Recorded[Fact]], on: date | None = None) -> Pledge | None:
        """Return the paper on a day, None before the day on which it came to be."""
        told = [recorded for recorded in standing(facts) if on is None or recorded.effective_on <= on]
        told.sort(key=lambda recorded: not isinstance(recorded.fact, BEGINNINGS))
        state: Pledge | None = None
        for recorded in told:
            state = self.evolve(state, recorded)
        return state


BEGINNINGS = (PledgeDrafted, PledgeBacklogRecorded, IrregularPledgeObserved)
STEPS = (PledgeCheckedAgainstList, PledgeOffered, PledgeSigned, PledgeRefused, PledgeTerminated, PledgeVoided)
PLEDGE = PaperLife("pledge", evolve)
