"""What went wrong, as HTTP says it: every refusal and every fault of a request becomes one problem (RFC 9457) in one language.

Last step of a write or a read that does not succeed. Only this module knows which state of things has which status.
Keeps: an answer says what was refused, under which rule, and what to do next; it never says what lies in the code or in the log.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from http import HTTPStatus
from importlib import import_module
from typing import Any, Final

from api.catalogue import Language, catalogue, say
from ledger.refusals import Refused

MEDIA_TYPE: Final = "application/problem+json"
RETRY_AFTER: Final = 1  # seconds

# What the edge itself finds wrong, before or beside the ledger: code -> status.
EDGE: Final[Mapping[str, int]] = {
    "parameter-unknown": 400,
    "parameter-malformed": 400,
    "header-malformed": 400,
    "acting-unit-missing": 400,
    "idempotency-key-needed": 400,
    "body-not-json": 400,
    "known-at-in-the-future": 400,
    "question-too-wide": 400,
    "credentials-missing": 401,
    "credentials-wrong": 401,
    "nothing-here": 404,
    "nothing-known": 404,
    "no-such-build": 404,
    "method-not-allowed": 405,
    "position-above-head": 409,
    "build-stands-below": 409,
    "build-of-another-shape": 409,
    "body-too-large": 413,
    "content-type-not-json": 415,
    "body-invalid": 422,
    "record-not-storable": 422,
    "text-classified": 422,
    "table-not-as-tested": 422,
    "internal-error": 500,
    "database-unreachable": 503,
    "not-ready": 503,
    "projection-behind": 503,
}

# Refusals that speak of the state a thing is in: another day, another step or another actor may be accepted. A refusal that speaks
# of what the command itself says is 422, one that names something nobody registered is 404.
STATES: Final = frozenset({
    "already-repealed",
    "already-reported",
    "already-suspended",
    "application-exists",
    "application-not-at-stage",
    "approved-terms-stand",
    "basis-still-stands",
    "body-has-closed-its-decisions",
    "body-has-decided",
    "campaign-exists",
    "campaign-not-in-phase",
    "conflicts-open",
    "conservation-broken",
    "deadline-ahead",
    "decisions-do-not-add-up",
    "declared-after-zero-report",
    "document-already-registered",
    "exit-review-is-open",
    "exit-review-not-open",
    "expiry-already-noted",
    "facts-rest-on-it",
    "item-is-final",
    "item-not-in-phase",
    "item-not-in-review",
    "items-undecided",
    "later-facts-stand",
    "ledger-is-open",
    "list-before-decisions",
    "meeting-already-recorded",
    "merged-item-exists",
    "never-reported",
    "no-open-conflict",
    "no-zero-report-stands",
    "not-suspended",
    "not-yet-overdue",
    "nothing-decided",
    "nothing-proposed-yet",
    "nothing-to-correct",
    "opening-stands",
    "position-not-recorded",
    "predecessor-still-stands",
    "record-already-filed",
    "record-already-settled",
    "record-does-not-stand",
    "records-unsettled",
    "return-already-filed",
    "return-found-false",
    "return-not-at-this-step",
    "returns-missing",
    "returns-unsettled",
    "rule-pack-out-of-order",
    "source-not-mergeable",
    "unit-already-registered",
    "unit-has-ended",
    "zero-report-contradicts-return",
    "zero-report-is-false",
})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointed:
    """Where in the request it is wrong: a JSON pointer into the body, or the name of a parameter or header; and what is wrong there."""

    pointer: str | None = None
    parameter: str | None = None
    header: str | None = None
    detail: str


class Problem(Exception):  # noqa: N818 - the name that RFC 9457 gives it
    """A fault of the request, or of the moment; `code` stands in EDGE, `said` fills its sentence."""

    def __init__(
        self,
        code: str,
        /,
        *,
        errors: Sequence[Pointed] = (),
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, Any] | None = None,
        **said: object,
    ) -> None:
        super().__init__(code)
        self.code, self.errors, self.said = code, errors, said
        self.headers, self.extra = dict(headers or {}), dict(extra or {})


def status_of(code: str) -> int:
    """Return the HTTP status of a problem or of a refusal by its slug."""
    if code in EDGE:
        return EDGE[code]
    if code in ("ledger-is-not-open", "contention-too-high"):
        return 503
    if code.endswith("-unknown") and code != "ground-unknown":
        return 404
    return 409 if code in STATES else 422


@cache
def codes() -> Mapping[str, int]:
    """Return every code that a problem can have, with its status, in order."""
    import_module("ledger.application")  # with every decider, and so with every refusal
    refusals = [code for code, kind in Refused.CODES.items() if kind.__module__.startswith("ledger.")]
    return {code: status_of(code) for code in sorted({*EDGE, *refusals})}


def problem_body(problem: Problem | Refused, language: Language, request_id: str) -> dict[str, Any]:
    """Return the members of the problem in a language."""
    code = problem.code if isinstance(problem, Problem) else problem.slug()
    status = status_of(code)
    body = {
        "type": f"/problems/{code}",
        "title": say(f"status.{status}", language),
        "status": status,
        "code": code,
        "detail": detail(problem, language),
        "remedy": say(f"remedy.{status}", language),
        "instance": f"urn:uuid:{request_id}",
        "request_id": request_id,
    }
    if isinstance(problem, Refused):
        return body | _refusal(problem)
    errors = [{name: held for name, held in _members(error) if held is not None} for error in problem.errors]
    return body | ({"errors": errors} if errors else {}) | problem.extra


def detail(problem: Problem | Refused, language: Language) -> str:
    """Return the sentence of a problem: what was refused, in words that the reader's language has for the ledger's terms."""
    if isinstance(problem, Problem):
        return say(problem.code, language, **problem.said)
    said = {name: in_words(value, language) for name, value in problem.details().items()}
    return say(problem.slug(), language, **said)


def in_words(value: str, language: Language) -> str:
    """Return a value with the ledger's fixed words (`VETO`, `UNDER_REVIEW`, or a list of elements) put as people say them."""

    def word(found: re.Match[str]) -> str:
        code = f"term.{found[0]}"
        return say(code, language) if code in catalogue() else found[0]

    names = r"[a-z_]+" if re.fullmatch(r"[a-z_]+(, [a-z_]+)*", value) else r"\b[A-Z][A-Z_]+\b"
    return re.sub(names, word, value)


def headers_of(problem: Problem | Refused, language: Language) -> dict[str, str]:
    """Return the headers that belong to a problem."""
    own = problem.headers if isinstance(problem, Problem) else {}
    status = status_of(problem.code if isinstance(problem, Problem) else problem.slug())
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        own = {"Retry-After": str(RETRY_AFTER)} | own
    if status == HTTPStatus.UNAUTHORIZED:
        own = {"WWW-Authenticate": 'Bearer realm="mingze"'} | own
    return {"Content-Language": language, "Cache-Control": "no-store"} | own


def _refusal(refusal: Refused) -> dict[str, Any]:
    held: dict[str, Any] = {"met": refusal.details()}
    if refusal.rule:
        rule = refusal.rule
        held["rule"] = {"code": rule.code, "pack": rule.pack, "source": rule.source, "text": rule.text}
    return held


def _members(error: Pointed) -> list[tuple[str, str | None]]:
    return [(field.name, getattr(error, field.name)) for field in fields(error)]
