"""Equality, equivalence and order of items.

Each answers None where FHIRPath answers with an empty collection.
Spec: https://hl7.org/fhirpath/N1/#equality
"""

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from akson.fhir.fhirpath import quantity as quantities
from akson.fhir.fhirpath import temporal
from akson.fhir.fhirpath.digits import places, rounded
from akson.fhir.fhirpath.item import Collection, Item, execution_problem
from akson.fhir.fhirpath.navigation import lineage
from akson.fhir.fhirpath.quantity import Quantity, fhir_quantity
from akson.fhir.problem import Problem, ProblemKind

_KINDS: Mapping[type, str] = {bool: "boolean", int: "number", Decimal: "number", Quantity: "quantity"}


def kind(item: Item) -> str:
    """boolean number string quantity object, or date dateTime time."""
    found = _KINDS.get(type(item.value))
    if found is not None:
        return found
    if type(item.value) is str:
        return temporal.KINDS.get(item.type, "string")
    return "object"


def quantity_of(item: Item) -> Quantity | None:
    """The item as a quantity: one already, a FHIR Quantity, or a number (of the unit `1`)."""
    value = item.value
    if type(value) is Quantity:
        return value
    if type(value) is dict:
        is_one = "Quantity" in lineage(item.type) or (item.type == "" and "value" in value)
        return fhir_quantity(value) if is_one else None
    if type(value) is not bool and isinstance(value, int | Decimal):
        return Quantity(Decimal(value), "1")
    return None


def same(left: Any, right: Any) -> bool:
    """Equality of JSON values: a number equals a number, and true is not 1."""
    if type(left) is bool or type(right) is bool:
        return left is right
    if type(left) is dict and type(right) is dict:
        return left.keys() == right.keys() and all(same(left[k], right[k]) for k in left)
    if type(left) is list and type(right) is list:
        return len(left) == len(right) and all(map(same, left, right))
    return left == right


def equal(a: Item, b: Item) -> bool | None:
    if a is b:
        return True
    if a.extra is not None or b.extra is not None:
        both_typed = not a.type.startswith("System.") and not b.type.startswith("System.")
        no_value = a.value is None or b.value is None
        if (both_typed or no_value) and not same(a.extra, b.extra):
            return False
    kind_a, kind_b = kind(a), kind(b)
    if kind_a == kind_b and kind_a in ("string", "number", "boolean"):
        return a.value == b.value
    if kind_a in _TEMPORAL and kind_b in _TEMPORAL:
        return _equal_moments(a, b)
    if "quantity" in (kind_a, kind_b):
        return _equal_quantities(a, b)
    if kind_a == kind_b == "object":
        return _equal_objects(a, b)
    return False


_TEMPORAL = frozenset({"date", "dateTime", "time"})


def _equal_moments(a: Item, b: Item) -> bool | None:
    one, other = temporal.of(a.value, a.type), temporal.of(b.value, b.type)
    if one is None or other is None:
        return a.value == b.value
    if (one.kind == "time") is not (other.kind == "time"):
        return False
    found = temporal.order(one, other)
    return None if found is None else found == 0


def _equal_quantities(a: Item, b: Item) -> bool | None:
    one, other = quantity_of(a), quantity_of(b)
    if one is None or other is None:
        return False
    if quantities.same_kind(one, other) is None:
        return None
    return quantities.compare(one, other) == 0


def _equal_objects(a: Item, b: Item) -> bool:
    if a.type == b.type == "Quantity":
        one, other = quantity_of(a), quantity_of(b)
        if one is not None and other is not None:
            return quantities.compare(one, other) == 0
    return same(a.value, b.value)


def all_equal(left: Collection, right: Collection) -> bool | None:
    """Of two collections, place by place."""
    if not left or not right:
        return None
    if len(left) != len(right):
        return False
    answers = [equal(a, b) for a, b in zip(left, right, strict=True)]
    if False in answers:
        return False
    return None if None in answers else True


def equivalent(a: Item, b: Item) -> bool:
    kind_a, kind_b = kind(a), kind(b)
    if a.value is None or b.value is None:
        return a.value is b.value and _alike(_without_id(a.extra), _without_id(b.extra))
    if kind_a == kind_b == "string":
        return _loose(a.value) == _loose(b.value)
    if kind_a == kind_b == "number":
        return _near(Decimal(a.value), Decimal(b.value))
    if kind_a in _TEMPORAL and kind_b in _TEMPORAL:
        one, other = temporal.of(a.value, a.type), temporal.of(b.value, b.type)
        if one is None or other is None or one.precision != other.precision:
            return False
        return (one.kind == "time") is (other.kind == "time") and temporal.order(one, other) == 0
    if "quantity" in (kind_a, kind_b):
        one, other = quantity_of(a), quantity_of(b)
        return one is not None and other is not None and quantities.equivalent(one, other)
    if kind_a == kind_b == "object":
        return _alike(_without_id(a.value), _without_id(b.value))
    return kind_a == kind_b and a.value == b.value


