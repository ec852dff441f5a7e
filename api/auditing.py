"""What an auditor may ask: gaps of authority, late records, corrections; what differs between two sights; why a field says what it says.

Beside api/reads.py, with its clocks and pages (here -> projections.audit, differences, explain). Keeps: the two sides of a difference
lie at or before the pinned position, so the answer's canonical address gives the same bytes for ever.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from api.catalogue import say
from api.paging import USUAL, CursorQuery, Limit
from api.pinning import SQL, Question, pin
from api.problems import Pointed, Problem
from api.reads import Page, answer, found, page_after, paged, reader
from api.requests import language
from ledger.days import microseconds
from ledger.streams import list_stream
from ledger.terms import Level
from projections import audit, differences
from projections.engine import Timeline
from projections.explain import Explanation, explain
from projections.items import ITEM_LIST
from projections.lists import PUBLISHED_LIST
from projections.reading import Pinned
from projections.rows import columns
from projections.units import UNIT_LIST

routes = APIRouter()
read = reader(routes)
Asked = Annotated[Question, Depends(pin)]
By = Annotated[UUID | None, Query(description="The unit on whose behalf the record was made.")]
Since = Annotated[date | None, Query(description="From this day on: the day that the record tells of.")]
Place = Annotated[str, Query(min_length=2, description="The area code whose lists are asked for.")]
Path = Annotated[str, Query(min_length=1, description="The field, such as /phase.")]
Clock = Annotated[
    Literal["known", "force"],
    Query(description="known: as known at two positions or times; force: as in force on two days."),
]
From = Annotated[str, Query(alias="from", description="A position or an RFC 3339 time; with clock=force a day.")]
To = Annotated[str | None, Query(alias="to", description="The same; known_at or in_force_on where it is not given.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class GapPage(Page):
    """Decisions that lack authority, by position."""

    rows: Sequence[audit.AuthorityGap]


@dataclass(frozen=True, slots=True, kw_only=True)
class LatenessPage(Page):
    """Records made late, or before what they tell of, by position."""

    rows: Sequence[audit.Untimely]


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionPage(Page):
    """Corrections by position."""

    rows: Sequence[audit.Correction]


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One side of a difference: as known at a position, about a day."""

    known_at: int
    in_force_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Diff:
    """How one thing differs between two sides."""

    before: Side
    after: Side
    differences: differences.Differences


@dataclass(frozen=True, slots=True, kw_only=True)
class ListDiff:
    """How a jurisdiction's items in force differ between two sides."""

    before: Side
    after: Side
    differences: differences.ListDifferences


@dataclass(frozen=True, slots=True)
class Sides:
    """The two sides that a request names."""

    before: Pinned
    after: Pinned

    @property
    def told(self) -> dict[str, Side]:
        """Return both sides as an answer names them."""
        named = {"before": self.before, "after": self.after}
        return {name: Side(known_at=each.known_at, in_force_on=each.in_force_on) for name, each in named.items()}


def two_sides(request: Request, question: Asked, since: From, until: To = None, clock: Clock = "known") -> Sides:
    """Return the sides of a difference; raise Problem for what is neither position, time nor day, or not known yet as pinned."""
    pinned = question.pinned
    if clock == "force":
        days = [
            pinned.in_force_on if each is None else _day(request, name, each) for name, each in _named(since, until)
        ]
        return Sides(*(replace(pinned, in_force_on=day) for day in days))
    at = [
        pinned.known_at if each is None else _position(request, question, name, each)
        for name, each in _named(since, until)
    ]
    return Sides(*(replace(pinned, known_at=position) for position in at))


Both = Annotated[Sides, Depends(two_sides)]


# ── Audit ──


@read("/v1/audit/authority-gaps", "listAuthorityGaps", "audit", GapPage)
def list_authority_gaps(
    request: Request,
    question: Asked,
    unit: By = None,
    topic: Annotated[list[str] | None, Query(description="Stored names of decisions, such as item.cancelled.")] = None,
    gap: Annotated[list[audit.Gap] | None, Query()] = None,
    limit: Limit = USUAL,
    cursor: CursorQuery = None,
) -> Response:
    del cursor
    narrowed: dict[str, Any] = {"unit": unit, "topic": topic or (), "gap": gap or ()}
    after = _after(request, question)
    with question.connection() as connection:
        rows = audit.authority_gaps(connection, question.pinned, **narrowed, after=after, most=limit + 1)
    return paged(request, question, GapPage, rows, limit, lambda row: (row.position,))


