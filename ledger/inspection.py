"""An inspection: planned under seal, inspectors assigned, the site visited, findings recorded, rectification ordered and verified.

Second step of every write (api -> application -> here). Pure: same history, same command, same rules, same answer.
Keeps: the plan that is opened on the spot is the one that was sealed; an unannounced inspection is not announced, and nobody inspects
alone (BR-24); what was ordered is verified before the inspection is closed. Judged by the rules of the leading unit's area.
"""

from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from uuid import UUID

from ledger import known
from ledger.commands import (
    AssignInspectors,
    CloseInspection,
    CommentOnInspection,
    OrderRectification,
    PlanInspection,
    RecordFinding,
    SendInspectionNotice,
    VerifyRectification,
    VisitSite,
)
from ledger.events import (
    Fact,
    FindingRecorded,
    InspectionClosed,
    InspectionNoticeSent,
    InspectionPlanned,
    InspectorsAssigned,
    RectificationOrdered,
    RectificationVerified,
    SiteVisited,
    UnitCommented,
)
from ledger.refusals import ItemUnknown, Refused
from ledger.rules import Rules
from ledger.streams import inspection_stream
from ledger.succession import is_or_succeeds
from ledger.terms import InspectionKind
from ledger.timelines.inspection import INSPECTION, Inspection, Stage
from ledger.timelines.item import ITEM
from ledger.timelines.pledge import PLEDGE
from ledger.values import is_digest
from ledger.world import Decision, World


@dataclass
class InspectionUnknown(Refused):
    """No inspection stood under {inspection} on {day}."""

    inspection: UUID
    day: date


@dataclass
class InspectionExists(Refused):
    """The leading unit used number {ordinal} already; give each inspection a number of its own."""

    ordinal: str


@dataclass
class PlanNotSealed(Refused):
    """“{plan_digest}” is no seal: the SHA-256 (64 hex digits) of salt, line feed and plan in UTF-8."""

    plan_digest: str


@dataclass
class PlanDoesNotOpen(Refused):
    """Salt and plan give {given}; sealed was {sealed}."""

    given: str
    sealed: str


@dataclass
class InspectionNotAtStage(Refused):
    """The inspection is {stage}; this step is taken while it is: {wanted}."""

    stage: str
    wanted: str


@dataclass
class InspectorAlone(Refused):
    """{count} inspector(s) of different posts are assigned; nobody inspects alone, assign two at least."""

    count: int


@dataclass
class UnannouncedIsNotAnnounced(Refused):
    """The inspection is unannounced; {unit} is not told beforehand."""

    unit: str


@dataclass
class UnitAlreadyNotified(Refused):
    """{unit} was told of the inspection already."""

    unit: str


@dataclass
class FindingExists(Refused):
    """A finding numbered {finding_id} stands in this inspection already; number each one differently."""

    finding_id: str


@dataclass
class FindingOfUnknownPledge(Refused):
    """No pledge is recorded under {pledge}."""

    pledge: UUID


@dataclass
class UnitNotVisited(Refused):
    """{unit} was not visited in this inspection; the inspected unit comments on it."""

    unit: str


@dataclass
class NothingFoundToRectify(Refused):
    """Nothing was found in this inspection yet; record the finding, then order that it be put right."""


@dataclass
class RectificationDueBeforeOrder(Refused):
    """What is ordered on {day} cannot be due on {due_on}, before that."""

    day: date
    due_on: date


@dataclass
class NoRectificationOpen(Refused):
    """Nothing is ordered in this inspection that would still have to be verified."""


@dataclass
class RectificationNotVerified(Refused):
    """What was ordered to be put right is not verified; verify it, then close the inspection."""


Preparations = AssignInspectors | SendInspectionNotice
OnTheSpot = RecordFinding | CommentOnInspection | OrderRectification | VerifyRectification
Commands = PlanInspection | Preparations | VisitSite | OnTheSpot | CloseInspection


def decide(command: Commands, world: World) -> Decision:
    """Answer a command about an inspection; raise Refused."""
    if isinstance(command, PlanInspection):
        return _plan(command, world)
    inspection, rules = _inspection(world, command.inspection, command.effective_on)
    known.nothing_later(world, inspection.id, command.effective_on)
    fact: Fact
    match command:
        case AssignInspectors() | SendInspectionNotice():
            fact = _prepared(command, world, inspection, rules)
        case VisitSite():
            fact = _visited(command, world, inspection)
        case CloseInspection():
            fact = _closed(command, inspection)
        case _:
            _at(inspection, Stage.ON_SITE)
            fact = _on_the_spot(command, world, inspection)
    return Decision(rules, ((inspection.id, fact),))


def _plan(command: PlanInspection, world: World) -> Decision:
    known.said(ordinal=command.ordinal)
    lead = known.unit(world, command.lead_unit, command.effective_on)
    if not is_digest(command.plan_digest):
        raise PlanNotSealed(command.plan_digest)
    stream = inspection_stream(command.lead_unit, command.ordinal)
    if world.see(INSPECTION, stream):
        raise InspectionExists(command.ordinal)
    fact = InspectionPlanned(lead_unit=command.lead_unit, kind=command.kind, plan_digest=command.plan_digest)
    return Decision(world.rules(lead.area_code, command.effective_on), ((stream, fact),))


