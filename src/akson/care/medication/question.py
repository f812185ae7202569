"""What the reconciliation engine is asked: source lists as a Case."""

from collections.abc import Iterable
from datetime import datetime

from akson.care.fhir_json import Resource, any_code, code_in, concept_text
from akson.care.medication import medicine
from akson.care.medication.lines import Dose, Said, SourceLine, Use
from akson.care.medication.reconciliation.case import Allergy, Case, Line, MedicineList
from akson.care.medication.sources import SourceList

_TOLD = (Said.LINES, Said.NONE)
"""A list that is empty without saying why would make everything else look missing."""


def case_of(
    sources: Iterable[SourceList], allergies: Iterable[Resource], at: datetime, *, id: str = ""
) -> Case:
    """The lists oldest first; a line's id in the Case is `SourceLine.id`, a list's source is its `SourceKind`.

    What is told as not taken is absent there: it was never stopped.
    `allergies` are AllergyIntolerance resources; refuted, resolved and erroneous ones are left out.
    """
    lists = tuple(
        MedicineList(s.kind, tuple(_line(line) for line in s.lines if line.use is not Use.NOT_TAKEN))
        for s in sources
        if s.said in _TOLD
    )
    return Case(id, at.date(), lists, tuple(_allergy(a) for a in allergies if _holds(a)))


def _line(line: SourceLine) -> Line:
    return Line(
        id=line.id,
        name=line.product or line.name,
        atc=line.atc,
        substance=line.name if line.product else "",
        strength=line.strength,
        form=line.form,
        dose=_dose(line.dose),
        route=line.dose.route,
        status="stopped" if line.use is Use.STOPPED else "active",
        asneeded=line.dose.as_needed,
        start=line.start,
        stop=line.stop,
    )


def _dose(dose: Dose) -> str:
    words = dose.text or dose.amount
    if not dose.maximum or "maks" in words.lower() or "inntil" in words.lower():
        return words
    return f"{words}, maks {dose.maximum}" if words else f"maks {dose.maximum}"


def _holds(allergy: Resource) -> bool:
    told = [allergy.get("clinicalStatus") or {}, allergy.get("verificationStatus") or {}]
    return not any_code(told, "inactive", "resolved", "refuted", "entered-in-error")


def _allergy(allergy: Resource) -> Allergy:
    return Allergy(concept_text(allergy.get("code")), code_in(allergy.get("code"), medicine.ATC))
