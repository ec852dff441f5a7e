"""The process in which a workbook is parsed: what a hostile file can break dies here, not in the server.

The parser aborts its process when memory runs out, and a file of 5 KB with one cell in the last column of the
last row makes it ask for 500 GB. So: limited memory and time, the file on standard input, rows on standard output.
"""

import datetime as dt
import json
import resource
import struct
import sys
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from typing import Any
from xml.etree.ElementTree import ParseError
from xml.parsers.expat import ExpatError

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from api.exchange.compound import NotACompound
from api.exchange.delimited import NotAText, decode, rows
from api.exchange.lost import Lost, lost_in_archive, lost_in_compound

MEMORY_LIMIT = 256 << 20  # bytes
SECONDS_LIMIT = 20  # of processor time
ROWS_LIMIT = 20_000  # rows that hold anything, all sheets together
CHARACTERS_LIMIT = 10_000_000  # of all cells together: one text may be shared by every cell of a file


class Stop(Exception):  # noqa: N818 - not an error here: it carries the refusal's code out
    """The file is refused under this code of `api.exchange.refused`."""


def main() -> None:
    """Read the file from standard input, its kind from the argument; write one JSON document."""
    for limit, value in (("RLIMIT_CORE", 0), ("RLIMIT_CPU", SECONDS_LIMIT), ("RLIMIT_DATA", MEMORY_LIMIT)):
        with suppress(ValueError, OSError):  # a system that lacks one of the limits still has the parent's time limit
            resource.setrlimit(getattr(resource, limit), (value, value))
    try:
        answer = read(sys.stdin.buffer.read(), sys.argv[1])
    except Stop as stop:
        answer = {"refused": stop.args[0]}
    except MemoryError:
        answer = {"refused": "workbook-too-complex"}
    sys.stdout.buffer.write(json.dumps(answer, ensure_ascii=True).encode())


def read(data: bytes, kind: str) -> dict[str, Any]:
    """Give the sheets of a file of that kind (`xlsx`, `xls`, `text`). Raises Stop."""
    meter = _Meter()
    if kind == "text":
        try:
            table = rows(decode(data))
        except NotAText:
            raise Stop("workbook-unreadable") from None
        return {"sheets": [{"name": None, "hidden": False, "rows": list(meter.kept(table)), "merged": [], "lost": []}]}
    try:
        return {"sheets": list(_sheets(data, kind, meter))}
    except PasswordError:
        raise Stop("workbook-encrypted") from None
    except (
        CalamineError,
        ExpatError,
        ParseError,
        KeyError,
        NotACompound,
        ValueError,
        struct.error,
        zipfile.BadZipFile,
    ):
        raise Stop("workbook-unreadable") from None


def _sheets(data: bytes, kind: str, meter: "_Meter") -> Iterator[dict[str, Any]]:
    workbook = CalamineWorkbook.from_filelike(BytesIO(data))
    if any(sheet.typ in (SheetTypeEnum.MacroSheet, SheetTypeEnum.Vba) for sheet in workbook.sheets_metadata):
        raise Stop("workbook-has-macros")
    lost = _lost(data, kind, workbook.sheet_names)
    for place, about in enumerate(workbook.sheets_metadata):
        if about.typ is not SheetTypeEnum.WorkSheet:
            continue
        sheet = workbook.get_sheet_by_index(place)
        yield {
            "name": about.name,
            "hidden": about.visible is not SheetVisibleEnum.Visible,
            "rows": list(meter.kept(_from_first_column(sheet))),
            "merged": [(top + 1, left + 1, bottom + 1, right + 1) for (top, left), (bottom, right) in _merged(sheet)],
            "lost": lost.get(about.name, []),
        }


def _lost(data: bytes, kind: str, names: list[str]) -> dict[str, Lost]:
    return lost_in_archive(data) if kind == "xlsx" else dict(zip(names, lost_in_compound(data), strict=False))


def _merged(sheet: CalamineSheet) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    return sheet.merged_cell_ranges or []


def _from_first_column(sheet: CalamineSheet) -> Iterator[list[Any]]:
    """Rows from row 1 and column A: the reader pads the rows above its first cell, but not the columns before it."""
    if sheet.start is None:
        return
    blank = [""] * sheet.start[1]
    for row in sheet.iter_rows():
        yield blank + row


class _Meter:
    """Counts what all sheets of a file hold together, and stops at the limits."""

    def __init__(self) -> None:
        self._rows = self._characters = 0

    def kept(self, table: Iterator[list[Any]] | list[list[Any]]) -> Iterator[tuple[int, list[Any]]]:
        """Give the rows that hold anything, with their numbers from 1, without the blank cells at their ends."""
        for number, row in enumerate(table, start=1):
            cells = [_cell(cell) for cell in row]
            while cells and cells[-1] is None:
                cells.pop()
            if cells:
                self._count(cells)
                yield number, cells

    def _count(self, cells: list[Any]) -> None:
        self._rows += 1
        self._characters += sum(len(cell) for cell in cells if isinstance(cell, str)) + len(cells)
        if self._rows > ROWS_LIMIT:
            raise Stop("too-many-rows")
        if self._characters > CHARACTERS_LIMIT:
            raise Stop("workbook-too-complex")


def _cell(value: Any) -> Any:
    """Give a cell as JSON holds it: a day as {"day": …}, a time of day or a duration as its text."""
    if isinstance(value, str):
        return value if value.strip() else None
    if isinstance(value, dt.date):  # a datetime too: the time of day says nothing in an inventory
        return {"day": value.strftime("%Y-%m-%d")}
    if isinstance(value, dt.time | dt.timedelta):
        return str(value)
    return value


if __name__ == "__main__":
    main()
