"""Finds the header of a table among title rows, and what the lines above it state.

The rows whose words fit most columns are the header, up to three rows where one column stands over two others
(起止年度 over 起始 and 终止). A word that no list holds is no column; it is reported with the nearest one.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from api.exchange.cells import shown, unwrapped
from api.exchange.rows import Channel
from api.exchange.words import codes, columns, key, listed, listed_header, table, visible, without_brackets
from api.exchange.workbook import Sheet, Value

_LOOKED_AT = 40  # rows that hold anything, from the top
_DEEPEST = 3  # rows of one header
_WORD_LIMIT = 100  # characters of a heading
_LINE_LIMIT = 500  # characters of a line above the table
_FEWEST = 3  # columns that a header has at least
_MARKED = "密级"


@dataclass(frozen=True, slots=True)
class Header:
    """Where a table's header stands, and which column each of its words is."""

    first: int
    last: int
    columns: Mapping[str, int]
    doubled: tuple[tuple[str, int], ...]  # a column named again, and where
    unknown: tuple[tuple[str, int], ...]  # a word no list holds, and where

    @property
    def is_zero_report(self) -> bool:
        """Whether the table holds zero reports only: it has no column for items."""
        return "title" not in self.columns


@dataclass(frozen=True, slots=True)
class Stated:
    """What a line above the table states under a label such as 填报单位, and the cell where it stands."""

    value: Value
    row: int
    column: int


def find_header(sheet: Sheet) -> Header | None:
    """Give the header that fits best, if any does."""
    rows = sheet.rows[:_LOOKED_AT]
    candidates = (_read(sheet, row, row + depth) for depth in range(_DEEPEST) for row in rows)
    fitting = [header for header in candidates if _fits(header)]
    return max(fitting, key=lambda header: (len(header.columns), header.first - header.last), default=None)


def _fits(header: Header) -> bool:
    zero = {"item_type", "signer_post"} <= header.columns.keys()
    return len(header.columns) >= _FEWEST and ("title" in header.columns or zero)


def _read(sheet: Sheet, first: int, last: int) -> Header:
    found: dict[str, int] = {}
    doubled: list[tuple[str, int]] = []
    unknown: list[tuple[str, int]] = []
    for place in range(1, min(sheet.width, 200) + 1):
        words = _words(sheet, first, last, place)
        column = _column(words)
        if column is None:
            unknown += [(words[-1], place)] if words and not _is_ignored(words[-1]) else []
        elif column in found:
            doubled.append((column, place))
        else:
            found[column] = place
    return Header(first, last, found, tuple(doubled), tuple(unknown))


def _words(sheet: Sheet, first: int, last: int, column: int) -> list[str]:
    """Give the words over one column from top to bottom, a merged one once."""
    places = dict.fromkeys(sheet.anchor(row, column) for row in range(first, last + 1))
    return [visible(shown(sheet.cells[place])[:_WORD_LIMIT]) for place in places if place in sheet.cells]


def _column(words: list[str]) -> str | None:
    """Give the column that the words mean: the lowest one, or all of them read downwards."""
    for word in words[-1:], words:
        written = key("".join(word))
        if found := columns().get(written) or columns().get(without_brackets(written)):
            return found
    return None


def _is_ignored(word: str) -> bool:
    return without_brackets(key(word)) in listed_header("ignored", "columns")


def channels_told(header: Header) -> list[Channel]:
    """Give the channels that the columns tell of most; one if they are clear, none if they tell of none."""
    told = {
        channel: len(header.columns.keys() & set(table("headers")["channels"][channel]["telling"]))
        for channel in Channel
    }
    most = max(told.values())
    return [channel for channel in Channel if told[channel] == most] if most else []


def stated_above(sheet: Sheet, header: Header) -> dict[str, Stated]:
    """Give what the lines above the table state, by column: who reports, who checks, who declares."""
    found: dict[str, Stated] = {}
    labels = table("headers")["title_lines"]
    for word, stated in _entries(sheet, header):
        for column in (column for column, words in labels.items() if column != "others" and word in words):
            found.setdefault(column, stated)
    return found


def _entries(sheet: Sheet, header: Header) -> Iterator[tuple[str, Stated]]:
    words = {word for words in table("headers")["title_lines"].values() for word in words}
    label = rf"(?:{'|'.join(sorted(words, key=len, reverse=True))})(?:[（(][^）)]*[）)])?\s*[:：]"
    entry = re.compile(rf"(?P<label>{label})\s*(?P<value>.*?)\s*(?={label}|$)")
    above = sorted(place for place in sheet.cells if place[0] < header.first)
    for row, column in above:
        for found in entry.finditer(unwrapped(visible(str(sheet.cells[row, column])[:_LINE_LIMIT]))):
            word = without_brackets(key(found["label"]))
            if found["value"]:
                yield word, Stated(found["value"], row, column)
            elif right := next((place for place in above if place[0] == row and place[1] > column), None):
                yield word, Stated(sheet.cells[right], *right)


def item_type_stated(sheet: Sheet, header: Header) -> str | None:
    """Give the one type of item that the sheet's name, or else the lines above the table, speak of."""
    above = "".join(str(value) for (row, _), value in sheet.cells.items() if row < header.first)
    for said in (sheet.name, above):
        spoken = {code for word, code in codes("item_type").items() if word in key(said)}
        if len(spoken) == 1:
            return spoken.pop()
    return None


def secrecy_marking(sheet: Sheet, last: int) -> tuple[int, int] | None:
    """Give the place of a secrecy marking in the rows before `last`, if one stands there."""
    marking = re.compile(rf"(?:{_MARKED}:?)?(?:{'|'.join(listed('secrecy', 'markings'))})(?:[★*].*|[0-9]+年)?")
    return next(
        (
            place
            for place, value in sorted(sheet.cells.items())
            if place[0] < last and marking.fullmatch(key(shown(value)))
        ),
        None,
    )
