"""What others follow: commits in an order without gaps, and log events that wait for the log.

Sequence numbers are given before a transaction ends, so a smaller one may appear after a larger. Followers therefore
read by (transaction number, sequence) and only transactions older than every one still running.
Source: https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-INFO-SNAPSHOT.
"""

from collections.abc import Sequence

import asyncpg

from akson.store.values import ChangeEvent, PendingEvent

_AFTER = """
select seq, xid::text::bigint as xid, tenant, at, types, ids, versions
from record.change_event
where (xid, seq) > ($1::text::xid8, $2::bigint) and xid < pg_snapshot_xmin(pg_current_snapshot())
order by xid, seq
limit $3
"""

_NOW = "select pg_snapshot_xmin(pg_current_snapshot())::text::bigint as xid"

# Not waited for on the disk: what a crash brings back is found in the log, and goes then.
_SETTLE = """
delete from record.pending_event
where id = any($1::bytea[]) and (select set_config('synchronous_commit', 'off', true)) is not null
"""


class Changes:
    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def after(self, place: tuple[int, int], limit: int) -> list[ChangeEvent]:
        rows = await self._pool.fetch(_AFTER, str(place[0]), place[1], limit)
        return [
            ChangeEvent(
                (row["xid"], row["seq"]),
                row["tenant"],
                row["at"],
                tuple(row["types"]),
                tuple(row["ids"]),
                tuple(row["versions"]),
            )
            for row in rows
        ]

    async def now(self) -> tuple[int, int]:
        """Everything before this place is committed: who reads the record now and follows from here misses none."""
        return (await self._pool.fetchval(_NOW), 0)

    async def pending(self, limit: int) -> list[PendingEvent]:
        rows = await self._pool.fetch(
            "select id, canonical from record.pending_event order by seq limit $1", limit
        )
        return [PendingEvent(bytes(row["id"]), bytes(row["canonical"])) for row in rows]

    async def settle(self, ids: Sequence[bytes]) -> None:
        await self._pool.execute(_SETTLE, list(ids))
