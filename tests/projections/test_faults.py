"""What goes wrong stops the projection in sight of everybody, loses nothing, and goes on once it is put right."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from psycopg import Connection

from ledger.appender import NewEvent
from ledger.encoding import Recorded, decode
from ledger.events import Fact, UnitRegistered, UnitRenamed
from projections import builds, tables
from projections import log as log_module
from projections.builds import Build, Projection
from projections.engine import Timeline
from projections.live import advance
from projections.rebuild import rebuild
from projections.rows import Row
from tests.projections.conftest import Log
from tests.projections.histories import FIRST, History, history, recorded, unit


class Named(Row, frozen=True):
    name: str


def names(*poison: str) -> Projection:
    """A projection whose handler is at a loss when it meets one of these names."""
    view: Timeline[Named] = Timeline("names", Named)

    @view.on(UnitRegistered)
    def _(_state: Named | None, e: Recorded[UnitRegistered]) -> Named:
        return Named(e.fact.name)

    @view.on(UnitRenamed)
    def _(_state: Named | None, e: Recorded[UnitRenamed]) -> Named:
        if e.fact.name in poison:
            raise ValueError(e.fact.name)
        return Named(e.fact.name)

    return Projection("names", 1, (view,))


def renamed_in_turn(*named: str) -> History:
    """Three units, renamed one after the other, from position 5 on."""
    facts = [each for each in history(0, 1, 1) if each.position == 1]
    for number in range(3):
        registration = next(each.fact for each in history(0, 40, 1) if isinstance(each.fact, UnitRegistered))
        facts.append(recorded(2 + number, unit(number), replace(registration, name=f"甲{number}"), FIRST))
    for number, name in enumerate(named):
        facts.append(recorded(5 + number, unit(number % 3), UnitRenamed(name=name), FIRST, 2 + number // 3))
    return facts


def named(connection: Connection[Any], build: Build) -> dict[UUID, str]:
    found = connection.execute(
        tables.fill(b"select key, name from {schema}.names where known_to > %(open)s", schema=build.schema),
        {"open": build.position},
    )
    return dict(found.fetchall())


def test_a_poisoned_fact_stops_the_projection_before_it_in_sight_and_without_its_text(
    connection: Connection[Any], log: Log
) -> None:
    projection = names("毒", "更毒")
    build = rebuild(connection, projection)
    log.append(renamed_in_turn("乙", "丙", "毒", "丁", "更毒", "戊"))
    stopped = advance(connection, projection, build.schema)
    assert stopped == builds.serving(connection, "names")
    assert stopped is not None
    assert (stopped.position, stopped.status, stopped.fault_position) == (6, "faulted", 7)
    assert stopped.fault is not None
    assert stopped.fault.startswith("ValueError at unit.renamed in names (test_faults.py:")
    assert "毒" not in stopped.fault
    assert sorted(named(connection, stopped).values()) == ["丙", "乙", "甲2"]
    assert advance(connection, projection, build.schema) == stopped  # asked again, it stands where it stood


def test_of_two_poisoned_facts_in_a_batch_the_first_is_named_whichever_key_is_folded_first(
    connection: Connection[Any], log: Log
) -> None:
    projection = names("毒", "更毒")
    build = rebuild(connection, projection)
    log.append(renamed_in_turn("乙", "毒", "更毒", "丁"))
    for _ in range(2):
        stopped = advance(connection, projection, build.schema)
        assert stopped is not None
        assert (stopped.position, stopped.fault_position) == (5, 6)


def test_with_a_handler_that_can_fold_it_the_projection_goes_on_as_if_nothing_had_been(
    connection: Connection[Any], log: Log
) -> None:
    build = rebuild(connection, names())
    log.append(renamed_in_turn("乙", "丙", "毒", "丁"))
    advance(connection, names("毒"), build.schema)
    cured = advance(connection, names(), build.schema)
    assert cured is not None
    assert (cured.position, cured.status, cured.fault_position, cured.fault) == (8, "running", None, None)
    digest = tables.digest(connection, build.schema, names().views[0])
    assert digest == tables.digest(connection, rebuild(connection, names()).schema, names().views[0])


def test_bytes_that_this_program_cannot_read_stop_it_until_one_comes_that_can(
    connection: Connection[Any], log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    build = rebuild(connection, names())
    log.append(renamed_in_turn("乙"))
    log.store(6, [NewEvent(unit(1), 2, "unit.renamed", '{"name":"将来"}'.encode())])
    log.store(7, [NewEvent(unit(9), 1, "nobody.folds_this", b"{}")])
    stopped = advance(connection, names(), build.schema)
    assert stopped is not None
    assert (stopped.position, stopped.fault_position) == (5, 6)
    assert str(stopped.fault).startswith("ValidationError at unit.renamed in the log (encoding.py:")

    def newer(topic: str, state: bytes) -> tuple[Any, Fact]:
        return renamed_in_turn("将来")[-1].envelope, UnitRenamed(
            name="将来"
        ) if b"class_version" not in state else decode(topic, state)[1]

    monkeypatch.setattr(log_module, "decode", newer)
    cured = advance(connection, names(), build.schema)
    assert cured is not None
    assert (cured.position, cured.status) == (7, "running")
    assert named(connection, cured)[unit(1)] == "将来"


def test_a_table_that_was_tampered_with_is_found_by_the_first_row_that_should_close(
    connection: Connection[Any], log: Log
) -> None:
    build = rebuild(connection, names())
    log.append(renamed_in_turn("乙"))
    advance(connection, names(), build.schema)
    connection.execute(
        tables.fill(b"delete from {schema}.names where key = %s and known_to > 5", schema=build.schema), [unit(0)]
    )
    log.append([recorded(6, unit(0), UnitRenamed(name="丙"), FIRST, 3)])
    stopped = advance(connection, names(), build.schema)
    assert stopped is not None
    assert (stopped.position, stopped.status, stopped.fault_position) == (5, "faulted", None)
    assert "1 rows to close, 0 found open" in str(stopped.fault)
    again = rebuild(connection, names())
    assert (again.position, again.status, again.serving) == (6, "running", True)
    assert named(connection, again)[unit(0)] == "丙"


def test_the_first_build_serves_what_lies_before_a_poisoned_fact(connection: Connection[Any], log: Log) -> None:
    log.append(renamed_in_turn("乙", "丙", "毒", "丁", "更毒"))
    build = rebuild(connection, names("更毒", "毒"))
    assert (build.position, build.status, build.fault_position, build.serving) == (6, "faulted", 7, True)
    assert sorted(named(connection, build).values()) == ["丙", "乙", "甲2"]


def test_a_rebuild_that_stops_short_of_what_is_served_does_not_serve(connection: Connection[Any], log: Log) -> None:
    log.append(renamed_in_turn("乙", "丙", "毒", "丁"))
    good = rebuild(connection, names())
    short = rebuild(connection, names("毒"))
    assert (short.position, short.status, short.serving) == (6, "faulted", False)
    assert builds.serving(connection, "names") == good


def test_a_rebuild_that_died_is_cleared_away_by_the_next_and_its_number_names_no_other(
    connection: Connection[Any], log: Log
) -> None:
    log.append(renamed_in_turn("乙"))
    first = rebuild(connection, names())
    dead = builds.begin(connection, names())
    second = rebuild(connection, names())
    assert schemas(connection) == {first.schema, second.schema}
    assert len({first.schema, dead.schema, second.schema}) == 3
    assert named(connection, first) == named(connection, second)  # whoever was pinned to it can still ask
    assert [build.status for build in builds.builds(connection, "names")] == ["running", "dropped", "running"]


def test_a_build_that_served_is_dropped_once_nobody_can_be_reading_it_any_more(
    connection: Connection[Any], log: Log
) -> None:
    log.append(renamed_in_turn("乙"))
    first, second = rebuild(connection, names()), rebuild(connection, names())
    third = rebuild(connection, names())
    assert schemas(connection) == {first.schema, second.schema, third.schema}
    connection.execute("update serving.builds set retired_at = retired_at - interval '11 minutes' where build = 1")
    fourth = rebuild(connection, names())
    assert schemas(connection) == {second.schema, third.schema, fourth.schema}


def schemas(connection: Connection[Any]) -> set[str]:
    found = connection.execute("select nspname from pg_namespace where nspname like 'build%'").fetchall()
    return {name for (name,) in found}


def test_two_rebuilds_of_one_projection_do_not_run_at_once(
    connection: Connection[Any], log: Log, conninfo: str
) -> None:
    log.append(renamed_in_turn("乙"))
    refused = pytest.raises(builds.NotTheOnlyBuilder, match="wait for it")
    with builds.connect(conninfo) as other, builds.only_builder(other, "names"), refused:
        rebuild(connection, names())
    assert rebuild(connection, names()).serving
