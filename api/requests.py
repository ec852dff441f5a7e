"""What every request has in common: its language, its number, the kind and size of its body, and no parameter that nobody knows.

Beside every write and read of the API. Keeps: nothing that was sent is silently ignored.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from fastapi import Request
from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.catalogue import LANGUAGES, Language, say
from api.problems import MEDIA_TYPE, Pointed, Problem
from ledger.identity import new_key

MOST_BODY: Final = 4 << 20  # bytes
PROBLEM_SCHEMA: Final = "ProblemDetails"
SECURITY: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}


def language(request: Request) -> Language:
    """Return the language the caller prefers of the two we speak, Chinese where it does not say."""
    best: tuple[float, Language] = (0.0, "zh")
    for wish in request.headers.get("accept-language", "").lower().split(","):
        tag, _, weight = wish.strip().partition(";q=")
        spoken = next((each for each in LANGUAGES if tag.partition("-")[0] == each), None)
        if spoken and _weight(weight) > best[0]:
            best = (_weight(weight), spoken)
    return best[1]


def bilingual(code: str) -> str:
    """Return a saying in both languages on one line."""
    return f"{say(code, 'zh')} · {say(code, 'en')}"


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return what an operation's description says of its problems."""
    schema = {"$ref": f"#/components/schemas/{PROBLEM_SCHEMA}"}
    return {
        status: {"description": bilingual(f"status.{status}"), "content": {MEDIA_TYPE: {"schema": schema}}}
        for status in statuses
    }


async def json_body(request: Request) -> bytes:
    """Return the body of a request, if it is JSON and not too large; raise Problem before more is read than that."""
    kind = request.headers.get("content-type", "")
    if kind.partition(";")[0].strip().lower() != "application/json":
        raise Problem("content-type-not-json", given=kind[:100])
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BODY:
            raise Problem("body-too-large", limit=MOST_BODY, headers={"Connection": "close"})
    return bytes(body)


async def only_known_parameters(request: Request) -> None:
    """Refuse a query parameter that the operation's description does not have, or that is given more often than it can be."""
    path, method = getattr(request.scope.get("route"), "path", ""), request.method.lower()
    operation = request.app.openapi()["paths"].get(path, {}).get(method)
    if operation is None:
        return
    taken = {each["name"]: each["schema"] for each in operation.get("parameters", ()) if each["in"] == "query"}
    for name in request.query_params:
        if name not in taken:
            raise Problem("parameter-unknown", name=name[:100], known=", ".join(sorted(taken)) or "-")
        given = request.query_params.getlist(name)
        fault = "fault.once" if len(given) > 1 and not _is_list(taken[name]) else None
        fault = "fault.no-text" if "\0" in "".join(given) else fault
        if fault:
            raise Problem("parameter-malformed", errors=[Pointed(parameter=name, detail=say(fault, language(request)))])


class Numbered:
    """Gives every request a number of its own, and every answer that number and the headers that keep a browser strict.

    What no handler took is answered here too, by `failed`, so that even then the answer has both.
    """

    def __init__(self, app: ASGIApp, failed: Callable[[Request, Exception], Response]) -> None:
        self.app, self.failed = app, failed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        scope.setdefault("state", {})["number"] = number = str(new_key())
        begun = False

        async def numbered(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                headers = MutableHeaders(scope=message)
                headers["Request-Id"] = number
                for name, value in SECURITY.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self.app(scope, receive, numbered)
        except Exception as error:
            if begun:
                raise
            await self.failed(Request(scope), error)(scope, receive, numbered)


def number_of(request: Request) -> str:
    """Return the request's number."""
    state: Mapping[str, Any] = request.scope.get("state", {})
    return str(state.get("number", ""))


def _weight(text: str) -> float:
    try:
        return min(float(text), 1.0) if text else 1.0
    except ValueError:
        return 0.0


def _is_list(schema: Mapping[str, Any]) -> bool:
    return any(each.get("type") == "array" for each in (schema, *schema.get("anyOf", ())))
