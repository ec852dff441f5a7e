"""A registry of invented units, and reading against it."""

from collections.abc import Callable
from pathlib import Path
from uuid import NAMESPACE_URL, UUID, uuid5

import openpyxl
import pytest

from api.exchange.inventory import read_inventory
from api.exchange.rows import Channel, Inventory

UNITS = {
    name: uuid5(NAMESPACE_URL, name)
    for name in (
        "演示市委组织部",
        "演示市农业农村局",
        "演示市自然资源局",
        "演示市水利局",
        "演示市生态环境局",
        "演示市教育局",
        "演示县人民政府",
        "演示县农业农村局",
        "演示乡人民政府",
    )
}

Read = Callable[..., Inventory]
Table = Callable[[list[list[object]]], Path]


@pytest.fixture(scope="session")
def files() -> Path:
    return Path(__file__).parent / "files"


@pytest.fixture(scope="session")
def units() -> dict[str, UUID]:
    return UNITS


@pytest.fixture(scope="session")
def read() -> Read:
    def reading(path: Path, channel: Channel | None = None) -> Inventory:
        return read_inventory(
            path, names=UNITS.get, suggest=lambda name: "演示市农业农村局" if "农业" in name else None, channel=channel
        )

    return reading


@pytest.fixture
def table(tmp_path: Path) -> Table:
    """Writes one sheet (named by the file) with these rows; a row is put where it stands in the list."""

    def written(rows: list[list[object]], sheet: str = "Sheet1", merged: tuple[str, ...] = ()) -> Path:
        book = openpyxl.Workbook()
        page = book.worksheets[0]
        page.title = sheet
        for row in rows:
            page.append(row)
        for area in merged:
            page.merge_cells(area)
        path = tmp_path / "table.xlsx"
        book.save(path)
        return path

    return written
