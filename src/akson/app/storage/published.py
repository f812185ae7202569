"""What askers are told of where data lives here, and what they remember of others: POST /sharing/storage/policy, no body.

    {"policy": {"version": "2026-12-01.1", "central": "sentral", "lines": […], …}, "followed": "2026-12-01T08:00:00Z"}

A council's decision, as far as its switches have come: nothing of it is about a person, so whoever asks is told. What is
remembered may be older than the newest switch. That costs a call and never a line: a copy that has nothing of her is
followed by a question to the source, and the source has everything under every mode.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from akson.access.policies.signing import Officer
from akson.app.neighbours.opening import TENANT
from akson.app.storage.copies_door import COPY
from akson.sharing.network import Network, NoReply
from akson.sharing.storage import signing
from akson.sharing.storage.in_force import as_it_stands, newest
from akson.sharing.storage.policy import StoragePolicy, parse
from akson.sharing.storage.record_side import placement_of
from akson.sharing.storage.remote import PATH
from akson.sharing.values import Source
from akson.world import Clock

if TYPE_CHECKING:
    from akson.app.wiring import Node

POLICY_PATH = f"{PATH}policy"
REMEMBERED_FOR = timedelta(minutes=1)
BUDGET_S = 0.4


class Published(msgspec.Struct, frozen=True):
    policy: StoragePolicy
    followed: datetime | None = None
    """When the copies last followed a change of the source."""


async def published(node: "Node") -> bytes:
    """The policy in force here, with each mode no further than its switch has come."""
    officers = [Officer(o.id, o.name, o.public_key) for o in await node.activations.officers()]
    signed = [
        policy
        for row in await node.storage.policies(TENANT)
        for policy in [parse(row.body)]
        if signing.holds(policy, row.signatures, officers)
    ]
    placements = {p.kind: p for p in map(placement_of, await node.storage.placements(TENANT))}
    feed = await node.storage.feed(TENANT)
    stands = as_it_stands(newest(signed, node.clock.now()), placements)
    return msgspec.json.encode(Published(stands, feed.at if feed else None))


class Policies:
    """What the sources publish, one for each process. One that is silent is gone by as it was last known."""

    def __init__(self, network: Network, clock: Clock) -> None:
        self._network = network
        self._clock = clock
        self._known: dict[str, Published] = {}
        self._looked: dict[str, datetime] = {}

    async def of(self, sources: Sequence[Source]) -> Mapping[str, Published]:
        """Id of a source → what it publishes; those that nothing is known of are left out. Raises nothing."""
        now = self._clock.now()
        before = now - REMEMBERED_FOR
        old = [s for s in sources if self._looked.get(s.id, before) <= before]
        self._looked |= {source.id: now for source in old}
        if old:
            tasks = [asyncio.create_task(self._ask(source)) for source in old]
            _, late = await asyncio.wait(tasks, timeout=BUDGET_S)
            for task in late:
                task.cancel()
        return self._known

    def followed(self, copy: Source) -> datetime | None:
        """When what stands in a copy last followed its source."""
        told = self._known.get(copy.id.partition(COPY)[0])
        return told.followed if told else None

    async def _ask(self, source: Source) -> None:
        url = f"{source.base.removesuffix('/fhir')}{POLICY_PATH}"
        try:
            reply = await self._network.send(url, b"", {"content-type": "application/json"})
            if reply.status == 200:
                self._known[source.id] = msgspec.json.decode(reply.body, type=Published)
        except (NoReply, msgspec.DecodeError):
            return
