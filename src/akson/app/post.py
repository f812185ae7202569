"""The post worker: takes in what falls into the folder, works the inbox, heals what a crash left in the log's queue."""

import asyncio
from collections.abc import Callable

from akson.app.settings import Settings
from akson.app.wiring import open_node


async def run_post(settings: Settings, stop: asyncio.Event, *, on_open: Callable[[], None]) -> None:
    """Until `stop` is set."""
    async with open_node(settings, pool_size=4) as _node:
        on_open()
        await stop.wait()
