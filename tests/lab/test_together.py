"""A hospital, a GP office and a node, as processes that talk over HTTP: each type arrives once, whatever goes wrong."""

import asyncio
import json
import signal
import subprocess
import time
import urllib.request
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.app.nodes import AKSON, akson, environ, node
from tests.crash.test_message_kill import prepare
from tests.exchange.samples import stay

from akson.access.actor import PurposeOfUse
from akson.app import settings as all_settings
from akson.app.cast import CAST
from akson.app.post import PostOffice, folder, post_office
from akson.app.posting.opening import opened
from akson.app.wiring import Node, open_node
from akson.exchange.ledger.ledger import read_ledger
from akson.exchange.outbox.outbox import Letter
from akson.record.values import Change
from akson.store.ledger import LedgerStore
from akson.store.outbox_rows import Asked, Because
from akson_lab import gp
from akson_lab.facts import Party, Shipment

KINDS = (
    "admission",
    "early-notice",
    "ready",
    "withdrawn",
    "discharge",
    "discharge-report",
    "letter",
    "request",
)
WAIT_S = 90.0
PATIENCE_S = "1.5"


@dataclass
class Lab:
    data: Path
    address: str

    def ask(self, path: str, body: object = None, method: str = "") -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            self.address + path, data, method=method or ("GET" if body is None else "POST")
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def books(self, house: str) -> dict[str, Any]:
        return self.ask("/lab")["houses"][house]


@pytest.fixture
def lab(tmp_path: Path, shared_or_none: str) -> Iterator[Lab]:
    line = [
        *AKSON,
        "lab",
        "up",
        "--data",
        str(tmp_path),
        "--ports",
        "0",
        "0",
        "0",
        "0",
        "--patience",
        PATIENCE_S,
    ]
    env = environ(**({"AKSON_SHARED": shared_or_none} if shared_or_none else {}))
    process = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=env)
    try:
        wait(lambda: (tmp_path / "lab.json").exists() or process.poll() is not None)
        assert process.poll() is None, process.communicate()[0]
        yield Lab(tmp_path, json.loads((tmp_path / "lab.json").read_text())["address"])
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)


@pytest.fixture(scope="session")
def shared_or_none(request: pytest.FixtureRequest) -> str:
    """The official schemas when they are here: without them the counterparts check less, and say so."""
    try:
        return str(request.getfixturevalue("shared"))
    except pytest.skip.Exception:
        return ""


def wait(happened: Callable[[], Any], seconds: float = WAIT_S) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)


def letters(count: int) -> list[Letter]:
    """Requests to the GP office and to the hospital, by turns."""
    found = []
    for n in range(count):
        her, service, house, outer = (
            ("990302", "Fastlege Grete Lund", "Torget legesenter", "990301")
            if n % 2 == 0
            else ("990202", "PLO innleggelse somatikk", "Havnes sykehus HF", "990201")
        )
        id = str(uuid.uuid4())
        facts = stay(
            sender=Party("Storvik kommune", "990001", "Sykepleietjeneste", "990002"),
            receiver=Party(house, outer, service, her),
        )
        document = gp.request_message(
            facts, Shipment(id), topic="Spørsmål", text="Kan hun komme til kontroll?"
        )
        found.append(Letter(1, id, "990002", (her,), "DIALOG_FORESPORSEL", document, facts.sent_at))
    return found


async def commit(node: Node, office: PostOffice, told: list[Letter]) -> None:
    """Each with the commit it belongs to."""
    for letter in told:
        await office.outbox.prepare([letter], Because("Communication", f"ut-{letter.msg_id}"))
        resource = {
            "resourceType": "Communication",
            "status": "preparation",
            "subject": {"reference": "Patient/astrid"},
        }
        session = node.record.open(CAST["system"], PurposeOfUse.OPERATIONS)
        await session.commit(
            [Change("POST", "Communication", resource=resource, given_id=f"ut-{letter.msg_id}")]
        )


async def states(node: Node) -> dict[str, str]:
    rows = await node.outbox.listed(Asked(limit=1000))
    return {row.msg_id: row.sending.state for row in rows if row.type != "APPREC"}


async def unaccounted(node: Node) -> int:
    books = await LedgerStore.open(node.server.dsn("record"), clock=node.clock)
    try:
        ledger = await read_ledger(books)
    finally:
        await books.close()
    assert not ledger.differences, ledger.differences
    return ledger.unaccounted


def receipts(lab: Lab, house: str) -> dict[str, str]:
    return {sent["msg_id"]: sent["status"] for sent in lab.books(house)["sent"]}


