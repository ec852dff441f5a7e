"""Questions of those who are bound and those who implement: what waits for me, what expires, whose duty is it, how long may I appeal.

Beside api/inquiries.py, with its clocks and pages (here -> projections). Keeps: nothing is asked of a unit here that an act in the ledger
did not ask; `docs/questions.md` says which question each answer is for.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from psycopg import Connection

from api.inquiries import Place
from api.paging import USUAL, CursorQuery, Limit
from api.pinning import Question
from api.problems import Problem
from api.reads import Asked, ItemPage, Page, answer, found, page_after, paged, reader
from ledger.timelines.campaign import Phase as CampaignPhase
from ledger.timelines.filing import Status
from ledger.timelines.item import Phase
from ledger.timelines.unit import UNIT
from projections import appeal_windows, applications, campaigns, dossier, duties, duty_search, items, tasks, units

WAITING = ("issuer", "promiser", "objected_to", "ordered")  # as what something can be asked of a unit
TO_EXPIRE = (Phase.DECIDED, Phase.ACTIVE, Phase.SUSPENDED)  # what is over already does not expire any more

routes = APIRouter()
read = reader(routes)


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyPage(Page):
    """Duties by code."""

    rows: Sequence[duties.DutyOwner]


@read("/v1/units/{unit}/items", "listUnitItems", "items", ItemPage)
def list_unit_items(
    request: Request,
    question: Asked,
    unit: UUID,
    expiring: Annotated[
        int | None, Query(ge=1949, lt=9999, description="Only what ends with this year and is not over already.")
    ] = None,
    limit: Limit = USUAL,
    cursor: CursorQuery = None,
) -> Response:
    del cursor
    wanted = items.Wanted(implementing_unit=(unit,))
    if expiring is not None:
        wanted = replace(wanted, end_year=(expiring,), phase=TO_EXPIRE)
    with question.connection() as connection:
        if units.unit(connection, question.pinned, unit) is None:
            raise Problem("nothing-known", id=unit, known_at=question.pinned.known_at)
        rows = items.item_list(connection, question.pinned, wanted, page_after(request, question, str, UUID), limit + 1)
    return paged(request, question, ItemPage, rows, limit, lambda row: (row.title_sort, row.item))


@read("/v1/units/{unit}/tasks", "listTasks", "units", Sequence[tasks.Task])
def list_tasks(question: Asked, unit: UUID) -> Response:
    with question.connection() as connection:
        owed = list(_owed(connection, question, unit))
        asking = {campaign.campaign_unit for campaign, _ in owed}
        held = dossier.load(connection, question.pinned, streams=asking, units=(unit,), roles=WAITING)
    if held.state(UNIT, unit) is None:
        raise Problem("nothing-known", id=unit, known_at=question.pinned.known_at)
    return answer(question, tasks.tasks(held, unit, question.pinned.in_force_on, owed))


@read("/v1/duties", "listDuties", "duties", DutyPage)
def list_duties(
    request: Request,
    question: Asked,
    place: Place,
    text: Annotated[str | None, Query(min_length=1, description="Words of the duty, or its code.")] = None,
    limit: Limit = USUAL,
    cursor: CursorQuery = None,
) -> Response:
    del cursor
    after = page_after(request, question, str)
    with question.connection() as connection:
        held = duty_search.register(connection, question.pinned)
    rows = duty_search.search(held, place, question.pinned.in_force_on, text)
    following = [row for row in rows if after is None or (row.duty_code,) > after]
    return paged(request, question, DutyPage, following[: limit + 1], limit, lambda row: (row.duty_code,))


@read("/v1/admissions/{admission}", "readAdmission", "admissions", applications.Application)
def read_admission(question: Asked, admission: UUID) -> Response:
    with question.connection() as connection:
        return found(question, admission, applications.application(connection, question.pinned, admission))


@read("/v1/cases/{case}/appeal-window", "readAppealWindow", "cases", appeal_windows.AppealWindow)
def read_appeal_window(question: Asked, case: UUID) -> Response:
    with question.connection() as connection:
        held = dossier.load(connection, question.pinned, streams=(case,))
    return found(question, case, appeal_windows.appeal_window(held, case, question.pinned.in_force_on))


def _owed(connection: Connection[Any], question: Question, unit: UUID) -> Any:
    """Yield the returns that a unit owes to clean-ups that are open, and has not filed."""
    for campaign in campaigns.campaigns(connection, question.pinned):
        if campaign.phase == CampaignPhase.OPEN:
            due = campaigns.returns(connection, question.pinned, campaign.campaign, status=[Status.DUE], unit=unit)
            yield from ((campaign, row) for row in due if row.owed)
