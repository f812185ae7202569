"""What the tests of the screens put into a record beside the demo: the hospital's message, and records hard to show.

The message has the shape in which the post leaves it: Encounter, Communication, Task with owner.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

UNIT = {"reference": "Organization/hjemmetjenesten-ost", "display": "Hjemmetjenesten Øst"}
EVIL = '<script>alert("x")</script><img src=x onerror=alert(1)>'
LONG = "Bartholomæus-Konstantinopolitanskesekkepipeblåserforening" * 2


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


def admission(now: datetime, patient: str = "astrid", id: str = "innlagt") -> list[dict[str, Any]]:
    subject = {"reference": f"Patient/{patient}"}
    return [
        {
            "resourceType": "Encounter",
            "id": f"{id}-opphold",
            "status": "in-progress",
            "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "IMP"},
            "subject": subject,
            "period": {"start": _iso(now - timedelta(minutes=50))},
            "serviceProvider": {"reference": "Organization/havnes", "display": "Havnes sykehus HF"},
        },
        {
            "resourceType": "Communication",
            "id": f"{id}-melding",
            "status": "completed",
            "category": [{"coding": [{"system": "urn:oid:2.16.578.1.12.4.1.1.8279", "code": "LOG_INNLAGT"}]}],
            "subject": subject,
            "sender": {"reference": "Organization/havnes-medisin", "display": "Havnes sykehus HF"},
            "sent": _iso(now - timedelta(minutes=10)),
            "received": _iso(now - timedelta(minutes=9)),
            "payload": [{"contentString": "Innlagt etter fall i hjemmet."}],
        },
        task(f"{id}-oppgave", patient, code="admission-notice", focus=f"Communication/{id}-melding", at=now),
    ]


def task(
    id: str,
    patient: str,
    *,
    code: str = "follow-up",
    focus: str = "",
    description: str = "",
    at: datetime | None = None,
    owner: dict[str, str] = UNIT,
) -> dict[str, Any]:
    at = at or datetime.now(UTC)
    text = {"admission-notice": "Innlagt på sykehus"}.get(code, "Følge opp")
    return {
        "resourceType": "Task",
        "id": id,
        "status": "requested",
        "intent": "order",
        "priority": "routine",
        "code": {"coding": [{"system": "https://akson.no/fhir/CodeSystem/task", "code": code}], "text": text},
        "for": {"reference": f"Patient/{patient}"},
        "authoredOn": _iso(at - timedelta(minutes=9)),
        "owner": owner,
        "restriction": {"period": {"end": _iso(at + timedelta(hours=2))}},
        **({"focus": {"reference": focus}} if focus else {}),
        **({"description": description} if description else {}),
    }


def helped(patient: str) -> dict[str, Any]:
    """What gives Ida's unit its relation to a patient."""
    return {
        "resourceType": "EpisodeOfCare",
        "id": f"{patient}-vedtak",
        "status": "active",
        "patient": {"reference": f"Patient/{patient}"},
        "managingOrganization": UNIT,
        "period": {"start": "2026-01-03"},
    }


def hard_to_show() -> list[dict[str, Any]]:
    """A name that is a script, a name that never ends, a patient of whom nothing is known, and one who is dead."""
    evil: dict[str, Any] = {
        "resourceType": "Patient",
        "id": "skurk",
        "name": [{"family": EVIL, "given": ['"><b>']}],
        "address": [{"text": EVIL}],
        "telecom": [{"system": "phone", "value": "'\"><svg onload=alert(1)>"}],
    }
    long = {"resourceType": "Patient", "id": "langnavn", "name": [{"family": LONG, "given": [LONG, LONG]}]}
    dead = {
        "resourceType": "Patient",
        "id": "avdod",
        "name": [{"family": "Borte", "given": ["Ola"]}],
        "birthDate": "1930",
        "deceasedDateTime": "2026-11-07",
    }
    message = {
        **admission(datetime.now(UTC), "skurk", "skurk")[1],
        "payload": [{"contentString": f"{EVIL}\n{{{{ 7 * 7 }}}}"}],
        "sender": {"display": EVIL},
    }
    note = {
        "resourceType": "ClinicalImpression",
        "id": "skurk-notat",
        "status": "completed",
        "subject": {"reference": "Patient/skurk"},
        "date": _iso(datetime.now(UTC) - timedelta(hours=1)),
        "summary": EVIL,
    }
    patients = [evil, long, {"resourceType": "Patient", "id": "tom"}, dead]
    return [
        *patients,
        *(helped(p["id"]) for p in patients),
        message,
        note,
        task("skurk-oppgave", "skurk", focus="Communication/skurk-melding", description=EVIL),
        task("langnavn-oppgave", "langnavn", description=LONG),
    ]
