"""Every check of a token that an issuer signed: ID token, logout token, and the access token to an API of our own.

Sources: OpenID Connect Core 3.1.3.7, RFC 8725, RFC 9068, FAPI 2.0. Times are compared with our own clock.
"""

import hashlib
import hmac
import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeGuard

import jwt

from akson.identity.jwk import base64url
from akson.identity.openid.issuer import ALGORITHMS, Issuer, not_accepted
from akson.identity.openid.signing_keys import SigningKeys

LEEWAY_S = 10
AGE_MAX_S = 600
"""An ID token is made for the login that asks for it: an old one is somebody else's."""
TOKEN_CHARACTERS_MAX = 16_000
_ID_TYPES = (None, "JWT")
_ACCESS_TYPES = ("at+jwt", "JWT")
_LOGOUT_TYPES = (None, "JWT", "logout+jwt")
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"


async def id_token_claims(
    token: object, issuer: Issuer, keys: SigningKeys, *, nonce: str, access_token: str, now: datetime
) -> dict[str, Any]:
    """Claims of an ID token for this client and this login. Raises Problem AKS-LOGIN-020."""
    claims = await _signed(token, issuer, keys, types=_ID_TYPES)
    _audience_is(claims, issuer.client_id)
    if "azp" in claims and claims["azp"] != issuer.client_id:
        raise not_accepted("it was made for another client")
    _times(claims, now)
    if not hmac.compare_digest(_text(claims, "nonce").encode(), nonce.encode()):
        raise not_accepted("it belongs to another login")
    if "at_hash" in claims and not _hash_fits(_text(claims, "at_hash"), access_token):
        raise not_accepted("it does not belong to the access token beside it")
    _text(claims, "sub")
    return claims


async def access_token_claims(
    token: str, issuer: Issuer, keys: SigningKeys, *, thumbprint: str, now: datetime
) -> dict[str, Any]:
    """Claims of an access token for our own API, bound to our own key. Raises Problem AKS-LOGIN-020."""
    claims = await _signed(token, issuer, keys, types=_ACCESS_TYPES)
    _audience_is(claims, issuer.resource)
    _times(claims, now)
    bound = claims.get("cnf")
    if not isinstance(bound, dict) or bound.get("jkt") != thumbprint:
        raise not_accepted("it is not bound to this node's key")
    if claims.get("client_id") != issuer.client_id:
        raise not_accepted("it was made for another client")
    return claims


async def logout_claims(token: object, issuer: Issuer, keys: SigningKeys, *, now: datetime) -> dict[str, Any]:
    """Claims of a logout token. OpenID Connect Back-Channel Logout 1.0, 2.6. Raises Problem AKS-LOGIN-020."""
    claims = await _signed(token, issuer, keys, types=_LOGOUT_TYPES)
    _audience_is(claims, issuer.client_id)
    _times(claims, now)
    events = claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(LOGOUT_EVENT), dict):
        raise not_accepted("it is no logout")
    if "nonce" in claims:
        raise not_accepted("an ID token is no logout")
    if not isinstance(claims.get("sid") or claims.get("sub"), str):
        raise not_accepted("it does not say whose login ends")
    _text(claims, "jti")
    return claims


async def _signed(
    token: object, issuer: Issuer, keys: SigningKeys, *, types: tuple[str | None, ...]
) -> dict[str, Any]:
    if not isinstance(token, str) or not token or len(token) > TOKEN_CHARACTERS_MAX:
        raise not_accepted("it is missing or too long")
    try:
        header = jwt.get_unverified_header(token)
    except (jwt.InvalidTokenError, ValueError) as unreadable:
        raise not_accepted("it cannot be read") from unreadable
    algorithm = header.get("alg")
    if algorithm not in ALGORITHMS:
        raise not_accepted("it is signed in a way that is not allowed")
    if "crit" in header or header.get("typ") not in types:
        raise not_accepted("it is of another type")
    key = await keys.find(header.get("kid"), algorithm)
    try:
        claims = jwt.decode(
            token,
            key,
            algorithms=[algorithm],
            options={"verify_aud": False, "verify_exp": False, "verify_iat": False, "verify_nbf": False},
        )
    except (jwt.PyJWTError, ValueError, TypeError) as wrong:
        raise not_accepted("its signature does not hold") from wrong
    if claims.get("iss") != issuer.address:
        raise not_accepted("another issuer made it")
    return claims


def _audience_is(claims: Mapping[str, Any], wanted: str) -> None:
    """One audience, and it is ours: a token for several could be used at the others."""
    given = claims.get("aud")
    listed = [given] if isinstance(given, str) else given
    if not isinstance(listed, list) or listed != [wanted] or not wanted:
        raise not_accepted("it is meant for somebody else")


def _times(claims: Mapping[str, Any], now: datetime) -> None:
    at = now.timestamp()
    issued, expires = claims.get("iat"), claims.get("exp")
    if not _is_time(issued) or not _is_time(expires):
        raise not_accepted("its times are missing")
    if not at < expires + LEEWAY_S:
        raise not_accepted("it has expired")
    if not at - AGE_MAX_S <= issued <= at + LEEWAY_S:
        raise not_accepted("it was made long ago, or is from the future")
    begins = claims.get("nbf", issued)
    if not _is_time(begins) or begins > at + LEEWAY_S:
        raise not_accepted("it is not valid yet")


def _is_time(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    if not isinstance(value, str) or not value:
        raise not_accepted(f"'{name}' is missing")
    return value


def _hash_fits(given: str, access_token: str) -> bool:
    """Left half of SHA-256: all our algorithms are of that family."""
    digest = hashlib.sha256(access_token.encode()).digest()[:16]
    return hmac.compare_digest(given.encode(), base64url(digest).encode())
