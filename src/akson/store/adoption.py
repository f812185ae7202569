"""The sums of who exchanges which messages with whom, followed from the post's book; metadata alone. Why so: ADR 0166.

`fold` reads what is new in `post.post_event` after it was written: sending and receiving never wait for it. What a sum means
(started, regular, stopped) is `akson.analytics`'s.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import asyncpg

from akson.store.opening import migrated_pool
from akson.store.statements import statement

FOLD_EVENTS = 20_000
"""Events of one step: a transaction of well under a second."""
LOADED = 3
"""The way of messages that were loaded, beside 1 (sent from here) and 2 (came here)."""
_LOCK = 0x61646F70
_DAY = "(at at time zone 'Europe/Oslo')::date"
_CUTS = {"day": _DAY, "month": f"date_trunc('month', {_DAY})::date"}
_PARTIES = "select her, name, kind, county, belongs from adoption.party"
_RECENT = ("recent", "recent_months", "confirmed", "asked", "said")
_UNHURRIED = """
set local statement_timeout = 0;
set local idle_in_transaction_session_timeout = 0;
set local work_mem = '256MB'
"""
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
    years: Mapping[int, int]
    """Messages of each year; none is not there."""
    copies: int
    """Of the last year, as `repeats`."""
    repeats: int
    recent: int
    """Of the newest three months, as all below."""
    recent_months: int
    confirmed: int
    asked: int
    said: int
    last_month: date | None

    @property
    def ever(self) -> int:
        return sum(self.years.values())


@dataclass(frozen=True, slots=True)
class WaitRow:
    county: str
    counterpart: str
    type: str
    what: str
    """receipt, answer."""
    step: int
    """Within so many minutes."""
    messages: int


@dataclass(frozen=True, slots=True)
class Sums:
    """All that a report of one year is made of, as it was at one moment."""

    state: int
    first: date
    """First month of all."""
    newest: date
    last: date
    """The year's last month of which there are sums."""
    parties: Sequence[Party]
    flows: Sequence[FlowRow]
    series: Sequence[tuple[date, str, int]]
    """(month, county, messages), oldest first; from the beginning."""
    waits: Sequence[WaitRow]
    """Shortest first; of the year."""
    loaded: bool
    """Some came by `loading`, and not by the post."""


