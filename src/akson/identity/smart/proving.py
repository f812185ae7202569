"""How an app or a system proves who it is at the token endpoint: with its private key (private_key_jwt), or not at all.

Spec: https://hl7.org/fhir/smart-app-launch/STU2.2/client-confidential-asymmetric.html; RFC 7523.
"""

from collections.abc import Mapping

from akson.fhir.problem import Problem
from akson.identity.jwks import Keys, read_keys
from akson.identity.jws import NotAccepted, PublicKey, claims_unverified, header_of, opened, whole_seconds
from akson.identity.once import OnceMarks
from akson.identity.smart.clients import Client, Clients, Kind
from akson.identity.smart.refusals import refused
from akson.world import Clock

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ALGORITHMS = ("ES256", "ES384", "PS256", "PS384", "RS256", "RS384")
TYPES = (None, "JWT", "client-authentication+jwt")
LIFETIME_MAX_S = 300
LEEWAY_S = 5


class ClientProofs:
    def __init__(self, clients: Clients, marks: OnceMarks, *, clock: Clock) -> None:
        self._clients = clients
        self._marks = marks
        self._clock = clock
        self._keys: dict[str, Keys] = {}

    async def proven(self, form: Mapping[str, str], *, audiences: tuple[str, ...]) -> Client:
        """The client that sent the form. `audiences`: what this endpoint is called. Raises Problem AKS-SMART-010."""
        if "client_assertion" not in form:
            client = self._clients.find(form.get("client_id"))
            if client is None or client.kind is not Kind.PUBLIC:
                raise _unproven("it is not known, or must prove itself with its key")
            return client
        if form.get("client_assertion_type") != ASSERTION:
            raise _unproven("the kind of assertion is not known")
        try:
            return await self._by_assertion(form["client_assertion"], form.get("client_id"), audiences)
        except NotAccepted as not_accepted:
            raise _unproven(f"of its assertion, {not_accepted}") from not_accepted

    async def _by_assertion(self, assertion: str, named: str | None, audiences: tuple[str, ...]) -> Client:
        client = self._clients.find(claims_unverified(assertion).get("sub"))
        if client is None or client.kind is Kind.PUBLIC or named not in (None, "", client.id):
            raise NotAccepted("the client is not known")
        key = await self._key(client, header_of(assertion).get("kid"))
        claims = opened(assertion, lambda _: key, types=TYPES, algorithms=ALGORITHMS).claims
        if claims.get("iss") != client.id or claims.get("sub") != client.id:
            raise NotAccepted("it is somebody else's")
        if claims.get("aud") not in audiences and claims.get("aud") not in [[a] for a in audiences]:
            raise NotAccepted("it is for another server")
        expires, now = whole_seconds(claims, "exp"), self._clock.now().timestamp()
        if expires is None or not now < expires <= now + LIFETIME_MAX_S + LEEWAY_S:
            raise NotAccepted("it has expired, or lasts longer than five minutes")
        begins = max(whole_seconds(claims, "nbf") or 0, whole_seconds(claims, "iat") or 0)
        if begins > now + LEEWAY_S:
            raise NotAccepted("it is not valid yet")
        jti = claims.get("jti")
        if not isinstance(jti, str) or not 0 < len(jti) <= 300:
            raise NotAccepted("it has no id")
        if not self._marks.first(f"{client.id}\0{jti}", until=expires):
            raise NotAccepted("it has been used before")
        return client

    async def _key(self, client: Client, kid: object) -> PublicKey:
        """From what is registered alone; `jku` of the header is not looked at."""
        if client.jwks.startswith(("http://", "https://")):
            if client.jwks not in self._keys:
                self._keys[client.jwks] = Keys(client.jwks, clock=self._clock)
            return await self._keys[client.jwks].find(kid)
        key = read_keys(client.jwks.encode()).get(kid if isinstance(kid, str) else "")
        if key is None:
            raise NotAccepted("its key is not one of the client's")
        return key


def _unproven(why: str) -> Problem:
    return refused("010", "The app has not proven who it is.", f"Reason: {why}.")
