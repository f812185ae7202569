"""The post worker: heals what a crash left in the queue of the log, and works the post for as long as the node runs.

What a message is, and what becomes of it, is `akson.exchange`'s.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from akson.app.settings import Settings
from akson.app.wiring import Node, open_node

HEAL_EACH_S = 30.0
POOL_SIZE = 4


async def run_post(settings: Settings, stop: asyncio.Event, *, on_open: Callable[[], None]) -> None:
    """Until `stop` is set. Raises what went wrong for good; the supervisor then starts the worker again."""
    async with open_node(settings, pool_size=POOL_SIZE) as node:
        on_open()
        while not stop.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), HEAL_EACH_S)
            await _heal(node)


async def _heal(node: Node) -> None:
    """Events whose web worker was killed between the record's commit and the log: in the log within the minute."""
    await node.record.recover()
