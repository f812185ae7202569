"""This node as authorization server of apps: launch → approval → code → tokens, and what ends them.

    launched("pustekurve", actor, patient)  → handle            from the workspace, for `launch`
    approved(asking, actor, patient)        → address to go to, with a code that is good once for a minute
    token(form)                             → access token, context, id_token, refresh token

An access token is the node's own (issuers/local.py), with the user's rights, cut by the scopes it names. Nothing here
decides on patient data. Spec: https://hl7.org/fhir/smart-app-launch/STU2.2/.
"""

import base64
import hashlib
import hmac
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from akson.access.actor import Actor, ActorKind
from akson.access.scopes import AppScope, meet, read_scopes, write_scopes
from akson.fhir.problem import Problem
from akson.identity.claims import scopes_fit, to_actor, to_claims
from akson.identity.issuers.local import LocalIssuer
from akson.identity.smart.asking import Asking, Pairs, asking, granted
from akson.identity.smart.clients import Client, Clients, Kind
from akson.identity.smart.kept import Ended, Kept
from akson.identity.smart.proving import ClientProofs
from akson.identity.smart.refusals import refused
from akson.world import Clock, Random

LAUNCH_S = 300
CODE_S = 60
ACCESS_S = 600
SERVICE_ACCESS_S = 300
ID_TOKEN_S = 600
ONLINE_S = 9 * 3_600
"""As long as a shift, and no longer than the login."""
OFFLINE_S = 30 * 24 * 3_600
ID_TOKEN_TYPE = "JWT"  # noqa: S105 - the type that OpenID Connect Core leaves to JWT
_VERIFIER_CHARACTERS = range(43, 129)


@dataclass(frozen=True, slots=True)
class Endpoints:
    """What this server is called by the one who asks."""

    fhir: str
    """`https://akson.example.no/fhir`: also the issuer of id tokens."""

    @property
    def token(self) -> str:
        return f"{self.fhir}/auth/token"

    @property
    def authorize(self) -> str:
        return f"{self.fhir.removesuffix('/fhir')}/godkjenn-app"


@dataclass(frozen=True, slots=True)
class Launch:
    """An app opened from the workspace."""

    client: str
    actor: str
    tenant: int
    patient: str
    encounter: str = ""


@dataclass(frozen=True, slots=True)
class Shelves:
    """Where things are kept between two requests, for every process of the node."""

    launches: Kept
    codes: Kept
    refreshes: Kept
    ended: Ended


