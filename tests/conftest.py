"""One real PostgreSQL for the whole run, shared by its workers; every test that asks gets a fresh database cloned from a template."""

import fcntl
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from ledger.migrations import create_login, migrate
from ledger.postgres import Server, find_or_start
from ledger.server_account import STORE

MEMORY = Path("/dev/shm")  # noqa: S108 - private directories are made in it
COPIES = pytest.StashKey[set[Path]]()
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


def open_directory() -> Path:
    """Make a directory that every account can reach: root's server runs as another user, and pytest's own places are private.

    In memory, where there is enough of it and programs may run from it: what a power cut takes is tested nowhere here.
    """
    usable = os.access(MEMORY, os.W_OK) and not os.statvfs(MEMORY).f_flag & os.ST_NOEXEC
    place = MEMORY if usable and shutil.disk_usage(MEMORY).free > 4 << 30 else None
    made = Path(tempfile.mkdtemp(prefix="mingze-tests-", dir=place))
    made.chmod(0o755)
    return made


@pytest.fixture
def reachable() -> Iterator[Path]:
    """A directory for a server of one's own; afterwards it is gone."""
    directory = open_directory()
    yield directory
    shutil.rmtree(directory)


@pytest.fixture(scope="session")
def server(run_directory: Path) -> Iterator[Server]:
    environ = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    with only_one(run_directory, "server") as first:
        if first:
            (run_directory / "server").symlink_to(open_directory())
    with find_or_start((run_directory / "server").resolve(), environ) as found:
        yield found


def pytest_configure(config: pytest.Config) -> None:
    # Whoever starts the tests in the background may have had interrupts ignored, and every program started here would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    config.stash[COPIES] = set(STORE.glob("programs-*"))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Leave nothing over: the workers have ended by now, and the server with the last of them."""
    factory = getattr(session.config, "_tmp_path_factory", None)
    if not factory or "PYTEST_XDIST_WORKER" in os.environ:
        return
    link = factory.getbasetemp() / "server"
    if link.is_symlink():
        shutil.rmtree(link.readlink(), ignore_errors=True)
    stood = session.config.stash[COPIES]
    for copy in STORE.glob("programs-*"):
        if copy not in stood and not runs_from(copy):
            shutil.rmtree(copy)
    with suppress(OSError):
        STORE.rmdir()  # if nobody keeps anything in it


def runs_from(programs: Path) -> bool:
    """Whether somebody's server runs from this copy of PostgreSQL's programs, which root makes where the originals are out of reach."""
    found = subprocess.run(["pgrep", "--full", str(programs)], stdout=subprocess.DEVNULL, check=False)
    return found.returncode == 0


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


@pytest.fixture(scope="session")
def copied(server: Server, template: str) -> str:
    """How a new database becomes a copy of the template: by its files in memory, through the log where a disk would have to follow."""
    in_memory = server.directory and server.directory.is_relative_to(MEMORY)
    return f"template {template} strategy {'file_copy' if in_memory else 'wal_log'}"


@pytest.fixture
def new_database(server: Server, copied: str) -> Iterator[Callable[[], str]]:
    """Make fresh migrated databases; returns the superuser's dsn of each, and drops them afterwards."""
    made: list[str] = []

    def make() -> str:
        name = f"ledger_{secrets.token_hex(6)}"
        with psycopg.connect(server.dsn, autocommit=True) as admin:
            admin.execute(f"create database {name} {copied}".encode())
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
