"""/sharing/storage/…: a central node takes copies from those who answer for the data, and says how they stand here.

Who calls is the enterprise of a machine's token; `[storage.tenants]` of sharing.toml says which tenant is that enterprise's.
Nobody reaches another's. Clinicians do not come this way: they ask at the FHIR door, under the same rules as at the source.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from akson.access.actor import Actor, ActorKind, PurposeOfUse
from akson.app import api_issuers
from akson.app.neighbours.declared import Declared
from akson.fhir.problem import Problem, ProblemKind
from akson.identity.callers import Shown
from akson.sharing.storage import remote
from akson.sharing.storage.record_side import CentralSide
from akson.sharing.storage.sides import Fenced, Stand

if TYPE_CHECKING:
    from akson.app.wiring import Node

SCOPE = "storage"
CHANGES_MAX = 500
_CURSOR = re.compile(r"|[A-Za-z]{1,64} [0-9]{1,9} [A-Za-z0-9\-.]{1,64}", re.ASCII)


def service(tenant: int) -> Actor:
    return Actor(ActorKind.SYSTEM, "storage", "Lagring for andre", tenant)


class CentralDoor:
    def __init__(self, node: "Node", declared: Declared) -> None:
        self._node = node
        self._machines = api_issuers.machines(node)
        self._tenants = declared.storage.tenants

    @property
    def handlers(self) -> Mapping[str, Callable[[Shown, bytes], Awaitable[bytes]]]:
        calls = (self.now, self.changed, self.stand, self.page, self.put, self.drop, self.open)
        return {f"{remote.PATH}{call.__name__}": self._reached(call) for call in calls}

    def _reached(
        self, call: Callable[[CentralSide, bytes], Awaitable[Any]]
    ) -> Callable[[Shown, bytes], Awaitable[bytes]]:
        async def handler(shown: Shown, body: bytes) -> bytes:
            side = await self._side(shown)
            try:
                return msgspec.json.encode(await call(side, body))
            except Fenced:
                raise Problem(
                    ProblemKind.CONFLICT, "AKS-SHARE-085", "This was decided before the newest switch."
                ) from None
            except msgspec.DecodeError:
                raise _unreadable() from None

        return handler

    async def _side(self, shown: Shown) -> CentralSide:
        """Raises Problem as the machines' door does; FORBIDDEN AKS-SHARE-084 for whom nothing is kept here."""
        machine = await self._machines.identify(shown, SCOPE)
        tenant = self._tenants.get(machine.org)
        if tenant is None:
            raise Problem(
                ProblemKind.FORBIDDEN,
                "AKS-SHARE-084",
                "Nothing is kept here for this enterprise.",
                now="Let the central node's owner add it to [storage.tenants] of sharing.toml.",
            )
        session = self._node.record.open(service(tenant), PurposeOfUse.OPERATIONS)
        return CentralSide(session, self._node.storage)

    async def now(self, side: CentralSide, body: bytes) -> Any:
        return await side.now()

    async def changed(self, side: CentralSide, body: bytes) -> Any:
        said = msgspec.json.decode(body, type=remote.Changed)
        if min(said.limit, *said.after) < 0:
            raise _unreadable()
        found = await side.changed(said.after, min(said.limit, CHANGES_MAX))
        # When others wrote is theirs: of commits that are not the caller's, the last place alone is told, to go on from.
        return [one for one in found[:-1] if one[1]] + list(found[-1:])

    async def stand(self, side: CentralSide, body: bytes) -> Any:
        keys = msgspec.json.decode(body, type=remote.Named).keys
        stands: list[Stand] = []
        looked = size = 0
        while looked < len(keys) and size < remote.PART_BYTES_MAX:
            some = await side.stand(keys[looked : looked + remote.KEYS_EACH])
            stands += some.values()
            size += sum(len(stand.body or b"") for stand in some.values())
            looked += remote.KEYS_EACH
        return remote.Stands(tuple(stands), min(looked, len(keys)))

    async def page(self, side: CentralSide, body: bytes) -> Any:
        said = msgspec.json.decode(body, type=remote.Paged)
        if not _CURSOR.fullmatch(said.cursor):
            raise _unreadable()
        return await side.page(said.kind, said.cursor)

    async def put(self, side: CentralSide, body: bytes) -> Any:
        said = msgspec.json.decode(body, type=remote.Put)
        return await side.put(said.kind, said.offers, said.number)

    async def drop(self, side: CentralSide, body: bytes) -> Any:
        said = msgspec.json.decode(body, type=remote.Dropped)
        return await side.drop(said.key, said.expected, said.kind, said.number)

    async def open(self, side: CentralSide, body: bytes) -> Any:
        said = msgspec.json.decode(body, type=remote.Opened)
        return await side.open(said.kind, said.number, master=said.master)


def _unreadable() -> Problem:
    return Problem(ProblemKind.MALFORMED, "AKS-SHARE-086", "The call cannot be read.")
