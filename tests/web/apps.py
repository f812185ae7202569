"""A node whose screens, FHIR door and authorization server are asked without sockets, on one clock; and a few apps."""

import base64
import hashlib
import html
import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import jwt
import pytest_asyncio
from cryptography.hazmat.primitives.asymmetric import ec
from starlette.applications import Starlette

from akson import api, web
from akson.access.actor import Actor
from akson.app.cast import CAST
from akson.app.directory import RecordDirectory
from akson.identity.callers import Callers
from akson.identity.dpop import public_jwk
from akson.identity.issuers.local import LocalIssuer
from akson.identity.jwks import write_keys
from akson.identity.once import OnceMarks
from akson.identity.sessions import Sessions
from akson.identity.smart.clients import Client, Clients, Kind
from akson.identity.smart.kept import Ended, Kept
from akson.identity.smart.proving import ASSERTION, ClientProofs
from akson.identity.smart.server import AuthorizationServer, Shelves
from akson.web.shell.house import CastMember, DemoLogin, NodeName
from akson.world import FixedClock, SystemClock, SystemRandom
from tests.web.conftest import ADDRESS, Rooms

FHIR = f"{ADDRESS}/fhir"
BACK = "https://app.example.no/ferdig"
PRIVATE = {"kty": "EC", "kid": "x", "d": "x"}
THIEF = ec.generate_private_key(ec.SECP256R1())
APP_KEY = ec.generate_private_key(ec.SECP256R1())
KEYS = write_keys({"app-1": public_jwk(APP_KEY.public_key())}).decode()
VERIFIER = "v" * 64
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
ALL_WORDS = "openid fhirUser profile launch launch/patient launch/encounter online_access offline_access"
CLIENTS = (
    Client("app", "Pustekurve", Kind.PUBLIC, f"{ALL_WORDS} patient/*.rs user/*.rs", (BACK,), "https://app.example.no/start"),
    Client("safe", "Trygg app", Kind.CONFIDENTIAL, f"{ALL_WORDS} user/*.rs patient/*.rs", (BACK,), jwks=KEYS),
    Client("count", "Tellemaskin", Kind.SERVICE, "system/Patient.rs system/Observation.rs", jwks=KEYS),
    Client("narrow", "Bare puls", Kind.PUBLIC, "patient/Observation.rs?code=http://loinc.org|8867-4", (BACK,)),
)  # fmt: skip


@dataclass
class Town:
    """A node with screens, FHIR door and apps, on one clock."""

    rooms: Rooms
    folder: Path
    clock: FixedClock
    app: Starlette
    door: Any
    server: AuthorizationServer
    sessions: Sessions
    http: httpx.AsyncClient

    def browser(self, who: str = "") -> httpx.AsyncClient:
        cookies = {"akson": self.sessions.start(CAST[who])} if who else {}
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app),
            base_url=ADDRESS,
            cookies=cookies,
            headers={"origin": ADDRESS},
        )

    async def ask(self, path: str, token: str) -> httpx.Response:
        return await self.http.get(f"/fhir/{path}", headers={"Authorization": f"Bearer {token}"})

    async def form(self, name: str, **fields: str) -> httpx.Response:
        return await self.http.post(f"/fhir/auth/{name}", data=fields)

    def assertion(self, client: str = "safe", **more: Any) -> dict[str, str]:
        now = int(self.clock.now().timestamp())
        said = {
            "iss": client,
            "sub": client,
            "aud": f"{FHIR}/auth/token",
            "exp": now + 60,
            "jti": secrets.token_hex(8),
        }
        header = {"kid": "app-1"} | more.pop("header", {})
        key = more.pop("key", APP_KEY)
        token = jwt.encode(
            {k: v for k, v in (said | more).items() if v is not None}, key, "ES256", headers=header
        )
        return {"client_assertion_type": ASSERTION, "client_assertion": token}

    async def code(self, who: str, patient: str = "", **more: str) -> str:
        """The way of a browser: ask, say yes, come back with a code."""
        browser = self.browser(who)
        page = await browser.get(f"/godkjenn-app?{asks(**more)}")
        assert page.status_code == 200, page.text
        answer = await browser.post(
            "/godkjenn-app", data=hidden(page.text) | {"svar": "ja", "pasient": patient}
        )
        return way_back(answer)["code"]

    async def tokens(self, who: str, patient: str = "", **more: str) -> dict[str, Any]:
        client = more.get("client_id", "app")
        code = await self.code(who, patient, **more)
        proof = self.assertion(client) if client == "safe" else {"client_id": client}
        answer = await self.form("token", **by_code(code), **proof)
        assert answer.status_code == 200, answer.text
        return answer.json()


def asks(**more: str) -> str:
    given = {
        "response_type": "code", "client_id": "app", "redirect_uri": BACK, "scope": "launch/patient patient/*.rs",
        "state": "s-1", "aud": FHIR, "code_challenge": CHALLENGE, "code_challenge_method": "S256",
    }  # fmt: skip
    return urlencode({k: v for k, v in (given | more).items() if v})


def by_code(code: str) -> dict[str, str]:
    return {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, "code_verifier": VERIFIER}


def hidden(page: str) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page)
    return {name: html.unescape(value) for name, value in found}


def way_back(answer: httpx.Response) -> dict[str, str]:
    assert answer.status_code == 200, answer.text
    address = html.unescape(re.search(r'content="0;url=([^"]*)"', answer.text)[1])  # type: ignore[index]
    assert address.startswith(BACK), address
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


@pytest_asyncio.fixture(loop_scope="session")
async def town(rooms: Rooms, tmp_path: Path) -> Any:
    clock, random = FixedClock(SystemClock().now()), SystemRandom()
    clients = Clients(tmp_path / "clients")
    for client in CLIENTS:
        clients.add(client)
    ended = Ended(tmp_path / "over", clock=clock)
    issuer = LocalIssuer(ec.generate_private_key(ec.SECP256R1()), clock=clock, random=random, ended=ended.has)
    sessions = Sessions(issuer, ended=tmp_path / "sessions", clock=clock)
    directory = RecordDirectory(rooms.record)

    async def still(actor: Actor) -> bool:
        return await directory.active(actor.tenant, actor.reference)

    shelves = [
        Kept(tmp_path / name, clock=clock, random=random) for name in ("launches", "codes", "refreshes")
    ]
    server = AuthorizationServer(
        issuer,
        clients,
        ClientProofs(clients, OnceMarks(tmp_path / "used", clock=clock), clock=clock),
        Shelves(*shelves, ended),
        still=still,
        over=lambda login: (tmp_path / "sessions" / login).exists(),
        clock=clock,
        random=random,
    )
    login = DemoLogin(tuple(CastMember(a) for a in CAST.values()))
    app = web.build(
        rooms.record,
        sessions=sessions,
        clock=clock,
        node=NodeName("Storvik"),
        login=login,
        apps=server,
        fhir=FHIR,
    )
    door = api.build(rooms.record, callers=Callers(issuer), smart=server, base_url=ADDRESS)
    http = httpx.AsyncClient(transport=httpx.ASGITransport(door), base_url=ADDRESS)  # type: ignore[arg-type]
    yield Town(rooms, tmp_path, clock, app, door, server, sessions, http)
    await http.aclose()
