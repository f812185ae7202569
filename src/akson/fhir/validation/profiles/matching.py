"""Which slice an element belongs to, by the discriminators of its list.

Spec: https://hl7.org/fhir/R4/profiling.html#discriminator
"""

import re
from collections.abc import Callable
from typing import Any, TypeAlias

from akson.fhir.fhirpath.comparison import same
from akson.fhir.fhirpath.navigation import lineage
from akson.fhir.search.values.reference import type_of
from akson.fhir.validation.profiles.elements import Found, elements
from akson.fhir.validation.profiles.known import Profiles
from akson.fhir.validation.profiles.model import Discriminator, Node, Slicing, TypeRule

Conforms: TypeAlias = Callable[[Found, str], bool]
"""Whether an element follows the profile of that url."""
Resolve: TypeAlias = Callable[[Any], Found | None]
"""A Reference -> its target, when it is at hand."""

_STEP = re.compile(r"(?:([a-zA-Z$]\w*)(?:\(\s*(?:'([^']*)'|([\w.]*))\s*\))?)\.?")


class Matcher:
    def __init__(self, known: Profiles, conforms: Conforms, resolve: Resolve) -> None:
        self._known = known
        self._conforms = conforms
        self._resolve = resolve
        self.undecided = 0
        """How often a value set was asked for that nobody knows."""

    def matches(self, piece: Node, slicing: Slicing | None, found: Found) -> bool:
        profiles = extension_profiles(piece)
        if profiles and found.type == "Extension":
            return found.value.get("url") in profiles
        discriminators = slicing.discriminators if slicing is not None else ()
        if not discriminators:
            return self.fits(piece, found)
        return all(self._holds(piece, one, found) for one in discriminators)

    def _holds(self, piece: Node, discriminator: Discriminator, found: Found) -> bool:
        nodes, values = self._walk(piece, discriminator.path, found, by_type=discriminator.type == "type")
        match discriminator.type:
            case "exists":
                return bool(values) is not any(node.max == 0 for node in nodes)
            case "type":
                return any(_of_type(node.types, one.type) for one in values for node in nodes)
            case "profile":
                wanted = [p for node in nodes for rule in node.types for p in (rule.profiles or rule.targets)]
                return any(self._conforms(one, profile) for one in values for profile in wanted)
        telling = [node for node in nodes if _says_something(node)]
        if not telling:
            # What the slice leaves open does not tell it from others.
            return bool(values) or not any(node.min for node in nodes)
        return any(self.fits(node, one) for one in values for node in telling)

    def _walk(self, piece: Node, path: str, found: Found, *, by_type: bool) -> tuple[list[Node], list[Found]]:
        """What the slice says at the path (each slice on the way may say it), and what the element holds there."""
        nodes = [piece]
        values = [found]
        for name, text, argument in _STEP.findall(path):
            if name == "$this":
                continue
            if name == "resolve":
                values = [target for one in values if (target := self._target(one, by_type)) is not None]
                nodes = [self._of_targets(node) for node in nodes]
            elif name == "ofType":
                values = [one for one in values if argument in lineage(one.type)]
            elif name == "extension" and text:
                nodes = [inner for node in nodes for inner in self._extension(node, text)]
                values = [one for one in _inside(values, "extension") if one.value.get("url") == text]
            else:
                nodes = [inner for node in nodes for inner in self._children(node, name)]
                values = _inside(values, name)
        return nodes, values

    def _target(self, found: Found, by_type: bool) -> Found | None:
        """What a reference leads to; for its type alone, `Practitioner/1` says enough."""
        target = self._resolve(found.value)
        named = type_of(found.value) if target is None and by_type else None
        return Found({}, named, found.path) if named is not None else target

    def _of_targets(self, node: Node) -> Node:
        """What a slice of references says of the resources they lead to: types, and profiles to follow."""
        targets = [target for rule in node.types for target in rule.targets]
        if not targets:
            return node
        rules = (TypeRule(self._known.type_of(t) if t in self._known else t, (t,)) for t in targets)
        return Node(node.name, types=tuple(rules), children=node.children, slices=node.slices)

    def _children(self, node: Node, name: str) -> list[Node]:
        """The child, and those of its slices; else that of the profile which the type must follow."""
        found = [one.children[name] for one in (node, *node.slices.values()) if name in one.children]
        for rule in node.types if not found else ():
            for profile in rule.profiles:
                if profile in self._known and name in self._known.tree(profile).children:
                    found.append(self._known.tree(profile).children[name])
        if not found and name == "url" and (profiles := extension_profiles(node)):
            found.append(Node("url", fixed=("Uri", profiles[0])))
        return found

    def _extension(self, node: Node, url: str) -> list[Node]:
        found = []
        for child in self._children(node, "extension"):
            for piece in child.slices.values():
                if url in extension_profiles(piece):
                    found.append(self._known.tree(url) if url in self._known else piece)
        return found

    def _is_in(self, value_set: str, found: Found) -> bool:
        """A set nobody knows is often named as the one system it takes its codes from."""
        inside = self._known.member_of(found.value, found.type, value_set)
        if inside is None:
            self.undecided += 1
            codings = found.value.get("coding", [found.value]) if type(found.value) is dict else []
            return any(coding.get("system") == value_set for coding in codings)
        return inside

    def fits(self, node: Node, found: Found) -> bool:
        """Whether the values that the node fixes, itself or below, are those of the element."""
        if node.fixed is not None:
            return same(found.value, node.fixed[1])
        if node.pattern is not None:
            return holds(node.pattern[1], found.value)
        for binding in node.bindings:
            if binding.strength == "required":
                return self._is_in(binding.value_set, found)
        if node.types and not _of_type(node.types, found.type):
            return False
        for name, inner in node.children.items():
            if _says_something(inner):
                values = _inside([found], name)
                if not any(self.fits(inner, one) for one in values) and (values or (inner.min or 0) > 0):
                    return False
            for piece in inner.slices.values():
                values = _inside([found], name)
                if (piece.min or 0) > 0 and not any(
                    self.matches(piece, inner.slicing, one) for one in values
                ):
                    return False
        return True


