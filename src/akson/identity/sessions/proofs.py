"""Proofs that a browser makes with its own key, which no script can read out (WebCrypto, non-extractable P-256).

A proof is a JWS of one request: `{"typ": "akson-proof+jwt", "alg": "ES256"}.{"jti", "iat", "htm", "htu", "sid"}`, made
by `static/session.js`. The first one carries the public key in its header and binds it. As RFC 9449, for our own pages.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from akson.identity.jwk import thumbprint
from akson.identity.sessions.refusals import not_of_now, refused

PROOF_TYPE = "akson-proof+jwt"
ALGORITHM = "ES256"
AGE_MAX_S = 60
AHEAD_MAX_S = 15
PROOF_CHARACTERS_MAX = 2_000
JTI_CHARACTERS_MAX = 64
COORDINATE_CHARACTERS = 43


@dataclass(frozen=True, slots=True)
class Asked:
    """The request that the proof must be for."""

    method: str
    path: str
    session: str
    """Session id; for a binding the name that the page was given for it."""


def public_key(proof: str) -> dict[str, Any]:
    """The JWK in the header of a binding proof; its signature is checked with `jti_of`. Raises Problem AKS-SESSION-001."""
    given = _header(proof).get("jwk")
    if not isinstance(given, dict) or "d" in given:
        raise refused("it carries no public key")
    wanted = {"kty": "EC", "crv": "P-256"}
    x, y = given.get("x"), given.get("y")
    if any(given.get(name) != value for name, value in wanted.items()) or not (
        _coordinate(x) and _coordinate(y)
    ):
        raise refused("its key is not of the agreed kind")
    return wanted | {"x": x, "y": y}


def device_of(jwk: dict[str, Any]) -> str:
    """The name of a browser's key."""
    return thumbprint(jwk)


def jti_of(proof: str, jwk: dict[str, Any], asked: Asked, now: datetime) -> str:
    """The proof's own id, when it is by this key, for this request, of this session and of now.

    Whether it was used before, the caller asks. Raises Problem UNAUTHENTICATED AKS-SESSION-001, or -002 for the time.
    """
    if _header(proof).get("typ") != PROOF_TYPE:
        raise refused("it is of another type")
    try:
        key = jwt.PyJWK(jwk, ALGORITHM).key
        if not isinstance(key, ec.EllipticCurvePublicKey):
            raise refused("its key is not of the agreed kind")
        claims = jwt.decode(
            proof,
            key,
            algorithms=[ALGORITHM],
            options={"verify_iat": False, "verify_exp": False, "verify_nbf": False},
        )
    except (jwt.PyJWTError, ValueError, TypeError) as wrong:
        raise refused("its signature does not hold") from wrong
    if (claims.get("htm"), claims.get("htu"), claims.get("sid")) != (asked.method, asked.path, asked.session):
        raise refused("it is for another request")
    jti, at = claims.get("jti"), claims.get("iat")
    if not isinstance(jti, str) or not 16 <= len(jti) <= JTI_CHARACTERS_MAX:
        raise refused("it has no id")
    if not isinstance(at, int) or isinstance(at, bool):
        raise refused("it does not say when it was made")
    if not now.timestamp() - AGE_MAX_S <= at <= now.timestamp() + AHEAD_MAX_S:
        raise not_of_now()
    return jti


def _header(proof: str) -> dict[str, Any]:
    if not proof or len(proof) > PROOF_CHARACTERS_MAX:
        raise refused("it is missing or too long")
    try:
        header = jwt.get_unverified_header(proof)
    except (jwt.PyJWTError, ValueError, TypeError) as unreadable:
        raise refused("it cannot be read") from unreadable
    if header.get("alg") != ALGORITHM or "crit" in header:
        raise refused("it is signed in a way that is not allowed")
    return header


def _coordinate(value: object) -> bool:
    return isinstance(value, str) and len(value) == COORDINATE_CHARACTERS
