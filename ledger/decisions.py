"""Decisions on items: to retain, to cancel, or to merge several into one that is new.

Second step of every write (api -> application -> here). Pure: same history, same command, same rules, same answer.
Keeps: a decision rests on a document and a meeting of a body that may take it (BR-04), on a ground in force (BR-03); what is merged
goes over clause by clause (BR-12). Source: the review elements of the Lincang clean-up, see the rule packs.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ledger import authority, known
from ledger.commands import CancelItem, MergeItems, RetainItem
from ledger.events import ItemCancelled, ItemMerged, ItemRetained, MergedItemFormed
from ledger.refusals import Refused
from ledger.rules import Rules
from ledger.streams import item_stream
from ledger.terms import ClauseFate, Disposition, ItemType
from ledger.timelines.campaign import Phase as CampaignPhase
from ledger.timelines.item import ITEM, Item, Phase
from ledger.values import Authority, ItemTerms
from ledger.world import Decision, World

DECIDING = (CampaignPhase.REVIEWING, CampaignPhase.DECIDING)
DECIDED = (CampaignPhase.CLOSED, CampaignPhase.LOOK_BACK)


@dataclass
class SourcesTooFew(Refused):
    """A merger joins at least two different items, this one {count}."""

    count: int


@dataclass
class SourcesDiffer(Refused):
    """“{title}” and the merged item “{target}” differ in {differing}; only items of one kind are merged."""

    title: str
    target: str
    differing: str


@dataclass
class SourceNotMergeable(Refused):
    """“{title}” is {phase}; merged are items that are proposed or on the list."""

    title: str
    phase: str


@dataclass
class ClausesNotMapped(Refused):
    """Each clause of a source is kept as one of the target or dropped, once: {clauses} of “{title}” is not."""

    title: str
    clauses: str


@dataclass
class MappingLeadsNowhere(Refused):
    """The clause mapping names {clauses}, which neither a source nor the merged item has."""

    clauses: str


@dataclass
class MergedItemExists(Refused):
    """Agenda item {agenda_number} of this meeting has formed “{title}” already; each merger has a number of its own."""

    agenda_number: int
    title: str


@dataclass
class NotOnTheAgenda(Refused):
    """The meeting of {held_on} had no agenda item {agenda_number}; name the one under which the merger was decided."""

    held_on: date
    agenda_number: int


@dataclass
class BodyHasClosedItsDecisions(Refused):
    """{unit} has closed its decisions in “{campaign}”; “{title}” was not among them, and is now for another body to decide."""

    unit: str
    campaign: str
    title: str


Commands = RetainItem | CancelItem | MergeItems


def decide(command: Commands, world: World) -> Decision:
    """Answer a command that decides on items; raise Refused."""
    match command:
        case RetainItem():
            return _retain(command, world)
        case CancelItem():
            return _cancel(command, world)
        case MergeItems():
            return _merge(command, world)


def _retain(command: RetainItem, world: World) -> Decision:
    day = command.effective_on
    item, rules = known.living_item(world, command.item, day)
    if not (item.exit_review and item.proposal):
        known.in_phase(item, day, Phase.PROPOSED)
    known.not_before(day, command.effective_from)
    _timely(world, item, command)
    authority.taken(world, rules, command, item.terms)
    authority.reported(rules, item)
    authority.grounded(rules, command.ground_code, Disposition.RETAIN)
    authority.complete(rules, item.terms, kept=True)
    authority.mandated(world, rules, item.terms, (*item.bases, *command.mandates), command.effective_from)
    authority.not_own_system(world, rules, item.terms)
    fact = ItemRetained(
        ground_code=command.ground_code,
        effective_from=command.effective_from,
        mandates=command.mandates,
        campaign=_campaign(item),
    )
    return Decision(rules, ((item.id, fact),))


def _cancel(command: CancelItem, world: World) -> Decision:
    day = command.effective_on
    item, rules = known.living_item(world, command.item, day)
    known.in_phase(item, day, Phase.PROPOSED, Phase.DECIDED, Phase.ACTIVE, Phase.SUSPENDED)
    known.not_before(day, command.first_day_without)
    _timely(world, item, command)
    authority.taken(world, rules, command, item.terms)
    authority.reported(rules, item)
    authority.grounded(rules, command.ground_code, Disposition.CANCEL)
    authority.complete(rules, item.terms, kept=False)
    authority.pledges_treated(rules, item.terms, command.running_pledges, command.first_day_without)
    fact = ItemCancelled(
        ground_code=command.ground_code,
        first_day_without=command.first_day_without,
        running_pledges=command.running_pledges,
        substitute_measure=command.substitute_measure,
        campaign=_campaign(item),
    )
    return Decision(rules, ((item.id, fact),))


def _merge(command: MergeItems, world: World) -> Decision:
    day = command.effective_on
    sources = [known.living_item(world, each, day)[0] for each in dict.fromkeys(command.sources)]
    rules = world.rules(command.terms.jurisdiction, day)
    known.terms(world, command.terms, day)
    known.not_before(day, command.effective_from)
    authority.taken(world, rules, command, command.terms)
    authority.grounded(rules, command.ground_code, Disposition.MERGE)
    authority.complete(rules, command.terms, kept=True)
    bases = (basis.document for basis in command.terms.basis if basis.document)
    authority.mandated(world, rules, command.terms, (*bases, *command.mandates), command.effective_from)
    authority.not_own_system(world, rules, command.terms)
    rules.demand("BR-12", len(sources) > 1, SourcesTooFew(len(sources)))
    for source in sources:
        _goes_over(world, rules, source, command)
    _mapping_leads_somewhere(rules, sources, command)
    return Decision(rules, _formed(command, sources, _target(command, world)))


def _formed(
    command: MergeItems, sources: Sequence[Item], target: UUID
) -> tuple[tuple[UUID, MergedItemFormed | ItemMerged], ...]:
    campaigns = {source.id: _campaign(source) for source in sources}
    formed = MergedItemFormed(
        terms=command.terms,
        sources=tuple(campaigns),
        clause_mapping=command.clause_mapping,
        effective_from=command.effective_from,
        mandates=command.mandates,
        campaign=next(filter(None, campaigns.values()), None),
    )
    merged = (
        ItemMerged(
            target=target,
            ground_code=command.ground_code,
            first_day_without=command.effective_from,
            running_pledges=command.running_pledges,
            campaign=campaign,
        )
        for campaign in campaigns.values()
    )
    return ((target, formed), *zip(campaigns, merged, strict=True))


def _target(command: MergeItems, world: World) -> UUID:
    """Name the new item's stream: the meeting that formed it, and the number under which it stood on the agenda."""
    named = command.authority or Authority()
    if named.meeting is None:
        raise authority.DecisionWithoutMeeting(command.terms.title)
    meeting = known.meeting(world, named.meeting)
    if command.agenda_number not in meeting.agenda:
        raise NotOnTheAgenda(meeting.held_on, command.agenda_number)
    target = item_stream(meeting.id, command.agenda_number)
    formed = world.see(ITEM, target)
    if formed:
        raise MergedItemExists(command.agenda_number, formed.terms.title)
    return target


