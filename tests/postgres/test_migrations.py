"""Migrating: once, whole, forward, by two at once, with and without the rights of a superuser, on the oldest server we promise."""

import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from ledger import migrations
from ledger.appender import Receipt
from ledger.migrations import MigrationRefused, create_login, migrate
from ledger.verifying import verify
from tests.conftest import WRITER
from tests.postgres.appends import appending, command, fact, receipts, size_of_whole
from tests.postgres.asking import Asking, backends, holding, until
from tests.postgres.own_server import OwnServer, own_server

STEPS = [step.name for step in migrations.migrations()]
PLAIN = [step.name for step in migrations.migrations() if not step.privileged]  # what needs no superuser
OURS = ("ledger_projector", "ledger_writer", "ledger_reader", "ledger_owner")
OLD = Path("/usr/lib/postgresql/15/bin")
MIGRATOR = "migrator"
SERVERS = [
    pytest.param(None, id="the server of the product"),
    pytest.param(
        OLD,
        id="PostgreSQL 15",
        marks=pytest.mark.skipif(
            not OLD.is_dir(), reason=f"no PostgreSQL 15 is installed at {OLD}: nothing to try it on"
        ),
    ),
]


@pytest.fixture(scope="module", params=SERVERS)
def bare(request: pytest.FixtureRequest) -> Iterator[OwnServer]:
    """A server that has never seen a ledger: it has none of our roles."""
    with own_server(request.param) as server:
        yield server


def database(server: OwnServer, owner: str = "postgres") -> str:
    """The superuser's dsn of an empty database."""
    name = f"ledger_{secrets.token_hex(6)}"
    with psycopg.connect(server.dsn, autocommit=True) as admin:
        admin.execute(
            sql.SQL("create database {} owner {} template template0").format(*map(sql.Identifier, (name, owner)))
        )
    return make_conninfo(server.dsn, dbname=name)


@pytest.fixture
def migrator(bare: OwnServer) -> Iterator[Callable[[], str]]:
    """Makes databases for a role that may create roles and is no superuser; gives its dsn. Afterwards the server is bare again."""
    password = secrets.token_urlsafe(12)
    made: list[str] = []
    with psycopg.connect(bare.dsn, autocommit=True) as admin:
        admin.execute(sql.SQL("create role {} createrole login password {}").format(sql.Identifier(MIGRATOR), password))

    def make() -> str:
        made.append(make_conninfo(database(bare, MIGRATOR), user=MIGRATOR, password=password))
        return made[-1]

    yield make
    undone(bare, WRITER, *OURS, MIGRATOR)


def undone(server: OwnServer, *roles: str) -> None:
    """Drop every database and these roles."""
    with psycopg.connect(server.dsn, autocommit=True) as admin:
        query = "select datname from pg_database where datname like 'ledger\\_%'"
        for (name,) in admin.execute(query).fetchall():
            admin.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))
        for role in roles:
            admin.execute(sql.SQL("drop role if exists {}").format(sql.Identifier(role)))


def as_superuser(server: OwnServer, dsn: str) -> str:
    return make_conninfo(server.dsn, dbname=psycopg.conninfo.conninfo_to_dict(dsn)["dbname"])


def use(superuser: str, writer: str) -> None:
    """Append by every way, alone and in doubt, and recompute all of it."""
    with appending(writer) as appender:
        alone = [appender.append(command("a", fact("s", 1))), appender.append(command("b", fact("s", 2), fact("t", 1)))]
        group = appender.append_all(
            [command("c", fact("s", 3)), command("d", fact("s", 3)), command("e", fact("t", 2))]
        )
    assert [receipt.last for receipt in alone] == [2, 4]
    assert [type(outcome).__name__ for outcome in group] == ["Receipt", "Conflict", "Receipt"]
    asking = Asking(writer, [command("f", fact("s", 4), reads=[("t", 2)])])
    with holding(superuser), psycopg.connect(superuser, autocommit=True) as admin:
        asking.start()
        until(lambda: backends(superuser, "Lock/advisory"))
        admin.execute("select pg_terminate_backend(pid) from unnest(%s::int[]) as pid", (backends(superuser),))
        assert asking.lost.wait(10)
    (last,) = asking.outcomes()
    assert isinstance(last, Receipt)
    assert receipts(superuser)[command("f", fact("s", 4)).key] == last
    assert size_of_whole(superuser) == 7


def test_a_bare_server_is_migrated_once_and_can_be_used(bare: OwnServer) -> None:
    dsn = database(bare)
    assert migrate(dsn) == STEPS
    assert migrate(dsn) == []
    create_login(dsn, WRITER, "let-me-in", ("ledger_writer",))
    use(dsn, make_conninfo(dsn, user=WRITER, password="let-me-in"))  # noqa: S106 - of this server
    assert verify(dsn).left_out == ()
    undone(bare, WRITER, *OURS)


