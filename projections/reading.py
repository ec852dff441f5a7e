"""How a question finds its rows: which build serves, what position it stands at, and the two clocks it is pinned to.

Second step of every read (api -> here -> a view's statements). Keeps: a question is asked of one build, named once, at one
position that the build has reached; asked again of the same build it gives the same rows for ever.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from datetime import date
from types import TracebackType
from typing import Any, Self

import psycopg
from psycopg import Connection

from ledger.statements import load
from projections import builds
from projections.builds import Build
from projections.tables import fill

_SQL = load("projections", "reading.sql")
_LOG = logging.getLogger(__name__)
LOOK = 1.0  # seconds between two looks at whether to stop


class ProjectionBehind(Exception):  # noqa: N818 - named for the state of things
    """The projection has not reached the position that was asked for; `current` is where it stands, 0 before it is built."""

    def __init__(self, projection: str, wanted: int, current: int) -> None:
        super().__init__(f"{projection} stands at position {current}, {wanted} was asked for")
        self.projection, self.wanted, self.current = projection, wanted, current


@dataclass(frozen=True, slots=True)
class Pinned:
    """A question's place: one build, as known at a position, about a day."""

    build: Build
    known_at: int
    in_force_on: date

    def ask(self, statement: bytes) -> bytes:
        """Put the build into a view's statement: `{schema}`, `{pinned}` (both clocks) and `{known}` (all days)."""
        return fill(statement, schema=self.build.schema, pinned=_SQL["pinned"].decode(), known=_SQL["known"].decode())

    @property
    def parameters(self) -> dict[str, Any]:
        """What `{pinned}` and `{known}` ask for; add the question's own."""
        return {"known_at": self.known_at, "in_force_on": self.in_force_on}


class Positions:
    """Where every serving build stands, kept current by NOTIFY; one for a process, used by all its threads.

    with Positions(conninfo) as positions:
        positions.wait_for("items", 18342, timeout=5)
    """

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo
        self._serving: dict[str, Build] = {}
        self._moved = threading.Condition()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="projection positions", daemon=True)

    def __enter__(self) -> Self:
        with psycopg.connect(self._conninfo, autocommit=True) as connection:
            self._look(connection)  # whoever enters knows at once, or is told that the database is not there
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def serving(self, projection: str) -> Build:
        """Return the build that serves; raise ProjectionBehind before there is one."""
        with self._moved:
            if projection not in self._serving:
                raise ProjectionBehind(projection, 0, 0)
            return self._serving[projection]

    def wait_for(self, projection: str, position: int, timeout: float) -> Build:
        """Return the serving build once it has reached `position`; raise ProjectionBehind after `timeout` seconds."""
        with self._moved:
            self._moved.wait_for(lambda: self._reached(projection) >= position, timeout)
            if self._reached(projection) < position:
                raise ProjectionBehind(projection, position, self._reached(projection))
            return self.serving(projection)

    def pin(self, projection: str, in_force_on: date, known_at: int | None = None) -> Pinned:
        """Pin a question to a day and a position (None: where the build stands); raise ProjectionBehind if it is not there."""
        build = self.serving(projection)
        if known_at is not None and known_at > build.position:
            raise ProjectionBehind(projection, known_at, build.position)
        return Pinned(build, build.position if known_at is None else known_at, in_force_on)

    def _reached(self, projection: str) -> int:
        build = self._serving.get(projection)
        return build.position if build is not None else -1

    def _listen(self) -> None:
        while not self._stop.is_set():
            try:
                with psycopg.connect(
                    self._conninfo, autocommit=True, application_name="mingze positions"
                ) as connection:
                    connection.execute(_SQL["listen"])
                    self._look(connection)
                    while not self._stop.is_set():
                        if list(connection.notifies(timeout=LOOK, stop_after=1)):
                            self._look(connection)
            except psycopg.OperationalError as error:
                _LOG.warning("positions of the projections are not heard, and tried again: %s", error)
                self._stop.wait(LOOK)

    def _look(self, connection: Connection[Any]) -> None:
        standing = {build.projection: build for build in builds.builds(connection) if build.serving}
        with self._moved:
            self._serving = standing
            self._moved.notify_all()
