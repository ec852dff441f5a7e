"""A command over HTTP: accepted with a receipt, or refused with a problem that says what to do; nothing in between."""

import inspect
import json
from dataclasses import fields
from datetime import date
from typing import Any
from uuid import UUID

import psycopg
import pytest

from api.writes import BODIES, WRITES, salted
from ledger import commands
from ledger.commands import Command, FileRecipientReport, OpenLedger
from ledger.deciding import DECIDERS
from ledger.identity import new_key
from ledger.streams import unit_stream
from tests.api.conftest import OFFICE, Service, unit


def envelope(service: Service, position: int) -> tuple[str | None, dict[str, Any]]:
    """Account and stored state of a fact."""
    with psycopg.connect(service.superuser) as connection:
        query = "select actor, state from log.events where position = %s"
        actor, state = connection.execute(query, (position,)).fetchall()[0]
    return actor, json.loads(state)


def test_the_table_holds_every_command_once_and_no_other_way_in() -> None:
    every = {each for _, each in inspect.getmembers(commands, inspect.isclass) if issubclass(each, Command)}
    assert sorted(write.command.__name__ for write in WRITES) == sorted(
        each.__name__ for each in every - {Command, OpenLedger}
    )
    assert {write.command for write in WRITES} == set(DECIDERS)
    assert len({write.path for write in WRITES}) == len({write.operation for write in WRITES}) == len(WRITES)


@pytest.mark.parametrize("write", WRITES, ids=lambda write: write.operation)
def test_a_body_is_its_command_less_what_the_path_says(write: Any) -> None:
    body = {field.name for field in fields(BODIES[write.command].shape)}
    rest = {"salts"} if write.command is FileRecipientReport else set()
    assert body | set(write.in_path) | rest == set(write.command.__dataclass_fields__)
    assert not body & set(write.in_path)


def test_an_accepted_command_is_answered_with_its_place_in_the_ledger(shared: Service) -> None:
    body = unit()
    answer = shared.post("/v1/units", body)
    receipt = answer.json()
    stream = unit_stream(body["code"], date(2020, 1, 1))
    assert answer.status_code == 201
    assert receipt["first"] == receipt["last"] == receipt["position"] == int(answer.headers["Ledger-Position"])
    assert receipt["streams"] == [{"id": str(stream), "kind": "unit", "version": 1, "created": True}]
    assert receipt["recorded_at"].endswith("+08:00")
    assert shared.http.get(answer.headers["Location"]).json() == receipt


def test_who_acted_is_recorded_and_a_demonstration_marks_what_is_invented(shared: Service) -> None:
    position = shared.post("/v1/units", unit()).json()["position"]
    account, state = envelope(shared, position)
    assert (account, state["actor_unit"], state["actor_post"]) == ("local", str(OFFICE), "经办岗")
    assert (state["entry_route"], state["synthetic"]) == ("API", True)


def test_what_the_path_names_needs_no_field(shared: Service) -> None:
    held = shared.post("/v1/units", unit()).json()["streams"][0]["id"]
    renamed = shared.post(
        f"/v1/units/{held}/names", {"effective_on": "2026-01-06", "name": "演示新名", "backlog": True}
    )
    assert renamed.json()["streams"] == [{"id": held, "kind": "unit", "version": 2, "created": False}]
    both = {"effective_on": "2026-01-06", "name": "演示", "unit": held}
    assert shared.post(f"/v1/units/{held}/names", both).json()["errors"][0]["pointer"] == "/unit"


def test_sent_again_with_its_key_a_command_is_answered_with_its_first_receipt(shared: Service) -> None:
    key, body = str(new_key()), unit()
    first = shared.post("/v1/units", body, Idempotency_Key=key)
    size = shared.facts()
    again = shared.post("/v1/units", body, Idempotency_Key=key)
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["Location"] == first.headers["Location"]
    assert shared.facts() == size


