"""The state root of a build: one digest over every row of all its tables, as known at a position.

Read off the tables as they lie there, so that it can be asked of a build that another program made. Keeps: the same facts up to a
position give the same root, on every machine, by whichever path the build came there and however far it has gone since.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from psycopg import Connection

from ledger.statements import load
from projections.builds import Projection
from projections.rows import CLOCKS, columns

_SQL = load("projections", "roots.sql")


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a build as it lies there: columns with their types, in order, and those that together name a row version."""

    name: str
    columns: Mapping[str, str]
    identity: tuple[str, ...]


def shape(connection: Connection[Any], schema: str) -> dict[str, Table]:
    """Return the tables of a build by name; the routes, by which a fold finds its facts again, are nobody's answer and left out."""
    found: dict[str, dict[str, tuple[str, int]]] = {}
    for table, column, kind, place in connection.execute(_SQL["shape"], {"schema": schema}).fetchall():
        found.setdefault(table, {})[column] = (kind, place)
    return {
        name: Table(
            name,
            {column: kind for column, (kind, _) in held.items()},
            tuple(sorted((each for each in held if held[each][1] >= 0), key=lambda each: held[each][1])),
        )
        for name, held in found.items()
    }


def fits(connection: Connection[Any], projection: Projection, schema: str) -> bool:
    """Say whether a build holds what this program's questions ask for: every table, with the same columns."""
    held = shape(connection, schema)
    return all(
        view.name in held and held[view.name].columns == {name: kind.removesuffix(" not null") for name, kind in wanted}
        for view in projection.views
        for wanted in [(*CLOCKS, *columns(view.row_type))]
    )


def root(connection: Connection[Any], schema: str, position: int) -> str:
    """Return the state root (SHA-256, hex) of a build that has reached `position`; raise LookupError if it was dropped."""
    return of_digests(digests(connection, schema, position))


def digests(connection: Connection[Any], schema: str, position: int) -> dict[str, str]:
    """Return by table the digest of its rows as known at a position; raise LookupError if the build was dropped."""
    held = shape(connection, schema)
    if not held:
        raise LookupError(f"{schema} was dropped")
    return {table.name: _digest(connection, schema, table, position) for table in held.values()}


def of_digests(held: Mapping[str, str]) -> str:
    """Return the state root of tables by their digests."""
    return sha256("".join(f"{name} {held[name]}\n" for name in sorted(held)).encode()).hexdigest()


def as_known(schema: str, table: Table, names: tuple[str, ...], position: int) -> bytes:
    """Return the statement that gives columns of a table as it stood at a position."""
    asked = ", ".join("known_by as known_to" if name == "known_to" else name for name in names)
    return put(_SQL["as_known"], columns=asked, schema=schema, table=table.name, position=str(position))


def put(statement: bytes, **names: str | bytes) -> bytes:
    """Put names and whole statements in a statement's {places}; `tables.fill` remembers what it filled, this does not."""
    for place, name in names.items():
        statement = statement.replace(b"{%s}" % place.encode(), name if isinstance(name, bytes) else name.encode())
    return statement


def _digest(connection: Connection[Any], schema: str, table: Table, position: int) -> str:
    rows = sha256(", ".join(f"{name} {kind}" for name, kind in table.columns.items()).encode())
    # By bytes, not by the rules of a language: those differ from one server to the next.
    order = ", ".join(f'{name} collate "C"' if table.columns[name] == "text" else name for name in table.identity)
    held = as_known(schema, table, tuple(table.columns), position)
    with connection.cursor() as cursor, cursor.copy(put(_SQL["dump"], as_known=held, order=order)) as copy:
        for data in copy:
            rows.update(data)
    return rows.hexdigest()
