"""The pages made from the code are the committed ones; the API's description is whole; no page asks anything of another server."""

import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from api.app import create_app
from api.documents import PAGES
from api.pages import ASSETS
from tests.api.conftest import Service

DOCS = Path(str(files("api"))).parent / "docs"
DESCRIBED = create_app(None, b"").openapi()
OPERATIONS = [
    (f"{method} {path}", held) for path, methods in DESCRIBED["paths"].items() for method, held in methods.items()
]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_made_from_the_code_is_the_committed_one(page: str) -> None:
    assert (DOCS / page).read_text("utf-8") == PAGES[page](), "run: python -m api.documents docs"


def test_the_description_is_openapi_3_1_and_every_reference_leads_somewhere() -> None:
    assert DESCRIBED["openapi"].startswith("3.1.")
    references = set(re.findall(r"'\$ref': '#/components/(\w+)/(\w+)'", str(DESCRIBED)))
    held = {(kind, name) for kind, parts in DESCRIBED["components"].items() for name in parts}
    assert references - held == set()
    assert {pair for pair in held if pair[0] == "schemas"} - references == set()


def test_every_operation_has_a_name_set_by_hand_a_tag_and_both_languages() -> None:
    names = [held["operationId"] for _, held in OPERATIONS]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z][A-Za-z]+", name) for name in names)
    tags = {tag["name"] for tag in DESCRIBED["tags"]}
    assert all(set(held["tags"]) <= tags and " · " in held["summary"] for _, held in OPERATIONS)


@pytest.mark.parametrize(("operation", "held"), OPERATIONS, ids=[name for name, _ in OPERATIONS])
def test_every_operation_documents_its_problems(operation: str, held: dict[str, Any]) -> None:
    said = set(held["responses"])
    if "/v1/" in operation:
        assert said >= {"400", "401", "404", "500", "503"}
    if operation.startswith("post"):
        recorded = "200" if "/checks/" in operation else "201"  # a dry run brings nothing about
        assert said >= {recorded, "409", "413", "415", "422"}
        assert held["requestBody"]["required"]


def test_every_body_takes_only_what_it_knows() -> None:
    schemas = DESCRIBED["components"]["schemas"]
    asked = [
        held["requestBody"]["content"]["application/json"]["schema"]["$ref"]
        for _, held in OPERATIONS
        if "requestBody" in held
    ]
    assert all(schemas[reference.rpartition("/")[2]]["additionalProperties"] is False for reference in asked)


def test_the_page_of_the_api_asks_only_this_server(shared: Service) -> None:
    page = shared.anyone.get("/docs")
    asked = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert {"/docs/swagger-ui-bundle.js", "/docs/swagger-ui.css", "/docs/start.js"} <= set(asked)
    for address in asked:
        assert address == "data:," or shared.anyone.get(address).status_code == 200, address
    assert not re.search(r"https?://|//[a-z]", page.text)
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert re.findall(r"https?:|\*|unsafe", policy) == []


def test_what_starts_the_page_names_no_other_server(shared: Service) -> None:
    start = shared.anyone.get("/docs/start.js").text
    assert 'url: "/openapi.json"' in start
    assert "validatorUrl: null" in start
    assert not re.search(r"https?://", start)


def test_the_styles_fetch_nothing(shared: Service) -> None:
    for name, kind in ASSETS.items():
        answer = shared.anyone.get(f"/docs/{name}")
        assert answer.headers["Content-Type"].startswith(kind)
        if kind == "text/css":
            fetched = re.findall(r"url\(\s*[\"']?([^\"')]{1,30})", answer.text)
            assert all(address.startswith("data:") for address in fetched)
            assert "@import" not in answer.text


def test_nothing_but_the_pages_own_files_is_served(shared: Service) -> None:
    for name in ("../app.py", "problem.html", "swagger-ui.LICENSE.txt", "%2e%2e/app.py"):
        assert shared.anyone.get(f"/docs/{name}").status_code == 404


def test_the_makers_licence_lies_beside_their_work() -> None:
    held = files("api") / "docs_page"
    assert "Apache License" in (held / "swagger-ui.LICENSE.txt").read_text()
    assert "SmartBear" in (held / "swagger-ui.NOTICE.txt").read_text()
