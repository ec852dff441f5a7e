"""What a file is, told from its content, and whether it may be opened at all.

First step of reading a workbook: nothing is trusted yet, neither the name's ending nor a size written inside.
Keeps: no file is read beyond the limit, no archive is unpacked into memory, nothing here can wait for ever.
"""

import errno
import itertools
import os
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Literal

from api.exchange.biff import is_encrypted, workbook_stream
from api.exchange.compound import Compound, NotACompound
from api.exchange.refused import (
    FileEmpty,
    FileIsADirectory,
    FileNotFound,
    FileNotPermitted,
    FileNotRegular,
    FileTooLarge,
    FormatNotSupported,
    WorkbookEncrypted,
    WorkbookHasMacros,
    WorkbookIsABomb,
    WorkbookUnreadable,
)

Kind = Literal["xlsx", "xls", "text"]

MEGABYTE = 1 << 20
BYTES_LIMIT = 20 * MEGABYTE
UNPACKED_LIMIT = 100 * MEGABYTE
RATIO_LIMIT = 200  # unpacked to packed; asked of parts above RATIO_FLOOR only, since small ones pack well
RATIO_FLOOR = 5 * MEGABYTE
PARTS_LIMIT = 2_000

_FOREIGN = {
    b"%PDF": "PDF",
    b"{\\rtf": "RTF",
    b"Rar!": "RAR",
    b"7z\xbc\xaf": "7z",
    b"\x1f\x8b": "gzip",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
}
_FOREIGN_PARTS = {
    "xl/workbook.bin": "XLSB",
    "word/document.xml": "Word",
    "ppt/presentation.xml": "PowerPoint",
    "mimetype": "ODS",
}
_MARKUP = re.compile(
    rb"\s*<(?:(?P<html>!doctype\s+html|html|head|body|table|meta|style|script)\b|\?xml\b)", re.IGNORECASE
)
_MACRO_PARTS = re.compile(r"vbaproject|vbadata|(^|/)macrosheets/", re.IGNORECASE)
_MACRO_STREAMS = {"_vba_project_cur", "_vba_project", "vba", "macros"}


