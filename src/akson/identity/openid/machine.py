"""Access tokens for this node itself, no person behind: to ask other systems' APIs in the house's own name.

Client credentials (RFC 6749, 4.4) in HelseID's profile: `private_key_jwt`, tokens bound to our key by DPoP (RFC 9449).

    tokens = MachineTokens(issuer, keys, "nhn:msh/api", wire=…, clock=…, random=…)
    await tokens.headers("POST", "https://api.tjener.melding.nhn.no/messages")  -> {"Authorization": "DPoP …", "DPoP": "…"}
"""

import asyncio
from datetime import datetime, timedelta

from akson.fhir.problem import Problem
from akson.identity.openid.bound_token import BoundToken, bound
from akson.identity.openid.issuer import Issuer, odd, turned_down
from akson.identity.openid.metadata import Discovery
from akson.identity.openid.requests import ClientKeys, Requests
from akson.identity.openid.wire import Wire
from akson.world import Clock, Random

RENEWED_BEFORE_END = timedelta(seconds=30)
LIFETIME_MAX = timedelta(hours=1)
"""However long the issuer says: a key that was taken out must not be used on for a day."""


class MachineTokens:
    """One for each API and process. Asks the issuer once for all who wait."""

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
        self._held: tuple[str, datetime] | None = None
        self._asking = asyncio.Lock()

    async def headers(self, method: str, url: str, *, nonce: str = "") -> dict[str, str]:
        """For one request to `url`; `nonce` when that API gave one.

        Raises Problem OVERLOADED AKS-LOGIN-001 (no answer), INTERNAL AKS-LOGIN-002 (odd answer) or -003 (refused).
        """
        token = BoundToken(await self._token(), self._keys.binding, self._clock, self._random)
        return token.headers(method, url, nonce=nonce)

    def forget(self) -> None:
        """The API does not take the token: the next request gets a new one."""
        self._held = None

    async def _token(self) -> str:
        async with self._asking:
            if self._held is None or self._clock.now() >= self._held[1]:
                self._held = await self._fresh()
            return self._held[0]

    async def _fresh(self) -> tuple[str, datetime]:
        metadata = await self._discovery.metadata()
        form = {"grant_type": "client_credentials", "scope": self._scope}
        if self._issuer.resource:
            form["resource"] = self._issuer.resource
        asked_at = self._clock.now()
        answer = await self._requests.ask(metadata.token, form)
        if answer.status != 200:
            raise self._refused(answer.status, answer.error)
        token, seconds = bound(self._issuer, answer.body), answer.body.get("expires_in")
        if not isinstance(seconds, int) or isinstance(seconds, bool) or seconds <= 0:
            raise odd(self._issuer, "It does not say how long its access token lasts.")
        lasts = min(timedelta(seconds=seconds), LIFETIME_MAX) - RENEWED_BEFORE_END
        return token, asked_at + lasts

    def _refused(self, status: int, word: str) -> Problem:
        return turned_down(self._issuer, word or f"status {status}")
