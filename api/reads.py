"""What may be asked: units, items, lists and campaigns, each question pinned to both clocks and answered by one view.

First step of every read (here -> projections -> .sql). Keeps: an answer is the view's own rows, in their order, and says at which
position and about which day it was read; the same canonical address gives the same bytes for ever.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, make_dataclass
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from fastapi import APIRouter, Depends, Query, Request, Response
from psycopg import Connection

from api.paging import USUAL, CursorQuery, Limit, address, sealed, strange
from api.pinning import Question, pin
from api.problems import Problem
from api.requests import bilingual, responses
from ledger.days import instant
from ledger.terms import Disposition, FoundBy, ItemType, Level
from ledger.timelines.item import Opinion, Phase
from projections import campaigns, items, lists, unit_history, units
from projections.campaign_rows import Result, ReturnStatus
from projections.items import Decided

ANSWER_HEADERS = {
    "Ledger-Position": {"description": "The answer is as known at this position.", "schema": {"type": "integer"}},
    "Ledger-Head": {"description": "The ledger's last position.", "schema": {"type": "integer"}},
    "Projection": {"description": "Which view answered, its version, and its build.", "schema": {"type": "string"}},
    "Link": {
        "description": 'rel="canonical" gives this very answer for ever; rel="next" the next page.',
        "schema": {"type": "string"},
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page of rows, all as known at one position about one day; `next` is the cursor of the page after, null on the last."""

    known_at: int
    in_force_on: date
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitPage(Page):
    """Units by code."""

    rows: Sequence[units.UnitRow]


def with_instants(row: type[Any]) -> Any:
    """Return the shape of a row as it is answered: what the log holds in microseconds is an instant (RFC 3339, +08:00)."""
    own = [(each.name, datetime if each.name == "recorded_at" else each.type) for each in fields(row)]
    return make_dataclass(row.__name__, own, namespace={"__doc__": row.__doc__}, frozen=True, slots=True, kw_only=True)


