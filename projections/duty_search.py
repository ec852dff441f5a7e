"""Which duties a place has on a day, found by words of their text: own, cooperating or taken back, and whose.

Second step of a read (api/answers -> here -> duty_search.sql -> Holdings). Keeps: each duty stands once, by the entry of the place or of
the nearest area above that has one, as projections/duties.py answers for a single one.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any
from unicodedata import normalize

from psycopg import Connection

from ledger.rules import ancestors
from ledger.statements import load
from ledger.timelines.duty import DUTY
from projections import dossier
from projections.duties import DutyOwner, owner
from projections.holdings import Holdings
from projections.reading import Pinned

SQL = load("projections", "duty_search.sql")


def register(connection: Connection[Any], pinned: Pinned) -> Holdings:
    """Return every duty that was on a list at the pinned position; raise TooMuchToLoad."""
    rows = connection.execute(pinned.ask(SQL["entered"]), pinned.parameters).fetchall()
    return dossier.plain(connection, pinned, [row[0] for row in rows])


def search(held: Holdings, place: str, on: date, words: str | None = None) -> Sequence[DutyOwner]:
    """Return the duties of a place on a day, by code; where words are given, those whose code or text holds them."""
    found = (owner(held, code, place, on) for code in sorted(set(_codes(held, place))))
    sought = _folded(words or "")
    return tuple(each for each in found if each is not None and sought in _folded(f"{each.duty_code} {each.text}"))


def _codes(held: Holdings, place: str) -> Iterator[str]:
    """Yield the codes that the lists of a place, or of an area above it, ever had."""
    areas = set(ancestors(place))
    for duty in held.each(DUTY):
        yield from (each.entry.duty_code for each in duty.entries if each.entry.jurisdiction_code in areas)


def _folded(text: str) -> str:
    return normalize("NFKC", text).casefold()
