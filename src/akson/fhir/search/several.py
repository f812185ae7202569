"""Searches that begin above one type: the whole system by `_type`, and the compartment of one resource.

    parse_system([("_type", "Patient,Practitioner"), ("_lastUpdated", "ge2026")])
    parse_compartment("Patient", "astrid", "Observation", [("code", "8867-4")])
    parse_compartment("Patient", "astrid", "*", [])

Spec: https://hl7.org/fhir/R4/http.html#search, https://hl7.org/fhir/R4/compartmentdefinition.html. Over several types the
answer is a Query whose `parts` are one Query each; the parameters must be ones that every type has.
"""

from collections.abc import Sequence
from dataclasses import replace

from akson.fhir.definitions import load
from akson.fhir.problem import Problem, ProblemKind
from akson.fhir.search.parsing import parse
from akson.fhir.search.query import Query, ReferenceValue, Term
from akson.fhir.search.refusals import SHOWN_MAX, not_offered, too_many
from akson.fhir.search.values.protocol import bad_value
from akson.fhir.search.words import CORE, Words

TYPES_MAX = 70
"""Types of one search; the compartment of a patient has 66."""
EVERY_TYPE = "*"

Pairs = Sequence[tuple[str, str]]


def parse_system(params: Pairs, *, strict: bool = True, base: str = "", words: Words = CORE) -> Query:
    """Raises what `parse` raises; AKS-FHIR-302 without `_type`."""
    named = [value for name, value in params if name == "_type"]
    types = list(dict.fromkeys(type.strip() for value in named for type in value.split(",")))
    if not named:
        raise not_offered(
            "A search over every type is not offered.", "Say which with _type=Patient,Practitioner."
        )
    for type in types:
        if type not in load().resource_types:
            raise bad_value("_type", "resource types of R4, joined by commas")
    rest = [(name, value) for name, value in params if name != "_type"]
    query = _over(types, rest, (), strict=strict, base=base, words=words)
    return replace(query, text=(("_type", ",".join(types)), *query.text))


def parse_compartment(
    compartment: str,
    id: str,
    member: str,
    params: Pairs,
    *,
    strict: bool = True,
    base: str = "",
    words: Words = CORE,
) -> Query:
    """`member` is a type of the compartment, or `*`. Raises what `parse` raises; AKS-FHIR-309 for what is no compartment."""
    codes = compartment_codes(compartment)
    if not codes or (member != EVERY_TYPE and member not in codes):
        raise _no_compartment(compartment, member, codes)
    inside = Term(compartment, "compartment", None, (ReferenceValue(compartment, id),))
    types = sorted(codes) if member == EVERY_TYPE else [member]
    if member == EVERY_TYPE:
        named = [value for name, value in params if name == "_type"]
        asked = {type.strip() for value in named for type in value.split(",")}
        types = [type for type in types if type in asked] if named else types
        params = [(name, value) for name, value in params if name != "_type"]
    if len(types) == 1:
        query = parse(types[0], params, strict=strict, base=base, words=words)
        return replace(query, terms=(inside, *query.terms))
    return _over(types, params, (inside,), strict=strict, base=base, words=words)


def compartment_codes(compartment: str) -> dict[str, tuple[str, ...]]:
    """Type -> the parameters that place it in the compartment; in a Patient's also what R4 forgot (see extraction)."""
    found = {type: codes for type, codes in load().compartment(compartment).items() if codes}
    if compartment == "Patient":
        for type in load().resource_types:
            if type not in found and "patient" in load().search_parameters(type):
                found[type] = ("patient",)
    found.pop(compartment, None)
    return found


def _over(
    types: Sequence[str], params: Pairs, terms: tuple[Term, ...], *, strict: bool, base: str, words: Words
) -> Query:
    if len(types) > TYPES_MAX:
        raise too_many(f"A search goes over at most {TYPES_MAX} types.")
    if not types:
        return Query(EVERY_TYPE, terms)
    parts = []
    for type in types:
        own = [(name, value) for name, value in params if not _of_another(name, value, type)]
        found = parse(type, own, strict=strict, base=base, words=words)
        parts.append(replace(found, terms=(*terms, *found.terms)))
    first = parts[0]
    if any(
        [(s.kind, s.descending) for s in part.sort] != [(s.kind, s.descending) for s in first.sort]
        for part in parts
    ):
        raise not_offered(
            "Several types are sorted by what all of them have.", "Sort by _lastUpdated or _id."
        )
    understood = tuple(pair for pair in dict.fromkeys(params) if any(pair in part.text for part in parts))
    return replace(
        first,
        type=EVERY_TYPE,
        terms=terms,
        includes=tuple(dict.fromkeys(i for part in parts for i in part.includes)),
        revincludes=tuple(dict.fromkeys(i for part in parts for i in part.revincludes)),
        text=understood,
        parts=tuple(replace(part, cursor=None) for part in parts),
    )


def _of_another(name: str, value: str, type: str) -> bool:
    """An _include whose source is not this type concerns the others."""
    return name == "_include" and value.partition(":")[0] not in (type, "*")


def _no_compartment(compartment: str, member: str, codes: dict[str, tuple[str, ...]]) -> Problem:
    return Problem(
        ProblemKind.UNSUPPORTED,
        "AKS-FHIR-309",
        f"There is no compartment {compartment[:SHOWN_MAX]} with {member[:SHOWN_MAX]!r} in it.",
        now="In it are: " + ", ".join(sorted(codes)) + "."
        if codes
        else "Compartments are those of Patient, Encounter, Practitioner, RelatedPerson and Device.",
    )
