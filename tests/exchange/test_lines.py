"""Messages of one lease are worked at the same time, but for those that bear upon each other."""

from akson.exchange.inbox import lines
from akson.exchange.opening import open_message
from tests.exchange.conftest import D_NUMBER, DNR, PostHouse, patient
from tests.exchange.samples import admission, discharge, stay


def names(message: bytes) -> frozenset[str]:
    return lines.names(open_message(message))


def test_about_one_person_or_in_one_conversation_is_one_line() -> None:
    first = admission(1)
    assert names(first) & names(discharge(3)) == {f"person|{stay().national_id}"}
    assert not names(first) & names(admission(2, national_id=D_NUMBER))
    # Whoever it is about: what cancels it comes after it.
    assert names(first) & names(admission(2, status="C", parent=1, national_id=D_NUMBER))


def test_what_cannot_be_read_is_nobodys() -> None:
    assert names(b"<") == frozenset()
    assert lines.names(None) == frozenset()


async def test_a_lease_of_many_is_worked_in_order_for_each_person(house: PostHouse) -> None:
    await house.put(patient("ola", "Astrid", "Bakken", D_NUMBER, DNR))
    inbox = house.inbox()
    for n in range(5):
        where = {"ward": f"Avdeling {n}"}
        for m, message in enumerate(
            (
                admission(5 * n + 1, **where),
                admission(5 * n + 2, national_id=D_NUMBER, **where),
                discharge(5 * n + 3, **where),
                discharge(5 * n + 4, national_id=D_NUMBER, **where),
                discharge(5 * n + 5, status="C", parent=5 * n + 4, national_id=D_NUMBER, **where),
            )
        ):
            await inbox.receive(message, transport="test", name=f"{n}-{m}.xml")
    assert await inbox.work(100) == 25
    assert await house.post.counts() == {"accepted": 25}
    assert len(house.sent) == 25
    stays = await house.all("Encounter", patient="astrid")
    assert [s["status"] for s in stays] == ["finished"] * 5
    stays = await house.all("Encounter", patient="ola")
    assert [s["status"] for s in stays] == ["in-progress"] * 5


async def test_one_that_fails_is_tried_again_and_holds_nobody_back(house: PostHouse) -> None:
    inbox = house.inbox()
    for n in range(3):
        await inbox.receive(admission(n + 1, ward=f"Avdeling {n}"), transport="test", name=f"{n}.xml")

    async def refused(name: str, content: bytes) -> None:
        if not house.sent:
            house.sent.append(("", b""))
            raise OSError
        await house.send(name, content)

    assert await house.inbox(send=refused).work() == 3
    assert await house.post.counts() == {"accepted": 2, "retry": 1}
    house.later(60)
    assert await inbox.work() == 1
    assert await house.post.counts() == {"accepted": 3}
