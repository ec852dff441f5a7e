"""The append function, seen from its callers: what it stores, what it refuses, and that both of its shapes agree."""

import threading
from collections.abc import Iterator
from hashlib import sha256
from uuid import UUID, uuid5

import psycopg
import pytest

from ledger.appender import (
    SQL,
    AlreadyRecorded,
    Append,
    Appender,
    Conflict,
    KeyReused,
    LedgerOpenAlready,
    NewEvent,
    Receipt,
    _Waiting,
)
from ledger.merkle import Frontier, entry, leaf_hash

NAMES = UUID(int=7)
LEDGER = uuid5(NAMES, "ledger")


def name(text: object) -> UUID:
    return uuid5(NAMES, str(text))


def event(stream: str, version: int, text: str = "x") -> NewEvent:
    return NewEvent(name(stream), version, "item.verified", b'{"text":"%s"}' % text.encode())


def command(
    key: str, *events: NewEvent, reads: tuple[tuple[str, int], ...] = (), request: str = "", at: int | None = None
) -> Append:
    asked = sha256((request or key).encode()).digest()
    return Append(name(key), asked, events, "account-1", at, [(name(stream), version) for stream, version in reads])


def opening(synthetic: bool = False, at: int | None = None) -> Append:
    return Append(name("open"), bytes(32), (NewEvent(LEDGER, 1, "ledger.opened", b"{}"),), None, at, opens=synthetic)


@pytest.fixture
def appender(writer: str) -> Iterator[Appender]:
    made = Appender(lambda: psycopg.connect(writer, autocommit=True))
    made.append(opening())
    yield made
    made.close()


def check_whole(dsn: str) -> int:
    """Recompute everything in Python; return the size."""
    frontier, tips = Frontier(), dict[UUID, tuple[int, bytes]]()
    last = 0
    with psycopg.connect(dsn) as connection:
        for position, version, at, stream, topic, actor, prev, leaf, node, state in connection.execute(SQL["rows"]):
            assert position == frontier.size + 1
            assert (version - 1, prev) == tips.get(stream, (0, None))
            assert at >= last
            assert leaf == leaf_hash(entry(position - 1, stream, version, topic, at, prev, actor, state))
            assert node == frontier.add(leaf)
            tips[stream], last = (version, leaf), at
        size, head_at, _, nodes = connection.execute(SQL["head"]).fetchone() or (0, 0, False, [])
        assert (size, head_at) == (frontier.size, last)
        assert list(nodes) == frontier.nodes
        firsts = [(first, end) for first, end, _, _ in connection.execute(SQL["commands"])]
        assert [first for first, _ in firsts] == [1, *(end + 1 for _, end in firsts[:-1])]
    return int(size)


def test_positions_run_from_one_and_every_hash_is_what_python_computes(appender: Appender, superuser: str) -> None:
    assert appender.append(command("a", event("s", 1))).first == 2
    receipt = appender.append(command("b", event("s", 2), event("t", 1), event("s", 3)))
    assert (receipt.first, receipt.last) == (3, 5)
    for number in range(40):
        appender.append(command(f"c{number}", *(event(f"u{number}", version) for version in range(1, number % 4 + 2))))
    assert check_whole(superuser) == 5 + sum(number % 4 + 1 for number in range(40))


def test_a_repeated_command_gets_its_first_receipt_and_another_request_under_its_key_is_refused(
    appender: Appender, superuser: str
) -> None:
    for key, events in (("one", (event("s", 1),)), ("many", (event("s", 2), event("t", 1)))):
        first = appender.append(command(key, *events))
        with pytest.raises(AlreadyRecorded) as known:
            appender.append(command(key, *events))
        assert known.value.receipt == first
        with pytest.raises(KeyReused):
            appender.append(command(key, *events, request="another"))
    assert check_whole(superuser) == 4


@pytest.mark.parametrize("twin", [False, True], ids=["append_one", "append"])
def test_a_stream_or_a_read_that_moved_on_refuses_the_command_and_says_where_it_stands(
    appender: Appender, superuser: str, twin: bool
) -> None:
    more = (event("beside", 1),) if twin else ()
    appender.append(command("a", event("s", 1), event("s", 2)))
    for version in (1, 2, 4):
        with pytest.raises(Conflict) as met:
            appender.append(command(f"late{version}", event("s", version), *more))
        assert (met.value.stream, met.value.version) == (name("s"), 2)
    with pytest.raises(Conflict, match="read") as met:
        appender.append(command("read", event("t", 1), *more, reads=(("never", 0), ("s", 1))))
    assert (met.value.stream, met.value.version) == (name("s"), 2)
    appender.append(command("right", event("t", 1), *more, reads=(("never", 0), ("s", 2))))
    check_whole(superuser)


