"""The door. `Record.open(actor, purpose_of_use)` is the only way to patient data.

It composes: access decides, the store remembers, audit traces. Each of those concerns is a package of its own.
"""

import asyncio
from collections.abc import Callable, Sequence

from akson.access import policies
from akson.access.actor import Actor, PurposeOfUse
from akson.access.policies import Policy
from akson.audit.log import AccessLog, Prepared
from akson.fhir.definitions import Definitions
from akson.fhir.validation import Profiles
from akson.record.session import RecordSession
from akson.store.store import Store
from akson.terminology.validating import CodesOf
from akson.world import Clock, Random

SETTLE_EACH_S = 0.05
LEFTOVERS_EACH = 1_000


class Record:
    """Built once per process in `akson.app.wiring`."""

    def __init__(
        self,
        store: Store,
        log: AccessLog,
        *,
        definitions: Definitions,
        clock: Clock,
        random: Random,
        words: CodesOf | None = None,
        policy: Callable[[], Policy] = policies.current,
        read_only: bool = False,
        claimed: Callable[[], Profiles] | None = None,
    ) -> None:
        """`policy` gives the one in force; a session keeps the one it was opened under. `read_only`: of a wrapped product;
        relations are given and everything is logged, and nothing else is written (ADR 0251). `claimed` reads
        the profiles that a resource which names them in `meta.profile` is held to (ADR 0253)."""
        self.store = store
        self.aside = store.aside
        self.log = log
        self.definitions = definitions
        self.clock = clock
        self.random = random
        self.words = words
        """Asked on writes for required value sets that R4 does not list: media types, units, what the operator loaded."""
        self.policy = policy
        self.read_only = read_only
        self.claimed = claimed
        self._settling: asyncio.Task[None] | None = None
        self._settled: list[bytes] = []

    def open(self, actor: Actor, purpose_of_use: PurposeOfUse, *, ground: str = "") -> RecordSession:
        """The record, opened by `actor` for `purpose_of_use`. Cheap; open one per request."""
        return RecordSession(self, actor, purpose_of_use, ground=ground)

    def cursor_key(self) -> bytes:
        """What cursors are sealed with, the same in every process of this installation."""
        return self.store.derived_key("cursors")

    async def recover(self) -> int:
        """Sequence the events that a crash left between the record's commit and the log. Called at every start."""
        found = 0
        while leftovers := await self.store.pending(LEFTOVERS_EACH):
            await self.log.recover([event.canonical for event in leftovers])
            await self.store.settle([event.id for event in leftovers])
            found += len(leftovers)
            if len(leftovers) < LEFTOVERS_EACH:
                break
        return found

    async def close(self) -> None:
        if self._settling is not None:
            await asyncio.gather(self._settling, return_exceptions=True)
        await self.log.close()

    def settle_later(self, events: Sequence[Prepared]) -> None:
        """The events are in the log; their pending rows may go. Not waited for: if it fails, `recover` knows them."""
        self._settled.extend(event.event.id for event in events)
        if self._settling is None or self._settling.done():
            self._settling = asyncio.create_task(self._settle(), name="settle-pending")

    async def _settle(self) -> None:
        while self._settled:
            # One statement for all that come meanwhile: each write would pay for its own otherwise.
            await asyncio.sleep(SETTLE_EACH_S)
            ids, self._settled = self._settled, []
            await self.store.settle(ids)
