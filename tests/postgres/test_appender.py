"""The appender's threads: whoever is interrupted, refused or too late, the others get their outcome."""

import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

import psycopg
import pytest
from eventsourcing.persistence import OperationalError
from psycopg.conninfo import make_conninfo

from ledger import appender as module
from ledger.appender import AlreadyRecorded, Append, Appender, LedgerOpenAlready, NewEvent, Receipt
from tests.postgres.appends import LEDGER, TOPIC, appending, command, fact, name, receipts, size_of_whole, state
from tests.postgres.asking import THE_LOCK, backends, holding, until

AGAIN = "ask again with the same key"


@pytest.fixture
def appender(writer: str) -> Iterator[Appender]:
    with appending(writer) as made:
        yield made


class Asker(threading.Thread):
    """Asks for one command in a thread of its own."""

    def __init__(self, appender: Appender, one: Append) -> None:
        super().__init__()
        self.appender, self.one = appender, one
        self.outcome: Receipt | BaseException | None = None

    def run(self) -> None:
        try:
            self.outcome = self.appender.append(self.one)
        except BaseException as refused:  # noqa: BLE001 - the outcome is looked at
            self.outcome = refused

    @property
    def answered(self) -> Receipt | BaseException | None:
        self.join(20)
        assert not self.is_alive(), "it waits for ever"
        return self.outcome


def leading(appender: Appender, superuser: str, one: Append) -> Asker:
    """An asker whose append waits in the server, for a lock that the test holds."""
    asker = Asker(appender, one)
    asker.start()
    until(lambda: backends(superuser, "Lock/advisory"))
    return asker


def following(appender: Appender, *commands: Append) -> list[Asker]:
    """Askers that queue up, in this order, behind a leader that waits."""
    askers = [Asker(appender, one) for one in commands]
    for asker in askers:
        before = len(appender._queue)
        asker.start()
        until(partial(lambda before: len(appender._queue) > before, before))
    return askers


@contextmanager
def interrupted(steps: Callable[[], object]) -> Iterator[None]:
    """The main thread is interrupted, as by Ctrl-C, after some steps that another thread takes."""

    def interrupt() -> None:
        steps()
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        yield
    thread.join()


def test_a_leader_that_is_interrupted_hands_over_and_those_behind_it_are_answered(
    appender: Appender, superuser: str
) -> None:
    behind: list[Asker] = []

    def steps() -> None:
        until(lambda: backends(superuser, "Lock/advisory"))
        behind.extend(following(appender, command("b", fact("b", 1)), command("c", fact("c", 1))))

    with holding(superuser), interrupted(steps):
        appender.append(command("a", fact("a", 1)))
    assert [asker.answered for asker in behind] == [receipts(superuser)[asker.one.key] for asker in behind]
    assert appender.append(command("d", fact("d", 1))).last == size_of_whole(superuser)


def test_those_in_one_group_with_an_interrupted_leader_are_answered_by_the_next(
    appender: Appender, superuser: str
) -> None:
    group: list[Asker] = []
    first_lock = psycopg.connect(superuser)
    first_lock.execute(THE_LOCK)
    second_lock = psycopg.connect(superuser)
    first = leading(appender, superuser, command("first", fact("first", 1)))
    taking = threading.Thread(target=second_lock.execute, args=(THE_LOCK,))  # next in the server's queue after `first`
    taking.start()

    def steps() -> None:
        until(lambda: len(appender._queue) == 1)  # the main thread
        group.extend(following(appender, command("b", fact("b", 1)), command("c", fact("c", 1), fact("c", 2))))
        first_lock.close()
        assert isinstance(first.answered, Receipt)
        until(lambda: not appender._queue and backends(superuser, "Lock/advisory"))  # all three were sent together

    with interrupted(steps):
        appender.append(command("a", fact("a", 1)))
    taking.join()
    second_lock.close()
    assert [asker.answered for asker in group] == [receipts(superuser)[asker.one.key] for asker in group]
    size = size_of_whole(superuser)
    asked_again = appender.append_all([command("a", fact("a", 1))])
    assert isinstance(asked_again[0], Receipt | AlreadyRecorded)
    assert size_of_whole(superuser) == size + isinstance(asked_again[0], Receipt)


