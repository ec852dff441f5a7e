"""Reads the inventory workbook of one of the three channels, as an office sends it, into rows and problems.

Second half of reading, before any command: nothing is written, nothing guessed, every problem is listed with its
cell. An empty table is not a zero report: silence is not zero.
"""

from collections.abc import Callable
from functools import partial
from itertools import chain
from pathlib import Path
from uuid import UUID

from api.exchange.addresses import address, place
from api.exchange.cells import Reading, day, identifier, lines, text, title, word
from api.exchange.headers import Header, channels_told, find_header, item_type_stated, secrecy_marking, stated_above
from api.exchange.messages import labels
from api.exchange.passages import CitedDocument, NumberedLine, clauses, document, documents, numbered, opinion, scopes
from api.exchange.reading import Line, Names, Suggest, Table
from api.exchange.refused import ChannelsMixed, ChannelUnclear, NoRows, WorkbookClassified, WrongSheet
from api.exchange.rows import (
    CellProblem,
    Channel,
    FindingRow,
    Inventory,
    ItemRow,
    ReportRow,
    Row,
    Skipped,
    ZeroReportRow,
)
from api.exchange.words import key, listed_header, table
from api.exchange.workbook import Sheet, Value, Workbook, read_workbook


def read_inventory(path: Path, *, names: Names, suggest: Suggest, channel: Channel | None = None) -> Inventory:
    """Read the workbook at `path`.

    `names` gives the id of a registered unit by its name, or None; `suggest` the registered name nearest to one that
    is not. `channel` is told from the columns unless given. Raises the subclasses of WorkbookRefused.
    """
    workbook = read_workbook(path)
    headers, skipped, warnings = _headers(workbook)
    channel = channel or _channel(workbook, headers)
    tables = [_table(sheet, header, channel, names, suggest) for sheet, header in headers]
    read = [(line, _row(line)) for table in tables for line in table.lines()]
    if not read:
        raise NoRows(name=workbook.name)
    _warn_of_silence(tables, read)
    _compare(read)
    kept = [row for line, row in read if row is not None and not line.failed]
    return Inventory(
        name=workbook.name,
        digest=workbook.digest,
        channel=channel,
        rows=tuple(row for row in kept if not isinstance(row, ZeroReportRow)),
        zero_reports=tuple(row for row in kept if isinstance(row, ZeroReportRow)),
        problems=tuple(chain.from_iterable(_in_order(table.problems) for table in tables)),
        warnings=(*warnings, *chain.from_iterable(_in_order(table.warnings) for table in tables)),
        skipped=(*skipped, *chain.from_iterable(table.skipped for table in tables)),
    )


def _in_order(problems: list[CellProblem]) -> list[CellProblem]:
    """Order problems as one reads a sheet: down its rows, and along each."""
    return sorted(problems, key=lambda problem: place(problem.cell))


def _headers(workbook: Workbook) -> tuple[list[tuple[Sheet, Header]], list[Skipped], list[CellProblem]]:
    """Give the sheets that hold a table, with its header; the others are skipped and said to be."""
    found: list[tuple[Sheet, Header]] = []
    skipped: list[Skipped] = []
    warnings: list[CellProblem] = []
    for sheet in workbook.sheets:
        header = find_header(sheet)
        if marked := secrecy_marking(sheet, header.first if header else 5):
            raise WorkbookClassified(name=workbook.name, sheet=sheet.name, cell=address(*marked))
        if sheet.hidden:
            skipped.append(Skipped(sheet.name, None, "hidden-sheet"))
            if header and sheet.rows[-1] > header.last:
                place = address(header.first, 1)
                warnings.append(
                    CellProblem("warning", sheet.name, place, None, sheet.name, "hidden-sheet-with-rows", {})
                )
        elif key(sheet.name) in listed_header("sheets", "samples"):
            skipped.append(Skipped(sheet.name, None, "sample-sheet"))
        elif header is not None:
            found.append((sheet, header))
        elif sheet.cells:
            skipped.append(Skipped(sheet.name, None, "sheet-without-header"))
    if not found:
        raise _wrong_sheet(workbook)
    return found, skipped, warnings


