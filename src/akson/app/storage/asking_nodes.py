"""One question to nodes over HTTP, under a policy and with some of them dead or slow: the answer, who was silent, the time.

Answered(said={3: Said(…)}, silent=("k11",), ms=18.2, calls=3)
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import msgspec

from akson.app.storage.answering import Said
from akson.app.storage.questions import Asked
from akson.app.storage.serving import CENTRAL, INDEX, SLOW_HEADER
from akson.sharing.storage.asking import whom_to_ask
from akson.sharing.storage.policy import StoragePolicy

BUDGET_S = 1.5
INDEX_BUDGET_S = 0.4
SLOW_MS = 3000
_NOWHERE = "http://127.0.0.1:9"
"""The port of `discard`, on which nobody listens: a connection is refused."""
_SOURCES = "sources"


@dataclass(frozen=True, slots=True)
class Faults:
    dead: frozenset[str] = frozenset()
    slow: frozenset[str] = frozenset()


NONE = Faults()


@dataclass(slots=True)
class Answered:
    said: dict[int, Said] = field(default_factory=dict)
    silent: tuple[str, ...] = ()
    """Of those that may hold more."""
    ms: float = 0.0
    calls: int = 0


class Asker:
    def __init__(self, bases: Mapping[str, str], sources: int, http: aiohttp.ClientSession) -> None:
        """`bases`: name of a node → where it answers."""
        self._bases = bases
        self._all = tuple(f"k{n}" for n in range(sources))
        self._http = http

    async def ask(self, asked: Asked, policy: StoragePolicy, faults: Faults = NONE) -> Answered:
        begun = time.perf_counter()
        whom = whom_to_ask(policy, asked.question, asked.range, None, source=_SOURCES)
        found = Answered()
        if CENTRAL in whom.first:
            held = await self._put(found, asked, (CENTRAL,), faults, BUDGET_S * 2 / 3)
            if not held:
                # Silent, or nothing of her there: then who wrote it is asked.
                found.silent = ()
                await self._put(found, asked, self._all, faults, BUDGET_S - (time.perf_counter() - begun))
        else:
            named = await self._located(found, asked, faults) if whom.located else self._all
            await self._put(found, asked, named, faults, BUDGET_S - (time.perf_counter() - begun))
        found.ms = (time.perf_counter() - begun) * 1000
        return found

    async def _located(self, found: Answered, asked: Asked, faults: Faults) -> Sequence[str]:
        found.calls += 1
        reply = await self._call(INDEX, asked, faults, INDEX_BUDGET_S)
        holders = reply["holders"] if reply else []
        # Nobody named: the index is silent, or she is not to be in it.
        return [f"k{n}" for n in holders] or self._all

    async def _put(
        self, found: Answered, asked: Asked, names: Sequence[str], faults: Faults, budget_s: float
    ) -> bool:
        replies = await asyncio.gather(*(self._call(name, asked, faults, budget_s) for name in names))
        found.calls += len(names)
        found.silent += tuple(name for name, reply in zip(names, replies, strict=True) if reply is None)
        for reply in replies:
            for holder, said in (reply or {}).get("said", {}).items():
                told = msgspec.convert(said, Said)
                if told.found or told.total or told.refused:
                    found.said[int(holder)] = told
        return any(reply and reply["held"] for reply in replies)

    async def _call(self, name: str, asked: Asked, faults: Faults, budget_s: float) -> dict[str, Any] | None:
        base = _NOWHERE if name in faults.dead else self._bases[name]
        headers = {SLOW_HEADER: str(SLOW_MS)} if name in faults.slow else {}
        try:
            async with asyncio.timeout(max(0.01, budget_s)):
                url = f"{base}/{name}/{'who' if name == INDEX else 'ask'}"
                async with self._http.post(
                    url, data=b'{"number":%d}' % asked.number, headers=headers
                ) as reply:
                    return msgspec.json.decode(await reply.read())
        except (TimeoutError, aiohttp.ClientError, OSError):
            return None
