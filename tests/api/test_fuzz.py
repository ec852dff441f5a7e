"""Whatever is sent, in whatever shape the description allows, is accepted or refused with a problem; the program never fails."""

import json
import random
from collections import Counter
from typing import Any

import pytest

from api.app import create_app
from ledger.identity import new_key
from tests.api.conftest import Service, unit

DESCRIBED = create_app(None, b"").openapi()
SCHEMAS = DESCRIBED["components"]["schemas"]
TEXTS = (
    "",
    "a",
    "演示",
    "530900",
    "\0",
    "\N{REPLACEMENT CHARACTER}",
    "x" * 300,
    "{a}",
    "%s",
    "临办发〔2024〕5号",
    "a" * 64,
)
NUMBERS = (0, 1, -1, 2024, 2**31, 2**53, 2**63, 10**30)
DAYS = ("2026-01-01", "0001-01-01", "9999-12-31", "2024-02-29")
MOMENTS = ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00", "0001-01-01T00:00:00+14:00")


class Chance:
    """A caller who knows the description and nothing else."""

    def __init__(self, seed: int, ids: list[str]) -> None:
        self.random = random.Random(seed)  # noqa: S311 - a test's dice
        self.ids = ids

    def value(self, schema: dict[str, Any]) -> Any:
        """Anything that a schema allows, and a little that it does not."""
        chosen = self.random.choice
        if "$ref" in schema:
            return self.value(SCHEMAS[schema["$ref"].rpartition("/")[2]])
        if "anyOf" in schema:
            return self.value(chosen(schema["anyOf"]))
        if "enum" in schema:
            return chosen(schema["enum"])
        match schema.get("type"), schema.get("format"):
            case "object", _:
                needed = schema.get("required", ())
                held = schema.get("properties", {}).items()
                return {name: self.value(each) for name, each in held if name in needed or self.random.random() < 0.5}
            case "array", _:
                return [self.value(schema["items"]) for _ in range(chosen((0, 1, 1, 2)))]
            case "integer", _:
                return chosen(NUMBERS)
            case "boolean", _:
                return chosen((True, False))
            case "null", _:
                return None
            case _, "uuid":
                return chosen(self.ids)
            case _, "date":
                return chosen(DAYS)
            case _, "date-time":
                return chosen(MOMENTS)
        return chosen(TEXTS)

    def query(self, operation: dict[str, Any]) -> list[tuple[str, str | int | float | bool | None]]:
        asked: list[tuple[str, str | int | float | bool | None]] = []
        for each in operation.get("parameters", ()):
            if each["in"] == "query" and (each.get("required") or self.random.random() < 0.3):
                held = self.value(each["schema"])
                several = held if isinstance(held, list) else [held]
                asked += [(each["name"], one if isinstance(one, str) else json.dumps(one)) for one in several]
        return asked

    def ask(self, service: Service, method: str, path: str, operation: dict[str, Any]) -> Any:
        for each in operation.get("parameters", ()):
            if each["in"] == "path":
                path = path.replace(f"{{{each['name']}}}", self.random.choice(self.ids))
        body, headers = None, {"Prefer": "wait=5"}
        if "requestBody" in operation:
            body = json.dumps(self.value(operation["requestBody"]["content"]["application/json"]["schema"]))
            headers |= {"Content-Type": "application/json", "Idempotency-Key": str(new_key())}
        return service.http.request(method, path, params=self.query(operation), content=body, headers=headers)


@pytest.mark.parametrize("rounds", [2, pytest.param(200, marks=pytest.mark.soak)])
def test_the_program_never_fails(shared: Service, rounds: int) -> None:
    known = [shared.post("/v1/units", unit()).json()["streams"][0]["id"] for _ in range(3)]
    chance, answers = Chance(rounds, [str(new_key()), *known]), Counter[int]()
    for _ in range(rounds):
        for path, methods in DESCRIBED["paths"].items():
            for method, operation in methods.items():
                answer = chance.ask(shared, method, path, operation)
                answers[answer.status_code] += 1
                assert answer.status_code < 500, (method, path, answer.request.content, answer.text)
                if answer.status_code >= 400:
                    assert answer.headers["Content-Type"] == "application/problem+json", (path, answer.text)
                assert str(answer.status_code) in operation["responses"], (path, answer.status_code)
    assert answers[200]
    assert answers[422]
    assert answers[404]
