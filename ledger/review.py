"""The review of an item: every stage gives its opinion, the province is told of it item by item and may answer.

Second step of every write (api -> application -> here). Pure: same history, same command, same rules, same answer.
Keeps: no opinion is ever taken away, one that replaces another names it; one report to the province holds one item (BR-11).
"""

from dataclasses import dataclass
from datetime import date

from ledger import authority, known
from ledger.commands import GiveOpinion, RecordProvinceReply, ReportToProvince
from ledger.events import ItemOpinionGiven, ProvinceReplied, ReportedToProvince
from ledger.refusals import Refused
from ledger.rules import Rules
from ledger.terms import Disposition, OpinionStage
from ledger.timelines.item import Item
from ledger.world import Decision, World


@dataclass
class ItemNotInReview(Refused):
    """“{title}” is {phase} and not in review: submit it, or open an exit review, first."""

    title: str
    phase: str


@dataclass
class OpinionOfAFutureDay(Refused):
    """An opinion given on {given_on} cannot be recorded for {day}, before it was given."""

    given_on: date
    day: date


@dataclass
class MergerWithoutTarget(Refused):
    """An opinion to merge “{title}” names a key for the item it is to go over into; no other opinion names one."""

    title: str


@dataclass
class OpinionToReplaceUnknown(Refused):
    """No opinion of stage {stage} by the same unit stands at position {position} on “{title}”."""

    title: str
    stage: str
    position: int


@dataclass
class OpinionOfAnotherOffice(Refused):
    """The consolidated opinion on items of type {item_type} is given here by: {offices}; {unit} is {category}."""

    item_type: str
    offices: str
    unit: str
    category: str


@dataclass
class NotOneItemPerReport(Refused):
    """A report to the province carries exactly one item, this one carries {count}."""

    count: int


@dataclass
class NothingProposedYet(Refused):
    """There is no consolidated opinion on “{title}” to report yet."""

    title: str


@dataclass
class AlreadyReported(Refused):
    """“{title}” was reported to the province on {reported_on}; one report is enough."""

    title: str
    reported_on: date


@dataclass
class NeverReported(Refused):
    """“{title}” was not reported to the province; report it before recording an answer."""

    title: str


Commands = GiveOpinion | ReportToProvince | RecordProvinceReply


def decide(command: Commands, world: World) -> Decision:
    """Answer a command about the review of items; raise Refused."""
    match command:
        case GiveOpinion():
            return _opinion(command, world)
        case ReportToProvince():
            return _report(command, world)
        case RecordProvinceReply():
            return _reply(command, world)


def _opinion(command: GiveOpinion, world: World) -> Decision:
    known.said(text=command.text)
    item, rules = known.living_item(world, command.item, command.effective_on)
    if not item.in_review:
        raise ItemNotInReview(item.terms.title, item.phase_on(command.effective_on))
    if command.given_on > command.effective_on:
        raise OpinionOfAFutureDay(command.given_on, command.effective_on)
    if (command.opinion is Disposition.MERGE) != bool(command.proposed_target_key):
        raise MergerWithoutTarget(item.terms.title)
    _replaces(item, command)
    _of_the_right_office(world, rules, item, command)
    authority.grounded(rules, command.ground_code, command.opinion)
    fact = ItemOpinionGiven(
        stage=command.stage,
        opinion=command.opinion,
        ground_code=command.ground_code,
        text=command.text,
        giver_unit=command.giver_unit,
        given_on=command.given_on,
        proposed_target_key=command.proposed_target_key,
        substitute_measure=command.substitute_measure,
        supersedes=command.supersedes,
    )
    return Decision(rules, ((item.id, fact),))


def _replaces(item: Item, command: GiveOpinion) -> None:
    replaced = (command.supersedes, command.stage, command.giver_unit)
    standing = {(opinion.position, opinion.stage, opinion.giver_unit) for opinion in item.opinions}
    if command.supersedes is not None and replaced not in standing:
        raise OpinionToReplaceUnknown(item.terms.title, command.stage, command.supersedes)


def _of_the_right_office(world: World, rules: Rules, item: Item, command: GiveOpinion) -> None:
    giver = known.unit(world, command.giver_unit, command.given_on)
    offices = rules.words(f"consolidated_by_{item.terms.item_type}")
    holds = command.stage is not OpinionStage.ORG_DEPT_CONSOLIDATED or not offices or giver.category in offices
    refusal = OpinionOfAnotherOffice(item.terms.item_type, ", ".join(offices), giver.name, giver.category)
    rules.demand("BR-04", holds, refusal)


def _report(command: ReportToProvince, world: World) -> Decision:
    judged = [known.living_item(world, each, command.effective_on) for each in command.items]
    rules = judged[0][1] if judged else world.rules("", command.effective_on)
    rules.demand("BR-11", len(judged) == 1, NotOneItemPerReport(len(judged)))
    known.document(world, command.report_document)
    for item, _ in judged:
        if not item.in_review or item.proposal is None:
            raise NothingProposedYet(item.terms.title)
        if item.reported_on is not None:
            raise AlreadyReported(item.terms.title, item.reported_on)
    fact = ReportedToProvince(report_document=command.report_document)
    return Decision(rules, tuple((item.id, fact) for item, _ in judged))


def _reply(command: RecordProvinceReply, world: World) -> Decision:
    item, rules = known.living_item(world, command.item, command.effective_on)
    known.document(world, command.reply_document)
    if item.reported_on is None:
        raise NeverReported(item.terms.title)
    fact = ProvinceReplied(opinion=command.opinion, reply_document=command.reply_document)
    return Decision(rules, ((item.id, fact),))
