"""The door of `exchange` to its own tables: originals, their state, receipts. What a state means is exchange's.

An original is stored before anything is read from it, and nothing is ever overwritten: each change of state is one more
row in `post_event`. Work is leased, so an item whose worker was killed comes back by itself. Originals hold patient
data; showing one to a person goes through a RecordSession.
"""

import hashlib
from asyncio import Lock
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import asyncpg

from akson.fhir.problem import Problem, ProblemKind
from akson.store.gathering import Gathered
from akson.store.opening import migrated_pool
from akson.store.statements import statement
from akson.store.taking import Choice, Waiting, choose
from akson.world import Clock

LEASE_S = 60
SEEN_EACH = 10
SEEN_LEAST = 200
"""Of what is due, so many times what a worker wants are looked over at a time."""
SMALL_BYTES = 256 * 1024
"""Of an original that is stored together with others; a larger one keeps nobody waiting but itself."""
LOST = "AKS-STORE-065"
_TAKING = 0x706F7374
"""The lock of whoever takes work: one at a time, for some milliseconds."""
FIELDS = {
    "tenant": "int", "sender_her": "text", "msg_id": "text", "type": "text", "conversation": "text", "patient_ids": "text",
    "receipt": "bytea", "problem": "text", "retry_at": "timestamptz", "leased_until": "timestamptz",
    "content_asked": "smallint", "content_said": "smallint",
}  # fmt: skip
"""What `advance` may set, and as what it travels: of arrays in an array PostgreSQL makes one, so ids go as text."""


@dataclass(frozen=True, slots=True)
class InboxItem:
    """One thing that came in. Words for `state` are exchange's; `received` and `retry` wait for work."""

    id: int
    tenant: int | None
    transport: str
    name: str
    received_at: datetime
    original: bytes
    digest: bytes
    state: str
    sender_her: str | None
    msg_id: str | None
    type: str | None
    conversation: str | None
    patient_ids: tuple[str, ...]
    receipt: bytes | None
    problem: str | None
    attempts: int


@dataclass(frozen=True, slots=True)
class NewArrival:
    """What a transport told of a thing that came. `digest` is the SHA-256 of the original that the inbox keeps of it."""

    transport: str
    reference: str
    name: str
    digest: bytes
    sender: str = ""
    receiver: str = ""
    refers_to: str = ""
    problem: str = ""
    note: str = ""
    sealed: bytes | None = None
    """None when the inbox's original is every byte as it came."""


@dataclass(frozen=True, slots=True)
class PostEvent:
    at: datetime
    state: str
    note: str


@dataclass(frozen=True, slots=True)
class _Move:
    id: int
    state: str
    note: str
    fence: int | None
    fields: dict[str, Any]


_Came = tuple[str, str, datetime, bytes, bytes]
"""Transport, name, when, digest, original."""
Look = Callable[[InboxItem], Collection[str]]
"""What an item shares with others that must not be worked beside it. Never raises for what the item says."""


def nothing_shared(_item: InboxItem) -> Collection[str]:
    return ()


