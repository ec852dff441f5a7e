"""The trail of one incident: who owned the duty that day, who signed what and when the ledger learnt of it, who warned, what was ruled.

Pure, over what was held at a position. Keeps: days decide what held, positions decide what was known; both stand beside every line.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ledger.days import day_of
from ledger.encoding import Recorded
from ledger.events import Fact
from ledger.timelines.case import CASE
from ledger.timelines.claim import CLAIM, Claim
from ledger.timelines.incident import INCIDENT, Incident
from ledger.timelines.pledge import Pledge
from ledger.timelines.standing import order, standing
from ledger.timelines.tolerance import TOLERANCE
from ledger.timelines.veto import VETO
from projections.holdings import Holdings
from projections.leads.scene import Lead, Scene, Sheet
from projections.papers import ancestry, answer_due, last_day, objected
from projections.shield.table import table


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyOwned:
    """A duty of the incident, and who owned it at the place on the day; owner null: no list says."""

    duty_code: str
    text: str | None
    list_kind: str | None
    owner: UUID | None
    owner_name: str | None
    needs_power: bool | None
    power_holder: UUID | None
    power_holder_name: str | None
    delegated_to: UUID | None
    positions: Sequence[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    """An objection about one of the incident's duties: when it was raised, by when an answer was due, when it came."""

    pledge: UUID
    objection_id: str
    kind: str
    raised_by: UUID
    raised_by_name: str
    addressed_to: UUID
    addressed_to_name: str
    raised_on: date
    due: date
    answered_on: date | None
    answered_in_time: bool
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperSigned:
    """A paper about the incident's duties.

    signed_on      the day it says, or was found, to have been signed; recorded_at: when the ledger first heard of it (microseconds)
    item_phase     how far its item had come on the day of the incident; listed: the item was on the list when it was signed
    in_force       the paper bound the signer on the day of the incident
    """

    pledge: UUID
    kind: str
    title: str
    issuer: UUID
    issuer_name: str
    signer: UUID
    signer_name: str
    signed_on: date | None
    position: int
    recorded_at: int
    period_from: date | None
    period_to: date | None
    last_day: date | None
    in_force: bool
    item: UUID | None
    item_title: str | None
    item_phase: str | None
    listed: bool
    duty_codes: Sequence[str]
    parents: Sequence[UUID]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimMade:
    """A claim about the incident, the tests that failed in each column, and what was ruled."""

    claim: UUID
    asserting_unit: UUID
    asserting_unit_name: str
    against_unit: UUID
    against_unit_name: str
    pledge: UUID | None
    veto: UUID | None
    asserted_on: date
    position: int
    failed_at_assertion: Sequence[str]
    failed_now: Sequence[str]
    guidance: str
    outcome: str | None
    shield_use_confirmed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class VetoUsed:
    """A veto against a unit concerned, in effect on the day of the incident or decided about it since."""

    veto: UUID
    exercising_unit: UUID
    target_unit: UUID | None
    stage: str
    decided_on: date | None
    in_effect: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRun:
    """A case about the incident, how far it has come, and the tolerance asked for in it."""

    case: UUID
    subject_unit: UUID
    subject_unit_name: str
    subject_post: str | None
    stage: str
    tolerance_considered: str | None
    measure: str | None
    form: int | None
    tolerance: UUID | None
    tolerance_outcome: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One record on the trail, by day, then position; `late_days`: how long after the day the ledger learnt of it."""

    position: int
    effective_on: date
    recorded_at: int
    late_days: int
    topic: str
    stream: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Trail:
    """Everything that the ledger held about an incident at a position."""

    incident: UUID
    occurred_at: str
    precision: str
    occurred_on: date
    place_code: str
    severity: str
    summary: str
    stage: str
    duties: Sequence[DutyOwned]
    papers: Sequence[PaperSigned]
    warnings: Sequence[Warned]
    vetoes: Sequence[VetoUsed]
    claims: Sequence[ClaimMade]
    cases: Sequence[CaseRun]
    lines: Sequence[Line]


def trail(held: Holdings, incident_id: UUID, known_at: int) -> Trail | None:
    """Lay out an incident; None if it was not registered by then."""
    incident = held.state(INCIDENT, incident_id)
    if incident is None:
        return None
    scene = Scene(held)
    sheets = papers_of(scene, incident)
    claims = [claim for claim in held.each(CLAIM) if claim.incident == incident.id]
    cases = _cases(held, incident)
    vetoes = _vetoes(scene, incident, claims)
    streams = [incident.id, *(sheet.paper.id for sheet in sheets), *(claim.id for claim in claims)]
    streams += [each.veto for each in vetoes] + [each.case for each in cases]
    streams += [each.tolerance for each in cases if each.tolerance]
    streams += sorted({sheet.paper.item for sheet in sheets if sheet.paper.item})
    return Trail(
        incident=incident.id,
        occurred_at=incident.occurred_at.isoformat(),
        precision=incident.precision,
        occurred_on=incident.occurred_on,
        place_code=incident.place_code,
        severity=incident.severity,
        summary=incident.summary,
        stage=incident.stage,
        duties=[_owned(held, incident, code) for code in incident.duty_codes],
        papers=[_signed(held, incident, sheet) for sheet in sheets],
        warnings=_warnings(held, incident, sheets),
        vetoes=vetoes,
        claims=[_made(held, claim, known_at) for claim in claims],
        cases=cases,
        lines=_lines(held, streams),
    )


def papers_of(scene: Scene, incident: Incident) -> list[Sheet]:
    """Return the papers about an incident's duties with a signer that it concerns, those cited in claims, and those above them."""
    cited = {claim.pledge for claim in scene.held.each(CLAIM) if claim.incident == incident.id}
    chosen = {
        sheet.paper.id
        for sheet in scene.sheets
        if sheet.paper.id in cited
        or (sheet.duty_codes.intersection(incident.duty_codes) and scene.concerns(incident, sheet.signer))
    }
    above = {paper.id for each in chosen for paper in ancestry(scene.held, scene.by_paper[each].paper)}
    return [sheet for sheet in scene.sheets if sheet.paper.id in chosen | above]


