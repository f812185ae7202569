"""Which messages that were sent from here something has been heard of: the outbox's book, for the follower.

The numbers of the book are given before a transaction ends, so a smaller one may appear after a larger. What the book held
SETTLED_AFTER ago is taken as whole; the rest is read again and told once.
"""

from collections import defaultdict
from datetime import UTC, datetime, timedelta

from akson.store.outbox import OutboxStore

SETTLED_AFTER = timedelta(minutes=1)
LINES_EACH = 500


class AnswersHeard:
    def __init__(self, outbox: OutboxStore) -> None:
        self._outbox = outbox
        self._place = 0
        self._end, self._end_at = 0, datetime.min.replace(tzinfo=UTC)
        self._told: set[int] = set()

    async def begin(self) -> None:
        """From the present end: what came before is read with everybody under way."""
        self._place = self._end = await self._outbox.heard_newest()

    async def news(self, now: datetime) -> dict[int, list[str]]:
        """Tenant -> ids of Communications, each line of the book told once."""
        found: dict[int, set[str]] = defaultdict(set)
        after = self._place
        while lines := await self._outbox.heard(after, LINES_EACH):
            for line in lines:
                if line.seq not in self._told:
                    found[line.tenant].add(line.communication)
                    self._told.add(line.seq)
            after = lines[-1].seq
        if now - self._end_at >= SETTLED_AFTER:
            self._place, self._end, self._end_at = self._end, await self._outbox.heard_newest(), now
        self._told = {seq for seq in self._told if seq > self._place}
        return {tenant: sorted(ids) for tenant, ids in found.items()}
