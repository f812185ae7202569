"""Nodes that share one PostgreSQL server, a record and a log database each, opened side by side in one process.

They are whole but for post, screens and supervisor: Store, AccessLog, Record and the storage tables, as `open_node` makes
them. Used by `akson storage compare` and by tests.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from akson.access.actor import Actor, PurposeOfUse
from akson.app.cast import CAST
from akson.audit import origin
from akson.audit.log import AccessLog
from akson.fhir.definitions import load
from akson.record.door import Record
from akson.record.session import RecordSession
from akson.store.audit_log import AuditLogStore
from akson.store.storage import StorageStore
from akson.store.store import Store
from akson.world import Clock, Random, SystemRandom


@dataclass(frozen=True, slots=True)
class StorageNode:
    name: str
    record: Record
    rows: StorageStore

    def service(self, tenant: int = 1) -> RecordSession:
        """The municipality's own service in one tenant."""
        return self.record.open(replace(CAST["system"], tenant=tenant), PurposeOfUse.OPERATIONS)

    def as_(self, actor: Actor, purpose: PurposeOfUse) -> RecordSession:
        return self.record.open(actor, purpose)


@asynccontextmanager
async def storage_node(
    name: str,
    record_dsn: str,
    log_dsn: str,
    *,
    clock: Clock,
    random: Random | None = None,
    pool_size: int = 4,
) -> AsyncIterator[StorageNode]:
    random = random or SystemRandom()
    async with AsyncExitStack() as stack:
        store = await Store.open(
            record_dsn, definitions=load(), clock=clock, random=random, pool_size=pool_size
        )
        stack.push_async_callback(store.close)
        rows = await AuditLogStore.open(log_dsn, pool_size=1)
        stack.push_async_callback(rows.close)
        # The same in every process that opens the node.
        key = Ed25519PrivateKey.from_private_bytes(store.derived_key("log of a measured node")[:32])
        log = AccessLog(
            rows,
            key=key,
            origin=origin.first_of(key.public_key()),
            clock=clock,
            random=random,
        )
        storage = await StorageStore.open(record_dsn, pool_size=2)
        stack.push_async_callback(storage.close)
        record = Record(store, log, definitions=load(), clock=clock, random=random)
        stack.push_async_callback(record.close)
        yield StorageNode(name, record, storage)


@asynccontextmanager
async def storage_nodes(
    dsns: Sequence[tuple[str, str, str]], *, clock: Clock, pool_size: int = 4
) -> AsyncIterator[list[StorageNode]]:
    """`dsns`: (name, record, log) of each."""
    async with AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(storage_node(*dsn, clock=clock, pool_size=pool_size))
            for dsn in dsns
        ]
