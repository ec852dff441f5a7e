"""What could give a reporter away is for the bearer of the discipline role's token alone; without such a token, for nobody."""

from datetime import date
from uuid import UUID

import pytest
from fastapi import Request
from fastapi.security import HTTPAuthorizationCredentials

from api.identity import ACCOUNT, DISCIPLINE, digest, guard
from api.judging import may_see
from api.problems import Problem
from projections.leads.conduct import retaliation
from projections.leads.scene import RULES, Lead, make

REPORTED, REPORTER = UUID(int=1), UUID(int=2)


def let_in(token: str, discipline: bytes | None) -> tuple[str, str]:
    """Return the account that a token is let in as, and the one that the request carries from there on."""
    request = Request({"type": "http"})
    shown = HTTPAuthorizationCredentials(scheme="Bearer", credentials=token)
    return guard(digest("local"), discipline)(request, shown), request.state.account


def test_each_token_is_an_account_of_its_own() -> None:
    assert let_in("local", digest("inspector")) == (ACCOUNT, ACCOUNT)
    assert let_in("inspector", digest("inspector")) == (DISCIPLINE, DISCIPLINE)


@pytest.mark.parametrize("token", ["", "other", "inspector"])
def test_without_a_discipline_token_nobody_bears_the_role(token: str) -> None:
    with pytest.raises(Problem, match="credentials-wrong"):
        let_in(token, None)


def lead(*, restricted: bool) -> Lead:
    return make(
        "DR-30",
        ("VETO", UUID(int=3), REPORTER),
        "RETALIATION_VETO",
        units=(REPORTED, REPORTER),
        positions=(1, 2),
        since=date(2025, 1, 1),
        restricted=restricted,
    )


def test_a_restricted_lead_is_seen_by_the_discipline_role_alone() -> None:
    assert may_see(DISCIPLINE, lead(restricted=True))
    assert not may_see(ACCOUNT, lead(restricted=True))
    assert may_see(ACCOUNT, lead(restricted=False))
    assert RULES["DR-30"].detect is retaliation
