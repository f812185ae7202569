"""A lane is one kept connection: whoever finds it busy takes the pool, and a broken one is replaced."""

import asyncio

import asyncpg
import pytest

from akson.store import connections
from akson.store.lanes import Lanes

WHO = "select pg_backend_pid()"


async def test_one_connection_is_kept_and_others_go_the_pools_way(database: str) -> None:
    pool = await connections.pool(database, size=4)
    lanes = Lanes(pool)
    first = (await lanes.fetch(WHO))[0][0]
    assert {(await lanes.fetch(WHO))[0][0] for _ in range(3)} == {first}
    several = await asyncio.gather(
        *(lanes.fetch("select pg_backend_pid(), pg_sleep(0.05)") for _ in range(4))
    )
    assert len({rows[0][0] for rows in several}) > 1
    # While the lane is kept, everybody else has what remains.
    async with pool.acquire() as one, pool.acquire() as two, pool.acquire() as three:
        assert first not in {await each.fetchval(WHO) for each in (one, two, three)}
    await lanes.close()
    await asyncio.wait_for(pool.close(), 5)


async def test_small_pools_keep_nothing(database: str) -> None:
    pool = await connections.pool(database, size=2)
    lanes = Lanes(pool)
    assert (await lanes.fetch("select 1"))[0][0] == 1
    await asyncio.wait_for(pool.close(), 5)


async def test_a_connection_that_died_or_was_interrupted_is_replaced(database: str) -> None:
    pool = await connections.pool(database, size=4)
    lanes = Lanes(pool)
    pid = (await lanes.fetch(WHO))[0][0]
    await pool.fetch("select pg_terminate_backend($1)", pid)
    await asyncio.sleep(0.1)
    assert (await lanes.fetch(WHO))[0][0] != pid
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(lanes.fetch("select pg_sleep(5)"), 0.1)
    with pytest.raises(asyncpg.PostgresError):
        await lanes.fetch("select 1/0")
    assert (await lanes.fetch("select 1"))[0][0] == 1
    await lanes.close()
    await asyncio.wait_for(pool.close(), 5)


async def test_closing_waits_for_nobody_and_keeps_nothing(database: str) -> None:
    pool = await connections.pool(database, size=4)
    lanes = Lanes(pool)
    under_way = asyncio.create_task(lanes.fetch("select pg_sleep(0.2)"))
    await asyncio.sleep(0.05)
    await lanes.close()
    await asyncio.wait_for(pool.close(), 5)
    await under_way
