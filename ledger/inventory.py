"""The inventory of a campaign: each unit's return or zero report, and what spot checks and recipients saw.

Second step of every write (api -> application -> here). Pure: same history, same command, same rules, same answer.
Keeps: silence is not zero, and a zero report never stands beside a declared item (BR-09); after the inventory is closed nothing is
filed. A record of another channel leaves its stream's id in the return that it concerns, so whoever takes totals walks from the
campaign to its returns, and from there to every item and every record; nobody has to list them, and no stream is busier than a return.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from uuid import UUID

from ledger import known
from ledger.commands import (
    CheckReturn,
    ConfirmReturn,
    CorrectReturn,
    FileRecipientReport,
    FileReturn,
    FileSpotCheckFinding,
    FileZeroReport,
    NoteOverdueReturn,
)
from ledger.events import (
    ItemIdentified,
    ItemRejectedAsNotAnItem,
    RecipientReportFiled,
    RecordReceived,
    ReturnChecked,
    ReturnConfirmed,
    ReturnCorrected,
    ReturnOverdue,
    ReturnSubmitted,
    SpotCheckFindingFiled,
    ZeroReportFiled,
)
from ledger.refusals import Refused
from ledger.rules import Rules
from ledger.streams import item_stream, protected_record_stream, record_stream, return_stream
from ledger.terms import FoundBy, ItemType
from ledger.timelines.campaign import Campaign, Phase
from ledger.timelines.filing import RETURN, CampaignReturn, Status
from ledger.timelines.item import Phase as ItemPhase
from ledger.timelines.record import RECORD
from ledger.timelines.unit import Unit
from ledger.values import ItemTerms
from ledger.world import Decision, Filing, World

FURTHEST = 12  # steps from a unit to the one that answers for it, over successors and superiors
SALT = re.compile("[0-9a-f]{32,}")  # 128 bits or more


@dataclass
class NotInScope(Refused):
    """{unit} owes no return on items of type {item_type} in {campaign}."""

    unit: str
    item_type: ItemType
    campaign: str


@dataclass
class DeclaredAfterZeroReport(Refused):
    """{unit} filed a zero report on items of type {item_type}; what it declares after that is a correction of the return."""

    unit: str
    item_type: ItemType


@dataclass
class ZeroReportContradictsReturn(Refused):
    """{unit} declares {count} item(s) of type {item_type}, so there is no zero to report; correct the return first."""

    unit: str
    item_type: ItemType
    count: int


@dataclass
class ReturnAlreadyFiled(Refused):
    """{unit} has filed its return on items of type {item_type}; what changes now is a correction of it."""

    unit: str
    item_type: ItemType


@dataclass
class NothingDeclared(Refused):
    """A return without items says nothing: if {unit} has no item of type {item_type}, file a zero report."""

    unit: str
    item_type: ItemType


@dataclass
class ItemOfAnotherType(Refused):
    """“{title}” is of type {item_type} and belongs into the other return of the unit."""

    title: str
    item_type: ItemType


@dataclass
class NotItsToDeclare(Refused):
    """“{title}” is not for {unit} to declare: it answers for itself, for units it succeeded and for those below it."""

    title: str
    unit: str


@dataclass
class NothingToCorrect(Refused):
    """{unit} has filed nothing on items of type {item_type} yet; file the return or a zero report."""

    unit: str
    item_type: ItemType


@dataclass
class ReturnCorrectionChangesNothing(Refused):
    """The correction leaves everything as it is; say what falls away or what is added."""


@dataclass
class KeptButNotDeclared(Refused):
    """{unit} does not declare {items}, so it cannot keep them."""

    unit: str
    items: str


@dataclass
class NotYetOverdue(Refused):
    """The return is due until {deadline} (included); it is overdue from the next day on."""

    deadline: date


@dataclass
class ReturnNotAtThisStep(Refused):
    """The return of {unit} is {status}; this is done when it is {wanted}."""

    unit: str
    status: Status
    wanted: str


@dataclass
class ReturnFoundFalse(Refused):
    """The zero report of {unit} was found false and is not confirmed any more."""

    unit: str


@dataclass
class FoundAfterItWasFiled(Refused):
    """What was found on {found_on} cannot have been filed on {day}, before that."""

    found_on: date
    day: date


@dataclass
class RecordAlreadyFiled(Refused):
    """A record numbered {ordinal} by this reporter stands in this campaign already; number each one differently."""

    ordinal: str


@dataclass
class ProtectionIncomplete(Refused):
    """A protected report needs a random UUID (version 4) as its ordinal and {wanted} different random salts of 128 bits or more, in hex."""

    wanted: int


@dataclass
class ProtectedReportTellsMore(Refused):
    """A protected report says nothing that could lead back to its reporter; leave out {fields}."""

    fields: str


OfAReturn = FileReturn | FileZeroReport | CorrectReturn | NoteOverdueReturn | CheckReturn | ConfirmReturn
Commands = OfAReturn | FileSpotCheckFinding | FileRecipientReport
UNDER_WAY = (Phase.OPEN, Phase.RECONCILING, Phase.REVIEWING, Phase.DECIDING)


def decide(command: Commands, world: World) -> Decision:
    """Answer a command about the inventory of a campaign; raise Refused."""
    match command:
        case FileReturn():
            return _file(command, world)
        case FileZeroReport():
            return _report_zero(command, world)
        case CorrectReturn():
            return _correct(command, world)
        case NoteOverdueReturn():
            return _note_overdue(command, world)
        case CheckReturn() | ConfirmReturn():
            return _check(command, world)
        case FileSpotCheckFinding():
            return _file_finding(command, world)
        case FileRecipientReport():
            return _file_report(command, world)


def disclosures(command: FileRecipientReport) -> tuple[bytes, ...]:
    """Return what a protected report withholds, as JSON `[salt, path, value]` in UTF-8, () if it is not protected.

    The SHA-256 (hex) of these very bytes is what stands in the log; they are kept apart from it.
    """
    if not command.protected:
        return ()
    return tuple(
        json.dumps([salt, path, value], ensure_ascii=False, separators=(",", ":")).encode()
        for salt, (path, value) in zip(command.salts, _withheld(command), strict=True)
    )


def _withheld(command: FileRecipientReport) -> list[tuple[str, str]]:
    statement = [] if command.statement is None else [("/statement", command.statement)]
    return [("/recipient", str(command.recipient)), *statement]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a command about one return acts."""

    campaign: Campaign
    unit: Unit
    stream: UUID
    held: CampaignReturn
    rules: Rules


