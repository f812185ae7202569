"""Invariants of R4 as checks, each behind the names without which it holds anyway.

    rules_of(shape("Period"))  ->  [({"start", "_start"}, per-1)]

Spec: https://hl7.org/fhir/R4/conformance-rules.html#constraints. Few are written by hand (handmade.py); the rest are
read by quick.py where they only ask what is there, and run by FHIRPath where they ask more.
"""

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

from akson.fhir.definitions import Constraint, Property, Shape, load
from akson.fhir.fhirpath import Context, Environment, Item, compile_items, parse
from akson.fhir.fhirpath.item import truth
from akson.fhir.fhirpath.syntax import Expression
from akson.fhir.problem import Problem
from akson.fhir.validation.extra import EXTENDED, EXTRA, RESOURCE
from akson.fhir.validation.finding import Answer, Check, Finding, Scope
from akson.fhir.validation.handmade import HANDMADE
from akson.fhir.validation.quick import holds_without, names_in, quick

Rule: TypeAlias = Callable[[Any, Scope], list[Finding] | None]
Guarded: TypeAlias = tuple[frozenset[str] | None, Rule]
"""The names one of which must be there for the rule to be broken (None: look always), and the rule."""

STRUCTURAL = frozenset({"ele-1", "ext-1", "txt-1", "txt-2", "dom-2", "dom-4", "dom-5"})
"""Held by the walk itself."""


def rules_of(of: Shape) -> list[Guarded]:
    """Of the objects of that shape: its own invariants and those of the types it derives from."""
    found = [_guarded(of, constraint) for constraint in _constraints(of)]
    extended = EXTENDED if of.name != "Extension" and "extension" in of.by_name else ()
    return [*found, *EXTRA.get(of.name, ()), *extended, *(RESOURCE if of.resource else ())]


def _constraints(of: Shape) -> list[Constraint]:
    found: list[Constraint] = []
    if "." in of.name:
        definition = load().type(of.name.split(".")[0])
        element = next(e for e in definition.elements if e.path == of.name)
        found += element.constraints
    else:
        for name in load().lineage(of.name):
            found += load().type(name).elements[0].constraints
    return [c for c in found if c.key not in STRUCTURAL and c.severity == "error"]


def ruled_element(at: Property, check: Check) -> Check:
    """`check` with the invariants that stand at this element alone."""
    if "." in at.type:
        return check
    mine = [c for c in at.element.constraints if c.key not in STRUCTURAL and c.severity == "error"]
    rules = [_rule(c, at.type) for c in mine]
    if at.declared is not None and "SimpleQuantity" in at.declared.profiles:
        rules.append(_without_comparator)
    if not rules:
        return check

    def ruled(value: Any, scope: Scope) -> Answer:
        answer = check(value, scope)
        if answer is not None:
            return answer
        found: list[Finding] = []
        for rule in rules:
            found += rule(value, scope) or []
        return found or None

    return ruled


def _without_comparator(value: Any, _scope: Scope) -> list[Finding] | None:
    if "comparator" not in value:
        return None
    return [Finding(".comparator", "invariant", "must not be there (sqty-1)")]


def _guarded(of: Shape, constraint: Constraint) -> Guarded:
    by_hand = HANDMADE.get(constraint.key)
    if by_hand is not None:
        return by_hand
    expression = parse(constraint.expression)
    plain = quick(expression, of)
    rule = _quick_rule(plain, constraint) if plain is not None else _rule(constraint, of.name)
    return _guard(expression, of), rule


def _guard(expression: Expression, of: Shape) -> frozenset[str] | None:
    """The JSON names without all of which the invariant is true whatever else is there."""
    named = [n for n in dict.fromkeys(names_in(expression)) if n in of.by_name]
    alone = [n for n in named if holds_without(expression, {n})]
    if alone:
        # Of several, the last is the rarest as a rule: `value.empty() or component.…`.
        return _keys(of, alone[-1:])
    needed = {e.name for e in of.elements if e.min > 0}
    optional = [n for n in named if n not in needed]
    return _keys(of, optional) if optional and holds_without(expression, set(optional)) else None


def _keys(of: Shape, names: Iterable[str]) -> frozenset[str]:
    properties = [at for name in names for at in of.by_name[name]]
    return frozenset({at.key for at in properties} | {"_" + at.key for at in properties if at.primitive})


def finding_of(constraint: Constraint) -> list[Finding]:
    return [Finding("", "invariant", f"breaks the rule {constraint.key}: {constraint.human.rstrip('. ')}")]


def _quick_rule(holds: Callable[[Any], bool], constraint: Constraint) -> Rule:
    finding = finding_of(constraint)
    return lambda value, _scope: None if holds(value) else finding


def _rule(constraint: Constraint, type_name: str) -> Rule:
    """By FHIRPath, compiled when it is first needed."""
    finding = finding_of(constraint)

    def rule(value: Any, scope: Scope) -> list[Finding] | None:
        return None if holds_in(constraint.expression, value, type_name, scope) else finding

    return rule


def holds_in(expression: str, value: Any, type_name: str, scope: Scope) -> bool:
    """What cannot be evaluated is not called broken: several of R4's own expressions ask one value of many."""
    start = Item(value, type_name)
    environment = Environment(
        resource=scope.resource,
        root_resource=scope.root,
        now=scope.now,
        member_of=scope.terminology.member_of if scope.terminology is not None else None,
    )
    try:
        return truth(compile_items(expression)([start], Context(start, environment))) is not False
    except Problem:
        return True
