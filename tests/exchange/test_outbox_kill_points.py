"""Killed after every single step of sending and of taking a receipt, one after the other, over real PostgreSQL and record.

A kill is an exception that no handler of ours catches, at the n-th call to the tables, the record or the transport; what was
written before stays, as it does when a process dies. Then another worker takes over after the lease.
"""

from datetime import timedelta
from typing import Any

import pytest

from akson.app.cast import HOUSES
from akson.exchange.inbox.directory import Directory
from akson.exchange.ledger.ledger import read_ledger
from akson.exchange.outbox.desk import RecordDesk
from akson.exchange.outbox.outbox import LEASE_S, Outbox
from akson.exchange.transport.contract import Handed, Parcel
from akson.store.ledger import LedgerStore
from akson.store.outbox import OutboxStore
from akson.store.outbox_rows import Asked, Because
from akson.world import SystemRandom
from tests.exchange.conftest import PostHouse
from tests.exchange.outbox.conftest import letter
from tests.exchange.outbox.test_in_the_record import COMMUNICATION
from tests.exchange.test_kill_points import Killed

pytestmark = pytest.mark.crash
STEPS_MAX = 200


class Doomed:
    """Passes every call on, and dies before or after the n-th."""

    def __init__(self, inner: Any, step: Any) -> None:
        self._inner = inner
        self._step = step

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)

        async def watched(*args: Any, **more: Any) -> Any:
            self._step()
            answer = await found(*args, **more)
            self._step()
            return answer

        return watched


class Scene:
    def __init__(self, house: PostHouse, store: OutboxStore) -> None:
        self.house = house
        self.store = store
        self.came: list[Parcel] = []
        self.left = 0
        self.name = "ebxml"

    async def send(self, parcel: Parcel) -> Handed:
        self.step()
        self.came.append(parcel)
        self.step()
        return Handed("r")

    def step(self) -> None:
        self.left -= 1
        if self.left == 0:
            raise Killed

    def outbox(self, at: int) -> Outbox:
        """One that dies at its n-th step; never, at 0."""
        self.left = at
        desk = Doomed(
            RecordDesk(Directory(self.house.record, tuple(HOUSES), {}), self.house.clock), self.step
        )
        return Outbox(
            Doomed(self.store, self.step),  # type: ignore[arg-type]
            lambda row: self,  # type: ignore[arg-type, return-value]
            desk,  # type: ignore[arg-type]
            clock=self.house.clock,
            random=SystemRandom(),
        )

    async def commit(self, id: str) -> None:
        from akson.access.actor import PurposeOfUse
        from akson.app.cast import CAST
        from akson.record.values import Change

        change = Change("PUT", "Communication", id=id, resource={**COMMUNICATION, "id": id})
        await self.house.record.open(CAST["system"], PurposeOfUse.OPERATIONS).commit([change])


async def life(scene: Scene, number: int, outbox: Outbox) -> None:
    """Draft, commit, sent, acknowledged, overdue with an item, answered with no, closed by a person."""
    told = letter(number)
    await outbox.prepare([told], Because("Communication", f"u{number}"))
    await scene.commit(f"u{number}")
    await to_rest(outbox)
    await outbox.acknowledged(scene.came[-1].id)
    scene.house.later(25 * 3600)
    await to_rest(outbox)
    await outbox.received_receipt(
        f"no {number}".encode(),
        receipt_id="r",
        msg_id=told.msg_id,
        sender="990202",
        status="2",
        codes=("E36",),
    )
    await to_rest(outbox)


async def to_rest(outbox: Outbox) -> None:
    while await outbox.work():
        pass


async def test_a_kill_at_any_step_leaves_one_whole_message(house: PostHouse) -> None:
    store = await OutboxStore.open(house.dsn, clock=house.clock)
    books = await LedgerStore.open(house.dsn, clock=house.clock)
    scene = Scene(house, store)
    killed = 0
    for at in range(1, STEPS_MAX):
        try:
            await life(scene, at, scene.outbox(at))
        except Killed:
            killed += 1
        else:
            break
        house.clock.advance(timedelta(seconds=LEASE_S + 1))
        # Whoever was at it tries once more, and comes to the end.
        await life(scene, at, scene.outbox(0))
        ids = {parcel.id for parcel in scene.came if parcel.msg_id == letter(at).msg_id}
        assert len(ids) == 1, f"killed at step {at}: {len(ids)} ids"
    else:
        pytest.fail("a life takes more steps than this test has")
    assert killed > 40
    rows = await store.listed(Asked(limit=1000))
    assert len(rows) == at and {row.sending.state for row in rows} == {"negative"}
    for row in rows:
        told = [event.state for event in await store.events(row.id)]
        assert told.count("draft") == told.count("queued") == told.count("negative") == 1, told
        assert len(await store.receipts(row.id)) == 1
    tasks = await house.all("Task")
    named = [t for t in tasks if t["status"] == "requested"]
    assert len(named) == at and {t["code"]["text"] for t in named} == {"Melding avvist av mottaker"}
    ledger = await read_ledger(books)
    assert ledger.words == "0 uredegjort", ledger.differences
    await books.close()
    await store.close()
