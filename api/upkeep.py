"""What keeps a ledger going: migrate and open it, see how it stands.

Behind `mingze migrate` and `mingze status`. Keeps: a ledger is opened once, as a real one, by the first migration;
demonstrations open their own.
"""

from dataclasses import asdict, replace
from datetime import date

from api.catalogue import say
from api.runtime import LOGIN, prepare, server_at
from api.settings import Settings
from api.speaking import FINDINGS, OK, UNREACHABLE, Voice
from api.standing import Standing, look_at
from ledger.application import Actor, Ledger
from ledger.commands import OpenLedger
from ledger.days import day_of
from ledger.terms import EntryRoute
from projections.catalogue import PROJECTIONS


def migrate(settings: Settings, voice: Voice) -> int:
    """Bring the database to this program's log, make the login of the services, and open the ledger unless it is open."""
    if settings.admin_database_url:
        settings = replace(settings, launcher={**settings.launcher, "DATABASE_URL": settings.admin_database_url})
    with server_at(settings, new=True) as server:
        steps = prepare(server.dsn, settings.api_password)
        opened_on = open_ledger(server.dsn, settings.ledger_name or say("product.name", "zh"))
        standing = look_at(server.dsn, ())
    login = LOGIN if settings.api_password else None
    told = {
        "steps": steps,
        "login": login,
        "opened_on": opened_on,
        "left_out": standing.left_out,
        "head": standing.head,
    }
    voice.document(told)
    voice.say("migrate.steps", count=len(steps), names=", ".join(steps) or "-")
    if login:
        voice.say("migrate.login", login=login)
    voice.say("migrate.opened" if opened_on else "migrate.was-open", day=opened_on or "")
    for guard in standing.left_out:
        voice.say("verify.left-out", guard=guard)
    return OK


def open_ledger(dsn: str, name: str) -> date | None:
    """Open the ledger with a real clock, today; return that day, or None where it is open already."""
    ledger = Ledger(dsn)
    try:
        if ledger.size():
            return None
        today = day_of(ledger.clock())
        actor = Actor(account="migration", unit=None, post=None, entry_route=EntryRoute.CLI)
        ledger.open(OpenLedger(effective_on=today, name=name, opened_on=today), actor=actor)
    finally:
        ledger.close()
    return today


def status(settings: Settings, voice: Voice) -> int:
    """Say how things stand; exit 1 where something is missing, 3 where the database cannot be reached."""
    with server_at(settings) as server:
        standing = look_at(server.dsn, PROJECTIONS)
        origin, version = server.origin, server.version
    voice.document({**asdict(standing), "ready": standing.ready, "server": {"origin": origin, "version": version}})
    voice.say("status.server", origin=origin, version=f"{version // 10000}.{version % 10000}")
    _say(standing, voice)
    if not standing.reachable:
        return UNREACHABLE
    return OK if standing.ready else FINDINGS


def _say(standing: Standing, voice: Voice) -> None:
    for name in ("reachable", "migrated", "open"):
        if not getattr(standing, name):
            voice.say(f"status.not-{name}")
            return
    voice.say("status.head", head=standing.head, recorded_at=standing.recorded_at)
    if standing.synthetic_clock:
        voice.say("verify.synthetic")
    for guard in standing.left_out:
        voice.say("verify.left-out", guard=guard)
    for view in standing.projections:
        voice.say("status.view", name=view.name, position=view.position, lag=view.lag)
        if view.root:
            voice.say("status.root", build=view.build, position=view.root_position, root=view.root)
        if view.fault:
            voice.say("status.faulted", name=view.name, position=view.fault_position, fault=view.fault)
    for missing in standing.unbuilt:
        voice.say("status.unbuilt", name=missing)
