"""The door of `exchange` to what goes out: rows, leases with fencing numbers, receipts, and the book of every change.

A row changes by `change` alone: read under a lock, decided by a function of exchange's, written together with its lines in
`post_event` and the receipt that caused it. A worker's write names the fencing number of its lease, and is nothing when
somebody else has taken the row since. Documents hold patient data; showing one goes through a RecordSession.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any

import asyncpg

from akson.fhir.problem import Problem, ProblemKind
from akson.store import outbox_fates
from akson.store.gathering import Gathered
from akson.store.opening import migrated_pool
from akson.store.outbox_fates import Fate, Heard
from akson.store.outbox_rows import (
    Asked,
    Because,
    KeptReceipt,
    Leased,
    NewLetter,
    NewReceipt,
    OutboxRow,
    Sending,
    Step,
    Stood,
)
from akson.store.post import PostEvent
from akson.store.statements import statement
from akson.world import Clock

CHANGING = tuple(field.name for field in fields(Sending))
_ROW = tuple(field.name for field in fields(OutboxRow) if field.name != "sending")
_SET = ", ".join(f"{name} = ${n}" for n, name in enumerate(CHANGING, 2))
_UPDATE = f"""
update post.post_outbox
set {_SET},
    place = case when ${len(CHANGING) + 2}::boolean then coalesce(place, nextval('post.post_place')) else place end,
    leased_until = case when ${len(CHANGING) + 3}::boolean then null else leased_until end
where id = $1
"""
_LOCKED = "select * from post.post_outbox where id = any($1::bigint[]) order by id for update"
"""In one order, so that two batches wait for each other and never both."""
_PARCEL = "insert into post.post_parcel (parcel, outbox) values ($1, $2)"
_NOTE = "insert into post.post_event (outbox, at, state, note) values ($1, $2, $3, $4)"
_COMMITTED = """
select o.id from post.post_outbox o
where o.state = 'draft' and o.record_type <> '' and exists (
    select from record.change_event e, unnest(e.types, e.ids) written(type, id)
    where e.seq > o.after_change and e.tenant = o.tenant
      and written.type = o.record_type and written.id = o.record_id)
order by o.id limit $1
"""
_KEEP = """
insert into post.post_receipt
    (outbox, round, msg_id, sender, receipt_id, status, codes, verdict, at, digest, original)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
