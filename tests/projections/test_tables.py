"""Rows go into the database as they are and come out the same; what a table cannot hold is refused when the view is made."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg import Connection

from projections import builds, tables
from projections.builds import Projection
from projections.engine import Timeline
from projections.rows import FOREVER, OPEN, Column, Row, Version, columns, packer
from tests.projections.histories import unit


class Everything(Row, frozen=True):
    number: int
    text: str
    truth: bool
    day: date
    stream: UUID
    words: tuple[str, ...]
    streams: tuple[UUID, ...]
    no_number: int | None
    no_text: str | None
    no_truth: bool | None
    no_day: date | None
    no_stream: UUID | None
    no_words: tuple[str, ...] | None


FULL = Everything(
    -(2**63), "一票否决\n'\\\t", True, date(1, 1, 1), unit(1), ("责", "", "任"), (unit(2), unit(3)),
    2**63 - 1, "", False, FOREVER, unit(4), (),
)  # fmt: skip
BARE = Everything(0, "", False, FOREVER, UUID(int=0), (), (), None, None, None, None, None, None)
everything = Projection("everything", 1, (Timeline("everything", Everything),))


def versions() -> list[Version]:
    return [
        Version(unit(7), 1, OPEN, date(2024, 1, 1), FOREVER, FULL),
        Version(unit(8), 2, 9, date(2024, 1, 1), date(2025, 1, 1), BARE),
    ]


def test_every_kind_of_cell_comes_out_of_the_database_as_it_went_in(connection: Connection[Any]) -> None:
    build = builds.begin(connection, everything)
    tables.insert(connection, build.schema, everything.views[0], versions())
    asked = tables.fill(b"select * from {schema}.everything order by known_from", schema=build.schema)
    for row, version in zip(connection.execute(asked).fetchall(), versions(), strict=True):
        assert row[:5] == version[:5]
        assert tuple(tuple(cell) if isinstance(cell, list) else cell for cell in row[5:]) == tuple(
            getattr(version.row, name) for name in Everything.__struct_fields__
        )


def test_types_and_order_of_columns_are_those_of_the_annotations_and_only_what_may_be_null_may() -> None:
    assert columns(Everything)[:3] == (
        Column("number", "bigint not null"),
        Column("text", "text not null"),
        Column("truth", "boolean not null"),
    )
    assert [column.type for column in columns(Everything)[-2:]] == ["uuid", "text[]"]


def test_a_column_that_no_table_can_hold_is_refused_by_name() -> None:
    class Weighed(Row, frozen=True):
        weight: float

    with pytest.raises(TypeError, match=r"Weighed\.weight: a column cannot hold"):
        packer(Weighed)


def test_closing_takes_every_row_or_none_and_never_one_twice(connection: Connection[Any]) -> None:
    build, view = builds.begin(connection, everything), everything.views[0]
    tables.insert(connection, build.schema, view, versions())
    closed = [version._replace(known_to=30) for version in versions()[:1]]
    with pytest.raises(tables.RowsDisagree, match="2 rows to close, 1 found open"), connection.transaction():
        tables.close(connection, build.schema, view, [*closed, versions()[1]._replace(known_to=30)])
    tables.close(connection, build.schema, view, closed)
    ends = tables.fill(b"select known_to from {schema}.everything order by 1", schema=build.schema)
    assert connection.execute(ends).fetchall() == [(9,), (30,)]
    with pytest.raises(tables.RowsDisagree, match="1 rows to close, 0 found open"):
        tables.close(connection, build.schema, view, closed)


def test_one_changed_cell_changes_the_digest_and_the_order_of_arrival_does_not(connection: Connection[Any]) -> None:
    view = everything.views[0]
    one, other = builds.begin(connection, everything), builds.begin(connection, everything)
    tables.insert(connection, one.schema, view, versions())
    tables.insert(connection, other.schema, view, versions()[::-1])
    assert tables.digest(connection, one.schema, view) == tables.digest(connection, other.schema, view)
    connection.execute(tables.fill(b"update {schema}.everything set words = '{}'", schema=other.schema))
    assert tables.digest(connection, one.schema, view) != tables.digest(connection, other.schema, view)


class Word(Row, frozen=True):
    word: str | None
    day: date


@given(st.text(st.characters(exclude_categories=["Cs"])) | st.none(), st.dates())
def test_packed_bytes_are_the_length_and_the_value_of_every_cell(word: str | None, day: date) -> None:
    packed = packer(Word)(Version(unit(1), 1, OPEN, day, FOREVER, Word(word, day)))
    cells, at = [], 2
    while at < len(packed):
        length = int.from_bytes(packed[at : at + 4], signed=True)
        cells.append(None if length < 0 else packed[at + 4 : at + 4 + length])
        at += 4 + max(length, 0)
    assert int.from_bytes(packed[:2]) == len(cells) == 7
    assert cells[5] == (None if word is None else word.encode())
    assert cells[3] == cells[6] == (day - date(2000, 1, 1)).days.to_bytes(4, signed=True)
