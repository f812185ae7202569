"""The double entry of the post, by SQL over its book: what is counted, and what does not agree. Read only.

Of the whole node, for those who keep it running; `of(whose)` gives one tenant's, and the tenants' add up to the node's.

It shares no code with what decides (`exchange/outbox/states.py`, `exchange/inbox`), so that a fault there shows here.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import asyncpg

from akson.store.opening import migrated_pool
from akson.store.statements import statement
from akson.store.whose import Whose
from akson.world import Clock

OUT_PARTS = ("done", "negative", "failed", "overdue", "in_flight")
IN_PARTS = ("accepted", "rejected", "duplicate", "unreadable", "waiting")
GRACE = timedelta(minutes=15)
"""So long something may take before nobody having seen to it is a difference."""
_SENT = """
select msg_id, receiver as partner, type, state from post.post_outbox
where queued_at is not null and receiver = any($1) and sender = any($2) and type <> 'APPREC'
  and ($3::date is null or (queued_at at time zone 'Europe/Oslo')::date = $3)
order by msg_id, receiver
"""
_SENT_SINCE = """
select msg_id, receiver as partner, type, state from post.post_outbox
where queued_at is not null and receiver = any($1) and sender = any($2) and type <> 'APPREC'
  and (queued_at at time zone 'Europe/Oslo')::date >= $3
  and (state not in ('sent', 'transport_ok') or handed_at <= $4)
order by msg_id, receiver
"""
_CAME_SINCE = """
select msg_id, sender_her as partner, type, state from post.post_inbox
where msg_id is not null and sender_her = any($1) and type <> 'APPREC'
  and state in ('accepted', 'refused', 'parked', 'retry')
  and (received_at at time zone 'Europe/Oslo')::date >= $2
order by msg_id, sender_her
"""
_DROPPED = """
select o.id from post.post_outbox o
where o.state = 'dropped' and ($1::int is null or o.tenant = $1) and exists (
    select from record.change_event e, unnest(e.types, e.ids) written(type, id)
    where e.seq > o.after_change and e.tenant = o.tenant
      and written.type = o.record_type and written.id = o.record_id)
order by o.id
"""
_TRAFFIC = """
select sender_her as partner, type, date_bin('15 minutes', received_at, timestamptz '2000-01-01 00:00+00') as slot,
       count(*) as came
from post.post_inbox
where received_at >= $1 and sender_her is not null and type is not null and type <> 'APPREC' and state <> 'duplicate'
  and ($2::int is null or tenant = $2 or ($3 and tenant is null))
group by 1, 2, 3
"""
_UNANSWERED = """
select o.receiver as partner, count(*) as late
from post.post_outbox o
where o.state in ('sent', 'transport_ok', 'overdue') and not o.closed and o.type <> 'APPREC' and o.handed_at < $1
  and ($2::int is null or o.tenant = $2)
  and not exists (select from post.post_outbox a
                  where a.receiver = o.receiver and a.answered_at is not null and a.answered_at > o.handed_at)
group by 1
"""
_SENT_BY = "select msg_id, tenant from post.post_outbox where msg_id = any($1)"
_CAME_TO = "select msg_id, tenant from post.post_inbox where msg_id = any($1) and tenant is not null"
_CAME = """
select msg_id, sender_her as partner, type, state from post.post_inbox
where msg_id is not null and sender_her = any($1) and type <> 'APPREC'
  and state in ('accepted', 'refused', 'parked', 'retry')
  and ($2::date is null or (received_at at time zone 'Europe/Oslo')::date = $2)
