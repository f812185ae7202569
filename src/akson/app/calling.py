"""Her GP's address for messages, and the task of phoning where no message can go: nothing that was to be sent is lost."""

import uuid
from datetime import datetime

from akson.care.fhir_json import Resource, display, reference
from akson.care.pathway.gp_effects import TASKS
from akson.exchange.building.facts import Address, her_of
from akson.exchange.building.writing import Draft, Writing
from akson.fhir.codec import json
from akson.fhir.problem import Problem, ProblemKind
from akson.fhir.search.query import Query, ReferenceValue, Term
from akson.record.session import RecordSession
from akson.record.values import Change

CALL = "call-partner"
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://akson.no/app/calling")


async def gp_address(session: RecordSession, writing: Writing, patient: str) -> Address | None:
    """The receiver among those the record knows that is her GP: the doctor's own address before that of the office."""
    version = await session.read("Patient", patient)
    named = (json.parse(version.body or b"{}").get("generalPractitioner") or ({},))[0]
    houses = await _houses(session, reference(named))
    near = [a for a in await writing.receivers() if a.her in houses or a.party in houses]
    own = [a for a in near if display(named) and display(named) in a.service]
    return next(iter((*own, *near)), None)


async def _houses(session: RecordSession, gp: str) -> set[str]:
    """HER-ids of the places where the GP works."""
    type, _, id = gp.partition("/")
    if type == "Organization":
        places = [gp]
    elif type == "Practitioner" and session.may("search", "PractitionerRole"):
        works = Term("practitioner", "reference", None, (ReferenceValue(type, id),))
        roles = await session.search(Query("PractitionerRole", terms=(works,), count=20))
        places = [reference(json.parse(v.body or b"{}").get("organization")) for v in roles.matches]
    else:
        return set()
    found = set()
    for place in places:
        try:
            version = await session.read("Organization", place.rpartition("/")[2])
        except Problem as problem:
            if problem.kind not in (ProblemKind.NOT_FOUND, ProblemKind.GONE):
                raise
            continue
        found.add(her_of(json.parse(version.body or b"{}")))
    return found - {""}


async def leave_call(session: RecordSession, draft: Draft, msg_id: str, at: datetime) -> str:
    """A Task of her unit, with what was typed; pressed twice it is one. Gives its title."""
    receiver, kind = draft.facts.receiver.words, draft.built.type.words
    title = f"Ring {receiver}"
    id = str(uuid.uuid5(_NAMESPACE, f"{session.actor.tenant}|{msg_id.lower()}"))
    typed = [f"{told.label}: {told.said}" for told in draft.built.told if told.typed and not told.frame]
    because = draft.partner.because if draft.partner else ""
    unit = next(iter(session.actor.organisations), "")
    house = draft.facts.house[0] if draft.facts.house else {}
    owner = (
        {"reference": unit, "display": str(house.get("name", ""))}
        if unit
        else {"reference": session.actor.reference}
    )
    task: Resource = {
        "resourceType": "Task",
        "status": "requested",
        "intent": "order",
        "priority": "urgent",
        "code": {"coding": [{"system": TASKS, "code": CALL}], "text": title},
        "description": f"«{kind}» kan ikke sendes. {because} {' '.join(typed)}".strip(),
        "for": {"reference": f"Patient/{draft.facts.patient['id']}"},
        "authoredOn": at.isoformat(timespec="seconds"),
        "requester": {"reference": session.actor.reference, "display": session.actor.name},
        "owner": {name: value for name, value in owner.items() if value},
        **({"focus": {"reference": draft.facts.about_reference}} if draft.facts.about_reference else {}),
    }
    try:
        await session.commit([Change("POST", "Task", resource=task, given_id=id)])
    except Problem as problem:
        if problem.kind is not ProblemKind.CONFLICT:
            raise
    return title
