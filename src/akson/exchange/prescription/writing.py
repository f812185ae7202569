"""The record's own list as M25.1, M25.2 and M25.3, and the question M9.11: content only, the header is the sender's.

A line of the record knows no package and no prescription group: it is written as its active substance, or as a product where
the record tells one, and what the standard demands and the record does not know is written as "ikke angitt", never guessed.

| of a line | in M25.1 |
| --- | --- |
| name, strength, form | NavnFormStyrke; a product's name also Varenavn |
| ATC, form | Atc, LegemiddelformKort (words) |
| dose, as needed, maximum | DosVeiledEnkel, Bruk, Dosering where it is told as structure |
| indication | Bruksomrade |
| stopped | Seponering: day and reason |
| prescription | ReseptId, Type E; else Type U |
| in the roll or not | M25.2 has those in the roll alone; M25.3 says it of each (InngarMultidose) |

Source: eResept 2.5: M25.1 to M25.3, M9.11 (2018-07-01). Codes: 7491 type, 9101 use, 7180 ATC, 8325 time of day, 1101 yes/no.
"""

import uuid
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from typing import Any

from akson.care.fhir_json import Resource, concept_text
from akson.care.medication.lines import PAST, Kind, SourceLine, Use
from akson.exchange.components.prescription.prescription_2013 import RESEPT_DOK_LEGEMIDDEL
from akson.exchange.prescription.doses import dosing
from akson.exchange.prescription.listing import PRESCRIPTION_ID
from akson.exchange.schema import Coded, Values, write_structure
from akson.exchange.schema.characters import writable
from akson.exchange.schema.enclosed import text_of
from akson.exchange.times import NORWAY

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://akson.no/exchange/prescription")
_LISTS = "2.16.578.1.12.4.1.1."
_UNSAID = "Ikke angitt"
_YES, _NO = Coded("1", "Ja"), Coded("2", "Nei")
_USES = {
    Kind.FIXED: Coded("1", "Fast"),
    Kind.COURSE: Coded("2", "Kur"),
    Kind.AS_NEEDED: Coded("3", "Ved behov"),
}


def use_list(lines: Iterable[SourceLine], asof: datetime) -> Values:
    """M25.1's content. Lines that are told as not taken are no medicines in use, and are left out."""
    found = [_line(line, asof) for line in lines if line.use is not Use.NOT_TAKEN]
    return {"EnkeltoppforingLIB": tuple(found)} if found else {}


def roll_list(lines: Iterable[SourceLine], asof: datetime) -> Values:
    """M25.2's lines: what is used and packed in the multidose roll."""
    found = [_line(line, asof) for line in lines if line.use not in PAST and line.multidose]
    return {"EnkeltoppforingLIB": tuple(found)} if found else {}


def packed_list(lines: Iterable[SourceLine], asof: datetime) -> Values:
    """M25.3's lines: all that is used, each with whether it is in the roll."""
    found = [
        {**_line(line, asof), "InngarMultidose": _YES if line.multidose else _NO}
        for line in lines
        if line.use not in PAST
    ]
    return {"EnkeltoppforingLIB": tuple(found)} if found else {}


def question(national_id: str, *, prescriptions: bool) -> Values:
    """M9.11's content (2018-07-01): an answer that is not compressed."""
    return {"Fnr": national_id, "InklReseptinfo": prescriptions, "Komprimering": "0"}


def _line(line: SourceLine, asof: datetime) -> Values:
    prescription = _prescription(line)
    told: dict[str, Any] = {
        "Id": str(uuid.uuid5(_NAMESPACE, line.id)),
        "Type": Coded("E", "Eresept") if prescription else Coded("U", "Uten resept"),
        "SistEndret": _at(line.provenance.confirmed, asof),
        "ReseptDokLegemiddelB64": text_of(
            write_structure(
                RESEPT_DOK_LEGEMIDDEL, writable(_document(line)), {None: RESEPT_DOK_LEGEMIDDEL.namespace}
            )
        ),
    }
    if prescription:
        told["ReseptId"] = prescription
    if line.start:
        told["DatoOppstart"] = line.start.isoformat()
    if line.use is Use.STOPPED:
        told["Seponering"] = {
            "Tidspunkt": _at(line.stop, asof),
            "Arsak": Coded(dn=line.stop_reason or _UNSAID),
        }
    return told


def _prescription(line: SourceLine) -> str:
    told = line.resource.get("identifier") or []
    return next((str(i["value"]) for i in told if i.get("system") == PRESCRIPTION_ID and i.get("value")), "")


def _at(day: date | None, asof: datetime) -> str:
    """Midnight of the day on a Norwegian clock; of a day that nobody told, the instant of the list."""
    at = datetime.combine(day, time(), NORWAY) if day else asof.astimezone(UTC)
    return at.isoformat(timespec="seconds")


def _document(line: SourceLine) -> Values:
    note = {"Merknad": line.note} if line.note else {}
    return {
        "Varegruppekode": Coded("L", "Legemiddel"),
        **note,
        "Reiterasjon": "0",
        "Forskrivning": _prescribing(line),
    }


def _prescribing(line: SourceLine) -> Values:
    told: dict[str, Any] = {}
    if line.indication:
        told["Bruksomrade"] = line.indication
    if words := _dose_words(line):
        told["DosVeiledEnkel"] = words
    if line.dose.as_needed is not None or line.kind is Kind.COURSE:
        told["Bruk"] = _USES[line.kind]
    # The day it was stopped stands in Seponering.
    stop = None if line.use is Use.STOPPED else line.stop
    if doses := dosing(line.resource.get("dosage") or [], line.start, stop):
        told["Dosering"] = doses
    told["LegemiddelMerkevare" if line.product else "LegemiddelVirkestoff"] = _drug(line)
    return told


def _dose_words(line: SourceLine) -> str:
    dose = line.dose
    words = dose.text or dose.amount
    if not dose.maximum or "maks" in words.lower():
        return words
    return f"{words}, maks {dose.maximum}" if words else f"Maks {dose.maximum}"


def _drug(line: SourceLine) -> Values:
    named = line.product or line.name
    said = not line.strength or line.strength in named
    parts = [] if said else [part for part in (line.form, line.strength) if part]
    told: dict[str, Any] = {
        "NavnFormStyrke": " ".join((named, *parts)),
        "Reseptgruppe": Coded(dn=_UNSAID),
    }
    if line.atc:
        told = {"Atc": Coded(line.atc, line.name, f"{_LISTS}7180"), **told}
    if line.form:
        told["LegemiddelformKort"] = Coded("", line.form, f"{_LISTS}7448")
    return {**told, "Varenavn": line.product} if line.product else {**told, "Id": "v1"}


def allergies(found: Iterable[Resource]) -> tuple[Values, ...]:
    """AllergyIntolerance resources to medicines, as `Allergi` of M25.1."""
    return tuple(_allergy(one) for one in found if "medication" in (one.get("category") or []))


def _allergy(one: Resource) -> Values:
    reactions = [concept_text(m) for r in one.get("reaction") or [] for m in r.get("manifestation") or []]
    recorded = str(one.get("recordedDate") or "")[:10]
    at = _at(date.fromisoformat(recorded) if len(recorded) == 10 else None, datetime.fromtimestamp(0, UTC))
    return {
        "Reaksjon": Coded(dn=next((words for words in reactions if words), _UNSAID)),
        "Oppdatert": at,
        "Kilde": Coded(dn=_UNSAID),
        "Legemiddelreaksjon": {"Virkestoff": (concept_text(one.get("code")),)},
    }
