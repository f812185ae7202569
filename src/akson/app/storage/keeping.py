"""What the post worker does for where data lives: the feed, and the switches under way, one small piece at a time.

One at a time for each municipality, by a lock that goes with the process. A central node that is away keeps nobody waiting:
what is written here stands here, and is carried when it is back.
"""

from typing import TYPE_CHECKING

from akson.access.actor import PurposeOfUse
from akson.app.neighbours.declared import Declared
from akson.app.neighbours.opening import TENANT, client_keys, issuer_of
from akson.app.storage.central_door import SCOPE, service
from akson.identity.openid.machine import MachineTokens
from akson.sharing.storage import forms
from akson.sharing.storage.carrier import Carrier
from akson.sharing.storage.index import NoIndex
from akson.sharing.storage.record_side import SourceSide
from akson.sharing.storage.remote import RemoteCentral
from akson.sharing.storage.switch import Step
from akson.sharing.storage.switcher import Switcher
from akson.sharing.values import Source

if TYPE_CHECKING:
    from akson.app.wiring import Node


class Keeper:
    def __init__(self, node: "Node", central: RemoteCentral, name: str) -> None:
        self._node = node
        self._central = central
        self._name = name

    async def round(self) -> int:
        """How much was done; 0 when another worker has the lock, or there is nothing. Raises Away."""
        connection = await self._node.storage.alone(TENANT)
        if connection is None:
            return 0
        try:
            return await self._round()
        finally:
            await self._node.storage.let_go(connection, TENANT)

    async def _round(self) -> int:
        session = self._node.record.open(service(TENANT), PurposeOfUse.OPERATIONS)
        here = SourceSide(session, self._node.storage, clock=self._node.clock, central=self._name)
        carrier = Carrier(here, self._central, forms.form)
        # The index follows the record by itself (sharing.location); it names nobody for kinds that nobody asks it about.
        switcher = Switcher(here, self._central, carrier, NoIndex(), self._node.clock.now)
        done = await carrier.round()
        for kind, placement in (await here.placements()).items():
            if placement.step is not Step.REST:
                after = await switcher.step(kind)
                done += after.number != placement.number
        return done


def central_of(declared: Declared) -> Source | None:
    """The source that keeps central copies."""
    return next((source for source in declared.sources if source.central), None)


def keeper_of(node: "Node", declared: Declared) -> Keeper | None:
    """None where sharing.toml names no central node, or not who vouches for us."""
    central = central_of(declared)
    if central is None or declared.helseid is None or declared.us is None:
        return None
    tokens = MachineTokens(
        issuer_of(declared.helseid, TENANT),
        client_keys(node.settings.data),
        f"{declared.helseid.scope.partition('/')[0]}/{SCOPE}",
        wire=node.wire,
        clock=node.clock,
        random=node.random,
    )
    address = central.base.removesuffix("/fhir")
    return Keeper(node, RemoteCentral(address, tokens, node.network), central.name)
