"""With the real record beside: the commit queues, and what is not done is a Task with an owner."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest_asyncio

from akson.access.actor import PurposeOfUse
from akson.app.cast import CAST, HOUSES
from akson.exchange.inbox.directory import Directory
from akson.exchange.outbox.desk import RecordDesk
from akson.exchange.outbox.naming import communication_id
from akson.exchange.outbox.outbox import Outbox
from akson.fhir.problem import Problem
from akson.record.values import Change
from akson.store.outbox import OutboxStore
from akson.store.outbox_rows import Because
from akson.world import SystemRandom
from tests.exchange.conftest import PostHouse
from tests.exchange.outbox.conftest import Carrier, letter

COMMUNICATION = {
    "resourceType": "Communication",
    "status": "preparation",
    "subject": {"reference": "Patient/astrid"},
}


@dataclass
class Sending:
    house: PostHouse
    store: OutboxStore
    outbox: Outbox
    carrier: Carrier

    async def commit(self, id: str, **more: object) -> None:
        change = Change("POST", "Communication", resource={**COMMUNICATION, **more}, given_id=id)
        await self.house.record.open(CAST["system"], PurposeOfUse.OPERATIONS).commit([change])

    async def tasks(self) -> list[tuple[str, str, str]]:
        """(title, owner, status) of the outbox's items."""
        return [(t["code"]["text"], t["owner"]["display"], t["status"]) for t in await self.house.all("Task")]


@pytest_asyncio.fixture(loop_scope="session")
async def sending(house: PostHouse) -> AsyncIterator[Sending]:
    store = await OutboxStore.open(house.dsn, clock=house.clock)
    carrier = Carrier()
    desk = RecordDesk(Directory(house.record, tuple(HOUSES), {}), house.clock)
    outbox = Outbox(store, lambda row: carrier, desk, clock=house.clock, random=SystemRandom())
    yield Sending(house, store, outbox, carrier)
    await store.close()


async def test_the_commit_queues_and_a_refused_commit_does_not(sending: Sending) -> None:
    [first] = await sending.outbox.prepare([letter(1)], Because("Communication", "utgaaende-1"))
    [second] = await sending.outbox.prepare([letter(2)], Because("Communication", "utgaaende-2"))
    await sending.commit("utgaaende-1")
    try:
        await sending.commit("utgaaende-2", status="no such status")
    except Problem as refused:
        assert refused.id == "AKS-RECORD-021"
    await sending.outbox.work()
    assert (await sending.store.get(first)).sending.state == "sent"  # type: ignore[union-attr]
    assert (await sending.store.get(second)).sending.state == "draft"  # type: ignore[union-attr]
    assert len(sending.carrier.carried) == 1


async def test_the_one_unit_that_has_the_patient_sees_to_it(sending: Sending) -> None:
    """The service sends; those who nurse her, and wrote it, have the item in their own worklist."""
    told = letter(7)
    id = communication_id(1, told.sender, told.msg_id)
    care = {
        "resourceType": "EpisodeOfCare",
        "id": "astrid-hjelp",
        "status": "active",
        "patient": {"reference": "Patient/astrid"},
        "managingOrganization": {"reference": "Organization/hjemmetjenesten-ost"},
    }
    # Another service has her case too: it did not send this.
    case = {
        **care,
        "id": "astrid-sak",
        "managingOrganization": {"reference": "Organization/storvik-saksbehandling"},
    }
    system = sending.house.record.open(CAST["system"], PurposeOfUse.OPERATIONS)
    await system.commit([Change("PUT", "EpisodeOfCare", id=str(c["id"]), resource=c) for c in (care, case)])
    await sending.outbox.prepare([told], Because("Communication", id))
    await sending.commit(id)
    await sending.outbox.work()
    sending.house.later(25 * 3600)
    await sending.outbox.work()
    await sending.outbox.work()
    [(_, owner, status)] = await sending.tasks()
    assert (owner, status) == ("Hjemmetjenesten Øst", "requested")
    (task,) = await sending.house.all("Task")
    assert "astrid" not in str(task).casefold(), "whose it is, the item tells nobody"


async def test_what_is_not_done_is_the_sending_units_until_a_receipt_comes(sending: Sending) -> None:
    told = letter(1)
    await sending.outbox.queue(told)
    await sending.outbox.work()
    sending.house.later(25 * 3600)
    await sending.outbox.work()
    await sending.outbox.work()
    [(title, owner, status)] = await sending.tasks()
    assert (title, status) == ("Melding ikke bekreftet", "requested") and owner == "Sykepleietjeneste"
    await sending.outbox.received_receipt(
        b"<no/>", receipt_id="r", msg_id=told.msg_id, sender="990202", status="2", codes=("E36",)
    )
    await sending.outbox.work()
    task = next(t for t in await sending.house.all("Task") if t["status"] == "requested")
    assert (
        task["code"]["text"] == "Melding avvist av mottaker"
        and "Rett pasientopplysningene" in task["description"]
    )
    await sending.outbox.close(1, by="Mats")
    await sending.outbox.work()
    assert {status for _, _, status in await sending.tasks()} == {"completed"}


async def test_a_sender_the_record_does_not_know_leaves_it_to_the_message_officer(sending: Sending) -> None:
    await sending.outbox.queue(letter(1, sender="123456"))
    await sending.outbox.received_receipt(
        b"<no/>", receipt_id="r", msg_id=letter(9).msg_id, sender="990202", status="1"
    )
    sending.house.later(25 * 3600)
    await sending.outbox.work()
    await sending.outbox.work()
    assert sorted(await sending.tasks()) == [
        ("Kvittering uten melding", "Mats Eide", "requested"),
        ("Melding ikke bekreftet", "Mats Eide", "requested"),
    ]


async def test_a_slower_hand_cannot_open_an_item_that_has_ended(sending: Sending) -> None:
    [id] = await sending.outbox.queue(letter(1))
    await sending.outbox.work()
    sending.house.later(25 * 3600)
    await sending.outbox.find_overdue()
    [seen] = await sending.store.owing(5)
    await sending.outbox.received_receipt(
        b"<ok/>", receipt_id="r", msg_id=letter(1).msg_id, sender="990202", status="1"
    )
    await sending.outbox.give_owners()
    desk = RecordDesk(Directory(sending.house.record, tuple(HOUSES), {}), sending.house.clock)
    await desk.give(seen, ())
    assert [status for _, _, status in await sending.tasks()] == ["completed"], id
