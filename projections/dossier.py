"""Everything that bears on a matter, brought from the log: the streams asked for, those that speak of them, and what these refer to.

Second step of a read that judges (api -> here -> Holdings -> a pure view). Keeps: nothing learnt after the pinned position comes along;
campaigns, returns, records and applications are left where they are; what would be too much is refused by name, never cut short.

Forward, every reference in a fact is followed. Backward, from a paper or case to what was said of it; but from an item, a duty or
an upper paper to all that lie beneath only where just that was asked for, else one claim would bring the whole register.
"""

from collections.abc import Collection, Hashable, Iterable, Iterator
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Any, Final, cast
from uuid import UUID

from psycopg import Connection

from ledger.encoding import Recorded
from ledger.events import FACTS, Fact, RecordCorrected
from ledger.rules import ancestors
from ledger.statements import load as statements
from ledger.streams import LEDGER, duty_stream, evidence_stream, list_stream, rule_pack_stream
from ledger.terms import Level
from ledger.timelines.claim import CLAIM
from ledger.timelines.incident import INCIDENT
from ledger.timelines.pledge import PLEDGE
from ledger.timelines.standing import standing
from ledger.values import is_digest
from projections import log
from projections.holdings import Holdings
from projections.mentions import anywhere
from projections.reading import Pinned

SQL = statements("projections", "dossier.sql")
MOST: Final = 200_000  # facts of one matter
MOST_OF_ALL: Final = 5_000_000  # facts of a whole ledger

HEART: Final = frozenset({
    "duty_list", "duty", "pledge", "veto", "incident", "case", "claim", "tolerance", "notice", "inspection", "lead", "*",
})  # fmt: skip
BESIDE: Final = frozenset({"ledger", "rule_pack", "unit", "document", "meeting", "item", "list", "evidence"})
WHOLE: Final = frozenset({"campaign", "record"})

# In which way a stream may be spoken of: always followed back, or only from what was itself asked for.
NEAR: Final = ("pledge", "veto", "incident", "case", "claim", "tolerance")
BENEATH: Final = ("item", "parent", "kin", "evidence", "precedent")

DUTIES: Final = frozenset({"duty_code", "duty_codes"})
AREAS: Final = frozenset({"area_code", "place_code", "jurisdiction", "jurisdiction_code"})
# References that lead away from the matter: nothing of theirs is loaded.
ELSEWHERE: Final = frozenset({"campaign", "application", "record", "records", "lead", "correlation"})


class TooMuchToLoad(Exception):  # noqa: N818 - named for the state of things
    """A question that would need more than `most` facts at once; ask about less."""

    def __init__(self, most: int) -> None:
        super().__init__(f"more than {most} facts")
        self.most = most


def _topics(kinds: Collection[str]) -> list[str]:
    return sorted(name for name, fact in FACTS.items() if fact.STREAM in kinds)


HELD: Final = _topics(HEART | BESIDE)
ALL: Final = _topics(HEART | BESIDE | WHOLE)
APPEARING: Final = _topics(HEART)
UNITS: Final = _topics({"unit"})


def load(
    connection: Connection[Any],
    pinned: Pinned,
    *,
    streams: Collection[UUID] = (),
    units: Collection[UUID] = (),
    roles: Collection[str] = (),
    duty_codes: Collection[str] = (),
    areas: Collection[str] = (),
    most: int = MOST,
) -> Holdings:
    """Return what was held at the pinned position that bears on streams, on units (in any role, or in these) and on duties (in areas).

    Raise TooMuchToLoad above `most` facts.
    """
    gathering = _Gathering(connection, pinned, most)
    asked = set(streams)
    found = _appearances(gathering, units, roles) if units else set()
    if duty_codes:
        found |= gathering.mentioning([anywhere(code) for code in duty_codes], ("duty",))
    gathering.met.duty_codes.update(duty_codes)
    gathering.met.areas.update(areas)
    gathering.gather({LEDGER, *asked, *found, *units, *gathering.met.surroundings()}, asked)
    return Holdings(gathering.facts)


