"""The hot questions find their rows by index: on a log of 20,000 facts, analysed or not, and with plans made while it was empty."""

import re
import secrets
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from ledger.appender import SQL, Appender, Receipt
from ledger.postgres import Server
from projections.log import _SQL as PROJECTED
from tests.conftest import WRITER
from tests.postgres.appends import LEDGER, TOPIC, appending, command, fact, name

FACTS, STREAMS, GROUP = 20_000, 2_000, 500
STREAM, KEY, POSITION = "events_stream_version_key", "commands_pkey", "events_pkey"
LIBRARY_STREAM = b"""
    select * from log.ledger_events where originator_id = %s and originator_version > %s order by originator_version asc limit %s"""
LIBRARY_TAIL = b"select * from log.ledger_events where notification_id > %s order by notification_id limit %s"

QUESTIONS: dict[str, tuple[bytes, tuple[str, ...], tuple[Any, ...], str]] = {  # statement, types, arguments, index
    "what a decision looks at": (SQL["streams"], ("uuid[]",), ([name(7), name(8), LEDGER],), STREAM),
    "what is known of a key": (SQL["moment"], ("uuid",), (name("k5"),), KEY),
    "what is known of many keys": (SQL["receipts"], ("uuid[]",), ([name("k5"), name("k6")],), KEY),
    "a stream, by the library": (LIBRARY_STREAM, ("uuid", "bigint", "bigint"), (name(7), 0, 100), STREAM),
    "the tail, by the library": (LIBRARY_TAIL, ("bigint", "bigint"), (FACTS - 100, 10), POSITION),
    "the tail, by a projection": (
        PROJECTED["between"],
        ("bigint", "bigint", "text[]"),
        (FACTS - 100, FACTS, [TOPIC]),
        POSITION,
    ),
    "facts at positions": (PROJECTED["at"], ("bigint[]",), ([5, 70, 900],), POSITION),
}


class Log:
    """A log on a database of its own, whose statistics change only when the test says so."""

    def __init__(self, admin: str, writer: str) -> None:
        self.admin, self.writer = admin, writer
        with psycopg.connect(admin, autocommit=True) as connection:
            for table in ("events", "commands", "head"):
                connection.execute(
                    sql.SQL("alter table log.{} set (autovacuum_enabled = off)").format(sql.Identifier(table))
                )

    def fill(self) -> None:
        versions = dict.fromkeys(range(STREAMS), 0)
        with appending(self.writer) as appender:
            for start in range(0, FACTS, GROUP):
                group = []
                for number in range(start, start + GROUP):
                    versions[number % STREAMS] += 1
                    group.append(command(f"k{number}", fact(number % STREAMS, versions[number % STREAMS])))
                assert all(isinstance(outcome, Receipt) for outcome in appender.append_all(group))

    def analyse(self) -> None:
        with psycopg.connect(self.admin, autocommit=True) as connection:
            connection.execute("analyze log.events, log.commands, log.head")


@pytest.fixture(scope="module")
def made(server: Server, template: str, writer_password: str) -> Iterator[Any]:
    """Makes logs; drops their databases in the end."""
    names: list[str] = []

    def make() -> Log:
        names.append(f"ledger_{secrets.token_hex(6)}")
        with psycopg.connect(server.dsn, autocommit=True) as admin:
            admin.execute(sql.SQL("create database {} template {}").format(*map(sql.Identifier, (names[-1], template))))
        dsn = make_conninfo(server.dsn, dbname=names[-1])
        return Log(dsn, make_conninfo(dsn, user=WRITER, password=writer_password))

    yield make
    with psycopg.connect(server.dsn, autocommit=True) as admin:
        for each in names:
            admin.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(each)))


class Session:
    """A reader's session with every question prepared; plans are the cached ones, for any arguments."""

    def __init__(self, dsn: str) -> None:
        self.connection = psycopg.connect(dsn, autocommit=True)
        self.connection.execute("set plan_cache_mode = force_generic_plan")
        for number, (statement, types, _, _) in enumerate(QUESTIONS.values()):
            text = statement.decode()
            for place in range(len(types)):
                text = re.sub(r"%(\(\w+\))?s", f"${place + 1}", text, count=1)
            self.connection.execute(f"prepare q{number} ({', '.join(types)}) as {text}".encode())

    def plan(self, question: str) -> str:
        arguments = QUESTIONS[question][2]
        places = sql.SQL(", ").join(map(sql.Literal, arguments))
        asked = sql.SQL("explain (costs off) execute {} ({})").format(
            sql.Identifier(f"q{list(QUESTIONS).index(question)}"), places
        )
        return "\n".join(line for (line,) in self.connection.execute(asked))


STATES = ("cached while empty", "never analysed", "analysed")


@pytest.fixture(scope="module")
def plans(made: Any) -> dict[tuple[str, str], str]:
    """The plan of every question in every state of the log."""
    log = made()
    found: dict[tuple[str, str], str] = {}
    empty = Session(log.writer)
    for question in QUESTIONS:
        empty.plan(question)  # made here, while there is nothing
    log.fill()
    never = Session(log.writer)
    found |= {(question, STATES[0]): empty.plan(question) for question in QUESTIONS}
    found |= {(question, STATES[1]): never.plan(question) for question in QUESTIONS}
    log.analyse()
    found |= {(question, STATES[2]): never.plan(question) for question in QUESTIONS}
    for session in (empty, never):
        session.connection.close()
    return found


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("question", QUESTIONS)
def test_a_hot_question_goes_by_its_index(plans: dict[tuple[str, str], str], question: str, state: str) -> None:
    plan = plans[question, state]
    assert QUESTIONS[question][3] in plan, plan
    assert "Seq Scan on events" not in plan, plan
    assert "Seq Scan on commands" not in plan, plan


SHAPES = {"a lone fact": (1, 1), "a lone command": (1, 3), "a small group": (8, 2), "a large group": (250, 1)}


def repeat(appender: Appender, shape: str, phase: str) -> None:
    """Append a dozen times; every command looks at two streams, one of them unknown."""
    commands, facts = SHAPES[shape]
    for turn in range(12):
        names = [f"{phase} {shape} {turn} {number}" for number in range(commands)]
        looked_at = [("nobody", 0), ("open", 0)]
        group = [command(each, *(fact(f"{each} {n}", 1) for n in range(facts)), reads=looked_at) for each in names]
        assert all(isinstance(outcome, Receipt) for outcome in appender.append_all(group))


def test_an_append_reads_no_table_through_on_20000_facts_with_plans_made_while_there_was_nothing(made: Any) -> None:
    log = made()
    with appending(log.writer) as appender:
        for shape in SHAPES:
            repeat(appender, shape, "before")
        log.fill()
        for shape in SHAPES:
            repeat(appender, shape, "after")
    with psycopg.connect(log.admin) as connection:
        query = "select relname, seq_tup_read from pg_stat_user_tables where schemaname = 'log' and relname in ('events', 'commands')"
        read_through: dict[str, int] = dict(connection.execute(query).fetchall())
    assert read_through == {"events": 0, "commands": 0}
