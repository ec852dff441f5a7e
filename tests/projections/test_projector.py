"""The projector as a process: woken by the log, killed at any moment, replaced by its standby, told of newer code."""

import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import Connection

from ledger.events import UnitRenamed
from projections import builds, tables
from projections.builds import Projection
from projections.projector import follow
from projections.reading import Positions, ProjectionBehind
from projections.rebuild import rebuild
from tests.projections.conftest import Log
from tests.projections.histories import FIRST, history, recorded, unit
from tests.projections.registry import registry, units

ROOT = Path(__file__).parents[2]


@contextmanager
def follower(conninfo: str) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen([sys.executable, "-m", "tests.projections.follower", conninfo], cwd=ROOT) as process:
        try:
            yield process
        finally:
            process.kill()


@contextmanager
def following(conninfo: str, *projections: Projection) -> Iterator[threading.Thread]:
    stop = threading.Event()
    thread = threading.Thread(target=follow, args=(conninfo, projections, stop))
    thread.start()
    try:
        yield thread
    finally:
        stop.set()
        thread.join(10)
        assert not thread.is_alive()


def test_killed_at_any_moment_and_started_again_it_loses_and_doubles_nothing(
    connection: Connection[Any], log: Log, conninfo: str
) -> None:
    dice = random.Random(5)  # noqa: S311
    facts = history(5, 400, 30)
    waiting = list(facts)
    deaths = []

    def feed() -> None:
        size = dice.randint(1, 5)
        if arriving := waiting[:size]:
            log.append(arriving)
            del waiting[:size]

    for _ in range(2):  # before or in its first build
        with follower(conninfo) as process:
            feed()
            time.sleep(dice.uniform(0.1, 1.5))
            process.send_signal(signal.SIGKILL)
    for _ in range(6):  # in the middle of its work
        with follower(conninfo) as process:
            goal = reached(connection) + dice.randint(2, 30)
            while reached(connection) < goal:
                if len(facts) - len(waiting) < goal:
                    feed()
                time.sleep(dice.uniform(0, 0.02))
            feed()
            time.sleep(dice.uniform(0, 0.01))
            process.send_signal(signal.SIGKILL)
        deaths.append(reached(connection))
    assert deaths == sorted(deaths)
    assert len(waiting) > 0
    log.append(waiting)
    with follower(conninfo), Positions(conninfo) as positions:
        build = positions.wait_for("registry", len(facts), timeout=60)
    assert build.fault is None
    survived = [tables.digest(connection, build.schema, view) for view in registry.views]
    afresh = rebuild(connection, registry).schema
    assert survived == [tables.digest(connection, afresh, view) for view in registry.views]


def test_the_standby_takes_over_from_a_leader_that_was_killed(log: Log, conninfo: str) -> None:
    facts = history(1, 60, 5)
    log.append(facts[:20])
    with follower(conninfo) as leader, Positions(conninfo) as positions:
        positions.wait_for("registry", 20, timeout=60)
        with follower(conninfo):
            log.append(facts[20:40])
            positions.wait_for("registry", 40, timeout=60)
            leader.kill()
            log.append(facts[40:])
            positions.wait_for("registry", 60, timeout=60)


def test_readers_are_woken_when_a_fact_becomes_visible_and_told_when_it_does_not(log: Log, conninfo: str) -> None:
    facts = history(2, 60, 5)
    log.append(facts[:30])
    with following(conninfo, registry), Positions(conninfo) as positions:
        positions.wait_for("registry", 30, timeout=60)
        took = []
        for position in range(31, 61):
            log.append(facts[position - 1 : position])
            begun = time.monotonic()
            positions.wait_for("registry", position, timeout=60)
            took.append(time.monotonic() - begun)
        assert sorted(took)[len(took) // 2] < 0.5  # far below any polling of seconds
        with pytest.raises(ProjectionBehind) as behind:
            positions.wait_for("registry", 61, timeout=0.2)
        assert (behind.value.wanted, behind.value.current) == (61, 60)


def test_a_projection_nobody_has_built_yet_is_behind_everything(conninfo: str, connection: Connection[Any]) -> None:
    assert builds.builds(connection) == []
    with Positions(conninfo) as positions:
        with pytest.raises(ProjectionBehind):
            positions.serving("registry")
        with pytest.raises(ProjectionBehind):
            positions.wait_for("registry", 1, timeout=0.1)


def test_newer_code_builds_anew_and_switches_while_older_code_leaves_the_newer_build_alone(
    connection: Connection[Any], log: Log, conninfo: str
) -> None:
    newer = Projection("registry", 2, (units,))
    log.append(history(3, 30, 5))
    with following(conninfo, registry), Positions(conninfo) as positions:
        older = positions.wait_for("registry", 30, timeout=60)
    with following(conninfo, newer), Positions(conninfo) as positions:
        positions.wait_for("registry", 30, timeout=60)
        for _ in range(1200):  # a minute
            if (now := positions.serving("registry")).schema != older.schema:
                break
            time.sleep(0.05)
    assert (now.version, now.position) == (2, 30)
    with following(conninfo, registry):
        log.append([recorded(31, unit(0), UnitRenamed(name="新"), FIRST, 1 + versions(connection, 0))])
        time.sleep(1.5)
    assert builds.serving(connection, "registry") == now


def reached(connection: Connection[Any]) -> int:
    build = builds.serving(connection, "registry")
    return build.position if build is not None else 0


def versions(connection: Connection[Any], number: int) -> int:
    asked = "select coalesce(max(originator_version), 0) from log.ledger_events where originator_id = %s"
    return int(connection.execute(asked, [unit(number)]).fetchall()[0][0])


def test_it_outlives_the_loss_of_its_connection(
    connection: Connection[Any], superuser: str, log: Log, conninfo: str
) -> None:
    facts = history(4, 40, 5)
    log.append(facts[:20])
    with following(conninfo, registry), Positions(conninfo) as positions:
        positions.wait_for("registry", 20, timeout=60)
        with psycopg.connect(superuser, autocommit=True) as admin:
            cut = """select pg_terminate_backend(pid) from pg_stat_activity
                      where application_name ^@ 'mingze p' and datname = current_database() and pid <> %s"""
            lost = admin.execute(cut, [connection.info.backend_pid]).fetchall()
        assert len(lost) == 2  # the projector's and the positions'
        log.append(facts[20:])
        positions.wait_for("registry", 40, timeout=60)
