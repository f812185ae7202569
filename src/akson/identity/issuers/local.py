"""The node's own issuer: ES256 access tokens (RFC 9068 `at+jwt`) whose claims spell out the Actor.

Every check of RFC 8725 that applies: algorithm pinned, type pinned, issuer and audience equal, times, required claims.
A verified token is remembered by its SHA-256 for a short while, since checking a signature costs more than a read.
"""

import hashlib
from datetime import datetime, timedelta
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from akson.access.actor import Actor
from akson.fhir.problem import Problem, ProblemKind
from akson.identity.claims import to_actor, to_claims
from akson.world import Clock, Random

ALGORITHM = "ES256"
ACCESS_TOKEN_TYPE = "at+jwt"  # noqa: S105 - a type name of RFC 9068
ACCESS_TOKEN_LIFETIME = timedelta(hours=12)
LIFETIME_MAX = timedelta(days=366)
REMEMBERED_S = 60
REMEMBERED_TOKENS_MAX = 10_000
TOKEN_CHARACTERS_MAX = 8_000
_REQUIRED = ["iss", "aud", "sub", "exp", "iat", "jti"]


class LocalIssuer:
    """Issues and verifies. `name` is the issuer (`https://akson.local/<node>`); `audience` the FHIR door."""

    def __init__(
        self, key: ec.EllipticCurvePrivateKey, *, clock: Clock, random: Random, name: str = "urn:akson:local"
    ) -> None:
        self._key = key
        self._public = key.public_key()
        self._clock = clock
        self._random = random
        self.name = name
        self._remembered: dict[bytes, tuple[float, Actor]] = {}

    def issue(
        self, actor: Actor, *, lifetime: timedelta = ACCESS_TOKEN_LIFETIME, type: str = ACCESS_TOKEN_TYPE
    ) -> str:
        """A signed token for `actor`, valid from now for `lifetime` (at most a year)."""
        now = self._clock.now()
        claims = to_claims(actor) | {
            "iss": self.name,
            "aud": self._audience(type),
            "iat": int(now.timestamp()),
            "exp": int((now + min(lifetime, LIFETIME_MAX)).timestamp()),
            "jti": self._random.uuid().hex,
        }
        return jwt.encode(claims, self._key, algorithm=ALGORITHM, headers={"typ": type})

    def verify(self, token: str, *, type: str = ACCESS_TOKEN_TYPE) -> Actor:
        """The Actor of a token that this node issued. Raises Problem UNAUTHENTICATED AKS-IDENTITY-010/011."""
        now = self._clock.now()
        digest = hashlib.sha256(f"{type}\0{token}".encode("utf-8", "surrogatepass")).digest()
        known = self._remembered.get(digest)
        if known is not None and now.timestamp() < known[0]:
            return known[1]
        claims = self._checked(token, type, now)
        actor = to_actor(claims)
        self._remember(digest, min(claims["exp"], now.timestamp() + REMEMBERED_S), actor)
        return actor

    def _checked(self, token: str, type: str, now: datetime) -> dict[str, Any]:
        if len(token) > TOKEN_CHARACTERS_MAX:
            raise _refused("it is too long")
        try:
            if jwt.get_unverified_header(token).get("typ") != type:
                raise _refused("it is of another type")
            claims = jwt.decode(
                token,
                self._public,
                algorithms=[ALGORITHM],
                audience=self._audience(type),
                issuer=self.name,
                options={"require": _REQUIRED, "verify_exp": False, "verify_iat": False},
            )
        except (jwt.InvalidTokenError, ValueError) as wrong:
            raise _refused("it was not issued by this node, or was altered") from wrong
        self._check_times(claims, now)
        return claims

    def _check_times(self, claims: dict[str, Any], now: datetime) -> None:
        """By our own clock, not the library's: the simulator's clock decides."""
        issued, expires = claims["iat"], claims["exp"]
        if not isinstance(issued, int) or not isinstance(expires, int):
            raise _refused("its times are not whole seconds")
        if not issued - 5 <= now.timestamp() < expires:
            raise _refused("it has expired or is not valid yet")

    def _audience(self, type: str) -> str:
        return f"{self.name}:{type}"

    def _remember(self, digest: bytes, until: float, actor: Actor) -> None:
        if len(self._remembered) >= REMEMBERED_TOKENS_MAX:
            self._remembered.clear()
        self._remembered[digest] = (until, actor)


def _refused(why: str) -> Problem:
    return Problem(
        ProblemKind.UNAUTHENTICATED,
        "AKS-IDENTITY-010",
        "The token is not accepted.",
        why=f"Reason: {why}.",
        now="Get a new one (`akson token NAME`) or log in again.",
    )
