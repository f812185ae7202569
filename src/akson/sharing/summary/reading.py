"""Small readings of FHIR JSON that a summary needs. Spec: https://hl7.org/fhir/R4/datatypes.html."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

Resource = dict[str, Any]
_MONTH, _DAY = len("2026-11"), len("2026-11-24")


def concept_words(concept: Resource | None) -> str:
    """A CodeableConcept in words: its text, else a display, else a code, else ""."""
    codings = (concept or {}).get("coding") or []
    told = [
        (concept or {}).get("text"),
        *(c.get("display") for c in codings),
        *(c.get("code") for c in codings),
    ]
    return next((str(w) for w in told if w), "")


def codes(concept: Resource | None) -> tuple[str, ...]:
    """Every code of a CodeableConcept, whatever its system."""
    return tuple(str(c["code"]) for c in (concept or {}).get("coding") or [] if c.get("code"))


def reference(value: Resource | None) -> str:
    return str((value or {}).get("reference") or "")


def name_words(resource: Resource) -> str:
    """Of an Organization, Practitioner, Patient or Device."""
    name = resource.get("name") or resource.get("deviceName") or resource.get("udiCarrier")
    if isinstance(name, str):
        return name
    first = next(iter(name or []), {})
    if not isinstance(first, dict):
        return ""
    full = " ".join([*(first.get("given") or []), first.get("family") or ""]).strip()
    return str(first.get("text") or full or first.get("name") or "")


def day_words(value: object) -> str:
    """`24.11.2026`, `11.2026`, `2026`: as exact as it was told."""
    text = str(value or "")
    if len(text) >= _DAY:
        return f"{text[8:10]}.{text[5:7]}.{text[:4]}"
    return f"{text[5:7]}.{text[:4]}" if len(text) == _MONTH else text


def when(resource: Resource, *names: str) -> str:
    """The first of these elements as a FHIR date: dateTimes, and the start of periods; "" when there is none."""
    for name in names:
        value = resource.get(name)
        if isinstance(value, dict):
            value = value.get("start") or value.get("end")
        if isinstance(value, str) and value:
            return value
    return ""


def number_words(value: object) -> str:
    """`6,2`: decimal comma, no zeros that the value does not have."""
    return (
        format(value, "f").replace(".", ",") if isinstance(value, Decimal) else str(value).replace(".", ",")
    )


def quantity_words(value: Resource | None) -> str:
    if not value or value.get("value") is None:
        return ""
    unit = str(value.get("unit") or value.get("code") or "")
    return f"{value.get('comparator', '')}{number_words(value['value'])} {unit}".strip()


def value_words(resource: Resource) -> str:
    """What an Observation, or a component of one, found."""
    if "valueQuantity" in resource:
        return quantity_words(resource["valueQuantity"])
    if "valueCodeableConcept" in resource:
        return concept_words(resource["valueCodeableConcept"])
    for name in ("valueString", "valueDateTime", "valueInteger"):
        if name in resource:
            return str(resource[name])
    if "valueBoolean" in resource:
        return "ja" if resource["valueBoolean"] else "nei"
    parts = [f"{concept_words(c.get('code'))} {value_words(c)}" for c in resource.get("component") or []]
    return ", ".join(parts)


def walk(value: object) -> Iterator[Resource]:
    """Every object in it, itself first."""
    if isinstance(value, dict):
        yield value
        for one in value.values():
            yield from walk(one)
    elif isinstance(value, list):
        for one in value:
            yield from walk(one)
