"""The lists: which items a jurisdiction has in force on a day, and what it last published.

Second step of every read (api -> here -> lists.sql). Keeps: what is in force follows from the items; a publication says what was
told to everybody, and where the two differ both are shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from ledger.encoding import Recorded
from ledger.events import ItemListPublished
from ledger.statements import load
from projections import items
from projections.engine import Timeline
from projections.items import ItemRow
from projections.reading import Pinned
from projections.rows import Row

SQL = load("projections", "lists.sql")
WHOLE = 1_000_000  # rows: a list is given whole, so that it can be held against its root


class Published(Row, frozen=True):
    """One row of `published_list`: the last publication by that day. It holds from `in_force_from` on, which may lie ahead."""

    area_code: str
    level: str
    list_version: int
    published_on: date
    in_force_from: date
    members: tuple[UUID, ...]
    root: str
    campaign: UUID | None
    synthetic: bool


PUBLISHED_LIST = Timeline("published_list", Published)


@PUBLISHED_LIST.on(ItemListPublished)
def _(_: Published | None, e: Recorded[ItemListPublished]) -> Published:
    return Published(
        area_code=e.fact.area_code,
        level=e.fact.level,
        list_version=e.fact.list_version,
        published_on=e.effective_on,
        in_force_from=e.fact.effective_from,
        members=e.fact.members,
        root=e.fact.root,
        campaign=e.fact.campaign,
        synthetic=e.envelope.synthetic,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """A published list: its members, and the root (SHA-256, hex) by which anybody can check them."""

    list: UUID
    learnt_at: int
    area_code: str
    level: str
    list_version: int
    published_on: date
    in_force_from: date
    members: Sequence[UUID]
    root: str
    campaign: UUID | None
    synthetic: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ListInForce:
    """The list of one jurisdiction and level on a day, as known at a position.

    items          in force on the day, by title
    published      the last publication by that day; it may hold only from a later one: see its `in_force_from`
    not_published  in force, but not in the publication; no_longer: in the publication, but not in force.
                   Both are about the day asked for, or about the first day of the publication where that lies ahead.
    """

    jurisdiction: str
    level: str
    items: Sequence[ItemRow]
    published: Publication | None
    not_published: Sequence[UUID]
    no_longer: Sequence[UUID]


def lists(
    connection: Connection[Any], pinned: Pinned, jurisdiction: str, level: Sequence[str] = ()
) -> list[ListInForce]:
    """Return the lists of a jurisdiction, by level; levels at which nothing is in force or published have none."""
    wanted = items.Wanted(jurisdiction=(jurisdiction,), level=tuple(level), in_force=True)
    on_day = items.item_list(connection, pinned, wanted, most=WHOLE)
    published = publications(connection, pinned, jurisdiction, level)
    levels = sorted({row.level for row in on_day} | {each.level for each in published})
    last = {each.level: each for each in published}
    return [_list(connection, pinned, jurisdiction, each, on_day, last.get(each)) for each in levels]


def publications(
    connection: Connection[Any], pinned: Pinned, jurisdiction: str, level: Sequence[str] = ()
) -> list[Publication]:
    """Return the last publication of each list of a jurisdiction by the pinned day, by level."""
    asked = {"jurisdiction": jurisdiction, "level": list(level) or None}
    with connection.cursor(row_factory=class_row(Publication)) as cursor:
        return cursor.execute(pinned.ask(SQL["publications"]), pinned.parameters | asked).fetchall()


def _list(
    connection: Connection[Any],
    pinned: Pinned,
    jurisdiction: str,
    level: str,
    on_day: Sequence[ItemRow],
    published: Publication | None,
) -> ListInForce:
    listed = [row for row in on_day if row.level == level]
    in_force, members = {row.item for row in listed}, set(published.members if published else ())
    if published and published.in_force_from > pinned.in_force_on:
        asked = {"jurisdiction": jurisdiction, "level": level, "in_force_on": published.in_force_from}
        ahead = connection.execute(pinned.ask(SQL["in_force"]), pinned.parameters | asked)
        in_force = {item for (item,) in ahead.fetchall()}
    return ListInForce(
        jurisdiction=jurisdiction,
        level=level,
        items=listed,
        published=published,
        not_published=sorted(in_force - members),
        no_longer=sorted(members - in_force),
    )
