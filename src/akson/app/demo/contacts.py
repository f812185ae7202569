"""What has happened with others: consultations and stays as Encounters, dialogue as Communications, allergies noted.

Spec: https://hl7.org/fhir/R4/encounter.html, communication.html, allergyintolerance.html.
"""

from dataclasses import dataclass

from akson.app.demo.chart import Chart
from akson.app.demo.elements import ATC, MESSAGE_TYPES, SNOMED_CT, Resource, coding, concept, hl7, reference
from akson.app.demo.staff import NAMES, UNIT_NAMES

HL7_ACT = "http://terminology.hl7.org/CodeSystem/v3-ActCode"


@dataclass(frozen=True, slots=True)
class Allergy:
    substance: str
    category: str
    """`medication`, `food` or `environment`."""
    reaction: str
    severe: bool = False
    atc: str = ""


ALLERGIES = (
    Allergy("Penicillin", "medication", "Utslett", atc="J01C"),
    Allergy("Penicillin", "medication", "Anafylaksi", severe=True, atc="J01C"),
    Allergy("Acetylsalisylsyre", "medication", "Pustebesvær", severe=True, atc="B01AC06"),
    Allergy("Trimetoprim", "medication", "Utslett", atc="J01EA01"),
    Allergy("Skalldyr", "food", "Hevelse i munn og svelg", severe=True),
    Allergy("Nøtter", "food", "Elveblest"),
    Allergy("Bjørkepollen", "environment", "Kløende øyne og rennende nese"),
    Allergy("Plaster", "environment", "Rødt og kløende eksem"),
)


def _code(allergy: Allergy) -> Resource:
    return concept(allergy.substance, *([coding(ATC, allergy.atc)] if allergy.atc else []))


def add_allergy(chart: Chart, allergy: Allergy, recorded: int, *, id: str = "") -> str:
    return chart.add(
        {
            "resourceType": "AllergyIntolerance",
            "clinicalStatus": hl7("allergyintolerance-clinical", "active"),
            "verificationStatus": hl7("allergyintolerance-verification", "confirmed"),
            "type": "allergy",
            "category": [allergy.category],
            "criticality": "high" if allergy.severe else "low",
            "code": _code(allergy),
            "patient": chart.subject,
            "recordedDate": chart.scene.day(recorded),
            "reaction": [
                {
                    "manifestation": [{"text": allergy.reaction}],
                    "severity": "severe" if allergy.severe else "mild",
                }
            ],
        },
        id=id,
    )


def add_no_known_allergy(chart: Chart, recorded: int) -> str:
    """It was asked, and there is none: not the same as not asked."""
    none_known = concept("Ingen kjente allergier", coding(SNOMED_CT, "716186003", "No known allergy"))
    return chart.add(
        {
            "resourceType": "AllergyIntolerance",
            "clinicalStatus": hl7("allergyintolerance-clinical", "active"),
            "verificationStatus": hl7("allergyintolerance-verification", "confirmed"),
            "code": none_known,
            "patient": chart.subject,
            "recordedDate": chart.scene.day(recorded),
        }
    )


def add_consultation(chart: Chart, day: int, time: str, reason: str) -> str:
    """A consultation with the regular GP that has been."""
    gp = chart.person.gp
    hour, minute = time.split(":")
    end = f"{hour}:{int(minute) + 20:02d}"
    return chart.add(
        {
            "resourceType": "Encounter",
            "status": "finished",
            "class": coding(HL7_ACT, "AMB", "ambulatory"),
            "subject": chart.subject,
            "participant": [{"individual": reference(f"Practitioner/{gp}", NAMES[gp])}],
            "period": {"start": chart.scene.at(day, time), "end": chart.scene.at(day, end)},
            "reasonCode": [{"text": reason}],
            "serviceProvider": reference("Organization/torget-legesenter", UNIT_NAMES["torget-legesenter"]),
        }
    )


def add_hospital_stay(chart: Chart, day: int, nights: int, reason: str) -> str:
    return chart.add(
        {
            "resourceType": "Encounter",
            "status": "finished",
            "class": coding(HL7_ACT, "IMP", "inpatient encounter"),
            "subject": chart.subject,
            "period": {"start": chart.scene.at(day, "16:40"), "end": chart.scene.at(day + nights, "12:30")},
            "reasonCode": [{"text": reason}],
            "serviceProvider": reference("Organization/havnes", UNIT_NAMES["havnes"]),
        }
    )


def add_dialogue(chart: Chart, day: int, time: str, text: str, unit: str) -> str:
    """A dialogue message from the regular GP's office to the unit, taken in some minutes later."""
    kind = coding(MESSAGE_TYPES, "DIALOG_HELSEFAGLIG")
    minute = int(time[3:])
    return chart.add(
        {
            "resourceType": "Communication",
            "status": "completed",
            "category": [concept(kind["display"], kind)],
            "subject": chart.subject,
            "sent": chart.scene.at(day, time),
            "received": chart.scene.at(day, f"{time[:3]}{minute + 2:02d}"),
            "recipient": [reference(f"Organization/{unit}", UNIT_NAMES[unit])],
            "sender": reference("Organization/torget-legesenter", UNIT_NAMES["torget-legesenter"]),
            "payload": [{"contentString": text}],
        }
    )
