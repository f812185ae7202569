"""Does what the state machine orders, one piece at a time. Killed anywhere, another takes up from the row that stands."""

from collections.abc import Callable
from datetime import datetime

from akson.sharing.classes import SharedClass
from akson.sharing.storage import switch
from akson.sharing.storage.carrier import Carrier
from akson.sharing.storage.index import Index
from akson.sharing.storage.modes import Mode
from akson.sharing.storage.sides import Central, Fenced, Local
from akson.sharing.storage.switch import Done, Order, Placement


class Switcher:
    def __init__(
        self, local: Local, central: Central, carrier: Carrier, index: Index, now: Callable[[], datetime]
    ) -> None:
        self._local = local
        self._central = central
        self._carrier = carrier
        self._index = index
        self._now = now

    async def begin(self, kind: SharedClass, to: Mode) -> Placement:
        """Raises Problem AKS-SHARE-082 while another switch of it is under way."""
        placement = await self._placement(kind)
        started = switch.begin(placement, to)
        if started is not placement:
            await self._local.save(started)
        return await self._placement(kind)

    async def back(self, kind: SharedClass) -> Placement:
        """Raises Problem AKS-SHARE-083 when it has cut over already."""
        await self._local.save(switch.back(await self._placement(kind)))
        return await self._placement(kind)

    async def step(self, kind: SharedClass) -> Placement:
        """One piece. Raises Away when the central node does not answer: nothing is lost, try again later."""
        placement = await self._placement(kind)
        order = switch.order(placement, self._now())
        if order is None or order is Order.WAIT:
            return placement
        try:
            outcome = await self._carry_out(order, placement)
        except Fenced:
            return await self._placement(kind)
        # Another one who does the same may have been faster: then its row stands.
        await self._local.save(switch.done(placement, outcome, self._now()))
        return await self._placement(kind)

    async def _placement(self, kind: SharedClass) -> Placement:
        return (await self._local.placements()).get(kind, Placement(kind))

    async def _carry_out(self, order: Order, placement: Placement) -> Done:
        match order:
            case Order.FENCE:
                return await self._fence(placement)
            case Order.UP:
                return await self._up(placement)
            case Order.DOWN:
                return await self._down(placement)
            case Order.COMPARE:
                return await self._compare(placement)
            case Order.OPEN:
                master = placement.mode is Mode.CENTRAL_MASTER
                if placement.reaches:
                    await self._central.open(placement.kind, placement.number, master=master)
                return Done()
        return await self._tidy(placement)

    async def _fence(self, placement: Placement) -> Done:
        """Where the feed begins is written down before the first resource is copied."""
        others = [p for p in (await self._local.placements()).values() if p.kind is not placement.kind]
        if not placement.mode.central and placement.to.central and not any(p.carried for p in others):
            await self._local.move(up=await self._local.now())
        if placement.reaches:
            first = not any(Mode.CENTRAL_MASTER in (p.mode, p.to) for p in others)
            if first and placement.mode is not Mode.CENTRAL_MASTER and placement.to is Mode.CENTRAL_MASTER:
                # Before anybody else may write there: from here on what comes is followed.
                await self._local.move(down=await self._central.now())
            await self._central.open(placement.kind, placement.number, master=False)
        return Done()

    async def _up(self, placement: Placement) -> Done:
        keys, cursor = await self._local.page(placement.kind, placement.cursor)
        if placement.to.central:
            await self._carrier.carry(keys)
        elif placement.told:
            await self._index.put(placement.kind, list((await self._local.stand(keys)).values()))
        return Done(cursor)

    async def _down(self, placement: Placement) -> Done:
        """What others had written at the central node when it took no more from them. Our own changes go on meanwhile."""
        if not placement.cursor:
            xid, seq = await self._central.now()
            return Done(f"{xid} {seq}")
        until = tuple(map(int, placement.cursor.split()))
        seen = await self._carrier.follow_down()
        _, down = await self._local.places()
        return Done(placement.cursor if seen and down < until else None)

    async def _compare(self, placement: Placement) -> Done:
        """One page of ours against theirs; after the last, theirs against ours, for what could stand there alone."""
        if not placement.reaches:
            return Done()
        theirs = placement.cursor.startswith(_THEIRS)
        side = self._central if theirs else self._local
        keys, further = await side.page(placement.kind, placement.cursor.removeprefix(_THEIRS))
        differing, alike = await self._carrier.compare(keys)
        if not alike:
            return Done(placement.cursor, differing)
        if further is None:
            return Done(None if theirs else _THEIRS, differing)
        return Done((_THEIRS if theirs else "") + further, differing)

    async def _tidy(self, placement: Placement) -> Done:
        """What stands where it is not to stand any more, is taken away."""
        if not placement.told:
            await self._index.drop(placement.kind)
        if placement.mode.central or not placement.reaches:
            return Done()
        keys, cursor = await self._central.page(placement.kind, placement.cursor)
        await self._carrier.carry(keys)
        return Done(cursor)


_THEIRS = "theirs "
