"""What an auditor asks of the log itself: decisions without authority, records made late, corrections side by side with what they correct.

Second step of a read (api -> here -> log). Keeps: read by position from the log up to the pinned one, so no build can hide a record; a
fact is judged as it reads by the corrections known then, and what stood before is shown beside it. No verdict: gaps, days and reasons.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from typing import Any, Final, Protocol, TypeVar
from uuid import UUID

import orjson
from psycopg import Connection

from ledger import rules
from ledger.days import day_of, instant
from ledger.encoding import Recorded, plain
from ledger.events import (
    FACTS,
    AccountabilityDecided,
    CampaignDecisionTaken,
    Fact,
    ItemAdmitted,
    ItemAmended,
    ItemCancelled,
    ItemExited,
    ItemListPublished,
    ItemMerged,
    ItemRetained,
    MergedItemFormed,
    RecordCorrected,
    ToleranceRuled,
    VetoDecided,
)
from ledger.statements import load
from ledger.timelines.document import DOCUMENT
from ledger.timelines.meeting import MEETING
from ledger.timelines.standing import surviving
from ledger.values import Authority
from projections import log
from projections.dossier import MOST
from projections.holdings import Holdings
from projections.reading import Pinned

SQL: Final = load("projections", "audit.sql")
PAGE: Final = 100  # rows
CHUNK: Final = 1_000  # candidates looked at together

DECISIONS: Final[tuple[type[Fact], ...]] = (
    ItemRetained,
    ItemCancelled,
    ItemMerged,
    MergedItemFormed,
    ItemAdmitted,
    ItemAmended,
    ItemExited,
    ItemListPublished,
    CampaignDecisionTaken,
    VetoDecided,
    AccountabilityDecided,
    ToleranceRuled,
)
PAPERS: Final = sorted(topic for topic, kind in FACTS.items() if kind.STREAM in {"document", "meeting", "*"})


class Gap(StrEnum):
    """What a decision's authority lacks, as known at the position asked about."""

    NO_DOCUMENT = "NO_DOCUMENT"
    DOCUMENT_NOT_RECORDED = "DOCUMENT_NOT_RECORDED"
    DOCUMENT_NOT_IN_FORCE = "DOCUMENT_NOT_IN_FORCE"
    NO_MEETING = "NO_MEETING"
    MEETING_NOT_RECORDED = "MEETING_NOT_RECORDED"
    MEETING_LATER = "MEETING_LATER"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorityGap:
    """A decision and what its authority lacks on the day of the decision; the days of document and meeting, where they are recorded."""

    position: int
    recorded_at: datetime
    effective_on: date
    topic: str
    stream: UUID
    actor_unit: UUID | None
    actor_unit_name: str | None
    actor_post: str | None
    document: UUID | None
    document_from: date | None
    document_to: date | None
    meeting: UUID | None
    meeting_held_on: date | None
    gaps: Sequence[Gap]


@dataclass(frozen=True, slots=True, kw_only=True)
class Untimely:
    """A record made long after, or before, the day that it tells of.

    effective_on   the day as it reads now; stated_on as it was first recorded
    days_late      from that day to the day of recording; below 0: recorded before it happened
    lateness_days  what the rule pack named in the record bears without a reason
    stands         False once the record was declared void
    """

    position: int
    recorded_at: datetime
    recorded_on: date
    effective_on: date
    stated_on: date
    days_late: int
    lateness_days: int
    rule_pack: str
    backlog: bool
    late_reason: str | None
    topic: str
    stream: UUID
    actor_unit: UUID | None
    actor_unit_name: str | None
    actor_post: str | None
    stands: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A value as it read before a correction, and as the correction says it; null where there was or is none."""

    path: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A correction: what it corrects, why, and by whom; void, or the changed values side by side.

    stands        False once it was itself declared void; corrected_by: positions of the corrections of this one
    corrected_on  the day of the record that it corrects, as that read before
    """

    position: int
    recorded_at: datetime
    effective_on: date
    stream: UUID
    corrects: int
    corrected_topic: str | None
    corrected_on: date | None
    why: str
    void: bool
    changed: Sequence[Changed]
    actor_unit: UUID | None
    actor_unit_name: str | None
    actor_post: str | None
    document: UUID | None
    meeting: UUID | None
    stands: bool
    corrected_by: Sequence[int]


class _ByUnit(Protocol):
    @property
    def position(self) -> int: ...
    @property
    def actor_unit(self) -> UUID | None: ...


Told = Recorded[Fact]
R = TypeVar("R", bound=_ByUnit)
Judge = Callable[[Sequence[Told]], Iterable[R]]


# ── The questions ──


