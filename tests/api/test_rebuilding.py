"""A rebuild is compared, signed and switched to, and gone back from, while readers read; and killed at any moment it harms nothing."""

import functools
import json
import os
import random
import re
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from projections import builds, tables
from projections.builds import Build
from tests.api.conftest import TOKEN, Mingze, Service, unit

READERS = 8
WORLD = Path(__file__).parents[1] / "demo" / "small.toml"
GROUND = "更正单位名称的口径"


@pytest.fixture
def service(alone: Service, mingze: Mingze, monkeypatch: pytest.MonkeyPatch) -> Service:
    """A service of one's own with forty units, which `mingze` knows as its database."""
    del mingze
    monkeypatch.setenv("DATABASE_URL", address(alone))
    for _ in range(40):
        assert alone.post("/v1/units", unit()).status_code == 201
    assert alone.get("/v1/units", min_position=41).status_code == 200
    return alone


def address(service: Service) -> str:
    from tests.api.conftest import url

    return url(service.dsn)


def standing(service: Service) -> list[Build]:
    with builds.connect(service.dsn) as connection:
        return builds.builds(connection, "register")


def serving(service: Service) -> Build:
    (found,) = (build for build in standing(service) if build.serving)
    return found


def document(told: tuple[int, str, str]) -> Any:
    return json.loads(told[1])


def spoil(service: Service, build: int, suffix: str = "〔新〕") -> None:
    """Make every name in a build end differently, as a changed handler would."""
    with builds.connect(service.dsn) as connection:
        connection.execute("set enable_seqscan = on")
        asked = tables.fill(b"update {schema}.unit_list set name = name || %s", schema=f"build_register_{build}")
        connection.execute(asked, [suffix])


def signed(service: Service) -> list[dict[str, Any]]:
    """What was signed, as it is stored, with the account that did."""
    with psycopg.connect(service.superuser) as connection:
        asked = "select actor, state from log.events where topic = 'build.signed_off' order by position"
        return [{"actor": actor, **json.loads(state)} for actor, state in connection.execute(asked).fetchall()]


def test_builds_that_are_the_same_are_told_to_be_and_nothing_is_switched(service: Service, mingze: Mingze) -> None:
    before = serving(service)
    status, out, _ = mingze("rebuild", "--compare", "--lang", "en")
    assert status == 0
    assert "✓ They are the same." in out
    assert "unit_list: equal 40, only in the old 0, only in the new 0, changed 0" in out
    assert serving(service).build == before.build == 1
    assert len({build.root for build in standing(service)}) == 1


def test_differences_are_told_by_their_cause_with_samples_and_a_place_to_look(service: Service, mingze: Mingze) -> None:
    mingze("rebuild", "--compare")
    spoil(service, 1, "〔旧〕")
    status, out, _ = mingze("rebuild", "register", "--compare", "--json")
    assert status == 1
    (told,) = json.loads(out)["built"]
    comparison = told["comparison"]
    assert (comparison["equal"], comparison["differences"]) == (False, 40)
    (table,) = (each for each in comparison["tables"] if each["groups"])
    (group,) = table["groups"]
    assert (table["table"], group["kind"], group["columns"], group["rows"]) == ("unit_list", "changed", ["name"], 40)
    assert len(group["samples"]) == 10
    sample = group["samples"][0]
    assert sample["old"]["name"] == f"{sample['new']['name']}〔旧〕"
    assert set(sample["old"]) == {"name"}
    assert re.fullmatch(
        rf"/v1/units/{sample['key']['key']}/explain\?in_force_on=\d+-\d\d-\d\d&known_at=\d+&path=%2Fname",
        sample["explain"],
    )
    assert service.http.get(sample["explain"]).status_code == 200
    status, out, _ = mingze("rebuild", "--compare", "--lang", "zh")
    assert status == 1
    assert "name 不同（40 行）" in out
    assert serving(service).build == 1


