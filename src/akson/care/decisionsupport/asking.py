"""Asking somebody else's service for advice, with no more of the patient than advice needs; and reading what comes back.

No name, no national id, no address and no note leaves: birth date, sex, drugs with doses, allergies and measured values.
Spec: https://cds-hooks.hl7.org/2.0/#calling-a-cds-service.
"""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from akson.care.decisionsupport.rules import ORDER, Severity
from akson.care.fhir_json import Resource

CARDS_MAX = 20
TEXT_MAX = 2_000
SUMMARY_MAX = 140
KEPT: Mapping[str, tuple[str, ...]] = {
    "Patient": ("birthDate", "gender"),
    "MedicationStatement": (
        "status", "medicationCodeableConcept", "medicationReference", "contained", "dosage", "effectivePeriod", "reasonCode",
    ),
    "AllergyIntolerance": ("code", "criticality", "clinicalStatus", "verificationStatus", "type"),
    "Observation": ("status", "code", "effectiveDateTime", "valueQuantity", "valueCodeableConcept", "component"),
    "Medication": ("code", "form", "ingredient"),
}  # fmt: skip
_INSIDE = ("text", "extension", "note", "patientInstruction", "display")
"""Left out wherever they stand: people write names in them."""
_SAID = (
    "dosage", "code", "coding", "medicationCodeableConcept", "valueCodeableConcept", "form",
    "itemCodeableConcept",
)  # fmt: skip
SELF = "patient"


@dataclass(frozen=True, slots=True)
class OutsideCard:
    """One card of somebody else's, as plain text."""

    id: str
    severity: Severity
    summary: str
    detail: str
    source: str
    url: str
    """"" unless it is https."""


def call(rows: Iterable[Resource], user: str, instance: uuid.UUID) -> dict[str, Any]:
    """A `patient-view` call. `user`: `Practitioner/…` made for the service, or what it is to know."""
    kept = [row for row in rows if row.get("resourceType") in KEPT]
    # Ids of ours may say who she is: each call has numbers of its own.
    ids = {f"{r['resourceType']}/{r.get('id', '')}": str(number) for number, r in enumerate(kept, 1)}
    told = [least(row, ids) for row in kept]
    return {
        "hook": "patient-view",
        "hookInstance": str(instance),
        "context": {"userId": user, "patientId": SELF},
        "prefetch": {
            "patient": next((r for r in told if r["resourceType"] == "Patient"), None),
            "medications": _bundle(told, "MedicationStatement", "Medication"),
            "allergies": _bundle(told, "AllergyIntolerance"),
            "observations": _bundle(told, "Observation"),
        },
    }


def least(row: Resource, ids: Mapping[str, str]) -> Resource:
    """The resource with what advice needs and nothing else. `ids`: `MedicationStatement/m1` → its number in the call."""
    type = row["resourceType"]
    row = (
        {
            **row,
            "contained": [_medication(c) for c in row["contained"] if c.get("resourceType") == "Medication"],
        }
        if "contained" in row
        else row
    )
    kept = {name: _plain(row[name], name) for name in KEPT[type] if name in row}
    to = (kept.get("medicationReference") or {}).get("reference", "")
    if to and not to.startswith("#"):
        kept["medicationReference"] = {"reference": f"Medication/{ids[to]}"} if to in ids else {}
    return {
        "resourceType": type,
        "id": SELF if type == "Patient" else ids[f"{type}/{row.get('id', '')}"],
        **kept,
    }


def _medication(drug: Resource) -> Resource:
    """Of what a statement holds inside it, the drug alone: people are held there too."""
    kept = {name: _plain(drug[name], name) for name in KEPT["Medication"] if name in drug}
    return {"resourceType": "Medication", "id": drug.get("id", ""), **kept}


def cards(answer: object) -> tuple[OutsideCard, ...]:
    """The cards of an answer, the gravest first. What is no card is passed over; nothing of it is ever run or followed."""
    listed = answer.get("cards") if isinstance(answer, dict) else None
    found = (
        [_card(one) for one in listed[:CARDS_MAX] if isinstance(one, dict)]
        if isinstance(listed, list)
        else []
    )
    return tuple(sorted((c for c in found if c is not None), key=lambda c: ORDER.index(c.severity)))


def _card(told: Mapping[str, Any]) -> OutsideCard | None:
    source = told.get("source")
    source = source if isinstance(source, dict) else {}
    summary = _text(told.get("summary"), SUMMARY_MAX)
    try:
        severity = Severity(str(told.get("indicator")))
    except ValueError:
        return None
    if not summary:
        return None
    url = _text(source.get("url"), TEXT_MAX)
    return OutsideCard(
        _text(told.get("uuid"), 64),
        severity,
        summary,
        _text(told.get("detail"), TEXT_MAX),
        _text(source.get("label"), SUMMARY_MAX),
        url if url.startswith("https://") else "",
    )


def _text(value: object, most: int) -> str:
    return value[:most] if isinstance(value, str) else ""


def _plain(value: Any, name: str) -> Any:
    if isinstance(value, dict):
        # A concept's and a dose's own words are what is asked about; every other text is somebody's prose.
        words = ("text", "display") if name in _SAID else ()
        return {k: _plain(v, k) for k, v in value.items() if k not in _INSIDE or k in words}
    if isinstance(value, list):
        return [_plain(one, name) for one in value]
    return value


def _bundle(rows: Iterable[Resource], *types: str) -> dict[str, Any]:
    entries = [{"resource": row} for row in rows if row["resourceType"] in types]
    return {"resourceType": "Bundle", "type": "searchset", **({"entry": entries} if entries else {})}