def test_without_a_superusers_rights_the_event_triggers_are_left_out_and_verify_says_so(
    bare: OwnServer, migrator: Callable[[], str]
) -> None:
    dsn = migrator()
    admin = as_superuser(bare, dsn)
    assert migrate(dsn) == PLAIN
    assert migrate(dsn) == []
    create_login(dsn, WRITER, "let-me-in", ("ledger_writer",))
    writer = make_conninfo(dsn, user=WRITER, password="let-me-in")  # noqa: S106 - of this server
    use(admin, writer)
    assert verify(writer).left_out == ("event_triggers",)
    with psycopg.connect(dsn, autocommit=True) as connection:
        for refused in ("delete from log.events", "update log.commands set first = 1", "truncate log.head"):
            with pytest.raises(psycopg.DatabaseError, match=r"never changed|permission denied"):
                connection.execute(refused.encode())


def test_a_superuser_adds_later_what_was_left_out(bare: OwnServer, migrator: Callable[[], str]) -> None:
    dsn = migrator()
    admin = as_superuser(bare, dsn)
    migrate(dsn)
    assert migrate(admin) == ["event_triggers"]
    assert migrate(admin) == migrate(dsn) == []
    assert verify(admin).left_out == ()
    with (
        psycopg.connect(admin, autocommit=True) as connection,
        pytest.raises(psycopg.DatabaseError, match="not reshaped"),
    ):
        connection.execute("drop view log.ledger_events")  # not the role that migrates


def test_a_role_that_may_not_create_roles_is_told_what_an_administrator_does(bare: OwnServer) -> None:
    with psycopg.connect(bare.dsn, autocommit=True) as admin:
        admin.execute("create role plain login password 'plain'")
    dsn = database(bare, "plain")
    plain = make_conninfo(dsn, user="plain", password="plain")  # noqa: S106 - of this server
    with pytest.raises(MigrationRefused, match=r"let an administrator run once: (.*)") as refused:
        migrate(plain)
    statements = str(refused.value).split("run once: ")[1].replace("to this role", "to plain")
    with psycopg.connect(bare.dsn, autocommit=True) as admin:
        for statement in statements.split("; "):
            admin.execute(statement.encode())
    assert migrate(plain) == PLAIN
    undone(bare, *OURS, "plain")


@pytest.mark.parametrize("privileged", [True, False], ids=["superuser", "role that may create roles"])
def test_many_migrators_at_once_end_as_one(bare: OwnServer, migrator: Callable[[], str], privileged: bool) -> None:
    """Three databases, each by three migrators, on a server where none of the roles exists."""
    dsns = [as_superuser(bare, migrator()) if privileged else migrator() for _ in range(3)]
    with ThreadPoolExecutor(9) as threads:
        taken = list(threads.map(migrate, dsns * 3))
    for number, dsn in enumerate(dsns):
        steps = [step for each in taken[number::3] for step in each]
        assert sorted(steps) == sorted(STEPS if privileged else PLAIN)
        assert verify(dsn).finding is None


# What is refused.


def test_a_step_that_was_changed_after_it_was_applied_is_refused(superuser: str) -> None:
    with psycopg.connect(superuser) as admin:
        admin.execute("update log.migrations set sha256 = sha256('something else') where number = 1")
    with pytest.raises(MigrationRefused, match=r"step 1 \(log\) was changed"):
        migrate(superuser)


def test_a_database_of_a_newer_program_is_refused(superuser: str) -> None:
    with psycopg.connect(superuser) as admin:
        admin.execute("insert into log.migrations (number, name, sha256, applied) values (9999, 'later', '', true)")
    with pytest.raises(MigrationRefused, match="step 9999 was applied by a newer program"):
        migrate(superuser)


def test_a_database_that_is_not_utf8_is_refused(bare: OwnServer) -> None:
    with psycopg.connect(bare.dsn, autocommit=True) as admin:
        admin.execute("create database ledger_latin encoding 'LATIN1' locale 'C' template template0")
    with pytest.raises(MigrationRefused, match=r"UTF8 is needed.*LATIN1"):
        migrate(make_conninfo(bare.dsn, dbname="ledger_latin"))
    undone(bare)


def test_an_older_server_is_refused(superuser: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrations, "OLDEST_SERVER", 990000)
    with pytest.raises(MigrationRefused, match="PostgreSQL 15 or newer"):
        migrate(superuser)


def test_a_step_that_fails_leaves_nothing(bare: OwnServer, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = migrations.Migration(9999, "broken", b"create table log.half (); select 1 / 0;")
    whole = list(migrations.migrations())
    dsn = database(bare)
    monkeypatch.setattr(migrations, "migrations", lambda: iter([*whole, broken]))
    with pytest.raises(psycopg.errors.DivisionByZero):
        migrate(dsn)
    with psycopg.connect(dsn) as connection:
        assert connection.execute("select to_regclass('log.events')").fetchone() == (None,)
    monkeypatch.undo()
    assert migrate(dsn) == STEPS
    undone(bare, *OURS)
