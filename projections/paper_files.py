"""One pledge or one veto laid open: its parties, dates, clauses and steps; its objections; and how it differs from the approved version.

Pure views of Holdings (dossier -> here -> api/inquiries). Keeps: a paper is held against the version of its item that was in force on its
own day; clauses are the same if their texts are (hash), a clause that bears a known id with another text was changed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from ledger.days import END_OF_TIME, instant
from ledger.events import IrregularVetoObserved, PledgeObjectionAnswered, PledgeObjectionRaised
from ledger.terms import Defect, ListCheck, ObjectionKind, PledgeResult, SignerKind, VetoDecision
from ledger.timelines.item import Version
from ledger.timelines.pledge import PLEDGE, Kind, Objection, Pledge
from ledger.timelines.scope import reaches
from ledger.timelines.veto import VETO, Veto
from ledger.values import Clause
from projections.burden import Footing, IssuerDuty, day_of_paper, footing, promised, term, veto_term
from projections.holdings import Holdings
from projections.papers import answer_due
from projections.shapes import Party, Step, party, party_or_none, steps


class Answered(StrEnum):
    """How an objection stood on the day: still within its deadline, overdue, answered, or answered after the deadline."""

    OPEN = "OPEN"
    OVERDUE = "OVERDUE"
    ANSWERED = "ANSWERED"
    ANSWERED_LATE = "ANSWERED_LATE"


class Difference(StrEnum):
    """A clause against the approved version. MISSING: approved, and not in the paper."""

    SAME = "SAME"
    ADDED = "ADDED"
    CHANGED = "CHANGED"
    MISSING = "MISSING"


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessed:
    """One year's assessment."""

    position: int
    year: int
    result: PledgeResult
    assessed_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class PledgeFile:
    """A paper as of a day.

    in_force       it binds on the day: signed, within its period, and neither it nor its item ended before
    begins         first day on which it binds, `last_day` the last; null while it was never signed
    footing        whether its item was on the list on the day of signing (or of being seen)
    above, below   the papers it passes on, and those that pass it on
    """

    pledge: UUID
    kind: Kind
    phase: str
    title: str
    genre: str | None
    issuer: Party
    signer: Party
    signer_kind: SignerKind
    in_name_of: Party | None
    item: UUID | None
    item_title: str | None
    item_version: int | None
    footing: Footing | None
    period_from: date | None
    period_to: date | None
    begins: date | None
    last_day: date | None
    in_force: bool
    signed_on: date | None
    offered_on: date | None
    deadline: date | None
    seen_on: date | None
    seen_by: Party | None
    recorded_at: datetime
    digest: str | None
    check: ListCheck | None
    defects: Sequence[Defect]
    seal_required: bool
    numeric_target: bool
    penalty_linked: bool
    voluntary: bool
    backlog: bool
    first_day_without: date | None
    clauses: Sequence[Clause]
    promises: Sequence[IssuerDuty]
    assessments: Sequence[Assessed]
    above: Sequence[UUID]
    below: Sequence[UUID]
    steps: Sequence[Step]


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectionRow:
    """An objection and its answer; `due`: the last day for the answer."""

    objection_id: str
    position: int
    raised_on: date
    raised_by: Party
    addressed_to: Party
    kind: ObjectionKind
    text: str
    duty_code: str | None
    clause_id: str | None
    due: date
    state: Answered
    answered_on: date | None
    answered_at: int | None
    answer: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseDifference:
    """One clause, as the paper has it and as the approved version has it; null where it is not there."""

    difference: Difference
    clause_id: str
    paper: Clause | None
    approved: Clause | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PledgeDiff:
    """A paper against the version it is held against; nothing is compared where there is none.

    version            number of the approved version in force on `held_on`; 0: the elements as they were verified
    listed             the item was on the approved list on that day
    scope_widened      the signer is none of those that the version reaches; period_widened: it runs outside the version's years
    """

    pledge: UUID
    item: UUID | None
    held_on: date
    version: int | None
    listed: bool
    scope_widened: bool | None
    period_widened: bool | None
    clauses: Sequence[ClauseDifference]


@dataclass(frozen=True, slots=True, kw_only=True)
class VetoFile:
    """A veto in use as of a day; `in_effect`: the day lies within its effect, or, of one only observed, within its year."""

    veto: UUID
    stage: str
    exercising_unit: Party
    target: Party | None
    item: UUID | None
    item_title: str | None
    item_version: int | None
    assessment_year: int | None
    trigger_code: str | None
    trigger_text: str | None
    footing: Footing | None
    decision: VetoDecision | None
    decided_on: date | None
    effects: Sequence[str]
    begins: date | None
    last_day: date | None
    in_effect: bool
    notified_on: date | None
    review_pending: bool
    defects: Sequence[Defect]
    steps: Sequence[Step]


