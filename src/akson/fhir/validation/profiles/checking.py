"""Walks a resource along a profile's tree and tells what differs.

Spec: https://hl7.org/fhir/R4/profiling.html. What the base type asks is checked before, elsewhere.
"""

from typing import Any

from akson.fhir.definitions import load
from akson.fhir.fhirpath import Context, Environment, Item, compile_items
from akson.fhir.fhirpath.comparison import same
from akson.fhir.fhirpath.item import truth
from akson.fhir.fhirpath.navigation import lineage
from akson.fhir.problem import Problem
from akson.fhir.validation.finding import Finding, Scope, outside
from akson.fhir.validation.profiles import bounds, references
from akson.fhir.validation.profiles.elements import Found, elements
from akson.fhir.validation.profiles.known import Profiles
from akson.fhir.validation.profiles.matching import Matcher, holds
from akson.fhir.validation.profiles.model import BindingRule, ConstraintRule, Node, Slicing, TypeRule
from akson.fhir.validation.profiles.references import Targets

_DEPTH_MAX = 30
"""Profiles entered from profiles: through references they may lead in circles."""


class Checker:
    def __init__(self, known: Profiles, scope: Scope, targets: Targets) -> None:
        self.known = known
        self.scope = scope
        self.targets = targets
        self.depth = 0
        self.matcher = Matcher(known, self.conforms, self.resolve)
        self.entered: set[tuple[int, str]] = set()

    def check(self, found: Found, url: str) -> list[Finding]:
        """Of one element or resource against one known profile."""
        key = (id(found.value), url)
        if key in self.entered or self.depth > _DEPTH_MAX:
            return []
        self.entered.add(key)
        self.depth += 1
        try:
            node, wanted = self.known.tree(url), self.known.type_of(url)
            if wanted not in lineage(found.type):
                return [Finding(found.path, "structure", f"must be a {wanted} to follow the profile {url}")]
            return self._within(node, found)
        finally:
            self.depth -= 1
            self.entered.discard(key)

    def conforms(self, found: Found, url: str) -> bool:
        """Whether it follows a profile; what is not known here is only asked for its type."""
        if url in self.known:
            return not any(f.severity == "error" for f in self.check(found, url))
        return not load().has(url) or url in lineage(found.type)

    def resolve(self, reference: Any) -> Found | None:
        target = self.targets.find(reference, self.scope)
        if target is None:
            return None
        return Found(target, target.get("resourceType", ""), target.get("resourceType", ""))

    def _within(self, node: Node, found: Found) -> list[Finding]:
        """Enters the resource that the element is, if it is another than before."""
        if load().kind(found.type) != "resource" or found.value is self.scope.resource:
            return self._check(node, found)
        outer = self.scope
        inner = Scope(found.value, outer.terminology, outer.now)
        inner.outer = outer.outer
        if ".contained[" in found.path:
            inner.root = outer.root
        elif outer.root is not None and found.path != found.type:
            inner.outer = outer.root
        self.scope = inner
        try:
            return self._check(node, found)
        finally:
            self.scope = outer

    def _check(self, node: Node, found: Found) -> list[Finding]:
        problems = self._type(node, found)
        if problems:
            return problems
        problems = self._value(node, found)
        for constraint in node.constraints:
            problems += self._constraint(constraint, found)
        holder = found.value if type(found.value) is dict else found.extra
        shape_name = found.type if type(found.value) is dict else "Element"
        for name, child in node.children.items():
            problems += self._list(child, elements(holder, shape_name, name, found.path), found.path)
        return problems

    def _type(self, node: Node, found: Found) -> list[Finding]:
        if not node.types:
            return []
        line = lineage(found.type)
        rules = [
            rule
            for rule in node.types
            if rule.code in line or (rule.code[:1] in ("", "S") and _is_system(rule))
        ]
        if not rules:
            allowed = " or ".join(sorted({rule.code for rule in node.types}))
            return [Finding(found.path, "structure", f"must be of type {allowed}")]
        return self._follows(rules, found) + references.check(
            rules, found, self.known, self.targets.find(found.value, self.scope), self.conforms
        )

    def _follows(self, rules: list[TypeRule], found: Found) -> list[Finding]:
        """One of the profiles that the type names, if all of them are known."""
        if any(not rule.profiles for rule in rules):
            return []
        profiles = [profile for rule in rules for profile in rule.profiles]
        if not all(profile in self.known or profile in lineage(found.type) for profile in profiles):
            return []
        answers = [
            [] if profile in lineage(found.type) else self._resource_or_element(found, profile)
            for profile in profiles
        ]
        if any(not _errors(answer) for answer in answers):
            return []
        if len(answers) == 1:
            return answers[0]
        return [Finding(found.path, "structure", f"must follow one of the profiles {', '.join(profiles)}")]

    def _resource_or_element(self, found: Found, profile: str) -> list[Finding]:
        return self.check(found, profile)

    def _value(self, node: Node, found: Found) -> list[Finding]:
        problems: list[Finding] = []
        path, value = found.path, found.value
        if node.fixed is not None and not same(value, node.fixed[1]):
            problems.append(Finding(path, "value", "must be exactly the value that the profile fixes"))
        if node.pattern is not None and not holds(node.pattern[1], value):
            problems.append(Finding(path, "value", "must hold the pattern that the profile gives"))
        if node.length_max is not None and type(value) is str and len(value) > node.length_max:
            problems.append(Finding(path, "value", f"must have at most {node.length_max} characters"))
        for binding in node.bindings:
            problems += self._binding(binding, found)
        return problems + bounds.check(node, found)

    def _binding(self, binding: BindingRule, found: Found) -> list[Finding]:
        value, strength = found.value, binding.strength
        if value is None or strength not in ("required", "maximum", "extensible"):
            return []
        if binding.coded_only and "Quantity" in lineage(found.type):
            return []
        if strength != "required" and found.type == "CodeableConcept" and "coding" not in value:
            # Text alone breaks no binding but a required one.
            return []
        if self.known.member_of(value, found.type, binding.value_set) is not False:
            return []
        if strength == "extensible":
            return [outside(found.path, binding.value_set)]
        return [Finding(found.path, "code-invalid", f"must be from the value set {binding.value_set}")]

    def _constraint(self, constraint: ConstraintRule, found: Found) -> list[Finding]:
        start = Item(found.value, found.type, found.extra)
        environment = Environment(
            resource=self.scope.resource,
            root_resource=self.scope.root,
            now=self.scope.now,
            member_of=self.known.member_of,
            resolve=lambda text: self.targets.find({"reference": text}, self.scope),
            conforms_to=self._conforms_to,
        )
        try:
            if truth(compile_items(constraint.expression)([start], Context(start, environment))) is not False:
                return []
        except Problem:
            text = f"could not be asked for the rule {constraint.key}"
            return [Finding(found.path, "processing", text, "warning")]
        text = f"breaks the rule {constraint.key}: {constraint.human.rstrip('. ')}"
        return [Finding(found.path, "invariant", text, constraint.severity)]

    def _conforms_to(self, value: Any, url: str) -> bool | None:
        if url not in self.known:
            return None
        named = value.get("resourceType", "")
        return self.conforms(Found(value, named, named), url)

    def _list(self, node: Node, found: list[Found], path: str) -> list[Finding]:
        """All elements of one name: how many, which slice each is in, and each by itself."""
        here = f"{path}.{node.name}"
        problems = _counted(node, len(found), here, "")
        members: dict[str, list[Found]] = {name: [] for name in node.slices}
        rest: list[Found] = []
        last = -1
        order = list(node.slices)
        undecided = self.matcher.undecided
        for one in found:
            problems += self._check_element(node, one)
            name = next(
                (n for n, piece in node.slices.items() if self.matcher.matches(piece, node.slicing, one)),
                None,
            )
            if name is None:
                rest.append(one)
                continue
            members[name].append(one)
            if node.slicing is not None:
                problems += _ordered(node.slicing, order.index(name), last, bool(rest), one)
            last = max(last, order.index(name))
        for name, piece in node.slices.items():
            if len(members[name]) > 0 or not rest or undecided == self.matcher.undecided:
                problems += _counted(piece, len(members[name]), here, name)
            problems += self._slice(piece, members[name], path)
        if node.slicing is not None and node.slicing.rules == "closed":
            problems += [
                Finding(one.path, "structure", "must be in one of the slices of the profile") for one in rest
            ]
        return problems

    def _slice(self, piece: Node, members: list[Found], path: str) -> list[Finding]:
        problems: list[Finding] = []
        for one in members:
            problems += self._check_element(piece, one)
        if piece.slices:
            inner = Node(piece.name, slicing=piece.slicing, slices=piece.slices)
            problems += self._list(inner, members, path)
        return problems

    def _check_element(self, node: Node, found: Found) -> list[Finding]:
        return self._within(node, found)


def _is_system(rule: TypeRule) -> bool:
    """The types of FHIRPath stand for ids and urls of extensions."""
    return rule.code in ("", "String")


def _errors(findings: list[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.severity == "error"]


def _counted(node: Node, count: int, path: str, name: str) -> list[Finding]:
    what = f" of the slice {name!r}" if name else ""
    if node.min is not None and count < node.min:
        return [Finding(path, "required", f"must be there{what} (at least {node.min})")]
    if node.max is not None and count > node.max:
        if node.max == 0:
            return [Finding(path, "structure", f"must not be there{what}")]
        return [Finding(path, "structure", f"must be there{what} at most {node.max} times")]
    return []


def _ordered(slicing: Slicing, at: int, last: int, others: bool, found: Found) -> list[Finding]:
    if slicing.ordered and at < last:
        return [Finding(found.path, "structure", "must stand in the order of the slices")]
    if slicing.rules == "openAtEnd" and others:
        return [Finding(found.path, "structure", "must stand before what is in no slice")]
    return []
