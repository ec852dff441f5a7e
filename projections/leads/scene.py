"""What a detection rule looks at, and what it answers with: the holdings laid out paper by paper, and leads.

Pure second stage over what is held: no clock, no chance, no look-up outside. Keeps: a lead is known by its rule and its subject, so
that later evidence, or a rebuild, gives the same lead and not a new one; missing data is never a lead.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import Final
from uuid import UUID, uuid5

from ledger.rules import Rules, ancestors
from ledger.streams import NAMESPACE
from ledger.terms import ClauseType, Level
from ledger.timelines.incident import INCIDENT, Incident
from ledger.timelines.item import ITEM, Item, Version
from ledger.timelines.pledge import PLEDGE, Kind, Pledge
from ledger.timelines.unit import UNIT, Unit
from ledger.values import Clause
from projections.holdings import Holdings
from projections.papers import list_regime

EDITION: Final = "leads/1"


class Severity(StrEnum):
    """How soon somebody should look; nothing follows from it by itself."""

    HIGH = "HIGH"
    NORMAL = "NORMAL"
    LOW = "LOW"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """One lead: which rule met what, where it stands, since when, and what fills its sentence.

    since         first day on which the predicate holds; it may lie ahead of the day that is asked about
    papers        the papers it is about, the main one first; claim: the claim it is about
    assumed_day   a paper is not dated, so the day on which it was seen stands for the day of signing
    restricted    for the discipline role alone
    absorbed_by   the stronger lead under which it is shown
    """

    id: UUID
    rule: str
    edition: str
    severity: Severity
    reason: str
    units: tuple[UUID, ...]
    positions: tuple[int, ...]
    since: date
    said: tuple[tuple[str, str], ...] = ()
    papers: tuple[UUID, ...] = ()
    claim: UUID | None = None
    assumed_day: bool = False
    restricted: bool = False
    absorbed_by: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spared:
    """What a rule met and passed over, for an exemption that is named."""

    rule: str
    exemption: str
    units: tuple[UUID, ...]
    positions: tuple[int, ...]
    papers: tuple[UUID, ...] = ()


def lead_id(rule: str, *subject: object) -> UUID:
    """Return the name of a lead: its rule and the key of its subject, whatever evidence there is."""
    return uuid5(NAMESPACE, "/".join(("lead", rule, *(str(part) for part in subject))))


@dataclass(frozen=True, slots=True)
class Sheet:
    """One signed paper, laid out: t (the day of signing, or of being seen), both sides, the item's version, the rules of the day.

    off   the item is none, or was not on the list, on a day on which there was a list
    """

    paper: Pledge
    day: date
    dated: bool
    issuer: Unit
    signer: Unit
    version: Version | None
    active: bool
    off: bool
    rules: Rules
    duty_codes: frozenset[str]

    @property
    def duties(self) -> list[Clause]:
        """The clauses that put a duty on the signer."""
        return [clause for clause in self.paper.clauses if clause.type is ClauseType.SIGNER_DUTY]

    @property
    def field_code(self) -> str | None:
        return self.version.terms.field_code if self.version else None

    @property
    def at(self) -> int:
        """The position by which the paper stands as signed."""
        return self.paper.signed_at or self.paper.told_at


Answer = Iterator[Lead | Spared]
Detect = Callable[["Scene"], Answer]


@dataclass(frozen=True, slots=True)
class Rule:
    """One detection rule: its code, how soon to look, and the function that finds."""

    code: str
    severity: Severity
    detect: Detect


RULES: Final[dict[str, Rule]] = {}


def rule(code: str, severity: Severity = Severity.NORMAL) -> Callable[[Detect], Detect]:
    """Register the function that follows as a detection rule."""

    def register(detect: Detect) -> Detect:
        if RULES.setdefault(code, Rule(code, severity, detect)).detect is not detect:
            raise TypeError(f"two rules are called {code}")
        return detect

    return register


class Scene:
    """The holdings as detection rules look at them."""

    def __init__(self, held: Holdings) -> None:
        self.held = held

    @cached_property
    def sheets(self) -> list[Sheet]:
        """Every paper that was signed, regular or not, by position; those whose sides are not registered cannot be judged."""
        laid = (self._sheet(paper) for paper in self.held.each(PLEDGE) if paper.signed_at is not None)
        return sorted((sheet for sheet in laid if sheet), key=lambda sheet: sheet.at)

    @cached_property
    def by_paper(self) -> dict[UUID, Sheet]:
        return {sheet.paper.id: sheet for sheet in self.sheets}

    @cached_property
    def items(self) -> list[Item]:
        return list(self.held.each(ITEM))

    @cached_property
    def incidents(self) -> list[Incident]:
        return list(self.held.each(INCIDENT))

    @cached_property
    def names(self) -> frozenset[str]:
        """Names of registered units, to be masked where texts are compared."""
        return frozenset(unit.name for unit in self.held.each(UNIT))

    def _sheet(self, paper: Pledge) -> Sheet | None:
        day = paper.signed_on or paper.observed_on
        issuer = self.held.unit(paper.issuer, day) if day else None
        signer = self.held.unit(paper.signer, day) if day else None
        if day is None or issuer is None or signer is None:
            return None
        active = self.held.active(paper.item, day)
        return Sheet(
            paper,
            day,
            paper.signed_on is not None,
            issuer,
            signer,
            self.held.version(paper.item, day),
            active,
            off=not active and list_regime(self.held, issuer.id, day),
            rules=self.held.rules(issuer.area_code, day),
            duty_codes=paper.duty_codes,
        )

    def names_unit(self, incident: Incident, unit: Unit) -> bool:
        """Tell whether an incident names a unit among those concerned."""
        return any(self.held.same(each, unit.id, incident.occurred_on) for each in incident.units)

    def concerns(self, incident: Incident, unit: Unit) -> bool:
        """Tell whether an incident is about a unit: it names it, or happened in its area."""
        within = unit.level is not Level.NATIONAL and unit.area_code in ancestors(incident.place_code)
        return within or self.names_unit(incident, unit)

    @cached_property
    def _by_duty(self) -> dict[str, list[Incident]]:
        found: dict[str, list[Incident]] = {}
        for incident in self.incidents:
            for code in dict.fromkeys(incident.duty_codes):
                found.setdefault(code, []).append(incident)
        return found

    def incidents_about(self, duty_codes: Iterable[str], unit: Unit) -> list[Incident]:
        """Return the incidents that concern a unit and one of these duties."""
        about = {each.id: each for code in sorted(duty_codes) for each in self._by_duty.get(code, ())}
        return [incident for incident in about.values() if self.concerns(incident, unit)]

    def incidents_on(self, sheet: Sheet) -> list[Incident]:
        """Return the incidents that concern a paper's signer and one of its duties."""
        return self.incidents_about(sheet.duty_codes, sheet.signer)

    @cached_property
    def ended_items(self) -> list[tuple[Item, date, frozenset[str]]]:
        """Every item that is over, with the first day without it and the duties that it was about."""
        over = ((item, self.ended(item)) for item in self.items)
        return [(item, ended, self.duties_of(item)) for item, ended in over if ended is not None]

    def duties_of(self, item: Item) -> frozenset[str]:
        """Return the duties that an item is about: those it names and those of its clauses."""
        by_clause = (clause.duty_code for clause in item.terms.clauses if clause.type is ClauseType.SIGNER_DUTY)
        return frozenset(item.terms.duty_codes) | frozenset(code for code in by_clause if code)

    def ended(self, item: Item) -> date | None:
        """Return the first day without an item that is over: cancelled, merged, exited, or its years passed."""
        if item.first_day_without is not None:
            return item.first_day_without
        year = item.terms.end_year
        if item.listed and year is not None and MINYEAR <= year + 1 <= MAXYEAR:
            return date(year + 1, 1, 1)
        return None


