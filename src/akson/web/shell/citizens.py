"""Whose pages a citizen or proxy is reading. Whether she may is decided by the record, not here."""

from akson.fhir.problem import Problem, ProblemKind
from akson.web.shell.house import Visit


def represented(visit: Visit) -> tuple[str, ...]:
    """Patient ids: herself, then those she acts for."""
    actor = visit.actor
    own = (actor.reference,) if actor.reference.startswith("Patient/") else ()
    return tuple(reference.rpartition("/")[2] for reference in (*own, *actor.on_behalf_of))


def whose(visit: Visit) -> str:
    """The patient id the page is about: the one asked for (`?for=`), else the first.

    Raises: Problem(NOT_FOUND, AKS-PAGE-001) for anyone the reader does not represent, or when there is nobody.
    """
    may = represented(visit)
    asked = visit.request.query_params.get("for") or next(iter(may), "")
    if asked not in may:
        raise Problem(ProblemKind.NOT_FOUND, "AKS-PAGE-001", "Du representerer ikke denne personen.")
    return asked
