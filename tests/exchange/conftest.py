"""A municipality's post over a real PostgreSQL: Storvik's houses, a few people, and a clock that the test moves."""

import json
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from lxml import etree

from akson.access.actor import PurposeOfUse
from akson.app.cast import CAST, HOUSES, ORGANISATIONS
from akson.audit.log import AccessLog
from akson.exchange.inbox.directory import Directory
from akson.exchange.inbox.pipeline import Inbox, Outcome
from akson.fhir.definitions import load
from akson.fhir.search.parsing import parse
from akson.record.door import Record
from akson.record.values import Change
from akson.store.audit_log import AuditLogStore
from akson.store.post import PostStore
from akson.store.store import Store
from akson.world import FixedClock, SystemRandom
from akson_lab.referee import official
from tests.exchange.samples import NOW, stay

HER = "urn:oid:2.16.578.1.12.4.1.2"
FNR = "urn:oid:2.16.578.1.12.4.1.4.1"
DNR = "urn:oid:2.16.578.1.12.4.1.4.2"
D_NUMBER = "52854220039"


@pytest.fixture(scope="session")
def official_schema(shared: Path) -> etree.XMLSchema:
    """Every official schema at once, as the lab's houses judge by."""
    return official(shared)


def organisation(id: str, name: str, her: str, above: str | None) -> dict[str, Any]:
    part = {"partOf": {"reference": f"Organization/{above}"}} if above else {}
    return {
        "resourceType": "Organization",
        "id": id,
        "identifier": [{"system": HER, "value": her}],
        "name": name,
        **part,
    }


def patient(id: str, given: str, family: str, number: str, system: str = FNR) -> dict[str, Any]:
    return {
        "resourceType": "Patient",
        "id": id,
        "identifier": [{"system": system, "value": number}],
        "name": [{"family": family, "given": [given]}],
    }


def episode(patient: str, unit: str) -> dict[str, Any]:
    return {
        "resourceType": "EpisodeOfCare",
        "id": f"vedtak-{patient}",
        "status": "active",
        "patient": {"reference": f"Patient/{patient}"},
        "managingOrganization": {"reference": f"Organization/{unit}"},
        "period": {"start": "2026-01-03"},
    }


OFFICER = {
    "resourceType": "PractitionerRole",
    "id": "rolle-mats",
    "active": True,
    "practitioner": {"reference": "Practitioner/mats", "display": "Mats Eide"},
    "organization": {"reference": "Organization/storvik"},
    "code": [{"coding": [{"system": "https://akson.no/fhir/CodeSystem/role", "code": "message-officer"}]}],
}


@dataclass
class PostHouse:
    record: Record
    store: Store
    post: PostStore
    clock: FixedClock
    dsn: str = ""
    """Of the record, beside which the post keeps its own tables."""
    sent: list[tuple[str, bytes]] = field(default_factory=list)

    async def send(self, name: str, content: bytes) -> None:
        self.sent.append((name, content))

    def inbox(self, **more: Any) -> Inbox:
        elsewhere = {
            tenant: frozenset(
                h for i, (_, h, above, _) in ORGANISATIONS.items() if above is None and i != own
            )
            for tenant, own in HOUSES.items()
        }
        parts = {"record": self.record, "post": self.post, "send": self.send, "receipts_in": None} | more
        directory = Directory(parts["record"], tuple(HOUSES), elsewhere)
        return Inbox(
            parts["record"],
            parts["post"],
            directory,
            parts["send"],
            clock=self.clock,
            version="0.1.0",
            receipts_in=parts["receipts_in"],
        )

    async def take(self, content: bytes, name: str = "a.xml") -> Outcome:
        """Through the whole inbox, to its end."""
        inbox = self.inbox()
        id = await inbox.receive(content, transport="test", name=name)
        while await inbox.work():
            pass
        return await inbox.outcome(id)

    async def put(self, *resources: dict[str, Any]) -> None:
        changes = [
            Change("PUT", r["resourceType"], id=r["id"], body=json.dumps(r).encode()) for r in resources
        ]
        await self.record.open(CAST["system"], PurposeOfUse.OPERATIONS).commit(changes)

    async def all(self, type: str, who: str = "system", **terms: str) -> list[dict[str, Any]]:
        query = parse(type, [*terms.items(), ("_count", "1000")])
        found = await self.record.open(CAST[who], PurposeOfUse.TREATMENT).search(query)
        return [json.loads(v.body) for v in found.matches if v.body]

    def later(self, seconds: float) -> None:
        self.clock.advance(timedelta(seconds=seconds))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def moulds(postgres_dsn: str) -> AsyncIterator[dict[str, str]]:
    """Databases with tables and people in them, made once: each test gets copies, which takes a tenth of the time."""
    made = {name: f"mould_{name}_{secrets.token_hex(4)}" for name in ("record", "log")}
    connection = await asyncpg.connect(postgres_dsn)
    try:
        for name in made.values():
            await connection.execute(f"create database {name} template template0")
        async with _house(*(_dsn(postgres_dsn, name) for name in made.values())) as house:
            await house.put(
                *(organisation(id, name, her, above) for id, (name, her, above, _) in ORGANISATIONS.items()),
                OFFICER,
                patient("astrid", "Astrid", "Bakken", stay().national_id),
                episode("astrid", "hjemmetjenesten-ost"),
            )
        yield made
        for name in made.values():
            await connection.execute(f"drop database {name} with (force)")
    finally:
        await connection.close()


@pytest_asyncio.fixture(loop_scope="session")
async def house(postgres_dsn: str, moulds: dict[str, str]) -> AsyncIterator[PostHouse]:
    copies = [f"test_{secrets.token_hex(8)}" for _ in moulds]
    connection = await asyncpg.connect(postgres_dsn)
    try:
        for copy, mould in zip(copies, moulds.values(), strict=True):
            await connection.execute(f"create database {copy} template {mould} strategy file_copy")
        async with _house(*(_dsn(postgres_dsn, name) for name in copies)) as made:
            yield made
        for copy in copies:
            await connection.execute(f"drop database {copy} with (force)")
    finally:
        await connection.close()


def _dsn(server: str, database: str) -> str:
    return urlunsplit(urlsplit(server)._replace(path=f"/{database}"))


@asynccontextmanager
async def _house(database: str, log_database: str) -> AsyncIterator[PostHouse]:
    clock, random = FixedClock(NOW), SystemRandom()
    store = await Store.open(database, definitions=load(), clock=clock, random=random, pool_size=2)
    rows = await AuditLogStore.open(log_database)
    key = Ed25519PrivateKey.from_private_bytes(b"\1" * 32)
    log = AccessLog(rows, key=key, origin="akson/test/post/1", clock=clock, random=random)
    record = Record(store, log, definitions=load(), clock=clock, random=random)
    post = await PostStore.open(database, clock=clock, pool_size=2)
    try:
        yield PostHouse(record, store, post, clock, database)
    finally:
        await post.close()
        await record.close()
        await rows.close()
        await store.close()
