"""Hands an office its own workbook back: red cells, comments, and a column that says what to mend in each row.

Values only: formulas and links to other files are left behind. What cannot be kept as it was (.xls, .et, text, an
.xlsx that the writer cannot take) comes back as a new .xlsx with the same cells in the same places.
"""

import re
import warnings
from collections import defaultdict
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, PatternFill

from api.exchange.addresses import column_letters, place
from api.exchange.cells import guarded, shown
from api.exchange.container import read_bytes
from api.exchange.headers import Header, find_header
from api.exchange.messages import LANGUAGES, say
from api.exchange.rows import CellProblem, Inventory
from api.exchange.workbook import Sheet, Workbook, read_workbook

_FILLS = {"problem": "FFFFC7CE", "warning": "FFFFF2CC"}
_CELLS_KEPT = 200_000  # above this the file is written anew: a cell kept as it was costs the writer about 1 KB
_NO_SHEET_NAME = re.compile(r"[\[\]:*?/\\]")
_PROBLEMS_WIDTH = 60  # in the spreadsheet's unit, about one digit
_COMMENT_LIMIT, _CELL_LIMIT = 1_000, 8_000  # characters


def write_marked(source: Path, inventory: Inventory, target: Path, language: str = "zh") -> None:
    """Write to `target` (.xlsx) the workbook at `source` with what `inventory` found in it, said in `language`.

    Marks of an earlier time are taken away. Raises the subclasses of WorkbookRefused if `source` cannot be read.
    """
    workbook = read_workbook(source)
    by_sheet: dict[str, list[CellProblem]] = defaultdict(list)
    for problem in (*inventory.warnings, *inventory.problems):  # problems last: their red stays
        by_sheet[problem.sheet].append(problem)
    book, sheets = _kept(source, workbook) or _rewritten(workbook)
    for sheet in workbook.sheets:
        for lost in sheet.lost:  # what had no value must not come back as a blank cell
            sheets[sheet.name].cell(*lost).value = "#N/A"
        if header := find_header(sheet):
            _Marker(sheets[sheet.name], sheet, header, language).mark(by_sheet[sheet.name])
    book.save(target)


def _kept(source: Path, workbook: Workbook) -> tuple[Any, Mapping[str, Any]] | None:
    """Give the user's own workbook with its sheets by name, or None where it cannot be kept."""
    if workbook.kind != "xlsx" or sum(len(sheet.cells) for sheet in workbook.sheets) > _CELLS_KEPT:
        return None
    try:
        with warnings.catch_warnings(action="ignore"):  # each names a decoration that is left behind
            book = openpyxl.load_workbook(BytesIO(read_bytes(source)), data_only=True, keep_links=False)
        return book, {sheet.name: book[sheet.name] for sheet in workbook.sheets}
    except Exception:  # noqa: BLE001 - it raises anything at all on parts that Excel and WPS let pass
        return None


def _rewritten(workbook: Workbook) -> tuple[Any, Mapping[str, Any]]:
    """Give a new workbook with the same cells in the same places."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    sheets = {}
    for sheet in workbook.sheets:
        written = book.create_sheet(_NO_SHEET_NAME.sub("_", sheet.name)[:25])
        written.sheet_state = "hidden" if sheet.hidden else "visible"
        for (row, column), value in sheet.cells.items():
            written.cell(row, column, guarded(_writable(value)) if isinstance(value, str) else value)
        for merge in sheet.merged:
            written.merge_cells(
                start_row=merge.top, start_column=merge.left, end_row=merge.bottom, end_column=merge.right
            )
        sheets[sheet.name] = written
    return book, sheets


def _writable(text: str) -> str:
    """Drop what the format cannot hold: control characters, and all beyond 32,767 characters."""
    return re.sub(ILLEGAL_CHARACTERS_RE, "", text)[:32_767]


class _Marker:
    """One sheet being marked: the writer's sheet, what was read of it, and where its problems column goes."""

    def __init__(self, written: Any, sheet: Sheet, header: Header, language: str) -> None:
        self._written, self._sheet, self._header, self._language = written, sheet, header, language
        headings = {say("template", "problems-column", one) for one in LANGUAGES}
        earlier = (
            column
            for column in range(1, sheet.width + 1)
            if shown(sheet.cells.get((header.last, column), "")) in headings
        )
        self._column = next(earlier, sheet.width + 1)

    def mark(self, problems: list[CellProblem]) -> None:
        self._take_marks_away()
        by_cell: dict[tuple[int, int], list[CellProblem]] = defaultdict(list)
        by_row: dict[int, list[CellProblem]] = defaultdict(list)
        for problem in problems:
            row, column = place(problem.cell)
            by_cell[self._sheet.anchor(row, column)].append(problem)
            by_row[row].append(problem)
        for anchor, found in by_cell.items():
            self._mark_cell(self._written.cell(*anchor), found)
        self._write(self._header.last, say("template", "problems-column", self._language))
        self._written.column_dimensions[column_letters(self._column)].width = _PROBLEMS_WIDTH
        for row, found in by_row.items():
            # Above the table and in the header the column keeps its own heading: those problems stand in comments.
            if row > self._header.last:
                self._write(row, "\n".join(f"{problem.cell} {self._sentence(problem)}" for problem in found))

    def _mark_cell(self, cell: Any, found: list[CellProblem]) -> None:
        cell.fill = PatternFill("solid", fgColor=_FILLS[found[-1].section])
        text = "\n".join(map(self._sentence, found))[:_COMMENT_LIMIT]
        cell.comment = Comment(text, say("template", "author", self._language), width=320, height=120)

    def _write(self, row: int, text: str) -> None:
        cell = self._written.cell(row, self._column)
        if not isinstance(cell, MergedCell):
            cell.value = guarded(_writable(text[:_CELL_LIMIT]))
            cell.alignment = Alignment(wrap_text=True, vertical="top")

    def _sentence(self, problem: CellProblem) -> str:
        said = problem.text(self._language)
        if problem.suggestion is None:
            return said
        return said + say("template", "suggested", self._language, {"suggestion": problem.suggestion})

    def _take_marks_away(self) -> None:
        authors = {say("template", "author", one) for one in LANGUAGES}
        for row in self._sheet.rows:
            for column in range(1, self._sheet.width + 1):
                cell = self._written.cell(row, column)
                if isinstance(cell, MergedCell):
                    continue
                if cell.fill.fgColor.rgb in _FILLS.values():
                    cell.fill = PatternFill()
                if cell.comment is not None and cell.comment.author in authors:
                    cell.comment = None
                if column == self._column and row > self._header.last:
                    cell.value = None
