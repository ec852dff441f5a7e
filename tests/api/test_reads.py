"""A question is pinned to both clocks, says where it stands, and asked again by its canonical link gives the same bytes."""

import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from ledger.identity import new_key
from tests.api.conftest import Service, unit


def link(answer: httpx.Response, rel: str) -> str:
    """The address of a relation in the Link header."""
    found = re.search(rf'<([^>]+)>; rel="{rel}"', answer.headers["Link"])
    assert found, answer.headers["Link"]
    return found[1]


def registered(service: Service, **more: Any) -> tuple[str, int]:
    """A new unit's id, and the position it was registered at."""
    receipt = service.post("/v1/units", unit(**more)).json()
    return receipt["streams"][0]["id"], receipt["position"]


def renamed(service: Service, held: str, name: str, day: str) -> int:
    body = {"effective_on": day, "name": name, "backlog": True}
    return int(service.post(f"/v1/units/{held}/names", body).json()["position"])


def test_what_was_written_is_read_with_its_position(shared: Service) -> None:
    held, position = registered(shared)
    answer = shared.get(f"/v1/units/{held}", min_position=position)
    assert answer.status_code == 200
    assert answer.json()["unit"] == held
    assert int(answer.headers["Ledger-Position"]) >= position
    assert int(answer.headers["Ledger-Head"]) >= int(answer.headers["Ledger-Position"])
    assert answer.headers["Projection"].startswith("register;v=")
    assert answer.headers["Cache-Control"] == "private, no-cache"


def test_both_clocks_answer_apart(shared: Service) -> None:
    held, first = registered(shared, effective_on="2020-01-01")
    late = renamed(shared, held, "演示改名", "2022-05-01")
    old = shared.get(f"/v1/units/{held}", known_at=late, in_force_on="2022-04-30").json()["name"]
    assert shared.get(f"/v1/units/{held}", known_at=late, in_force_on="2022-05-01").json()["name"] == "演示改名"
    assert shared.get(f"/v1/units/{held}", known_at=first, in_force_on="2022-05-01").json()["name"] == old
    assert shared.get(f"/v1/units/{held}", known_at=first - 1).json()["code"] == "nothing-known"


def test_the_canonical_link_gives_the_same_bytes_for_ever(shared: Service) -> None:
    held, position = registered(shared, effective_on="2020-01-01")
    answer = shared.get("/v1/units", min_position=position, name="演示单位", level="COUNTY", limit=500)
    canonical = link(answer, "canonical")
    asked = parse_qs(urlsplit(canonical).query)
    assert asked["known_at"] == [answer.headers["Ledger-Position"]]
    assert asked.keys() == {"known_at", "in_force_on", "name", "level", "limit"}
    renamed(shared, held, "演示别名", "2020-01-02")
    registered(shared)
    again = shared.http.get(canonical)
    assert again.content == answer.content
    assert "immutable" in again.headers["Cache-Control"]
    assert link(again, "canonical") == canonical
    assert shared.get("/v1/units", min_position=position + 1, name="演示", level="COUNTY").content != answer.content


def test_a_time_is_resolved_to_a_position(shared: Service) -> None:
    held, position = registered(shared)
    recorded_at = shared.post("/v1/units", unit()).json()["recorded_at"]
    answer = shared.get(f"/v1/units/{held}", known_at=recorded_at)
    assert int(answer.headers["Ledger-Position"]) == position + 1
    assert shared.http.get(link(answer, "canonical")).content == answer.content
    before = shared.get("/v1/units", known_at="2001-01-01T00:00:00Z")
    assert (before.headers["Ledger-Position"], before.json()["rows"]) == ("0", [])


@pytest.mark.parametrize("known_at", ["999999999", "2999-01-01T00:00:00+08:00"])
def test_what_nobody_knows_yet_is_not_answered(shared: Service, known_at: str) -> None:
    answer = shared.get("/v1/units", known_at=known_at)
    assert (answer.status_code, answer.json()["code"]) == (400, "known-at-in-the-future")


@pytest.mark.parametrize("known_at", ["", "now", "-1", "2024-01-01", "2024-01-01T00:00:00", "١"])
def test_a_position_or_a_time_is_needed(shared: Service, known_at: str) -> None:
    answer = shared.get("/v1/units", known_at=known_at)
    assert (answer.status_code, answer.json()["code"]) == (400, "parameter-malformed")
    assert answer.json()["errors"][0]["parameter"] == "known_at"


def test_a_day_that_lies_ahead_may_be_asked_about(shared: Service) -> None:
    held, position = registered(shared)
    body = {"effective_on": "2026-01-06", "first_day_without": "2030-01-01", "backlog": True}
    position = shared.post(f"/v1/units/{held}/dissolution", body).json()["position"]
    assert shared.get(f"/v1/units/{held}", min_position=position, in_force_on="2029-12-31").json()["stands"] is True
    assert shared.get(f"/v1/units/{held}", min_position=position, in_force_on="2030-01-01").json()["stands"] is False


