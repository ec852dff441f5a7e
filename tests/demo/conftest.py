"""The demonstration, told once for all tests of a run: its document, and its API on a real socket over a copy of its own."""

import json
import secrets
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import msgspec
import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from api.backing import standing_behind
from api.demo import report
from api.demo.run import bring_to, tell
from api.demo.world import load
from api.runtime import LOGIN, Place, prepare
from api.settings import read
from api.speaking import Voice
from ledger.postgres import Server
from tests.api.conftest import TOKEN, answering
from tests.conftest import only_one

DEMONSTRATED = "demonstrated"
PASSWORD = "one-for-all-workers-of-a-run"  # noqa: S105 - logins belong to the server, which all tests share


@dataclass(frozen=True)
class Shown:
    """The demonstration: its document, its API, its database, and the position at which the story ends."""

    document: dict[str, Any]
    http: httpx.Client
    dsn: str
    head: int

    def advance(self, position: int) -> None:
        """Bring the views to a position, and wait until the API has heard of it."""
        bring_to(self.dsn, position)
        self.get("/v1/units", min_position=position, limit=1)

    def get(self, path: str, **asked: Any) -> Any:
        answer = self.http.get(path, params=asked, headers={"Prefer": "wait=10"})
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture(scope="session")
def demonstrated(server: Server, template: str, run_directory: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tell the demonstration once for all workers of a run; gives the file of its document, beside a database that is copied from."""
    document = run_directory / "demonstrated.json"
    with only_one(run_directory, "demonstrated") as first:
        if first:
            dsn = copy_of(server, template, DEMONSTRATED)
            settings = read({"MINGZE_DATA": str(tmp_path_factory.mktemp("demonstrated"))})
            told = tell(Place(dsn, server), settings, load(), Voice(("en",), as_json=True))
            document.write_bytes(msgspec.json.encode(report.document(told)))
    return document


def copy_of(server: Server, source: str, name: str) -> str:
    """Make a database from another one, and return the address by which the API's login reaches it."""
    with psycopg.connect(server.dsn, autocommit=True) as connection:
        connection.execute(f"create database {name} template {source}".encode())
        connection.execute(f"grant create on database {name} to ledger_projector".encode())  # a clone has no grants
    admin = make_conninfo(server.dsn, dbname=name)
    prepare(admin, PASSWORD)
    return make_conninfo(admin, user=LOGIN, password=PASSWORD)


@pytest.fixture(scope="module")
def shown(server: Server, demonstrated: Path) -> Iterator[Shown]:
    dsn = copy_of(server, DEMONSTRATED, f"shown_{secrets.token_hex(6)}")
    with ExitStack() as stack:
        url = stack.enter_context(answering(stack.enter_context(standing_behind(dsn))))
        headers = {"Authorization": f"Bearer {TOKEN}"}
        http = stack.enter_context(httpx.Client(base_url=url, headers=headers, timeout=30))
        yield Shown(json.loads(demonstrated.read_text("utf-8")), http, dsn, http.get("/status").json()["head"])
