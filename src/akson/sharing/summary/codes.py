"""Codes of the International Patient Summary.

Source: HL7 IPS 2.0 (Composition-uv-ips; Empty Sections & Missing Data) and 1.1 for absent-unknown-uv-ips, which 2.0 left:
both are said, so that a reader of either understands. How they are used does not belong here (docs/adr/0248).
"""

from typing import Any

IPS = "http://hl7.org/fhir/uv/ips"
BUNDLE, COMPOSITION = (
    f"{IPS}/StructureDefinition/Bundle-uv-ips",
    f"{IPS}/StructureDefinition/Composition-uv-ips",
)
OPERATION = f"{IPS}/OperationDefinition/summary"
LOINC, SNOMED = "http://loinc.org", "http://snomed.info/sct"
ABSENT_UNKNOWN = f"{IPS}/CodeSystem/absent-unknown-uv-ips"
EMPTY_REASON = "http://terminology.hl7.org/CodeSystem/list-empty-reason"
DATA_ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
SUMMARY = "60591-5"
"""LOINC: Patient summary Document."""

Concept = dict[str, Any]


def concept(text: str, *codings: tuple[str, str, str]) -> Concept:
    """`codings`: (system, code, display in the system's own words)."""
    told = [{"system": system, "code": code, "display": display} for system, code, display in codings]
    return {"coding": told, "text": text}


NO_ALLERGIES = concept(
    "Ingen kjente allergier",
    (SNOMED, "716186003", "No known allergy"),
    (ABSENT_UNKNOWN, "no-known-allergies", "No known allergies"),
)
NO_PROBLEMS = concept(
    "Ingen kjente helseproblemer",
    (SNOMED, "160245001", "No current problems or disability"),
    (ABSENT_UNKNOWN, "no-known-problems", "No known problems"),
)
NO_MEDICINES = concept(
    "Bruker ingen legemidler",
    (SNOMED, "787481004", "No known medications"),
    (ABSENT_UNKNOWN, "no-known-medications", "No known medications"),
)
NONE_KNOWN = {
    ("AllergyIntolerance", "716186003"): NO_ALLERGIES,
    ("AllergyIntolerance", "no-known-allergies"): NO_ALLERGIES,
    ("Condition", "160245001"): NO_PROBLEMS,
    ("Condition", "no-known-problems"): NO_PROBLEMS,
    ("MedicationStatement", "787481004"): NO_MEDICINES,
    ("MedicationStatement", "no-known-medications"): NO_MEDICINES,
}
"""(type, code) -> it was asked, and there is none. 409137002 (no drug allergy) says less, and is a line."""
NO_INFORMATION = frozenset(
    {"1287211007", "no-allergy-info", "no-problem-info", "no-medication-info", "no-immunization-info"}
)
"""A line that says that nothing is known: never read as "none"."""

UNAVAILABLE, NOT_ASKED, WITHHELD = "unavailable", "notasked", "withheld"
_REASONS = {UNAVAILABLE: "Unavailable", NOT_ASKED: "Not Asked", WITHHELD: "Information Withheld"}


def empty_reason(code: str, text: str) -> Concept:
    return concept(text, (EMPTY_REASON, code, _REASONS[code]))


def absent(why: str = "unknown") -> dict[str, Any]:
    """What stands beside a value that IPS demands and the record does not have."""
    return {"extension": [{"url": DATA_ABSENT, "valueCode": why}]}
