"""The post's own tables: originals, receipts and what happened to them. What states mean is the exchange's business.

Source: research on message reliability (inbox with lease and fence, one receipt per receiver, append-only events).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import asyncpg

from akson.fhir.problem import Problem, ProblemKind
from akson.store.connections import pool
from akson.store.migrate import migrate
from akson.world import Clock

_FIELDS = frozenset(
    {"tenant", "sender_her", "msg_id", "type", "function", "conversation", "patient_ids", "duplicate_of",
     "problem", "retry_at"}
)  # fmt: skip

_LEASE = """
update post.inbox set fence = fence + 1, attempts = attempts + 1, lease_until = $2
where id in (
    select id from post.inbox
    where waiting and (lease_until is null or lease_until < $1) and (retry_at is null or retry_at <= $1)
    order by id limit $3 for update skip locked
)
returning *
"""


@dataclass(frozen=True, slots=True)
class InboxItem:
    """One arrived original and how far its handling has come.

    InboxItem(id=7, transport='folder', name='innlagt.xml@…', state='accepted', sender_her='990202', msg_id='6f0c…', …)
    """

    id: int
    transport: str
    name: str
    digest: bytes
    original: bytes
    received_at: datetime
    state: str
    waiting: bool
    tenant: int | None
    sender_her: str
    msg_id: str
    type: str
    function: str
    conversation: str
    patient_ids: tuple[str, ...]
    duplicate_of: int | None
    problem: str
    attempts: int
    fence: int


@dataclass(frozen=True, slots=True)
class StoredReceipt:
    """The answer to one receiver's copy: `status` is the AppRec status code; `receiver` the address answered for."""

    receiver: str
    status: str
    original: bytes
    delivered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PostEvent:
    at: datetime
    state: str
    note: str


