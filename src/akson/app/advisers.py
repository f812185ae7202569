"""Other systems' CDS Hooks services, asked by this node.

    [[service]]                                        cds.toml in the data folder
    name = "Legemiddelrådgivning Midt"
    url = "https://raad.example.no/cds-services/gjennomgang"

Each call is signed by the node's own key (`GET /cds-services/jwks.json`). A service that does not answer within `WAIT_S` is
shown as silent: the page never waits for it longer. Spec: https://cds-hooks.hl7.org/2.0/.
"""

import asyncio
import logging
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import aiohttp
import jwt
import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from akson.care.decisionsupport.asking import KEPT, call, cards
from akson.care.fhir_json import Resource
from akson.fhir.problem import Problem, ProblemKind
from akson.identity.cds_clients import FILE_NAME
from akson.identity.keys import token_key
from akson.web.shell.advisers import Disclose, Outside, Receiver
from akson.world import Clock, Random

if TYPE_CHECKING:
    from akson.app.wiring import Node

WAIT_S = 2.0
ANSWER_BYTES_MAX = 512 * 1024
LIFE_S = 120
SERVICES_MAX = 10
KEY_ID = "akson-cds"
ISSUER = "https://akson.invalid"
"""Of a node that has not been told its own address; services know it by its key."""
_log = logging.getLogger("akson")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class Service:
    name: str
    url: str


def services_in(data: Path) -> tuple[Service, ...]:
    """Those of `cds.toml`; none without the file. Raises Problem AKS-ADVICE-020 for a file that cannot be read."""
    path = data / FILE_NAME
    if not path.exists():
        return ()
    try:
        told = tomllib.loads(path.read_text("utf-8")).get("service", [])
        found = tuple(Service(str(one["name"]), str(one["url"])) for one in told)
    except (OSError, ValueError, KeyError, TypeError) as unreadable:
        raise _wrong(type(unreadable).__name__) from None
    if len(found) > SERVICES_MAX or not all(_safe(one.url) for one in found):
        raise _wrong("an address that is not https, or too many services")
    return found


def _safe(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)


class OutsideAdvisers:
    def __init__(
        self,
        services: tuple[Service, ...],
        key: ec.EllipticCurvePrivateKey,
        issuer: str,
        *,
        clock: Clock,
        random: Random,
    ) -> None:
        """`issuer`: this node's address, as the services know it."""
        self._services = services
        self._key = key
        self._issuer = issuer
        self._clock = clock
        self._random = random

    async def ask(self, rows: Iterable[Resource], disclose: Disclose) -> tuple[Outside, ...]:
        if not self._services:
            return ()
        rows = tuple(row for row in rows if row.get("resourceType") in KEPT)
        for service in self._services:
            # Before anything leaves, and for all of them: what cannot be told in her log is not sent.
            await disclose(Receiver(service.name, urlsplit(service.url).hostname or service.url), rows)
        # The user is this node: which of its people asked is in its own log, and no business of the service's.
        body = msgspec.json.encode(call(rows, f"Practitioner/{self._random.uuid()}", self._random.uuid()))
        timeout = aiohttp.ClientTimeout(total=WAIT_S)
        async with aiohttp.ClientSession(timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()) as http:
            return tuple(
                await asyncio.gather(*(self._one(http, service, body) for service in self._services))
            )

    async def _one(self, http: aiohttp.ClientSession, service: Service, body: bytes) -> Outside:
        headers = {"content-type": "application/json", "authorization": f"Bearer {self._token(service.url)}"}
        try:
            async with http.post(service.url, data=body, headers=headers, allow_redirects=False) as answer:
                if answer.status != 200:
                    return Outside(service.name, silent=True)
                content = bytearray()
                async for chunk in answer.content.iter_chunked(16 * 1024):
                    content += chunk
                    if len(content) > ANSWER_BYTES_MAX:
                        return Outside(service.name, silent=True)
                return Outside(service.name, cards(msgspec.json.decode(bytes(content))))
        except (TimeoutError, aiohttp.ClientError, OSError, msgspec.DecodeError, RecursionError):
            return Outside(service.name, silent=True)

    def _token(self, url: str) -> str:
        now = int(self._clock.now().timestamp())
        claims: dict[str, Any] = {"iss": self._issuer, "aud": url, "iat": now, "exp": now + LIFE_S}
        return jwt.encode(
            claims | {"jti": str(self._random.uuid())}, self._key, "ES256", headers={"kid": KEY_ID}
        )


def advisers_of(node: "Node") -> OutsideAdvisers:
    """A file that is wrong asks nobody, and does not keep the record closed: the log says so."""
    settings = node.settings
    try:
        services = services_in(settings.data)
    except Problem as problem:
        _log.error("%s %s %s", problem, problem.why, problem.now)
        services = ()
    return OutsideAdvisers(
        services,
        token_key(settings.data / "keys"),
        settings.base_url or ISSUER,
        clock=node.clock,
        random=node.random,
    )


def public_jwk(key: ec.EllipticCurvePrivateKey) -> dict[str, Any]:
    """What others verify this node's calls by."""
    return {**ECAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": KEY_ID, "alg": "ES256", "use": "sig"}


def _wrong(why: str) -> Problem:
    return Problem(
        ProblemKind.INVALID,
        "AKS-ADVICE-020",
        f"The services of {FILE_NAME} cannot be read.",
        why=f"{why[:1].upper()}{why[1:]}.",
        now="Each [[service]] has name and url, and the url begins with https://.",
    )
