"""The client: sends a browser to its issuer, and makes a Person of what comes back. One for each issuer and process.

Specs: RFC 9126 (pushed request), RFC 7636 (PKCE), RFC 9207 (issuer in the answer), RFC 9449 (DPoP), RFC 8707 (resource),
RFC 9396 (details), OpenID Connect Core 1.0, RP-Initiated Logout 1.0. Where a login's traces are kept is not known here.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from urllib.parse import urlencode

from akson.fhir.problem import Problem, ProblemKind
from akson.identity.jwk import base64url
from akson.identity.openid import details, tokens
from akson.identity.openid.issuer import Issuer, Profile, not_accepted, odd, turned_down
from akson.identity.openid.metadata import Discovery
from akson.identity.openid.pending import Pending
from akson.identity.openid.person import ID_PORTEN_HIGH, IDENTITY, Person, person
from akson.identity.openid.requests import ClientKeys, Requests
from akson.identity.openid.signing_keys import SigningKeys
from akson.identity.openid.wire import Answer, Wire
from akson.world import Clock, Random

SCOPES = {
    Profile.HELSEID: (
        "openid",
        "profile",
        "helseid://scopes/identity/pid",
        "helseid://scopes/identity/security_level",
        "helseid://scopes/hpr/hpr_number",
    ),
    Profile.IDPORTEN: ("openid", "profile"),
}
LEVEL_WORD = {Profile.HELSEID: "Level4", Profile.IDPORTEN: ID_PORTEN_HIGH}
CANCELLED = "access_denied"
LOGIN_OLDER_THAN_ASKED_S = 60


class OpenIdClient:
    def __init__(
        self,
        issuer: Issuer,
        keys: ClientKeys,
        *,
        redirect: str,
        after_logout: str,
        wire: Wire,
        clock: Clock,
        random: Random,
    ) -> None:
        self.issuer = issuer
        self.redirect = redirect
        self.after_logout = after_logout
        self._keys = keys
        self._clock = clock
        self._random = random
        self._discovery = Discovery(issuer, wire, clock)
        self._signing = SigningKeys(issuer, self._discovery, wire, clock)
        self._requests = Requests(issuer, keys, wire=wire, clock=clock, random=random)

    async def begin(self, goal: str) -> tuple[str, Pending]:
        """Where to send the browser, and what to keep until it is back. Raises Problem AKS-LOGIN-001 to -003."""
        metadata = await self._discovery.metadata()
        pending = Pending(
            issuer=self.issuer.id,
            state=self._secret(),
            nonce=self._secret(),
            verifier=self._secret(),
            goal=goal,
            at=self._clock.now().timestamp(),
        )
        answer = await self._requests.ask(metadata.pushing, self._request(pending))
        address = answer.body.get("request_uri")
        if answer.status not in (200, 201) or not isinstance(address, str):
            raise turned_down(self.issuer, answer.error or f"status {answer.status}")
        asked = urlencode({"client_id": self.issuer.client_id, "request_uri": address})
        joint = "&" if "?" in metadata.authorization else "?"
        return f"{metadata.authorization}{joint}{asked}", pending

    def _request(self, pending: Pending) -> dict[str, str]:
        """Everything is pushed: the browser carries a reference, and can change nothing."""
        issuer = self.issuer
        form = {
            "response_type": "code",
            "redirect_uri": self.redirect,
            "scope": " ".join(dict.fromkeys((*SCOPES[issuer.profile], *issuer.scopes))),
            "state": pending.state,
            "nonce": pending.nonce,
            "code_challenge": base64url(hashlib.sha256(pending.verifier.encode()).digest()),
            "code_challenge_method": "S256",
            "acr_values": LEVEL_WORD[issuer.profile],
            # On a shared machine the issuer may still know the one who was here before.
            "prompt": "login",
        }
        if issuer.resource:
            form["resource"] = issuer.resource
        if asked := details.organisation(issuer):
            form["authorization_details"] = json.dumps(asked, separators=(",", ":"))
        return form

    async def finish(self, query: Mapping[str, str], pending: Pending) -> Person:
        """The one who came back with `query`. Raises Problem: AKS-LOGIN-001 to -034, see each check."""
        metadata = await self._discovery.metadata()
        if not hmac.compare_digest(query.get("state", "").encode(), pending.state.encode()):
            raise _mixed_up("the answer belongs to another login")
        named = query.get("iss")
        if (metadata.names_itself or named is not None) and named != self.issuer.address:
            raise _mixed_up("the answer comes from another issuer")
        if "error" in query:
            raise _no_login(self.issuer, query["error"])
        code = query.get("code", "")
        if not code:
            raise odd(self.issuer, "It sent the browser back without a code.")
        answer = await self._requests.ask(
            metadata.token,
            {
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": self.redirect,
                "code_verifier": pending.verifier,
                **({"resource": self.issuer.resource} if self.issuer.resource else {}),
            },
        )
        if answer.status != 200:
            raise turned_down(self.issuer, answer.error or f"status {answer.status}")
        return await self._person(answer, pending)

    async def _person(self, answer: Answer, pending: Pending) -> Person:
        given, access = answer.body.get("id_token"), answer.body.get("access_token")
        if not isinstance(access, str) or not access:
            raise odd(self.issuer, "It gave no access token.")
        kind = str(answer.body.get("token_type", "")).lower()
        if kind != "dpop" and self._requests.are_bound:
            raise odd(self.issuer, "Its access token is not bound to a key.")
        claims = await tokens.id_token_claims(
            given,
            self.issuer,
            self._signing,
            nonce=pending.nonce,
            access_token=access,
            now=self._clock.now(),
        )
        began = claims.get("auth_time")
        if isinstance(began, int | float) and began < pending.at - LOGIN_OLDER_THAN_ASKED_S:
            raise not_accepted("it tells of a login from before this one was asked for")
        about_client = claims
        if self.issuer.resource:
            about_client = await self._of_access_token(access, claims)
        return person(self.issuer, claims, about_client, str(given))

    async def _of_access_token(self, access: str, claims: Mapping[str, object]) -> Mapping[str, object]:
        """The organisation stands in the access token to our own API; that API is us, so reading it is our right."""
        found = await tokens.access_token_claims(
            access,
            self.issuer,
            self._signing,
            thumbprint=self._keys.binding.thumbprint,
            now=self._clock.now(),
        )
        if found.get("sub") != claims["sub"]:
            raise not_accepted("the two tokens are about two people")
        pid = f"{IDENTITY}pid"
        if pid in found and pid in claims and found[pid] != claims[pid]:
            raise not_accepted("the two tokens are about two people")
        return found

    async def end_session(self, id_token: str) -> str:
        """Where the browser is sent to log out there too; "" when the issuer has no such place or does not answer."""
        try:
            metadata = await self._discovery.metadata()
        except Problem:
            return ""
        if not metadata.end_session:
            return ""
        asked = {
            "id_token_hint": id_token,
            "client_id": self.issuer.client_id,
            "post_logout_redirect_uri": self.after_logout,
        }
        return f"{metadata.end_session}?{urlencode(asked)}"

    async def logout_told(self, token: object) -> tuple[str, str]:
        """(session, subject) of a back-channel logout; one of them may be "". Raises Problem AKS-LOGIN-020."""
        claims = await tokens.logout_claims(token, self.issuer, self._signing, now=self._clock.now())
        session, subject = claims.get("sid"), claims.get("sub")
        return session if isinstance(session, str) else "", subject if isinstance(subject, str) else ""

    def _secret(self) -> str:
        return base64url(self._random.bytes(32))


def _mixed_up(why: str) -> Problem:
    return Problem(
        ProblemKind.UNAUTHENTICATED,
        "AKS-LOGIN-011",
        "The answer does not belong to this login.",
        why=f"Reason: {why}.",
        now="Begin again from the login page.",
    )


def _no_login(issuer: Issuer, code: str) -> Problem:
    """The word is the issuer's own, but came by the browser: it chooses among ours and is not repeated."""
    if code == CANCELLED:
        return Problem(
            ProblemKind.FORBIDDEN,
            "AKS-LOGIN-012",
            "The login was cancelled.",
            why=f"{issuer.name} says that it was broken off.",
            now="Begin again from the login page.",
        )
    return Problem(
        ProblemKind.UNAUTHENTICATED,
        "AKS-LOGIN-013",
        f"{issuer.name} did not log anybody in.",
        why="It answered with an error.",
        now="Begin again from the login page.",
    )
