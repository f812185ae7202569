"""Observations gathered into sets that belong together, ready for NEWS2 and for a chart.

Codes: LOINC as the R4 vital signs profiles use it, https://hl7.org/fhir/R4/observation-vitalsigns.html. Scoring does
not belong here: see `news2`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from akson.care.fhir_json import Resource, instant
from akson.care.homefollowup.news2 import Measured, Vital

LOINC = "http://loinc.org"
VITAL_CODES = {
    "9279-1": Vital.RESPIRATION,
    "59408-5": Vital.SATURATION,
    "2708-6": Vital.SATURATION,
    "8480-6": Vital.SYSTOLIC,
    "8867-4": Vital.PULSE,
    "8310-5": Vital.TEMPERATURE,
}
WEIGHT_CODE = "29463-7"
CONSCIOUSNESS_CODES = ("80288-4", "67775-7")
OXYGEN_FLOW_CODE = "3151-8"
INSPIRED_OXYGEN_CODE = "3150-6"
AIR_OXYGEN_PERCENT = 21
# The letters of ACVPU and the words they are recorded with (LOINC answers, SNOMED CT, bokmål).
CONSCIOUSNESS = {
    "A": "A", "LA9340-6": "A", "248234008": "A", "alert": "A", "våken": "A",
    "C": "C", "LA6560-2": "C", "130987000": "C", "confusion": "C", "forvirret": "C", "nyoppstått forvirring": "C",
    "V": "V", "LA17108-4": "V", "300202002": "V", "voice": "V", "reagerer på tiltale": "V",
    "P": "P", "LA17107-6": "P", "450847001": "P", "pain": "P", "reagerer på smerte": "P",
    "U": "U", "LA9343-0": "U", "3694009": "U", "unresponsive": "U", "reagerer ikke": "U",
}  # fmt: skip
SET_WINDOW = timedelta(minutes=15)


@dataclass(slots=True)
class Reading:
    """What was measured at one occasion."""

    at: datetime
    values: dict[Vital, Decimal] = field(default_factory=dict)
    oxygen: bool | None = None
    consciousness: str | None = None
    scale_2: bool = False
    """Which SpO₂ scale applied then; `scale.on_scale` says."""

    def measured(self) -> Measured:
        return Measured(self.values, self.oxygen, self.consciousness, self.scale_2)


@dataclass(frozen=True, slots=True)
class Weight:
    at: datetime
    kilograms: Decimal


def _codes(concept: Resource | None) -> list[str]:
    return [c.get("code", "") for c in (concept or {}).get("coding") or [] if c.get("system") == LOINC]


def _parts(observation: Resource) -> Iterator[tuple[list[str], Resource]]:
    """The observation itself and each component, as (LOINC codes, element that holds the value)."""
    yield _codes(observation.get("code")), observation
    for component in observation.get("component") or []:
        yield _codes(component.get("code")), component


def _number(element: Resource) -> Decimal | None:
    value = (element.get("valueQuantity") or {}).get("value", element.get("valueInteger"))
    return None if value is None else Decimal(str(value))


def _level(element: Resource) -> str | None:
    concept = element.get("valueCodeableConcept") or {"text": element.get("valueString") or ""}
    words = [c.get("code") for c in concept.get("coding") or []] + [str(concept.get("text") or "").lower()]
    return next((CONSCIOUSNESS[w] for w in words if w in CONSCIOUSNESS), None)


def _take(reading: Reading, codes: list[str], element: Resource) -> None:
    number = _number(element)
    for code in codes:
        if code in VITAL_CODES and number is not None:
            reading.values[VITAL_CODES[code]] = number
        elif code == OXYGEN_FLOW_CODE and number is not None:
            reading.oxygen = number > 0
        elif code == INSPIRED_OXYGEN_CODE and number is not None:
            reading.oxygen = number > AIR_OXYGEN_PERCENT
        elif code in CONSCIOUSNESS_CODES:
            reading.consciousness = _level(element)


def _one(observation: Resource, at: datetime) -> Reading:
    reading = Reading(at)
    for codes, element in _parts(observation):
        _take(reading, codes, element)
    return reading


def _fits(whole: Reading, part: Reading) -> bool:
    """A second value of the same kind begins a new set, however close in time."""
    if part.at - whole.at > SET_WINDOW or whole.values.keys() & part.values.keys():
        return False
    return (whole.oxygen is None or part.oxygen is None) and (
        whole.consciousness is None or part.consciousness is None
    )


def _counts(observation: Resource) -> bool:
    return observation.get("status") not in ("entered-in-error", "cancelled", "registered")


def readings(observations: Iterable[Resource]) -> list[Reading]:
    """Sets of vital signs, oldest first. What is no vital sign, or was entered in error, is left out."""
    parts = [
        _one(o, at)
        for o in observations
        if _counts(o)
        and (at := instant(o.get("effectiveDateTime") or (o.get("effectivePeriod") or {}).get("start")))
    ]
    sets: list[Reading] = []
    for part in sorted(parts, key=lambda p: p.at):
        if not part.values and part.oxygen is None and part.consciousness is None:
            continue
        if sets and _fits(sets[-1], part):
            sets[-1].values.update(part.values)
            sets[-1].oxygen = part.oxygen if sets[-1].oxygen is None else sets[-1].oxygen
            sets[-1].consciousness = sets[-1].consciousness or part.consciousness
        else:
            sets.append(part)
    return sets


def weights(observations: Iterable[Resource]) -> list[Weight]:
    """Body weights, oldest first."""
    found = [
        Weight(at, number)
        for o in observations
        if _counts(o) and WEIGHT_CODE in _codes(o.get("code"))
        if (at := instant(o.get("effectiveDateTime"))) and (number := _number(o)) is not None
    ]
    return sorted(found, key=lambda w: w.at)
