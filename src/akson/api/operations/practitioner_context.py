"""$practitioner-context: for an app, who it speaks for: her role and units, the patient it was opened for, her lists.

    GET /fhir/$practitioner-context  ->  Parameters: practitioner, role, organization*, patient, purposeOfUse, app, list*

NO Municipal API 0.2.0 (Oslo) asks for the active treatment context and leaves the operation open; the parameters are ours,
named as the trust framework names them. It tells what the token and the login already say and nothing of a patient, so
nothing of it stands in a log; a list is the address of a search, decided and logged when it is asked (ADR 0252).
"""

from typing import Any

from akson.access.actor import HPR_NUMBERS, Actor, ActorKind
from akson.api.interaction import Answer, Call
from akson.api.operation import Operation, Place
from akson.fhir.codec import json
from akson.fhir.problem import Problem, ProblemKind

DEFINITION = "https://akson.no/fhir/OperationDefinition/practitioner-context"
ROLES = "https://akson.no/fhir/CodeSystem/role"
# name of the list, in words -> the search it is, of one unit
LISTS = {
    "Tjenestemottakere": "EpisodeOfCare?organization={unit}&status=active&_include=EpisodeOfCare:patient",
    "I behandlerteam": "CareTeam?participant={unit}&status=active&_include=CareTeam:patient",
}

Part = dict[str, Any]


async def run(call: Call) -> Answer:
    """Raises Problem FORBIDDEN AKS-API-075 for who is no member of staff."""
    actor = call.session.actor
    if actor.kind is not ActorKind.PRACTITIONER:
        raise Problem(
            ProblemKind.FORBIDDEN,
            "AKS-API-075",
            "$practitioner-context is for members of staff.",
            now="Log in as one who works here.",
        )
    told = {
        "resourceType": "Parameters",
        "parameter": [*_who(actor), *_now(call, actor), *_lists(call, actor)],
    }
    return Answer(200, json.encode(told))


def _who(actor: Actor) -> list[Part]:
    numbered = {"identifier": {"system": HPR_NUMBERS, "value": actor.hpr}} if actor.hpr else {}
    place = {"reference": actor.reference} if actor.reference else {}
    parts = [{"name": "practitioner", "valueReference": {**place, **numbered, "display": actor.name}}]
    if actor.role:
        parts.append({"name": "role", "valueCoding": {"system": ROLES, "code": actor.role}})
    for number, unit in enumerate(o for o in actor.organisations if o):
        # The nearest first; it alone is known by name here.
        words = {"display": actor.unit_name} if number == 0 and actor.unit_name else {}
        parts.append({"name": "organization", "valueReference": {"reference": unit, **words}})
    return parts


def _now(call: Call, actor: Actor) -> list[Part]:
    parts: list[Part] = [{"name": "purposeOfUse", "valueCode": str(call.session.purpose_of_use)}]
    if actor.patient_context:
        parts.append({"name": "patient", "valueReference": {"reference": f"Patient/{actor.patient_context}"}})
    if actor.client:
        parts.append({"name": "app", "valueString": actor.client})
    return parts


def _lists(call: Call, actor: Actor) -> list[Part]:
    """Of the unit she works in now. What an app may ask further is for its scopes to say."""
    unit = next((o for o in actor.organisations if o), "")
    if not unit:
        return []
    return [
        {
            "name": "list",
            "part": [
                {"name": "name", "valueString": words},
                {"name": "search", "valueUrl": f"{call.base}/{search.format(unit=unit)}"},
            ],
        }
        for words, search in LISTS.items()
    ]


OPERATION = Operation("practitioner-context", DEFINITION, (Place("GET", ""),), run)
