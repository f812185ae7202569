"""Connections kept beside a pool, for what is asked all the time.

Taking a connection from a pool and giving it back costs more than a short statement does. Whoever finds no lane free goes
the pool's way, so nobody waits for a lane.
"""

from typing import Any

import asyncpg

KEPT_LEAST = 3
"""Connections that stay in the pool for everybody else; smaller pools have no lanes."""


class Lanes:
    """At most `most` connections of `pool`, each taken when it is first needed; close it before the pool."""

    def __init__(self, pool: asyncpg.Pool, most: int = 1, *, kept: int = KEPT_LEAST) -> None:
        self._pool = pool
        self._free: list[Any] = []
        self._left = max(0, min(most, pool.get_max_size() - kept))
        self._closed = False

    async def fetch(self, text: str, *values: object) -> list[asyncpg.Record]:
        """The rows, as `Pool.fetch` gives them."""
        connection = self._take()
        if connection is None:
            return await self._pool.fetch(text, *values)
        try:
            if connection is self._pool:
                connection = await self._pool.acquire()
            return await connection.fetch(text, *values)
        finally:
            await self._give(connection)

    async def close(self) -> None:
        self._closed = True
        free, self._free, self._left = self._free, [], 0
        for connection in free:
            await self._pool.release(connection)

    def _take(self) -> Any:
        """A free lane; the pool itself in place of one that is still to be opened; None when all are busy."""
        if self._free:
            return self._free.pop()
        if self._left:
            self._left -= 1
            return self._pool
        return None

    async def _give(self, connection: Any) -> None:
        if connection is self._pool:
            self._left += 1
        elif connection.is_closed() or self._closed:
            self._left += not self._closed
            await self._pool.release(connection)
        else:
            self._free.append(connection)
