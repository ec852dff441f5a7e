"""The projector: one leader among any number of processes keeps every projection at the head of the log.

Woken by NOTIFY. Keeps: whoever leads holds a lock that the database drops with the leader's connection, so a standby takes
over from the dead within a second; a projection that is not built, or was built by other code, is built first.
"""

import logging
import threading
from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg import Connection

from ledger.statements import load
from projections import builds
from projections.builds import KEPT, Build, NotTheOnlyBuilder, Projection
from projections.live import BATCH, advance
from projections.rebuild import rebuild

_SQL = load("projections", "projector.sql")
_LOG = logging.getLogger(__name__)
LOOK = 1.0  # seconds between two looks at `stop`, and at the leader's lock while standing by


def follow(conninfo: str, projections: Sequence[Projection], stop: threading.Event, kept: int = KEPT) -> None:
    """Lead, or stand by for the leader, until `stop` is set; outlive restarts of the database."""
    while not stop.is_set():
        try:
            with builds.connect(conninfo) as connection:
                while not stop.is_set() and not _leads(connection):
                    stop.wait(LOOK)
                _Lead(connection, projections, kept).follow(stop)
        except psycopg.OperationalError as error:
            _LOG.warning("the projector lost the database and tries again: %s", error)
            stop.wait(LOOK)


def _leads(connection: Connection[Any]) -> bool:
    return bool(connection.execute(_SQL["lead"]).fetchall()[0][0])


class _Lead:
    """One leadership, and where it left each projection."""

    def __init__(self, connection: Connection[Any], projections: Sequence[Projection], kept: int) -> None:
        self.connection, self.projections, self.kept = connection, projections, kept
        self.left: dict[str, Build] = {}

    def follow(self, stop: threading.Event) -> None:
        self.connection.execute(_SQL["listen"])
        while not stop.is_set():
            # What is told from here on waits for us: a fact that comes after this look wakes the next one.
            busy = [self._advance(projection) for projection in self.projections]
            if not any(busy):
                for _ in self.connection.notifies(timeout=LOOK, stop_after=1):
                    pass

    def _advance(self, projection: Projection) -> bool:
        """Move one projection by a batch; say whether to look at it again at once."""
        left = self.left.get(projection.name)
        if left is not None and left.status == "faulted" and left == builds.serving(self.connection, projection.name):
            return False  # until a rebuild, or a program that can fold the fact, comes
        schema = left.schema if left is not None and left.serving else self._schema(projection)
        build = advance(self.connection, projection, schema) if schema is not None else None
        if build is None:
            self.left.pop(projection.name, None)
            return False
        self.left[projection.name] = build
        return left is None or not build.serving or build.position - left.position >= BATCH

    def _schema(self, projection: Projection) -> str | None:
        """The build to follow; one is built where there is none or older code made it. None: somebody else is at it."""
        build = builds.serving(self.connection, projection.name)
        if build is not None and build.version > projection.version:
            _LOG.warning("%s serves a build of a newer program (version %s)", projection.name, build.version)
            return None
        try:
            current = build is not None and build.version == projection.version
            if build is not None and current:
                return build.schema
            return rebuild(self.connection, projection, kept=self.kept).schema
        except NotTheOnlyBuilder:
            return None
