"""Server and backends are killed inside an append, the disk fills, time runs out: nothing acknowledged is lost, nothing is stored twice.

The server killed here is one of its own; the other tests' server lives on.
"""

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from eventsourcing.persistence import OperationalError
from psycopg import sql
from psycopg.conninfo import make_conninfo

from ledger.appender import NewEvent
from ledger.migrations import create_login, migrate
from tests.conftest import WRITER
from tests.postgres.appends import TOPIC, appending, command, fact, name, receipts, size_of_whole, state
from tests.postgres.asking import THE_LOCK, Asking, backends, holding, until
from tests.postgres.own_server import OwnServer, own_server
from tests.postgres.racing import check, rival, tailing

REPOSITORY = Path(__file__).parents[2]
LARGE = state("x" * 50_000)


@pytest.fixture(scope="module")
def fragile() -> Iterator[OwnServer]:
    with own_server() as server:
        with psycopg.connect(server.dsn, autocommit=True) as admin:
            admin.execute("create database template_of_faults")
        template = make_conninfo(server.dsn, dbname="template_of_faults")
        migrate(template)
        create_login(template, WRITER, "let-me-in", ("ledger_writer",))
        yield server


@pytest.fixture
def owner(fragile: OwnServer) -> Iterator[str]:
    """The superuser's dsn of a fresh database on the server that is killed."""
    with psycopg.connect(fragile.dsn, autocommit=True) as admin:
        admin.execute("create database fresh template template_of_faults")
    yield make_conninfo(fragile.dsn, dbname="fresh")
    with psycopg.connect(fragile.dsn, autocommit=True) as admin:
        admin.execute("drop database fresh with (force)")


PLACES = {  # where the append is when it is hit: what makes it wait there, and what it is seen to wait for
    "at the lock": (THE_LOCK, "Lock/advisory"),
    "before it writes its facts": (b"lock table log.events in share mode", "Lock/relation"),
    "before it writes its command": (b"lock table log.commands in share mode", "Lock/relation"),
    "before it writes the head": (b"lock table log.head in share mode", "Lock/relation"),
    "after its commit, before the reply": (b"", "IPC/SyncRep"),
}
HITS = ("its backend is told to end", "its backend is killed", "the postmaster is killed")


@pytest.mark.parametrize("hit", HITS)
@pytest.mark.parametrize("place", PLACES)
def test_an_append_hit_inside_the_server_is_stored_once(fragile: OwnServer, owner: str, place: str, hit: str) -> None:
    statement, waits_for = PLACES[place]
    persisted = not statement
    many = (list(PLACES).index(place) + HITS.index(hit)) % 2
    one = command("k", *(fact("s", version) for version in range(1, 4 if many else 2)))
    asking = Asking(make_conninfo(owner, user=WRITER, password="let-me-in"), [one])  # noqa: S106 - of this server
    with ExitStack() as held:
        if statement:
            held.enter_context(holding(owner, statement))
        else:  # a commit that waits for a standby is on disk already
            held.enter_context(a_standby_that_never_answers(fragile))
        asking.start()
        until(lambda: backends(owner, waits_for))
        (backend,) = backends(owner)
        if hit == HITS[0]:
            with psycopg.connect(owner, autocommit=True) as admin:
                admin.execute("select pg_terminate_backend(%s)", (backend,))
        elif hit == HITS[1]:
            os.kill(backend, signal.SIGKILL)
        else:
            fragile.kill()
            fragile.start()
        assert asking.lost.wait(20)
        until(lambda: answers(owner))
        assert (one.key in receipts(owner)) is persisted
        before = receipts(owner)
    (outcome,) = asking.outcomes()
    assert receipts(owner) == before | {one.key: outcome}
    assert size_of_whole(owner) == 1 + len(one.events)


@contextmanager
def a_standby_that_never_answers(fragile: OwnServer) -> Iterator[None]:
    def waits_for(whom: bytes) -> None:
        with psycopg.connect(fragile.dsn, autocommit=True) as admin:
            admin.execute(b"alter system set synchronous_standby_names = " + whom)
            admin.execute("select pg_reload_conf()")
        with psycopg.connect(fragile.dsn) as admin:
            until(lambda: admin.execute("show synchronous_standby_names").fetchone() == (whom.decode().strip("'"),))

    waits_for(b"'nobody'")
    yield
    waits_for(b"''")


