"""Long listings in pages: every page of one listing is read at the same position about the same day, so none skips or repeats.

A cursor is opaque and never expires. It carries both clocks and where the page before ended, and belongs to one question: with
another filter it is refused, not reinterpreted.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Annotated, Any, Final
from urllib.parse import quote, urlencode

from fastapi import Query, Request

from api.catalogue import say
from api.problems import Pointed, Problem
from api.requests import language
from projections.reading import Pinned

MOST: Final = 500  # rows a page
USUAL: Final = 100
NOT_FILTERS: Final = frozenset({"known_at", "in_force_on", "min_position", "cursor", "limit"})

Limit = Annotated[int, Query(ge=1, le=MOST, description="Rows a page.")]
CursorQuery = Annotated[str | None, Query(alias="cursor", description="Where the page before ended: its `next`.")]


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a listing goes on: both its clocks, and the sort key of the last row of the page before."""

    known_at: int
    in_force_on: date
    after: tuple[Any, ...]


def opened(request: Request) -> Cursor | None:
    """Return the cursor of a request, None for a first page; raise Problem for one that belongs to another question."""
    sealed = request.query_params.get("cursor")
    if sealed is None:
        return None
    try:
        held = urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4))
        known_at, day, *after = json.loads(held[16:])
        cursor = Cursor(int(known_at), date.fromisoformat(day), tuple(after))
    except (ValueError, TypeError):
        raise strange(request) from None
    given, own = request.query_params, {"known_at": str(cursor.known_at), "in_force_on": cursor.in_force_on.isoformat()}
    if held[:16] != _mark(request) or any(given.get(name, value) != value for name, value in own.items()):
        raise strange(request)
    return cursor


def strange(request: Request) -> Problem:
    """Return the problem of a cursor that no page of this listing gave."""
    said = say("fault.cursor", language(request))
    return Problem("parameter-malformed", errors=[Pointed(parameter="cursor", detail=said)])


def sealed(request: Request, pinned: Pinned, after: tuple[Any, ...]) -> str:
    """Return the cursor of the page that begins after a row, known by its sort key."""
    held = [pinned.known_at, pinned.in_force_on.isoformat(), *after]
    body = json.dumps(held, ensure_ascii=False, default=str, separators=(",", ":")).encode()
    return urlsafe_b64encode(_mark(request) + body).decode().rstrip("=")


def address(request: Request, pinned: Pinned, **more: str) -> str:
    """Return the address of the same question with both clocks named, and with what else is given."""
    named = {"known_at": str(pinned.known_at), "in_force_on": pinned.in_force_on.isoformat(), **more}
    own = [(name, value) for name, value in request.query_params.multi_items() if name not in {*named, "min_position"}]
    return f"{quote(request.url.path)}?{urlencode(sorted([*own, *named.items()]))}"


def _mark(request: Request) -> bytes:
    filters = sorted((name, value) for name, value in request.query_params.multi_items() if name not in NOT_FILTERS)
    return sha256(json.dumps([request.url.path, filters]).encode()).digest()[:16]
