"""Closed-loop measuring over HTTP: N kept-alive connections, each sending its next request when the last answer is whole."""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass

import aiohttp

from akson.fhir.problem import Problem, ProblemKind

TIMEOUT_S = 120


@dataclass(frozen=True, slots=True)
class Timed:
    """One measured stretch."""

    per_second: float
    p50_ms: float
    p99_ms: float


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    """Below /fhir."""
    body: bytes | None = None
    counts: int = 1
    """How many units this request is worth: the resources of a Bundle."""


class Client:
    """Talks to one node as the system actor."""

    def __init__(self, session: aiohttp.ClientSession, address: str) -> None:
        self._session = session
        self._base = f"{address}/fhir"

    async def send(self, request: Request) -> bytes:
        """The whole answer. Raises Problem AKS-APP-041 for anything but success."""
        url = f"{self._base}/{request.path}" if request.path else self._base
        async with self._session.request(request.method, url, data=request.body) as response:
            body = await response.read()
            if response.status >= 300:
                raise Problem(
                    ProblemKind.INTERNAL,
                    "AKS-APP-041",
                    f"The measured node answered {response.status} to a {request.method}.",
                    why=body[:300].decode("utf-8", "replace"),
                )
            return body

    async def closed_loop(
        self, requests: Iterator[Request], *, connections: int, seconds: float | None
    ) -> Timed:
        """Until `seconds` are over, or until `requests` ends."""
        taken: list[float] = []
        units = 0
        started = time.perf_counter()
        end = started + seconds if seconds else float("inf")

        async def one() -> None:
            nonlocal units
            while time.perf_counter() < end and (request := next(requests, None)) is not None:
                sent = time.perf_counter()
                await self.send(request)
                taken.append(time.perf_counter() - sent)
                units += request.counts

        await asyncio.gather(*(one() for _ in range(connections)))
        spent = time.perf_counter() - started
        ordered = sorted(taken)
        return Timed(
            round(units / spent, 1),
            round(statistics.median(ordered) * 1000, 3),
            round(ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))] * 1000, 3),
        )


async def with_client(address: str, token: str, work: Callable[[Client], Awaitable[None]]) -> None:
    """Runs `work` with a client whose connections stay open."""
    headers = {
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/fhir+json",
        "Prefer": "return=minimal",
    }
    connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=60)
    timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
    async with aiohttp.ClientSession(
        headers=headers, connector=connector, timeout=timeout, auto_decompress=False
    ) as session:
        await work(Client(session, address))