@read("/v1/audit/lateness", "listLateness", "audit", LatenessPage)
def list_lateness(
    request: Request,
    question: Asked,
    unit: By = None,
    since: Since = None,
    more_than: Annotated[
        int | None, Query(ge=0, le=1_000_000, description="Later than so many days, whatever the rule pack says.")
    ] = None,
    limit: Limit = USUAL,
    cursor: CursorQuery = None,
) -> Response:
    del cursor
    narrowed: dict[str, Any] = {"unit": unit, "since": since, "more_than": more_than}
    after = _after(request, question)
    with question.connection() as connection:
        rows = audit.lateness(connection, question.pinned, **narrowed, after=after, most=limit + 1)
    return paged(request, question, LatenessPage, rows, limit, lambda row: (row.position,))


@read("/v1/corrections", "listCorrections", "audit", CorrectionPage)
def list_corrections(
    request: Request,
    question: Asked,
    unit: By = None,
    since: Since = None,
    void: Annotated[bool | None, Query(description="Only such as declare a record void, or only others.")] = None,
    limit: Limit = USUAL,
    cursor: CursorQuery = None,
) -> Response:
    del cursor
    narrowed: dict[str, Any] = {"unit": unit, "since": since, "void": void}
    after = _after(request, question)
    with question.connection() as connection:
        rows = audit.corrections(connection, question.pinned, **narrowed, after=after, most=limit + 1)
    return paged(request, question, CorrectionPage, rows, limit, lambda row: (row.position,))


# ── Differences ──


@read("/v1/items/{item}/diff", "readItemDiff", "audit", Diff)
def read_item_diff(question: Asked, sides: Both, item: UUID) -> Response:
    with question.connection() as connection:
        held = differences.item(connection, sides.before, sides.after, item)
    return found(question, item, held and Diff(**sides.told, differences=held))


@read("/v1/units/{unit}/diff", "readUnitDiff", "audit", Diff)
def read_unit_diff(question: Asked, sides: Both, unit: UUID) -> Response:
    with question.connection() as connection:
        held = differences.unit(connection, sides.before, sides.after, unit)
    return found(question, unit, held and Diff(**sides.told, differences=held))


@read("/v1/lists/diff", "readListDiff", "audit", ListDiff)
def read_list_diff(
    question: Asked, sides: Both, jurisdiction: Place, level: Annotated[list[Level] | None, Query()] = None
) -> Response:
    with question.connection() as connection:
        held = differences.lists(connection, sides.before, sides.after, jurisdiction, level or ())
    return answer(question, ListDiff(**sides.told, differences=held))


# ── Explanations ──


@read("/v1/items/{item}/explain", "explainItem", "audit", Explanation)
def explain_item(request: Request, question: Asked, item: UUID, path: Path) -> Response:
    return _explained(request, question, ITEM_LIST, item, path)


@read("/v1/units/{unit}/explain", "explainUnit", "audit", Explanation)
def explain_unit(request: Request, question: Asked, unit: UUID, path: Path) -> Response:
    return _explained(request, question, UNIT_LIST, unit, path)


@read("/v1/lists/explain", "explainList", "audit", Explanation)
def explain_list(request: Request, question: Asked, jurisdiction: Place, level: Level, path: Path) -> Response:
    return _explained(request, question, PUBLISHED_LIST, list_stream(jurisdiction, level), path)


def _explained(request: Request, question: Question, view: Timeline[Any], key: UUID, path: str) -> Response:
    known = [column.name for column in columns(view.row_type)]
    if path.removeprefix("/") not in known:
        raise _malformed(request, "path", "fault.enum", expected=", ".join(f"/{name}" for name in known))
    with question.connection() as connection:
        return found(question, key, explain(connection, question.pinned, view, key, path.removeprefix("/")))


# ── Parameters ──


def _after(request: Request, question: Question) -> int:
    after = page_after(request, question, int)
    return after[0] if after else 0


def _named(since: str, until: str | None) -> Sequence[tuple[str, str | None]]:
    return ("from", since), ("to", until)


def _day(request: Request, parameter: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise _malformed(request, parameter, "fault.date_parsing") from None


def _position(request: Request, question: Question, parameter: str, text: str) -> int:
    """Return the position that a position or a time means; a time after the pinned position means that position."""
    known_at = question.pinned.known_at
    if text.isascii() and text.isdigit() and len(text) < 19:
        if int(text) > known_at:
            raise _malformed(request, parameter, "fault.beyond", known_at=known_at)
        return int(text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise _malformed(request, parameter, "fault.known-at")
    with question.connection() as connection:
        position: int = connection.execute(SQL["position_at"], {"moment": microseconds(moment)}).fetchall()[0][0]
    return min(position, known_at)


def _malformed(request: Request, parameter: str, code: str, **said: object) -> Problem:
    pointed = Pointed(parameter=parameter, detail=say(code, language(request), **said))
    return Problem("parameter-malformed", errors=[pointed])
