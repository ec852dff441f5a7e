"""Policy as data: what a jurisdiction's rules said on a day, each with its code, words and source.

A rule pack is a file `rulepacks/NAME@EDITION.toml`; an edition never changes once adopted (its digest stands in the log), a new one is a
new file. A pack may inherit from another one and overrides it rule by rule, value by value. Pure: the files are part of the product.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from ledger.refusals import Cited, Refused

GENERIC = "generic@1"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its code, its words as issued (empty unless sourced), its source, and the days on which it holds (both included)."""

    code: str
    text: str
    source: str
    effective_from: date
    effective_to: date


@dataclass(frozen=True, slots=True)
class Ground:
    """处理依据: a code of the tables C (cancel), R (retain), M (merge); `text` is empty while it is not public (待补)."""

    code: str
    table: str
    text: str
    source: str
    sourced: bool


@dataclass(frozen=True, slots=True)
class Pack:
    """One edition of one jurisdiction's rules."""

    name: str
    edition: int
    title: str
    rules: Mapping[str, Rule]
    grounds: Mapping[str, Ground]
    values: Mapping[str, Any]
    digest: str

    @property
    def id(self) -> str:
        return f"{self.name}@{self.edition}"


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of a jurisdiction on a day."""

    jurisdiction: str
    pack: Pack
    on: date

    def demand(self, code: str, holds: bool, refusal: Refused) -> None:
        """Raise `refusal`, citing rule `code`, unless what it demands holds; a rule not in force in this pack demands nothing."""
        rule = self.pack.rules.get(code)
        if rule and rule.effective_from <= self.on <= rule.effective_to and not holds:
            refusal.rule = Cited(rule.code, self.pack.id, rule.source, rule.text)
            raise refusal

    def ground(self, code: str, table: str) -> Ground | None:
        """Return a ground of one table (C, R or M), or None if this pack knows no such ground."""
        ground = self.pack.grounds.get(code)
        return ground if ground and ground.table == table else None

    def day(self, name: str) -> date | None:
        """Return a day that the pack sets, or None."""
        held = self.pack.values.get(name)
        return held if isinstance(held, date) else None

    def days(self, name: str) -> frozenset[date]:
        """Return a set of days that the pack lists, none if it lists none."""
        return frozenset(self.pack.values.get(name, ()))

    def number(self, name: str) -> int:
        """Return a whole number that the pack sets; raise KeyError if no pack in its line does."""
        return int(self.pack.values[name])

    def words(self, name: str) -> tuple[str, ...]:
        """Return a list of words that the pack sets, () if it sets none."""
        return tuple(self.pack.values.get(name, ()))


def ancestors(area_code: str) -> Iterator[str]:
    """Yield an area code and those above it: village (12 digits), township (9), county, prefecture, province (GB/T 2260)."""
    yield area_code
    if len(area_code) > 9:
        yield area_code[:9]
    if len(area_code) > 6:
        yield area_code[:6]
    if area_code[4:6] != "00":
        yield area_code[:4] + "00"
    if area_code[2:6] != "0000":
        yield area_code[:2] + "0000"


def available() -> tuple[str, ...]:
    """Return the ids (`name@edition`) of every pack that this program holds."""
    found = files("ledger").joinpath("rulepacks").iterdir()
    return tuple(sorted(entry.name.removesuffix(".toml") for entry in found if entry.name.endswith(".toml")))


@cache
def pack(pack_id: str) -> Pack:
    """Return a pack by id; raise KeyError if this program does not hold it."""
    if pack_id not in available():
        raise KeyError(pack_id)
    source = files("ledger").joinpath("rulepacks", f"{pack_id}.toml").read_bytes()
    read = tomllib.loads(source.decode())
    parent = pack(read["inherits"]) if "inherits" in read else None
    own = {rule["code"]: _rule(rule) for rule in read.get("rule", ())}
    grounds = {ground["code"]: Ground(**ground) for ground in read.get("ground", ())}
    return Pack(
        name=read["pack"],
        edition=read["edition"],
        title=read["title"],
        rules={**(parent.rules if parent else {}), **own},
        grounds={**(parent.grounds if parent else {}), **grounds},
        values={**(parent.values if parent else {}), **read.get("values", {})},
        digest=sha256((parent.digest if parent else "").encode() + source).hexdigest(),
    )


def _rule(read: dict[str, Any]) -> Rule:
    return Rule(
        code=read["code"],
        text=read.get("text", ""),
        source=read["source"],
        effective_from=read.get("from", date.min),
        effective_to=read.get("to", date.max),
    )
