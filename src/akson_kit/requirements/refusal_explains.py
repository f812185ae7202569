"""K-004: a refused write says where the fault is. Spec: https://hl7.org/fhir/R4/operationoutcome.html"""

from akson_kit.target import Finding, Requirement, Target

_BROKEN = {"resourceType": "Patient", "gender": "kvinne", "naem": [{"family": "Kit"}]}


def check(target: Target) -> Finding:
    answer = target.ask("POST", "Patient", body=_BROKEN)
    outcome = answer.resource()
    if answer.status not in (400, 422) or outcome.get("resourceType") != "OperationOutcome":
        return Finding(
            False, f"A Patient with two faults was answered {answer.status} without an OperationOutcome."
        )
    paths = " ".join(" ".join(issue.get("expression", [])) for issue in outcome.get("issue", []))
    missing = [path for path in ("Patient.gender", "Patient.naem") if path not in paths]
    if missing:
        return Finding(False, f"The outcome does not name {', '.join(missing)}.")
    return Finding(True, "Both faults were named by their paths.")


REQUIREMENT = Requirement(
    "K-004", "A refused write says where each fault is", "HL7 FHIR R4, operationoutcome.html", check
)
