"""What an inventory workbook says, row by row: the values read, and every problem with the cell where it stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from api.exchange.cells import Years
from api.exchange.messages import labels, say
from api.exchange.passages import CitedDocument, NumberedLine, Scope


class Channel(StrEnum):
    """The three ways by which a clean-up learns of items."""

    IMPLEMENTER = "IMPLEMENTER"  # 实施单位自查
    SPOT_CHECK = "SPOT_CHECK"  # 监管核查
    RECIPIENT = "RECIPIENT"  # 接受对象反向监测


@dataclass(frozen=True, slots=True)
class NamedUnit:
    """A registered unit, and its name as the workbook has it."""

    name: str
    id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRow:
    """An item that an implementing unit declares. No basis is a finding, not a fault; years.end None was said (长期)."""

    sheet: str
    row: int
    ordinal: str | None
    reporting_unit: NamedUnit
    item_type: str  # VETO, PLEDGE
    title: str
    implementing_unit: NamedUnit
    recipient_scope: tuple[Scope, ...]
    level: str
    field: str
    result: str
    years: Years
    basis: tuple[CitedDocument, ...]
    approval: CitedDocument | None
    triggers: tuple[NumberedLine, ...]
    clauses: tuple[NumberedLine, ...]
    disposition: str | None  # RETAIN, MERGE, CANCEL: the unit's own opinion
    merge_into: str | None
    reason: str | None
    substitute: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ZeroReportRow:
    """A unit's statement that it has no item of this type."""

    sheet: str
    row: int
    reporting_unit: NamedUnit
    item_type: str
    signer_post: str
    statement: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRow:
    """An item that a spot check came upon."""

    sheet: str
    row: int
    ordinal: str | None
    checking_unit: NamedUnit
    checked_unit: NamedUnit
    found_on: date
    item_type: str
    title: str
    implementing_unit: NamedUnit
    recipient_scope: tuple[Scope, ...]
    basis: tuple[CitedDocument, ...]
    years: Years | None
    result: str | None
    paper: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRow:
    """An item that a unit on which it was imposed reports upward; `protected`: the implementing unit is not told by whom."""

    sheet: str
    row: int
    ordinal: str | None
    recipient: NamedUnit
    implementing_unit: NamedUnit
    item_type: str
    title: str
    paper: str | None
    result: str | None
    years: Years | None
    basis: tuple[CitedDocument, ...]
    protected: bool


Row = ItemRow | FindingRow | ReportRow


@dataclass(frozen=True, slots=True)
class CellProblem:
    """What is wrong with a cell (`section` problem) or was read differently from how it stands (`section` warning)."""

    section: str
    sheet: str
    cell: str  # such as D7
    column: str | None  # as in `headers.toml`
    value: str
    code: str
    fields: Mapping[str, str | int]
    suggestion: str | None = None

    def text(self, language: str) -> str:
        """Say it to a person, in `language` (`zh` or `en`), without the suggestion."""
        named = {"column": labels()["column"][self.column][language]} if self.column else {}
        return say(self.section, self.code, language, {"value": self.value, **named, **self.fields})


@dataclass(frozen=True, slots=True)
class Skipped:
    """A row (or, without a row, a whole sheet) that holds no item, and why; its text, maybe a person's name, is not kept."""

    sheet: str
    row: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class Inventory:
    """One workbook of one channel. `rows` are those without a problem; nothing may be imported while `problems` remain."""

    name: str
    digest: str  # SHA-256 of the file, in hex
    channel: Channel
    rows: tuple[Row, ...]
    zero_reports: tuple[ZeroReportRow, ...]
    problems: tuple[CellProblem, ...]
    warnings: tuple[CellProblem, ...]
    skipped: tuple[Skipped, ...]