def _goes_over(world: World, rules: Rules, source: Item, command: MergeItems) -> None:
    day, title = command.effective_on, source.terms.title
    phase = source.phase_on(day)
    rules.demand("BR-12", phase in (Phase.PROPOSED, Phase.ACTIVE), SourceNotMergeable(title, phase))
    differing = _differing(source.terms, command.terms)
    rules.demand("BR-12", not differing, SourcesDiffer(title, command.terms.title, differing))
    astray = _not_mapped_once(source, command)
    rules.demand("BR-12", not astray, ClausesNotMapped(title, astray))
    _timely(world, source, command)
    authority.reported(rules, source)
    authority.complete(rules, source.terms, kept=False)
    authority.pledges_treated(rules, source.terms, command.running_pledges, command.effective_from)


def _differing(source: ItemTerms, target: ItemTerms) -> str:
    kind = ("item_type", "level", "jurisdiction", "field_code")
    return ", ".join(name for name in kind if getattr(source, name) != getattr(target, name))


def _not_mapped_once(source: Item, command: MergeItems) -> str:
    mapped = Counter(mapping.clause_id for mapping in command.clause_mapping if mapping.source == source.id)
    pledged = source.terms.clauses if source.terms.item_type is ItemType.PLEDGE else ()
    return ", ".join(clause.clause_id for clause in pledged if mapped[clause.clause_id] != 1)


def _mapping_leads_somewhere(rules: Rules, sources: Sequence[Item], command: MergeItems) -> None:
    given = {(source.id, clause.clause_id) for source in sources for clause in source.terms.clauses}
    taken = {clause.clause_id for clause in command.terms.clauses}
    astray = [
        mapping.clause_id
        for mapping in command.clause_mapping
        if (mapping.source, mapping.clause_id) not in given
        or (mapping.target_clause_id in taken) is not (mapping.fate is ClauseFate.KEPT)
    ]
    rules.demand("BR-12", not astray, MappingLeadsNowhere(", ".join(astray)))


def _timely(world: World, item: Item, command: Commands) -> None:
    """Demand that nothing later stands on the item, and that its campaign has come to this decision and is not past it.

    What a campaign has put on the list is decided on anew only when the campaign is closed: its figures count each item once.
    """
    known.nothing_later(world, item.id, command.effective_on)
    if item.campaign is None:
        return
    phases = DECIDED if item.listed else DECIDING
    campaign = known.campaign_in(world, item.campaign, phases, command.effective_on)
    meeting = command.authority and command.authority.meeting
    body = known.meeting(world, meeting).unit if meeting else None
    if not item.listed and body in {taken.unit for taken in campaign.decisions}:
        name = known.registered_unit(world, body).name
        raise BodyHasClosedItsDecisions(name, campaign.title, item.terms.title)


def _campaign(item: Item) -> UUID | None:
    """Return the campaign that a decision belongs to; one on an item that was listed before belongs to none."""
    return None if item.listed else item.campaign
