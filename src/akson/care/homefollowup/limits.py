"""Limits of one patient: a Goal whose target is a range. A value outside it makes an item with an owner.

    Goal(category limit, target: measure 59408-5, detailRange 88–92 %) · SpO₂ 85  ->  Passed("SpO₂ 85 %, under grensen 88 %")

Spec: https://hl7.org/fhir/R4/goal.html (target.detailRange). What NEWS2 asks for does not belong here: see `escalation`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from akson.care.fhir_json import Resource, any_code, display
from akson.care.homefollowup.entry import BY_NAME, FIELDS, Field
from akson.care.homefollowup.readings import LOINC
from akson.care.homefollowup.scale import FOLLOW_UP
from akson.care.quantities import number_words

LIMIT = "limit"
OPEN = ("proposed", "planned", "accepted", "active")


@dataclass(frozen=True, slots=True)
class Limit:
    goal: Resource
    field: Field
    low: Decimal | None
    high: Decimal | None
    decided_by: str

    @property
    def words(self) -> str:
        return _words(self.field, self.low, self.high)


def _words(one: Field, low: Decimal | None, high: Decimal | None) -> str:
    if low is not None and high is not None:
        return f"{number_words(low)}–{number_words(high)} {one.unit}"
    if low is not None:
        return f"minst {number_words(low)} {one.unit}"
    return f"høyst {number_words(high or 0)} {one.unit}"


@dataclass(frozen=True, slots=True)
class Passed:
    limit: Limit
    value: Decimal
    words: str


def is_limit(goal: Resource) -> bool:
    return any_code(goal.get("category") or [], LIMIT)


def _bound(target: Resource, side: str) -> Decimal | None:
    value = ((target.get("detailRange") or {}).get(side) or {}).get("value")
    return None if value is None else Decimal(str(value))


def limits(goals: Iterable[Resource]) -> list[Limit]:
    """Limits in force, in the order of the form."""
    by_loinc = {f.loinc: f for f in FIELDS}
    found = []
    for goal in goals:
        target = next(iter(goal.get("target") or []), {})
        codes = [str(c.get("code")) for c in (target.get("measure") or {}).get("coding") or []]
        one = next((by_loinc[c] for c in codes if c in by_loinc), None)
        low, high = _bound(target, "low"), _bound(target, "high")
        if (
            one
            and is_limit(goal)
            and goal.get("lifecycleStatus") in OPEN
            and (low is not None or high is not None)
        ):
            found.append(Limit(goal, one, low, high, display(goal.get("expressedBy"))))
    order = list(BY_NAME)
    return sorted(found, key=lambda limit: order.index(limit.field.name))


def passed(standing: Iterable[Limit], values: Mapping[str, Decimal]) -> list[Passed]:
    """Those that a set of values passes. A value on the limit is within it."""
    found = []
    for limit in standing:
        value, unit = values.get(limit.field.name), limit.field.unit
        if value is None:
            continue
        said = f"{limit.field.label} {number_words(value)} {unit}"
        if limit.low is not None and value < limit.low:
            found.append(Passed(limit, value, f"{said}, under grensen {number_words(limit.low)} {unit}"))
        elif limit.high is not None and value > limit.high:
            found.append(Passed(limit, value, f"{said}, over grensen {number_words(limit.high)} {unit}"))
    return found


def _quantity(one: Field, value: Decimal) -> Resource:
    return {"value": value, "unit": one.unit, "system": "http://unitsofmeasure.org", "code": one.ucum}


def limit_goal(
    id: str,
    patient: Resource,
    one: Field,
    span: tuple[Decimal | None, Decimal | None],
    by: Resource,
    day: str,
) -> Resource:
    """The Goal that sets a limit. At least one end of `span` is given."""
    low, high = span
    ends = {"low": low, "high": high}
    return {
        "resourceType": "Goal",
        "id": id,
        "lifecycleStatus": "active",
        "category": [
            {"coding": [{"system": FOLLOW_UP, "code": LIMIT, "display": "Grense"}], "text": "Grense"}
        ],
        "description": {"text": f"Grense: {one.label} {_words(one, low, high)}"},
        "subject": patient,
        "startDate": day,
        "expressedBy": by,
        "target": [
            {
                "measure": {
                    "coding": [{"system": LOINC, "code": one.loinc, "display": one.loinc_name}],
                    "text": one.label,
                },
                "detailRange": {k: _quantity(one, v) for k, v in ends.items() if v is not None},
            }
        ],
    }
