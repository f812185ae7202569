"""Closed-loop measuring over HTTP: N kept-alive connections, each sending its next request when the last answer is whole."""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
from yarl import URL

from akson.fhir.problem import Problem, ProblemKind

TIMEOUT_S = 120
_JSON = "application/fhir+json"


@dataclass(frozen=True, slots=True)
class Timed:
    """One measured stretch."""

    per_second: float
    p50_ms: float
    p99_ms: float
    mean_bytes: float
    """Of an answer's body: tells whether two servers were asked for the same."""
    requests: int


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    """Below /fhir, percent-encoded."""
    body: bytes | None = None
    counts: int = 1
    """How many units this request is worth: the resources of a Bundle."""
    then: Callable[[bytes], None] | None = None
    """Given the answer's body."""


@dataclass(slots=True)
class _Taken:
    """What one closed loop gathers."""

    seconds: list[float] = field(default_factory=list)
    units: int = 0
    bytes: int = 0

    def timed(self, spent: float) -> Timed:
        ordered = sorted(self.seconds) or [0.0]
        return Timed(
            round(self.units / spent, 1),
            round(statistics.median(ordered) * 1000, 3),
            round(ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))] * 1000, 3),
            round(self.bytes / len(ordered)),
            len(ordered),
        )


class Client:
    """Talks to one node as whoever the session's token says."""

    def __init__(self, session: aiohttp.ClientSession, address: str) -> None:
        self._session = session
        self._base = f"{address}/fhir"

    async def status(self, method: str, path: str) -> int:
        """The status alone, whatever it is."""
        async with self._session.request(method, self._url(path)) as response:
            await response.read()
            return response.status

    async def send(self, request: Request) -> bytes:
        """The whole answer. Raises Problem AKS-APP-041 for anything but success."""
        headers = {"Content-Type": _JSON} if request.body is not None else None
        url = self._url(request.path)
        async with self._session.request(request.method, url, data=request.body, headers=headers) as response:
            body = await response.read()
            if response.status >= 300:
                raise Problem(
                    ProblemKind.INTERNAL,
                    "AKS-APP-041",
                    f"The measured node answered {response.status} to a {request.method}.",
                    why=body[:300].decode("utf-8", "replace"),
                )
        if request.then:
            request.then(body)
        return body

    def _url(self, path: str) -> URL:
        return URL(f"{self._base}/{path}" if path else self._base, encoded=True)

    async def closed_loop(
        self, requests: Iterator[Request], *, connections: int, seconds: float | None
    ) -> Timed:
        """Until `seconds` are over, or until `requests` ends."""
        taken = _Taken()
        started = time.perf_counter()
        end = started + seconds if seconds else float("inf")

        async def one() -> None:
            while time.perf_counter() < end and (request := next(requests, None)) is not None:
                sent = time.perf_counter()
                body = await self.send(request)
                taken.seconds.append(time.perf_counter() - sent)
                taken.units += request.counts
                taken.bytes += len(body)

        try:
            async with asyncio.TaskGroup() as loops:
                for _ in range(connections):
                    loops.create_task(one())
        except ExceptionGroup as group:
            # The others were stopped by the first, and have nothing to add.
            raise group.exceptions[0] from None
        return taken.timed(time.perf_counter() - started)


def _refused(request: Request, answered: str, why: str) -> Problem:
    return Problem(
        ProblemKind.INTERNAL,
        "AKS-APP-041",
        f"The measured node answered {answered} to a {request.method}.",
        why=why,
    )


@asynccontextmanager
async def client(address: str, token: str) -> AsyncIterator[Client]:
    """A client whose connections stay open. It asks for nothing that the peers were not asked for."""
    headers = {"Authorization": f"Bearer {token}", "Accept": _JSON, "Accept-Encoding": "identity"}
    connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=60)
    timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
    async with aiohttp.ClientSession(
        headers=headers, connector=connector, timeout=timeout, auto_decompress=False
    ) as session:
        yield Client(session, address)
