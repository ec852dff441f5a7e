"""The second half of the demonstration: two incidents, told beside the clean-up; what the document says and what the API answers."""

import json
import secrets
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest

from api.backing import standing_behind
from api.demo import report
from api.demo.run import tell
from api.demo.world import load, unit
from api.rulings import with_table
from api.runtime import Place
from api.settings import read
from api.speaking import Voice
from ledger.commands import RuleClaim
from ledger.postgres import Server
from ledger.streams import claim_stream, incident_stream
from ledger.terms import ClaimOutcome
from tests.demo.conftest import DEMONSTRATED, Shown, copy_of

SIX = ["T1", "T3", "T4", "T6", "T7", "T10"]
HEADS, BENEATH = ["DR-08", "DR-09", "DR-10", "DR-16"], ["DR-01", "DR-07", "DR-12", "DR-15", "DR-22", "DR-32"]
G, B, W, H = (unit(code) for code in ("530999-04", "530999-02", "530999901", "530999"))
N1, N2 = incident_stream(G, "2025-01"), incident_stream(G, "2025-02")


def test_the_document_says_what_came_of_both(shown: Shown) -> None:
    said = shown.document
    assert (said["claim"]["outcome"], said["claim"]["failed_tests"]) == ("SHIELD_REJECTED", SIX)
    assert (said["leads"], said["absorbed"]) == (HEADS, BENEATH)
    assert (said["tolerance"]["outcome"], said["tolerance"]["ground"]) == ("EXEMPT", "MISMATCH")
    assert len(said["tolerance"]["mismatch_refs"]) == 2
    assert (said["twin"]["outcome"], said["twin"]["failed_tests"], said["twin"]["leads"]) == ("SUSTAINED", [], [])
    assert said["twin"]["considered"] == [{"rule": "DR-03", "exemption": "COMMANDED_BY_LAW"}]
    assert said["two_clocks"] == ["T6", "T7"]
    assert said["verified"]


def test_the_figures_of_the_clean_up_are_untouched_by_the_fictitious_county(shown: Shown) -> None:
    assert shown.document["identified"]["total"] == 67
    assert shown.document["decided"]["total"] == 19


def test_the_trail_lays_out_who_owned_who_signed_who_warned_and_what_was_ruled(shown: Shown) -> None:
    trail = shown.get(f"/v1/incidents/{N1}/trail", in_force_on="2025-08-01")
    (duty,) = trail["duties"]
    assert (duty["owner"], duty["power_holder"], duty["needs_power"]) == (str(B), str(B), True)
    backlog, waved = trail["papers"]
    assert (backlog["kind"], backlog["signed_on"], backlog["last_day"], backlog["in_force"]) == (
        "BACKLOG",
        "2024-03-01",
        "2024-12-31",
        False,
    )
    assert (waved["kind"], waved["signed_on"], waved["item_phase"], waved["listed"], waved["in_force"]) == (
        "IRREGULAR",
        "2025-06-20",
        "CANCELLED",
        False,
        False,
    )
    (warned,) = trail["warnings"]
    assert (warned["raised_on"], warned["due"], warned["answered_on"]) == ("2024-03-12", "2024-04-02", None)
    (claim,) = trail["claims"]
    assert (claim["asserting_unit"], claim["against_unit"], claim["failed_now"]) == (str(B), str(W), SIX)
    assert (claim["outcome"], claim["shield_use_confirmed"]) == ("SHIELD_REJECTED", True)
    assert {(case["subject_unit"], case["tolerance_outcome"]) for case in trail["cases"]} == {
        (str(W), "EXEMPT"),
        (str(B), None),
    }
    days = [line["effective_on"] for line in trail["lines"]]
    assert days == sorted(days)
    about = shown.get("/v1/leads", in_force_on="2025-08-01", incident=str(N1))
    assert trail["leads"] == about["leads"]
    assert {lead["rule"] for lead in trail["leads"]} == {*HEADS, *BENEATH}


def test_the_twelve_tests_are_answered_in_both_columns_with_sentences(shown: Shown) -> None:
    trail = shown.get(f"/v1/incidents/{N1}/trail")
    tests = shown.get(f"/v1/claims/{trail['claims'][0]['claim']}/tests")
    assert tests["failed_tests"] == tests["failed_at_assertion"] == SIX
    by_test = {row["test"]: row for row in tests["tests"]}
    assert list(by_test) == [f"T{number}" for number in range(1, 13)]
    assert by_test["T12"]["at_assertion"]["result"] == "unknown"
    assert by_test["T12"]["now"]["result"] == "pass"
    assert "农村沼气设施安全监督检查" in by_test["T6"]["now"]["sentence"]["zh"]
    assert all("{" not in row["now"]["sentence"][language] for row in tests["tests"] for language in ("zh", "en"))


