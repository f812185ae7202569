"""Which redactions a question is answered under. Who may see a protected address, the policy's table says."""

from akson.access.actor import ActorKind
from akson.access.redactions import BEYOND_IDENTITY, PROTECTED_ADDRESS, REDACTIONS
from akson.access.rules import Asked

GRANT = "AKS-REDACTION-PROTECTED-ADDRESS"


def redactions(asked: Asked) -> tuple[str, ...]:
    """Names of the redactions that meet what is asked for, in the order of `REDACTIONS`."""
    chosen = {
        PROTECTED_ADDRESS: not _sees_addresses(asked),
        BEYOND_IDENTITY: asked.question.action == "identify",
    }
    return tuple(
        name for name, meant in chosen.items() if meant and asked.question.type in REDACTIONS[name].types
    )


def _sees_addresses(asked: Asked) -> bool:
    """The municipality's own service and the citizen herself; of staff, those the table names."""
    if asked.actor.kind in (ActorKind.SYSTEM, ActorKind.CITIZEN):
        return True
    return asked.own_staff and asked.granted(GRANT) is not None
