"""Random histories of units – late facts, facts of one day, corrections of facts and of corrections – and a naive oracle.

The oracle shares no code with the engine: filter, correct, sort, fold, anew for every question.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, cast
from uuid import NAMESPACE_OID, UUID, uuid5

import orjson

from ledger.encoding import Recorded
from ledger.events import (
    Envelope,
    Fact,
    LedgerOpened,
    RecordCorrected,
    UnitDissolved,
    UnitRegistered,
    UnitRenamed,
    UnitsMerged,
    UnitSplit,
    UnitSuperiorChanged,
)
from ledger.streams import LEDGER
from ledger.terms import EntryRoute, Level, Line
from ledger.values import Change

FIRST = date(2024, 1, 1)
History = list[Recorded[Fact]]


def unit(number: int) -> UUID:
    return uuid5(NAMESPACE_OID, f"unit {number}")


def recorded(position: int, stream: UUID, fact: Fact, on: date, version: int = 1) -> Recorded[Fact]:
    envelope = Envelope(
        effective_on=on, jurisdiction="530900", rule_pack="generic@1", entry_route=EntryRoute.CLI, synthetic=True
    )
    return Recorded(position, 1_700_000_000_000_000 + position, stream, version, "account", envelope, fact)


def history(seed: int, length: int, units: int) -> History:
    """A log up to position `length`: the ledger is opened, then facts about so many units."""
    dice = random.Random(seed)  # noqa: S311 - chance, not secrecy
    facts: History = [recorded(1, LEDGER, LedgerOpened(synthetic_clock=False, opened_on=FIRST, name="演示"), FIRST)]
    versions = [0] * units
    today = FIRST
    for position in range(2, length + 1):
        today += timedelta(days=dice.choice((0, 0, 1, 1, 1, 5)))
        late = dice.choice((0, 0, 0, 0, 0, 0, 1, 3, 20, 200))
        number = dice.randrange(units)
        own = [each for each in facts if each.stream == unit(number)]
        fact: Fact = (
            _correction(dice, own, units) if own and dice.random() < 0.15 else _fact(dice, number, units, fresh=not own)
        )
        versions[number] += 1
        on = max(FIRST, today - timedelta(days=late))
        facts.append(recorded(position, unit(number), fact, on, versions[number]))
    return facts


def _fact(dice: random.Random, number: int, units: int, *, fresh: bool) -> Fact:
    other = unit(dice.randrange(units))  # now and then the unit itself
    name = f"单位{dice.randrange(5)}"
    if fresh:
        superior = dice.choice((other, None))
        return UnitRegistered(
            code=str(number), name=name, level=Level.COUNTY, category="GOVERNMENT", area_code="530999", valid_from=FIRST,
            block_superior=superior, rank=dice.choice(("科", None)),
        )  # fmt: skip
    kind = dice.choice("rrrssmmmpd")
    if kind == "r":
        return UnitRenamed(name=name)
    if kind == "s":
        return UnitSuperiorChanged(line=Line.BLOCK, superior=other)
    if kind == "m":
        return UnitsMerged(successor=other, first_day_without=FIRST)
    if kind == "p":
        return UnitSplit(successors=(other, unit(0)), first_day_without=FIRST)
    return UnitDissolved(first_day_without=FIRST)


def _correction(dice: random.Random, own: History, units: int) -> RecordCorrected:
    """Void or change a fact of the stream, or a correction; and whom a merger concerned, or concerns now, is told."""
    target = dice.choice(own)
    if dice.random() < 0.4:
        return RecordCorrected(corrects=target.position, why="误录", void=True, route_keys=_reached(own, target))
    change = Change(path="/effective_on", value=f'"{FIRST + timedelta(days=dice.randrange(60))}"')
    gained: tuple[UUID, ...] = ()
    if isinstance(target.fact, UnitsMerged) and dice.random() < 0.7:
        successor = unit(dice.randrange(units))
        change, gained = Change(path="/successor", value=f'"{successor}"'), (successor,)
    elif isinstance(target.fact, UnitRenamed):
        change = Change(path="/name", value='"改正"')
    elif isinstance(target.fact, RecordCorrected) and not target.fact.void:
        name = target.fact.changed[0].path
        if name == "/successor":
            successor = unit(dice.randrange(units))
            gained = (successor,)
            value = orjson.dumps([{"path": name, "value": f'"{successor}"'}]).decode()
            change = Change(path="/changed", value=value)
    return RecordCorrected(
        corrects=target.position, why="更正", changed=(change,), route_keys=(*_reached(own, target), *gained)
    )


def _reached(own: History, target: Recorded[Fact]) -> tuple[UUID, ...]:
    """The keys that a fact, and whatever corrects it or is corrected by it, has reached so far."""
    corrections = [(each.position, each.fact) for each in own if isinstance(each.fact, RecordCorrected)]
    family, grown = {target.position}, set[int]()
    while family != grown:
        grown = set(family)
        for position, fact in corrections:
            if position in family or fact.corrects in family:
                family |= {position, fact.corrects}
    reached: list[UUID] = []
    for each in own:
        if each.position in family and isinstance(each.fact, UnitsMerged):
            reached.append(each.fact.successor)
        if each.position in family and isinstance(each.fact, RecordCorrected):
            reached += each.fact.route_keys
    return tuple(dict.fromkeys(reached))


# ── The oracle ──


def known(facts: History, known_at: int) -> Iterator[Recorded[Fact]]:
    """What stands at a position, by recursion from each fact to the corrections that name it."""
    heard = facts[:known_at]
    for each in heard:
        if not isinstance(each.fact, RecordCorrected) and (read := _read(heard, each)) is not None:
            yield read


def _read(heard: History, each: Recorded[Fact]) -> Recorded[Fact] | None:
    naming = [
        other for other in heard if isinstance(other.fact, RecordCorrected) and other.fact.corrects == each.position
    ]
    for correction in naming:
        read = _read(heard, correction)
        if read is None:
            continue
        fact = cast("RecordCorrected", read.fact)
        if fact.void:
            return None
        for change in fact.changed:
            each = _changed(each, change.path, orjson.loads(change.value))
    return each


def _changed(each: Recorded[Fact], path: str, value: Any) -> Recorded[Fact]:
    if path == "/effective_on":
        return replace(each, envelope=replace(each.envelope, effective_on=date.fromisoformat(value)))
    if path == "/successor":
        return replace(each, fact=replace(cast("UnitsMerged", each.fact), successor=UUID(value)))
    if path == "/name":
        return replace(each, fact=replace(cast("UnitRenamed", each.fact), name=value))
    changes = tuple(Change(path=change["path"], value=change["value"]) for change in value)
    return replace(each, fact=replace(cast("RecordCorrected", each.fact), changed=changes))


def unit_on(facts: Sequence[Recorded[Fact]], key: UUID, on: date) -> tuple[Any, ...] | None:
    """The cells of a unit's row on a day, from the facts that stand."""
    row: dict[str, Any] | None = None
    for each in sorted(facts, key=lambda other: (other.envelope.effective_on, other.position)):
        fact = each.fact
        if each.envelope.effective_on > on:
            continue
        if each.stream == key and isinstance(fact, UnitRegistered):
            row = {
                "name": fact.name, "superior": fact.block_superior, "status": "registered", "since": FIRST,
                "absorbed": row["absorbed"] if row else 0, "former_names": [], "successors": [], "rank": fact.rank,
                "synthetic": True,
            }  # fmt: skip
        if row is None:
            continue
        if each.stream == key and isinstance(fact, UnitRenamed):
            row["former_names"] = [*row["former_names"], row["name"]]
            row["name"] = fact.name
        if each.stream == key and isinstance(fact, UnitSuperiorChanged):
            row["superior"] = fact.superior
        if each.stream == key and isinstance(fact, UnitsMerged):
            row |= {"status": "merged", "successors": [fact.successor]}
        if isinstance(fact, UnitsMerged) and fact.successor == key:
            row["absorbed"] += 1
        if each.stream == key and isinstance(fact, UnitSplit):
            row |= {"status": "split", "successors": list(fact.successors)}
        if each.stream == key and isinstance(fact, UnitDissolved):
            row = None
    return None if row is None else tuple(row.values())


