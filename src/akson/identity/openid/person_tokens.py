"""Access tokens for one of ours who asks other enterprises: one for each question, with our attestation of it.

    subject  who has logged in here, signed by this node (or the token of her login at the issuer itself)
    details  [{"type": "nhn:tillitsrammeverk:parameters", "attestation": {…one patient…}}]      in the client assertion
    →        an access token with both, bound to our key (DPoP), for one audience that all sources share

Token exchange (RFC 8693) in HelseID's profile, with `assertion_details` (FK5). The issuer checks that practitioner and
enterprise are those it knows. A source cannot use the token onwards: each request has a proof by our key. Why one for each
question and not for each source: docs/adr/0229.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import jwt

from akson.identity.openid.bound_token import BoundToken, bound
from akson.identity.openid.issuer import Issuer, turned_down
from akson.identity.openid.metadata import Discovery
from akson.identity.openid.requests import ClientKeys, Requests
from akson.identity.openid.wire import Wire
from akson.world import Clock, Random

EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
SUBJECT_TYPE = "urn:ietf:params:oauth:token-type:jwt"
SUBJECT_LASTS_S = 60


@dataclass(frozen=True, slots=True)
class Subject:
    """One of ours who has logged in at level 4."""

    national_id: str
    name: str
    hpr: str = ""


@dataclass(frozen=True, slots=True)
class PersonToken(BoundToken):
    """Shown with a proof of its own at each door."""

    decision: str


class PersonTokens:
    """One for each process."""

    def __init__(
        self, issuer: Issuer, keys: ClientKeys, scope: str, *, wire: Wire, clock: Clock, random: Random
    ) -> None:
        self._issuer = issuer
        self._keys = keys
        self._scope = scope
        self._clock = clock
        self._random = random
        self._discovery = Discovery(issuer, wire, clock)
        self._requests = Requests(issuer, keys, wire=wire, clock=clock, random=random)

    async def of(self, subject: Subject, decision: str, details: Sequence[Mapping[str, Any]]) -> PersonToken:
        """Raises Problem OVERLOADED AKS-LOGIN-001 (no answer), INTERNAL AKS-LOGIN-002 (odd answer) or -003 (refused)."""
        metadata = await self._discovery.metadata()
        form = {
            "grant_type": EXCHANGE,
            "scope": self._scope,
            "subject_token": self._signed(subject, self._clock.now()),
            "subject_token_type": SUBJECT_TYPE,
        }
        answer = await self._requests.ask(metadata.token, form, details=details)
        if answer.status != 200:
            raise turned_down(self._issuer, answer.error or f"status {answer.status}")
        token = bound(self._issuer, answer.body)
        return PersonToken(token, self._keys.binding, self._clock, self._random, decision)

    def _signed(self, subject: Subject, now: datetime) -> str:
        at = int(now.timestamp())
        key = self._keys.client
        said = {
            "iss": self._issuer.client_id,
            "aud": self._issuer.address,
            "sub": subject.national_id,
            "name": subject.name,
            "security_level": "4",
            "iat": at,
            "exp": at + SUBJECT_LASTS_S,
            "jti": self._random.uuid().hex,
            **({"hpr": subject.hpr} if subject.hpr else {}),
        }
        header = {"typ": "subject+jwt", "kid": key.thumbprint}
        return jwt.encode(said, key.private, algorithm=key.algorithm, headers=header)