def test_a_key_used_for_another_command_is_refused(shared: Service) -> None:
    key = str(new_key())
    shared.post("/v1/units", unit(), Idempotency_Key=key)
    size = shared.facts()
    other = shared.post("/v1/units", unit(), Idempotency_Key=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")
    assert shared.facts() == size


def test_without_a_key_the_same_body_is_another_command(shared: Service) -> None:
    body = unit()
    assert shared.post("/v1/units", body).status_code == 201
    assert shared.post("/v1/units", body).json()["code"] == "unit-already-registered"


@pytest.mark.parametrize("key", ["", "k" * 256, "k\u00e9"])
def test_a_key_that_nobody_could_repeat_is_refused(shared: Service, key: str) -> None:
    headers = {"Idempotency-Key": key.encode()}
    answer = shared.http.post("/v1/units", json=unit(), headers=headers)  # type: ignore[arg-type]  # bytes go out as they are
    assert (answer.status_code, answer.json()["code"]) == (400, "header-malformed")


def test_a_refusal_says_what_was_met_and_under_which_rule(shared: Service) -> None:
    size = shared.facts()
    answer = shared.post("/v1/units", unit(effective_on="2020-01-01", backlog=False))
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "late-without-reason")
    assert (problem["rule"]["code"], problem["rule"]["pack"]) == ("BR-22", "generic@1")
    assert problem["rule"]["source"]
    assert problem["met"]["effective_on"] == "2020-01-01"
    assert problem["remedy"]
    assert shared.facts() == size


def test_what_nobody_registered_is_not_found(shared: Service) -> None:
    nowhere = new_key()
    answer = shared.post(f"/v1/units/{nowhere}/names", {"effective_on": "2026-01-06", "name": "演示", "backlog": True})
    assert (answer.status_code, answer.json()["code"]) == (404, "unit-unknown")
    assert str(nowhere) in answer.json()["detail"]


def test_what_the_state_of_things_forbids_is_a_conflict(shared: Service) -> None:
    body = unit()
    shared.post("/v1/units", body)
    answer = shared.post("/v1/units", body)
    assert (answer.status_code, answer.json()["code"]) == (409, "unit-already-registered")


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"Mingze-Post": None}, "acting-unit-missing"),
        ({"Mingze-Unit": None}, "acting-unit-missing"),
        ({"Mingze-Post": "%FF"}, "header-malformed"),
        ({"Mingze-Post": "%0A"}, "header-malformed"),
        ({"Mingze-Post": "x" * 101}, "header-malformed"),
        ({"Mingze-Unit": "the office"}, "parameter-malformed"),
    ],
)
def test_nobody_acts_for_no_unit_and_in_no_post(shared: Service, headers: dict[str, str | None], code: str) -> None:
    held = shared.post("/v1/units", unit()).json()["streams"][0]["id"]
    sent = {
        name: value
        for name, value in {**shared.http.headers, **{k.lower(): v for k, v in headers.items()}}.items()
        if value
    }
    answer = shared.anyone.post(f"/v1/units/{held}/dissolution", headers=sent, json={"effective_on": "2026-01-06"})
    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_the_first_unit_is_registered_before_anybody_can_act_for_one(shared: Service) -> None:
    authorization = {"Authorization": shared.http.headers["Authorization"]}
    answer = shared.anyone.post("/v1/units", headers=authorization, json=unit())
    assert answer.status_code == 201
    assert "actor_unit" not in envelope(shared, answer.json()["position"])[1]


# ── The body ──


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"valid_from": "2020-13-01"}, "/valid_from"),
        ({"valid_from": "0"}, "/valid_from"),
        ({"valid_from": "2020-01-01T00:00:00"}, "/valid_from"),
        ({"valid_from": 0}, "/valid_from"),
        ({"level": "CITY"}, "/level"),
        ({"backlog": "yes"}, "/backlog"),
        ({"name": 7}, "/name"),
        ({"name": None}, "/name"),
        ({"causation": 1.0}, "/causation"),
        ({"causation": 2**53}, "/causation"),
        ({"causation": -(10**30)}, "/causation"),
        ({"evidence": [{"digest": "d", "media_type": "m", "title": "t", "length": 2**64}]}, "/evidence/0/length"),
        ({"block_superior": "urn:uuid:0d0d0d0d-0000-4000-8000-000000000001"}, "/block_superior"),
        ({"authority": {"document": None, "minutes": 1}}, "/authority/minutes"),
        ({"evidence": {}}, "/evidence"),
        ({"evidence": [{"digest": "d", "media_type": "m"}]}, "/evidence/0/title"),
        ({"nmae": "演示"}, "/nmae"),
        ({"a/b~c": 1}, "/a~1b~0c"),
    ],
)
def test_a_body_is_taken_as_it_stands_or_not_at_all(shared: Service, change: dict[str, Any], pointer: str) -> None:
    size = shared.facts()
    answer = shared.post("/v1/units", unit(**change))
    assert (answer.status_code, answer.json()["code"]) == (422, "body-invalid")
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert shared.facts() == size


