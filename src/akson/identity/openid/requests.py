"""Requests to an issuer as a confidential client: which client we are, and by which key the tokens are to be bound.

`private_key_jwt` (RFC 7523) in every form, a DPoP proof (RFC 9449) where the profile binds tokens, and the issuer's nonce
in it, asked for once more when it has changed. What is asked, and what the answer means, does not belong here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from akson.identity.openid.assertion import ClientKey, assertion
from akson.identity.openid.issuer import Issuer, Profile, unreachable
from akson.identity.openid.proof import proof
from akson.identity.openid.wire import Answer, NoAnswer, Wire
from akson.world import Clock, Random

NONCE_CHARACTERS_MAX = 500


@dataclass(frozen=True, slots=True)
class ClientKeys:
    """`client` says which client we are; `binding` is the DPoP key that tokens are bound to. Never the same key."""

    client: ClientKey
    binding: ClientKey


class Requests:
    """One for each issuer and process: it remembers the nonce."""

    def __init__(self, issuer: Issuer, keys: ClientKeys, *, wire: Wire, clock: Clock, random: Random) -> None:
        self._issuer = issuer
        self._keys = keys
        self._wire = wire
        self._clock = clock
        self._random = random
        self._nonce = ""
        """What the issuer last asked our proofs to carry (RFC 9449, 8)."""

    @property
    def are_bound(self) -> bool:
        return self._issuer.profile is Profile.HELSEID

    async def ask(
        self, url: str, form: Mapping[str, str], *, details: Sequence[Mapping[str, Any]] = ()
    ) -> Answer:
        """One request, with a proof; a second time when the issuer wants its nonce in it. `details`: of the assertion.

        Raises Problem OVERLOADED AKS-LOGIN-001 when nothing that can be read comes back.
        """
        answer = await self._post(url, form, details)
        given = answer.headers.get("dpop-nonce", "")
        wanted = answer.status in (400, 401) and answer.error == "use_dpop_nonce"
        if given and len(given) <= NONCE_CHARACTERS_MAX:
            self._nonce = given
            if wanted:
                answer = await self._post(url, form, details)
                self._nonce = answer.headers.get("dpop-nonce", "") or self._nonce
        return answer

    async def _post(self, url: str, form: Mapping[str, str], details: Sequence[Mapping[str, Any]]) -> Answer:
        now = self._clock.now()
        whole = {
            **form,
            "client_id": self._issuer.client_id,
            **assertion(self._issuer, self._keys.client, now=now, random=self._random, details=details),
        }
        headers = {}
        if self.are_bound:
            headers["DPoP"] = proof(
                self._keys.binding, "POST", url, now=now, random=self._random, nonce=self._nonce
            )
        try:
            return await self._wire.post(url, whole, headers)
        except NoAnswer as failed:
            raise unreachable(self._issuer, f"The request got no answer: {failed}.") from failed
