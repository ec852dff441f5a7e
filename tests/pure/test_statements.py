"""SQL is found by name, as its file holds it."""

from importlib.resources import files
from pathlib import Path

import pytest

from ledger.statements import load


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    name = f"statements_of_{tmp_path.name.replace('-', '_')}"
    (tmp_path / name).mkdir()
    (tmp_path / name / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    return name


def put(package: str, text: str) -> None:
    Path(str(files(package).joinpath("some.sql"))).write_text(text, "utf-8")


def test_a_statement_is_all_that_stands_under_its_name_comments_included(package: str) -> None:
    put(
        package,
        "-- what comes before the first name is for readers\n-- name: one\n-- 一\nselect 1\n\n-- name: two\nselect 2;\n",
    )
    assert load(package, "some.sql") == {"one": "-- 一\nselect 1".encode(), "two": b"select 2;"}


@pytest.mark.parametrize("text", ["select 1", "-- name: one\nselect 1\n-- name: one\nselect 2"])
def test_a_file_without_names_or_with_one_twice_is_refused(package: str, text: str) -> None:
    put(package, text)
    with pytest.raises(ValueError, match="every statement needs a name of its own"):
        load(package, "some.sql")
