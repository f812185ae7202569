"""Systems that may ask for advice: each signs its calls with a key that it has left here.

    [[client]]                                  cds.toml in the data folder
    issuer = "https://epj.example.no"
    keys = "cds/epj.jwks"                       a JWK Set, beside the file

Spec: https://cds-hooks.hl7.org/2.0/#trusting-cds-clients: a JWT with iss, aud (the address called), iat, exp (five minutes
at most) and jti (once).
"""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from akson.fhir.problem import Problem, ProblemKind
from akson.identity import jws
from akson.identity.once import OnceMarks
from akson.world import Clock

FILE_NAME = "cds.toml"
ALGORITHMS = ("ES256", "ES384", "PS256", "PS384", "RS256", "RS384")
LIFE_S_MAX = 300
SKEW_S = 60
_BEARER = "bearer "


@dataclass(frozen=True, slots=True)
class Client:
    issuer: str
    keys: Mapping[str, jws.PublicKey]
    """By kid."""


class CdsClients:
    def __init__(self, clients: Mapping[str, Client], once: OnceMarks, *, clock: Clock) -> None:
        self._clients = clients
        self._once = once
        self._clock = clock

    def identify(self, authorization: str, audience: str) -> Client:
        """Who calls. Raises Problem UNAUTHENTICATED AKS-ADVICE-010, with nothing of the token in it."""
        try:
            return self._identify(authorization, audience)
        except jws.NotAccepted as refused:
            raise Problem(
                ProblemKind.UNAUTHENTICATED,
                "AKS-ADVICE-010",
                "The call is not signed by a system that may ask.",
                why=f"The token is refused: {refused}.",
                now="Sign each call with a key that this node has been given; see docs/decision-support.md.",
            ) from None

    def _identify(self, authorization: str, audience: str) -> Client:
        if not authorization.lower().startswith(_BEARER):
            raise jws.NotAccepted("there is none")
        token = authorization[len(_BEARER) :].strip()
        client = self._clients.get(str(jws.claims_unverified(token).get("iss")))
        if client is None:
            raise jws.NotAccepted("its issuer is not known here")
        claims = jws.opened(
            token, lambda header: _key(client, header), types=("JWT", None), algorithms=ALGORITHMS
        ).claims
        self._check(client, claims, audience)
        return client

    def _check(self, client: Client, claims: Mapping[str, Any], audience: str) -> None:
        now, ends, begins, jti = (
            self._clock.now().timestamp(),
            claims.get("exp"),
            claims.get("iat"),
            claims.get("jti"),
        )
        told = claims.get("aud")
        if audience not in (told if isinstance(told, list) else [told]):
            raise jws.NotAccepted("it is meant for another address")
        if not isinstance(ends, int | float) or not isinstance(begins, int | float) or isinstance(ends, bool):
            raise jws.NotAccepted("it does not say how long it lasts")
        if ends <= now or begins > now + SKEW_S or ends > now + LIFE_S_MAX + SKEW_S:
            raise jws.NotAccepted("it is not of now, or lasts too long")
        if not isinstance(jti, str) or not jti or len(jti) > 200:
            raise jws.NotAccepted("it has no id")
        if not self._once.first(f"{client.issuer} {jti}", until=ends):
            raise jws.NotAccepted("it has been used")


def clients_in(data: Path) -> Mapping[str, Client]:
    """Those of `cds.toml`; none without the file. Raises Problem AKS-ADVICE-011 for a file that cannot be read."""
    path = data / FILE_NAME
    if not path.exists():
        return {}
    try:
        told = tomllib.loads(path.read_text("utf-8")).get("client", [])
        return {one["issuer"]: Client(one["issuer"], _keys(data / one["keys"])) for one in told}
    except (OSError, ValueError, KeyError, TypeError, jws.NotAccepted) as unreadable:
        raise Problem(
            ProblemKind.INVALID,
            "AKS-ADVICE-011",
            f"{FILE_NAME} cannot be read.",
            why=type(unreadable).__name__,
            now="Each [[client]] has issuer and keys, and keys names a JWK Set with kid in the data folder.",
        ) from None


def _keys(path: Path) -> Mapping[str, jws.PublicKey]:
    return {str(one["kid"]): jws.public_key(one) for one in json.loads(path.read_bytes())["keys"]}


def _key(client: Client, header: Mapping[str, Any]) -> jws.PublicKey:
    found = client.keys.get(str(header.get("kid")))
    if found is None:
        raise jws.NotAccepted("its key is not known here")
    return found