def _place(command: OfAReturn, world: World, phases: tuple[Phase, ...]) -> _Place:
    campaign = known.campaign_in(world, command.campaign, phases)
    unit = known.registered_unit(world, command.unit)
    if unit.id not in campaign.units or command.item_type not in campaign.item_types:
        raise NotInScope(unit.name, command.item_type, campaign.title)
    stream = return_stream(campaign.id, unit.id, command.item_type)
    held = world.see(RETURN, stream) or CampaignReturn()
    return _Place(campaign, unit, stream, held, world.rules(campaign.area_code, command.effective_on))


def _own_place(command: FileReturn | FileZeroReport | CorrectReturn, world: World) -> _Place:
    place = _place(command, world, (Phase.OPEN,))
    known.unit(world, command.unit, command.effective_on)
    known.in_order(max(place.campaign.since, place.held.acted_on), command.effective_on)
    return place


def _file(command: FileReturn, world: World) -> Decision:
    place = _own_place(command, world)
    name, item_type = place.unit.name, command.item_type
    place.rules.demand("BR-09", not place.held.zero, DeclaredAfterZeroReport(name, item_type))
    if place.held.filed:
        raise ReturnAlreadyFiled(name, item_type)
    if not command.items:
        raise NothingDeclared(name, item_type)
    identified = _identified(command, place, world)
    items = tuple(item for item, _ in identified)
    fact = ReturnSubmitted(campaign=place.campaign.id, unit=place.unit.id, item_type=item_type, items=items)
    return Decision(place.rules, ((place.stream, fact), *identified))


def _identified(command: FileReturn | CorrectReturn, place: _Place, world: World) -> tuple[Filing, ...]:
    for terms in command.items:
        _declarable(command, place, terms, world)
    return tuple(
        (
            item_stream(place.stream, row),
            ItemIdentified(
                terms=terms, found_by=FoundBy.IMPLEMENTER, reporting_unit=place.unit.id, campaign=place.campaign.id
            ),
        )
        for row, terms in enumerate(command.items, len(place.held.declared))
    )