def _owned(held: Holdings, incident: Incident, code: str) -> DutyOwned:
    holding = held.holding(code, incident.place_code, incident.occurred_on)
    day = incident.occurred_on
    return DutyOwned(
        duty_code=code,
        text=holding.entry.text if holding else None,
        list_kind=holding.list_kind if holding else None,
        owner=holding.owner if holding else None,
        owner_name=name(held, holding.owner, day) if holding else None,
        needs_power=holding.needs_power if holding else None,
        power_holder=holding.power_holder if holding else None,
        power_holder_name=name(held, holding.power_holder, day) if holding and holding.power_holder else None,
        delegated_to=holding.delegated_to if holding else None,
        positions=holding.positions if holding else (),
    )


def name(held: Holdings, unit_id: UUID, day: date) -> str:
    """Return the name a unit bore on a day, or its id where it is not registered."""
    unit = held.unit(unit_id, day)
    return unit.name if unit else str(unit_id)


def _signed(held: Holdings, incident: Incident, sheet: Sheet) -> PaperSigned:
    paper, tau, item = sheet.paper, incident.occurred_on, held.item(sheet.paper.item)
    last = last_day(held, paper) if paper.period_to else None
    return PaperSigned(
        pledge=paper.id,
        kind=paper.kind,
        title=paper.title,
        issuer=paper.issuer,
        issuer_name=name(held, paper.issuer, sheet.day),
        signer=paper.signer,
        signer_name=name(held, paper.signer, sheet.day),
        signed_on=paper.signed_on,
        position=paper.told_at,
        recorded_at=paper.told_recorded_at,
        period_from=paper.period_from,
        period_to=paper.period_to,
        last_day=last,
        in_force=paper.in_force_on(tau) and last is not None and tau <= last,
        item=paper.item,
        item_title=item.terms.title if item else None,
        item_phase=item.phase_on(tau) if item else None,
        listed=sheet.active,
        duty_codes=sorted(sheet.duty_codes),
        parents=[parent for parent, _ in paper.parents],
    )


def _warnings(held: Holdings, incident: Incident, sheets: Iterable[Sheet]) -> list[Warned]:
    return [
        _warning(held, sheet.paper, objection.objection_id)
        for sheet in sheets
        for objection in sheet.paper.objections
        if objected(sheet.paper, objection).intersection(incident.duty_codes)
    ]