def _says_something(node: Node) -> bool:
    return (
        node.fixed is not None
        or node.pattern is not None
        or any(one.strength == "required" for one in node.bindings)
        or any(_says_something(inner) for inner in node.children.values())
        or any(_says_something(piece) for piece in node.slices.values())
    )


def _inside(values: list[Found], name: str) -> list[Found]:
    return [inner for one in values for inner in elements(_holder(one), _shape_of(one), name, one.path)]


def _holder(found: Found) -> Any:
    return found.value if type(found.value) is dict else found.extra


def _shape_of(found: Found) -> str:
    return found.type if type(found.value) is dict else "Element"


def _of_type(rules: tuple[TypeRule, ...], type_name: str) -> bool:
    line = lineage(type_name)
    return any(rule.code in line for rule in rules)


def extension_profiles(node: Node) -> tuple[str, ...]:
    """The extensions a slice of `extension` is for; empty for other slices."""
    found = tuple(p for rule in node.types if rule.code == "Extension" for p in rule.profiles)
    if found:
        return found
    url = node.children.get("url")
    return (
        (url.fixed[1],)
        if url is not None and url.fixed is not None and node.name.endswith("xtension")
        else ()
    )


def holds(pattern: Any, value: Any) -> bool:
    """Whether the value has all that the pattern has; a list holds each item of the pattern's somewhere."""
    if type(pattern) is dict:
        return type(value) is dict and all(
            name in value and holds(inner, value[name]) for name, inner in pattern.items()
        )
    if type(pattern) is list:
        values = value if type(value) is list else []
        return all(any(holds(wanted, one) for one in values) for wanted in pattern)
    return same(pattern, value)
