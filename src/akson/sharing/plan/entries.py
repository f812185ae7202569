"""An operation as FHIR: a Basic that says all of it to the letter, labelled so that one Consent closes all of a plan.

    Operation  ->  Basic(id, meta.security DELTPLAN, identifier, code shared-plan-operation, subject, created, extension)
    Basic      ->  Operation, or Problem INVALID AKS-PLAN-006 for what is none

Basic is what R4 has for what it has no type for; what the operations come to stands beside as CarePlan, Goal and so on
(`projection.py`). Without `subject` and `id` it is what nodes send each other. Spec: https://hl7.org/fhir/R4/basic.html.
"""

import json
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from akson.fhir.problem import Problem, ProblemKind
from akson.sharing.plan.operation import Author, Kind, Operation, checked

Resource = dict[str, Any]
SYSTEM = "https://akson.no/fhir/CodeSystem/shared-plan"
CODE = "shared-plan-operation"
IDENTIFIER = "https://akson.no/fhir/NamingSystem/shared-plan-operation"
WHOLE = "https://akson.no/fhir/StructureDefinition/shared-plan-operation"
LABEL = "DELTPLAN"
LABEL_SYSTEM = "https://akson.no/fhir/CodeSystem/label"
LABELLED = {"security": [{"system": LABEL_SYSTEM, "code": LABEL, "display": "Delt plan"}]}
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://akson.no/sharing/plan")


def stored_id(patient: str, name: str) -> str:
    """Follows from the patient too: an id that a client makes tells nothing of other patients' plans."""
    return str(uuid.uuid5(_NAMESPACE, f"{patient}|{name}"))


def head_of(patient: str) -> tuple[str, str]:
    """Type and id of the CarePlan that holds a patient's shared plan together."""
    return "CarePlan", stored_id(patient, "plan")


def sent(operation: Operation) -> Resource:
    """As it travels."""
    author = operation.author
    whole = {
        "id": operation.id,
        "plan": operation.plan,
        "line": operation.line,
        "kind": operation.kind.value,
        "base": list(operation.base),
        "content": operation.content,
        "author": [author.person, author.name, author.role, author.party, author.party_name],
        "via": operation.via,
        "at": operation.at.isoformat(),
    }
    return {
        "resourceType": "Basic",
        "meta": LABELLED,
        "extension": [{"url": WHOLE, "valueString": json.dumps(whole, ensure_ascii=False, sort_keys=True)}],
        "identifier": [{"system": IDENTIFIER, "value": operation.id}],
        "code": {"coding": [{"system": SYSTEM, "code": CODE}], "text": "Endring i delt plan"},
        "created": operation.at.date().isoformat(),
        "author": {"display": f"{author.name}, {author.party_name}"},
    }


def kept(operation: Operation, patient: str) -> Resource:
    """As it stands in the record of `patient`."""
    return {
        **sent(operation),
        "id": stored_id(patient, operation.id),
        "subject": {"reference": f"Patient/{patient}"},
    }


def read(basic: Mapping[str, Any]) -> Operation:
    try:
        text = next(e["valueString"] for e in basic["extension"] if e["url"] == WHOLE)
        said = json.loads(text)
        person, name, role, party, party_name = said["author"]
        return checked(
            Operation(
                said["id"],
                str(said["plan"]),
                said["line"],
                Kind(said["kind"]),
                tuple(said["base"]),
                said["content"],
                Author(str(person), str(name), str(role), party, str(party_name)),
                said["via"],
                datetime.fromisoformat(said["at"]),
            )
        )
    except (KeyError, TypeError, ValueError, StopIteration, AttributeError, RecursionError) as wrong:
        raise Problem(
            ProblemKind.INVALID,
            "AKS-PLAN-006",
            "An entry is no operation of a shared plan.",
            why="It is not what sharing/plan/entries.py writes.",
        ) from wrong
