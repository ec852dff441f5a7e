"""Goes down one table, cell by cell, and keeps every problem with its place.

A blank cell is filled from above only where it is really merged with it; 同上 is the writer's own word for the
row above. Nothing else is carried over.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import takewhile
from typing import TypeVar, cast
from uuid import UUID

from api.exchange.addresses import address
from api.exchange.cells import (
    CellRefused,
    Reading,
    Years,
    identifier,
    period,
    shown,
    text,
    unwrapped,
    word,
    year,
    years,
)
from api.exchange.headers import Header, Stated
from api.exchange.rows import CellProblem, Channel, NamedUnit, Skipped
from api.exchange.words import columns, key, listed, listed_header, offered, without_brackets
from api.exchange.workbook import Sheet, Value

T = TypeVar("T")

Names = Callable[[str], UUID | None]
Suggest = Callable[[str], str | None]
Fields = Mapping[str, str | int]
NO_FIELDS: Fields = {}

_LOST = {"error": "cell-holds-an-error", "formula": "formula-without-value"}
_REPEATED = {
    "reporting_unit",
    "item_type",
    "implementing_unit",
    "level",
    "field",
    "checking_unit",
    "checked_unit",
    "recipient",
}


@dataclass
class Table:
    """One table of a sheet, and what was found wrong with it so far."""

    sheet: Sheet
    header: Header
    channel: Channel
    stated: dict[str, Stated]
    item_type: str | None
    names: Names
    suggest: Suggest
    problems: list[CellProblem] = field(default_factory=list)
    warnings: list[CellProblem] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    read_above: dict[str, object] = field(default_factory=dict)  # what the lines above the table say, once read
    above: dict[str, Value] = field(default_factory=dict)  # what the row before holds, by column

    def lines(self) -> Iterator["Line"]:
        """Give the rows that hold an item or a zero report, and report the others as skipped."""
        for row in self.sheet.rows:
            if row <= self.header.last:
                continue
            line = Line(self, row)
            if reason := line.reason_to_skip():
                self.skipped.append(Skipped(self.sheet.name, row, reason))
            elif line.holds_anything() and not line.goes_on_with_an_item():
                yield line
                self.above = {
                    column: held for column in self.header.columns if (held := line.value(column)) is not None
                }

    def note(  # a problem or a warning, all that is known of it
        self,
        section: str,
        place: tuple[int, int],
        column: str | None,
        code: str,
        value: str = "",
        fields: Fields = NO_FIELDS,
        suggestion: str | None = None,
    ) -> None:
        """Keep what is wrong with the cell at `place`, or what was read differently; `section` is problem or warning."""
        problem = CellProblem(section, self.sheet.name, address(*place), column, value[:200], code, fields, suggestion)
        (self.problems if section == "problem" else self.warnings).append(problem)

    def check_header(self, required: list[str]) -> None:
        """Report columns that are missing, named twice, or known to nobody."""
        known = self.header.columns.keys() | self.stated.keys() | ({"item_type"} if self.item_type else set())
        if "years" in known:
            known |= {"start_year", "end_year"}
        for column in required:
            if column not in known:
                self.note("problem", (self.header.last, 1), column, "column-missing")
        for column, place in self.header.doubled:
            first = address(self.header.last, self.header.columns[column])
            self.note("problem", (self.header.last, place), column, "column-doubled", fields={"first": first})
        for written, place in self.header.unknown:
            self.note("warning", (self.header.last, place), None, "column-unknown", unwrapped(written))


class Line:
    """One row of a table. Every reading that fails is kept as a problem, and the row is then no item."""

    def __init__(self, table: Table, row: int) -> None:
        self.table, self.row, self.failed = table, row, False
        self._sheet, self._columns = table.sheet, table.header.columns

    # ── what kind of row it is ──

    def _own(self, column: str) -> Value | None:
        """Give what stands in the cell itself, nothing merged into it."""
        return self._sheet.cells.get((self.row, self._columns[column])) if column in self._columns else None

    def _written(self) -> list[str]:
        return [key(shown(self._sheet.cells[self.row, place])) for place in self._places()]

    def _places(self) -> list[int]:
        return [place for place in range(1, self._sheet.width + 1) if (self.row, place) in self._sheet.cells]

    def holds_anything(self) -> bool:
        """Whether anything stands in a known column; a number filled in beforehand is nothing."""
        return any(
            (self.row, place) in self._sheet.cells or (self.row, place) in self._sheet.lost
            for column, place in self._columns.items()
            if column != "ordinal"
        )

    def reason_to_skip(self) -> str | None:
        written = self._written()
        if not written:
            return None
        title = self._own("title")
        if {without_brackets(cell) for cell in written} & listed_header("rows", "subtotal") and (
            title is None or without_brackets(key(shown(title))) in listed_header("rows", "subtotal")
        ):
            return "subtotal"
        if self._is_note(written):
            return "note"
        if len(written) >= 3 and self._is_column_numbers(written):
            return "column-numbers"
        meant = [columns().get(without_brackets(cell)) for cell in written]
        return "repeated-header" if sum(column in self._columns for column in meant if column) >= 3 else None

    def _is_note(self, written: list[str]) -> bool:
        first, title = written[0], self._own("title")
        label = without_brackets(re.split("[:：]", first, maxsplit=1)[0])
        alone = not self.holds_anything() and not re.fullmatch(r"[0-9]+", first)
        labelled = label in listed_header("rows", "notes") and (title is None or key(shown(title)) == first)
        return alone or labelled

    @staticmethod
    def _is_column_numbers(written: list[str]) -> bool:
        marks = listed_header("rows", "column_numbers")
        numbers = [cell.strip("()") for cell in written if cell not in marks]
        return all(number.isdecimal() for number in numbers) and [int(number) for number in numbers] in (
            list(range(1, len(numbers) + 1)),
            list(range(len(written) - len(numbers) + 1, len(written) + 1)),
        )

    def goes_on_with_an_item(self) -> bool:
        """Whether the title is merged with the one above: one item over several rows, reported where it begins."""
        top, _ = self._sheet.anchor(*self.place("title"))
        return "title" in self._columns and self.table.header.last < top < self.row

    def check_one_row(self) -> None:
        """Report an item whose title is merged over further rows that hold something."""
        place, numbers = self.place("title"), self._sheet.rows
        following = (numbers[at] for at in range(bisect_left(numbers, self.row), len(numbers)))
        rows = sum(1 for _ in takewhile(lambda row: self._sheet.anchor(row, place[1]) == place, following))
        if rows > 1:
            self.problem("title", "item-over-several-rows", fields={"rows": rows})

    def is_zero_report(self) -> bool:
        title = self._own("title")
        return self.table.header.is_zero_report or (
            title is not None and key(shown(title)) in listed("rows", "zero_report")
        )

    def zero_report_column(self) -> str:
        """Give the column whose words state the zero report: its own, or among items that of the titles."""
        return "statement" if self.table.header.is_zero_report else "title"

    # ── what its cells say ──

    def place(self, column: str) -> tuple[int, int]:
        """Give the cell of `column`, or that of the title when the table lacks the column."""
        return self.row, self._columns.get(column, self._columns.get("title", 1))

    def problem(
        self, column: str, code: str, value: str = "", fields: Fields = NO_FIELDS, suggestion: str | None = None
    ) -> None:
        self.failed = True
        self.table.note("problem", self.place(column), column, code, value, fields, suggestion)

    def warn(self, column: str, code: str, value: str = "", fields: Fields = NO_FIELDS) -> None:
        self.table.note("warning", self.place(column), column, code, value, fields)

    def value(self, column: str) -> Value | None:
        """Give what holds for this row: the cell's value, that of the cell it is merged with, or with 同上 the row above's."""
        if column not in self._columns:
            return None
        top, left = self._sheet.anchor(self.row, self._columns[column])
        if top <= self.table.header.last:
            top, left = self.row, self._columns[column]
        value = self._sheet.cells.get((top, left)) if left == self._columns[column] else None
        return self.table.above.get(column) if self._is_ditto(value) else value

    @staticmethod
    def _is_ditto(value: Value | None) -> bool:
        return isinstance(value, str) and key(value) in listed("rows", "ditto")

    def is_lost(self, column: str) -> bool:
        """Whether the cell holds something that has no value: an error, or a formula never calculated."""
        return column in self._columns and self.place(column) in self._sheet.lost

    def read(self, column: str, reader: Callable[[Value], Reading[T]]) -> T | None:
        """Read a cell that may be blank."""
        if self.is_lost(column):
            self.problem(column, _LOST[self._sheet.lost[self.place(column)]])
            return None
        value = self.value(column)
        if value is None:
            return None
        if self._is_ditto(self._own(column)):
            self.warn(column, "ditto-read", shown(self._own(column) or ""), {"read": shown(value)})
        try:
            reading = reader(value)
        except CellRefused as refused:
            self.problem(column, refused.code, shown(value), refused.fields, refused.suggestion)
            return None
        for remark in reading.remarks:
            self.warn(column, remark.code, remark.value, {"read": remark.read})
        return reading.value

    def must(self, column: str, reader: Callable[[Value], Reading[T]]) -> T:
        """Read a cell that may not be blank. After a problem the value is no value: the caller drops failed rows."""
        read = self.read(column, reader)
        if read is None and self.value(column) is None and not self.is_lost(column):
            if column in self._columns:
                above = self.table.above.get(column) if column in _REPEATED else None
                self.problem(column, "value-missing", suggestion=shown(above) if above is not None else None)
            self.failed = True  # a column that is missing altogether was reported with the header
        return cast("T", read)

    def unit(self, column: str) -> NamedUnit:
        """Read a registered unit, from the cell or from the line above the table that states it for all rows."""
        return self._or_stated(column, self._named)

    def signer_post(self) -> str:
        """Read the post of the person declaring, from the cell or from the line above the table."""
        if "signer_post" not in {*self._columns, *self.table.stated} and not self.table.header.is_zero_report:
            self.problem("signer_post", "value-missing")
        return self._or_stated("signer_post", text)

    def _or_stated(self, column: str, reader: Callable[[Value], Reading[T]]) -> T:
        stated = self.table.stated.get(column)
        if stated is None or self.value(column) is not None:
            return self.must(column, reader)
        if column not in self.table.read_above:
            self.table.read_above[column] = self._read_above(column, stated, reader)
        self.failed |= self.table.read_above[column] is None
        return cast("T", self.table.read_above[column])

    def _read_above(self, column: str, stated: Stated, reader: Callable[[Value], Reading[T]]) -> T | None:
        """Read what stands above the table, once for all rows beneath."""
        try:
            return reader(stated.value).value
        except CellRefused as refused:
            place, said = (stated.row, stated.column), shown(stated.value)
            self.table.note("problem", place, column, refused.code, said, refused.fields, refused.suggestion)
            return None

    def _named(self, value: Value) -> Reading[NamedUnit]:
        name = identifier(value).value
        found = self.table.names(name)
        if found is None:
            raise CellRefused("unit-not-registered", self.table.suggest(name), value=name)
        return Reading(NamedUnit(name, found))

    def item_type(self) -> str:
        """Read the type from its column, or take the one that the sheet is about."""
        stated = self.table.item_type
        if self.value("item_type") is None and stated is not None:
            return stated
        said = self.must("item_type", lambda value: word("item_type", value))
        if said in offered("item_type") and stated not in (None, said):  # a type that was read at all
            written = shown(self.value("item_type") or "")
            self.problem("item_type", "item-type-contradicts-sheet", written, {"sheet": self._sheet.name})
        return said

    def years(self) -> Years | None:
        """Read the period from one column or from two; None if nothing is said of it."""
        if "years" in self._columns:
            return self.read("years", years)
        if self.value("start_year") is None and self.value("end_year") is None:
            return None
        before = len(self.table.problems)
        start, end = self.must("start_year", year), self.must("end_year", year)
        if len(self.table.problems) > before:
            return None
        try:
            return period(start, end)
        except CellRefused as refused:
            self.problem("end_year" if start else "start_year", refused.code, fields=refused.fields)
            return None

    def must_years(self) -> Years:
        """Read the period of an item, which may not be left out."""
        before = len(self.table.problems)
        found = self.years()
        if found is None:
            self.failed = True
            columns = ["years"] if "years" in self._columns else ["start_year", "end_year"]
            if len(self.table.problems) == before:
                for column in set(columns) & self._columns.keys():
                    self.problem(column, "value-missing")
        return cast("Years", found)
