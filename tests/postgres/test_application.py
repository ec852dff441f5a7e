"""One write from command to log: receipts, refusals that leave no trace, decisions overtaken and made anew, many commands as one."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from uuid import UUID, uuid5

import psycopg
import pytest
from eventsourcing.persistence import StoredEvent

from ledger import bulk
from ledger.appender import Append, Receipt
from ledger.application import Actor, IdempotencyKeyReused, Ledger, LedgerIsNotOpen, LedgerIsOpen, request_digest
from ledger.commands import (
    Command,
    FileRecipientReport,
    OpenCampaign,
    OpenLedger,
    PlanCampaign,
    RegisterUnit,
    RenameUnit,
)
from ledger.encoding import NotStorable
from ledger.events import RecipientReportFiled, UnitRenamed
from ledger.refusals import Refused, UnitUnknown
from ledger.streams import campaign_stream, protected_record_stream, unit_stream
from ledger.terms import EntryRoute, ItemType, Level
from ledger.timeliness import NotYetHappened
from ledger.unit import UnitAlreadyRegistered
from ledger.values import DescribedItem
from ledger.verifying import verify

DAY = date(2024, 3, 4)
FROM = date(2020, 1, 1)
CLERK = Actor(account="account-1", unit=None, post="经办岗位", entry_route=EntryRoute.API)
NAMES = UUID(int=5)


def register(code: str, name: str = "演示单位") -> RegisterUnit:
    return RegisterUnit(
        effective_on=DAY,
        late_reason="补录",
        code=code,
        name=name,
        level=Level.COUNTY,
        category="GOVERNMENT",
        area_code="530999",
        valid_from=FROM,
    )


def rename(code: str, name: str) -> RenameUnit:
    return RenameUnit(effective_on=DAY, late_reason="补录", unit=unit_stream(code, FROM), name=name)


OPENING = OpenLedger(effective_on=DAY, name="test", opened_on=DAY)


@pytest.fixture
def ledger(writer: str) -> Iterator[Ledger]:
    with_clerk = Ledger(writer)
    with_clerk.open(OPENING, actor=CLERK)
    yield with_clerk
    with_clerk.close()


def test_a_command_is_recorded_with_its_envelope_and_header(ledger: Ledger) -> None:
    receipt = ledger.execute(register("u1"), actor=CLERK)
    (recorded,) = ledger.facts([unit_stream("u1", FROM)])[unit_stream("u1", FROM)]
    assert (recorded.position, recorded.recorded_at, recorded.version) == (receipt.first, receipt.recorded_at, 1)
    assert (recorded.actor, recorded.envelope.actor_post, recorded.envelope.rule_pack) == (
        "account-1",
        "经办岗位",
        "generic@1",
    )
    assert recorded.effective_on == DAY


def test_a_repeated_request_gets_its_first_receipt_also_when_the_ledger_has_moved_on(ledger: Ledger) -> None:
    key = uuid5(NAMES, "k")
    first = ledger.execute(register("u1"), actor=CLERK, key=key)
    ledger.execute(rename("u1", "新名"), actor=CLERK)
    assert ledger.execute(register("u1"), actor=CLERK, key=key) == first
    with pytest.raises(UnitAlreadyRegistered):
        ledger.execute(register("u1"), actor=CLERK)
    with pytest.raises(IdempotencyKeyReused):
        ledger.execute(register("u2"), actor=CLERK, key=key)
    assert ledger.size() == 3


@pytest.mark.parametrize(
    ("command", "refusal"),
    [
        (rename("nobody", "x"), UnitUnknown),
        (
            RegisterUnit(
                effective_on=date(2999, 1, 1),
                code="f",
                name="n",
                level=Level.COUNTY,
                category="c",
                area_code="530999",
                valid_from=FROM,
            ),
            NotYetHappened,
        ),
        (rename("u1", "x" * 70_000), NotStorable),
        (rename("u1", "a\x00b"), NotStorable),
    ],
)
def test_a_refused_command_leaves_no_trace(
    ledger: Ledger, superuser: str, command: Command, refusal: type[Exception]
) -> None:
    ledger.execute(register("u1"), actor=CLERK)
    before = verify(superuser)
    with pytest.raises(refusal):
        ledger.execute(register("u9"), command, actor=CLERK, key=uuid5(NAMES, "refused"))
    assert verify(superuser) == before
    assert ledger.execute(register("u9"), actor=CLERK, key=uuid5(NAMES, "refused")).first == before.facts + 1


def test_many_commands_are_one_append_and_later_ones_see_earlier_ones(ledger: Ledger) -> None:
    receipt = ledger.execute(register("u1"), rename("u1", "甲"), rename("u1", "乙"), actor=CLERK)
    assert (receipt.first, receipt.last) == (2, 4)
    names = [
        r.fact.name
        for r in ledger.facts([unit_stream("u1", FROM)])[unit_stream("u1", FROM)]
        if isinstance(r.fact, UnitRenamed)
    ]
    assert names == ["甲", "乙"]


def test_a_decision_that_was_overtaken_is_made_anew(ledger: Ledger, writer: str) -> None:
    ledger.execute(register("u1"), actor=CLERK)
    rival = Ledger(writer)
    errors: list[BaseException] = []

    def renames(by: Ledger, name: str) -> None:
        try:
            for number in range(25):
                by.execute(rename("u1", f"{name}{number}"), actor=CLERK)
        except BaseException as error:  # noqa: BLE001 - looked at below
            errors.append(error)

    threads = [
        threading.Thread(target=renames, args=(by, name)) for by, name in ((ledger, "a"), (ledger, "b"), (rival, "c"))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rival.close()
    assert errors == []
    stream = unit_stream("u1", FROM)
    recorded = ledger.facts([stream])[stream]
    assert [r.version for r in recorded] == list(range(1, 77))
    for name in "abc":
        of_one = [r.fact.name for r in recorded if isinstance(r.fact, UnitRenamed) and r.fact.name.startswith(name)]
        assert of_one == [f"{name}{number}" for number in range(25)]


def test_what_a_decision_looked_at_is_its_read_set(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between decision and append the superior is renamed: the append refuses, the decision is made anew."""
    ledger.execute(register("above"), actor=CLERK)
    asked: list[Append] = []
    append = ledger.recorder.append

    def overtaken(command: Append) -> Receipt:
        asked.append(command)
        if len(asked) == 1:
            ledger.execute(rename("above", "改名"), actor=CLERK)
        return append(command)

    monkeypatch.setattr(ledger.recorder, "append", overtaken)
    above = unit_stream("above", FROM)
    below = replace(register("below"), block_superior=above)
    assert ledger.execute(below, actor=CLERK).first == 4
    first, _, again = asked
    assert (above, 1) in first.reads
    assert (above, 2) in again.reads


