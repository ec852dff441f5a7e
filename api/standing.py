"""How things stand: is the database there, migrated, the ledger open, and how far behind is each projection.

Behind /readyz, /status and `mingze status`. Keeps: it only looks, and what it cannot see it says; nothing here is an error.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version

import psycopg
from psycopg import Connection, errors

from ledger.days import instant
from ledger.migrations import migrations
from ledger.statements import load
from projections import builds
from projections.builds import Projection

SQL = load("api", "standing.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """One projection: the position it has reached, how many facts it lacks, and what stops it, if anything does.

    `root`: the state root of the build, as known at `root_position`, when that was last asked; `kept`: earlier builds that still answer.
    """

    name: str
    version: int
    position: int
    lag: int
    status: str
    fault_position: int | None = None
    fault: str | None = None
    build: int = 0
    root: str | None = None
    root_position: int | None = None
    kept: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """`missing`: steps that `mingze migrate` would take; `left_out`: guards that this database lacks; `head` 0: not open."""

    program: str
    reachable: bool
    migrated: bool = False
    missing: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    open: bool = False
    head: int = 0
    recorded_at: str | None = None
    synthetic_clock: bool = False
    projections: tuple[Followed, ...] = ()
    unbuilt: tuple[str, ...] = ()

    @property
    def ready(self) -> bool:
        """Whether questions can be answered and commands accepted, and it is known how old an answer is."""
        return self.reachable and self.migrated and self.open and not self.unbuilt


def look(connection: Connection[tuple[object, ...]], projections: Sequence[Projection]) -> Standing:
    """Look at a database; raise psycopg.OperationalError when the connection is lost."""
    program = version("mingze")
    try:
        journal = connection.execute(SQL["journal"]).fetchall()
        size, recorded_at, synthetic = connection.execute(SQL["head"]).fetchall()[0]
    except (errors.UndefinedTable, errors.InvalidSchemaName, errors.InsufficientPrivilege, IndexError):
        return Standing(program=program, reachable=True, missing=tuple(step.name for step in migrations()))
    applied = {number for number, _, _ in journal}
    missing = tuple(step.name for step in migrations() if step.number not in applied)
    followed = _followed(connection, int(str(size)), projections)
    return Standing(
        program=program,
        reachable=True,
        migrated=not missing,
        missing=missing,
        left_out=tuple(str(name) for _, name, done in journal if not done),
        open=bool(size),
        head=int(str(size)),
        recorded_at=instant(int(str(recorded_at))).isoformat() if size else None,
        synthetic_clock=bool(synthetic),
        projections=followed,
        unbuilt=tuple(sorted({each.name for each in projections} - {each.name for each in followed})),
    )


def look_at(dsn: str, projections: Sequence[Projection]) -> Standing:
    """Look at a database by its address; one that cannot be reached is said to be so."""
    try:
        with psycopg.connect(dsn, autocommit=True, connect_timeout=5) as connection:
            return look(connection, projections)
    except psycopg.OperationalError:
        return Standing(program=version("mingze"), reachable=False)


def _followed(
    connection: Connection[tuple[object, ...]], head: int, projections: Sequence[Projection]
) -> tuple[Followed, ...]:
    try:
        held = builds.builds(connection)
    except (errors.UndefinedTable, errors.UndefinedColumn, errors.InvalidSchemaName, errors.InsufficientPrivilege):
        return ()
    known = {each.name for each in projections}
    return tuple(
        Followed(
            name=build.projection,
            version=build.version,
            position=build.position,
            lag=max(0, head - build.position),
            status=build.status,
            fault_position=build.fault_position,
            fault=build.fault,
            build=build.build,
            root=build.root,
            root_position=build.root_position,
            kept=tuple(
                each.build for each in held if each.retired and each.kept and each.projection == build.projection
            ),
        )
        for build in held
        if build.serving and build.projection in known
    )
