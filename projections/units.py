"""The registry of units: what each one is called, where it stands, since when, until when, and who came after it.

Second step of every read (api -> here -> units.sql). A unit's name on a day is the name it bore then; its end may lie ahead.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any
from unicodedata import normalize
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from ledger.encoding import Recorded
from ledger.events import FACTS, Fact, UnitRegistered
from ledger.statements import load
from ledger.timelines.unit import UNIT, Unit
from projections.engine import Timeline
from projections.reading import Pinned
from projections.rows import Row
from projections.tables import fill

SQL = load("projections", "units.sql")
PAGE = 100  # rows


class Registered(Row, frozen=True):
    """One row of `unit_list`; it stands on D if valid_from ≤ D and D < first_day_without (None: no end is known)."""

    code: str
    name: str
    level: str
    category: str
    area_code: str
    rank: str | None
    credit_code: str | None
    block_superior: UUID | None
    line_superior: UUID | None
    valid_from: date
    first_day_without: date | None
    successors: tuple[UUID, ...]
    synthetic: bool


@dataclass(frozen=True, slots=True)
class _Told:
    unit: Unit
    credit_code: str | None
    synthetic: bool


def _tell(told: _Told | None, recorded: Recorded[Fact]) -> _Told | None:
    unit = UNIT.evolve(told.unit if told else None, recorded)
    if unit is None:
        return None
    if isinstance(recorded.fact, UnitRegistered):
        return _Told(unit, recorded.fact.credit_code, recorded.envelope.synthetic)
    return told and replace(told, unit=unit)


def _show(told: _Told) -> Registered:
    unit = told.unit
    return Registered(
        code=unit.code,
        name=unit.name,
        level=unit.level,
        category=unit.category,
        area_code=unit.area_code,
        rank=unit.rank,
        credit_code=told.credit_code,
        block_superior=unit.block_superior,
        line_superior=unit.line_superior,
        valid_from=unit.valid_from,
        first_day_without=unit.first_day_without,
        successors=unit.successors,
        synthetic=told.synthetic,
    )


UNIT_LIST: Timeline[_Told] = Timeline("unit_list", Registered, show=_show)
for _fact in FACTS.values():
    if _fact.STREAM == "unit":
        UNIT_LIST.on(_fact)(_tell)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitRow:
    """A unit as of a day, as known at a position; `stands`: it exists on that day."""

    unit: UUID
    learnt_at: int
    code: str
    name: str
    level: str
    category: str
    area_code: str
    rank: str | None
    credit_code: str | None
    block_superior: UUID | None
    line_superior: UUID | None
    valid_from: date
    first_day_without: date | None
    successors: Sequence[UUID]
    stands: bool
    synthetic: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which units: every field given must hold. `within`: an area and all below it; `superior`: in block or line; `name`: words of it."""

    level: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    within: tuple[str, ...] = ()
    superior: UUID | None = None
    name: str | None = None


EVERY = Wanted()


def unit(connection: Connection[Any], pinned: Pinned, unit_id: UUID) -> UnitRow | None:
    """Return a unit, None if it was not registered by then."""
    found = _ask(connection, pinned, ("unit",), {"unit": unit_id, "most": 1})
    return found[0] if found else None


def units(
    connection: Connection[Any],
    pinned: Pinned,
    wanted: Wanted = EVERY,
    after: tuple[str, UUID] | None = None,
    most: int = PAGE,
) -> list[UnitRow]:
    """Return units by code; `after` is (code, unit) of the last row of the page before."""
    given = {field.name: value for field in fields(wanted) if (value := getattr(wanted, field.name)) not in ((), None)}
    values = {name: list(value) if isinstance(value, tuple) else value for name, value in given.items()}
    if wanted.name:
        values["name"] = normalize("NFC", wanted.name)
    code_after, unit_after = after or (None, None)
    place = {"code_after": code_after, "unit_after": unit_after, "most": most}
    return _ask(connection, pinned, (*given, *(("after",) if after else ())), values | place)


def by_name(connection: Connection[Any], pinned: Pinned, name: str) -> list[UnitRow]:
    """Return the units that bear exactly this name on the pinned day and stand on it: none, one, or several of one name."""
    return [
        found
        for found in _ask(connection, pinned, ("exact_name",), {"name": normalize("NFC", name), "most": PAGE})
        if found.stands
    ]


def _ask(
    connection: Connection[Any], pinned: Pinned, filters: Sequence[str], parameters: dict[str, Any]
) -> list[UnitRow]:
    chosen = b"\n".join(SQL[f"by_{name}"] for name in filters).decode()
    statement = pinned.ask(fill(SQL["unit_list"], filters=chosen))
    with connection.cursor(row_factory=class_row(UnitRow)) as cursor:
        return cursor.execute(statement, pinned.parameters | parameters).fetchall()
