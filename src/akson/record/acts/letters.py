"""What an opening leaves behind, as FHIR: who may see and until when, the item for review, and the letter to the citizen.

    CareTeam        category emergency, participant the person herself, period now … until, reasonCode the ground
    Task            code emergency-review, for the patient, focus the CareTeam, owner the privacy officer's unit
    Communication   category notification, to the patient: who, when and why, nothing of what was seen

Spec: https://hl7.org/fhir/R4/careteam.html, task.html, communication.html. Pure but for the name.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from akson.access import words as access_words
from akson.access.actor import Actor
from akson.fhir.codec import json
from akson.record.facts.teams import CATEGORY_SYSTEM

if TYPE_CHECKING:
    from akson.record.acts.opening import Kind
    from akson.record.session import RecordSession

TASK_SYSTEM = "https://akson.no/fhir/CodeSystem/task"
NOTICE_SYSTEM = "http://terminology.hl7.org/CodeSystem/communication-category"
NOTICE = "notification"
REVIEW_WITHIN = timedelta(days=3)
"""Deadline of the privacy officer's item."""

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Letter:
    actor: Actor
    patient: str
    name: str
    """Of the patient, so that the item can be read by one who sees no records."""
    at: datetime
    until: datetime
    kind: "Kind"
    said: str
    words: str


def who(actor: Actor) -> str:
    """`Nadia Berg, lege, Storvik legevakt,`."""
    role = access_words.ROLES.get(actor.role, (actor.role,))[0]
    facts = ", ".join(part for part in (role, actor.unit_name) if part)
    return f"{actor.name} ({facts})" if facts else actor.name


async def name_of(session: "RecordSession", patient: str) -> str:
    """`Astrid Bakken`; of a patient whom the act has been allowed for."""
    key = ("Patient", patient)
    found = (await session.record.store.current(session.actor.tenant, [key])).get(key)
    names = json.parse(found.body).get("name") or [{}] if found and found.body else [{}]
    return " ".join([*names[0].get("given", ()), names[0].get("family", "")]).strip()


def team(letter: Letter) -> Json:
    kind = letter.kind
    period = {"start": instant(letter.at), "end": instant(letter.until)}
    return {
        "resourceType": "CareTeam",
        "status": "active",
        "category": [
            {"coding": [{"system": CATEGORY_SYSTEM, "code": str(kind.relation)}], "text": kind.name}
        ],
        "name": kind.name,
        "subject": _patient(letter),
        "period": period,
        "participant": [{"member": _actor(letter), "period": period}],
        "reasonCode": [{"text": letter.said}],
    }


def review(letter: Letter, team_id: str, owner: Json) -> Json:
    return {
        "resourceType": "Task",
        "status": "requested",
        "intent": "order",
        "priority": "urgent",
        "code": {
            "coding": [{"system": TASK_SYSTEM, "code": letter.kind.review}],
            "text": f"Vurdere: {letter.kind.name.lower()}",
        },
        "description": letter.words,
        **({"focus": {"reference": f"CareTeam/{team_id}"}} if team_id else {}),
        "for": _patient(letter),
        "authoredOn": instant(letter.at),
        "requester": _actor(letter),
        "owner": owner,
        "restriction": {"period": {"end": instant(letter.at + REVIEW_WITHIN)}},
    }


def notice(letter: Letter) -> Json:
    return {
        "resourceType": "Communication",
        "status": "completed",
        "category": [
            {
                "coding": [
                    {"system": NOTICE_SYSTEM, "code": NOTICE},
                    {"system": TASK_SYSTEM, "code": str(letter.kind.relation)},
                ],
                "text": "Varsel om åpnet journal",
            }
        ],
        "subject": _patient(letter),
        "recipient": [_patient(letter)],
        "sent": instant(letter.at),
        "payload": [{"contentString": letter.words}],
    }


def instant(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")


def _patient(letter: Letter) -> Json:
    return {"reference": f"Patient/{letter.patient}", **({"display": letter.name} if letter.name else {})}


def _actor(letter: Letter) -> Json:
    return {"reference": letter.actor.reference, "display": letter.actor.name}
