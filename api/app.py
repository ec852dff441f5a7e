"""The API, put together: which routers there are, what stands behind them, and how anything that goes wrong becomes a problem.

The composition root of the edge. Keeps: one table of routers; every route but the service's own needs the token.
"""

import logging
from collections.abc import Callable, Mapping
from typing import Any

import psycopg
from eventsourcing.persistence import PersistenceError
from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from psycopg_pool import PoolClosed, PoolTimeout
from starlette.exceptions import HTTPException

from api import answers, auditing, checks, inquiries, judging, pages, reads, service, writes
from api.backing import Backing
from api.catalogue import say
from api.description import describe
from api.identity import guard
from api.problems import MEDIA_TYPE, Pointed, Problem, headers_of, problem_body
from api.requests import Numbered, bilingual, language, number_of, only_known_parameters
from ledger.encoding import NotStorable
from ledger.refusals import Refused
from projections.catalogue import PROJECTIONS
from projections.dossier import TooMuchToLoad
from projections.reading import ProjectionBehind

_LOG = logging.getLogger(__name__)


def create_app(behind: Backing | None, token_sha256: bytes, discipline_sha256: bytes | None = None) -> FastAPI:
    """Return the API over what stands behind it (None: it can only describe itself), open to the bearers of the tokens of these digests."""
    app = FastAPI(
        title=bilingual("product.name"),
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        dependencies=[Depends(only_known_parameters)],
    )
    app.state.backing = behind
    account = guard(token_sha256, discipline_sha256)
    for router in (writes.router(account), service.router(PROJECTIONS), pages.routes):
        app.include_router(router)
    for guarded in (reads.routes, inquiries.routes, answers.routes, auditing.routes, judging.routes, checks.routes):
        app.include_router(guarded, dependencies=[Depends(account)])
    for kind, handler in HANDLERS.items():
        app.add_exception_handler(kind, handler)
    app.add_middleware(Numbered, failed=_failed)
    describe(app)
    return app


def answer(request: Request, problem: Problem | Refused) -> Response:
    """Return the problem as the answer to a request."""
    speaks = language(request)
    body = problem_body(problem, speaks, number_of(request))
    return JSONResponse(body, body["status"], headers_of(problem, speaks), MEDIA_TYPE)


def _refused(request: Request, error: Any) -> Response:
    return answer(request, error)


def _not_storable(request: Request, error: Any) -> Response:
    return answer(request, Problem("record-not-storable", what=error.what))


def _malformed(request: Request, error: Any) -> Response:
    """What FastAPI itself found wrong: parameters and headers; bodies are read elsewhere."""
    places = {"query": "parameter", "path": "parameter", "header": "header"}
    errors = [
        Pointed(
            **{places[fault["loc"][0]]: str(fault["loc"][1])},
            detail=say("fault.other", language(request), said=fault["msg"]),
        )
        for fault in error.errors()
    ]
    return answer(request, Problem("parameter-malformed", errors=errors))


def _http(request: Request, error: Any) -> Response:
    if error.status_code == 405:
        allowed = (error.headers or {}).get("Allow", "")
        return answer(
            request, Problem("method-not-allowed", method=request.method, allowed=allowed, headers={"Allow": allowed})
        )
    return answer(request, Problem("nothing-here"))


def _behind(request: Request, error: Any) -> Response:
    known = {"wanted": error.wanted, "current": max(0, error.current)}
    return answer(request, Problem("projection-behind", projection=error.projection, extra=known, **known))


def _too_wide(request: Request, error: Any) -> Response:
    return answer(request, Problem("question-too-wide", most=error.most))


def _unreachable(request: Request, error: Any) -> Response:
    _LOG.warning("request %s: the database cannot be reached: %s", number_of(request), type(error).__name__)
    request.app.state.backing.look_over()
    return answer(request, Problem("database-unreachable"))


def _failed(request: Request, error: Any) -> Response:
    _LOG.error("request %s failed", number_of(request), exc_info=error)
    return answer(request, Problem("internal-error", request_id=number_of(request)))


HANDLERS: Mapping[type[Exception], Callable[[Request, Any], Response]] = {
    Problem: _refused,
    Refused: _refused,
    NotStorable: _not_storable,
    RequestValidationError: _malformed,
    HTTPException: _http,
    ProjectionBehind: _behind,
    TooMuchToLoad: _too_wide,
    psycopg.OperationalError: _unreachable,
    psycopg.InterfaceError: _unreachable,
    PoolTimeout: _unreachable,
    PoolClosed: _unreachable,
    PersistenceError: _unreachable,
}
