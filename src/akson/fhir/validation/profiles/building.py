"""A StructureDefinition to a tree, laid over that of its base.

Elements come in order; one with a sliceName opens a slice, and what follows below its path belongs to that slice.
Spec: https://hl7.org/fhir/R4/profiling.html#slicing
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeAlias

from akson.fhir.definitions import load, shape
from akson.fhir.validation.profiles.model import (
    BindingRule,
    ConstraintRule,
    Discriminator,
    Node,
    Slicing,
    TypeRule,
)
from akson.fhir.validation.profiles.pruning import prune

Json: TypeAlias = Mapping[str, Any]

_CORE = "http://hl7.org/fhir/StructureDefinition/"
_OF_TYPES = Slicing((Discriminator("type", "$this"),), "open", False)
"""Of a choice of types that no profile slices in words."""
_MAX_VALUE_SET = _CORE + "elementdefinition-maxValueSet"
_ADDITIONAL_BINDINGS = (
    "http://hl7.org/fhir/tools/StructureDefinition/additional-binding",
    "http://hl7.org/fhir/5.0/StructureDefinition/extension-ElementDefinition.binding.additional",
)


def short(canonical: str) -> str:
    """Without version; a core type by its bare name."""
    url = canonical.partition("|")[0]
    name = url.removeprefix(_CORE)
    return name if name != url and load().has(name) else url


def tree_of(structure: Json, base: Node | None) -> Node:
    """From the snapshot where there is one, else from the differential over `base`."""
    type_name = structure["type"].removeprefix(_CORE)
    snapshot = structure.get("snapshot", {}).get("element", [])
    if snapshot:
        root = Node(type_name)
    else:
        root = base.copy() if base is not None else Node(type_name)
    elements = snapshot or structure.get("differential", {}).get("element", [])
    builder = _Builder(root, type_name)
    for element in elements:
        builder.add(element)
    if snapshot:
        prune(root, type_name)
    return root


class _Builder:
    def __init__(self, root: Node, type_name: str) -> None:
        self.root = root
        self.type_name = type_name
        self.open: dict[str, str] = {}
        """Path -> name of the slice that is being described there."""
        self.narrowed: dict[int, set[str]] = {}
        """A choice of types -> those that this profile names by the short way."""

    def add(self, element: Json) -> None:
        path: str = element["path"]
        name = element.get("sliceName")
        for other in [p for p in self.open if p == path or p.startswith(path + ".")]:
            del self.open[other]
        node = self.reach(path, name)
        if name is not None:
            self.open[path] = name
            node = _slice(node, name)
        describe(node, element, is_root="." not in path)

    def reach(self, path: str, slice_name: str | None) -> Node:
        parts = path.split(".")
        node, type_name = self.root, self.type_name
        for index, part in enumerate(parts[1:], start=1):
            here = ".".join(parts[: index + 1])
            holder, outer = node, type_name
            node, type_name = _step(node, part, type_name)
            if here not in self.open and not (slice_name and index == len(parts) - 1):
                self.narrow(holder, part, outer)
            # Above the last part, an open slice is where the path goes on.
            if here in self.open and index < len(parts) - 1:
                node = _slice(node, self.open[here])
                type_name = _type_within(node, type_name)
        return node

    def narrow(self, holder: Node, part: str, type_name: str) -> None:
        """`valueQuantity` without a slice name is a short way to say that `value[x]` is a Quantity and nothing else."""
        of = shape(type_name) if _has_shape(type_name) else None
        at = of.properties.get(part) if of is not None and part not in of.by_name else None
        choice = holder.children.get(at.name) if at is not None else None
        if at is None or choice is None or choice.slicing is not _OF_TYPES:
            return
        said = self.narrowed.setdefault(id(choice), set())
        said.add(at.type)
        choice.types = tuple(TypeRule(type) for type in sorted(said))


def _step(node: Node, part: str, type_name: str) -> tuple[Node, str]:
    """Into the child; `valueQuantity` is the slice of `value` for that type."""
    name = part.removesuffix("[x]")
    of = shape(type_name) if _has_shape(type_name) else None
    if of is not None and name not in of.by_name and name in of.properties:
        at = of.properties[name]
        choice = node.children.setdefault(at.name, Node(at.name))
        if choice.slicing is None:
            choice.slicing = _OF_TYPES
        piece = choice.slices.setdefault(name, Node(at.name))
        if not piece.types:
            piece.types = (TypeRule(at.type),)
        return piece, at.type
    child = node.children.setdefault(name, Node(name))
    properties = of.by_name.get(name, ()) if of is not None else ()
    inner = properties[0].type if len(properties) == 1 else ""
    return child, _type_within(child, inner)


def _type_within(node: Node, otherwise: str) -> str:
    return node.types[0].code if len(node.types) == 1 and "." not in otherwise else otherwise


def _has_shape(type_name: str) -> bool:
    return bool(type_name) and load().has(type_name.split(".")[0])


def _slice(node: Node, name: str) -> Node:
    """A slice of a slice has a slash in its name: `identifier:national/fnr`."""
    first, slash, rest = name.partition("/")
    piece = node.slices.get(first)
    if piece is None:
        piece = node.slices[first] = Node(node.name)
    return _slice(piece, rest) if slash else piece


def describe(node: Node, element: Json, *, is_root: bool = False) -> None:
    """What the element says, over what was said before."""
    if not is_root:
        node.min = element.get("min", node.min)
        most = element.get("max")
        if most is not None:
            node.max = None if most == "*" else int(most)
    if element.get("type") and not is_root:
        node.types = tuple(_type_rule(one) for one in element["type"])
    node.fixed = _valued(element, "fixed") or node.fixed
    node.pattern = _valued(element, "pattern") or node.pattern
    node.low = _valued(element, "minValue") or node.low
    node.high = _valued(element, "maxValue") or node.high
    node.length_max = element.get("maxLength", node.length_max)
    if "binding" in element:
        left_open = element["path"].endswith("[x]") and len(element.get("type", ())) != 1
        node.bindings = tuple(replace(one, coded_only=left_open) for one in _bindings(element["binding"]))
    node.constraints += tuple(_constraint(c) for c in element.get("constraint", ()) if _is_own(c))
    if "slicing" in element:
        node.slicing = _slicing(element["slicing"])


def _type_rule(given: Json) -> TypeRule:
    return TypeRule(
        short(given.get("code", "")).removeprefix("http://hl7.org/fhirpath/System."),
        tuple(short(p) for p in given.get("profile", ())),
        tuple(short(p) for p in given.get("targetProfile", ())),
        tuple(given.get("aggregation", ())),
    )


def _valued(element: Json, prefix: str) -> tuple[str, Any] | None:
    for key, value in element.items():
        if key.startswith(prefix) and len(key) > len(prefix) and key[len(prefix)].isupper():
            return key[len(prefix) :], value
    return None


def _bindings(binding: Json) -> tuple[BindingRule, ...]:
    found = []
    if binding.get("valueSet"):
        found.append(BindingRule(binding["strength"], binding["valueSet"].partition("|")[0]))
    for extension in binding.get("extension", ()):
        if extension.get("url") == _MAX_VALUE_SET:
            most = extension.get("valueCanonical") or extension.get("valueUri") or ""
            found.append(BindingRule("maximum", most.partition("|")[0]))
        if extension.get("url") in _ADDITIONAL_BINDINGS:
            parts = {e["url"]: e for e in extension.get("extension", ())}
            purpose = parts.get("purpose", {}).get("valueCode")
            canonical = parts.get("valueSet", {}).get("valueCanonical")
            if purpose == "required" and canonical and not ("usage" in parts or "any" in parts):
                found.append(BindingRule("required", canonical.partition("|")[0]))
    return tuple(found)


def _is_own(constraint: Json) -> bool:
    """Those of the base types are checked with the base."""
    source = constraint.get("source")
    return "expression" in constraint and not (source is not None and load().has(short(source)))


def _constraint(given: Json) -> ConstraintRule:
    return ConstraintRule(given["key"], given["severity"], given["human"], given["expression"])


def _slicing(given: Json) -> Slicing:
    return Slicing(
        tuple(Discriminator(d["type"], d["path"]) for d in given.get("discriminator", ())),
        given.get("rules", "open"),
        bool(given.get("ordered", False)),
    )