def test_each_type_comes_to_the_node_and_its_own_come_out(lab: Lab) -> None:
    settings = all_settings.load(environ={}, options={"data": str(lab.data)})

    async def before() -> None:
        async with open_node(settings) as made:
            await prepare(made)

    async def out() -> list[Letter]:
        async with open_node(settings) as made:
            told = letters(4)
            await commit(made, post_office(made, folder(settings)), told)
            for _ in range(int(WAIT_S * 5)):
                if set((await states(made)).values()) == {"done"}:
                    break
                await asyncio.sleep(0.2)
            assert await states(made) == {letter.msg_id: "done" for letter in told}
            assert await unaccounted(made) == 0
        return told

    asyncio.run(before())
    with node(lab.data, "--workers", "1") as running:
        done = akson("lab", "send", KINDS[0], "--data", lab.data)
        assert done.returncode == 0, done.stderr
        for kind in KINDS[1:]:
            lab.ask("/lab/send", {"type": kind})
        wait(lambda: all(receipts(lab, "hospital").values()) and all(receipts(lab, "gp").values()))
        assert set(receipts(lab, "hospital").values()) == {"1"} == set(receipts(lab, "gp").values()), lab.ask(
            "/lab"
        )
        token = running.token()
        _, body = running.get("/fhir/Communication?_count=100", token)
        assert len(json.loads(body)["entry"]) == len(KINDS)
        told = asyncio.run(out())
        assert {g["msg_id"] for h in ("gp", "hospital") for g in lab.books(h)["received"]} >= {
            t.msg_id for t in told
        }
        checked = {g["valid"] for h in ("gp", "hospital") for g in lab.books(h)["received"]}
        assert checked == ({None} if "AKSON_SHARED" in lab.books("gp")["checks"] else {True})
        wait(lambda: len(receipts(lab, "gp")) == 3 and all(receipts(lab, "gp").values()))
        status, body = running.get("/helse/post")
        assert status == 200 and json.loads(body)["ways"]["edi20"]["up"] is True
    shown = akson("lab", "show", "--data", lab.data)
    assert "LOG_UTSKREVET" in shown.stdout and "no receipt" not in shown.stdout


class Leaping:
    """The node's clock, set forward by the test: retries and deadlines come when it says."""

    def __init__(self, inner: Any) -> None:
        self._inner, self._ahead = inner, timedelta()

    def now(self) -> Any:
        return self._inner.now() + self._ahead

    def leap(self, by: timedelta) -> None:
        self._ahead += by


@asynccontextmanager
async def leaping(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[Node, PostOffice, Leaping]]:
    """The post office of a node in this process, so that its clock can be set; its partners are processes still."""
    from akson.app import lab_time
    from akson.world import SystemClock

    clock = Leaping(SystemClock())
    monkeypatch.setattr(lab_time, "SystemClock", lambda: clock)
    async with open_node(settings) as made, opened(made) as ways:
        yield made, post_office(made, folder(settings), ways), clock


async def test_whatever_goes_wrong_between_both_books_agree(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = all_settings.load(environ={}, options={"data": str(lab.data)})
    async with leaping(settings, monkeypatch) as (made, office, clock):
        await prepare(made)
        for fault in (
            {"kind": "loss", "chance": 0.15},
            {"kind": "delay", "chance": 0.3, "seconds": 0.5},
            {"kind": "duplicate", "chance": 0.3},
            {"kind": "error", "chance": 0.1},
            {"kind": "cut-after", "chance": 0.1, "only": "POST"},
        ):
            await asyncio.to_thread(lab.ask, "/lab/fault", fault)
        told = letters(10)
        await commit(made, office, told)
        for kind in KINDS:
            await asyncio.to_thread(lab.ask, "/lab/send", {"type": kind})
        deadline = time.monotonic() + WAIT_S
        while not await _settled(made, lab):
            assert time.monotonic() < deadline, (await states(made), await asyncio.to_thread(lab.ask, "/lab"))
            await _round(made, office)
            clock.leap(timedelta(minutes=20))
        await asyncio.to_thread(lab.ask, "/lab/fault", None, "DELETE")
        while await office.work():
            pass
        assert await unaccounted(made) == 0
        struck = (await asyncio.to_thread(lab.ask, "/lab"))["faults"]["struck"]
        assert struck.get("loss") and struck.get("error"), struck
        assert await states(made) == {letter.msg_id: "done" for letter in told}
        for house, her in (("gp", "990302"), ("hospital", "990202")):
            books = await asyncio.to_thread(lab.books, house)
            ours = {letter.msg_id for letter in told if her in letter.receivers}
            assert {got["msg_id"] for got in books["received"] if got["type"] == "DIALOG_FORESPORSEL"} == ours
            assert {sent["status"] for sent in books["sent"]} == {"1"} and not books["strays"]
        came = await made.post.counts()
        everything = [lab.books(house)["sent"] for house in ("gp", "hospital")]
        answers = sum(1 for sent in everything for s in sent if s["type"] == "DIALOG_SVAR")
        assert answers == 5
        taken = await made.post.listed(("accepted",), limit=1000)
        assert len([i for i in taken if i.type != "APPREC"]) == len(KINDS) + answers, came


async def _round(made: Node, office: PostOffice) -> None:
    """Every part once; who is overdue goes again, as his owner would say."""
    for carrier in office.carriers.values():
        await carrier.round(office.arrived)
    await office.work()
    for row in await made.outbox.listed(Asked(limit=1000)):
        if row.sending.state in ("overdue", "failed") and not row.sending.closed:
            await office.outbox.resend(row.id, by="Mats")
    await asyncio.sleep(0.1)


async def _settled(made: Node, lab: Lab) -> bool:
    if set((await states(made)).values()) != {"done"}:
        return False
    told = await asyncio.to_thread(lab.ask, "/lab")
    return all(s["status"] for h in told["houses"].values() for s in h["sent"]) and (
        len(told["houses"]["gp"]["sent"]) == 6
    )
