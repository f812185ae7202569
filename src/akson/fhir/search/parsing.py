"""The parameters of a search to a Query.

    parse("Observation", [("patient", "Patient/1"), ("_sort", "-date")])

Spec: https://hl7.org/fhir/R4/search.html. What a parameter's value looks like is values/<type>.py; what it
becomes in SQL is the store's.
"""

from collections.abc import Sequence

from akson.fhir.definitions import load
from akson.fhir.problem import Problem
from akson.fhir.search.query import Query, Term
from akson.fhir.search.refusals import too_many
from akson.fhir.search.results import RESULT_PARAMETERS, ResultParts
from akson.fhir.search.terms import CHAIN_DEPTH_MAX, TermReader
from akson.fhir.search.words import CORE, Words

TERMS_MAX = 100
"""Parameters of one search."""

# What the protocol, not the search, reads; understood and passed over.
_PROTOCOL = {"_format", "_pretty", "_cursor"}
# What is not offered otherwise, and says here what is so anyway.
_DEFAULTS = {("_contained", "false"), ("_containedType", "container")}


def parse(
    type: str,
    params: Sequence[tuple[str, str]],
    *,
    strict: bool = True,
    base: str = "",
    words: Words = CORE,
) -> Query:
    """Reads decoded name-value pairs in the order given.

    `strict` False leaves out parameters the type does not have (`Prefer: handling=lenient`); a value or a modifier that
    cannot be read is refused either way, since leaving it out would answer more than was asked. `base` is this server's
    own address: references that begin with it are local. `words` expands value sets and walks code systems.

    Raises Problem: AKS-FHIR-301 unknown parameter, 302 unsupported modifier or parameter, 303 too many,
    304 bad chain, 305 bad include, 306 bad sort, 307 bad filter, 308 unknown terms, 310 bad value, 101 unknown type.
    """
    if load().kind(type) != "resource":
        load().type(type)
    if len(params) > TERMS_MAX:
        raise too_many(f"A search has at most {TERMS_MAX} parameters.")
    terms: list[Term] = []
    results = ResultParts(type)
    understood: list[tuple[str, str]] = []
    reader = TermReader(base, words)
    for name, value in params:
        head = name.partition(":")[0]
        try:
            if head in RESULT_PARAMETERS:
                results.take(name, value)
            elif head not in _PROTOCOL and (name, value) not in _DEFAULTS:
                terms.append(reader.read(type, name, value, depth=CHAIN_DEPTH_MAX))
        except Problem as problem:
            if strict or problem.id != "AKS-FHIR-301":
                raise
            continue
        if head == "_count":
            value = str(results.found["count"])  # What is given, should it be less than was asked.
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
