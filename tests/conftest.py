"""One real PostgreSQL for the whole run, shared by its workers; every test that asks gets a fresh database cloned from a template."""

import fcntl
import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import md5
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from ledger.migrations import create_login, migrate
from ledger.postgres import Server, find_or_start

TEMPLATE = "ledger_template"
WRITER = "mingze_writer"
PASSWORD = secrets.token_urlsafe(12)


@pytest.fixture(scope="session")
def run_directory(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A directory that all workers of one run share."""
    base = tmp_path_factory.getbasetemp()
    return base if worker_id == "master" else base.parent


@contextmanager
def only_one(run_directory: Path, name: str) -> Iterator[bool]:
    """Hold a lock all workers know; yields whether this is the first to come."""
    with (run_directory / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = run_directory / f"{name}.done"
        yield not done.exists()
        done.touch()


def server_directory(run_directory: Path) -> Path:
    """Beside pytest's own private directory, so that root's server, which runs as another user, can reach it."""
    return (
        Path(tempfile.gettempdir())
        / f"mingze-tests-{md5(bytes(run_directory), usedforsecurity=False).hexdigest()[:12]}"
    )


@pytest.fixture(scope="session")
def server(run_directory: Path) -> Iterator[Server]:
    environ = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    with find_or_start(server_directory(run_directory), environ) as found:
        yield found


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Leave nothing over: the workers have ended by now, and the server with the last of them."""
    factory = getattr(session.config, "_tmp_path_factory", None)
    if factory and "PYTEST_XDIST_WORKER" not in os.environ:
        shutil.rmtree(server_directory(factory.getbasetemp()), ignore_errors=True)


@pytest.fixture(scope="session")
def writer_password(run_directory: Path) -> str:
    with only_one(run_directory, "password") as first:
        place = run_directory / "password"
        if first:
            place.write_text(PASSWORD)
        return place.read_text()


@pytest.fixture(scope="session")
def template(server: Server, run_directory: Path, writer_password: str) -> str:
    """A migrated database that nobody connects to."""
    with only_one(run_directory, "template") as first:
        if first:
            with psycopg.connect(server.dsn, autocommit=True) as admin:
                admin.execute(f"create database {TEMPLATE} template template0".encode())
            dsn = make_conninfo(server.dsn, dbname=TEMPLATE)
            migrate(dsn)
            create_login(dsn, WRITER, writer_password, ("ledger_writer",))
    return TEMPLATE


@pytest.fixture
def new_database(server: Server, template: str) -> Iterator[Callable[[], str]]:
    """Make fresh migrated databases; returns the superuser's dsn of each, and drops them afterwards."""
    made: list[str] = []

    def make() -> str:
        name = f"ledger_{secrets.token_hex(6)}"
        with psycopg.connect(server.dsn, autocommit=True) as admin:
            admin.execute(f"create database {name} template {template}".encode())
            admin.execute(f"grant create on database {name} to ledger_projector".encode())  # a clone has no grants
        made.append(name)
        return make_conninfo(server.dsn, dbname=name)

    yield make
    with psycopg.connect(server.dsn, autocommit=True) as admin:
        for name in made:
            admin.execute(f"drop database {name} with (force)".encode())


@pytest.fixture
def superuser(new_database: Callable[[], str]) -> str:
    """The superuser's dsn of a fresh database."""
    return new_database()


@pytest.fixture
def writer(superuser: str, writer_password: str) -> str:
    """A writer's dsn on the same fresh database: EXECUTE and SELECT, nothing else."""
    return make_conninfo(superuser, user=WRITER, password=writer_password)
