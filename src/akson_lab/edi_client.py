"""A client of EDI 2.0, written from NHN's description alone, for those the lab plays. It shares no code with Akson's own.

client = EdiClient(helseid_address, server_address, "hospital")
client.jwk                                           register this at HelseID
await client.ask("POST", "/messages", body={…})      -> (202, {"id": "…"}); raises NoAnswer
"""

import base64
import hashlib
import time
import uuid
from typing import Any

import aiohttp
import jwt
from cryptography.hazmat.primitives.asymmetric import ec

SCOPE = "nhn:msh/api"
WAIT_S = 10
_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class NoAnswer(Exception):
    """Nothing is decided: ask again later."""


class EdiClient:
    def __init__(self, helseid: str, server: str, id: str) -> None:
        self.id = id
        self._helseid, self._server = helseid, server
        self._key, self._binding = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
        self._token, self._ends = "", 0.0
        self._nonces: dict[str, str] = {}
        self._session: aiohttp.ClientSession | None = None

    @property
    def jwk(self) -> dict[str, Any]:
        return {**_public(self._key), "alg": "ES256", "use": "sig"}

    async def ask(self, method: str, path: str, *, query: Any = None, body: Any = None) -> tuple[int, Any]:
        """Status and JSON (None when there is none). Raises NoAnswer for 429, 5xx, and a connection that breaks."""
        if time.time() > self._ends - 30:
            await self._login()
        status, told = await self._proven(method, self._server + path, query=query, json=body)
        if status == 429 or status >= 500:
            raise NoAnswer(f"status {status}")
        return status, told

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def _login(self) -> None:
        now = int(time.time())
        claims = {"iss": self.id, "sub": self.id, "aud": self._helseid, "iat": now, "exp": now + 30}
        url = f"{self._helseid}/connect/token"
        for _ in range(2):
            assertion = jwt.encode(
                {**claims, "jti": str(uuid.uuid4())},
                self._key,
                algorithm="ES256",
                headers={"typ": "client-authentication+jwt"},
            )
            form = {
                "grant_type": "client_credentials",
                "scope": SCOPE,
                "client_id": self.id,
                "client_assertion_type": _ASSERTION,
                "client_assertion": assertion,
            }
            status, told = await self._once("POST", url, data=form)
            if status == 200:
                self._token, self._ends = told["access_token"], time.time() + told["expires_in"]
                return
        raise NoAnswer(f"HelseID says {status}")

    async def _proven(self, method: str, url: str, **more: Any) -> tuple[int, Any]:
        status, told = await self._once(method, url, token=self._token, **more)
        if status == 401:
            status, told = await self._once(method, url, token=self._token, **more)
        return status, told

    async def _once(
        self, method: str, url: str, *, token: str = "", query: Any = None, **more: Any
    ) -> tuple[int, Any]:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=WAIT_S))
        headers = {
            "DPoP": self._proof(method, url, token),
            "api-version": "3",
            "nhn-source-system": "Lab, v1",
        }
        if token:
            headers["Authorization"] = f"DPoP {token}"
        try:
            async with self._session.request(method, url, params=query, headers=headers, **more) as got:
                if nonce := got.headers.get("DPoP-Nonce"):
                    self._nonces[_host(url)] = nonce
                kind = got.headers.get("Content-Type", "")
                return got.status, await got.json() if "json" in kind else None
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as failed:
            raise NoAnswer(type(failed).__name__) from failed

    def _proof(self, method: str, url: str, token: str) -> str:
        claims: dict[str, Any] = {
            "htm": method,
            "htu": url,
            "iat": int(time.time()),
            "jti": str(uuid.uuid4()),
        }
        if nonce := self._nonces.get(_host(url)):
            claims["nonce"] = nonce
        if token:
            claims["ath"] = (
                base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).rstrip(b"=").decode()
            )
        headers = {"typ": "dpop+jwt", "jwk": _public(self._binding)}
        return jwt.encode(claims, self._binding, algorithm="ES256", headers=headers)


def _host(url: str) -> str:
    return url.split("/")[2]


def _public(key: ec.EllipticCurvePrivateKey) -> dict[str, Any]:
    return jwt.algorithms.ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