def test_known_before_the_claim_there_are_no_tests_and_before_the_paper_was_seen_no_paper(shown: Shown) -> None:
    trail = shown.get(f"/v1/incidents/{N1}/trail")
    claim = trail["claims"][0]
    assert (
        shown.http.get(f"/v1/claims/{claim['claim']}/tests", params={"known_at": claim["position"] - 1}).status_code
        == 404
    )
    seen = next(paper["position"] for paper in trail["papers"] if paper["kind"] == "IRREGULAR")
    before = shown.get(f"/v1/incidents/{N1}/trail", known_at=seen - 1)
    assert [paper["kind"] for paper in before["papers"]] == ["BACKLOG"]
    assert before["claims"] == []


def test_a_paper_is_worth_something_on_one_day_and_nothing_on_another(shown: Shown) -> None:
    trail = shown.get(f"/v1/incidents/{N2}/trail")
    lawful = next(paper["pledge"] for paper in trail["papers"] if paper["signer"] == str(W))
    within = shown.get(f"/v1/pledges/{lawful}/validity", at="2025-07-08")
    assert (within["in_force"], within["failed_tests"]) == (True, [])
    after = shown.get(f"/v1/pledges/{lawful}/validity", at="2026-01-01")
    assert (after["in_force"], after["failed_tests"]) == (False, ["T5"])


def test_leads_are_listed_narrowed_and_named(shown: Shown) -> None:
    everything = shown.get("/v1/leads", in_force_on="2025-08-01")
    assert {lead["rule"] for lead in everything["leads"]} == {*HEADS, *BENEATH, "DR-21"}
    about = shown.get("/v1/leads", in_force_on="2025-08-01", incident=str(N1), head=True)
    assert [lead["rule"] for lead in about["leads"]] == HEADS
    assert shown.get("/v1/leads", in_force_on="2025-08-01", incident=str(N2))["leads"] == []
    assert {lead["rule"] for lead in shown.get("/v1/leads", rule="DR-08,DR-09")["leads"]} == {"DR-08", "DR-09"}
    one = about["leads"][0]
    assert shown.get(f"/v1/leads/{one['lead']}", in_force_on="2025-08-01") == one
    assert shown.http.get("/v1/leads", params={"rule": "DR-99"}).status_code == 400
    earlier = shown.get("/v1/leads", in_force_on="2025-06-19")
    assert "DR-10" not in {lead["rule"] for lead in earlier["leads"]}


def test_asked_again_at_the_same_place_the_answer_is_the_same_bytes(shown: Shown) -> None:
    first = shown.http.get(f"/v1/incidents/{N1}/trail")
    canonical = first.links["canonical"]["url"]
    again = shown.http.get(canonical)
    assert again.content == first.content
    assert "immutable" in again.headers["Cache-Control"]


def test_a_dry_run_says_rule_by_rule_why_a_pledge_may_not_be_signed(shown: Shown) -> None:
    trail = shown.get(f"/v1/incidents/{N1}/trail")
    item = next(paper["item"] for paper in trail["papers"] if paper["kind"] == "IRREGULAR")
    before = shown.get("/v1/leads")["known_at"]
    draft = {
        "effective_on": "2025-09-01",
        "item": item,
        "document_title": "农村能源安全生产责任书",
        "genre": "责任书",
        "issuer": str(B),
        "signer": str(W),
        "period_from": "2025-01-01",
        "period_to": "2025-12-31",
        "clauses": [],
    }
    checked = shown.http.post("/v1/checks/pledge", json=draft)
    assert checked.status_code == 200, checked.text
    said = checked.json()
    assert not said["may_be_signed"]
    broken = {rule["rule"]: rule for rule in said["rules"] if not rule["holds"]}
    assert {"BR-06", "BR-29"} <= broken.keys()
    assert broken["BR-29"]["detail"]["zh"]
    assert broken["BR-29"]["source"]
    assert shown.get("/v1/leads")["known_at"] == before


def test_the_claims_name_their_stream(shown: Shown) -> None:
    trail = shown.get(f"/v1/incidents/{N1}/trail")
    claim = trail["claims"][0]
    assert claim["claim"] == str(claim_stream(N1, B, waved(trail)))


def waved(trail: dict[str, Any]) -> UUID:
    return UUID(next(paper["pledge"] for paper in trail["papers"] if paper["kind"] == "IRREGULAR"))


