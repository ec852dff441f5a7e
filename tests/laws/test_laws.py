"""The laws, after every step of random histories: whatever is asked of the ledger, in whatever order, these hold."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import date
from itertools import chain
from random import Random
from typing import Any, get_args
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from psycopg.conninfo import make_conninfo

from ledger import (
    accountability,
    case,
    claim,
    duty,
    incident,
    inspection,
    lead,
    notice,
    observed_veto,
    pledge,
    pledge_life,
    support,
    tolerance,
    veto,
)
from ledger.application import Actor, Ledger
from ledger.commands import Command, OpenLedger
from ledger.days import day_of
from ledger.encoding import NotStorable, Recorded
from ledger.events import Envelope, Fact, LedgerOpened
from ledger.refusals import Refused
from ledger.streams import LEDGER
from ledger.terms import EntryRoute
from ledger.verifying import verify
from projections import builds, tables
from projections.catalogue import PROJECTIONS
from projections.dossier import everything
from projections.holdings import Holdings
from projections.live import advance
from projections.rebuild import rebuild
from projections.shield.table import Column
from tests.given import Given
from tests.laws.chaos import START, Chaos, units
from tests.laws.judged import Judged, judged, shown
from tests.laws.lives import actors
from tests.laws.pursuits import Pursuits

CLERK = Actor(account="account-1", unit=None, post="经办岗位", entry_route=EntryRoute.CLI)
EDITS = {
    "state": "set state = state || ' '::bytea",
    "actor": "set actor = 'somebody'",
    "topic": "set topic = topic || 'x'",
    "recorded_at": "set recorded_at = recorded_at - 1000000000000000",
    "leaf": "set leaf = sha256(leaf)",
    "node": "set node = sha256(node)",
}


class Laws(RuleBasedStateMachine):
    """A ledger on a fresh database, its mirror in memory, and what was known at some moments."""

    new_database: Callable[[], str]
    password: str
    writer: str
    stride: int
    carried_out: set[type[Command]]

    def __init__(self) -> None:
        super().__init__()
        self.admin = self.new_database()
        dsn = make_conninfo(self.admin, user=self.writer, password=self.password)
        self.ledger = Ledger(dsn)
        self.given = Given()
        self.chaos = Chaos(self.given)
        self.lives = Pursuits(self.chaos, self._holdings)
        self.read: list[Recorded[Fact]] = []
        self.known: list[tuple[int, dict[str, str]]] = []
        self.judged: list[tuple[int, Judged]] = []
        self.columns: dict[tuple[UUID, int], Column] = {}

    @initialize(data=st.data())
    def open(self, data: st.DataObject) -> None:
        self.ledger.open(OpenLedger(effective_on=START, name="laws", opened_on=START), actor=CLERK)
        self.given.fact(LEDGER, LedgerOpened(synthetic_clock=False, opened_on=START, name="laws"), on=START)
        self.read.extend(self.ledger.facts([LEDGER])[LEDGER])
        self.connection = builds.connect(self.admin)
        self.live = {projection.name: rebuild(self.connection, projection).schema for projection in PROJECTIONS}
        for command in chain(units(), actors(), self.chaos.prologue(data.draw)):
            self._ask(command)

    @rule(data=st.data())
    def anything(self, data: st.DataObject) -> None:
        self._ask(self.chaos.any_command(data.draw))

    @rule(data=st.data())
    def the_next_step(self, data: st.DataObject) -> None:
        for _ in range(6):
            command = self.chaos.next_step(data.draw)
            if command is not None:
                self._ask(command)

    @rule(data=st.data())
    def a_long_life_goes_on(self, data: st.DataObject) -> None:
        for _ in range(self.stride):
            command = self.lives.next_step(data.draw)
            if command is not None:
                self._ask(command)

    @rule(shuffled=st.randoms(use_true_random=False))
    def what_was_judged_stays(self, shuffled: Random) -> None:
        """Tables and leads do not depend on the order of arrival; those of earlier positions never change, read afresh."""
        facts = list(self.read)
        shuffled.shuffle(facts)
        now = len(facts)
        seen = judged(self._holdings(), now)
        assert judged(Holdings(facts), now) == seen, "the same facts in another order give something else"
        for position, before in (*self.judged, (now, seen)):
            assert judged(everything(self.connection, position), position) == before, "what was judged then has changed"
        self.judged = [*self.judged[-2:], (now, seen)]
        for asserted, column in seen.asserted:
            assert self.columns.setdefault(asserted, column) == column, "a first column has changed"
        shown(self._holdings(), now)

    def _holdings(self) -> Holdings:
        return Holdings(self.read)

    @rule()
    def the_projector_catches_up(self) -> None:
        now = self.ledger.size()
        for projection in PROJECTIONS:
            reached = 0
            while reached < now:
                build = advance(self.connection, projection, self.live[projection.name], most=7)
                assert build is not None
                assert build.status != "faulted", build
                reached = build.position
        for position, answer in self.known:
            assert self._as_known(position) == answer, "what was known then has changed"
        self.known = [*self.known[-2:], (now, self._as_known(now))]

    def _ask(self, command: Command) -> None:
        """Ask ledger and mirror the same; they agree, and a refusal leaves no trace."""
        before = len(self.given.log)
        expected: list[Any] | type[Exception]
        mirrored = Given(self._today())
        mirrored.log, mirrored._streams = self.given.log, self.given._streams
        try:
            expected = list(mirrored.when(command))
        except Refused as refused:
            expected = type(refused)
        try:
            receipt = self.ledger.execute(command, actor=CLERK)
        except Refused as refused:
            assert type(refused) is expected, (refused, expected)
            assert self.ledger.size() == before
            return
        except NotStorable:
            self._forget(before)
            assert self.ledger.size() == before
            return
        assert isinstance(expected, list), (command, expected)
        assert (receipt.first, receipt.last) == (before + 1, before + len(expected))
        self._same_facts(before)
        self.carried_out.add(type(command))
        for stream, fact in expected:
            self.chaos.learn(stream, fact)

    def _today(self) -> date:
        return day_of(self.ledger.clock())

    def _forget(self, size: int) -> None:
        for recorded in self.given.log[size:]:
            self.given._streams[recorded.stream].remove(recorded)
        del self.given.log[size:]

    def _same_facts(self, after: int) -> None:
        for expected in self.given.log[after:]:
            held = self.ledger.facts([expected.stream])[expected.stream]
            recorded = held[expected.version - 1]
            assert [each.version for each in held] == list(range(1, len(held) + 1))
            assert (recorded.position, recorded.fact) == (expected.position, expected.fact)
            assert isinstance(recorded.envelope, Envelope)
            self.read.append(recorded)
            # the mirror knows only what a decision sees of the envelope
            self.given.log[expected.position - 1] = replace(recorded, recorded_at=0)

    def _as_known(self, position: int) -> dict[str, str]:
        """Return a digest of every row of every view as it was known at a position."""
        answer: dict[str, str] = {}
        for projection in PROJECTIONS:
            for view in projection.views:
                schema = self.live[projection.name]
                answer[view.name] = str(known_rows(self.connection, schema, view.name, position))
        return answer

    def teardown(self) -> None:
        try:
            if hasattr(self, "live"):
                self._hold_at_the_end()
        finally:
            if hasattr(self, "connection"):
                self.connection.close()
            self.ledger.close()

    def _hold_at_the_end(self) -> None:
        self.the_projector_catches_up()
        self.what_was_judged_stays(Random(len(self.read)))  # noqa: S311 - no secret
        live = self._digests(self.live)
        again = {projection.name: rebuild(self.connection, projection).schema for projection in PROJECTIONS}
        assert self._digests(again) == live, "rebuilt rows differ from live ones"
        verdict = verify(self.admin)
        assert (verdict.finding, verdict.facts) == (None, len(self.given.log))
        self._every_edit_is_found(verdict.facts)

    def _digests(self, schemas: dict[str, str]) -> dict[str, str]:
        return {
            view.name: tables.digest(self.connection, schemas[projection.name], view)
            for projection in PROJECTIONS
            for view in projection.views
        }

    def _every_edit_is_found(self, size: int) -> None:
        with psycopg.connect(self.admin, autocommit=True) as admin:
            admin.execute("alter table log.events disable trigger all")
        for number, edit in enumerate(EDITS.values()):
            position = 1 + (size * (number + 1)) // (len(EDITS) + 1)
            with closing(psycopg.connect(self.admin)) as admin:
                row = admin.execute("select * from log.events where position = %s", (position,)).fetchone()
                admin.execute(f"update log.events {edit} where position = %s".encode(), (position,))
                admin.commit()
                finding = verify(self.admin).finding
                assert finding, edit
                assert finding.position == position, edit
                admin.execute("delete from log.events where position = %s", (position,))
                assert row is not None
                admin.execute(f"insert into log.events values ({', '.join(['%s'] * len(row))})".encode(), row)
                admin.commit()
        assert verify(self.admin).finding is None


def known_rows(connection: psycopg.Connection[Any], schema: str, view: str, position: int) -> str | None:
    """Return an MD5 over the rows of a view known at a position, without the column that a later closing moves."""
    statement = f"""
        select md5(string_agg(row_text, E'\n' order by row_text)) from (
            select (to_jsonb(v) - 'known_to')::text as row_text from {schema}.{view} v where known_from <= %(p)s and known_to > %(p)s) r"""
    row = connection.execute(statement.encode(), {"p": position}).fetchone()
    return row[0] if row else None


def run(new_database: Callable[[], str], password: str, examples: int, steps: int, stride: int) -> set[type[Command]]:
    """Run the machine; return which commands were carried out at least once."""
    carried_out: set[type[Command]] = set()
    given = {
        "new_database": staticmethod(new_database),
        "password": password,
        "writer": "mingze_writer",
        "stride": stride,
        "carried_out": carried_out,
    }
    machine = type("LawsHere", (Laws,), given)
    checks = list(HealthCheck)
    limits = settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=checks, print_blob=True
    )
    run_state_machine_as_test(machine, settings=limits)
    return carried_out


def test_the_laws_hold_whatever_is_asked(new_database: Callable[[], str], writer_password: str) -> None:
    run(new_database, writer_password, examples=4, steps=25, stride=8)


@pytest.mark.soak
def test_the_laws_hold_for_long(new_database: Callable[[], str], writer_password: str) -> None:
    done = run(new_database, writer_password, examples=25, steps=60, stride=12)
    rooms = (duty, support, pledge, pledge_life, veto, observed_veto, incident, case, accountability, claim, tolerance)
    asked = {each for room in (*rooms, notice, inspection, lead) for each in get_args(room.Commands)}
    never = sorted(each.__name__ for each in asked - done)
    print("never carried out:", never)
    # Every one of them can be; which last step of a long life (VoidPledge, EndImpactPeriod, ...) a run misses is chance.
    assert 5 * len(never) <= len(asked), never  # chance leaves out some late steps