class PostStore:
    """Entry point: `await PostStore.open(dsn, clock=…)`."""

    def __init__(self, pool: asyncpg.Pool, clock: Clock) -> None:
        self._pool = pool
        self._clock = clock
        self._moves: Gathered[_Move, None] = Gathered(self._moved)
        self._arrivals: Gathered[_Came, tuple[int, bool]] = Gathered(self._kept_together)
        self._taking = Lock()

    @classmethod
    async def open(cls, dsn: str, *, clock: Clock, pool_size: int = 4) -> "PostStore":
        pool = await migrated_pool(dsn, "post", size=pool_size)
        return cls(pool, clock)

    async def close(self) -> None:
        await self._pool.close()

    async def receive(self, original: bytes, *, transport: str, name: str) -> int:
        """Durable when it returns: only then may the transport be told. Same bytes and name again: same id."""
        return (await self.keep(original, transport=transport, name=name))[0]

    async def keep(self, original: bytes, *, transport: str, name: str) -> tuple[int, bool]:
        """As `receive`, and whether it is new."""
        digest = hashlib.sha256(original).digest()
        arguments = (transport, name, self._clock.now(), digest, original)
        if len(original) <= SMALL_BYTES:
            return await self._arrivals(arguments)
        return await self._kept(arguments)

    async def _kept_together(self, arrivals: list[_Came]) -> list[tuple[int, bool] | Exception]:
        """Those that come at the same time, in one transaction; each by itself where something stands in the way of one.

        Storing the same twice is storing it once, so what a lost connection leaves unknown may be done again."""
        try:
            rows = await self._pool.fetchmany(statement("post_receive"), arrivals)
        except (asyncpg.PostgresError, asyncpg.InterfaceError):
            rows = []
        if len(rows) == len(arrivals):
            return [(row["id"], row["new"]) for row in rows]
        kept: list[tuple[int, bool] | Exception] = []
        for arguments in arrivals:
            try:
                kept.append(await self._kept(arguments))
            except Exception as failed:
                kept.append(failed)
        return kept

    async def _kept(self, arguments: _Came) -> tuple[int, bool]:
        while (kept := await self._pool.fetchrow(statement("post_receive"), *arguments)) is None:
            # Somebody stores the same file at this moment; his row is visible to the next statement.
            continue
        return kept["id"], kept["new"]

    async def keep_arrival(self, new: NewArrival) -> None:
        """Before `receive`, so that whoever works on the item knows of it. Again the same: nothing more."""
        sql = (
            "insert into post.post_arrival (at, transport, reference, name, digest, sender, receiver, refers_to, problem, "
            "note, sealed) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict do nothing"
        )
        told = (new.transport, new.reference, new.name, new.digest, new.sender, new.receiver, new.refers_to)
        await self._pool.execute(sql, self._clock.now(), *told, new.problem, new.note, new.sealed)

    async def distrusted(self, item: InboxItem) -> tuple[str, str] | None:
        """(code in 8221, note) when the envelope that the item came in cannot be trusted."""
        sql = (
            "select problem, note from post.post_arrival where digest = $1 and transport = $2 and name = $3 "
            "and problem <> '' order by seq limit 1"
        )
        row = await self._pool.fetchrow(sql, item.digest, item.transport, item.name)
        return (row["problem"], row["note"]) if row else None

    async def came_by(self, sender_her: str, msg_id: str) -> tuple[str, str, str] | None:
        """(transport, its own id of it or "", HER-id of ours that it was brought to or "") of the newest copy of a message.

        It is the way back to its sender."""
        sql = (
            "select coalesce(a.transport, i.transport) as transport, coalesce(a.reference, '') as reference, "
            "coalesce(a.receiver, '') as receiver "
            "from post.post_inbox i "
            "left join post.post_arrival a on a.digest = i.digest and a.problem = '' "
            "where i.sender_her = $1 and i.msg_id = $2 order by a.seq desc nulls last limit 1"
        )
        row = await self._pool.fetchrow(sql, sender_her, msg_id)
        return (row["transport"], row["reference"], row["receiver"]) if row else None

    async def sealed(self, item: InboxItem) -> bytes:
        """Every byte as it came: the original itself when there was no seal around it."""
        sql = (
            "select sealed from post.post_arrival where digest = $1 and transport = $2 and name = $3 "
            "and sealed is not null order by seq limit 1"
        )
        return await self._pool.fetchval(sql, item.digest, item.transport, item.name) or item.original

    async def lease(
        self, limit: int, *, seconds: int = LEASE_S, look: Look = nothing_shared
    ) -> list[InboxItem]:
        """Up to `limit` items that are now this worker's for `seconds`, oldest first, and by the rule of the lines.

        `look` is asked once for each item, by the first worker that comes to it."""
        async with self._taking, self._pool.acquire() as connection:
            try:
                await connection.execute("select pg_advisory_lock($1)", _TAKING)
                taken = await self._take(connection, limit, seconds, look)
                await connection.execute("select pg_advisory_unlock($1)", _TAKING)
            except BaseException:
                # The lock is the session's: it ends with it, however this ended.
                connection.terminate()
                raise
        return taken

    async def _take(self, connection: Any, limit: int, seconds: int, look: Look) -> list[InboxItem]:
        now = self._clock.now()
        rows = await connection.fetch(statement("post_waiting"), now, max(limit * SEEN_EACH, SEEN_LEAST))
        waiting = {row["id"]: _waiting(row) for row in rows}
        until = now + timedelta(seconds=seconds)
        seen: dict[int, InboxItem] = {}
        choice = choose(waiting.values(), limit)
        while choice.look and not (choice.take and seen) and len(choice.take) < limit:
            if seen:
                # All of them stand in another's line. Kept before more is opened: who dies of that has not died of these.
                await self._taken(connection, until, Choice((), ()), waiting, seen)
                seen = {}
            if not (opened := await self._look(connection, choice.look)):
                break
            for item in opened:
                lines = frozenset(_line(name) for name in look(item))
                waiting[item.id] = replace(waiting[item.id], lines=lines, attempts=item.attempts)
                seen[item.id] = item
            choice = choose(waiting.values(), limit)
        if not choice.take and not seen:
            return []
        return await self._taken(connection, until, choice, waiting, seen)

    async def _look(self, connection: Any, ids: Iterable[int]) -> list[InboxItem]:
        """They count as tried from now on: whoever dies of one is to be told from one that nobody has touched."""
        sql = "update post.post_inbox set attempts = attempts + 1 where id = any($1) returning *"
        return sorted(
            (_item(row) for row in await connection.fetch(sql, list(ids))), key=lambda item: item.id
        )

    async def _taken(
        self,
        connection: Any,
        until: datetime,
        choice: Choice,
        waiting: dict[int, Waiting],
        seen: dict[int, InboxItem],
    ) -> list[InboxItem]:
        """Those of `seen` that are not taken have not been tried."""
        ids = sorted({*choice.take, *seen})
        taken = [id in choice.take for id in ids]
        more = [(id not in seen) if take else -1 for id, take in zip(ids, taken, strict=True)]
        lines = [_numbers(waiting[id].lines or ()) if id in seen else None for id in ids]
        rows = await connection.fetch(
            statement("post_lease"), until, ids, lines, taken, [int(one) for one in more]
        )
        sql = "select * from post.post_inbox where id = any($1)"
        known = [id for id in choice.take if id not in seen]
        others = {row["id"]: _item(row) for row in await connection.fetch(sql, known)} if known else {}
        found = {**seen, **others}
        held = sorted(row["id"] for row in rows if row["taken"])
        return [found[id] for id in held]

    async def hold(self, items: Collection[InboxItem], *, seconds: int = LEASE_S) -> None:
        """Goes on having them, those that have not ended and that nobody has taken since."""
        sql = (
            "update post.post_inbox i set leased_until = $1 from unnest($2::bigint[], $3::int[]) v(id, fence) "
            "where i.id = v.id and i.attempts = v.fence and i.leased_until is not null"
        )
        until = self._clock.now() + timedelta(seconds=seconds)
        await self._pool.execute(sql, until, [item.id for item in items], [item.attempts for item in items])

    async def advance(
        self, id: int, state: str, *, note: str = "", fence: int | None = None, **fields: Any
    ) -> None:
        """Moves an item on, sets FIELDS, ends the lease unless that is set. `note` must hold no patient data.

        `fence` is the item's `attempts` of when it was taken: whoever has lost it meanwhile writes nothing. Raises
        CONFLICT AKS-STORE-061 when another item has this (sender_her, msg_id), NOT_FOUND -062, CONFLICT -065 when lost.
        """
        unknown = set(fields) - set(FIELDS)
        assert not unknown, f"no such fields: {sorted(unknown)}"
        values = {name: _ids(value) if name == "patient_ids" else value for name, value in fields.items()}
        await self._moves(_Move(id, state, note, fence, values))

    async def _moved(self, moves: list[_Move]) -> list[Exception | None]:
        """One statement for all that set the same fields; what moves one item twice is two statements, in that order."""
        alike: dict[tuple[int, tuple[str, ...]], list[_Move]] = defaultdict(list)
        times: Counter[int] = Counter()
        for move in moves:
            alike[times[move.id], tuple(move.fields)].append(move)
            times[move.id] += 1
        refused: dict[int, Exception] = {}
        for (_, names), several in sorted(alike.items(), key=lambda group: group[0][0]):
            try:
                refused |= await self._move(names, several)
            except (asyncpg.UniqueViolationError, asyncpg.DeadlockDetectedError):
                # Nothing of it was written. Each by itself then, so that only who came second hears of it.
                for move in several:
                    refused |= await self._claim(names, move)
        return [refused.get(id(move)) for move in moves]

    async def _claim(self, names: tuple[str, ...], move: _Move) -> dict[int, Exception]:
        try:
            return await self._move(names, [move])
        except asyncpg.UniqueViolationError:
            return {id(move): _received_before()}

    async def _move(self, names: tuple[str, ...], moves: list[_Move]) -> dict[int, Exception]:
        columns = [[move.fields[name] for move in moves] for name in names]
        told = (
            [move.id for move in moves],
            [move.state for move in moves],
            [move.note for move in moves],
            [move.fence for move in moves],
        )
        rows = await self._pool.fetch(_moving(names), *told, self._clock.now(), *columns)
        found = {row["inbox"] for row in rows}
        return {
            id(move): _no_item(move.id) if move.fence is None else _lost(move.id)
            for move in moves
            if move.id not in found
        }

    async def get(self, id: int) -> InboxItem | None:
        row = await self._pool.fetchrow("select * from post.post_inbox where id = $1", id)
        return _item(row) if row else None

    async def forget_all(self) -> None:
        """Empties the post of a throw-away installation, so that the next trial meets a clean inbox. Never of a node's."""
        await self._pool.execute("truncate post.post_inbox cascade")

    async def find_by_msg_id(self, sender_her: str, msg_id: str) -> InboxItem | None:
        sql = "select * from post.post_inbox where sender_her = $1 and msg_id = $2"
        row = await self._pool.fetchrow(sql, sender_her, msg_id)
        return _item(row) if row else None

    async def receipt(self, id: int) -> bytes | None:
        return await self._pool.fetchval("select receipt from post.post_inbox where id = $1", id)

    async def events(self, id: int) -> list[PostEvent]:
        """What became of an item, oldest first."""
        rows = await self._pool.fetch(
            "select at, state, note from post.post_event where inbox = $1 order by seq", id
        )
        return [PostEvent(row["at"], row["state"], row["note"]) for row in rows]

    async def counts(self) -> dict[str, int]:
        """State -> how many items stand there now."""
        rows = await self._pool.fetch("select state, count(*) from post.post_inbox group by state")
        return {row["state"]: row["count"] for row in rows}

    async def unfinished(self) -> int:
        """How many wait for work, or are being worked."""
        sql = "select count(*) from post.post_inbox where state in ('received', 'retry')"
        return await self._pool.fetchval(sql)

    async def listed(self, states: tuple[str, ...], limit: int = 100) -> list[InboxItem]:
        """Items in one of the states, newest first: for message officers and for receipts not yet sent."""
        sql = "select * from post.post_inbox where state = any($1) order by id desc limit $2"
        return [_item(row) for row in await self._pool.fetch(sql, list(states), limit)]