def _without_id(value: Any) -> Any:
    return {k: v for k, v in value.items() if k != "id"} if type(value) is dict else value


def _alike(a: Any, b: Any) -> bool:
    if type(a) is dict and type(b) is dict:
        return a.keys() == b.keys() and all(_alike(a[key], b[key]) for key in a)
    if type(a) is list and type(b) is list:
        return len(a) == len(b) and all(map(_alike, a, b))
    if type(a) is str and type(b) is str:
        return _loose(a) == _loose(b)
    return same(a, b)


def all_equivalent(left: Collection, right: Collection) -> bool:
    """In any order."""
    if len(left) != len(right):
        return False
    rest = list(right)
    for a in left:
        at = next((i for i, b in enumerate(rest) if equivalent(a, b)), None)
        if at is None:
            return False
        del rest[at]
    return True


def _loose(text: str) -> str:
    return "".join(" " if sign.isspace() else sign for sign in text).casefold()


def _near(a: Decimal, b: Decimal) -> bool:
    """Equal when rounded to the digits of the one that says fewer of them."""
    digits = min(places(a), places(b))
    return rounded(a, digits, ROUND_HALF_UP) == rounded(b, digits, ROUND_HALF_UP)


def order(a: Item, b: Item) -> int | None:
    """-1, 0 or 1; None when it cannot be said. An error for values of different kinds."""
    kind_a, kind_b = kind(a), kind(b)
    if kind_a == kind_b and kind_a in ("number", "string"):
        return (a.value > b.value) - (a.value < b.value)
    if kind_a in _TEMPORAL and kind_b in _TEMPORAL and (kind_a == "time") is (kind_b == "time"):
        one, other = temporal.of(a.value, a.type), temporal.of(b.value, b.type)
        if one is not None and other is not None:
            return temporal.order(one, other)
    if kind_a not in ("string", "boolean") and kind_b not in ("string", "boolean"):
        one_q, other_q = quantity_of(a), quantity_of(b)
        if one_q is not None and other_q is not None:
            return quantities.compare(one_q, other_q)
        if _valueless(a) or _valueless(b):
            return None
    raise execution_problem("Two values of different kinds cannot be compared.")


def _valueless(item: Item) -> bool:
    """A FHIR Quantity that says no number, or only a bound of one."""
    return type(item.value) is dict and "Quantity" in lineage(item.type)


def _key(item: Item) -> Any:
    """Equal for equal items; None for those whose equality is more than that of JSON (moments, quantities)."""
    if item.extra is not None or item.value is None or item.type in _WITHOUT_KEY:
        return None
    if type(item.value) is Quantity or (type(item.value) is dict and quantity_of(item) is not None):
        return None
    return _frozen(item.value)


_WITHOUT_KEY = frozenset(temporal.KINDS)


def _frozen(value: Any) -> Any:
    if type(value) is dict:
        return frozenset((name, _frozen(inner)) for name, inner in value.items())
    if type(value) is list:
        return tuple(map(_frozen, value))
    return (value,) if type(value) is bool else value


class Known:
    """Items that were seen: asked by their key, and one by one only where there is none."""

    def __init__(self, items: Iterable[Item] = ()) -> None:
        self._keys: set[Any] = set()
        self._items: Collection = []
        self._without_key: Collection = []
        for item in items:
            self.add(item)

    def add(self, item: Item) -> None:
        key = _key(item)
        self._items.append(item)
        if key is not None:
            self._keys.add(key)
            return
        self._without_key.append(item)
        if len(self._without_key) > COMPARED_MAX:
            raise Problem(
                ProblemKind.TOO_LARGE, "AKS-FHIR-210", "The FHIRPath expression takes too many steps."
            )

    def __contains__(self, item: Item) -> bool:
        key = _key(item)
        if key is not None and key in self._keys:
            return True
        among = self._without_key if key is not None else self._items
        return any(equal(item, other) for other in among)


COMPARED_MAX = 2_000
"""Moments and quantities compared with one another in one go."""


def distinct(found: Collection) -> Collection:
    """Without repeats, in order."""
    if len(found) < 2:
        return found
    known, kept = Known(), []
    for item in found:
        if item not in known:
            known.add(item)
            kept.append(item)
    return kept
