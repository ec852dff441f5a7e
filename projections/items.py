"""The items: what each one is, how far its life has come, what was proposed and decided, and on which days it is in force.

Second step of every read (api -> here -> items.sql). The fold is the life that decisions look at, so a list and a refusal never
disagree. Keeps: what was proposed and what was decided are two columns, counted apart; a decision's legal effect shows on its day.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import MAXYEAR, MINYEAR, date
from enum import StrEnum
from typing import Any
from unicodedata import normalize
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from ledger.encoding import Recorded, plain
from ledger.events import (
    FACTS,
    Fact,
    ItemAdmitted,
    ItemCancelled,
    ItemMerged,
    ItemRetained,
    MergedItemFormed,
    RecordCorrected,
)
from ledger.statements import load
from ledger.timelines.item import ITEM, Item, Opinion, Version
from ledger.timelines.standing import order, standing
from ledger.values import Authority, ItemTerms
from projections import log
from projections.dated import DatedTimeline
from projections.reading import Pinned
from projections.rows import Row
from projections.tables import fill

SQL = load("projections", "items.sql")
PAGE = 100  # rows


class Decided(StrEnum):
    """How an item was decided on first: kept, cancelled, merged into another; formed by a merger, or admitted."""

    RETAIN = "RETAIN"
    CANCEL = "CANCEL"
    MERGE = "MERGE"
    FORM = "FORM"
    ADMIT = "ADMIT"


# ── The fold ──


class Listed(Row, frozen=True):
    """One row of `item_list`. `in_force`: on the approved list (ACTIVE) on every day of this row, as its decision announced it.

    in_force_from      first day on the list, once it is decided that there be one
    first_day_without  first day on which it no longer holds, once that is decided; an end year ends it too
    proposed, decided  the last consolidated opinion before the first decision, and that decision; decided_in its campaign
    """

    item_type: str
    title: str
    title_sort: str
    level: str
    jurisdiction: str
    field_code: str | None
    implementing_unit: UUID
    reporting_unit: UUID | None
    issued_in_name_of: UUID | None
    campaign: UUID | None
    found_by: str | None
    phase: str
    in_force: bool
    in_force_from: date | None
    first_day_without: date | None
    version: int
    start_year: int
    end_year: int | None
    proposed: str | None
    proposed_target_key: str | None
    decided: str | None
    decided_on: date | None
    decided_in: UUID | None
    ground_code: str | None
    reported_on: date | None
    merged_into: UUID | None
    duplicate_of: UUID | None
    sources: tuple[UUID, ...]
    predecessor: UUID | None
    basis_lost: bool
    exit_review: bool
    expiry_noted: bool
    synthetic: bool


@dataclass(frozen=True, slots=True)
class _Decision:
    what: Decided
    on: date
    campaign: UUID | None
    ground_code: str | None


@dataclass(frozen=True, slots=True)
class _Told:
    """An item, and what its review came to: the proposal that stood when it was first decided on, and that decision."""

    item: Item
    synthetic: bool
    proposal: Opinion | None = None
    decision: _Decision | None = None
    reported_on: date | None = None


def _tell(told: _Told | None, recorded: Recorded[Fact]) -> _Told | None:
    item = ITEM.evolve(told.item if told else None, recorded)
    if item is None:
        return None
    before = told or _Told(item, recorded.envelope.synthetic)
    if before.decision is not None or (told is not None and told.item.final):
        return replace(before, item=item)
    decision = _decision(recorded)
    if decision is not None:
        return replace(before, item=item, decision=decision)
    return replace(before, item=item, proposal=item.proposal, reported_on=item.reported_on)


def _decision(recorded: Recorded[Fact]) -> _Decision | None:
    day = recorded.effective_on
    match recorded.fact:
        case ItemRetained() as f:
            return _Decision(Decided.RETAIN, day, f.campaign, f.ground_code)
        case ItemCancelled() as f:
            return _Decision(Decided.CANCEL, day, f.campaign, f.ground_code)
        case ItemMerged() as f:
            return _Decision(Decided.MERGE, day, f.campaign, f.ground_code)
        case MergedItemFormed() as f:
            return _Decision(Decided.FORM, day, f.campaign, None)
        case ItemAdmitted():
            return _Decision(Decided.ADMIT, day, None, None)
    return None


def _show(told: _Told, day: date) -> Listed:
    item, proposal, decision = told.item, told.proposal, told.decision
    ground = decision or proposal
    version = item.version_on(day)
    terms = version.terms if version else item.terms
    return Listed(
        item_type=terms.item_type,
        title=terms.title,
        title_sort=_sorted_as(terms.title),
        level=terms.level,
        jurisdiction=terms.jurisdiction,
        field_code=terms.field_code,
        implementing_unit=terms.implementing_unit,
        reporting_unit=item.reporting_unit,
        issued_in_name_of=terms.issued_in_name_of,
        campaign=item.campaign,
        found_by=item.found_by,
        phase=item.phase_on(day),
        in_force=item.active_on(day),
        in_force_from=item.effective_from,
        first_day_without=item.first_day_without,
        version=version.number if version else 0,
        start_year=terms.start_year,
        end_year=terms.end_year,
        proposed=proposal.opinion if proposal else None,
        proposed_target_key=proposal.proposed_target_key if proposal else None,
        decided=decision.what if decision else None,
        decided_on=decision.on if decision else None,
        decided_in=decision.campaign if decision else None,
        ground_code=ground.ground_code if ground else None,
        reported_on=told.reported_on,
        merged_into=item.merged_into,
        duplicate_of=item.duplicate_of,
        sources=item.sources,
        predecessor=item.predecessor,
        basis_lost=bool(item.bases_lost),
        exit_review=item.exit_review,
        expiry_noted=item.expiry_noted,
        synthetic=told.synthetic,
    )


def _sorted_as(title: str) -> str:
    return normalize("NFKC", title).casefold()


def _turns(told: _Told) -> Iterator[date]:
    """Give the days on which a fact said that something would begin or end."""
    item = told.item
    for version in item.versions:
        yield version.effective_from
        if version.terms.end_year is not None and MINYEAR <= version.terms.end_year + 1 <= MAXYEAR:
            yield date(version.terms.end_year + 1, 1, 1)
    for suspension in item.suspensions:
        yield suspension.first_day
        if suspension.first_day_again:
            yield suspension.first_day_again
    if item.first_day_without:
        yield item.first_day_without


ITEM_LIST: DatedTimeline[_Told] = DatedTimeline("item_list", Listed, _tell, _show, _turns)
ITEM_LIST.told_by(*(fact for fact in FACTS.values() if fact.STREAM == "item"))


# ── The questions ──


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRow:
    """An item as of a day, as known at a position; `since` is the first day of this state, `learnt_at` the position it was learnt at."""

    item: UUID
    since: date
    learnt_at: int
    item_type: str
    title: str
    title_sort: str
    level: str
    jurisdiction: str
    field_code: str | None
    implementing_unit: UUID
    implementing_unit_name: str | None
    reporting_unit: UUID | None
    issued_in_name_of: UUID | None
    campaign: UUID | None
    found_by: str | None
    phase: str
    in_force: bool
    in_force_from: date | None
    first_day_without: date | None
    version: int
    start_year: int
    end_year: int | None
    proposed: str | None
    proposed_target_key: str | None
    decided: str | None
    decided_on: date | None
    decided_in: UUID | None
    ground_code: str | None
    reported_on: date | None
    merged_into: UUID | None
    duplicate_of: UUID | None
    sources: Sequence[UUID]
    predecessor: UUID | None
    basis_lost: bool
    exit_review: bool
    expiry_noted: bool
    synthetic: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which items: every field given must hold (AND), by any of its values (OR). `within`: an area and all below it."""

    item_type: tuple[str, ...] = ()
    level: tuple[str, ...] = ()
    jurisdiction: tuple[str, ...] = ()
    within: tuple[str, ...] = ()
    phase: tuple[str, ...] = ()
    found_by: tuple[str, ...] = ()
    proposed: tuple[str, ...] = ()
    decided: tuple[str, ...] = ()
    field_code: tuple[str, ...] = ()
    campaign: tuple[UUID, ...] = ()
    implementing_unit: tuple[UUID, ...] = ()
    reporting_unit: tuple[UUID, ...] = ()
    end_year: tuple[int, ...] = ()
    in_force: bool | None = None
    title: str | None = None