def of_matter(connection: Connection[Any], pinned: Pinned, matter: UUID) -> Holdings:
    """Return all that bears on an incident, a claim or a pledge: its own streams, and those of the units that it is between.

    An objection under another paper between the same two units bears on a claim as well, so what is loaded for a ruling, for the
    table that it rests on and for the trail is this and nothing less. Raise TooMuchToLoad.
    """
    return load(
        connection, pinned, streams=(matter,), units=_parties(load(connection, pinned, streams=(matter,)), matter)
    )


def _parties(held: Holdings, matter: UUID) -> set[UUID]:
    incident, claim, pledge = held.state(INCIDENT, matter), held.state(CLAIM, matter), held.state(PLEDGE, matter)
    units = set(incident.units) if incident else set()
    claims = [each for each in held.each(CLAIM) if incident and each.incident == incident.id]
    for each in (*claims, *((claim,) if claim else ())):
        units |= {each.asserting_unit, each.against_unit}
    return units | ({pledge.issuer, pledge.signer} if pledge else set())


def plain(connection: Connection[Any], pinned: Pinned, streams: Collection[UUID], most: int = MOST) -> Holdings:
    """Return what was held of these streams and of the units that they name, and nothing else: enough to list and to count.

    Raise TooMuchToLoad above `most` facts.
    """
    gathering = _Gathering(connection, pinned, most)
    gathering.bring({LEDGER, *streams})
    while gathering.met.streams - gathering.sought:
        gathering.bring(gathering.met.streams - gathering.sought, UNITS)
    return Holdings(gathering.facts)


def registered(connection: Connection[Any], pinned: Pinned, register: UUID) -> list[UUID]:
    """Return the streams of a register (see `mentions.register_of`)."""
    return sorted(_Gathering(connection, pinned, MOST).mentioning([register], ("register",)))


def last_campaign(connection: Connection[Any], pinned: Pinned, area: str) -> date | None:
    """Return the day on which the last clean-up of an area, or of one above it, was closed; None if there was none."""
    asked = pinned.parameters | {"areas": list(ancestors(area))}
    day: date | None = connection.execute(pinned.ask(SQL["last_campaign"]), asked).fetchall()[0][0]
    return day


def everything(connection: Connection[Any], known_at: int, most: int = MOST_OF_ALL) -> Holdings:
    """Return all that was held at a position, but returns and applications, read in pages; raise TooMuchToLoad above `most` facts."""
    return Holdings(_counted(_of_kinds(log.between(connection, 0, known_at, ALL)), most))


def _counted(facts: Iterable[Recorded[Fact]], most: int) -> Iterator[Recorded[Fact]]:
    for number, recorded in enumerate(facts):
        if number >= most:
            raise TooMuchToLoad(most)
        yield recorded


def _of_kinds(facts: Iterable[Recorded[Fact]]) -> Iterator[Recorded[Fact]]:
    """Leave out corrections in streams of which nothing else was read: they are of another kind."""
    begun = set[UUID]()
    for recorded in facts:
        if not isinstance(recorded.fact, RecordCorrected):
            begun.add(recorded.stream)
        if recorded.stream in begun:
            yield recorded


def _appearances(gathering: "_Gathering", units: Collection[UUID], roles: Collection[str]) -> set[UUID]:
    """Give the streams in which units appear, they themselves or those that they came after."""
    line, new = set(units), set(units)
    while new:
        new = gathering.asked("predecessors", units=list(new)) - line
        line |= new
    return gathering.asked("appearing", units=list(line), topics=APPEARING, roles=list(roles) or None) | line


