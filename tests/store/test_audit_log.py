"""The log's database: append-only, one order for all, nothing half-written."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from akson.fhir.problem import Problem
from akson.store.audit_log import AuditLogStore, Checkpoint, Entry, Growth, TileRow, TreeState

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)


def entry(n: int, patient: str = "astrid", tenant: int = 1) -> Entry:
    at = NOW + timedelta(seconds=n)
    return Entry(n.to_bytes(16, "big"), tenant, at, patient, "ida", b'{"n":%d}' % n, b"salt")


def growth(size: int, *tiles: TileRow, edge: bytes = b"edge", note: bytes = b"note") -> Growth:
    return Growth(tiles, size, edge, note, NOW)


@pytest_asyncio.fixture
async def log(log_database: str) -> AsyncIterator[AuditLogStore]:
    store = await AuditLogStore.open(log_database, pool_size=4)
    yield store
    await store.close()


async def test_starts_empty_and_grows_by_whole_batches(log: AuditLogStore) -> None:
    assert await log.size() == 0 and await log.tree() == TreeState(0, b"")
    assert await log.append([entry(n) for n in range(3)]) == 0
    assert await log.append([entry(3)]) == 3
    assert await log.size() == 4 and (await log.tree()).size == 0, "the tree follows by itself"
    found = await log.events(1, 2)
    assert [(row.idx, row.event_id) for row in found] == [(n, entry(n).event_id) for n in (1, 2)]


async def test_of_many_who_append_at_once_each_gets_places_of_its_own(log: AuditLogStore) -> None:
    firsts = await asyncio.gather(*(log.append([entry(2 * n), entry(2 * n + 1)]) for n in range(12)))
    assert sorted(firsts) == list(range(0, 24, 2))
    rows = await log.events(0, 100)
    assert [row.idx for row in rows] == list(range(24))
    assert {row.event_id for row in rows} == {entry(n).event_id for n in range(24)}


async def test_an_event_enters_once_and_leaves_no_gap(log: AuditLogStore) -> None:
    await log.append([entry(0)])
    assert await log.known([entry(0).event_id, b"other"]) == {entry(0).event_id}
    with pytest.raises(Problem) as caught:
        await log.append([entry(1), entry(0)])
    assert caught.value.id == "AKS-STORE-040"
    assert await log.size() == 1
    assert await log.append([entry(2)]) == 1


async def test_of_two_who_grow_the_tree_one_is_first(log: AuditLogStore) -> None:
    attempts = [growth(3, TileRow(0, 0, bytes([n])), edge=bytes([n]), note=bytes([n])) for n in range(8)]
    won = await asyncio.gather(*(log.grow(0, attempt) for attempt in attempts))
    assert sorted(won) == [False] * 7 + [True]
    winner = won.index(True)
    assert await log.tree() == TreeState(3, bytes([winner]))
    assert await log.tile(0, 0) == bytes([winner]) and await log.tiles(0, 0, 5) == [bytes([winner])]
    assert await log.checkpoints(5) == [Checkpoint(3, bytes([winner]), NOW)]
    assert await log.tile(1, 0) is None
    assert await log.grow(3, growth(5)) and not await log.grow(3, growth(6))


async def test_a_patients_events_are_his_tenants_alone_newest_first(log: AuditLogStore) -> None:
    await log.append([entry(0), entry(1, "bjarne"), entry(2, tenant=2), entry(3), entry(4)])
    assert [found.idx for found in await log.events_of(1, "astrid", count=2)] == [4, 3]
    assert [found.idx for found in await log.events_of(1, "astrid", before=3)] == [0]