def authority_gaps(
    connection: Connection[Any],
    pinned: Pinned,
    *,
    unit: UUID | None = None,
    topic: Collection[str] = (),
    gap: Collection[Gap] = (),
    after: int = 0,
    most: int = PAGE,
) -> list[AuthorityGap]:
    """Return decisions that stand and lack document or meeting, or name one that is not recorded or not in force, by position."""
    topics = sorted(kind.TOPIC for kind in DECISIONS if not topic or kind.TOPIC in topic)

    def judge(candidates: Sequence[Told]) -> Iterator[AuthorityGap]:
        decisions = _reading(connection, pinned, candidates)
        held = _authorities(connection, pinned, decisions.values())
        for decision in decisions.values():
            row = _gap(held, decision)
            if decision.effective_on <= pinned.in_force_on and row.gaps and (not gap or set(gap) & set(row.gaps)):
                yield row

    return _filled(connection, pinned, "decisions", {"topics": topics, "actor": _by(unit)}, after, most, judge)


def lateness(
    connection: Connection[Any],
    pinned: Pinned,
    *,
    unit: UUID | None = None,
    since: date | None = None,
    more_than: int | None = None,
    after: int = 0,
    most: int = PAGE,
) -> list[Untimely]:
    """Return what was recorded later than its rule pack bears, or before it happened, by position; `more_than`: later than so many days."""

    def judge(candidates: Sequence[Told]) -> Iterator[Untimely]:
        read = _reading(connection, pinned, candidates)
        for told in candidates:
            row = _untimely(told, read.get(told.position))
            if _wanted(row, more_than) and (since or date.min) <= row.effective_on <= pinned.in_force_on:
                yield row

    moved = _moved(connection, pinned)
    least = more_than if more_than is not None else min(map(_borne, _packs()))
    asked = {"actor": _by(unit), "least": least, "moved": moved}
    return _filled(connection, pinned, "untimely", asked, after, most, judge)


def corrections(
    connection: Connection[Any],
    pinned: Pinned,
    *,
    unit: UUID | None = None,
    since: date | None = None,
    void: bool | None = None,
    after: int = 0,
    most: int = PAGE,
) -> list[Correction]:
    """Return the corrections by position, each with the values before and after."""

    def judge(candidates: Sequence[Told]) -> Iterator[Correction]:
        families = _families(connection, pinned, candidates)
        for told in candidates:
            row = _correction(told, families[told.stream])
            if (since or date.min) <= row.effective_on <= pinned.in_force_on and void in {None, row.void}:
                yield row

    return _filled(connection, pinned, "corrections", {"actor": _by(unit)}, after, most, judge)


# ── Pages ──


def _filled(
    connection: Connection[Any],
    pinned: Pinned,
    statement: str,
    asked: Mapping[str, Any],
    after: int,
    most: int,
    judge: Judge[R],
) -> list[R]:
    """Go through candidates in position order until there are `most` rows, and name the units that acted."""
    rows = list[R]()
    while len(rows) < most:
        place = {"after": after, "upto": pinned.known_at, "most": CHUNK}
        positions = _positions(connection, statement, **asked, **place)
        rows.extend(judge(log.at(connection, positions)))
        if len(positions) < CHUNK:
            break
        after = positions[-1]
    return _named(connection, pinned, rows[:most])


def _named(connection: Connection[Any], pinned: Pinned, rows: Sequence[R]) -> list[R]:
    units = list({row.actor_unit for row in rows if row.actor_unit})
    found = (
        connection.execute(pinned.ask(SQL["names"]), pinned.parameters | {"units": units}).fetchall() if units else ()
    )
    names: dict[UUID | None, str] = dict(found)
    renamed: Any = replace
    return [renamed(row, actor_unit_name=names.get(row.actor_unit)) for row in rows]


def _positions(connection: Connection[Any], statement: str, **asked: Any) -> list[int]:
    return [position for (position,) in connection.execute(SQL[statement], asked).fetchall()]


def _by(unit: UUID | None) -> bytes | None:
    """Return how a state says that a unit acted, for it to be found by its bytes."""
    return f'"actor_unit":"{unit}"'.encode() if unit else None


# ── How facts read ──


def _corrections_in(connection: Connection[Any], pinned: Pinned, facts: Iterable[Told]) -> list[Told]:
    streams = list({each.stream for each in facts})
    return log.at(connection, _positions(connection, "corrections_in", streams=streams, upto=pinned.known_at))


def _reading(connection: Connection[Any], pinned: Pinned, facts: Sequence[Told]) -> dict[int, Told]:
    """Return by position how facts read at the pinned position; what is void is left out."""
    asked = {each.position: each for each in facts}
    corrected = {each.position: each for each in _corrections_in(connection, pinned, facts)}
    read = {each.position: each for each in surviving((asked | corrected).values())}
    return {position: read[position] for position in asked if position in read}


def _families(connection: Connection[Any], pinned: Pinned, told: Sequence[Told]) -> dict[UUID, list[Told]]:
    """Return by stream all its corrections and the facts that they name."""
    every = _corrections_in(connection, pinned, told)
    named = {each.fact.corrects for each in every if isinstance(each.fact, RecordCorrected)}
    found = {each.position: each for each in (*log.at(connection, named), *every)}
    families: dict[UUID, list[Told]] = {each.stream: [] for each in told}
    for each in found.values():
        if each.stream in families:
            families[each.stream].append(each)
    return families


