"""The node's own issuer: ES256 access tokens (RFC 9068 `at+jwt`) whose claims spell out the Actor.

Every check of RFC 8725 that applies: algorithm pinned, type pinned, issuer and audience equal, times, required claims.
A verified token is remembered by its SHA-256 for a short while, since checking a signature costs more than a read.
"""

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from akson.access.actor import Actor
from akson.fhir.problem import Problem, ProblemKind
from akson.identity.claims import to_actor, to_claims
from akson.identity.dpop import public_jwk, thumbprint
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
    """Issues and verifies. `name` is the issuer; `ended` tells of a grant to an app whether it has ended before its time."""

    def __init__(
        self,
        key: ec.EllipticCurvePrivateKey,
        *,
        clock: Clock,
        random: Random,
        name: str = "urn:akson:local",
        ended: Callable[[str], bool] = lambda grant: False,
    ) -> None:
        self._key = key
        self._public = key.public_key()
        self.key_id = thumbprint(self._public)
        self._clock = clock
        self._random = random
        self.name = name
        self._ended = ended
        self._remembered: dict[bytes, tuple[float, Actor]] = {}

    def issue(
        self,
        actor: Actor,
        *,
        lifetime: timedelta = ACCESS_TOKEN_LIFETIME,
        type: str = ACCESS_TOKEN_TYPE,
        more: Mapping[str, Any] = MappingProxyType({}),
    ) -> str:
        """A signed token for `actor`, valid from now for `lifetime` (at most a year). `more`: claims beside the actor's."""
        now = self._clock.now()
        claims = {
            **more,
            **to_claims(actor),
            "iss": self.name,
            "aud": self._audience(type),
            "iat": int(now.timestamp()),
            "exp": int((now + min(lifetime, LIFETIME_MAX)).timestamp()),
            "jti": self._random.uuid().hex,
        }
        return self.sign(claims, type=type)

    def sign(self, claims: Mapping[str, Any], *, type: str) -> str:
        """Signed with the node's token key, whose id is its thumbprint."""
        header = {"typ": type, "kid": self.key_id}
        return jwt.encode(dict(claims), self._key, algorithm=ALGORITHM, headers=header)

    def jwk(self) -> dict[str, str]:
        """The public key, for those who verify id tokens."""
        return public_jwk(self._public) | {"kid": self.key_id, "use": "sig", "alg": ALGORITHM}

    def claims(self, token: str, *, type: str = ACCESS_TOKEN_TYPE) -> dict[str, Any]:
        """What a living token says. Raises Problem UNAUTHENTICATED AKS-IDENTITY-010, 012."""
        return self._checked(token, type, self._clock.now())

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
        grant = claims.get("grant")
        if grant is not None and (not isinstance(grant, str) or self._ended(grant)):
            raise Problem(
                ProblemKind.UNAUTHENTICATED,
                "AKS-IDENTITY-012",
                "The token has ended.",
                why="The app or its user has given it back, or it was used twice.",
                now="Let the user approve the app again.",
            )
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
