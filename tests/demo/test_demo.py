"""The demonstration's figures are counted, not told: a changed row, opinion or decision moves its own figure and no other."""

import json
import subprocess
import sys
import tomllib
from collections.abc import Callable
from copy import copy
from dataclasses import asdict
from pathlib import Path
from typing import Any

import msgspec
import pytest
from psycopg.conninfo import make_conninfo

from api.demo import report
from api.demo.run import Told, tell
from api.demo.world import Item, World, load
from api.failing import CommandRefused
from api.runtime import LOGIN, Place, prepare
from api.settings import read
from api.speaking import Voice
from ledger.postgres import Server
from ledger.terms import Disposition

HERE = Path(__file__).parent
SMALL = HERE / "small.toml"
ACCEPTANCE = tomllib.loads((HERE / "acceptance.toml").read_text("utf-8"))
PASSWORD = "one-for-all-workers-of-a-run"  # noqa: S105 - logins belong to the server, which all tests share
QUIET = Voice(("en",), as_json=True)


@pytest.fixture
def told(new_database: Callable[[], str], server: Server, tmp_path: Path) -> Callable[[World], Told]:
    """Tell a world to a ledger of its own."""

    def in_a_new_ledger(world: World) -> Told:
        admin = new_database()
        prepare(admin, PASSWORD)
        place = Place(make_conninfo(admin, user=LOGIN, password=PASSWORD), server)
        return tell(place, read({"MINGZE_DATA": str(tmp_path)}), world, QUIET)

    return in_a_new_ledger


def changed(world: World, key: str, **changes: Any) -> World:
    """The same world with one item changed; its digest, which names the run, with it."""

    def edit(item: Item) -> Item:
        return msgspec.structs.replace(item, **changes) if item.key == key else item

    other = copy(world)
    other.item = tuple(map(edit, world.item))
    other.digest = f"{key}/{changes}/{world.digest}"
    return other


def figures(told: Told) -> tuple[dict[str, int], dict[str, int], dict[str, int]]:
    said = report.document(told)
    assert said["conservation_holds"]
    assert said["verified"]
    return said["identified"], said["proposed"], said["decided"]


def test_lincang_comes_to_the_reported_figures(told: Callable[[World], Told]) -> None:
    result = told(load())
    identified, proposed, decided = figures(result)
    assert identified == ACCEPTANCE["identified"]
    assert proposed == decided == ACCEPTANCE["proposed"]
    counted = report.document(result)["conservation"]
    assert {name: list(group.values()) for name, group in counted.items()} == ACCEPTANCE["conservation"]
    totals = asdict(result.balance.totals)
    assert {name: totals[name] for name in ACCEPTANCE["reconciliation"]} == ACCEPTANCE["reconciliation"]
    assert sum(each.owed for each in result.balance.filings) == 184
    assert sum(each.zero for each in result.balance.filings) == 151
    assert result.omission is not None
    assert result.false_zero is not None
    assert [entry.topic for entry in result.story][:1] == ["item.identified"]
    assert "item.cancelled" in [entry.topic for entry in result.story]


def test_another_world_has_its_own_figures(told: Callable[[World], Told]) -> None:
    identified, proposed, decided = figures(told(load(SMALL)))
    assert identified == {"municipal_veto": 2, "county_veto": 0, "municipal_pledge": 2, "county_pledge": 3, "total": 7}
    assert proposed == decided == {"veto": 1, "pledge_city_county": 0, "pledge_county_township": 2, "total": 3}


def test_a_workbook_row_more_moves_what_is_identified(told: Callable[[World], Told]) -> None:
    world = load(SMALL)
    row = msgspec.structs.replace(
        world.item[-1],
        key="c4",
        title="城乡居民养老保险缴费责任书",
        channels="I",
        opinion=Disposition.CANCEL,
        differs={},
    )
    world.item = (*world.item, row)
    world.digest = f"more/{world.digest}"
    identified, proposed, decided = figures(told(world))
    assert (identified["county_pledge"], identified["total"]) == (4, 8)
    assert proposed["total"] == decided["total"] == 3


def test_an_opinion_moves_what_is_proposed_alone(told: Callable[[World], Told]) -> None:
    keep = changed(load(SMALL), "m2", opinion=Disposition.RETAIN, decision=Disposition.CANCEL)
    identified, proposed, decided = figures(told(keep))
    assert identified["total"] == 7
    assert (proposed["pledge_city_county"], proposed["total"]) == (1, 4)
    assert decided["total"] == 3


def test_a_decision_moves_what_is_decided_alone(told: Callable[[World], Told]) -> None:
    keep = changed(load(SMALL), "m2", decision=Disposition.RETAIN)
    identified, proposed, decided = figures(told(keep))
    assert identified["total"] == 7
    assert proposed["total"] == 3
    assert (decided["pledge_city_county"], decided["total"]) == (1, 4)


def mingze(*arguments: str) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("mingze")
    return subprocess.run([program, *arguments], capture_output=True, text=True, timeout=120, check=False)


def test_the_command_runs_it_from_an_empty_directory_again_without_change_and_not_over_another_world(
    reachable: Path,
) -> None:
    data = str(reachable / "data")
    first = mingze("demo", "--no-serve", "--json", "--data", data, "--world", str(SMALL))
    assert first.returncode == 0, first.stderr
    said = json.loads(first.stdout)
    assert (said["identified"]["total"], said["verified"]) == (7, True)
    again = json.loads(mingze("demo", "--no-serve", "--json", "--data", data, "--world", str(SMALL)).stdout)
    assert again["recorded_now"] == 0
    assert {**again, "recorded_now": said["recorded_now"]} == said
    other = mingze("demo", "--no-serve", "--data", data, "--lang", "en")
    assert other.returncode == 2
    assert "another ledger" in other.stdout + other.stderr
    shown = mingze("demo", "--no-serve", "--data", data, "--world", str(SMALL), "--lang", "zh")
    assert shown.returncode == 0
    assert "演示" in shown.stdout
    assert "漏报一例" in shown.stdout
    assert "虚假零报告一例" in shown.stdout
    assert "校验通过" in shown.stdout


def test_a_world_that_cannot_be_read_is_refused_with_its_fault(tmp_path: Path) -> None:
    bad = tmp_path / "bad.toml"
    bad.write_text(SMALL.read_text("utf-8").replace('channels = "ISR"', "channels = 3", 1), "utf-8")
    refused = mingze("demo", "--no-serve", "--data", str(tmp_path / "data"), "--world", str(bad), "--lang", "en")
    assert refused.returncode == 2
    assert "channels" in refused.stdout + refused.stderr
    assert not (tmp_path / "data").exists()


def test_a_ledger_of_something_else_is_left_alone(
    new_database: Callable[[], str], server: Server, tmp_path: Path
) -> None:
    admin = new_database()
    prepare(admin, PASSWORD)
    place = Place(make_conninfo(admin, user=LOGIN, password=PASSWORD), server)
    settings = read({"MINGZE_DATA": str(tmp_path)})
    world = load(SMALL)
    tell(place, settings, world, QUIET)
    with pytest.raises(CommandRefused, match="other-world"):
        tell(place, settings, changed(world, "m2", field="消防安全"), QUIET)
