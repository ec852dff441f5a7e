"""An OLE2 compound file, as far as an old workbook needs it: the streams' names, and one stream's bytes.

Pure. Every chain is bounded by the file's own size, so that a damaged or malicious file ends in NotACompound.
"""

import struct
from typing import ClassVar

_FREE = 0xFFFFFFFA  # this and above are marks, not sector numbers


class NotACompound(ValueError):  # noqa: N818 - refusals are named as the state of things
    """The bytes are no compound file, or are damaged."""


class Compound:
    """A compound file held in memory; `names` are those of all its streams and storages."""

    MAGIC: ClassVar[bytes] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

    def __init__(self, data: bytes) -> None:
        self._data = data
        try:
            self._open()
        except (struct.error, IndexError, UnicodeDecodeError) as cause:
            raise NotACompound from cause

    def _open(self) -> None:
        sector_shift, mini_shift = struct.unpack_from("<HH", self._data, 30)
        if not self._data.startswith(self.MAGIC) or sector_shift not in (9, 12) or mini_shift != 6:
            raise NotACompound
        self._size, self._mini_size = 1 << sector_shift, 1 << mini_shift
        directory, _, self._cutoff, mini_fat = struct.unpack_from("<IIII", self._data, 48)
        self._fat = self._numbers(self._fat_sectors())
        self._entries = self._read_directory(self._chain(directory))
        self._mini_fat = self._numbers(self._sectors(mini_fat))

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._entries)

    def stream(self, name: str) -> bytes:
        """Give the bytes of the stream of that name. Raises NotACompound if there is none or its chain is broken."""
        if name not in self._entries:
            raise NotACompound(name)
        start, size = self._entries[name]
        if size >= self._cutoff:
            return self._chain(start)[:size]
        container = self._chain(self._root)
        found = bytearray()
        for number in self._follow(self._mini_fat, start):
            found += container[number * self._mini_size : (number + 1) * self._mini_size]
        return bytes(found[:size])

    def _fat_sectors(self) -> list[int]:
        listed = list(struct.unpack_from("<109I", self._data, 76))
        further, count = struct.unpack_from("<II", self._data, 68)
        for _ in range(min(count, len(self._data) // self._size)):
            if further >= _FREE:
                break
            numbers = self._numbers([further])
            listed += numbers[:-1]
            further = numbers[-1]
        return [number for number in listed if number < _FREE]

    def _read_directory(self, directory: bytes) -> dict[str, tuple[int, int]]:
        entries = {}
        self._root = _FREE
        for place in range(0, len(directory) - 127, 128):
            length, kind = struct.unpack_from("<HB", directory, place + 64)
            start, size = struct.unpack_from("<II", directory, place + 116)
            if kind == 5:
                self._root = start
            if kind in (1, 2):
                entries[directory[place : place + min(max(length - 2, 0), 64)].decode("utf-16-le")] = (start, size)
        return entries

    def _numbers(self, sectors: list[int]) -> list[int]:
        joined = b"".join(self._sector(number) for number in sectors)
        return list(struct.unpack(f"<{len(joined) // 4}I", joined))

    def _sector(self, number: int) -> bytes:
        start = (number + 1) * self._size
        if start >= len(self._data):
            raise NotACompound
        return self._data[start : start + self._size].ljust(self._size, b"\0")

    def _sectors(self, start: int) -> list[int]:
        return self._follow(self._fat, start)

    def _chain(self, start: int) -> bytes:
        return b"".join(self._sector(number) for number in self._sectors(start))

    @staticmethod
    def _follow(table: list[int], start: int) -> list[int]:
        followed: list[int] = []
        number = start
        while number < _FREE:
            if number >= len(table) or len(followed) > len(table):  # it leads nowhere, or bites its own tail
                raise NotACompound
            followed.append(number)
            number = table[number]
        return followed
