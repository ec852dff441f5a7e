"""The cells whose content a spreadsheet reader drops without a word: errors (#REF!) and formulas never calculated.

Read beside the values, so that such a cell is reported instead of passing for a blank one.
"""

import struct
import zipfile
from dataclasses import dataclass, field
from io import BytesIO
from typing import Literal
from xml.etree import ElementTree as ET  # the parts were checked: bounded in size, without entities
from xml.parsers import expat

from api.exchange.addresses import column_number
from api.exchange.biff import BOOLEAN_OR_ERROR, FORMULA, SHEET, records, workbook_stream
from api.exchange.compound import Compound

Why = Literal["error", "formula"]
Lost = list[tuple[int, int, Why]]  # row and column from 1


def lost_in_archive(data: bytes) -> dict[str, Lost]:
    """Give, for each sheet of an .xlsx by name, the cells that hold an error or a formula without its value."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        related = {
            relation.get("Id"): relation.get("Target", "")
            for relation in ET.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314 - see the import
        }
        sheets = ET.fromstring(archive.read("xl/workbook.xml")).iterfind("{*}sheets/{*}sheet")  # noqa: S314 - see the import
        parts = {sheet.get("name", ""): related.get(_relation(sheet), "") for sheet in sheets}
        held = set(archive.namelist())
        found = {}
        for name, target in parts.items():
            part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            if part in held:
                found[name] = _SheetPart().read(archive.read(part))
        return found


def _relation(sheet: ET.Element) -> str:
    """Give the sheet's relation id, in whichever of the two namespaces (transitional, strict) it was written."""
    return next((value for key, value in sheet.items() if key.endswith("}id")), "")


@dataclass
class _SheetPart:
    """One sheet's XML, gone through once; what stands of the cell being read is what the next event needs."""

    lost: Lost = field(default_factory=list)
    row: int = 0
    column: int = 0
    kind: str = ""
    formula: bool = False
    value: bool = False
    inside_value: bool = False

    def read(self, part: bytes) -> Lost:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler, parser.EndElementHandler = self._opened, self._closed
        parser.CharacterDataHandler = self._text
        parser.Parse(part, True)
        return self.lost

    def _opened(self, name: str, attributes: dict[str, str]) -> None:
        match name.rpartition(" ")[2]:
            case "row":
                self.row = int(attributes.get("r", self.row + 1))
                self.column = 0
            case "c":
                reference = attributes.get("r", "")
                self.column = column_number(reference.rstrip("0123456789")) if reference else self.column + 1
                self.kind, self.formula, self.value = attributes.get("t", ""), False, False
            case "f":
                self.formula = True
            case "v" | "t":
                self.inside_value = True

    def _text(self, text: str) -> None:
        self.value = self.value or (self.inside_value and text != "")

    def _closed(self, name: str) -> None:
        match name.rpartition(" ")[2]:
            case "v" | "t":
                self.inside_value = False
            case "c" if self.kind == "e":
                self.lost.append((self.row, self.column, "error"))
            # A formula that gave an empty text is written with t="str" and no value: it has been calculated.
            case "c" if self.formula and not self.value and self.kind != "str":
                self.lost.append((self.row, self.column, "formula"))


def lost_in_compound(data: bytes) -> list[Lost]:
    """Give, for each sheet of an .xls in order, the cells that hold an error. Raises NotACompound."""
    stream = workbook_stream(Compound(data))
    sheets = (body for kind, body in records(stream, 0) if kind == SHEET and len(body) >= 4)
    return [_errors(stream, struct.unpack_from("<I", body)[0]) for body in sheets]


def _errors(stream: bytes, start: int) -> Lost:
    found: Lost = []
    for kind, body in records(stream, start):
        # A formula's result is eight bytes from the sixth; FFFF at their end and 2 at their beginning is an error.
        if len(body) >= 14 and kind == FORMULA and body[12:14] == b"\xff\xff" and body[6] == 2:
            found.append((*_place(body), "error"))
        if len(body) >= 8 and kind == BOOLEAN_OR_ERROR and body[7] == 1:
            found.append((*_place(body), "error"))
    return found


def _place(body: bytes) -> tuple[int, int]:
    row, column = struct.unpack_from("<HH", body)
    return row + 1, column + 1
