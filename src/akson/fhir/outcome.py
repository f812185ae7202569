"""Issues to an OperationOutcome.

Spec: https://hl7.org/fhir/R4/operationoutcome.html. HTTP statuses are the edge's.
"""

from collections.abc import Sequence
from typing import Any

from akson.fhir.problem import Issue, Problem, ProblemKind

ID_SYSTEM = "https://akson.no/fhir/CodeSystem/problem"
"""Stable ids of problems (`AKS-FHIR-400`) stand in `details.coding`."""

_SEVERITY = {ProblemKind.INTERNAL: "fatal"}


def operation_outcome(problem: Problem) -> dict[str, Any]:
    """One issue for each of the problem's; the first carries the problem's id."""
    coding = [{"system": ID_SYSTEM, "code": problem.id}]
    issues = [_issue(issue) for issue in problem.issues]
    issues[0]["details"] = {"coding": coding, "text": problem.sentence()}
    if problem.kind in _SEVERITY:
        issues[0]["severity"] = _SEVERITY[problem.kind]
    return {"resourceType": "OperationOutcome", "issue": issues}


def outcome_of(issues: Sequence[Issue]) -> dict[str, Any]:
    """The answer of `$validate`: the issues, or one that says all is well."""
    found = list(issues) or [Issue("informational", "No issues found.", severity="information")]
    return {"resourceType": "OperationOutcome", "issue": [_issue(issue) for issue in found]}


def _issue(issue: Issue) -> dict[str, Any]:
    made: dict[str, Any] = {"severity": issue.severity, "code": issue.code, "diagnostics": issue.text}
    if issue.expression:
        made["expression"] = [issue.expression]
    return made
