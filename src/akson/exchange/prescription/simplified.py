"""Medicines of the care messages and of an extract of a record: `ForenkletForskrivning` of the EPJ components.

Source: HIS 80704, chapter 11; components/epj3.py. Codes: 9101 use, 9103 multidose, 9104 what became of it.
"""

from collections.abc import Iterator

from akson.exchange import times
from akson.exchange.prescription.inside import inside
from akson.exchange.prescription.used import Used
from akson.exchange.schema import Coded, Quantity, Structure, Values

_COURSE, _AS_NEEDED = "2", "3"
_IN_ROLL = "2"
_STOPPED = "2"


def used_in(structure: Structure, content: Values) -> Iterator[Used]:
    for prescription in inside(structure, content, "ForenkletForskrivning"):
        yield _used(prescription)


def _used(prescription: Values) -> Used:
    drug = prescription["Forskrivningsinfo"]
    kind = drug.get("Bruk", Coded()).v
    strength = drug.get("Styrke", Quantity())
    return Used(
        name=_text(drug, "Navn"),
        generic=_text(drug, "GeneriskNavn"),
        atc=drug.get("Atc", Coded()).v.replace(" ", ""),
        form=drug.get("Legemiddelform", Coded()).words,
        strength=(strength.v, strength.u, ""),
        dose=_text(drug, "DosVeiledEnkel"),
        as_needed=(kind == _AS_NEEDED) if kind else None,
        course=kind == _COURSE,
        reason=_text(drug, "BruksomradeTekst"),
        start=times.fhir_date_time(drug.get("DoseringStarttidspunkt", "")),
        stop=times.fhir_date_time(drug.get("DoseringSluttidspunkt", "")),
        stopped=prescription.get("StatusTilForskrivningen", Coded()).v == _STOPPED,
        multidose=prescription.get("InngaarIMultidose", Coded()).v == _IN_ROLL,
        note=_text(prescription, "Merknad"),
        prescription=_text(prescription, "ReseptId"),
        prescriber=_person(prescription.get("Forskriver", {})),
    )


def _person(values: Values) -> str:
    return " ".join(
        said for said in (_text(values, n) for n in ("GivenName", "MiddleName", "FamilyName")) if said
    )


def _text(values: Values, name: str) -> str:
    return " ".join(str(values.get(name, "")).split())
