"""A question is asked of one build, at one position, about one day; what it answered once it answers for ever."""

import threading
from datetime import date, timedelta
from typing import Any

import psycopg
import pytest
from psycopg import Connection

from ledger.events import RecordCorrected, UnitRenamed
from projections.live import advance
from projections.reading import Pinned, Positions, ProjectionBehind
from projections.rebuild import rebuild
from tests.projections.conftest import Log
from tests.projections.histories import FIRST, history, recorded, unit
from tests.projections.registry import registry

LIST = b"select * from {schema}.unit_list where {pinned} order by key"
BOTH = (
    b"select key, listed.name, appeared.position from (select * from {schema}.unit_list where {pinned}) as listed"
    b"  join (select * from {schema}.unit_history where {known}) as appeared using (key) order by 1, 3"
)


def answer(connection: Connection[Any], pinned: Pinned, question: bytes = LIST) -> list[tuple[Any, ...]]:
    return connection.execute(pinned.ask(question), pinned.parameters).fetchall()


def without_closings(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Rows but for `known_to`, the one column that moves, and then to beyond the position asked about."""
    return [(*row[:2], *row[3:]) for row in rows]


def test_a_pinned_answer_stays_after_more_facts_a_late_one_a_correction_and_a_switch(
    connection: Connection[Any], log: Log, conninfo: str
) -> None:
    facts = history(7, 80, 6)
    log.append(facts)
    rebuild(connection, registry)
    with Positions(conninfo) as positions:
        pinned = positions.pin("registry", FIRST + timedelta(days=60))
    before = without_closings(answer(connection, pinned))
    assert before
    later = history(8, 160, 6)
    standing = {number: sum(each.stream == unit(number) for each in facts) for number in range(6)}
    for position, each in enumerate(later[1:], start=81):
        number = next(n for n in range(6) if unit(n) == each.stream)
        standing[number] += 1
        void = RecordCorrected(corrects=position - 1, why="误录", void=True)
        fact = void if isinstance(each.fact, RecordCorrected) else each.fact
        log.append([recorded(position, each.stream, fact, each.effective_on, standing[number])])
    log.append([recorded(240, unit(0), UnitRenamed(name="迟到"), FIRST, standing[0] + 1)])
    while (moved := advance(connection, registry, pinned.build.schema)) and moved.position < 240:
        assert moved.fault is None
    assert without_closings(answer(connection, pinned)) == before
    switched = Pinned(rebuild(connection, registry), pinned.known_at, pinned.in_force_on)
    assert switched.build.schema != pinned.build.schema
    assert without_closings(answer(connection, switched)) == before
    now = Pinned(switched.build, 240, pinned.in_force_on)
    assert without_closings(answer(connection, now)) != before


def test_a_question_about_a_position_not_reached_is_refused_and_the_default_is_where_the_build_stands(
    connection: Connection[Any], log: Log, conninfo: str
) -> None:
    log.append(history(7, 20, 3))
    rebuild(connection, registry)
    with Positions(conninfo) as positions:
        assert positions.pin("registry", date(2024, 3, 1)).known_at == 20
        assert positions.pin("registry", date(2024, 3, 1), known_at=4).known_at == 4
        with pytest.raises(ProjectionBehind) as behind:
            positions.pin("registry", date(2024, 3, 1), known_at=21)
    assert (behind.value.wanted, behind.value.current) == (21, 20)


def test_readers_during_rebuilds_and_switches_see_no_error_and_no_mixture(
    connection: Connection[Any], log: Log, conninfo: str
) -> None:
    log.append(history(9, 60, 6))
    rebuild(connection, registry)
    with Positions(conninfo) as positions:
        expected = answer(connection, positions.pin("registry", date(2024, 4, 1)), BOTH)
        stop, schemas, wrong = threading.Event(), set[str](), list[Any]()

        def ask() -> None:
            with psycopg.connect(conninfo, autocommit=True) as own:
                while not stop.is_set():
                    pinned = positions.pin("registry", date(2024, 4, 1), known_at=60)
                    schemas.add(pinned.build.schema)
                    try:
                        if answer(own, pinned, BOTH) != expected:
                            wrong.append(pinned)
                    except psycopg.Error as error:
                        wrong.append(error)

        readers = [threading.Thread(target=ask) for _ in range(8)]
        for reader in readers:
            reader.start()
        for _ in range(4):
            rebuild(connection, registry)
        stop.set()
        for reader in readers:
            reader.join()
    assert expected
    assert wrong == []
    assert len(schemas) >= 3