def test_without_a_ground_nothing_is_signed_and_nothing_switches(service: Service, mingze: Mingze) -> None:
    mingze("rebuild", "--compare")
    before, head = standing(service), service.facts()
    asked = (
        (("--switch",), "--ground"),
        (("--switch", "--ground", " \u3000"), "--ground"),
        (("--rollback",), "--ground"),
        (("--ground", "x"), "--switch"),
        (("--rollback", "--compare", "--ground", "x"), "--rollback"),
        (("--rollback", "--ground", "x"), "MINGZE_BUILDS_KEPT"),
        (("nonsense",), "register"),
        (("--share", "0"), "share"),
    )
    for words, said in asked:
        status, _, err = mingze("rebuild", *words)
        assert (status, said in err) == (2, True), (words, err)
        assert standing(service) == before
    assert service.facts() == head
    assert signed(service) == []


def test_a_ground_that_the_ledger_refuses_switches_nothing(
    service: Service, mingze: Mingze, monkeypatch: pytest.MonkeyPatch
) -> None:
    mingze("rebuild", "--compare")
    monkeypatch.setattr("projections.comparing.root", lambda *_: "no digest")
    monkeypatch.setattr("projections.builds.note_root", lambda _c, build, *_: build)
    status, _, err = mingze("rebuild", "--switch", "--ground", GROUND)
    assert (status, "64" in err) == (2, True)
    assert serving(service).build == 1
    assert signed(service) == []


def test_what_was_compared_is_what_is_signed_and_switched_to_and_one_command_goes_back(
    service: Service, mingze: Mingze
) -> None:
    compared = document(mingze("rebuild", "--compare", "--json"))["built"][0]
    spoil(service, 2)
    status, out, err = mingze("rebuild", "--switch", "--ground", GROUND, "--post", "数据管理岗", "--json")
    assert status == 0, err
    (told,) = json.loads(out)["built"]
    assert (told["build"], told["serving"], told["comparison"]["differences"]) == (compared["build"], True, 40)
    (fact,) = signed(service)
    assert fact == fact | {
        "actor": "command-line", "actor_post": "数据管理岗", "entry_route": "CLI", "rule_pack": "generic@1",
        "projection": "register", "version": told["version"], "differences": 40, "ground": GROUND,
        "digest": told["comparison"]["new"]["root"], "position": told["comparison"]["position"],
    }  # fmt: skip
    head = service.facts()
    names = [row["name"] for row in service.get("/v1/units", min_position=head).json()["rows"]]
    assert all(name.endswith("〔新〕") for name in names)
    (view,) = document(mingze("status", "--json"))["projections"]
    assert (view["build"], view["kept"], view["root"]) == (2, [1], fact["digest"])
    assert view["root_position"] == fact["position"]

    status, _, err = mingze("rebuild", "--rollback", "--ground", "口径有误")
    assert status == 0, err
    assert (serving(service).build, [each["ground"] for each in signed(service)]) == (1, [GROUND, "口径有误"])
    assert serving(service).position >= head
    names = [row["name"] for row in service.get("/v1/units", min_position=head + 1).json()["rows"]]
    assert not any(name.endswith("〔新〕") for name in names)


def test_an_earlier_build_answers_what_was_shown_then_and_its_links_say_so(service: Service, mingze: Mingze) -> None:
    mingze("rebuild", "--compare")
    spoil(service, 2)
    waiting = service.get("/v1/units", build=2)  # nobody has signed for it yet
    assert (waiting.status_code, waiting.json()["code"]) == (404, "no-such-build")
    assert waiting.json()["detail"].count("1") == 1
    before = service.get("/v1/units", known_at=41, in_force_on="2026-01-05", limit=7)
    mingze("rebuild", "--switch", "--ground", GROUND)
    then = service.get("/v1/units", known_at=41, in_force_on="2026-01-05", build=1, limit=7)
    now = service.get("/v1/units", known_at=41, in_force_on="2026-01-05", build=2, limit=7)
    assert then.json()["rows"] == before.json()["rows"]
    assert {row["name"] for row in now.json()["rows"]} == {f"{row['name']}〔新〕" for row in then.json()["rows"]}
    assert then.headers["Projection"].endswith(";build=1")
    links = dict(re.findall(r'<([^>]+)>; rel="(\w+)"', then.headers["Link"]))
    canonical, onward = sorted(links, key=links.__getitem__)
    assert "build=1" in canonical
    assert "build=1" in onward
    assert service.http.get(canonical).content == then.content
    more = service.http.get(onward)
    assert (more.status_code, more.headers["Projection"]) == (200, then.headers["Projection"])
    assert not any(row["name"].endswith("〔新〕") for row in more.json()["rows"])
    for _ in range(2):  # the first of them may still reach the build that has just been retired
        head = service.post("/v1/units", unit()).json()["position"]
        assert service.get("/v1/units", build=2, min_position=head, limit=1).status_code == 200
    below = service.get("/v1/units", build=1, min_position=head)
    assert (below.status_code, below.json()["code"]) == (409, "build-stands-below")
    assert service.get("/v1/units", build="x").status_code == 400


