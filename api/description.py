"""The API's description (OpenAPI 3.1): what FastAPI knows of the routes, and what it cannot know: strict bodies and problems.

`docs/openapi.json` is this description. Keeps: every operation has a name set by hand, every schema stands once.
"""

import json
from importlib.metadata import version
from typing import Annotated, Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import ConfigDict, Field, TypeAdapter
from typing_extensions import TypedDict

from api.bodies import SCHEMAS, schemas
from api.catalogue import say
from api.problems import MEDIA_TYPE, codes
from api.requests import PROBLEM_SCHEMA, bilingual, responses
from api.writes import BODIES

TAGS = (
    "units", "campaigns", "inventory", "reconciliation", "items", "lists", "admissions", "duties", "pledges", "vetoes",
    "incidents", "claims", "cases", "tolerance", "accountability", "notices", "inspections", "leads", "records", "audit", "service",
)  # fmt: skip
STATUSES = (400, 401, 404, 409, 413, 415, 422, 500, 503)


class RuleCited(TypedDict):
    """The rule that a refusal rests on: its code, the pack and edition, where it was issued, its words if sourced."""

    code: str
    pack: str
    source: str
    text: str


class Place(TypedDict, total=False):
    """One place of the request that is wrong: a JSON pointer into the body, or a parameter or header by name."""

    pointer: str
    parameter: str
    header: str
    detail: Annotated[str, Field()]


class ProblemDetails(TypedDict, total=False):
    """What was refused, under which rule, and what to do next (RFC 9457). `type` leads to a page in both languages."""

    __pydantic_config__ = ConfigDict(extra="allow")  # type: ignore[misc]  # how pydantic is told about a TypedDict

    type: str
    title: str
    status: int
    code: str
    detail: str
    remedy: str
    instance: str
    request_id: str
    errors: list[Place]
    rule: RuleCited
    met: dict[str, str]


def describe(app: FastAPI) -> None:
    """Let the application answer with the whole description."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _description(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # the way FastAPI documents


def _description(app: FastAPI) -> dict[str, Any]:
    described = get_openapi(
        title=app.title,
        version=version("mingze"),
        description=f"{say('api.description', 'zh')}\n\n{say('api.description', 'en')}",
        routes=app.routes,
        tags=[{"name": tag, "description": bilingual(f"tag.{tag}")} for tag in TAGS],
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
    )
    for name in ("HTTPValidationError", "ValidationError"):  # FastAPI's own problems: ours are ProblemDetails
        described["components"]["schemas"].pop(name, None)
    strict = {**schemas(list(BODIES.values())), **_problem()}
    described = _apart(described, strict)
    held = {**described["components"]["schemas"], **strict}
    described["components"]["schemas"] = dict(sorted(held.items()))
    described["components"]["responses"] = {_name(status): problem for status, problem in responses(*STATUSES).items()}
    for operation in (each for path in described["paths"].values() for each in path.values()):
        operation["responses"] = {
            status: {"$ref": f"#/components/responses/{_name(status)}"}
            if MEDIA_TYPE in held.get("content", ())
            else held
            for status, held in operation["responses"].items()
            if "HTTPValidationError" not in str(held)
        }
    return described


def _apart(described: dict[str, Any], strict: dict[str, Any]) -> dict[str, Any]:
    """Name apart what is read and what is asked: the same noun, but a body takes no field that it does not know."""
    held = described["components"]["schemas"]
    renamed = {name: f"{name}Read" for name, schema in held.items() if strict.get(name, schema) != schema}
    described["components"]["schemas"] = {renamed.get(name, name): schema for name, schema in held.items()}
    text = json.dumps(described)
    for name, other in renamed.items():
        text = text.replace(SCHEMAS.format(model=name) + '"', SCHEMAS.format(model=other) + '"')
    apart: dict[str, Any] = json.loads(text)
    return apart


def _name(status: int | str) -> str:
    return f"problem{status}"


def _problem() -> dict[str, Any]:
    _, made = TypeAdapter.json_schemas(
        [(PROBLEM_SCHEMA, "serialization", TypeAdapter(ProblemDetails))], ref_template=SCHEMAS
    )
    schema: dict[str, Any] = made["$defs"][PROBLEM_SCHEMA]
    schema["properties"]["code"] = {"type": "string", "enum": list(codes()), "title": "Code"}
    schema["required"] = ["type", "title", "status", "code", "detail", "remedy", "instance", "request_id"]
    return dict(made["$defs"])
