"""An outbox over either memory, and a transport that does what the test says."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from akson.exchange.outbox.outbox import Letter, Outbox
from akson.exchange.transport.contract import Handed, Parcel
from akson.store.migrate import migrate
from akson.store.outbox import OutboxStore
from akson.store.outbox_rows import KeptReceipt, OutboxRow
from akson.world import FixedClock, SeededRandom
from tests.exchange.worlds.memory import MemoryOutbox

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)


@dataclass
class Carrier:
    """`says` answers each parcel: a Handed, or an exception to raise."""

    name: str = "ebxml"
    says: Callable[[Parcel], Any] = lambda parcel: Handed("r")
    carried: list[Parcel] = field(default_factory=list)

    async def send(self, parcel: Parcel) -> Handed:
        self.carried.append(parcel)
        said = self.says(parcel)
        if isinstance(said, BaseException):
            raise said
        return said


@dataclass
class ListDesk:
    """Items as a list: open ones by row, and how often each call came."""

    open: dict[int, str] = field(default_factory=dict)
    receipts: list[int] = field(default_factory=list)

    async def give(self, row: OutboxRow, receipts: Any) -> str:
        self.open[row.id] = row.sending.state
        return f"item-{row.id}"

    async def release(self, row: OutboxRow) -> None:
        self.open.pop(row.id, None)

    async def give_receipt(self, receipt: KeptReceipt, row: OutboxRow | None) -> str:
        self.receipts.append(receipt.id)
        return f"receipt-{receipt.id}"


@dataclass
class Office:
    store: Any
    clock: FixedClock
    commit: Callable[[str, str], Awaitable[None]]
    carrier: Carrier = field(default_factory=Carrier)
    desk: ListDesk = field(default_factory=ListDesk)

    def __post_init__(self) -> None:
        self.outbox = Outbox(
            self.store, lambda row: self.carrier, self.desk, clock=self.clock, random=SeededRandom(1)
        )

    async def row(self, id: int) -> OutboxRow:
        row = await self.store.get(id)
        assert row is not None
        return row

    async def state(self, id: int) -> str:
        return (await self.row(id)).sending.state

    async def story(self, id: int) -> list[str]:
        return [event.state for event in await self.store.events(id)]

    async def answer(self, letter: Letter, receiver: str, status: str = "1", n: int = 1, **more: Any) -> str:
        return await self.outbox.received_receipt(
            f"<AppRec n='{n}'/>{status}".encode(),
            receipt_id=f"r-{n}",
            msg_id=letter.msg_id,
            sender=receiver,
            status=status,
            **more,
        )


def letter(number: int = 1, *receivers: str, **more: Any) -> Letter:
    told = {
        "tenant": 1,
        "msg_id": f"00000000-0000-4000-8000-{number:012}",
        "sender": "990002",
        "receivers": receivers or ("990202",),
        "type": "DIALOG_SVAR",
        "document": f"<MsgHead n='{number}'/>".encode(),
        "generated_at": NOW,
    }
    return Letter(**{**told, **more})


@pytest_asyncio.fixture(params=["memory", "postgresql"], loop_scope="session")
async def office(request: pytest.FixtureRequest, database: str) -> AsyncIterator[Office]:
    clock = FixedClock(NOW)
    if request.param == "memory":
        memory = MemoryOutbox(clock)

        async def commits(type: str, id: str) -> None:
            memory.commits.add((type, id))

        yield Office(memory, clock, commits)
        return
    store = await OutboxStore.open(database, clock=clock)
    connection = await asyncpg.connect(database)
    await migrate(connection, "record")

    async def commit(type: str, id: str) -> None:
        sql = (
            "insert into record.change_event (tenant, at, types, ids, versions) values (1, now(), $1, $2, $3)"
        )
        await connection.execute(sql, [type], [id], [1])

    yield Office(store, clock, commit)
    await connection.close()
    await store.close()
