"""The same log gives the same tables, however it is read: one fact at a time, in any batches, or at once; and they are right."""

import random
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from psycopg import Connection

from projections import builds, tables
from projections.builds import Build
from projections.live import advance
from projections.reading import Pinned
from projections.rebuild import rebuild
from tests.projections.conftest import Log
from tests.projections.histories import FIRST, appearances_by, corrections_of, history, known, unit, unit_on
from tests.projections.registry import Unit, registry


def empty_build(connection: Connection[Any]) -> Build:
    build = builds.begin(connection, registry)
    builds.index(connection, registry, build)
    return build


def listed(connection: Connection[Any], pinned: Pinned) -> dict[UUID, tuple[Any, ...]]:
    asked = pinned.ask(
        b"select key, %s from {schema}.unit_list where {pinned}" % ", ".join(Unit.__struct_fields__).encode()
    )
    return {key: tuple(row) for key, *row in connection.execute(asked, pinned.parameters)}


def appearances(connection: Connection[Any], pinned: Pinned) -> dict[UUID, set[tuple[int, str]]]:
    found: dict[UUID, set[tuple[int, str]]] = {}
    asked = pinned.ask(b"select unit, position, role from {schema}.unit_history where {pinned}")
    for who, position, role in connection.execute(asked, pinned.parameters):
        found.setdefault(who, set()).add((position, role))
    return found


def digests(connection: Connection[Any], schema: str) -> dict[str, str]:
    return {view.name: tables.digest(connection, schema, view) for view in registry.views}


@pytest.mark.parametrize("seed", range(6))
def test_one_at_a_time_equals_any_batches_equals_rebuild(connection: Connection[Any], log: Log, seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311
    facts = history(seed, length=120, units=dice.choice((1, 4, 25)))
    single, batched = empty_build(connection), empty_build(connection)
    while facts:
        arrived, facts = facts[: (size := dice.randint(1, 30))], facts[size:]
        log.append(arrived)
        for _ in range(size + 1):
            advance(connection, registry, single.schema, most=1)
        advance(connection, registry, batched.schema, most=dice.randint(1, 40))
    for build in (single, batched):
        moved = advance(connection, registry, build.schema)
        assert moved is not None
        assert moved.fault is None
        assert (moved.status, moved.position) == ("running", 120)
    expected = digests(connection, single.schema)
    assert digests(connection, batched.schema) == expected
    with connection.transaction():
        builds.switch(connection, single)  # what does not serve is dropped by the rebuild
    assert digests(connection, rebuild(connection, registry).schema) == expected


@pytest.mark.parametrize("seed", range(3))
def test_every_cell_is_what_a_naive_reading_of_the_log_gives(connection: Connection[Any], log: Log, seed: int) -> None:
    length, kinds = 220, 12
    facts = history(seed, length, kinds)
    log.append(facts)
    build = rebuild(connection, registry)
    dice = random.Random(seed)  # noqa: S311
    compared, corrections = 0, list(corrections_of(facts, [unit(number) for number in range(kinds)]))
    for _ in range(40):
        known_at, day = dice.randint(1, length), FIRST + timedelta(days=dice.randint(-5, 260))
        stand = list(known(facts, known_at))
        pinned = Pinned(build, known_at, day)
        shown = listed(connection, pinned)
        appeared = appearances(connection, pinned)
        for number in range(kinds):
            expected = unit_on(stand, unit(number), day)
            assert shown.get(unit(number)) == expected, (known_at, day, number)
            compared += len(expected) if expected else 1
            acts = {
                (at, role)
                for at, on, cast in corrections
                for who, role in cast
                if (at <= known_at and on <= day and who == unit(number))
            }
            assert appeared.get(unit(number), set()) == appearances_by(stand, unit(number), day) | acts
    assert compared > 2_000
