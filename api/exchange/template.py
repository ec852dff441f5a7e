"""Writes the blank workbook that an office fills in: header, notes, drop-down lists, an example, a zero-report sheet.

The same call gives the same bytes. Whatever it offers or shows as an example is accepted when it is read back.
"""

import tomllib
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from api.exchange.addresses import column_letters
from api.exchange.cells import guarded
from api.exchange.messages import labels, say
from api.exchange.rows import Channel
from api.exchange.words import offered, table

ROWS = 500  # prepared with drop-downs; more may be added below
_CREATED = datetime(2024, 1, 1)  # noqa: DTZ001 - a mark inside the file, the same for ever, so that its bytes are too
_LISTED = ("item_type", "level", "field", "protected")
_OPTIONAL_LISTED = ("disposition",)  # 合并至《…》 is accepted as well, so what is not in the list is only remarked on
_UNITS = ("reporting_unit", "implementing_unit", "checking_unit", "checked_unit", "recipient")
_WIDE = {"title": 34, "basis": 40, "triggers": 40, "clauses": 40, "recipient_scope": 30, "statement": 40, "ordinal": 6}
_TITLE_ROW, _HEADER_ROW = 0, 1


def write_template(
    path: Path,
    channel: Channel,
    units: Sequence[str] = (),
    rows: Sequence[Mapping[str, str]] = (),
    zero_reports: Sequence[Mapping[str, str]] = (),
) -> None:
    """Write the template of `channel` to `path`, blank unless `rows` or `zero_reports` are given: text by column.

    `units` are offered in the columns that name units.
    """
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(path, options) as workbook:
        workbook.set_properties({"created": _CREATED})
        _Template(workbook, channel, units).write(rows, zero_reports)


@cache
def example(channel: Channel) -> dict[str, str]:
    """Give the example row of `channel`, by column."""
    text = (resources.files("api.exchange") / "examples.toml").read_text("utf-8")
    rows: dict[str, dict[str, str]] = tomllib.loads(text)
    return rows[channel]


class _Template:
    def __init__(self, workbook: Any, channel: Channel, units: Sequence[str]) -> None:
        self._workbook, self._channel, self._units = workbook, channel, units
        self._title: Format = workbook.add_format(
            {"bold": True, "font_size": 16, "align": "center", "valign": "vcenter"}
        )
        self._header: Format = workbook.add_format(
            {
                "bold": True,
                "text_wrap": True,
                "align": "center",
                "valign": "vcenter",
                "border": 1,
                "bg_color": "#E2EFDA",
            }
        )
        self._body: Format = workbook.add_format({"text_wrap": True, "valign": "top", "border": 1, "num_format": "@"})
        self._ranges: dict[str, str] = {}

    def write(self, rows: Sequence[Mapping[str, str]], zero_reports: Sequence[Mapping[str, str]]) -> None:
        columns = table("headers")["channels"][self._channel]["columns"]
        items = self._workbook.add_worksheet(_said("items-sheet"))
        sample = self._workbook.add_worksheet(_said("sample-sheet"))
        zero = self._workbook.add_worksheet(_said("zero-sheet")) if self._channel is Channel.IMPLEMENTER else None
        self._write_lists()
        self._write_table(items, columns, rows)
        self._write_table(sample, columns, [example(self._channel)])
        if zero is not None:
            self._write_table(zero, table("headers")["zero_report"]["columns"], zero_reports)
        items.activate()

    def _write_lists(self) -> None:
        """Keep the words to choose from on a sheet of their own: a list inside a cell's rule may not exceed 255 characters."""
        sheet = self._workbook.add_worksheet(_said("lists-sheet"))
        sheet.hide()
        lists = {section: list(offered(section).values()) for section in (*_LISTED, *_OPTIONAL_LISTED)}
        if self._units:
            lists["units"] = list(self._units)
        for place, (section, words) in enumerate(lists.items()):
            for row, word in enumerate(words):
                sheet.write_string(row, place, guarded(word))
            letters = column_letters(place + 1)
            self._ranges[section] = f"={_said('lists-sheet')}!${letters}$1:${letters}${len(words)}"

    def _write_table(self, sheet: Worksheet, columns: Sequence[str], rows: Sequence[Mapping[str, str]]) -> None:
        channel = say("channel", self._channel, "zh")
        sheet.merge_range(
            _TITLE_ROW,
            0,
            _TITLE_ROW,
            len(columns) - 1,
            say("template", "file-title", "zh", {"channel": channel}),
            self._title,
        )
        sheet.set_row(_TITLE_ROW, 30)
        for place, column in enumerate(columns):
            label, note = labels()["column"][column], labels()["note"][column]
            sheet.set_column(place, place, _WIDE.get(column, 16), self._body)
            sheet.write_string(_HEADER_ROW, place, label["zh"], self._header)
            sheet.write_comment(
                _HEADER_ROW, place, f"{note['zh']}\n{label['en']}: {note['en']}", {"x_scale": 2, "y_scale": 1.5}
            )
            self._offer(sheet, place, column)
        for number, row in enumerate(rows, start=_HEADER_ROW + 1):
            for place, column in enumerate(columns):
                sheet.write_string(number, place, guarded(row.get(column, "")), self._body)
        sheet.freeze_panes(_HEADER_ROW + 1, 0)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(_TITLE_ROW, _HEADER_ROW)

    def _offer(self, sheet: Worksheet, place: int, column: str) -> None:
        section = "units" if column in _UNITS else column
        if section not in self._ranges:
            return
        rule = {"validate": "list", "source": self._ranges[section], "error_message": _said("not-in-list")}
        if column not in _LISTED:
            rule["error_type"] = "information"
        sheet.data_validation(_HEADER_ROW + 1, place, _HEADER_ROW + ROWS, place, rule)


def _said(code: str) -> str:
    return say("template", code, "zh")
