"""Two municipalities share a node: each officer's books, silent partners, certificates and compared books are her own."""

import json
from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest_asyncio

from akson.access.actor import PurposeOfUse
from akson.app.cast import CAST, LILLEFJORD, ORGANISATIONS, STORVIK
from akson.app.demo.correspondence import document
from akson.app.post_desk.desk import Desk
from akson.app.post_desk.parts import Parts
from akson.app.posting import ledgers
from akson.exchange.inbox.assigning import Assigning
from akson.exchange.inbox.directory import Directory
from akson.exchange.ledger.ledger import Ledger, read_ledger
from akson.exchange.outbox.outbox import Letter
from akson.exchange.sealing import keyring, making
from akson.exchange.sealing.certificates import Use
from akson.exchange.silence.watching import silent_flows
from akson.record.session import RecordSession
from akson.record.values import Change
from akson.store.ledger import LedgerStore
from akson.store.post_desk import PostDeskStore
from akson.store.whose import Whose
from akson.web.shell.post_desk import Asked
from akson.world import SystemRandom
from tests.app.test_post_desk import ASTRID, NOTE, UNKNOWN_THERE, Office, office  # noqa: F401
from tests.exchange.conftest import PostHouse, house, moulds, organisation  # noqa: F401
from tests.exchange.samples import admission, id

ENH = "urn:oid:2.16.578.1.12.4.1.4.101"
NUMBERS = {STORVIK: "999000001", LILLEFJORD: "999000002"}
MONA = replace(CAST["mats"], id="mona", name="Mona Vik", reference="Practitioner/mona", tenant=LILLEFJORD)


@dataclass
class Two:
    office: Office
    desk: Desk
    books: LedgerStore
    data: Path

    @property
    def mats(self) -> RecordSession:
        return self.office.mats

    @property
    def mona(self) -> RecordSession:
        return self.office.house.record.open(MONA, PurposeOfUse.CARE_COORDINATION)

    async def send(self, tenant: int, number: int, sender: str, receiver: str = "990301") -> int:
        at, msg_id = self.office.house.clock.now(), id(700 + number)
        content = document(NOTE, ASTRID, msg_id=msg_id, at=at)
        letter = Letter(tenant, msg_id, sender, (receiver,), NOTE.type, content, at, conversation=msg_id)
        [row] = await self.office.outbox.queue(letter)
        await self.office.outbox.work()
        return row

    async def came(self, name: str, tenant: int | None, state: str = "accepted", **more: Any) -> int:
        post = self.office.house.post
        row = await post.receive(name.encode(), transport="t", name=name)
        told = {} if tenant is None else {"tenant": tenant}
        await post.advance(row, state, **told, sender_her="990202", type="LOG_INNLAGT", **more)
        return row

    async def lie(self, sql: str) -> None:
        async with self.office.sent._pool.acquire() as connection:
            await connection.execute(sql)

    async def ledgers(self) -> tuple[Ledger, Ledger, Ledger]:
        """The node's, Storvik's, Lillefjord's."""
        storvik, lillefjord = self.books.of(Whose(STORVIK, True)), self.books.of(Whose(LILLEFJORD))
        return await read_ledger(self.books), await read_ledger(storvik), await read_ledger(lillefjord)


@pytest_asyncio.fixture(loop_scope="session")
async def two(house: PostHouse, office: Office, tmp_path: Path) -> Any:  # noqa: F811
    here = await LedgerStore.open(house.dsn, clock=house.clock)
    rows = await PostDeskStore.open(house.dsn)
    for tenant, root in ((STORVIK, "storvik"), (LILLEFJORD, "lillefjord")):
        actor = replace(CAST["system"], tenant=tenant)
        _, her, _, _ = ORGANISATIONS[root]
        body = organisation(root, ORGANISATIONS[root][0], her, None)
        body["identifier"].append({"system": ENH, "value": NUMBERS[tenant]})
        session = house.record.open(actor, PurposeOfUse.OPERATIONS)
        service = organisation("lillefjord-sykepleietjeneste", "Sykepleietjeneste", "990102", "lillefjord")
        put = [body, *([service] if tenant == LILLEFJORD else [])]
        await session.commit(
            [Change("PUT", "Organization", id=r["id"], body=json.dumps(r).encode()) for r in put]
        )
    own = {STORVIK: frozenset({"990001"}), LILLEFJORD: frozenset({"990101"})}
    directory = Directory(house.record, (STORVIK, LILLEFJORD), {}, own)
    parts = Parts(
        STORVIK, rows, office.sent, house.post, here, office.outbox, Assigning(house.record, house.post, directory),
        directory, tmp_path / "keys" / "post", house.clock, SystemRandom(),
    )  # fmt: skip
    yield Two(office, Desk(parts), here, tmp_path)
    await here.close()
    await rows.close()


