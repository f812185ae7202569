"""What a FHIRPath collection holds: a value with the type it has in the model.

    Item("1974-12-25", "date")      Item({...}, "HumanName")      Item(True, "System.Boolean")

Types are those of akson.fhir.definitions (`Observation.component` for nested elements), or `System.…` for what the
expression itself made. Spec: https://hl7.org/fhirpath/N1/#types
"""

from decimal import Decimal
from typing import Any, TypeAlias

from akson.fhir.problem import Problem, ProblemKind

STEPS_MAX = 1_000_000
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


class Context:
    """What stays the same, or is put back, while one expression runs."""

    __slots__ = ("index", "resource", "steps", "this", "total", "variables")

    def __init__(self, resource: Item, variables: dict[str, Collection]) -> None:
        self.resource = resource
        self.variables = variables
        self.this: Collection = [resource]
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


def execution_problem(what: str, why: str = "") -> Problem:
    return Problem(ProblemKind.INVALID, "AKS-FHIR-211", what, why=why, code="invalid")


def boolean(value: bool) -> Collection:
    return [TRUE] if value else [FALSE]


def truth(found: Collection) -> bool | None:
    """Singleton evaluation: empty is None; one boolean is itself; one of anything else is true."""
    if not found:
        return None
    if len(found) > 1:
        raise execution_problem("A condition must be one value.", "It was several.")
    value = found[0].value
    return value if type(value) is bool else True


def system_item(value: Any) -> Item:
    match value:
        case bool():
            return Item(value, "System.Boolean")
        case int():
            return Item(value, "System.Integer")
        case Decimal():
            return Item(value, "System.Decimal")
    return Item(value, "System.String")
