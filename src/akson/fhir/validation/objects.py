"""The check of one object: its names, their number, their values; built from the definitions when first needed.

Spec: https://hl7.org/fhir/R4/json.html. One closure per shape (`HumanName`, `Observation.component`, …), shared by
every place that shape stands at.
"""

from collections.abc import Mapping, Set
from typing import Any

from akson.fhir.definitions import Property, Shape, load, shape
from akson.fhir.primitives import PRIMITIVES
from akson.fhir.validation.bindings import bound
from akson.fhir.validation.finding import NULL, TOLD, Answer, Check, Finding, Scope, below
from akson.fhir.validation.references import pointed
from akson.fhir.validation.rules import ruled_element, rules_of

_checks: dict[str, Check] = {}


def check_of(name: str) -> Check:
    """The check of a type or nested path; made at its first use, so types may hold themselves."""
    found = _checks.get(name)
    return found if found is not None else _late(name)


def _late(name: str) -> Check:
    def check(value: Any, scope: Scope) -> Answer:
        made = _checks.get(name)
        if made is None:
            made = _checks[name] = resource if name == "Resource" else object_check(shape(name))
        return made(value, scope)

    return check


def resource(value: Any, scope: Scope) -> Answer:
    """A resource inside another (entry, parameter): it says itself which it is, and stands alone."""
    if type(value) is not dict:
        return [Finding("", "structure", "must be an object")]
    named = value.get("resourceType")
    if type(named) is not str or named not in load().resource_types:
        return [Finding(".resourceType", "structure", "must be the name of an R4 resource type")]
    check = check_of(named)
    if value is scope.resource:
        return check(value, scope)
    inner = Scope(value, scope.terminology, scope.now)
    inner.outer = scope.root
    return check(value, inner)


def contained(value: Any, scope: Scope) -> Answer:
    """A resource in `contained`: references in it are those of the resource that holds it."""
    named = value.get("resourceType") if type(value) is dict else None
    if named not in load().resource_types:
        return resource(value, scope)
    if "contained" in value:
        return [Finding(".contained", "invariant", "must not stand in a contained resource (dom-2)")]
    inner = Scope(value, scope.terminology, scope.now)
    inner.root, inner.contained, inner.outer = scope.root, scope.contained_types(), scope.outer
    return check_of(named)(value, inner)


def _value_check(at: Property) -> Check:
    if at.primitive:
        return ruled_element(at, bound(at, PRIMITIVES[at.type]))
    if at.key == "contained" and at.type == "Resource":
        return contained
    check = check_of(at.type)
    return ruled_element(at, pointed(at, check) if at.type == "Reference" else bound(at, check))


def _many(check: Check, at: Property) -> Check:
    most = at.element.max

    def checked(value: Any, scope: Scope) -> Answer:
        if type(value) is not list:
            return [Finding("", "structure", "must be an array")]
        if not value:
            return [Finding("", "structure", "must not be an empty array")]
        if most is not None and len(value) > most:
            return [Finding("", "structure", f"must have at most {most} items")]
        found: list[Finding] | None = None
        for index, item in enumerate(value):
            answer = check(item, scope)
            if answer is not None:
                name = f"[{index}]"
                more = (
                    [Finding(name, NULL, "must not be null without an extension in its place")]
                    if item is None
                    else below(name, answer)
                )
                if found is None:
                    found = more
                else:
                    found.extend(more)
        return found

    return checked


def _single(check: Check, _at: Property) -> Check:
    """Only to say plainly what is wrong; the happy way costs nothing extra for primitives and objects."""

    def checked(value: Any, scope: Scope) -> Answer:
        answer = check(value, scope)
        if answer is not None and type(value) is list:
            return [Finding("", "structure", "must be one value, not an array")]
        if answer is not None and value is None:
            return [Finding("", "structure", "must not be null")]
        return answer

    return checked


def object_check(of: Shape) -> Check:
    """The check of objects of that shape."""
    checks = {p.key: (_many if p.repeats else _single)(_value_check(p), p) for p in of.properties.values()}
    root = of.resource
    if root:
        checks["resourceType"] = lambda value, _scope: (
            None if value == of.name else [Finding("", "structure", f"must be {of.name}")]
        )
    slow = _Slow(of, root)
    needed = slow.needed_plainly
    groups = slow.groups
    check_at = checks.get
    is_extension = of.name == "Extension"
    rules = rules_of(of)

    def check(value: Any, scope: Scope) -> Answer:
        if type(value) is not dict:
            return [Finding("", "structure", "must be an object")]
        found: list[Finding] | None = None
        companions = False
        for key, inner in value.items():
            check_inner = check_at(key)
            if check_inner is None:
                companions = True
                continue
            answer = check_inner(inner, scope)
            if answer is not None:
                more = below("." + slow.spoken.get(key, key), answer)
                found = more if found is None else found + more
        if companions or found is not None:
            found = slow.settle(value, found or [], scope)
        if not needed <= value.keys() or (len(value) < 2 and (not value or "id" in value)):
            found = (found or []) + slow.missing(value)
        for group in groups:
            if not group.isdisjoint(value) and len(group & value.keys()) > 1:
                found = (found or []) + slow.twice(value.keys(), group)
        if is_extension and ("extension" in value) is not slow.lacks_value(value):
            found = (found or []) + [
                Finding("", "invariant", "must have either a value or extensions (ext-1)")
            ]
        if not found or all(one.code in TOLD for one in found):
            # What is ill-formed is not asked for its meaning; what is only told makes nothing ill-formed.
            for needed_names, rule in rules:
                if needed_names is None or not needed_names.isdisjoint(value):
                    wrong = rule(value, scope)
                    if wrong is not None:
                        found = (found or []) + wrong
        return found or None

    return check


