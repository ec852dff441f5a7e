"""Opening a file: told by its content, and every bad one refused for its own reason, with nothing waited for."""

import os
import shutil
import socket
import stat
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from api.exchange import container, refused
from api.exchange.workbook import Workbook, read_workbook


def rewritten(source: Path, target: Path, change: Callable[[str, bytes], bytes | None], **added: bytes) -> Path:
    """Copies an .xlsx part by part; `change` gives a part's new bytes, None to leave it out."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if (content := change(name, old.read(name))) is not None:
                new.writestr(name, content)
        for name, content in added.items():
            new.writestr(name, content)
    return target


def cells_of(workbook: Workbook) -> list[dict[tuple[int, int], object]]:
    return [dict(sheet.cells) for sheet in workbook.sheets]


def test_the_same_table_is_read_from_xlsx_xls_and_et(files: Path) -> None:
    xlsx, xls, et = (read_workbook(files / f"declared.{ending}") for ending in ("xlsx", "xls", "et"))
    assert cells_of(xlsx) == cells_of(xls) == cells_of(et)
    assert [(sheet.name, sheet.hidden) for sheet in xlsx.sheets] == [
        ("责任状事项", False),
        ("一票否决", False),
        ("填表说明", False),
        ("往年", True),
    ]
    assert {*xlsx.sheets[0].merged} == {*xls.sheets[0].merged} != set()
    assert (xlsx.kind, xls.kind, et.kind) == ("xlsx", "xls", "xls")
    assert xls.digest == et.digest != xlsx.digest


@pytest.mark.parametrize(
    ("source", "ending"),
    [("declared.xlsx", ".et"), ("declared.xls", ".xlsx"), ("declared.xlsx", ".csv"), ("reported.csv", ".xls")],
)
def test_the_ending_of_the_name_says_nothing(files: Path, tmp_path: Path, source: str, ending: str) -> None:
    renamed = tmp_path / f"renamed{ending}"
    shutil.copy(files / source, renamed)
    assert cells_of(read_workbook(renamed)) == cells_of(read_workbook(files / source))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_table_kept_as_text_is_read_in_any_encoding_and_with_any_separator(
    tmp_path: Path, encoding: str, separator: str
) -> None:
    rows = [["标题"], ["序号", "事项名称", "依据"], ["1", "演示事项", "《甲》，《乙》;丙\n丁"], ["2", "演示,事项", ""]]
    text = "\r\n".join(separator.join(f'"{cell}"' for cell in row) for row in rows)
    (tmp_path / "t.csv").write_bytes(text.encode(encoding))
    sheet = read_workbook(tmp_path / "t.csv").sheets[0]
    assert sheet.name == "t"
    assert [
        [sheet.cells.get((row, column), "") for column in range(1, len(cells) + 1)] for row, cells in enumerate(rows, 1)
    ] == rows


def test_titles_and_notes_do_not_hide_the_separator(tmp_path: Path) -> None:
    text = "演示统计表\n填报单位：演示市水利局\n二〇二四年\n序号;事项名称\n1;演示甲\n2;演示乙，演示丙\n备注：无\n填报人：某\n"
    (tmp_path / "t.csv").write_text(text, encoding="utf-8")
    assert read_workbook(tmp_path / "t.csv").sheets[0].cells[5, 2] == "演示甲"


def test_cells_hold_what_the_spreadsheet_shows(files: Path) -> None:
    sheet = read_workbook(files / "declared.xlsx").sheets[0]
    assert str(sheet.cells[9, 8]) == "2021-01-01"
    assert sheet.cells[11, 8] == 2021.5
    assert sheet.cells[4, 2] == "事 项\n名 称"
    assert sheet.anchor(8, 3) == (7, 3)
    assert 10 not in sheet.rows


def test_a_cell_keeps_its_place_when_the_sheet_begins_with_blanks(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0]["C4"] = "甲"
    book.worksheets[0]["E6"] = "乙"
    book.save(tmp_path / "late.xlsx")
    assert dict(read_workbook(tmp_path / "late.xlsx").sheets[0].cells) == {(4, 3): "甲", (6, 5): "乙"}


def test_cells_without_a_value_are_known(files: Path, tmp_path: Path) -> None:
    assert dict(read_workbook(files / "problems.xlsx").sheets[0].lost) == {(3, 14): "error", (4, 10): "error"}
    assert dict(read_workbook(files / "problems.xls").sheets[0].lost) == {(3, 14): "error", (4, 10): "error"}
    book = openpyxl.Workbook()
    book.worksheets[0]["A1"] = "=1+1"
    book.save(tmp_path / "formula.xlsx")
    assert dict(read_workbook(tmp_path / "formula.xlsx").sheets[0].lost) == {(1, 1): "formula"}


def test_formulas_give_their_value_and_nothing_outside_is_asked(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "linked.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write_formula("A1", "='[other.xlsx]Sheet1'!A1", None, "外部值")
        sheet.write_formula("A2", "=cmd|'/c calc'!A0", None, "算出")
        sheet.write_formula("A3", '=IF(1,"","")', None, "空")
        sheet.write_formula("A4", "=1+1", None, 2)
    path = rewritten(tmp_path / "linked.xlsx", tmp_path / "t.xlsx", lambda _, part: part.replace("空".encode(), b""))
    sheet_read = read_workbook(path).sheets[0]
    assert dict(sheet_read.cells) == {(1, 1): "外部值", (2, 1): "算出", (4, 1): 2}
    assert dict(sheet_read.lost) == {}


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("encrypted.xlsx", refused.WorkbookEncrypted),
        ("encrypted.xls", refused.WorkbookEncrypted),
        ("macros.xlsm", refused.WorkbookHasMacros),
        ("macros.xls", refused.WorkbookHasMacros),
        ("other.ods", refused.FormatNotSupported),
    ],
)
def test_files_of_the_wrong_kind_are_refused_by_name(
    files: Path, name: str, reason: type[refused.WorkbookRefused]
) -> None:
    with pytest.raises(reason) as refusal:
        read_workbook(files / name)
    assert type(refusal.value) is reason
    assert name in refusal.value.text("zh")
    assert name in refusal.value.text("en")


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"%PDF-1.7 ...", "PDF"),
        (b"{\\rtf1", "RTF"),
        (b"\n <html><table>", "HTML"),
        (b"\xef\xbb\xbf<TABLE>", "HTML"),
        (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">', "XML"),
        (b"\x89PNG\r\n\x1a\n", "PNG"),
        (b"Rar!\x1a\x07", "RAR"),
    ],
)
def test_other_formats_are_named(tmp_path: Path, content: bytes, found: str) -> None:
    (tmp_path / "t.xls").write_bytes(content)
    with pytest.raises(refused.FormatNotSupported) as refusal:
        read_workbook(tmp_path / "t.xls")
    assert refusal.value.fields["found"] == found


@pytest.mark.parametrize(
    ("part", "found"), [("word/document.xml", "Word"), ("xl/workbook.bin", "XLSB"), ("readme.txt", "ZIP")]
)
def test_other_archives_are_named(tmp_path: Path, part: str, found: str) -> None:
    with zipfile.ZipFile(tmp_path / "t.xlsx", "w") as archive:
        archive.writestr(part, "x")
    with pytest.raises(refused.FormatNotSupported) as refusal:
        read_workbook(tmp_path / "t.xlsx")
    assert refusal.value.fields["found"] == found


def test_macros_are_seen_in_the_content_types_and_as_macro_sheets_too(files: Path, tmp_path: Path) -> None:
    def as_macro_book(name: str, content: bytes) -> bytes:
        return (
            content.replace(b"sheet.main+xml", b"sheet.macroEnabled.main+xml") if "Content_Types" in name else content
        )

    for path in (
        rewritten(files / "zero.xlsx", tmp_path / "typed.xlsx", as_macro_book),
        rewritten(
            files / "zero.xlsx", tmp_path / "four.xlsx", lambda _, content: content, **{"xl/macrosheets/s.xml": b"x"}
        ),
    ):
        with pytest.raises(refused.WorkbookHasMacros):
            read_workbook(path)


@pytest.mark.parametrize(
    "content",
    [
        b"\x01\x02\x03\x04 binary",
        b"PK\x03\x04 no archive",
        b"PK\x05\x06" + bytes(18),
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"\xff\xfe\x00",
        b'"' + b"a" * 200_000,
    ],
    ids=["binary", "zip", "empty zip", "zeros", "short", "half a letter", "open quotation"],
)
def test_damaged_files_are_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "t.xlsx").write_bytes(content)
    with pytest.raises((refused.WorkbookUnreadable, refused.FormatNotSupported)):
        read_workbook(tmp_path / "t.xlsx")


def test_a_file_cut_short_is_refused(files: Path, tmp_path: Path) -> None:
    for name in ("declared.xlsx", "declared.xls"):
        content = (files / name).read_bytes()
        (tmp_path / name).write_bytes(content[: len(content) // 2])
        with pytest.raises(refused.WorkbookUnreadable):
            read_workbook(tmp_path / name)


def test_an_archive_with_entities_or_a_wrong_checksum_is_refused(files: Path, tmp_path: Path) -> None:
    def with_entity(name: str, content: bytes) -> bytes:
        return content.replace(b"?>", b'?><!DOCTYPE a [<!ENTITY x "y">]>', 1) if name == "xl/workbook.xml" else content

    broken = bytearray((files / "zero.xlsx").read_bytes())
    first = zipfile.ZipFile(files / "zero.xlsx").infolist()[1]
    broken[broken.index(b"PK\x01\x02") + 16] ^= 0xFF  # the checksum that the directory states for the first part
    (tmp_path / "sum.xlsx").write_bytes(bytes(broken))
    assert first.CRC
    for path in (rewritten(files / "zero.xlsx", tmp_path / "entity.xlsx", with_entity), tmp_path / "sum.xlsx"):
        with pytest.raises(refused.WorkbookUnreadable):
            read_workbook(path)


def test_paths_that_are_no_file_are_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.xlsx")
    (tmp_path / "loop.xlsx").symlink_to(tmp_path / "loop.xlsx")
    (tmp_path / "folder.xlsx").mkdir()
    (tmp_path / "empty.xlsx").touch()
    for name, reason in (
        ("absent.xlsx", refused.FileNotFound),
        ("absent/inside.xlsx", refused.FileNotFound),
        ("n" * 300, refused.FileNotFound),
        ("nul\0.xlsx", refused.FileNotFound),
        ("folder.xlsx", refused.FileIsADirectory),
        ("pipe.xlsx", refused.FileNotRegular),
        ("loop.xlsx", refused.FileNotRegular),
        ("empty.xlsx", refused.FileEmpty),
    ):
        with pytest.raises(reason) as refusal:
            read_workbook(tmp_path / name)
        assert type(refusal.value) is reason
    with pytest.raises(refused.FileNotRegular):
        read_workbook(Path("/dev/zero"))


def test_a_socket_is_no_file(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "socket"))
        with pytest.raises(refused.FileNotRegular):
            read_workbook(tmp_path / "socket")


@contextmanager
def nobody() -> Iterator[None]:
    """Root may read everything, so these lines run as somebody else."""
    before = os.geteuid()
    os.seteuid(65534 if before == 0 else before)
    try:
        yield
    finally:
        os.seteuid(before)


def test_a_file_that_may_not_be_read_is_refused(files: Path, tmp_path: Path) -> None:
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == os.geteuid() and not folder.stat().st_mode & stat.S_IXOTH:
            folder.chmod(0o711)
    shutil.copy(files / "zero.xlsx", tmp_path / "mine.xlsx")
    (tmp_path / "mine.xlsx").chmod(0o000)
    with nobody(), pytest.raises(refused.FileNotPermitted):
        read_workbook(tmp_path / "mine.xlsx")


def test_a_link_to_a_workbook_is_followed(files: Path, tmp_path: Path) -> None:
    (tmp_path / "link.xlsx").symlink_to(files / "zero.xlsx")
    assert read_workbook(tmp_path / "link.xlsx").digest == read_workbook(files / "zero.xlsx").digest


def test_the_limit_on_bytes_is_the_callers(files: Path) -> None:
    size = (files / "zero.xlsx").stat().st_size
    assert read_workbook(files / "zero.xlsx", limit=size).sheets
    with pytest.raises(refused.FileTooLarge):
        read_workbook(files / "zero.xlsx", limit=size - 1)


def test_more_rows_than_allowed_are_refused_and_blank_ones_do_not_count(tmp_path: Path) -> None:
    limit = 20_000
    (tmp_path / "full.csv").write_text("甲,乙\n\n" * limit, encoding="utf-8")
    (tmp_path / "over.csv").write_text("甲,乙\n\n" * limit + "甲,乙\n", encoding="utf-8")
    assert len(read_workbook(tmp_path / "full.csv").sheets[0].rows) == limit
    with pytest.raises(refused.TooManyRows) as refusal:
        read_workbook(tmp_path / "over.csv")
    assert refusal.value.fields["limit"] == limit


def test_parts_that_share_their_bytes_are_refused(files: Path, tmp_path: Path) -> None:
    twins = {f"xl/media/{name}.bin": bytes(1000) for name in "ab"}
    path = rewritten(files / "zero.xlsx", tmp_path / "t.xlsx", lambda _, content: content, **twins)
    assert read_workbook(path).sheets
    data = bytearray(path.read_bytes())
    second = data.rindex(b"PK\x01\x02")
    first = data.rindex(b"PK\x01\x02", 0, second)
    data[second + 42 : second + 46] = data[first + 42 : first + 46]  # where the part begins
    path.write_bytes(bytes(data))
    with pytest.raises(refused.WorkbookUnreadable):
        read_workbook(path)


def test_a_part_named_twice_is_refused(files: Path, tmp_path: Path) -> None:
    path = rewritten(
        files / "zero.xlsx", tmp_path / "t.xlsx", lambda _, content: content, **{"XL/workbook.xml": b"<workbook/>"}
    )
    with pytest.raises(refused.WorkbookUnreadable):
        read_workbook(path)


def test_the_limits_are_those_that_the_refusals_name() -> None:
    assert container.BYTES_LIMIT == 20 << 20
    assert container.UNPACKED_LIMIT == 100 << 20
