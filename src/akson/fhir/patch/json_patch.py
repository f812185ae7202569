"""JSON Patch. Spec: https://www.rfc-editor.org/rfc/rfc6902 and https://www.rfc-editor.org/rfc/rfc6901"""

from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any, TypeAlias

from akson.fhir.fhirpath.comparison import same
from akson.fhir.patch.problems import OPERATIONS_MAX, refused, too_many

Json: TypeAlias = dict[str, Any]


def json_patch(document: Json, operations: Any) -> Json:
    """All operations or none. Raises Problem AKS-FHIR-030 (unreadable), 031 (does not fit), 032 (too many)."""
    if type(operations) is not list:
        raise refused(0, "A JSON Patch is an array of operations.", malformed=True)
    if len(operations) > OPERATIONS_MAX:
        raise too_many()
    holder: Json = {"": deepcopy(document)}
    for place, operation in enumerate(operations):
        _apply(holder, operation, place)
    if type(holder.get("")) is not dict:
        raise refused(len(operations) - 1, "No object is left.")
    return holder[""]


def _apply(holder: Json, operation: Any, place: int) -> None:
    named = operation.get("op") if type(operation) is dict else None
    act = _ACTS.get(named) if type(named) is str else None
    if act is None:
        raise refused(place, "`op` is add, remove, replace, move, copy or test.", malformed=True)
    act(_At(holder, operation, place))


class _At:
    """One operation on the document; the empty name of `holder` is the document itself."""

    def __init__(self, holder: Json, operation: Json, place: int) -> None:
        self.holder = holder
        self.operation = operation
        self.place = place

    def pointer(self, name: str) -> list[str]:
        text = self.operation.get(name)
        if type(text) is not str or (text and text[0] != "/"):
            raise refused(self.place, f"`{name}` is a JSON Pointer.", malformed=True)
        return ["", *(part.replace("~1", "/").replace("~0", "~") for part in text.split("/")[1:])]

    def value(self) -> Any:
        if "value" not in self.operation:
            raise refused(self.place, "`value` is missing.", malformed=True)
        return deepcopy(self.operation["value"])

    def parent(self, pointer: list[str]) -> Any:
        found: Any = self.holder
        for part in pointer[:-1]:
            found = self.child(found, part)
        return found

    def child(self, parent: Any, part: str) -> Any:
        if type(parent) is dict and part in parent:
            return parent[part]
        if type(parent) is list:
            return parent[self.index(parent, part, len(parent) - 1)]
        raise refused(self.place, "The path leads nowhere.")

    def index(self, parent: list[Any], part: str, most: int) -> int:
        if not part.isascii() or not part.isdigit() or (part[0] == "0" and part != "0") or len(part) > 9:
            raise refused(self.place, "An array is entered by a number.")
        if int(part) > most:
            raise refused(self.place, "The path leads nowhere.")
        return int(part)

    def put(self, pointer: list[str], value: Any) -> None:
        parent, part = self.parent(pointer), pointer[-1]
        if type(parent) is list:
            at = len(parent) if part == "-" else self.index(parent, part, len(parent))
            parent.insert(at, value)
        elif type(parent) is dict:
            parent[part] = value
        else:
            raise refused(self.place, "The path leads nowhere.")

    def take(self, pointer: list[str]) -> Any:
        parent, part = self.parent(pointer), pointer[-1]
        found = self.child(parent, part)
        if type(parent) is list:
            del parent[int(part)]
        else:
            del parent[part]
        return found


def _add(at: _At) -> None:
    at.put(at.pointer("path"), at.value())


def _remove(at: _At) -> None:
    at.take(at.pointer("path"))


def _replace(at: _At) -> None:
    pointer, value = at.pointer("path"), at.value()
    parent = at.parent(pointer)
    at.child(parent, pointer[-1])
    if type(parent) is list:
        parent[int(pointer[-1])] = value
    else:
        parent[pointer[-1]] = value


def _move(at: _At) -> None:
    source, target = at.pointer("from"), at.pointer("path")
    if target[: len(source)] == source and len(target) > len(source):
        raise refused(at.place, "Nothing can be moved into itself.")
    at.put(target, at.take(source))


def _copy(at: _At) -> None:
    source = at.pointer("from")
    at.put(at.pointer("path"), deepcopy(at.child(at.parent(source), source[-1])))


def _test(at: _At) -> None:
    pointer = at.pointer("path")
    if not same(at.child(at.parent(pointer), pointer[-1]), at.value()):
        raise refused(at.place, "The value is another than the test says.")


_ACTS: Mapping[str, Callable[[_At], None]] = {
    "add": _add,
    "copy": _copy,
    "move": _move,
    "remove": _remove,
    "replace": _replace,
    "test": _test,
}
