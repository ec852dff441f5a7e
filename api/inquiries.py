"""What may be asked about duties, papers, vetoes and answering for them: each question is a dossier, read once, and one pure view of it.

Beside api/reads.py, with its clocks and pages (here -> projections.dossier -> Holdings -> a view). Keeps: an answer holds facts with
their positions, never a score or a ranking; days decide what it says, the pinned position what it may know.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from api.catalogue import say
from api.paging import USUAL, CursorQuery, Limit
from api.pinning import Question, pin
from api.problems import Pointed, Problem
from api.reads import Page, answer, found, page_after, paged, reader
from api.requests import language
from ledger.days import add_months
from ledger.terms import NoticeKind
from ledger.timelines.unit import UNIT
from projections import accountability, burden, case_files, dossier, duties, paper_files
from projections.holdings import Holdings
from projections.mentions import DECIDED_CASES, NOTICES

MOST_MONTHS = 240
YEARS = range(1949, 9999)
BOUND = ("signer", "target")  # as what a unit is bound
PROMISING = ("issuer", "promiser")
ANSWERING = ("claimant", "against", "shield_user", "subject", "applicant", "exerciser", "target", "concerned")

routes = APIRouter()
read = reader(routes)
Asked = Annotated[Question, Depends(pin)]
Place = Annotated[str, Query(min_length=2, description="The area code at which the duty is done.")]
Within = Annotated[str | None, Query(min_length=2, description="An area code, and all below it.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticePage(Page):
    """Notices by position."""

    rows: Sequence[case_files.NoticeRow]


# ── What binds a unit, and what it promised ──


@read("/v1/units/{unit}/burden", "readBurden", "duties", Sequence[burden.Burden])
def read_burden(question: Asked, unit: UUID) -> Response:
    held = _about_unit(question, unit, BOUND)
    return answer(question, burden.burden(held, unit, question.pinned.in_force_on))


@read("/v1/units/{unit}/burden/trend", "readBurdenTrend", "duties", Sequence[burden.BurdenMonth])
def read_burden_trend(
    request: Request,
    question: Asked,
    unit: UUID,
    since: Annotated[
        date | None,
        Query(alias="from", description="A day of the first month; 12 months before the last clean-up was closed."),
    ] = None,
    until: Annotated[date | None, Query(alias="to", description="The last day; that of in_force_on.")] = None,
) -> Response:
    held, last = _about_unit(question, unit, BOUND), until or question.pinned.in_force_on
    if last.year not in YEARS:
        raise _malformed(request, "to", "fault.year", first=YEARS.start, last=YEARS.stop - 1)
    first = since or _year_before_the_last_campaign(question, held, unit, last)
    if first > last or 12 * (last.year - first.year) + last.month - first.month >= MOST_MONTHS:
        raise _malformed(request, "from", "fault.months", most=MOST_MONTHS)
    return answer(question, burden.trend(held, unit, first, last))


@read("/v1/units/{unit}/issuer-duties", "readIssuerDuties", "duties", Sequence[burden.IssuerDuty])
def read_issuer_duties(
    question: Asked,
    unit: UUID,
    open_only: Annotated[bool, Query(alias="open", description="Only what is not done on that day.")] = False,
) -> Response:
    held = _about_unit(question, unit, PROMISING)
    return answer(question, burden.issuer_duties(held, unit, question.pinned.in_force_on, open_only=open_only))


@read("/v1/units/{unit}/accountability", "readAccountability", "accountability", Sequence[accountability.Matter])
def read_accountability(
    question: Asked,
    unit: UUID,
    kind: Annotated[list[accountability.MatterKind] | None, Query(description="Only matters of these kinds.")] = None,
) -> Response:
    held = _about_unit(question, unit, ANSWERING)
    return answer(question, accountability.history(held, unit, question.pinned.in_force_on, kind or ()))


# ── Duties ──


@read("/v1/duties/{code}/owner", "readDutyOwner", "duties", duties.DutyOwner)
def read_duty_owner(question: Asked, code: str, place: Place) -> Response:
    held = _about_duty(question, code, place)
    return _found(question, code, duties.owner(held, code, place, question.pinned.in_force_on))


@read("/v1/duties/{code}/cascade", "readCascade", "duties", duties.Cascade)
def read_cascade(
    question: Asked,
    code: str,
    place: Place,
    year: Annotated[
        int | None, Query(ge=YEARS.start, lt=YEARS.stop, description="The year; that of in_force_on.")
    ] = None,
) -> Response:
    held, on = _about_duty(question, code, place), question.pinned.in_force_on
    return _found(question, code, duties.cascade(held, code, place, year or on.year, on))


# ── Single papers, vetoes, cases ──


@read("/v1/pledges/{pledge}", "readPledge", "pledges", paper_files.PledgeFile)
def read_pledge(question: Asked, pledge: UUID) -> Response:
    held = _about(question, pledge)
    return found(question, pledge, paper_files.pledge_file(held, pledge, question.pinned.in_force_on))


@read("/v1/pledges/{pledge}/objections", "readObjections", "pledges", Sequence[paper_files.ObjectionRow])
def read_objections(question: Asked, pledge: UUID) -> Response:
    held = _about(question, pledge)
    return found(question, pledge, paper_files.objections(held, pledge, question.pinned.in_force_on))


@read("/v1/pledges/{pledge}/diff", "readPledgeDiff", "pledges", paper_files.PledgeDiff)
def read_pledge_diff(question: Asked, pledge: UUID) -> Response:
    held = _about(question, pledge)
    return found(question, pledge, paper_files.pledge_diff(held, pledge, question.pinned.in_force_on))


@read("/v1/vetoes/{veto}", "readVeto", "vetoes", paper_files.VetoFile)
def read_veto(question: Asked, veto: UUID) -> Response:
    held = _about(question, veto)
    return found(question, veto, paper_files.veto_file(held, veto, question.pinned.in_force_on))


@read("/v1/cases/{case}", "readCase", "cases", case_files.CaseFile)
def read_case(question: Asked, case: UUID) -> Response:
    held = _about(question, case)
    return found(question, case, case_files.case_file(held, case, question.pinned.in_force_on))


@read("/v1/tolerance/{tolerance}", "readTolerance", "tolerance", case_files.ToleranceFile)
def read_tolerance(question: Asked, tolerance: UUID) -> Response:
    held = _about(question, tolerance)
    return found(question, tolerance, case_files.tolerance_file(held, tolerance, question.pinned.in_force_on))


@read("/v1/notices", "listNotices", "notices", NoticePage)
def list_notices(
    request: Request,
    question: Asked,
    kind: Annotated[list[NoticeKind] | None, Query()] = None,
    limit: Limit = USUAL,
    cursor: CursorQuery = None,
) -> Response:
    del cursor
    after = page_after(request, question, int)
    rows = case_files.notices(_register(question, NOTICES), question.pinned.in_force_on, kind or ())
    following = [row for row in rows if after is None or (row.position,) > after]
    return paged(request, question, NoticePage, following[: limit + 1], limit, lambda row: (row.position,))


# ── Counts ──


@read("/v1/stats/sanctions", "countSanctions", "accountability", case_files.Decisions)
def count_sanctions(question: Asked, by: Literal["level"] = "level", within: Within = None) -> Response:
    del by  # the level of the subject is what there is to count by
    held = _register(question, DECIDED_CASES)
    return answer(question, case_files.by_level(held, question.pinned.in_force_on, within))


@read("/v1/stats/forms", "countForms", "accountability", case_files.Decisions)
def count_forms(question: Asked, within: Within = None) -> Response:
    held = _register(question, DECIDED_CASES)
    return answer(question, case_files.by_form(held, question.pinned.in_force_on, within))


# ── Dossiers ──


def _about(question: Question, stream: UUID) -> Holdings:
    """Return what bears on one thing."""
    with question.connection() as connection:
        return dossier.load(connection, question.pinned, streams=(stream,))


def _about_unit(question: Question, unit: UUID, roles: Sequence[str]) -> Holdings:
    """Return what a unit appears in, in these roles; raise Problem where it was not registered by then."""
    with question.connection() as connection:
        held = dossier.load(connection, question.pinned, units=(unit,), roles=roles)
    if held.state(UNIT, unit) is None:
        raise Problem("nothing-known", id=unit, known_at=question.pinned.known_at)
    return held


def _about_duty(question: Question, code: str, place: str) -> Holdings:
    with question.connection() as connection:
        return dossier.load(connection, question.pinned, duty_codes=(code,), areas=(place,))


def _register(question: Question, register: UUID) -> Holdings:
    """Return the streams of a register, and no more than what they need."""
    with question.connection() as connection:
        streams = dossier.registered(connection, question.pinned, register)
        return dossier.plain(connection, question.pinned, streams)


def _malformed(request: Request, parameter: str, code: str, **said: object) -> Problem:
    pointed = Pointed(parameter=parameter, detail=say(code, language(request), **said))
    return Problem("parameter-malformed", errors=[pointed])


def _found(question: Question, code: str, held: Any) -> Response:
    if held is None:
        raise Problem("nothing-known", id=code, known_at=question.pinned.known_at)
    return answer(question, held)


def _year_before_the_last_campaign(question: Question, held: Holdings, unit: UUID, until: date) -> date:
    known = held.unit(unit, until)
    with question.connection() as connection:
        closed = dossier.last_campaign(connection, question.pinned, known.area_code if known else "")
    return add_months(min(closed or until, until), -12)
