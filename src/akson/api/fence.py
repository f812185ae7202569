"""Which types a call at the FHIR door writes, and who may refuse it where copies are kept. Pure but for the Fence.

written_types(create, "Condition", b"…", base) == {"Condition"}
written_types(transaction, "", b"…", base)     == the types of its entries that write
written_types(search, "Condition", b"", base)  == nothing
written_types($shared-plan, "Patient", …)      == None: it may write any type
"""

from typing import Protocol

from akson.api.interaction import Interaction
from akson.fhir.bundle import read_bundle

_WRITES = frozenset({"create", "update", "patch", "delete"})
_READS = frozenset({"GET", "HEAD"})
READING = frozenset(
    f"${name}"
    for name in (
        "everything", "expand", "lastn", "lookup", "meta", "practitioner-context", "subsumes", "summary", "validate",
        "validate-code",
    )
)  # fmt: skip
"""Operations that write nothing by any method. What is not named here is held to write."""


class Fence(Protocol):
    """`akson.app.storage.fence.CopiesFence`."""

    def stands(self, tenant: int) -> bool:
        """Whether it has a say in this tenant; asked at each call, and free of I/O."""
        ...

    async def check(self, tenant: int, types: frozenset[str] | None) -> None:
        """Raises Problem FORBIDDEN AKS-SHARE-087 where the node is not master for what would be written."""
        ...


def written_types(interaction: Interaction, type: str, body: bytes, base: str) -> frozenset[str] | None:
    """Empty for what reads; None for an operation that may write whatever. Raises Problem for an unreadable Bundle."""
    if interaction.code in _WRITES:
        return frozenset({type})
    if interaction.code == "transaction":
        asked = read_bundle(body, base=base)
        return frozenset(entry.type for entry in asked.entries if entry.method not in _READS)
    writes = interaction.code.startswith("$") and interaction.code not in READING
    return None if writes and interaction.method not in _READS else frozenset()