on conflict do nothing
returning id
"""
_RECEIPT = (
    "select id, outbox, round, msg_id, sender, receipt_id, status, codes, verdict, at, digest, item "
    "from post.post_receipt "
)

Decide = Callable[[OutboxRow], Step | None]
"""None: nothing changes."""


@dataclass(frozen=True, slots=True)
class _Asked:
    id: int
    decide: Decide
    fence: int | None


class OutboxStore:
    """Entry point: `await OutboxStore.open(dsn, clock=…)`."""

    def __init__(self, pool: asyncpg.Pool, clock: Clock) -> None:
        self._pool = pool
        self._clock = clock
        self._drafts: Gathered[NewLetter, Stood] = Gathered(self._drafted)
        self._changes: Gathered[_Asked, OutboxRow | None] = Gathered(self._changed)

    @classmethod
    async def open(cls, dsn: str, *, clock: Clock, pool_size: int = 2) -> "OutboxStore":
        pool = await migrated_pool(dsn, "post", size=pool_size)
        return cls(pool, clock)

    async def close(self) -> None:
        await self._pool.close()

    async def draft(self, letters: Sequence[NewLetter], because: Because = Because()) -> list[int]:
        """One row each, all or none; the same MsgId and receiver again gives the row that stands.

        Raises CONFLICT AKS-STORE-063 when that one has other bytes.
        """
        async with self._pool.acquire() as connection, connection.transaction():
            newest = 0
            if because.type:
                newest = await connection.fetchval("select coalesce(max(seq), 0) from record.change_event")
            return [(await self._draft(connection, letter, because, newest)).id for letter in letters]

    async def queue(self, letters: Sequence[NewLetter]) -> list[Stood]:
        """As `draft`, for what no commit belongs to: new rows begin as their letter says. Raises CONFLICT AKS-STORE-063."""
        if len(letters) == 1:
            return [await self._drafts(letters[0])]
        async with self._pool.acquire() as connection, connection.transaction():
            return [await self._draft(connection, letter, Because(), 0) for letter in letters]

    async def _drafted(self, letters: list[NewLetter]) -> list[Stood | Exception]:
        """Letters that wait for no commit, each a row of its own, whatever becomes of the others."""
        arguments = [self._arguments(letter, Because(), 0) for letter in letters]
        try:
            rows = await self._pool.fetchmany(statement("outbox_draft"), arguments)
        except asyncpg.DeadlockDetectedError:
            rows = []
        if len(rows) == len(letters):
            return [_kept(row, letter) for row, letter in zip(rows, letters, strict=True)]
        # Somebody keeps one of them at this moment. Each by itself then.
        answers: list[Stood | Exception] = []
        for letter in letters:
            try:
                answers.append(await self._draft(self._pool, letter, Because(), 0))
            except Problem as refused:
                answers.append(refused)
        return answers

    def _arguments(self, letter: NewLetter, because: Because, newest: int) -> tuple[object, ...]:
        return (
            letter.tenant, letter.msg_id, letter.receiver, letter.copy, letter.sender, letter.type, letter.purpose,
            letter.conversation, letter.answers, letter.generated_at, self._clock.now(), _digest(letter), letter.document,
            letter.replaces, because.type, because.id, letter.parcel, newest, letter.begins.state, letter.begins.queued_at,
            letter.begins.next_try, letter.begins.deadline,
        )  # fmt: skip

    async def _draft(self, connection: Any, letter: NewLetter, because: Because, newest: int) -> Stood:
        arguments = self._arguments(letter, because, newest)
        while (row := await connection.fetchrow(statement("outbox_draft"), *arguments)) is None:
            # Somebody keeps the same one at this moment; his row is visible to the next statement.
            continue
        kept = _kept(row, letter)
        if isinstance(kept, Problem):
            raise kept
        return kept

    async def committed(self, limit: int) -> list[int]:
        """Drafts whose resource was committed since."""
        waiting = "select exists (select from post.post_outbox where state = 'draft' and record_type <> '')"
        if not await self._pool.fetchval(waiting):
            return []
        return [row["id"] for row in await self._pool.fetch(_COMMITTED, limit)]

    async def left_over(self, before: datetime, limit: int) -> list[int]:
        """Drafts that waited for a commit since before then, and that no commit belongs to."""
        sql = (
            "select id from post.post_outbox where state = 'draft' and record_type <> '' and made_at < $1 "
            "order by id limit $2"
        )
        return [row["id"] for row in await self._pool.fetch(sql, before, limit)]

    async def lease(self, limit: int, *, seconds: int) -> list[Leased]:
        """Up to `limit` rows to hand over, this worker's for `seconds`, in their order."""
        now = self._clock.now()
        rows = await self._pool.fetch(statement("outbox_lease"), now, now + timedelta(seconds=seconds), limit)
        return [Leased(_row(row), bytes(row["content"])) for row in rows]

    async def change(self, id: int, decide: Decide, *, fence: int | None = None) -> OutboxRow | None:
        """What stands after `decide`. With a `fence` that is no longer the row's nothing happens: None.

        Raises NOT_FOUND AKS-STORE-064.
        """
        return await self._changes(_Asked(id, decide, fence))

    async def _changed(self, asked: list[_Asked]) -> list[OutboxRow | Exception | None]:
        """All of one batch in one transaction, under the locks of their rows."""
        async with self._pool.acquire() as connection, connection.transaction():
            found = await connection.fetch(_LOCKED, list({one.id for one in asked}))
            rows = {record["id"]: _row(record) for record in found}
            answers: list[OutboxRow | Exception | None] = []
            written: list[_Written] = []
            for one in asked:
                row = rows.get(one.id)
                if row is None:
                    answers.append(_no_row(one.id))
                elif one.fence is not None and row.fence != one.fence:
                    answers.append(None)
                else:
                    answers.append(_decided(one, row, rows, written))
            await self._write(connection, written)
        return answers

    async def _write(self, connection: Any, written: Sequence["_Written"]) -> None:
        """In the order they were decided: the later of two of one row is what stands."""
        if not written:
            return
        now = self._clock.now()
        await connection.executemany(_UPDATE, [one.values for one in written])
        notes = [(one.row.id, now, state, note) for one in written for state, note in one.step.notes]
        if notes:
            await connection.executemany(_NOTE, notes)
        for one in written:
            next = one.step.sending
            if next.parcel != one.row.sending.parcel:
                await connection.execute(_PARCEL, next.parcel, one.row.id)
            if one.step.receipt is not None:
                await self._keep(connection, one.step.receipt, one.row.id, next.round)

    async def keep_stray(self, receipt: NewReceipt) -> None:
        """A receipt that answers nothing that was sent from here."""
        await self._keep(self._pool, receipt, None, 0)

    async def _keep(self, connection: Any, receipt: NewReceipt, outbox: int | None, round: int) -> None:
        await connection.execute(
            _KEEP, outbox, round, receipt.msg_id, receipt.sender, receipt.receipt_id, receipt.status,
            list(receipt.codes), receipt.verdict, self._clock.now(), receipt.digest, receipt.original,
        )  # fmt: skip

    async def get(self, id: int) -> OutboxRow | None:
        return await self._get(self._pool, id)

    async def _get(self, connection: Any, id: int) -> OutboxRow | None:
        record = await connection.fetchrow("select * from post.post_outbox where id = $1", id)
        return _row(record) if record else None

    async def document(self, id: int) -> bytes:
        sql = "select content from post.post_document join post.post_outbox using (digest) where id = $1"
        return bytes(await self._pool.fetchval(sql, id))

    async def find(self, msg_id: str, receiver: str) -> OutboxRow | None:
        sql = "select * from post.post_outbox where msg_id = $1 and receiver = $2"
        record = await self._pool.fetchrow(sql, msg_id, receiver)
        return _row(record) if record else None

    async def by_parcel(self, parcel: str) -> OutboxRow | None:
        """The row that was once handed over under this id, or that a transport knows by it now."""
        sql = (
            "select o.* from post.post_outbox o join post.post_parcel p on p.outbox = o.id where p.parcel = $1 "
            "union all select o.* from post.post_outbox o where o.reference = $1 and $1 <> '' limit 1"
        )
        record = await self._pool.fetchrow(sql, parcel)
        return _row(record) if record else None

    async def past_deadline(self, limit: int) -> list[int]:
        sql = (
            "select id from post.post_outbox where state in ('queued', 'sent', 'transport_ok') and deadline <= $1 "
            "order by deadline limit $2"
        )
        return [row["id"] for row in await self._pool.fetch(sql, self._clock.now(), limit)]

    async def owing(self, limit: int) -> list[OutboxRow]:
        """Rows whose item is to be made, or to be ended."""
        sql = "select * from post.post_outbox where owner in ('wanted', 'ending') order by id limit $1"
        return [_row(record) for record in await self._pool.fetch(sql, limit)]

    async def receipts_owing(self, limit: int) -> list[KeptReceipt]:
        """Receipts that somebody must look at, and that nobody has an item for yet."""
        rows = await self._pool.fetch(
            f"{_RECEIPT} where item = '' and verdict <> 'first' order by id limit $1", limit
        )
        return [_receipt(row) for row in rows]

    async def receipt_given(self, id: int, item: str) -> None:
        await self._pool.execute("update post.post_receipt set item = $2 where id = $1", id, item)

    async def receipts(self, outbox: int) -> list[KeptReceipt]:
        """Those of one row, oldest first."""
        rows = await self._pool.fetch(f"{_RECEIPT} where outbox = $1 order by id", outbox)
        return [_receipt(row) for row in rows]

    async def receipt_original(self, id: int) -> bytes:
        return bytes(await self._pool.fetchval("select original from post.post_receipt where id = $1", id))

    async def events(self, id: int) -> list[PostEvent]:
        """What became of a row, oldest first."""
        sql = "select at, state, note from post.post_event where outbox = $1 order by seq"
        return [PostEvent(row["at"], row["state"], row["note"]) for row in await self._pool.fetch(sql, id)]

    async def size(self) -> int:
        """Bytes of the whole database, indexes too; for bench."""
        return await self._pool.fetchval("select pg_database_size(current_database())")

    async def counts(self) -> dict[str, int]:
        rows = await self._pool.fetch("select state, count(*) from post.post_outbox group by state")
        return {row["state"]: row["count"] for row in rows}

    async def fates(self, msg_ids: Iterable[str]) -> list[Fate]:
        """What became of those that were sent from here, at their primary receivers."""
        return await outbox_fates.fates(self._pool, msg_ids)

    async def heard(self, after: int, limit: int) -> Sequence[Heard]:
        """What has been heard of messages that stand in the record, since that line of the book."""
        return await outbox_fates.heard(self._pool, after, limit)

    async def heard_newest(self) -> int:
        return await outbox_fates.newest(self._pool)

    async def listed(self, asked: Asked) -> list[OutboxRow]:
        """Newest first."""
        sql = """
            select * from post.post_outbox
            where (cardinality($1::text[]) = 0 or state = any($1)) and ($2 = '' or receiver = $2)
              and ($3 = '' or type = $3) and ($4 = '' or msg_id = $4) and ($5::bigint is null or id < $5)
            order by id desc limit $6
        """
        rows = await self._pool.fetch(
            sql, list(asked.states), asked.receiver, asked.type, asked.msg_id, asked.before, asked.limit
        )
        return [_row(record) for record in rows]


