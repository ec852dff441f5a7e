"""Lists for the database, whole columns at a time: a group's facts go to the log as one binary array a column.

psycopg asks for the type of every element of a list and writes each with a call of its own; for a large group that takes longer than
everything the database does with it. Keeps: a value is written exactly as psycopg writes it (tested against it); None is null.
"""

import struct
from collections.abc import Iterable
from typing import Any, ClassVar
from uuid import UUID

from psycopg.abc import AdaptContext
from psycopg.adapt import Dumper
from psycopg.pq import Format

_NULL = struct.pack("!i", -1)
_LENGTH = struct.Struct("!i").pack


class Uuids(list[UUID]):
    """A uuid[]."""


class Texts(list[str | None]):
    """A text[]."""


class Bytes(list[bytes | None]):
    """A bytea[]."""


class Integers(list[int]):
    """An int[]."""


class Longs(list[int | None]):
    """A bigint[]."""


class _Column(Dumper):
    format = Format.BINARY
    element: ClassVar[int]  # the oid of an element's type, `oid` is the array's

    def dump(self, obj: Any) -> bytes:
        # dimensions, whether nulls may occur, type; then length and lower bound of the one dimension
        header = (
            struct.pack("!iiIii", 1, 1, self.element, len(obj), 1) if obj else struct.pack("!iiI", 0, 0, self.element)
        )
        return header + b"".join(self.elements(obj))

    def elements(self, values: Any) -> Iterable[bytes]:
        return [_NULL if value is None else _LENGTH(len(value)) + value for value in values]


class _ByteaColumn(_Column):
    oid, element = 1001, 17


class _TextColumn(_Column):
    oid, element = 1009, 25

    def elements(self, values: Texts) -> Iterable[bytes]:
        return super().elements([None if value is None else value.encode() for value in values])


class _UuidColumn(_Column):
    oid, element = 2951, 2950

    def elements(self, values: Uuids) -> Iterable[bytes]:
        return [b"\0\0\0\x10" + value.bytes for value in values]


class _IntegerColumn(_Column):
    oid, element = 1007, 23

    def elements(self, values: Integers) -> Iterable[bytes]:
        return [b"\0\0\0\x04" + value.to_bytes(4, "big", signed=True) for value in values]


class _LongColumn(_Column):
    oid, element = 1016, 20

    def elements(self, values: Longs) -> Iterable[bytes]:
        return [_NULL if value is None else b"\0\0\0\x08" + value.to_bytes(8, "big", signed=True) for value in values]


def register(context: AdaptContext) -> None:
    """Let a connection send these lists."""
    context.adapters.register_dumper(Uuids, _UuidColumn)
    context.adapters.register_dumper(Texts, _TextColumn)
    context.adapters.register_dumper(Bytes, _ByteaColumn)
    context.adapters.register_dumper(Integers, _IntegerColumn)
    context.adapters.register_dumper(Longs, _LongColumn)
