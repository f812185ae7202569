"""Why a session does not go on, each with a stable id. Bokmål for the screens stands in `web/entrance`."""

from akson.fhir.problem import Problem, ProblemKind


def refused(why: str) -> Problem:
    return Problem(
        ProblemKind.UNAUTHENTICATED,
        "AKS-SESSION-001",
        "The browser did not prove that it is the one that logged in.",
        why=f"Its proof is not accepted: {why}.",
        now="Load the page again; if that does not help, log in again.",
    )


def not_of_now() -> Problem:
    return Problem(
        ProblemKind.UNAUTHENTICATED,
        "AKS-SESSION-002",
        "The proof is not of now.",
        why="The machine's clock and the server's differ, or the proof is an old one.",
        now="Try again; the page has been told the server's time.",
    )


def locked() -> Problem:
    return Problem(
        ProblemKind.FORBIDDEN,
        "AKS-SESSION-003",
        "The session is locked.",
        why="Nobody has used it for a while, or it was locked by hand.",
        now="Resume it with the PIN, or log in again.",
    )


def poor_pin(least: int, most: int) -> Problem:
    return Problem(
        ProblemKind.INVALID,
        "AKS-SESSION-006",
        "The PIN cannot be used.",
        why=f"It must be {least} to {most} digits, at least three different, not 1234 and its like.",
        now="Choose another.",
    )