def _wrong_sheet(workbook: Workbook) -> WrongSheet:
    wanted = (labels()["column"][column] for column in ("item_type", "title", "implementing_unit"))
    return WrongSheet(
        name=workbook.name,
        sheets="、".join(sheet.name for sheet in workbook.sheets)[:200],
        wanted="、".join(label["zh"] for label in wanted),
    )


def _channel(workbook: Workbook, headers: list[tuple[Sheet, Header]]) -> Channel:
    """Tell the channel from the columns of all tables; zero reports alone are the implementers'."""
    told: dict[Channel, str] = {}
    for sheet, header in headers:
        if header.is_zero_report:
            continue
        fitting = channels_told(header)
        if len(fitting) != 1:
            raise ChannelUnclear(name=workbook.name, sheet=sheet.name)
        told[fitting[0]] = sheet.name
    if len(told) > 1:
        raise ChannelsMixed(name=workbook.name, sheets="、".join(told.values()))
    return next(iter(told), Channel.IMPLEMENTER)


def _table(sheet: Sheet, header: Header, channel: Channel, names: Names, suggest: Suggest) -> Table:
    stated = stated_above(sheet, header)
    found = Table(sheet, header, channel, stated, item_type_stated(sheet, header), names, suggest)
    required = table("headers")["zero_report"] if header.is_zero_report else table("headers")["channels"][channel]
    if any(row > header.last for row in sheet.rows):  # an empty sheet of the template may keep a header cut short
        found.check_header(required["required"])
    return found


def _warn_of_silence(tables: list[Table], read: list[tuple[Line, Row | ZeroReportRow | None]]) -> None:
    """Say which tables hold nothing, unless the workbook states elsewhere that there is nothing to hold."""
    filled = {line.table.sheet.name for line, _ in read}
    stated = {row.item_type for _, row in read if isinstance(row, ZeroReportRow)}
    for one in tables:
        silent = one.sheet.name not in filled and not one.header.is_zero_report
        if silent and not (stated if one.item_type is None else stated & {one.item_type}):
            one.note("warning", (one.header.first, 1), None, "sheet-without-rows", one.sheet.name)


def _row(line: Line) -> Row | ZeroReportRow | None:
    """Read one row by its channel. Whether it may be kept stands in `line.failed`."""
    if line.is_zero_report():
        return _zero_report(line)
    line.check_one_row()
    match line.table.channel:
        case Channel.IMPLEMENTER:
            return _item(line)
        case Channel.SPOT_CHECK:
            return _finding(line)
        case Channel.RECIPIENT:
            return _report(line)


def _zero_report(line: Line) -> ZeroReportRow | None:
    if line.table.channel is not Channel.IMPLEMENTER:
        line.problem("title", "zero-report-misplaced")
        return None
    return ZeroReportRow(
        sheet=line.table.sheet.name,
        row=line.row,
        reporting_unit=line.unit("reporting_unit"),
        item_type=line.item_type(),
        signer_post=line.signer_post(),
        statement=line.read("statement", text) or line.must(line.zero_report_column(), text),
    )


def _item(line: Line) -> ItemRow:
    item_type = line.item_type()
    opinion_given = line.read("disposition", opinion)
    return ItemRow(
        sheet=line.table.sheet.name,
        row=line.row,
        ordinal=line.read("ordinal", identifier),
        reporting_unit=line.unit("reporting_unit"),
        item_type=item_type,
        title=line.must("title", title),
        implementing_unit=line.unit("implementing_unit"),
        recipient_scope=line.must("recipient_scope", partial(scopes, line.table.names)),
        level=line.must("level", partial(word, "level")),
        field=line.must("field", partial(word, "field")),
        result=line.must("result", lines),
        years=line.must_years(),
        basis=_basis(line),
        approval=line.read("approval", document),
        triggers=_those_of(line, item_type, "VETO", "triggers", numbered),
        clauses=_those_of(line, item_type, "PLEDGE", "clauses", clauses),
        disposition=opinion_given.disposition if opinion_given else None,
        merge_into=opinion_given.merge_into if opinion_given else None,
        reason=line.read("reason", lines),
        substitute=line.read("substitute", lines),
    )


