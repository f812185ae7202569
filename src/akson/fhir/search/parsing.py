"""The parameters of a search to a Query.

    parse("Observation", [("patient", "Patient/1"), ("_sort", "-date")])

Spec: https://hl7.org/fhir/R4/search.html. What a parameter's value looks like is values/<type>.py; what it
becomes in SQL is the store's.
"""

from collections.abc import Sequence

from akson.fhir.definitions import load
from akson.fhir.problem import Problem, ProblemKind
from akson.fhir.search.query import Query, Term
from akson.fhir.search.results import RESULT_PARAMETERS, ResultParts
from akson.fhir.search.terms import CHAIN_DEPTH_MAX, TermReader

TERMS_MAX = 100
"""Parameters of one search."""

# What the protocol, not the search, reads; understood and passed over.
_PROTOCOL = {"_format", "_pretty", "_cursor"}


def parse(type: str, params: Sequence[tuple[str, str]], *, strict: bool = True, base: str = "") -> Query:
    """Reads decoded name-value pairs in the order given.

    `strict` False leaves out parameters the type does not have (`Prefer: handling=lenient`); a value that cannot
    be read is refused either way. `base` is this server's own address: references that begin with it are local.

    Raises Problem: AKS-FHIR-301 unknown parameter, 302 unsupported modifier or parameter, 303 too many,
    304 bad chain, 305 bad include, 306 bad sort, 310 bad value, 101 unknown type.
    """
    if load().kind(type) != "resource":
        load().type(type)
    if len(params) > TERMS_MAX:
        raise Problem(ProblemKind.TOO_LARGE, "AKS-FHIR-303", f"A search has at most {TERMS_MAX} parameters.")
    terms: list[Term] = []
    results = ResultParts(type)
    understood: list[tuple[str, str]] = []
    reader = TermReader(base)
    for name, value in params:
        head = name.partition(":")[0]
        try:
            if head in RESULT_PARAMETERS:
                results.take(name, value)
            elif head not in _PROTOCOL:
                terms.append(reader.read(type, name, value, depth=CHAIN_DEPTH_MAX))
        except Problem as problem:
            if strict or problem.id not in ("AKS-FHIR-301", "AKS-FHIR-302"):
                raise
            continue
        if head not in _PROTOCOL:
            understood.append((name, value))
    cursors = [value for name, value in params if name == "_cursor"]
    return Query(
        type=type,
        terms=tuple(terms),
        cursor=cursors[-1] if cursors else None,
        text=tuple(understood),
        **results.parts(),
    )
