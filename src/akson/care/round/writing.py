"""The resources that an operation becomes, and the mark that it leaves on what it changes.

The mark is `identifier` (by which a second arrival is known) and the extension `round-operation`: which operation, when,
whose, and what it left, so that her next one is told from what another did in between. Spec: https://hl7.org/fhir/R4/appointment.html,
observation-vitalsigns.html, clinicalimpression.html.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from akson.care.fhir_json import Resource, instant, reference
from akson.care.round.operation import Operation, measured

OPERATION = "https://akson.no/fhir/NamingSystem/round-operation"
MARK = "https://akson.no/fhir/StructureDefinition/round-operation"
CANCELLED = "https://akson.no/fhir/CodeSystem/visit-cancelled"
LOINC, UCUM = "http://loinc.org", "http://unitsofmeasure.org"
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://akson.no/care/round")


@dataclass(frozen=True, slots=True)
class Mark:
    operation: str
    at: str
    by: str
    face: str
    """`meeting.face` of the target as the operation left it."""


def identifier(op: Operation) -> Resource:
    return {"system": OPERATION, "value": op.id}


def operations(resource: Resource) -> list[str]:
    """Ids of the operations that the resource stands for or was changed by."""
    return [i["value"] for i in resource.get("identifier") or [] if i.get("system") == OPERATION]


def replacement_id(op: Operation) -> str:
    """Of the visit in place of one that was moved: the same at each try."""
    return str(uuid.uuid5(_NAMESPACE, f"{op.device}|{op.id}"))


def marked(resource: Resource, op: Operation, by: str, face: str) -> Resource:
    parts = {"operation": op.id, "at": op.at.isoformat(), "by": by, "face": face}
    mark = {"url": MARK, "extension": [{"url": k, "valueString": v} for k, v in parts.items()]}
    return {
        **resource,
        "identifier": [*(resource.get("identifier") or []), identifier(op)],
        "extension": [*(resource.get("extension") or []), mark],
    }


def unmarked(resource: Resource) -> Resource:
    """A visit in place of another has its own history."""
    kept = [e for e in resource.get("extension") or [] if e.get("url") != MARK]
    return (
        {**resource, "extension": kept} if kept else {k: v for k, v in resource.items() if k != "extension"}
    )


def marks(resource: Resource) -> list[Mark]:
    found = [e for e in resource.get("extension") or [] if e.get("url") == MARK]
    return [Mark(**{p["url"]: p["valueString"] for p in e["extension"]}) for e in found]


def last(resource: Resource) -> Mark | None:
    found = marks(resource)
    return found[-1] if found else None


def with_steps(visit: Resource, op: Operation) -> Resource:
    """What of the visit was done and what was left, as its comment."""
    told = [f"{word}: {', '.join(op.said[k])}." for k, word in STEPS.items() if op.said.get(k)]
    if not told:
        return visit
    return {**visit, "comment": " ".join([*filter(None, [visit.get("comment")]), *told])}


def due(task: Resource) -> datetime | None:
    return instant(((task.get("restriction") or {}).get("period") or {}).get("end"))


def with_due(task: Resource, op: Operation) -> Resource:
    """The task with another deadline; whose it is and what it asks stays."""
    restriction = task.get("restriction") or {}
    period = {**(restriction.get("period") or {}), "end": op.said["to"]}
    return {**task, "restriction": {**restriction, "period": period}}


def with_remark(task: Resource, op: Operation, by: str, name: str) -> Resource:
    remark = {
        "authorReference": {"reference": by, "display": name},
        "time": op.at.isoformat(),
        "text": op.said["text"].strip(),
    }
    return {**task, "note": [*(task.get("note") or []), remark]}


STEPS = {"did": "Gjort", "left": "Ikke gjort"}


def note(op: Operation, by: str, name: str) -> Resource:
    return _about_her(op, "ClinicalImpression") | {
        "status": "completed",
        "effectiveDateTime": op.at.isoformat(),
        "date": op.at.isoformat(),
        "assessor": {"reference": by, "display": name},
        "summary": op.said["text"].strip(),
    }


def observation(op: Operation, by: str, name: str) -> Resource:
    found = measured(op)
    assert found is not None, "read() lets no other through"
    measure, number = found
    return _about_her(op, "Observation") | {
        "status": "final",
        "category": [{"coding": [{"system": CATEGORY, "code": "vital-signs"}]}],
        "code": {"coding": [{"system": LOINC, "code": measure.code}], "text": measure.word},
        "effectiveDateTime": op.at.isoformat(),
        "performer": [{"reference": by, "display": name}],
        "valueQuantity": {"value": number, "unit": measure.shown, "system": UCUM, "code": measure.unit},
    }


CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"


def value(observation: Resource) -> tuple[Any, Any]:
    found = observation.get("valueQuantity") or {}
    return found.get("value"), found.get("code")


def performer(observation: Resource) -> str:
    return reference((observation.get("performer") or [None])[0])


def _about_her(op: Operation, type: str) -> Resource:
    return {
        "resourceType": type,
        "identifier": [identifier(op)],
        "subject": {"reference": f"Patient/{op.patient}"},
    }
