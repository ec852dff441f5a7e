"""What a projection's rows are made of: annotated columns, their SQL types, and the bytes that COPY takes.

A row class is a list of columns and nothing else; order of annotation is order of columns. Values leave here in
PostgreSQL's binary COPY format, so that a rebuild writes as fast as the database reads. Pure.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from datetime import date
from types import NoneType, UnionType
from typing import Any, Final, NamedTuple, get_args, get_origin, get_type_hints
from uuid import UUID

import msgspec

OPEN: Final = 2**63 - 1  # `known_to` of what is still believed; a number, because null would need its own index
FOREVER: Final = date(9999, 12, 31)  # `effective_to` of what has no end; `infinity` cannot be loaded by Python

_FIRST_DAY = date(2000, 1, 1).toordinal()  # PostgreSQL counts days from here
_NULL = b"\xff\xff\xff\xff"


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
    pack: Callable[[Any], bytes]


def _text(value: str) -> bytes:
    encoded = value.encode()
    return struct.pack("!i", len(encoded)) + encoded


def _array(oid: int, pack: Callable[[Any], bytes]) -> Callable[[Sequence[Any]], bytes]:
    def packed(values: Sequence[Any]) -> bytes:
        shape = struct.pack("!iiiii", 1, 0, oid, len(values), 1) if values else struct.pack("!iii", 0, 0, oid)
        body = shape + b"".join(map(pack, values))
        return struct.pack("!i", len(body)) + body

    return packed


def _uuid(value: UUID) -> bytes:
    return b"\x00\x00\x00\x10" + value.bytes


_int, _day, _truth = struct.Struct("!iq").pack, struct.Struct("!ii").pack, struct.Struct("!i?").pack
_KINDS: Final[dict[Any, _Kind]] = {
    bool: _Kind("boolean", lambda value: _truth(1, value)),
    int: _Kind("bigint", lambda value: _int(8, value)),
    str: _Kind("text", _text),
    date: _Kind("date", lambda value: _day(4, value.toordinal() - _FIRST_DAY)),
    UUID: _Kind("uuid", _uuid),
    tuple[str, ...]: _Kind("text[]", _array(25, _text)),
    tuple[UUID, ...]: _Kind("uuid[]", _array(2950, _uuid)),
}
CLOCKS: Final = (
    Column("key", "uuid not null"),
    Column("known_from", "bigint not null"),
    Column("known_to", "bigint not null"),
    Column("effective_from", "date not null"),
    Column("effective_to", "date not null"),
)
_CLOCKS = struct.Struct("!hi16siqiqiiii")


def columns(row_type: type[Row]) -> tuple[Column, ...]:
    """Give the row's own columns in order; a column that may be null has no `not null` in its type."""
    return tuple(
        Column(name, _KINDS[kind].sql if optional else f"{_KINDS[kind].sql} not null")
        for name, (kind, optional) in _annotations(row_type).items()
    )


def packer(row_type: type[Row]) -> Callable[[Version], bytes]:
    """Give the function that turns a row version into its bytes in a binary COPY."""
    names = row_type.__struct_fields__
    packs = [_KINDS[kind].pack for kind, _ in _annotations(row_type).values()]
    count = len(CLOCKS) + len(names)

    def pack(version: Version) -> bytes:
        key, known_from, known_to, effective_from, effective_to, row = version
        clocks = _CLOCKS.pack(
            count, 16, key.bytes, 8, known_from, 8, known_to,
            4, effective_from.toordinal() - _FIRST_DAY, 4, effective_to.toordinal() - _FIRST_DAY,
        )  # fmt: skip
        values = (getattr(row, name) for name in names)
        return clocks + b"".join([_NULL if v is None else p(v) for p, v in zip(packs, values, strict=True)])

    return pack


def _annotations(row_type: type[Row]) -> dict[str, tuple[Any, bool]]:
    hints = get_type_hints(row_type)
    return {name: _kind(hints[name], f"{row_type.__name__}.{name}") for name in row_type.__struct_fields__}


def _kind(annotation: Any, where: str) -> tuple[Any, bool]:
    optional = get_origin(annotation) is UnionType and NoneType in get_args(annotation)
    kind = next(arm for arm in get_args(annotation) if arm is not NoneType) if optional else annotation
    if kind not in _KINDS:
        raise TypeError(f"{where}: a column cannot hold {annotation}")
    return kind, optional