def test_in_a_group_each_command_has_its_own_outcome_as_if_one_after_the_other(writer: str, superuser: str) -> None:
    gate = threading.Event()

    def connect() -> psycopg.Connection[tuple[object, ...]]:
        gate.wait()
        return psycopg.connect(writer, autocommit=True)

    with psycopg.connect(writer, autocommit=True) as direct:
        direct.execute(SQL["open"], (name("open"), bytes(32), None, None, LEDGER, "ledger.opened", b"{}", False))
    appender = Appender(connect)
    outcomes: dict[str, Receipt | Exception] = {}
    asked = {
        "first": command("first", event("s", 1)),
        "second": command("second", event("s", 2)),
        "stale": command("stale", event("s", 1)),
        "reads what was just written": command("reader", event("r", 1), reads=(("s", 2),)),
        "reads what was there before": command("blind", event("r", 1), reads=(("s", 0),)),
        "again": command("first", event("s", 1)),
        "apart": command("apart", event("z", 1), event("z", 2)),
    }

    def ask(label: str, one: Append) -> None:
        try:
            outcomes[label] = appender.append(one)
        except Exception as refused:  # noqa: BLE001 - the outcome is looked at below
            outcomes[label] = refused

    leader = threading.Thread(target=ask, args=("leader", command("leader", event("l", 1))))
    leader.start()
    threads = []
    for label, one in asked.items():  # queue up behind the leader in this order
        waiting = len(appender._queue)
        threads.append(threading.Thread(target=ask, args=(label, one)))
        threads[-1].start()
        while len(appender._queue) == waiting:
            gate.wait(0.001)
    gate.set()
    for thread in (leader, *threads):
        thread.join()
    appender.close()
    kinds = {label: type(outcome) for label, outcome in outcomes.items()}
    assert kinds == {
        "leader": Receipt,
        "first": Receipt,
        "second": Receipt,
        "stale": Conflict,
        "reads what was just written": Receipt,
        "reads what was there before": Conflict,
        "again": AlreadyRecorded,
        "apart": Receipt,
    }
    again = outcomes["again"]
    assert isinstance(again, AlreadyRecorded)
    assert again.receipt == outcomes["first"]
    assert check_whole(superuser) == 1 + 1 + 1 + 1 + 1 + 2


def test_one_bad_command_fails_alone(appender: Appender, superuser: str) -> None:
    bad = command("bad", NewEvent(name("s"), 1, "two\nlines", b"{}"))
    good = command("good", event("t", 1))
    waiting = [ledger_waiting(bad), ledger_waiting(good)]
    appender._store(waiting)
    assert isinstance(waiting[0].outcome, psycopg.errors.CheckViolation)
    assert isinstance(waiting[1].outcome, tuple)
    assert check_whole(superuser) == 2


def ledger_waiting(one: Append) -> _Waiting:
    return _Waiting(one, threading.Lock())


def test_a_ledger_is_opened_once_and_nothing_comes_before(writer: str) -> None:
    appender = Appender(lambda: psycopg.connect(writer, autocommit=True))
    for events in ((event("s", 1),), (event("s", 1), event("s", 2))):
        with pytest.raises(psycopg.DatabaseError, match="not open"):
            appender.append(command("early", *events))
    first = appender.append(opening())
    assert first.first == 1
    with pytest.raises(AlreadyRecorded):
        appender.append(opening())
    with pytest.raises(LedgerOpenAlready):
        appender.append(Append(name("other"), bytes(32), (NewEvent(LEDGER, 1, "ledger.opened", b"{}"),), opens=True))
    appender.close()


def test_time_may_be_told_only_to_a_synthetic_ledger_and_never_runs_back(writer: str, superuser: str) -> None:
    appender = Appender(lambda: psycopg.connect(writer, autocommit=True))
    day = 24 * 3600 * 1_000_000
    start = 1_709_251_200_000_000  # 2024-03-01
    appender.append(opening(synthetic=True, at=start))
    for events in ((event("a", 1),), (event("b", 1), event("b", 2))):
        stream = str(events[0].stream)
        assert appender.append(command(f"told{stream}", *events, at=start + day)).recorded_at == start + day
        for wrong in (start, 4_000_000_000_000_000):
            with pytest.raises(psycopg.DatabaseError, match="is not between"):
                appender.append(
                    command(f"wrong{wrong}", *(event(f"w{each.stream}", each.version) for each in events), at=wrong)
                )
    assert appender.append(command("now", event("c", 1))).recorded_at > start + day
    appender.close()
    check_whole(superuser)


