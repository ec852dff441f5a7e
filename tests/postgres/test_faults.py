"""Server and backends are killed inside an append, the disk fills, time runs out: nothing acknowledged is lost, nothing is stored twice.

The server killed here is one of its own; the other tests' server lives on.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from ledger.migrations import create_login, migrate
from tests.conftest import WRITER
from tests.postgres.appends import command, fact, receipts, size_of_whole
from tests.postgres.asking import THE_LOCK, Asking, backends, holding, until
from tests.postgres.own_server import OwnServer, own_server

REPOSITORY = Path(__file__).parents[2]


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