def _declarable(command: FileReturn | CorrectReturn, place: _Place, terms: ItemTerms, world: World) -> None:
    known.terms(world, terms, command.effective_on)
    if terms.item_type is not command.item_type:
        raise ItemOfAnotherType(terms.title, terms.item_type)
    if _answerable(world, place.campaign, terms.implementing_unit, command.effective_on) != place.unit.id:
        raise NotItsToDeclare(terms.title, place.unit.name)


def _answerable(world: World, campaign: Campaign, unit_id: UUID, day: date, further: int = FURTHEST) -> UUID | None:
    """Return the unit in scope that answers for a unit: itself, who came after it, or the nearest one above it in the block."""
    unit = known.registered_unit(world, unit_id)
    if unit_id in campaign.units and (unit.stands_on(day) or not unit.successors):
        return unit_id
    ways = unit.successors or ((unit.block_superior,) if unit.block_superior else ())
    found = (_answerable(world, campaign, way, day, further - 1) for way in ways if further)
    return next((answerable for answerable in found if answerable), None)


def _report_zero(command: FileZeroReport, world: World) -> Decision:
    known.said(signer_post=command.signer_post, statement=command.statement)
    place = _own_place(command, world)
    name, item_type, count = place.unit.name, command.item_type, len(place.held.items)
    place.rules.demand("BR-09", count == 0, ZeroReportContradictsReturn(name, item_type, count))
    if place.held.filed:
        raise ReturnAlreadyFiled(name, item_type)
    fact = ZeroReportFiled(
        campaign=place.campaign.id,
        unit=place.unit.id,
        item_type=item_type,
        signer_post=command.signer_post,
        statement=command.statement,
    )
    return Decision(place.rules, ((place.stream, fact),))


def _correct(command: CorrectReturn, world: World) -> Decision:
    known.said(why_corrected=command.why_corrected)
    place = _own_place(command, world)
    held = place.held
    if not held.filed:
        raise NothingToCorrect(place.unit.name, command.item_type)
    strange = sorted(str(item) for item in set(command.kept) - set(held.items))
    if strange:
        raise KeptButNotDeclared(place.unit.name, ", ".join(strange))
    dropped = [item for item in held.items if item not in command.kept]
    if not dropped and not command.items:
        raise ReturnCorrectionChangesNothing
    identified = _identified(command, place, world)
    kept = tuple(item for item in held.items if item in command.kept)
    fact = ReturnCorrected(
        replaces=held.filed_at,
        why_corrected=command.why_corrected,
        items=(*kept, *(item for item, _ in identified)),
    )
    return Decision(place.rules, ((place.stream, fact), *identified, *_withdrawn(command, dropped, world)))


def _withdrawn(command: CorrectReturn, dropped: Iterable[UUID], world: World) -> Iterable[Filing]:
    # An item that the return drops is not left hanging: it stays counted as found, and as no item.
    for stream in dropped:
        item = known.item(world, stream, command.effective_on)
        if item.phase in (ItemPhase.DUPLICATE, ItemPhase.NOT_AN_ITEM):
            continue
        known.in_phase(item, command.effective_on, ItemPhase.IDENTIFIED, ItemPhase.VERIFIED)
        known.nothing_later(world, stream, command.effective_on)
        yield stream, ItemRejectedAsNotAnItem(verifier=command.unit, ground=command.why_corrected)


def _note_overdue(command: NoteOverdueReturn, world: World) -> Decision:
    place = _place(command, world, (Phase.OPEN,))
    if place.held.filed:
        raise ReturnAlreadyFiled(place.unit.name, command.item_type)
    if command.effective_on <= place.campaign.deadline:
        raise NotYetOverdue(place.campaign.deadline)
    fact = ReturnOverdue(campaign=place.campaign.id, unit=place.unit.id, item_type=command.item_type)
    return Decision(place.rules, ((place.stream, fact),))