def about(
    sheet: Sheet,
    code: str,
    reason: str,
    *,
    positions: tuple[int, ...] = (),
    since: date | None = None,
    said: Mapping[str, object] = MappingProxyType({}),
    claim: UUID | None = None,
) -> Lead:
    """Return a lead whose subject is one paper; positions besides its own."""
    return make(
        code,
        (sheet.paper.id,),
        reason,
        units=(sheet.issuer.id, sheet.signer.id),
        positions=(sheet.at, *positions),
        since=since or sheet.day,
        said=said,
        papers=(sheet.paper.id,),
        claim=claim,
        assumed_day=not sheet.dated,
    )


def make(  # noqa: PLR0913 - a lead says all this
    code: str,
    subject: tuple[object, ...],
    reason: str,
    *,
    units: Iterable[UUID],
    positions: Iterable[int],
    since: date,
    said: Mapping[str, object] = MappingProxyType({}),
    papers: tuple[UUID, ...] = (),
    claim: UUID | None = None,
    assumed_day: bool = False,
    severity: Severity | None = None,
    restricted: bool = False,
) -> Lead:
    """Return a lead of a rule about a subject; `said` fills its sentence."""
    return Lead(
        id=lead_id(code, *subject),
        rule=code,
        edition=EDITION,
        severity=severity or RULES[code].severity,
        reason=reason,
        units=tuple(dict.fromkeys(units)),
        positions=tuple(sorted(set(positions))),
        since=since,
        said=tuple((name, str(value)) for name, value in said.items()),
        papers=papers,
        claim=claim,
        assumed_day=assumed_day,
        restricted=restricted,
    )


def spared(sheet: Sheet, code: str, exemption: str) -> Spared:
    """Return what a rule passed over, about one paper."""
    return Spared(
        rule=code,
        exemption=exemption,
        units=(sheet.issuer.id, sheet.signer.id),
        positions=(sheet.at,),
        papers=(sheet.paper.id,),
    )


def regular(sheet: Sheet) -> bool:
    """Tell whether a paper came into being by the lawful commands."""
    return sheet.paper.kind is Kind.REGULAR