def appearances_by(facts: Sequence[Recorded[Fact]], who: UUID, on: date) -> set[tuple[int, str]]:
    """(position, role) of every appearance of a unit by a day, from the facts that stand."""
    found = set()
    holders: dict[tuple[UUID, str], tuple[UUID | None, ...]] = {}
    for each in sorted(facts, key=lambda other: (other.envelope.effective_on, other.position)):
        fact = each.fact
        cast_of: dict[str, tuple[UUID | None, ...] | None] = {}
        if isinstance(fact, UnitRegistered):
            cast_of = {"superior": (fact.block_superior,), "unit": (each.stream,)}
        elif isinstance(fact, UnitRenamed):
            cast_of = {"superior": None, "unit": None}
        elif isinstance(fact, UnitSuperiorChanged):
            cast_of = {"superior": (fact.superior,), "unit": None}
        elif isinstance(fact, UnitsMerged):
            cast_of = {"superior": None, "unit": None, "successor": (fact.successor,)}
        elif isinstance(fact, UnitSplit):
            cast_of = {"unit": None, "successor": fact.successors}
        for role, named in cast_of.items():
            if named is not None:
                holders[each.stream, role] = named
            if who in holders.get((each.stream, role), ()) and each.envelope.effective_on <= on:
                found.add((each.position, role))
    return found


def corrections_of(facts: History, units: Sequence[UUID]) -> Iterator[tuple[int, date, set[tuple[UUID, str]]]]:
    """(position, day, {(unit, role)}) of every correction: whoever appeared in what it corrects, before or after it."""
    for each in facts:
        root: Recorded[Fact] = each
        while isinstance(root.fact, RecordCorrected):
            root = facts[root.fact.corrects - 1]
        if root is each:
            continue
        heard = [list(known(facts, at)) for at in (each.position - 1, each.position)]
        own = [[fact for fact in stand if fact.stream == each.stream] for stand in heard]
        cast_of = {
            (who, role)
            for stand in own
            for who in units
            for position, role in appearances_by(stand, who, date.max)
            if position == root.position
        }
        yield each.position, each.envelope.effective_on, cast_of