@pytest.mark.parametrize("incident", [N1, N2], ids=["shield", "lawful"])
def test_a_ruling_is_given_the_very_table_that_was_read(shown: Shown, incident: UUID) -> None:
    """An objection under another paper fails T10: what is loaded for a ruling must not be less than for the question."""
    made = shown.get(f"/v1/incidents/{incident}/trail")["claims"][0]
    claim, at = made["claim"], made["position"]  # before any ruling leads to that other paper
    read = shown.get(f"/v1/claims/{claim}/tests", known_at=at)
    ruling = RuleClaim(
        effective_on=date(2025, 8, 1),
        claim=UUID(claim),
        outcome=ClaimOutcome.UNDETERMINED,
        inspector_unit=G,
        ground="演示",
        tested_at=at,
    )
    with standing_behind(shown.dsn) as behind:
        given = with_table(ruling, behind).table
    assert [(line.test, line.now, line.now_reason, list(line.positions)) for line in given] == [
        (row["test"], row["now"]["result"], row["now"]["reason"], row["now"]["positions"]) for row in read["tests"]
    ]


def test_what_is_learnt_late_of_a_day_before_changes_the_present_column_alone(shown: Shown) -> None:
    """Read with `known_at` before a retroactive record and after it, the claim has two answers, and both are right."""
    trail = shown.get(f"/v1/incidents/{N2}/trail")
    claim, pledge = trail["claims"][0]["claim"], trail["claims"][0]["pledge"]
    before = shown.get(f"/v1/claims/{claim}/tests")
    objection = {
        "effective_on": "2025-02-05",
        "objection_id": "late",
        "raised_by": str(W),
        "addressed_to": str(H),
        "kind": "NO_RESOURCES",
        "text": "人手不足（演示）",
        "duty_code": "ZR-FARMLAND-02",
        "late_reason": "演示",
    }
    acting = {"Mingze-Unit": str(W), "Mingze-Post": "%E7%BB%8F%E5%8A%9E%E5%B2%97"}
    answer = shown.http.post(f"/v1/pledges/{pledge}/objections", json=objection, headers=acting)
    assert answer.status_code == 201, answer.text
    shown.advance(answer.json()["position"])
    after = shown.get(f"/v1/claims/{claim}/tests")
    assert (before["failed_tests"], after["failed_tests"]) == ([], ["T10"])
    assert after["failed_at_assertion"] == before["failed_at_assertion"] == []
    again = shown.get(f"/v1/claims/{claim}/tests", known_at=before["known_at"])
    assert again == before


def test_a_ruling_takes_its_table_from_the_ledger_and_no_other(shown: Shown) -> None:
    """The lawful claim is reopened and ruled on again: the table is put in as of the position that was read, a forged one refused."""
    acting = {"Mingze-Unit": str(G), "Mingze-Post": "%E5%AE%A1%E7%90%86%E5%B2%97"}
    claim = shown.get(f"/v1/incidents/{N2}/trail")["claims"][0]["claim"]
    reopened = {"effective_on": "2025-08-01", "new_evidence": "补充材料（演示）", "late_reason": "演示"}
    answer = shown.http.post(f"/v1/claims/{claim}/reopening", json=reopened, headers=acting)
    assert answer.status_code == 201, answer.text
    position = answer.json()["position"]
    ruling = {
        "effective_on": "2025-08-02",
        "outcome": "PARTIAL",
        "inspector_unit": str(G),
        "ground": "部分成立（演示）",
        "tested_at": position,
        "late_reason": "演示",
    }
    forged = {
        "test": "T1",
        "at_assertion": "fail",
        "at_assertion_reason": "NO_ITEM",
        "now": "fail",
        "now_reason": "NO_ITEM",
        "positions": [],
    }
    shown.advance(position)
    refused = shown.http.post(f"/v1/claims/{claim}/rulings", json=ruling | {"table": [forged]}, headers=acting)
    assert (refused.status_code, refused.json()["code"]) == (422, "table-not-as-tested")
    ruled = shown.http.post(f"/v1/claims/{claim}/rulings", json=ruling, headers=acting)
    assert ruled.status_code == 201, ruled.text
    shown.advance(ruled.json()["position"])
    assert shown.get(f"/v1/claims/{claim}/tests")["outcome"] == "PARTIAL"


def test_told_again_it_adds_nothing(shown: Shown, server: Server, tmp_path: Path) -> None:
    """What became of the items since, an amendment among it, changes no step of the story."""
    dsn = copy_of(server, DEMONSTRATED, f"again_{secrets.token_hex(6)}")
    again = tell(Place(dsn, server), read({"MINGZE_DATA": str(tmp_path)}), load(), Voice(("en",), as_json=True))
    assert again.tally.recorded == 0
    said = json.loads(msgspec.json.encode(report.document(again)))
    assert {**said, "recorded_now": shown.document["recorded_now"]} == shown.document
