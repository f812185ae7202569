"""One transport at work: looked into again and again, with a growing pause while nobody answers, in nobody else's way.

    Carrier("edi20"): up since 08:12             fetch each poll_s
                      down since 09:40, "… gives no answer"     1 s, 2 s, 4 s … a minute; sends fail at once meanwhile

What is fetched is kept before `taken`. What cannot be kept now stays where it lies, and lets the others by.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from akson.exchange.transport.contract import Arrival, Handed, Parcel, Transport, Unreachable
from akson.world import Clock, Random
from akson.world.raised import places

FETCH_MAX = 50
SEND_WAIT_S = 20.0
"""A transport that takes longer is not to be reached now. Five such in a row are within a lease of the outbox."""
PAUSE_FIRST_S, PAUSE_MAX_S = 1.0, 60.0
WHY_LENGTH_MAX = 200

Keep = Callable[[str, Arrival], Awaitable[bool]]
_log = logging.getLogger("akson.post")


@dataclass(frozen=True, slots=True)
class Standing:
    """How a transport is. `why` names hosts and kinds of failure, and nothing that was sent."""

    up: bool | None = None
    """None: not looked yet."""
    since: datetime | None = None
    why: str = ""


class Carrier:
    """A Transport around another one."""

    def __init__(self, transport: Transport, poll_s: float, *, clock: Clock, random: Random) -> None:
        self.name = transport.name
        self.standing = Standing()
        self._transport = transport
        self._poll_s = poll_s
        self._clock = clock
        self._random = random
        self._failures = 0
        self._quiet_until = 0.0

    async def send(self, parcel: Parcel) -> Handed:
        if time.monotonic() < self._quiet_until:
            raise Unreachable(self.standing.why)
        try:
            async with asyncio.timeout(SEND_WAIT_S):
                handed = await self._transport.send(parcel)
        except TimeoutError:
            self._is_down(f"{self.name} takes longer than {SEND_WAIT_S:.0f} s.")
            raise Unreachable(self.standing.why) from None
        except Unreachable as silent:
            self._is_down(str(silent))
            raise
        self._is_up()
        return handed

    async def fetch(self, limit: int) -> Sequence[Arrival]:
        return await self._transport.fetch(limit)

    async def taken(self, arrival: Arrival) -> None:
        await self._transport.taken(arrival)

    async def close(self) -> None:
        await self._transport.close()

    async def carry(self, stop: asyncio.Event, keep: Keep) -> None:
        """Until `stop` is set. Raises nothing."""
        while not stop.is_set():
            full = await self.round(keep)
            pause = max(self._quiet_until - time.monotonic(), 0.0 if full else self._poll_s)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), pause)

    async def round(self, keep: Keep) -> bool:
        """One look; whether there may be more at once."""
        try:
            arrivals = await self.fetch(FETCH_MAX)
        except Unreachable as silent:
            self._is_down(str(silent))
            return False
        except Exception as error:
            # A fault of ours, or an odd answer: the others must not stop for it.
            self._is_down(f"A fault of ours: {places(error)}")
            return False
        self._is_up()
        kept = 0
        for arrival in arrivals:
            kept += await self._keep(arrival, keep)
        return kept == FETCH_MAX

    async def _keep(self, arrival: Arrival, keep: Keep) -> bool:
        try:
            if not await keep(self.name, arrival):
                return False
            await self.taken(arrival)
        except Unreachable as silent:
            self._is_down(str(silent))
            return False
        except Exception as error:
            # Not kept, so not taken: it lies there still. Its own text may hold what came.
            _log.error("AKS-POST-300 %s: %s", self.name, places(error))
            return False
        return True

    def _is_up(self) -> None:
        self._failures, self._quiet_until = 0, 0.0
        if self.standing.up is not True:
            self.standing = Standing(True, self._clock.now())

    def _is_down(self, why: str) -> None:
        self._failures += 1
        pause = min(PAUSE_FIRST_S * 2 ** min(self._failures - 1, 10), PAUSE_MAX_S)
        chance = int.from_bytes(self._random.bytes(2), "big") / 2**16
        self._quiet_until = time.monotonic() + pause * (0.8 + 0.4 * chance)
        since = self.standing.since if self.standing.up is False else self._clock.now()
        self.standing = Standing(False, since, why[:WHY_LENGTH_MAX])