# ── A paper ──


def as_of(held: Holdings, pledge_id: UUID, on: date) -> Pledge | None:
    """Return a paper as of a day; one that was signed by then, but seen or recorded later, as it was seen."""
    then = held.state(PLEDGE, pledge_id, on)
    if then is not None:
        return then
    later = held.state(PLEDGE, pledge_id)
    return later if later is not None and later.signed_on is not None and later.signed_on <= on else None


def pledge_file(held: Holdings, pledge_id: UUID, on: date) -> PledgeFile | None:
    """Return a paper as of a day, None if it did not exist yet."""
    paper = as_of(held, pledge_id, on)
    if paper is None:
        return None
    day, binds, item = day_of_paper(paper), term(held, paper), held.item(paper.item)
    return PledgeFile(
        pledge=paper.id,
        kind=paper.kind,
        phase=paper.phase_on(on),
        title=paper.title,
        genre=paper.genre,
        issuer=party(held, paper.issuer, on),
        signer=party(held, paper.signer, on),
        signer_kind=paper.signer_kind,
        in_name_of=party_or_none(held, paper.issued_in_name_of, on),
        item=paper.item,
        item_title=item.terms.title if item else None,
        item_version=paper.item_version,
        footing=footing(held, paper.item, paper.issuer, day) if day else None,
        period_from=paper.period_from,
        period_to=paper.period_to,
        begins=binds[0] if binds else None,
        last_day=binds[1] if binds and binds[1] < END_OF_TIME else None,
        in_force=binds is not None and binds[0] <= on <= binds[1],
        signed_on=paper.signed_on,
        offered_on=paper.offered_on,
        deadline=paper.deadline,
        seen_on=paper.observed_on,
        seen_by=party_or_none(held, paper.observed_by, on),
        recorded_at=instant(paper.told_recorded_at),
        digest=paper.digest,
        check=paper.check,
        defects=paper.defects,
        seal_required=paper.seal_required,
        numeric_target=paper.numeric_target,
        penalty_linked=paper.penalty_linked,
        voluntary=paper.voluntary,
        backlog=paper.backlog,
        first_day_without=paper.first_day_without,
        clauses=paper.clauses,
        promises=tuple(promised(held, paper, on)),
        assessments=tuple(
            Assessed(position=each.position, year=each.year, result=each.result, assessed_on=each.assessed_on)
            for each in paper.assessments
        ),
        above=tuple(parent for parent, _ in paper.parents),
        below=tuple(_below(held, paper.id, on)),
        steps=steps(held, paper.id, on),
    )


def _below(held: Holdings, pledge_id: UUID, on: date) -> Iterator[UUID]:
    for stream in held.streams("pledge"):
        lower = as_of(held, stream, on)
        if lower is not None and any(parent == pledge_id for parent, _ in lower.parents):
            yield stream


# ── Its objections ──


def objections(held: Holdings, pledge_id: UUID, on: date) -> Sequence[ObjectionRow] | None:
    """Return the objections raised by a day, by day, then position; None if the paper is not known."""
    paper = held.state(PLEDGE, pledge_id)
    if paper is None:
        return None
    raised = sorted((each.raised_on, each.position, each) for each in paper.objections if each.raised_on <= on)
    return tuple(_objection(held, pledge_id, each, on) for _, _, each in raised)


def _objection(held: Holdings, pledge_id: UUID, objection: Objection, on: date) -> ObjectionRow:
    due = answer_due(held.rules_of(objection.addressed_to, objection.raised_on), objection.raised_on)
    answered_on = objection.answered_on if objection.answered_on is not None and objection.answered_on <= on else None
    at = objection.answered_at if answered_on else None
    texts = {
        each.position: each.fact.text for each in held.told(pledge_id, PledgeObjectionRaised, PledgeObjectionAnswered)
    }
    return ObjectionRow(
        objection_id=objection.objection_id,
        position=objection.position,
        raised_on=objection.raised_on,
        raised_by=party(held, objection.raised_by, on),
        addressed_to=party(held, objection.addressed_to, on),
        kind=objection.kind,
        text=texts[objection.position],
        duty_code=objection.duty_code,
        clause_id=objection.clause_id,
        due=due,
        state=_answered(answered_on, due, on),
        answered_on=answered_on,
        answered_at=at,
        answer=texts.get(at) if at else None,
    )


