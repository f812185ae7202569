"""Opening what one part of the store keeps: a pool on a database that has its tables."""

import asyncpg

from akson.store import connections
from akson.store.migrate import migrate


async def migrated_pool(dsn: str, *families: str, size: int, **settings: str) -> asyncpg.Pool:
    """Connections to `dsn`, once the migrations of these families have run, in this order. Whoever asks closes it."""
    pool = await connections.pool(dsn, size=size, **settings)
    try:
        async with pool.acquire() as connection:
            for family in families:
                await migrate(connection, family)
    except BaseException:
        await pool.close()
        raise
    return pool