def _finding(line: Line) -> FindingRow:
    return FindingRow(
        sheet=line.table.sheet.name,
        row=line.row,
        ordinal=line.read("ordinal", identifier),
        checking_unit=line.unit("checking_unit"),
        checked_unit=line.unit("checked_unit"),
        found_on=line.must("found_on", day),
        item_type=line.item_type(),
        title=line.must("title", title),
        implementing_unit=line.unit("implementing_unit"),
        recipient_scope=line.read("recipient_scope", partial(scopes, line.table.names)) or (),
        basis=line.read("basis", documents) or (),
        years=line.years(),
        result=line.read("result", lines),
        paper=line.read("paper", title),
    )


def _report(line: Line) -> ReportRow:
    return ReportRow(
        sheet=line.table.sheet.name,
        row=line.row,
        ordinal=line.read("ordinal", identifier),
        recipient=line.unit("recipient"),
        implementing_unit=line.unit("implementing_unit"),
        item_type=line.item_type(),
        title=line.must("title", title),
        paper=line.read("paper", title),
        result=line.read("result", lines),
        years=line.years(),
        basis=line.read("basis", documents) or (),
        protected=line.must("protected", partial(word, "protected")) == "YES",
    )


def _basis(line: Line) -> tuple[CitedDocument, ...]:
    """Read what the item rests on; that it rests on nothing is a finding, so it is said and let through."""
    basis = line.read("basis", documents)
    if basis == () or (line.value("basis") is None and not line.is_lost("basis")):
        line.warn("basis", "basis-missing")
    return basis or ()


def _those_of(
    line: Line,
    item_type: str,
    needed_by: str,
    column: str,
    reader: Callable[[Value], Reading[tuple[NumberedLine, ...]]],
) -> tuple[NumberedLine, ...]:
    """Read triggers or clauses, which the items of one type must state."""
    if item_type == needed_by and line.value(column) is None and not line.is_lost(column):
        line.problem(column, f"{column}-missing")
    return line.read(column, reader) or ()


def _compare(read: list[tuple[Line, Row | ZeroReportRow | None]]) -> None:
    """Find what single rows cannot show: a zero report beside items of its type, and the same item twice."""
    items: dict[tuple[UUID, str], ItemRow] = {}
    seen: dict[tuple[object, ...], Row] = {}
    for line, row in read:
        if line.failed or row is None or isinstance(row, ZeroReportRow):
            continue
        if isinstance(row, ItemRow):
            items.setdefault((row.reporting_unit.id, row.item_type), row)
        identity = (*_units(row), row.item_type, key(row.title))
        if (first := seen.setdefault(identity, row)) is not row:
            line.warn("title", "same-title-twice", row.title, {"sheet": first.sheet, "row": first.row})
    for line, row in read:
        if line.failed or not isinstance(row, ZeroReportRow):
            continue
        if item := items.get((row.reporting_unit.id, row.item_type)):
            fields: dict[str, str | int] = {"unit": row.reporting_unit.name, "sheet": item.sheet, "row": item.row}
            line.problem("statement", "zero-report-contradicted", fields=fields)


def _units(row: Row) -> tuple[UUID, ...]:
    match row:
        case ItemRow():
            return row.reporting_unit.id, row.implementing_unit.id
        case FindingRow():
            return row.checking_unit.id, row.checked_unit.id, row.implementing_unit.id
        case ReportRow():
            return row.recipient.id, row.implementing_unit.id
