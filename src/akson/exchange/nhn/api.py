"""One API of NHN's over HTTP: token and proof with every request, the API's own nonce, waits that it asks for.

    api = NhnApi("https://api.tjener.test.melding.nhn.no", tokens, headers={"api-version": "3"}, clock=clock)
    reply = await api.ask("GET", "/notifications", query=[("HerIds", "8140001")])   -> Reply(200, …)

Not now (no answer, a broken one, 408, 429, 5xx, no token) is NoAnswer; what the API has decided comes back as a Reply, and
what a status means is for the caller. No redirect is followed. Specs: RFC 9449, https://utviklerportal.nhn.no.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

import aiohttp

from akson.fhir.problem import Problem
from akson.world import Clock

ANSWER_BYTES_MAX = 72 * 1024 * 1024
"""A document of 35 MB in base64, in JSON, with room."""
WAIT_S = 60
RETRY_AFTER_S_MAX = 900
NONCE_CHARACTERS_MAX = 500
_NOT_NOW = (408, 425, 429)


class Tokens(Protocol):
    """`akson.identity.openid.machine.MachineTokens` is one."""

    async def headers(self, method: str, url: str, *, nonce: str = "") -> Mapping[str, str]:
        """Raises Problem."""
        ...

    def forget(self) -> None: ...


class NoAnswer(Exception):
    """Nothing is decided: ask again later. Its text names the host and the kind of failure, and nothing that was sent."""


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    body: bytes

    def json(self) -> Any:
        """Raises NoAnswer: an answer that cannot be read is none."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as odd:
            raise NoAnswer("The answer cannot be read.") from odd

    @property
    def error(self) -> str:
        """Status and NHN's own error number, never its words: they may repeat what was sent."""
        try:
            told = json.loads(self.body)
        except (ValueError, RecursionError):
            told = {}
        names = {str(k).lower(): v for k, v in told.items()} if isinstance(told, dict) else {}
        number = names.get("errorcode")
        known = isinstance(number, int) and not isinstance(number, bool) and number > 0
        return f"status {self.status}, error {number}" if known else f"status {self.status}"


class NhnApi:
    """One per API and process; `close` at its end."""

    def __init__(self, base: str, tokens: Tokens, *, headers: Mapping[str, str], clock: Clock) -> None:
        self._base = base.rstrip("/")
        self._tokens = tokens
        self._headers = {"accept": "application/json", **headers}
        self._clock = clock
        self._nonce = ""
        self._quiet_until: datetime | None = None
        self._session: aiohttp.ClientSession | None = None

    async def ask(
        self,
        method: str,
        path: str,
        *,
        query: Sequence[tuple[str, str]] = (),
        body: bytes | None = None,
    ) -> Reply:
        """`path` begins with `/`; `body` is JSON. Raises NoAnswer."""
        self._wait_is_over()
        reply, told = await self._once(method, path, query, body)
        if reply.status == 401:
            # Refused before it was looked at, so that asking again repeats nothing.
            if not self._learns_nonce(told):
                self._tokens.forget()
            reply, told = await self._once(method, path, query, body)
        self._learns_nonce(told)
        if reply.status == 401:
            raise self._failure("does not accept our token")
        if reply.status in _NOT_NOW or reply.status >= 500:
            self._heed(told.get("retry-after", ""))
            raise self._failure(f"answers with {reply.error}")
        return reply

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _once(
        self, method: str, path: str, query: Sequence[tuple[str, str]], body: bytes | None
    ) -> tuple[Reply, Mapping[str, str]]:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=WAIT_S), cookie_jar=aiohttp.DummyCookieJar()
            )
        url = self._base + path
        try:
            proven = await self._tokens.headers(method, url, nonce=self._nonce)
        except Problem as problem:
            raise NoAnswer(f"{problem.what} ({problem.id})") from problem
        headers = {**self._headers, **proven}
        if body is not None:
            headers["content-type"] = "application/json"
        try:
            async with self._session.request(
                method, url, params=list(query), data=body, headers=headers, allow_redirects=False
            ) as got:
                told = {name.lower(): value for name, value in got.headers.items()}
                return Reply(got.status, await self._read(got.content)), told
        except (TimeoutError, aiohttp.ClientError, OSError) as failed:
            raise self._failure(f"gives no answer ({type(failed).__name__})") from failed

    async def _read(self, stream: aiohttp.StreamReader) -> bytes:
        found = bytearray()
        async for chunk in stream.iter_chunked(64 * 1024):
            found += chunk
            if len(found) > ANSWER_BYTES_MAX:
                raise self._failure("answers with more than can be taken")
        return bytes(found)

    def _learns_nonce(self, told: Mapping[str, str]) -> bool:
        given = told.get("dpop-nonce", "")
        if not given or len(given) > NONCE_CHARACTERS_MAX or given == self._nonce:
            return False
        self._nonce = given
        return True

    def _heed(self, retry_after: str) -> None:
        """Whole seconds alone: NHN gives no dates, and a wrong clock would make a date a long silence."""
        if retry_after.isascii() and retry_after.isdecimal():
            seconds = min(int(retry_after[:6]), RETRY_AFTER_S_MAX)
            self._quiet_until = self._clock.now() + timedelta(seconds=seconds)

    def _wait_is_over(self) -> None:
        if self._quiet_until is not None and self._clock.now() < self._quiet_until:
            raise self._failure("has asked us to wait")
        self._quiet_until = None

    def _failure(self, what: str) -> NoAnswer:
        host = self._base.partition("://")[2].partition("/")[0]
        return NoAnswer(f"{host} {what}.")
