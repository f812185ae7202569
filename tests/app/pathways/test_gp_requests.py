"""Requests to the GP, followed by the house itself: real PostgreSQL, the real door, killed and started again."""

from datetime import timedelta
from typing import Any

import pytest

from akson.app.pathways.asking import Answer
from akson.app.pathways.facts import PatientFacts
from akson.app.pathways.reading import found
from akson.care.contacts.messages import FIELDS, MESSAGE_TYPES
from akson.fhir.search.parsing import parse
from tests.app.pathways.test_follower import NOON, PATIENT, UNIT, Day, day
from tests.record.conftest import house

__all__ = ["day", "house"]
LISE = {"reference": "Practitioner/lise", "display": "Lise Holm"}
LEADER = {
    "resourceType": "PractitionerRole", "id": "rolle-lise", "active": True, "practitioner": LISE, "organization": UNIT,
    "code": [{"coding": [{"system": "https://akson.no/fhir/CodeSystem/role", "code": "leader"}]}],
}  # fmt: skip


def message(id: str, type: str, *, about: str = "", received: bool = False, **more: Any) -> dict[str, Any]:
    at = NOON.isoformat()
    code = {"url": "TypeForesp", "valueCoding": {"system": "urn:oid:2.16.578.1.12.4.1.1.9152", "code": "6"}}
    return {
        "resourceType": "Communication", "id": id, "status": "completed", "subject": PATIENT, "sent": at,
        "category": [{"coding": [{"system": MESSAGE_TYPES, "code": type, "display": type}]}],
        "extension": [{"url": FIELDS, "extension": [{"url": "Foresporsel", "extension": [code]}]}],
        **({"received": at} if received else {}),
        **({"inResponseTo": [{"reference": f"Communication/{about}"}]} if about else {}), **more,
    }  # fmt: skip


async def tasks(day: Day) -> list[tuple[str, str, str]]:
    everything = await found(day.house.as_("system"), parse("Task", [("patient", "astrid")]))
    return sorted((t["code"]["text"], t["status"], t["owner"]["display"]) for t in everything)


async def test_asked_waited_for_phoned_about_escalated_answered(day: Day) -> None:
    await day.put(LEADER, message("q", "DIALOG_FORESPORSEL", priority="urgent"))
    await day.settle()
    waits = ("Venter på svar fra lege", "requested", UNIT["display"])
    phone = ("Ringe om hastemelding", "requested", UNIT["display"])
    assert await tasks(day) == [phone, waits]
    await day.settle(day.restarted())
    assert await tasks(day) == [phone, waits], "who starts again finds it done"
    day.clock.advance(timedelta(hours=72, minutes=1))
    await day.settle()
    assert await tasks(day) == [("Ringe etter svar fra lege", *waits[1:]), phone]
    day.clock.advance(timedelta(hours=24))
    await day.settle()
    assert ("Ubesvart forespørsel", "requested", "Lise Holm") in await tasks(day)
    await day.put(message("a", "DIALOG_SVAR", about="q", received=True))
    await day.settle()
    assert not [t for t in await tasks(day) if t[1] == "requested"]


async def test_killed_between_question_and_task_it_is_made_once(day: Day) -> None:
    def dies(facts: PatientFacts, now: Any) -> Answer:
        raise KeyboardInterrupt

    await day.put(message("q", "DIALOG_FORESPORSEL"))
    with pytest.raises(KeyboardInterrupt):
        await day.settle(day.restarted(dies))
    for _ in range(2):
        await day.settle(day.restarted())
    assert await tasks(day) == [("Venter på svar fra lege", "requested", UNIT["display"])]
