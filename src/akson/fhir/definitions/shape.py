"""A type as its JSON looks: which names an object may have and what stands at each.

    shape("Observation").properties["valueQuantity"]
        -> Property(key="valueQuantity", name="value", type="Quantity", …)
    shape("Observation.component")          a backbone element is named by its path

The same table drives validation, FHIRPath and extraction. Spec: https://hl7.org/fhir/R4/json.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from akson.fhir.definitions.loading import load
from akson.fhir.definitions.model import ElementDefinition, ElementType

_NESTED = ("BackboneElement", "Element")


@dataclass(frozen=True, slots=True)
class Property:
    """One name in a JSON object."""

    key: str
    """As written in JSON: `valueQuantity`."""
    name: str
    """As FHIRPath says it: `value`."""
    element: ElementDefinition
    type: str
    """A type (`Quantity`, `string`), or the path of a nested element (`Observation.component`)."""
    declared: ElementType | None
    """The element's own entry for this type, with targets and profiles; None for nested elements."""
    primitive: bool

    @property
    def repeats(self) -> bool:
        return self.element.repeats


@dataclass(frozen=True, slots=True)
class Shape:
    name: str
    elements: tuple[ElementDefinition, ...]
    properties: Mapping[str, Property]
    """JSON key -> property, in the order of the definition."""
    by_name: Mapping[str, tuple[Property, ...]]
    """FHIRPath name -> properties: eleven for `Observation.value`, else one."""

    @property
    def resource(self) -> bool:
        return load().kind(self.name) == "resource"


def _properties(element: ElementDefinition, nested: Mapping[str, object]) -> list[Property]:
    name = element.name
    if element.content_reference:
        return [Property(name, name, element, element.content_reference, None, False)]
    if element.types[0].code in _NESTED and element.path in nested:
        return [Property(name, name, element, element.path, None, False)]
    found = []
    for declared in element.types:
        key = name + declared.code[0].upper() + declared.code[1:] if element.choice else name
        primitive = load().kind(declared.code) == "primitive-type"
        found.append(Property(key, name, element, declared.code, declared, primitive))
    return found


@cache
def shape(name: str) -> Shape:
    """`name` is a type or the path of a nested element. Raises Problem AKS-FHIR-101 for neither."""
    definition = load().type(name.split(".")[0])
    path = name if "." in name else definition.elements[0].path
    elements = definition.children.get(path, ())
    every = [p for element in elements for p in _properties(element, definition.children)]
    by_name: dict[str, list[Property]] = {}
    for found in every:
        by_name.setdefault(found.name, []).append(found)
    return Shape(
        name=name,
        elements=elements,
        properties={p.key: p for p in every},
        by_name={n: tuple(ps) for n, ps in by_name.items()},
    )
