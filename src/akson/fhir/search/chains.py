"""Chains and reverse chains: a term on the resource at the other end of a reference.

    patient.name=ås                    -> Term("patient", "reference", …, (ChainValue(Query("Patient", …)),))
    _has:Observation:patient:code=x    -> Term("_has", "has", …, reverse="patient")

Spec: https://hl7.org/fhir/R4/search.html#chaining, #has
"""

from collections.abc import Callable

from akson.fhir.definitions import load
from akson.fhir.problem import Problem
from akson.fhir.search.query import ChainValue, Query, Term
from akson.fhir.search.refusals import SHOWN_MAX, bad_chain

CHAIN_DEPTH_MAX = 4
"""References followed by one parameter."""

Read = Callable[..., Term]
"""(type, name, text, depth=) -> Term: how the other end is read."""


def chain(read: Read, type: str, link: str, rest: str, text: str, *, depth: int) -> Term:
    """`link` is the reference, perhaps with the type it leads to. Raises AKS-FHIR-304; 301 when it is unknown."""
    code, _, wanted = link.partition(":")
    parameter = load().search_parameters(type).get(code)
    if parameter is None or parameter.type != "reference":
        raise bad_chain(link, f"{type} has no reference of that name; only references can be followed.")
    if depth == 0:
        raise bad_chain(link, f"At most {CHAIN_DEPTH_MAX} references are followed.")
    if wanted and wanted not in load().resource_types:
        raise bad_chain(link, f"{wanted[:SHOWN_MAX]!r} is no resource type of R4.")
    targets = (wanted,) if wanted else parameter.targets
    queries = []
    for target in targets:
        try:
            term = read(target, rest, text, depth=depth - 1)
        except Problem as problem:
            # Of several targets, those without the parameter are passed over; one is enough.
            if problem.id not in ("AKS-FHIR-301", "AKS-FHIR-304") or len(targets) == 1:
                raise
            continue
        queries.append(ChainValue(Query(target, (term,))))
    if not queries:
        raise bad_chain(link, f"None of {', '.join(targets)} has the parameter {rest[:SHOWN_MAX]!r}.")
    return Term(code, "reference", None, tuple(queries))


def reverse_chain(read: Read, type: str, name: str, text: str, *, depth: int) -> Term:
    """`_has:Observation:patient:code=x`: some Observation whose patient this is has code x."""
    parts = name.split(":", 3)
    if len(parts) != 4 or not all(parts):
        raise bad_chain(name, "Write _has:Type:reference:parameter.")
    _, source, reference, rest = parts
    if source not in load().resource_types:
        raise bad_chain(name, f"{source[:SHOWN_MAX]!r} is no resource type of R4.")
    parameter = load().search_parameters(source).get(reference)
    if parameter is None or parameter.type != "reference":
        raise bad_chain(name, f"{source} has no reference {reference[:SHOWN_MAX]!r}.")
    if parameter.targets and type not in parameter.targets:
        raise bad_chain(name, f"{source}.{reference} never points to {type}.")
    if depth == 0:
        raise bad_chain(name, f"At most {CHAIN_DEPTH_MAX} references are followed.")
    term = read(source, rest, text, depth=depth - 1)
    return Term("_has", "has", None, (ChainValue(Query(source, (term,))),), reverse=reference)


def in_list(text_ids: Term) -> Term:
    """`_list=42`: what the List's entries refer to. The List itself is under its own restriction, like any chain."""
    return Term("_list", "has", None, (ChainValue(Query("List", (text_ids,))),), reverse="item")
