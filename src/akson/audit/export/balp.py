"""IHE Basic Audit Log Patterns: one profile per interaction, with and without a patient. Source: ITI BALP 1.1.5, § 3.

The profiles are for what succeeded (outcome 0): a refusal is an AuditEvent of the same shape that claims none of them.
"""

from akson.audit.event import AccessEvent
from akson.audit.export.parts import DICOM, Json, Node, coding, common, person, purpose, source, unknown

PROFILES = "https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit."
_NAMES = {
    "create": "Create", "receive": "Create", "update": "Update", "delete": "Delete", "read": "Read", "vread": "Read",
    "search": "Query", "log": "Query",
}  # fmt: skip
_SUBTYPES = {
    "receive": "create", "log": "search-type", "search": "search-type", "history": "history-instance",
    "export": "operation", "erase": "operation", "disclose": "operation",
}  # fmt: skip
TYPES = "http://terminology.hl7.org/CodeSystem/audit-event-type"
RESTFUL = "http://hl7.org/fhir/restful-interaction"
_PARTICIPATION = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"
_DESTINATION = coding(DICOM, "110152", "Destination Role ID")
_SOURCE = coding(DICOM, "110153", "Source Role ID")
_CLIENT_AND_SERVER = {
    "Read": (_DESTINATION, _SOURCE),
    "Delete": (
        coding(DICOM, "110150", "Application"),
        coding("http://terminology.hl7.org/CodeSystem/provenance-participant-type", "custodian", "Custodian"),
    ),
}
"""By profile; for the others the client is where the request comes from."""
_ENTITY = "http://terminology.hl7.org/CodeSystem/audit-entity-type"
_ROLE = "http://terminology.hl7.org/CodeSystem/object-role"


def profile_of(event: AccessEvent) -> str:
    """Its name without the beginning, `PatientRead`; "" for what BALP has no pattern for."""
    name = _NAMES.get(event.action, "") if event.outcome == "permit" else ""
    return f"Patient{name}" if name and event.patient else name


def subtype_of(event: AccessEvent) -> str:
    """Code of the RESTful interaction that the action is told as."""
    return _SUBTYPES.get(event.action, event.action)


def balp(event: AccessEvent, node: Node) -> Json:
    """One AuditEvent."""
    profile = profile_of(event)
    name = _NAMES.get(event.action, "Read")
    restful = coding(RESTFUL, subtype_of(event))
    return {
        **common(event, node, *([PROFILES + profile] if profile else [])),
        "type": coding(TYPES, "rest", "RESTful Operation"),
        "subtype": [restful],
        "agent": _agents(event, node, name),
        "source": source(node),
        "entity": [_asked(event, name), *_patient(event), *_request(event)],
    }


def _agents(event: AccessEvent, node: Node, name: str) -> list[Json]:
    client, server = _CLIENT_AND_SERVER.get(name, (_SOURCE, _DESTINATION))
    # Who answers a question receives information; who writes is its author.
    took_part = (
        ("IRCP", "information recipient") if name in ("Read", "Query") else ("AUT", "author (originator)")
    )
    role = [{"text": event.role}] if event.role else []
    return [
        {
            "type": {"coding": [client]},
            "who": {"display": event.client or "Akson"},
            "requestor": False,
            "network": unknown(),
        },
        {
            "type": {"coding": [server]},
            "who": {"display": node.name},
            "requestor": False,
            "network": {"address": node.base, "type": "5"},
        },
        {
            "type": {"coding": [coding(_PARTICIPATION, *took_part)]},
            **({"role": role} if role else {}),
            "who": person(event),
            **({"name": event.actor_name} if event.actor_name else {}),
            "requestor": True,
            **({"purposeOfUse": purpose(event)} if purpose(event) else {}),
        },
    ]


def _asked(event: AccessEvent, name: str) -> Json:
    if name == "Query":
        # The text of the question is not kept in the log: it may say more than the answer.
        return {
            "type": coding(_ENTITY, "2", "System Object"),
            "role": coding(_ROLE, "24", "Query"),
            "_query": unknown(),
        }
    named = [_versioned(resource) for resource in event.resources]
    what = named[0] if named else (f"Patient/{event.patient}" if event.patient else "")
    return {
        "type": coding(_ENTITY, "2", "System Object"),
        "role": coding(_ROLE, "4", "Domain Resource"),
        "what": {"reference": what} if what else unknown(),
        # BALP has room for one; the others are told beside it.
        **(
            {"detail": [{"type": "resource", "valueString": other} for other in named[1:]]}
            if named[1:]
            else {}
        ),
    }


def _versioned(resource: str) -> str:
    """`Observation/o1/2` -> `Observation/o1/_history/2`."""
    type, id, *version = resource.split("/")
    return f"{type}/{id}" + (f"/_history/{version[0]}" if version else "")


def _patient(event: AccessEvent) -> list[Json]:
    if not event.patient:
        return []
    return [
        {
            "type": coding(_ENTITY, "1", "Person"),
            "role": coding(_ROLE, "1", "Patient"),
            "what": {"reference": f"Patient/{event.patient}"},
        }
    ]


def _request(event: AccessEvent) -> list[Json]:
    if not event.request:
        return []
    return [
        {
            "type": coding("https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType", "XrequestId"),
            "what": {"identifier": {"value": event.request}},
        }
    ]
