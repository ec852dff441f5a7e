"""A table kept as text: its encoding and its separator are found out, never asked for.

Pure. UTF-8 and UTF-16 with or without a mark, GB18030; comma, semicolon or tab, whichever makes most of it.
"""

import codecs
import csv
import itertools
import re
from collections import Counter

_MARKS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_NO_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ufffe\uffff]")
_SEPARATORS = "\t,;"
_CELL_LIMIT = 100_000  # characters; more is no cell but an open quotation mark


class NotAText(ValueError):  # noqa: N818 - refusals are named as the state of things
    """The bytes are no text in any of the encodings that offices use."""


def decode(data: bytes) -> str:
    """Give the text that `data` holds. Raises NotAText."""
    for mark, encoding in _MARKS.items():
        if data.startswith(mark):
            return _decoded(data.removeprefix(mark), [encoding])
    return _decoded(data, _guesses(data))


def _guesses(data: bytes) -> list[str]:
    """Without a mark, UTF-16 shows by the zero bytes of its separators and line ends, on one side only."""
    even, odd = data[0::2].count(0), data[1::2].count(0)
    if even or odd:
        return ["utf-16-le" if odd > even else "utf-16-be"]
    return ["utf-8", "gb18030"]


def _decoded(data: bytes, encodings: list[str]) -> str:
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not _NO_TEXT.search(text):
            return text
    raise NotAText


def rows(text: str) -> list[list[str]]:
    """Split `text` into rows of cells by the separator that makes a table of it. Raises NotAText."""
    csv.field_size_limit(_CELL_LIMIT)
    try:
        return list(csv.reader(text.splitlines(keepends=True), delimiter=_separator(text)))
    except csv.Error as cause:
        raise NotAText from cause


def _separator(text: str) -> str:
    """Choose the separator whose most usual number of cells in a row, of the first 200, is the greatest."""

    def usual_width(separator: str) -> int:
        widths = Counter(
            len(row) for row in itertools.islice(csv.reader(text.splitlines(keepends=True), delimiter=separator), 200)
        )
        widths.pop(1, None)  # titles and notes stand alone in their rows
        return max(widths.items(), key=lambda width: (width[1], width[0]), default=(1, 0))[0]

    return max(_SEPARATORS, key=usual_width)
