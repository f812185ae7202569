"""What the patient or her kin says that she uses, as a source's list: a snapshot that carries its lines inside (README.md).

The words are theirs: nothing is coded, completed or turned to another name on the way in. Pure.
Spec: https://hl7.org/fhir/R4/list.html.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from akson.care.fhir_json import Resource
from akson.care.medication.lines import Said, SourceKind
from akson.care.medication.sources import LOINC, MEDICATION_LIST, SOURCE

EMPTY = "http://terminology.hl7.org/CodeSystem/list-empty-reason"


@dataclass(frozen=True, slots=True)
class ToldLine:
    name: str
    """As it was said: `den lille hvite for hjertet`, `Selo-Zok 50`."""
    dose: str = ""


@dataclass(frozen=True, slots=True)
class Talk:
    """Who said it to whom, and when."""

    subject: Resource
    said_by: Resource
    """Reference with display: Patient, RelatedPerson, or a name alone."""
    written_by: Resource
    at: datetime
    title: str
    """`Samtale med Marit Bakken (datter)`."""


def told_list(talk: Talk, lines: Sequence[ToldLine]) -> Resource:
    """Without lines: she was asked, and uses nothing. That nobody asked is no list at all, and is not written."""
    told = {
        "resourceType": "List",
        "extension": [{"url": SOURCE, "valueCode": SourceKind.PATIENT.value}],
        "status": "current",
        "mode": "snapshot",
        "title": talk.title,
        "code": {"coding": [{"system": LOINC, "code": MEDICATION_LIST}], "text": "Legemiddelliste"},
        "subject": talk.subject,
        "date": talk.at.isoformat(timespec="seconds"),
        "source": talk.written_by,
    }
    if not lines:
        return {**told, "emptyReason": {"coding": [{"system": EMPTY, "code": Said.NONE.value}]}}
    contained: list[Resource] = []
    for number, line in enumerate(lines, start=1):
        medication = {"resourceType": "Medication", "id": f"m{number}", "code": {"text": line.name}}
        contained += [medication, _statement(talk, line, number)]
    entries = [{"item": {"reference": f"#s{number}"}} for number in range(1, len(lines) + 1)]
    return {**told, "contained": contained, "entry": entries}


def _statement(talk: Talk, line: ToldLine, number: int) -> Resource:
    return {
        "resourceType": "MedicationStatement",
        "id": f"s{number}",
        "status": "active",
        "medicationReference": {"reference": f"#m{number}"},
        "subject": talk.subject,
        "dateAsserted": talk.at.date().isoformat(),
        "informationSource": talk.said_by,
        **({"dosage": [{"text": line.dose}]} if line.dose else {}),
    }