def test_a_position_above_the_head_is_refused(shared: Service) -> None:
    answer = shared.get("/v1/units", min_position=10**9)
    assert (answer.status_code, answer.json()["code"]) == (409, "position-above-head")


# ── Filters and pages ──


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("levle=COUNTY", None),
        ("known_at=1&known_at=2", "known_at"),
        ("level=CITY", "level"),
        ("limit=0", "limit"),
        ("limit=501", "limit"),
        ("in_force_on=today", "in_force_on"),
        ("cursor=abc", "cursor"),
        ("cursor=%C3%A9", "cursor"),
        ("name=", "name"),
        ("superior=x", "superior"),
        ("name=%00", "name"),
        ("within=53%00", "within"),
    ],
)
def test_a_parameter_is_understood_or_refused_never_ignored(shared: Service, query: str, parameter: str | None) -> None:
    answer = shared.http.get(f"/v1/units?{query}")
    assert answer.status_code == 400, answer.text
    if parameter is None:
        assert answer.json()["code"] == "parameter-unknown"
    else:
        assert [error["parameter"] for error in answer.json()["errors"]] == [parameter]


def test_filters_narrow_each_other_and_a_repeated_one_widens(shared: Service) -> None:
    mark = secrets.token_hex(4)
    for level, category in (("COUNTY", "A"), ("COUNTY", "B"), ("TOWNSHIP", "A")):
        _, position = registered(shared, name=f"演示{mark}", level=level, category=category)

    def asked(**filters: Any) -> list[tuple[str, str]]:
        rows = shared.get("/v1/units", name=mark, min_position=position, **filters).json()["rows"]
        return sorted((row["level"], row["category"]) for row in rows)

    assert asked() == [("COUNTY", "A"), ("COUNTY", "B"), ("TOWNSHIP", "A")]
    assert asked(level="COUNTY", category="A") == [("COUNTY", "A")]
    assert asked(level=["COUNTY", "TOWNSHIP"], category="A") == [("COUNTY", "A"), ("TOWNSHIP", "A")]


def test_pages_skip_and_repeat_nothing_whatever_is_written_between(shared: Service) -> None:
    mark = secrets.token_hex(4)
    held = [registered(shared, code=f"{mark}{number}", name=f"演示{mark}") for number in range(5)]
    answer = shared.get("/v1/units", name=mark, limit=2, min_position=held[-1][1])
    seen = [row["unit"] for row in answer.json()["rows"]]
    while answer.json()["next"]:
        registered(shared, code=f"{mark}{len(seen)}x", name=f"演示{mark}")
        onward = shared.http.get(link(answer, "next"))
        by_cursor = shared.get("/v1/units", name=mark, limit=2, cursor=answer.json()["next"])
        assert by_cursor.content == onward.content
        assert by_cursor.headers["Ledger-Position"] == answer.headers["Ledger-Position"]
        answer = onward
        seen += [row["unit"] for row in answer.json()["rows"]]
    assert seen == [each for each, _ in held]
    assert "next" not in answer.headers["Link"]


def test_a_cursor_belongs_to_its_question(shared: Service) -> None:
    mark = secrets.token_hex(4)
    for _ in range(2):
        _, position = registered(shared, name=f"演示{mark}")
    cursor = shared.get("/v1/units", name=mark, limit=1, min_position=position).json()["next"]
    others: tuple[dict[str, Any], ...] = (
        {"name": "演示"},
        {"name": mark, "level": "COUNTY"},
        {"name": mark, "known_at": "1"},
    )
    for other in others:
        answer = shared.get("/v1/units", cursor=cursor, **other)
        assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (400, "cursor")
    mark_of_it = urlsafe_b64decode(cursor + "==")[:16]
    for after in (
        "[]",
        "{}",
        "[1,2,3,4]",
        '[1,"2026-01-01","a"]',
        '[1,"2026-01-01","a",7]',
        '[1,"2026-01-01","a","b"]',
        "[1,2]",
    ):
        forged = urlsafe_b64encode(mark_of_it + after.encode()).decode()
        assert shared.get("/v1/units", name=mark, cursor=forged).json()["errors"][0]["parameter"] == "cursor", after


@pytest.mark.parametrize(
    "path",
    [
        "units/{}",
        "items/{}",
        "items/{}/history",
        "items/{}/opinions",
        "campaigns/{}",
        "campaigns/{}/balance",
        "campaigns/{}/returns",
        "campaigns/{}/reconciliation",
        "campaigns/{}/records",
        "campaigns/{}/exceptions",
        "receipts/{}",
    ],
)
def test_what_is_not_known_is_not_found(shared: Service, path: str) -> None:
    nowhere = new_key()
    answer = shared.get(f"/v1/{path.format(nowhere)}")
    assert (answer.status_code, answer.json()["code"]) == (404, "nothing-known"), answer.text
    assert str(nowhere) in answer.json()["detail"]
