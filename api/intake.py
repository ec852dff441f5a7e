"""Brings the inventory workbooks of a campaign in, and writes the blank ones.

Behind `mingze import inventory` and `mingze template inventory`. Keeps: everything is read and shown before anything is written; with
one problem in one cell nothing is; all the rows of a file are recorded in one append, and the same file brought again adds nothing.
"""

import difflib
import secrets
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import psycopg

from api.catalogue import LANGUAGES, say
from api.exchange.importing import Import, UnitFacts, named_units
from api.exchange.inventory import read_inventory
from api.exchange.marked import write_marked
from api.exchange.rows import CellProblem, Channel, Inventory
from api.exchange.template import write_template
from api.failing import CommandRefused
from api.runtime import kept, ledger_at
from api.settings import Settings
from api.speaking import FINDINGS, OK, Voice
from api.standing import look_at
from ledger.application import Actor, Ledger
from ledger.days import day_of
from ledger.encoding import Recorded
from ledger.events import FACTS, Fact
from ledger.streams import campaign_stream
from ledger.terms import EntryRoute
from ledger.timelines.campaign import CAMPAIGN, Campaign
from ledger.timelines.unit import UNIT, Unit
from projections import log

SECRET_FILE: Final = "import-secret"  # noqa: S105 - a file's name
UNIT_TOPICS: Final = sorted(topic for topic, fact in FACTS.items() if fact.STREAM == "unit")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One import as it was asked for; what is None is the campaign's own, or today."""

    files: tuple[Path, ...]
    campaign: str
    channel: str | None = None
    filed_on: date | None = None
    unit: str | None = None
    post: str | None = None
    preview: bool = False
    marked: Path | None = None


class Registry:
    """The units of the registry as of a day, by name and by id."""

    def __init__(self, facts: Iterable[Recorded[Fact]], day: date) -> None:
        told: dict[UUID, list[Recorded[Fact]]] = {}
        for fact in facts:
            told.setdefault(fact.stream, []).append(fact)
        states = (UNIT.state(held, day) for held in told.values())
        self.units: dict[UUID, Unit] = {unit.id: unit for unit in states if unit and unit.stands_on(day)}
        names = Counter(unit.name for unit in self.units.values())
        self._named = {unit.name: unit.id for unit in self.units.values() if names[unit.name] == 1}

    def named(self, name: str) -> UUID | None:
        """Return the one unit of a name; None where there is none, or more than one."""
        return self._named.get(name)

    def nearest(self, name: str) -> str | None:
        """Return the registered name that is most like one that is not."""
        return next(iter(difflib.get_close_matches(name, self._named, n=1)), None)

    def facts(self, units: Iterable[UUID]) -> Mapping[UUID, UnitFacts]:
        """Return what an import has to know of units."""
        held = (self.units[unit] for unit in units)
        return {unit.id: UnitFacts(unit.area_code, unit.level, unit.category) for unit in held}


def import_inventory(settings: Settings, voice: Voice, asked: Asked) -> int:
    """Read workbooks, show what is in them and, unless there is a problem or only a preview was asked for, record them."""
    channel = _channel(asked.channel)
    if asked.marked and len(asked.files) != 1:
        raise CommandRefused("import.one-marked")
    with ledger_at(settings) as place:
        ledger = Ledger(place.dsn)
        try:
            today = day_of(ledger.clock())
            filed_on = asked.filed_on or today
            with psycopg.connect(place.dsn, autocommit=True) as connection:
                units = log.between(connection, 0, log.head(connection), UNIT_TOPICS)
                registry = Registry(units, filed_on)
            campaign = _campaign(ledger, asked.campaign)
            actor = _actor(asked, registry, campaign, synthetic=look_at(place.dsn, ()).synthetic_clock)
            read = [
                read_inventory(file, names=registry.named, suggest=registry.nearest, channel=channel)
                for file in asked.files
            ]
            secret = kept(settings.data / SECRET_FILE, secrets.token_hex(32)).encode()
            taken = [Import(each, campaign.id, registry.facts(named_units(each)), filed_on, secret) for each in read]
            return _take(ledger, voice, asked, taken, actor)
        finally:
            ledger.close()


def template(voice: Voice, output: Path, channel: str) -> int:
    """Write the blank workbook of a channel."""
    chosen = _channel(channel) or Channel.IMPLEMENTER
    if output.suffix.lower() != ".xlsx":
        raise CommandRefused("template.not-xlsx", file=output)
    write_template(output, chosen)
    voice.document({"file": str(output), "channel": chosen})
    voice.say("template.written", file=output)
    return OK