def answers(dsn: str) -> bool:
    try:
        psycopg.connect(dsn).close()
    except psycopg.OperationalError:
        return False
    return True


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small disk")
def test_a_full_disk_refuses_loses_nothing_and_the_same_command_is_stored_once_there_is_room() -> None:
    with on_a_small_disk() as (owner, directory):
        migrate(owner)
        with psycopg.connect(owner, autocommit=True) as admin, appending(owner) as appender:
            fill(admin, f"{directory}/a little", 4)
            with pytest.raises(psycopg.errors.DiskFull):
                fill(admin, f"{directory}/the rest", 1000)
            fill(admin, f"{directory}/a little", 0)
            stored = {}
            for number in range(200):
                one = command(number, *(NewEvent(name(number), version, TOPIC, LARGE) for version in (1, 2)))
                try:
                    stored[one.key] = appender.append(one)
                except OperationalError as full:
                    assert "ask again with the same key" in str(full)
                    break
            assert len(stored) > 5
            assert receipts(owner).items() >= stored.items()
            assert one.key not in receipts(owner)
            fill(admin, f"{directory}/the rest", 0)
            stored[one.key] = appender.append(one)
        assert receipts(owner).items() >= stored.items()
        assert size_of_whole(owner) == 1 + 2 * len(stored)


def fill(admin: psycopg.Connection[Any], file: str, megabytes: int) -> None:
    """Let the server write a file of this size in place of what it held."""
    what = sql.SQL("copy (select repeat('x', 1000000) from generate_series(1, {})) to {}")
    admin.execute(what.format(megabytes, file))


@contextmanager
def on_a_small_disk() -> Iterator[tuple[str, Path]]:
    """A server whose data lie on a disk of 160 MB: the superuser's dsn, and the server's directory."""
    disk = Path(tempfile.mkdtemp(prefix="mingze-test-"))
    disk.chmod(0o755)
    mounted = ["unshare", "-m", "sh", "-c", 'mount -t tmpfs -o size=160m none "$0" && exec "$@"', str(disk)]
    holder = [sys.executable, "-W", "error", str(Path(__file__).with_name("holder.py")), str(disk / "data")]
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(REPOSITORY)}
    with subprocess.Popen(
        [*mounted, *holder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environ
    ) as held:
        assert held.stdout
        said = json.loads(held.stdout.readline())
        yield make_conninfo(said["dsn"], host="127.0.0.1"), Path(said["directory"])
        held.communicate()
    disk.rmdir()


def at_work(owner: str) -> bool:
    with psycopg.connect(owner) as admin:
        query = "select exists (select from pg_stat_activity where usename = %s and state = 'active')"
        return admin.execute(query, (WRITER,)).fetchone() == (True,)


@pytest.mark.soak
def test_a_long_series_of_kills_loses_nothing_and_doubles_nothing(
    fragile: OwnServer, owner: str, tmp_path: Path
) -> None:
    """Clients and the postmaster are killed at random moments for three minutes, while readers follow."""
    dice = random.Random(2012)  # noqa: S311 - a repeatable choice
    writer = make_conninfo(owner, user=WRITER, password="let-me-in")  # noqa: S106 - of this server
    with appending(writer):
        pass
    notes: list[Path] = []
    rivals: list[subprocess.Popen[bytes]] = []

    def start() -> None:
        notes.append(tmp_path / str(len(notes)))
        with notes[-1].open("w") as said:
            rivals.append(rival(writer, len(notes), said, "--threads", "8", "--facts", "1000000000"))

    server_kills = client_kills = 0
    end = time.monotonic() + 180
    with tailing(writer) as tailers:
        start()
        while time.monotonic() < end or server_kills < 10 or client_kills < 50:
            start()
            time.sleep(dice.uniform(0.8, 3))
            if dice.random() < 0.25:
                fragile.kill()
                fragile.start()
                server_kills += 1
            killed = rivals.pop(dice.randrange(len(rivals)))
            killed.kill()
            client_kills += 1
            assert killed.wait() == -signal.SIGKILL
        for killed in rivals:
            killed.kill()
            assert killed.wait() == -signal.SIGKILL
        until(lambda: not at_work(owner))
    told = [json.loads(line) for note in notes for line in note.read_text().splitlines()]
    size = check(owner, told, tailers)
    unacknowledged = len(receipts(owner)) - 1 - len(told)
    print(
        f"{size} facts, {len(told)} commands acknowledged, {unacknowledged} stored unasked, {client_kills} + {server_kills} kills"
    )
    assert len(told) > 1000
    assert 0 <= unacknowledged <= 8 * len(notes)
