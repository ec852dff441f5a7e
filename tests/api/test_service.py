"""The service says how it is, lets nobody in without the token, and answers whatever goes wrong with a problem."""

import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from api.problems import codes
from ledger.identity import new_key
from tests.api.conftest import TOKEN, Service, open_ledger, serving, unit


def ready(service: Service) -> httpx.Response:
    """The first answer of /readyz that is not about views that are still being built."""
    for _ in range(100):
        answer = service.anyone.get("/readyz", headers={"Accept-Language": "en"})
        if "views" not in answer.text:
            break
        time.sleep(0.1)
    return answer


def test_a_live_process_needs_nothing_to_say_so(shared: Service) -> None:
    assert shared.anyone.get("/livez").json() == {"alive": True}


def test_ready_is_when_the_lag_of_every_view_is_known(shared: Service) -> None:
    answer = ready(shared)
    assert answer.status_code == 200
    assert [view["name"] for view in answer.json()["projections"]] == ["register"]
    assert answer.json()["synthetic_clock"] is True
    assert int(answer.headers["Ledger-Head"]) == answer.json()["head"]


def test_a_ledger_that_is_not_open_is_not_ready_and_takes_nothing(new_database: Callable[[], str]) -> None:
    with serving(new_database(), is_open=False) as service:
        answer = ready(service)
        assert (answer.status_code, answer.json()["code"]) == (503, "not-ready")
        assert "mingze migrate" in answer.json()["detail"]
        assert answer.headers["Retry-After"] == "1"
        refused = service.post("/v1/units", unit())
        assert (refused.status_code, refused.json()["code"]) == (503, "ledger-is-not-open")
        open_ledger(service.dsn, synthetic=False)
        assert ready(service).status_code == 200
        assert service.post("/v1/units", unit()).status_code == 201


def test_a_database_that_is_gone_is_told_and_found_again(alone: Service) -> None:
    assert ready(alone).status_code == 200
    name = conninfo_to_dict(alone.superuser)["dbname"]
    key, body = str(new_key()), unit()
    with psycopg.connect(alone.superuser, dbname="postgres", autocommit=True) as admin:
        admin.execute(f"alter database {name} allow_connections false".encode())
        admin.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", (name,))
        assert alone.anyone.get("/readyz").status_code == 503
        assert alone.anyone.get("/livez").status_code == 200
        assert alone.anyone.get("/status").json()["reachable"] is False
        for answer in (alone.http.get("/v1/units"), alone.post("/v1/units", body, Idempotency_Key=key)):
            assert (answer.status_code, answer.json()["code"]) == (503, "database-unreachable")
            assert answer.headers["Retry-After"]
        admin.execute(f"alter database {name} allow_connections true".encode())
    assert ready(alone).status_code == 200
    assert written(alone, body, key).status_code == 201
    assert alone.facts() == 2


def written(service: Service, body: dict[str, Any], key: str) -> httpx.Response:
    """Write as the answers ask for it: a 503 with Retry-After is tried again, under the same key."""
    for _ in range(30):
        answer = service.post("/v1/units", body, Idempotency_Key=key)
        if answer.status_code != 503:
            break
        time.sleep(int(answer.headers["Retry-After"]))
    return answer


# ── Who may ask ──


@pytest.mark.parametrize("path", ["/v1/units", "/v1/items", f"/v1/receipts/{UUID(int=1)}", "/v1/campaigns"])
@pytest.mark.parametrize(
    ("authorization", "code"),
    [
        (None, "credentials-missing"),
        ("", "credentials-missing"),
        (f"Basic {TOKEN}", "credentials-missing"),
        (f"Bearer {TOKEN}x", "credentials-wrong"),
        (f"Bearer {TOKEN[:-1]}", "credentials-wrong"),
        ("Bearer é", "credentials-wrong"),
    ],
    ids=[
        "none",
        "empty",
        "another scheme",
        "longer",
        "shorter",
        "not ascii",
    ],  # the token itself is another one in every process
)
def test_nobody_reads_without_the_token(shared: Service, path: str, authorization: str | None, code: str) -> None:
    headers = {} if authorization is None else {"Authorization": authorization.encode("latin-1")}
    answer = shared.anyone.get(path, headers=headers)  # type: ignore[arg-type]  # bytes go out as they are
    assert (answer.status_code, answer.json()["code"]) == (401, code)
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_nobody_writes_without_the_token_and_no_body_of_theirs_is_read(shared: Service) -> None:
    size = shared.facts()
    answer = shared.anyone.post("/v1/units", content=b"{" * 5_000_000, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (401, "credentials-missing")
    assert shared.facts() == size


def test_every_path_of_the_api_needs_the_token(shared: Service) -> None:
    described = shared.anyone.get("/openapi.json").json()["paths"]
    needing = {path for path, held in described.items() if all("security" in each for each in held.values())}
    assert needing == {path for path in described if path.startswith("/v1/")}


# ── Problems ──


def test_a_problem_speaks_the_language_of_the_caller(shared: Service) -> None:
    said = {
        wish: shared.http.get("/v1/nowhere", headers={"Accept-Language": wish})
        for wish in ("zh-CN,zh;q=0.9", "en-GB", "fr, en;q=0.5, zh;q=0.4", "fr", "", "en;q=0, zh")
    }
    languages = {wish: answer.headers["Content-Language"] for wish, answer in said.items()}
    assert list(languages.values()) == ["zh", "en", "en", "zh", "zh", "zh"]
    assert "nothing at this address" in said["en-GB"].json()["detail"]
    assert "没有这个地址" in said["fr"].json()["detail"]


def test_a_problem_has_the_members_of_the_standard_and_its_page_exists(shared: Service) -> None:
    answer = shared.http.get("/v1/nowhere")
    problem = answer.json()
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert (answer.status_code, problem["status"]) == (404, 404)
    assert problem["instance"] == f"urn:uuid:{answer.headers['Request-Id']}"
    page = shared.anyone.get(problem["type"])
    assert (page.status_code, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")


def test_a_method_that_is_not_taken_names_those_that_are(shared: Service) -> None:
    answer = shared.http.delete("/v1/meetings")
    assert (answer.status_code, answer.json()["code"], answer.headers["Allow"]) == (405, "method-not-allowed", "POST")


def test_every_answer_has_a_number_of_its_own(shared: Service) -> None:
    numbers = {shared.anyone.get("/livez").headers["Request-Id"] for _ in range(3)}
    assert len(numbers) == 3


def test_a_fault_of_the_program_tells_nothing_of_it(shared: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("secret words")

    monkeypatch.setattr("api.reads.units.unit", broken)
    answer = shared.get(f"/v1/units/{new_key()}")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal-error")
    assert "secret" not in answer.text
    assert answer.headers["Request-Id"] in answer.json()["detail"]


@pytest.mark.parametrize("code", codes())
def test_every_problem_has_a_page_in_both_languages(shared: Service, code: str) -> None:
    page = shared.anyone.get(f"/problems/{code}")
    assert page.status_code == 200
    assert f"HTTP {codes()[code]}" in page.text
    assert "下一步" in page.text
    assert "Next:" in page.text
    assert "{" not in page.text


def test_what_is_no_problem_has_no_page(shared: Service) -> None:
    assert shared.anyone.get("/problems/no-such-problem").status_code == 404