def _take(ledger: Ledger, voice: Voice, asked: Asked, taken: list[Import], actor: Actor) -> int:
    for each in taken:
        _show(each.inventory, voice)
    if asked.marked:
        write_marked(asked.files[0], taken[0].inventory, asked.marked, voice.languages[0])
        voice.say("import.marked", file=asked.marked)
    told: dict[str, Any] = {"files": [_document(each.inventory) for each in taken], "recorded": None}
    if any(each.inventory.problems for each in taken):
        voice.document(told)
        voice.say("import.not-taken", count=sum(len(each.inventory.problems) for each in taken))
        return FINDINGS
    if not asked.preview:
        told["recorded"] = [_record(ledger, voice, each, actor) for each in taken]
    else:
        voice.say("import.preview-only")
    voice.document(told)
    return OK


def _record(ledger: Ledger, voice: Voice, taken: Import, actor: Actor) -> dict[str, Any]:
    before = ledger.size()
    receipt = ledger.execute(*taken.commands(), actor=actor, key=taken.key)
    known = receipt.last <= before
    named: dict[str, Any] = {"name": taken.inventory.name, "first": receipt.first, "last": receipt.last}
    voice.say("import.known" if known else "import.recorded", **named)
    return {**named, "known_before": known}


def _show(inventory: Inventory, voice: Voice) -> None:
    types = Counter(row.item_type for row in inventory.rows)
    for number, language in enumerate(voice.languages if not voice.as_json else ()):
        if number:
            print()
        counts = {"vetoes": types["VETO"], "pledges": types["PLEDGE"], "zero_reports": len(inventory.zero_reports)}
        channel = say(f"channel.{inventory.channel}", language)
        print(say("import.found", language, name=inventory.name, channel=channel, **counts))
        for warning in inventory.warnings:
            print(say("import.warning", language, **_said(warning, language)))
        for problem in inventory.problems:
            print(say("import.problem", language, **_said(problem, language)))
            if problem.suggestion:
                print(say("import.suggestion", language, suggestion=problem.suggestion))


def _said(problem: CellProblem, language: Any) -> dict[str, str]:
    return {"sheet": problem.sheet, "cell": problem.cell, "text": problem.text(language)}


def _document(inventory: Inventory) -> dict[str, Any]:
    types = Counter(row.item_type for row in inventory.rows)
    return {
        "name": inventory.name,
        "sha256": inventory.digest,
        "channel": inventory.channel,
        "rows": dict(types),
        "zero_reports": len(inventory.zero_reports),
        "problems": [_cell(problem) for problem in inventory.problems],
        "warnings": [_cell(warning) for warning in inventory.warnings],
        "skipped": [{"sheet": each.sheet, "row": each.row, "reason": each.reason} for each in inventory.skipped],
    }


def _cell(problem: CellProblem) -> dict[str, Any]:
    place = {"sheet": problem.sheet, "cell": problem.cell, "column": problem.column, "value": problem.value}
    said = {language: problem.text(language) for language in LANGUAGES}
    return {**place, "code": problem.code, "message": said, "suggestion": problem.suggestion}


def _channel(word: str | None) -> Channel | None:
    if word is None:
        return None
    try:
        return Channel(word.upper().replace("-", "_"))
    except ValueError:
        known = ", ".join(channel.lower().replace("_", "-") for channel in Channel)
        raise CommandRefused("import.channel-unknown", channel=word, known=known) from None


def _campaign(ledger: Ledger, named: str) -> Campaign:
    """Find a campaign by its id, or by AREA/YEAR/ORDINAL."""
    try:
        area, year, ordinal = named.split("/")
        stream = campaign_stream(area, int(year), int(ordinal))
    except ValueError:
        try:
            stream = UUID(named)
        except ValueError:
            raise CommandRefused("import.campaign-malformed", campaign=named) from None
    found = CAMPAIGN.state(ledger.facts((stream,)).get(stream, ()))
    if found is None:
        raise CommandRefused("import.campaign-unknown", campaign=named)
    return found


def _actor(asked: Asked, registry: Registry, campaign: Campaign, *, synthetic: bool) -> Actor:
    """Return who files: the campaign's own unit unless another is named."""
    unit: UUID | None = campaign.campaign_unit
    if asked.unit:
        unit = registry.named(asked.unit) or _known(registry, asked.unit)
    if unit is None:
        raise CommandRefused("import.unit-unknown", unit=asked.unit, nearest=registry.nearest(asked.unit or "") or "-")
    post = asked.post or say("cli.post", "zh")
    return Actor(account="command-line", unit=unit, post=post, entry_route=EntryRoute.FILE, synthetic=synthetic)


def _known(registry: Registry, text: str) -> UUID | None:
    try:
        unit = UUID(text)
    except ValueError:
        return None
    return unit if unit in registry.units else None
