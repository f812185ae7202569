"""An issuer that lies on request, on a socket of its own: what no honest provider can be made to send.

    async with lying(folder, id_token={"nonce": "x"}) as client: …

Signing, discovery and keys are right unless a lie says otherwise, so that each test shows one check.
"""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from akson.identity import keys
from akson.identity.jwk import base64url, thumbprint
from akson.identity.openid.assertion import ClientKey
from akson.identity.openid.client import OpenIdClient
from akson.identity.openid.issuer import Issuer, Profile
from akson.identity.openid.pending import Pending
from akson.identity.openid.requests import ClientKeys
from akson.identity.openid.wire import HttpWire
from akson.world import Clock, FixedClock, SystemClock, SystemRandom

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC_KEY = ec.generate_private_key(ec.SECP256R1())
BACK = "http://127.0.0.1:9/logg-inn/tilbake/test"
RESOURCE = "akson:storvik"
HPR = "helseid://claims/hpr/hpr_number"
IDENTITY = "helseid://claims/identity/"
ORGANISATION = "helseid://claims/client/claims/"


class _Gone:
    def __repr__(self) -> str:
        return "gone"


GONE = _Gone()
"""A claim with this value is left out."""

Signer = Callable[[dict[str, Any], dict[str, Any]], str]


def signed(claims: dict[str, Any], header: dict[str, Any]) -> str:
    return jwt.encode(claims, KEY, algorithm="RS256", headers={"kid": "one", **header})


def public(key: Any, **more: str) -> dict[str, Any]:
    algorithm = (
        jwt.algorithms.RSAAlgorithm if isinstance(key, rsa.RSAPrivateKey) else jwt.algorithms.ECAlgorithm
    )
    return algorithm.to_jwk(key.public_key(), as_dict=True) | {"use": "sig"} | more


@dataclass
class Lies:
    metadata: dict[str, Any] = field(default_factory=dict)
    id_token: dict[str, Any] = field(default_factory=dict)
    id_header: dict[str, Any] = field(default_factory=dict)
    access_token: dict[str, Any] = field(default_factory=dict)
    answer: dict[str, Any] = field(default_factory=dict)
    sign: Signer = signed
    jwks: list[dict[str, Any]] = field(default_factory=lambda: [public(KEY, kid="one", alg="RS256")])
    whole: bytes | None = None
    """The body of every answer, instead of the right one."""


class HostileIssuer:
    """Counts what it is asked for."""

    def __init__(self, lies: Lies, clock: Clock) -> None:
        self.lies = lies
        self.clock = clock
        self.issuer = ""
        self.pending: Pending | None = None
        self.jkt = ""
        self.asked: dict[str, int] = {}
        self.forms: list[dict[str, str]] = []

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked[request.path] = self.asked.get(request.path, 0) + 1
        if self.lies.whole is not None:
            return web.Response(body=self.lies.whole, content_type="application/json")
        if request.method == "POST":
            self.forms.append({k: str(v) for k, v in (await request.post()).items()})
            header = jwt.get_unverified_header(request.headers["DPoP"])
            self.jkt = thumbprint(header["jwk"])
        body = {
            "/.well-known/openid-configuration": self.metadata,
            "/jwks": lambda: {"keys": self.lies.jwks},
            "/par": lambda: {"request_uri": "urn:x:1", "expires_in": 60},
            "/token": self.tokens,
        }[request.path]()
        return web.json_response(body)

    def metadata(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/auth",
            "pushed_authorization_request_endpoint": f"{self.issuer}/par",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
        } | self.lies.metadata

    def tokens(self) -> dict[str, Any]:
        assert self.pending is not None
        now = int(self.clock.now().timestamp())
        times = {
            "iss": self.issuer,
            "iat": now,
            "exp": now + 300,
            "sub": "s1",
            f"{IDENTITY}pid": "12857012345",
        }
        access = times | {
            "aud": RESOURCE,
            "client_id": "akson",
            "cnf": {"jkt": self.jkt},
            f"{ORGANISATION}orgnr_parent": "999977774",
            f"{ORGANISATION}orgnr_child": "999977775",
        }
        about = times | {
            "aud": "akson",
            "nonce": self.pending.nonce,
            "name": "Ida Nilsen",
            f"{IDENTITY}security_level": "4",
            HPR: "9900001",
        }
        right = {
            "access_token": self.lies.sign(_told(access, self.lies.access_token), {"typ": "at+jwt"}),
            "token_type": "DPoP",
            "id_token": self.lies.sign(_told(about, self.lies.id_token), self.lies.id_header),
        }
        return _told(right, self.lies.answer)


def _told(right: dict[str, Any], lies: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in (right | lies).items() if value is not GONE}


@dataclass
class Deceived:
    client: OpenIdClient
    issuer: HostileIssuer
    clock: FixedClock

    async def log_in(self, **query: str) -> Any:
        _, self.issuer.pending = await self.client.begin("")
        return await self.client.finish(
            {"code": "c", "state": self.issuer.pending.state, "iss": self.issuer.issuer} | query,
            self.issuer.pending,
        )


@asynccontextmanager
async def lying(folder: Path, *, at: datetime | None = None, **lies: Any) -> AsyncIterator[Deceived]:
    """A client of a hostile issuer that runs until the block ends. `at`: what both take for now."""
    clock = FixedClock(at or SystemClock().now())
    hostile = HostileIssuer(Lies(**lies), clock)
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", hostile.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    hostile.issuer = f"http://127.0.0.1:{port}"
    private, binding = keys.issuer_keys(folder, "test")
    wire = HttpWire()
    issuer = Issuer(
        id="test", name="HelseID", profile=Profile.HELSEID, address=hostile.issuer, client_id="akson", tenant=1,
        parent="999977774", child="999977775", multi_tenant=True, resource=RESOURCE,
    )  # fmt: skip
    client = OpenIdClient(
        issuer,
        ClientKeys(ClientKey(private), ClientKey(binding)),
        redirect=BACK,
        after_logout="http://127.0.0.1:9/logg-inn?ut",
        wire=wire,
        clock=clock,
        random=SystemRandom(),
    )
    try:
        yield Deceived(client, hostile, clock)
    finally:
        await wire.close()
        await runner.cleanup()


def forged(header: dict[str, Any], claims: dict[str, Any], signature: bytes = b"") -> str:
    """A token by hand, for what no library signs."""
    parts = (json.dumps(header).encode(), json.dumps(claims).encode(), signature)
    return ".".join(base64url(part) for part in parts)
