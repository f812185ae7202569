"""Problems to HTTP: one table of statuses, one way to write an OperationOutcome. The only place where both are known."""

from akson.api.interaction import Answer
from akson.fhir.codec import json
from akson.fhir.outcome import operation_outcome
from akson.fhir.problem import Problem, ProblemKind

STATUS = {
    ProblemKind.MALFORMED: 400,
    ProblemKind.INVALID: 422,
    ProblemKind.UNSUPPORTED: 400,
    ProblemKind.UNAUTHENTICATED: 401,
    ProblemKind.FORBIDDEN: 403,
    ProblemKind.NOT_FOUND: 404,
    ProblemKind.GONE: 410,
    ProblemKind.CONFLICT: 409,
    ProblemKind.PRECONDITION: 412,
    ProblemKind.TOO_LARGE: 413,
    ProblemKind.OVERLOADED: 503,
    ProblemKind.INTERNAL: 500,
}
# HTTP says these more exactly than their kind does.
_STATUS_BY_ID = {
    "AKS-FHIR-012": 400,  # a Bundle that is neither batch nor transaction
    "AKS-FHIR-030": 400,  # a patch that cannot be read, or does not fit
    "AKS-FHIR-031": 400,
    # Operations: a parameter that is missing or is not what it must be.
    "AKS-API-041": 400,
    "AKS-API-042": 400,
    "AKS-API-043": 400,
    "AKS-API-044": 400,
    "AKS-API-045": 400,
    "AKS-API-060": 400,
    "AKS-API-061": 400,
    "AKS-API-062": 400,
    "AKS-API-063": 400,
    "AKS-API-064": 400,
    "AKS-API-050": 400,
    "AKS-API-053": 400,
    "AKS-FHIR-102": 400,  # a profile that is asked for and not known
    "AKS-FHIR-101": 404,  # no such resource type
    "AKS-FHIR-309": 404,  # no such compartment
    "AKS-RECORD-024": 409,  # as R5 says of it
    "AKS-API-071": 400,
    "AKS-RECORD-026": 405,  # as R4 says of an interaction that a type does not offer
    # Too many requests: of one user, of one partner, of one who comes in.
    "AKS-IDENTITY-060": 429,
    "AKS-IDENTITY-061": 429,
    "AKS-IDENTITY-062": 429,
    "AKS-API-404": 404,
    "AKS-API-405": 405,
    "AKS-API-406": 406,
    "AKS-API-408": 408,
    "AKS-API-415": 415,
    "AKS-API-501": 501,
}


def status_of(problem: Problem) -> int:
    return _STATUS_BY_ID.get(problem.id) or STATUS[problem.kind]


def answer_of(problem: Problem) -> Answer:
    """The OperationOutcome of a Problem, with the headers its status calls for."""
    status = status_of(problem)
    headers: tuple[tuple[str, str], ...] = ()
    if status == 401:
        headers = (("WWW-Authenticate", 'Bearer realm="akson"'),)
    elif status in (429, 503):
        headers = (("Retry-After", str(problem.retry_after_s or 1)),)
    return Answer(status, json.encode(operation_outcome(problem)), headers)


def unsupported(status: int, what: str, now: str = "") -> Problem:
    """A refusal that HTTP has a status of its own for: 404, 405, 406, 408, 415, 501."""
    code = {404: "not-found", 408: "timeout"}.get(status, "not-supported")
    return Problem(ProblemKind.UNSUPPORTED, f"AKS-API-{status}", what, now=now, code=code)
