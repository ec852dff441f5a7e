"""How the service itself is: alive, ready, and how things stand. Open to anyone who can reach it; no business content.

Keeps: ready means that a question would be answered and a command accepted, and that it is known how far behind each view is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from api.backing import Backing, backing
from api.catalogue import say
from api.problems import Problem
from api.requests import bilingual, language, responses
from api.standing import Standing, look_at
from projections.builds import Projection


@dataclass(frozen=True, slots=True)
class Alive:
    """The process answers."""

    alive: bool = True


def router(projections: Sequence[Projection]) -> APIRouter:
    """Return the routes that watch the service; `projections` are those whose lag has to be known."""
    routes = APIRouter(tags=["service"])

    @routes.get("/livez", operation_id="livez", summary=bilingual("operation.livez"))
    def livez() -> Alive:
        return Alive()

    @routes.get("/readyz", operation_id="readyz", summary=bilingual("operation.readyz"), responses=responses(503))
    def readyz(request: Request, response: Response, behind: Annotated[Backing, Depends(backing)]) -> Standing:
        standing = look_at(behind.dsn, projections)
        if not standing.ready:
            because = ("reachable", "migrated", "open", "unbuilt")
            held = {"unbuilt": not standing.unbuilt}
            first = next(name for name in because if not held.get(name, getattr(standing, name)))
            raise Problem("not-ready", reasons=say(f"not-ready-because.{first}", language(request)))
        response.headers["Ledger-Head"] = str(standing.head)
        return standing

    @routes.get("/status", operation_id="status", summary=bilingual("operation.status"))
    def status(behind: Annotated[Backing, Depends(backing)]) -> Standing:
        return look_at(behind.dsn, projections)

    return routes
