"""K-003: a measured value keeps its digits. Spec: https://hl7.org/fhir/R4/datatypes.html#decimal (precision)"""

from akson_kit.target import Finding, Requirement, Target

_OBSERVATION = {
    "resourceType": "Observation",
    "status": "final",
    "code": {"text": "Kit: vekt"},
    "valueQuantity": {"value": 70.0, "unit": "kg", "system": "http://unitsofmeasure.org", "code": "kg"},
}


def check(target: Target) -> Finding:
    made = target.ask("POST", "Observation", body=_OBSERVATION)
    id = (
        made.resource().get("id") or made.headers.get("Location", "").split("/_history")[0].rsplit("/", 1)[-1]
    )
    if made.status != 201 or not id:
        return Finding(False, f"POST Observation answered {made.status}.")
    body = target.ask("GET", f"Observation/{id}").body.replace(b" ", b"")
    target.ask("DELETE", f"Observation/{id}")
    if b'"value":70.0' not in body:
        return Finding(False, "The value 70.0 did not come back as 70.0: its precision was lost.")
    return Finding(True, "70.0 came back as 70.0.")


REQUIREMENT = Requirement(
    "K-003", "A measured value keeps its digits", "HL7 FHIR R4, datatypes.html#decimal", check
)