def test_a_follower_that_is_interrupted_is_never_waited_for(appender: Appender, superuser: str) -> None:
    behind: list[Asker] = []
    with holding(superuser) as holder:
        first = leading(appender, superuser, command("first", fact("first", 1)))

        def steps() -> None:
            until(lambda: len(appender._queue) == 1)  # the main thread, the next to lead
            behind.extend(following(appender, command("b", fact("b", 1))))

        with interrupted(steps):
            appender.append(command("a", fact("a", 1)))
        holder.rollback()
        assert isinstance(first.answered, Receipt)
    assert isinstance(behind[0].answered, Receipt)
    assert command("a", fact("a", 1)).key not in receipts(superuser)  # it was still in the queue: never sent
    assert size_of_whole(superuser) == 3


def test_one_that_is_interrupted_after_it_was_elected_passes_the_lead_on(appender: Appender, superuser: str) -> None:
    elected = module._Waiting(command("a", fact("a", 1)))
    elected.wake.acquire()
    appender._enqueue([elected])  # nobody leads, so it does; its thread never comes to it
    (behind,) = following(appender, command("b", fact("b", 1)))
    appender._withdraw([elected])
    assert isinstance(behind.answered, Receipt)
    assert command("a", fact("a", 1)).key not in receipts(superuser)
    assert size_of_whole(superuser) == 2


def test_a_leader_that_is_refused_hands_over(appender: Appender, superuser: str) -> None:
    with holding(superuser):
        refused = leading(appender, superuser, command("bad", NewEvent(name("s"), 1, "two\nlines", b"{}")))
        behind = following(appender, command("b", fact("b", 1)))
    assert isinstance(refused.answered, psycopg.errors.CheckViolation)
    assert isinstance(behind[0].answered, Receipt)
    assert size_of_whole(superuser) == 2


BAD = {
    "a line break in a topic": NewEvent(name("bad"), 1, "two\nlines", b"{}"),
    "a control character": NewEvent(name("bad"), 1, "a\x7fb", b"{}"),
    "half of a surrogate pair": NewEvent(name("bad"), 1, "\ud800", b"{}"),
    "a NUL": NewEvent(name("bad"), 1, "a\0b", b"{}"),
    "a version that no integer holds": NewEvent(name("bad"), 1 << 70, TOPIC, b"{}"),
    "no state": NewEvent(name("bad"), 1, TOPIC, b""),
    "a state that is too large": NewEvent(name("bad"), 1, TOPIC, b"x" * 61_441),
}


@pytest.mark.parametrize("what", BAD)
@pytest.mark.parametrize("twin", [(), (fact("twin", 1),)], ids=["alone", "beside another fact"])
def test_a_command_that_cannot_be_stored_fails_alone_in_its_group(
    appender: Appender, superuser: str, what: str, twin: tuple[NewEvent, ...]
) -> None:
    good, bad = command("good", fact("a", 1)), command("bad", BAD[what], *twin)
    outcomes = appender.append_all([good, bad, command("next", fact("a", 2))])
    assert [type(outcome) for outcome in outcomes[::2]] == [Receipt, Receipt]
    assert isinstance(outcomes[1], psycopg.DataError | psycopg.IntegrityError | ValueError | OverflowError)
    with pytest.raises(type(outcomes[1])):
        appender.append(bad)
    assert size_of_whole(superuser) == 3


def test_an_actor_that_would_break_the_entry_is_refused(appender: Appender, superuser: str) -> None:
    for actor in ("", "-", "a\nb", "a\tb", "a\x7f"):
        with pytest.raises(psycopg.errors.CheckViolation):
            appender.append(replace(command(actor, fact("s", 1)), actor=actor))
    assert size_of_whole(superuser) == 1


def test_a_second_opening_is_refused_as_such_also_among_other_commands(appender: Appender, superuser: str) -> None:
    second = Append(name("second"), bytes(32), (NewEvent(LEDGER, 1, TOPIC, state()),), opens=False)
    outcomes = appender.append_all([command("a", fact("a", 1)), second, command("b", fact("b", 1))])
    assert [type(outcome) for outcome in outcomes] == [Receipt, LedgerOpenAlready, Receipt]
    assert size_of_whole(superuser) == 3


