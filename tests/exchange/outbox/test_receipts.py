"""Receipts both ways, as real XML through the real inbox: what answers our messages, and what we answer."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest_asyncio

from akson.app.cast import HOUSES
from akson.app.posting.arrivals import Arrivals
from akson.exchange.envelope import apprec
from akson.exchange.envelope.apprec import AppRecError
from akson.exchange.envelope.values import Receiver
from akson.exchange.inbox.directory import Directory
from akson.exchange.inbox.pipeline import Inbox, Outcome
from akson.exchange.opening import open_message
from akson.exchange.outbox.desk import RecordDesk
from akson.exchange.outbox.outbox import Letter, Outbox
from akson.exchange.outbox.receipts_in import ReceiptsIn
from akson.exchange.outbox.receipts_out import ReceiptsOut
from akson.exchange.transport.contract import Arrival, Handed, Kind, Unreachable
from akson.store.outbox import OutboxStore
from akson.store.outbox_rows import Asked
from akson.world import SystemRandom
from tests.exchange.conftest import PostHouse
from tests.exchange.outbox.conftest import NOW, Carrier
from tests.exchange.samples import admission


def answer(message: bytes, receiver: int = 0, *codes: str, number: int = 1) -> bytes:
    """What the receiver's system says about the message."""
    envelope = open_message(message).envelope
    assert envelope is not None
    to: Receiver = envelope.receivers[receiver]
    made = "2026-11-24T09:05:00+01:00"
    id = f"00000000-0000-4000-9000-{number:012}"
    errors = [AppRecError(code) for code in codes]
    return apprec.build(envelope, to, errors, id=id, made=made, version="1", received=made)


@dataclass
class Office:
    house: PostHouse
    store: OutboxStore
    outbox: Outbox
    inbox: Inbox
    carrier: Carrier

    async def take(self, content: bytes, name: str) -> Outcome:
        id = await self.inbox.receive(content, transport="test", name=name)
        while await self.inbox.work():
            pass
        return await self.inbox.outcome(id)

    async def sent(self, message: bytes) -> int:
        """Its number, once on its way from the other end of the stage: that end's own outbox."""
        envelope = open_message(message).envelope
        assert envelope is not None
        [receiver] = [r.party.her for r in envelope.receivers]
        [id] = await self.outbox.queue(
            Letter(1, envelope.msg_id, envelope.sender.her, (receiver,), envelope.type.v, message, NOW)
        )
        await self.outbox.work()
        return id

    async def state(self, id: int) -> str:
        row = await self.store.get(id)
        assert row is not None
        return row.sending.state

    async def items(self) -> list[tuple[str, str]]:
        return [(t["code"]["text"], t["status"]) for t in await self.house.all("Task")]


@pytest_asyncio.fixture(loop_scope="session")
async def office(house: PostHouse) -> AsyncIterator[Office]:
    store = await OutboxStore.open(house.dsn, clock=house.clock)
    carrier = Carrier(name="folder")
    directory = Directory(house.record, tuple(HOUSES), {})
    outbox = Outbox(
        store,
        lambda row: carrier,
        RecordDesk(directory, house.clock),
        clock=house.clock,
        random=SystemRandom(),
    )
    out = ReceiptsOut(outbox, directory, house.send, clock=house.clock)
    inbox = house.inbox(send=out.send, receipts_in=ReceiptsIn(outbox))
    yield Office(house, store, outbox, inbox, carrier)
    await store.close()


async def test_a_positive_receipt_confirms_and_is_kept_with_its_bytes(office: Office) -> None:
    id = await office.sent(admission())
    said = answer(admission())
    assert (await office.take(said, "k.xml")).state == "accepted"
    assert await office.state(id) == "done"
    [kept] = await office.store.receipts(id)
    assert await office.store.receipt_original(kept.id) == said
    assert (await office.take(said, "igjen.xml")).state == "duplicate"
    assert not await office.items() and len(await office.store.receipts(id)) == 1


