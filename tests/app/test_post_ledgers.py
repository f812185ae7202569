"""Two real nodes compare their books over real HTTP: what was dropped after transport took it is found on either side."""

import asyncio
import json
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from akson.access.actor import PurposeOfUse
from akson.app.cast import CAST
from akson.app.post import comparing_of
from akson.app.post_desk.building import desk
from akson.app.posting import declared, ledgers
from akson.exchange.ledger import question
from akson.exchange.ledger.statement import Statement
from akson.exchange.transport.contract import Unreachable
from akson.exchange.transport.folder import write_whole
from akson.fhir.problem import Problem
from akson.fhir.search.parsing import parse
from akson.identity import keys
from akson_lab.nhn.house import Nhn
from tests.app.nodes import RunningNode, akson, node
from tests.app.two_posts import LILLEFJORD, STORVIK, End, Side, two_ends, until

LOST = 3
SENT = 8


def tables(root: Path, addresses: dict[str, str], every: int = 1) -> Callable[[Side, Side], str]:
    """By the folder, which whoever stands between carries; books over HTTP."""

    def table(here: Side, there: Side) -> str:
        key = question.public(keys.log_key(root / there.name / "keys"))
        address = addresses.get(there.name, "http://127.0.0.1:9")
        return (
            f'[ledger]\nher_ids = ["{here.service}"]\nname = "{here.words}"\nsettled_minutes = 0\nevery_minutes = {every}\n'
            f'[[partner]]\nher_id = "{there.service}"\nname = "{there.words}"\ntransport = "folder"\n'
            f'ledger = "{address}"\nledger_key = "{key}"\nsilent_after_minutes = 2\n'
        )

    return table


DROPPED: dict[str, bytes] = {}


def carry(here: Path, there: Path, lose: frozenset[str] = frozenset()) -> None:
    """The way between two folders: what the sender's side has handed over, some of it lost."""
    for path in sorted((here / "post" / "out").glob("*.xml")):
        content = path.read_bytes()
        path.unlink()
        if any(id in path.name for id in lose):
            DROPPED[path.name] = content
        else:
            write_whole(there / "post" / "in", path.name, content)


def with_addresses(root: Path, *running: RunningNode) -> None:
    """The real addresses are known when the nodes run; each is told the other's, and started again by the caller."""
    told = {r.data.name: r.address for r in running}
    for side in (STORVIK, LILLEFJORD):
        path, other = root / side.name / "post.toml", LILLEFJORD if side is STORVIK else STORVIK
        path.write_text(path.read_text().replace("http://127.0.0.1:9", told[other.name]))


async def test_what_is_lost_on_the_way_is_found_by_both(tmp_path: Path) -> None:
    for side in (STORVIK, LILLEFJORD):
        (tmp_path / side.name).mkdir()
    async with Nhn() as nhn, two_ends(tmp_path, nhn, tables(tmp_path, {})) as (a, b):
        with ExitStack() as stack:
            here, there = (stack.enter_context(node(end.settings.data, "--workers", "1")) for end in (a, b))
            with_addresses(tmp_path, here, there)
            sent = await a.send(b.side, SENT)
            back = await b.send(a.side, 2)
            lost = frozenset(sent[:LOST])

            async def settled() -> bool:
                carry(a.settings.data, b.settings.data, lost)
                carry(b.settings.data, a.settings.data)
                states = {**await a.states(), **await b.states()}
                return all(state == ("sent" if id in lost else "done") for id, state in states.items())

            await until(settled, lambda: asyncio.gather(a.standing(), b.standing()))
            assert len(back) == 2
            for end, way in ((a, "out"), (b, "into")):
                told = declared.load(end.settings.data)
                comparing = comparing_of(end.node, told, end.node.ledger)
                (peer,) = comparing.peers
                found = await comparing.compare(peer)
                assert set(getattr(found, way).lost_on_the_way) == lost, (way, found)
                assert found.out.agree if way == "into" else found.into.agree
                items = comparing.items()
                assert len(items) == LOST and all(any(id in words for id in lost) for words in items.values())
            await told_and_shown(a, lost)
            done = await asyncio.to_thread(
                akson, "message", "ledger", "--compare", b.side.service, "--json", "--data", a.settings.data
            )
            assert done.returncode == 3 and len(json.loads(done.stdout)["differences"]) == LOST, done.stderr

            await mended_and_silent(a, b, there, lost)


