"""What happens to a paper once it is there: objections and answers, what the issuer does, assessment, passing on, its end; and papers
that were found beside the list.

Second step of every write (api -> application -> here). Pure: same history, same command, same rules, same answer.
Keeps: a warning that it cannot be done is heard before and after signing, whatever the paper is called; what really exists can always
be recorded, with what was irregular about it (law 6).
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ledger import known, paper
from ledger.authority import DecisionWithoutDocument
from ledger.commands import (
    AnswerObjection,
    AssessPledge,
    LinkReSignedPledge,
    ObserveIrregularPledge,
    PerformIssuerDuty,
    RaiseObjection,
    TerminatePledge,
    VoidPledge,
)
from ledger.events import (
    Fact,
    IrregularPledgeObserved,
    IssuerDutyPerformed,
    PledgeAssessed,
    PledgeObjectionAnswered,
    PledgeObjectionRaised,
    PledgeReSignedDown,
    PledgeTerminated,
    PledgeVoided,
)
from ledger.refusals import Refused
from ledger.streams import irregular_pledge_stream, observed_pledge_stream
from ledger.succession import is_or_succeeds
from ledger.terms import ClauseType
from ledger.timelines.pledge import PLEDGE, Phase, Pledge
from ledger.world import Decision, World

AFTER_SIGNING = (Phase.SIGNED, Phase.IN_FORCE, Phase.EXPIRED, Phase.OFF_LIST, Phase.TERMINATED)


@dataclass
class PaperKnown(Refused):
    """The paper is recorded already, as “{title}”."""

    title: str


@dataclass
class DayIsAnother(Refused):
    """The paper is dated {stated}; the record is of that day, or of the day on which it was seen, not of {day}."""

    stated: date
    day: date


@dataclass
class SeenInTheFuture(Refused):
    """It cannot have been seen on {observed_on}; today is {today}."""

    observed_on: date
    today: date


@dataclass
class ObjectionExists(Refused):
    """Objection {objection_id} stands already; give each one a number of its own."""

    objection_id: str


@dataclass
class ObjectionUnknown(Refused):
    """No open objection {objection_id} stands here."""

    objection_id: str


@dataclass
class ObjectionNotTheSigners(Refused):
    """Who signs, or is to sign, objects: {signer}, not {unit}."""

    signer: str
    unit: str


@dataclass
class ClauseUnknown(Refused):
    """“{title}” has no clause {clause_id} of this kind."""

    title: str
    clause_id: str


@dataclass
class LinkExists(Refused):
    """“{title}” passes on that paper already."""

    title: str


@dataclass
class EndsAlready(Refused):
    """“{title}” no longer holds from {first_day_without} on already."""

    title: str
    first_day_without: date


@dataclass
class YearNotOver(Refused):
    """The year {year} cannot be assessed on {day}, before it began."""

    year: int
    day: date


@dataclass
class AssessedAlready(Refused):
    """The year {year} of “{title}” is assessed already; an error is corrected, not assessed again."""

    title: str
    year: int


@dataclass
class ObjectedToItself(Refused):
    """{unit} cannot object to itself; an objection goes to who put the paper to it."""

    unit: str


@dataclass
class ObjectionBeforeThePaper(Refused):
    """“{title}” was put to nobody before {day}; it cannot have been objected to earlier, nor while it is a mere draft."""

    title: str
    day: str


Told = RaiseObjection | AnswerObjection | PerformIssuerDuty | AssessPledge | LinkReSignedPledge
Ends = TerminatePledge | VoidPledge
Commands = ObserveIrregularPledge | Told | Ends


def decide(command: Commands, world: World) -> Decision:
    """Answer a command about a paper that is there; raise Refused. Judged by the rules of the issuer's area."""
    if isinstance(command, ObserveIrregularPledge):
        return _observe(command, world)
    day = command.effective_on
    found = paper.ever(world, command.pledge, day)
    rules = world.rules(known.registered_unit(world, found.issuer).area_code, day)
    fact = _end(command, world, found) if isinstance(command, Ends) else _told(command, world, found)
    return Decision(rules, ((found.id, fact),))


def _decided(command: VoidPledge, world: World, found: Pledge) -> None:
    """Demand the document by which a paper is declared irregular (BR-04)."""
    document = command.authority.document if command.authority else None
    rules = world.rules(known.registered_unit(world, found.issuer).area_code, command.effective_on)
    rules.demand("BR-04", document is not None, DecisionWithoutDocument(found.title))
    if document:
        known.document(world, document)


def _observe(command: ObserveIrregularPledge, world: World) -> Decision:
    """Only whether the record can be so is asked, never whether the paper was lawful."""
    day = command.effective_on
    known.said(document_title=command.document_title)
    issuer, _ = paper.sides(world, command.issuer, command.signer, day, command.signer_kind, seen=command.observed_on)
    known.unit(world, command.observed_by, command.observed_on)
    if command.issued_in_name_of:
        known.registered_unit(world, command.issued_in_name_of)
    if command.item:
        paper.item_ever(world, command.item)
    if day != (command.signed_on or command.observed_on):
        raise DayIsAnother(command.signed_on or command.observed_on, day)
    if command.observed_on > world.today:
        raise SeenInTheFuture(command.observed_on, world.today)
    if command.period_from and command.period_to:
        paper.period(command.period_from, command.period_to)
    paper.clauses(command.clauses)
    stream = _seen(command)
    existing = world.see(PLEDGE, stream)
    if existing:
        raise PaperKnown(existing.title)
    rules = world.rules(issuer.area_code, day)
    return Decision(rules, ((stream, _observed(command)),))


