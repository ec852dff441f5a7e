"""Files made to hurt: none of them costs more than bounded memory and time, and none ends in anything but a refusal."""

import subprocess
import sys
import time
import zipfile
from contextlib import suppress
from pathlib import Path
from uuid import UUID

import openpyxl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from api.exchange import refused
from api.exchange.inventory import read_inventory
from api.exchange.refused import WorkbookRefused
from api.exchange.workbook import read_workbook

FILES = Path(__file__).parent / "files"
MEMORY = 300  # MB, of the reading process and of the parsing one
SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>'

MEASURED = """
import re, resource, sys
from pathlib import Path
from api.exchange.workbook import read_workbook
from api.exchange.refused import WorkbookRefused
try:
    read_workbook(Path(sys.argv[1]))
    said = "read"
except WorkbookRefused as refusal:
    said = type(refusal).__name__
own = int(re.search(r"VmHWM:\\s*(\\d+)", Path("/proc/self/status").read_text())[1])  # ru_maxrss is inherited over exec
print(said, max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) >> 10)
"""


def measured(path: Path, memory: int = MEMORY) -> str:
    """Reads in a process of its own; gives what was said, having checked the memory it took."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, str(path)], capture_output=True, text=True, check=True, timeout=60
    )
    said, megabytes = done.stdout.split()
    assert int(megabytes) < memory, f"{path.name}: {megabytes} MB"
    return said


def with_parts(target: Path, parts: dict[str, bytes], level: int = 9) -> Path:
    """Takes a real workbook and puts these parts in the place of its own."""
    with (
        zipfile.ZipFile(FILES / "zero.xlsx") as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as new,
    ):
        for name in old.namelist():
            if name not in parts:
                new.writestr(name, old.read(name))
        for name, content in parts.items():
            new.writestr(name, content)
    return target


def test_a_file_of_200_mb_is_refused_without_being_read(tmp_path: Path) -> None:
    path = tmp_path / "large.xlsx"
    with path.open("wb") as file:
        file.write(b"PK\x03\x04")
        file.truncate(200 << 20)
    assert measured(path, memory=60) == "FileTooLarge"
    with pytest.raises(refused.FileTooLarge) as refusal:
        read_workbook(path)
    assert (refusal.value.fields["size"], refusal.value.fields["limit"]) == (200, 20)


def test_a_part_that_unpacks_to_hundreds_of_megabytes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    block = bytes(1 << 20)
    with (
        zipfile.ZipFile(FILES / "zero.xlsx") as old,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new,
    ):
        for name in old.namelist():
            new.writestr(name, old.read(name))
        with new.open("xl/worksheets/sheet9.xml", "w", force_zip64=True) as part:
            for _ in range(320):
                part.write(block)
    assert path.stat().st_size < 4 << 20
    assert measured(path) == "WorkbookIsABomb"


def test_a_part_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    path = with_parts(tmp_path / "lie.xlsx", {"xl/worksheets/sheet9.xml": bytes(300 << 20)}, 1)
    data = bytearray(path.read_bytes())
    place = data.rindex(b"PK\x01\x02")
    assert int.from_bytes(data[place + 24 : place + 28], "little") == 300 << 20
    data[place + 24 : place + 28] = (1000).to_bytes(4, "little")
    path.write_bytes(bytes(data))
    assert measured(path) == "WorkbookIsABomb"


def test_many_parts_that_are_each_small_enough_are_refused(tmp_path: Path) -> None:
    parts = {f"xl/media/{number}.bin": bytes(4 << 20) for number in range(30)}
    assert measured(with_parts(tmp_path / "many.xlsx", parts, 1)) == "WorkbookIsABomb"


def test_a_part_packed_as_no_office_program_packs_is_refused(tmp_path: Path) -> None:
    assert measured(with_parts(tmp_path / "one.xlsx", {"xl/media/1.bin": bytes(50 << 20)})) == "WorkbookIsABomb"


def test_more_text_than_all_cells_may_hold_is_refused(tmp_path: Path) -> None:
    (tmp_path / "full.csv").write_text(f"甲,{'a' * 9_900}\n" * 1_000, encoding="utf-8")
    (tmp_path / "over.csv").write_text(f"甲,{'a' * 10_100}\n" * 1_000, encoding="utf-8")
    assert measured(tmp_path / "full.csv") == "read"
    assert measured(tmp_path / "over.csv") == "WorkbookTooComplex"


def test_a_directory_of_half_a_million_parts_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "parts.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for number in range(3_000):
            archive.writestr(f"xl/{number}", b"")
    assert measured(path) == "WorkbookIsABomb"


def test_one_cell_at_the_far_end_of_the_sheet_does_not_take_the_process_with_it(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0]["A1"] = 1
    book.worksheets[0].cell(1_048_576, 16_384, "远")
    book.save(tmp_path / "far.xlsx")
    assert measured(tmp_path / "far.xlsx") == "WorkbookTooComplex"


def test_one_long_text_shared_by_every_cell_is_refused(tmp_path: Path) -> None:
    shared = (
        f'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>{"字" * 30_000}</t></si></sst>'
    )
    rows = "".join(f'<row r="{row}"><c r="A{row}" t="s"><v>0</v></c></row>' for row in range(1, 19_000))
    parts = {"xl/sharedStrings.xml": shared.encode(), "xl/worksheets/sheet1.xml": SHEET.format(rows=rows).encode()}
    assert measured(with_parts(tmp_path / "shared.xlsx", parts)) == "WorkbookTooComplex"


def test_merged_cells_over_everything_are_bounded(tmp_path: Path) -> None:
    rows = '<row r="1"><c r="A1" t="inlineStr"><is><t>甲</t></is></c></row><row r="9"><c r="C9"><v>1</v></c></row>'
    merged = '<mergeCells count="2"><mergeCell ref="A1:XFD1048576"/><mergeCell ref="B1:XFD9"/></mergeCells></worksheet>'
    sheet = SHEET.format(rows=rows).replace("</worksheet>", merged)
    path = with_parts(tmp_path / "merged.xlsx", {"xl/worksheets/sheet1.xml": sheet.encode()})
    read = read_workbook(path).sheets[0]
    assert len(read.merged) == 2
    assert read.anchor(9, 1) == (1, 1)
    rows = "".join(f'<row r="{row}"><c r="J{row}"><v>1</v></c></row>' for row in range(1, 2_001))
    merged = "".join(f'<mergeCell ref="A{row}:J1048576"/>' for row in range(1, 61))
    sheet = SHEET.format(rows=rows).replace("</worksheet>", f"<mergeCells>{merged}</mergeCells></worksheet>")
    path = with_parts(tmp_path / "many.xlsx", {"xl/worksheets/sheet1.xml": sheet.encode()})
    with pytest.raises(refused.WorkbookTooComplex):
        read_workbook(path).sheets[0].anchor(1, 1)


def test_the_largest_workbook_allowed_is_read_within_bounds(tmp_path: Path) -> None:
    row = ",".join(f"演示农村沼气设施安全管理目标责任书{column}" for column in range(17))
    (tmp_path / "full.csv").write_text(f"{row}\n" * 20_000, encoding="utf-8")
    started = time.monotonic()
    assert measured(tmp_path / "full.csv") == "read"
    assert time.monotonic() - started < 20


real = {
    name: (FILES / name).read_bytes()
    for name in ("declared.xlsx", "declared.xls", "problems.xls", "reported.csv", "encrypted.xls")
}
beginnings = [b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\xff\xfe", b"\xef\xbb\xbf", b"<html>"]
damages = st.lists(st.tuples(st.integers(0, 1 << 20), st.integers(0, 255)), max_size=8)
once_for_all = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]


def damaged(content: bytes, damage: list[tuple[int, int]]) -> bytes:
    changed = bytearray(content)
    for place, byte in damage:
        changed[place % len(changed)] = byte
    return bytes(changed)


def opened(folder: Path, content: bytes) -> None:
    """Reads all the way; anything raised but a refusal fails the test. The parser does abort its process on some of these."""
    (folder / "t.xls").write_bytes(content)
    with suppress(WorkbookRefused):
        read_inventory(folder / "t.xls", names=lambda _: UUID(int=1), suggest=lambda _: None)


@given(st.sampled_from(beginnings), st.binary(max_size=2_000))
@settings(max_examples=20, deadline=None, suppress_health_check=once_for_all)
def test_random_bytes_are_refused_or_read(tmp_path: Path, beginning: bytes, content: bytes) -> None:
    opened(tmp_path, beginning + content)


@given(st.sampled_from(sorted(real)), st.integers(50, 150), damages)
@example("declared.xls", 96, [(521, 1)])  # a chain of sectors that leads out of the file
@settings(max_examples=40, deadline=None, suppress_health_check=once_for_all)
def test_damaged_workbooks_are_refused_or_read(
    tmp_path: Path, name: str, share: int, damage: list[tuple[int, int]]
) -> None:
    content = real[name]
    opened(tmp_path, damaged(content[: len(content) * share // 100], damage))


@given(
    st.sampled_from(["workbook.xml", "worksheets/sheet1.xml", "sharedStrings.xml", "_rels/workbook.xml.rels"]), damages
)
@settings(max_examples=25, deadline=None, suppress_health_check=once_for_all)
def test_workbooks_with_a_damaged_part_are_refused_or_read(
    tmp_path: Path, part: str, damage: list[tuple[int, int]]
) -> None:
    """Damage inside the packing, its sums put right: what the parser itself has to bear."""
    with zipfile.ZipFile(FILES / "zero.xlsx") as old:
        content = damaged(old.read(f"xl/{part}"), damage)
    opened(tmp_path, with_parts(tmp_path / "damaged.xlsx", {f"xl/{part}": content}).read_bytes())


@pytest.mark.soak
@given(st.sampled_from(sorted(real)), st.integers(50, 150), damages)
@settings(max_examples=2_000, deadline=None, suppress_health_check=once_for_all)
def test_thousands_of_damaged_workbooks_are_refused_or_read(
    tmp_path: Path, name: str, share: int, damage: list[tuple[int, int]]
) -> None:
    content = real[name]
    opened(tmp_path, damaged(content[: len(content) * share // 100], damage))
