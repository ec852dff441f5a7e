"""Two builds of one projection held against each other: which rows are the same, which are not, and in which columns they differ.

Keeps: both are looked at as known at one position, so neither has to stand still; the database merges them table by table, so that
memory stays bounded however much they hold.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import Connection

from ledger.statements import load
from projections.builds import Build
from projections.roots import Table, as_known, put, root, shape

_SQL = load("projections", "comparing.sql")
SAMPLES = 10  # of each group


@dataclass(frozen=True, slots=True)
class Sample:
    """One row as either build has it, whole; None where it has no such row."""

    old: Mapping[str, Any] | None
    new: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that differ in one way: `kind` is only_old, only_new or changed, `columns` are those that changed."""

    kind: str
    columns: tuple[str, ...]
    rows: int
    samples: Sequence[Sample]


@dataclass(frozen=True, slots=True)
class TableDifference:
    """One table in both builds: how many rows are equal, and the groups of those that are not.

    A column that only one of them has is named and not compared; the rows are told apart by the others.
    """

    table: str
    equal: int
    identity: tuple[str, ...]
    columns_gone: tuple[str, ...]
    columns_added: tuple[str, ...]
    groups: Sequence[Group]

    def rows(self, kind: str) -> int:
        """Count the rows of one kind."""
        return sum(group.rows for group in self.groups if group.kind == kind)


@dataclass(frozen=True, slots=True)
class Difference:
    """Two builds as known at one position, with their state roots; the roots are the same exactly where the builds are."""

    position: int
    old: Build
    new: Build
    old_root: str
    new_root: str
    tables: Sequence[TableDifference]

    @property
    def rows(self) -> int:
        """How many rows differ, over all tables."""
        return sum(group.rows for table in self.tables for group in table.groups)

    @property
    def equal(self) -> bool:
        return self.old_root == self.new_root


def compare(connection: Connection[Any], old: Build, new: Build, position: int) -> Difference:
    """Hold two builds against each other as known at a position that both have reached."""
    before, after = shape(connection, old.schema), shape(connection, new.schema)
    told = []
    for name in sorted(before.keys() | after.keys()):
        with connection.transaction():
            connection.execute(_SQL["session"])
            told.append(_compared(connection, (old.schema, before.get(name)), (new.schema, after.get(name)), position))
    old_root, new_root = (root(connection, build.schema, position) for build in (old, new))
    return Difference(position, old, new, old_root, new_root, told)


def _compared(
    connection: Connection[Any], old: tuple[str, Table | None], new: tuple[str, Table | None], position: int
) -> TableDifference:
    (before, was), (after, now) = old, new
    if was is None or now is None or was.identity != now.identity:
        return _apart(connection, old, new, position)
    shared = tuple(name for name in was.columns if was.columns[name] == now.columns.get(name))
    sides = {"old": as_known(before, was, shared, position), "new": as_known(after, now, shared, position)}
    compared = _statement(was.identity, shared, sides)
    groups = connection.execute(put(_SQL["groups"], compared=compared)).fetchall()
    samples = _samples(connection, compared, was.identity, sides) if any(kind != "equal" for kind, *_ in groups) else {}
    return TableDifference(
        table=was.name,
        equal=sum(rows for kind, _, rows in groups if kind == "equal"),
        identity=was.identity,
        columns_gone=tuple(name for name in was.columns if name not in shared),
        columns_added=tuple(name for name in now.columns if name not in shared),
        groups=[
            Group(kind, tuple(causes), rows, samples[kind, tuple(causes)])
            for kind, causes, rows in groups
            if kind != "equal"
        ],
    )


def _statement(identity: tuple[str, ...], shared: tuple[str, ...], sides: Mapping[str, bytes]) -> bytes:
    rest = [name for name in shared if name not in identity]
    return put(
        _SQL["compared"],
        **sides,
        identity=", ".join(identity),
        same=" and ".join(f"old.{name} is not distinct from new.{name}" for name in rest),
        causes=", ".join(f"case when old.{name} is distinct from new.{name} then '{name}' end" for name in rest),
    )


def _samples(
    connection: Connection[Any], compared: bytes, identity: tuple[str, ...], sides: Mapping[str, bytes]
) -> dict[tuple[str, tuple[str, ...]], list[Sample]]:
    statement = put(_SQL["samples"], compared=compared, **sides, identity=", ".join(identity))
    found: dict[tuple[str, tuple[str, ...]], list[Sample]] = {}
    for kind, causes, was, now in connection.execute(statement, {"most": SAMPLES}).fetchall():
        found.setdefault((kind, tuple(causes)), []).append(Sample(was, now))
    return found


def _apart(
    connection: Connection[Any], old: tuple[str, Table | None], new: tuple[str, Table | None], position: int
) -> TableDifference:
    """Tables that nothing holds together: one is missing, or names its rows by other columns. All rows differ, and are counted."""
    groups, held = [], []
    for kind, (schema, table) in (("only_old", old), ("only_new", new)):
        held.append(tuple(table.columns) if table else ())
        if table:
            counted = put(_SQL["count"], held=as_known(schema, table, table.identity, position))
            groups.append(Group(kind, (), connection.execute(counted).fetchall()[0][0], ()))
    named = old[1] or new[1]
    return TableDifference(named.name if named else "", 0, (), held[0], held[1], groups)
