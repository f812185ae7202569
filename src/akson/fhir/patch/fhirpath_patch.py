"""FHIRPath Patch. Spec: https://hl7.org/fhir/R4/fhirpatch.html"""

from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any, TypeAlias

from akson.fhir.definitions import Property, load
from akson.fhir.patch.locations import Location, children, locate
from akson.fhir.patch.problems import OPERATIONS_MAX, refused, too_many
from akson.fhir.patch.values import keep, lists, part, plain, property_for, put, value_of

Json: TypeAlias = dict[str, Any]


def fhirpath_patch(resource: Json, patch: Any) -> Json:
    """All operations or none. `patch` is a Parameters resource.

    Raises Problem AKS-FHIR-030 (unreadable), 031 (does not fit), 032 (too many), 2xx from FHIRPath.
    """
    if type(patch) is not dict or patch.get("resourceType") != "Parameters":
        raise refused(0, "A FHIRPath Patch is a Parameters resource.", malformed=True)
    if resource.get("resourceType") not in load().resource_types:
        raise refused(0, "Only resources of R4 are patched.")
    operations = patch.get("parameter", [])
    if type(operations) is not list:
        raise refused(0, "`parameter` is an array.", malformed=True)
    if len(operations) > OPERATIONS_MAX:
        raise too_many()
    patched = deepcopy(resource)
    for place, operation in enumerate(operations):
        _apply(patched, operation, place)
    return patched


def _apply(resource: Json, operation: Any, place: int) -> None:
    parts = operation.get("part") if type(operation) is dict else None
    if type(parts) is not list or not all(type(one) is dict for one in parts):
        raise refused(place, "An operation is a parameter with parts.", malformed=True)
    if operation.get("name") != "operation":
        raise refused(place, "An operation is named `operation`.", malformed=True)
    kind, path = plain(operation, "type", place), plain(operation, "path", place)
    act = _ACTS.get(kind) if type(kind) is str else None
    if act is None or type(path) is not str:
        raise refused(place, "`type` is add, insert, delete, replace or move.", malformed=True)
    act(resource, path, operation, place)


def _add(resource: Json, path: str, operation: Json, place: int) -> None:
    found = locate(path, resource)
    if len(found) != 1:
        raise refused(place, "The path must lead to one element.")
    name, given = str(plain(operation, "name", place)), _given(operation, place)
    holder = found[0].item.value
    if type(holder) is not dict:
        raise refused(place, "The path must lead to an element that holds others.")
    at = property_for(found[0].item.type, name, given, place)
    if not at.repeats and children(found[0], at.name):
        raise refused(place, "The element is there already; replace it.")
    put(holder, at, value_of(given, at.type, place))


def _given(operation: Json, place: int) -> Json:
    given = part(operation, "value")
    if given is None:
        raise refused(place, "Its part 'value' is missing.", malformed=True)
    return given


def _insert(resource: Json, path: str, operation: Json, place: int) -> None:
    holder, at = _list(resource, path, place)
    index = _index(operation, "index", place)
    given = _given(operation, place)
    values, _ = lists(holder, at)
    if index > len(values):
        raise refused(place, "The index is beyond the end of the list.")
    put(holder, at, value_of(given, at.type, place), index)


def _delete(resource: Json, path: str, _operation: Json, place: int) -> None:
    """What is not there need not be deleted."""
    found = locate(path, resource)
    if len(found) > 1:
        raise refused(place, "The path must lead to one element.")
    for location in found:
        if location.holder is None or location.at is None:
            raise refused(place, "A resource is deleted by DELETE.")
        _remove(location.holder, location.at, location.index)
        if not location.holder:
            _prune(resource)


def _prune(value: Json) -> None:
    """An element that holds nothing is none: it goes with the last thing in it."""
    for name, inner in list(value.items()):
        held = inner if type(inner) is list else [inner]
        for one in held:
            if type(one) is dict:
                _prune(one)
        if type(inner) is list:
            inner[:] = [one for one in inner if one != {}]
        if inner == {} or inner == []:
            del value[name]


def _remove(holder: Json, at: Property, index: int | None) -> None:
    if index is None:
        holder.pop(at.key, None)
        holder.pop("_" + at.key, None)
        return
    values, extras = lists(holder, at)
    del values[index], extras[index]
    keep(holder, at, values, extras)


def _replace(resource: Json, path: str, operation: Json, place: int) -> None:
    found = locate(path, resource)
    if len(found) != 1:
        raise refused(place, "The path must lead to one element.")
    location = found[0]
    holder, old = location.holder, location.at
    if holder is None or old is None:
        raise refused(place, "A resource is replaced by PUT.")
    given = _given(operation, place)
    at = _same_or_other_choice(location, given)
    value = value_of(given, at.type, place)
    if location.index is None:
        _remove(holder, old, None)
        put(holder, at, value)
        return
    values, extras = lists(holder, at)
    values[location.index], extras[location.index] = value.value, value.extra
    keep(holder, at, values, extras)


def _same_or_other_choice(location: Location, given: Json) -> Property:
    """`value` may be replaced by a value of another type."""
    at = location.at
    assert at is not None
    if not at.element.choice:
        return at
    said = next((k.removeprefix("_")[len("value") :] for k in given if k.startswith(("value", "_value"))), "")
    for declared in at.element.types:
        if declared.code[:1].upper() + declared.code[1:] == said:
            primitive = load().kind(declared.code) == "primitive-type"
            return Property(at.name + said, at.name, at.element, declared.code, declared, primitive)
    return at


def _move(resource: Json, path: str, operation: Json, place: int) -> None:
    holder, at = _list(resource, path, place)
    source = _index(operation, "source", place)
    target = _index(operation, "destination", place)
    values, extras = lists(holder, at)
    if max(source, target) >= len(values):
        raise refused(place, "An index is beyond the end of the list.")
    for held in (values, extras):
        held.insert(target, held.pop(source))
    keep(holder, at, values, extras)


def _index(operation: Json, name: str, place: int) -> int:
    found = plain(operation, name, place)
    if type(found) is not int or found < 0:
        raise refused(place, f"`{name}` is a whole number from 0.", malformed=True)
    return found


def _list(resource: Json, path: str, place: int) -> tuple[Json, Property]:
    """The one list that the path leads to."""
    found = locate(path, resource)
    holders = {id(location.holder) for location in found}
    location = found[0] if len(holders) == 1 else None
    if location is None or location.holder is None or location.at is None or location.index is None:
        raise refused(place, "The path must lead to one list.")
    return location.holder, location.at


_ACTS: Mapping[str, Callable[[Json, str, Json, int], None]] = {
    "add": _add,
    "delete": _delete,
    "insert": _insert,
    "move": _move,
    "replace": _replace,
}
