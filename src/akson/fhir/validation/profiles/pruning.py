"""Takes out of a snapshot's tree what the base type says anyway: that is checked with the base, once.

A snapshot names every element of its type; most profiles narrow a handful. Spec: https://hl7.org/fhir/R4/profiling.html#snapshot
"""

from akson.fhir.definitions import ElementDefinition, load, shape
from akson.fhir.validation.profiles.model import Node, TypeRule


def prune(node: Node, type_name: str) -> None:
    """`type_name` is the type or nested path that stands at the node; empty when it is one of several."""
    if not type_name or not load().has(type_name.split(".")[0]):
        return
    by_name = shape(type_name).by_name
    for name, child in list(node.children.items()):
        properties = by_name.get(name, ())
        inner = properties[0].type if len(properties) == 1 else ""
        prune(child, inner or _only(child))
        for piece in child.slices.values():
            _prune_slice(piece, inner or _only(piece))
        if properties and _adds_nothing(child, properties[0].element):
            del node.children[name]


def _prune_slice(piece: Node, type_name: str) -> None:
    prune(piece, type_name)
    for inner in piece.slices.values():
        _prune_slice(inner, type_name)


def _only(node: Node) -> str:
    return node.types[0].code if len(node.types) == 1 else ""


def _adds_nothing(node: Node, element: ElementDefinition) -> bool:
    if node.children or node.slices or node.constraints or node.length_max is not None:
        return False
    if any(one is not None for one in (node.fixed, node.pattern, node.low, node.high)):
        return False
    if (node.min or 0) > element.min or (node.max is not None and node.max != element.max):
        return False
    return _allows_all(node.types, element) and all(
        binding.strength not in ("required", "maximum", "extensible")
        or (element.binding is not None and element.binding.value_set == binding.value_set)
        for binding in node.bindings
    )


def _allows_all(rules: tuple[TypeRule, ...], element: ElementDefinition) -> bool:
    """Every type of the element with every target, and no profile on any."""
    if not rules or element.content_reference:
        return True
    if any(rule.aggregation or set(rule.profiles) - _named(element) for rule in rules):
        return False
    for declared in element.types:
        mine = [rule for rule in rules if rule.code in (declared.code, "String")]
        targets = {target for rule in mine for target in rule.targets}
        if not mine or (targets and not set(declared.targets) <= targets):
            return False
    return True


def _named(element: ElementDefinition) -> set[str]:
    """Profiles that the element itself names, such as SimpleQuantity."""
    return {profile for declared in element.types for profile in declared.profiles}
