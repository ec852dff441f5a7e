"""The twelve tests of both stories; and of each story a twin for every test, in which one fact is another and that test alone is too."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

import pytest

from api.demo.script import Narrator
from ledger.days import microseconds
from ledger.encoding import Recorded
from ledger.events import (
    CausationFound,
    DutyEntryAdded,
    Fact,
    IrregularPledgeObserved,
    IssuerDutyPerformed,
    ItemAmended,
    ItemCancelled,
    ItemIdentified,
    ItemRetained,
    PledgeDrafted,
    PledgeObjectionRaised,
    PledgeReSignedDown,
    PledgeSigned,
    SupportDelivered,
)
from ledger.terms import Causation, ClauseType, DutyListKind, Level, ObjectionKind
from ledger.values import Clause, Scope
from projections.holdings import Holdings
from projections.shield.table import EDITION, Table, table
from tests.shield.stage import Memory, told

Facts = list[Recorded[Fact]]
Twin = Callable[[Narrator, Facts], Facts]
TWELVE = [f"T{number}" for number in range(1, 13)]


@pytest.fixture(scope="module")
def story() -> tuple[Narrator, Memory]:
    return told()


def examined(narrator: Narrator, facts: Iterable[Recorded[Fact]], claim: str) -> Table:
    held = list(facts)
    found = table(Holdings(held), narrator.streams[claim], max(each.position for each in held))
    assert found is not None
    return found


def results(seen: Table) -> tuple[dict[str, str], dict[str, str]]:
    then, now = ({each.test: each.result.value for each in column.results} for column in (seen.at_assertion, seen.now))
    return then, now


# ── the stories themselves ──


def test_the_shield_fails_six_tests(story: tuple[Narrator, Memory]) -> None:
    narrator, memory = story
    seen = examined(narrator, memory.log, "claim1")
    assert seen.edition == EDITION
    assert seen.now.failed == ("T1", "T3", "T4", "T6", "T7", "T10")
    assert seen.now.guidance == "NO_VALUE"
    then, now = results(seen)
    assert {test: now[test] for test in ("T2", "T5", "T8", "T9", "T11", "T12")} == dict.fromkeys(
        ("T2", "T5", "T8", "T9", "T11", "T12"), "pass"
    )
    assert {**now, "T12": "unknown"} == then


def test_the_lawful_pledge_passes_all_twelve(story: tuple[Narrator, Memory]) -> None:
    narrator, memory = story
    seen = examined(narrator, memory.log, "claim2")
    then, now = results(seen)
    assert now == dict.fromkeys(TWELVE, "pass")
    assert then == {**dict.fromkeys(TWELVE, "pass"), "T12": "unknown"}
    assert seen.now.guidance == "SIGNER_PART_STANDS"


def test_every_result_names_the_positions_that_decide_it(story: tuple[Narrator, Memory]) -> None:
    narrator, memory = story
    at = {name: narrator.marks[name] for name in ("entry1", "objection", "p2", "x1_cancelled")}
    by_test = {each.test: each for each in examined(narrator, memory.log, "claim1").now.results}
    assert at["x1_cancelled"] in by_test["T1"].positions
    assert at["p2"] in by_test["T4"].positions
    assert by_test["T6"].positions == by_test["T7"].positions == (at["entry1"],)
    assert by_test["T10"].positions == (at["objection"],)
    known = {each.position for each in memory.log}
    assert all(set(each.positions) <= known for each in by_test.values())


def test_the_ruling_keeps_the_table_as_the_inspector_saw_it(story: tuple[Narrator, Memory]) -> None:
    narrator, memory = story
    ruled = next(each for each in memory.log if each.fact.TOPIC == "claim.ruled")
    fact: Any = ruled.fact
    seen = examined(narrator, memory.known(fact.tested_at), "claim1")
    assert fact.tests_edition == EDITION
    assert fact.tested_at < ruled.position
    assert [(line.test, line.at_assertion, line.now) for line in fact.table] == [
        (then.test, then.result, now.result)
        for then, now in zip(seen.at_assertion.results, seen.now.results, strict=True)
    ]


# ── one fact is another ──


def change(facts: Facts, kind: type[Fact], stream: UUID | None = None, /, nth: int = 0, **fields: Any) -> Facts:
    """Return the facts with fields of one of them changed; the nth of its kind (in a stream)."""
    found = [each for each in facts if isinstance(each.fact, kind) and stream in (None, each.stream)][nth]
    fact: Any = found.fact
    changed = replace(found, fact=replace(fact, **fields))
    return [changed if each is found else each for each in facts]


def without(facts: Facts, kind: type[Fact], stream: UUID | None = None) -> Facts:
    found = next(each for each in facts if isinstance(each.fact, kind) and stream in (None, each.stream))
    return [each for each in facts if each is not found]


def instead(facts: Facts, kind: type[Fact], stream: UUID, fact: Fact) -> Facts:
    return [
        replace(each, fact=fact) if isinstance(each.fact, kind) and each.stream == stream else each for each in facts
    ]


def beside(facts: Facts, like: Recorded[Fact], fact: Fact, on: date) -> Facts:
    """Return the facts with one more, recorded right after another one, in its stream."""
    moved = [replace(each, position=each.position + (each.position > like.position)) for each in facts]
    envelope = replace(like.envelope, effective_on=on)
    added = Recorded(like.position + 1, like.recorded_at, like.stream, 99, like.actor, envelope, fact)
    return [*moved, added]


def entry(facts: Facts, number: int, **fields: Any) -> Facts:
    found = [each for each in facts if isinstance(each.fact, DutyEntryAdded)][number]
    assert isinstance(found.fact, DutyEntryAdded)
    return change(facts, DutyEntryAdded, nth=number, entry=replace(found.fact.entry, **fields))


def first(facts: Facts, kind: type[Fact], stream: UUID) -> Recorded[Fact]:
    return next(each for each in facts if isinstance(each.fact, kind) and each.stream == stream)


def scope_of(facts: Facts, item: UUID, category: str) -> Facts:
    found = first(facts, ItemIdentified, item)
    assert isinstance(found.fact, ItemIdentified)
    terms = replace(found.fact.terms, recipient_scope=(Scope(level=Level.TOWNSHIP, category=category),))
    return change(facts, ItemIdentified, item, terms=terms)


def clause_text(facts: Facts, kind: type[Fact], pledge: UUID, clause_id: str, text: str) -> Facts:
    found: Any = first(facts, kind, pledge).fact
    clauses = tuple(replace(each, text=text) if each.clause_id == clause_id else each for each in found.clauses)
    return change(facts, kind, pledge, clauses=clauses)


def recorded_before(facts: Facts, pledge: UUID) -> Facts:
    """P2 was signed, and heard of, before the incident; still in the same place of the order."""
    found = first(facts, IrregularPledgeObserved, pledge)
    early = microseconds(datetime.fromisoformat("2025-06-12T09:00:00+08:00"))
    fact: Any = found.fact
    moved = replace(found, recorded_at=early, fact=replace(fact, signed_on=date(2025, 6, 10)))
    return [moved if each is found else each for each in facts]


def support_due(facts: Facts, pledge: UUID) -> Facts:
    found: Any = first(facts, IrregularPledgeObserved, pledge).fact
    promise = Clause(
        clause_id="s", type=ClauseType.SUPPORT, text="安排经费", amount=1, unit="元", due_on=date(2025, 3, 31)
    )
    return change(facts, IrregularPledgeObserved, pledge, clauses=(*found.clauses, promise))


def amended_away(facts: Facts) -> Facts:
    found = next(each for each in facts if isinstance(each.fact, ItemAmended))
    assert isinstance(found.fact, ItemAmended)
    terms = replace(
        found.fact.terms,
        field_code=None,
        recipient_scope=(Scope(level=Level.TOWNSHIP, category="GOVERNMENT"),),
    )
    return change(facts, ItemAmended, terms=terms)


def objected(facts: Facts, narrator: Narrator) -> Facts:
    signed = first(facts, PledgeSigned, narrator.streams["P3"])
    objection = PledgeObjectionRaised(
        objection_id="1",
        raised_on=date(2025, 2, 1),
        raised_by=narrator.streams["W"],
        addressed_to=narrator.streams["H"],
        kind=ObjectionKind.NO_RESOURCES,
        text="人手不足",
        duty_code="ZR-FARMLAND-02",
    )
    return beside(facts, signed, objection, date(2025, 2, 1))


SHIELD: dict[str, Twin] = {
    "T1": lambda n, facts: instead(
        facts, ItemCancelled, n.streams["X1"], ItemRetained(ground_code="R1", effective_from=date(2025, 1, 1))
    ),
    "T2": lambda n, facts: scope_of(facts, n.streams["X1"], "GOVERNMENT_DEPT"),
    "T3": lambda n, facts: clause_text(
        facts, IrregularPledgeObserved, n.streams["P2"], "c1'", "做好辖区农村沼气设施安全监督检查"
    ),
    "T4": lambda n, facts: recorded_before(facts, n.streams["P2"]),
    "T5": lambda n, facts: change(facts, IrregularPledgeObserved, n.streams["P2"], period_to=date(2025, 6, 17)),
    "T6": lambda n, facts: entry(facts, 0, owner_unit=n.streams["W"]),
    "T7": lambda n, facts: entry(facts, 0, power_holder=n.streams["W"]),
    "T8": lambda n, facts: support_due(facts, n.streams["P2"]),
    "T9": lambda n, facts: without(facts, IssuerDutyPerformed, n.streams["P2"]),
    "T10": lambda n, facts: without(facts, PledgeObjectionRaised, n.streams["P1"]),
    "T11": lambda n, facts: beside(
        facts,
        first(facts, IrregularPledgeObserved, n.streams["P2"]),
        PledgeReSignedDown(parent=n.streams["P1"]),
        date(2025, 6, 20),
    ),
    "T12": lambda n, facts: change(facts, CausationFound, n.streams["claim1"], result=Causation.FAIL),
}
LAWFUL: dict[str, Twin] = {
    "T1": lambda n, facts: without(facts, ItemRetained, n.streams["X2"]),
    "T2": lambda n, facts: scope_of(facts, n.streams["X2"], "GOVERNMENT_DEPT"),
    "T3": lambda n, facts: clause_text(facts, PledgeDrafted, n.streams["P3"], "f1", "开展耕地巡查并承担全部责任"),
    "T4": lambda n, facts: change(facts, PledgeSigned, n.streams["P3"], signed_on=date(2025, 7, 10)),
    "T5": lambda n, facts: change(facts, PledgeDrafted, n.streams["P3"], period_to=date(2025, 6, 30)),
    "T6": lambda _, facts: entry(facts, 1, list_kind=DutyListKind.COOPERATING),
    "T7": lambda _, facts: entry(facts, 1, needs_power=True),
    "T8": lambda n, facts: without(facts, SupportDelivered, n.streams["P3"]),
    "T9": lambda n, facts: without(facts, IssuerDutyPerformed, n.streams["P3"]),
    "T10": lambda n, facts: objected(facts, n),
    "T11": lambda _, facts: amended_away(facts),
    "T12": lambda n, facts: change(facts, CausationFound, n.streams["claim2"], result=Causation.FAIL),
}


@pytest.mark.parametrize("test", TWELVE)
@pytest.mark.parametrize(("claim", "twins"), [("claim1", SHIELD), ("claim2", LAWFUL)], ids=["shield", "lawful"])
def test_one_fact_flips_its_test_alone_in_both_columns(
    story: tuple[Narrator, Memory], claim: str, twins: dict[str, Twin], test: str
) -> None:
    narrator, memory = story
    before = results(examined(narrator, memory.log, claim))
    after = results(examined(narrator, twins[test](narrator, list(memory.log)), claim))
    flipped = {"pass": "fail", "fail": "pass"}
    for was, now in zip(before, after, strict=True):
        wanted = {**was, test: flipped.get(was[test], "unknown")}
        if claim == "claim1" and test == "T1":
            wanted["T1"] = "pass"
        assert now == wanted


def test_a_duty_list_recorded_after_the_claim_gives_two_answers() -> None:
    """The two clocks: known when the claim was made, nobody could say whose duty it was; known now, everybody can."""

    def later(steps: list[dict[str, Any]]) -> None:
        published = next(step for step in steps if step.get("as") == "listB")
        published["at"] = datetime.fromisoformat("2025-07-01T09:00:00+08:00")

    narrator, memory = told(later)
    seen = examined(narrator, memory.log, "claim1")
    then, now = results(seen)
    assert (then["T6"], then["T7"]) == ("unknown", "unknown")
    assert (now["T6"], now["T7"]) == ("fail", "fail")
    as_known = examined(narrator, memory.known(seen.at_assertion.known_at), "claim1")
    assert results(as_known)[1] == then
    other = [test for test in TWELVE if test not in ("T6", "T7", "T12")]
    assert {test: now[test] for test in other} == {test: then[test] for test in other}
