"""The one exception of Akson, and its kinds.

    Problem
      kind MALFORMED        not readable as what it claims to be          HTTP 400   AppRec T01
           INVALID          readable, breaks a rule                        HTTP 422   AppRec T02
           UNSUPPORTED      understood, not offered                        HTTP 400
           UNAUTHENTICATED  nobody has said who asks                       HTTP 401
           FORBIDDEN        known, and may never do this                   HTTP 403
           NOT_FOUND        missing or hidden; the two are never told apart HTTP 404
           GONE             deleted                                        HTTP 410
           CONFLICT         somebody else was first                        HTTP 409
           PRECONDITION     If-Match or a conditional did not hold         HTTP 412
           TOO_LARGE        beyond a stated limit                          HTTP 413
           OVERLOADED       try again later (not permanent)                HTTP 503
           INTERNAL         our fault                                      HTTP 500

Raise it and let it reach the edge; the edge alone turns it into an OperationOutcome, an AppRec, a page
or an exit code. Texts carry no patient data. Spec: https://hl7.org/fhir/R4/operationoutcome.html
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class ProblemKind(StrEnum):
    MALFORMED = "malformed"
    INVALID = "invalid"
    UNSUPPORTED = "unsupported"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not-found"
    GONE = "gone"
    CONFLICT = "conflict"
    PRECONDITION = "precondition"
    TOO_LARGE = "too-large"
    OVERLOADED = "overloaded"
    INTERNAL = "internal"


# The FHIR issue type (https://hl7.org/fhir/R4/valueset-issue-type.html) used when none is given.
_DEFAULT_CODE = {
    ProblemKind.MALFORMED: "structure",
    ProblemKind.INVALID: "invalid",
    ProblemKind.UNSUPPORTED: "not-supported",
    ProblemKind.UNAUTHENTICATED: "login",
    ProblemKind.FORBIDDEN: "forbidden",
    ProblemKind.NOT_FOUND: "not-found",
    ProblemKind.GONE: "deleted",
    ProblemKind.CONFLICT: "conflict",
    ProblemKind.PRECONDITION: "conflict",
    ProblemKind.TOO_LARGE: "too-long",
    ProblemKind.OVERLOADED: "transient",
    ProblemKind.INTERNAL: "exception",
}


@dataclass(frozen=True, slots=True)
class Issue:
    """One finding. `expression` is the path it stands at, e.g. `Patient.name[0].use`."""

    code: str
    """FHIR issue type, e.g. `required`, `value`, `structure`."""
    text: str
    expression: str = ""
    severity: str = "error"
    """`fatal`, `error`, `warning` or `information`."""


class Problem(Exception):
    """What went wrong, why, and what to do now."""

    def __init__(
        self,
        kind: ProblemKind,
        id: str,
        what: str,
        *,
        why: str = "",
        now: str = "",
        code: str = "",
        issues: Sequence[Issue] = (),
        permanent: bool | None = None,
        retry_after_s: int = 0,
    ) -> None:
        """`id` is stable (`AKS-STORE-012`); texts may change. `permanent`: trying again is no use.
        `retry_after_s`: when it is, where that is known."""
        super().__init__(f"{id}: {what}")
        self.kind = kind
        self.id = id
        self.what = what
        self.why = why
        self.now = now
        self.retry_after_s = retry_after_s
        self.issues = tuple(issues) or (Issue(code or _DEFAULT_CODE[kind], self.sentence()),)
        self.permanent = (
            kind not in (ProblemKind.OVERLOADED, ProblemKind.INTERNAL) if permanent is None else permanent
        )

    def sentence(self) -> str:
        """What, why and what now as one running text."""
        return " ".join(part for part in (self.what, self.why, self.now) if part)
