"""Our own receipts on their way: through the outbox like everything else, so that one which does not get out is somebody's.

One that is asked for again (the same message came again) goes once more as it was, under a new parcel id: the other side may
have lost it after its transport had taken it.
"""

from akson.exchange.envelope.apprec import read_apprec
from akson.exchange.inbox.directory import Directory
from akson.exchange.inbox.pipeline import Send
from akson.exchange.outbox.outbox import Letter, Outbox
from akson.exchange.outbox.states import RECEIPT
from akson.store.gathering import Gathered
from akson.world import Clock


class ReceiptsOut:
    """`aside` takes a receipt that has no address to go to: its sender could not be read but for a name.

    Without `hands_over` they are queued, for the worker that has the transports."""

    def __init__(
        self, outbox: Outbox, directory: Directory, aside: Send, *, clock: Clock, hands_over: bool = True
    ) -> None:
        self._outbox = outbox
        self._directory = directory
        self._aside = aside
        self._clock = clock
        self._hands_over = hands_over
        self._tenants: dict[str, int] = {}
        self._hand_over: Gathered[None, None] = Gathered(self._handed_over)

    async def send(self, name: str, content: bytes) -> None:
        """Queued when it returns, and handed over when the transport takes it at once."""
        told = read_apprec(content)
        if not told.receiver_her.isdecimal():
            await self._aside(name, content)
            return
        await self._outbox.repeat_or_queue(
            Letter(
                tenant=await self._tenant(told.sender_her),
                msg_id=told.id,
                sender=told.sender_her,
                receivers=(told.receiver_her,),
                type=RECEIPT,
                document=content,
                generated_at=self._clock.now(),
                answers=told.original_type,
            )
        )
        if self._hands_over:
            await self._hand_over(None)

    async def _handed_over(self, waiting: list[None]) -> list[Exception | None]:
        """One round for all whose receipts are queued."""
        await self._outbox.send_due()
        return [None for _ in waiting]

    async def _tenant(self, her: str) -> int:
        """Whose service it is; the first municipality's when nobody knows it."""
        if her not in self._tenants:
            directory = self._directory.afresh()
            known = [tenant for tenant in directory.tenants if await directory.place(tenant, her)]
            self._tenants[her] = known[0] if known else directory.tenants[0]
        return self._tenants[her]
