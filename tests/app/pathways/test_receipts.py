"""A refused report opens its step again: the real record, the real outbox, the letter that the house builds itself."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

import pytest
import pytest_asyncio

from akson.access.actor import PurposeOfUse
from akson.app.cast import CAST, HOUSES
from akson.app.letters import HouseLetters
from akson.app.pathways.follower import Follower
from akson.app.pathways.receipts import receipts_of
from akson.care.pathway import said
from akson.care.pathway.effects import STEP_KEY
from akson.care.pathway.said import Receipt
from akson.exchange.building.writing import Wish, Writing
from akson.exchange.inbox.directory import Directory
from akson.exchange.outbox.desk import RecordDesk
from akson.exchange.outbox.outbox import Outbox
from akson.fhir.codec.json import encode
from akson.record.values import Change
from akson.store.outbox import OutboxStore
from akson.world import SystemRandom
from tests.exchange import conftest as post
from tests.exchange.building.conftest import MSG_ID, STAGE, people, words
from tests.exchange.conftest import PostHouse
from tests.exchange.outbox.conftest import Carrier
from tests.exchange.samples import admission

house, moulds = post.house, post.moulds
HOSPITAL = "990202"
REPORT = Wish("INNLEGGELSESRAPPORT", "astrid", HOSPITAL, words=words("INNLEGGELSESRAPPORT"), msg_id=MSG_ID)


@dataclass
class Town:
    house: PostHouse
    store: OutboxStore
    outbox: Outbox
    follower: Follower
    row: int = 0

    async def settle(self) -> None:
        for _ in range(50):
            if not await self.follower.round():
                return
        raise AssertionError("the follower never comes to rest")

    async def send(self) -> str:
        """The admission report, handed over: `Communication/…`."""
        session = self.house.record.open(CAST["ida"], PurposeOfUse.TREATMENT)
        writing = Writing(session, at=self.house.clock.now())
        sent = await writing.send(await writing.draft(REPORT), self.outbox, confirmed=True)
        await self.outbox.work()
        self.row = sent.rows[0]
        return sent.communication

    async def answered(self, status: str, n: int = 1) -> None:
        await self.outbox.received_receipt(
            f"<AppRec n='{n}'/>{status}".encode(),
            receipt_id=f"r-{n}", msg_id=MSG_ID, sender=HOSPITAL, status=status, codes=() if status == "1" else ("E35",),
        )  # fmt: skip

    async def step(self, rule: str) -> str:
        """Status of the one Task of a rule; "" while there is none."""
        found = [
            str(t["status"])
            for t in await self.house.all("Task")
            for i in t.get("identifier", ())
            if i["system"] == STEP_KEY and i["value"].split("|")[1] == rule
        ]
        assert len(found) <= 1
        return found[0] if found else ""

    async def notices(self) -> list[str]:
        """Status of the post's items for the admission."""
        return [
            str(t["status"])
            for t in await self.house.all("Task")
            if any(c.get("code") == "admission-notice" for c in t["code"].get("coding", ()))
        ]

    async def receipts(self) -> dict[str, Receipt]:
        return await receipts_of(self.store, await self.house.all("Communication", patient="Patient/astrid"))

    async def on_screens(self) -> Mapping[str, Receipt]:
        letters = HouseLetters(self.outbox, self.store, clock=self.house.clock, random=SystemRandom())
        return await letters.receipts(await self.house.all("Communication", patient="Patient/astrid"))


@pytest_asyncio.fixture(loop_scope="session")
async def town(house: PostHouse) -> AsyncIterator[Town]:
    store = await OutboxStore.open(house.dsn, clock=house.clock)
    desk = RecordDesk(Directory(house.record, tuple(HOUSES), {}), house.clock)
    carrier = Carrier()
    outbox = Outbox(store, lambda row: carrier, desk, clock=house.clock, random=SystemRandom())
    changes = [
        Change("PUT", r["resourceType"], id=r["id"], body=encode(r))
        for r in [*STAGE.values(), *people()["astrid"].resources]
    ]
    await house.record.open(CAST["system"], PurposeOfUse.OPERATIONS).commit(changes)
    await house.take(admission())
    made = Town(house, store, outbox, Follower(house.record, (1,), clock=house.clock, outbox=store))
    await made.settle()
    yield made
    await store.close()


async def test_a_refused_report_opens_its_step_again(town: Town) -> None:
    assert await town.notices() == ["requested"]  # the post's own item is the step's while it stands
    sent = await town.send()
    await town.settle()
    assert await town.receipts() == {}
    assert await town.notices() == ["completed"] and await town.step("admission-report") == ""
    await town.answered("2")
    await town.settle()
    assert (await town.receipts())[sent] == Receipt(said.REFUSED, town.house.clock.now())
    assert await town.step("admission-report") == "requested"


async def test_a_confirmed_report_is_done_and_stays_so(town: Town) -> None:
    sent = await town.send()
    await town.answered("1")
    await town.settle()
    assert (await town.receipts())[sent].state == said.CONFIRMED
    town.house.clock.advance(timedelta(days=1))
    await town.settle()
    assert (
        await town.step("admission-report") != "requested"
        and await town.step("sent-confirmed") != "requested"
    )


async def test_no_receipt_in_time_is_somebodys_until_it_comes(town: Town) -> None:
    sent = await town.send()
    town.house.clock.advance(timedelta(hours=25))
    await town.outbox.work()
    await town.settle()
    assert (await town.receipts())[sent].state == said.OVERDUE
    assert await town.on_screens() == await town.receipts()
    assert (
        await town.step("sent-confirmed") == "requested"
        and await town.step("admission-report") != "requested"
    )
    await town.answered("1")
    await town.settle()
    assert await town.step("sent-confirmed") == "completed"


async def test_what_a_person_took_care_of_is_not_asked_for_again(town: Town) -> None:
    sent = await town.send()
    town.house.clock.advance(timedelta(hours=25))
    await town.outbox.work()
    await town.outbox.close(town.row, by="Ida", note="Ringt")
    await town.settle()
    assert (await town.receipts())[sent].state == said.SETTLED
    assert await town.step("sent-confirmed") != "requested"


async def test_one_statement_for_many_and_nothing_for_what_came_in(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    await town.send()
    asked: list[int] = []
    fates = town.store.fates

    async def counted(ids):
        asked.append(1)
        return await fates(ids)

    monkeypatch.setattr(town.store, "fates", counted)
    every = await town.house.all("Communication", patient="Patient/astrid")
    assert len(every) > 1
    assert await receipts_of(town.store, [c for c in every if c.get("received")]) == {}
    await receipts_of(town.store, every)
    assert len(asked) == 2
