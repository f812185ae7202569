"""Invariants that R4's own expression does not say well, or says at a price: contained resources and local references.

Spec: https://hl7.org/fhir/R4/domainresource-definitions.html (dom-3 to dom-5), references.html (ref-1)
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from akson.fhir.validation.finding import Finding, Scope

Rule: TypeAlias = Callable[[Any, Scope], list[Finding] | None]


def _local(value: Any, scope: Scope) -> list[Finding] | None:
    """ref-1. `#` alone is the resource that contains."""
    reference = value["reference"]
    if reference[:1] != "#" or reference == "#" or scope.root is None:
        return None
    if reference[1:] in scope.contained_ids():
        return None
    return [Finding(".reference", "invariant", "must point to a contained resource that is there (ref-1)")]


def _contained(value: Any, scope: Scope) -> list[Finding] | None:
    """dom-3, dom-4, dom-5."""
    found: list[Finding] = []
    used = {text[1:] for text in _local_texts(value)}
    for index, inner in enumerate(value["contained"]):
        name = f".contained[{index}]"
        if inner.get("id") not in used and "" not in _own_texts(inner):
            found.append(Finding(name, "invariant", "must be referred to from the resource (dom-3)"))
        meta = inner.get("meta")
        if type(meta) is dict:
            for element, key in (("versionId", "dom-4"), ("lastUpdated", "dom-4"), ("security", "dom-5")):
                if element in meta:
                    found.append(Finding(f"{name}.meta.{element}", "invariant", f"must not be there ({key})"))
    return found or None


def _own_texts(inner: Any) -> set[str]:
    return {text[1:] for text in _local_texts(inner)}


def _behaviour(value: Any, _scope: Scope) -> list[Finding] | None:
    """que-12. Its text says more than one; its expression, more than two."""
    if len(value["enableWhen"]) < 2 or "enableBehavior" in value or "_enableBehavior" in value:
        return None
    return [
        Finding("", "invariant", "must have enableBehavior, as there is more than one enableWhen (que-12)")
    ]


def _exists_answer(value: Any, _scope: Scope) -> list[Finding] | None:
    """que-7. Its expression asks for FHIRPath's Boolean, where FHIR's boolean stands."""
    if value["operator"] != "exists" or "answerBoolean" in value:
        return None
    return [Finding("", "invariant", "must have a boolean answer where the operator is exists (que-7)")]


def _local_texts(value: Any) -> Iterator[str]:
    """Every text in it that begins with `#`: references, canonicals, uris and urls."""
    stack = [value]
    while stack:
        one = stack.pop()
        if type(one) is dict:
            stack += [inner for name, inner in one.items() if name not in ("div", "display", "text")]
            if type(one.get("text")) is dict or type(one.get("text")) is list:
                stack.append(one["text"])
        elif type(one) is list:
            stack += one
        elif type(one) is str and one[:1] == "#":
            yield one


HANDMADE: Mapping[str, tuple[frozenset[str], Rule]] = {
    "dom-3": (frozenset({"contained"}), _contained),
    "que-12": (frozenset({"enableWhen"}), _behaviour),
    "que-7": (frozenset({"operator"}), _exists_answer),
    "ref-1": (frozenset({"reference"}), _local),
}
