"""What transports bring besides messages that are as they should be: everything becomes a receipt or somebody's item."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from akson.app.cast import HOUSES
from akson.app.posting.alarms import Alarms
from akson.app.posting.arrivals import Arrivals
from akson.exchange.inbox.directory import Directory
from akson.exchange.inbox.pipeline import Inbox
from akson.exchange.outbox.desk import RecordDesk
from akson.exchange.outbox.outbox import Outbox
from akson.exchange.outbox.receipts_in import ReceiptsIn
from akson.exchange.transport.contract import Arrival, Handed, Kind
from akson.store.outbox import OutboxStore
from akson.world import SystemRandom
from tests.exchange.conftest import PostHouse
from tests.exchange.outbox.conftest import Carrier, letter
from tests.exchange.outbox.test_receipts import answer
from tests.exchange.samples import admission, receipt


@dataclass
class Stage:
    house: PostHouse
    arrivals: Arrivals
    inbox: Inbox
    outbox: Outbox
    store: OutboxStore
    alarms: Alarms

    async def items(self) -> list[tuple[str, str]]:
        return [(t["status"], t["description"]) for t in await self.house.all("Task")]


@pytest_asyncio.fixture(loop_scope="session")
async def stage(house: PostHouse, tmp_path) -> AsyncIterator[Stage]:  # type: ignore[no-untyped-def]
    store = await OutboxStore.open(house.dsn, clock=house.clock)
    directory = Directory(house.record, tuple(HOUSES), {})
    carrier = Carrier("edi20", says=lambda parcel: Handed("server-1"))
    outbox = Outbox(
        store,
        lambda row: carrier,
        RecordDesk(directory, house.clock),
        clock=house.clock,
        random=SystemRandom(),
    )
    inbox = house.inbox(receipts_in=ReceiptsIn(outbox))
    alarms = Alarms(tmp_path, directory, clock=house.clock)
    arrivals = Arrivals(house.post, inbox, outbox, alarms.tell, clock=house.clock)
    yield Stage(house, arrivals, inbox, outbox, store, alarms)
    await store.close()


async def test_the_sealed_bytes_are_kept_beside_the_document(stage: Stage) -> None:
    arrival = Arrival(
        "m1", Kind.MESSAGE, b"sealed", admission(1), name="LOG_INNLAGT", sender="990202", receiver="990002"
    )
    for _ in range(2):
        assert await stage.arrivals.keep("ebxml", arrival)
    await stage.inbox.work()
    [item] = await stage.house.post.listed(("accepted",))
    assert item.original == admission(1) and await stage.house.post.sealed(item) == b"sealed"
    assert await stage.house.post.came_by("990202", item.msg_id or "") == ("ebxml", "m1", "990002")
    assert receipt(stage.house.sent[0][1]).accepted


@pytest.mark.parametrize("code", ["S01", "S02", "S03", "E10"])
async def test_what_cannot_be_believed_is_refused_and_does_not_stand_in_the_way(
    stage: Stage, code: str
) -> None:
    forged = Arrival(
        "m1#x", Kind.MESSAGE, b"sealed", admission(1), sender="990202", problem=code, note="Odd."
    )
    assert await stage.arrivals.keep("ebxml", forged)
    await stage.inbox.work()
    said = receipt(stage.house.sent[0][1])
    assert (said.status, [e.v for e in said.errors]) == ("2", [code])
    [(status, words)] = await stage.items()
    assert status == "requested" and "Odd." in words and "Avsender er varslet" in words
    assert not await stage.house.all("Communication")
    await stage.arrivals.keep(
        "ebxml", Arrival("m1", Kind.MESSAGE, b"sealed", admission(1), name="LOG_INNLAGT")
    )
    await stage.inbox.work()
    assert receipt(stage.house.sent[1][1]).accepted and len(await stage.house.all("Communication")) == 1


async def test_what_cannot_be_opened_is_an_item_without_a_receipt(stage: Stage) -> None:
    assert await stage.arrivals.keep(
        "edi20", Arrival("x", Kind.MESSAGE, b"\0\1", problem="T01", note="Ingen.")
    )
    await stage.inbox.work()
    [(status, words)] = await stage.items()
    assert status == "requested" and "kan ikke leses" in words and not stage.house.sent


async def test_a_receipt_that_cannot_be_believed_confirms_nothing(stage: Stage) -> None:
    [row] = await stage.outbox.queue(letter(1))
    await stage.outbox.work()
    told = answer(admission(1))
    await stage.arrivals.keep("ebxml", Arrival("r", Kind.MESSAGE, told, told, problem="S01"))
    await stage.inbox.work()
    kept = await stage.store.get(row)
    assert kept is not None and kept.sending.state == "sent" and len(await stage.items()) == 1


async def test_an_acknowledgement_by_the_transports_own_id(stage: Stage) -> None:
    [row] = await stage.outbox.queue(letter(1))
    await stage.outbox.work()
    assert await stage.arrivals.keep("edi20", Arrival("n", Kind.ACKNOWLEDGED, b"a", refers_to="server-1"))
    kept = await stage.store.get(row)
    assert kept is not None and kept.sending.state == "transport_ok"


async def test_one_about_nothing_of_ours_waits_a_minute_and_is_then_somebodys(stage: Stage) -> None:
    strange = Arrival("n", Kind.ACKNOWLEDGED, b"a", refers_to="server-9")
    assert not await stage.arrivals.keep("edi20", strange)
    stage.house.later(61)
    assert (
        await stage.arrivals.keep("edi20", strange) and await stage.arrivals.keep("edi20", strange) is False
    )
    refused = Arrival("o", Kind.REFUSED, b"a", note="Avvist.")
    assert await stage.arrivals.keep("edi20", refused) and await stage.arrivals.keep("edi20", refused)
    assert len(await stage.items()) == 2


async def test_an_alarm_is_told_once_and_ends_when_it_is_over(stage: Stage) -> None:
    for _ in range(2):
        await stage.alarms.stand({"down|edi20": "edi20 svarer ikke."}, of="down|")
    assert await stage.items() == [("requested", "edi20 svarer ikke.")]
    await stage.alarms.stand({}, of="silent|")
    await stage.alarms.stand({}, of="down|")
    assert await stage.items() == [("completed", "edi20 svarer ikke.")]
