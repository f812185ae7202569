"""Whether a structure is what model.py says. Pure; every fault with its path and the rule it breaks."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from akson.identity.attestation.model import Element, Kind

LIST_MAX = 1_000


@dataclass(frozen=True, slots=True)
class Fault:
    path: str
    """`attestation.care_relation.decision_ref.user_selected`."""
    rule: str
    """`ATT-48`, or "" where the model itself is broken."""
    why: str


def faults(value: Any, element: Element, path: str = "") -> list[Fault]:
    """Everything that is wrong; nothing when it fits. What the model does not name is passed over, as it says."""
    return list(_faults(value, element, path, ""))


def _faults(value: Any, element: Element, path: str, above: str) -> Iterator[Fault]:
    """`above` is the rule of the element around: it speaks where a part has none of its own."""
    rule = element.rule or above
    if not _is(value, element.kind):
        yield Fault(path, rule, f"it must be {element.kind.value}")
        return
    match element.kind:
        case Kind.GROUP:
            yield from _of_group(value, element, path, rule)
        case Kind.LIST:
            inner = element.members[0][1]
            for number, one in enumerate(value[:LIST_MAX]):
                yield from _faults(one, inner, f"{path}[{number}]", rule)
        case Kind.TEXT | Kind.URN:
            yield from (Fault(path, rule, why) for why in _of_text(value, element))
        case Kind.WHOLE:
            if element.at_least is not None and value < element.at_least:
                yield Fault(path, rule, f"it must be {element.at_least} or more")


def _of_group(value: dict[str, Any], element: Element, path: str, above: str) -> Iterator[Fault]:
    rules = dict(element.rules)
    for name in element.required:
        if name not in value:
            yield Fault(_at(path, name), rules.get(name, above), "it is missing")
    for names in element.some_of:
        if not any(name in value for name in names):
            why = f"one of {' and '.join(names)} must be given"
            yield Fault(_at(path, names[0]), rules.get(names[0], ""), why)
    for names in element.one_of:
        if sum(name in value for name in names) != 1:
            why = f"exactly one of {' and '.join(names)} is given"
            yield Fault(_at(path, names[0]), rules.get(names[0], ""), why)
    for name, inner in element.members:
        if name in value:
            yield from _faults(value[name], inner, _at(path, name), above)


def _of_text(value: str, element: Element) -> Iterator[str]:
    if element.kind is Kind.URN and not value.startswith("urn:"):
        yield "it must begin with urn:"
    elif element.not_empty and not value:
        yield "it is empty"
    elif element.allowed and value not in element.allowed:
        yield "it is not one of those that are allowed"
    elif element.pattern is not None and not element.pattern.fullmatch(value):
        yield "it is not written as it must be"


def _is(value: Any, kind: Kind) -> bool:
    match kind:
        case Kind.GROUP:
            return isinstance(value, dict)
        case Kind.LIST:
            return isinstance(value, list)
        case Kind.TEXT | Kind.URN:
            return isinstance(value, str)
        case Kind.TRUTH:
            return isinstance(value, bool)
        case Kind.WHOLE:
            return isinstance(value, int) and not isinstance(value, bool)


def _at(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
