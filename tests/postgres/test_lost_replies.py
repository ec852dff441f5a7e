"""The wire is cut, or the program that asks is killed, at every step of an append: what was stored is stored once, and is answered for.

Every step is tried in both cases: *persisted*, then the repeated question finds the first receipt; *not persisted*, then it stores.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from ledger.appender import Receipt
from tests.postgres.appends import appending, command, fact, receipts, size_of_whole
from tests.postgres.asking import Asking, backends, holding, until
from tests.postgres.wire import Cut, Wire, wire_to

REPOSITORY = Path(__file__).parents[2]
ALL = 1 << 30
DISCLOSED = b'["salt", "/reporter", "x"]'

SHAPES = {
    "one fact": [command("a", fact("s", 1))],
    "many facts": [command("a", fact("s", 1), fact("s", 2), fact("t", 1))],
    "a group": [command("a", fact("s", 1)), command("b", fact("s", 2), fact("t", 1)), command("c", fact("u", 1))],
}
STEPS = {  # where it is cut, and whether the facts are stored then
    "nothing of the request arrives": (Cut("request", 0), False),
    "half of the request arrives": (Cut("request", 60), False),
    "the request arrives and the asker is gone": (Cut("request", ALL), True),
    "nothing of the reply arrives": (Cut("reply", 0), True),
    "half of the reply arrives": (Cut("reply", 30), True),
}
IN_A_TRANSACTION = {  # with disclosures there are four exchanges: begin, append, disclose, commit
    "begin is lost": (Cut("request", 0), False),
    "the append is answered, the answer lost": (Cut("reply", 0, skip=1), False),
    "the disclosure is answered, the answer lost": (Cut("reply", 0, skip=2), False),
    "the commit is lost": (Cut("request", 0, skip=3), False),
    "the commit arrives and the asker is gone": (Cut("request", ALL, skip=3), True),
    "the commit is answered, the answer lost": (Cut("reply", 0, skip=3), True),
}


@pytest.fixture
def wire(writer: str) -> Iterator[Wire]:
    with wire_to(writer) as laid:
        yield laid


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("shape", SHAPES)
def test_a_cut_wire_stores_once_and_answers_with_the_receipt(wire: Wire, superuser: str, shape: str, step: str) -> None:
    commands = SHAPES[shape]
    cut, persisted = STEPS[step]
    asking = Asking(wire.dsn, commands)
    wire.arm(cut)
    asking.start()
    assert asking.lost.wait(60)
    until(lambda: not backends(superuser))
    before = receipts(superuser)
    assert [each.key in before for each in commands] == [persisted] * len(commands)
    outcomes = asking.outcomes()
    assert wire.cuts == 1
    after = receipts(superuser)
    assert outcomes == [after[each.key] for each in commands]
    assert before.items() <= after.items()
    assert size_of_whole(superuser) == 1 + sum(len(each.events) for each in commands)


@pytest.mark.parametrize("step", IN_A_TRANSACTION)
def test_what_is_disclosed_is_stored_with_its_fact_or_not_at_all(wire: Wire, superuser: str, step: str) -> None:
    one = replace(command("a", fact("s", 1)), disclosures=(DISCLOSED,))
    cut, persisted = IN_A_TRANSACTION[step]
    asking = Asking(wire.dsn, [one])
    wire.arm(cut)
    asking.start()
    assert asking.lost.wait(60)
    until(lambda: not backends(superuser))
    assert (one.key in receipts(superuser)) is persisted
    with psycopg.connect(superuser) as admin:
        assert admin.execute("select count(*) from log.disclosures").fetchone() == (int(persisted),)
        assert asking.outcomes() == [receipts(superuser)[one.key]]
        admin.rollback()
        held = admin.execute("select position, disclosed from log.disclosures").fetchall()
    assert held == [(2, DISCLOSED)]
    assert size_of_whole(superuser) == 2


@pytest.mark.parametrize(
    "back_first", [True, False], ids=["asked again while in doubt", "asked again when it was stored"]
)
@pytest.mark.parametrize("shape", SHAPES)
def test_a_command_in_doubt_that_commits_after_its_asker_was_lost_is_stored_once(
    wire: Wire, superuser: str, shape: str, back_first: bool
) -> None:
    commands = SHAPES[shape]
    asking = Asking(wire.dsn, commands)
    with holding(superuser) as holder:
        asking.start()
        until(lambda: backends(superuser, "Lock/advisory"))
        wire.sever()
        assert asking.lost.wait(60)
        assert commands[0].key not in receipts(superuser)
        if back_first:
            asking.unbar()
            until(lambda: len(backends(superuser, "Lock/advisory")) == 2)
        holder.rollback()
        until(lambda: commands[0].key in receipts(superuser))
        first = receipts(superuser)
    outcomes = asking.outcomes()
    assert outcomes == [first[each.key] for each in commands]
    assert size_of_whole(superuser) == 1 + sum(len(each.events) for each in commands)


# The program that asks is killed.

ASKER = """
import sys, psycopg
from ledger.appender import Appender
from tests.postgres.appends import command, fact
appender = Appender(lambda: psycopg.connect(sys.argv[1], autocommit=True))
facts = [fact("s", version) for version in range(1, int(sys.argv[2]) + 1)]
print(repr(appender.append_all([command("k", *facts)])[0]))
appender.close()
"""
KEY = command("k", fact("s", 1)).key
SILENCES = {
    "nothing of the request arrives": (Cut("request", 0, asks=b"log.append", silent=True), False),
    "half of the request arrives": (Cut("request", 60, asks=b"log.append", silent=True), False),
    "the reply is on its way": (Cut("reply", 0, asks=b"log.append", silent=True), True),
    "half of the reply arrives": (Cut("reply", 30, asks=b"log.append", silent=True), True),
}


def asker(dsn: str, facts: int) -> "subprocess.Popen[str]":
    command = [sys.executable, "-W", "error", "-c", ASKER, dsn, str(facts)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY)


def killed(process: "subprocess.Popen[str]") -> None:
    os.kill(process.pid, signal.SIGKILL)
    assert process.communicate()[0] == ""  # it had been told nothing
    assert process.returncode == -signal.SIGKILL


def asked_again(superuser: str, writer: str, facts: int, persisted: bool) -> None:
    before = receipts(superuser)
    assert (KEY in before) is persisted
    said, _ = asker(writer, facts).communicate()
    receipt = receipts(superuser)[KEY]
    assert said.strip() == (f"AlreadyRecorded({receipt})" if persisted else str(receipt))
    assert receipt == Receipt(2, facts + 1, receipt.recorded_at)
    assert size_of_whole(superuser) == 1 + facts


@pytest.mark.parametrize("facts", [1, 3])
@pytest.mark.parametrize("step", SILENCES)
def test_a_program_killed_while_the_wire_is_silent_asks_again_and_stores_once(
    wire: Wire, superuser: str, writer: str, step: str, facts: int
) -> None:
    cut, persisted = SILENCES[step]
    with appending(writer):  # opens the ledger
        pass
    wire.arm(cut)
    process = asker(wire.dsn, facts)
    until(lambda: wire.cuts)
    killed(process)
    until(lambda: not backends(superuser))
    asked_again(superuser, writer, facts, persisted)


@pytest.mark.parametrize("persisted", [True, False], ids=["its server process goes on", "its server process ends too"])
@pytest.mark.parametrize("facts", [1, 3])
def test_a_program_killed_while_its_append_waits_asks_again_and_stores_once(
    superuser: str, writer: str, facts: int, persisted: bool
) -> None:
    with appending(writer):  # opens the ledger
        pass
    with holding(superuser):
        process = asker(writer, facts)
        until(lambda: backends(superuser, "Lock/advisory"))
        killed(process)
        if not persisted:
            with psycopg.connect(superuser, autocommit=True) as admin:
                admin.execute("select pg_terminate_backend(pid) from unnest(%s::int[]) as pid", (backends(superuser),))
        assert KEY not in receipts(superuser)
    until(lambda: not backends(superuser))
    asked_again(superuser, writer, facts, persisted)
