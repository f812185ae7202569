"""A set of vital signs as the resources of one commit: an Observation each, and one that holds them together with the score.

    recorded(entry, Occasion(patient, performer, at), ids) -> [Observation 9279-1, …, Observation news2 hasMember all]

Corrections keep the resource: the old value stands in its earlier version, and the note says who, when and why.
Spec: https://hl7.org/fhir/R4/observation-vitalsigns.html, https://hl7.org/fhir/R4/observation.html#status.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from akson.care.fhir_json import Resource, any_code
from akson.care.homefollowup.entry import BY_NAME, FIELDS, LEVEL, OXYGEN, Entry, Field
from akson.care.homefollowup.news2 import RISK_WORDS, Measured, Score, score
from akson.care.homefollowup.readings import LOINC
from akson.care.homefollowup.scale import FOLLOW_UP
from akson.care.quantities import number_words

SNOMED_CT = "http://snomed.info/sct"
UCUM = "http://unitsofmeasure.org"
CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
SET = "news2"
PRESSURE = ("sys", "dia")
LEVEL_NAMES = {
    "A": ("248234008", "Våken"),
    "C": ("130987000", "Nyoppstått forvirring"),
    "V": ("300202002", "Reagerer på tiltale"),
    "P": ("450847001", "Reagerer på smerte"),
    "U": ("3694009", "Reagerer ikke"),
}
AIR_PERCENT = 21


@dataclass(frozen=True, slots=True)
class Occasion:
    """References with names, and when, as FHIR writes an instant."""

    patient: Resource
    performer: Resource
    at: str
    scale_2: bool = False


def _coded(system: str, code: str, name: str, text: str) -> Resource:
    return {"coding": [{"system": system, "code": code, "display": name}], "text": text}


def _base(id: str, occasion: Occasion, category: str, code: Resource) -> Resource:
    return {
        "resourceType": "Observation",
        "id": id,
        "status": "final",
        "category": [{"coding": [{"system": CATEGORY, "code": category}]}],
        "code": code,
        "subject": occasion.patient,
        "effectiveDateTime": occasion.at,
        "issued": occasion.at,
        "performer": [occasion.performer],
    }


def _quantity(one: Field, value: Decimal) -> Resource:
    return {"value": value, "unit": one.unit, "system": UCUM, "code": one.ucum}


def _code(one: Field) -> Resource:
    code = _coded(LOINC, one.loinc, one.loinc_name, one.label)
    if one.name == "spo2":
        # The saturation profile asks for the general code beside the exact one.
        code["coding"].append(
            {"system": LOINC, "code": "2708-6", "display": "Oxygen saturation in Arterial blood"}
        )
    return code


def _oxygen(id: str, occasion: Occasion, litres: Decimal) -> Resource:
    """Litres a minute; air is told as the share it is, since no flow is given."""
    if litres > 0:
        one = BY_NAME[OXYGEN]
        return {**_base(id, occasion, "vital-signs", _code(one)), "valueQuantity": _quantity(one, litres)}
    code = _coded(LOINC, "3150-6", "Inhaled oxygen concentration", "Oksygen i pusteluften")
    share = {"value": AIR_PERCENT, "unit": "%", "system": UCUM, "code": "%"}
    return {**_base(id, occasion, "vital-signs", code), "valueQuantity": share}


def _pressure(id: str, occasion: Occasion, entry: Entry) -> Resource:
    panel = _coded(LOINC, "85354-9", "Blood pressure panel with all children optional", "Blodtrykk")
    parts = [
        {"code": _code(BY_NAME[name]), "valueQuantity": _quantity(BY_NAME[name], entry.values[name])}
        for name in PRESSURE
        if name in entry.values
    ]
    return {**_base(id, occasion, "vital-signs", panel), "component": parts}


def _level(id: str, occasion: Occasion, letter: str) -> Resource:
    code, words = LEVEL_NAMES[letter]
    asked = _coded(LOINC, "80288-4", "Level of consciousness", "Bevissthetsnivå")
    return {
        **_base(id, occasion, "vital-signs", asked),
        "valueCodeableConcept": _coded(SNOMED_CT, code, words, words),
    }


def score_of(entry: Entry, *, scale_2: bool) -> Score:
    return score(Measured(entry.vitals(), entry.oxygen, entry.level or None, scale_2))


def recorded(entry: Entry, occasion: Occasion, new_id: Callable[[str], str]) -> list[Resource]:
    """The resources of a set, the one that holds them together last. `new_id(what)` gives each its id."""
    made: list[Resource] = []
    for one in FIELDS:
        if one.name not in entry.values or (one.name == "dia" and "sys" in entry.values):
            continue
        id = new_id(one.name)
        if one.name in PRESSURE:
            made.append(_pressure(id, occasion, entry))
        elif one.name == OXYGEN:
            made.append(_oxygen(id, occasion, entry.values[OXYGEN]))
        else:
            base = _base(id, occasion, "vital-signs", _code(one))
            made.append({**base, "valueQuantity": _quantity(one, entry.values[one.name])})
    if entry.level:
        made.append(_level(new_id(LEVEL), occasion, entry.level))
    return [*made, _whole(new_id(SET), occasion, entry, made)]


def _whole(id: str, occasion: Occasion, entry: Entry, members: list[Resource]) -> Resource:
    result = score_of(entry, scale_2=occasion.scale_2)
    base = _base(id, occasion, "survey", _coded(FOLLOW_UP, SET, "NEWS2", "NEWS2"))
    scale = {
        "code": _coded(FOLLOW_UP, "news2-scale", "SpO₂-skala", "SpO₂-skala"),
        "valueInteger": 2 if occasion.scale_2 else 1,
    }
    told = (
        {"valueInteger": result.total, "interpretation": [{"text": RISK_WORDS[result.risk]}]}
        if result.complete
        else {"dataAbsentReason": {"text": "Ikke alt som NEWS2 spør om, ble målt"}}
    )
    held = [{"reference": f"Observation/{m['id']}"} for m in members]
    return {**base, **told, "component": [scale], "hasMember": held}


def is_set(observation: Resource) -> bool:
    return any_code([observation.get("code") or {}], SET)


def _place(observation: Resource, loinc: str) -> Resource | None:
    """The element that holds the value under this code: the observation itself or a component of it."""
    elements = [observation, *(observation.get("component") or [])]
    return next(
        (e for e in elements if any_code([e.get("code") or {}], loinc) and "valueQuantity" in e), None
    )


def value_of(observation: Resource, one: Field) -> Decimal | None:
    place = _place(observation, one.loinc)
    return None if place is None else Decimal(str(place["valueQuantity"]["value"]))


def corrected(observation: Resource, one: Field, value: Decimal, note: Resource) -> Resource:
    """The observation with another number; what stood before is the version before. Raises KeyError without a number."""
    before = value_of(observation, one)
    if before is None:
        raise KeyError(one.name)

    def mended(element: Resource) -> Resource:
        if not any_code([element.get("code") or {}], one.loinc) or "valueQuantity" not in element:
            return element
        return {**element, "valueQuantity": _quantity(one, value)}

    told = f"{one.label} rettet fra {number_words(before)} til {number_words(value)}. {note['text']}"
    mine = mended(observation)
    if "component" in mine:
        mine = {**mine, "component": [mended(c) for c in mine["component"]]}
    return {**mine, "status": "corrected", "note": [*(observation.get("note") or []), {**note, "text": told}]}


def withdrawn(observation: Resource, note: Resource) -> Resource:
    """Entered in error: it counts for nothing from now on, and what it said still stands in it."""
    return {**observation, "status": "entered-in-error", "note": [*(observation.get("note") or []), note]}
