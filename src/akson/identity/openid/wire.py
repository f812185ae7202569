"""HTTP to issuers: small answers, short waits, no redirects followed. What the answers mean does not belong here."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import aiohttp

ANSWER_BYTES_MAX = 256 * 1024
WAIT_S = 10


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    """Names as in `str.lower`."""
    body: dict[str, Any]
    """Empty when it is no JSON object."""

    @property
    def error(self) -> str:
        """The issuer's own error word, cut; never its description, which may repeat what was sent."""
        word = self.body.get("error")
        known = isinstance(word, str) and word.isascii() and word.replace("_", "").isalnum()
        return str(word)[:60] if known else ""


class NoAnswer(Exception):
    """Nothing that can be read came back; its text says of which kind."""


class Wire(Protocol):
    async def get(self, url: str) -> Answer: ...

    async def post(self, url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> Answer: ...


class HttpWire:
    """One per process; `close` at its end."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    async def get(self, url: str) -> Answer:
        """Raises NoAnswer."""
        return await self._ask("GET", url, None, {"accept": "application/json"})

    async def post(self, url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
        """Raises NoAnswer."""
        return await self._ask("POST", url, form, {"accept": "application/json", **headers})

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def _ask(
        self, method: str, url: str, form: Mapping[str, str] | None, headers: Mapping[str, str]
    ) -> Answer:
        if self._session is None:
            # A jar that forgets: an issuer's cookies would tie one person's login to the next one's.
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=WAIT_S), cookie_jar=aiohttp.DummyCookieJar()
            )
        try:
            async with self._session.request(
                method, url, data=form, headers=headers, allow_redirects=False
            ) as got:
                body = await _read(got.content)
                told = {name.lower(): value for name, value in got.headers.items()}
                return Answer(got.status, told, _object(body))
        except (TimeoutError, aiohttp.ClientError, OSError) as failed:
            raise NoAnswer(type(failed).__name__) from failed


async def _read(stream: aiohttp.StreamReader) -> bytes:
    body = bytearray()
    async for chunk in stream.iter_chunked(16 * 1024):
        body += chunk
        if len(body) > ANSWER_BYTES_MAX:
            raise NoAnswer("too large")
    return bytes(body)


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
