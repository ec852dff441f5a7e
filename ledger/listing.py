"""The list is published; what stands on it is suspended and resumed, expires, loses its basis, and leaves it by an exit decision.

Second step of every write (api -> application -> here). Pure: same history, same command, same rules, same answer.
Keeps: a published list is exactly what was in force on its day (BR-10), under a root that anybody can recompute; what dates alone
bring about is only noted, never made, by an event.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from ledger import authority, known
from ledger.commands import (
    ExitItem,
    NoteExpiry,
    NoteLostBasis,
    OpenExitReview,
    PublishList,
    ResumeItem,
    SuspendItem,
)
from ledger.events import (
    ItemBasisLost,
    ItemExited,
    ItemExitReviewOpened,
    ItemExpired,
    ItemListPublished,
    ItemResumed,
    ItemSuspended,
)
from ledger.refusals import CampaignNotInPhase, ItemIsFinal, Refused
from ledger.streams import list_stream, return_stream
from ledger.terms import Level
from ledger.timelines.campaign import CAMPAIGN, Campaign
from ledger.timelines.campaign import Phase as CampaignPhase
from ledger.timelines.filing import RETURN
from ledger.timelines.item import ITEM, Item, Phase, Version
from ledger.timelines.listing import LIST, root_of
from ledger.world import Decision, World

RECONCILED = (CampaignPhase.REVIEWING, CampaignPhase.DECIDING, CampaignPhase.CLOSED, CampaignPhase.LOOK_BACK)


@dataclass
class ListDiffers(Refused):
    """The list is exactly what is in force on {day}: it leaves out {left_out} and names {not_in_force}, which is not in force."""

    day: date
    left_out: str
    not_in_force: str


@dataclass
class ItemOfAnotherList(Refused):
    """“{title}” belongs to the list of {jurisdiction} at level {level}, not to this one."""

    title: str
    jurisdiction: str
    level: str


@dataclass
class ListBeforeDecisions(Refused):
    """{count} item(s) that could stand on this list are not decided on in the campaign, the first is “{title}”."""

    count: int
    title: str


@dataclass
class AlreadySuspended(Refused):
    """“{title}” is suspended already, from {suspended_from}; resume it first."""

    title: str
    suspended_from: date


@dataclass
class NotSuspended(Refused):
    """“{title}” is not suspended, or only from a day after {day}."""

    title: str
    day: date


@dataclass
class ExpiryAlreadyNoted(Refused):
    """That “{title}” has expired is on record."""

    title: str


@dataclass
class NotABasisOfThisItem(Refused):
    """“{title}” does not rest on “{document}”, or the loss of it is on record."""

    title: str
    document: str


@dataclass
class BasisStillStands(Refused):
    """“{document}” is not repealed as of {day}."""

    document: str
    day: date


@dataclass
class ExitReviewIsOpen(Refused):
    """The exit review of “{title}” is open already; give the opinions, then decide."""

    title: str


@dataclass
class ExitReviewNotOpen(Refused):
    """“{title}” leaves the list only after an exit review; open one."""

    title: str


Commands = PublishList | SuspendItem | ResumeItem | NoteExpiry | NoteLostBasis | OpenExitReview | ExitItem


def decide(command: Commands, world: World) -> Decision:
    """Answer a command about the list or what stands on it; raise Refused."""
    match command:
        case PublishList():
            return _publish(command, world)
        case SuspendItem():
            return _suspend(command, world)
        case ResumeItem():
            return _resume(command, world)
        case NoteExpiry():
            return _expiry(command, world)
        case NoteLostBasis():
            return _lost_basis(command, world)
        case OpenExitReview():
            return _exit_review(command, world)
        case ExitItem():
            return _exit(command, world)


def _publish(command: PublishList, world: World) -> Decision:
    day, begins = command.effective_on, command.effective_from
    rules = world.rules(command.area_code, day)
    stream = list_stream(command.area_code, command.level)
    known.not_before(day, begins)
    known.nothing_later(world, stream, day)
    held = world.see(LIST, stream)
    for member in command.members:
        _belongs(known.item(world, member, day), command)
    candidates = _candidates(world, command, held.last.members if held else ())
    _all_decided(candidates.values(), command.campaign)
    in_force = {item for item in candidates.values() if item.active_on(begins)}
    claimed = [candidates[member] for member in command.members]
    refusal = ListDiffers(begins, _titles(in_force - set(claimed)), _titles(set(claimed) - in_force))
    rules.demand("BR-10", in_force == set(claimed) and len(claimed) == len(in_force), refusal)
    versions = {item.id: item.version_on(begins) or Version(0, item.terms, begins) for item in claimed}
    fact = ItemListPublished(
        area_code=command.area_code,
        level=command.level,
        list_version=(held.version if held else 0) + 1,
        members=tuple(sorted(versions)),
        root=root_of(versions),
        effective_from=begins,
        campaign=command.campaign,
    )
    return Decision(rules, ((stream, fact),))


def _candidates(world: World, command: PublishList, before: Iterable[UUID]) -> Mapping[UUID, Item]:
    """Give every item that could stand on this list: claimed, listed before, of the campaign, or formed out of any of these."""
    found: dict[UUID, Item] = {}
    wanted = {*command.members, *before, *_of_the_campaign(world, command)}
    while wanted:
        items = [item for item in world.see_all(ITEM, sorted(wanted), on=command.effective_on) if item]
        found |= {item.id: item for item in items if _home(item) == (command.area_code, command.level)}
        wanted = {item.merged_into for item in items if item.merged_into} - found.keys()
    return found


def _of_the_campaign(world: World, command: PublishList) -> set[UUID]:
    if command.campaign is None:
        return set()
    campaign = _reconciled(world, command.campaign, command.effective_on)
    owed = [return_stream(campaign.id, unit, kind) for unit in campaign.units for kind in campaign.item_types]
    declared = {item for filed in world.see_all(RETURN, owed) if filed for item in filed.declared}
    return declared | {registration.item for registration in campaign.registrations}


def _reconciled(world: World, campaign_id: UUID, day: date) -> Campaign:
    """Return a campaign that, by a day, no item could be added to any more."""
    campaign, then = known.campaign(world, campaign_id), world.see(CAMPAIGN, campaign_id, on=day)
    phase = then.phase if then else CampaignPhase.PLANNED
    if phase not in RECONCILED:
        raise CampaignNotInPhase(campaign.title, phase, ", ".join(RECONCILED))
    return campaign


def _all_decided(items: Iterable[Item], campaign: UUID | None) -> None:
    left = sorted(
        item.terms.title for item in items if campaign and item.campaign == campaign and not (item.listed or item.final)
    )
    if left:
        raise ListBeforeDecisions(len(left), left[0])


def _belongs(item: Item, command: PublishList) -> None:
    if _home(item) != (command.area_code, command.level):
        raise ItemOfAnotherList(item.terms.title, item.terms.jurisdiction, item.terms.level)


def _home(item: Item) -> tuple[str, Level]:
    return item.terms.jurisdiction, item.terms.level


def _titles(items: Iterable[Item]) -> str:
    return ", ".join(sorted(item.terms.title for item in items)) or "-"


def _suspend(command: SuspendItem, world: World) -> Decision:
    day, begins = command.effective_on, command.suspended_from
    known.said(ground=command.ground)
    item, rules = known.living_item(world, command.item, day)
    running = item.suspensions[-1] if item.suspensions else None
    if running and (running.first_day_again is None or begins < running.first_day_again):
        raise AlreadySuspended(item.terms.title, running.first_day)
    known.in_phase(item, day, Phase.ACTIVE, Phase.DECIDED)
    known.not_before(day, begins)
    known.nothing_later(world, item.id, day)
    return Decision(rules, ((item.id, ItemSuspended(ground=command.ground, suspended_from=begins)),))


def _resume(command: ResumeItem, world: World) -> Decision:
    day, begins = command.effective_on, command.resumed_from
    known.said(ground=command.ground)
    item, rules = known.living_item(world, command.item, day)
    running = item.suspensions[-1] if item.suspensions else None
    if running is None or running.first_day_again is not None or begins < running.first_day:
        raise NotSuspended(item.terms.title, begins)
    known.not_before(day, begins)
    known.nothing_later(world, item.id, day)
    return Decision(rules, ((item.id, ItemResumed(ground=command.ground, resumed_from=begins)),))


def _expiry(command: NoteExpiry, world: World) -> Decision:
    day = command.effective_on
    item = known.item(world, command.item, day)
    rules = world.rules(item.terms.jurisdiction, day)
    rules.demand("BR-13", not item.final, ItemIsFinal(item.terms.title, item.phase))
    known.in_phase(item, day, Phase.EXPIRED)
    if item.expiry_noted:
        raise ExpiryAlreadyNoted(item.terms.title)
    return Decision(rules, ((item.id, ItemExpired(end_year=item.terms.end_year or day.year)),))


def _lost_basis(command: NoteLostBasis, world: World) -> Decision:
    day = command.effective_on
    item, rules = known.living_item(world, command.item, day)
    document = known.document(world, command.basis_document)
    if document.id not in item.bases or document.id in item.bases_lost:
        raise NotABasisOfThisItem(item.terms.title, document.title)
    if document.repealed_by is None or document.effective_to is None or document.in_force_on(day):
        raise BasisStillStands(document.title, day)
    fact = ItemBasisLost(
        basis_document=document.id,
        repealed_by=document.repealed_by,
        first_day_without=document.effective_to + timedelta(days=1),
    )
    return Decision(rules, ((item.id, fact),))


def _exit_review(command: OpenExitReview, world: World) -> Decision:
    known.said(ground=command.ground)
    item, rules = known.living_item(world, command.item, command.effective_on)
    known.in_phase(item, command.effective_on, Phase.DECIDED, Phase.ACTIVE, Phase.SUSPENDED)
    if item.exit_review:
        raise ExitReviewIsOpen(item.terms.title)
    return Decision(rules, ((item.id, ItemExitReviewOpened(ground=command.ground)),))


def _exit(command: ExitItem, world: World) -> Decision:
    day = command.effective_on
    known.said(ground=command.ground)
    item, rules = known.living_item(world, command.item, day)
    if not item.exit_review:
        raise ExitReviewNotOpen(item.terms.title)
    known.not_before(day, command.first_day_without)
    known.nothing_later(world, item.id, day)
    authority.taken(world, rules, command, item.terms)
    authority.pledges_treated(rules, item.terms, command.running_pledges, command.first_day_without)
    fact = ItemExited(
        ground=command.ground,
        first_day_without=command.first_day_without,
        running_pledges=command.running_pledges,
    )
    return Decision(rules, ((item.id, fact),))
