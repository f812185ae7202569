"""Two real nodes compare their books over real HTTP: what was dropped after transport took it is found on either side."""

import asyncio
import json
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

from akson.app.post import comparing_of
from akson.app.posting import declared
from akson.exchange.ledger import question
from akson.exchange.ledger.statement import Statement
from akson.fhir.problem import Problem
from akson.identity import keys
from akson_lab.nhn.house import Nhn
from tests.app.nodes import RunningNode, akson, node
from tests.app.two_posts import LILLEFJORD, STORVIK, Side, two_ends, until

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


def carry(here: Path, there: Path, lose: frozenset[str] = frozenset()) -> None:
    """The way between two folders: what the sender's side has handed over, some of it lost."""
    for path in sorted((here / "post" / "out").glob("*.xml")):
        content = path.read_bytes()
        path.unlink()
        if not any(id in path.name for id in lose):
            (there / "post" / "in" / f".{path.name}").write_bytes(content)
            (there / "post" / "in" / f".{path.name}").rename(there / "post" / "in" / path.name)


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
            done = await asyncio.to_thread(
                akson, "message", "ledger", "--compare", b.side.service, "--json", "--data", a.settings.data
            )
            assert done.returncode == 3 and len(json.loads(done.stdout)["differences"]) == LOST, done.stderr


def test_an_answer_is_to_that_question_by_that_key(tmp_path: Path) -> None:
    ours, his, thief = (keys.log_key(tmp_path / name) for name in ("a", "b", "c"))
    from akson.world import SystemClock

    now = SystemClock().now()
    statement = Statement("Lillefjord", "990002", now.date(), (), ())
    asked, again = (question.ask(ours, now.date(), now, nonce) for nonce in ("1", "2"))
    assert question.read_question(asked, now).key == question.public(ours)
    answer = question.answer(asked, statement, his)
    assert question.read_answer(answer, asked, question.public(his)) == statement
    forged = question.answer(asked, statement, thief)
    for content, to in (
        (answer, again),
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
    for content, at in (
        (asked, now + timedelta(minutes=6)),
        (asked.replace(b"nonce", b"nonse"), now),
        (b"", now),
    ):
        try:
            question.read_question(content, at)
        except Problem as refused:
            assert refused.id == "AKS-EXCHANGE-031"
        else:
            raise AssertionError("it was believed")