def test_a_ledger_is_opened_once(writer: str) -> None:
    ledger = Ledger(writer)
    with pytest.raises(LedgerIsNotOpen):
        ledger.execute(register("u1"), actor=CLERK)
    first = ledger.open(OPENING, actor=CLERK)
    assert ledger.open(OPENING, actor=CLERK) == first
    with pytest.raises(LedgerIsOpen):
        ledger.open(OpenLedger(effective_on=DAY, name="another", opened_on=DAY), actor=CLERK)
    ledger.close()


def test_a_protected_report_leads_nobody_back_to_its_reporter(ledger: Ledger, superuser: str) -> None:
    city = unit_stream("city", FROM)
    reporter = unit_stream("reporter", FROM)
    ledger.execute(register("city"), register("reporter"), actor=CLERK)
    campaign = campaign_stream("530999", 2024, 1)
    plan = PlanCampaign(
        effective_on=DAY, late_reason="补录", area_code="530999", year=2024, ordinal=1, title="清理", campaign_unit=city
    )
    opening = OpenCampaign(
        effective_on=DAY, late_reason="补录", campaign=campaign, units=(city,), item_types=tuple(ItemType), deadline=DAY
    )
    ledger.execute(plan, opening, actor=CLERK)
    ordinal = UUID("8f7a1c1e-9f0d-4b7e-8c55-0d8f6a1b2c3d")
    report = FileRecipientReport(
        effective_on=DAY,
        backlog=True,
        campaign=campaign,
        ordinal=str(ordinal),
        recipient=reporter,
        described=DescribedItem(item_type=ItemType.PLEDGE, title="责任书", implementing_unit=city),
        statement="要求我们签字",
        protected=True,
        salts=("ab" * 16, "cd" * 16),
    )
    inside = Actor(account="account-of-the-reporter", unit=reporter, post="乡镇岗位", entry_route=EntryRoute.API)
    receipt = ledger.execute(report, actor=inside, key=uuid5(NAMES, "protected"))
    stream = protected_record_stream(campaign, ordinal)
    recorded = ledger.facts([stream])[stream][0]
    assert (recorded.actor, recorded.envelope.actor_unit, recorded.envelope.actor_post) == (None, None, None)
    assert isinstance(recorded.fact, RecipientReportFiled)
    assert (recorded.fact.recipient, recorded.fact.statement, len(recorded.fact._sd)) == (None, None, 2)
    with psycopg.connect(superuser) as admin:
        held = admin.execute(
            "select convert_from(state, 'UTF8'), actor from log.events where position >= %s", (receipt.first,)
        ).fetchall()
        told = admin.execute("select encode(digest, 'hex'), disclosed, position from log.disclosures").fetchall()
    assert all(str(reporter) not in state and "要求" not in state and actor is None for state, actor in held)
    assert {digest for digest, _, _ in told} == set(recorded.fact._sd)
    assert all(
        sha256(disclosed).hexdigest() == digest and position == receipt.first for digest, disclosed, position in told
    )
    assert ledger.execute(report, actor=inside, key=uuid5(NAMES, "protected")) == receipt


