"""Duties, papers, vetoes and cases over HTTP: both clocks, what is not known, and the same bytes for ever."""

import secrets
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from ledger.events import NoticeDrafted
from ledger.identity import new_key
from ledger.postgres import Server
from ledger.streams import notice_stream
from ledger.terms import NoticeKind, PublicationScope
from projections.dossier import TooMuchToLoad
from tests.api.conftest import Service, serving
from tests.api.test_reads import link
from tests.projections.conftest import Log
from tests.projections.heart_scene import (
    AREA,
    BUREAU,
    CASE,
    CLAIM,
    COUNTY,
    D1,
    D2,
    INSPECTOR,
    LOWER,
    PAPER,
    SIBLING,
    TOLERANCE,
    TOWN,
    TOWN_AREA,
    UPPER,
    whole,
)
from tests.projections.telling import Telling

DAY = "2025-12-31"


@pytest.fixture(scope="module")
def told(server: Server, template: str) -> Iterator[tuple[Service, Telling]]:
    """A service over the whole scene, and what was told."""
    name = f"api_{secrets.token_hex(6)}"
    with psycopg.connect(server.dsn, autocommit=True) as admin:
        admin.execute(f"create database {name} template {template}".encode())
        admin.execute(f"grant create on database {name} to ledger_projector".encode())
        dsn = make_conninfo(server.dsn, dbname=name)
        with serving(dsn, is_open=False) as service, closing(Log(dsn)) as log:
            say = Telling(log)
            whole(say)
            about: dict[str, Any] = {
                "issuer": INSPECTOR,
                "text": "通报",
                "about_units": (TOWN,),
                "scope": PublicationScope.PUBLIC,
            }
            for number, kind in enumerate((NoticeKind.EXPOSURE, NoticeKind.COMMENDATION, NoticeKind.EXPOSURE)):
                drafted = NoticeDrafted(**about, kind=kind, title=f"通报{number}")
                say.tell(notice_stream(INSPECTOR, str(number)), drafted, date(2025, 9, 1))
            say.done()
            yield service, say
        admin.execute(f"drop database {name} with (force)".encode())


def get(told: tuple[Service, Telling], path: str, **asked: Any) -> httpx.Response:
    service, say = told
    pinned: dict[str, Any] = {"in_force_on": DAY, "known_at": say.position} | asked
    return service.get(f"/v1/{path}", **pinned)


