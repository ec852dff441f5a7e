"""Audit, differences and explanations over HTTP: both clocks, pages, what is refused, and the same bytes for ever."""

import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from typing import Any

import httpx
import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from ledger.events import ItemExited, RecordCorrected, UnitRenamed
from ledger.identity import new_key
from ledger.postgres import Server
from ledger.values import Change
from projections.catalogue import REGISTER
from tests.api.conftest import PASSWORD, Mingze, Service, serving, url
from tests.api.test_reads import link
from tests.projections.conftest import Log
from tests.projections.small_campaign import ITEMS, LEAD, YEAR, SmallCampaign
from tests.projections.telling import CITY, Telling, unit

DAY = "2025-12-31"
NAMED = date(2025, 3, 1)
Told = tuple[Service, SmallCampaign]


@pytest.fixture(scope="module")
def told(server: Server, template: str) -> Iterator[Told]:
    """A service over the small clean-up, with a renaming, two corrections and an exit."""
    name = f"api_{secrets.token_hex(6)}"
    with psycopg.connect(server.dsn, autocommit=True) as admin:
        admin.execute(f"create database {name} template {template}".encode())
        admin.execute(f"grant create on database {name} to ledger_projector".encode())
        dsn = make_conninfo(server.dsn, dbname=name)
        with serving(dsn, is_open=False) as service, closing(Log(dsn)) as log:
            story = SmallCampaign(Telling(log)).tell()
            say = story.telling
            story.at["renamed"] = say.tell(unit(LEAD), UnitRenamed(name="误名"), NAMED, by=unit(LEAD))
            fixed = RecordCorrected(corrects=say.position, why="笔误", changed=(Change(path="/name", value='"正名"'),))
            story.at["fixed"] = say.tell(unit(LEAD), fixed, NAMED, by=unit(LEAD))
            say.tell(ITEMS["乙"], RecordCorrected(corrects=story.at["乙"], why="误录", void=True), NAMED)
            story.at["exit"] = say.tell(ITEMS["否"], ItemExited(ground="演示", first_day_without=NAMED), NAMED)
            say.done()
            yield service, story
        admin.execute(f"drop database {name} with (force)".encode())


def get(told: Told, where: str, **asked: Any) -> httpx.Response:
    service, story = told
    pinned: dict[str, Any] = {"in_force_on": DAY, "known_at": story.telling.position} | asked
    return service.http.get(f"/v1/{where}", params=pinned, headers={"Prefer": "wait=10"})


