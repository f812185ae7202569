"""Small readings of FHIR JSON that documents need. Spec: https://hl7.org/fhir/R4/datatypes.html."""

from datetime import UTC, datetime
from typing import Any

Resource = dict[str, Any]
_DATE_LENGTH = len("2026-11-24")


def concept_words(concept: Resource | None) -> str:
    """A CodeableConcept in words: its text, else a display, else a code, else ""."""
    codings = (concept or {}).get("coding") or []
    words = [
        (concept or {}).get("text"),
        *(c.get("display") for c in codings),
        *(c.get("code") for c in codings),
    ]
    return next((str(w) for w in words if w), "")


def reference(value: Resource | None) -> str:
    return str((value or {}).get("reference") or "")


def instant(text: str | None) -> datetime | None:
    """Aware, in UTC; a missing part is its beginning. None for what is no time."""
    if not text:
        return None
    if len(text) < _DATE_LENGTH:
        text += "-01-01"[len(text) - len("2026") :]
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).astimezone(UTC)


def identifier(resource: Resource, systems: tuple[str, ...]) -> tuple[str, str]:
    """(value, OID) of the first identifier in one of the OIDs; ("", "") when there is none."""
    for one in resource.get("identifier") or []:
        oid = str(one.get("system", "")).removeprefix("urn:oid:")
        if oid in systems and one.get("value"):
            return str(one["value"]), oid
    return "", ""


def name_of(resource: Resource) -> str:
    """Of an Organization, Practitioner or Patient."""
    name = resource.get("name")
    if isinstance(name, str):
        return name
    first = next(iter(name or []), {})
    return str(
        first.get("text") or " ".join([*(first.get("given") or []), first.get("family") or ""]).strip()
    )