@dataclass(slots=True)
class Met:
    """What facts refer to: streams, duties by code, areas, files by digest."""

    streams: set[UUID] = field(default_factory=set)
    duty_codes: set[str] = field(default_factory=set)
    areas: set[str] = field(default_factory=set)
    digests: set[str] = field(default_factory=set)

    def look(self, value: Any, name: str = "") -> None:
        """Take in a value of a fact, whatever it is made of."""
        if isinstance(value, UUID):
            self.streams.add(value)
        elif isinstance(value, str):
            self._word(value, name)
        elif isinstance(value, tuple):
            for each in value:
                self.look(each, name)
        elif is_dataclass(value) and not isinstance(value, type):
            for own in _names(type(value)):
                self.look(getattr(value, own), own)

    def _word(self, value: str, name: str) -> None:
        if name in DUTIES:
            self.duty_codes.add(value)
        elif name in AREAS:
            self.areas.add(value)
        elif is_digest(value):
            self.digests.add(value)

    def surroundings(self) -> set[UUID]:
        """Give the streams that go without saying: rule packs and lists of the areas, duties in them, evidence of the files."""
        areas = {above for area in self.areas for above in ancestors(area)}
        found = {stream for area in areas for stream in _of_area(area)}
        found |= {_duty(code, area) for code in self.duty_codes for area in areas}
        return found | {evidence_stream(digest) for digest in self.digests}


@lru_cache(maxsize=1 << 14)
def _of_area(area: str) -> tuple[UUID, ...]:
    return (rule_pack_stream(area), *(list_stream(area, level) for level in Level))


_duty = lru_cache(maxsize=1 << 16)(duty_stream)


@cache
def _names(kind: Hashable) -> tuple[str, ...]:
    return tuple(each.name for each in fields(cast("Any", kind)) if each.name not in ELSEWHERE)


class _Gathering:
    """Streams brought round by round, until nothing new is referred to."""

    def __init__(self, connection: Connection[Any], pinned: Pinned, most: int) -> None:
        self.connection, self.pinned, self.most = connection, pinned, most
        self.facts: list[Recorded[Fact]] = []
        self.met = Met()
        self.sought: set[UUID] = set()

    def gather(self, wanted: set[UUID], asked: set[UUID]) -> None:
        """Bring streams and what they lead to; from those `asked` for, also all that lies beneath."""
        while wanted:
            found = self.bring(wanted)
            heart = {each.stream for each in found if each.fact.STREAM in HEART or each.stream in asked}
            spoken = self.mentioning(heart, NEAR) | self.mentioning(heart & asked, BENEATH)
            wanted = (self.met.streams | self.met.surroundings() | spoken) - self.sought

    def bring(self, wanted: set[UUID], topics: list[str] = HELD) -> list[Recorded[Fact]]:
        """Bring streams, by facts of these topics, and look at what they refer to; raise TooMuchToLoad."""
        self.sought |= wanted
        room = self.most - len(self.facts)
        brought = log.of_streams(self.connection, wanted, self.pinned.known_at, topics, room + 1)
        if len(brought) > room:
            raise TooMuchToLoad(self.most)
        found = list(_of_kinds(brought))
        corrected = {each.stream for each in found if isinstance(each.fact, RecordCorrected)}
        for recorded in (
            *found,
            *standing(each for each in found if each.stream in corrected),
        ):  # as told, and as it reads now
            if recorded.fact.STREAM != "list":  # a list's members are not its matter
                self.met.look(recorded.fact)
                self.met.look(recorded.envelope)
        self.facts += found
        return found

    def mentioning(self, streams: Collection[UUID], roles: Collection[str]) -> set[UUID]:
        """Give the streams that speak of these ones, in one of these ways."""
        return self.asked("mentioning", mentioned=list(streams), roles=list(roles)) if streams else set()

    def asked(self, statement: str, **parameters: Any) -> set[UUID]:
        """Give the streams that a statement finds in the pinned build."""
        rows = self.connection.execute(self.pinned.ask(SQL[statement]), self.pinned.parameters | parameters)
        return {row[0] for row in rows.fetchall()}
