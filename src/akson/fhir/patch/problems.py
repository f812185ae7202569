"""How a patch is refused; texts name the operation by its place, never what it holds."""

from akson.fhir.problem import Problem, ProblemKind

OPERATIONS_MAX = 1_000
"""Operations of one patch."""


def refused(place: int, what: str, *, malformed: bool = False) -> Problem:
    """AKS-FHIR-030 for an operation that cannot be read, 031 for one that does not fit the resource."""
    return Problem(
        ProblemKind.MALFORMED if malformed else ProblemKind.INVALID,
        "AKS-FHIR-030" if malformed else "AKS-FHIR-031",
        f"Operation {place + 1} of the patch {'cannot be read' if malformed else 'does not fit the resource'}.",
        why=what,
        code="structure" if malformed else "processing",
    )


def too_many() -> Problem:
    return Problem(ProblemKind.TOO_LARGE, "AKS-FHIR-032", f"A patch has at most {OPERATIONS_MAX} operations.")
