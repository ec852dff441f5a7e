"""Duty lists and what stands on them: who owns a duty, who holds its power, to whom it is delegated, what support goes with it.

Second step of every write (api -> application -> here). Pure: same history, same command, same rules, same answer.
Keeps: a duty has one owner at a place on a day (of two lists that name one, the entry that begins later holds); only who owns it hands
it on, only who stands above takes it back.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ledger import known
from ledger.commands import (
    AddDutyEntry,
    AnchorEvidence,
    ChangeDutyEntry,
    DelegateDuty,
    PublishDutyList,
    RemoveDutyEntry,
    TakeDutyBack,
)
from ledger.days import SHANGHAI
from ledger.events import (
    DutyDelegated,
    DutyEntryAdded,
    DutyEntryChanged,
    DutyEntryRemoved,
    DutyListPublished,
    DutyTakenBack,
    EvidenceAnchored,
)
from ledger.refusals import Refused
from ledger.rules import ancestors
from ledger.streams import duty_list_stream, duty_stream, evidence_stream
from ledger.succession import is_or_succeeds
from ledger.timelines.duty import DUTY, Holding
from ledger.timelines.duty_list import DUTY_LIST, DutyList
from ledger.timelines.standing import standing
from ledger.values import Basis, DutyEntry, is_digest
from ledger.world import Decision, Filing, World


@dataclass
class DutyListUnknown(Refused):
    """No duty list is published under {duty_list}."""

    duty_list: UUID


@dataclass
class DutyNotListed(Refused):
    """No entry for duty {duty_code} in {jurisdiction} was in force on {day}."""

    duty_code: str
    jurisdiction: str
    day: date


@dataclass
class DutyEntryStands(Refused):
    """Duty {duty_code} stands on this list on {day} already; change its entry instead."""

    duty_code: str
    day: date


@dataclass
class DutyOfAnotherList(Refused):
    """The entry is of kind {stated}, the list of kind {listed}."""

    stated: str
    listed: str


@dataclass
class DutyOfAnotherArea(Refused):
    """{unit} ({area_code}) lists duties of its area and below, not of {jurisdiction}."""

    unit: str
    area_code: str
    jurisdiction: str


@dataclass
class PeriodReversed(Refused):
    """What begins on {begins} cannot end on {ends}."""

    begins: date
    ends: date


@dataclass
class NotTheDutysOwner(Refused):
    """On {day} the duty {duty_code} was not {unit}'s, so it is not its to hand on."""

    unit: str
    duty_code: str
    day: date


@dataclass
class HandedToItself(Refused):
    """A duty is handed on to, or taken back by, another unit than {unit}."""

    unit: str


@dataclass
class NotAbove(Refused):
    """{unit} does not stand above {other}; a duty is taken back by a unit of a higher level, or by a superior."""

    unit: str
    other: str


@dataclass
class DigestMalformed(Refused):
    """“{digest}” is no SHA-256: 64 hexadecimal digits in lower case."""

    digest: str


@dataclass
class AlreadyAnchored(Refused):
    """The digest is anchored in this way already, at {anchored_at}."""

    anchored_at: str


@dataclass
class AnchoredInTheFuture(Refused):
    """{anchored_at} lies after {day}; an anchor is recorded once it stands."""

    anchored_at: str
    day: date


Entries = AddDutyEntry | ChangeDutyEntry | RemoveDutyEntry
Hands = DelegateDuty | TakeDutyBack
Commands = AnchorEvidence | PublishDutyList | Entries | Hands


def decide(command: Commands, world: World) -> Decision:
    """Answer a command about duties, or about evidence outside the ledger; raise Refused."""
    match command:
        case AnchorEvidence():
            return _anchor(command, world)
        case PublishDutyList():
            return _publish(command, world)
        case AddDutyEntry() | ChangeDutyEntry() | RemoveDutyEntry():
            return _entry(command, world)
        case _:
            return _hands(command, world)


def _anchor(command: AnchorEvidence, world: World) -> Decision:
    verifier = known.unit(world, command.verifier, command.effective_on)
    if not is_digest(command.digest):
        raise DigestMalformed(command.digest)
    if command.anchored_at.astimezone(SHANGHAI).date() > command.effective_on:
        raise AnchoredInTheFuture(command.anchored_at.isoformat(), command.effective_on)
    stream = evidence_stream(command.digest)
    for told in standing(world.facts(stream)):
        if isinstance(told.fact, EvidenceAnchored) and told.fact.anchor_kind is command.anchor_kind:
            raise AlreadyAnchored(told.fact.anchored_at.isoformat())
    fact = EvidenceAnchored(
        digest=command.digest,
        anchored_at=command.anchored_at,
        anchor_kind=command.anchor_kind,
        verifier=command.verifier,
    )
    return Decision(world.rules(verifier.area_code, command.effective_on), ((stream, fact),))


def _publish(command: PublishDutyList, world: World) -> Decision:
    """A list is judged by the rules of the area of the unit whose duties it lists."""
    day = command.effective_on
    unit = known.unit(world, command.unit, day)
    if command.list_document:
        known.document(world, command.list_document)
    stream = duty_list_stream(command.unit, command.list_kind)
    before = world.see(DUTY_LIST, stream)
    published = DutyListPublished(
        unit=command.unit,
        list_kind=command.list_kind,
        list_version=(before.version if before else 0) + 1,
        list_document=command.list_document,
    )
    listed = DutyList(stream, command.unit, command.list_kind, published.list_version)
    codes = [(entry.duty_code, entry.jurisdiction_code) for entry in command.entries]
    for number, code in enumerate(codes):
        if code in codes[:number]:
            raise DutyEntryStands(code[0], day)
    added: tuple[Filing, ...] = tuple(_added(world, listed, entry) for entry in command.entries)
    return Decision(world.rules(unit.area_code, day), ((stream, published), *added))


