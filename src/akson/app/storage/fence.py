"""Others write at a central tenant only while the node is master for the kind: else what they wrote would be lost there.

The source carries copies past it: it comes to `central_door.py`, under the number of its switch, and not to the FHIR door.
"""

from collections.abc import Collection
from typing import TYPE_CHECKING

from akson.app.neighbours.declared import Declared
from akson.fhir.problem import Problem, ProblemKind
from akson.sharing.classes import SharedClass, class_of
from akson.store.storage import StorageStore

if TYPE_CHECKING:
    from akson.app.wiring import Node

_OBSERVED = (SharedClass.RESULTS, SharedClass.MEASUREMENTS)


class CopiesFence:
    """Fulfils `akson.api.fence.Fence`."""

    def __init__(self, rows: StorageStore, tenants: Collection[int]) -> None:
        self._rows = rows
        self._tenants = frozenset(tenants)

    def stands(self, tenant: int) -> bool:
        return tenant in self._tenants

    async def check(self, tenant: int, types: frozenset[str] | None) -> None:
        """Every kind that is written must be open. An Observation may be of either of its kinds, so both must be."""
        kinds = set(SharedClass) if types is None else {kind for type in types for kind in _kinds(type)}
        for kind in sorted(kinds):
            if not (await self._rows.fence(tenant, kind.value))[1]:
                raise Problem(
                    ProblemKind.FORBIDDEN,
                    "AKS-SHARE-087",
                    "Copies are kept here, and nobody writes on a copy.",
                    why=f"{kind.value} is decided elsewhere: this node is not master for it.",
                    now="Write at the node of who answers for the data.",
                )


def fence_of(node: "Node", declared: Declared) -> CopiesFence | None:
    """None where nothing is kept for others."""
    tenants = declared.storage.tenants.values()
    return CopiesFence(node.storage, tenants) if tenants else None


def _kinds(type: str) -> tuple[SharedClass, ...]:
    return _OBSERVED if type == "Observation" else (class_of(type),)
