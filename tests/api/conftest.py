"""The API on a real socket and a real database, with a ledger that is open; one for all tests that leave no mess, or one each."""

import os
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest
import uvicorn
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from api.app import create_app
from api.backing import Backing, standing_behind
from api.cli import run
from api.identity import digest
from api.runtime import prepare
from api.serving import following
from ledger.application import Actor, Ledger
from ledger.commands import OpenLedger
from ledger.postgres import Server

TOKEN = secrets.token_urlsafe(32)
PASSWORD = "one-for-all-workers-of-a-run"  # noqa: S105 - logins belong to the server, which they share
OPENED_ON = date(2024, 3, 1)
POST = "%E7%BB%8F%E5%8A%9E%E5%B2%97"  # 经办岗
OFFICE = UUID("0d0d0d0d-0000-4000-8000-000000000001")


@dataclass(frozen=True)
class Service:
    """A running API: `http` carries the token and acts for an office, `anyone` carries nothing."""

    url: str
    dsn: str
    superuser: str
    http: httpx.Client
    anyone: httpx.Client

    def post(self, path: str, body: dict[str, Any], **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.http.post(path, json=body, headers=named)

    def get(self, path: str, wait: int = 10, **asked: Any) -> httpx.Response:
        """Ask, patiently: the projector may be a moment behind."""
        return self.http.get(path, params=asked, headers={"Prefer": f"wait={wait}"})

    def facts(self) -> int:
        """How many facts the log holds."""
        with psycopg.connect(self.superuser) as connection:
            return int(connection.execute("select count(*) from log.events").fetchall()[0][0])


@contextmanager
def serving(superuser: str, *, is_open: bool = True) -> Iterator[Service]:
    """Serve a migrated database on a free port while the block lasts."""
    prepare(superuser, PASSWORD)
    dsn = make_conninfo(superuser, user="mingze_api", password=PASSWORD)
    if is_open:
        open_ledger(dsn)
    with following(dsn), standing_behind(dsn) as behind, answering(behind) as url:
        headers = {"Authorization": f"Bearer {TOKEN}", "Mingze-Unit": str(OFFICE), "Mingze-Post": POST}
        with (
            httpx.Client(base_url=url, headers=headers, timeout=30) as http,
            httpx.Client(base_url=url, timeout=30) as anyone,
        ):
            yield Service(url, dsn, superuser, http, anyone)


@contextmanager
def answering(behind: Backing) -> Iterator[str]:
    """Answer HTTP on a free port while the block lasts; gives the address."""
    config = uvicorn.Config(create_app(behind, digest(TOKEN)), port=0, log_level="warning", lifespan="off")
    running = uvicorn.Server(config)
    thread = threading.Thread(target=running.run)
    thread.start()
    try:
        for _ in range(1000):
            if running.started or not thread.is_alive():
                break
            time.sleep(0.01)
        assert running.started
        yield f"http://127.0.0.1:{running.servers[0].sockets[0].getsockname()[1]}"
    finally:
        running.should_exit = True
        thread.join(20)


def open_ledger(dsn: str, *, synthetic: bool = True) -> None:
    """Open a ledger; a demonstration clock unless told otherwise."""
    ledger = Ledger(dsn)
    try:
        opening = OpenLedger(effective_on=OPENED_ON, name="演示", opened_on=OPENED_ON, synthetic_clock=synthetic)
        ledger.open(opening, actor=Actor(account="test", unit=None, post=None))
    finally:
        ledger.close()


@pytest.fixture(scope="session")
def shared(server: Server, template: str) -> Iterator[Service]:
    """One service for every test that only adds to it, under codes of its own."""
    name = f"api_{secrets.token_hex(6)}"
    with psycopg.connect(server.dsn, autocommit=True) as admin:
        admin.execute(f"create database {name} template {template}".encode())
        admin.execute(f"grant create on database {name} to ledger_projector".encode())  # a clone has no grants
        with serving(make_conninfo(server.dsn, dbname=name)) as service:
            yield service
        admin.execute(f"drop database {name} with (force)".encode())


Outcome = tuple[int, str, str]
Mingze = Callable[..., Outcome]


@pytest.fixture
def mingze(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Mingze:
    """Run a command in this process, with an environment of its own."""
    for name in [name for name in os.environ if name.startswith(("MINGZE_", "LC_", "LANG", "DATABASE_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("MINGZE_DATA", str(tmp_path / "data"))

    def asked(*words: str, **environ: str) -> Outcome:
        for name, value in environ.items():
            monkeypatch.setenv(name, value)
        capsys.readouterr()
        status = run(list(words))
        told = capsys.readouterr()
        return status, told.out, told.err

    return asked


@pytest.fixture
def alone(new_database: Callable[[], str]) -> Iterator[Service]:
    """A service with a ledger of its own."""
    with serving(new_database()) as service:
        yield service


def unit(code: str | None = None, **more: Any) -> dict[str, Any]:
    """The body that registers a unit, under a code of its own."""
    code = code or f"T{secrets.token_hex(6)}"
    named = {"code": code, "name": f"演示单位{code}", "level": "COUNTY", "category": "GOVERNMENT_DEPT"}
    days = {"effective_on": "2026-01-05", "valid_from": "2020-01-01", "backlog": True}
    return {**named, "area_code": "530902", **days, **more}


def url(dsn: str) -> str:
    """A dsn as an address, which is what people set."""
    parts = conninfo_to_dict(dsn)
    host = str(parts["host"]).replace("/", "%2F")
    return f"postgresql://{parts['user']}:{parts['password']}@{host}:{parts['port']}/{parts['dbname']}"
