"""What the message officer's screens ask of the post's tables, both ways at once. Read only, and no document is read here.

Pages are kept in place by the numbers of the rows, not by their times: what comes meanwhile moves nothing.
"""

from dataclasses import dataclass
from datetime import datetime

import asyncpg

from akson.store import connections
from akson.store.statements import statement
from akson.store.whose import Whose

OUT_STATES = ("draft", "queued", "sent", "transport_ok", "done", "negative", "failed", "overdue", "dropped")
IN_STATES = ("received", "retry", "accepted", "refused", "duplicate", "parked")
_OPEN = """
select id from post.post_outbox
where tenant = $4 and state = any($1) and not closed and type <> 'APPREC' and id > $2 order by id limit $3
"""
_HEARD = """
select partner, max(at) filter (where way = 'in') as heard, max(at) filter (where way = 'out') as written from (
    select sender_her as partner, received_at as at, 'in' as way from post.post_inbox
    where (tenant = $2 or ($3 and tenant is null)) and sender_her is not null and received_at >= $1
    union all select receiver, queued_at, 'out' from post.post_outbox
    where tenant = $2 and queued_at >= $1
) seen group by partner
"""
_DEVIATIONS = """
select partner, count(*) filter (where way = 'in' and type = 'DIALOG_AVVIK') as about_ours,
    count(*) filter (where way = 'out' and type <> 'DIALOG_AVVIK') as sent,
    count(*) filter (where way = 'out' and type = 'DIALOG_AVVIK') as about_theirs,
    count(*) filter (where way = 'in' and type <> 'DIALOG_AVVIK') as received
from (
    select sender_her as partner, type, 'in' as way from post.post_inbox
    where (tenant = $2 or ($3 and tenant is null)) and sender_her is not null and received_at >= $1
        and state = 'accepted' and type <> 'APPREC'
    union all select receiver, type, 'out' from post.post_outbox
    where tenant = $2 and queued_at >= $1 and type <> 'APPREC' and state <> 'dropped'
) told group by partner having count(*) filter (where type = 'DIALOG_AVVIK') > 0 order by 2 desc, 4 desc, 1
"""
_PARKED = """
select id from post.post_inbox where (tenant = $2 or ($3 and tenant is null)) and state = 'parked' order by id limit $1
"""
_TYPES = """
select type from post.post_outbox where tenant = $1 and type <> 'APPREC'
union select type from post.post_inbox
where (tenant = $1 or ($2 and tenant is null)) and type is not null and type not in ('', 'APPREC') order by 1
"""


@dataclass(frozen=True, slots=True)
class Sought:
    """Empty means any. A way without states is left out."""

    partner: str = ""
    type: str = ""
    out_states: tuple[str, ...] = OUT_STATES
    in_states: tuple[str, ...] = IN_STATES
    since: datetime | None = None
    until: datetime | None = None
    msg_id: str = ""
    conversation: str = ""
    before_out: int | None = None
    before_in: int | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Found:
    way: str
    """`out` or `in`."""
    id: int
    at: datetime
    partner: str
    type: str
    msg_id: str
    conversation: str
    state: str


@dataclass(frozen=True, slots=True)
class FlowRow:
    partner: str
    type: str
    way: str
    total: int
    queued: int
    unconfirmed: int
    done: int
    refused: int
    failed: int
    overdue: int


@dataclass(frozen=True, slots=True)
class DeviationRow:
    """Of one partner: how many of our messages he has complained of, and we of his. Counts alone."""

    partner: str
    about_ours: int
    sent: int
    about_theirs: int
    received: int


@dataclass(frozen=True, slots=True)
class Heard:
    """When we last had something from a partner, and last had something for him."""

    partner: str
    heard: datetime | None
    written: datetime | None


class PostDeskStore:
    """Entry point: `await PostDeskStore.open(dsn)`, on the record's database, when the post's tables are there."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    @classmethod
    async def open(cls, dsn: str) -> "PostDeskStore":
        return cls(await connections.pool(dsn, size=1))

    async def close(self) -> None:
        await self._pool.close()

    async def found(self, whose: Whose, sought: Sought) -> list[Found]:
        arguments = (
            sought.partner or None, sought.type or None, list(sought.out_states), list(sought.in_states), sought.since,
            sought.until, sought.msg_id or None, sought.conversation or None, sought.before_out, sought.before_in,
            sought.limit, *whose,
        )  # fmt: skip
        return [Found(**dict(row)) for row in await self._pool.fetch(statement("desk_found"), *arguments)]

    async def flows(self, whose: Whose, since: datetime) -> list[FlowRow]:
        return [
            FlowRow(**dict(row)) for row in await self._pool.fetch(statement("desk_flows"), since, *whose)
        ]

    async def open_out(
        self, whose: Whose, states: tuple[str, ...], *, after: int = 0, limit: int
    ) -> list[int]:
        """Numbers of what is not done and not closed, oldest first."""
        return [row["id"] for row in await self._pool.fetch(_OPEN, list(states), after, limit, whose.tenant)]

    async def parked(self, whose: Whose, limit: int) -> list[int]:
        return [row["id"] for row in await self._pool.fetch(_PARKED, limit, *whose)]

    async def heard(self, whose: Whose, since: datetime) -> list[Heard]:
        return [Heard(**dict(row)) for row in await self._pool.fetch(_HEARD, since, *whose)]

    async def deviations(self, whose: Whose, since: datetime) -> list[DeviationRow]:
        return [DeviationRow(**dict(row)) for row in await self._pool.fetch(_DEVIATIONS, since, *whose)]

    async def types(self, whose: Whose) -> list[str]:
        return [row["type"] for row in await self._pool.fetch(_TYPES, *whose)]
