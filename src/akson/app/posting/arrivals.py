"""What a transport has fetched, brought to the inbox or the outbox: kept when `Arrivals.keep` returns True.

    MESSAGE                  sealed bytes and what the envelope said, then the document    -> inbox
    ACKNOWLEDGED, REFUSED    about a parcel of ours                                        -> outbox
    about one that is nobody's, for a minute                                               -> an item for the message officer

An acknowledgement may overtake what we know of our own handing-over; that is what the minute is for. Safe to repeat.
"""

import hashlib
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from akson.exchange.inbox.pipeline import Inbox
from akson.exchange.outbox.outbox import Outbox
from akson.exchange.transport.contract import Arrival, Kind
from akson.store.post import NewArrival, PostStore
from akson.world import Clock

STRANGE_AFTER = timedelta(seconds=60)
STRANGERS_MAX = 10_000
NAME_MAX = 200
REFUSED_THERE = "AKS-EXCHANGE-026"
"""The other side's transport, or one between, has said no."""

Tell = Callable[[str, str], Awaitable[None]]
"""(seed of its id, words): an item for the message officer, once for each seed."""
STRANGE = {
    Kind.ACKNOWLEDGED: "En bekreftelse fra {transport} gjelder en forsendelse som ikke er kjent her. Er det noe som ikke er "
    "bokført, eller sender noen i vårt navn? Nummer {reference}.",
    Kind.REFUSED: "{transport} har avvist en forsendelse som ikke er kjent her. {note} Nummer {reference}.",
}


class Arrivals:
    def __init__(self, post: PostStore, inbox: Inbox, outbox: Outbox, tell: Tell, *, clock: Clock) -> None:
        self._post = post
        self._inbox = inbox
        self._outbox = outbox
        self._tell = tell
        self._clock = clock
        self._strange: dict[tuple[str, str], datetime] = {}

    async def keep(self, transport: str, arrival: Arrival) -> bool:
        """False: not yet, it is asked for again at the next fetch."""
        if arrival.kind is Kind.MESSAGE:
            await self._receive(transport, arrival)
            return True
        if arrival.kind is Kind.ACKNOWLEDGED:
            known = await self._outbox.acknowledged(arrival.refers_to)
        else:
            known = await self._outbox.refused(arrival.refers_to, arrival.problem or REFUSED_THERE)
        key = (transport, arrival.reference)
        if known:
            self._strange.pop(key, None)
            return True
        return await self._stranger(key, arrival)

    async def _receive(self, transport: str, arrival: Arrival) -> None:
        original = arrival.document or arrival.original
        # A name of its own, so that what cannot be believed is never taken for what came before.
        name = (arrival.name or arrival.reference)[:NAME_MAX]
        name = f"{name} {arrival.problem}" if arrival.problem else name
        new = NewArrival(
            transport,
            arrival.reference,
            name,
            hashlib.sha256(original).digest(),
            arrival.sender,
            arrival.receiver,
            arrival.refers_to,
            arrival.problem,
            arrival.note,
            arrival.original if arrival.document and arrival.document != arrival.original else None,
        )
        await self._post.keep_arrival(new)
        await self._inbox.receive(original, transport=transport, name=name)

    async def _stranger(self, key: tuple[str, str], arrival: Arrival) -> bool:
        now = self._clock.now()
        if arrival.refers_to and now - self._strange.setdefault(key, now) < STRANGE_AFTER:
            while len(self._strange) > STRANGERS_MAX:
                del self._strange[next(iter(self._strange))]
            return False
        transport, reference = key
        words = STRANGE[arrival.kind].format(transport=transport, note=arrival.note, reference=reference[:80])
        await self._tell(f"strange|{transport}|{reference}|{arrival.kind.value}", words)
        self._strange.pop(key, None)
        return True
