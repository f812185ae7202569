"""Is it good FHIR R4? Structure, types, formats, choices, required codes; every finding with its path.

    validate(parse(body)) -> [Issue("code-invalid", "must be a code from …", "Patient.name[0].use")]

Spec: https://hl7.org/fhir/R4/validation.html. Invariants and profiles build on the same closures; whether a
reference's target exists is the record's to know.
"""

from typing import Any

from akson.fhir.definitions import load
from akson.fhir.problem import Issue, Problem, ProblemKind
from akson.fhir.validation.finding import FINDINGS_MAX, below
from akson.fhir.validation.objects import resource as check_resource

__all__ = ["refuse_invalid", "validate"]


def validate(resource: dict[str, Any]) -> list[Issue]:
    """All that is wrong with the resource, in document order; an empty list when it is good."""
    answer = check_resource(resource)
    if answer is None:
        return []
    named = resource.get("resourceType") if type(resource) is dict else None
    root = named if named in load().resource_types else ""
    findings = below(root, answer)[:FINDINGS_MAX]
    return [Issue(f.code, f"{f.path.lstrip('.')} {f.text}.", f.path.lstrip(".")) for f in findings]


def refuse_invalid(resource: dict[str, Any]) -> None:
    """Raises Problem INVALID AKS-FHIR-400 with all issues when there are any."""
    issues = validate(resource)
    if issues:
        raise Problem(
            ProblemKind.INVALID,
            "AKS-FHIR-400",
            "The resource breaks rules of FHIR R4.",
            why=f"{len(issues)} findings, each with its path.",
            issues=issues,
        )
