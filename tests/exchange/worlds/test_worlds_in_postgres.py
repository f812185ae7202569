"""A few of the worlds over real PostgreSQL, and at their end the ledger says the same as the world: nothing is missing."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from akson.exchange.ledger.ledger import read_ledger
from akson.store.ledger import LedgerStore
from akson.store.migrate import migrate
from akson.store.outbox import OutboxStore
from tests.exchange.worlds.judging import faults
from tests.exchange.worlds.world import World

SEEDS = range(3)
MESSAGES = 25


class PostgresWorld(World):
    tick = timedelta(minutes=12)
    connection: Any = None

    async def _commit(self, type: str, id: str) -> None:
        sql = (
            "insert into record.change_event (tenant, at, types, ids, versions) values (1, now(), $1, $2, $3)"
        )
        await self.connection.execute(sql, [type], [id], [1])


@pytest_asyncio.fixture(loop_scope="session")
async def connection(database: str) -> AsyncIterator[asyncpg.Connection]:
    made = await asyncpg.connect(database)
    await migrate(made, "record")
    yield made
    await made.close()


@pytest.mark.parametrize("seed", SEEDS)
async def test_the_books_of_a_world_say_what_it_knows(
    database: str, connection: asyncpg.Connection, seed: int
) -> None:
    world = PostgresWorld(seed, messages=MESSAGES)
    world.connection = connection
    world.store = await OutboxStore.open(database, clock=world.clock)
    world.outbox = world._worker()
    try:
        assert not await faults(await world.run())
        books = await LedgerStore.open(database, clock=world.clock)
        ledger = await read_ledger(books)
        await books.close()
    finally:
        await world.store.close()
    assert ledger.words == "0 uredegjort", ledger.differences
    sent = sum(len(world.letters[id].receivers) for id in world.committed)
    assert sum(line.total for line in ledger.lines) == sent