def _prepared(command: Preparations, world: World, inspection: Inspection, rules: Rules) -> Fact:
    match command:
        case AssignInspectors(posts=posts):
            _at(inspection, Stage.PLANNED, Stage.ASSIGNED)  # others may be sent as long as nobody is there
            known.said(**{f"posts.{number}": post for number, post in enumerate(posts, 1)})
            count = len({post.strip() for post in posts})
            rules.demand("BR-24", count >= 2, InspectorAlone(count))
            return InspectorsAssigned(posts=posts)
        case SendInspectionNotice(to=to):
            unit = known.unit(world, to, command.effective_on)
            announced = inspection.kind is InspectionKind.ANNOUNCED
            rules.demand("BR-24", announced, UnannouncedIsNotAnnounced(unit.name))
            _at(inspection, Stage.PLANNED, Stage.ASSIGNED)
            if to in inspection.notified:
                raise UnitAlreadyNotified(unit.name)
            return InspectionNoticeSent(to=to)


def _visited(command: VisitSite, world: World, inspection: Inspection) -> Fact:
    """Open the seal: whoever holds salt and plan can do so again, and finds the digest that was recorded before anybody set out."""
    _at(inspection, Stage.ASSIGNED, Stage.ON_SITE)
    known.unit(world, command.visited_unit, command.effective_on)
    given = sealed(command.salt, command.plan)
    if given != inspection.plan_digest:
        raise PlanDoesNotOpen(given, inspection.plan_digest)
    return SiteVisited(
        visited_unit=command.visited_unit, visited_on=command.effective_on, plan=command.plan, salt=command.salt
    )


def sealed(salt: str, plan: str) -> str:
    """Return the seal of a plan: SHA-256 (hex) of salt, line feed and plan in UTF-8."""
    return sha256(f"{salt}\n{plan}".encode()).hexdigest()


def _on_the_spot(command: OnTheSpot, world: World, inspection: Inspection) -> Fact:
    match command:
        case RecordFinding():
            return _found(command, world, inspection)
        case CommentOnInspection(commented_by=unit, text=text):
            known.said(text=text)
            _was_visited(world, inspection, unit, command.effective_on)
            return UnitCommented(commented_by=unit, text=text)
        case OrderRectification():
            return _ordered(command, world, inspection)
        case VerifyRectification(verifier=verifier, text=text):
            known.said(text=text)
            known.unit(world, verifier, command.effective_on)
            if not inspection.rectification_open:
                raise NoRectificationOpen
            return RectificationVerified(verifier=verifier, text=text)


def _found(command: RecordFinding, world: World, inspection: Inspection) -> Fact:
    known.said(finding_id=command.finding_id, text=command.text)
    if command.finding_id in inspection.findings:
        raise FindingExists(command.finding_id)
    if command.pledge and world.see(PLEDGE, command.pledge) is None:
        raise FindingOfUnknownPledge(command.pledge)
    if command.item and world.see(ITEM, command.item) is None:
        raise ItemUnknown(command.item, command.effective_on)
    return FindingRecorded(finding_id=command.finding_id, text=command.text, pledge=command.pledge, item=command.item)


def _was_visited(world: World, inspection: Inspection, unit_id: UUID, day: date) -> None:
    unit = known.unit(world, unit_id, day)
    if not any(is_or_succeeds(world, unit_id, visited) for visited in inspection.visited):
        raise UnitNotVisited(unit.name)


def _ordered(command: OrderRectification, world: World, inspection: Inspection) -> Fact:
    known.said(text=command.text)
    known.unit(world, command.ordered_unit, command.effective_on)
    if not inspection.findings:
        raise NothingFoundToRectify
    if command.due_on < command.effective_on:
        raise RectificationDueBeforeOrder(command.effective_on, command.due_on)
    return RectificationOrdered(ordered_unit=command.ordered_unit, text=command.text, due_on=command.due_on)


def _closed(command: CloseInspection, inspection: Inspection) -> Fact:
    """Close an inspection, also one that was planned and never made."""
    known.said(ground=command.ground)
    _at(inspection, Stage.PLANNED, Stage.ASSIGNED, Stage.ON_SITE)
    if inspection.rectification_open:
        raise RectificationNotVerified
    return InspectionClosed(ground=command.ground)


def _inspection(world: World, inspection_id: UUID, day: date) -> tuple[Inspection, Rules]:
    inspection = world.see(INSPECTION, inspection_id, on=day)
    if inspection is None:
        raise InspectionUnknown(inspection_id, day)
    return inspection, world.rules(known.registered_unit(world, inspection.lead_unit).area_code, day)


def _at(inspection: Inspection, *stages: Stage) -> None:
    if inspection.stage not in stages:
        raise InspectionNotAtStage(inspection.stage, ", ".join(stages))