def rows(told: tuple[Service, Telling], path: str, **asked: Any) -> Any:
    answer = get(told, path, **asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def at(told: tuple[Service, Telling], stream: UUID, topic: str) -> int:
    return next(each.position for each in told[1].told if each.stream == stream and topic == each.fact.TOPIC)


def test_a_burden_is_told_by_both_clocks(told: tuple[Service, Telling]) -> None:
    bound = rows(told, f"units/{TOWN}/burden")
    assert [(row["stream"], row["footing"], row["imposed_by"]["name"]) for row in bound] == [
        (str(LOWER), "LISTED", "演示县"), (str(PAPER), "OFF_LIST", "演示局"),
    ]  # fmt: skip
    assert [each["due"] for each in bound[1]["objections_open"]] == ["2025-07-16"]
    assert [row["stream"] for row in rows(told, f"units/{TOWN}/burden", in_force_on="2025-06-19")] == [str(LOWER)]
    before = at(told, PAPER, "pledge.irregular_observed") - 1
    assert [row["stream"] for row in rows(told, f"units/{TOWN}/burden", known_at=before)] == [str(LOWER)]
    assert get(told, f"units/{TOWN}/burden", known_at=3).json()["code"] == "nothing-known"


def test_a_trend_is_monthly_and_its_bounds_are_checked(told: tuple[Service, Telling]) -> None:
    months = rows(told, f"units/{TOWN}/burden/trend", **{"from": "2024-12-01", "to": "2025-07-15"})
    assert [(each["month"], each["pledges"]) for each in months[:2]] == [("2024-12", 0), ("2025-01", 1)]
    assert (months[-1]["on"], months[-1]["pledges"], months[-1]["off_list"], len(months)) == ("2025-07-15", 2, 1, 8)
    assert len(rows(told, f"units/{TOWN}/burden/trend")) == 13  # no clean-up was closed: the year up to the day
    assert len(rows(told, f"units/{TOWN}/burden/trend", **{"from": "2006-01-31"})) == 240
    for wrong, parameter in (
        ({"from": "2026-01-01"}, "from"),
        ({"from": "2005-12-31"}, "from"),
        ({"to": "9999-12-31"}, "to"),
        ({"in_force_on": "0001-01-01"}, "to"),
    ):
        answer = get(told, f"units/{TOWN}/burden/trend", **wrong)
        assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (400, parameter)


def test_what_an_issuer_owes_may_be_asked_open_only(told: tuple[Service, Telling]) -> None:
    every, left = (rows(told, f"units/{COUNTY}/issuer-duties", open=flag) for flag in ("0", "1"))
    assert [(row["pledge"], row["kept"]) for row in left] == [(str(SIBLING), "OVERDUE")] * 2
    assert {row["kept"] for row in every if row["pledge"] == str(LOWER)} == {"DONE"}


def test_a_history_of_accountability_may_be_narrowed(told: tuple[Service, Telling]) -> None:
    kinds = [row["kind"] for row in rows(told, f"units/{TOWN}/accountability")]
    assert kinds == ["incident", "claim", "case", "tolerance"]
    (shield,) = rows(told, f"units/{BUREAU}/accountability", kind="shield")
    assert (shield["stream"], shield["outcome"]) == (str(CLAIM), "SHIELD_USE_CONFIRMED")
    assert get(told, f"units/{BUREAU}/accountability", kind="score").status_code == 400


def test_a_duty_has_an_owner_at_a_place(told: tuple[Service, Telling]) -> None:
    found = rows(told, f"duties/{D1}/owner", place=TOWN_AREA)
    assert (found["owner"]["name"], found["entry_area"], found["list_kind"]) == ("演示局", AREA, "DEPARTMENT")
    assert get(told, f"duties/{D1}/owner", place=TOWN_AREA, in_force_on="2023-12-31").json()["code"] == "nothing-known"
    answer = get(told, "duties/没有/owner", place=TOWN_AREA)
    assert (answer.status_code, "没有" in answer.json()["detail"]) == (404, True)


def test_a_cascade_is_a_tree(told: tuple[Service, Telling]) -> None:
    tree = rows(told, f"duties/{D2}/cascade", place=AREA)
    (root,) = tree["roots"]
    assert (root["pledge"], [below["pledge"] for below in root["below"]]) == (str(UPPER), [str(LOWER), str(SIBLING)])
    assert root["below"][0]["balance"] == {"handed_down": 1, "issuer_duties": 1, "signer_duties": 1, "supports": 1}
    assert get(told, f"duties/{D2}/cascade", place="110101", year=1999).status_code == 404


def test_a_pledge_is_told_with_objections_and_differences(told: tuple[Service, Telling]) -> None:
    paper = rows(told, f"pledges/{LOWER}", in_force_on="2025-02-01")
    assert (paper["phase"], paper["in_force"], paper["above"]) == ("IN_FORCE", True, [str(UPPER)])
    assert [row["state"] for row in rows(told, f"pledges/{PAPER}/objections")] == ["OVERDUE"]
    assert rows(told, f"pledges/{LOWER}/objections") == []
    diff = rows(told, f"pledges/{LOWER}/diff")
    assert (diff["version"], {row["difference"] for row in diff["clauses"]}) == (1, {"SAME"})
    assert rows(told, f"pledges/{PAPER}/diff")["version"] is None


def test_a_case_and_a_tolerance_matter_are_told(told: tuple[Service, Telling]) -> None:
    case = rows(told, f"cases/{CASE}", in_force_on="2025-08-31")
    assert (case["appeal_until"], case["appeal_open"], case["tolerances"]) == ("2025-08-31", True, [str(TOLERANCE)])
    assert rows(told, f"tolerance/{TOLERANCE}")["stage"] == "APPLIED"


def test_notices_come_in_pages(told: tuple[Service, Telling]) -> None:
    assert [row["title"] for row in rows(told, "notices", kind="EXPOSURE")["rows"]] == ["通报0", "通报2"]
    first = get(told, "notices", limit=2)
    assert [row["title"] for row in first.json()["rows"]] == ["通报0", "通报1"]
    onward = told[0].http.get(link(first, "next"))
    assert ([row["title"] for row in onward.json()["rows"]], onward.json()["next"]) == (["通报2"], None)


def test_decisions_are_counted_by_level_and_by_form(told: tuple[Service, Telling]) -> None:
    levels = rows(told, "stats/sanctions", by="level", within=AREA)
    assert [(row["key"], row["per_mille"]) for row in levels["counts"] if row["decisions"]] == [("TOWNSHIP", 1000)]
    forms = rows(told, "stats/forms")
    assert [row["decisions"] for row in forms["counts"]] == [1, 0, 0, 0]
    assert rows(told, "stats/forms", within="110101")["decisions"] == 0
    assert get(told, "stats/sanctions", by="person").status_code == 400


@pytest.mark.parametrize(
    "path",
    [
        "units/{}/burden",
        "units/{}/burden/trend",
        "units/{}/issuer-duties",
        "units/{}/accountability",
        "pledges/{}",
        "pledges/{}/objections",
        "pledges/{}/diff",
        "vetoes/{}",
        "cases/{}",
        "tolerance/{}",
    ],
)
def test_what_is_not_known_is_not_found(told: tuple[Service, Telling], path: str) -> None:
    answer = get(told, path.format(new_key()))
    assert (answer.status_code, answer.json()["code"]) == (404, "nothing-known"), answer.text


def test_the_canonical_link_gives_the_same_bytes(told: tuple[Service, Telling]) -> None:
    for path in (f"/v1/units/{TOWN}/burden", f"/v1/duties/{D1}/owner?place={AREA}"):
        answer = told[0].http.get(path)
        assert answer.status_code == 200, answer.text
        assert told[0].http.get(link(answer, "canonical")).content == answer.content


def test_a_question_that_is_too_wide_is_refused(told: tuple[Service, Telling], monkeypatch: pytest.MonkeyPatch) -> None:
    def too_much(*_: object, **__: object) -> None:
        raise TooMuchToLoad(7)

    monkeypatch.setattr("projections.dossier.load", too_much)
    answer = get(told, f"pledges/{LOWER}")
    assert (answer.status_code, answer.json()["code"]) == (400, "question-too-wide")
    assert "7" in answer.json()["detail"]
