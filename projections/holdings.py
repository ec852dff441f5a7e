"""What the ledger held at a position: the facts of the streams that were loaded, as states, units and rules.

Between the log and everything that judges nothing but shows much: trails, the twelve tests, leads. Pure.
Keeps: nothing learnt after the position is seen; asked again of the same facts, it answers the same.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from ledger import rules as policy
from ledger.encoding import Recorded
from ledger.events import Fact
from ledger.rules import Rules, ancestors
from ledger.streams import duty_stream, rule_pack_stream
from ledger.timelines.duty import DUTY, Holding
from ledger.timelines.item import ITEM, Item, Phase, Version
from ledger.timelines.life import Life
from ledger.timelines.rule_pack import RULE_PACK
from ledger.timelines.standing import standing
from ledger.timelines.unit import UNIT, Unit

S = TypeVar("S")
MOST_ABOVE = 12  # superiors or successors in a row: more is a circle


class Holdings:
    """The facts known at a position, by stream."""

    def __init__(self, facts: Iterable[Recorded[Fact]]) -> None:
        held: defaultdict[UUID, list[Recorded[Fact]]] = defaultdict(list)
        for recorded in sorted(facts, key=lambda each: each.position):
            held[recorded.stream].append(recorded)
        self._held: Mapping[UUID, Sequence[Recorded[Fact]]] = held
        self._states: dict[tuple[str, UUID, date | None], Any] = {}
        self._kinds: defaultdict[str, list[UUID]] = defaultdict(list)
        self._ended: frozenset[UUID] | None = None
        self._duties: dict[tuple[str, str], tuple[UUID, ...]] = {}
        for stream, told in held.items():
            self._kinds[next((each.fact.STREAM for each in told if each.fact.STREAM != "*"), "*")].append(stream)

    def at(self, known_at: int) -> "Holdings":
        """Return what was held at an earlier position."""
        return Holdings(each for told in self._held.values() for each in told if each.position <= known_at)

    def facts(self, stream: UUID) -> Sequence[Recorded[Fact]]:
        """Return the facts of a stream in position order, corrections among them."""
        return self._held.get(stream, ())

    def told(self, stream: UUID, *kinds: type[Fact]) -> list[Recorded[Any]]:
        """Return the facts of these kinds that stand in a stream, by day, then position."""
        return [each for each in standing(self.facts(stream)) if isinstance(each.fact, kinds)]

    def positions(self, stream: UUID, *kinds: type[Fact]) -> tuple[int, ...]:
        """Return the positions of the facts of these kinds that stand in a stream."""
        return tuple(each.position for each in self.told(stream, *kinds))

    def streams(self, kind: str) -> Sequence[UUID]:
        """Return the streams of a kind, in the order in which they began."""
        return self._kinds.get(kind, ())

    def state(self, life: Life[S], stream: UUID | None, on: date | None = None) -> S | None:
        """Return the state of a stream (on a day), None if nothing is held of it."""
        if stream is None or stream not in self._held:
            return None
        key = (life.name, stream, on)
        if key not in self._states:
            self._states[key] = life.state(self._held[stream], on)
        found: S | None = self._states[key]
        return found

    def each(self, life: Life[S]) -> Iterator[S]:
        """Yield the state of every stream of a kind."""
        for stream in self.streams(life.name):
            state = self.state(life, stream)
            if state is not None:
                yield state

    # ── units ──

    def unit(self, unit_id: UUID, on: date) -> Unit | None:
        """Return a unit as it was on a day, or as it was first registered if that is later."""
        return self.state(UNIT, unit_id, on) or self.state(UNIT, unit_id)

    def heirs(self, unit_id: UUID, day: date) -> frozenset[UUID]:
        """Return who stands in a unit's place on a day: itself, or those who came after it."""
        standing, left = set[UUID](), [(unit_id, 0)]
        while left:
            each, steps = left.pop()
            unit = self.state(UNIT, each)
            ended = unit is not None and unit.first_day_without is not None and unit.first_day_without <= day
            if unit is None or not ended or not unit.successors or steps > MOST_ABOVE:
                standing.add(each)
            else:
                left.extend((successor, steps + 1) for successor in unit.successors)
        return frozenset(standing)

    def same(self, one: UUID | None, other: UUID | None, day: date) -> bool:
        """Tell whether two units are one on a day, after following successors."""
        if one is None or other is None or one == other:
            return one is not None and one == other
        if one not in self._ended_units() and other not in self._ended_units():
            return False
        return bool(self.heirs(one, day) & self.heirs(other, day))

    def _ended_units(self) -> frozenset[UUID]:
        """Give the units that ended: all others stand for themselves alone, and need not be followed."""
        if self._ended is None:
            self._ended = frozenset(unit.id for unit in self.each(UNIT) if unit.first_day_without is not None)
        return self._ended

    def rank(self, unit_id: UUID, day: date) -> int | None:
        """Return the rank of a unit's level, 6 for the nation down to 1 for a village; None if the unit is not known."""
        unit = self.unit(unit_id, day)
        return unit.level.rank if unit else None

    def below(self, unit_id: UUID, superior: UUID, day: date) -> bool:
        """Tell whether a unit stands under another one, in block or line."""
        left, seen = list(self.heirs(unit_id, day)), set[UUID]()
        while left and len(seen) <= MOST_ABOVE:
            unit = self.unit(left.pop(), day)
            for above in (unit.block_superior, unit.line_superior) if unit else ():
                if above is None or above in seen:
                    continue
                if self.same(above, superior, day):
                    return True
                seen.add(above)
                left.append(above)
        return False

    # ── rules, duties, items ──

    def rules(self, jurisdiction: str, on: date) -> Rules:
        """Return the rules that a jurisdiction was under on a day."""
        for above in ancestors(jurisdiction):
            adopted = self.state(RULE_PACK, rule_pack_stream(above))
            adoption = adopted.in_force(on) if adopted else None
            if adoption:
                return Rules(jurisdiction, policy.pack(f"{adoption.pack}@{adoption.edition}"), on)
        return Rules(jurisdiction, policy.pack(policy.GENERIC), on)

    def rules_of(self, unit_id: UUID, on: date) -> Rules:
        """Return the rules that a unit's area was under on a day."""
        unit = self.unit(unit_id, on)
        return self.rules(unit.area_code if unit else "", on)

    def holding(self, duty_code: str, place: str, day: date) -> Holding | None:
        """Return who owned a duty at a place on a day: the entry of the place, or of the nearest area above that has one."""
        if (duty_code, place) not in self._duties:
            streams = (duty_stream(duty_code, area) for area in ancestors(place))
            self._duties[duty_code, place] = tuple(stream for stream in streams if stream in self._held)
        for stream in self._duties[duty_code, place]:
            duty = self.state(DUTY, stream)
            holding = duty.holding_on(day) if duty else None
            if holding:
                return holding
        return None

    def item(self, item_id: UUID | None) -> Item | None:
        """Return an item with all that is known of it; ask it about days."""
        return self.state(ITEM, item_id)

    def active(self, item_id: UUID | None, day: date) -> bool:
        """Tell whether an item was on the approved list on a day."""
        item = self.item(item_id)
        return item is not None and item.active_on(day)

    def version(self, item_id: UUID | None, day: date) -> Version | None:
        """Return the version of an item that a paper of a day is held against.

        The approved one in force, else the last that was; else the elements as verified by then (number 0); else None.
        """
        item = self.item(item_id)
        if item is None or item_id is None:
            return None
        approved = item.version_on(day)
        if approved is not None:
            return approved
        then = self.state(ITEM, item_id, day)
        if then is None or item.versions or then.phase in (Phase.IDENTIFIED, Phase.DUPLICATE, Phase.NOT_AN_ITEM):
            return None
        return Version(0, then.terms, day)