def held(told: Told, where: str, **asked: Any) -> Any:
    answer = get(told, where, **asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def faulty(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["errors"][0]["parameter"]


# ── Audit ──


def test_gaps_come_with_the_unit_that_decided(told: Told) -> None:
    rows = held(told, "audit/authority-gaps", topic="item.cancelled")["rows"]
    assert [row["topic"] for row in rows] == ["item.cancelled"] * 3  # the fourth was declared void
    assert {tuple(row["gaps"]) for row in rows} == {("NO_DOCUMENT", "NO_MEETING")}
    assert {row["actor_unit_name"] for row in rows} == {"正名"}
    assert rows[0]["recorded_at"].endswith("+08:00")
    before = held(told, "audit/authority-gaps", topic="item.cancelled", known_at=told[1].at["乙"])["rows"]
    assert [row["position"] for row in before] == [told[1].at["乙"]]
    assert get(told, "audit/authority-gaps", gap="BAD").status_code == 400


def test_lateness_may_be_narrowed(told: Told) -> None:
    rows = held(told, "audit/lateness", unit=unit(LEAD), since="2025-01-01")["rows"]
    assert [row["position"] for row in rows] == [told[1].at["renamed"], told[1].at["fixed"]]
    assert {(row["lateness_days"], row["effective_on"], row["backlog"]) for row in rows} == {(30, "2025-03-01", False)}
    assert held(told, "audit/lateness", more_than=1_000_000)["rows"] == []
    assert faulty(get(told, "audit/lateness", more_than=-1)) == (400, "more_than")


def test_corrections_show_both_values(told: Told) -> None:
    fixed, void = held(told, "corrections")["rows"]
    assert fixed["changed"] == [{"path": "/name", "before": "误名", "after": "正名"}]
    assert (fixed["why"], fixed["corrects"], fixed["corrected_topic"]) == (
        "笔误",
        told[1].at["renamed"],
        "unit.renamed",
    )
    assert (void["void"], void["changed"], void["corrected_topic"]) == (True, [], "item.cancelled")
    assert held(told, "corrections", void=True)["rows"] == [void]
    assert held(told, "corrections", in_force_on="2025-02-28")["rows"] == []


@pytest.mark.parametrize("path", ["audit/authority-gaps", "audit/lateness", "corrections"])
def test_a_listing_comes_in_pages_that_make_up_the_whole(told: Told, path: str) -> None:
    whole = held(told, path, limit=500)["rows"]
    answer = get(told, path, limit=1 if path == "corrections" else 4)
    rows = answer.json()["rows"]
    while answer.json()["next"]:
        answer = told[0].http.get(link(answer, "next"))
        rows += answer.json()["rows"]
    assert rows == whole
    assert faulty(get(told, path, cursor="x")) == (400, "cursor")


# ── Differences ──


def test_a_unit_differs_between_two_positions_two_times_and_two_days(told: Told) -> None:
    at, path = told[1].at, f"units/{unit(LEAD)}/diff"
    known = held(told, path, **{"from": at["renamed"]})
    assert known["before"] == {"known_at": at["renamed"], "in_force_on": DAY}
    assert known["differences"]["fields"] == [{"path": "/name", "before": "误名", "after": "正名"}]
    force = held(told, path, clock="force", **{"from": "2025-02-28", "to": "2025-03-01"})
    assert force["differences"]["fields"] == [{"path": "/name", "before": "演示市委组织部", "after": "正名"}]
    timed = held(told, path, **{"from": "2001-01-01T00:00:00Z", "to": "2999-01-01T00:00:00+08:00"})
    assert (timed["before"]["known_at"], timed["after"]["known_at"]) == (0, told[1].telling.position)
    assert (timed["differences"]["known_before"], timed["differences"]["known_after"]) == (False, True)


def test_an_item_and_a_list_differ(told: Told) -> None:
    item = held(told, f"items/{ITEMS['否']}/diff", **{"from": told[1].at["exit"] - 1})["differences"]
    changed = {each["path"]: (each["before"], each["after"]) for each in item["fields"]}
    assert changed["/in_force"] == (True, False)
    assert item["clauses"] == []
    listed = held(told, "lists/diff", jurisdiction=CITY, clock="force", **{"from": YEAR.isoformat()})["differences"]
    assert ([each["item"] for each in listed["removed"]], listed["added"]) == ([str(ITEMS["否"])], [])


@pytest.mark.parametrize(
    ("asked", "parameter"),
    [
        ({}, "from"),
        ({"from": "yesterday"}, "from"),
        ({"from": "2025-01-01"}, "from"),
        ({"from": "2025-01-01T00:00:00"}, "from"),
        ({"from": "1", "to": "99999"}, "to"),
        ({"from": "99999999999999999999"}, "from"),
        ({"from": "5", "clock": "force"}, "from"),
        ({"from": "2025-01-01", "to": "x", "clock": "force"}, "to"),
        ({"from": "1", "clock": "wall"}, "clock"),
    ],
)
def test_sides_that_are_none_are_refused(told: Told, asked: dict[str, str], parameter: str) -> None:
    assert faulty(get(told, f"units/{unit(LEAD)}/diff", **asked)) == (400, parameter)


# ── Explanations ──


def test_a_field_is_explained(told: Told) -> None:
    at = told[1].at
    found = held(told, f"units/{unit(LEAD)}/explain", path="/name")
    assert (found["value"], found["path"], found["view"]) == ("正名", "/name", "unit_list")
    assert [each["position"] for each in found["facts"]][1:] == [at["renamed"], at["fixed"]]
    assert found["facts"][-1]["corrects"] == at["renamed"]
    item = held(told, f"items/{ITEMS['否']}/explain", path="phase")
    assert (item["value"], item["facts"][-1]["topic"]) == ("EXITED", "item.exited")
    listed = held(told, "lists/explain", jurisdiction=CITY, level="PREFECTURE", path="/members")
    assert [each["topic"] for each in listed["facts"]] == ["list.published"]
    assert sorted(listed["value"]) == sorted([str(ITEMS["甲"]), str(ITEMS["否"])])


def test_a_field_that_is_none_is_refused_and_those_there_are_are_named(told: Told) -> None:
    answer = get(told, f"units/{unit(LEAD)}/explain", path="/colour")
    assert faulty(answer) == (400, "path")
    assert "/name" in answer.json()["errors"][0]["detail"]


@pytest.mark.parametrize(
    "path",
    ["items/{}/diff?from=1", "units/{}/diff?from=1", "items/{}/explain?path=/phase", "units/{}/explain?path=/name"],
)
def test_what_is_not_known_is_not_found(told: Told, path: str) -> None:
    answer = told[0].http.get(f"/v1/{path.format(new_key())}")
    assert (answer.status_code, answer.json()["code"]) == (404, "nothing-known"), answer.text


def test_a_list_of_which_nothing_was_published_is_not_explained(told: Told) -> None:
    answer = get(told, "lists/explain", jurisdiction="110101", level="COUNTY", path="/members")
    assert (answer.status_code, answer.json()["code"]) == (404, "nothing-known")


@pytest.mark.parametrize(
    "path",
    [
        "audit/authority-gaps",
        "audit/lateness",
        "corrections",
        f"units/{unit(LEAD)}/diff?from=2999-01-01T00:00:00Z&to=3",
        f"lists/diff?jurisdiction={CITY}&from=3",
        f"items/{ITEMS['甲']}/explain?path=/phase",
    ],
)
def test_the_canonical_link_gives_the_same_bytes(told: Told, path: str) -> None:
    answer = told[0].http.get(f"/v1/{path}")
    assert answer.status_code == 200, answer.text
    again = told[0].http.get(link(answer, "canonical"))
    assert again.content == answer.content
    assert "immutable" in again.headers["Cache-Control"]


# ── The replay ──


def test_a_replay_is_held_against_the_build_that_serves(told: Told, mingze: Mingze) -> None:
    last, wanted = told[1].telling.position, {"DATABASE_URL": url(told[0].dsn)}
    held(told, "units")  # the projector has come this far
    status, out, err = mingze("replay", "--json", **wanted)
    assert (status, err) == (0, "")
    (done,) = json.loads(out)["replayed"]
    assert (done["projection"], done["position"], done["differing"]) == ("register", last, [])
    assert set(done["digests"]) == {view.name for view in REGISTER.views}
    assert done["build"] is not None
    (before,) = json.loads(mingze("replay", "--to", str(last - 1), "--json", **wanted)[1])["replayed"]
    assert (before["position"], before["differing"]) == (last - 1, [])
    assert before["root"] != done["root"]
    assert before["digests"]["item_list"] != done["digests"]["item_list"]
    assert "same as build" in mingze("replay", "--lang", "en", **wanted)[1]


def test_a_replay_shows_what_each_record_moved(told: Told, mingze: Mingze) -> None:
    at, wanted = told[1].at, {"DATABASE_URL": url(told[0].dsn)}
    (done,) = json.loads(mingze("replay", "--to", str(at["renamed"]), "--step", "--json", **wanted)[1])["replayed"]
    step = done["steps"][-1]
    assert (step["position"], step["topic"]) == (at["renamed"], "unit.renamed")
    (moved,) = [cell for cell in step["moved"] if cell["view"] == "unit_list"]
    assert (moved["column"], moved["before"], moved["after"]) == ("name", "演示市委组织部", "误名")
    lines = mingze("replay", "--to", str(at["renamed"]), "--step", "--lang", "zh", **wanted)[1]
    assert "name：演示市委组织部 → 误名" in lines


def test_a_replay_beyond_the_log_is_refused(told: Told, mingze: Mingze) -> None:
    status, _, err = mingze("replay", "--to", "999999", "--lang", "en", DATABASE_URL=url(told[0].dsn))
    assert (status, "no position 999999" in err) == (2, True)


def test_a_build_that_holds_other_rows_is_found(told: Told, mingze: Mingze) -> None:
    held(told, "units")
    with psycopg.connect(told[0].superuser, autocommit=True) as admin:
        ((schema,),) = admin.execute("select schema from serving.builds where serving").fetchall()
        spoil = f"update {schema}.unit_list set name = %s where name = %s"
        admin.execute(spoil.encode(), ("改", "误名"))
        try:
            status, out, _ = mingze("replay", "--json", DATABASE_URL=url(told[0].dsn))
        finally:
            admin.execute(spoil.encode(), ("误名", "改"))
    assert (status, json.loads(out)["replayed"][0]["differing"]) == (1, ["unit_list"])


def test_without_a_build_there_is_nothing_to_hold_a_replay_against(
    new_database: Callable[[], str], mingze: Mingze
) -> None:
    superuser = new_database()
    mingze("migrate", MINGZE_ADMIN_DATABASE_URL=url(superuser), MINGZE_API_PASSWORD=PASSWORD)
    wanted = {"DATABASE_URL": url(make_conninfo(superuser, user="mingze_api", password=PASSWORD))}
    status, out, _ = mingze("replay", "--json", **wanted)
    (done,) = json.loads(out)["replayed"]
    assert (status, done["position"], done["build"], done["differing"]) == (0, 1, None, None)
    assert "nothing to hold this against" in mingze("replay", "--lang", "en", **wanted)[1]


@pytest.mark.parametrize(
    "where",
    [
        "lists/diff?jurisdiction=53&clock=force&from=0001-01-01&to=9999-12-31",
        "lists/diff?jurisdiction=53&from=0001-01-01T00:00:00%2B14:00&to=9999-12-31T23:59:59-14:00",
        "audit/authority-gaps?in_force_on=0001-01-01",
        "audit/lateness?in_force_on=9999-12-31&since=0001-01-01&more_than=1000000",
        "corrections?known_at=0",
    ],
)
def test_the_ends_of_time_are_days_as_well(told: Told, where: str) -> None:
    answer = told[0].http.get(f"/v1/{where}")
    assert answer.status_code == 200, answer.text
