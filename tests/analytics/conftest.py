"""The synthetic country, loaded once for all who look at it."""

from collections.abc import AsyncIterator

import pytest_asyncio

from akson.analytics.reports.adoption import loading
from akson.store.adoption import AdoptionStore
from tests.conftest import _fresh_database

SEED = 2012


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def country(postgres_dsn: str) -> AsyncIterator[AdoptionStore]:
    """2012-2014 with a fifth of the messages; the whole is `akson adoption generate`."""
    database = _fresh_database(postgres_dsn)
    store = await AdoptionStore.open(await anext(database))
    await loading.generate(store, seed=SEED, times=0.2)
    yield store
    await store.close()
    await anext(database, None)