def _added(world: World, listed: DutyList, entry: DutyEntry) -> Filing:
    stream = duty_stream(entry.duty_code, entry.jurisdiction_code)
    _can_be(world, listed, entry)
    duty = world.see(DUTY, stream)
    if duty and duty.listed_on(listed.id, entry.effective_from):
        raise DutyEntryStands(entry.duty_code, entry.effective_from)
    return stream, DutyEntryAdded(duty_list=listed.id, entry=entry)


def _can_be(world: World, listed: DutyList, entry: DutyEntry) -> None:
    """Demand that an entry is of its list, of the list's area, and names units that stand on its first day."""
    known.said(duty_code=entry.duty_code, text=entry.text)
    if entry.list_kind is not listed.list_kind:
        raise DutyOfAnotherList(entry.list_kind, listed.list_kind)
    unit = known.registered_unit(world, listed.unit)
    if unit.area_code not in ancestors(entry.jurisdiction_code):
        raise DutyOfAnotherArea(unit.name, unit.area_code, entry.jurisdiction_code)
    for each in (entry.owner_unit, entry.power_holder, *entry.cooperating):
        if each:
            known.unit(world, each, entry.effective_from)
    if entry.effective_to is not None and entry.effective_to < entry.effective_from:
        raise PeriodReversed(entry.effective_from, entry.effective_to)
    _registered(world, entry.legal_basis)


def _registered(world: World, bases: Iterable[Basis]) -> None:
    for basis in bases:
        known.cited(world, basis)


def _entry(command: Entries, world: World) -> Decision:
    listed = world.see(DUTY_LIST, command.duty_list)
    if listed is None:
        raise DutyListUnknown(command.duty_list)
    unit = known.registered_unit(world, listed.unit)
    rules = world.rules(unit.area_code, command.effective_on)
    match command:
        case AddDutyEntry(entry=entry):
            return Decision(rules, (_added(world, listed, entry),))
        case ChangeDutyEntry(entry=entry):
            known.not_before(command.effective_on, entry.effective_from)
            _can_be(world, listed, entry)
            stream = duty_stream(entry.duty_code, entry.jurisdiction_code)
            duty = world.see(DUTY, stream)
            if duty is None or not duty.listed_on(listed.id, entry.effective_from):
                raise DutyNotListed(entry.duty_code, entry.jurisdiction_code, entry.effective_from)
            return Decision(rules, ((stream, DutyEntryChanged(duty_list=listed.id, entry=entry)),))
        case RemoveDutyEntry(duty_code=code, jurisdiction_code=area, first_day_without=ends):
            known.said(ground=command.ground)
            known.not_before(command.effective_on, ends)
            stream = duty_stream(code, area)
            duty = world.see(DUTY, stream, on=command.effective_on)  # what is listed later is not removed before
            if duty is None or not duty.listed_on(listed.id, ends):
                raise DutyNotListed(code, area, ends)
            removed = DutyEntryRemoved(duty_list=listed.id, ground=command.ground, first_day_without=ends)
            return Decision(rules, ((stream, removed),))


def _hands(command: Hands, world: World) -> Decision:
    """A duty changes hands by the rules of its own jurisdiction, never from a day before the one on which that was decided."""
    day = command.effective_from
    known.not_before(command.effective_on, day)
    stream = duty_stream(command.duty_code, command.jurisdiction_code)
    duty = world.see(DUTY, stream)
    held = duty.holding_on(day) if duty else None
    if held is None:
        raise DutyNotListed(command.duty_code, command.jurisdiction_code, day)
    giver, taker = known.unit(world, command.from_unit, day), known.unit(world, command.to_unit, day)
    if giver.id == taker.id:
        raise HandedToItself(giver.name)
    _owned_by(world, held, command, day)
    rules = world.rules(command.jurisdiction_code, command.effective_on)
    if isinstance(command, TakeDutyBack):
        higher = taker.level.rank > giver.level.rank and taker.area_code in ancestors(giver.area_code)
        if not higher and taker.id not in (giver.block_superior, giver.line_superior):
            raise NotAbove(taker.name, giver.name)
        # From the unit by which the duty is held here, also where another one came after it: the duty's life knows no successions.
        taken = DutyTakenBack(from_unit=held.owner, to_unit=taker.id, effective_from=day)
        return Decision(rules, ((stream, taken),))
    if command.effective_to is not None and command.effective_to < day:
        raise PeriodReversed(day, command.effective_to)
    known.said(resources=command.resources)
    for power in command.powers:
        known.said(powers=power)
    _registered(world, command.delegation_basis)
    delegated = DutyDelegated(
        duty_code=command.duty_code,
        jurisdiction_code=command.jurisdiction_code,
        from_unit=giver.id,
        to_unit=taker.id,
        powers=command.powers,
        resources=command.resources,
        delegation_basis=command.delegation_basis,
        effective_from=day,
        effective_to=command.effective_to,
    )
    return Decision(rules, ((stream, delegated),))


def _owned_by(world: World, held: Holding, command: Hands, day: date) -> None:
    if not is_or_succeeds(world, command.from_unit, held.owner):
        raise NotTheDutysOwner(known.registered_unit(world, command.from_unit).name, command.duty_code, day)