Entry: Any = with_instants(items.Entry)
HistoryRow: Any = with_instants(unit_history.HistoryRow)


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryPage(Page):
    """What a unit appears in, by day, then position."""

    rows: Sequence[HistoryRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemPage(Page):
    """Items by title."""

    rows: Sequence[items.ItemRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnPage(Page):
    """Returns by the unit's code."""

    rows: Sequence[campaigns.ReturnRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonPage(Page):
    """Found items by title, with what the channels say of each."""

    rows: Sequence[campaigns.ComparisonRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPage(Page):
    """Findings and reports by title."""

    rows: Sequence[campaigns.RecordRow]


def wanted_items(  # noqa: PLR0913, PLR0917 - every column that a list may be narrowed by
    item_type: Annotated[list[ItemType] | None, Query()] = None,
    level: Annotated[list[Level] | None, Query()] = None,
    jurisdiction: Annotated[list[str] | None, Query(description="Area codes, exactly these.")] = None,
    within: Annotated[list[str] | None, Query(description="Area codes, and all below them.")] = None,
    phase: Annotated[list[Phase] | None, Query()] = None,
    found_by: Annotated[list[FoundBy] | None, Query()] = None,
    proposed: Annotated[list[Disposition] | None, Query()] = None,
    decided: Annotated[list[Decided] | None, Query()] = None,
    field_code: Annotated[list[str] | None, Query()] = None,
    campaign: Annotated[list[UUID] | None, Query()] = None,
    implementing_unit: Annotated[list[UUID] | None, Query()] = None,
    reporting_unit: Annotated[list[UUID] | None, Query()] = None,
    in_force: Annotated[bool | None, Query(description="On the approved list on that day.")] = None,
    title: Annotated[str | None, Query(min_length=1, description="Words of the title.")] = None,
) -> items.Wanted:
    """AND across fields, OR within a repeated one."""
    return items.Wanted(
        item_type=tuple(item_type or ()),
        level=tuple(level or ()),
        jurisdiction=tuple(jurisdiction or ()),
        within=tuple(within or ()),
        phase=tuple(phase or ()),
        found_by=tuple(found_by or ()),
        proposed=tuple(proposed or ()),
        decided=tuple(decided or ()),
        field_code=tuple(field_code or ()),
        campaign=tuple(campaign or ()),
        implementing_unit=tuple(implementing_unit or ()),
        reporting_unit=tuple(reporting_unit or ()),
        in_force=in_force,
        title=title,
    )


def wanted_units(
    level: Annotated[list[Level] | None, Query()] = None,
    category: Annotated[list[str] | None, Query()] = None,
    within: Annotated[list[str] | None, Query(description="Area codes, and all below them.")] = None,
    superior: Annotated[UUID | None, Query(description="In the block or in the line.")] = None,
    name: Annotated[str | None, Query(min_length=1, description="Words of the name.")] = None,
) -> units.Wanted:
    """AND across fields, OR within a repeated one."""
    return units.Wanted(
        level=tuple(level or ()),
        category=tuple(category or ()),
        within=tuple(within or ()),
        superior=superior,
        name=name,
    )


Asked = Annotated[Question, Depends(pin)]


def reader(routes: APIRouter) -> Callable[[str, str, str, Any], Callable[[Callable[..., Response]], Any]]:
    """Return what registers a function among these routes as the answer to one question: path, operation, tag, shape of the answer."""

    def read(path: str, operation: str, tag: str, shape: Any) -> Callable[[Callable[..., Response]], Any]:
        return routes.get(
            path,
            operation_id=operation,
            tags=[tag],
            summary=bilingual(f"operation.{operation}"),
            response_model=shape,
            responses={200: {"headers": ANSWER_HEADERS}, **responses(400, 401, 404, 409, 500, 503)},
        )

    return read


routes = APIRouter()
read = reader(routes)


@read("/v1/units", "listUnits", "units", UnitPage)
def list_units(
    request: Request,
    question: Asked,
    wanted: Annotated[units.Wanted, Depends(wanted_units)],
    limit: Limit = USUAL,
    cursor: CursorQuery = None,
) -> Response:
    del cursor
    with question.connection() as connection:
        rows = units.units(connection, question.pinned, wanted, page_after(request, question, str, UUID), limit + 1)
    return paged(request, question, UnitPage, rows, limit, lambda row: (row.code, row.unit))


@read("/v1/units/{unit}", "readUnit", "units", units.UnitRow)
def read_unit(question: Asked, unit: UUID) -> Response:
    with question.connection() as connection:
        return found(question, unit, units.unit(connection, question.pinned, unit))


@read("/v1/units/{unit}/history", "readUnitHistory", "units", HistoryPage)
def read_unit_history(
    request: Request,
    question: Asked,
    unit: UUID,
    topic: Annotated[list[str] | None, Query(description="Stored names of facts, such as item.cancelled.")] = None,
    role: Annotated[list[str] | None, Query(description="As what the unit appears, such as implementer.")] = None,
    since: Annotated[date | None, Query(description="From this day on.")] = None,
    limit: Limit = USUAL,
    cursor: CursorQuery = None,
) -> Response:
    del cursor
    after = page_after(request, question, date.fromisoformat, int, str, int)
    narrowed: dict[str, Any] = {"topic": topic or (), "role": role or (), "since": since}
    with question.connection() as connection:
        if units.unit(connection, question.pinned, unit) is None:
            raise Problem("nothing-known", id=unit, known_at=question.pinned.known_at)
        rows = unit_history.history(connection, question.pinned, unit, **narrowed, after=after, most=limit + 1)
    key = ("effective_on", "position", "role", "learnt_at")
    return paged(
        request,
        question,
        HistoryPage,
        told(HistoryRow, rows),
        limit,
        lambda row: tuple(getattr(row, each) for each in key),
    )


@read("/v1/items", "listItems", "items", ItemPage)
def list_items(
    request: Request,
    question: Asked,
    wanted: Annotated[items.Wanted, Depends(wanted_items)],
    limit: Limit = USUAL,
    cursor: CursorQuery = None,
) -> Response:
    del cursor
    with question.connection() as connection:
        rows = items.item_list(connection, question.pinned, wanted, page_after(request, question, str, UUID), limit + 1)
    return paged(request, question, ItemPage, rows, limit, lambda row: (row.title_sort, row.item))


@read("/v1/items/{item}", "readItem", "items", items.ItemDetail)
def read_item(question: Asked, item: UUID) -> Response:
    with question.connection() as connection:
        return found(question, item, items.item(connection, question.pinned, item))


@read("/v1/items/{item}/history", "readItemHistory", "items", list[Entry])
def read_item_history(question: Asked, item: UUID) -> Response:
    with question.connection() as connection:
        entries = items.history(connection, question.pinned, item)
    return found(question, item, told(Entry, entries) or None)


@read("/v1/items/{item}/opinions", "readItemOpinions", "items", list[Opinion])
def read_item_opinions(question: Asked, item: UUID) -> Response:
    with question.connection() as connection:
        held = items.item(connection, question.pinned, item)
    return found(question, item, held and held.opinions)


@read("/v1/lists", "readLists", "lists", list[lists.ListInForce])
def read_lists(
    question: Asked,
    jurisdiction: Annotated[str, Query(min_length=2, description="The area code whose lists are asked for.")],
    level: Annotated[list[Level] | None, Query()] = None,
) -> Response:
    with question.connection() as connection:
        return answer(question, lists.lists(connection, question.pinned, jurisdiction, level or ()))


@read("/v1/campaigns", "listCampaigns", "campaigns", list[campaigns.CampaignRow])
def list_campaigns(question: Asked) -> Response:
    with question.connection() as connection:
        return answer(question, campaigns.campaigns(connection, question.pinned))


@read("/v1/campaigns/{campaign}", "readCampaign", "campaigns", campaigns.CampaignRow)
def read_campaign(question: Asked, campaign: UUID) -> Response:
    with question.connection() as connection:
        return found(question, campaign, campaigns.campaign(connection, question.pinned, campaign))


@read("/v1/campaigns/{campaign}/balance", "readBalance", "campaigns", campaigns.Balance)
def read_balance(question: Asked, campaign: UUID) -> Response:
    with question.connection() as connection:
        return found(question, campaign, campaigns.balance(connection, question.pinned, campaign))


@read("/v1/campaigns/{campaign}/exceptions", "readExceptions", "campaigns", campaigns.Exceptions)
def read_exceptions(question: Asked, campaign: UUID) -> Response:
    with question.connection() as connection:
        return found(question, campaign, campaigns.exceptions(connection, question.pinned, campaign))


@read("/v1/campaigns/{campaign}/returns", "listReturns", "inventory", ReturnPage)
def list_returns(
    request: Request,
    question: Asked,
    campaign: UUID,
    status: Annotated[list[ReturnStatus | Literal["missing"]] | None, Query()] = None,
    unit: Annotated[UUID | None, Query()] = None,
    limit: Limit = USUAL,
    cursor: CursorQuery = None,
) -> Response:
    del cursor
    wanted = [ReturnStatus.DUE if each == "missing" else each for each in status or ()]
    after = page_after(request, question, str, UUID, str)
    with question.connection() as connection:
        _planned(connection, question, campaign)
        rows = campaigns.returns(
            connection, question.pinned, campaign, status=wanted, unit=unit, after=after, most=limit + 1
        )
    return paged(request, question, ReturnPage, rows, limit, lambda row: (row.unit_code, row.unit, row.item_type))


@read("/v1/campaigns/{campaign}/reconciliation", "listReconciliation", "reconciliation", ComparisonPage)
def list_reconciliation(
    request: Request,
    question: Asked,
    campaign: UUID,
    result: Annotated[list[Result] | None, Query()] = None,
    limit: Limit = USUAL,
    cursor: CursorQuery = None,
) -> Response:
    del cursor
    after = page_after(request, question, str, UUID)
    with question.connection() as connection:
        _planned(connection, question, campaign)
        rows = campaigns.reconciliation(
            connection, question.pinned, campaign, result=result or (), after=after, most=limit + 1
        )
    return paged(request, question, ComparisonPage, rows, limit, lambda row: (row.title_sort, row.item))


@read("/v1/campaigns/{campaign}/records", "listRecords", "reconciliation", RecordPage)
def list_records(
    request: Request,
    question: Asked,
    campaign: UUID,
    settled: Annotated[bool | None, Query(description="Found to be an item, or still open.")] = None,
    limit: Limit = USUAL,
    cursor: CursorQuery = None,
) -> Response:
    del cursor
    after = page_after(request, question, str, UUID)
    with question.connection() as connection:
        _planned(connection, question, campaign)
        rows = campaigns.records(connection, question.pinned, campaign, settled=settled, after=after, most=limit + 1)
    return paged(request, question, RecordPage, rows, limit, lambda row: (row.title, row.record))


def answer(question: Question, held: Any, **headers: str) -> Response:
    """Return what a view gave, as it gave it."""
    body = msgspec.json.encode(held, order="deterministic")
    return Response(body, media_type="application/json", headers=question.headers | headers)


def told(shape: Any, rows: Sequence[Any]) -> list[Any]:
    """Return rows in the shape they are answered in; see `with_instants`."""
    return [
        shape(
            **{each.name: getattr(row, each.name) for each in fields(row)} | {"recorded_at": instant(row.recorded_at)}
        )
        for row in rows
    ]


def found(question: Question, sought: UUID, held: Any) -> Response:
    """Return what a view gave of one thing; raise Problem where nothing was known of it by then."""
    if held is None:
        raise Problem("nothing-known", id=sought, known_at=question.pinned.known_at)
    return answer(question, held)


def paged(
    request: Request,
    question: Question,
    page: type[Any],
    rows: Sequence[Any],
    limit: int,
    key: Callable[[Any], tuple[Any, ...]],
) -> Response:
    """Return a page of `limit` rows; one row more than that was asked for, to see whether there is another page."""
    pinned, shown = question.pinned, rows[:limit]
    following = sealed(request, pinned, key(shown[-1])) if len(rows) > limit else None
    held = page(known_at=pinned.known_at, in_force_on=pinned.in_force_on, rows=shown, next=following)
    if following is None:
        return answer(question, held)
    onward = f'<{address(request, pinned, cursor=following)}>; rel="next"'
    return answer(question, held, Link=f"{question.headers['Link']}, {onward}")


def page_after(request: Request, question: Question, *kinds: Callable[[str], Any]) -> Any:
    """Return the sort key that the question's cursor holds, None on the first page."""
    if question.cursor is None:
        return None
    try:
        return tuple(kind(value) for kind, value in zip(kinds, question.cursor.after, strict=True))
    except (ValueError, TypeError, AttributeError):
        raise strange(request) from None


def _planned(connection: Connection[Any], question: Question, campaign: UUID) -> None:
    if campaigns.campaign(connection, question.pinned, campaign) is None:
        raise Problem("nothing-known", id=campaign, known_at=question.pinned.known_at)
