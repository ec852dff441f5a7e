"""The three channels are compared: what a unit declared, what spot checks found, what recipients reported.

Second step of every write (api -> application -> here). Pure: same history, same command, same rules, same answer.
Keeps: each record settles once, in one match or one registration; a difference that both sides state plainly is no match until it is
resolved; where a zero report stands, what is found makes it false and is no mere omission. Candidates are found here, decided on by people.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from ledger import known, text
from ledger.commands import DecideMatch, RegisterFalseZero, RegisterOmission, ResolveConflict
from ledger.document_number import NotADocumentNumber, normalise
from ledger.events import ConflictResolved, FalseZeroRegistered, ItemIdentified, MatchDecided, OmissionRegistered
from ledger.refusals import Refused
from ledger.streams import item_stream, return_stream
from ledger.terms import ItemType, MatchResult
from ledger.timelines.campaign import Campaign, Phase
from ledger.timelines.filing import RETURN, CampaignReturn
from ledger.timelines.item import Item
from ledger.timelines.item import Phase as ItemPhase
from ledger.timelines.record import RECORD, Record
from ledger.timelines.unit import Unit
from ledger.values import Basis, DescribedItem, ItemTerms
from ledger.world import Decision, World

# What is compared, and of it what both sides state in so many figures that nobody has to judge words.
COMPARED = ("level", "scope", "years", "result", "basis", "title")
PLAIN = ("level", "scope", "years")


@dataclass
class RecordUnknown(Refused):
    """{campaign} has no finding or report under {record}."""

    campaign: str
    record: UUID


@dataclass
class ItemOfAnotherCampaign(Refused):
    """“{title}” did not come to light in {campaign}, or counts there as a duplicate or no item at all."""

    title: str
    campaign: str


@dataclass
class RecordAlreadySettled(Refused):
    """The record “{title}” is matched or registered already; a wrong comparison is corrected, not repeated."""

    title: str


@dataclass
class KeysDiffer(Refused):
    """“{title}” and the record “{found}” differ in type or implementing unit: they are not the same item."""

    title: str
    found: str


@dataclass
class DifferencesUnclear(Refused):
    """A conflict names what differs and a match names nothing, out of: {compared}; here {plain} plainly differ(s)."""

    compared: str
    plain: str


@dataclass
class NoOpenConflict(Refused):
    """“{title}” has no open conflict."""

    title: str


@dataclass
class ConflictNotCovered(Refused):
    """The conflict on “{title}” is about {wanted}; resolve each of these once, and nothing else."""

    title: str
    wanted: str


@dataclass
class RecordsMissing(Refused):
    """Name the records of the other channels by which the item came to light."""


@dataclass
class RecordConcernsAnother(Refused):
    """The record “{found}” does not concern items of type {item_type} of {unit}."""

    found: str
    item_type: ItemType
    unit: str


@dataclass
class ZeroReportIsFalse(Refused):
    """{unit} reported that it has no item of type {item_type}: what was found makes this a false zero report, not an omission."""

    unit: str
    item_type: ItemType


@dataclass
class NoZeroReportStands(Refused):
    """No zero report of {unit} on items of type {item_type} stands; what it did not declare beside others is an omission."""

    unit: str
    item_type: ItemType


Commands = DecideMatch | ResolveConflict | RegisterOmission | RegisterFalseZero


@dataclass(frozen=True, slots=True)
class Candidate:
    """A declared item and a record that may be one and the same, and in what they differ."""

    item: UUID
    record: UUID
    differences: tuple[str, ...]


def candidates(
    items: Iterable[Item],
    records: Iterable[Record],
    successors: Mapping[UUID, UUID] | None = None,
    names: frozenset[str] = frozenset(),
) -> Iterator[Candidate]:
    """Yield the pairs that somebody should look at: same type, same implementing unit, and title cores alike or a common basis.

    successors  for a unit that has ended, the one that came after it
    names       of places and units, which may stand before a title
    """
    declared: defaultdict[tuple[ItemType, UUID], list[Item]] = defaultdict(list)
    for item in items:
        declared[item.terms.item_type, _last(item.terms.implementing_unit, successors or {})].append(item)
    for record in records:
        found = record.described
        for item in declared[found.item_type, _last(found.implementing_unit, successors or {})]:
            if _titles_alike(item.terms, found, names) or _common_basis(item.terms, found):
                yield Candidate(item.id, record.id, differences(item.terms, found, names))


def differences(terms: ItemTerms, found: DescribedItem, names: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """Return in which of `COMPARED` a record contradicts what was declared; what the record does not state contradicts nothing."""
    declared_scope = {(scope.level, scope.category) for scope in terms.recipient_scope}
    contradicted = {
        "level": found.level not in (None, terms.level),
        "scope": any((scope.level, scope.category) not in declared_scope for scope in found.recipient_scope),
        "years": found.start_year not in (None, terms.start_year) or found.end_year not in (None, terms.end_year),
        "result": found.result is not None and text.norm(found.result) != text.norm(terms.result),
        "basis": bool(found.basis) and not _common_basis(terms, found),
        "title": not _titles_alike(terms, found, names),
    }
    return tuple(name for name in COMPARED if contradicted[name])


def _last(unit: UUID, successors: Mapping[UUID, UUID]) -> UUID:
    for _ in range(len(successors)):
        unit = successors.get(unit, unit)
    return unit


def _titles_alike(terms: ItemTerms, found: DescribedItem, names: frozenset[str]) -> bool:
    return text.same_matter(text.title_core(terms.title, names), text.title_core(found.title, names))


def _common_basis(terms: ItemTerms, found: DescribedItem) -> bool:
    return not {key for basis in terms.basis for key in _keys(basis)}.isdisjoint(
        key for basis in found.basis for key in _keys(basis)
    )


def _keys(basis: Basis) -> Iterator[str]:
    if title := text.norm(basis.title):
        yield title
    if basis.document:
        yield str(basis.document)
    if basis.number:
        try:
            yield normalise(basis.number).text
        except NotADocumentNumber:
            yield basis.number


def decide(command: Commands, world: World) -> Decision:
    """Answer a command about the comparison of the three channels; raise Refused."""
    campaign = known.campaign_in(world, command.campaign, (Phase.RECONCILING,), command.effective_on)
    match command:
        case DecideMatch():
            return _match(command, campaign, world)
        case ResolveConflict():
            return _resolve(command, campaign, world)
        case RegisterOmission() | RegisterFalseZero():
            return _register(command, campaign, world)


def _match(command: DecideMatch, campaign: Campaign, world: World) -> Decision:
    item = _counted_item(command, campaign, world)
    known.in_order(campaign.touched.get(item.id, campaign.since), command.effective_on)
    record = _unsettled(command.record, campaign, world)
    if not _same_key(item, record, campaign, world):
        raise KeysDiffer(item.terms.title, record.described.title)
    plain = {name for name in differences(item.terms, record.described) if name in PLAIN}
    named = set(command.differences)
    conflict = command.result is MatchResult.CONFLICT
    if conflict != bool(named) or not plain <= named <= set(COMPARED):
        raise DifferencesUnclear(", ".join(COMPARED), ", ".join(sorted(plain)) or "-")
    fact = MatchDecided(
        item=command.item,
        record=command.record,
        result=command.result,
        differences=tuple(name for name in COMPARED if name in named),
        disguised_candidate=command.disguised_candidate,
    )
    return _decision(command, campaign, world, fact)


def _resolve(command: ResolveConflict, campaign: Campaign, world: World) -> Decision:
    item = _counted_item(command, campaign, world)
    if item.id not in campaign.conflicts:
        raise NoOpenConflict(item.terms.title)
    known.in_order(campaign.touched[item.id], command.effective_on)
    wanted = {name for match in campaign.matches if match.item == item.id for name in match.differences}
    if sorted(resolution.field for resolution in command.values) != sorted(wanted):
        raise ConflictNotCovered(item.terms.title, ", ".join(name for name in COMPARED if name in wanted))
    return _decision(command, campaign, world, ConflictResolved(item=command.item, values=command.values))


def _register(command: RegisterOmission | RegisterFalseZero, campaign: Campaign, world: World) -> Decision:
    unit = known.registered_unit(world, command.unit)
    item_type = command.terms.item_type
    held = world.see(RETURN, return_stream(campaign.id, unit.id, item_type)) or CampaignReturn()
    records = _all_concern(command, held, unit, campaign, world)
    known.terms(world, command.terms, command.effective_on)
    if isinstance(command, RegisterOmission) and held.zero:
        raise ZeroReportIsFalse(unit.name, item_type)
    if isinstance(command, RegisterFalseZero) and not held.zero:
        raise NoZeroReportStands(unit.name, item_type)
    item = item_stream(records[0].id, 0)
    registration = FalseZeroRegistered if isinstance(command, RegisterFalseZero) else OmissionRegistered
    settled = tuple(record.id for record in records)
    registered = registration(
        unit=unit.id,
        item_type=item_type,
        item=item,
        records=settled,
        disguised_candidate=command.disguised_candidate,
    )
    identified = ItemIdentified(
        terms=command.terms, found_by=records[0].found_by, reporting_unit=unit.id, campaign=campaign.id
    )
    rules = world.rules(campaign.area_code, command.effective_on)
    return Decision(rules, ((campaign.id, registered), (item, identified)))


def _all_concern(
    command: RegisterOmission | RegisterFalseZero, held: CampaignReturn, unit: Unit, campaign: Campaign, world: World
) -> list[Record]:
    if not command.records:
        raise RecordsMissing
    records = [_unsettled(record, campaign, world) for record in dict.fromkeys(command.records)]
    for record in records:
        if record.id not in held.records:
            raise RecordConcernsAnother(record.described.title, command.terms.item_type, unit.name)
    return records


def _counted_item(command: DecideMatch | ResolveConflict, campaign: Campaign, world: World) -> Item:
    item = known.item(world, command.item, command.effective_on)
    if item.campaign != campaign.id or item.phase in (ItemPhase.DUPLICATE, ItemPhase.NOT_AN_ITEM):
        raise ItemOfAnotherCampaign(item.terms.title, campaign.title)
    return item


def _unsettled(stream: UUID, campaign: Campaign, world: World) -> Record:
    record = world.see(RECORD, stream)
    if record is None or record.campaign != campaign.id:
        raise RecordUnknown(campaign.title, stream)
    if stream in campaign.settled:
        raise RecordAlreadySettled(record.described.title)
    return record


def _same_key(item: Item, record: Record, campaign: Campaign, world: World) -> bool:
    """Tell whether type and implementing unit agree, where a unit is also whoever came after it.

    A record or a return may name only the unit that answers for the implementing one; that is less, but no contradiction.
    """
    mine, yours, item_type = item.terms.implementing_unit, record.described.implementing_unit, item.terms.item_type
    if item_type is not record.described.item_type:
        return False
    if not _line(world, mine).isdisjoint(_line(world, yours)):
        return True
    if item.reporting_unit is None or item.reporting_unit not in (mine, yours):
        return False
    held = world.see(RETURN, return_stream(campaign.id, item.reporting_unit, item_type)) or CampaignReturn()
    return record.id in held.records


def _line(world: World, unit_id: UUID) -> set[UUID]:
    line, ahead = set[UUID](), [unit_id]
    while ahead:
        each = ahead.pop()
        if each not in line:
            line.add(each)
            ahead.extend(known.registered_unit(world, each).successors)
    return line


def _decision(
    command: DecideMatch | ResolveConflict, campaign: Campaign, world: World, fact: MatchDecided | ConflictResolved
) -> Decision:
    return Decision(world.rules(campaign.area_code, command.effective_on), ((campaign.id, fact),))
