"""The demonstration, told once for all tests of a file that leave no mess: its document, and its API on a real socket."""

import secrets
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import httpx
import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from api.backing import standing_behind
from api.demo import report
from api.demo.run import Told, bring_to, tell
from api.demo.world import load
from api.runtime import LOGIN, Place, prepare
from api.settings import read
from api.speaking import Voice
from ledger.postgres import Server
from tests.api.conftest import TOKEN, answering

PASSWORD = "one-for-all-workers-of-a-run"  # noqa: S105 - logins belong to the server, which all tests share


@dataclass(frozen=True)
class Shown:
    """The demonstration: what was told, its document, its API, its database, and the position at which the story ends."""

    told: Told
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


@pytest.fixture(scope="module")
def shown(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    name = f"shown_{secrets.token_hex(6)}"
    with psycopg.connect(server.dsn, autocommit=True) as connection:
        connection.execute(f"create database {name} template {template}".encode())
        connection.execute(f"grant create on database {name} to ledger_projector".encode())  # a clone has no grants
    admin = make_conninfo(server.dsn, dbname=name)
    prepare(admin, PASSWORD)
    dsn = make_conninfo(admin, user=LOGIN, password=PASSWORD)
    settings = read({"MINGZE_DATA": str(tmp_path_factory.mktemp("shown"))})
    told = tell(Place(dsn, server), settings, load(), Voice(("en",), as_json=True))
    with ExitStack() as stack:
        url = stack.enter_context(answering(stack.enter_context(standing_behind(dsn))))
        headers = {"Authorization": f"Bearer {TOKEN}"}
        http = stack.enter_context(httpx.Client(base_url=url, headers=headers, timeout=30))
        yield Shown(told, report.document(told), http, dsn, http.get("/status").json()["head"])
