"""Access events as FHIR AuditEvent, for other people's tools.

    balp(event, Node("storvik", "https://storvik.example/fhir"))          IHE Basic Audit Log Patterns 1.1.5
    trust_framework(event, node)                                          no-domain Trustframework AuditEvent 0.9.8, or None

Pure. What the event does not say is left out, or said to be unknown where a profile demands it; nothing is guessed. There
is no national id of anybody in it: patients by their id here, staff by HPR number or actor id.

    resources(event, node)                                                all that this event is told as
"""

from akson.audit.event import AccessEvent
from akson.audit.export.balp import balp
from akson.audit.export.parts import Json, Node
from akson.audit.export.trust_framework import trust_framework

__all__ = ["Node", "balp", "resources", "trust_framework"]


def resources(event: AccessEvent, node: Node) -> list[Json]:
    """The one by BALP, and the national one where the event rests on a ground, a decision or an attest."""
    national = trust_framework(event, node)
    return [balp(event, node), *([national] if national else [])]
