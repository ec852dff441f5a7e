"""The rebuild driver: the whole log through the same fold into a new schema, indexed after loading, then switched to.

Keeps: readers see the build before or the one after, never a mixture; a rebuild that dies leaves a schema that nobody reads and
the next one drops. No long transaction is held, so that the log's writers are not slowed down.
"""

import gc
import time
from bisect import insort
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from operator import attrgetter
from typing import Any
from uuid import UUID

from psycopg import Connection

from ledger.encoding import Recorded
from ledger.events import Fact
from projections import builds, log, tables
from projections.builds import KEPT, Build, Projection
from projections.engine import Poisoned, View, run
from projections.live import advance, concerned
from projections.roots import root

ROWS = 100_000  # a transaction
STEP = 5_000  # facts read, or keys folded, between two looks at the pace


class Pace:
    """How much of the time a build may work, in per cent, and whom it tells how far it is; it rests between its steps."""

    def __init__(self, share: int = 100, told: Callable[[int, int], None] = lambda _done, _of: None) -> None:
        self.share, self.told, self.began = share, told, time.monotonic()

    def step(self, done: int, of: int) -> None:
        """Say how far the build is, and rest as long as the share demands."""
        self.told(done, of)
        worked = time.monotonic() - self.began
        if self.share < 100:
            time.sleep(worked * (100 - self.share) / self.share)
        self.began = time.monotonic()


def rebuild(
    connection: Connection[Any], projection: Projection, *, kept: int = KEPT, pace: Pace | None = None
) -> Build:
    """Build a projection anew and let readers have it once it has caught up; return where the new build stands.

    A poisoned fact ends it before that fact: such a build serves only if it holds what the one before it does. Of the builds that
    served before, the last `kept` stay. Raise NotTheOnlyBuilder while another rebuild of this projection is at work. The connection
    is in autocommit mode.
    """
    with builds.only_builder(connection, projection.name):
        return let_serve(connection, projection, build(connection, projection, kept=kept, pace=pace), kept=kept)


def build(connection: Connection[Any], projection: Projection, *, kept: int = KEPT, pace: Pace | None = None) -> Build:
    """Build a projection beside the one that serves, up to the head; only its one builder may. What is idle is dropped first."""
    schema = _load(connection, projection, log.head(connection), kept, pace or Pace())
    return catch_up(connection, projection, schema, 0)


def catch_up(connection: Connection[Any], projection: Projection, schema: str, position: int) -> Build:
    """Bring a build to a position at least, unless a fault stops it before; return where it stands."""
    while True:
        build = advance(connection, projection, schema)
        if build is None:
            raise LookupError(f"{schema} was dropped while it was built; rebuild again")
        if build.position >= position or build.status == "faulted":
            return build


def let_serve(connection: Connection[Any], projection: Projection, build: Build, *, kept: int = KEPT) -> Build:
    """Note a build's state root, bring it to where the one before it stands, and switch in one transaction; return how it stands.

    A build that a fault keeps from getting there does not serve. Only the one builder of the projection may.
    """
    if build.root is None:
        build = noted(connection, build, build.position)
    while True:
        taken = _take_over(connection, build.schema)
        if taken is None:
            advance(connection, projection, build.schema)
            continue
        if taken.serving:
            builds.discard_idle(connection, projection.name, kept)
        return taken


def noted(connection: Connection[Any], build: Build, position: int) -> Build:
    """Compute a build's state root at a position that it has reached, and note it."""
    return builds.note_root(connection, build, root(connection, build.schema, position), position)


def _load(connection: Connection[Any], projection: Projection, upto: int, kept: int, pace: Pace) -> str:
    builds.discard_idle(connection, projection.name, kept)
    build = builds.begin(connection, projection)
    gc.disable()  # a million facts and rows, none of them in a cycle: looking for one doubles the time
    try:
        told = _told(connection, projection, build.schema, upto, pace)
        for number, view in enumerate(projection.views):
            _write(connection, build.schema, view, _paced(told, number, len(projection.views), upto, pace))
    except Poisoned as poison:
        return _load(connection, projection, poison.position - 1, kept, pace)
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
        return replace(build, serving=True, retired=False)


Told = dict[UUID, list[Recorded[Fact]]]


def _told(connection: Connection[Any], projection: Projection, schema: str, upto: int, pace: Pace) -> Told:
    """Read the log once and hand every key the facts that concern it, by position; keep the routes for the live driver."""
    told: defaultdict[UUID, list[Recorded[Fact]]] = defaultdict(list)
    moved: defaultdict[int, list[UUID]] = defaultdict(list)
    routes: set[tuple[UUID, int]] = set()
    for number, fact in enumerate(log.between(connection, 0, upto, projection.topics), start=1):
        if number % STEP == 0:
            pace.step(fact.position, 2 * upto)
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


def _paced(told: Told, view: int, views: int, upto: int, pace: Pace) -> Iterator[tuple[UUID, list[Recorded[Fact]]]]:
    """Give every key with its facts; reading the log is half of the way, folding it into every view the other."""
    for number, each in enumerate(told.items(), start=1):
        yield each
        if number % STEP == 0 or number == len(told):
            pace.step(upto + upto * (view * len(told) + number) // (views * len(told)), 2 * upto)


def _write(
    connection: Connection[Any], schema: str, view: View[Any], told: Iterator[tuple[UUID, list[Recorded[Fact]]]]
) -> None:
    versions = (version for key, facts in told for version in run(view, key, facts).inserts)
    while chunk := list(islice(versions, ROWS)):
        tables.insert(connection, schema, view, chunk)
