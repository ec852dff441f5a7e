"""A small clean-up over HTTP: three channels file, one report is protected, and every question about it is answered from the views."""

import json
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from pydantic import TypeAdapter

from api.reads import routes
from ledger.identity import new_key
from tests.api.conftest import OFFICE, Service, unit

DAY = {"effective_on": "2026-01-05", "backlog": True}


@dataclass
class Cleanup:
    """What the story left behind: ids by what they are, and the position of its last fact."""

    service: Service
    campaign: str
    lead: str
    declaring: str
    silent: str
    recipient: str
    item: str
    report: str
    position: int

    def ask(self, path: str, **more: Any) -> Any:
        answer = self.service.get(f"/v1/{path}", min_position=self.position, **more)
        assert answer.status_code == 200, answer.text
        return answer.json()


def done(service: Service, path: str, body: dict[str, Any], **headers: str) -> dict[str, Any]:
    answer = service.post(f"/v1/{path}", {**DAY, **body}, **headers)
    assert answer.status_code == 201, answer.text
    receipt: dict[str, Any] = answer.json()
    return receipt


def of_kind(receipt: dict[str, Any], kind: str) -> str:
    return next(str(each["id"]) for each in receipt["streams"] if each["kind"] == kind)


def terms(of: str) -> dict[str, Any]:
    scope = [{"level": "TOWNSHIP", "category": "GOVERNMENT"}]
    clause = {"clause_id": "1", "type": "SIGNER_DUTY", "text": "演示条款"}
    named = {"item_type": "PLEDGE", "title": "演示安全责任书", "implementing_unit": of, "level": "COUNTY"}
    years = {"start_year": 2021, "end_year": 2025, "result": "演示"}
    return {**named, **years, "jurisdiction": "530902", "recipient_scope": scope, "clauses": [clause]}


@pytest.fixture(scope="module")
def cleanup(shared: Service) -> Cleanup:
    registered = [of_kind(done(shared, "units", unit()), "unit") for _ in range(4)]
    lead, declaring, silent, recipient = registered
    ordinal = shared.facts()
    plan = {
        "area_code": "530902",
        "year": 2024,
        "ordinal": ordinal,
        "title": f"演示清理{ordinal}",
        "campaign_unit": lead,
    }
    campaign = of_kind(done(shared, "campaigns", plan), "campaign")
    at = f"campaigns/{campaign}"
    opening = {"units": [declaring, silent], "item_types": ["PLEDGE"], "deadline": "2026-01-31"}
    done(shared, f"{at}/open", opening)
    filed = done(shared, f"{at}/returns", {"unit": declaring, "item_type": "PLEDGE", "items": [terms(declaring)]})
    described = {"item_type": "PLEDGE", "title": "演示安全责任书", "implementing_unit": declaring}
    report = {
        "ordinal": str(new_key()),
        "recipient": recipient,
        "described": described,
        "protected": True,
        "statement": "演示陈述",
    }
    reported = done(shared, f"{at}/recipient-reports", report, Idempotency_Key=str(new_key()))
    return Cleanup(
        service=shared,
        campaign=campaign,
        lead=lead,
        declaring=declaring,
        silent=silent,
        recipient=recipient,
        item=of_kind(filed, "item"),
        report=of_kind(reported, "record"),
        position=reported["position"],
    )


def test_the_campaign_and_its_returns(cleanup: Cleanup) -> None:
    at = f"campaigns/{cleanup.campaign}"
    held = cleanup.ask(at)
    assert (held["phase"], held["units"], held["item_types"]) == ("OPEN", 2, ["PLEDGE"])
    assert cleanup.campaign in [each["campaign"] for each in cleanup.ask("campaigns")]
    returns = {row["unit"]: row["status"] for row in cleanup.ask(f"{at}/returns")["rows"]}
    assert returns == {cleanup.declaring: "SUBMITTED", cleanup.silent: "DUE"}
    missing = cleanup.ask(f"{at}/returns", status="missing")["rows"]
    assert [row["unit"] for row in missing] == [cleanup.silent]
    assert cleanup.ask(f"{at}/returns", unit=cleanup.declaring, status="DUE")["rows"] == []


def test_returns_come_in_pages(cleanup: Cleanup) -> None:
    first = cleanup.ask(f"campaigns/{cleanup.campaign}/returns", limit=1)
    second = cleanup.ask(f"campaigns/{cleanup.campaign}/returns", limit=1, cursor=first["next"])
    assert {first["rows"][0]["unit"], second["rows"][0]["unit"]} == {cleanup.declaring, cleanup.silent}
    assert second["next"] is None


def test_the_balance_and_what_is_open(cleanup: Cleanup) -> None:
    balance = cleanup.ask(f"campaigns/{cleanup.campaign}/balance")
    (group,) = balance["groups"]
    assert (group["level"], group["item_type"], group["identified"]) == ("COUNTY", "PLEDGE", 1)
    assert (balance["totals"]["reports"], balance["totals"]["matches"]) == (1, 0)
    missing = cleanup.ask(f"campaigns/{cleanup.campaign}/exceptions")
    assert [row["unit"] for row in missing["returns_missing"]] == [cleanup.silent]
    assert [row["record"] for row in missing["records_unsettled"]] == [cleanup.report]


