"""What the door answers when it does not give what was asked for. The same words for missing and hidden, to the byte.

The last guard itself is `RecordSession._guard`: it decides once more, by facts read apart from the search's SQL, on each
resource that is about to leave. One resource too many refuses the whole answer: the guard never trims, since a mismatch
means that one of the two computations is wrong.
"""

from akson.fhir.problem import Problem, ProblemKind


def refused_answer() -> Problem:
    return Problem(
        ProblemKind.INTERNAL,
        "AKS-RECORD-001",
        "The answer was held back.",
        why="The last guard found a resource in it that the decision does not allow.",
        now="Report this to the privacy officer; the attempt is logged.",
        permanent=True,
    )


def not_found() -> Problem:
    """The same for missing and hidden, to the byte."""
    return Problem(
        ProblemKind.NOT_FOUND,
        "AKS-RECORD-404",
        "There is no such resource, or you have no access to it.",
        now="Check the address; if you need access, ask the one who is responsible for the patient.",
    )


def gone() -> Problem:
    return Problem(
        ProblemKind.GONE, "AKS-RECORD-410", "The resource has been deleted.", now="Its history remains."
    )