def _warning(held: Holdings, paper: Pledge, objection_id: str) -> Warned:
    raised = next(each for each in paper.objections if each.objection_id == objection_id)
    due = answer_due(held.rules_of(raised.addressed_to, raised.raised_on), raised.raised_on)
    return Warned(
        pledge=paper.id,
        objection_id=objection_id,
        kind=raised.kind,
        raised_by=raised.raised_by,
        raised_by_name=name(held, raised.raised_by, raised.raised_on),
        addressed_to=raised.addressed_to,
        addressed_to_name=name(held, raised.addressed_to, raised.raised_on),
        raised_on=raised.raised_on,
        due=due,
        answered_on=raised.answered_on,
        answered_in_time=raised.answered_on is not None and raised.answered_on <= due,
        position=raised.position,
    )


def _vetoes(scene: Scene, incident: Incident, claims: Iterable[Claim]) -> list[VetoUsed]:
    cited = {claim.veto for claim in claims}
    tau = incident.occurred_on
    return [
        VetoUsed(
            veto=veto.id,
            exercising_unit=veto.exercising_unit,
            target_unit=veto.target_unit,
            stage=veto.stage,
            decided_on=veto.decided_on,
            in_effect=veto.in_effect_on(tau),
        )
        for veto in scene.held.each(VETO)
        if veto.id in cited
        or (veto.in_effect_on(tau) and any(scene.held.same(veto.target_unit, unit, tau) for unit in incident.units))
    ]


def _made(held: Holdings, claim: Claim, known_at: int) -> ClaimMade:
    seen = table(held, claim.id, known_at)
    return ClaimMade(
        claim=claim.id,
        asserting_unit=claim.asserting_unit,
        asserting_unit_name=name(held, claim.asserting_unit, claim.asserted_on),
        against_unit=claim.against_unit,
        against_unit_name=name(held, claim.against_unit, claim.asserted_on),
        pledge=claim.pledge,
        veto=claim.veto,
        asserted_on=claim.asserted_on,
        position=claim.asserted_at,
        failed_at_assertion=seen.at_assertion.failed if seen else [],
        failed_now=seen.now.failed if seen else [],
        guidance=seen.now.guidance if seen else "UNDETERMINED",
        outcome=claim.ruling.outcome if claim.ruling else None,
        shield_use_confirmed=claim.shield_use_confirmed,
    )


def _cases(held: Holdings, incident: Incident) -> list[CaseRun]:
    tolerances = {each.case: each for each in held.each(TOLERANCE) if each.case}
    runs = []
    for case in held.each(CASE):
        if case.incident != incident.id:
            continue
        tolerance = tolerances.get(case.id)
        runs.append(
            CaseRun(
                case=case.id,
                subject_unit=case.subject_unit,
                subject_unit_name=name(held, case.subject_unit, incident.occurred_on),
                subject_post=case.subject_post,
                stage=case.stage,
                tolerance_considered=case.tolerance,
                measure=case.decision.measure if case.decision else None,
                form=case.decision.form if case.decision else None,
                tolerance=tolerance.id if tolerance else None,
                tolerance_outcome=tolerance.ruling.outcome if tolerance and tolerance.ruling else None,
            )
        )
    return runs


def _lines(held: Holdings, streams: Iterable[UUID]) -> list[Line]:
    told: list[Recorded[Fact]] = [each for stream in dict.fromkeys(streams) for each in standing(held.facts(stream))]
    return [
        Line(
            position=each.position,
            effective_on=each.effective_on,
            recorded_at=each.recorded_at,
            late_days=(day_of(each.recorded_at) - each.effective_on).days,
            topic=each.fact.TOPIC,
            stream=each.stream,
        )
        for each in sorted(told, key=order)
    ]


def is_about(held: Holdings, lead: Lead, incident_id: UUID) -> bool:
    """Tell whether a lead is about an incident: about a claim on it, or one of its papers."""
    incident = held.state(INCIDENT, incident_id)
    if incident is None:
        return False
    claim = held.state(CLAIM, lead.claim)
    if claim is not None:
        return claim.incident == incident_id
    return bool({sheet.paper.id for sheet in papers_of(Scene(held), incident)}.intersection(lead.papers))