EVERY = Wanted()


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemDetail:
    """An item with all its elements as of a day, every opinion on it so far, and its approved versions."""

    row: ItemRow
    terms: ItemTerms
    opinions: tuple[Opinion, ...]
    versions: tuple[Version, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A fact of a history. `topic` names its sentence; `said` holds its own fields as they were recorded.

    corrects  position that this record corrects, for a correction; corrected_by: positions of the corrections of this one
    stands    False once it was declared void; `reads` holds its fields as they read since they were corrected, if they were
    """

    position: int
    recorded_at: int
    effective_on: date
    stream: UUID
    version: int
    topic: str
    actor_unit: UUID | None
    actor_post: str | None
    on_behalf_of: UUID | None
    document: UUID | None
    meeting: UUID | None
    reason: str | None
    backlog: bool
    synthetic: bool
    said: dict[str, Any]
    reads: dict[str, Any] | None
    stands: bool
    corrects: int | None
    corrected_by: tuple[int, ...]


def item_list(
    connection: Connection[Any],
    pinned: Pinned,
    wanted: Wanted = EVERY,
    after: tuple[str, UUID] | None = None,
    most: int = PAGE,
) -> list[ItemRow]:
    """Return items by title; `after` is (title_sort, item) of the last row of the page before."""
    given = {field.name: value for field in fields(wanted) if (value := getattr(wanted, field.name)) not in ((), None)}
    filters = b"\n".join(SQL[f"by_{name}"] for name in (*given, *(("after",) if after else ())))
    statement = fill(SQL["item_list"], filters=filters.decode())
    values = {name: list(value) if isinstance(value, tuple) else value for name, value in given.items()}
    if wanted.title:
        values["title"] = _sorted_as(wanted.title)
    title_after, item_after = after or (None, None)
    place = {"title_after": title_after, "item_after": item_after, "most": most}
    with connection.cursor(row_factory=class_row(ItemRow)) as cursor:
        return cursor.execute(pinned.ask(statement), pinned.parameters | values | place).fetchall()


def item(connection: Connection[Any], pinned: Pinned, item_id: UUID) -> ItemDetail | None:
    """Return an item with its elements, None if it was not known by then."""
    statement = pinned.ask(fill(SQL["item_list"], filters=SQL["by_item"].decode()))
    with connection.cursor(row_factory=class_row(ItemRow)) as cursor:
        row = cursor.execute(statement, pinned.parameters | {"item": item_id, "most": 1}).fetchone()
    facts = [fact for fact in _facts(connection, pinned, item_id) if fact.stream == item_id]
    held = ITEM.state(facts, pinned.in_force_on)
    if row is None or held is None:
        return None
    version = held.version_on(pinned.in_force_on)
    terms = version.terms if version else held.terms
    return ItemDetail(row=row, terms=terms, opinions=held.opinions, versions=held.versions)


def history(connection: Connection[Any], pinned: Pinned, item_id: UUID) -> list[Entry]:
    """Return every fact that concerns an item up to the pinned day, by day, then position; empty if nothing was known.

    Its own stream, what its campaign found about it, and each correction beside what it corrects: both stay visible.
    """
    facts = _facts(connection, pinned, item_id)
    shown = set[int]()
    for fact in facts:  # a correction stands later than what it corrects, and is shown wherever that is
        corrects = fact.fact.corrects if isinstance(fact.fact, RecordCorrected) else None
        if fact.effective_on <= pinned.in_force_on if corrects is None else corrects in shown:
            shown.add(fact.position)
    return entries([fact for fact in facts if fact.position in shown])


def entries(facts: list[Recorded[Fact]]) -> list[Entry]:
    """Return facts as the entries of a history: raw as recorded, marked with what later corrections among them did to each."""
    stand = {fact.position: fact for fact in standing(facts)}
    corrected_by: dict[int, tuple[int, ...]] = {}
    for fact in facts:
        if isinstance(fact.fact, RecordCorrected):
            named = fact.fact.corrects
            corrected_by[named] = (*corrected_by.get(named, ()), fact.position)
    return [_entry(fact, stand, corrected_by.get(fact.position, ())) for fact in sorted(facts, key=order)]


def _entry(fact: Recorded[Fact], stand: dict[int, Recorded[Fact]], corrected_by: tuple[int, ...]) -> Entry:
    envelope, said = fact.envelope, plain(fact.fact)
    read, authority = stand.get(fact.position), envelope.authority or Authority()
    corrects = fact.fact.corrects if isinstance(fact.fact, RecordCorrected) else None
    return Entry(
        position=fact.position,
        recorded_at=fact.recorded_at,
        effective_on=fact.effective_on,
        stream=fact.stream,
        version=fact.version,
        topic=fact.fact.TOPIC,
        actor_unit=envelope.actor_unit,
        actor_post=envelope.actor_post,
        on_behalf_of=envelope.on_behalf_of,
        document=authority.document,
        meeting=authority.meeting,
        reason=envelope.reason,
        backlog=envelope.backlog,
        synthetic=envelope.synthetic,
        said=said,
        reads=plain(read.fact) if read and read != fact else None,
        stands=read is not None or corrects is not None,
        corrects=corrects,
        corrected_by=corrected_by,
    )


def _facts(connection: Connection[Any], pinned: Pinned, item_id: UUID) -> list[Recorded[Fact]]:
    topics = sorted(FACTS)
    return log.of_keys(connection, pinned.build.schema, [item_id], pinned.known_at, topics)[item_id]
