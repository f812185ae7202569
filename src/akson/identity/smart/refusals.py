"""Why an app is refused: a stable id and the error of OAuth 2 that apps understand. Spec: RFC 6749 4.1.2.1 and 5.2.

The edge writes {"error": …, "error_description": …} or sends the browser back with them.
"""

from akson.fhir.problem import Problem, ProblemKind

# number -> error of OAuth 2
_ERRORS = {
    "001": "invalid_request",
    "002": "invalid_request",  # unknown app: no place to send anybody back to
    "003": "invalid_request",  # unknown address to go back to
    "004": "unsupported_response_type",
    "005": "invalid_scope",
    "006": "invalid_request",  # PKCE
    "007": "invalid_request",  # another server's FHIR address
    "008": "invalid_request",  # launch
    "009": "access_denied",
    "010": "invalid_client",
    "011": "invalid_grant",
    "012": "unauthorized_client",
    "013": "unsupported_grant_type",
    "014": "invalid_request",  # a patient is needed
}
NO_WAY_BACK = frozenset({"AKS-SMART-002", "AKS-SMART-003"})
"""The browser is not sent to an address that nobody has registered."""
PREFIX = "AKS-SMART-"


def refused(number: str, what: str, why: str = "", now: str = "") -> Problem:
    kind = ProblemKind.UNAUTHENTICATED if number == "010" else ProblemKind.UNSUPPORTED
    if number == "009":
        kind = ProblemKind.FORBIDDEN
    return Problem(kind, f"{PREFIX}{number}", what, why=why, now=now, code="value")


def oauth_error(problem: Problem) -> str:
    return _ERRORS.get(problem.id.removeprefix(PREFIX), "server_error")
