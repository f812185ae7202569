"""A municipality's node and a central one as whole nodes: copies over HTTP in its own name, also when that is away."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from akson.access.actor import PurposeOfUse
from akson.app.cast import CAST
from akson.app.neighbours import declared
from akson.app.playing.neighbourhood import Neighbourhood
from akson.app.storage.keeping import Keeper, keeper_of
from akson.fhir.search.parsing import parse
from akson.sharing.classes import SharedClass
from akson.sharing.storage import switch
from akson.sharing.storage.modes import Mode
from akson.sharing.storage.sides import Away
from akson.sharing.storage.switch import Placement, Step
from akson.store.storage import PlacementRow
from tests.sharing import people
from tests.sharing.conftest import a_town

STORVIKS = 2
"""The tenant of Storvik at Havneby, which keeps copies."""
KIND = SharedClass.MEDICATION


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def town(postgres_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Neighbourhood]:
    async for made in a_town(postgres_dsn, tmp_path_factory):
        yield made


@pytest_asyncio.fixture(loop_scope="session")
async def keeper(town: Neighbourhood) -> AsyncIterator[Keeper]:
    node = town["storvik"].node
    found = keeper_of(node, declared.load(node.settings.data))
    assert found is not None
    yield found


async def begin(town: Neighbourhood, to: Mode) -> None:
    rows = town["storvik"].node.storage
    stands = [row for row in await rows.placements(1) if row.kind == KIND.value]
    placement = Placement(KIND)
    if stands:
        [row] = stands
        placement = Placement(
            KIND, Mode(row.mode), Mode(row.target), Step(row.step), row.number, since=row.since
        )
    begun = switch.begin(placement, to)
    row = PlacementRow(
        KIND.value,
        begun.mode.value,
        begun.to.value,
        begun.step.value,
        begun.number,
        "",
        0,
        True,
        begun.reaches,
        None,
    )
    assert await rows.save_placement(1, row)


async def rest(town: Neighbourhood, keeper: Keeper) -> str:
    """Until nothing is under way; the drain is not waited for: what is asked under the mode before is nothing here."""
    rows = town["storvik"].node.storage
    for _ in range(100):
        await keeper.round()
        [row] = [row for row in await rows.placements(1) if row.kind == KIND.value]
        if row.step == Step.REST.value:
            return row.mode
        if row.step == Step.DRAIN.value and row.since is not None:
            await rows.save_placement(1, replace(row, number=row.number + 1, since=None))
    raise AssertionError(f"still {row}")


async def copies(town: Neighbourhood) -> set[str]:
    service = replace(CAST["system"], tenant=STORVIKS)
    session = town["havneby"].node.record.open(service, PurposeOfUse.OPERATIONS)
    return {version.id for version in (await session.search(parse("MedicationStatement", []))).matches}


@pytest.mark.asyncio(loop_scope="session")
async def test_copies_go_to_the_central_node_and_home_again(town: Neighbourhood, keeper: Keeper) -> None:
    storvik = town["storvik"]
    await people.put(storvik, people.medicine("s-1", "astrid", "Eliquis 5 mg"))
    await begin(town, Mode.CENTRAL_COPY)
    assert await rest(town, keeper) == Mode.CENTRAL_COPY.value
    assert await copies(town) == {"s-1"}
    await people.put(storvik, people.medicine("s-2", "astrid", "Furix 40 mg"))
    await town["havneby"].leave()
    with pytest.raises(Away):
        await keeper.round()
    await town["havneby"].come_back()
    while await keeper.round():
        pass
    assert await copies(town) == {"s-1", "s-2"}
    await begin(town, Mode.FEDERATED)
    assert await rest(town, keeper) == Mode.FEDERATED.value
    assert await copies(town) == set()


@pytest.mark.asyncio(loop_scope="session")
async def test_nobody_is_let_into_anothers_copies(town: Neighbourhood) -> None:
    """Lillefjord has a tenant of its own; a node that keeps nothing has no such door."""
    lillefjord = town["lillefjord"].node
    theirs = keeper_of(lillefjord, declared.load(lillefjord.settings.data))
    assert theirs is not None
    found = await theirs._central.stand([people_key("s-1"), people_key("astrid", "Patient")])
    assert not [stand for stand in found.values() if stand.body is not None]
    reply = await lillefjord.network.send(f"{town['storvik'].address}/sharing/storage/now", b"null", {})
    assert reply.status == 404
    reply = await lillefjord.network.send(f"{town['havneby'].address}/sharing/storage/now", b"null", {})
    assert reply.status == 401


@pytest.mark.asyncio(loop_scope="session")
async def test_a_hostile_call_is_refused_and_nothing_of_others_is_told(town: Neighbourhood) -> None:
    """A cursor and a limit that nobody gave; and when others write stands in no answer."""
    lillefjord = town["lillefjord"].node
    theirs = keeper_of(lillefjord, declared.load(lillefjord.settings.data))
    assert theirs is not None
    central, url = theirs._central, f"{town['havneby'].address}/sharing/storage/"
    for call, said in (
        ("page", b'{"kind":"medication","cursor":"Patient x y"}'),
        ("page", b'{"kind":"medication","cursor":"Patient 1 x\'; drop"}'),
        ("changed", b'{"after":[0,0],"limit":-1}'),
        ("changed", b'{"after":[-1,0],"limit":1}'),
        ("stand", b"[" * 100_000),
    ):
        headers = {"content-type": "application/json", **await central._key.headers("POST", url + call)}
        assert (await lillefjord.network.send(url + call, said, headers)).status == 400, said[:40]
    told = await central.changed((0, 0), 10**9)
    assert len(told) <= 500 and all(keys for _, keys in told[:-1])


def people_key(id: str, type: str = "MedicationStatement"):
    from akson.sharing.storage.sides import Key

    return Key(type, id)
