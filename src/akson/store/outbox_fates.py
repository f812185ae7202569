"""What has become of what was sent, asked from the record's side: by message ids, or by what has happened since.

The meaning of `state` is exchange's (`outbox/states.py`). One statement each, however many messages.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

_FATES = """
select o.sender, o.msg_id, o.state, o.closed, coalesce(
    o.answered_at, (select max(e.at) from post.post_event e where e.outbox = o.id and e.state = o.state)) as at
from post.post_outbox o
where o.msg_id = any($1::text[]) and not o.copy and o.state <> 'dropped'
order by o.id
"""
_HEARD = """
select e.seq, o.tenant, o.record_id
from post.post_event e join post.post_outbox o on o.id = e.outbox
where e.seq > $1 and o.record_type = 'Communication' and o.state in ('done', 'negative', 'failed', 'overdue')
order by e.seq limit $2
"""


@dataclass(frozen=True, slots=True)
class Fate:
    """Of one message at its primary receiver."""

    sender: str
    """HER-id."""
    msg_id: str
    state: str
    closed: bool
    at: datetime | None
    """When it was answered, else when it came to this state."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A line of the book about a message that is settled one way or the other, for now."""

    seq: int
    tenant: int
    communication: str
    """Id of the Communication."""


async def fates(pool: asyncpg.Pool, msg_ids: Iterable[str]) -> list[Fate]:
    """Of those that were sent from here; the later of two of one message comes last."""
    wanted = sorted({one.lower() for one in msg_ids})
    if not wanted:
        return []
    return [Fate(**dict(row)) for row in await pool.fetch(_FATES, wanted)]


async def heard(pool: asyncpg.Pool, after: int, limit: int) -> Sequence[Heard]:
    """In the order of `seq`, in which a line may still appear before others for as long as its transaction takes."""
    rows = await pool.fetch(_HEARD, after, limit)
    return [Heard(row["seq"], row["tenant"], row["record_id"]) for row in rows]


async def newest(pool: asyncpg.Pool) -> int:
    return await pool.fetchval("select coalesce(max(seq), 0) from post.post_event")
