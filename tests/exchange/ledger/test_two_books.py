"""Two partners' books side by side: what neither shows alone, and what a receiver lost with an older backup."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from akson.exchange.ledger.peers import Peer, compared
from akson.exchange.ledger.reconciling import send_the_lost_again
from akson.exchange.ledger.statement import Statement, compare, sign, verify
from akson.exchange.transport.contract import Handed, Parcel
from akson.fhir.problem import Problem
from akson.store.ledger import LedgerStore, Named
from akson.store.outbox import OutboxStore
from akson.store.outbox_rows import Asked
from akson.store.post import PostStore
from akson.world import FixedClock
from tests.conftest import _fresh_database
from tests.exchange.outbox.conftest import NOW, Office, letter

KEY = Ed25519PrivateKey.from_private_bytes(b"\7" * 32)


def named(id: str, state: str) -> Named:
    return Named(id, "990202", "DIALOG_SVAR", state)


CASES = {
    "lost_there": ("done", None),
    "lost_on_the_way": ("overdue", None),
    "answer_lost": ("overdue", "accepted"),
    "never_sent": (None, "accepted"),
    "contradicting": ("done", "refused"),
}


@pytest.mark.parametrize("found", CASES)
def test_what_one_book_alone_cannot_show(found: str) -> None:
    out, there = CASES[found]
    ours = [named("good", "done"), named("refused", "negative"), named("waits", "queued")]
    theirs = [named("good", "accepted"), named("refused", "refused")]
    assert compare(ours, theirs).agree
    told = compare(
        [*ours, *([named("x", out)] if out else [])], [*theirs, *([named("x", there)] if there else [])]
    )
    assert getattr(told, found) == ("x",) and not told.agree


def test_a_statement_is_believed_under_its_own_key_alone() -> None:
    statement = Statement("Havnes", "Storvik", NOW.date(), (named("a", "done"),), (named("b", "accepted"),))
    signed = sign(statement, KEY)
    assert verify(signed, KEY.public_key()) == statement
    other = Ed25519PrivateKey.from_private_bytes(b"\x08" * 32)
    for forged in (signed.replace(b"Havnes", b"Hafnes"), signed[:-9], sign(statement, other), b"[]", b""):
        with pytest.raises(Problem):
            verify(forged, KEY.public_key())
    assert sign(replace(statement, day=None), KEY) != signed


@pytest.mark.parametrize("id", [["a"], {"a": 1}, 7, None, "a" * 300], ids=str)
def test_a_signed_statement_of_no_texts_is_refused_before_it_is_compared(id: Any) -> None:
    odd = Named(id, "990202", "DIALOG_SVAR", "done")
    with pytest.raises(Problem) as refused:
        verify(sign(Statement("Havnes", "Storvik", NOW.date(), (odd,), ()), KEY), KEY.public_key())
    assert refused.value.id == "AKS-EXCHANGE-030"


@dataclass
class Pair:
    sender: Office
    sender_books: LedgerStore
    receiver: PostStore
    receiver_books: LedgerStore
    connection: asyncpg.Connection

    async def deliver(self, parcel: Parcel) -> None:
        """The receiver's inbox in few lines: kept, judged, answered."""
        id = await self.receiver.receive(parcel.document, transport="t", name=parcel.msg_id)
        told = {"sender_her": parcel.sender, "msg_id": parcel.msg_id, "type": parcel.type}
        await self.receiver.advance(id, "accepted", **told)
        await self.sender.outbox.received_receipt(
            parcel.id.encode(), receipt_id=parcel.id, msg_id=parcel.msg_id, sender=parcel.receiver, status="1"
        )

    async def compared(self) -> object:
        sent = await self.sender_books.sent_to(["990202"], ["990002"], None)
        came = await self.receiver_books.came_from(["990002"], None)
        return compare(sent, came)


@pytest_asyncio.fixture(loop_scope="session")
async def pair(database: str, postgres_dsn: str) -> AsyncIterator[Pair]:
    clock = FixedClock(NOW)
    store = await OutboxStore.open(database, clock=clock)
    books = await LedgerStore.open(database, clock=clock)
    async for other in _fresh_database(postgres_dsn):
        receiver = await PostStore.open(other, clock=clock)
        receiver_books = await LedgerStore.open(other, clock=clock)
        connection = await asyncpg.connect(other)

        async def commit(type: str, id: str) -> None:
            raise AssertionError

        office = Office(store, clock, commit)
        office.carrier.name = "edi20"
        office.carrier.says = lambda parcel: Handed("r", confirmed=True)
        yield Pair(office, books, receiver, receiver_books, connection)
        await connection.close()
        await receiver_books.close()
        await receiver.close()
    await books.close()
    await store.close()


async def test_a_receiver_restored_from_an_older_backup_gets_exactly_what_it_lost(pair: Pair) -> None:
    backup = None
    for n in range(1, 41):
        if n == 25:
            backup = pair.sender.clock.now()
        await pair.sender.outbox.queue(letter(n))
        await pair.sender.outbox.work()
        await pair.deliver(pair.sender.carrier.carried[-1])
        pair.sender.clock.advance(timedelta(minutes=10))
    assert (await pair.compared()).agree  # type: ignore[attr-defined]
    await pair.connection.execute("alter table post.post_event disable trigger append_only")
    await pair.connection.execute("delete from post.post_event where at >= $1", backup)
    await pair.connection.execute("delete from post.post_inbox where received_at >= $1", backup)
    lost = [letter(n).msg_id for n in range(25, 41)]
    told = await pair.compared()
    assert list(told.lost_there) == lost  # type: ignore[attr-defined]
    rows = await pair.sender.store.listed(Asked(receiver="990202"))
    again = await send_the_lost_again(pair.sender.outbox, rows, told)  # type: ignore[arg-type]
    assert sorted(row.msg_id for row in again) == lost
    before = {p.msg_id: p.document for p in pair.sender.carrier.carried}
    while await pair.sender.outbox.work():
        pass
    anew = pair.sender.carrier.carried[40:]
    assert sorted(p.msg_id for p in anew) == lost and all(before[p.msg_id] == p.document for p in anew)
    for parcel in anew:
        await pair.deliver(parcel)
    assert (await pair.compared()).agree and await pair.sender.store.counts() == {"done": 40}  # type: ignore[attr-defined]


async def test_what_a_partner_says_of_others_than_us_is_nobodys_item(pair: Pair) -> None:
    """His file names a HER-id that is not ours: what he sent there, and has from there, is not looked for here."""
    peer = Peer("Havnes", ("990202",), "", "", timedelta(minutes=60))

    def his(partner: str) -> Statement:
        row = Named("x", partner, "DIALOG_SVAR", "sent")
        return Statement("Havnes", "", NOW.date(), (row,), (replace(row, state="accepted"),))

    found = await compared(pair.sender_books, ("990002",), peer, his("990999"), NOW)
    assert found.agree, found
    found = await compared(pair.sender_books, ("990002",), peer, his("990002"), NOW)
    assert found.into.lost_on_the_way == ("x",) and found.out.never_sent == ("x",)