def _moved(connection: Connection[Any], pinned: Pinned) -> list[int]:
    """Return the positions of facts whose day some correction changed."""
    found = set[int]()
    seen = log.at(connection, _positions(connection, "moved", upto=pinned.known_at))
    while seen:
        named = {each.fact.corrects for each in seen if isinstance(each.fact, RecordCorrected)} - found
        found |= named
        seen = log.at(connection, named)
    return sorted(found)


# ── Rows ──


def _authorities(connection: Connection[Any], pinned: Pinned, decisions: Iterable[Told]) -> Holdings:
    named = [each.envelope.authority for each in decisions if each.envelope.authority]
    streams = {stream for each in named for stream in (each.document, each.meeting) if stream}
    return Holdings(log.of_streams(connection, streams, pinned.known_at, PAPERS, MOST))


def _gap(held: Holdings, decision: Told) -> AuthorityGap:
    authority, day = decision.envelope.authority or Authority(), decision.effective_on
    document, meeting = held.state(DOCUMENT, authority.document), held.state(MEETING, authority.meeting)
    gaps = {
        Gap.NO_DOCUMENT: authority.document is None,
        Gap.DOCUMENT_NOT_RECORDED: authority.document is not None and document is None,
        Gap.DOCUMENT_NOT_IN_FORCE: document is not None and not document.in_force_on(day),
        Gap.NO_MEETING: authority.meeting is None,
        Gap.MEETING_NOT_RECORDED: authority.meeting is not None and meeting is None,
        Gap.MEETING_LATER: meeting is not None and meeting.held_on > day,
    }
    return AuthorityGap(
        position=decision.position,
        recorded_at=instant(decision.recorded_at),
        effective_on=day,
        topic=decision.fact.TOPIC,
        stream=decision.stream,
        actor_unit=decision.envelope.actor_unit,
        actor_unit_name=None,
        actor_post=decision.envelope.actor_post,
        document=authority.document,
        document_from=document.effective_from if document else None,
        document_to=document.effective_to if document else None,
        meeting=authority.meeting,
        meeting_held_on=meeting.held_on if meeting else None,
        gaps=tuple(gap for gap, there in gaps.items() if there),
    )


def _untimely(told: Told, read: Told | None) -> Untimely:
    reads, recorded_on = read or told, day_of(told.recorded_at)
    envelope = reads.envelope
    return Untimely(
        position=told.position,
        recorded_at=instant(told.recorded_at),
        recorded_on=recorded_on,
        effective_on=reads.effective_on,
        stated_on=told.effective_on,
        days_late=(recorded_on - reads.effective_on).days,
        lateness_days=_borne(envelope.rule_pack),
        rule_pack=envelope.rule_pack,
        backlog=envelope.backlog,
        late_reason=envelope.late_reason,
        topic=told.fact.TOPIC,
        stream=told.stream,
        actor_unit=envelope.actor_unit,
        actor_unit_name=None,
        actor_post=envelope.actor_post,
        stands=read is not None,
    )


def _wanted(row: Untimely, more_than: int | None) -> bool:
    if more_than is not None:
        return row.days_late > more_than
    return row.days_late < 0 or row.days_late > row.lateness_days


def _borne(rule_pack: str) -> int:
    """Return how many days late a record may be by a pack; by the generic one where this program does not hold that pack."""
    return int(rules.pack(rule_pack if rule_pack in _packs() else rules.GENERIC).values["lateness_days"])


@cache
def _packs() -> frozenset[str]:
    return frozenset(rules.available())


def _correction(told: Told, family: Sequence[Told]) -> Correction:
    fact: Any = told.fact
    stands = {each.position for each in surviving(family)}
    before = {each.position: each for each in surviving(each for each in family if each.position < told.position)}
    named = next((each for each in family if each.position == fact.corrects), None)
    corrected, authority = before.get(fact.corrects), told.envelope.authority or Authority()
    shown = corrected or named
    return Correction(
        position=told.position,
        recorded_at=instant(told.recorded_at),
        effective_on=told.effective_on,
        stream=told.stream,
        corrects=fact.corrects,
        corrected_topic=shown.fact.TOPIC if shown else None,
        corrected_on=shown.effective_on if shown else None,
        why=fact.why,
        void=fact.void,
        changed=tuple(_side_by_side(corrected, fact)),
        actor_unit=told.envelope.actor_unit,
        actor_unit_name=None,
        actor_post=told.envelope.actor_post,
        document=authority.document,
        meeting=authority.meeting,
        stands=told.position in stands,
        corrected_by=sorted(
            each.position
            for each in family
            if isinstance(each.fact, RecordCorrected) and each.fact.corrects == told.position
        ),
    )


def _side_by_side(corrected: Told | None, correction: RecordCorrected) -> Iterator[Changed]:
    state = plain(corrected.envelope) | plain(corrected.fact) if corrected else {}
    for change in correction.changed:
        yield Changed(path=change.path, before=_at(state, change.path), after=orjson.loads(change.value))


def _at(state: Any, path: str) -> Any:
    """Return what stands at a JSON pointer, null where nothing does."""
    for step in path.lstrip("/").split("/"):
        try:
            state = state[int(step)] if isinstance(state, list) else state[step]
        except (LookupError, ValueError, TypeError):
            return None
    return state
