"""Elements that both profiles are made of."""

from dataclasses import dataclass
from typing import Any

from akson.audit.event import AccessEvent

HPR = "urn:oid:2.16.578.1.12.4.1.4.4"
ENTERPRISES = "urn:oid:2.16.578.1.12.4.1.4.101"
DICOM = "http://dicom.nema.org/resources/ontology/DCM"
ACT_REASON = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
PURPOSES = {
    "treatment": ("TREAT", "treatment"),
    "emergency": ("ETREAT", "Emergency Treatment"),
    "care-coordination": ("CAREMGT", "care management"),
    "administration": ("PATADMIN", "patient administration"),
    "patient-request": ("PATRQT", "patient requested"),
    "research": ("HRESCH", "healthcare research"),
    "operations": ("HOPERAT", "healthcare operations"),
}
_LETTERS = {
    "create": "C",
    "receive": "C",
    "update": "U",
    "delete": "D",
    "erase": "D",
    "search": "E",
    "log": "E",
}

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Node:
    """Who answered: the observer of the events."""

    name: str
    base: str
    """Address of its FHIR door."""


def unknown() -> Json:
    """In place of a value that a profile demands and the event does not have."""
    return {"extension": [{"url": ABSENT, "valueCode": "unknown"}]}


def coding(system: str, code: str, display: str = "") -> Json:
    return {"system": system, "code": code, **({"display": display} if display else {})}


def person(event: AccessEvent) -> Json:
    """Who asked, as a Reference."""
    if event.actor_kind == "citizen":
        return {"reference": f"Patient/{event.actor_id}", "display": event.actor_name or event.actor_id}
    number = {"system": HPR, "value": event.hpr} if event.hpr else {"value": event.actor_id}
    return {"identifier": number, "display": event.actor_name or event.actor_id}


def purpose(event: AccessEvent) -> list[Json]:
    """As a list of CodeableConcept; empty for a purpose without a code."""
    known = PURPOSES.get(event.purpose)
    return [{"coding": [coding(ACT_REASON, *known)]}] if known else []


def letter(event: AccessEvent) -> str:
    """AuditEvent.action."""
    return _LETTERS.get(event.action, "R")


def outcome_of(event: AccessEvent) -> str:
    """AuditEvent.outcome. 4: minor failure. Nothing was shown, and nothing broke."""
    return "0" if event.outcome == "permit" else "4"


def common(event: AccessEvent, node: Node, *profiles: str) -> Json:
    """What every AuditEvent of this event says alike."""
    return {
        "resourceType": "AuditEvent",
        "id": event.id.hex(),
        **({"meta": {"profile": list(profiles)}} if profiles else {}),
        "action": letter(event),
        "recorded": event.at.isoformat(timespec="milliseconds"),
        "outcome": outcome_of(event),
        **({"outcomeDesc": event.words} if event.words else {}),
    }


def source(node: Node) -> Json:
    return {
        "site": node.name,
        "observer": {"display": node.name},
        "type": [
            coding("http://terminology.hl7.org/CodeSystem/security-source-type", "4", "Application Server")
        ],
    }