class AuthorizationServer:
    """`still`: whether an actor may go on; asked at every renewal. `over`: whether the login behind this mark has ended."""

    def __init__(
        self,
        issuer: LocalIssuer,
        clients: Clients,
        proofs: ClientProofs,
        shelves: Shelves,
        *,
        still: Callable[[Actor], Awaitable[bool]],
        over: Callable[[str], bool],
        clock: Clock,
        random: Random,
    ) -> None:
        self.clients = clients
        self._issuer = issuer
        self._proofs = proofs
        self._shelves = shelves
        self._still = still
        self._over = over
        self._clock = clock
        self._random = random

    # The browser's part ------------------------------------------------------------------------------------------------

    def launched(self, launch: Launch) -> str:
        """The parameter `launch` for an app that is opened from the workspace."""
        content = {name: getattr(launch, name) for name in Launch.__slots__}
        return self._shelves.launches.keep(content, until=self._now() + LAUNCH_S)

    def asking(self, parameters: Pairs, *, fhir: str) -> Asking:
        """Raises Problem AKS-SMART-002, 003, or asking.Refused with the way back."""
        return asking(parameters, self.clients, fhir=fhir)

    def launch_of(self, asked: Asking, actor: Actor) -> Launch | None:
        """The launch that the app was opened by; None when it began by itself. Raises Problem AKS-SMART-008."""
        if not asked.launch:
            return None
        content = self._shelves.launches.look(asked.launch)
        launch = Launch(**content) if content else None
        mine = launch and (launch.client, launch.actor, launch.tenant) == (
            asked.client.id,
            actor.id,
            actor.tenant,
        )
        if not launch or not mine:
            raise refused("008", "The app was not opened from here by you, or too long ago.")
        return launch

    def approved(self, asked: Asking, actor: Actor, patient: str, *, login: str) -> str:
        """The address to send the browser to. `login`: a mark of the login, by which `over` knows it again.

        The caller has seen to it that the actor may open this patient's record. Raises Problem AKS-SMART-008, 009, 014.
        """
        launch = self.launch_of(asked, actor)
        if launch is not None:
            self._shelves.launches.take(asked.launch)
            patient = launch.patient
        if asked.needs_patient and not patient:
            raise refused("014", "The app asks for one patient, and none was chosen.")
        limited = replace(
            actor,
            scopes=asked.scopes,
            patient_context=patient if asked.needs_patient or launch else "",
            client=asked.client.id,
        )
        if actor.tenant != asked.client.tenant or actor.attested is not None or not scopes_fit(limited):
            raise refused("009", "This app is not for you.")
        code = self._shelves.codes.keep(
            {
                "client": asked.client.id,
                "redirect_uri": asked.redirect_uri,
                "challenge": asked.challenge,
                "actor": to_claims(limited),
                "words": list(asked.words),
                "encounter": launch.encounter if launch else "",
                "nonce": asked.nonce,
                "login": login,
                "grant": self._random.bytes(16).hex(),
            },
            until=self._now() + CODE_S,
        )
        return asked.way_back(code=code)

    # The app's part ----------------------------------------------------------------------------------------------------

    async def token(self, form: Mapping[str, str], endpoints: Endpoints) -> dict[str, Any]:
        """The answer of the token endpoint. Raises Problem AKS-SMART-…."""
        client = await self._proven(form, endpoints)
        match form.get("grant_type"):
            case "authorization_code" if client.kind is not Kind.SERVICE:
                return self._by_code(form, client, endpoints)
            case "refresh_token" if client.kind is not Kind.SERVICE:
                return await self._by_refresh(form, client, endpoints)
            case "client_credentials" if client.kind is Kind.SERVICE:
                return self._of_service(form, client)
            case "authorization_code" | "refresh_token" | "client_credentials":
                raise refused("012", "This app is not registered for that kind of grant.")
        raise refused("013", "That kind of grant is not offered.")

    async def introspect(self, form: Mapping[str, str], endpoints: Endpoints) -> dict[str, Any]:
        """RFC 7662. What is not a living token of an app here is only not active. Raises Problem AKS-SMART-010."""
        client = await self._proven(form, endpoints)
        if client.kind is Kind.PUBLIC:
            raise refused(
                "010", "The app has not proven who it is.", "Only one with a key may ask of tokens."
            )
        try:
            claims = self._issuer.claims(form.get("token", ""))
            actor = to_actor(claims)
        except Problem:
            return {"active": False}
        if actor.tenant != client.tenant or actor.scopes is None:
            return {"active": False}
        told = {
            "active": True,
            "token_type": "Bearer",
            "scope": write_scopes(actor.scopes, claims.get("words", ())),
            "client_id": actor.client,
            "sub": actor.id,
            "iss": endpoints.fhir,
            "exp": claims["exp"],
            "iat": claims["iat"],
            "patient": actor.patient_context,
            "fhirUser": f"{endpoints.fhir}/{actor.reference}" if actor.reference else "",
        }
        return {name: value for name, value in told.items() if value != ""}

    async def revoke(self, form: Mapping[str, str], endpoints: Endpoints) -> None:
        """RFC 7009: everything of the grant ends, here and on other workers within a minute. Unknown tokens are no error."""
        client = await self._proven(form, endpoints)
        shown = form.get("token", "")
        kept = self._shelves.refreshes.look(shown)
        if kept is not None and kept["client"] == client.id:
            self._end(kept["grant"])
            return
        try:
            claims = self._issuer.claims(shown)
        except Problem:
            return
        if claims.get("client") == client.id and claims.get("grant"):
            self._end(claims["grant"])

    def jwk(self) -> dict[str, str]:
        """The public key of the id tokens."""
        return self._issuer.jwk()

    async def _proven(self, form: Mapping[str, str], endpoints: Endpoints) -> Client:
        return await self._proofs.proven(form, audiences=(endpoints.token, endpoints.fhir))

    def _by_code(self, form: Mapping[str, str], client: Client, endpoints: Endpoints) -> dict[str, Any]:
        taken = self._shelves.codes.take(form.get("code", ""))
        if taken is None:
            raise refused("011", "The code is unknown or too old.")
        kept = taken.content
        if taken.again:
            # Two have it: what the first was given ends (RFC 6749 4.1.2).
            self._end(kept["grant"])
            raise refused("011", "The code has been used before; what it gave has ended.")
        if kept["client"] != client.id or kept["redirect_uri"] != form.get("redirect_uri"):
            raise refused("011", "The code was given to another app, or for another address.")
        if not _challenge_holds(form.get("code_verifier", ""), kept["challenge"]):
            raise refused("011", "The code verifier does not fit.")
        return self._answer(kept, to_actor(kept["actor"]), endpoints, nonce=kept["nonce"])

    async def _by_refresh(
        self, form: Mapping[str, str], client: Client, endpoints: Endpoints
    ) -> dict[str, Any]:
        known = self._shelves.refreshes.look(form.get("refresh_token", ""))
        if known is not None and known["client"] != client.id:
            raise refused("011", "The refresh token was given to another app.")
        taken = self._shelves.refreshes.take(form.get("refresh_token", ""))
        if taken is None or self._shelves.ended.has(taken.content["grant"]):
            raise refused("011", "The refresh token is unknown, too old, or has ended.")
        kept = taken.content
        if taken.again:
            self._end(kept["grant"])
            raise refused("011", "The refresh token has been used before; everything it gave has ended.")
        actor = to_actor(kept["actor"])
        if not await self._goes_on(kept, actor, client):
            self._end(kept["grant"])
            raise refused("011", "The login that stood behind it has ended.")
        return self._answer(kept, self._narrowed(actor, form, client), endpoints)

    async def _goes_on(self, kept: Mapping[str, Any], actor: Actor, client: Client) -> bool:
        if kept["until"] <= self._now() or not await self._still(actor):
            return False
        return "offline_access" in kept["words"] or not self._over(kept["login"])

    def _narrowed(self, actor: Actor, form: Mapping[str, str], client: Client) -> Actor:
        """Fewer scopes when asked for (RFC 6749 6), and never more than the app is registered for today."""
        kept = actor.scopes or ()
        wanted = read_scopes(form["scope"])[0] if form.get("scope") else kept
        scopes = _kept_only(meet(meet(kept, wanted), client.allowed[0]), kept)
        return replace(actor, scopes=scopes)

    def _of_service(self, form: Mapping[str, str], client: Client) -> dict[str, Any]:
        scopes, words = granted(form.get("scope", ""), client)
        if words or any(scope.context != "system" for scope in scopes):
            raise refused("005", "A service asks for scopes that begin with system/.")
        actor = Actor(
            kind=ActorKind.SYSTEM,
            id=client.id,
            name=client.name,
            tenant=client.tenant,
            scopes=scopes,
            client=client.id,
        )
        token = self._issue(actor, self._random.bytes(16).hex(), (), SERVICE_ACCESS_S)
        return {
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": SERVICE_ACCESS_S,
            "scope": write_scopes(scopes),
        }

    def _answer(
        self, kept: dict[str, Any], actor: Actor, endpoints: Endpoints, *, nonce: str = ""
    ) -> dict[str, Any]:
        words = kept["words"]
        answer: dict[str, Any] = {
            "access_token": self._issue(actor, kept["grant"], words, ACCESS_S),
            "token_type": "Bearer",
            "expires_in": ACCESS_S,
            "scope": write_scopes(actor.scopes or (), words),
        }
        if actor.patient_context:
            answer |= {"patient": actor.patient_context, "need_patient_banner": True}
        if kept["encounter"]:
            answer["encounter"] = kept["encounter"]
        if "openid" in words:
            answer["id_token"] = self._id_token(actor, words, endpoints, nonce)
        if {"online_access", "offline_access"} & set(words):
            answer["refresh_token"] = self._refresh(kept)
        return answer

    def _issue(self, actor: Actor, grant: str, words: Any, seconds: int) -> str:
        return self._issuer.issue(
            actor, lifetime=timedelta(seconds=seconds), more={"grant": grant, "words": list(words)}
        )

    def _id_token(self, actor: Actor, words: list[str], endpoints: Endpoints, nonce: str) -> str:
        now = int(self._now())
        claims: dict[str, Any] = {
            "iss": endpoints.fhir,
            "sub": actor.id,
            "aud": actor.client,
            "iat": now,
            "exp": now + ID_TOKEN_S,
        }
        if nonce:
            claims["nonce"] = nonce
        if "fhirUser" in words and actor.reference:
            claims["fhirUser"] = f"{endpoints.fhir}/{actor.reference}"
        if "profile" in words:
            claims["name"] = actor.name
        return self._issuer.sign(claims, type=ID_TOKEN_TYPE)

    def _refresh(self, kept: dict[str, Any]) -> str:
        """A new one each time, with the end of the first."""
        lasts = OFFLINE_S if "offline_access" in kept["words"] else ONLINE_S
        until = kept.get("until", self._now() + lasts)
        return self._shelves.refreshes.keep({**kept, "until": until}, until=until)

    def _end(self, grant: str) -> None:
        self._shelves.ended.end(grant, until=self._now() + OFFLINE_S)

    def _now(self) -> float:
        return self._clock.now().timestamp()


def _kept_only(found: tuple[AppScope, ...], kept: tuple[AppScope, ...]) -> tuple[AppScope, ...]:
    """The scopes as they were where nothing has narrowed them, so that the text stays the same."""
    return kept if set(kept) <= set(found) else found


def _challenge_holds(verifier: str, challenge: str) -> bool:
    if len(verifier) not in _VERIFIER_CHARACTERS or not verifier.isascii():
        return False
    digest = hashlib.sha256(verifier.encode()).digest()
    found = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    return hmac.compare_digest(found, challenge)
