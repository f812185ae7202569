"""The log's database: append-only, one sequencer wins, nothing half-written."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from akson.fhir.problem import Problem
from akson.store.audit_log import AuditLogStore, Checkpoint, Growth, LogRow, LogState, TileRow

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)


def row(idx: int, patient: str = "astrid", tenant: int = 1, id: bytes | None = None) -> LogRow:
    event_id = id or idx.to_bytes(16, "big")
    return LogRow(
        idx, event_id, tenant, NOW + timedelta(seconds=idx), patient, "ida", b'{"n":%d}' % idx, b"salt"
    )


@pytest_asyncio.fixture
async def log(log_database: str) -> AsyncIterator[AuditLogStore]:
    store = await AuditLogStore.open(log_database, pool_size=4)
    yield store
    await store.close()


async def test_starts_empty_and_grows_by_whole_batches(log: AuditLogStore) -> None:
    assert await log.state() == LogState(0, b"")
    rows = [row(n) for n in range(3)]
    assert await log.append(0, rows, [TileRow(0, 0, b"abc")], 3, b"edge3")
    assert await log.append(3, [row(3)], [TileRow(0, 0, b"abcd")], 4, b"edge4")
    assert await log.state() == LogState(4, b"edge4")
    assert await log.events(1, 2) == rows[1:3]
    assert await log.tile(0, 0) == b"abcd" and await log.tile(1, 0) is None
    assert await log.tiles(0, 0, 5) == [b"abcd"]


async def test_of_many_sequencers_one_wins_each_place(log: AuditLogStore) -> None:
    def attempt(n: int):
        return log.append(0, [row(0, id=n.to_bytes(16, "big"))], [TileRow(0, 0, bytes([n]))], 1, bytes([n]))

    won = await asyncio.gather(*[attempt(n) for n in range(8)])
    assert sorted(won) == [False] * 7 + [True]
    state = await log.state()
    assert state.size == 1 and len(await log.events(0, 10)) == 1
    assert await log.tile(0, 0) == state.edge, "tile and head are the same sequencer's"


async def test_an_event_enters_once(log: AuditLogStore) -> None:
    assert await log.append(0, [row(0)], [], 1, b"")
    assert await log.known([row(0).event_id, b"other"]) == {row(0).event_id}
    with pytest.raises(Problem) as caught:
        await log.append(1, [row(1, id=row(0).event_id)], [], 2, b"")
    assert caught.value.id == "AKS-STORE-040"
    assert await log.state() == LogState(1, b"")


async def test_a_patients_events_are_his_tenants_alone_newest_first(log: AuditLogStore) -> None:
    rows = [row(0), row(1, "bjarne"), row(2, tenant=2), row(3), row(4)]
    assert await log.append(0, rows, [], 5, b"")
    assert [found.idx for found in await log.events_of(1, "astrid", count=2)] == [4, 3]
    assert [found.idx for found in await log.events_of(1, "astrid", before=3)] == [0]


async def test_the_first_checkpoint_of_a_size_stays(log: AuditLogStore) -> None:
    await log.add_checkpoint(1, b"one", NOW)
    await log.add_checkpoint(2, b"two", NOW)
    await log.add_checkpoint(2, b"another opinion", NOW)
    assert await log.checkpoints(5) == [Checkpoint(2, b"two", NOW), Checkpoint(1, b"one", NOW)]


async def test_in_turn_everybody_gets_in_without_losing_a_race(log: AuditLogStore) -> None:
    """A slow sequencer among fast ones: with races alone it might never win."""

    def attempt(n: int):
        def grow(before: LogState) -> Growth:
            return Growth([row(before.size, id=n.to_bytes(16, "big"))], [], before.size + 1, bytes([n]))

        return log.append_in_turn(grow)

    await asyncio.gather(*[attempt(n) for n in range(12)])
    assert (await log.state()).size == 12
    assert {event.event_id[-1] for event in await log.events(0, 100)} == set(range(12))


async def test_in_turn_a_known_event_writes_nothing(log: AuditLogStore) -> None:
    assert await log.append(0, [row(0)], [], 1, b"")
    with pytest.raises(Problem) as caught:
        await log.append_in_turn(lambda before: Growth([row(1, id=row(0).event_id)], [], 2, b"x"))
    assert caught.value.id == "AKS-STORE-040"
    assert await log.state() == LogState(1, b"")