@contextmanager
def reading(service: Service, wrong: list[str], count: list[int]) -> Iterator[None]:
    """Let eight readers ask without a pause; every answer has to come, and all its rows from the build that it names."""
    stop = threading.Event()

    def read() -> None:
        with httpx.Client(base_url=service.url, headers=dict(service.http.headers), timeout=30) as http:
            while not stop.is_set():
                answer = http.get("/v1/units", params={"limit": 500})
                count.append(1)
                rows = answer.json().get("rows", ())
                new = answer.headers.get("Projection", "").endswith("build=2")
                if answer.status_code != 200 or len(rows) != 40:
                    wrong.append(answer.text[:200])
                elif {row["name"].endswith("〔新〕") for row in rows} != {new}:
                    wrong.append(f"a mixture of builds: {answer.headers['Projection']}")

    readers = [threading.Thread(target=read) for _ in range(READERS)]
    for each in readers:
        each.start()
    try:
        yield
    finally:
        stop.set()
        for each in readers:
            each.join(30)


def test_readers_under_load_see_no_error_and_no_mixture_while_it_switches_to_and_fro(
    service: Service, mingze: Mingze
) -> None:
    mingze("rebuild", "--compare")
    spoil(service, 2)
    wrong: list[str] = []
    count: list[int] = []
    adopted = {"pack": "generic", "edition": 1, "effective_from": "2026-01-05", "effective_on": "2026-01-05"}
    with reading(service, wrong, count):
        seen = []
        for number, way in enumerate(("--switch", "--rollback", "--rollback", "--rollback")):
            more = {"backlog": True, "jurisdiction_code": f"5399{number:02}"}
            assert service.post("/v1/rule-packs", adopted | more).status_code == 201
            status, _, err = mingze("rebuild", way, "--ground", GROUND)
            assert status == 0, err
            seen.append(serving(service).build)
            time.sleep(0.3)
    assert seen == [2, 1, 2, 1]
    assert wrong == []
    assert len(count) > 50
    assert len(signed(service)) == 4


def test_killed_at_any_moment_a_rebuild_leaves_what_serves_and_the_next_one_works(
    service: Service, mingze: Mingze
) -> None:
    dice = random.Random(9)  # noqa: S311
    before = serving(service)
    shown = service.get("/v1/units", known_at=41, in_force_on="2026-01-05").content
    for words in (("--compare",), ("--switch", "--ground", GROUND), ()):
        number = max(build.build for build in standing(service))
        process = started("rebuild", "--share", "2", *words)
        waited(functools.partial(begun_after, service, number))
        time.sleep(dice.uniform(0, 0.4))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        now = serving(service)
        assert (now.build, now.schema, now.status) == (before.build, before.schema, "running")
        assert service.get("/v1/units", known_at=41, in_force_on="2026-01-05").content == shown
    waited(lambda: mingze("rebuild", "--compare")[0] == 0)
    assert [build.status for build in standing(service) if build.status != "dropped"] == ["running", "running"]
    status, _, err = mingze("rebuild", "--switch", "--ground", GROUND)
    assert status == 0, err
    assert serving(service).build > before.build
    assert service.get("/v1/units", known_at=41, in_force_on="2026-01-05").content == shown


