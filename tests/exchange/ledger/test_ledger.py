"""The books over real PostgreSQL: a day of everything adds up to nothing missing, and every planted lie is named."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import asyncpg
import pytest
import pytest_asyncio

from akson.exchange.ledger.ledger import Ledger, read_ledger
from akson.exchange.transport.contract import Handed, Undeliverable
from akson.store.ledger import LedgerStore
from akson.store.outbox import OutboxStore
from akson.store.post import PostStore
from akson.world import FixedClock
from tests.exchange.outbox.conftest import NOW, Office, letter

APPEND_ONLY_OFF = "alter table post.post_event disable trigger append_only"


@dataclass
class Books:
    office: Office
    post: PostStore
    counting: LedgerStore
    connection: asyncpg.Connection

    async def read(self, **asked: str) -> Ledger:
        return await read_ledger(self.counting, **asked)  # type: ignore[arg-type]


@pytest_asyncio.fixture(loop_scope="session")
async def books(database: str) -> AsyncIterator[Books]:
    clock = FixedClock(NOW)
    store = await OutboxStore.open(database, clock=clock)
    post = await PostStore.open(database, clock=clock)
    counting = await LedgerStore.open(database, clock=clock)
    connection = await asyncpg.connect(database)

    async def commit(type: str, id: str) -> None:
        raise AssertionError("no commits here")

    office = Office(store, clock, commit)
    office.carrier.name = "edi20"
    office.carrier.says = lambda parcel: Handed("r", confirmed=True)
    yield Books(office, post, counting, connection)
    await connection.close()
    await counting.close()
    await post.close()
    await store.close()


async def a_day_of_everything(books: Books) -> dict[str, int]:
    office, outbox = books.office, books.office.outbox
    ids = {
        name: (await outbox.queue(letter(n)))[0] for n, name in enumerate(("done", "negative", "overdue"), 1)
    }
    await outbox.work()
    await office.answer(letter(1), "990202", "1", n=1)
    await office.answer(letter(2), "990202", "2", n=2, codes=("E36",))
    office.carrier.says = lambda parcel: Undeliverable("unknown")
    [ids["failed"]] = await outbox.queue(letter(4))
    await outbox.work()
    office.clock.advance(timedelta(hours=25))
    await outbox.work()
    office.carrier.says = lambda parcel: Handed("r", confirmed=True)
    [ids["in_flight"]] = await outbox.queue(letter(5))
    [ids["copies"]] = await outbox.queue(letter(6, "990302"))
    while await outbox.work():
        pass
    for name, state in (("a", "accepted"), ("b", "refused"), ("c", "duplicate")):
        id = await books.post.receive(name.encode(), transport="t", name=name)
        await books.post.advance(
            id, state, receipt=b'{"receipts": [{}]}', sender_her="990202", type="LOG_INNLAGT"
        )
    id = await books.post.receive(b"ruins", transport="t", name="d")
    await books.post.advance(id, "refused")
    await books.post.receive(b"new", transport="t", name="e")
    return ids


async def test_a_day_of_everything_is_all_accounted_for(books: Books) -> None:
    await a_day_of_everything(books)
    ledger = await books.read()
    assert ledger.words == "0 uredegjort" and not ledger.differences
    out = [line for line in ledger.lines if line.way == "out"]
    assert sum(line.total for line in out) == 6 and all(line.missing == 0 for line in ledger.lines)
    first_day = next(line for line in out if line.total == 4)
    assert first_day.parts == {"done": 1, "negative": 1, "failed": 1, "overdue": 1, "in_flight": 0}
    came = {
        name: sum(line.parts[name] for line in ledger.lines if line.way == "in")
        for name in ("accepted", "rejected", "duplicate", "unreadable", "waiting")
    }
    assert came == {"accepted": 1, "rejected": 1, "duplicate": 1, "unreadable": 1, "waiting": 1}
    assert [line.partner for line in (await books.read(partner="990302")).lines] == ["990302"]


LIES = {
    "out-row-says-otherwise": "update post.post_outbox set state = 'done' where id = {overdue}",
    "out-not-in-the-book": "delete from post.post_event where outbox = {in_flight}",
    "out-ends-nowhere": "insert into post.post_event (outbox, at, state) values ({in_flight}, now(), 'lost')",
    "out-done-without-receipt": "delete from post.post_receipt where outbox = {done}",
    "out-refused-without-receipt": "update post.post_receipt set status = '1' where outbox = {negative}",
    "out-answered-but-open": "update post.post_receipt set outbox = {in_flight} where outbox = {done}",
    "out-two-answers-count": (
        "insert into post.post_receipt (outbox, round, msg_id, sender, receipt_id, status, verdict, at, digest, original) "
        "select outbox, round, msg_id, sender, receipt_id, status, verdict, at, 'x', original from post.post_receipt "
        "where outbox = {done}"
    ),
    "out-nobody-owns-it": "update post.post_outbox set owner = '' where id = {failed}",
    "out-handed-but-never-queued": "delete from post.post_event where outbox = {in_flight} and state = 'queued'",
    "out-late-and-unseen": "update post.post_outbox set deadline = null where id = {in_flight}",
    "in-row-says-otherwise": "update post.post_inbox set state = 'accepted' where name = 'e'",
    "in-not-in-the-book": "delete from post.post_event where inbox = (select id from post.post_inbox where name = 'a')",
}


@pytest.mark.parametrize("kind", LIES)
async def test_every_lie_is_named_with_its_row(books: Books, kind: str) -> None:
    ids = await a_day_of_everything(books)
    await books.connection.execute(APPEND_ONLY_OFF)
    await books.connection.execute(LIES[kind].format(**ids))
    if kind == "out-nobody-owns-it":
        books.office.clock.advance(timedelta(minutes=20))
    ledger = await books.read()
    assert ledger.unaccounted and kind in {d.kind for d in ledger.differences}


async def test_nobody_works_on_it_is_named(books: Books) -> None:
    await a_day_of_everything(books)
    books.office.clock.advance(timedelta(minutes=16))
    ledger = await books.read()
    assert [d.kind for d in ledger.differences] == ["in-nobody-works-on-it"]


async def test_the_book_is_append_only(books: Books) -> None:
    await a_day_of_everything(books)
    for sql in ("update post.post_event set note = ''", "delete from post.post_event"):
        with pytest.raises(asyncpg.RaiseError):
            await books.connection.execute(sql)
