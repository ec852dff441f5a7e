"""Two builds held against each other: what a wrong handler does to the rows is found to the row, and nothing else is."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace as but
from psycopg import Connection
from psycopg.conninfo import make_conninfo

from ledger.encoding import Recorded
from ledger.events import UnitRenamed
from projections import builds, tables
from projections.builds import Projection
from projections.comparing import SAMPLES, compare
from projections.live import advance
from projections.rebuild import build, rebuild
from projections.roots import fits, root, shape
from tests.projections.conftest import PROJECTOR, Log
from tests.projections.histories import history, unit
from tests.projections.registry import Unit, registry, renamings, units
from tests.projections.registry import history as unit_history

ROOT = Path(__file__).parents[2]
WRONG = {unit(3), unit(5)}


def forgetful(state: Unit | None, e: Recorded[UnitRenamed]) -> Unit | None:
    """Forgets, for two units, what they were called before."""
    if state is None:
        return None
    former = state.former_names if e.stream in WRONG else (*state.former_names, state.name)
    return but(state, name=e.fact.name, former_names=former)


def rows(connection: Connection[Any], schema: str) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    asked = tables.fill(b"select * from {schema}.unit_list", schema=schema)
    return {(row[0], row[1], row[3]): row for row in connection.execute(asked).fetchall()}


def test_equal_builds_are_equal_however_far_one_has_gone_since(connection: Connection[Any], log: Log) -> None:
    facts = history(1, 260, 12)
    log.append(facts[:200])
    old = rebuild(connection, registry)
    log.append(facts[200:])
    with builds.only_builder(connection, registry.name):
        new = build(connection, registry)
    assert (old.position, new.position) == (200, 260)
    difference = compare(connection, old, new, 200)
    assert (difference.equal, difference.rows) == (True, 0)
    assert old.root == difference.old_root == difference.new_root != root(connection, new.schema, 260)
    assert [table.table for table in difference.tables] == ["renamings", "unit_history", "unit_list"]
    assert all(table.equal and not table.groups for table in difference.tables)


def test_a_wrong_handler_shows_exactly_its_wrong_rows_by_the_column_that_it_spoils(
    connection: Connection[Any], log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    log.append(history(2, 300, 10))
    old = rebuild(connection, registry)
    monkeypatch.setitem(units._handlers, UnitRenamed, [(None, forgetful)])
    with builds.only_builder(connection, registry.name):
        new = build(connection, registry)
    difference = compare(connection, old, new, 300)
    before, after = rows(connection, old.schema), rows(connection, new.schema)
    changed = {key for key in before.keys() & after.keys() if before[key] != after[key]}
    assert changed
    assert {key for key, *_ in changed | (before.keys() ^ after.keys())} <= WRONG
    told = {table.table: table for table in difference.tables}
    assert not difference.equal
    assert not told["renamings"].groups
    assert not told["unit_history"].groups
    spoilt = told["unit_list"]
    assert spoilt.rows("changed") == len(changed)
    assert spoilt.rows("only_old") == len(before.keys() - after.keys())
    assert spoilt.rows("only_new") == len(after.keys() - before.keys())
    assert spoilt.equal == len(before.keys() & after.keys()) - len(changed)
    cause = next(group for group in spoilt.groups if group.columns == ("former_names",))
    assert len(cause.samples) == min(cause.rows, SAMPLES)
    for sample in cause.samples:
        assert sample.old is not None
        assert sample.new is not None
        assert sample.old["key"] == sample.new["key"] in {str(key) for key in WRONG}
        assert len(sample.old["former_names"]) > len(sample.new["former_names"])
        assert {name for name in sample.old if sample.old[name] != sample.new[name]} == {"former_names"}
    assert builds.serving(connection, "registry") == old


def test_a_table_that_one_of_them_lacks_is_counted_and_a_build_of_another_shape_does_not_fit(
    connection: Connection[Any], log: Log
) -> None:
    log.append(history(3, 80, 5))
    old = rebuild(connection, Projection("registry", 1, (units, renamings)))
    with builds.only_builder(connection, registry.name):
        new = build(connection, registry)
    difference = compare(connection, old, new, 80)
    told = {table.table: table for table in difference.tables}
    counted = connection.execute(
        tables.fill(b"select count(*) from {schema}.unit_history", schema=new.schema)
    ).fetchall()
    assert (told["unit_history"].rows("only_new"), told["unit_history"].rows("only_old")) == (counted[0][0], 0)
    assert not told["unit_list"].groups
    assert not difference.equal
    assert (fits(connection, registry, old.schema), fits(connection, registry, new.schema)) == (False, True)
    assert shape(connection, new.schema)["unit_history"].identity == unit_history.identity


def test_a_column_that_one_of_them_lacks_is_named_and_the_rest_compared(connection: Connection[Any], log: Log) -> None:
    log.append(history(4, 80, 5))
    old = rebuild(connection, registry)
    with builds.only_builder(connection, registry.name):
        new = build(connection, registry)
    connection.execute(tables.fill(b"alter table {schema}.unit_list drop column rank", schema=new.schema))
    (told,) = (each for each in compare(connection, old, new, 80).tables if each.table == "unit_list")
    assert (told.columns_gone, told.columns_added, told.groups) == (("rank",), (), [])


def test_live_and_rebuilt_have_one_root_at_every_position(connection: Connection[Any], log: Log) -> None:
    facts = history(5, 120, 6)
    log.append(facts)
    live = builds.begin(connection, registry)
    builds.index(connection, registry, live)
    for _ in range(20):
        advance(connection, registry, live.schema, most=7)
    with connection.transaction():
        builds.switch(connection, live)
    anew = rebuild(connection, registry)
    for position in (0, 1, 40, 119, 120):
        assert root(connection, live.schema, position) == root(connection, anew.schema, position)


@pytest.mark.usefixtures("conninfo", "writer")
def test_the_root_is_the_same_in_other_processes_whatever_their_surroundings(
    new_database: Callable[[], str], writer_password: str
) -> None:
    told = set()
    surroundings = (
        {"PYTHONHASHSEED": "1", "TZ": "Asia/Shanghai", "LC_ALL": "C"},
        {"PYTHONHASHSEED": "4242", "TZ": "America/St_Johns", "LC_ALL": "zh_CN.GB18030", "PGCLIENTENCODING": "GBK"},
    )
    for number, environ in enumerate(surroundings):
        superuser = new_database()
        dsns = [make_conninfo(superuser, user=each, password=writer_password) for each in ("mingze_writer", PROJECTOR)]
        command = [sys.executable, "-m", "tests.projections.rooted", *dsns]
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, check=False, env={**os.environ, **environ}
        )
        assert done.returncode == 0, (number, done.stderr)
        told.add(done.stdout)
    assert len(told) == 1
