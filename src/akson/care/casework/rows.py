"""The codes and small parts that casework's resources are built of.

Spec: https://hl7.org/fhir/R4/servicerequest.html, appointment.html. What an act means does not belong here.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from akson.care.fhir_json import Resource, any_code

NORWAY = ZoneInfo("Europe/Oslo")
CASEWORK = "https://akson.no/fhir/CodeSystem/casework"
TASKS = "https://akson.no/fhir/CodeSystem/task"
CANCELLED = "https://akson.no/fhir/CodeSystem/visit-cancelled"
SERVICE_TYPES = "urn:oid:2.16.578.1.12.4.1.1.9151"
UCUM = "http://unitsofmeasure.org"
VISIT, BED_HOLD = "visit", "bed-hold"
WORDS = {
    "application": "Søknad om tjeneste",
    "assessment": "Vurdering",
    "decision": "Vedtak",
    "decision-letter": "Vedtaksbrev",
    "complaint": "Klage på vedtak",
    VISIT: "Besøk",
    BED_HOLD: "Holdt korttidsplass",
}
REASONS = {
    "admitted": "Innlagt på sykehus",
    "short-stay": "På korttidsopphold",
    "death": "Død",
    "changed": "Vedtaket er endret",
    "ended": "Vedtaket er avsluttet",
    "moved": "Flyttet til et annet tidspunkt",
    "not-wanted": "Ikke ønsket",
    "no-staff": "Ingen ansatt",
    "not-home": "Ikke hjemme",
}


def category(code: str) -> Resource:
    return {"coding": [{"system": CASEWORK, "code": code, "display": WORDS[code]}], "text": WORDS[code]}


def is_a(resource: Resource, code: str) -> bool:
    """Whether its category (a ServiceRequest's, a Communication's, an Appointment's) is that of casework."""
    return any_code([*(resource.get("category") or []), *(resource.get("serviceCategory") or [])], code)


def why_cancelled(code: str) -> Resource:
    return {"coding": [{"system": CANCELLED, "code": code, "display": REASONS[code]}], "text": REASONS[code]}


def reason_of(appointment: Resource) -> str:
    """The code of its cancellation, or ""."""
    codings = (appointment.get("cancelationReason") or {}).get("coding") or []
    return next((str(c["code"]) for c in codings if c.get("system") == CANCELLED and c.get("code")), "")


def refer(resource: Resource, display: str = "") -> Resource:
    target = f"{resource['resourceType']}/{resource['id']}"
    return {"reference": target, "display": display} if display else {"reference": target}


def stamp(at: datetime) -> str:
    """`2026-11-24T08:12:00+01:00`, on a Norwegian clock."""
    return at.astimezone(NORWAY).isoformat(timespec="seconds")


def day_of(text: str | None) -> date | None:
    """The Norwegian day a FHIR date or dateTime stands for."""
    if not text:
        return None
    if len(text) <= len("2026-11-24"):
        return date.fromisoformat(text)
    return datetime.fromisoformat(text).astimezone(NORWAY).date()


def extensions(resource: Resource, url: str) -> list[Resource]:
    return [e for e in resource.get("extension") or [] if e.get("url") == url]


def parts(extension: Resource) -> dict[str, Any]:
    """`{"time": "07:45:00", "minutes": 45}` of a complex extension."""
    return {
        str(e["url"]): next((v for k, v in e.items() if k.startswith("value")), None)
        for e in extension.get("extension") or []
    }


def without(resource: Resource, *names: str) -> Resource:
    return {k: v for k, v in resource.items() if k not in names}


def others(resource: Resource, url: str) -> list[Resource]:
    return [e for e in resource.get("extension") or [] if e.get("url") != url]


def with_extensions(resource: Resource, found: Iterable[Resource]) -> Resource:
    kept = list(found)
    return {**without(resource, "extension"), **({"extension": kept} if kept else {})}
