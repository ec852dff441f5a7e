"""The live driver: whatever the log holds beyond a build is folded, and rows and position are committed together.

Keeps: it reads the log and never its own rows, so it may die anywhere and be started again; the build is held while it moves,
so that two drivers could do no harm. A poisoned fact stops the build before it, for all to see; nothing is ever skipped.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

from psycopg import Connection

from ledger.encoding import Recorded
from ledger.events import Fact, RecordCorrected
from projections import builds, log, tables
from projections.builds import Build, Projection
from projections.engine import Poisoned, run

BATCH = 5_000  # positions a transaction


def advance(connection: Connection[Any], projection: Projection, schema: str, most: int = BATCH) -> Build | None:
    """Fold the next positions, at most `most`, in one transaction; return where the build then stands, None if it is gone.

    At a poisoned fact everything before it is committed and the build is marked as faulted there; it goes on when asked again
    by a program that can fold it. A table that holds other rows than it should is marked too: it needs a rebuild.
    """
    poison: Poisoned | None = None
    while True:
        try:
            with connection.transaction():
                return _step(connection, projection, schema, most, poison)
        except Poisoned as found:  # nothing of the batch was written; it is tried again, up to just before this fact
            poison = found
        except tables.RowsDisagree as disagreement:
            with connection.transaction():
                return _fault(connection, schema, str(disagreement))


def concerned(
    connection: Connection[Any], projection: Projection, facts: Iterable[Recorded[Fact]]
) -> Iterator[tuple[UUID, int]]:
    """Yield (key, position) for every key that must be shown a fact: also what a correction moves to a key, with what it corrects."""
    for recorded in facts:
        for key in projection.keys(recorded):
            yield key, recorded.position
        if isinstance(recorded.fact, RecordCorrected) and recorded.fact.route_keys:
            for position in _corrected(connection, recorded):
                yield from ((key, position) for key in recorded.fact.route_keys)


def _step(
    connection: Connection[Any], projection: Projection, schema: str, most: int, poison: Poisoned | None
) -> Build | None:
    build = builds.hold(connection, schema)
    if build is None:
        return None
    upto = min(log.head(connection), build.position + most, *([poison.position - 1] if poison else []))
    if upto > build.position:
        _fold(connection, projection, build, upto)
        # At this point rows and position are in one transaction: both are seen, or neither.
        builds.reach(connection, schema, upto)
        build = replace(build, position=upto, status="running", fault_position=None, fault=None)
    return _fault(connection, schema, poison.fault, poison.position) if poison else build


def _fault(connection: Connection[Any], schema: str, fault: str, position: int | None = None) -> Build | None:
    build = builds.hold(connection, schema)
    if build is not None:
        builds.reach(connection, schema, build.position, fault, position)
        build = replace(build, status="faulted", fault_position=position, fault=fault)
    return build


def _fold(connection: Connection[Any], projection: Projection, build: Build, upto: int) -> None:
    new = {fact.position: fact for fact in log.between(connection, build.position, upto, projection.topics)}
    shown: defaultdict[UUID, set[int]] = defaultdict(set)
    for key, position in concerned(connection, projection, new.values()):
        shown[key].add(position)
    routes = [(key, at) for key, seen in shown.items() for at in seen if at not in new or new[at].stream != key]
    tables.add_routes(connection, build.schema, routes)
    told = log.of_keys(connection, build.schema, shown, build.position, projection.topics)
    for key, seen in shown.items():
        told[key].extend(new[at] for at in sorted(seen) if at in new)
    for view in projection.views:
        changes = [run(view, key, facts, after=build.position) for key, facts in told.items()]
        tables.insert(connection, build.schema, view, [new for change in changes for new in change.inserts])
        tables.close(connection, build.schema, view, [old for change in changes for old in change.closings])


def _corrected(connection: Connection[Any], correction: Recorded[Fact]) -> Iterator[int]:
    """Yield the position that a correction names and, where another correction stands there, the one that it names in turn."""
    while isinstance(correction.fact, RecordCorrected) and correction.fact.corrects < correction.position:
        yield correction.fact.corrects
        correction, *_ = log.at(connection, [correction.fact.corrects]) or [replace(correction, position=0)]
