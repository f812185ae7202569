"""$validate: would this be accepted? https://hl7.org/fhir/R4/resource-operation-validate.html"""

from typing import Any

from akson.api.interaction import Answer, Call
from akson.api.operation import HL7, Operation, Place, parameters, text
from akson.fhir.codec import json
from akson.fhir.outcome import outcome_of
from akson.fhir.problem import Issue, Problem, ProblemKind
from akson.fhir.validation import validate

MODES = ("create", "update", "delete")


async def run(call: Call) -> Answer:
    """200 with the findings, whatever they are; an error status only when the question cannot be understood."""
    given = parameters(call)
    mode = text(given, "mode")
    if mode is not None and mode not in MODES:
        raise Problem(ProblemKind.INVALID, "AKS-API-041", f"mode is one of {', '.join(MODES)}.", code="value")
    resource = await _resource(call, given)
    issues = [] if mode == "delete" else _findings(call, resource)
    return Answer(200, json.encode(outcome_of(issues)))


async def _resource(call: Call, given: dict[str, list[object]]) -> dict[str, Any]:
    """The resource in the body, itself or as `resource` of Parameters; else the one that stands at this address."""
    if call.body:
        body = json.parse(call.body)
        if body.get("resourceType") != "Parameters" or (
            call.type == "Parameters" and "resource" not in given
        ):
            return body
        if given.get("resource") and isinstance(given["resource"][0], dict):
            return given["resource"][0]
    if call.id:
        return json.parse((await call.session.read(call.type, call.id)).body or b"{}")
    raise Problem(
        ProblemKind.INVALID,
        "AKS-API-042",
        "There is nothing to validate.",
        now="Send a resource, or Parameters with the parameter resource.",
        code="required",
    )


def _findings(call: Call, resource: dict[str, Any]) -> list[Issue]:
    found = resource.get("resourceType")
    if call.type and found != call.type:
        return [Issue("invalid", f"The content must be a {call.type}.", "resourceType")]
    return validate(resource)


OPERATION = Operation(
    "validate",
    f"{HL7}/Resource-validate",
    (Place("POST", "type"), Place("POST", "type/id"), Place("GET", "type/id")),
    run,
)
