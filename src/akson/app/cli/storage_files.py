"""The storage policy and its rows as the commands reach them: the tables alone, without opening the node."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from akson.access.policies.signing import Officer
    from akson.app.settings import Settings
    from akson.sharing.classes import SharedClass
    from akson.sharing.storage.policy import StoragePolicy
    from akson.sharing.storage.switch import Placement
    from akson.store.storage import ConflictRow, FeedRow, StorageStore

TENANT = 1
"""Whose record is shared: one policy speaks for one municipality."""


@dataclass(frozen=True, slots=True)
class Standing:
    policy: "StoragePolicy"
    """The newest that has begun."""
    coming: "tuple[StoragePolicy, ...]"
    placements: "dict[SharedClass, Placement]"
    feed: "FeedRow | None"
    conflicts: "list[ConflictRow]"


@asynccontextmanager
async def opened(settings: "Settings") -> "AsyncIterator[tuple[StorageStore, list[Officer]]]":
    """The tables, and the officers whose signatures count."""
    from akson.access.policies.signing import Officer
    from akson.app.wiring import database_server
    from akson.store.activations import ActivationStore
    from akson.store.storage import StorageStore

    server = database_server(settings)
    await server.start()
    try:
        activations = await ActivationStore.open(server.dsn("record"))
        officers = [Officer(o.id, o.name, o.public_key) for o in await activations.officers()]
        await activations.close()
        rows = await StorageStore.open(server.dsn("record"), pool_size=1)
        try:
            yield rows, officers
        finally:
            await rows.close()
    finally:
        await server.stop()


async def standing(rows: "StorageStore", officers: "list[Officer]") -> Standing:
    from akson.sharing.storage import signing
    from akson.sharing.storage.in_force import newest
    from akson.sharing.storage.policy import parse
    from akson.sharing.storage.record_side import placement_of
    from akson.world import SystemClock

    signed = [
        policy
        for row in await rows.policies(TENANT)
        for policy in [parse(row.body)]
        if signing.holds(policy, row.signatures, officers)
    ]
    now = SystemClock().now()
    placements = {p.kind: p for p in map(placement_of, await rows.placements(TENANT))}
    return Standing(
        newest(signed, now),
        tuple(policy for policy in signed if policy.begins > now),
        placements,
        await rows.feed(TENANT),
        await rows.conflicts(TENANT),
    )