def test_an_ordinary_ledger_is_not_told_the_time(appender: Appender) -> None:
    with pytest.raises(psycopg.DatabaseError, match="synthetic"):
        appender.append(command("told", event("s", 1), at=1_709_251_200_000_000))


def test_recorded_time_never_runs_back_when_the_clock_does(appender: Appender, superuser: str) -> None:
    with psycopg.connect(superuser, autocommit=True) as admin:
        ahead = 4_000_000_000_000_000
        admin.execute("update log.head set recorded_at = %s", (ahead,))
    assert appender.append(command("a", event("s", 1))).recorded_at == ahead
    assert appender.append(command("b", event("s", 2), event("s", 3))).recorded_at == ahead


def test_the_append_functions_refuse_a_session_that_could_lose_or_misorder(writer: str) -> None:
    one = (
        "select * from log.append_one(%s, %s, null, null, %s, 1, 't', '{}', '{}', '{}')",
        (name("k"), bytes(32), name("s")),
    )
    with psycopg.connect(writer) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        with pytest.raises(psycopg.DatabaseError, match="READ COMMITTED"):
            connection.execute(*one)
    with psycopg.connect(writer, autocommit=True) as connection:
        connection.execute("set synchronous_commit = off")
        with pytest.raises(psycopg.DatabaseError, match="synchronous_commit"):
            connection.execute(*one)


WRITES = (
    "insert into log.events (position) values (99)",
    "update log.events set actor = 'x'",
    "delete from log.events",
    "truncate log.events",
    "update log.head set size = 0",
    "delete from log.commands",
    "insert into log.commands values (gen_random_uuid(), '', 1, 1, 1)",
    "drop table log.events",
    "alter table log.events disable trigger all",
    "set role ledger_owner",
    "select log.lock_head()",
    "create function log.x() returns int language sql as 'select 1'",
    "select * from log.disclosures",
)


@pytest.mark.parametrize("statement", WRITES)
def test_a_writer_may_execute_and_select_and_nothing_else(appender: Appender, writer: str, statement: str) -> None:
    assert appender is not None
    with psycopg.connect(writer, autocommit=True) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement.encode())


@pytest.mark.parametrize("mode", ["origin", "replica", "local"])
@pytest.mark.parametrize("table", ["events", "commands", "head"])
def test_even_a_superuser_meets_the_triggers_in_every_session_mode(
    appender: Appender, superuser: str, table: str, mode: str
) -> None:
    assert appender is not None
    with psycopg.connect(superuser, autocommit=True) as connection:
        connection.execute(f"set session_replication_role = {mode}".encode())
        for verb in (f"delete from log.{table}", f"truncate log.{table} cascade"):
            with pytest.raises(psycopg.DatabaseError, match="never changed"):
                connection.execute(verb.encode())
        if table != "head":
            with pytest.raises(psycopg.DatabaseError, match="never changed"):
                connection.execute(f"update log.{table} set recorded_at = 1".encode())


def test_only_the_migrating_role_reshapes_the_log_whatever_role_or_setting_another_puts_on(
    superuser: str, server_admin: str
) -> None:
    dsn = psycopg.conninfo.make_conninfo(superuser, user=server_admin, password="let-me-in")  # noqa: S106
    with psycopg.connect(dsn, autocommit=True) as other:
        for putting_on in (
            "reset role",
            "set role postgres",
            "set session authorization postgres",
            "set session_replication_role = replica",
        ):
            other.execute(putting_on.encode())
            if (
                "authorization" in putting_on
            ):  # a superuser can become another session user: prevented it is not, seen it is
                other.execute("reset session authorization")
            for statement in (
                "alter table log.events disable trigger all",
                "drop view log.ledger_events",
                "create table log.x()",
            ):
                with pytest.raises(psycopg.DatabaseError, match="not reshaped"):
                    other.execute(statement.encode())


@pytest.fixture
def server_admin(superuser: str) -> Iterator[str]:
    with psycopg.connect(superuser, autocommit=True) as admin:
        admin.execute("create role other_admin superuser login password 'let-me-in'")
        yield "other_admin"
        admin.execute("drop role other_admin")