def _check(command: CheckReturn | ConfirmReturn, world: World) -> Decision:
    place = _place(command, world, UNDER_WAY)
    known.in_order(place.held.acted_on, command.effective_on)
    if place.campaign.false_zero(command.unit, command.item_type):
        raise ReturnFoundFalse(place.unit.name)
    check = isinstance(command, CheckReturn)
    wanted = (Status.SUBMITTED, Status.CORRECTED) if check else (Status.CHECKED,)
    if place.held.status not in wanted:
        raise ReturnNotAtThisStep(place.unit.name, place.held.status, ", ".join(wanted))
    fact = ReturnChecked(method=command.method) if isinstance(command, CheckReturn) else ReturnConfirmed()
    return Decision(place.rules, ((place.stream, fact),))


def _file_finding(command: FileSpotCheckFinding, world: World) -> Decision:
    known.unit(world, command.checker, command.effective_on)
    known.unit(world, command.checked_unit, command.found_on)
    if command.found_on > command.effective_on:
        raise FoundAfterItWasFiled(command.found_on, command.effective_on)
    fact = SpotCheckFindingFiled(
        campaign=command.campaign,
        checker=command.checker,
        checked_unit=command.checked_unit,
        found_on=command.found_on,
        described=command.described,
        inspection=command.inspection,
    )
    return _recorded(command, record_stream(command.campaign, command.checker, command.ordinal), fact, world)


def _file_report(command: FileRecipientReport, world: World) -> Decision:
    if command.protected:
        return _file_protected(command, world)
    known.unit(world, command.recipient, command.effective_on)
    fact = RecipientReportFiled(
        campaign=command.campaign,
        implementing_unit=command.described.implementing_unit,
        described=command.described,
        protected=False,
        recipient=command.recipient,
        statement=command.statement,
    )
    return _recorded(command, record_stream(command.campaign, command.recipient, command.ordinal), fact, world)


def _file_protected(command: FileRecipientReport, world: World) -> Decision:
    # Nothing here looks at the recipient, so that neither a stream nor a read set leads to it.
    chance = _chance(command)
    telling = [
        name for name in ("authority", "reason", "evidence", "on_behalf_of", "late_reason") if getattr(command, name)
    ]
    telling += [name for name in ("correlation", "causation") if getattr(command, name) is not None]
    telling += ["described.recipient_scope.units"] * any(scope.units for scope in command.described.recipient_scope)
    if telling:
        raise ProtectedReportTellsMore(", ".join(telling))
    fact = RecipientReportFiled(
        campaign=command.campaign,
        implementing_unit=command.described.implementing_unit,
        described=command.described,
        protected=True,
        _sd=tuple(sorted(sha256(disclosure).hexdigest() for disclosure in disclosures(command))),
    )
    return _recorded(command, protected_record_stream(command.campaign, chance), fact, world)


def _chance(command: FileRecipientReport) -> UUID:
    wanted, salts = len(_withheld(command)), set(command.salts)
    try:
        chance = UUID(command.ordinal)
    except ValueError as problem:
        raise ProtectionIncomplete(wanted) from problem
    if chance.version != 4 or len(command.salts) != wanted or len(salts) != wanted:
        raise ProtectionIncomplete(wanted)
    if not all(SALT.fullmatch(salt) for salt in salts):
        raise ProtectionIncomplete(wanted)
    return chance


def _recorded(
    command: FileSpotCheckFinding | FileRecipientReport,
    stream: UUID,
    fact: SpotCheckFindingFiled | RecipientReportFiled,
    world: World,
) -> Decision:
    described = command.described
    known.said(title=described.title)
    campaign = known.campaign_in(world, command.campaign, (Phase.OPEN,), command.effective_on)
    if world.see(RECORD, stream):
        raise RecordAlreadyFiled(command.ordinal)
    unit = _answerable(world, campaign, described.implementing_unit, command.effective_on)
    if unit is None or described.item_type not in campaign.item_types:
        named = known.registered_unit(world, described.implementing_unit)
        raise NotInScope(named.name, described.item_type, campaign.title)
    received = RecordReceived(campaign=campaign.id, unit=unit, item_type=described.item_type, record=stream)
    filings = ((stream, fact), (return_stream(campaign.id, unit, described.item_type), received))
    return Decision(world.rules(campaign.area_code, command.effective_on), filings)
