"""HTTP to other nodes: one request, one answer of bounded size, no redirects. What an answer means is not known here.

    Reply(status=200, headers={"content-type": …}, body=b'{"resourceType":"Bundle",…}')

How long one may wait is the asker's: a request that is cancelled closes its connection.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import aiohttp

REPLY_BYTES_MAX = 8 * 1024 * 1024
CONNECTIONS_MAX = 200
CONNECTIONS_EACH_MAX = 8
KEEP_ALIVE_S = 30


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    """Names as in `str.lower`."""
    body: bytes


class NoReply(Exception):
    """Nothing that can be read came back; its text says of which kind, and never what was asked."""


class Network(Protocol):
    async def post(self, url: str, form: Sequence[tuple[str, str]], headers: Mapping[str, str]) -> Reply:
        """A form (a person's number stands in a body, never in an address). Raises NoReply."""
        ...

    async def send(self, url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        """A body of another kind, which `headers` name. Raises NoReply."""
        ...

    async def get(self, url: str, headers: Mapping[str, str]) -> Reply:
        """Raises NoReply."""
        ...


class HttpNetwork:
    """One for each process; `close` at its end."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    async def post(self, url: str, form: Sequence[tuple[str, str]], headers: Mapping[str, str]) -> Reply:
        return await self._asked(url, list(form), headers)

    async def send(self, url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        return await self._asked(url, body, headers)

    async def get(self, url: str, headers: Mapping[str, str]) -> Reply:
        return await self._asked(url, None, headers, method="GET")

    async def _asked(
        self,
        url: str,
        data: list[tuple[str, str]] | bytes | None,
        headers: Mapping[str, str],
        *,
        method: str = "POST",
    ) -> Reply:
        try:
            async with self._open().request(
                method, url, data=data, headers=headers, allow_redirects=False
            ) as got:
                body = bytearray()
                async for chunk in got.content.iter_chunked(64 * 1024):
                    body += chunk
                    if len(body) > REPLY_BYTES_MAX:
                        raise NoReply("too large")
                told = {name.lower(): value for name, value in got.headers.items()}
                return Reply(got.status, told, bytes(body))
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as failed:
            raise NoReply(type(failed).__name__) from failed

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=CONNECTIONS_MAX, limit_per_host=CONNECTIONS_EACH_MAX, keepalive_timeout=KEEP_ALIVE_S
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                # The budget of the question is the limit, and no other.
                timeout=aiohttp.ClientTimeout(total=None),
            )
        return self._session
