"""Connections kept beside a pool, for what is asked all the time.

Taking a connection from a pool and giving it back costs more than a short statement does. Whoever finds no lane free goes
the pool's way, so nobody waits for a lane.
"""

from typing import Any

import asyncpg

KEPT_LEAST = 3
"""Connections that stay in the pool for everybody else; smaller pools have no lanes."""
_CLOSED = -1_000_000
"""Of lanes still to be opened, however many come back."""


class Lanes:
    """At most `most` connections of `pool`, each taken when it is first needed; close it before the pool."""

    def __init__(self, pool: asyncpg.Pool, most: int = 1, *, kept: int = KEPT_LEAST) -> None:
        self._pool = pool
        self._free: list[Any] = []
        self._left = max(0, min(most, pool.get_max_size() - kept))

    async def fetch(self, text: str, *values: object) -> list[asyncpg.Record]:
        """The rows, as `Pool.fetch` gives them."""
        if not self._free and self._left <= 0:
            return await self._pool.fetch(text, *values)
        connection = await self._take()
        try:
            rows = await connection.fetch(text, *values)
        except BaseException:
            # Cancelled, cut off or refused: the pool knows what to do with any of them.
            await self._return(connection)
            raise
        if self._left < 0:
            await self._return(connection)
        else:
            self._free.append(connection)
        return rows

    async def close(self) -> None:
        """The pool can be closed then; who is under way gives the connection back afterwards."""
        free, self._free, self._left = self._free, [], _CLOSED
        for connection in free:
            await self._pool.release(connection)

    async def _take(self) -> Any:
        if self._free:
            connection = self._free.pop()
            if _alive(connection):
                return connection
            await self._return(connection)
        self._left -= 1
        try:
            return await self._pool.acquire()
        except BaseException:
            self._left += 1
            raise

    async def _return(self, connection: Any) -> None:
        self._left += 1
        await self._pool.release(connection)


def _alive(connection: Any) -> bool:
    """One that was cut off has gone back to the pool by itself."""
    try:
        return not connection.is_closed()
    except asyncpg.InterfaceError:
        return False
