"""Whoever can write to the tables behind our back is found out, at the position where it was done."""

from collections.abc import Callable
from datetime import date
from uuid import UUID, uuid5

import psycopg
import pytest

from ledger.appender import Append, Appender, NewEvent
from ledger.encoding import encode
from ledger.events import Envelope, ItemVerified
from ledger.merkle import Frontier, entry, leaf_hash
from ledger.terms import EntryRoute
from ledger.verifying import verify

NAMES = UUID(int=11)
FACTS = 21


def state(text: str) -> bytes:
    envelope = Envelope(
        effective_on=date(2024, 3, 4),
        jurisdiction="530900",
        rule_pack="generic@1",
        entry_route=EntryRoute.CLI,
        reason=text,
    )
    return encode(envelope, ItemVerified(verifier=NAMES))


@pytest.fixture
def log(writer: str, superuser: str) -> str:
    """A log of 21 facts in four streams; position p stands in stream p % 4."""
    appender = Appender(lambda: psycopg.connect(writer, autocommit=True))
    for position in range(1, FACTS + 1):
        event = NewEvent(
            uuid5(NAMES, str(position % 4)), (position + 3) // 4, ItemVerified.TOPIC, state(f"fact {position}")
        )
        opens = False if position == 1 else None
        appender.append(Append(uuid5(NAMES, f"k{position}"), bytes(32), (event,), f"account-{position}", opens=opens))
    appender.close()
    with psycopg.connect(superuser, autocommit=True) as admin:
        for table in ("events", "commands", "head"):
            admin.execute(f"alter table log.{table} disable trigger all".encode())
    return superuser


def tamper(dsn: str, *statements: str) -> None:
    with psycopg.connect(dsn) as admin:
        for statement in statements:
            admin.execute(statement.encode())


def test_an_honest_log_is_found_whole(log: str) -> None:
    verdict = verify(log)
    assert (verdict.facts, verdict.finding) == (FACTS, None)


EDITS: dict[str, tuple[int | None, str]] = {
    "state": (
        10,
        "update log.events set state = replace(convert_from(state, 'UTF8'), 'fact', 'fiction')::bytea where position = 10",
    ),
    "topic": (10, "update log.events set topic = 'item.cancelled' where position = 10"),
    "actor": (10, "update log.events set actor = 'somebody-else' where position = 10"),
    "actor removed": (10, "update log.events set actor = null where position = 10"),
    "time": (10, "update log.events set recorded_at = recorded_at - 1 where position = 10"),
    "time forward": (10, "update log.events set recorded_at = recorded_at + 1 where position = 10"),
    "stream": (10, "update log.events set stream = gen_random_uuid(), version = 1, prev = null where position = 10"),
    "version": (10, "update log.events set version = 99 where position = 10"),
    "prev": (10, "update log.events set prev = sha256('x') where position = 10"),
    "leaf": (10, "update log.events set leaf = sha256('x') where position = 10"),
    "node": (10, "update log.events set node = sha256('x') where position = 10"),
    "first": (1, "update log.events set actor = 'x' where position = 1"),
    "last": (FACTS, "update log.events set actor = 'x' where position = 21"),
    "deleted row": (10, "delete from log.events where position = 10"),
    "deleted last row": (FACTS, "delete from log.events where position = 21"),
    "head size": (None, "update log.head set size = 20"),
    "head larger": (FACTS + 1, "update log.head set size = 22"),
    "head nodes": (None, "update log.head set nodes[1] = sha256('x')"),
    "head time": (None, "update log.head set recorded_at = recorded_at + 1"),
    "head removed": (None, "delete from log.head"),
    "command removed": (10, "delete from log.commands where first = 10"),
    "command moved": (10, "update log.commands set first = 11, last = 11 where first = 10"),
}


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_is_named_at_its_position(log: str, edit: str) -> None:
    position, statement = EDITS[edit]
    tamper(log, statement)
    finding = verify(log).finding
    assert finding
    assert finding.position == position
    assert finding.code == ("head" if position is None else finding.code)


def test_two_swapped_rows_are_named_at_the_first(log: str) -> None:
    tamper(
        log,
        "update log.events set position = 999 where position = 9",
        "update log.events set position = 9 where position = 12",
        "update log.events set position = 12 where position = 999",
    )
    finding = verify(log).finding
    assert finding
    assert finding.position == 9


def test_swapping_only_what_two_rows_say_is_named_at_the_first(log: str) -> None:
    tamper(
        log,
        "create temp table both_rows as select position, state from log.events where position in (9, 12)",
        "update log.events e set state = b.state from both_rows b where e.position in (9, 12) and b.position = 21 - e.position",
    )
    finding = verify(log).finding
    assert finding
    assert finding.position == 9


def recomputed(dsn: str, position: int, nodes_too: bool, head_too: bool = False) -> None:
    """Edit one row and recompute what hangs on it, as a careful forger would."""
    with psycopg.connect(dsn) as admin:
        forged = state("nothing happened")
        admin.execute("update log.events set state = %s where position = %s", (forged, position))
        rows = admin.execute(
            "select position, version, recorded_at, stream, topic, actor, state from log.events order by position"
        ).fetchall()
        frontier, tips = Frontier(), dict[UUID, bytes]()
        for at, version, recorded_at, stream, topic, actor, held in rows:
            prev = tips.get(stream)
            leaf = leaf_hash(entry(at - 1, stream, version, topic, recorded_at, prev, actor, held))
            node, tips[stream] = frontier.add(leaf), leaf
            admin.execute("update log.events set prev = %s, leaf = %s where position = %s", (prev, leaf, at))
            if nodes_too:
                admin.execute("update log.events set node = %s where position = %s", (node, at))
        if head_too:
            admin.execute("update log.head set nodes = %s", (frontier.nodes,))


@pytest.mark.parametrize("position", [9, 10, 16, FACTS])
def test_an_edit_with_its_leaves_recomputed_is_named_at_its_position(log: str, position: int) -> None:
    recomputed(log, position, nodes_too=False)
    finding = verify(log).finding
    assert finding
    assert finding.position == position


def test_an_edit_with_leaves_and_nodes_recomputed_is_seen_by_the_head(log: str) -> None:
    recomputed(log, 10, nodes_too=True)
    finding = verify(log).finding
    assert finding
    assert (finding.position, finding.code) == (None, "head")


def test_what_only_a_checkpoint_can_show_is_not_claimed(log: str) -> None:
    recomputed(log, 10, nodes_too=True, head_too=True)
    assert verify(log).finding is None


def test_a_state_that_no_program_can_read_is_named(writer: str, superuser: str) -> None:
    appender = Appender(lambda: psycopg.connect(writer, autocommit=True))
    appender.append(Append(NAMES, bytes(32), (NewEvent(NAMES, 1, "item.verified", b"{}"),), opens=False))
    appender.close()
    finding = verify(superuser).finding
    assert finding
    assert (finding.position, "cannot be read" in finding.said) == (1, True)


def test_progress_is_told(log: str) -> None:
    told: list[tuple[int, int]] = []
    told_to: Callable[[int, int], None] = lambda done, size: told.append((done, size))  # noqa: E731
    verify(log, told_to)
    assert told == [(0, FACTS)]