async def test_a_negative_receipt_is_an_item_that_says_what_to_do(office: Office) -> None:
    id = await office.sent(admission())
    await office.take(answer(admission(), 0, "E36"), "k.xml")
    assert await office.state(id) == "negative"
    await office.outbox.work()
    [task] = await office.house.all("Task")
    assert "Rett pasientopplysningene" in task["description"] and "E36" in task["description"]
    assert "Astrid" not in str(task)


async def test_two_receipts_that_differ_are_an_alarm_and_the_first_counts(office: Office) -> None:
    id = await office.sent(admission())
    await office.take(answer(admission()), "k.xml")
    await office.take(answer(admission(), 0, "E21", number=2), "k2.xml")
    assert await office.state(id) == "done"
    await office.outbox.work()
    assert await office.items() == [("To ulike kvitteringer", "requested")]


async def test_a_receipt_for_nothing_of_ours_is_an_item(office: Office) -> None:
    await office.take(answer(admission(77)), "k.xml")
    await office.outbox.work()
    assert await office.items() == [("Kvittering uten melding", "requested")]


async def test_a_receipt_nobody_can_use_is_an_item_and_is_not_answered(office: Office) -> None:
    broken = answer(admission()).replace(b'V="1"', b'V="9"')
    outcome = await office.take(broken, "k.xml")
    assert (outcome.state, outcome.receipts) == ("refused", ()) and len(await office.items()) == 1
    assert not office.carrier.carried


async def test_our_receipt_goes_through_the_outbox_and_again_when_asked(office: Office) -> None:
    outcome = await office.take(admission(), "a.xml")
    assert [p.document.decode() for p in office.carrier.carried] == [r.content for r in outcome.receipts]
    [row] = await office.store.listed(Asked(type="APPREC"))
    assert (row.sending.state, row.receiver, row.sender) == ("done", "990202", "990002")
    await office.take(admission(), "b.xml")
    first, again = office.carrier.carried
    assert (first.msg_id, first.document) == (again.msg_id, again.document) and first.id != again.id
    assert len(await office.store.listed(Asked(type="APPREC"))) == 1


async def test_a_receipt_of_ours_that_does_not_get_out_is_somebodys(office: Office) -> None:
    def nobody(parcel: Any) -> Any:
        return Unreachable("nobody there")

    office.carrier.says = nobody
    assert (await office.take(admission(), "a.xml")).state == "accepted"
    for _ in range(8):
        office.house.clock.advance(timedelta(hours=8))
        await office.outbox.work()
    [row] = await office.store.listed(Asked(type="APPREC"))
    assert row.sending.state == "failed" and ("Melding ikke sendt", "requested") in await office.items()


async def test_what_a_transport_fetches_finds_its_place(office: Office) -> None:
    async def nobody(seed: str, words: str) -> None:
        raise AssertionError(words)

    office.carrier.name = "ebxml"
    both = Arrivals(office.house.post, office.inbox, office.outbox, nobody, clock=office.house.clock)
    office.carrier.says = lambda parcel: Handed("r")
    first, second = await office.sent(admission(1)), await office.sent(admission(2))
    a, b = (parcel.id for parcel in office.carrier.carried)
    await both.keep("ebxml", Arrival("1", Kind.ACKNOWLEDGED, b"<ack/>", refers_to=a))
    await both.keep("ebxml", Arrival("2", Kind.REFUSED, b"<error/>", refers_to=b, problem="S02"))
    assert [await office.state(id) for id in (first, second)] == ["transport_ok", "failed"]
    said = answer(admission(1))
    await both.keep("ebxml", Arrival("3", Kind.MESSAGE, said, said, name="k"))
    while await office.inbox.work() + await office.outbox.work():
        pass
    assert await office.state(first) == "done" and ("Melding ikke sendt", "requested") in await office.items()