def _answered(answered_on: date | None, due: date, on: date) -> Answered:
    if answered_on is None:
        return Answered.OVERDUE if on > due else Answered.OPEN
    return Answered.ANSWERED_LATE if answered_on > due else Answered.ANSWERED


# ── Against the approved version ──


def pledge_diff(held: Holdings, pledge_id: UUID, on: date) -> PledgeDiff | None:
    """Return how a paper differs from the version of its item that was in force on its day (not signed yet: on the day asked about)."""
    paper = as_of(held, pledge_id, on)
    if paper is None:
        return None
    day = day_of_paper(paper) or on
    version = held.version(paper.item, day)
    return PledgeDiff(
        pledge=paper.id,
        item=paper.item,
        held_on=day,
        version=version.number if version else None,
        listed=held.active(paper.item, day),
        scope_widened=_scope_widened(held, paper, version, day) if version else None,
        period_widened=_period_widened(paper, version) if version else None,
        clauses=compared(paper.clauses, version.terms.clauses) if version else (),
    )


def compared(paper: Sequence[Clause], approved: Sequence[Clause]) -> Sequence[ClauseDifference]:
    """Hold clauses against approved ones: in the paper's order, then what is missing. Each approved clause is met once."""
    left = list(approved)
    same = [_take(left, [other for other in left if other.hash == clause.hash]) for clause in paper]
    rows = []
    for clause, equal in zip(paper, same, strict=True):
        other = equal or _take(left, [each for each in left if each.clause_id == clause.clause_id])
        difference = Difference.SAME if equal else Difference.CHANGED if other else Difference.ADDED
        rows.append(ClauseDifference(difference=difference, clause_id=clause.clause_id, paper=clause, approved=other))
    for clause in left:
        missing = ClauseDifference(
            difference=Difference.MISSING, clause_id=clause.clause_id, paper=None, approved=clause
        )
        rows.append(missing)
    return tuple(rows)


def _take(left: list[Clause], found: Sequence[Clause]) -> Clause | None:
    """Take the first of those found out of what is left."""
    if not found:
        return None
    left.remove(found[0])
    return found[0]


def _scope_widened(held: Holdings, paper: Pledge, version: Version, day: date) -> bool | None:
    signer = held.unit(paper.signer, day)
    return None if signer is None else not reaches(version.terms.recipient_scope, signer)


def _period_widened(paper: Pledge, version: Version) -> bool | None:
    if paper.period_from is None or paper.period_to is None:
        return None
    start, end = version.terms.start_year, version.terms.end_year
    return paper.period_from.year < start or (end is not None and paper.period_to.year > end)


# ── A veto ──


def veto_file(held: Holdings, veto_id: UUID, on: date) -> VetoFile | None:
    """Return a veto as of a day, None if it was not known to be used by then."""
    veto = held.state(VETO, veto_id, on)
    if veto is None:
        later = held.state(VETO, veto_id)
        veto = later if later is not None and later.decided_on is not None and later.decided_on <= on else None
    return None if veto is None else _veto(held, veto, on)


def _veto(held: Holdings, veto: Veto, on: date) -> VetoFile:
    binds, item = veto_term(held, veto), held.item(veto.item)
    day = veto.decided_on or (binds[0] if binds else None)
    version = held.version(veto.item, day or on)
    triggers = {each.code: each.text for each in version.terms.triggers} if version else {}
    seen = held.told(veto.id, IrregularVetoObserved)
    return VetoFile(
        veto=veto.id,
        stage=veto.stage,
        exercising_unit=party(held, veto.exercising_unit, on),
        target=party_or_none(held, veto.target_unit, on),
        item=veto.item,
        item_title=item.terms.title if item else None,
        item_version=veto.item_version,
        assessment_year=veto.assessment_year,
        trigger_code=veto.trigger_code,
        trigger_text=triggers.get(veto.trigger_code) if veto.trigger_code else None,
        footing=footing(held, veto.item, veto.exercising_unit, day) if day else None,
        decision=veto.decision,
        decided_on=veto.decided_on,
        effects=veto.effects,
        begins=binds[0] if binds else None,
        last_day=binds[1] if binds else None,
        in_effect=binds is not None and binds[0] <= on <= binds[1],
        notified_on=veto.notified_on,
        review_pending=veto.review_pending,
        defects=seen[0].fact.defects if seen else (),
        steps=steps(held, veto.id, on),
    )
