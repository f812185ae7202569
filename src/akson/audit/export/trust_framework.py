"""The national trust framework's AuditEvent: practitioner, place, care relation and purpose, as the attest named them.

Only for an event of a professional that rests on a stated ground, a decision of another enterprise or its attest; the
profile speaks of nothing else. Source: no-domain Trustframework AuditEvent 0.9.8 (HL7 Norway).
"""

from akson.audit.event import AccessEvent
from akson.audit.export.parts import (
    DICOM,
    ENTERPRISES,
    HPR,
    Json,
    Node,
    coding,
    common,
    purpose,
    source,
    unknown,
)

BASE = "http://hl7.no/fhir/StructureDefinition/"
PROFILE = BASE + "no-domain-Trustframework-Auditevent"


def trust_framework(event: AccessEvent, node: Node) -> Json | None:
    """None when the event carries no ground, decision or attest, or cannot be put as the profile wants it."""
    rests = event.ground or event.decision_ref or event.attest
    if not (rests and event.patient and event.hpr and purpose(event)):
        return None
    common_part = common(event, node, PROFILE)
    return {
        **common_part,
        "id": f"{common_part['id']}-t",
        "contained": list(_contained(event)),
        "extension": [
            {"url": f"{BASE}auditevent-patient-extension", "valueReference": {"reference": "#patient"}},
            *_care_relation(event),
        ],
        "type": coding(DICOM, "110110", "Patient Record"),
        "agent": [{"who": {"reference": "#role"}, "requestor": True}],
        "source": source(node),
        "purposeOfEvent": purpose(event),
    }


def _contained(event: AccessEvent) -> list[Json]:
    number = event.enterprise if event.enterprise.isdigit() else ""
    return [
        {
            "resourceType": "Patient",
            "id": "patient",
            # Her id here. The national id that the profile has in mind does not leave in a log.
            "identifier": [{"value": event.patient}],
        },
        {
            "resourceType": "Practitioner",
            "id": "practitioner",
            "identifier": [{"system": HPR, "value": event.hpr}],
            "name": [{"text": event.actor_name}],
        },
        {
            "resourceType": "Organization",
            "id": "enterprise",
            **({"identifier": [{"system": ENTERPRISES, "value": number}]} if number else {}),
            "name": event.unit or event.enterprise or "ukjent",
        },
        {"resourceType": "Location", "id": "place", "managingOrganization": {"reference": "#enterprise"}},
        {
            "resourceType": "PractitionerRole",
            "id": "role",
            "practitioner": {"reference": "#practitioner"},
            "organization": {"reference": "#enterprise"},
            "location": [{"reference": "#place"}],
        },
    ]


def _care_relation(event: AccessEvent) -> list[Json]:
    if not event.decision_ref:
        return []
    return [
        {
            "url": f"{BASE}auditevent-carerelation-metadata-extension",
            "extension": [
                {"url": "decision-ref-id", "valueString": event.decision_ref},
                {"url": "decision-ref-description", "valueString": event.ground or event.words},
                {"url": "decision-ref-user-selected", "valueBoolean": bool(event.ground)},
                # The time of the attestation is not kept in the event; its digest is.
                {"url": "toa", "_valueUnsignedInt": unknown()},
            ],
        }
    ]
