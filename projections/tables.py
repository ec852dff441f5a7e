"""A view's table in one build: made from its row class, filled by COPY, closed by one UPDATE, summed to a digest.

Last step of every projection. Keeps: of a row only `known_to` ever changes, once, and exactly as often as the fold says.
"""

from collections.abc import Collection
from functools import cache
from hashlib import sha256
from typing import Any
from uuid import UUID

from psycopg import Connection

from ledger.statements import load
from projections.engine import View
from projections.rows import CLOCKS, Column, Version, columns, packer

_SQL = load("projections", "tables.sql")
_BUFFER = 1 << 16
_COPY_HEADER, _COPY_TRAILER = b"PGCOPY\n\xff\r\n\0" + bytes(8), b"\xff\xff"


class RowsDisagree(RuntimeError):  # noqa: N818 - named for the state of things
    """The table holds other rows than the fold says it should; nothing was written."""


@cache
def fill(statement: bytes, **names: str) -> bytes:
    """Put names of tables and columns, which are this program's own and never a user's, in a statement's {places}."""
    for place, name in names.items():
        statement = statement.replace(b"{%s}" % place.encode(), name.encode())
    return statement


def create(connection: Connection[Any], schema: str, view: View[Any]) -> None:
    """Make the view's table, without an index: what is loaded first is indexed after."""
    declared = [f"{name} {kind}" for name, kind in _columns(view)]
    connection.execute(fill(_SQL["create_table"], schema=schema, table=view.name, columns=", ".join(declared)))


def create_route(connection: Connection[Any], schema: str) -> None:
    """Make the table of facts that concern other keys than their stream."""
    connection.execute(fill(_SQL["create_route"], schema=schema))


def identify(connection: Connection[Any], schema: str, view: View[Any]) -> None:
    """Add the key that names a row version; closings go by it."""
    identity = ", ".join(view.identity)
    connection.execute(fill(_SQL["add_identity"], schema=schema, table=view.name, identity=identity))


def insert(connection: Connection[Any], schema: str, view: View[Any], versions: Collection[Version]) -> None:
    """Add row versions."""
    if not versions:
        return
    pack = packer(view.row_type)
    with (
        connection.cursor() as cursor,
        cursor.copy(fill(_SQL["copy_in"], schema=schema, table=view.name)) as copy,
    ):
        buffer = bytearray(_COPY_HEADER)
        for version in versions:
            buffer += pack(version)
            if len(buffer) > _BUFFER:
                copy.write(bytes(buffer))
                buffer.clear()
        copy.write(bytes(buffer) + _COPY_TRAILER)


def close(connection: Connection[Any], schema: str, view: View[Any], versions: Collection[Version]) -> None:
    """Set `known_to` of row versions that were open until now; raise RowsDisagree unless each was there and open."""
    if not versions:
        return
    kinds = dict(_columns(view))
    statement = fill(
        _SQL["close"],
        schema=schema,
        table=view.name,
        arrays=", ".join(f"%({name})s::{kinds[name].removesuffix(' not null')}[]" for name in view.identity),
        identity=", ".join(view.identity),
        believed=", ".join(f"believed.{name}" for name in view.identity),
        closed=", ".join(f"closed.{name}" for name in view.identity),
    )
    arrays = {name: [_value(version, name) for version in versions] for name in (*view.identity, "known_to")}
    closed = connection.execute(statement, arrays).rowcount
    if closed != len(versions):
        raise RowsDisagree(f"{schema}.{view.name}: {len(versions)} rows to close, {closed} found open")


def add_routes(connection: Connection[Any], schema: str, routes: Collection[tuple[UUID, int]]) -> None:
    """Remember that these keys are concerned by the facts at these positions."""
    if routes:
        keys, positions = zip(*routes, strict=True)
        statement = fill(_SQL["add_routes"], schema=schema)
        connection.execute(statement, {"keys": list(keys), "positions": list(positions)})


def digest(connection: Connection[Any], schema: str, view: View[Any]) -> str:
    """Return the SHA-256 (hex) of every row of the table in the order of its identity; the same on every machine."""
    whole = sha256()
    with connection.cursor() as cursor:
        names = ", ".join(view.identity)
        with cursor.copy(fill(_SQL["dump"], schema=schema, table=view.name, identity=names)) as copy:
            for data in copy:
                whole.update(data)
    return whole.hexdigest()


def _columns(view: View[Any]) -> list[Column]:
    return [*CLOCKS, *columns(view.row_type)]


def _value(version: Version, name: str) -> Any:
    return getattr(version, name) if name in Version._fields else getattr(version.row, name)
