"""What a projection's rows are made of: annotated columns, their SQL types, and the bytes that COPY takes.

A row class is a list of columns and nothing else; order of annotation is order of columns. Values leave here in
PostgreSQL's binary COPY format, so that a rebuild writes as fast as the database reads. Pure.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from datetime import date
from functools import cache
from types import NoneType, UnionType
from typing import Any, Final, NamedTuple, cast, get_args, get_origin, get_type_hints
from uuid import UUID

import msgspec

OPEN: Final = 2**63 - 1  # `known_to` of what is still believed; a number, because null would need its own index
FOREVER: Final = date(9999, 12, 31)  # `effective_to` of what has no end; `infinity` cannot be loaded by Python


class Row(msgspec.Struct, frozen=True):
    """One row's own columns: `int`, `str`, `bool`, `date`, `UUID`, `tuple[str, ...]`, each also `| None`."""


class Version(NamedTuple):
    """A row of `key` with both clocks: believed at positions from..to-1, about the days from..to-1."""

    key: UUID
    known_from: int
    known_to: int
    effective_from: date
    effective_to: date
    row: Row


class Column(NamedTuple):
    """A column as the database sees it."""

    name: str
    type: str


class _Kind(NamedTuple):
    sql: str
    packed: str  # Python for the cell's bytes in a binary COPY: its length, then the value


_KINDS: Final[dict[Any, _Kind]] = {
    bool: _Kind("boolean", "truth(1, {})"),
    int: _Kind("bigint", "number(8, {})"),
    date: _Kind("date", "day(4, {}.toordinal() - first_day)"),
    UUID: _Kind("uuid", "uuid({})"),
    str: _Kind("text", "text({})"),
    tuple[str, ...]: _Kind("text[]", "array(25, text, {})"),
    tuple[UUID, ...]: _Kind("uuid[]", "array(2950, uuid, {})"),
}


def _uuid(value: UUID) -> bytes:
    return b"\x00\x00\x00\x10" + value.bytes


def _text(value: str) -> bytes:
    encoded = value.encode()
    return _LENGTH.pack(len(encoded)) + encoded


def _array(oid: int, pack: Callable[[Any], bytes], values: Sequence[Any]) -> bytes:
    shape = struct.pack("!iiiii", 1, 0, oid, len(values), 1) if values else struct.pack("!iii", 0, 0, oid)
    body = shape + b"".join(map(pack, values))
    return _LENGTH.pack(len(body)) + body


_LENGTH = struct.Struct("!i")
_CLOCKS = struct.Struct("!h i16s iq iq ii ii".replace(" ", ""))
_PACKING: Final[dict[str, Any]] = {
    "clocks": _CLOCKS.pack,
    "truth": struct.Struct("!i?").pack,
    "number": struct.Struct("!iq").pack,
    "day": struct.Struct("!ii").pack,
    "uuid": _uuid,
    "text": _text,
    "array": _array,
    "null": _LENGTH.pack(-1),
    "first_day": date(2000, 1, 1).toordinal(),  # PostgreSQL counts days from here
}
CLOCKS: Final = (
    Column("key", "uuid not null"),
    Column("known_from", "bigint not null"),
    Column("known_to", "bigint not null"),
    Column("effective_from", "date not null"),
    Column("effective_to", "date not null"),
)


def columns(row_type: type[Row]) -> tuple[Column, ...]:
    """Give the row's own columns in order; a column that may be null has no `not null` in its type."""
    return tuple(
        Column(name, _KINDS[kind].sql if optional else f"{_KINDS[kind].sql} not null")
        for name, (kind, optional) in _annotations(row_type).items()
    )


@cache
def packer(row_type: type[Row]) -> Callable[[Version], bytes]:
    """Give the function that turns a row version into its bytes in a binary COPY.

    It is written out cell by cell, because a loop over the columns takes twice as long, and a rebuild does little else.
    """
    cells = [_packed(f"version[5].{name}", *kind) for name, kind in _annotations(row_type).items()]
    clocks = f"""clocks({len(CLOCKS) + len(cells)}, 16, version[0].bytes, 8, version[1], 8, version[2],
        4, version[3].toordinal() - first_day, 4, version[4].toordinal() - first_day)"""
    pack = eval(f"lambda version: {' + '.join([clocks, *cells])}", dict(_PACKING))  # noqa: S307 - our own columns' names
    return cast("Callable[[Version], bytes]", pack)


def _packed(cell: str, kind: Any, optional: bool) -> str:
    packed = _KINDS[kind].packed.format(cell)
    return f"(null if {cell} is None else {packed})" if optional else packed


def _annotations(row_type: type[Row]) -> dict[str, tuple[Any, bool]]:
    hints = get_type_hints(row_type)
    return {name: _kind(hints[name], f"{row_type.__name__}.{name}") for name in row_type.__struct_fields__}


def _kind(annotation: Any, where: str) -> tuple[Any, bool]:
    optional = get_origin(annotation) is UnionType and NoneType in get_args(annotation)
    kind = next(arm for arm in get_args(annotation) if arm is not NoneType) if optional else annotation
    if kind not in _KINDS:
        raise TypeError(f"{where}: a column cannot hold {annotation}")
    return kind, optional