def read_bytes(path: Path, limit: int = BYTES_LIMIT) -> bytes:
    """Read a regular file of at most `limit` bytes, without waiting on pipes and without reading a larger one.

    Raises the FileX refusals.
    """
    try:
        # Non-blocking: opening a pipe that nobody writes to would otherwise wait for ever.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as cause:
        raise _unopened(path, cause) from cause
    try:
        found = os.fstat(descriptor)
        if stat.S_ISDIR(found.st_mode):
            raise FileIsADirectory(name=path.name)
        if not stat.S_ISREG(found.st_mode):
            raise FileNotRegular(name=path.name)
        data = _read_at_most(descriptor, limit + 1) if found.st_size <= limit else b""
    finally:
        os.close(descriptor)
    if max(found.st_size, len(data)) > limit:
        raise FileTooLarge(name=path.name, size=-(-max(found.st_size, len(data)) // MEGABYTE), limit=limit // MEGABYTE)
    if not data:
        raise FileEmpty(name=path.name)
    return data


def _read_at_most(descriptor: int, limit: int) -> bytes:
    with os.fdopen(os.dup(descriptor), "rb") as file:
        return file.read(limit)


def _unopened(path: Path, cause: OSError | ValueError) -> FileNotFound | FileNotPermitted | FileNotRegular:
    number = cause.errno if isinstance(cause, OSError) else None
    if number in (errno.EACCES, errno.EPERM):
        return FileNotPermitted(name=path.name)
    if number in (errno.ELOOP, errno.ENXIO, errno.ENODEV):
        return FileNotRegular(name=path.name)
    return FileNotFound(name=path.name)


def inspect(data: bytes, name: str) -> Kind:
    """Tell what `data` is and refuse what must not reach a parser; `name` is for the refusal's sentence.

    Raises FormatNotSupported, WorkbookEncrypted, WorkbookHasMacros, WorkbookIsABomb, WorkbookUnreadable.
    """
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        _inspect_archive(data, name)
        return "xlsx"
    if data.startswith(Compound.MAGIC):
        _inspect_compound(data, name)
        return "xls"
    for magic, found in _FOREIGN.items():
        if data.startswith(magic):
            raise FormatNotSupported(name=name, found=found)
    if markup := _MARKUP.match(data.removeprefix(b"\xef\xbb\xbf")[:1024]):
        raise FormatNotSupported(name=name, found="HTML" if markup["html"] else "XML")
    return "text"


def _inspect_compound(data: bytes, name: str) -> None:
    try:
        compound = Compound(data)
    except NotACompound as cause:
        raise WorkbookUnreadable(name=name) from cause
    streams = {stream.lower() for stream in compound.names}
    if {"encryptedpackage", "encryptioninfo"} & streams:
        raise WorkbookEncrypted(name=name)
    if _MACRO_STREAMS & streams:
        raise WorkbookHasMacros(name=name)
    if not {"workbook", "book"} & streams:
        found = "Word" if "worddocument" in streams else "PowerPoint" if "powerpoint document" in streams else "OLE"
        raise FormatNotSupported(name=name, found=found)
    if _needs_password(compound, name):
        raise WorkbookEncrypted(name=name)


def _needs_password(compound: Compound, name: str) -> bool:
    try:
        return is_encrypted(workbook_stream(compound))
    except NotACompound as cause:
        raise WorkbookUnreadable(name=name) from cause


def _inspect_archive(data: bytes, name: str) -> None:
    if data.count(b"PK\x01\x02") > PARTS_LIMIT:  # before a list of half a million parts is built
        raise WorkbookIsABomb(name=name, limit=UNPACKED_LIMIT // MEGABYTE)
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            parts = archive.infolist()
        _refuse_by_directory(parts, name)
        for part in parts:
            _unpack_to_nowhere(data, part, name)
    except (zipfile.BadZipFile, zlib.error, struct.error, ValueError, OverflowError, RuntimeError, OSError) as cause:
        raise WorkbookUnreadable(name=name) from cause


def _refuse_by_directory(parts: list[zipfile.ZipInfo], name: str) -> None:
    """Judge by what the archive says of itself; a lie is caught when the parts are unpacked."""
    names = [part.filename.lower() for part in parts]
    if len(set(names)) < len(names) or _overlapping(parts):
        raise WorkbookUnreadable(name=name)
    if sum(part.file_size for part in parts) > UNPACKED_LIMIT:
        raise WorkbookIsABomb(name=name, limit=UNPACKED_LIMIT // MEGABYTE)
    if any(part.file_size > RATIO_FLOOR and part.file_size > RATIO_LIMIT * part.compress_size for part in parts):
        raise WorkbookIsABomb(name=name, limit=UNPACKED_LIMIT // MEGABYTE)
    if any(part.flag_bits & 0x1 for part in parts):
        raise WorkbookEncrypted(name=name)
    if any(_MACRO_PARTS.search(part) for part in names):
        raise WorkbookHasMacros(name=name)
    if "xl/workbook.xml" not in names:
        raise FormatNotSupported(name=name, found=_foreign_archive(names))


def _overlapping(parts: list[zipfile.ZipInfo]) -> bool:
    """Parts that share packed bytes: one small archive that unpacks to gigabytes."""
    placed = sorted(parts, key=lambda part: part.header_offset)
    return any(
        one.header_offset + 30 + one.compress_size > following.header_offset
        for one, following in itertools.pairwise(placed)
    )


def _foreign_archive(names: list[str]) -> str:
    found = {
        "xl/workbook.bin": "XLSB",
        "word/document.xml": "Word",
        "ppt/presentation.xml": "PowerPoint",
        "mimetype": "ODS",
    }
    return next((kind for part, kind in found.items() if part in names), "ZIP")


def _unpack_to_nowhere(data: bytes, part: zipfile.ZipInfo, name: str) -> None:
    """Unpack one part block by block, keeping nothing: its true size and checksum must be those it states."""
    size = checksum = 0
    for block in _unpacked(data, part):
        if size == 0 and b"<!DOCTYPE" in block[:1024]:  # entities: no spreadsheet program writes any
            raise WorkbookUnreadable(name=name)
        if size == 0 and b"macroEnabled" in block and part.filename.lower() == "[content_types].xml":
            raise WorkbookHasMacros(name=name)
        size += len(block)
        checksum = zlib.crc32(block, checksum)
        if size > part.file_size:
            raise WorkbookIsABomb(name=name, limit=UNPACKED_LIMIT // MEGABYTE)
    if size != part.file_size or checksum != part.CRC:
        raise WorkbookUnreadable(name=name)


def _unpacked(data: bytes, part: zipfile.ZipInfo) -> Iterator[bytes]:
    name_length, extra_length = struct.unpack_from("<HH", data, part.header_offset + 26)
    start = part.header_offset + 30 + name_length + extra_length
    packed = memoryview(data)[start : start + part.compress_size]
    if part.compress_type == zipfile.ZIP_STORED:
        yield bytes(packed)
    elif part.compress_type == zipfile.ZIP_DEFLATED:
        inflating = zlib.decompressobj(-zlib.MAX_WBITS)
        waiting: bytes | memoryview = packed
        while not inflating.eof and (block := inflating.decompress(waiting, MEGABYTE)):
            yield block
            waiting = inflating.unconsumed_tail
    else:
        raise zipfile.BadZipFile(part.filename)
