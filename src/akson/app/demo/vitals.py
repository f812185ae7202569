"""Vital signs as series over days: Observations as R4's vital signs profiles say, blood pressure as one panel.

Spec: https://hl7.org/fhir/R4/observation-vitalsigns.html. Scoring (NEWS2) does not belong here.
"""

from dataclasses import dataclass

from akson.app.demo.chart import Chart
from akson.app.demo.elements import LOINC, SNOMED_CT, Resource, coding, concept, hl7, quantity, reference
from akson.app.demo.staff import Employee

# LOINC code -> (LOINC name, bokmål, UCUM unit, word for the unit)
_SINGLE = {
    "respiration": ("9279-1", "Respiratory rate", "Respirasjonsfrekvens", "/min", "/min"),
    "saturation": ("59408-5", "Oxygen saturation in Arterial blood by Pulse oximetry", "Oksygenmetning", "%", "%"),
    "pulse": ("8867-4", "Heart rate", "Puls", "/min", "/min"),
    "oxygen": ("3150-6", "Inhaled oxygen concentration", "Oksygen i pusteluften", "%", "%"),
    "temperature": ("8310-5", "Body temperature", "Temperatur", "Cel", "°C"),
    "weight": ("29463-7", "Body weight", "Vekt", "kg", "kg"),
    "glucose": ("15074-8", "Glucose [Moles/volume] in Blood", "Blodsukker", "mmol/L", "mmol/L"),
    "hba1c": ("59261-8", "Hemoglobin A1c/Hemoglobin.total in Blood by IFCC protocol", "HbA1c", "mmol/mol",
              "mmol/mol"),
}  # fmt: skip
# The saturation profile asks for the general code beside the exact one.
_SATURATION_GENERAL = coding(LOINC, "2708-6", "Oxygen saturation in Arterial blood")
_ALERT = ("248234008", "Mentally alert")
_CONFUSED = ("130987000", "Acute confusion")


@dataclass(frozen=True, slots=True)
class Vitals:
    """One sitting. None is what was not measured."""

    respiration: int | None = None
    saturation: int | None = None
    systolic: int | None = None
    diastolic: int | None = None
    pulse: int | None = None
    temperature: str | None = None
    confused: bool | None = None
    oxygen: int | None = 21
    """Per cent of oxygen breathed: 21 is air. NEWS2 asks."""


def _observation(chart: Chart, at: str, by: Employee | None, category: str, code: Resource) -> Resource:
    return {
        "resourceType": "Observation",
        "status": "final",
        "category": [hl7("observation-category", category)],
        "code": code,
        "subject": chart.subject,
        "effectiveDateTime": at,
        "issued": at,
        **({"performer": [reference(by.reference, by.name)]} if by else {}),
    }


def add_single(
    chart: Chart, what: str, value: str | int, at: str, by: Employee | None, *, category: str = "vital-signs"
) -> str:
    """One number. `what` is a key of the table above: `pulse`, `weight`, `glucose`."""
    code, name, words, unit, unit_words = _SINGLE[what]
    codings = [coding(LOINC, code, name)]
    if what == "saturation":
        codings.append(_SATURATION_GENERAL)
    observation = _observation(chart, at, by, category, concept(words, *codings))
    return chart.add({**observation, "valueQuantity": quantity(value, unit, unit_words)})


def add_blood_pressure(chart: Chart, systolic: int, diastolic: int, at: str, by: Employee | None) -> str:
    panel = coding(LOINC, "85354-9", "Blood pressure panel with all children optional")
    parts = (
        ("8480-6", "Systolic blood pressure", "Systolisk", systolic),
        ("8462-4", "Diastolic blood pressure", "Diastolisk", diastolic),
    )
    observation = _observation(chart, at, by, "vital-signs", concept("Blodtrykk", panel))
    components = [
        {
            "code": concept(words, coding(LOINC, code, name)),
            "valueQuantity": quantity(value, "mm[Hg]", "mmHg"),
        }
        for code, name, words, value in parts
    ]
    return chart.add({**observation, "component": components})


def add_consciousness(chart: Chart, confused: bool, at: str, by: Employee | None) -> str:
    code, name = _CONFUSED if confused else _ALERT
    level = concept("Bevissthetsnivå", coding(LOINC, "80288-4", "Level of consciousness"))
    observation = _observation(chart, at, by, "vital-signs", level)
    words = "Nyoppstått forvirring" if confused else "Våken"
    value = concept(words, coding(SNOMED_CT, code, name))
    return chart.add({**observation, "valueCodeableConcept": value})


def add_sitting(chart: Chart, vitals: Vitals, at: str, by: Employee | None) -> None:
    """Everything measured at one occasion, an Observation each."""
    for what in ("respiration", "saturation", "oxygen", "pulse", "temperature"):
        value = getattr(vitals, what)
        if value is not None:
            add_single(chart, what, value, at, by)
    if vitals.systolic is not None and vitals.diastolic is not None:
        add_blood_pressure(chart, vitals.systolic, vitals.diastolic, at, by)
    if vitals.confused is not None:
        add_consciousness(chart, vitals.confused, at, by)


def ordinary(chart: Chart, ailments: frozenset[str]) -> Vitals:
    """What this citizen usually measures, drawn around what her ailments make usual."""
    chance = chart.chance
    lungs, pressure = "Kols" in ailments, "Høyt blodtrykk" in ailments
    return Vitals(
        respiration=chance.between(15, 20) if lungs else chance.between(12, 18),
        saturation=chance.between(90, 94) if lungs else chance.between(95, 99),
        systolic=chance.between(138, 158) if pressure else chance.between(114, 136),
        diastolic=chance.between(72, 88),
        pulse=chance.between(68, 94) if "Atrieflimmer" in ailments else chance.between(58, 82),
        temperature=f"{chance.between(361, 372) / 10:.1f}",
        confused=False,
    )


def add_weights(chart: Chart, tenths: int, days: tuple[int, ...], by: tuple[Employee, ...]) -> None:
    """Body weights around `tenths` of a kilogram on those days; they drift by some hundred grams."""
    chance = chart.chance
    for day in days:
        tenths += chance.between(-3, 3)
        at = chart.scene.at(day, f"08:{chance.between(10, 50)}")
        add_single(chart, "weight", f"{tenths / 10:.1f}", at, chance.one(by) if by else None)
