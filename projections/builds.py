"""The builds of a projection: each in a schema of its own, one of them serving; a reader picks it once a question.

Keeps: rows and position of a build move together; at most one build of a projection serves, and which one changes in one
transaction, so nobody ever sees half of each. The build that served before stays for a while, for questions pinned to it.
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any
from uuid import UUID

import psycopg
from psycopg import Connection
from psycopg.rows import class_row

from ledger.encoding import Recorded
from ledger.events import Fact, RecordCorrected
from ledger.statements import load
from projections import tables
from projections.engine import Route, View, routed

_SQL = load("projections", "builds.sql")
KEPT = 1  # builds that served before, beside the one that serves


@dataclass(frozen=True)
class Projection:
    """Views that stand at one position together. Raise `version` when a row or a handler changes: then it is built anew."""

    name: str
    version: int
    views: tuple[View[Any], ...]
    statements: Mapping[str, bytes] = field(default_factory=dict)  # the one called `indexes` is run after loading

    @cached_property
    def topics(self) -> list[str]:
        """The stored names of every fact that some view folds."""
        facts: set[type[Fact]] = {RecordCorrected, *self._routes}
        return sorted(fact.TOPIC for fact in facts)

    @cached_property
    def _routes(self) -> dict[type[Fact], list[Route[Any] | None]]:
        facts = {fact for view in self.views for fact in view.facts}
        return {fact: list(dict.fromkeys(way for view in self.views for way in view.routes(fact))) for fact in facts}

    def keys(self, recorded: Recorded[Fact]) -> Collection[UUID]:
        """Say which keys must be shown a fact: its stream, and those it is routed to; a correction brings its routes along."""
        if isinstance(recorded.fact, RecordCorrected):
            return {recorded.stream, *recorded.fact.route_keys}
        ways = self._routes[type(recorded.fact)]
        return (recorded.stream,) if ways == [None] else {key for way in ways for key in routed(way, recorded)}


@dataclass(frozen=True, slots=True)
class Build:
    """One build: `schema` holds its tables, filled up to `position`; a fault says where it stands still, and why.

    `root` is the state root that it had at `root_position`, when that was last asked; `retired`: it served, and another took over.
    """

    projection: str
    build: int
    version: int
    schema: str
    position: int
    status: str
    serving: bool
    fault_position: int | None
    fault: str | None
    root: str | None = None
    root_position: int | None = None
    retired: bool = False

    @property
    def kept(self) -> bool:
        """Whether readers had or have it, and its tables are still there."""
        return (self.serving or self.retired) and self.status != "dropped"


class NotTheOnlyBuilder(RuntimeError):  # noqa: N818 - named for the state of things
    """Another rebuild of this projection is at work; wait for it, or end it, and start again."""


def connect(conninfo: str) -> Connection[Any]:
    """Open a connection for a driver, in autocommit mode; its login is a member of `ledger_projector`.

    Raise psycopg.OperationalError.
    """
    connection = psycopg.connect(
        conninfo, autocommit=True, application_name="mingze projections", client_encoding="UTF8"
    )
    connection.execute(_SQL["plan"])
    return connection


def builds(connection: Connection[Any], projection: str | None = None) -> list[Build]:
    """Return the builds of one projection, or of all, oldest first."""
    with connection.cursor(row_factory=class_row(Build)) as cursor:
        return cursor.execute(_SQL["of" if projection else "all"], {"projection": projection}).fetchall()


def serving(connection: Connection[Any], projection: str) -> Build | None:
    """Return the build that serves readers of a projection."""
    return next((build for build in builds(connection, projection) if build.serving), None)


def last_retired(connection: Connection[Any], projection: str) -> Build | None:
    """Return the kept build that served last before the one that serves now."""
    with connection.cursor(row_factory=class_row(Build)) as cursor:
        return cursor.execute(_SQL["last_retired"], {"projection": projection}).fetchone()


def hold(connection: Connection[Any], schema: str) -> Build | None:
    """Return a build and keep everybody else from moving it until this transaction ends; None if it was dropped."""
    with connection.cursor(row_factory=class_row(Build)) as cursor:
        return cursor.execute(_SQL["hold"], {"schema": schema}).fetchone()


@contextmanager
def only_builder(connection: Connection[Any], projection: str) -> Iterator[None]:
    """Be the only rebuild of a projection, or raise NotTheOnlyBuilder; dead builders hold nothing."""
    if not connection.execute(_SQL["reserve"], {"projection": projection}).fetchall()[0][0]:
        raise NotTheOnlyBuilder(f"another rebuild of {projection} is at work; wait for it or end it, then start again")
    try:
        yield
    finally:
        connection.execute(_SQL["release"], {"projection": projection})


def begin(connection: Connection[Any], projection: Projection) -> Build:
    """Make an empty build without indexes; whoever is a member of `ledger_reader` may read it."""
    with connection.transaction(), connection.cursor(row_factory=class_row(Build)) as cursor:
        named = {"projection": projection.name, "version": projection.version}
        build = cursor.execute(_SQL["begin"], named).fetchall()[0]
        connection.execute(_SQL["own"])
        connection.execute(tables.fill(_SQL["create_schema"], schema=build.schema))
        tables.create_route(connection, build.schema)
        for view in projection.views:
            tables.create(connection, build.schema, view)
        connection.execute(tables.fill(_SQL["let_read"], schema=build.schema))
    return build


def index(connection: Connection[Any], projection: Projection, build: Build) -> None:
    """Add the indexes to a loaded build."""
    with connection.transaction():
        for view in projection.views:
            tables.identify(connection, build.schema, view)
        if "indexes" in projection.statements:
            connection.execute(tables.fill(projection.statements["indexes"], schema=build.schema))


def reach(
    connection: Connection[Any], schema: str, position: int, fault: str | None = None, fault_position: int | None = None
) -> None:
    """Say what position a build stands at, and what stops it there; part of the transaction that wrote its rows."""
    stands = {
        "schema": schema,
        "position": position,
        "status": "faulted" if fault else "running",
        "fault_position": fault_position,
        "fault": fault,
    }
    connection.execute(_SQL["reach"], stands)


def switch(connection: Connection[Any], build: Build) -> None:
    """Let this build serve from now on; part of a transaction that holds it and the one before."""
    connection.execute(_SQL["retire"], {"projection": build.projection})
    connection.execute(_SQL["serve"], {"schema": build.schema})


def note_root(connection: Connection[Any], build: Build, root: str, position: int) -> Build:
    """Note what state root a build had at a position."""
    connection.execute(_SQL["note_root"], {"schema": build.schema, "root": root, "position": position})
    return replace(build, root=root, root_position=position)


def discard_idle(connection: Connection[Any], projection: str, kept: int = KEPT) -> None:
    """Drop the tables of builds that nobody reads any more; only the one rebuild of a projection may, lest it drop another's.

    kept  how many that served before stay, the last ones, to be asked and to go back to
    """
    for (schema,) in connection.execute(_SQL["idle"], {"projection": projection, "kept": kept}).fetchall():
        with connection.transaction():
            connection.execute(tables.fill(_SQL["drop_schema"], schema=schema))
            connection.execute(_SQL["forget"], {"schema": schema})