def test_the_channels_are_compared(cleanup: Cleanup) -> None:
    (row,) = cleanup.ask(f"campaigns/{cleanup.campaign}/reconciliation")["rows"]
    assert (row["item"], row["channels"], row["result"]) == (cleanup.item, "I", "UNCORROBORATED")
    assert cleanup.ask(f"campaigns/{cleanup.campaign}/reconciliation", result="MATCHED")["rows"] == []


def test_a_protected_reporter_stands_nowhere(cleanup: Cleanup) -> None:
    (row,) = cleanup.ask(f"campaigns/{cleanup.campaign}/records", settled=False)["rows"]
    assert (row["record"], row["protected"], row["reporter"]) == (cleanup.report, True, None)
    history = cleanup.ask(f"units/{cleanup.recipient}/history")["rows"]
    assert [entry["topic"] for entry in history] == ["unit.registered"]
    with psycopg.connect(cleanup.service.superuser) as connection:
        query = "select actor, state from log.events where position = %s"
        actor, state = connection.execute(query, (cleanup.position,)).fetchall()[0]
    assert actor is None
    held = json.loads(state)
    assert not {"actor_unit", "actor_post", "recipient", "statement"} & set(held)
    assert cleanup.recipient not in state.decode()
    assert "演示陈述" not in state.decode()


def test_a_protected_report_sent_again_is_the_same_report(shared: Service, cleanup: Cleanup) -> None:
    described = {"item_type": "PLEDGE", "title": "演示第二份", "implementing_unit": cleanup.declaring}
    report = {"ordinal": str(new_key()), "recipient": cleanup.recipient, "described": described, "protected": True}
    key, path = str(new_key()), f"campaigns/{cleanup.campaign}/recipient-reports"
    first = done(shared, path, report, Idempotency_Key=key)
    size = shared.facts()
    assert done(shared, path, report, Idempotency_Key=key) == first
    assert shared.facts() == size


def test_the_item_its_elements_and_its_history(cleanup: Cleanup) -> None:
    (listed,) = cleanup.ask("items", campaign=cleanup.campaign)["rows"]
    assert (listed["item"], listed["phase"], listed["in_force"]) == (cleanup.item, "IDENTIFIED", False)
    assert cleanup.ask("items", campaign=cleanup.campaign, item_type="VETO")["rows"] == []
    detail = cleanup.ask(f"items/{cleanup.item}")
    assert detail["row"] == listed
    assert detail["terms"]["clauses"][0]["text"] == "演示条款"
    (entry,) = cleanup.ask(f"items/{cleanup.item}/history")
    assert (entry["topic"], entry["actor_unit"]) == ("item.identified", str(OFFICE))
    assert entry["recorded_at"].endswith("+08:00")
    assert cleanup.ask(f"items/{cleanup.item}/opinions") == []
    lists = cleanup.ask("lists", jurisdiction="530902")
    assert all(cleanup.item not in [row["item"] for row in each["items"]] for each in lists)


def test_the_history_of_a_unit_by_role_and_in_pages(cleanup: Cleanup) -> None:
    at = f"units/{cleanup.declaring}/history"
    rows = cleanup.ask(at)["rows"]
    assert {row["topic"] for row in rows} >= {"unit.registered", "campaign.opened", "item.identified"}
    assert [row["position"] for row in rows] == sorted(row["position"] for row in rows)
    assert all(row["recorded_at"].endswith("+08:00") for row in rows)
    implementer = cleanup.ask(at, role="implementer")["rows"]
    assert {row["role"] for row in implementer} == {"implementer"}
    paged: list[Any] = []
    cursor = None
    while cursor is not None or not paged:
        page = cleanup.ask(at, limit=2, **({"cursor": cursor} if cursor else {}))
        paged += page["rows"]
        cursor = page["next"]
    assert paged == rows


@pytest.mark.parametrize("route", routes.routes, ids=lambda route: route.path)
def test_an_answer_is_what_its_description_says(cleanup: Cleanup, route: Any) -> None:
    known = {"unit": cleanup.declaring, "item": cleanup.item, "campaign": cleanup.campaign}
    asked: dict[str, Any] = {"jurisdiction": "530902"} if route.path == "/v1/lists" else {}
    path = route.path.removeprefix("/v1/").format(**known)
    answer = cleanup.service.get(f"/v1/{path}", min_position=cleanup.position, **asked)
    described = TypeAdapter(route.response_model)
    read = described.validate_json(answer.content)
    assert _names(json.loads(described.dump_json(read))) == _names(answer.json())


def _names(held: Any) -> Any:
    """The fields of an answer, all the way down."""
    if isinstance(held, dict):
        return {name: _names(value) for name, value in held.items()}
    return [_names(each) for each in held] if isinstance(held, list) else None
