"""Is it good FHIR R4? Structure, types, formats, choices, required codes, invariants; every finding with its path.

    validate(parse(body)) -> [Issue("code-invalid", "must be a code from …", "Patient.name[0].use")]

Spec: https://hl7.org/fhir/R4/validation.html. Whether a reference's target exists is the record's to know.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from akson.fhir.definitions import load
from akson.fhir.primitives import PRIMITIVES
from akson.fhir.problem import Issue, Problem, ProblemKind
from akson.fhir.validation.advice import advice
from akson.fhir.validation.finding import FINDINGS_MAX, TOLD, Codes, Finding, Scope, below
from akson.fhir.validation.objects import check_of
from akson.fhir.validation.objects import resource as check_resource
from akson.fhir.validation.profiles import Profiles, applying
from akson.fhir.validation.profiles.applying import claims

__all__ = ["TOLD", "Codes", "Profiles", "claims", "refuse_invalid", "validate", "validate_value"]


def validate(
    resource: dict[str, Any],
    *,
    profiles: Iterable[str] = (),
    known: Profiles | None = None,
    terminology: Codes | None = None,
    now: datetime | None = None,
    warnings: bool = False,
) -> list[Issue]:
    """All that is wrong with the resource, in document order; an empty list when it is good.

    `profiles` are urls it must follow; with `known` it must also follow those of them that its `meta.profile` claims, and
    those of R4 that vital signs and extensions are held to. `terminology` answers for value sets that R4 does not list;
    `now` is what invariants call today. With `warnings`, what is only advised is told too. Raises Problem AKS-FHIR-102 for
    a profile that is not known.
    """
    scope = Scope(resource, terminology, now)
    answer = check_resource(resource, scope)
    if answer is None and known is None and not profiles and not warnings:
        return []
    named = resource.get("resourceType") if type(resource) is dict else None
    root = named if named in load().resource_types else ""
    findings = below(root, answer) if answer is not None else []
    # What is ill-formed cannot be walked along a profile.
    if root and not any(f.code in ("structure", "value") for f in findings):
        brought = known or Profiles()
        findings += applying.findings(resource, tuple(profiles), brought, scope)
        if warnings:
            findings += advice(resource, root, brought, terminology)
    return issues_of([f for f in findings if warnings or f.severity == "error"])


def validate_value(value: Any, type: str) -> list[Issue]:
    """The same for one value of a data type: `("2026-02-30", "date")`."""
    primitive = PRIMITIVES.get(type)
    answer = primitive(value) if primitive else check_of(type)(value, Scope(None))
    return [] if answer is None else issues_of(below(type, answer))


def issues_of(findings: list[Finding]) -> list[Issue]:
    return [
        Issue(f.code, f"{f.path.lstrip('.')} {f.text}.", f.path.lstrip("."), f.severity)
        for f in findings[:FINDINGS_MAX]
    ]


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
