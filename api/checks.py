"""May it be signed? The dry run of signing: every rule is asked about a draft, with reasons, and nothing is recorded.

Beside the writes (here -> ledger.checking). Keeps: the body is the command that would draft the pledge, the rules are those that
signing itself will ask.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final

import msgspec
from fastapi import APIRouter, Depends, Request, Response

from api.backing import Backing, backing
from api.bodies import Body
from api.judging import Said
from api.problems import detail
from api.requests import bilingual, json_body, language, responses
from ledger.checking import Finding, check_pledge
from ledger.commands import DraftPledge
from ledger.days import day_of
from ledger.loading import Loading

BODY: Final = Body.of(DraftPledge, set())
routes = APIRouter()


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleAsked:
    """One rule asked of the draft: whether it holds; if not, what would be refused, and why. `text`: its words, where they are public."""

    rule: str
    pack: str
    source: str
    text: str
    holds: bool
    code: str | None
    detail: Said | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PledgeChecked:
    """Whether a draft may be signed on its `effective_on`, as known at a position. Nothing was recorded."""

    may_be_signed: bool
    known_at: int
    rules: Sequence[RuleAsked]


@routes.post(
    "/v1/checks/pledge",
    operation_id="checkPledgeDraft",
    tags=["pledges"],
    summary=bilingual("operation.checkPledgeDraft"),
    response_model=PledgeChecked,
    responses=responses(400, 401, 404, 409, 413, 415, 422, 500, 503),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/DraftPledge"}}},
        }
    },
)
def check(
    request: Request, body: Annotated[bytes, Depends(json_body)], behind: Annotated[Backing, Depends(backing)]
) -> Response:
    command = BODY.read(body, language(request), {})
    ledger = behind.ledger
    known_at = ledger.size()
    findings = check_pledge(command, Loading(ledger.facts, day_of(ledger.clock())))
    answer = PledgeChecked(
        may_be_signed=all(finding.holds for finding in findings),
        known_at=known_at,
        rules=[_asked(finding) for finding in findings],
    )
    return Response(
        msgspec.json.encode(answer, order="deterministic"),
        media_type="application/json",
        headers={"Ledger-Position": str(known_at), "Cache-Control": "no-store"},
    )


def _asked(finding: Finding) -> RuleAsked:
    refusal = finding.refusal
    return RuleAsked(
        rule=finding.code,
        pack=finding.cited.pack,
        source=finding.cited.source,
        text=finding.cited.text,
        holds=finding.holds,
        code=refusal.slug() if refusal else None,
        detail=Said(zh=detail(refusal, "zh"), en=detail(refusal, "en")) if refusal else None,
    )
