"""The command line in processes of its own and in this one: what it says, in which language, and how it ends."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from tests.api.conftest import PASSWORD, Mingze, serving, unit, url


@pytest.fixture
def migrated(new_database: Callable[[], str], mingze: Mingze) -> str:
    """The superuser's address of a database that `mingze migrate` has opened, named as the one to use."""
    superuser = new_database()
    status, _, said = mingze("migrate", MINGZE_ADMIN_DATABASE_URL=url(superuser), MINGZE_API_PASSWORD=PASSWORD)
    assert status == 0, said
    os.environ["DATABASE_URL"] = url(make_conninfo(superuser, user="mingze_api", password=PASSWORD))
    return superuser


def document(out: str) -> Any:
    """The one document that --json prints."""
    return json.loads(out)


# ── Help, language, usage ──


def test_help_is_bilingual_and_imports_nothing_heavy() -> None:
    asked = (
        "import sys, api.cli; print(api.cli.run(['--help']), sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert "明责台账" in done.stdout
    assert "accountability ledger" in done.stdout
    heavy = {
        "psycopg",
        "psycopg_pool",
        "fastapi",
        "pydantic",
        "eventsourcing",
        "uvicorn",
        "openpyxl",
        "msgspec",
        "ledger",
        "projections",
    }
    assert heavy & set(re.findall(r"'(\w+)'", done.stdout)) == set()


@pytest.mark.parametrize(
    ("words", "environ", "languages"),
    [
        ((), {}, "zh en"),
        ((), {"LANG": "zh_CN.UTF-8"}, "zh"),
        ((), {"LANG": "en_GB.UTF-8"}, "en"),
        ((), {"LANG": "C.UTF-8"}, "zh en"),
        ((), {"LANG": "zh_CN.UTF-8", "LC_ALL": "en_US.UTF-8"}, "en"),
        (("--lang", "en"), {"LANG": "zh_CN.UTF-8"}, "en"),
        (("--lang=zh",), {}, "zh"),
    ],
)
def test_errors_are_a_plain_line_in_each_language(
    mingze: Mingze, words: tuple[str, ...], environ: dict[str, str], languages: str
) -> None:
    status, out, err = mingze("verify", *words, **environ)
    said = [line for line in err.splitlines() if line]
    assert (status, out) == (2, "")
    assert ["zh" if "数据目录" in line else "en" for line in said] == languages.split()
    assert all("mingze migrate" in line for line in said)


@pytest.mark.parametrize(
    "words",
    [
        ("nonsense",),
        ("verify", "--nonsense"),
        ("serve", "--port", "eighty"),
        ("import", "inventory"),
        ("import", "inventory", "x.xlsx"),
        ("template", "inventory", "--channel", "rumour"),
        ("template", "inventory", "x.pdf"),
        ("import", "inventory", "a.xlsx", "b.xlsx", "--campaign", "530900/2024/1", "--marked", "m.xlsx"),
    ],
)
def test_what_was_asked_wrongly_is_refused_in_two_lines(mingze: Mingze, words: tuple[str, ...]) -> None:
    status, out, err = mingze(*words)
    assert (status, out) == (2, "")
    assert len(err.splitlines()) == 2
    assert "Traceback" not in err


def test_with_json_what_went_wrong_is_the_one_document(mingze: Mingze) -> None:
    status, out, _ = mingze("status", "--json")
    assert status == 2
    assert document(out)["error"]["code"] == "cli.no-ledger"
    assert set(document(out)["error"]) == {"code", "zh", "en"}


def test_a_directory_that_holds_no_ledger_is_not_made_into_one(mingze: Mingze, tmp_path: Path) -> None:
    for command in ("verify", "status", "rebuild", "project"):
        assert mingze(command)[0] == 2
    assert not (tmp_path / "data").exists()


def test_a_setting_that_cannot_be_used_is_told(mingze: Mingze) -> None:
    status, _, err = mingze("verify", MINGZE_PORT="eighty", LANG="en")
    assert status == 2
    assert "MINGZE_PORT" in err


@pytest.mark.parametrize("address", ["postgresql://nobody:nothing@127.0.0.1:9/nowhere", "no address"])
def test_a_database_that_is_not_there_is_unreachable_and_no_password_is_told(mingze: Mingze, address: str) -> None:
    status, _, err = mingze("verify", DATABASE_URL=address, MINGZE_DATABASE_WAIT="0")
    assert status == 3
    assert len(err.splitlines()) == 2
    assert "nothing" not in err


def test_a_fault_of_the_program_is_a_line_and_a_trace_only_if_asked_for(
    mingze: Mingze, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("it broke")

    monkeypatch.setattr("api.inspection.inspect", broken)
    status, _, err = mingze("verify", LANG="en")
    assert (status, len(err.splitlines())) == (4, 1)
    assert "it broke" in err
    assert "Traceback" in mingze("verify", MINGZE_TRACE="1")[2]


# ── A ledger's keeping ──


def test_a_database_is_migrated_and_opened_once(mingze: Mingze, migrated: str) -> None:
    status, out, _ = mingze("migrate", "--json")
    assert status == 0
    assert (document(out)["opened_on"], document(out)["head"]) == (None, 1)
    with psycopg.connect(migrated) as connection:
        held = connection.execute("select topic, (select synthetic from log.head) from log.events").fetchall()
    assert held == [("ledger.opened", False)]


def test_the_name_given_to_a_ledger_is_recorded(new_database: Callable[[], str], mingze: Mingze) -> None:
    superuser = new_database()
    mingze("migrate", MINGZE_ADMIN_DATABASE_URL=url(superuser), MINGZE_LEDGER_NAME="演示台账")
    with psycopg.connect(superuser) as connection:
        state = connection.execute("select state from log.events").fetchall()[0][0]
    assert json.loads(state)["name"] == "演示台账"


def test_the_login_of_the_services_may_not_touch_the_log(mingze: Mingze, migrated: str) -> None:
    del mingze, migrated
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        for attempt in ("delete from log.events", "insert into log.commands values (null)", "create table log.x ()"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
                connection.execute(attempt.encode())


def test_status_tells_what_is_missing_until_nothing_is(mingze: Mingze, migrated: str) -> None:
    status, out, _ = mingze("status", "--json")
    assert (status, document(out)["ready"], document(out)["unbuilt"]) == (1, False, ["register"])
    assert mingze("rebuild", "--lang", "en")[:2] == (0, "✓ View register is built anew (build 1), up to 1.\n")
    status, out, _ = mingze("status", "--lang", "en")
    assert status == 0
    assert "View register: at 1, 0 behind" in out
    assert document(mingze("rebuild", "register", "--json")[1])["built"][0]["build"] == 2
    assert mingze("rebuild", "nonsense")[0] == 2
    with psycopg.connect(migrated, autocommit=True) as admin:
        admin.execute("delete from log.migrations")
    assert mingze("status")[0] == 1


def test_a_database_without_a_ledger_is_sent_to_migrate(mingze: Mingze, new_database: Callable[[], str]) -> None:
    empty = new_database()
    with psycopg.connect(empty, autocommit=True) as admin:
        admin.execute("drop schema log cascade")
    for command in ("verify", "serve", "project"):
        status, _, err = mingze(command, DATABASE_URL=url(empty))
        assert (status, err.count("mingze migrate")) == (2, 2), command
    assert mingze("status")[0] == 1


# ── Verification, for an inspector ──


def test_a_sound_ledger_is_told_to_be_sound_and_what_cannot_be_seen(mingze: Mingze, migrated: str) -> None:
    with serving(migrated, is_open=False) as service:
        for _ in range(3):
            assert service.post("/v1/units", unit()).status_code == 201
    status, out, err = mingze("verify")
    assert (status, err) == (0, "")
    assert "✓ 全部 4 条一致" in out
    assert "✓ All 4 are right" in out
    assert "检查点" in out
    assert "checkpoints" in out
    assert "演示时钟" not in out
    told = document(mingze("verify", "--json")[1])
    assert (told["verified"], told["facts"], told["finding"], told["synthetic_clock"]) == (True, 4, None, False)
    assert re.fullmatch("[0-9a-f]{64}", told["root"])


def test_a_demonstration_and_a_missing_guard_are_told(mingze: Mingze, new_database: Callable[[], str]) -> None:
    superuser = new_database()
    with serving(superuser):
        pass
    with psycopg.connect(superuser, autocommit=True) as admin:
        admin.execute("update log.migrations set applied = false where name = 'event_triggers'")
    status, out, _ = mingze("verify", DATABASE_URL=url(superuser))
    assert status == 0
    assert "演示时钟" in out
    assert "event_triggers" in out


def test_the_first_wrong_position_is_named_with_what_is_wrong_there(mingze: Mingze, migrated: str) -> None:
    with serving(migrated, is_open=False) as service:
        for _ in range(3):
            service.post("/v1/units", unit())
    with psycopg.connect(migrated, autocommit=True) as admin:
        admin.execute("alter table log.events disable trigger all")
        admin.execute("update log.events set actor = 'somebody else' where position = 3")
    status, out, _ = mingze("verify")
    assert status == 1
    assert "✗ 第 3 条不对" in out
    assert "✗ Position 3 is wrong" in out
    told = document(mingze("verify", "--json")[1])
    assert (told["verified"], told["finding"]["position"]) == (False, 3)


# ── The processes that stay ──


@pytest.fixture
def process(migrated: str, tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start `mingze` as a process of its own, and end it."""
    del migrated
    started: list[subprocess.Popen[str]] = []
    environ = {**os.environ, "MINGZE_DATA": str(tmp_path / "data"), "PYTHONUNBUFFERED": "1"}

    def start(*words: str, **more: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-W", "error", "-m", "api.cli", *words]
        made = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**environ, **more}
        )
        started.append(made)
        return made

    yield start
    for each in started:
        each.kill()
        each.communicate()


def lines(process: subprocess.Popen[str], until: str) -> list[str]:
    """What a process says until a line holds these words."""
    assert process.stdout
    said: list[str] = []
    for line in process.stdout:
        said.append(line)
        if until in line:
            return said
    raise AssertionError((said, process.stderr and process.stderr.read()))


def test_serve_shows_a_new_token_once_answers_and_stops_when_told(
    process: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    first = process("serve", "--port", "0", "--lang", "en")
    said = lines(first, "listens on")
    token = re.findall(r"mingze_[\w-]+", "".join(said))[0]
    address = re.findall(r"http://[\d.:]+", said[-1])[0]
    headers = {"Authorization": f"Bearer {token}", "Prefer": "wait=10"}
    written = httpx.post(f"{address}/v1/units", json=unit(), headers=headers, timeout=30)
    assert written.status_code == 201
    read = httpx.get(f"{address}/v1/units?min_position={written.json()['position']}", headers=headers, timeout=30)
    assert len(read.json()["rows"]) == 1
    assert (
        httpx.get(f"{address}/v1/units", headers={"Authorization": "Bearer wrong-token-wrong"}, timeout=30).status_code
        == 401
    )
    first.send_signal(signal.SIGTERM)
    out, err = first.communicate(timeout=20)
    assert first.returncode == 0
    assert "Stopped." in out
    assert token not in err
    assert "wrong-token" not in err
    assert "/v1/units" not in err
    assert token not in "".join(path.read_text() for path in (tmp_path / "data").iterdir())

    again = process("serve", "--port", "0", "--no-project", "--lang", "en")
    said = lines(again, "listens on")
    assert "token" not in "".join(said)
    address = re.findall(r"http://[\d.:]+", said[-1])[0]
    assert httpx.get(f"{address}/v1/units", headers=headers, timeout=30).status_code == 200
    again.send_signal(signal.SIGINT)
    again.communicate(timeout=20)
    assert again.returncode == 0


def test_a_port_that_is_taken_is_told(process: Callable[..., subprocess.Popen[str]]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        second = process("serve", "--port", str(taken.getsockname()[1]), "--no-project", "--lang", "en")
        _, err = second.communicate(timeout=20)
    assert second.returncode == 2
    assert "--port" in err.splitlines()[-1]


def test_the_projector_alone_keeps_the_views_at_the_head(
    process: Callable[..., subprocess.Popen[str]], mingze: Mingze
) -> None:
    following = process("project", "--lang", "en")
    lines(following, "The projector runs")
    for _ in range(200):
        if mingze("status")[0] == 0:
            break
        time.sleep(0.05)
    assert mingze("status")[0] == 0
    following.send_signal(signal.SIGTERM)
    out, _ = following.communicate(timeout=20)
    assert (following.returncode, "Stopped." in out) == (0, True)


def test_interrupted_it_says_what_stands(mingze: Mingze, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("api.inspection.inspect", interrupted)
    status, _, err = mingze("verify")
    assert status == 130
    assert "已经写入的记录有效" in err
    assert "What was recorded stands" in err


def test_an_own_database_is_made_migrated_and_left_standing(mingze: Mingze, reachable: Path) -> None:
    data = reachable / "data"
    status, out, err = mingze("migrate", "--data", str(data), "--json")
    assert status == 0, err
    assert document(out)["steps"]
    assert mingze("rebuild", "--data", str(data))[0] == 0
    status, out, _ = mingze("status", "--data", str(data), "--json")
    assert (status, document(out)["ready"], document(out)["server"]["origin"]) == (0, True, "wheel")
