"""The rebuild driver: the whole log through the same fold into a new schema, indexed after loading, then switched to.

Keeps: readers see the build before or the one after, never a mixture; a rebuild that dies leaves a schema that nobody reads and
the next one drops. No long transaction is held, so that the log's writers are not slowed down.
"""

import gc
from bisect import insort
from collections import defaultdict
from dataclasses import replace
from itertools import islice
from operator import attrgetter
from typing import Any
from uuid import UUID

from psycopg import Connection

from ledger.encoding import Recorded
from ledger.events import Fact
from projections import builds, log, tables
from projections.builds import Build, Projection
from projections.engine import Poisoned, View, run
from projections.live import advance, concerned

ROWS = 100_000  # a transaction


def rebuild(connection: Connection[Any], projection: Projection) -> Build:
    """Build a projection anew and let readers have it once it has caught up; return where the new build stands.

    A poisoned fact ends it before that fact: such a build serves only if it holds what the one before it does.
    Raise NotTheOnlyBuilder while another rebuild of this projection is at work. The connection is in autocommit mode.
    """
    with builds.only_builder(connection, projection.name):
        schema = _load(connection, projection, log.head(connection))
        while True:
            advance(connection, projection, schema)
            if (build := _take_over(connection, schema)) is not None:
                return build


def _load(connection: Connection[Any], projection: Projection, upto: int) -> str:
    builds.discard_idle(connection, projection.name)
    build = builds.begin(connection, projection)
    gc.disable()  # a million facts and rows, none of them in a cycle: looking for one doubles the time
    try:
        told = _told(connection, projection, build.schema, upto)
        for view in projection.views:
            _write(connection, build.schema, view, told)
    except Poisoned as poison:
        return _load(connection, projection, poison.position - 1)
    finally:
        gc.enable()
    builds.index(connection, projection, build)
    with connection.transaction():
        builds.reach(connection, build.schema, upto)
    return build.schema


def _take_over(connection: Connection[Any], schema: str) -> Build | None:
    """Let the build serve if readers lose nothing by it, and return it; None while it has to catch up first."""
    with connection.transaction():
        build = builds.hold(connection, schema)
        if build is None:
            raise LookupError(f"{schema} was dropped while it was built; rebuild again")
        before = builds.serving(connection, build.projection)
        if before is not None:
            before = builds.hold(connection, before.schema)  # from here on nobody moves it
        if before is not None and build.position < before.position:
            return build if build.status == "faulted" else None
        builds.switch(connection, build)
        return replace(build, serving=True)


def _told(
    connection: Connection[Any], projection: Projection, schema: str, upto: int
) -> dict[UUID, list[Recorded[Fact]]]:
    """Read the log once and hand every key the facts that concern it, by position; keep the routes for the live driver."""
    told: defaultdict[UUID, list[Recorded[Fact]]] = defaultdict(list)
    moved: defaultdict[int, list[UUID]] = defaultdict(list)
    routes: set[tuple[UUID, int]] = set()
    for fact in log.between(connection, 0, upto, projection.topics):
        for key, position in concerned(connection, projection, [fact]):
            if position == fact.position:
                told[key].append(fact)
            else:  # a correction moves an older fact to this key
                moved[position].append(key)
            if position != fact.position or key != fact.stream:
                routes.add((key, position))
    for fact in log.at(connection, moved):
        for key in moved[fact.position]:
            insort(told[key], fact, key=attrgetter("position"))
    tables.add_routes(connection, schema, routes)
    return told


def _write(connection: Connection[Any], schema: str, view: View[Any], told: dict[UUID, list[Recorded[Fact]]]) -> None:
    versions = (version for key, facts in told.items() for version in run(view, key, facts).inserts)
    while chunk := list(islice(versions, ROWS)):
        tables.insert(connection, schema, view, chunk)
