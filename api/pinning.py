"""A question's two clocks: about which day, and as known at which position; and what every answer says of them.

Between a request and a view (reads -> here -> projections). Keeps: an answer's canonical link names both clocks, and asked again, at
any time, it gives the same bytes; a question about what nobody knows yet is refused, not answered with what is known by chance.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Final

import anyio
from fastapi import Depends, Header, Query, Request
from psycopg import Connection

from api.backing import Backing, backing
from api.catalogue import say
from api.paging import Cursor, address, opened
from api.problems import Pointed, Problem
from api.requests import language
from ledger.days import day_of, instant, microseconds
from ledger.statements import load
from projections import builds
from projections.builds import Build
from projections.catalogue import REGISTER
from projections.reading import Pinned, ProjectionBehind
from projections.roots import fits

SQL: Final = load("api", "reads.sql")
WAIT: Final = 1.0  # seconds to wait for a projection where the caller says nothing
LONGEST_WAIT: Final = 30.0
WAITERS: Final = 200  # requests that may wait at the same time; they hold none of the threads that do work

InForceOn = Annotated[
    date | None, Query(description="The day that the question is about (Asia/Shanghai); today where it is not given.")
]
KnownAt = Annotated[
    str | None,
    Query(description="As known at this position, or at this RFC 3339 time; now where it is not given. Never expires."),
]
BuildAsked = Annotated[
    int | None,
    Query(
        ge=1,
        alias="build",
        description="Answer from this build of the view, also an earlier one that is kept: what was shown then.",
    ),
]
MinPosition = Annotated[
    int | None, Query(ge=0, description="Answer only from a view that has reached this position: read what you wrote.")
]
Prefer = Annotated[
    str | None,
    Header(description="`wait=5`: seconds to wait for `min_position`; `handling=lenient`: rather an older answer."),
]


@dataclass(frozen=True, slots=True)
class Now:
    """The log's head, when its last fact was recorded, and what time it is; microseconds UTC."""

    head: int
    recorded_at: int
    clock: int


@dataclass(frozen=True, slots=True)
class Question:
    """One question, pinned: `ask` a view with `connection()` and `pinned`."""

    behind: Backing
    pinned: Pinned
    head: int
    fixed: bool  # both clocks were given as they are pinned: the answer never changes
    canonical: str
    cursor: Cursor | None

    @contextmanager
    def connection(self) -> Iterator[Connection[Any]]:
        """Give a reader's connection."""
        with self.behind.pool.connection() as connection:
            yield connection

    @property
    def headers(self) -> dict[str, str]:
        """Return what the answer says of where it stands."""
        build = self.pinned.build
        return {
            "Ledger-Position": str(self.pinned.known_at),
            "Ledger-Head": str(self.head),
            "Projection": f"{build.projection};v={build.version};build={build.build}",
            "Link": f'<{self.canonical}>; rel="canonical"',
            "Cache-Control": "private, max-age=31536000, immutable" if self.fixed else "private, no-cache",
            "Vary": "Authorization",
        }


async def pin(
    request: Request,
    behind: Annotated[Backing, Depends(backing)],
    in_force_on: InForceOn = None,
    known_at: KnownAt = None,
    min_position: MinPosition = None,
    prefer: Prefer = None,
    build: BuildAsked = None,
) -> Question:
    """Pin a question to both clocks, waiting for the view if need be; raise Problem or ProjectionBehind."""
    cursor = opened(request)
    if cursor:
        in_force_on, known_at = cursor.in_force_on, str(cursor.known_at)
    now, wanted = await anyio.to_thread.run_sync(_resolve, request, behind, known_at)
    if min_position is not None and min_position > now.head:
        raise Problem("position-above-head", wanted=min_position, head=now.head)
    day, asked = in_force_on or day_of(now.clock), max(wanted or 0, min_position or 0)
    held = None if build is None else await anyio.to_thread.run_sync(_kept, behind, build)
    if held is None or (held.serving and held.position < asked):
        wait, lenient = preferences(prefer)
        try:
            await _reach(behind, asked, wait)
        except ProjectionBehind:
            if not lenient or wanted is not None:
                raise
    if build is None:
        pinned = behind.positions.pin(REGISTER.name, day, wanted)
    else:
        pinned = _within(await anyio.to_thread.run_sync(_kept, behind, build), day, wanted, asked)
    fixed = in_force_on is not None and known_at == str(pinned.known_at)
    return Question(behind, pinned, now.head, fixed, address(request, pinned), cursor)


def _kept(behind: Backing, number: int) -> Build:
    """Return a build that serves, or served before and is kept; raise Problem where it is neither or cannot be asked."""
    with behind.pool.connection() as connection:
        kept = {each.build: each for each in builds.builds(connection, REGISTER.name) if each.kept}
        if number not in kept:
            raise Problem("no-such-build", build=number, kept=", ".join(map(str, kept)) or "-")
        if not fits(connection, REGISTER, kept[number].schema):
            raise Problem("build-of-another-shape", build=number, version=kept[number].version)
    return kept[number]


def _within(build: Build, day: date, wanted: int | None, asked: int) -> Pinned:
    """Pin a question to one build, named by the caller; one that serves no longer is not kept up any more."""
    if asked > build.position:
        if build.serving:
            raise ProjectionBehind(build.projection, asked, build.position)
        raise Problem("build-stands-below", build=build.build, position=build.position, wanted=asked)
    return Pinned(build, build.position if wanted is None else wanted, day)


def preferences(header: str | None) -> tuple[float, bool]:
    """Return how long to wait, in seconds, and whether an older answer will do (RFC 7240)."""
    wished = dict(re.findall(r'([a-z]+)\s*=\s*"?([a-z0-9]+)"?', (header or "").lower()))
    wait = wished.get("wait", "")
    return min(float(wait), LONGEST_WAIT) if wait.isdigit() else WAIT, wished.get("handling") == "lenient"


async def _reach(behind: Backing, position: int, wait: float) -> None:
    await anyio.to_thread.run_sync(
        behind.positions.wait_for, REGISTER.name, position, wait, limiter=_waiters(), abandon_on_cancel=True
    )


def _waiters() -> anyio.CapacityLimiter:
    held = _LIMITER.get(None)
    if held is None:
        held = anyio.CapacityLimiter(WAITERS)
        _LIMITER.set(held)
    return held


_LIMITER: anyio.lowlevel.RunVar[anyio.CapacityLimiter | None] = anyio.lowlevel.RunVar("waiters", None)


def _resolve(request: Request, behind: Backing, known_at: str | None) -> tuple[Now, int | None]:
    """Return where the log stands, and the position that `known_at` means."""
    with behind.pool.connection() as connection:
        now = Now(*connection.execute(SQL["now"]).fetchall()[0])
        if known_at is None:
            return now, None
        if known_at.isascii() and known_at.isdigit() and len(known_at) < 19:
            position, moment = int(known_at), 0
        else:
            moment = _moment(request, known_at)
            found = connection.execute(SQL["position_at"], {"moment": moment}).fetchall()
            position = found[0][0]
    if position > now.head or moment > now.clock:
        at = instant(now.recorded_at).isoformat(timespec="seconds")
        raise Problem("known-at-in-the-future", known_at=known_at[:40], head=now.head, recorded_at=at)
    return now, position


def _moment(request: Request, text: str) -> int:
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        read = None
    if read is None or read.tzinfo is None:
        said = say("fault.known-at", language(request))
        raise Problem("parameter-malformed", errors=[Pointed(parameter="known_at", detail=said)])
    return microseconds(read)