def test_interrupted_it_says_so_and_the_next_one_says_what_was_left(service: Service, mingze: Mingze) -> None:
    process = started("rebuild", "--share", "1")
    waited(lambda: any(build.status == "building" for build in standing(service)))
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert (process.returncode, "Interrupted" in err) == (130, True)
    assert serving(service).build == 1
    status, out, err = mingze("rebuild", "--lang", "en")
    assert status == 0, err
    assert "Build 2 of view register was left unfinished and is cleared away." in out
    assert serving(service).build == 3


def test_as_many_earlier_builds_are_kept_as_the_setting_says(service: Service, mingze: Mingze) -> None:
    for _ in range(4):
        assert mingze("rebuild", MINGZE_BUILDS_KEPT="2")[0] == 0
        with psycopg.connect(service.superuser, autocommit=True) as admin:
            admin.execute("update serving.builds set retired_at = retired_at - interval '1 hour'")
    mingze("rebuild", "--compare", MINGZE_BUILDS_KEPT="2")
    assert [build.build for build in standing(service) if build.kept] == [3, 4, 5]
    (view,) = document(mingze("status", "--json"))["projections"]
    assert view["kept"] == [3, 4]


def test_a_build_of_another_program_is_not_gone_back_to(service: Service, mingze: Mingze) -> None:
    assert mingze("rebuild")[0] == 0
    with psycopg.connect(service.superuser, autocommit=True) as admin:
        admin.execute("update serving.builds set version = version - 1 where build = 1")
    status, _, err = mingze("rebuild", "--rollback", "--ground", GROUND)
    assert (status, "made by another program" in err) == (2, True)
    assert serving(service).build == 2
    assert service.get("/v1/units", build=1).status_code == 200  # its tables are as this program's
    with psycopg.connect(service.superuser, autocommit=True) as admin:
        admin.execute("alter table build_register_1.unit_list drop column line_superior")
    answer = service.get("/v1/units", build=1)
    assert (answer.status_code, answer.json()["code"]) == (409, "build-of-another-shape")


def test_a_sign_off_over_http_is_recorded_and_switches_nothing(shared: Service) -> None:
    body = {
        "effective_on": "2026-01-05", "projection": "register", "version": 1, "digest": secrets.token_hex(32),
        "position": 1, "differences": 0, "ground": GROUND, "backlog": True,
    }  # fmt: skip
    answer = shared.post("/v1/build-sign-offs", body)
    assert answer.status_code == 201
    assert answer.json()["streams"][0]["kind"] == "ledger"
    for changes, status, code in (
        ({"ground": " "}, 422, "left-blank"),
        ({"digest": "f00"}, 422, "state-root-malformed"),
        ({"position": 10**9}, 409, "position-not-recorded"),
    ):
        refused = shared.post("/v1/build-sign-offs", body | changes)
        assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert shared.get("/v1/units", min_position=answer.json()["position"]).status_code == 200


def test_two_data_directories_in_other_surroundings_come_to_one_state_root(reachable: Path) -> None:
    surroundings = (
        {"PYTHONHASHSEED": "1", "TZ": "Asia/Shanghai", "LC_ALL": "C"},
        {"PYTHONHASHSEED": "77", "TZ": "America/St_Johns", "LC_ALL": "en_US.UTF-8"},
    )
    told = []
    for number, surrounding in enumerate(surroundings):
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("MINGZE_", "DATABASE_"))}
        environ = {**clean, **surrounding, "MINGZE_DATA": str(reachable / f"data{number}")}
        for words in (("demo", "--no-serve", "--world", str(WORLD)), ("rebuild", "--json")):
            command = [sys.executable, "-m", "api.cli", *words]
            done = subprocess.run(command, capture_output=True, text=True, check=False, env=environ)
            assert done.returncode == 0, done.stderr
        (view,) = json.loads(done.stdout)["built"]
        told.append((view["build"], view["position"], view["root"]))
    assert told[0] == told[1]
    assert re.fullmatch("[0-9a-f]{64}", told[0][2])


def begun_after(service: Service, number: int) -> bool:
    return any(build.build > number for build in standing(service))


def started(*words: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "api.cli", *words]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, "MINGZE_TOKEN": TOKEN}
    )


def waited(so: Callable[[], bool], seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while not so():
        assert time.monotonic() < until
        time.sleep(0.02)
