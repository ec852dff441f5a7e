"""Single matters laid open – a case with its appeal window, a tolerance matter, notices – and what was decided, counted.

Pure views of Holdings (dossier -> here -> api/inquiries). Keeps: whether a decision is final follows from days alone; persons stand as
posts; shares are whole per mille of the decisions that stand on the day, by the level at which the subject stood when it was decided.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ledger.rules import ancestors
from ledger.terms import (
    Level,
    NoticeKind,
    PublicationScope,
    ResponsibilityKind,
    ReviewResult,
    ToleranceFinding,
    ToleranceOutcome,
)
from ledger.timelines.case import CASE, Accountability, Case
from ledger.timelines.notice import NOTICE, Notice
from ledger.timelines.tolerance import TOLERANCE
from projections.holdings import Holdings
from projections.shapes import Party, Step, party, party_or_none, steps

FORMS = (1, 2, 3, 4)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountabilityDecision:
    """The decision as it reads on the day: form (1 to 4), measure, regulation's kind of responsibility, and who decided."""

    measure: str
    form: int
    responsibility: ResponsibilityKind
    duty_codes: Sequence[str]
    deciding_body: Party
    body_category: str
    proposed_by: Party
    decided_on: date
    impact_until: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AppealHeard:
    """An appeal, whether it came late, and what became of it (null: not decided yet)."""

    lodged_on: date
    late: bool
    result: ReviewResult | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """A case as of a day.

    appeal_until  the last day for an appeal in time; appeal_open: that day has not passed, and the decision was served
    settled       the decision is final on the day
    stands        there is a decision, neither revoked nor lifted
    tolerances    the tolerance matters that were raised in it
    """

    case: UUID
    stage: str
    incident: UUID
    subject: Party
    subject_post: str | None
    handled_by: Party
    claim: UUID | None
    opened_on: date | None
    heard_on: date | None
    tolerance: ToleranceFinding | None
    tolerances: Sequence[UUID]
    decision: AccountabilityDecision | None
    served_on: date | None
    appeal_until: date | None
    appeal_open: bool
    appeals: Sequence[AppealHeard]
    settled: bool
    stands: bool
    abuse_found: bool
    executed_on: date | None
    filed_with: Party | None
    impact_ended_on: date | None
    steps: Sequence[Step]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What was found on verifying; the first three bar leniency."""

    verifier: Party
    private_gain: bool
    knowing_violation: bool
    prohibition_ignored: bool
    force_majeure: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ToleranceFile:
    """A tolerance matter as of a day; mismatch_positions are the facts on duty, power, means and answer that the ruling rests on."""

    tolerance: UUID
    stage: str
    unit: Party
    situation_code: str
    case: UUID | None
    found: Verified | None
    outcome: ToleranceOutcome | None
    ground_code: str | None
    text: str | None
    duty_codes: Sequence[str]
    mismatch_positions: Sequence[int]
    earlier_rulings: Sequence[UUID]
    ruled_at: int | None
    fed_back: bool
    correction_open: bool
    clarified: bool
    review_open: bool
    steps: Sequence[Step]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeRow:
    """A notice as it reads on the day; `position` is where it was drafted."""

    notice: UUID
    position: int
    kind: NoticeKind
    stage: str
    issuer: Party
    title: str
    text: str
    about: Sequence[Party]
    scope: PublicationScope
    case: UUID | None
    tolerance: UUID | None
    published_on: date | None
    corrected: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionCount:
    """How many decisions stand for one level, or one form; `per_mille` of all of them, rounded (null where there is none)."""

    key: str
    decisions: int
    per_mille: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions:
    """Decisions that stand on the day, within an area (null: everywhere). `unplaced`: of subjects that are not registered."""

    within: str | None
    decisions: int
    unplaced: int
    counts: Sequence[DecisionCount]


# ── Single matters ──


def case_file(held: Holdings, case_id: UUID, on: date) -> CaseFile | None:
    """Return a case as of a day, None if it had not begun."""
    case = held.state(CASE, case_id, on)
    if case is None:
        return None
    rules = held.rules_of(case.subject_unit, case.served_on or on)
    until = case.appeal_until(rules)
    return CaseFile(
        case=case_id,
        stage=case.stage,
        incident=case.incident,
        subject=party(held, case.subject_unit, on),
        subject_post=case.subject_post,
        handled_by=party(held, case.handled_by, on),
        claim=case.claim,
        opened_on=case.opened_on,
        heard_on=case.heard_on,
        tolerance=case.tolerance,
        tolerances=_tolerances(held, case_id, on),
        decision=_decision(held, case.decision, on) if case.decision else None,
        served_on=case.served_on,
        appeal_until=until,
        appeal_open=until is not None and on <= until,
        appeals=tuple(
            AppealHeard(lodged_on=each.lodged_on, late=each.late, result=each.result) for each in case.appeals
        ),
        settled=case.settled_on(on, rules),
        stands=case.stands,
        abuse_found=case.abuse_found,
        executed_on=case.executed_on,
        filed_with=party_or_none(held, case.filed_with, on),
        impact_ended_on=case.impact_ended_on,
        steps=steps(held, case_id, on),
    )


def _decision(held: Holdings, decision: Accountability, on: date) -> AccountabilityDecision:
    return AccountabilityDecision(
        measure=decision.measure,
        form=decision.form,
        responsibility=decision.responsibility,
        duty_codes=decision.duty_codes,
        deciding_body=party(held, decision.deciding_body, on),
        body_category=decision.body_category,
        proposed_by=party(held, decision.proposed_by, on),
        decided_on=decision.decided_on,
        impact_until=decision.impact_until,
    )


def _tolerances(held: Holdings, case_id: UUID, on: date) -> Sequence[UUID]:
    matters = ((stream, held.state(TOLERANCE, stream, on)) for stream in held.streams("tolerance"))
    return tuple(stream for stream, matter in matters if matter is not None and matter.case == case_id)


def tolerance_file(held: Holdings, tolerance_id: UUID, on: date) -> ToleranceFile | None:
    """Return a tolerance matter as of a day, None if it had not begun."""
    matter = held.state(TOLERANCE, tolerance_id, on)
    if matter is None:
        return None
    found, ruling = matter.verification, matter.ruling
    ruled = ruling.ruled if ruling else None
    return ToleranceFile(
        tolerance=tolerance_id,
        stage=matter.stage,
        unit=party(held, matter.unit, on),
        situation_code=matter.situation_code,
        case=matter.case,
        found=Verified(
            verifier=party(held, found.verifier, on),
            private_gain=found.private_gain,
            knowing_violation=found.knowing_violation,
            prohibition_ignored=found.prohibition_ignored,
            force_majeure=found.force_majeure,
        )
        if found
        else None,
        outcome=ruled.outcome if ruled else None,
        ground_code=ruled.ground_code if ruled else None,
        text=ruled.text if ruled else None,
        duty_codes=ruled.duty_codes if ruled else (),
        mismatch_positions=ruled.mismatch_refs if ruled else (),
        earlier_rulings=ruled.earlier_rulings if ruled else (),
        ruled_at=ruling.position if ruling else None,
        fed_back=matter.fed_back,
        correction_open=matter.correction_open,
        clarified=matter.clarified,
        review_open=matter.review_open,
        steps=steps(held, tolerance_id, on),
    )


def notices(held: Holdings, on: date, kinds: Sequence[NoticeKind] = ()) -> Sequence[NoticeRow]:
    """Return the notices that were drafted by a day, by position."""
    found = ((stream, held.state(NOTICE, stream, on)) for stream in held.streams("notice"))
    rows = [_notice(held, stream, notice, on) for stream, notice in found if notice is not None]
    return tuple(sorted((row for row in rows if not kinds or row.kind in kinds), key=lambda row: row.position))


def _notice(held: Holdings, stream: UUID, notice: Notice, on: date) -> NoticeRow:
    return NoticeRow(
        notice=stream,
        position=steps(held, stream, on)[0].position,
        kind=notice.kind,
        stage=notice.stage,
        issuer=party(held, notice.issuer, on),
        title=notice.title,
        text=notice.text,
        about=tuple(party(held, unit, on) for unit in notice.about_units),
        scope=notice.scope,
        case=notice.case,
        tolerance=notice.tolerance,
        published_on=notice.published_on,
        corrected=notice.corrected,
    )


# ── What was decided, counted ──


def by_level(held: Holdings, on: date, within: str | None = None) -> Decisions:
    """DecisionCount the decisions that stand on a day, by the level at which the subject stood when it was decided."""
    cases = list(_standing(held, on, within))
    levels = Counter(level for level in (_level(held, case) for case in cases) if level)
    return _counted(within, len(cases), [(str(level), levels[level]) for level in Level])


def by_form(held: Holdings, on: date, within: str | None = None) -> Decisions:
    """DecisionCount the decisions that stand on a day, by form."""
    forms = Counter(case.decision.form for case in _standing(held, on, within) if case.decision)
    return _counted(within, forms.total(), [(str(form), forms[form]) for form in FORMS])


def _standing(held: Holdings, on: date, within: str | None) -> Iterator[Case]:
    for stream in held.streams("case"):
        case = held.state(CASE, stream, on)
        if case is None or case.decision is None or not case.stands or case.decision.decided_on > on:
            continue
        unit = held.unit(case.subject_unit, case.decision.decided_on)
        if within is None or (unit is not None and within in ancestors(unit.area_code)):
            yield case


def _level(held: Holdings, case: Case) -> Level | None:
    unit = held.unit(case.subject_unit, case.decision.decided_on) if case.decision else None
    return unit.level if unit else None


def _counted(within: str | None, total: int, counts: Sequence[tuple[str, int]]) -> Decisions:
    return Decisions(
        within=within,
        decisions=total,
        unplaced=total - sum(number for _, number in counts),
        counts=tuple(
            DecisionCount(key=key, decisions=number, per_mille=per_mille(number, total)) for key, number in counts
        ),
    )


def per_mille(part: int, total: int) -> int | None:
    """Return a share in whole per mille, half rounded up."""
    return (2000 * part + total) // (2 * total) if total else None
