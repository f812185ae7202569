"""The sums of who exchanges which messages with whom, followed from the post's book; metadata alone. Why so: ADR 0166.

`fold` reads what is new in `post.post_event` after it was written: sending and receiving never wait for it. What a sum means
(started, regular, stopped) is `akson.analytics`'s.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import asyncpg

from akson.store import connections
from akson.store.migrate import migrate
from akson.store.statements import statement

FOLD_EVENTS = 20_000
"""Events of one step: a transaction of well under a second."""
LOADED = 3
"""The way of messages that were loaded, beside 1 (sent from here) and 2 (came here)."""
_LOCK = 0x61646F70
_DAY = "(at at time zone 'Europe/Oslo')::date"
_CUTS = {"day": _DAY, "month": f"date_trunc('month', {_DAY})::date"}
_COLUMNS = (
    "way", "id", "at", "sender", "receiver", "type", "state", "standing", "asked", "said", "receipt_min", "conversation",
)  # fmt: skip
_BOOK = """
select max(seq) as upto, array_agg(distinct outbox) filter (where outbox is not null) as sent,
       array_agg(distinct inbox) filter (where inbox is not null) as came
from (select seq, outbox, inbox from post.post_event where seq > $1 order by seq limit $2) e
"""
_MARK = "select settled, pending, horizon, upto from adoption.mark for update"
_MARKED = "update adoption.mark set settled = $1, pending = $2, horizon = $3, upto = $4"
_HORIZON = """
select pg_snapshot_xmax(pg_current_snapshot())::text::bigint as newest,
       pg_snapshot_xmin(pg_current_snapshot())::text::bigint as oldest
"""
_ANSWERS = """
select a.way, a.id from adoption.message a
where a.type = 'DIALOG_SVAR' and a.conversation <> '' and a.conversation = any($1)
"""
_TAKEN = """
create temp table adoption_taken on commit drop as
with gone as (
    delete from adoption.message m using unnest($1::smallint[], $2::bigint[]) t(way, id)
    where m.way = t.way and m.id = t.id returning m.*
) select * from gone
"""


@dataclass(frozen=True, slots=True)
class Party:
    """Who a HER-id is. `kind`: municipality, hospital, gp, other."""

    her: str
    name: str
    kind: str
    county: str = ""
    belongs: str = ""
    """HER-id of the organisation that it is counted as; "" is itself."""


@dataclass(frozen=True, slots=True)
class FlowRow:
    """What one municipality, one kind of counterpart and one type have come to, until a month."""

    municipality: str
    counterpart: str
    type: str
    ever: int
    messages: int
    copies: int
    repeats: int
    recent: int
    recent_months: int
    confirmed: int
    asked: int
    said: int
    first_month: date | None
    last_month: date | None


@dataclass(frozen=True, slots=True)
class Asked:
    """Of which sums: until and with the month of `last`; "" is any."""

    first: date
    last: date
    recent: date
    """First of the months that tell how it stands now."""
    county: str = ""
    type: str = ""
    counterpart: str = ""


class AdoptionStore:
    """Entry point: `await AdoptionStore.open(dsn)`, a database that holds the post."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    @classmethod
    async def open(cls, dsn: str) -> "AdoptionStore":
        # What is asked differs by far in how much of the sums it touches: no plan fits them all.
        pool = await connections.pool(dsn, size=3, plan_cache_mode="force_custom_plan")
        try:
            async with pool.acquire() as connection:
                await migrate(connection, "post")
                await migrate(connection, "adoption")
        except BaseException:
            await pool.close()
            raise
        return cls(pool)

    async def close(self) -> None:
        await self._pool.close()

    async def name_parties(self, parties: Iterable[Party]) -> None:
        await self._pool.executemany(
            "insert into adoption.party (her, name, kind, county, belongs) values ($1, $2, $3, $4, $5) "
            "on conflict (her) do update set name = excluded.name, "
            "kind = excluded.kind, county = excluded.county, belongs = excluded.belongs",
            [(p.her, p.name, p.kind, p.county, p.belongs or p.her) for p in parties],
        )

    async def name_house(self, tenant: int, her: str) -> None:
        await self._pool.execute(
            "insert into adoption.house values ($1, $2) on conflict (tenant) do update set her = excluded.her",
            tenant,
            her,
        )

    async def parties(self) -> list[Party]:
        return [
            Party(**dict(r))
            for r in await self._pool.fetch("select her, name, kind, county, belongs from adoption.party")
        ]

    async def fold(self, limit: int = FOLD_EVENTS) -> int:
        """Takes the next events of the book into the sums, and gives how far it came: 0 when nothing was new. Several may
        call it at once."""
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute("select pg_advisory_xact_lock($1)", _LOCK)
            mark = await connection.fetchrow(_MARK)
            now = await connection.fetchrow(_HORIZON)
            settled, pending, horizon, upto = mark["settled"], mark["pending"], mark["horizon"], mark["upto"]
            # What is read again does not count against the limit, else a slow writer would hold all the others up.
            book = await connection.fetchrow(_BOOK, settled, limit + upto - settled)
            newest = max(book["upto"] or 0, upto)
            await _refold(connection, book["sent"] or [], book["came"] or [])
            # A horizon beyond what there is means that the database was restored: nothing older is running in it.
            if now["oldest"] >= horizon or horizon > now["newest"]:
                settled, pending, horizon = pending, newest, now["newest"]
            await connection.execute(_MARKED, settled, pending, horizon, newest)
            return newest - upto

    async def fold_all(self) -> None:
        while await self.fold():
            pass

    async def load(self, rows: Sequence[tuple[object, ...]]) -> None:
        """Metadata from elsewhere, in the order of the table's columns up to `answer_min`; `summed` counts them."""
        await self._pool.copy_records_to_table(
            "message", schema_name="adoption", records=rows, columns=[*_COLUMNS[:-1], "answer_min"]
        )

    async def recount(self) -> None:
        """All sums anew from the rows of messages: after a load, and when a sum is doubted."""
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute("set local statement_timeout = 0; set local work_mem = '256MB'")
            await connection.execute("select pg_advisory_xact_lock($1)", _LOCK)
            await connection.execute("truncate adoption.day, adoption.month, adoption.wait")
            await _add(connection, "adoption.message", "")
        await self._pool.execute("analyze adoption.day, adoption.month, adoption.wait")

    async def last_month(self) -> date | None:
        return await self._pool.fetchval("select max(month) from adoption.month")

    async def first_month(self) -> date | None:
        return await self._pool.fetchval("select min(month) from adoption.month")

    async def types(self) -> list[str]:
        return [r[0] for r in await self._pool.fetch("select distinct type from adoption.month order by 1")]

    async def rows(self) -> int:
        """Messages counted, with copies and repeats."""
        found = await self._pool.fetchval("select sum(messages + copies + repeats) from adoption.month")
        return int(found or 0)

    async def has_loaded(self) -> bool:
        """Whether any message came by `load`, and not by the post."""
        return await self._pool.fetchval(
            "select exists (select from adoption.message where way = $1)", LOADED
        )

    async def flows(self, asked: Asked) -> list[FlowRow]:
        rows = await self._pool.fetch(statement("adoption_flows"), *_filter(asked), asked.recent, asked.first)
        return [FlowRow(**dict(row)) for row in rows]

    async def series(self, asked: Asked) -> list[tuple[date, str, int]]:
        """(month, county, messages), oldest first; from the beginning."""
        return [tuple(row) for row in await self._pool.fetch(statement("adoption_series"), *_filter(asked))]

    async def waits(self, asked: Asked) -> list[tuple[str, str, int, int]]:
        """(kind of counterpart, receipt or answer, within so many minutes, messages), shortest first."""
        return [
            tuple(row)
            for row in await self._pool.fetch(statement("adoption_waits"), *_filter(asked), asked.first)
        ]


