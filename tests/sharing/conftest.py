"""Three whole nodes that know each other, on the tests' PostgreSQL: made once for all tests of neighbours."""

import secrets
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from akson.app.playing.neighbourhood import Neighbourhood
from akson.store.server import databases
from tests.sharing import people
from tests.sharing.people import ASTRID, BO, IDA, NADIA


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def town(postgres_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Neighbourhood]:
    async for made in a_town(postgres_dsn, tmp_path_factory):
        yield made


async def a_town(postgres_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Neighbourhood]:
    """Storvik asks; Lillefjord and Havneby know Astrid by ids of their own, and Bo too.

    Who changes where data lives takes a town of her own: askers remember for a minute what a source has decided.
    """
    folder = tmp_path_factory.mktemp("neighbours")
    made = Neighbourhood(
        folder,
        postgres_dsn,
        ("storvik", "lillefjord", "havneby"),
        prefix=f"by_{secrets.token_hex(4)}",
        index="havneby",
        central="havneby",
        limits=(20, 10),
    )
    made.know(IDA, NADIA)
    try:
        async with made:
            await _fill(made)
            yield made
    finally:
        await databases.drop(postgres_dsn, made.databases)


async def _fill(town: Neighbourhood) -> None:
    await people.put(
        town["storvik"],
        people.patient("astrid", ASTRID),
        people.patient("bo", BO),
        {"resourceType": "Organization", "id": "hjemmetjenesten-ost", "name": "Hjemmetjenesten Øst"},
        people.practitioner("ida", IDA),
        people.practitioner("nadia", NADIA),
        people.episode("vedtak-astrid", "astrid"),
    )
    await people.put(
        town["lillefjord"],
        people.patient("p-17", ASTRID),
        people.patient("p-18", BO),
        people.medicine("m-1", "p-17", "Metoprolol 50 mg"),
        people.medicine("m-2", "p-17", "Paracet 500 mg", status="stopped"),
        people.medicine("m-3", "p-17", "Disulfiram 200 mg", label="R"),
        people.medicine("m-4", "p-18", "Marevan 2,5 mg"),
    )
    await people.put(
        town["havneby"],
        people.patient("x-9", ASTRID),
        people.medicine("h-1", "x-9", "Insulin glargin"),
        people.allergy("h-2", "x-9", "Penicillin"),
    )