class AdoptionStore:
    """Entry point: `await AdoptionStore.open(dsn)`, a database that holds the post."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    @classmethod
    async def open(cls, dsn: str) -> "AdoptionStore":
        # What is asked differs by far in how much of the sums it touches: no plan fits them all.
        pool = await migrated_pool(dsn, "post", "adoption", size=3, plan_cache_mode="force_custom_plan")
        return cls(pool)

    async def close(self) -> None:
        await self._pool.close()

    async def name_parties(self, parties: Iterable[Party]) -> None:
        """The same as before changes nothing."""
        async with self._pool.acquire() as connection:
            await _name(connection, parties)

    async def name_house(self, tenant: int, her: str) -> None:
        """What came to the house before it was named is counted for it too. The same as before changes nothing."""
        async with self._pool.acquire() as connection, connection.transaction():
            named = await connection.fetchval("select her from adoption.house where tenant = $1", tenant)
            if named == her:
                return
            await connection.execute(_UNHURRIED)
            await _alone(connection, wait=True)
            await connection.execute(
                "insert into adoption.house values ($1, $2) on conflict (tenant) do update set her = excluded.her",
                tenant,
                her,
            )
            moved = await connection.execute(
                "update adoption.message m set receiver = $2 from post.post_inbox i "
                "where m.way = 2 and m.id = i.id and i.tenant = $1 and m.receiver <> $2",
                tenant,
                her,
            )
            if moved != "UPDATE 0":
                await _sum_up(connection)

    async def met(self) -> set[str]:
        """HER-ids that the post has sent to or heard from."""
        found = await self._pool.fetch(
            "select sender as her from adoption.month union select receiver from adoption.month"
        )
        return {row["her"] for row in found if row["her"]}

    async def parties(self) -> list[Party]:
        return [Party(**dict(r)) for r in await self._pool.fetch(_PARTIES)]

    async def fold(self, limit: int = FOLD_EVENTS, *, wait: bool = True) -> int:
        """Takes the next events of the book into the sums, and gives how far it came: 0 when nothing was new. Several may
        call it at once; without `wait` it gives 0 while another is at it."""
        async with self._pool.acquire() as connection, connection.transaction():
            if not await _alone(connection, wait=wait):
                return 0
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

    @asynccontextmanager
    async def loading(
        self, parties: Iterable[Party]
    ) -> AsyncIterator[Callable[[Sequence[tuple[object, ...]]], Awaitable[None]]]:
        """Metadata from elsewhere, with its sums: all of it, or none when it is broken off.

        Nothing else is counted meanwhile. Gives what takes rows in, in the order of the table's columns up to `answer_min`.
        Raises LookupError when messages are there already.
        """
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(_UNHURRIED)
            await _alone(connection, wait=True)
            if await connection.fetchval("select exists (select from adoption.message)"):
                raise LookupError("messages are counted here")

            async def take(rows: Sequence[tuple[object, ...]]) -> None:
                await connection.copy_records_to_table(
                    "message", schema_name="adoption", records=rows, columns=[*_COLUMNS[:-1], "answer_min"]
                )

            await _name(connection, parties)
            yield take
            await _sum_up(connection)
        await self._analyze()

    async def recount(self) -> None:
        """All sums anew from the rows of messages: when a sum is doubted."""
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(_UNHURRIED)
            await _alone(connection, wait=True)
            await _sum_up(connection)
        await self._analyze()

    async def _analyze(self) -> None:
        await self._pool.execute("analyze adoption.day, adoption.month, adoption.wait")

    async def state(self) -> int:
        """Grows with whatever changes what `sums` gives, and is seen together with it."""
        return await self._pool.fetchval("select number from adoption.state")

    async def rows(self) -> int:
        """Messages counted, with copies and repeats."""
        found = await self._pool.fetchval("select sum(messages + copies + repeats) from adoption.month")
        return int(found or 0)

    async def sums(self, year: int, recent_months: int) -> Sums | None:
        """Of the calendar year; of the newest one when that has none. None: nothing is counted."""
        async with (
            self._pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            await connection.execute("set local work_mem = '64MB'")
            first, newest = await connection.fetchrow("select min(month), max(month) from adoption.month")
            if first is None:
                return None
            year = year if first.year <= year <= newest.year else newest.year
            last = min(newest, date(year, 12, 1))
            number = last.year * 12 + last.month - recent_months
            recent = date(number // 12, number % 12 + 1, 1)
            flows = await connection.fetch(statement("adoption_flows"), last, recent)
            series = await connection.fetch(statement("adoption_series"), last)
            waits = await connection.fetch(statement("adoption_waits"), date(year, 1, 1), last)
            return Sums(
                await connection.fetchval("select number from adoption.state"),
                first,
                newest,
                last,
                [Party(**dict(r)) for r in await connection.fetch(_PARTIES)],
                _flows(flows, year),
                [tuple(row) for row in series],
                [WaitRow(*row) for row in waits],
                await connection.fetchval(
                    "select exists (select from adoption.message where way = $1)", LOADED
                ),
            )


def _flows(rows: Iterable[Mapping[str, Any]], year: int) -> list[FlowRow]:
    """From rows of years to one row for each flow."""
    found: dict[tuple[str, str, str], list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        found[row["municipality"], row["counterpart"], row["type"]].append(row)
    return [_flow(key, of, year) for key, of in found.items()]


def _flow(key: tuple[str, str, str], of: Sequence[Mapping[str, Any]], year: int) -> FlowRow:
    mine = [row for row in of if row["year"] == year]
    recent, recent_months, confirmed, asked, said = (sum(row[name] for row in of) for name in _RECENT)
    months = [row["last_month"] for row in of if row["last_month"]]
    return FlowRow(
        *key,
        {row["year"]: row["messages"] for row in of if row["messages"]},
        sum(row["copies"] for row in mine),
        sum(row["repeats"] for row in mine),
        recent,
        recent_months,
        confirmed,
        asked,
        said,
        max(months, default=None),
    )


async def _alone(connection: asyncpg.Connection, *, wait: bool) -> bool:
    """Until the transaction ends nobody else changes the sums; False when another is, and it was not to be waited for."""
    if wait:
        await connection.execute("select pg_advisory_xact_lock($1)", _LOCK)
        return True
    return bool(await connection.fetchval("select pg_try_advisory_xact_lock($1)", _LOCK))


async def _name(connection: asyncpg.Connection, parties: Iterable[Party]) -> None:
    known = {row["her"]: Party(**dict(row)) for row in await connection.fetch(_PARTIES)}
    wished = [Party(p.her, p.name, p.kind, p.county, p.belongs or p.her) for p in parties]
    new = [(p.her, p.name, p.kind, p.county, p.belongs) for p in wished if known.get(p.her) != p]
    if new:
        await connection.executemany(
            "insert into adoption.party (her, name, kind, county, belongs) values ($1, $2, $3, $4, $5) "
            "on conflict (her) do update set name = excluded.name, "
            "kind = excluded.kind, county = excluded.county, belongs = excluded.belongs",
            new,
        )


async def _sum_up(connection: asyncpg.Connection) -> None:
    await connection.execute("truncate adoption.day, adoption.month, adoption.wait")
    await _add(connection, "adoption.message", "")


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
