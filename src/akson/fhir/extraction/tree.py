"""All parameters of a type as one tree over JSON names, walked once per resource.

    {"code": Node(writers=[token(code, combo-code)]), "subject": Node(writers=[…], guarded=[(is Patient, Node)])}

The cost follows the names the resource has, not the parameters its type has (47 for Observation).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from akson.fhir.extraction.plan import Guard, Path

Visit: TypeAlias = Callable[[Any, Any], None]
"""Looks at a value and adds to whatever is being gathered: IndexValues, or a plain list."""


@dataclass(slots=True)
class Node:
    writers: list[Visit] = field(default_factory=list)
    children: dict[str, "Node"] = field(default_factory=dict)
    guarded: dict[str, tuple[Guard, "Node"]] = field(default_factory=dict)
    indexed: dict[int, "Node"] = field(default_factory=dict)

    def reach(self, path: Path) -> "Node":
        """The node at the end of the path, made where it is missing."""
        node = self
        for step in path.steps:
            node = node.children.setdefault(step.key, Node())
            if step.index is not None:
                node = node.indexed.setdefault(step.index, Node())
            if step.guard is not None:
                text, guard = step.guard
                node = node.guarded.setdefault(text, (guard, Node()))[1]
        return node


def compiled(node: Node) -> Visit:
    """What is done with one value (never a list, never null) that stands at the node."""
    acts: list[Visit] = list(node.writers)
    acts += [_guarded(guard, compiled(inner)) for guard, inner in node.guarded.values()]
    if node.children:
        acts.append(compiled_children(node))
    if len(acts) == 1:
        return acts[0]
    every = tuple(acts)

    def visit(value: Any, out: Any) -> None:
        for act in every:
            act(value, out)

    return visit


def _guarded(guard: Guard, inner: Visit) -> Visit:
    def visit(value: Any, out: Any) -> None:
        if guard(value):
            inner(value, out)

    return visit


def compiled_children(node: Node) -> Visit:
    """What is done with the object at the node: each of its names the tree knows is visited."""
    visits: Mapping[str, Visit] = {key: _at_name(child) for key, child in node.children.items()}
    visit_of = visits.get

    def walk(value: Any, out: Any) -> None:
        for key, inner in value.items():
            visit = visit_of(key)
            if visit is not None:
                visit(inner, out)

    return walk


def _at_name(node: Node) -> Visit:
    """What is done with what stands behind a name: one value, or a list of them."""
    one = compiled(node)
    indexed = {index: compiled(inner) for index, inner in node.indexed.items()}
    if indexed:
        return _with_index(one, indexed)

    def visit(value: Any, out: Any) -> None:
        if type(value) is list:
            for item in value:
                if item is not None:
                    one(item, out)
        else:
            one(value, out)

    return visit


def _with_index(one: Visit, indexed: Mapping[int, Visit]) -> Visit:
    def visit(value: Any, out: Any) -> None:
        for index, item in enumerate(value if type(value) is list else [value]):
            if item is not None:
                one(item, out)
                if index in indexed:
                    indexed[index](item, out)

    return visit
