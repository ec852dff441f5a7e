"""Why a field of a row says what it says: the facts that say it, and none too many.

Second step of a read (api -> here -> log), for every timeline of the catalogue alike; the fold is the engine's own.
Keeps: the facts cited, folded alone, give the value; without any one of them they do not. Of several such sets one of the earliest
recorded is cited. Rules are named by the pack that each fact was recorded under: which of them were demanded, no fact says.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from psycopg import Connection

from ledger.days import instant
from ledger.encoding import Recorded
from ledger.events import Fact, RecordCorrected
from ledger.timelines.standing import surviving
from ledger.values import Authority
from projections import log
from projections.engine import Poisoned, Timeline, run
from projections.reading import Pinned
from projections.rows import OPEN

Told = Sequence[Recorded[Fact]]
NOTHING: Final = object()  # there is no row


@dataclass(frozen=True, slots=True, kw_only=True)
class Cited:
    """A fact that a value rests on.

    effective_on  its day as it reads now; `corrects`: the position that it corrects, if it is a correction
    rule_pack     the pack and edition whose rules it was recorded under
    """

    position: int
    topic: str
    effective_on: date
    recorded_at: datetime
    stream: UUID
    actor_unit: UUID | None
    actor_post: str | None
    document: UUID | None
    meeting: UUID | None
    rule_pack: str
    corrects: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A field of a view's row of a key, its value, and the facts behind it by day, then position."""

    view: str
    key: UUID
    path: str
    value: Any
    facts: Sequence[Cited]


def explain(
    connection: Connection[Any], pinned: Pinned, view: Timeline[Any], key: UUID, column: str
) -> Explanation | None:
    """Return the facts behind one field as pinned; None if nothing was recorded by then."""
    topics = sorted({RecordCorrected.TOPIC, *(kind.TOPIC for kind in view.facts)})
    facts = log.of_keys(connection, pinned.build.schema, [key], pinned.known_at, topics)[key]
    value = cell(view, key, facts, pinned.in_force_on, column)
    if value is NOTHING:
        return None
    cited = behind(view, key, facts, pinned.in_force_on, column)
    read = {each.position: each for each in surviving(cited)}
    shown = sorted(
        (read.get(each.position, each) for each in cited), key=lambda each: (each.effective_on, each.position)
    )
    return Explanation(
        view=view.name,
        key=key,
        path=f"/{column}",
        value=msgspec.to_builtins(value),
        facts=tuple(_cited(each) for each in shown),
    )


# ── Pure ──


def cell(view: Timeline[Any], key: UUID, facts: Told, day: date, column: str) -> Any:
    """Return the value that facts, given by position, add up to; NOTHING where there is no row, or where they cannot be folded."""
    try:
        versions = run(view, key, facts).inserts
    except Poisoned:
        return NOTHING
    held = (each for each in versions if each.known_to == OPEN and each.effective_from <= day < each.effective_to)
    return next((getattr(each.row, column) for each in held), NOTHING)


def behind(view: Timeline[Any], key: UUID, facts: Told, day: date, column: str) -> list[Recorded[Fact]]:
    """Return facts that give the value, of which none can be spared, newest left out first; none where there is no row."""
    value = cell(view, key, facts, day, column)
    left = list({each.position: each for each in facts if _folded(view, each)}.values()) if value is not NOTHING else []
    settled = False
    while not settled:  # leaving one fact out may make another one needless
        settled = True
        for fact in left[::-1]:
            fewer = [each for each in left if each is not fact]
            if _same(cell(view, key, fewer, day, column), value):
                left, settled = fewer, False
    return left


def _folded(view: Timeline[Any], told: Recorded[Fact]) -> bool:
    return isinstance(told.fact, RecordCorrected) or type(told.fact) in view.facts


def _same(one: Any, other: Any) -> bool:
    return one is other or (one is not NOTHING and other is not NOTHING and bool(one == other))


def _cited(told: Recorded[Fact]) -> Cited:
    envelope, authority = told.envelope, told.envelope.authority or Authority()
    return Cited(
        position=told.position,
        topic=told.fact.TOPIC,
        effective_on=told.effective_on,
        recorded_at=instant(told.recorded_at),
        stream=told.stream,
        actor_unit=envelope.actor_unit,
        actor_post=envelope.actor_post,
        document=authority.document,
        meeting=authority.meeting,
        rule_pack=envelope.rule_pack,
        corrects=told.fact.corrects if isinstance(told.fact, RecordCorrected) else None,
    )
