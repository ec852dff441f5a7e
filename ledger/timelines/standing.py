"""Which facts of a stream stand, as known at a position: what corrections voided is gone, what they changed reads so.

One rule for the whole product: deciders judge by it, projections fold it. Pure.
Keeps: a correction acts from its own position on, also on the day of what it corrects; a correction that was itself
corrected acts as corrected. A corrected fact keeps its position, and with it its place among the facts of its day.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import orjson

from ledger.encoding import Recorded, decode, encode, to_bytes, without_nulls
from ledger.events import Fact, RecordCorrected
from ledger.values import Change


def order(recorded: Recorded[Fact]) -> tuple[date, int]:
    """Say where a fact stands among others: by the day it happened, then by the position it was recorded at."""
    return recorded.effective_on, recorded.position


def standing(events: Iterable[Recorded[Fact]], known_at: int | None = None) -> list[Recorded[Fact]]:
    """Give the facts that stand at position `known_at` (None: all of `events` are known), by day, then position."""
    told = surviving(recorded for recorded in events if known_at is None or recorded.position <= known_at)
    return sorted((recorded for recorded in told if not isinstance(recorded.fact, RecordCorrected)), key=order)


def surviving(events: Iterable[Recorded[Fact]]) -> list[Recorded[Fact]]:
    """Give the facts that are not void, corrections among them, each as it reads by the corrections that stand; latest first."""
    corrections: defaultdict[int, list[RecordCorrected]] = defaultdict(list)
    told = []
    for recorded in sorted(events, key=_position, reverse=True):  # what corrects stands later: it is met first
        corrected = _corrected(recorded, corrections.get(recorded.position, ()))
        if corrected is not None:
            told.append(corrected)
            if isinstance(corrected.fact, RecordCorrected):
                corrections[corrected.fact.corrects].append(corrected.fact)
    return told


def _position(recorded: Recorded[Fact]) -> int:
    return recorded.position


def _corrected(recorded: Recorded[Fact], latest_first: Sequence[RecordCorrected]) -> Recorded[Fact] | None:
    if any(correction.void for correction in latest_first):
        return None
    for correction in reversed(latest_first):
        recorded = reading(recorded, correction.changed)
    return recorded


def reading(recorded: Recorded[Fact], changed: Iterable[Change]) -> Recorded[Fact]:
    """Give a fact as it reads with values changed.

    Raises LookupError, TypeError or ValueError if a path leads nowhere or what comes out is no such fact any more.
    """
    state = orjson.loads(encode(recorded.envelope, recorded.fact))
    for change in changed:
        _put(state, change)
    envelope, fact = decode(recorded.fact.TOPIC, to_bytes(without_nulls(state)))
    return replace(recorded, envelope=envelope, fact=fact)


def _put(state: Any, change: Change) -> None:
    *way, last = change.path.lstrip("/").split("/")
    for step in way:
        state = state[int(step)] if isinstance(state, list) else state[step]
    state[int(last) if isinstance(state, list) else last] = orjson.loads(change.value)
