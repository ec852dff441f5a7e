"""Facts told one after the other, as the log takes them; the register built from them live and anew; and questions pinned to it."""

from collections import Counter
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from psycopg import Connection

from ledger.encoding import Recorded
from ledger.events import Envelope, Fact, LedgerOpened, UnitRegistered
from ledger.streams import LEDGER, campaign_stream, item_stream, list_stream, return_stream, unit_stream
from ledger.terms import EntryRoute, ItemType, Level
from ledger.values import Authority, ItemTerms, Scope
from projections import builds, tables
from projections.builds import Build
from projections.catalogue import REGISTER
from projections.live import advance
from projections.reading import Pinned
from projections.rebuild import rebuild
from tests.projections.conftest import Log

SINCE = date(2020, 1, 1)
OPENED = date(2024, 3, 4)
CITY, COUNTY = "530900", "530902"
CAMPAIGN = campaign_stream(CITY, 2024, 1)


def unit(code: str) -> UUID:
    return unit_stream(code, SINCE)


def item(code: str, item_type: ItemType, row: int) -> UUID:
    return item_stream(filed(code, item_type), row)


def filed(code: str, item_type: ItemType) -> UUID:
    return return_stream(CAMPAIGN, unit(code), item_type)


def the_list(area: str, level: Level) -> UUID:
    return list_stream(area, level)


def terms(title: str, code: str, item_type: ItemType = ItemType.PLEDGE, level: Level = Level.PREFECTURE) -> ItemTerms:
    """Elements of an item of a unit; change what matters with `dataclasses.replace`."""
    return ItemTerms(
        item_type=item_type,
        title=title,
        implementing_unit=unit(code),
        level=level,
        jurisdiction=CITY if level is Level.PREFECTURE else COUNTY,
        recipient_scope=(Scope(level=Level.TOWNSHIP, category="GOVERNMENT"),),
        result="纳入考核",
        start_year=2023,
    )


class Telling:
    """Facts on their way into a log: `tell` says one and returns its position, `done` stores what was said since."""

    def __init__(self, log: Log) -> None:
        self.log = log
        self.position = 0
        self.versions: Counter[UUID] = Counter()
        self.waiting: list[Recorded[Fact]] = []
        self.told: list[Recorded[Fact]] = []
        self.tell(LEDGER, LedgerOpened(synthetic_clock=False, opened_on=OPENED, name="演示"), OPENED)

    def tell(
        self, stream: UUID, fact: Fact, on: date, *, by: UUID | None = None, authority: Authority | None = None
    ) -> int:
        self.position += 1
        self.versions[stream] += 1
        envelope = Envelope(
            effective_on=on, jurisdiction=CITY, rule_pack="generic@1", entry_route=EntryRoute.CLI, actor_unit=by,
            authority=authority, synthetic=True,
        )  # fmt: skip
        recorded = Recorded(self.position, 0, stream, self.versions[stream], None, envelope, fact)
        self.waiting.append(recorded)
        self.told.append(recorded)
        return self.position

    def log_of(self, topic: str) -> list[Recorded[Fact]]:
        """Return what was told under a stored name, in order."""
        return [recorded for recorded in self.told if topic == recorded.fact.TOPIC]

    def of(self, stream: UUID) -> list[Recorded[Fact]]:
        """Return what was told in a stream, in order."""
        return [recorded for recorded in self.told if recorded.stream == stream]

    def register(self, code: str, name: str, level: Level = Level.PREFECTURE) -> UUID:
        area = CITY if level is Level.PREFECTURE else COUNTY
        registered = UnitRegistered(
            code=code, name=name, level=level, category="GOVERNMENT_DEPT", area_code=area, valid_from=SINCE
        )
        self.tell(unit(code), registered, SINCE)
        return unit(code)

    def done(self) -> int:
        """Store what was said; return the position that the log stands at."""
        self.log.append(self.waiting)
        self.waiting = []
        return self.position


def built(connection: Connection[Any], telling: Telling, batch: int = 7) -> Build:
    """Build the register from all that was told, in batches and anew, which must come to the same rows; return the new build."""
    telling.done()
    live = builds.begin(connection, REGISTER)
    builds.index(connection, REGISTER, live)
    moved: Build | None = live
    while moved is not None and moved.position < telling.position:
        assert moved.fault is None, moved.fault
        moved = advance(connection, REGISTER, live.schema, most=batch)
    expected = digests(connection, live.schema)
    anew = rebuild(connection, REGISTER)
    assert anew.position == telling.position
    assert digests(connection, anew.schema) == expected
    for view in REGISTER.views:
        if view.identity[0] == "key":
            assert connection.execute(tables.fill(OVERLAPPING, schema=anew.schema, table=view.name)).fetchall() == []
    return anew


OVERLAPPING = b"""
    select one.key, one.effective_from, other.effective_from from {schema}.{table} as one left join {schema}.{table} as other
        on one.key = other.key and one.ctid <> other.ctid and one.known_from < other.known_to and other.known_from < one.known_to
       and one.effective_from < other.effective_to and other.effective_from < one.effective_to
     where other.key is not null or one.known_from >= one.known_to or one.effective_from >= one.effective_to
"""


def digests(connection: Connection[Any], schema: str) -> dict[str, str]:
    return {view.name: tables.digest(connection, schema, view) for view in REGISTER.views}


def pin(build: Build, on: date, known_at: int | None = None) -> Pinned:
    return Pinned(replace(build, serving=True), build.position if known_at is None else known_at, on)
