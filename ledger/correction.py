"""A wrong record is corrected by a later one that names it; both stay visible.

Second step of every write (api -> application -> here). Pure: same history, same command, same rules, same answer.
Keeps: what a correction leaves can be read and is not what stood before; nothing is pulled from beneath later facts; who recorded a
fact, by which rules and in which stream is no matter of correction; what was approved changes by an amendment (BR-05, BR-30).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any
from uuid import UUID

import orjson

from ledger import known
from ledger.commands import CorrectRecord
from ledger.encoding import Recorded, plain
from ledger.events import (
    AdmissionApproved,
    ConflictResolved,
    Envelope,
    Fact,
    FalseZeroRegistered,
    ItemAdmitted,
    ItemAmended,
    ItemMerged,
    ItemOpinionGiven,
    LedgerOpened,
    MatchDecided,
    MergedItemFormed,
    OmissionRegistered,
    RecordCorrected,
    RecordReceived,
    ReturnCorrected,
    ReturnOverdue,
    ReturnSubmitted,
)
from ledger.natural_keys import FREE, KEYS
from ledger.refusals import Refused
from ledger.rules import Rules
from ledger.timelines.item import ITEM, Item
from ledger.timelines.standing import reading, standing, surviving
from ledger.timeliness import NotYetHappened
from ledger.values import Change, ItemTerms
from ledger.world import Decision, World

UNREADABLE = (LookupError, TypeError, ValueError)

# Of the envelope, only what somebody stated; the rest the ledger itself put there.
STATED = frozenset(("effective_on", "authority", "reason", "evidence", "on_behalf_of", "confidentiality"))

# Recorded in one act with facts of other streams: void alone, they would contradict those.
PARTS = (
    ReturnSubmitted,
    ReturnCorrected,
    RecordReceived,
    OmissionRegistered,
    FalseZeroRegistered,
    MergedItemFormed,
    ItemMerged,
    ItemAdmitted,
    ItemAmended,
    AdmissionApproved,
)


@dataclass
class RecordDoesNotStand(Refused):
    """No record at position {position} stands in this stream: it is in another one, or void already."""

    position: int


@dataclass
class OpeningStands(Refused):
    """The opening of the ledger is never corrected."""


@dataclass
class VoidOrChanged(Refused):
    """A correction either makes a record void or says what reads differently in it: one of the two."""


@dataclass
class ChangeDoesNotRead(Refused):
    """{path} cannot be changed to {value}: there is no such place in this record, or the value does not fit it."""

    path: str
    value: str


@dataclass
class NotStatedByAnybody(Refused):
    """{path} is no matter of correction: it says who recorded this, how, or where; make the record void and record it anew."""

    path: str


@dataclass
class CorrectionWithoutEffect(Refused):
    """Nothing would read differently after this correction."""


@dataclass
class FactsRestOnIt(Refused):
    """{count} later record(s) of this stream rest on it, the last at position {position}; make these void first, the last one first."""

    count: int
    position: int


@dataclass
class PartOfOneAct(Refused):
    """Record {topic} was made in one act with records of other streams; it is undone by an act of its own, not made void alone."""

    topic: str


@dataclass
class ApprovedTermsStand(Refused):
    """“{title}” was approved with this {element}; another one needs an approved amendment, not a correction."""

    title: str
    element: str


def decide(command: CorrectRecord, world: World) -> Decision:
    """Answer the command to correct a record; raise Refused."""
    known.said(why=command.why)
    facts = world.facts(command.stream)
    corrected = next((told for told in surviving(facts) if told.position == command.corrects), None)
    if corrected is None:
        raise RecordDoesNotStand(command.corrects)
    if isinstance(corrected.fact, LedgerOpened):
        raise OpeningStands
    if command.void == bool(command.changed):
        raise VoidOrChanged
    rules = world.rules(corrected.envelope.jurisdiction, command.effective_on)
    if command.void:
        _may_be_void(corrected, facts)
    elif not isinstance(corrected.fact, RecordCorrected):
        _may_read_so(command.changed, corrected, rules, world)
    fact = RecordCorrected(corrects=command.corrects, why=command.why, void=command.void, changed=command.changed)
    after = [*facts, _next(corrected, fact, facts)]
    keys = _reached(command, facts, after)
    _approved_terms_stand(ITEM.state(facts), ITEM.state(after), rules)
    told = RecordCorrected(corrects=fact.corrects, why=fact.why, void=fact.void, changed=fact.changed, route_keys=keys)
    return Decision(rules, ((command.stream, told),))


def _may_be_void(corrected: Recorded[Fact], facts: Sequence[Recorded[Fact]]) -> None:
    if isinstance(corrected.fact, PARTS):
        raise PartOfOneAct(corrected.fact.TOPIC)
    resting = [later for later in standing(facts) if later.position > corrected.position and _rests(later, corrected)]
    if resting:
        raise FactsRestOnIt(len(resting), max(later.position for later in resting))


def _rests(later: Recorded[Fact], earlier: Recorded[Fact]) -> bool:
    """Tell whether a later fact of a stream may have been decided because an earlier one stood."""
    if isinstance(earlier.fact, FREE) or isinstance(later.fact, (RecordReceived, ReturnOverdue)):
        return False
    match earlier.fact, later.fact:
        case (MatchDecided() | ConflictResolved(), OmissionRegistered() | FalseZeroRegistered()):
            return False
        case (
            MatchDecided(item=one) | ConflictResolved(item=one),
            MatchDecided(item=other) | ConflictResolved(item=other),
        ):
            return one == other
        case (ItemOpinionGiven(), ItemOpinionGiven(supersedes=position)):
            return position == earlier.position
    return True


def _may_read_so(changed: Iterable[Change], corrected: Recorded[Fact], rules: Rules, world: World) -> None:
    for change in changed:
        _is_stated(change, corrected.fact)
        try:
            read = reading(corrected, (change,))
            wanted = orjson.loads(change.value)
        except UNREADABLE as problem:
            raise ChangeDoesNotRead(change.path, change.value) from problem
        # A key that the record does not know, or a value that it reads as something else, would be lost in silence.
        if not _says(_at(plain(read.envelope) | plain(read.fact), change.path), wanted):
            raise ChangeDoesNotRead(change.path, change.value)
        rules.demand("BR-22", read.effective_on <= world.today, NotYetHappened(world.today, read.effective_on))


def _is_stated(change: Change, fact: Fact) -> None:
    step, *further = (*change.path.split("/")[1:], "")
    if any(each.startswith("-") for each in further):  # a list is not counted from its end
        raise ChangeDoesNotRead(change.path, change.value)
    recorded = {field.name for field in fields(Envelope)} - STATED | {"class_version"}
    path = change.path.strip("/")
    # A key may lie within a value: neither it nor what holds it, nor anything within it, is changed.
    keyed = any(f"{path}/".startswith(f"{key}/") or key.startswith(f"{path}/") for key in KEYS.get(type(fact), ()))
    if step in recorded or keyed:
        raise NotStatedByAnybody(change.path)


def _at(state: Any, path: str) -> Any:
    for step in path.split("/")[1:]:
        state = state[int(step)] if isinstance(state, list) else state.get(step)
    return state


def _says(read: Any, wanted: Any) -> bool:
    """Tell whether what is read says all that is wanted; it may say more, where something was left to its default."""
    if isinstance(wanted, dict):
        return isinstance(read, dict) and all(_says(read.get(key), value) for key, value in wanted.items())
    if isinstance(wanted, list):
        return isinstance(read, list) and len(read) == len(wanted) and all(map(_says, read, wanted))
    return bool(read == wanted)


def _next(corrected: Recorded[Fact], fact: Fact, facts: Sequence[Recorded[Fact]]) -> Recorded[Fact]:
    last = max(facts, key=lambda recorded: recorded.position)
    return Recorded(
        last.position + 1, last.recorded_at, corrected.stream, last.version + 1, None, corrected.envelope, fact
    )


def _reached(
    command: CorrectRecord, facts: Sequence[Recorded[Fact]], after: Sequence[Recorded[Fact]]
) -> tuple[UUID, ...]:
    """Return the other streams that the facts which now read differently mention, before or after."""
    try:
        stood = {told.position: told for told in standing(facts)}
        stands = {told.position: told for told in standing(after)}
    except UNREADABLE as problem:
        first = command.changed[0]
        raise ChangeDoesNotRead(first.path, first.value) from problem
    differing = [at for at in stood.keys() | stands.keys() if stood.get(at) != stands.get(at)]
    if not differing:
        raise CorrectionWithoutEffect
    read = [told[at] for at in differing for told in (stood, stands) if at in told]
    mentioned = {stream for told in read for stream in _mentioned(told)}
    return tuple(sorted(mentioned - {command.stream}))


def _mentioned(recorded: Recorded[Fact]) -> Iterator[UUID]:
    yield from _ids(recorded.fact)
    for unit in (recorded.envelope.actor_unit, recorded.envelope.on_behalf_of):
        if unit:
            yield unit
    yield from _ids(recorded.envelope.authority)


def _ids(value: object) -> Iterator[UUID]:
    if isinstance(value, UUID):
        yield value
    elif isinstance(value, tuple):
        for each in value:
            yield from _ids(each)
    elif is_dataclass(value):
        for field in fields(value):
            yield from _ids(getattr(value, field.name))


def _approved_terms_stand(before: Item | None, after: Item | None, rules: Rules) -> None:
    if before is None or after is None:
        return
    for one, other in zip(before.versions, after.versions, strict=False):
        kept, now = one.terms, other.terms
        for code, elements in (("BR-30", _name_and_years), ("BR-05", _reach_and_clauses)):
            for element, was in elements(kept).items():
                holds = elements(now)[element] == was
                rules.demand(code, holds, ApprovedTermsStand(kept.title, element))


def _name_and_years(terms: ItemTerms) -> dict[str, object]:
    return {
        "title": terms.title,
        "start_year": terms.start_year,
        "end_year": terms.end_year,
        "no_end_ground": terms.no_end_ground,
    }


def _reach_and_clauses(terms: ItemTerms) -> dict[str, object]:
    return {
        "recipient_scope": terms.recipient_scope,
        "approved_signers": terms.approved_signers,
        "clauses": terms.clauses,
        "triggers": terms.triggers,
    }
