"""However commands are grouped, they come out as if one after the other: the same outcomes, the same leaves, the same frontier.

Random commands go into one log in groups, into another one by one, and through a few lines of Python that say what is due.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from uuid import UUID

import psycopg
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from psycopg.conninfo import make_conninfo

from ledger import arrays
from ledger.appender import SQL, AlreadyRecorded, Append, Appender, Conflict, KeyReused, Receipt
from tests.conftest import WRITER
from tests.postgres.appends import command, fact, opening, size_of_whole

START = 1_709_251_200_000_000  # 2024-03-01; a second later each example begins

Outcome = tuple[object, ...]


@dataclass(frozen=True)
class Asked:
    """A command as drawn: versions are given as what they differ by from what is due, so that most are right."""

    key: int
    another_request: bool
    facts: tuple[tuple[int, int], ...]  # stream, error of its version
    reads: tuple[tuple[int, int], ...]
    early: bool  # told a time that lies before the head


ERROR = st.sampled_from([0] * 9 + [-1, 1])
ROW = st.tuples(st.integers(0, 3), ERROR)
ASKED = st.builds(
    Asked,
    key=st.integers(0, 30),
    another_request=st.sampled_from([False, False, False, True]),
    facts=st.lists(ROW, min_size=1, max_size=4).map(tuple),
    reads=st.lists(ROW, max_size=2).map(tuple),
    early=st.sampled_from([False] * 20 + [True]),
)

PLAIN = Asked(1, False, ((0, 0),), (), False)


@dataclass
class Due:
    """What a log answers, said in Python."""

    size: int
    at: int
    versions: dict[UUID, int] = field(default_factory=dict)
    known: dict[UUID, tuple[bytes, Receipt]] = field(default_factory=dict)

    def answer(self, one: Append) -> Outcome:
        if one.key in self.known:
            request, receipt = self.known[one.key]
            return ("known", receipt) if request == one.request else ("key reused",)
        ahead = dict(self.versions)
        for stream, version in one.reads:
            if version != ahead.get(stream, 0):
                return "read", stream, ahead.get(stream, 0)
        for event in one.events:
            if event.version != ahead.get(event.stream, 0) + 1:
                return "version", event.stream, ahead.get(event.stream, 0)
            ahead[event.stream] = event.version
        if (one.recorded_at or 0) < self.at:
            return ("time",)
        receipt = Receipt(self.size + 1, self.size + len(one.events), one.recorded_at or 0)
        self.size, self.at, self.versions, self.known[one.key] = (
            receipt.last,
            receipt.recorded_at,
            ahead,
            (one.request, receipt),
        )
        return "stored", receipt


def told(outcome: Receipt | Exception) -> Outcome:
    match outcome:
        case Receipt():
            return "stored", outcome
        case AlreadyRecorded():
            return "known", outcome.receipt
        case KeyReused():
            return ("key reused",)
        case Conflict():
            return str(outcome).split()[0], outcome.stream, outcome.version
        case psycopg.Error(sqlstate="MZ002"):
            return ("time",)
    raise outcome


def commands(example: int, drawn: Sequence[Asked], at: int) -> list[Append]:
    """What was drawn, with versions as they would be if every command were stored."""
    naive: dict[int, int] = {}
    made = []
    for asked in drawn:
        reads = [(f"{example} {stream}", max(0, naive.get(stream, 0) + error)) for stream, error in asked.reads]
        facts = []
        for stream, error in asked.facts:
            naive[stream] = naive.get(stream, 0) + 1
            facts.append(fact(f"{example} {stream}", max(1, naive[stream] + error)))
        at += 1
        said = "another" if asked.another_request else ""
        made.append(command(f"{example} {asked.key}", *facts, reads=reads, at=at - 2_000_000 * asked.early, said=said))
    return made


def leaves(dsn: str, beyond: int) -> list[object]:
    with psycopg.connect(dsn) as connection:
        rows = connection.execute(
            "select leaf, node, prev from log.events where position > %s order by position", (beyond,)
        )
        return [*rows.fetchall(), connection.execute(SQL["head"]).fetchall()]


def test_groups_come_out_as_if_one_after_the_other(new_database: Callable[[], str], writer_password: str) -> None:
    owners = [new_database(), new_database()]
    dsns = [make_conninfo(dsn, user=WRITER, password=writer_password) for dsn in owners]
    grouped, alone = (Appender(lambda dsn=dsn: psycopg.connect(dsn, autocommit=True)) for dsn in dsns)  # type: ignore[misc]  # a default binds
    for appender in (grouped, alone):
        appender.append(opening(synthetic=True, at=START))
    due = Due(1, START)
    examples = count(1)
    seen: set[object] = set()

    @settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None)
    @example([replace(PLAIN, early=True), PLAIN])
    @example([PLAIN, replace(PLAIN, key=2), replace(PLAIN, key=2, another_request=True), replace(PLAIN, key=2)])
    @example([PLAIN, replace(PLAIN, key=2, facts=((0, 1),)), replace(PLAIN, key=3, reads=((0, -1),))])
    @given(st.lists(ASKED, min_size=1, max_size=8))
    def same(drawn: list[Asked]) -> None:
        before = due.size
        asked = commands(next(examples), drawn, due.at + 1_000_000)
        expected = [due.answer(one) for one in asked]
        assert [told(outcome) for one in asked for outcome in alone.append_all([one])] == expected
        assert [told(outcome) for outcome in grouped.append_all(asked)] == expected
        assert leaves(owners[0], before) == leaves(owners[1], before)
        seen.update(outcome[0] for outcome in expected)

    same()
    grouped.close()
    alone.close()
    assert seen == {"stored", "known", "key reused", "read", "version", "time"}
    assert size_of_whole(owners[0]) == size_of_whole(owners[1]) == due.size


UUIDS = st.uuids()
LONGS = st.none() | st.integers(-(1 << 63), (1 << 63) - 1)
COLUMNS = st.one_of(
    st.lists(st.uuids()).map(lambda held: ("uuid[]", arrays.Uuids(held))),
    st.lists(LONGS).map(lambda held: ("bigint[]", arrays.Longs(held))),
    st.lists(st.integers(-(1 << 31), (1 << 31) - 1)).map(lambda held: ("int[]", arrays.Integers(held))),
    st.lists(st.none() | st.binary()).map(lambda held: ("bytea[]", arrays.Bytes(held))),
    st.lists(st.none() | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))).map(
        lambda held: ("text[]", arrays.Texts(held))
    ),
)


def test_a_column_arrives_as_it_was_sent(writer: str) -> None:
    with psycopg.connect(writer, autocommit=True) as connection:
        arrays.register(connection)

        @settings(max_examples=150, deadline=None, database=None)
        @given(COLUMNS)
        def same(column: tuple[str, list[object]]) -> None:
            kind, held = column
            query = f"select %s, pg_typeof(%s)::text, %s::{kind}"
            assert connection.execute(query.encode(), (held, held, list(held))).fetchone() == (
                held,
                kind_of(kind),
                held,
            )

        same()


def kind_of(kind: str) -> str:
    return kind.replace("int[]", "integer[]").replace("biginteger[]", "bigint[]")
