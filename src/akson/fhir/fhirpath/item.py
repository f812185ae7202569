"""What a FHIRPath collection holds: a value with the type it has in the model.

    Item("1974-12-25", "date")      Item({...}, "HumanName")      Item(True, "System.Boolean")

Types are those of akson.fhir.definitions (`Observation.component` for nested elements), or `System.…` for what the
expression itself made; an object no definition knows has the empty type. Spec: https://hl7.org/fhirpath/N1/#types
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeAlias

from akson.fhir.problem import Problem, ProblemKind

STEPS_MAX = 500_000
"""Items looked at in one evaluation; more is an expression meant to hurt."""


class Item:
    """`extra` is the `_name` companion of a primitive: its id and extensions."""

    __slots__ = ("extra", "type", "value")

    def __init__(self, value: Any, type: str, extra: Any = None) -> None:
        self.value = value
        self.type = type
        self.extra = extra

    def __repr__(self) -> str:
        return f"Item({self.value!r}, {self.type!r})"


Collection: TypeAlias = list[Item]

TRUE = Item(True, "System.Boolean")
FALSE = Item(False, "System.Boolean")


@dataclass(frozen=True, slots=True)
class Environment:
    """What an expression may ask of the world around it; all of it is given by the caller."""

    resource: Mapping[str, Any] | None = None
    """`%resource`; the value itself when None."""
    root_resource: Mapping[str, Any] | None = None
    """`%rootResource`: the resource that holds `resource` in `contained`; `resource` when None."""
    variables: Mapping[str, Any] = field(default_factory=dict)
    """`%name` -> a value or a list of values."""
    now: datetime | None = None
    """`now()`, `today()` and `timeOfDay()`; they fail without."""
    resolve: Callable[[str], Mapping[str, Any] | None] | None = None
    """A reference's text -> the resource."""
    member_of: Callable[[Any, str, str], bool | None] | None = None
    """(value, its type, value set) -> whether it is in; None when nobody knows."""
    conforms_to: Callable[[Mapping[str, Any], str], bool | None] | None = None
    """(resource, url of a profile) -> whether it conforms."""
    trace: Callable[[str, list[Any]], None] | None = None
    """Told of every `trace(name)` with the values."""


NOWHERE = Environment()


class Context:
    """What stays the same, or is put back, while one expression runs."""

    __slots__ = ("environment", "index", "resource", "root", "start", "steps", "this", "total", "variables")

    def __init__(self, start: Item, environment: Environment = NOWHERE) -> None:
        self.start = start
        self.environment = environment
        resource = environment.resource
        self.resource = start if resource is None else resource_item(resource)
        root = environment.root_resource
        self.root = self.resource if root is None else resource_item(root)
        self.variables: Mapping[str, Collection] = {}
        self.this: Collection = [start]
        self.index = 0
        self.total: Collection = []
        self.steps = 0

    def count(self, steps: int) -> None:
        self.steps += steps
        if self.steps > STEPS_MAX:
            raise Problem(
                ProblemKind.TOO_LARGE,
                "AKS-FHIR-210",
                "The FHIRPath expression takes too many steps.",
                why=f"At most {STEPS_MAX} are taken.",
            )


Evaluate: TypeAlias = Callable[[Collection, Context], Collection]


SIGNS_A_STEP = 64
"""Characters of a made text that count as one step: texts that double must not outgrow the memory."""


def made(found: "Collection", context: Context) -> "Collection":
    """Counts the text that an operator or function made."""
    if found and type(found[0].value) is str:
        context.count(sum(len(item.value) for item in found if type(item.value) is str) // SIGNS_A_STEP)
    return found


def execution_problem(what: str, why: str = "") -> Problem:
    return Problem(ProblemKind.INVALID, "AKS-FHIR-211", what, why=why, code="invalid")


def boolean(value: bool | None) -> Collection:
    if value is None:
        return []
    return [TRUE] if value else [FALSE]


def truth(found: Collection) -> bool | None:
    """Singleton evaluation: empty is None; one boolean is itself; one of anything else is true."""
    if not found:
        return None
    if len(found) > 1:
        raise execution_problem("A condition must be one value.", "It was several.")
    value = found[0].value
    if type(value) is bool:
        return value
    return True if value is not None else None


def holds(found: Collection) -> bool:
    """A criterion: true when it is, or when it found something that is no boolean."""
    if len(found) > 1 and not any(type(item.value) is bool for item in found):
        return True
    return truth(found) is True


def single(found: Collection) -> Item | None:
    """The one item that is there with a value; an error when there are several."""
    if not found:
        return None
    if len(found) > 1:
        raise execution_problem("One value was expected.", "It was several.")
    return found[0] if found[0].value is not None else None


def system_item(value: Any) -> Item:
    match value:
        case bool():
            return Item(value, "System.Boolean")
        case int():
            return Item(value, "System.Integer")
        case Decimal():
            return Item(value, "System.Decimal")
        case str():
            return Item(value, "System.String")
    return Item(value, "System.Quantity")


def resource_item(value: Any) -> Item:
    named = value.get("resourceType")
    return Item(value, named if type(named) is str else "")


def plain_item(value: Any, extra: Any = None) -> Item:
    """A JSON value without a model: its type is what JSON says."""
    if type(value) is dict:
        return resource_item(value)
    if value is None:
        return Item(None, "", extra)
    found = system_item(value)
    return Item(value, found.type, extra)
