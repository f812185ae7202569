"""The post's tables: nothing lost, nothing twice, work of a killed worker comes back."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from akson.fhir.problem import Problem
from akson.store.post import PostStore
from akson.world import FixedClock

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)


@pytest_asyncio.fixture
async def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest_asyncio.fixture
async def post(database: str, clock: FixedClock) -> AsyncIterator[PostStore]:
    store = await PostStore.open(database, clock=clock)
    yield store
    await store.close()


async def test_an_original_is_kept_byte_for_byte_and_once(post: PostStore) -> None:
    original = '<?xml version="1.0" encoding="ISO-8859-1"?><m>ÆØÅ</m>'.encode("latin-1") + b"\0\xff"
    first = await post.receive(original, transport="folder", name="a.xml")
    assert await post.receive(original, transport="folder", name="a.xml") == first
    assert await post.receive(original, transport="folder", name="b.xml") != first
    item = await post.get(first)
    assert item is not None and item.original == original and item.state == "received"
    assert [event.state for event in await post.events(first)] == ["received"]


async def test_two_who_store_the_same_file_at_once_get_one_item(post: PostStore) -> None:
    ids = await asyncio.gather(*[post.receive(b"<m/>", transport="folder", name="a.xml") for _ in range(20)])
    assert len(set(ids)) == 1
    assert await post.counts() == {"received": 1}


async def test_each_item_is_one_workers(post: PostStore) -> None:
    ids = [await post.receive(b"<m/>", transport="folder", name=f"{n}.xml") for n in range(10)]
    taken = await asyncio.gather(*[post.lease(4) for _ in range(4)])
    assert sorted(item.id for lease in taken for item in lease) == ids


async def test_work_of_a_killed_worker_comes_back_after_its_lease(post: PostStore, clock: FixedClock) -> None:
    id = await post.receive(b"<m/>", transport="folder", name="a.xml")
    assert [item.attempts for item in await post.lease(1, seconds=30)] == [1]
    assert await post.lease(1) == []
    clock.advance(timedelta(seconds=31))
    assert [(item.id, item.attempts) for item in await post.lease(1)] == [(id, 2)]


async def test_retry_waits_for_its_time(post: PostStore, clock: FixedClock) -> None:
    id = await post.receive(b"<m/>", transport="folder", name="a.xml")
    await post.lease(1)
    await post.advance(id, "retry", retry_at=NOW + timedelta(minutes=5), problem="AKS-STORE-014")
    assert await post.lease(1) == []
    clock.advance(timedelta(minutes=5))
    assert [item.id for item in await post.lease(1)] == [id]


async def test_a_finished_item_is_no_work_and_tells_its_story(post: PostStore) -> None:
    id = await post.receive(b"<m/>", transport="folder", name="a.xml")
    await post.lease(1)
    await post.advance(
        id,
        "accepted",
        note="AppRec 1",
        tenant=1,
        sender_her="990202",
        msg_id="m1",
        patient_ids=("astrid",),
        receipt=b"<AppRec/>",
    )
    assert await post.lease(1) == []
    assert await post.receipt(id) == b"<AppRec/>"
    found = await post.find_by_msg_id("990202", "m1")
    assert found is not None and found.id == id and found.patient_ids == ("astrid",)
    assert [(event.state, event.note) for event in await post.events(id)] == [
        ("received", ""),
        ("accepted", "AppRec 1"),
    ]
    assert [item.id for item in await post.listed(("accepted",))] == [id]


async def test_a_message_id_is_one_items_and_the_loser_keeps_its_state(post: PostStore) -> None:
    first = await post.receive(b"<m>1</m>", transport="folder", name="1.xml")
    second = await post.receive(b"<m>2</m>", transport="folder", name="2.xml")
    await post.advance(first, "accepted", sender_her="990202", msg_id="m1")
    with pytest.raises(Problem) as caught:
        await post.advance(second, "accepted", sender_her="990202", msg_id="m1")
    assert caught.value.id == "AKS-STORE-061"
    item = await post.get(second)
    assert item is not None and item.state == "received" and item.msg_id is None


async def test_an_unknown_item_is_a_problem(post: PostStore) -> None:
    with pytest.raises(Problem) as caught:
        await post.advance(7, "accepted")
    assert caught.value.id == "AKS-STORE-062"


async def test_many_at_once_move_each_their_own_way(post: PostStore) -> None:
    ids = [await post.receive(b"<m/>", transport="folder", name=f"{n}.xml") for n in range(6)]
    claims = [
        post.advance(id, "retry", note="claimed", sender_her="1", msg_id=f"m{n % 4}")
        for n, id in enumerate(ids)
    ]
    told = await asyncio.gather(*claims, return_exceptions=True)
    assert [getattr(t, "id", None) for t in told] == [None] * 4 + ["AKS-STORE-061"] * 2
    await asyncio.gather(
        *(post.advance(id, "retry", note="answered", patient_ids=["a-1", "b.2"], tenant=1) for id in ids),
        *(post.advance(id, "accepted", patient_ids=[], tenant=1) for id in ids[:2]),
    )
    items = [item for item in [await post.get(id) for id in ids] if item is not None]
    assert [item.state for item in items] == ["accepted"] * 2 + ["retry"] * 4
    assert [item.patient_ids for item in items] == [()] * 2 + [("a-1", "b.2")] * 4
    assert [e.note for e in await post.events(ids[0])] == ["", "claimed", "answered", ""]
