"""HelseID for machines: gives access tokens to registered clients, and says at an API's door whether one may be used.

To the client of an enterprise also tokens for one of its people (people_tokens.py), with what it attests.

Checked as HelseID's profile says: `private_key_jwt` with a type of its own, at most 60 s and used once; DPoP with a nonce of
the server's (RFC 9449); tokens bound to the proof's key. Source: https://utviklerportal.nhn.no (HelseID, token endpoint).
"""

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec

from akson_lab.nhn import people_tokens
from akson_lab.nhn.people_tokens import Enterprise, Person

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ALGORITHMS = ["ES256", "PS256", "RS256"]
AGE_MAX_S = 60
TOKEN_S = 600


@dataclass(frozen=True, slots=True)
class Client:
    """One that is registered: its public key (JWK), what it may ask for, and for whom it may act."""

    id: str
    jwk: Mapping[str, Any]
    scopes: frozenset[str]
    her_ids: frozenset[int] = frozenset()
    enterprise: Enterprise | None = None
    """Whose people may ask through it; None: nobody's."""


class Refused(Exception):
    """`word` is OAuth's error word."""

    def __init__(self, word: str, status: int = 400) -> None:
        super().__init__(word)
        self.word, self.status = word, status


@dataclass(slots=True)
class HelseId:
    """`address` is its name in tokens; set it before the first question."""

    address: str = ""
    clients: dict[str, Client] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    """By national id, as the registers have them."""
    asks_for_nonce: bool = True
    token_lasts_s: int = TOKEN_S
    given: int = 0
    """Tokens, so far."""
    _used: set[str] = field(default_factory=set)
    _nonce: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    _key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def register(self, client: Client) -> None:
        self.clients[client.id] = client

    def renew_nonce(self) -> None:
        """Proofs with the one before are refused, and told the new one."""
        self._nonce = secrets.token_urlsafe(16)

    def revoke_key(self) -> None:
        """Every token given so far is void."""
        self._key = ec.generate_private_key(ec.SECP256R1())

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/.well-known/openid-configuration", self._metadata),
            web.get("/.well-known/openid-configuration/jwks", self._jwks),
            web.post("/connect/token", self._token),
        ]

    async def _metadata(self, _request: web.Request) -> web.Response:
        return web.json_response(
            {
                "issuer": self.address,
                "authorization_endpoint": f"{self.address}/connect/authorize",
                "pushed_authorization_request_endpoint": f"{self.address}/connect/par",
                "token_endpoint": f"{self.address}/connect/token",
                "jwks_uri": f"{self.address}/.well-known/openid-configuration/jwks",
                "code_challenge_methods_supported": ["S256"],
                "token_endpoint_auth_methods_supported": ["private_key_jwt"],
                "dpop_signing_alg_values_supported": ALGORITHMS,
                "grant_types_supported": ["client_credentials"],
            }
        )

    async def _jwks(self, _request: web.Request) -> web.Response:
        public = jwt.algorithms.ECAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
        return web.json_response(
            {"keys": [{**public, "kid": _thumbprint(public), "use": "sig", "alg": "ES256"}]}
        )

    async def _token(self, request: web.Request) -> web.Response:
        form = await request.post()
        try:
            said = {k: str(v) for k, v in form.items()}
            client, assertion = self._client(said)
            jkt = self._proven(request, f"{self.address}/connect/token", token="")
            scope = str(form.get("scope", ""))
            if form.get("grant_type") not in ("client_credentials", people_tokens.EXCHANGE):
                raise Refused("unsupported_grant_type")
            if not scope or not set(scope.split()) <= client.scopes:
                raise Refused("invalid_scope")
            if form.get("grant_type") == people_tokens.EXCHANGE:
                more = self._person(client, assertion, said)
            else:
                more = people_tokens.machine(client.enterprise)
        except Refused as refused:
            headers = {"DPoP-Nonce": self._nonce} if refused.word == "use_dpop_nonce" else {}
            return web.json_response({"error": refused.word}, status=refused.status, headers=headers)
        self.given += 1
        return web.json_response(
            {
                "access_token": self._made(client, scope, jkt, more),
                "token_type": "DPoP",
                "expires_in": self.token_lasts_s,
                "scope": scope,
            }
        )

    def _person(
        self, client: Client, assertion: Mapping[str, Any], form: Mapping[str, str]
    ) -> dict[str, Any]:
        """The claims about who asks through this client."""
        if client.enterprise is None:
            raise Refused("unauthorized_client")
        header, said = _opened(form.get("subject_token", ""), client.jwk, "invalid_grant")
        now = time.time()
        person = self.people.get(str(said.get("sub")))
        right = (
            header.get("typ") == "subject+jwt"
            and said.get("iss") == client.id
            and said.get("aud") == self.address
            and said.get("security_level") == "4"
            and now < said.get("exp", 0) <= now + AGE_MAX_S + 5
        )
        if person is None or not right or not self._first(f"subject {said.get('jti')}"):
            raise Refused("invalid_grant")
        try:
            details = people_tokens.attested(assertion, form, person, client.enterprise, now)
        except people_tokens.Unfit as unfit:
            raise Refused(unfit.word) from None
        return {**people_tokens.claims(person, client.enterprise), "authorization_details": details}

    def _client(self, form: Mapping[str, str]) -> tuple[Client, Mapping[str, Any]]:
        client = self.clients.get(form.get("client_id", ""))
        if client is None or form.get("client_assertion_type") != ASSERTION:
            raise Refused("invalid_client", 401)
        header, claims = _opened(form.get("client_assertion", ""), client.jwk, "invalid_client")
        now = time.time()
        right = (
            header.get("typ") == "client-authentication+jwt"
            and claims.get("iss") == claims.get("sub") == client.id
            and claims.get("aud") == self.address
            and now - AGE_MAX_S <= claims.get("iat", 0) <= now + 5
            and now < claims.get("exp", 0) <= now + AGE_MAX_S
        )
        if not right or not self._first(f"assertion {claims.get('jti')}"):
            raise Refused("invalid_client", 401)
        return client, claims

    def admit(self, request: web.Request, url: str, audience: str) -> Client:
        """Who asks an API of ours, by token and proof. Raises Refused with 401."""
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        if kind != "DPoP" or not token:
            raise Refused("invalid_token", 401)
        public = jwt.algorithms.ECAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
        _, claims = _opened(token, public, "invalid_token")
        if claims.get("aud") != audience or claims.get("exp", 0) < time.time():
            raise Refused("invalid_token", 401)
        if self._proven(request, url, token=token) != claims["cnf"]["jkt"]:
            raise Refused("invalid_dpop_proof", 401)
        return self.clients[claims["client_id"]]

    @property
    def nonce(self) -> str:
        return self._nonce

    def _proven(self, request: web.Request, url: str, *, token: str) -> str:
        """Thumbprint of the key that made the proof."""
        shown = request.headers.get("DPoP", "")
        status = 401 if token else 400
        try:
            key = jwt.get_unverified_header(shown)["jwk"]
        except (jwt.PyJWTError, KeyError, ValueError):
            raise Refused("invalid_dpop_proof", status) from None
        if not isinstance(key, dict) or "d" in key:
            raise Refused("invalid_dpop_proof", status)
        header, claims = _opened(shown, key, "invalid_dpop_proof")
        right = (
            header.get("typ") == "dpop+jwt"
            and claims.get("htm") == request.method
            and claims.get("htu") == url
            and abs(time.time() - claims.get("iat", 0)) <= AGE_MAX_S
            and (not token or claims.get("ath") == _b64(hashlib.sha256(token.encode()).digest()))
        )
        if not right:
            raise Refused("invalid_dpop_proof", status)
        if self.asks_for_nonce and claims.get("nonce") != self._nonce:
            raise Refused("use_dpop_nonce", status)
        if not self._first(f"proof {claims.get('jti')}"):
            raise Refused("invalid_dpop_proof", status)
        return _thumbprint(key)

    def _first(self, what: str) -> bool:
        if what in self._used:
            return False
        self._used.add(what)
        return True

    def _made(self, client: Client, scope: str, jkt: str, more: Mapping[str, Any]) -> str:
        now = int(time.time())
        claims = {
            "iss": self.address,
            "aud": scope.partition("/")[0],
            "client_id": client.id,
            "scope": scope.split(),
            "iat": now,
            "nbf": now,
            "exp": now + self.token_lasts_s,
            "jti": secrets.token_hex(16),
            "cnf": {"jkt": jkt},
            **more,
        }
        public = jwt.algorithms.ECAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
        header = {"typ": "at+jwt", "kid": _thumbprint(public)}
        return jwt.encode(claims, self._key, algorithm="ES256", headers=header)


def _opened(token: str, jwk: Mapping[str, Any], word: str) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    try:
        key = jwt.PyJWK.from_dict({"alg": jwt.get_unverified_header(token).get("alg"), **jwk})
        found = jwt.decode_complete(
            token,
            key.key,
            algorithms=ALGORITHMS,
            options={"verify_aud": False, "verify_exp": False, "verify_iat": False, "verify_nbf": False},
        )
    except (jwt.PyJWTError, ValueError, TypeError):
        raise Refused(word, 401) from None
    return found["header"], found["payload"]


def _thumbprint(jwk: Mapping[str, Any]) -> str:
    names = ("crv", "kty", "x", "y") if jwk.get("kty") == "EC" else ("e", "kty", "n")
    text = json.dumps({n: jwk[n] for n in names}, separators=(",", ":"), sort_keys=True)
    return _b64(hashlib.sha256(text.encode()).digest())


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