def _seen(command: ObserveIrregularPledge) -> UUID:
    if command.document_digest is not None:
        paper.digest(command.document_digest)
        return irregular_pledge_stream(command.document_digest)
    known.said(client_key=command.client_key or "")
    return observed_pledge_stream(command.observed_by, command.client_key or "")


def _observed(command: ObserveIrregularPledge) -> IrregularPledgeObserved:
    return IrregularPledgeObserved(
        document_title=command.document_title,
        issuer=command.issuer,
        signer=command.signer,
        signer_kind=command.signer_kind,
        observed_by=command.observed_by,
        observed_on=command.observed_on,
        defects=command.defects,
        genre=command.genre,
        document_digest=command.document_digest,
        item=command.item,
        issued_in_name_of=command.issued_in_name_of,
        signed_on=command.signed_on,
        period_from=command.period_from,
        period_to=command.period_to,
        clauses=command.clauses,
        seal_required=command.seal_required,
        numeric_target=command.numeric_target,
        penalty_linked=command.penalty_linked,
        voluntary=command.voluntary,
    )


def _told(command: Told, world: World, found: Pledge) -> Fact:
    match command:
        case RaiseObjection():
            return _raised(command, world, found)
        case AnswerObjection(objection_id=number, text=text):
            known.said(text=text)
            open_ones = {each.objection_id: each.raised_on for each in found.objections if each.answered_on is None}
            if number not in open_ones:
                raise ObjectionUnknown(number)
            known.in_order(open_ones[number], command.effective_on)
            return PledgeObjectionAnswered(objection_id=number, answered_on=command.effective_on, text=text)
        case PerformIssuerDuty(clause_id=clause_id, text=text):
            known.said(text=text)
            _signed(found, command.effective_on)
            _clause(found, clause_id, ClauseType.ISSUER_DUTY)
            return IssuerDutyPerformed(clause_id=clause_id, performed_on=command.effective_on, text=text)
        case AssessPledge(year=year, result=result, text=text):
            paper.in_phase(found, command.effective_on, *AFTER_SIGNING)
            if command.effective_on.year < year:
                raise YearNotOver(year, command.effective_on)
            known.said(text=text)
            if any(each.year == year for each in found.assessments):
                raise AssessedAlready(found.title, year)
            return PledgeAssessed(year=year, result=result, text=text)
        case LinkReSignedPledge(parent=parent):
            paper.in_phase(found, command.effective_on, *AFTER_SIGNING)
            if parent in {each for each, _ in found.parents}:
                raise LinkExists(found.title)
            paper.beneath(world, found.id, found.issuer, found.signer, parent, found.signed_on)
            return PledgeReSignedDown(parent=parent)


def _signed(found: Pledge, day: date) -> None:
    """Raise PledgeNotInPhase unless the paper was signed, on whatever day: what is told of may be older than the signature."""
    if not found.signed:
        raise paper.PledgeNotInPhase(found.title, found.phase_on(day), ", ".join(AFTER_SIGNING))


def _raised(command: RaiseObjection, world: World, found: Pledge) -> PledgeObjectionRaised:
    known.said(objection_id=command.objection_id, text=command.text)
    unit = known.unit(world, command.raised_by, command.effective_on)
    known.registered_unit(world, command.addressed_to)
    if not is_or_succeeds(world, command.raised_by, found.signer):
        raise ObjectionNotTheSigners(known.registered_unit(world, found.signer).name, unit.name)
    if command.addressed_to == command.raised_by:
        raise ObjectedToItself(unit.name)
    begun = found.offered_on or found.signed_on or found.observed_on
    if begun is None or command.effective_on < begun:
        raise ObjectionBeforeThePaper(found.title, begun.isoformat() if begun else "-")
    if command.objection_id in {each.objection_id for each in found.objections}:
        raise ObjectionExists(command.objection_id)
    if command.clause_id:
        _clause(found, command.clause_id)
    return PledgeObjectionRaised(
        objection_id=command.objection_id,
        raised_on=command.effective_on,
        raised_by=command.raised_by,
        addressed_to=command.addressed_to,
        kind=command.kind,
        text=command.text,
        duty_code=command.duty_code,
        clause_id=command.clause_id,
    )


def _clause(found: Pledge, clause_id: str, kind: ClauseType | None = None) -> None:
    clause = found.clause(clause_id)
    if clause is None or (kind and clause.type is not kind):
        raise ClauseUnknown(found.title, clause_id)


def _end(command: Ends, world: World, found: Pledge) -> Fact:
    known.said(ground=command.ground)
    paper.in_turn(world, found, command.effective_on)
    if isinstance(command, VoidPledge):
        paper.in_phase(found, command.effective_on, *AFTER_SIGNING)
        _decided(command, world, found)
        return PledgeVoided(ground=command.ground)
    paper.in_phase(found, command.effective_on, *(phase for phase in AFTER_SIGNING if phase is not Phase.TERMINATED))
    known.not_before(command.effective_on, command.first_day_without)
    if found.first_day_without is not None and found.first_day_without <= command.first_day_without:
        raise EndsAlready(found.title, found.first_day_without)
    return PledgeTerminated(ground=command.ground, first_day_without=command.first_day_without)
