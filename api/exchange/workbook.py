"""Opens a workbook as an office sends it, whatever its name ends in: .xlsx, .xls, WPS .et, or a table kept as text.

First half of reading an inventory; it knows cells, not what they mean. The file is looked through here and parsed
in a process of its own (`api.exchange.cage`).
"""

import hashlib
import itertools
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from api.exchange.cage import ROWS_LIMIT
from api.exchange.container import BYTES_LIMIT, Kind, inspect, read_bytes
from api.exchange.refused import WorkbookRefused, WorkbookTooComplex, WorkbookUnreadable

Value = str | int | float | bool | date
MERGED_LIMIT = 500_000  # cells that lie in merged ones, in one sheet
WAIT = 60  # seconds for the parsing process, all told

_KILLED_BY_LIMIT = range(-64, 0)  # a signal: the allocator's abort, or the limit on processor time


@dataclass(frozen=True, slots=True)
class Merge:
    """Cells joined into one; rows and columns from 1, both ends included. Its value stands at the top left."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True)
class Sheet:
    """One sheet: its cells by (row, column), from 1; blank cells have none."""

    name: str
    hidden: bool
    cells: Mapping[tuple[int, int], Value]
    merged: tuple[Merge, ...] = ()
    lost: Mapping[tuple[int, int], str] = field(default_factory=dict)  # "error" or "formula": content without a value

    @cached_property
    def rows(self) -> tuple[int, ...]:
        """The numbers of the rows that hold anything, in order."""
        return tuple(sorted({row for row, _ in self.cells} | {row for row, _ in self.lost}))

    @cached_property
    def width(self) -> int:
        """The last column that holds anything."""
        return max((column for _, column in self.cells), default=0)

    def anchor(self, row: int, column: int) -> tuple[int, int]:
        """Give the cell that holds the value of this one: itself, or the top left of the merged cells it lies in."""
        return self._anchors.get((row, column), (row, column))

    @cached_property
    def _anchors(self) -> dict[tuple[int, int], tuple[int, int]]:
        last = self.rows[-1] if self.rows else 0
        found: dict[tuple[int, int], tuple[int, int]] = {}
        left_over = MERGED_LIMIT
        for merge in self.merged:
            rows, columns = (
                range(merge.top, min(merge.bottom, last) + 1),
                range(merge.left, min(merge.right, self.width) + 1),
            )
            left_over -= len(rows) * len(columns)
            if left_over < 0:
                raise WorkbookTooComplex(name=self.name)
            found.update(dict.fromkeys(itertools.product(rows, columns), (merge.top, merge.left)))
        return found


@dataclass(frozen=True, slots=True)
class Workbook:
    """A file's sheets; `digest` is the SHA-256 of its bytes, in hex."""

    name: str
    kind: Kind
    sheets: tuple[Sheet, ...]
    digest: str


def read_workbook(path: Path, limit: int = BYTES_LIMIT) -> Workbook:
    """Open the workbook at `path`, of at most `limit` bytes. Raises the subclasses of WorkbookRefused."""
    data = read_bytes(path, limit)
    kind = inspect(data, path.name)
    sheets = tuple(_sheet(sheet, path) for sheet in _parsed(data, kind, path.name))
    return Workbook(path.name, kind, sheets, hashlib.sha256(data).hexdigest())


def _parsed(data: bytes, kind: Kind, name: str) -> list[dict[str, Any]]:
    # Nothing of our environment but where modules are found: the parser needs no secrets.
    environment = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONUTF8": "1"}
    try:
        done = subprocess.run(  # noqa: S603 - our own module; the kind is one of three words
            [sys.executable, "-P", "-m", "api.exchange.cage", kind],
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            timeout=WAIT,
            check=False,
        )
    except subprocess.TimeoutExpired as cause:
        raise WorkbookTooComplex(name=name) from cause
    if done.returncode in _KILLED_BY_LIMIT:
        raise WorkbookTooComplex(name=name)
    if done.returncode:
        raise WorkbookUnreadable(name=name)
    answer: dict[str, Any] = json.loads(done.stdout)
    if "refused" in answer:
        raise WorkbookRefused.by_code[answer["refused"]](name=name, limit=ROWS_LIMIT)
    sheets: list[dict[str, Any]] = answer["sheets"]
    return sheets


def _sheet(parsed: dict[str, Any], path: Path) -> Sheet:
    return Sheet(
        name=parsed["name"] if parsed["name"] is not None else path.stem,
        hidden=parsed["hidden"],
        cells={
            (row, column): _value(cell)
            for row, cells in parsed["rows"]
            for column, cell in enumerate(cells, start=1)
            if cell is not None
        },
        merged=tuple(Merge(*corners) for corners in parsed["merged"]),
        lost={(row, column): why for row, column, why in parsed["lost"]},
    )


def _value(cell: Any) -> Value:
    value: Value = date.fromisoformat(cell["day"]) if isinstance(cell, dict) else cell
    return value