@dataclass(frozen=True, slots=True)
class _Written:
    """One step, and the row as it was before."""

    row: OutboxRow
    step: Step
    ends_lease: bool

    @property
    def values(self) -> tuple[object, ...]:
        """The arguments of _UPDATE."""
        next = self.step.sending
        changing = [list(v) if isinstance(v := getattr(next, name), tuple) else v for name in CHANGING]
        return (self.row.id, *changing, next.state not in ("draft", "dropped"), self.ends_lease)


def _decided(
    asked: _Asked, row: OutboxRow, rows: dict[int, OutboxRow], written: list[_Written]
) -> OutboxRow | Exception:
    """What stands after it, in `rows` too for whoever asks next; a decision that fails is its asker's alone."""
    try:
        step = asked.decide(row)
    except Exception as failed:
        return failed
    ends_lease = asked.fence is not None
    if step is not None or ends_lease:
        written.append(_Written(row, step or Step(row.sending), ends_lease))
    if step is not None:
        rows[row.id] = replace(row, sending=step.sending)
    return rows[row.id]


def _digest(letter: NewLetter) -> bytes:
    return hashlib.sha256(letter.document).digest()


def _kept(row: asyncpg.Record, letter: NewLetter) -> Stood | Problem:
    """The row that stands, unless it is another message's."""
    if bytes(row["digest"]) == _digest(letter):
        return Stood(row["id"], row["stood"])
    return Problem(
        ProblemKind.CONFLICT,
        "AKS-STORE-063",
        "Another message was sent under this message id.",
        why="A message id names one message for ever: what was sent is never changed.",
        now="Make a new message id.",
    )


def _no_row(id: int) -> Problem:
    return Problem(ProblemKind.NOT_FOUND, "AKS-STORE-064", f"The outbox has no row {id}.")


def _row(record: asyncpg.Record) -> OutboxRow:
    changing = {name: record[name] for name in CHANGING}
    changing["receipt"] = bytes(changing["receipt"]) if changing["receipt"] is not None else None
    changing["earlier"] = tuple(bytes(digest) for digest in changing["earlier"])
    values = {name: record[name] for name in _ROW}
    values["digest"] = bytes(values["digest"])
    return OutboxRow(**values, sending=Sending(**changing))


def _receipt(record: asyncpg.Record) -> KeptReceipt:
    values = dict(record) | {"codes": tuple(record["codes"]), "digest": bytes(record["digest"])}
    return KeptReceipt(**values)
