"""A resource of somebody else's in words: what it is, in one line. What cannot be read is a line too, never left out."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

import msgspec

from akson.care.fhir_json import Resource, concept_text, display, instant
from akson.care.medication.list import medication_lines
from akson.care.quantities import quantity_words
from akson.web.shell import words

UNREADABLE = "Kunne ikke leses"
_decoder = msgspec.json.Decoder(dict, float_hook=Decimal)
_DATES = (
    "effectiveDateTime", "issued", "onsetDateTime", "recordedDate", "date", "authoredOn", "sent", "created",
)  # fmt: skip
_NAMED = ("code", "medicationCodeableConcept", "type", "description", "category")
_GRAVE_CRITICALITY = ("high",)
_STATUS_WORDS = {
    "stopped": "avsluttet", "completed": "avsluttet", "on-hold": "på vent", "entered-in-error": "feilført",
    "cancelled": "avlyst", "finished": "avsluttet", "in-progress": "pågår", "planned": "planlagt",
    "revoked": "trukket tilbake",
    "amended": "endret", "corrected": "rettet", "preliminary": "foreløpig",
}  # fmt: skip
_CLASSES = {
    "IMP": "Innleggelse",
    "AMB": "Konsultasjon",
    "HH": "Hjemmebesøk",
    "EMER": "Legevakt",
    "VR": "Videotime",
}
_RELATIONS = "relationship"


def parsed(bodies: Sequence[bytes]) -> tuple[list[Resource], int]:
    """Those that can be read, and how many cannot."""
    found: list[Resource] = []
    for body in bodies:
        try:
            found.append(_decoder.decode(body))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            continue
    return found, len(bodies) - len(found)


def told(found: Sequence[Resource], now: datetime) -> list[tuple[str, str, str, bool]]:
    """(title, detail, when, whether it is grave) of each. Medications by the one reading of the house."""
    near = {f"{r.get('resourceType')}/{r.get('id')}": r for r in found}
    statements = [r for r in found if r.get("resourceType") == "MedicationStatement"]
    others = [r for r in found if r.get("resourceType") not in ("MedicationStatement", "Medication")]
    return [*_medicines(statements, near), *(_safely(r, now) for r in others)]


def _medicines(statements: list[Resource], near: Mapping[str, Resource]) -> list[tuple[str, str, str, bool]]:
    try:
        lines = medication_lines(statements, dict(near))
    except (KeyError, TypeError, ValueError, AttributeError):
        return [(UNREADABLE, "Legemiddel", "", False)] * len(statements)
    return [
        (
            " ".join(part for part in (line.name, line.strength_and_form) if part),
            " · ".join(part for part in (line.dose, line.reason, "pause" if line.paused else "") if part),
            "",
            False,
        )
        for line in lines
    ]


def _safely(resource: Resource, now: datetime) -> tuple[str, str, str, bool]:
    try:
        return _line(resource, now)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError):
        return (UNREADABLE, str(resource.get("resourceType", ""))[:60], "", False)


def _line(resource: Resource, now: datetime) -> tuple[str, str, str, bool]:
    type = resource.get("resourceType", "")
    said = _STATUS_WORDS.get(str(resource.get("status", "")), "")
    if type == "RelatedPerson":
        return (_name(resource), _person(resource), "", False)
    if type == "Encounter":
        title = _CLASSES.get((resource.get("class") or {}).get("code", ""), "Kontakt")
        reason = " · ".join(concept_text(r) for r in resource.get("reasonCode") or [])
        at = _when((resource.get("period") or {}).get("start"), now)
        where = display(resource.get("serviceProvider"))
        return (title, " · ".join(p for p in (reason, where, said) if p), at, False)
    if type == "AllergyIntolerance":
        grave = resource.get("criticality") in _GRAVE_CRITICALITY
        reactions = [
            concept_text(m) for r in resource.get("reaction") or [] for m in r.get("manifestation") or []
        ]
        detail = ", ".join(r for r in reactions if r) or ("alvorlig" if grave else "")
        return (f"Allergi: {concept_text(resource.get('code')) or 'ikke angitt'}", detail, "", grave)
    title = str(resource.get("title") or "") or _named(resource) or "Uten navn"
    return (
        title,
        " · ".join(p for p in (_value(resource), said) if p),
        _dated(resource, now),
        type == "Flag",
    )


def _named(resource: Resource) -> str:
    for name in _NAMED:
        value = resource.get(name)
        if isinstance(value, str) and value:
            return value
        for concept in value if isinstance(value, list) else [value]:
            text = concept_text(concept) if isinstance(concept, dict) else ""
            if text:
                return text
    return ""


def _value(resource: Resource) -> str:
    quantity = resource.get("valueQuantity")
    if isinstance(quantity, dict):
        return quantity_words(quantity)
    activities = [
        str((a.get("detail") or {}).get("description") or "") for a in resource.get("activity") or []
    ]
    texts = [
        str(resource.get("valueString") or ""),
        str(resource.get("conclusion") or ""),
        str(resource.get("description") or "") if resource.get("title") else "",
        ", ".join(a for a in activities if a),
    ]
    return " · ".join(text for text in texts if text)


def _name(person: Resource) -> str:
    name: Resource = next(iter(person.get("name") or ()), {})
    return (
        str(name.get("text") or " ".join([*name.get("given", ()), name.get("family", "")]).strip())
        or "Uten navn"
    )


def _person(person: Resource) -> str:
    phone = next((str(t.get("value", "")) for t in person.get("telecom") or []), "")
    relation = next((concept_text(c) for c in person.get(_RELATIONS) or []), "")
    return " · ".join(p for p in (relation, words.phone(phone) if phone else "") if p)


def _dated(resource: Resource, now: datetime) -> str:
    said = next((resource[name] for name in _DATES if isinstance(resource.get(name), str)), None)
    return _when(said or (resource.get("period") or {}).get("start"), now)


def _when(text: str | None, now: datetime) -> str:
    at = instant(text)
    return words.short_day(at, now) if at else ""
