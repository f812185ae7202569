"""What a message tells of medicines as a list in the record: a snapshot List with its lines inside (care/medication).

Spec: https://hl7.org/fhir/R4/list.html. Which message tells what does not belong here.
"""

from dataclasses import dataclass
from typing import Any

from akson.care.fhir_json import instant
from akson.care.medication.lines import MULTIDOSE, SUPPLY, SourceKind
from akson.care.medication.medicine import ATC
from akson.care.medication.sources import LOINC, MEDICATION_LIST, SOURCE
from akson.exchange.prescription.doses import quantity
from akson.exchange.prescription.strengths import strength_in
from akson.exchange.prescription.used import Resource, Told, Used
from akson.exchange.schema import Quantity

PRESCRIPTION_ID = "https://akson.no/fhir/NamingSystem/prescription-id"
_PER = {"ml": "ml", "dose": "dose", "time": "h", "g": "g"}


@dataclass(frozen=True, slots=True)
class Around:
    """What the record knows around the list. FHIR References; `at` is a FHIR instant."""

    kind: SourceKind
    title: str
    identifiers: tuple[Resource, ...]
    subject: Resource
    sender: Resource
    message: str
    """`Communication/…`."""
    at: str


def list_of(told: Told, around: Around) -> Resource:
    contained: list[Resource] = []
    for number, used in enumerate(told.medicines, start=1):
        contained += [_medication(used, f"m{number}"), _statement(used, number, around)]
    told_by = around.sender.get("display")
    notes = [told.note, _packing_words(told.packing)]
    return without_empty(
        {
            "resourceType": "List",
            "extension": [{"url": SOURCE, "valueCode": around.kind.value}],
            "identifier": list(around.identifiers),
            "contained": contained,
            "status": "current",
            "mode": "snapshot",
            "title": around.title,
            "code": {"coding": [{"system": LOINC, "code": MEDICATION_LIST}], "text": "Legemiddelliste"},
            "subject": around.subject,
            "date": around.at,
            # A list's source cannot be an organization: its name stands here, and each line refers to it.
            "source": {"display": str(told_by)} if told_by else {},
            "note": [{"text": text} for text in notes if text],
            "entry": [{"item": {"reference": f"#s{n}"}} for n in range(1, len(told.medicines) + 1)],
            "emptyReason": {} if told.medicines else _no_reason(),
        }
    )


def without_empty(resource: Resource) -> Resource:
    return {name: value for name, value in resource.items() if value not in ([], {}, "")}


def _no_reason() -> Resource:
    """A message without medicines does not say that she uses none."""
    system = "http://terminology.hl7.org/CodeSystem/list-empty-reason"
    return {"coding": [{"system": system, "code": "unavailable"}]}


def _packing_words(packing: Resource) -> str:
    parts = {"until": "Frist for endringer", "first": "Første dag i rullen", "last": "Siste dag i rullen"}
    return ". ".join(f"{words} {packing[name]}" for name, words in parts.items() if name in packing)


def _statement(used: Used, number: int, around: Around) -> Resource:
    period = _period(used)
    roll = {"coding": [{"system": SUPPLY, "code": MULTIDOSE, "display": "Multidose"}]}
    endless = "Kur uten oppgitt slutt." if used.course and not used.stop else ""
    notes = [used.note, endless, f"Forskrevet av {used.prescriber}." if used.prescriber else ""]
    told: dict[str, Any] = {
        "resourceType": "MedicationStatement",
        "id": f"s{number}",
        "identifier": [{"system": PRESCRIPTION_ID, "value": used.prescription}] if used.prescription else [],
        "status": "stopped" if used.stopped else "active",
        "statusReason": [{"text": used.stop_reason}] if used.stop_reason else [],
        "category": roll if used.multidose else {},
        "medicationReference": {"reference": f"#m{number}"},
        "subject": around.subject,
        "effectivePeriod": period,
        "dateAsserted": used.confirmed or around.at[:10],
        "informationSource": around.sender,
        "derivedFrom": [{"reference": around.message}],
        "reasonCode": [{"text": used.reason}] if used.reason else [],
        "note": [{"text": text} for text in notes if text],
        "dosage": _dosage(used),
    }
    return without_empty(told)


def _period(used: Used) -> Resource:
    """An end before its start is the sender's slip: FHIR has no place for it, and the end is what matters."""
    start, end = instant(used.start), instant(used.stop)
    told = {"start": "" if start and end and end < start else used.start, "end": used.stop}
    return without_empty(told)


def _dosage(used: Used) -> list[Resource]:
    """The words on the first; each further dose is structure alone."""
    flag = {} if used.as_needed is None else {"asNeededBoolean": used.as_needed}
    if not used.dosages:
        return [without_empty({"text": used.dose, **flag})] if used.dose or flag else []
    # What is told of the whole medicine counts more than what each dose looks like: doses "as needed" may have times.
    first, *rest = ({**dose, **flag} for dose in used.dosages)
    return [without_empty({"text": used.dose, **first}), *rest]


def _medication(used: Used, id: str) -> Resource:
    codings = [{"system": ATC, "code": used.atc}] if used.atc else []
    ingredient = without_empty(
        {"itemCodeableConcept": {"text": used.generic} if used.generic else {}, "strength": _strength(used)}
    )
    if ingredient and "itemCodeableConcept" not in ingredient:
        ingredient = {"itemCodeableConcept": {"text": used.generic or used.name}, **ingredient}
    return without_empty(
        {
            "resourceType": "Medication",
            "id": id,
            "code": without_empty({"coding": codings, "text": used.name}),
            "form": {"text": used.form} if used.form else {},
            "ingredient": [ingredient] if ingredient else [],
        }
    )


def _strength(used: Used) -> Resource:
    """As it is told, else what stands in the name; {} for combinations and what says none."""
    number, unit, per = used.strength if used.strength[0] else strength_in(used.name)
    amount = quantity(Quantity(number, unit))
    if not amount:
        return {}
    return {
        "numerator": amount,
        "denominator": {"value": 1, "unit": _PER[per.lower()]} if per else {"value": 1},
    }
