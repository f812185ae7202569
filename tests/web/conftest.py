"""The screens over a real record with the demo's people, and one browser-like client for each of the cast."""

import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest_asyncio
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from starlette.applications import Starlette

from akson import web
from akson.access.actor import PurposeOfUse
from akson.app.cast import CAST, HOUSES
from akson.app.demo.seeding import seed
from akson.app.letters import HouseLetters
from akson.app.post import OutFolder
from akson.audit.log import AccessLog
from akson.exchange.inbox.directory import Directory
from akson.exchange.outbox.desk import RecordDesk
from akson.exchange.outbox.outbox import Outbox
from akson.exchange.reader import PostReader
from akson.exchange.transport.folder import Folder
from akson.fhir.definitions import load
from akson.identity.issuers.local import LocalIssuer
from akson.identity.sessions import Sessions
from akson.record.door import Record
from akson.record.values import Change
from akson.sharing.plan.plans import Party, SharedPlans
from akson.store.audit_log import AuditLogStore
from akson.store.ledger import LedgerStore
from akson.store.outbox import OutboxStore
from akson.store.store import Store
from akson.web.shell.house import CastMember, DemoLogin, NodeName
from akson.world import SystemClock, SystemRandom
from tests.conftest import _fresh_database
from tests.web.stage import admission, hard_to_show

CITIZENS = 20
ADDRESS = "http://node.test"


@dataclass
class Rooms:
    """A node's screens without its sockets."""

    app: Starlette
    record: Record
    sessions: Sessions
    letters: HouseLetters
    outbox: Outbox
    sent: OutboxStore
    clients: list[httpx.AsyncClient] = field(default_factory=list)

    def visitor(self, who: str = "", app: Starlette | None = None, **headers: str) -> httpx.AsyncClient:
        """A client logged in as one of the cast, or not logged in."""
        cookies = {"akson": self.sessions.start(CAST[who])} if who else {}
        client = httpx.AsyncClient(
            # What a screen lets through is a failed test, not a 500.
            transport=httpx.ASGITransport(app or self.app),
            base_url=ADDRESS,
            cookies=cookies,
            headers={"origin": ADDRESS, **headers},
        )
        self.clients.append(client)
        return client

    async def put(self, *resources: dict[str, Any]) -> None:
        session = self.record.open(CAST["system"], PurposeOfUse.OPERATIONS)
        await session.commit(
            [
                Change("PUT", r["resourceType"], id=r["id"], body=json.dumps(r).encode(), resource=r)
                for r in resources
            ]
        )

    def build(self, *, demo: bool) -> Starlette:
        cast = DemoLogin(tuple(CastMember(a) for a in CAST.values()), "Begynn med Ida.") if demo else None
        return web.build(
            self.record,
            sessions=self.sessions,
            clock=SystemClock(),
            node=NodeName("Storvik kommune"),
            login=cast,
            letters=self.letters,
            reads=PostReader(),
            plans=SharedPlans(Party("999977774", "Storvik kommune"), SystemClock()),
        )


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def rooms(postgres_dsn: str, tmp_path_factory: Any) -> AsyncIterator[Rooms]:
    """One record for all tests of screens: they look, and what they change is their own."""
    databases = [_fresh_database(postgres_dsn), _fresh_database(postgres_dsn)]
    record_dsn, log_dsn = [await anext(database) for database in databases]
    clock, random = SystemClock(), SystemRandom()
    store = await Store.open(record_dsn, definitions=load(), clock=clock, random=random)
    rows = await AuditLogStore.open(log_dsn)
    key = Ed25519PrivateKey.generate()
    log = AccessLog(rows, key=key, origin="akson/test/access/1", clock=clock, random=random)
    record = Record(store, log, definitions=load(), clock=clock, random=random)
    ended: Path = tmp_path_factory.mktemp("sessions")
    issuer = LocalIssuer(ec.generate_private_key(ec.SECP256R1()), clock=clock, random=random)
    sessions = Sessions(issuer, ended=ended / "ended", clock=clock)
    kept = await OutboxStore.open(record_dsn, clock=clock)
    carrier = OutFolder(Folder(tmp_path_factory.mktemp("post"), clock_s=time.monotonic))
    desk = RecordDesk(Directory(record, tuple(HOUSES), {}), clock)
    outbox = Outbox(kept, lambda row: carrier, desk, clock=clock, random=random)
    books = await LedgerStore.open(record_dsn, clock=clock)
    letters = HouseLetters(outbox, kept, clock=clock, random=random, books=books)
    house = Rooms(Starlette(), record, sessions, letters, outbox, kept)
    house.app = house.build(demo=True)
    await seed(record, cast=CAST, reference_date=clock.now().date(), citizens=CITIZENS)
    await house.put(*hard_to_show(), *admission(datetime.now(UTC)))
    yield house
    for client in house.clients:
        await client.aclose()
    await kept.close()
    await books.close()
    await record.close()
    await rows.close()
    await store.close()
    for database in databases:
        await anext(database, None)
