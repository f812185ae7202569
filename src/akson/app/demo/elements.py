"""The small parts every resource is built of: codes, references, quantities, instants on a Norwegian clock.

Spec: https://hl7.org/fhir/R4/datatypes.html. What a resource says does not belong here.
"""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from akson.terminology import Terminology
from akson.terminology.systems import ATC, HER_ID, ICD_10, ICPC_2, NORWEGIAN_IDENTIFIERS, NORWEGIAN_LISTS

Resource: TypeAlias = dict[str, Any]

NORWAY = ZoneInfo("Europe/Oslo")
FNR = f"{NORWEGIAN_IDENTIFIERS}1"
D_NUMBER = f"{NORWEGIAN_IDENTIFIERS}2"
HPR = f"{NORWEGIAN_IDENTIFIERS}4"
SERVICE_TYPES = f"{NORWEGIAN_LISTS}9151"
MESSAGE_TYPES = f"{NORWEGIAN_LISTS}8279"
PROFESSIONS = f"{NORWEGIAN_LISTS}9060"
ROLES = "https://akson.no/fhir/CodeSystem/role"
TASKS = "https://akson.no/fhir/CodeSystem/task"
LOINC = "http://loinc.org"
SNOMED_CT = "http://snomed.info/sct"
UCUM = "http://unitsofmeasure.org"
HL7 = "http://terminology.hl7.org/CodeSystem/"
UNIT_WORDS = {"Cel": "°C", "mm[Hg]": "mmHg", "ug": "µg", "[iU]": "IE", "mmol/mol": "mmol/mol"}
"""UCUM code -> what is written beside the number, where the two differ."""

_WORDS = Terminology.of_this_installation()

__all__ = [
    "ATC", "D_NUMBER", "FNR", "HER_ID", "HPR", "ICD_10", "ICPC_2", "LOINC", "MESSAGE_TYPES", "NORWAY", "PROFESSIONS",
    "ROLES", "SERVICE_TYPES", "SNOMED_CT", "TASKS", "Resource", "clock", "coding", "concept", "hl7", "instant", "local",
    "quantity", "reference",
]  # fmt: skip


def local(day: date, hour: int = 0, minute: int = 0) -> datetime:
    """That time of day on a Norwegian clock."""
    return datetime.combine(day, time(hour, minute), NORWAY)


def clock(day: date, text: str) -> datetime:
    """`07:45` that day."""
    hour, minute = text.split(":")
    return local(day, int(hour), int(minute))


def instant(at: datetime) -> str:
    """`2026-11-24T08:12:00+01:00`."""
    return at.astimezone(NORWAY).isoformat(timespec="seconds")


def ago(day: date, days: int) -> str:
    """The FHIR date so many days before."""
    return (day - timedelta(days=days)).isoformat()


def coding(system: str, code: str, display: str | None = None) -> Resource:
    """A Coding with the words this node knows for it, unless `display` says otherwise."""
    words = display or _WORDS.lookup(system, code)
    return {"system": system, "code": code, **({"display": words} if words else {})}


def concept(text: str, *codings: Resource) -> Resource:
    """A CodeableConcept; its text is what people read."""
    return {"coding": list(codings), "text": text} if codings else {"text": text}


def hl7(list_name: str, code: str, display: str | None = None) -> Resource:
    """A CodeableConcept with one of HL7's own codes: `hl7("condition-clinical", "active")`."""
    return {"coding": [coding(f"{HL7}{list_name}", code, display)]}


def reference(target: str, display: str = "") -> Resource:
    return {"reference": target, "display": display} if display else {"reference": target}


def quantity(value: str | int, code: str, unit: str = "") -> Resource:
    """A Quantity in UCUM. The digits of `value` are kept as written."""
    return {
        "value": Decimal(value),
        "unit": unit or UNIT_WORDS.get(code, code),
        "system": UCUM,
        "code": code,
    }