class PostStore:
    def __init__(self, connections: asyncpg.Pool, clock: Clock) -> None:
        self._pool = connections
        self._clock = clock

    @classmethod
    async def open(cls, dsn: str, *, clock: Clock, pool_size: int = 4) -> "PostStore":
        connections = await pool(dsn, size=pool_size)
        async with connections.acquire() as connection:
            await migrate(connection, "post")
        return cls(connections, clock)

    async def close(self) -> None:
        await self._pool.close()

    async def receive(self, original: bytes, *, transport: str, name: str) -> int:
        """Stores an original and returns its inbox id; the same bytes under the same name are the same arrival."""
        digest = hashlib.sha256(original).digest()
        now = self._clock.now()
        async with self._pool.acquire() as connection, connection.transaction():
            made = await connection.fetchval(
                "insert into post.inbox (transport, name, digest, original, received_at) values ($1, $2, $3, $4, $5)"
                " on conflict (transport, name, digest) do nothing returning id",
                transport, name, digest, original, now,
            )  # fmt: skip
            if made is None:
                return await connection.fetchval(
                    "select id from post.inbox where transport = $1 and name = $2 and digest = $3",
                    transport, name, digest,
                )  # fmt: skip
            await _event(connection, made, now, "received", "")
        return made

    async def lease(self, limit: int, *, seconds: int = 30) -> list[InboxItem]:
        """Takes up to `limit` items that wait for work, oldest first; nobody else gets them until the lease runs out."""
        now = self._clock.now()
        rows = await self._pool.fetch(_LEASE, now, now + timedelta(seconds=seconds), limit)
        return sorted((_item(row) for row in rows), key=lambda item: item.id)

    async def release(self) -> int:
        """Ends every lease. For the one worker of a node at its start, when whoever held them is dead."""
        done = await self._pool.execute(
            "update post.inbox set lease_until = null where waiting and lease_until is not null"
        )
        return int(done.split()[-1])

    async def advance(
        self,
        id: int,
        state: str,
        *,
        fence: int,
        note: str = "",
        final: bool = False,
        end_lease: bool = False,
        receipts: Sequence[StoredReceipt] = (),
        **fields: Any,
    ) -> None:
        """One step, its event and its receipts in one transaction.

        Raises CONFLICT AKS-STORE-061 when (sender_her, msg_id) is another item's, -062 when the lease was lost.
        """
        unknown = fields.keys() - _FIELDS
        assert not unknown, unknown
        now = self._clock.now()
        try:
            async with self._pool.acquire() as connection, connection.transaction():
                await self._step(connection, id, state, fence, final, end_lease, fields)
                for receipt in receipts:
                    await connection.execute(
                        "insert into post.receipt (inbox, receiver, status, original, made_at) values ($1, $2, $3, $4, $5)"
                        " on conflict (inbox, receiver) do nothing",
                        id, receipt.receiver, receipt.status, receipt.original, now,
                    )  # fmt: skip
                await _event(connection, id, now, state, note)
        except asyncpg.UniqueViolationError as error:
            raise Problem(
                ProblemKind.CONFLICT,
                "AKS-STORE-061",
                "Another item already has this sender and MsgId.",
                why="A message is taken in once.",
                now="Handle this one as a duplicate.",
            ) from error

    async def _step(
        self,
        connection: asyncpg.Connection | Any,
        id: int,
        state: str,
        fence: int,
        final: bool,
        end_lease: bool,
        fields: dict[str, Any],
    ) -> None:
        names = sorted(fields)
        sets = "".join(f", {name} = ${number}" for number, name in enumerate(names, 6))
        done = await connection.execute(
            "update post.inbox set state = $3, waiting = waiting and not $4::bool,"
            " lease_until = case when $5::bool then null else lease_until end" + sets + " where id = $1 and fence = $2",
            id, fence, state, final, final or end_lease, *(fields[name] for name in names),
        )  # fmt: skip
        if done != "UPDATE 1":
            raise Problem(
                ProblemKind.CONFLICT,
                "AKS-STORE-062",
                "The lease on this item was lost.",
                why="It ran out, and another worker took the item.",
                now="Leave the item to its new holder.",
            )

    async def delivered(self, id: int, receiver: str) -> None:
        """The receipt has left the house."""
        await self._pool.execute(
            "update post.receipt set delivered_at = coalesce(delivered_at, $3) where inbox = $1 and receiver = $2",
            id, receiver, self._clock.now(),
        )  # fmt: skip

    async def get(self, id: int) -> InboxItem | None:
        row = await self._pool.fetchrow("select * from post.inbox where id = $1", id)
        return _item(row) if row else None

    async def find_by_msg_id(self, sender_her: str, msg_id: str) -> InboxItem | None:
        """The item that holds this message, never one of its duplicates."""
        row = await self._pool.fetchrow(
            "select * from post.inbox where sender_her = $1 and msg_id = $2 and duplicate_of is null and msg_id <> ''",
            sender_her, msg_id,
        )  # fmt: skip
        return _item(row) if row else None

    async def conversation(self, sender_her: str, conversation: str) -> list[InboxItem]:
        """What one sender has sent in one conversation, oldest first, without duplicates."""
        rows = await self._pool.fetch(
            "select * from post.inbox where sender_her = $1 and conversation = $2 and duplicate_of is null order by id",
            sender_her, conversation,
        )  # fmt: skip
        return [_item(row) for row in rows]

    async def receipts(self, id: int) -> list[StoredReceipt]:
        rows = await self._pool.fetch(
            "select receiver, status, original, delivered_at from post.receipt where inbox = $1 order by receiver",
            id,
        )
        return [
            StoredReceipt(r["receiver"], r["status"], bytes(r["original"]), r["delivered_at"]) for r in rows
        ]

    async def receipt(self, id: int) -> bytes | None:
        """The first receipt: the only one when the message has one receiver in the house."""
        found = await self.receipts(id)
        return found[0].original if found else None

    async def events(self, id: int) -> list[PostEvent]:
        rows = await self._pool.fetch(
            "select at, state, note from post.event where inbox = $1 order by seq", id
        )
        return [PostEvent(row["at"], row["state"], row["note"]) for row in rows]

    async def counts(self) -> dict[str, int]:
        """State -> how many items stand in it."""
        rows = await self._pool.fetch(
            "select state, count(*) as n from post.inbox group by state order by state"
        )
        return {row["state"]: row["n"] for row in rows}


async def _event(connection: asyncpg.Connection | Any, id: int, at: datetime, state: str, note: str) -> None:
    await connection.execute(
        "insert into post.event (inbox, at, state, note) values ($1, $2, $3, $4)", id, at, state, note
    )


def _item(row: asyncpg.Record) -> InboxItem:
    values = {name: row[name] for name in InboxItem.__dataclass_fields__}
    values["digest"], values["original"] = bytes(row["digest"]), bytes(row["original"])
    values["patient_ids"] = tuple(row["patient_ids"])
    return InboxItem(**values)