order by msg_id, sender_her
"""


@dataclass(frozen=True, slots=True)
class Counted:
    """One partner, type and day of one way. `parts` in the order of OUT_PARTS or IN_PARTS."""

    partner: str
    type: str
    day: date
    total: int
    parts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """One message in a statement to a partner."""

    msg_id: str
    partner: str
    type: str
    state: str


class LedgerStore:
    """Entry point: `await LedgerStore.open(dsn, clock=…)`."""

    def __init__(self, pool: asyncpg.Pool, clock: Clock, whose: Whose | None = None) -> None:
        self._pool = pool
        self._clock = clock
        self._whose = (whose.tenant, whose.nobodys) if whose is not None else (None, True)

    @classmethod
    async def open(cls, dsn: str, *, clock: Clock) -> "LedgerStore":
        pool = await migrated_pool(dsn, "post", size=1)
        return cls(pool, clock)

    async def close(self) -> None:
        await self._pool.close()

    def of(self, whose: Whose) -> "LedgerStore":
        """One tenant's part of the same books; closed with the whole."""
        return LedgerStore(self._pool, self._clock, whose)

    async def out(
        self, partner: str | None = None, type: str | None = None, day: date | None = None
    ) -> list[Counted]:
        """Newest day first."""
        rows = await self._pool.fetch(statement("ledger_out"), partner, type, day, self._whose[0])
        return [_counted(row, OUT_PARTS) for row in rows]

    async def of_messages(self, msg_ids: list[str]) -> tuple[int, ...]:
        """Of these at their primary receivers: how many were sent, the same by OUT_PARTS, and how many nobody owns."""
        if not msg_ids:
            return (0,) * (len(OUT_PARTS) + 2)
        row = await self._pool.fetchrow(
            statement("ledger_messages"), msg_ids, self._clock.now(), GRACE, self._whose[0]
        )
        return tuple(row)

    async def into(
        self, partner: str | None = None, type: str | None = None, day: date | None = None
    ) -> list[Counted]:
        rows = await self._pool.fetch(statement("ledger_in"), partner, type, day, *self._whose)
        return [_counted(row, IN_PARTS) for row in rows]

    async def differences(self) -> dict[str, tuple[int, ...]]:
        """Kind -> numbers of the rows. Empty is how it should be."""
        rows = await self._pool.fetch(statement("ledger_differences"), self._clock.now(), GRACE, *self._whose)
        found = {row["kind"]: tuple(row["ids"]) for row in rows}
        if await self._pool.fetchval("select to_regclass('record.change_event') is not null"):
            dropped = tuple(row["id"] for row in await self._pool.fetch(_DROPPED, self._whose[0]))
            found |= {"out-dropped-but-committed": dropped} if dropped else {}
        return found

    async def traffic(self, since: datetime) -> dict[tuple[str, str], dict[datetime, int]]:
        """(partner, type) -> quarter of an hour -> how many came in it."""
        found: dict[tuple[str, str], dict[datetime, int]] = {}
        for row in await self._pool.fetch(_TRAFFIC, since, *self._whose):
            found.setdefault((row["partner"], row["type"]), {})[row["slot"]] = row["came"]
        return found

    async def unanswered(self, handed_before: datetime) -> dict[str, int]:
        """Partner -> our messages that were handed over before then and after his last answer, and not answered."""
        rows = await self._pool.fetch(_UNANSWERED, handed_before, self._whose[0])
        return {row["partner"]: row["late"] for row in rows}

    async def owners(self, msg_ids: list[str], *, sent: bool) -> dict[str, int]:
        """MsgId -> the tenant that sent it, or it came to; one that does not stand in the book is absent."""
        rows = await self._pool.fetch(_SENT_BY if sent else _CAME_TO, msg_ids)
        return {row["msg_id"]: row["tenant"] for row in rows}

    async def sent_to(self, partners: list[str], ours: list[str], day: date | None) -> list[Named]:
        """Every message that was queued for one of them, and how it stands."""
        return [Named(**dict(row)) for row in await self._pool.fetch(_SENT, partners, ours, day)]

    async def sent_since(
        self, partners: list[str], ours: list[str], since: date, settled_before: datetime
    ) -> list[Named]:
        """Queued on that day or later; what was handed over after `settled_before` and waits for its receipt is not told."""
        rows = await self._pool.fetch(_SENT_SINCE, partners, ours, since, settled_before)
        return [Named(**dict(row)) for row in rows]

    async def came_since(self, partners: list[str], since: date) -> list[Named]:
        return [Named(**dict(row)) for row in await self._pool.fetch(_CAME_SINCE, partners, since)]

    async def came_from(self, partners: list[str], day: date | None) -> list[Named]:
        """Every message of theirs that is here, and how it stands."""
        return [Named(**dict(row)) for row in await self._pool.fetch(_CAME, partners, day)]


def _counted(row: asyncpg.Record, parts: tuple[str, ...]) -> Counted:
    return Counted(row["partner"], row["type"], row["day"], row["total"], tuple(row[part] for part in parts))
