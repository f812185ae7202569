"""What the post worker does for the access log beside its post: closes days, asks witnesses. The post never waits."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from akson.app.wiring import Node
from akson.audit import checkpoint, origin, witnesses

NORWAY = ZoneInfo("Europe/Oslo")
DAY_TRIED_EACH = timedelta(minutes=1)
WITNESS_TIMEOUT_S = 4.0
ANSWER_BYTES_MAX = 64 * 1024

_log = logging.getLogger(__name__)


class LogKeeper:
    """`work()` is called often, and starts what is due."""

    def __init__(self, node: Node) -> None:
        self._node = node
        # Asked twice within the promise: the tree takes its second, and one answer may be lost.
        each = timedelta(seconds=node.settings.witness_seconds) / 2
        self._jobs = [
            _Job("day", DAY_TRIED_EACH, self._close_day),
            *(
                _Job(f"witness {w.name}", each, lambda _, w=w: self._ask(w))
                for w in node.log.witnesses.witnesses
                if w.url
            ),
        ]

    def work(self) -> None:
        now = self._node.clock.now()
        for job in self._jobs:
            job.start_if_due(now)

    async def _close_day(self, now: datetime) -> None:
        midnight = now.astimezone(NORWAY).replace(hour=0, minute=0, second=0, microsecond=0)
        newest = await self._node.log.rows.all_heads(count=1)
        if not newest or newest[0].at < midnight:
            await self._node.log.close_day((midnight - timedelta(hours=12)).date())

    async def _ask(self, witness: witnesses.Named) -> None:
        async with _network() as post:
            await witnesses.ask(self._node.log, witness, post)


class _Job:
    def __init__(
        self, name: str, each: timedelta, work: Callable[[datetime], Coroutine[Any, Any, None]]
    ) -> None:
        self._name = name
        self._each = each
        self._work = work
        self._due: datetime | None = None
        self._running: asyncio.Task[None] | None = None

    def start_if_due(self, now: datetime) -> None:
        if (self._due is None or now >= self._due) and (self._running is None or self._running.done()):
            self._due = now + self._each
            self._running = asyncio.create_task(self._run(now), name=f"access-log-{self._name}")

    async def _run(self, now: datetime) -> None:
        try:
            await self._work(now)
        except Exception as failed:
            _log.warning("AKS-AUDIT-013 the access log's %s: %s", self._name, type(failed).__name__)


@asynccontextmanager
async def _network() -> AsyncIterator[witnesses.Post]:
    """To the addresses that the policy file names, and nowhere else: redirects are not followed."""
    import aiohttp

    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=WITNESS_TIMEOUT_S)) as session:

        async def post(address: str, body: bytes) -> tuple[int, str]:
            try:
                async with session.post(address, data=body, allow_redirects=False) as response:
                    answer = await response.content.read(ANSWER_BYTES_MAX)
                    return response.status, answer.decode("utf-8", "replace")
            except aiohttp.ClientError as failed:
                raise OSError(type(failed).__name__) from failed

        yield post


async def last_seen(node: Node) -> str | None:
    """The largest checkpoint of the present epoch that any witness has; None when none answers with one."""
    import aiohttp

    epoch = (await node.log.rows.tree()).epoch
    name = sha256(origin.of_epoch(node.log.first_origin, epoch).encode()).hexdigest()
    found: list[tuple[int, str]] = []
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=WITNESS_TIMEOUT_S)) as session:
        for witness in node.log.witnesses.witnesses:
            if not witness.url:
                continue
            try:
                async with session.get(
                    f"{witness.url.rstrip('/')}/{name}/checkpoint", allow_redirects=False
                ) as said:
                    note = (await said.content.read(ANSWER_BYTES_MAX)).decode("utf-8", "replace")
            except (aiohttp.ClientError, TimeoutError):
                continue
            signed = checkpoint.verify_any(note.encode(), node.log.public_key) if said.status == 200 else None
            if signed is not None:
                found.append((signed.size, note))
    return max(found)[1] if found else None
