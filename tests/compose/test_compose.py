"""docker-compose.yml: its services come up in order, survive the loss of the database, and are as closed as they claim.

Given the file as it is committed, when its services run with its commands, environment and health checks, then it serves.
"""

import json
import re
import stat
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from ledger.postgres import Server
from tests.compose.engine import COMPOSE, REPOSITORY, SERVICES, Engine, image_of, images, order

ONE_OFF = {"secrets", "migrate"}
STAYING = {"database", "api", "projector"}


@pytest.fixture
def engine(reachable: Path, server: Server) -> Iterator[Engine]:
    with psycopg.connect(server.dsn) as connection:
        (programs,) = connection.execute("select setting from pg_config where name = 'BINDIR'").fetchall()[0]
    engine = Engine(reachable, Path(programs))
    yield engine
    engine.end()


def register(engine: Engine, key: str) -> httpx.Response:
    """Register a unit with the token that the first start has made."""
    token = (engine.place / "secrets/api/token").read_text()
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
    named = {"code": key, "name": "演示单位", "level": "COUNTY", "category": "GOVERNMENT_DEPT", "area_code": "530902"}
    days = {"effective_on": "2026-01-05", "valid_from": "2020-01-01", "backlog": True}
    return httpx.post(f"{engine.url}/v1/units", json={**named, **days}, headers=headers, timeout=30)


def ready(engine: Engine) -> int:
    return httpx.get(f"{engine.url}/readyz", timeout=30).status_code


