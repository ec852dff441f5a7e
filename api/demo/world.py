"""A world for the demonstration, given as data: units, days, items with the channels that find them, opinions and decisions.

Figures are nowhere in it: they are counted from what the ledger then holds.
"""

import csv
import tomllib
from datetime import date
from functools import cached_property
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Literal
from uuid import UUID

import msgspec

from api.demo.script import Script, read
from ledger.streams import campaign_stream, unit_stream
from ledger.terms import Disposition, ItemType, Level

REGISTERED = date(2020, 1, 1)  # every unit of a demonstration stands from this day


class Place(msgspec.Struct, frozen=True):
    """One row of the division table; a township's `parent` is its county."""

    code: str
    name: str
    level: Level
    parent: str


class Department(msgspec.Struct, frozen=True):
    """A department of the world's own level."""

    code: str
    name: str
    category: str


class Days(msgspec.Struct, frozen=True):
    """When what happens; the order of the fields is the order of events."""

    opened: date
    campaign_opened: date
    deadline: date
    returns_filed: date
    spot_checks: date
    recipient_reports: date
    returns_checked: date
    inventory_closed: date
    matched: date
    reconciled: date
    submitted: date
    drafted: date
    party_group: date
    consulted: date
    legality: date
    consolidated: date
    reported: date
    replied: date
    decided: date
    decided_by_counties: date
    published: date
    closed: date
    effective: date


class Head(msgspec.Struct, frozen=True):
    """What world it is; `lead` is the department that leads the campaign, `story` the item whose history is told.

    incidents   file of a story of incidents that is told beside the clean-up (see `api.demo.script`), if there is one
    """

    id: str
    edition: int
    title: str
    jurisdiction: str
    year: int
    divisions: str
    rule_pack: str
    rule_pack_edition: int
    lead: str
    story: str
    incidents: str | None = None


class Item(msgspec.Struct, frozen=True):
    """One item: `channels` are the letters of those who find it, `differs` what channels S and R saw otherwise."""

    key: str
    type: ItemType
    level: Level
    unit: str
    title: str
    field: str
    scope: str
    channels: str
    opinion: Disposition
    decision: Disposition | None = None
    merge: str | None = None
    substitute: str | None = None
    start: int = 2021
    end: int = 2025
    result: str = "取消年度评先评优资格"
    basis: str | None = None
    differs: dict[Literal["end", "result"], str | int] = {}

    @property
    def decided(self) -> Disposition:
        return self.decision or self.opinion


class Merger(msgspec.Struct, frozen=True):
    """What items that share its key are merged into."""

    key: str
    title: str
    unit: str


class Province(msgspec.Struct, frozen=True):
    """The superior that is consulted and reported to."""

    code: str
    name: str


class World(msgspec.Struct, dict=True):
    """A whole world. `item` and `merger` are in the order of the file."""

    world: Head
    days: Days
    province: Province
    departments: tuple[Department, ...]
    item: tuple[Item, ...]
    merger: tuple[Merger, ...] = ()
    places: tuple[Place, ...] = ()
    script: Script | None = None
    digest: str = ""

    @property
    def campaign(self) -> UUID:
        return campaign_stream(self.world.jurisdiction, self.world.year, 1)

    @cached_property
    def city(self) -> Place:
        return next(place for place in self.places if place.code == self.world.jurisdiction)

    @cached_property
    def counties(self) -> tuple[Place, ...]:
        return tuple(place for place in self.places if place.parent == self.city.code)

    def townships(self, county: str) -> tuple[Place, ...]:
        return tuple(place for place in self.places if place.parent == county)

    @cached_property
    def names(self) -> dict[str, str]:
        """The registered name of every unit by its code."""
        return {
            self.province.code: self.province.name,
            **{place.code: office(place) for place in self.places},
            **{committee(place.code): f"中共{place.name}委员会" for place in (self.city, *self.counties)},
            **{department.code: department.name for department in self.departments},
        }

    def merged_as(self, key: str) -> Disposition:
        """Return what becomes of the items with a merge key: the decision they share."""
        return next(item.decided for item in self.item if item.merge == key)


def office(place: Place) -> str:
    """Return the name of a place's government; a subdistrict has an office."""
    return place.name + ("办事处" if place.name.endswith("街道") else "人民政府")


def committee(code: str) -> str:
    """Return the code of a place's Party committee, whose standing committee decides."""
    return f"{code}-dw"


def unit(code: str) -> UUID:
    return unit_stream(code, REGISTERED)


def load(path: Path | None = None) -> World:
    """Read a world from a TOML file (None: the Lincang clean-up). Raises OSError, tomllib.TOMLDecodeError or msgspec.ValidationError."""
    worlds = files("api.demo").joinpath("worlds")
    source = path.read_bytes() if path else worlds.joinpath("lincang.toml").read_bytes()
    world = msgspec.convert(tomllib.loads(source.decode()), World)
    beside = path.parent / world.world.divisions if path else None
    divisions = beside if beside and beside.exists() else files("api.demo").joinpath("divisions", world.world.divisions)
    with divisions.open(encoding="utf-8") as file:
        world.places = tuple(msgspec.convert(row, Place) for row in csv.DictReader(file))
    if world.world.incidents:
        own = path.parent / world.world.incidents if path else None
        world.script = read(own if own and own.exists() else None)
    world.digest = sha256(source + (world.script.digest if world.script else "").encode()).hexdigest()
    return world
