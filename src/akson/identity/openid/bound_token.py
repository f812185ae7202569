"""An access token that is bound to our key: each request shows it with a proof of its own. RFC 9449."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from akson.identity.openid.assertion import ClientKey
from akson.identity.openid.issuer import Issuer, odd
from akson.identity.openid.proof import proof
from akson.world import Clock, Random

TOKEN_CHARACTERS_MAX = 16_000


@dataclass(frozen=True, slots=True)
class BoundToken:
    token: str
    key: ClientKey
    clock: Clock
    random: Random

    def headers(self, method: str, url: str, *, nonce: str = "") -> dict[str, str]:
        """For one request to `url`; `nonce` when that API gave one."""
        made = proof(
            self.key,
            method,
            url,
            now=self.clock.now(),
            random=self.random,
            nonce=nonce,
            access_token=self.token,
        )
        return {"Authorization": f"DPoP {self.token}", "DPoP": made}


def bound(issuer: Issuer, body: Mapping[str, Any]) -> str:
    """The access token of an issuer's answer. Raises Problem INTERNAL AKS-LOGIN-002 for one that is bound to no key."""
    token = body.get("access_token")
    to_a_key = str(body.get("token_type", "")).lower() == "dpop"
    if not isinstance(token, str) or not 0 < len(token) <= TOKEN_CHARACTERS_MAX or not to_a_key:
        raise odd(issuer, "It gave no access token that is bound to our key.")
    return token
