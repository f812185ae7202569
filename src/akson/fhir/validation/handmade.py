"""Invariants that R4's own expression does not say well, or says at a price where many items are asked.

Spec: https://hl7.org/fhir/R4/domainresource-definitions.html (dom-3 to dom-5), references.html (ref-1)
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from akson.fhir.codec.json import encode
from akson.fhir.fhirpath.temporal import order, temporal
from akson.fhir.validation.finding import Finding, Scope

Rule: TypeAlias = Callable[[Any, Scope], list[Finding] | None]


def _local(value: Any, scope: Scope) -> list[Finding] | None:
    """ref-1. `#` alone is the resource that contains."""
    reference = value["reference"]
    if reference[:1] != "#" or reference == "#" or scope.root is None:
        return None
    if reference[1:] in scope.contained_types():
        return None
    return [Finding(".reference", "invariant", "must point to a contained resource that is there (ref-1)")]


def _contained(value: Any, scope: Scope) -> list[Finding] | None:
    """dom-3, dom-4, dom-5, and that ids are told apart.

    A reference, canonical, uri or url that says `#id` is a whole text in the written JSON.
    """
    found: list[Finding] = []
    mentioned = set(_MENTION.findall(encode(value)))
    seen: set[Any] = set()
    for index, inner in enumerate(value["contained"]):
        name = f".contained[{index}]"
        if inner.get("id") in seen:
            found.append(
                Finding(f"{name}.id", "invariant", "must not be the id of another contained resource")
            )
        seen.add(inner.get("id"))
        if str(inner.get("id")).encode() not in mentioned and _CONTAINER not in encode(inner):
            found.append(Finding(name, "invariant", "must be referred to from the resource (dom-3)"))
        meta = inner.get("meta")
        if type(meta) is dict:
            for element, key in (("versionId", "dom-4"), ("lastUpdated", "dom-4"), ("security", "dom-5")):
                if element in meta:
                    found.append(Finding(f"{name}.meta.{element}", "invariant", f"must not be there ({key})"))
    return found or None


_MENTION = re.compile(rb'"#([^"\\]{1,64})"')
_CONTAINER = b'"#"'
"""A contained resource may point to the one that holds it instead of being pointed to."""


def _period(value: Any, _scope: Scope) -> list[Finding] | None:
    """per-1, the most frequent of those that compare: texts of one form and zone are in order as texts are."""
    start, end = value.get("start"), value.get("end")
    if start is None or end is None:
        return None
    if start <= end and len(start) == len(end) and start[19:] == end[19:]:
        return None
    first, last = temporal(start, "dateTime"), temporal(end, "dateTime")
    if first is None or last is None or order(first, last) != 1:
        return None
    return [Finding("", "invariant", "breaks the rule per-1: the end must not be before the start")]


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


def _nesting(value: Any, _scope: Scope) -> list[Finding] | None:
    """que-1."""
    kind = value.get("type")
    if (kind == "group" and not value.get("item")) or (kind == "display" and value.get("item")):
        text = "breaks the rule que-1: Group items must have nested items, display items cannot have nested items"
        return [Finding("", "invariant", text)]
    return None


def _one_initial(value: Any, _scope: Scope) -> list[Finding] | None:
    """que-13."""
    if len(value["initial"]) < 2 or value.get("repeats") is True:
        return None
    text = "breaks the rule que-13: Can only have multiple initial values for repeating items"
    return [Finding("", "invariant", text)]


def _link_ids(value: Any, _scope: Scope) -> list[Finding] | None:
    """que-2."""
    if _distinct(value["item"], "item", "linkId"):
        return None
    text = (
        "breaks the rule que-2: The link ids for groups and questions must be unique within the questionnaire"
    )
    return [Finding("", "invariant", text)]


def _codes(value: Any, _scope: Scope) -> list[Finding] | None:
    """csd-1."""
    if _distinct(value["concept"], "concept", "code"):
        return None
    text = "breaks the rule csd-1: Within a code system definition, all the codes SHALL be unique"
    return [Finding("", "invariant", text)]


def _distinct(nodes: list[Any], below: str, name: str) -> bool:
    """Whether no node of the tree says what another does. The nodes are well formed, and few levels deep."""
    seen: set[Any] = set()
    waiting = list(nodes)
    count = 0
    while waiting:
        node = waiting.pop()
        waiting += node.get(below, ())
        if name in node:
            seen.add(node[name])
            count += 1
    return len(seen) == count


HANDMADE: Mapping[str, tuple[frozenset[str] | None, Rule]] = {
    "csd-1": (frozenset({"concept"}), _codes),
    "dom-3": (frozenset({"contained"}), _contained),
    "per-1": (frozenset({"end"}), _period),
    "que-1": (None, _nesting),
    "que-12": (frozenset({"enableWhen"}), _behaviour),
    "que-13": (frozenset({"initial"}), _one_initial),
    "que-2": (frozenset({"item"}), _link_ids),
    "que-7": (frozenset({"operator"}), _exists_answer),
    "ref-1": (frozenset({"reference"}), _local),
}