async def told_and_shown(a: End, lost: frozenset[str]) -> None:
    """An item with an owner for each, and the ledger screen's words."""
    comparing = comparing_of(a.node, declared.load(a.settings.data), a.node.ledger)
    await a.office.alarms.stand(comparing.items(), of="book|")
    items = await tasks(a)
    assert len(items) == LOST and {t["status"] for t in items} == {"requested"}
    assert all(t["owner"]["reference"] == "Practitioner/mats" for t in items), items
    mats = a.node.record.open(CAST["mats"], PurposeOfUse.CARE_COORDINATION)
    page = await desk(a.node).ledger(mats, "", "", None)
    [book] = page.compared
    assert book.partner.her == "990102" and not book.silent and len(book.differences) == LOST
    assert all(any(id in words for words in book.differences) for id in lost)


async def mended_and_silent(a: End, b: End, there: RunningNode, lost: frozenset[str]) -> None:
    """What was lost comes after all: the books agree and the items end. Then his node falls silent, with nothing to send."""
    comparing = comparing_of(a.node, declared.load(a.settings.data), a.node.ledger)
    for name, content in DROPPED.items():
        write_whole(b.settings.data / "post" / "in", name, content)
    assert len(DROPPED) == len(lost)

    async def done() -> bool:
        carry(a.settings.data, b.settings.data)
        carry(b.settings.data, a.settings.data)
        return set((await a.states()).values()) == {"done"}

    await until(done, lambda: asyncio.gather(a.standing(), b.standing()))
    assert (await comparing.compare(comparing.peers[0])).agree
    await a.office.alarms.stand(comparing.items(), of="book|")
    assert {t["status"] for t in await tasks(a)} == {"completed"}
    there.interrupt()
    try:
        await comparing.compare(comparing.peers[0])
    except Unreachable:
        pass
    else:
        raise AssertionError("who answered?")
    now = a.node.clock.now()
    assert not comparing.silent(now), "not before the time that was agreed"
    [(key, words)] = comparing.silent(now + timedelta(minutes=3)).items()
    assert key == "unheard|990102" and "Lillefjord kommune svarer ikke (sist hørt" in words
    mats = a.node.record.open(CAST["mats"], PurposeOfUse.CARE_COORDINATION)
    path = a.settings.data / "post" / ledgers.NAME
    row = json.loads(path.read_text())["990102"]
    path.write_text(json.dumps({"990102": row | {"heard": (now - timedelta(minutes=3)).isoformat()}}))
    [silent] = (await desk(a.node).overview(mats)).silent
    assert silent.type_words == "noden" and silent.partner.her == "990102"


async def tasks(a: End) -> list[dict[str, Any]]:
    session = a.node.record.open(CAST["system"], PurposeOfUse.OPERATIONS)
    found = await session.search(parse("Task", [("_count", "200")]))
    all_ = [json.loads(v.body) for v in found.matches if v.body]
    return [t for t in all_ if any(i["value"].startswith("book|") for i in t.get("identifier", ()))]


def test_an_answer_is_to_that_question_by_that_key(tmp_path: Path) -> None:
    ours, his, thief = (keys.log_key(tmp_path / name) for name in ("a", "b", "c"))
    from akson.world import SystemClock

    now = SystemClock().now()
    statement = Statement("Lillefjord", "990002", now.date(), (), ())
    asked, again = (question.ask(ours, question.public(his), now.date(), now, nonce) for nonce in ("1", "2"))
    assert question.read_question(asked, question.public(his), now).key == question.public(ours)
    answer = question.answer(asked, statement, his)
    assert question.read_answer(answer, asked, question.public(his)) == statement
    forged = question.answer(asked, statement, thief)
    of_another_day = replace(statement, day=now.date() - timedelta(days=300))
    for content, to in (
        (answer, again),
        (question.answer(asked, of_another_day, his), asked),
        (question.answer(asked, replace(statement, day=None), his), asked),
        (forged, asked),
        (answer[:-9], asked),
        (b"[]", asked),
        (b"{}", asked),
    ):
        try:
            question.read_answer(content, to, question.public(his))
        except Problem as refused:
            assert refused.id == "AKS-EXCHANGE-030"
        else:
            raise AssertionError("it was believed")
    for content, to, at in (
        (asked, his, now + timedelta(minutes=6)),
        (asked.replace(b"nonce", b"nonse"), his, now),
        (asked, thief, now),  # Whoever was asked asks a third with it.
        (b"", his, now),
    ):
        try:
            question.read_question(content, question.public(to), at)
        except Problem as refused:
            assert refused.id == "AKS-EXCHANGE-031"
        else:
            raise AssertionError("it was believed")
