"""The log's database: append-only, one order for all, nothing half-written."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from akson.audit.chain import Chains
from akson.fhir.problem import Problem
from akson.store.audit_log import (
    AuditLogStore,
    Checkpoint,
    Entry,
    Growth,
    Outcome,
    Stored,
    TileRow,
    TreeState,
)

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)


def entry(n: int, patient: str = "astrid", tenant: int = 1) -> Entry:
    at = NOW + timedelta(seconds=n)
    return Entry(n.to_bytes(16, "big"), tenant, at, patient, "ida", b'{"n":%d}' % n, b"salt")


async def growth(
    log: AuditLogStore,
    expected: int,
    size: int,
    *tiles: TileRow,
    edge: bytes = b"edge",
    note: bytes = b"note",
) -> Outcome:
    """Grows by the true leaves; tiles and edge are the caller's."""
    rows = await log.events(0, size)
    leaves = Chains().leaves(rows)[expected:]
    return await log.grow(expected, Growth(tiles, size, edge, b"".join(leaves), 1, NOW), lambda _: note)


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
    await log.append([entry(n, "astrid" if n % 2 else "bjarne") for n in range(6)])
    attempts = [
        growth(log, 0, 3, TileRow(0, 0, bytes([n])), edge=bytes([n]), note=bytes([n])) for n in range(8)
    ]
    won = await asyncio.gather(*attempts)
    assert sorted(won) == [Outcome.BEATEN] * 7 + [Outcome.GROWN]
    winner = won.index(Outcome.GROWN)
    assert await log.tree() == TreeState(3, bytes([winner]))
    assert await log.tile(0, 0) == bytes([winner]) and await log.tiles(0, 0, 5) == [bytes([winner])]
    assert await log.checkpoints(5) == [Checkpoint(3, bytes([winner]), NOW)]
    assert await log.tile(1, 0) is None
    assert await growth(log, 3, 5) is Outcome.GROWN and await growth(log, 3, 6) is Outcome.BEATEN


async def test_the_database_counts_the_leaves_itself(log: AuditLogStore) -> None:
    """One bit of one leaf, and nothing is written: neither tree, nor heads, nor note."""
    await log.append([entry(n, ("astrid", "bjarne", "")[n % 3]) for n in range(9)])
    leaves = bytearray(b"".join(Chains().leaves(await log.events(0, 9))))
    for at in (0, 32 * 4 + 7, 32 * 9 - 1):
        leaves[at] ^= 1
        odd = Growth((), 9, b"edge", bytes(leaves), 1, NOW)
        assert await log.grow(0, odd, lambda _: b"note") is Outcome.DISAGREES
        leaves[at] ^= 1
    assert await log.tree() == TreeState(0, b"") and await log.patient_heads() == []
    right = Growth((), 9, b"edge", bytes(leaves), 1, NOW)
    assert await log.grow(0, right, lambda _: b"note") is Outcome.GROWN
    heads = {h.patient: (h.seq, h.head) for h in await log.patient_heads()}
    assert heads == {"astrid": (3, leaves[6 * 32 : 7 * 32]), "bjarne": (3, leaves[7 * 32 : 8 * 32])}


async def test_what_the_seal_refuses_is_not_kept(log: AuditLogStore) -> None:
    await log.append([entry(0)])

    def refuses(_: Stored) -> bytes:
        raise ArithmeticError

    leaves = b"".join(Chains().leaves(await log.events(0, 1)))
    with pytest.raises(ArithmeticError):
        await log.grow(0, Growth((), 1, b"edge", leaves, 1, NOW), refuses)
    assert await log.tree() == TreeState(0, b"") and await log.checkpoints(5) == []


async def test_a_patients_events_are_his_tenants_alone_newest_first(log: AuditLogStore) -> None:
    await log.append([entry(0), entry(1, "bjarne"), entry(2, tenant=2), entry(3), entry(4)])
    assert [found.idx for found in await log.events_of(1, "astrid", count=2)] == [4, 3]
    assert [found.idx for found in await log.events_of(1, "astrid", before=3)] == [0]
