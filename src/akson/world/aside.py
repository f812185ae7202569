"""Work that keeps the processor busy, done beside the event loop so that others are answered meanwhile.

    resource = await aside(len(body), lambda: parse(body))

docs/adr/0070 says why a thread, and why one.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")

ASIDE_BYTES = 64 * 1024
"""What is smaller takes a few milliseconds, less than the way to a thread and back is worth."""


class Aside:
    """One per process. The thread takes one piece of work at a time: two would share the same processor, and leave the
    event loop a third of it."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="aside")

    async def __call__(self, size: int, work: Callable[[], T]) -> T:
        """What `work` gives or raises. `size` in bytes says how long it may take; `work` touches nothing of the loop's."""
        if size < ASIDE_BYTES:
            return work()
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    async def away(self, work: Callable[[], T]) -> T:
        """For what may take long however small it is."""
        return await self(ASIDE_BYTES, work)

    def close(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)
