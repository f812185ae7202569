"""What a worker took stays its own for as long as it lives and works, however slow the machine is."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from akson.store.post import InboxItem, PostStore

HELD_EACH_S = 3
"""So often it says so. Well within a lease: nobody else may think it dead."""


@asynccontextmanager
async def held(post: PostStore, items: Sequence[InboxItem], lease_s: int) -> AsyncIterator[None]:
    async def hold() -> None:
        while True:
            await asyncio.sleep(HELD_EACH_S)
            await post.hold(items, seconds=lease_s)

    holding = asyncio.create_task(hold()) if items else None
    try:
        yield
    finally:
        if holding is not None:
            holding.cancel()
