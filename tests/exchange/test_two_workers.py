"""Several workers in one house: what a lease gives, what becomes of it when its worker is gone, and who writes then."""

import asyncio

import asyncpg
import pytest

from akson.exchange.inbox.pipeline import LEASE_S
from akson.fhir.problem import Problem
from akson.store.post import InboxItem
from tests.exchange.conftest import D_NUMBER, DNR, PostHouse, patient
from tests.exchange.samples import admission, discharge


def about(item: InboxItem) -> set[str]:
    return {item.name[0]}


async def take_in(house: PostHouse, *names: str) -> dict[str, int]:
    return {name: await house.post.receive(name.encode(), transport="test", name=name) for name in names}


async def test_a_lease_gives_nothing_of_a_line_that_another_has(house: PostHouse) -> None:
    ids = await take_in(house, "a1", "a2", "b1", "a3", "b2")
    first = await house.post.lease(1, look=about)
    assert [item.name for item in first] == ["a1"]
    second = await house.post.lease(9, look=about)
    assert [item.name for item in second] == ["b1", "b2"]
    assert await house.post.lease(9, look=about) == []
    await house.post.advance(ids["a1"], "accepted", fence=first[0].attempts)
    third = await house.post.lease(9, look=about)
    assert [(item.name, item.attempts) for item in third] == [("a2", 1), ("a3", 1)]


async def test_what_waits_for_a_later_try_holds_nobody_back_until_it_is_due(house: PostHouse) -> None:
    ids = await take_in(house, "a1", "a2")
    await house.post.lease(1, look=about)
    later = house.clock.now().replace(year=2027)
    await house.post.advance(ids["a1"], "retry", retry_at=later)
    assert [item.name for item in await house.post.lease(9, look=about)] == ["a2"]


async def test_nobody_comes_before_the_one_whose_worker_was_killed(house: PostHouse) -> None:
    await take_in(house, "a1", "a2")
    await house.post.lease(1, seconds=LEASE_S, look=about)
    assert await house.post.lease(9, look=about) == []
    house.later(LEASE_S + 1)
    assert [item.name for item in await house.post.lease(9, look=about)] == ["a1", "a2"]


async def test_who_has_lost_an_item_writes_nothing(house: PostHouse) -> None:
    ids = await take_in(house, "a1")
    (stopped,) = await house.post.lease(1, seconds=LEASE_S, look=about)
    house.later(LEASE_S + 1)
    (mine,) = await house.post.lease(1, seconds=LEASE_S, look=about)
    await house.post.hold([stopped], seconds=3600)
    with pytest.raises(Problem, match="another worker") as lost:
        await house.post.advance(ids["a1"], "parked", fence=stopped.attempts)
    assert lost.value.id == "AKS-STORE-065"
    await house.post.advance(ids["a1"], "accepted", fence=mine.attempts)
    assert await house.post.counts() == {"accepted": 1}


async def test_who_holds_on_is_not_taken_for_dead(house: PostHouse) -> None:
    await take_in(house, "a1")
    mine = await house.post.lease(1, seconds=LEASE_S, look=about)
    house.later(LEASE_S - 1)
    await house.post.hold(mine, seconds=LEASE_S)
    house.later(LEASE_S - 1)
    assert await house.post.lease(1, look=about) == []


async def test_one_that_kills_who_opens_it_does_not_stop_the_post(house: PostHouse) -> None:
    await take_in(house, "x1", "b1")
    died: list[int] = []

    def dies(item: InboxItem) -> set[str]:
        if item.name == "x1":
            died.append(item.attempts)
            raise KeyboardInterrupt
        return about(item)

    taken: list[str] = []
    while not taken:
        try:
            taken = [item.name for item in await house.post.lease(9, look=dies)]
        except KeyboardInterrupt:
            continue
    assert died == [1, 2, 3]
    assert taken == ["x1", "b1"]


async def begun(house: PostHouse) -> list[int]:
    connection = await asyncpg.connect(house.dsn)
    try:
        rows = await connection.fetch("select inbox from post.post_event where note = 'claimed' order by seq")
    finally:
        await connection.close()
    return [row["inbox"] for row in rows]


def dies(_item: InboxItem) -> set[str]:
    raise KeyboardInterrupt


async def test_what_stands_in_anothers_line_is_not_blamed_for_the_death_of_who_opens_the_next(
    house: PostHouse,
) -> None:
    """Else a burst about one person is passed by its own later messages after three deaths: LOOKS_MAX."""
    await take_in(house, *(f"a{n}" for n in range(6)))
    assert [item.name for item in await house.post.lease(1, look=about)] == ["a0"]
    for last in ("a2", "a3", "a4"):
        with pytest.raises(KeyboardInterrupt):
            await house.post.lease(
                1, look=lambda item, last=last: dies(item) if item.name == last else about(item)
            )
    assert await house.post.lease(9, look=about) == []
    house.later(61)
    items = await house.post.lease(9, look=about)
    assert [item.name for item in items] == [f"a{n}" for n in range(6)]


async def test_one_that_was_tried_before_does_not_overtake_in_its_lease(house: PostHouse) -> None:
    """A worker died when it opened the discharge; the admission before it stood in another's line, and was never tried."""
    inbox = house.inbox()
    first = await inbox.receive(admission(1, description="Falt i trappa."), transport="test", name="1.xml")
    (held,) = await house.post.lease(1, look=lambda _: {"astrid"})
    await inbox.receive(admission(2), transport="test", name="2.xml")
    assert await house.post.lease(9, look=lambda _: {"astrid"}) == []
    await inbox.receive(discharge(3), transport="test", name="3.xml")
    with pytest.raises(KeyboardInterrupt):
        await house.post.lease(9, look=dies)
    await house.post.advance(first, "refused", fence=held.attempts)
    while await inbox.work():
        pass
    assert await begun(house) == [first + 1, first + 2]


async def test_two_workers_leave_what_one_leaves(house: PostHouse) -> None:
    await house.put(patient("ola", "Astrid", "Bakken", D_NUMBER, DNR))
    one, other = house.inbox(), house.inbox()
    for n in range(5):
        for m, number in enumerate(({}, {"national_id": D_NUMBER})):
            for k, message in enumerate((admission, discharge)):
                await one.receive(
                    message(4 * n + 2 * m + k, ward=f"Avdeling {n}", **number),
                    transport="test",
                    name=f"{n}{m}{k}.xml",
                )

    async def through(inbox: object) -> None:
        while await house.post.unfinished():
            await inbox.work(2)  # type: ignore[attr-defined]

    await asyncio.gather(through(one), through(other))
    assert await house.post.counts() == {"accepted": 20}
    for who in ("astrid", "ola"):
        assert [s["status"] for s in await house.all("Encounter", patient=who)] == ["finished"] * 5
