"""A clean-up campaign from its planning to its closing, step by step; every figure in it is counted here, none is stated by anybody.

Second step of every write (api -> application -> here). Pure: same history, same command, same rules, same answer.
Keeps: a phase is closed by a fact before totals are taken, so nothing can be added beneath them; a campaign closes only when every
return is settled, every item decided and every group balanced (BR-10).
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar
from uuid import UUID

from ledger import known
from ledger.authority import DecisionWithoutMeeting
from ledger.commands import (
    CloseCampaign,
    CloseInventory,
    ExtendDeadline,
    OpenCampaign,
    OpenLookBack,
    PlanCampaign,
    ReconcileCampaign,
    TakeCampaignDecision,
)
from ledger.events import (
    CampaignClosed,
    CampaignDecisionTaken,
    CampaignOpened,
    CampaignPlanned,
    CampaignReconciled,
    DeadlineExtended,
    Fact,
    InventoryClosed,
    LookBackOpened,
    OmissionRegistered,
)
from ledger.refusals import Refused
from ledger.rules import Rules, ancestors
from ledger.streams import campaign_stream, return_stream
from ledger.terms import ItemType, Level, MatchResult
from ledger.timelines.campaign import CAMPAIGN, Campaign, Phase
from ledger.timelines.filing import RETURN, CampaignReturn, Status
from ledger.timelines.item import ITEM, Item
from ledger.timelines.item import Phase as ItemPhase
from ledger.timelines.record import RECORD
from ledger.timelines.unit import UNIT
from ledger.values import GroupCount
from ledger.world import Decision, World


@dataclass
class CampaignExists(Refused):
    """Campaign {ordinal} of {year} in {area_code} is planned already, as “{title}”."""

    area_code: str
    year: int
    ordinal: int
    title: str


@dataclass
class ScopeUnusable(Refused):
    """A campaign names each unit and each item type once, and at least one of either."""


@dataclass
class DeadlineBeforeStart(Refused):
    """The deadline {deadline} lies before {day}; give that day or a later one."""

    deadline: date
    day: date


@dataclass
class DeadlineNotLater(Refused):
    """The deadline is {held}; it is extended to a later day, not to {deadline}."""

    held: date
    deadline: date


@dataclass
class DeadlineAhead(Refused):
    """Every unit has until {deadline} (included) to file; the inventory is closed on that day or later."""

    deadline: date


@dataclass
class ReturnsMissing(Refused):
    """{count} return(s) are not filed, the first by {unit} on items of type {item_type}; silence is not zero."""

    count: int
    unit: str
    item_type: ItemType


@dataclass
class ReturnsUnsettled(Refused):
    """{count} return(s) are neither confirmed, corrected nor found false, the first that of {unit} on items of type {item_type}."""

    count: int
    unit: str
    item_type: ItemType


@dataclass
class ConflictsOpen(Refused):
    """{count} conflict(s) between the channels are open, the first on “{title}”; resolve them first."""

    count: int
    title: str


@dataclass
class RecordsUnsettled(Refused):
    """{count} record(s) are neither matched nor registered as omission or false zero, the first is “{title}”."""

    count: int
    title: str


@dataclass
class ItemsUndecided(Refused):
    """{count} item(s) are not decided on, the first is “{title}” ({phase})."""

    count: int
    title: str
    phase: str


@dataclass
class NothingDecided(Refused):
    """A deciding body decides at least one item, and names each once."""


@dataclass
class BodyHasDecided(Refused):
    """{unit} has taken its decision in {campaign} already."""

    unit: str
    campaign: str


@dataclass
class MeetingOfAnotherBody(Refused):
    """The meeting named is not one of {unit}; name the meeting of the body that decided."""

    unit: str


@dataclass
class NotItsToDecide(Refused):
    """“{title}” is not for {unit} to decide in {campaign}: it came to light elsewhere, lies in another area, or does not count."""

    title: str
    unit: str
    campaign: str


@dataclass
class DecisionsDoNotAddUp(Refused):
    """The decisions taken count {decided} items (retained, merged, into, cancelled), the items themselves say {counted}."""

    decided: str
    counted: str


@dataclass
class ConservationBroken(Refused):
    """The items of level {level} and type {item_type} do not balance: {found} found, {identified} identified, {list_after} left."""

    level: Level
    item_type: ItemType
    found: int
    identified: int
    list_after: int


L = TypeVar("L")
Steps = OpenCampaign | ExtendDeadline | CloseInventory | ReconcileCampaign | CloseCampaign | OpenLookBack
Commands = PlanCampaign | TakeCampaignDecision | Steps


def decide(command: Commands, world: World) -> Decision:
    """Answer a command about a campaign as a whole; raise Refused."""
    match command:
        case PlanCampaign():
            return _plan(command, world)
        case OpenCampaign():
            return _open(command, world)
        case ExtendDeadline():
            return _extend(command, world)
        case CloseInventory():
            return _close_inventory(command, world)
        case ReconcileCampaign():
            return _reconcile(command, world)
        case TakeCampaignDecision():
            return _take_decision(command, world)
        case CloseCampaign():
            return _close(command, world)
        case OpenLookBack():
            return _look_back(command, world)


def _plan(command: PlanCampaign, world: World) -> Decision:
    known.said(title=command.title)
    known.unit(world, command.campaign_unit, command.effective_on)
    stream = campaign_stream(command.area_code, command.year, command.ordinal)
    held = world.see(CAMPAIGN, stream)
    if held:
        raise CampaignExists(command.area_code, command.year, command.ordinal, held.title)
    fact = CampaignPlanned(
        area_code=command.area_code,
        year=command.year,
        ordinal=command.ordinal,
        title=command.title,
        campaign_unit=command.campaign_unit,
    )
    return Decision(world.rules(command.area_code, command.effective_on), ((stream, fact),))


def _open(command: OpenCampaign, world: World) -> Decision:
    campaign, rules = _step(command, world, Phase.PLANNED)
    for named in (command.units, command.item_types):
        if not named or len(set(named)) < len(named):
            raise ScopeUnusable
    if command.deadline < command.effective_on:
        raise DeadlineBeforeStart(command.deadline, command.effective_on)
    world.see_all(UNIT, command.units)
    for unit in command.units:
        known.unit(world, unit, command.effective_on)
    fact = CampaignOpened(units=command.units, item_types=command.item_types, deadline=command.deadline)
    return _decision(rules, campaign, fact)


def _extend(command: ExtendDeadline, world: World) -> Decision:
    campaign, rules = _step(command, world, Phase.OPEN)
    if command.deadline <= campaign.deadline:
        raise DeadlineNotLater(campaign.deadline, command.deadline)
    return _decision(rules, campaign, DeadlineExtended(deadline=command.deadline))


def _close_inventory(command: CloseInventory, world: World) -> Decision:
    campaign, rules = _step(command, world, Phase.OPEN)
    if command.effective_on < campaign.deadline:
        raise DeadlineAhead(campaign.deadline)
    returns = _returns(campaign, world)
    known.in_order(max(held.last_on for held in returns.values()), command.effective_on)
    missing = [key for key, held in returns.items() if not held.filed and _owed(campaign, key, world)]
    _none_left(rules, missing, lambda first: ReturnsMissing(len(missing), *_named(first, world)))
    return _decision(rules, campaign, InventoryClosed())


def _reconcile(command: ReconcileCampaign, world: World) -> Decision:
    campaign, rules = _step(command, world, Phase.RECONCILING)
    returns = _returns(campaign, world)
    items = _found(campaign, returns, world, command.effective_on)
    _no_conflict(campaign, items, rules)
    records = world.see_all(RECORD, [record for held in returns.values() for record in held.records])
    left = [record for record in records if record and record.id not in campaign.settled]
    _none_left(rules, left, lambda first: RecordsUnsettled(len(left), first.described.title))
    outcomes = _outcomes(campaign, (item.id for item in items if item.phase not in _NOT_COUNTED))
    fact = CampaignReconciled(
        identified=outcomes.total(),
        matched=outcomes["matched"],
        conflicts_resolved=outcomes["conflict"],
        uncorroborated=outcomes["uncorroborated"],
        omissions=outcomes["omission"],
        false_zeros=outcomes["false_zero"],
    )
    return _decision(rules, campaign, fact)


def _outcomes(campaign: Campaign, items: Iterable[UUID]) -> Counter[str]:
    """Count items by what the comparison of the channels brought; an item in conflict with one record is no mere match."""
    outcome = {match.item: "matched" for match in campaign.matches}
    outcome |= {match.item: "conflict" for match in campaign.matches if match.result is MatchResult.CONFLICT}
    for found in campaign.registrations:
        outcome[found.item] = "omission" if isinstance(found, OmissionRegistered) else "false_zero"
    return Counter(outcome.get(item, "uncorroborated") for item in items)


def _take_decision(command: TakeCampaignDecision, world: World) -> Decision:
    campaign = known.campaign_in(world, command.campaign, (Phase.REVIEWING, Phase.DECIDING), command.effective_on)
    rules = world.rules(campaign.area_code, command.effective_on)
    unit = known.unit(world, command.unit, command.effective_on)
    meeting_id = command.authority.meeting if command.authority else None
    rules.demand("BR-04", meeting_id is not None, DecisionWithoutMeeting(campaign.title))
    if meeting_id and known.meeting(world, meeting_id).unit != unit.id:
        raise MeetingOfAnotherBody(unit.name)
    if any(taken.unit == unit.id for taken in campaign.decisions):
        raise BodyHasDecided(unit.name, campaign.title)
    if not command.items or len(set(command.items)) < len(command.items):
        raise NothingDecided
    world.see_all(ITEM, command.items, command.effective_on)
    items = [known.item(world, item, command.effective_on) for item in command.items]
    for item in items:
        area = unit.area_code in ancestors(item.terms.jurisdiction)
        if item.campaign != campaign.id or item.phase in _NOT_COUNTED or not area:
            raise NotItsToDecide(item.terms.title, unit.name, campaign.title)
    _all_decided(items, rules)
    retained, merged_sources, merged_targets, cancelled = _tally(items)
    fact = CampaignDecisionTaken(
        unit=unit.id,
        retained=retained,
        merged_sources=merged_sources,
        merged_targets=merged_targets,
        cancelled=cancelled,
    )
    return _decision(rules, campaign, fact)


def _close(command: CloseCampaign, world: World) -> Decision:
    campaign, rules = _step(command, world, Phase.REVIEWING, Phase.DECIDING)
    returns = _returns(campaign, world)
    _all_settled(campaign, returns, rules, world)
    items = _found(campaign, returns, world, command.effective_on)
    _no_conflict(campaign, items, rules)
    _all_decided(items, rules)
    decided, counted = _decided(campaign), _tally(items)
    rules.demand("BR-10", decided == counted, DecisionsDoNotAddUp(_figures(decided), _figures(counted)))
    conservation = tuple(_conservation(items, world, command.effective_on))
    for group in conservation:
        rules.demand("BR-10", _balanced(group), _imbalance(group))
    return _decision(rules, campaign, CampaignClosed(conservation=conservation))


def _look_back(command: OpenLookBack, world: World) -> Decision:
    campaign, rules = _step(command, world, Phase.CLOSED)
    if command.deadline < command.effective_on:
        raise DeadlineBeforeStart(command.deadline, command.effective_on)
    return _decision(rules, campaign, LookBackOpened(deadline=command.deadline))


_Key = tuple[UUID, ItemType]
_NOT_COUNTED = (ItemPhase.DUPLICATE, ItemPhase.NOT_AN_ITEM)


def _step(command: Steps, world: World, *phases: Phase) -> tuple[Campaign, Rules]:
    """Return the campaign, not yet told of any later day, and its rules; steps are never slipped in before what stands."""
    campaign = known.campaign_in(world, command.campaign, phases, command.effective_on)
    known.in_order(campaign.last_on, command.effective_on)
    return campaign, world.rules(campaign.area_code, command.effective_on)


def _decision(rules: Rules, campaign: Campaign, fact: Fact) -> Decision:
    return Decision(rules, ((campaign.id, fact),))


def _returns(campaign: Campaign, world: World) -> dict[_Key, CampaignReturn]:
    keys = [(unit, item_type) for unit in campaign.units for item_type in campaign.item_types]
    held = world.see_all(RETURN, [return_stream(campaign.id, *key) for key in keys])
    return {key: each or CampaignReturn() for key, each in zip(keys, held, strict=True)}


def _owed(campaign: Campaign, key: _Key, world: World) -> bool:
    # A unit that had ended by the deadline can file no more; whoever came after it answers for its items.
    return known.registered_unit(world, key[0]).stands_on(campaign.deadline)


def _named(key: _Key, world: World) -> tuple[str, ItemType]:
    return known.registered_unit(world, key[0]).name, key[1]


def _found(campaign: Campaign, returns: Mapping[_Key, CampaignReturn], world: World, day: date) -> list[Item]:
    """Return every item that the campaign brought to light, as of a day."""
    declared = [item for held in returns.values() for item in held.declared]
    registered = [registration.item for registration in campaign.registrations]
    return [item for item in world.see_all(ITEM, dict.fromkeys((*declared, *registered)), day) if item]


def _none_left(rules: Rules, left: Sequence[L], refusal: Callable[[L], Refused]) -> None:
    """Demand that nothing is left with which a campaign may not go on (BR-10)."""
    rules.demand("BR-10", not left, refusal(left[0]) if left else Refused())


def _no_conflict(campaign: Campaign, items: Iterable[Item], rules: Rules) -> None:
    left = [item for item in items if item.id in campaign.conflicts and item.phase not in _NOT_COUNTED]
    _none_left(rules, left, lambda first: ConflictsOpen(len(left), first.terms.title))


def _all_settled(campaign: Campaign, returns: Mapping[_Key, CampaignReturn], rules: Rules, world: World) -> None:
    left = [
        key
        for key, held in returns.items()
        if held.status not in (Status.CONFIRMED, Status.CORRECTED)
        and not campaign.false_zero(*key)
        and (held.filed or _owed(campaign, key, world))
    ]
    _none_left(rules, left, lambda first: ReturnsUnsettled(len(left), *_named(first, world)))


def _all_decided(items: Iterable[Item], rules: Rules) -> None:
    left = [item for item in items if not (item.listed or item.final)]
    _none_left(rules, left, lambda first: ItemsUndecided(len(left), first.terms.title, first.phase))


def _kept(item: Item) -> bool:
    return item.listed and item.phase not in (ItemPhase.CANCELLED, ItemPhase.MERGED)


def _tally(items: Sequence[Item]) -> tuple[int, ...]:
    """Count items retained, merged, the items they were merged into, and items cancelled."""
    merged = [item.merged_into for item in items if item.phase is ItemPhase.MERGED]
    cancelled = sum(item.phase is ItemPhase.CANCELLED for item in items)
    return sum(map(_kept, items)), len(merged), len(set(merged)), cancelled


def _decided(campaign: Campaign) -> tuple[int, ...]:
    taken = campaign.decisions
    return (
        sum(decision.retained for decision in taken),
        sum(decision.merged_sources for decision in taken),
        sum(decision.merged_targets for decision in taken),
        sum(decision.cancelled for decision in taken),
    )


def _figures(counts: tuple[int, ...]) -> str:
    return " / ".join(map(str, counts))


def _conservation(items: Sequence[Item], world: World, day: date) -> Iterator[GroupCount]:
    into = {item.merged_into for item in items if item.merged_into}
    targets = [target for target in world.see_all(ITEM, sorted(into), day) if target]
    groups = {(item.terms.level, item.terms.item_type) for item in (*items, *targets)}
    for group in sorted(groups, key=lambda group: (-group[0].rank, group[1])):
        level, item_type = group
        yield _count(level, item_type, _of(group, items), _of(group, targets))


def _of(group: tuple[Level, ItemType], items: Iterable[Item]) -> list[Item]:
    return [item for item in items if (item.terms.level, item.terms.item_type) == group]


def _count(level: Level, item_type: ItemType, items: Sequence[Item], targets: Sequence[Item]) -> GroupCount:
    phases = Counter(item.phase for item in items)
    return GroupCount(
        level=level,
        item_type=item_type,
        found=len(items),
        duplicates=phases[ItemPhase.DUPLICATE],
        not_an_item=phases[ItemPhase.NOT_AN_ITEM],
        identified=sum(item.phase not in _NOT_COUNTED for item in items),
        retained=sum(map(_kept, items)),
        merged_sources=phases[ItemPhase.MERGED],
        merged_targets=len(targets),
        cancelled=phases[ItemPhase.CANCELLED],
        list_after=sum(map(_kept, (*items, *targets))),
    )


def _balanced(group: GroupCount) -> bool:
    return (
        group.found == group.identified + group.duplicates + group.not_an_item
        and group.identified == group.retained + group.merged_sources + group.cancelled
        and group.list_after == group.retained + group.merged_targets
    )


def _imbalance(group: GroupCount) -> ConservationBroken:
    return ConservationBroken(group.level, group.item_type, group.found, group.identified, group.list_after)