def _filter(asked: Asked) -> tuple[date | str | None, ...]:
    return asked.last, asked.county or None, asked.type or None, asked.counterpart or None


async def _refold(connection: asyncpg.Connection, sent: list[int], came: list[int]) -> None:
    """Takes what was counted of these messages out, and counts what the post says of them now."""
    if not sent and not came:
        return
    fresh = await connection.fetch(statement("adoption_fresh"), sent, came)
    talks = list({row["conversation"] for row in fresh if row["conversation"]})
    answers = {(r["way"], r["id"]) for r in await connection.fetch(_ANSWERS, talks)}
    touched = {(1, id) for id in sent} | {(2, id) for id in came}
    # An answer that was counted before its request is counted again with it.
    others = await connection.fetch(
        f"select {', '.join(_COLUMNS)} from adoption.message "
        "join unnest($1::smallint[], $2::bigint[]) t(way, id) using (way, id)",
        *_keys(answers - touched),
    )
    await connection.execute(_TAKEN, *_keys(touched | answers))
    await _add(connection, "adoption_taken", "-")
    rows = [tuple(row[c] for c in _COLUMNS) for row in (*fresh, *others)]
    await connection.copy_records_to_table("message", schema_name="adoption", records=rows, columns=_COLUMNS)
    keys = _keys({(row[0], row[1]) for row in rows})
    await connection.execute(statement("adoption_waited"), *keys)
    await connection.execute(
        "create temp table adoption_given on commit drop as select m.* from adoption.message m "
        "join unnest($1::smallint[], $2::bigint[]) t(way, id) using (way, id)",
        *keys,
    )
    await _add(connection, "adoption_given", "")
    for sums in _CUTS:
        await connection.execute(
            f"delete from adoption.{sums} s using adoption_taken t where s.sender = t.sender and s.receiver = t.receiver "
            "and s.type = t.type and s.messages = 0 and s.copies = 0 and s.repeats = 0"
        )
    await connection.execute(
        "delete from adoption.wait w using adoption_taken t where w.sender = t.sender and w.receiver = t.receiver "
        "and w.type = t.type and w.messages = 0"
    )
    await connection.execute("drop table adoption_taken, adoption_given")


def _keys(found: Iterable[tuple[int, int]]) -> tuple[list[int], list[int]]:
    ordered = sorted(found)
    return [way for way, _ in ordered], [id for _, id in ordered]


async def _add(connection: asyncpg.Connection, rows: str, sign: str) -> None:
    # The names come from this module alone.
    for sums, cut in _CUTS.items():
        text = statement("adoption_add_sums")
        await connection.execute(text.format(cut=cut, rows=rows, sums=sums, sign=sign))
    await connection.execute(
        statement("adoption_add_wait").format(month=_CUTS["month"], rows=rows, sign=sign)
    )


def month_of(at: datetime | date) -> date:
    return date(at.year, at.month, 1)
