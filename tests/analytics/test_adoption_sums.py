"""The sums against the book: followed piece by piece they are what one count of it all gives, whatever happened."""

import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
import pytest_asyncio

from akson.store.adoption import AdoptionStore, Party
from akson.store.outbox import OutboxStore
from akson.store.post import PostStore
from akson.world import FixedClock

NOW = datetime(2026, 3, 28, 22, 30, tzinfo=UTC)
OURS, THEIRS = "990001", ("990202", "990302")
TYPES = ("DIALOG_FORESPORSEL", "DIALOG_SVAR", "LOG_INNLAGT", "APPREC")
OUT_STATES = ("queued", "sent", "transport_ok", "done", "negative", "failed", "overdue", "dropped")
IN_STATES = ("retry", "accepted", "refused", "duplicate", "parked")
SUMS = ("day", "month", "wait", "message")


@pytest_asyncio.fixture(loop_scope="session")
async def sums(database: str) -> AsyncIterator[tuple[AdoptionStore, asyncpg.Connection]]:
    kept = await OutboxStore.open(database, clock=FixedClock(NOW))
    await kept.close()
    post = await PostStore.open(database, clock=FixedClock(NOW))
    await post.close()
    store = await AdoptionStore.open(database)
    await store.name_house(1, OURS)
    await store.name_parties(
        [Party(OURS, "Storvik", "municipality", "Vest"), *(Party(her, her, "gp") for her in THEIRS)]
    )
    connection = await asyncpg.connect(database)
    await connection.execute("insert into post.post_document values ('x', 'x')")
    yield store, connection
    await connection.close()
    await store.close()


class History:
    """What may happen to the post, by chance; `at` goes on."""

    def __init__(self, connection: asyncpg.Connection, seed: int) -> None:
        self.connection, self.chance = connection, random.Random(seed)
        self.at, self.out, self.came, self.n = NOW, [], [], seed * 1000

    async def step(self) -> None:
        self.at += timedelta(minutes=self.chance.choice((0, 1, 7, 200, 4000)))
        self.n += 1
        await self.chance.choice((self._draft, self._receive, self._move_out, self._move_in))()

    async def _draft(self) -> None:
        replaces = self.chance.choice(self.out) if self.out and self.chance.random() < 0.2 else None
        id = await self.connection.fetchval(
            "insert into post.post_outbox (tenant, msg_id, receiver, copy, sender, type, conversation, generated_at, "
            "made_at, digest, replaces, parcel) values (1, $1, $2, $3, $4, $5, $6, $7, $7, 'x', $8, $1) returning id",
            f"m{self.n}", self.chance.choice(THEIRS), self.chance.random() < 0.2, OURS, self.chance.choice(TYPES),
            self.chance.choice(("", "a", "b", "c")), self.at, replaces,
        )  # fmt: skip
        self.out.append(id)
        await self._told("outbox", id, "draft")

    async def _receive(self) -> None:
        id = await self.connection.fetchval(
            "insert into post.post_inbox (transport, name, received_at, digest, original) values ('t', $1, $2, 'x', 'x') "
            "returning id",
            f"n{self.n}",
            self.at,
        )
        self.came.append(id)
        await self._told("inbox", id, "received")

    async def _move_out(self) -> None:
        if self.out:
            id, state = self.chance.choice(self.out), self.chance.choice(OUT_STATES)
            await self.connection.execute(
                "update post.post_outbox set state = $2, queued_at = coalesce(queued_at, $3), "
                "handed_at = coalesce(handed_at, $3), answered_at = case when $4 then $3 end where id = $1",
                id,
                state,
                self.at,
                state in ("done", "negative"),
            )
            await self._told("outbox", id, state)

    async def _move_in(self) -> None:
        if self.came:
            id, state = self.chance.choice(self.came), self.chance.choice(IN_STATES)
            await self.connection.execute(
                "update post.post_inbox set state = $2, tenant = 1, sender_her = $3, type = $4, conversation = $5, "
                "content_asked = 7, content_said = $6 where id = $1",
                id, state, self.chance.choice(THEIRS), self.chance.choice(TYPES), self.chance.choice(("a", "b", None)),
                self.chance.randint(0, 7),
            )  # fmt: skip
            await self._told("inbox", id, state)

    async def _told(self, way: str, id: int, state: str) -> None:
        await self.connection.execute(
            f"insert into post.post_event ({way}, at, state) values ($1, $2, $3)", id, self.at, state
        )


async def told(connection: asyncpg.Connection) -> dict[str, list[tuple]]:
    return {
        name: sorted(map(tuple, await connection.fetch(f"select * from adoption.{name}")), key=repr)
        for name in SUMS
    }


@pytest.mark.parametrize("seed", range(1, 9))
async def test_followed_by_pieces_is_counted_at_once(
    sums: tuple[AdoptionStore, asyncpg.Connection], seed: int
) -> None:
    store, connection = sums
    history = History(connection, seed)
    for _ in range(150):
        await history.step()
        if history.chance.random() < 0.25:
            await store.fold(limit=history.chance.choice((1, 3, 100)))
    await store.fold_all()
    followed = await told(connection)
    await store.recount()
    assert await told(connection) == followed
    await connection.execute("truncate adoption.day, adoption.month, adoption.wait, adoption.message")
    await connection.execute("update adoption.mark set settled = 0, pending = 0, upto = 0, horizon = 0")
    await store.fold_all()
    assert await told(connection) == followed and followed["month"]
    counted = await connection.fetchval(
        "select (select count(*) from post.post_outbox where type <> 'APPREC' and state not in ('draft', 'dropped')) + "
        "(select count(*) from post.post_inbox where type <> 'APPREC')"
    )
    assert counted == await store.rows() == len(followed["message"])


async def test_a_writer_who_commits_late_is_counted(
    sums: tuple[AdoptionStore, asyncpg.Connection], database: str
) -> None:
    """Its event has an older number than those that were read: it must not be passed by."""
    store, connection = sums
    slow = await asyncpg.connect(database)
    late, quick = History(slow, 50), History(connection, 51)
    transaction = slow.transaction()
    await transaction.start()
    await late._draft()
    await late._move_out()
    for _ in range(30):
        await quick.step()
        await store.fold()
    await transaction.commit()
    await slow.close()
    await quick._draft()
    await store.fold_all()
    ids = {row["id"] for row in await connection.fetch("select id from adoption.message where way = 1")}
    said = await connection.fetch(
        "select id from post.post_outbox where type <> 'APPREC' and state not in ('draft', 'dropped')"
    )
    assert ids == {row["id"] for row in said}


async def test_a_resent_and_a_copied_message_count_once(
    sums: tuple[AdoptionStore, asyncpg.Connection],
) -> None:
    store, connection = sums
    for n, (copy, replaces) in enumerate(((False, None), (True, None), (False, 1))):
        id = await connection.fetchval(
            "insert into post.post_outbox (tenant, msg_id, receiver, copy, sender, type, generated_at, made_at, digest, "
            "replaces, parcel, state, queued_at) values (1, $1, $2, $3, $4, 'LOG_INNLAGT', $5, $5, 'x', $6, $1, 'done', $5) "
            "returning id",
            f"m{n}", THEIRS[0], copy, OURS, NOW, replaces,
        )  # fmt: skip
        await connection.execute(
            "insert into post.post_event (outbox, at, state) values ($1, $2, 'done')", id, NOW
        )
    await store.fold_all()
    row = await connection.fetchrow("select * from adoption.day")
    assert (row["messages"], row["copies"], row["repeats"]) == (1, 1, 1)
    assert str(row["day"]) == "2026-03-28"
