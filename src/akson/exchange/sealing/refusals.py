"""When a seal does not hold: a Problem whose id says which kind, and the code in 8221 that a receipt gives for it.

    AKS-SEAL-1xx  the signature           S01  Feil på signatur
    AKS-SEAL-2xx  the certificate         S02  Ugyldig sertifikat
    AKS-SEAL-3xx  revoked                 S03  Tilbaketrukket sertifikat
    AKS-SEAL-4xx  cannot be opened        T01  uleselig
    AKS-SEAL-5xx  our own keys            none: the operator's to mend

Texts name algorithms, fields and organisation numbers, never content.
"""

from akson.fhir.problem import Problem, ProblemKind

_CODES = {"1": "S01", "2": "S02", "3": "S03", "4": "T01"}
_PREFIX = "AKS-SEAL-"


def code_of(problem: Problem) -> str:
    """Code in 8221, or "" for what is no broken seal."""
    return _CODES.get(problem.id[len(_PREFIX)], "") if problem.id.startswith(_PREFIX) else ""


def signature(number: int, what: str) -> Problem:
    """101…199."""
    assert 101 <= number <= 199
    return _refused(number, what, "The sender must sign it again.")


def certificate(number: int, what: str) -> Problem:
    """201…299."""
    assert 201 <= number <= 299
    return _refused(number, what, "The sender must use a valid certificate of its organisation.")


def revoked(what: str) -> Problem:
    return _refused(301, what, "The sender must use a certificate that stands.")


def sealed(number: int, what: str) -> Problem:
    """401…499."""
    assert 401 <= number <= 499
    return _refused(number, what, "The sender must encrypt it for the certificate in the address register.")


def keys(number: int, what: str, now: str) -> Problem:
    """501…599: our own keys, on our own disk."""
    assert 501 <= number <= 599
    return Problem(ProblemKind.INVALID, f"{_PREFIX}{number}", what, now=now)


def _refused(number: int, what: str, now: str) -> Problem:
    return Problem(ProblemKind.INVALID, f"{_PREFIX}{number}", what, now=now)
