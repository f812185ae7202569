"""References in a profile: of which types and profiles the target may be, and whether it travels along.

Spec: https://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.type.targetProfile
"""

from collections.abc import Callable
from typing import Any

from akson.fhir.definitions import load
from akson.fhir.fhirpath.navigation import lineage
from akson.fhir.search.values.reference import type_of
from akson.fhir.validation.finding import Finding, Scope
from akson.fhir.validation.profiles.elements import Found
from akson.fhir.validation.profiles.known import Profiles
from akson.fhir.validation.profiles.model import TypeRule


def check(
    rules: list[TypeRule],
    found: Found,
    known: Profiles,
    resolved: dict[str, Any] | None,
    conforms: Callable[[Found, str], bool],
) -> list[Finding]:
    """`resolved` is the target when it is at hand."""
    if found.type != "Reference" or any(not rule.targets for rule in rules):
        return []
    targets = [target for rule in rules for target in rule.targets]
    problems = _travels(rules, found, resolved)
    if "Resource" in targets:
        return problems
    named = resolved.get("resourceType") if resolved is not None else type_of(found.value)
    allowed = [known.type_of(t) if t in known else t for t in targets]
    judged = named is not None and load().has(named) and all(load().has(t) for t in allowed)
    if judged and not any(t in lineage(named) for t in allowed):
        text = f"must point to {' or '.join(sorted(set(allowed)))}"
        return [*problems, Finding(found.path + ".reference", "structure", text)]
    if resolved is not None and all(t in known or load().has(t) for t in targets):
        there = Found(resolved, resolved.get("resourceType", ""), resolved.get("resourceType", ""))
        if not any(conforms(there, t) for t in targets):
            text = f"must point to what follows {' or '.join(targets)}"
            return [*problems, Finding(found.path + ".reference", "structure", text)]
    return problems


def _travels(rules: list[TypeRule], found: Found, resolved: Any) -> list[Finding]:
    modes = {mode for rule in rules for mode in rule.aggregation}
    if not modes or "referenced" in modes or resolved is not None or "reference" not in found.value:
        return []
    return [
        Finding(
            found.path + ".reference",
            "required",
            f"must point to a target that is {' or '.join(sorted(modes))}",
        )
    ]


class Targets:
    """The resources that references lead to within one validation: contained ones, and entries of Bundles by address."""

    def __init__(self) -> None:
        self._entries: dict[int, dict[str, Any]] = {}

    def find(self, reference: Any, scope: Scope) -> dict[str, Any] | None:
        text = reference.get("reference") if type(reference) is dict else None
        if type(text) is not str:
            return None
        if text.startswith("#"):
            root = scope.root if type(scope.root) is dict else {}
            if text == "#":
                return root
            return next((one for one in root.get("contained", ()) if one.get("id") == text[1:]), None)
        for holder in (scope.outer, scope.root):
            if type(holder) is dict and holder.get("resourceType") == "Bundle":
                found = self._addresses(holder).get(text)
                if found is not None:
                    return found
        return None

    def _addresses(self, bundle: dict[str, Any]) -> dict[str, Any]:
        found = self._entries.get(id(bundle))
        if found is None:
            found = self._entries[id(bundle)] = {}
            for entry in bundle.get("entry", ()):
                resource = entry.get("resource")
                if type(resource) is dict:
                    found.setdefault(f"{resource.get('resourceType')}/{resource.get('id')}", resource)
                    if "fullUrl" in entry:
                        found.setdefault(entry["fullUrl"], resource)
        return found