@cache
def _moving(names: tuple[str, ...]) -> str:
    """`post_advance.sql` that sets these fields too."""
    sets = {"leased_until": "null"} | {
        name: f"v.{name}::text[]" if name == "patient_ids" else f"v.{name}" for name in names
    }
    return (
        statement("post_advance")
        .replace("{columns}", "".join(f", {name}" for name in names))
        .replace("{arrays}", "".join(f", ${n}::{FIELDS[name]}[]" for n, name in enumerate(names, 6)))
        .replace("{sets}", "".join(f", {name} = {value}" for name, value in sets.items()))
    )


def _ids(patients: Any) -> str:
    """Resource ids have letters, digits, dots and hyphens alone."""
    return "{" + ",".join(f'"{patient}"' for patient in patients) + "}"


def _received_before() -> Problem:
    return Problem(
        ProblemKind.CONFLICT,
        "AKS-STORE-061",
        "This message was received before.",
        why="Its sender and message id are those of another item in the inbox.",
    )


def _no_item(id: int) -> Problem:
    return Problem(ProblemKind.NOT_FOUND, "AKS-STORE-062", f"The inbox has no item {id}.")


def _lost(id: int) -> Problem:
    return Problem(ProblemKind.CONFLICT, LOST, f"Item {id} of the inbox has been taken by another worker.")


def _waiting(row: asyncpg.Record) -> Waiting:
    lines = None if row["lines"] is None else frozenset(row["lines"])
    return Waiting(row["id"], lines, row["held"], row["attempts"])


def _line(name: str) -> int:
    """Two names of one number would wait for each other without need, and no more."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big", signed=True)


def _numbers(lines: Iterable[int]) -> str:
    return "{" + ",".join(str(line) for line in sorted(lines)) + "}"


def _item(row: asyncpg.Record) -> InboxItem:
    return InboxItem(
        id=row["id"],
        tenant=row["tenant"],
        transport=row["transport"],
        name=row["name"],
        received_at=row["received_at"],
        original=bytes(row["original"]),
        digest=bytes(row["digest"]),
        state=row["state"],
        sender_her=row["sender_her"],
        msg_id=row["msg_id"],
        type=row["type"],
        conversation=row["conversation"],
        patient_ids=tuple(row["patient_ids"]),
        receipt=row["receipt"],
        problem=row["problem"],
        attempts=row["attempts"],
    )
