"""Where in the JSON the items of a path stand, so that they can be changed there.

    locate("Patient.name[0].given", patient) -> [Location(holder={…}, at=Property(given), index=0), …]

A path is names, indexes and filters (where, first, ofType, extension …); anything computed has no place.
"""

from dataclasses import dataclass
from typing import Any, TypeAlias

from akson.fhir.definitions import Property, load, shape
from akson.fhir.fhirpath import Context, Item, parse
from akson.fhir.fhirpath.compiler import compiled
from akson.fhir.fhirpath.functions import FUNCTIONS
from akson.fhir.fhirpath.item import execution_problem
from akson.fhir.fhirpath.navigation import child
from akson.fhir.fhirpath.syntax import Call, Expression, Index, Literal, Member, TypeTest, Variable

Json: TypeAlias = dict[str, Any]

_FILTERS = {"where", "first", "last", "tail", "skip", "take", "single", "ofType", "as"}


@dataclass(frozen=True, slots=True)
class Location:
    """`holder[at.key]`, or `holder[at.key][index]`; the resource itself has no holder."""

    item: Item
    holder: Json | None = None
    at: Property | None = None
    index: int | None = None


def locate(path: str, resource: Json) -> list[Location]:
    """Raises Problem AKS-FHIR-201 for text that is no FHIRPath and 211 for what has no place."""
    root = Location(Item(resource, resource["resourceType"]))
    return _Finder(root).find(parse(path))


class _Finder:
    def __init__(self, root: Location) -> None:
        self.root = root
        self.context = Context(root.item)

    def find(self, node: Expression) -> list[Location]:
        match node:
            case Variable("$this"):
                return [self.root]
            case Member(None, name) if name == self.root.item.type or name in load().lineage(
                self.root.item.type
            ):
                return [self.root]
            case Member(target, name):
                parents = [self.root] if target is None else self.find(target)
                return [found for parent in parents for found in children(parent, name)]
            case Index(target, Literal("number", index)) if index.isdigit():
                return self.find(target)[int(index) : int(index) + 1]
            case Call(target, "extension", (Literal("string", url),)) if target is not None:
                every = [found for parent in self.find(target) for found in children(parent, "extension")]
                return [one for one in every if one.item.value.get("url") == url]
            case Call(target, name, arguments) if target is not None and name in _FILTERS:
                return self.filtered(self.find(target), name, arguments)
            case TypeTest("as", operand, type):
                return self.filtered(self.find(operand), "as", (Literal("string", type),))
        raise execution_problem(
            "A patch names a place: elements, indexes and filters.", "It was more than that."
        )

    def filtered(
        self, locations: list[Location], name: str, arguments: tuple[Expression, ...]
    ) -> list[Location]:
        items = [location.item for location in locations]
        kept = FUNCTIONS[name](lambda _focus, _context: items, arguments, compiled)(items, self.context)
        wanted = {id(item) for item in kept}
        return [location for location in locations if id(location.item) in wanted]


def children(parent: Location, name: str) -> list[Location]:
    value = parent.item.value
    if type(value) is not dict:
        return []
    of = shape(parent.item.type)
    properties = of.by_name.get(name) or ((of.properties[name],) if name in of.properties else ())
    return [found for at in properties for found in _at(value, at)]


def _at(holder: Json, at: Property) -> list[Location]:
    value, extra = holder.get(at.key), holder.get("_" + at.key)
    if not at.repeats:
        if value is None and extra is None:
            return []
        return [Location(child(value, at, extra), holder, at)]
    values = value if type(value) is list else []
    extras = extra if type(extra) is list else []
    found = []
    for index in range(max(len(values), len(extras))):
        one = values[index] if index < len(values) else None
        more = extras[index] if index < len(extras) else None
        found.append(Location(child(one, at, more), holder, at, index))
    return found
