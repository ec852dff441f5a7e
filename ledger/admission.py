"""One matter, one application: it is applied for, completed, its basis verified, reported upward; then approved, refused or withdrawn.

Second step of every write (api -> application -> here). Pure: same history, same command, same rules, same answer.
Keeps: one application carries one item (BR-02), on the mandate of the centre or the province (BR-01), and says what the applicant
does itself and gives (BR-25); approval and the item's entry into the list are one append. An ended item comes back only this way.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ledger import authority, known
from ledger.commands import (
    AdmitItem,
    ApplyForAdmission,
    FindAdmissionComplete,
    RefuseAdmission,
    ReportAdmissionUpward,
    ReturnAdmission,
    VerifyAdmissionBasis,
    WithdrawAdmission,
)
from ledger.events import (
    AdmissionApplied,
    AdmissionApproved,
    AdmissionBasisVerified,
    AdmissionFoundComplete,
    AdmissionRefused,
    AdmissionReportedUpward,
    AdmissionReturned,
    AdmissionWithdrawn,
    ItemAdmitted,
)
from ledger.refusals import Refused
from ledger.rules import Rules
from ledger.streams import admission_stream, item_stream
from ledger.terms import AdmissionKind
from ledger.timelines.admission import ADMISSION, Admission, Stage
from ledger.timelines.item import Phase
from ledger.world import Decision, World


@dataclass
class ApplicationUnknown(Refused):
    """No application stood under {admission} on {day}."""

    admission: UUID
    day: date


@dataclass
class ApplicationExists(Refused):
    """The applicant used number {client_key} already, for “{title}”; give each application a number of its own."""

    client_key: str
    title: str


@dataclass
class NotOneItemPerApplication(Refused):
    """One matter, one application: exactly one item is applied for at a time, here {count}."""

    count: int


@dataclass
class OwnPartNotStated(Refused):
    """The application for “{title}” does not say what the applicant does itself, or what support it gives the signers."""

    title: str


@dataclass
class NothingToAmend(Refused):
    """An application to amend names the item on the list that it is about; one for a new item names none."""


@dataclass
class PredecessorStillStands(Refused):
    """“{title}” is {phase}: only what has ended is re-established."""

    title: str
    phase: str


@dataclass
class ApplicationNotAtStage(Refused):
    """The application for “{title}” is {stage}; this step is taken at: {wanted}."""

    title: str
    stage: str
    wanted: str


@dataclass
class ApplicationToAmend(Refused):
    """The application for “{title}” asks for an amendment; it is approved by amending the item."""

    title: str


Steps = (
    FindAdmissionComplete
    | ReturnAdmission
    | VerifyAdmissionBasis
    | ReportAdmissionUpward
    | RefuseAdmission
    | WithdrawAdmission
)
StepFacts = (
    AdmissionFoundComplete
    | AdmissionReturned
    | AdmissionBasisVerified
    | AdmissionReportedUpward
    | AdmissionRefused
    | AdmissionWithdrawn
)
OPEN_STAGES = tuple(stage for stage in Stage if not stage.final)


Commands = ApplyForAdmission | Steps | AdmitItem


def decide(command: Commands, world: World) -> Decision:
    """Answer a command about admission; raise Refused."""
    match command:
        case ApplyForAdmission():
            return _apply(command, world)
        case AdmitItem():
            return _admit(command, world)
        case _:
            return _step(command, world)


def _apply(command: ApplyForAdmission, world: World) -> Decision:
    day = command.effective_on
    known.said(necessity=command.necessity, burden_assessment=command.burden_assessment)
    applicant = known.unit(world, command.applicant, day)
    rules = world.rules(applicant.area_code, day)
    rules.demand("BR-02", len(command.terms) == 1, NotOneItemPerApplication(len(command.terms)))
    for terms in command.terms:
        known.terms(world, terms, day)
        own_part = bool(command.issuer_own_duties.strip() and command.support.strip())
        rules.demand("BR-25", own_part, OwnPartNotStated(terms.title))
        _about(command, world)
        if command.kind is AdmissionKind.NEW:
            authority.mandated(world, rules, terms, command.higher_mandates, day)
    return Decision(rules, tuple(_applied(command, world, ordinal) for ordinal in range(len(command.terms))))


def _about(command: ApplyForAdmission, world: World) -> None:
    """Demand that an amendment names a listed item, a new application none, and that what is re-established has ended."""
    if (command.kind is AdmissionKind.AMEND) != bool(command.item):
        raise NothingToAmend
    if command.item:
        item, _ = known.living_item(world, command.item, command.effective_on)
        known.in_phase(item, command.effective_on, Phase.DECIDED, Phase.ACTIVE, Phase.SUSPENDED)
    if command.predecessor:
        before = known.item(world, command.predecessor, command.effective_on)
        if not before.ended_on(command.effective_on):
            raise PredecessorStillStands(before.terms.title, before.phase_on(command.effective_on))


def _applied(command: ApplyForAdmission, world: World, ordinal: int) -> tuple[UUID, AdmissionApplied]:
    """Make one application of each matter; where a pack lets several come together, they still part here."""
    client_key = f"{command.client_key}/{ordinal}" if ordinal else command.client_key
    stream = admission_stream(command.applicant, client_key)
    existing = world.see(ADMISSION, stream)
    if existing:
        raise ApplicationExists(client_key, existing.terms.title)
    return stream, AdmissionApplied(
        applicant=command.applicant,
        kind=command.kind,
        terms=command.terms[ordinal],
        necessity=command.necessity,
        higher_mandates=command.higher_mandates,
        burden_assessment=command.burden_assessment,
        issuer_own_duties=command.issuer_own_duties,
        support=command.support,
        item=command.item,
        predecessor=command.predecessor,
    )


def _step(command: Steps, world: World) -> Decision:
    day = command.effective_on
    applied, rules = _application(world, command.admission, day)
    known.nothing_later(world, applied.id, day)
    fact: StepFacts
    match command:
        case FindAdmissionComplete():
            _at(applied, Stage.APPLIED, Stage.RETURNED)
            fact = AdmissionFoundComplete()
        case ReturnAdmission(return_ground=ground):
            known.said(return_ground=ground)
            _at(applied, Stage.APPLIED, Stage.COMPLETE)
            fact = AdmissionReturned(return_ground=ground)
        case VerifyAdmissionBasis(verifier=verifier):
            _at(applied, Stage.COMPLETE)
            known.unit(world, verifier, day)
            fact = AdmissionBasisVerified(verifier=verifier)
        case ReportAdmissionUpward(reported_to=unit, report_document=document):
            _at(applied, Stage.BASIS_VERIFIED)
            known.unit(world, unit, day)
            known.document(world, document)
            fact = AdmissionReportedUpward(reported_to=unit, report_document=document)
        case RefuseAdmission(ground=ground):
            known.said(ground=ground)
            _at(applied, *OPEN_STAGES)
            fact = AdmissionRefused(ground=ground)
        case WithdrawAdmission(ground=ground):
            known.said(ground=ground)
            _at(applied, *OPEN_STAGES)
            fact = AdmissionWithdrawn(ground=ground)
    return Decision(rules, ((applied.id, fact),))


def _admit(command: AdmitItem, world: World) -> Decision:
    day = command.effective_on
    applied, rules = _application(world, command.admission, day)
    if applied.kind is AdmissionKind.AMEND:
        raise ApplicationToAmend(applied.terms.title)
    _at(applied, Stage.REPORTED)
    known.nothing_later(world, applied.id, day)
    known.not_before(day, command.effective_from)
    authority.taken(world, rules, command, applied.terms)
    authority.complete(rules, applied.terms, kept=True)
    authority.mandated(world, rules, applied.terms, applied.mandates, command.effective_from)
    authority.not_own_system(world, rules, applied.terms)
    item = item_stream(applied.id, 1)
    admitted = ItemAdmitted(
        application=applied.id,
        terms=applied.terms,
        mandates=applied.mandates,
        effective_from=command.effective_from,
        predecessor=applied.predecessor,
    )
    return Decision(rules, ((applied.id, AdmissionApproved(item=item)), (item, admitted)))


def _application(world: World, admission: UUID, day: date) -> tuple[Admission, Rules]:
    applied = world.see(ADMISSION, admission, on=day)
    if applied is None:
        raise ApplicationUnknown(admission, day)
    return applied, world.rules(applied.terms.jurisdiction, day)


def _at(applied: Admission, *stages: Stage) -> None:
    if applied.stage not in stages:
        raise ApplicationNotAtStage(applied.terms.title, applied.stage, ", ".join(stages))