def verified(engine: Engine) -> dict[str, Any]:
    done = engine.run("api", "mingze", "verify", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    held: dict[str, Any] = json.loads(done.stdout)
    return held


def test_it_comes_up_loses_nothing_with_its_database_killed_stops_and_comes_up_again(engine: Engine) -> None:
    engine.up()
    assert {service: engine.processes[service].poll() for service in SERVICES} == dict.fromkeys(
        ONE_OFF, 0
    ) | dict.fromkeys(STAYING)
    assert ready(engine) == 200
    written = register(engine, "first")
    assert written.status_code == 201

    engine.kill("database")
    assert ready(engine) == 503
    engine.settle()
    assert ready(engine) == 200
    # a connection that the kill has broken may be noticed by whoever uses it first, and is told to come again
    answers = [register(engine, "first") for _ in range(3)]
    assert all(answer.headers["Retry-After"] for answer in answers if answer.status_code == 503)
    assert answers[-1].json() == written.json()
    assert register(engine, "second").json()["first"] == written.json()["last"] + 1
    before = verified(engine)
    assert (before["verified"], before["facts"]) == (True, 3)

    token = (engine.place / "secrets/api/token").read_text()
    assert engine.down() == dict.fromkeys(SERVICES, 0)
    engine.up()
    assert (engine.place / "secrets/api/token").read_text() == token
    assert (ready(engine), verified(engine)["root"]) == (200, before["root"])


def test_secrets_are_random_readable_to_their_service_alone_and_never_said(engine: Engine, reachable: Path) -> None:
    for _ in range(2):
        engine.start("secrets")
        assert engine.processes["secrets"].wait(20) == 0
    secrets = {
        path.relative_to(reachable / "secrets"): path for path in (reachable / "secrets").rglob("*") if path.is_file()
    }
    held = {str(name): path.read_text() for name, path in secrets.items()}
    assert set(held) == {"admin/password", "admin/url", "api/password", "api/url", "api/token"}
    assert len({held["admin/password"], held["api/password"], held["api/token"]}) == 3
    assert min(map(len, held.values())) >= 40
    assert not [secret for secret in held.values() if secret in engine.said("secrets")]
    private = {str(name) for name, path in secrets.items() if stat.S_IMODE(path.stat().st_mode) == 0o400}
    assert private == set(held) - {"admin/password"}  # the database's user has another number


def test_secrets_that_are_there_already_stay(engine: Engine, reachable: Path) -> None:
    (reachable / "secrets/api/token").write_text("one that was given beforehand")
    engine.start("secrets")
    assert engine.processes["secrets"].wait(20) == 0
    assert (reachable / "secrets/api/token").read_text() == "one that was given beforehand"


def test_a_database_that_was_interrupted_while_being_made_is_made_anew(engine: Engine, reachable: Path) -> None:
    engine.start("secrets")
    half = reachable / "var/lib/postgresql/ledger.half"
    half.mkdir()
    (half / "PG_VERSION").write_text("half-made")
    engine.database_user.owns(half)
    engine.start("database")
    engine._wait_for("database", "service_healthy")
    assert not half.exists()


# What the files promise.


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_is_closed(service: str) -> None:
    told = SERVICES[service]
    assert (told["init"], told["read_only"], told["cap_drop"]) == (True, True, ["ALL"])
    assert told["security_opt"] == ["no-new-privileges:true"]
    assert image_of(service).user in {"postgres", "10001:10001"}
    assert "privileged" not in told
    assert "user" not in told
    for published in told.get("ports", ()):
        assert published.startswith("127.0.0.1:")


def test_what_stays_is_watched_restarted_and_given_time_to_stop() -> None:
    assert {name for name, told in SERVICES.items() if "healthcheck" in told} == STAYING
    assert {name for name, told in SERVICES.items() if told["restart"] == "unless-stopped"} == STAYING
    assert {name for name, told in SERVICES.items() if "stop_grace_period" in told} == STAYING
    assert set(SERVICES) == STAYING | ONE_OFF


def test_each_service_waits_for_the_condition_that_its_dependency_can_reach() -> None:
    for service, told in SERVICES.items():
        for dependency, wanted in told.get("depends_on", {}).items():
            staying = dependency in STAYING
            assert wanted["condition"] == ("service_healthy" if staying else "service_completed_successfully"), service
    assert order().index("secrets") < order().index("migrate") < order().index("api")
    # some engines restart nothing that depends on what has ended: the database depends on nothing
    assert "depends_on" not in SERVICES["database"]


def test_no_secret_stands_in_the_files() -> None:
    for told in SERVICES.values():
        for name, value in told.get("environment", {}).items():
            if re.search(r"PASSWORD|TOKEN|SECRET|URL", name):
                assert name.endswith("_FILE"), name
                assert value.startswith("/secrets/")
    for file in ("docker-compose.yml", "Dockerfile"):
        assert "://" not in (REPOSITORY / file).read_text("utf-8").replace("http://127.0.0.1:8000/", "")
    mounted = {name: [volume.split(":")[0] for volume in told.get("volumes", ())] for name, told in SERVICES.items()}
    assert {name for name, volumes in mounted.items() if "admin-secrets" in volumes} == {
        "secrets",
        "database",
        "migrate",
    }
    assert {volume for volumes in mounted.values() for volume in volumes} == set(COMPOSE["volumes"])


def test_a_volume_gets_its_owner_from_every_image_alike() -> None:
    made = re.findall(
        r"install -d -o (\S+) -g (\S+) -m (\d+) /secrets /secrets/admin", (REPOSITORY / "Dockerfile").read_text("utf-8")
    )
    assert made == [("10001", "10001", "711"), ("mingze", "mingze", "711")]
    assert [image.base for image in images().values()] == ["postgres:18", "python:3.13-slim"]


def test_what_is_copied_into_an_image_exists_and_is_sent_to_the_builder() -> None:
    ignoring = (REPOSITORY / ".dockerignore").read_text("utf-8").split()
    sent = [line[1:] for line in ignoring if line.startswith("!")]
    assert ignoring[0] == "*"
    for line in re.findall(r"^COPY (.*) \S+$", (REPOSITORY / "Dockerfile").read_text("utf-8"), flags=re.MULTILINE):
        for source in line.split():
            assert (REPOSITORY / source).exists(), source
            assert any(fnmatch(source, pattern) or source.startswith(f"{pattern}/") for pattern in sent), source
    scripts = [path for path in (REPOSITORY / "deploy").iterdir() if not path.suffix]
    assert all(path.stat().st_mode & stat.S_IXOTH for path in scripts)


def test_certificates_of_a_proxy_may_be_given_and_are_none_by_default() -> None:
    default = re.findall(r":-(.*)\}", COMPOSE["secrets"]["certificates"]["file"])[0]
    assert "BEGIN" not in (REPOSITORY / default).read_text("utf-8")
