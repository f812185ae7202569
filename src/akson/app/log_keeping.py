"""What the post worker does for the access log beside its post: closes each day. Never lets the post wait for it."""

import asyncio
import logging
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from akson.app.wiring import Node

NORWAY = ZoneInfo("Europe/Oslo")
TRY_AGAIN_EACH = timedelta(minutes=1)

_log = logging.getLogger(__name__)


class LogKeeper:
    """`work()` is called often, and starts what is due."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._closing: asyncio.Task[None] | None = None
        self._not_before = node.clock.now()

    async def work(self) -> None:
        now = self._node.clock.now()
        if now >= self._not_before and (self._closing is None or self._closing.done()):
            self._not_before = now + TRY_AGAIN_EACH
            self._closing = asyncio.create_task(self._close_day(now), name="access-log-day")

    async def _close_day(self, now: datetime) -> None:
        midnight = now.astimezone(NORWAY).replace(hour=0, minute=0, second=0, microsecond=0)
        try:
            newest = await self._node.log.rows.all_heads(count=1)
            if not newest or newest[0].at < midnight:
                await self._node.log.close_day((midnight - timedelta(hours=12)).date())
        except Exception as failed:
            _log.warning("AKS-AUDIT-013 the day of the access log was not closed: %s", type(failed).__name__)