def test_everything_that_is_wrong_is_told_at_once(shared: Service) -> None:
    errors = shared.post("/v1/units", {"code": 1, "level": "CITY", "extra": True, "backlog": "yes"}).json()["errors"]
    pointers = {error["pointer"] for error in errors}
    assert pointers >= {"/code", "/level", "/extra", "/backlog", "/name", "/effective_on", "/valid_from"}


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'{"a":1}}', b"[" * 100_000])
def test_what_is_no_json_is_told_so(shared: Service, body: bytes) -> None:
    answer = shared.http.post("/v1/units", content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (400, "body-not-json")


@pytest.mark.parametrize("body", [b"null", b"[]", b"1", b'"text"'])
def test_what_is_no_object_is_told_so(shared: Service, body: bytes) -> None:
    answer = shared.http.post("/v1/units", content=body, headers={"Content-Type": "application/json; charset=utf-8"})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "")


@pytest.mark.parametrize("kind", [None, "text/plain", "application/x-www-form-urlencoded", "application/jsonp"])
def test_a_body_of_another_kind_is_not_read(shared: Service, kind: str | None) -> None:
    headers = {"Content-Type": kind} if kind else {}
    answer = shared.http.post("/v1/units", content=json.dumps(unit()).encode(), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (415, "content-type-not-json")


def test_a_body_is_not_read_beyond_its_limit(shared: Service) -> None:
    answer = shared.post("/v1/units", unit(reason="长" * (2 << 20)))
    assert (answer.status_code, answer.json()["code"]) == (413, "body-too-large")


def test_what_does_not_fit_into_one_record_is_refused(shared: Service) -> None:
    answer = shared.post("/v1/units", unit(reason="长" * 30_000))
    assert (answer.status_code, answer.json()["code"]) == (422, "record-not-storable")


@pytest.mark.parametrize("text", ["\u0007", "\ud800"])
def test_what_no_reader_could_bear_is_refused(shared: Service, text: str) -> None:
    content = json.dumps(unit(reason=text)).encode()
    answer = shared.http.post("/v1/units", content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422)


# ── Reports under protection ──


def report(**more: Any) -> dict[str, Any]:
    described = {"item_type": "PLEDGE", "title": "演示责任书", "implementing_unit": str(OFFICE)}
    ordinal = {"ordinal": str(new_key()), "recipient": str(OFFICE), "described": described}
    return {"effective_on": "2026-01-06", "protected": True, "backlog": True, **ordinal, **more}


@pytest.mark.parametrize("key", [None, "mine", "6d696e67-7a65-5000-8000-6c6564676572"])
def test_a_protected_report_needs_a_random_key(shared: Service, key: str | None) -> None:
    headers = {"Idempotency_Key": key} if key else {}
    answer = shared.post(f"/v1/campaigns/{new_key()}/recipient-reports", report(), **headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency-key-needed")


def test_salts_are_not_for_the_caller_to_choose(shared: Service) -> None:
    answer = shared.post(f"/v1/campaigns/{new_key()}/recipient-reports", report(salts=["00" * 16]))
    assert answer.json()["errors"][0]["pointer"] == "/salts"


def test_salts_are_the_same_for_the_same_key_and_as_many_as_what_is_withheld() -> None:
    key = str(new_key())
    body = json.dumps(report(statement="有")).encode()
    asked = BODIES[FileRecipientReport].read(body, "zh", {"campaign": UUID(int=1), "salts": ()})
    assert isinstance(asked, FileRecipientReport)
    first, again, other = salted(asked, key), salted(asked, key), salted(asked, str(new_key()))
    assert first.salts == again.salts
    assert len(set(first.salts + other.salts)) == 4
    assert all(len(salt) >= 32 and set(salt) <= set("0123456789abcdef") for salt in first.salts)