class _Slow:
    """What is looked at only when the quick walk saw something out of the ordinary."""

    def __init__(self, of: Shape, root: bool) -> None:
        self.of = of
        self.root = root
        self.spoken: Mapping[str, str] = {p.key: p.name for p in of.properties.values() if p.key != p.name}
        self.groups = tuple(
            frozenset(p.key for p in found) for found in of.by_name.values() if len(found) > 1
        )
        self.needed = tuple(e for e in of.elements if e.min > 0)
        plain = {e.name for e in self.needed if not e.choice}
        self.needed_plainly = frozenset(plain | ({"resourceType"} if root else set()))
        self.needs_choice = any(e.choice for e in self.needed)
        if self.needs_choice:
            # A choice that must be there has no one key; a name no object has sends every one the slow way.
            self.needed_plainly |= {"[x]"}
        self.element = check_of("Element")

    def lacks_value(self, value: Mapping[str, Any]) -> bool:
        return not any(key.startswith(("value", "_value")) for key in value)

    def missing(self, value: Mapping[str, Any]) -> list[Finding]:
        found = []
        if not value or (value.keys() == {"id"} and not self.root):
            return [Finding("", "structure", "must not be empty")]
        if self.root and "resourceType" not in value:
            found.append(Finding(".resourceType", "required", "must be there"))
        for element in self.needed:
            keys = [p.key for p in self.of.by_name[element.name]]
            if not any(key in value or "_" + key in value for key in keys):
                found.append(
                    Finding("." + element.name, "required", f"must be there (at least {element.min})")
                )
        return found

    def twice(self, present: Set[str], group: frozenset[str]) -> list[Finding]:
        keys = sorted(group & present)
        name = self.spoken.get(keys[0], keys[0])
        return [
            Finding("." + name, "structure", f"must have one type only; {' and '.join(keys)} stand there")
        ]

    def settle(self, value: Mapping[str, Any], found: list[Finding], scope: Scope) -> list[Finding]:
        """Judges the names the quick walk passed over, and takes back nulls a companion speaks for."""
        kept = [f for f in found if f.code != NULL or not self._spoken_for(value, f.path)]
        for key in value:
            if key in self.of.properties or (key == "resourceType" and self.root):
                continue
            at = self.of.properties.get(key[1:]) if key[:1] == "_" else None
            if at is None or not at.primitive:
                kept.append(Finding("." + key[:64], "structure", f"is not an element of {self.of.name}"))
            else:
                kept += self._companion(at, value[key], value.get(at.key), scope)
        spoken_of = {key.removeprefix("_") for key in value}
        for group in self.groups:
            if len(group & spoken_of) > 1 and len(group & value.keys()) < 2:
                kept += self.twice(spoken_of, group)
        # What is still null stands alone: a fault of structure like any other.
        return [Finding(f.path, "structure", f.text) if f.code == NULL else f for f in kept]

    def _spoken_for(self, value: Mapping[str, Any], path: str) -> bool:
        name, _, index = path[1:].partition("[")
        extras = value.get("_" + name)
        place = int(index[:-1]) if index[:-1].isdigit() else -1
        return type(extras) is list and 0 <= place < len(extras) and extras[place] is not None

    def _companion(self, at: Property, extra: Any, value: Any, scope: Scope) -> list[Finding]:
        name = "._" + at.key
        if not at.repeats:
            answer = self.element(extra, scope)
            return below(name, answer) if answer is not None else self._unsaid(at, value)
        if type(extra) is not list or not extra:
            return [Finding(name, "structure", "must be an array beside an array, and not empty")]
        values = value if type(value) is list else []
        found = []
        for index, one in enumerate(extra):
            if one is None:
                if index >= len(values) or values[index] is None:
                    found.append(
                        Finding(f"{name}[{index}]", "structure", "must not be null where the value is, too")
                    )
                continue
            answer = self.element(one, scope)
            if answer is not None:
                found += below(f"{name}[{index}]", answer)
            elif index >= len(values) or values[index] is None:
                found += self._unsaid(at, None)
        return found

    def _unsaid(self, at: Property, value: Any) -> list[Finding]:
        """A required binding wants a code; an extension that says why there is none is not one."""
        binding = at.element.binding
        if value is not None or binding is None or binding.strength != "required" or at.type != "code":
            return []
        if load().code_systems(binding.value_set) is None:
            return []
        return [
            Finding("." + at.key, "code-invalid", f"must be a code from the value set {binding.value_set}")
        ]
