"""The demonstration from an empty directory to its figures: tell the world, bring the views to the head, count, verify, show.

Behind `mingze demo` and `make demo`. Keeps: the figures are counted from what the ledger holds, and running it again changes nothing.
"""

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from api import serving
from api.demo import report
from api.demo.incidents import Incidents, seen
from api.demo.script import Narrator
from api.demo.story import Story
from api.demo.telling import Telling
from api.demo.world import World, load
from api.failing import CommandRefused
from api.runtime import Place, ledger_at
from api.settings import Settings
from api.speaking import FINDINGS, OK, Progress, Voice
from ledger.application import Actor, Ledger, LedgerIsOpen
from ledger.bulk import Tally
from ledger.commands import OpenLedger
from ledger.events import LedgerOpened
from ledger.streams import LEDGER
from ledger.terms import EntryRoute
from ledger.verifying import Verdict, verify
from projections import builds, campaigns, items
from projections.campaigns import Balance, ComparisonRow
from projections.catalogue import PROJECTIONS
from projections.live import advance
from projections.reading import Positions
from projections.rebuild import rebuild

OMISSION, FALSE_ZERO = "OMISSION", "FALSE_ZERO"


@dataclass(frozen=True, slots=True)
class Told:
    """What a demonstration came to. `story` is the history of the item that the world singles out; `incidents` what was told beside it."""

    world: World
    tally: Tally
    balance: Balance
    omission: ComparisonRow | None
    false_zero: ComparisonRow | None
    decided: dict[UUID, str | None]
    story: list[items.Entry]
    names: dict[UUID, str]
    verdict: Verdict
    incidents: Incidents | None


def demo(settings: Settings, voice: Voice, *, world: Path | None, serve: bool) -> int:
    """Run the demonstration and show what it came to; then serve the API, if asked. Exit 1 if the verification finds anything."""
    read = _read(world)
    with ledger_at(settings, new=True) as place:
        told = tell(place, settings, read, voice)
        voice.document(report.document(told))
        report.show(told, voice, own=world is not None)
    if told.verdict.finding:
        return FINDINGS
    if not serve:
        return OK
    voice.say("demo.serving", host=settings.host, port=settings.port)
    return serving.serve(settings, voice, follow=True)


def tell(place: Place, settings: Settings, world: World, voice: Voice) -> Told:
    """Tell a world to the ledger, bring the views to its head, count, and verify. Raises CommandRefused, StepRefused."""
    ledger = Ledger(place.dsn)
    try:
        _open(ledger, world, settings.data)
        with _stages(voice) as progress:
            telling = Telling(ledger, place.dsn, world, progress)
            story = Story(telling, settings.data / "workbooks")
            if world.script:
                telling.beside = Narrator(world.script, telling, story.named)
            story.tell()
        head = ledger.size()
    finally:
        ledger.close()
    with voice.progress("demo.stage.project"):
        bring_to(place.dsn, head)
    with voice.progress("demo.stage.verify") as verifying:
        verdict = verify(place.dsn, verifying)
    incidents = seen(telling.beside, telling.known(head), head) if telling.beside else None
    return _counted(place.dsn, world, telling.tally, verdict, incidents)


def bring_to(dsn: str, head: int) -> None:
    """Build every view that is not built, and bring all of them to a position."""
    with builds.connect(dsn) as connection:
        for projection in PROJECTIONS:
            build = builds.serving(connection, projection.name)
            if build is None or build.version != projection.version:
                build = rebuild(connection, projection)
            while build is not None and build.position < head and build.status != "faulted":
                build = advance(connection, projection, build.schema)


def _read(path: Path | None) -> World:
    try:
        return load(path)
    except (OSError, tomllib.TOMLDecodeError, msgspec.ValidationError, UnicodeDecodeError) as problem:
        raise CommandRefused("demo.world-unreadable", file=path or "lincang.toml", said=problem) from problem


def _open(ledger: Ledger, world: World, data: Path) -> None:
    """Open the ledger for this very world; one that holds anything else is left alone."""
    name = f"{world.world.id}@{world.world.edition} {world.digest[:16]}"
    opening = OpenLedger(effective_on=world.days.opened, name=name, opened_on=world.days.opened, synthetic_clock=True)
    actor = Actor(account="demonstration", unit=None, post=None, entry_route=EntryRoute.CLI, synthetic=True)
    try:
        ledger.open(opening, actor=actor, recorded_at=Telling.at(world.days.opened) - 1_000_000)
    except LedgerIsOpen as open_already:
        opened = ledger.facts((LEDGER,))[LEDGER][0].fact
        held = opened.name if isinstance(opened, LedgerOpened) else "?"
        raise CommandRefused("demo.other-world", data=data, held=held) from open_already


@contextmanager
def _stages(voice: Voice) -> Iterator[Any]:
    """One progress bar for each stage, from its first chunk to the next stage's."""
    running: dict[str, Any] = {"stage": None, "bar": nullcontext(), "progress": None}

    def progress(stage: str, done: int, of: int) -> None:
        if stage != running["stage"]:
            running["bar"].__exit__(None, None, None)
            running["stage"], running["bar"] = stage, voice.progress(f"demo.stage.{stage}")
            running["progress"] = running["bar"].__enter__()
        told: Progress = running["progress"]
        told(done, of)

    try:
        yield progress
    finally:
        running["bar"].__exit__(None, None, None)


def _counted(dsn: str, world: World, tally: Tally, verdict: Verdict, incidents: Incidents | None) -> Told:
    with builds.connect(dsn) as connection, Positions(dsn) as positions:
        pinned = positions.pin(PROJECTIONS[0].name, world.days.effective)
        balance = campaigns.balance(connection, pinned, world.campaign)
        if balance is None:
            raise LookupError("the campaign that was just told is not in the views")
        compared = campaigns.reconciliation(connection, pinned, world.campaign, most=10_000)
        listed = items.item_list(connection, pinned, items.Wanted(campaign=(world.campaign,)), most=10_000)
        chosen = next(item for item in world.item if item.key == world.world.story)
        of_story = next(
            row.item
            for row in listed
            if row.title == chosen.title and row.implementing_unit_name == world.names[chosen.unit]
        )
        return Told(
            world=world,
            tally=tally,
            balance=balance,
            omission=next((row for row in compared if row.result == OMISSION), None),
            false_zero=next((row for row in compared if row.result == FALSE_ZERO), None),
            decided={row.item: row.decided for row in listed},
            story=items.history(connection, pinned, of_story),
            names=report.names(world),
            verdict=verdict,
            incidents=incidents,
        )