def steps(count: int) -> Iterator[bulk.Step]:
    for number in range(count):
        yield bulk.Step((register(f"b{number}"),), CLERK, uuid5(NAMES, f"r{number}"))
        yield bulk.Step((rename(f"b{number}", "改"), rename(f"b{number}", "再改")), CLERK, uuid5(NAMES, f"n{number}"))


def test_an_interrupted_run_is_run_again_without_doubles(ledger: Ledger, superuser: str) -> None:
    told: list[int] = []

    class Interrupted(Exception):  # noqa: N818
        pass

    def stop_after_two(done: int) -> None:
        told.append(done)
        if len(told) == 2:
            raise Interrupted

    with pytest.raises(Interrupted):
        bulk.carry_out(ledger, steps(400), stop_after_two)
    before = ledger.size()
    assert 1 < before < 1201
    tally = bulk.carry_out(ledger, steps(400))
    assert (tally.recorded + tally.known, tally.position) == (800, 1201)
    assert tally.known == told[-1]
    assert bulk.carry_out(ledger, steps(400)) == bulk.Tally(0, 800, 1201)
    assert verify(superuser).finding is None


def test_a_refused_step_stops_the_run_with_its_number_and_those_before_it_stand(ledger: Ledger) -> None:
    run = [*steps(3), bulk.Step((rename("nobody", "x"),), CLERK, uuid5(NAMES, "bad")), *steps(5)]
    with pytest.raises(bulk.StepRefused) as refused:
        bulk.carry_out(ledger, run)
    assert refused.value.number == 7
    assert isinstance(refused.value.refusal, UnitUnknown)
    assert ledger.size() == 1 + 9


def test_the_library_reads_and_writes_through_the_same_log(ledger: Ledger) -> None:
    ledger.execute(register("u1"), rename("u1", "甲"), actor=CLERK)
    notifications = ledger.notification_log.select(start=1, limit=10)
    assert [n.id for n in notifications] == [1, 2, 3]
    assert [n.topic for n in notifications] == ["ledger.opened", "unit.registered", "unit.renamed"]
    held = list(ledger.events.get(unit_stream("u1", FROM)))
    assert [e.originator_version for e in held] == [1, 2]
    again = ledger.mapper.to_stored_event(held[1])
    assert ledger.recorder.insert_events([StoredEvent(again.originator_id, 3, again.topic, again.state)]) == [4]


def test_every_refusal_names_what_was_met() -> None:
    refused = UnitAlreadyRegistered("u1", FROM, "甲")
    assert isinstance(refused, Refused)
    assert refused.details() == {"code": "u1", "valid_from": "2020-01-01", "name": "甲"}
    assert refused.slug() == "unit-already-registered"


def test_a_request_is_what_it_states_so_that_a_later_program_knows_it_again() -> None:
    @dataclass(frozen=True, slots=True, kw_only=True)
    class RenameUnit(Command):
        """Of a later program: it has learnt a field."""

        unit: UUID
        name: str
        also_known_as: str | None = None
        names: tuple[str, ...] = ()

    now = rename("u1", "新名")
    later = RenameUnit(effective_on=now.effective_on, late_reason=now.late_reason, unit=now.unit, name=now.name)
    assert request_digest((later,), CLERK) == request_digest((now,), CLERK)
    assert request_digest((replace(later, also_known_as="x"),), CLERK) != request_digest((now,), CLERK)
    assert request_digest((now, now), CLERK) != request_digest((now,), CLERK)
    assert request_digest((now,), replace(CLERK, account="account-2")) != request_digest((now,), CLERK)
