"""The two incidents of the demonstration, told in memory; and their twins, in which one fact is another."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from api.demo.script import Narrator, Script, Step, read
from ledger.commands import Command
from ledger.days import day_of, microseconds
from ledger.deciding import decide
from ledger.encoding import Recorded
from ledger.events import Envelope, Fact, ItemIdentified, ItemRetained, LedgerOpened, RulePackAdopted, UnitRegistered
from ledger.loading import Loading
from ledger.rules import pack
from ledger.streams import LEDGER, item_stream, rule_pack_stream, stream, unit_stream
from ledger.terms import EntryRoute, FoundBy, ItemType, Level
from ledger.values import ItemTerms, Scope
from projections.holdings import Holdings

SINCE = date(2020, 1, 1)
CITY_ITEM = item_stream(stream("test", "city"), 1)


def unit(code: str) -> UUID:
    return unit_stream(code, SINCE)


class Memory:
    """A ledger in memory: a story's commands are decided, stamped with its own clock, and kept."""

    def __init__(self) -> None:
        self.log: list[Recorded[Fact]] = []
        self._streams: dict[UUID, list[Recorded[Fact]]] = {}

    def take(self, command: Command, *, unit: UUID | None, at: datetime, key: str) -> Sequence[Recorded[Fact]]:
        del key
        moment = microseconds(at)
        decision = decide(command, Loading(self._fetch, day_of(moment)))
        return [
            self.record(
                stream,
                fact,
                moment,
                Envelope(
                    effective_on=command.effective_on,
                    jurisdiction=decision.rules.jurisdiction,
                    rule_pack=decision.rules.pack.id,
                    entry_route=EntryRoute.CLI,
                    actor_unit=unit,
                    authority=command.authority,
                    backlog=command.backlog,
                    late_reason=command.late_reason,
                    evidence=command.evidence,
                    synthetic=True,
                ),
            )
            for stream, fact in decision.filings
        ]

    def record(self, stream: UUID, fact: Fact, moment: int, envelope: Envelope) -> Recorded[Fact]:
        told = self._streams.setdefault(stream, [])
        recorded = Recorded(len(self.log) + 1, moment, stream, len(told) + 1, "test", envelope, fact)
        self.log.append(recorded)
        told.append(recorded)
        return recorded

    def known(self, upto: int) -> Iterable[Recorded[Fact]]:
        return [each for each in self.log if each.position <= upto]

    def _fetch(self, streams: Sequence[UUID]) -> dict[UUID, list[Recorded[Fact]]]:
        return {each: self._streams.get(each, []) for each in streams}


def around() -> Memory:
    """Lay out the world around the story: the city, its committee, three departments, the province, one item of the city's list."""
    memory = Memory()
    moment = microseconds(datetime.fromisoformat("2024-03-01T09:00:00+08:00"))

    def tell(stream: UUID, fact: Fact, on: date = date(2024, 3, 1)) -> None:
        envelope = Envelope(
            effective_on=on,
            jurisdiction="530900",
            rule_pack="lincang-2024@1",
            entry_route=EntryRoute.CLI,
            synthetic=True,
        )
        memory.record(stream, fact, moment, envelope)

    tell(LEDGER, LedgerOpened(synthetic_clock=True, opened_on=date(2024, 3, 1), name="test"))
    adopted = pack("lincang-2024@1")
    tell(
        rule_pack_stream("530900"),
        RulePackAdopted(
            jurisdiction_code="530900",
            pack=adopted.name,
            edition=adopted.edition,
            digest=adopted.digest,
            effective_from=date(2024, 3, 1),
        ),
    )
    for code, level, category, area in (
        ("530000-01", Level.PROVINCE, "GOVERNMENT_DEPT", "530000"),
        ("530900", Level.PREFECTURE, "GOVERNMENT", "530900"),
        ("530900-dw", Level.PREFECTURE, "PARTY_COMMITTEE", "530900"),
        ("530900-01", Level.PREFECTURE, "PARTY_ORGAN", "530900"),
        ("530900-02", Level.PREFECTURE, "GOVERNMENT_DEPT", "530900"),
        ("530900-12", Level.PREFECTURE, "GOVERNMENT_DEPT", "530900"),
    ):
        named = UnitRegistered(
            code=code, name=f"单位{code}", level=level, category=category, area_code=area, valid_from=SINCE
        )
        tell(unit(code), named)
    terms = ItemTerms(
        item_type=ItemType.PLEDGE,
        title="耕地保护和永久基本农田保护目标责任书",
        implementing_unit=unit("530900-12"),
        level=Level.PREFECTURE,
        jurisdiction="530900",
        recipient_scope=(Scope(level=Level.COUNTY, category="GOVERNMENT"),),
        result="通报",
        start_year=2021,
        end_year=2025,
    )
    tell(CITY_ITEM, ItemIdentified(terms=terms, found_by=FoundBy.IMPLEMENTER, reporting_unit=unit("530900-12")))
    tell(CITY_ITEM, ItemRetained(ground_code="R1", effective_from=date(2025, 1, 1)))
    return memory


def elsewhere(name: str) -> UUID:
    """Find a name of the world around the story."""
    if name.startswith("item:"):
        return CITY_ITEM
    return unit({"province": "530000-01", "lead": "530900-01"}.get(name, name.removeprefix("unit:")))


Change = Callable[[list[dict[str, Any]]], None]


def told(change: Change | None = None) -> tuple[Narrator, Memory]:
    """Tell the story, or a twin of it whose steps were changed, and return it with the memory it was told to."""
    script = changed(change) if change else read()
    memory = around()
    narrator = Narrator(script, memory, elsewhere)
    narrator.tell_until()
    return narrator, memory


def changed(change: Change) -> Script:
    script = read()
    steps = [msgspec.to_builtins(step, builtin_types=(date, datetime)) for step in script.step]
    change(steps)
    steps.sort(key=lambda step: step["at"])
    return msgspec.structs.replace(script, step=tuple(msgspec.convert(step, Step) for step in steps))


def holdings(memory: Memory, upto: int | None = None) -> Holdings:
    return Holdings(memory.known(upto if upto is not None else len(memory.log)))
