"""The list of medicines in use, one line each, said so that it cannot be misread.

Generic name first, strength and form together, no trailing zeros, no abbreviation of «ved behov» (the layout rules
are NHS Common User Interface, Medication Line; sources in the README). Reconciliation does not belong here.
Spec: https://hl7.org/fhir/R4/medicationstatement.html, http://www.whocc.no/atc.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from akson.care.fhir_json import Resource, concept_text
from akson.care.medication import medicine
from akson.care.quantities import quantity_words

IN_USE = ("active", "intended", "on-hold")
# Vitamin K antagonists, heparins, direct thrombin and factor Xa inhibitors: what makes a bleeding dangerous.
ANTICOAGULANT_ATC = ("B01AA", "B01AB", "B01AE", "B01AF")


@dataclass(frozen=True, slots=True)
class MedicationLine:
    id: str
    name: str
    """Generic name: `Furosemid`."""
    strength_and_form: str
    """`40 mg tablett`; "" when the record does not say."""
    dose: str
    """`1 + 0 + 0 + 0` or `Ved behov, maks 8 daglig`; `Dosering ikke angitt` when the record does not say."""
    as_needed: bool
    reason: str
    note: str
    paused: bool
    until: str
    """Last day of a course as FHIR date, or ""."""
    atc: str


def _as_needed(dosage: Resource) -> bool:
    return bool(dosage.get("asNeededBoolean") or dosage.get("asNeededCodeableConcept"))


def _dose(dosage: Resource) -> str:
    text = (dosage.get("text") or "").strip()
    if not _as_needed(dosage):
        return text or "Dosering ikke angitt"
    maximum = quantity_words((dosage.get("maxDosePerPeriod") or {}).get("numerator"))
    words = text if text.lower().startswith("ved behov") else ", ".join(w for w in ("Ved behov", text) if w)
    return f"{words}, maks {maximum} daglig" if maximum and "maks" not in words.lower() else words


def _reason(statement: Resource) -> str:
    reasons = statement.get("reasonCode") or []
    dosages = statement.get("dosage") or statement.get("dosageInstruction") or []
    needed = [concept_text(d.get("asNeededCodeableConcept")) for d in dosages]
    return next((words for words in [*(concept_text(r) for r in reasons), *needed] if words), "")


def _line(statement: Resource, known: Mapping[str, Resource]) -> MedicationLine:
    medication = medicine.medication(statement, known)
    dosage = next(iter(statement.get("dosage") or statement.get("dosageInstruction") or []), {})
    name = concept_text(medication.get("code")) or "Uten navn"
    return MedicationLine(
        id=str(statement.get("id", "")),
        name=name[:1].upper() + name[1:],
        strength_and_form=" ".join(
            w for w in (medicine.strength(medication), medicine.form(medication)) if w
        ),
        dose=_dose(dosage),
        as_needed=_as_needed(dosage),
        reason=_reason(statement),
        note=" ".join(n.get("text", "") for n in statement.get("note") or []),
        paused=statement.get("status") == "on-hold",
        until=(statement.get("effectivePeriod") or {}).get("end", ""),
        atc=medicine.atc(statement, medication),
    )


def medication_lines(
    statements: Iterable[Resource], medications: Mapping[str, Resource] | None = None
) -> list[MedicationLine]:
    """Lines in use: fixed doses first, then what is taken as needed, each by name.

    `statements` are MedicationStatements or MedicationRequests; `medications` maps `Medication/id` to the resources
    that lines refer to.
    """
    lines = [_line(s, medications or {}) for s in statements if s.get("status") in IN_USE]
    return sorted(lines, key=lambda line: (line.as_needed, line.name.casefold()))


def anticoagulants(lines: Iterable[MedicationLine]) -> list[str]:
    """Names of the medicines that thin the blood, in the order of the list."""
    return [line.name.lower() for line in lines if line.atc.startswith(ANTICOAGULANT_ATC)]