def _sum(ledger: Ledger) -> Counter[tuple[Any, ...]]:
    found: Counter[tuple[Any, ...]] = Counter()
    for line in ledger.lines:
        for part, count in (("total", line.total), *line.parts.items()):
            found[(line.way, line.partner, line.type, line.day, part)] += count
    return +found


async def test_the_tenants_books_add_up_to_the_nodes(two: Two) -> None:
    await two.office.send(1)
    await two.office.send(2, UNKNOWN_THERE)
    await two.send(LILLEFJORD, 3, "990102")
    await two.send(LILLEFJORD, 4, "990102", "990202")
    await two.office.house.take(admission(1))
    await two.came("to-lillefjord", LILLEFJORD, msg_id=id(31))
    unreadable = await two.came("nobodys", None, "refused")
    node, storvik, lillefjord = await two.ledgers()
    assert _sum(storvik) + _sum(lillefjord) == _sum(node)
    assert sum(line.total for line in node.lines) == 7 and sum(line.total for line in lillefjord.lines) == 3
    page = await two.desk.ledger(two.mona, "", "", None)
    assert {line.partner.her for line in page.lines} == {"990301", "990202"} and page.words == "0 uredegjort"
    # A lie in each: each officer is told of hers, and of nobody's the first.
    await two.lie("alter table post.post_event disable trigger append_only")
    await two.lie(
        f"update post.post_outbox set state = 'queued' where tenant = {LILLEFJORD} and receiver = '990202'"
    )
    await two.lie("update post.post_outbox set owner = '' where tenant = 1 and state = 'negative'")
    await two.lie(f"update post.post_inbox set state = 'accepted' where id = {unreadable}")
    two.office.house.later(16 * 60)
    node, storvik, lillefjord = await two.ledgers()
    assert (node.unaccounted, storvik.unaccounted, lillefjord.unaccounted) == (3, 2, 1)
    assert (await two.desk.counts(two.mats)).unaccounted == 2
    assert (await two.desk.counts(two.mona)).unaccounted == 1
    told = {(d.kind, i) for d in (*storvik.differences, *lillefjord.differences) for i in d.ids}
    assert told == {(d.kind, i) for d in node.differences for i in d.ids}
    overview = await two.desk.overview(two.mona)
    assert [d.way for d in overview.differences] == ["ut"]


async def test_silence_is_told_to_whoever_waits(two: Two) -> None:
    await two.send(STORVIK, 1, "990002", "990401")
    for number in range(2, 5):
        await two.send(LILLEFJORD, number, "990102")
    two.office.house.later(timedelta(hours=6).total_seconds())
    everywhere = await silent_flows(two.books, two.office.house.clock.now())
    hers = {flow.partner.her for flow in (await two.desk.overview(two.mona)).silent}
    ours = {flow.partner.her for flow in (await two.desk.overview(two.mats)).silent}
    assert hers == {"990301"} and "990301" not in ours
    assert hers | ours == {flow.partner for flow in everywhere}


async def test_certificates_are_told_to_the_municipality_whose_they_are(two: Two) -> None:
    now = two.office.house.clock.now()
    issuer = making.root(now)
    for number, name in (
        (NUMBERS[STORVIK], "Storvik"),
        (NUMBERS[LILLEFJORD], "Lillefjord"),
        ("999000009", "Ukjent"),
    ):
        pair = making.enterprise(issuer, number, name, Use.SIGN, now, days=10)
        keyring.save(two.data / "keys" / "post" / number, "signature", pair)
    ours, hers = (await two.desk.overview(two.mats)), (await two.desk.overview(two.mona))
    assert {c.name for c in ours.certificates} == {"Storvik", "Ukjent"}
    assert {c.name for c in hers.certificates} == {"Lillefjord"}


async def test_compared_books_tell_each_of_her_own_messages(two: Two) -> None:
    await two.send(STORVIK, 1, "990002")
    await two.send(LILLEFJORD, 2, "990102")
    lost = [id(701), id(702), id(799)]
    rows = {
        "990301": {
            "name": "Torget",
            "ours": ["990002", "990102"],
            "out": {"lost_on_the_way": lost},
            "into": {},
        },
        "990202": {"name": "Havnes", "ours": ["990002"], "out": {"lost_on_the_way": [id(701)]}, "into": {}},
    }
    (two.data / "post").mkdir()
    (two.data / "post" / ledgers.NAME).write_text(json.dumps(rows))
    ours = {b.partner.her: b.differences for b in (await two.desk.ledger(two.mats, "", "", None)).compared}
    hers = {b.partner.her: b.differences for b in (await two.desk.ledger(two.mona, "", "", None)).compared}
    assert set(hers) == {"990301"} and set(ours) == {"990301", "990202"}
    [hers_alone] = hers["990301"]
    assert id(702) in hers_alone
    # What stands in no book here is nobody's, and so the first tenant's.
    assert sorted(i for i in lost if any(i in words for words in ours["990301"])) == [id(701), id(799)]
    assert not (await two.desk.search(two.mona, Asked(partner="990202"))).lines
