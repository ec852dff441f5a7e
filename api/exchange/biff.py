"""The records of an old workbook's stream (.xls and WPS .et), as far as they must be known before it is parsed.

Pure. Only what a damaged or malicious file cannot abuse: record by record, never beyond the stream's end.
"""

import struct
from collections.abc import Iterator

from api.exchange.compound import Compound

FORMULA, END, ENCRYPTED, SHEET, BOOLEAN_OR_ERROR = 0x0006, 0x000A, 0x002F, 0x0085, 0x0205


def workbook_stream(compound: Compound) -> bytes:
    """Give the stream that holds the workbook. Raises NotACompound."""
    return compound.stream(next((name for name in compound.names if name.lower() == "workbook"), "Book"))


def records(stream: bytes, start: int) -> Iterator[tuple[int, bytes]]:
    """Go through the records of the part that begins at `start`, up to its end: their kind and their bytes."""
    while start + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, start)
        yield kind, stream[start + 4 : start + 4 + length]
        if kind == END:
            return
        start += 4 + length


def is_encrypted(stream: bytes) -> bool:
    """Whether the workbook needs a password to be read."""
    return any(kind == ENCRYPTED for kind, _ in records(stream, 0))
