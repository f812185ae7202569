"""Small readings of FHIR JSON that every care area needs: texts, codes, references, instants.

Spec: https://hl7.org/fhir/R4/datatypes.html. Rules of a care area do not belong here.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, TypeAlias

Resource: TypeAlias = dict[str, Any]

DATE_LENGTH = len("2026-11-24")


def concept_text(concept: Resource | None) -> str:
    """The words of a CodeableConcept: its text, else the first display, else the first code, else ""."""
    if not concept:
        return ""
    codings = concept.get("coding") or []
    words = [concept.get("text"), *(c.get("display") for c in codings), *(c.get("code") for c in codings)]
    return next((w for w in words if w), "")


def code_in(concept: Resource | None, *systems: str) -> str:
    """The code a CodeableConcept gives in the first of `systems` it knows, else ""."""
    codings = (concept or {}).get("coding") or []
    for system in systems:
        for coding in codings:
            if coding.get("system") == system and coding.get("code"):
                return str(coding["code"])
    return ""


def any_code(concepts: Iterable[Resource], *codes: str) -> bool:
    """Whether one of the concepts carries one of the codes, whatever its system."""
    return any(c.get("code") in codes for concept in concepts for c in concept.get("coding") or [])


def reference(value: Resource | None) -> str:
    """`Practitioner/ida` from a Reference, or ""."""
    return str((value or {}).get("reference") or "")


def display(value: Resource | None) -> str:
    """What a Reference calls its target, or ""."""
    return str((value or {}).get("display") or "")


def reference_id(value: Resource | None) -> str:
    """`ida` from `Practitioner/ida`, or ""."""
    return reference(value).rpartition("/")[2]


def instant(text: str | None) -> datetime | None:
    """A FHIR date, dateTime or instant as an aware instant; a missing part is its beginning, a bare date is UTC."""
    if not text:
        return None
    if len(text) < DATE_LENGTH:
        text += "-01-01"[len(text) - len("2026") :]
    parsed = datetime.fromisoformat(text)
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