def test_the_same_command_twice_at_once_is_stored_once(appender: Appender, superuser: str) -> None:
    one = command("a", fact("a", 1))
    with holding(superuser):
        leading(appender, superuser, command("first", fact("first", 1)))
        twins = following(appender, one, command("b", fact("b", 1)), one)
    stored = receipts(superuser)
    assert [type(asker.answered) for asker in twins] == [Receipt, Receipt, AlreadyRecorded]
    twin = twins[2].answered
    assert isinstance(twin, AlreadyRecorded)
    assert twin.receipt == twins[0].answered == receipts(superuser)[one.key]
    assert stored.keys() <= receipts(superuser).keys()
    assert size_of_whole(superuser) == 4


# Time runs out, or the server is not there.


@pytest.mark.parametrize("facts", [1, 3])
@pytest.mark.usefixtures("appender")
def test_a_statement_that_takes_too_long_is_told_and_may_be_asked_again(
    superuser: str, writer: str, facts: int
) -> None:
    hurried = make_conninfo(writer, options="-c statement_timeout=200ms")
    slow = Appender(lambda: psycopg.connect(hurried, autocommit=True))
    one = command("a", *(fact("s", version) for version in range(1, facts + 1)))
    with holding(superuser), pytest.raises(OperationalError, match=AGAIN):
        slow.append(one)
    assert one.key not in receipts(superuser)
    assert slow.append(one) == receipts(superuser)[one.key]
    slow.close()


def test_when_the_server_is_gone_for_long_every_asker_is_told_to_ask_again(
    monkeypatch: pytest.MonkeyPatch, writer: str
) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.5)
    with socket.socket() as nobody_listens:
        nobody_listens.bind(("127.0.0.1", 0))
        gone = make_conninfo(writer, host="127.0.0.1", port=nobody_listens.getsockname()[1])
        appender = Appender(lambda: psycopg.connect(gone, autocommit=True))
        askers = [Asker(appender, command(number, fact(number, 1))) for number in range(5)]
        began = time.monotonic()
        for asker in askers:
            asker.start()
        said = [asker.answered for asker in askers]
        assert 0.5 <= time.monotonic() - began < 5
    assert all(isinstance(each, OperationalError) and AGAIN in str(each) for each in said)
    assert len({id(each) for each in said}) == len(said)  # each thread raises an error of its own
    appender.close()


def test_a_server_that_comes_back_in_time_is_not_noticed(superuser: str, writer: str) -> None:
    tries: list[int] = []

    def connect() -> psycopg.Connection[tuple[object, ...]]:
        tries.append(1)
        if len(tries) in (2, 3, 4):
            raise psycopg.OperationalError("the database system is starting up")
        return psycopg.connect(writer, autocommit=True)

    with appending(writer):
        pass
    appender = Appender(connect)
    appender.append(command("a", fact("s", 1)))
    with psycopg.connect(superuser, autocommit=True) as admin:
        admin.execute("select pg_terminate_backend(pid) from unnest(%s::int[]) as pid", (backends(superuser),))
    assert appender.append(command("b", fact("s", 2))) == receipts(superuser)[name("b")]
    assert len(tries) == 5
    appender.close()


def test_a_closed_appender_refuses_and_leaves_no_connection(appender: Appender, superuser: str) -> None:
    appender.close()
    with pytest.raises(OperationalError, match="closed"):
        appender.append(command("a", fact("s", 1)))
    until(lambda: not backends(superuser))
    assert size_of_whole(superuser) == 1


def test_closing_waits_for_those_who_asked_before(appender: Appender, superuser: str) -> None:
    with holding(superuser):
        first = leading(appender, superuser, command("a", fact("s", 1)))
        (behind,) = following(appender, command("b", fact("s", 2)))
        closing = threading.Thread(target=appender.close)
        closing.start()
        until(lambda: appender._closed)
        assert closing.is_alive()
    assert [type(first.answered), type(behind.answered)] == [Receipt, Receipt]
    closing.join()
    until(lambda: not backends(superuser))
    assert size_of_whole(superuser) == 3
