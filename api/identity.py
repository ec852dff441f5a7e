"""Who asks: for now one local account, and one of the discipline role, each known by its token; and the unit and post that it acts for.

Beside every request of the API. Keeps: of the token only the SHA-256 is stored; the token itself is shown once, when it is made, and
stands in no log; there is no default one. Unit and post are told by the caller and recorded in the envelope.
"""

import hmac
import secrets
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import unquote
from uuid import UUID, uuid5

from fastapi import Depends, Header, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.problems import Problem
from api.runtime import kept
from api.settings import Settings
from ledger.application import Actor
from ledger.streams import NAMESPACE
from ledger.terms import EntryRoute

ACCOUNT: Final = "local"
DISCIPLINE: Final = "discipline"  # sees also what could give a reporter away
TOKEN_FILE: Final = "token.sha256"  # noqa: S105 - a file's name
LONGEST_POST = 100  # characters


def known_token(settings: Settings) -> tuple[bytes, str | None]:
    """Return the digest of the token that opens the API, and the token itself if it was made just now.

    A token that is set outside counts; else the one whose digest lies in the data directory; else a new one is made.
    """
    if settings.token:
        return digest(settings.token), None
    new = f"mingze_{secrets.token_urlsafe(32)}"
    place: Path = settings.data / TOKEN_FILE
    held = bytes.fromhex(kept(place, digest(new).hex()))
    return held, new if hmac.compare_digest(held, digest(new)) else None


def digest(token: str) -> bytes:
    """Return what is kept of a token; it is long and random, so that one round of SHA-256 suffices."""
    return sha256(token.encode()).digest()


def command_key(account: str, idempotency_key: str) -> UUID:
    """Return the key under which a request of an account is known for ever; nothing leads back from it to what was sent."""
    return uuid5(uuid5(NAMESPACE, f"account/{account}"), idempotency_key)


bearer = HTTPBearer(auto_error=False, scheme_name="token", description="The token shown once, at the first start.")
Bearer = Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]


def guard(held: bytes, discipline: bytes | None = None) -> Callable[..., str]:
    """Return the dependency that lets only the bearer of a token in, and gives the account; digests of the tokens are given."""

    def account(request: Request, credentials: Bearer) -> str:
        if credentials is None:
            raise Problem("credentials-missing")
        shown = digest(credentials.credentials)
        local, inspector = hmac.compare_digest(shown, held), hmac.compare_digest(shown, discipline or b"")
        if not (local or inspector):
            raise Problem("credentials-wrong")
        request.state.account = DISCIPLINE if inspector else ACCOUNT
        return DISCIPLINE if inspector else ACCOUNT

    return account


def _asker(request: Request) -> str:
    return str(request.state.account)


Account = Annotated[str, Depends(_asker)]  # of a request that `guard` has let in

UnitHeader = Annotated[UUID | None, Header(alias="Mingze-Unit", description="The unit that the caller acts for.")]
PostHeader = Annotated[
    str | None,
    Header(alias="Mingze-Post", description="The post in that unit: percent-encoded UTF-8, never a person's name."),
]


def actor(account: str, unit: UUID | None, post: str | None, *, synthetic: bool) -> Actor:
    """Return who acts, as the ledger records it; raise Problem where unit or post is missing or unreadable."""
    if unit is None or not post:
        raise Problem("acting-unit-missing")
    return Actor(account=account, unit=unit, post=_post(post), entry_route=EntryRoute.API, synthetic=synthetic)


def registrar(account: str, unit: UUID | None, post: str | None, *, synthetic: bool) -> Actor:
    """Return who registers a unit: before the first one is registered nobody can act for any."""
    said = _post(post) if post else None
    return Actor(account=account, unit=unit, post=said, entry_route=EntryRoute.API, synthetic=synthetic)


def _post(header: str) -> str:
    try:
        post = unquote(header, errors="strict").strip()
    except UnicodeDecodeError:
        post = ""
    if not post or not post.isprintable() or len(post) > LONGEST_POST:
        raise Problem("header-malformed", name="Mingze-Post", wanted=f"1–{LONGEST_POST} UTF-8 %XX")
    return post
