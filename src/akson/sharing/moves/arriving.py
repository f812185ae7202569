"""What a package becomes where she arrives: hers, with its source, and services as proposals that nobody has decided. Pure.

    arrived(package, arrival)     [Patient, CareTeam, List, AllergyIntolerance …, Task]: one commit
    relation(arrival)             the CareTeam alone: who has her, from when, until when

Ids follow from the move, so that a commit that is tried again is the same. Nothing in a package gives anybody access: no
EpisodeOfCare, CareTeam or RelatedPerson of another municipality is taken over; contacts become `Patient.contact`. Medicines
stand inside a List of that source (ADR 0193), plans and goals as proposals; a service becomes an application to be decided.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from akson.sharing.moves.package import PERSON, TASK_OPEN, Package, Part, Resource

_IDS = uuid.uuid5(uuid.NAMESPACE_URL, "https://akson.no/sharing/moves")
MEDICATION_SOURCE = "https://akson.no/fhir/StructureDefinition/medication-source"
LOINC, MEDICATION_LIST = "http://loinc.org", "10160-0"
TASKS = "https://akson.no/fhir/CodeSystem/move"
_AS_PROPOSAL = {
    "CarePlan": {"status": "draft", "intent": "proposal"},
    "Goal": {"lifecycleStatus": "proposed"},
}
_KEPT_AS_THEY_ARE = (
    Part.CRITICAL, Part.PROBLEMS, Part.PLAN, Part.MEASUREMENTS, Part.NOTES,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Arrival:
    move: str
    patient: str
    """Id of the Patient here; of the one to be made, when she is new."""
    new: bool
    unit: Resource
    """Reference with display: who receives her."""
    begins: datetime
    ends: datetime | None
    source: str
    """`Lillefjord kommune`."""
    org: str
    at: datetime


def id_of(move: str, what: str) -> str:
    return str(uuid.uuid5(_IDS, f"{move}|{what}"))


def team_id(move: str) -> str:
    return id_of(move, "team")


def arrived(package: Package, arrival: Arrival) -> list[Resource]:
    made = [relation(arrival)]
    if arrival.new:
        made.insert(0, _patient(package, arrival))
    medicines = package.part(Part.MEDICATION)
    if medicines:
        made.append(_list(medicines, arrival))
    made += [_taken(r, arrival) for part in _KEPT_AS_THEY_ARE for r in package.part(part)]
    made += [_task(r, arrival) for r in package.part(Part.TASKS)]
    return made


def marked(resource: Resource, move: str) -> Resource:
    """Work that a move has made says which, so that it is closed with it."""
    if resource["resourceType"] not in ("Task", "ServiceRequest"):
        return resource
    return {**resource, "identifier": [*(resource.get("identifier") or ()), {"system": TASKS, "value": move}]}


def waiting_with(resources: Iterable[Resource], move: str, waits: bool) -> list[Resource]:
    """A new date that nobody has said yes to: the items wait as drafts, which open nothing, and go on after the answer."""
    was, then = ("requested", "draft") if waits else ("draft", "requested")
    return [
        {**one, "status": then}
        for one in resources
        if one["resourceType"] == "Task" and one.get("status") == was and _made_by(one, move)
    ]


def _made_by(resource: Resource, move: str) -> bool:
    return any(i.get("system") == TASKS and i.get("value") == move for i in resource.get("identifier") or ())


def closed_with(resources: Iterable[Resource], move: str, why: str) -> list[Resource]:
    """Of what the move made, the items nobody has finished: a stay that is over, or a move that came to nothing."""
    found = []
    for one in resources:
        ours = _made_by(one, move)
        if ours and one["resourceType"] == "Task" and one.get("status") in (*TASK_OPEN, "draft"):
            found.append({**one, "status": "cancelled", "statusReason": {"text": why}})
        elif ours and one["resourceType"] == "ServiceRequest" and one.get("status") == "active":
            found.append({**one, "status": "revoked"})
    return found


def relation(arrival: Arrival) -> Resource:
    end = {"end": arrival.ends.isoformat(timespec="seconds")} if arrival.ends else {}
    return {
        "resourceType": "CareTeam",
        "id": team_id(arrival.move),
        "status": "active",
        "name": f"Mottak fra {arrival.source}",
        "subject": {"reference": f"Patient/{arrival.patient}"},
        "period": {"start": arrival.begins.isoformat(timespec="seconds"), **end},
        "participant": [{"member": arrival.unit}],
    }


def _patient(package: Package, arrival: Arrival) -> Resource:
    contacts = [_contact(r) for r in package.part(Part.CONTACTS)]
    return {
        **package.patient,
        "id": arrival.patient,
        "active": True,
        **({"contact": contacts} if contacts else {}),
    }


def _contact(related: Resource) -> Resource:
    names = related.get("name") or [{"text": "Pårørende"}]
    told = {"relationship": related.get("relationship"), "name": names[0], "telecom": related.get("telecom")}
    return {k: v for k, v in told.items() if v}


def _taken(resource: Resource, arrival: Arrival) -> Resource:
    return {
        **_placed(resource, arrival),
        **_AS_PROPOSAL.get(resource["resourceType"], {}),
        "id": id_of(arrival.move, resource["id"]),
        "meta": {"source": f"urn:oid:2.16.578.1.12.4.1.4.101#{arrival.org}"},
    }


def _task(resource: Resource, arrival: Arrival) -> Resource:
    kept = {
        k: v
        for k, v in _placed(resource, arrival).items()
        if k not in ("focus", "requester", "owner", "input")
    }
    return {
        **kept,
        "id": id_of(arrival.move, resource["id"]),
        "status": "requested",
        "owner": arrival.unit,
        "authoredOn": arrival.at.isoformat(timespec="seconds"),
        "note": [{"text": f"Åpen oppgave hos {arrival.source} da pasienten flyttet."}],
    }


def _list(medicines: Iterable[Resource], arrival: Arrival) -> Resource:
    contained, entries = [], []
    for number, one in enumerate(medicines, start=1):
        contained.append({**_placed(one, arrival), "id": f"s{number}"})
        entries.append({"item": {"reference": f"#s{number}"}})
    return {
        "resourceType": "List",
        "id": id_of(arrival.move, "medicines"),
        "extension": [{"url": MEDICATION_SOURCE, "valueCode": "other"}],
        "status": "current",
        "mode": "snapshot",
        "title": f"Liste fra {arrival.source}",
        "code": {"coding": [{"system": LOINC, "code": MEDICATION_LIST}], "text": "Legemiddelliste"},
        "subject": {"reference": f"Patient/{arrival.patient}"},
        "date": arrival.at.isoformat(timespec="seconds"),
        "contained": contained,
        "entry": entries,
    }


def _placed(resource: Resource, arrival: Arrival) -> Resource:
    placed = _pointed(resource, arrival)
    assert isinstance(placed, dict)
    return placed


def _pointed(value: Any, arrival: Arrival) -> Any:
    if isinstance(value, list):
        return [kept for one in value if (kept := _pointed(one, arrival)) is not None] or None
    if not isinstance(value, dict):
        return value
    leads = str(value.get("reference", ""))
    if leads == PERSON:
        return {**value, "reference": f"Patient/{arrival.patient}"}
    if leads.startswith("urn:uuid:"):
        # What it pointed to may stand here as something else: the name is kept, the pointer is not.
        return {"display": value["display"]} if value.get("display") else None
    return {k: kept for k, v in value.items() if (kept := _pointed(v, arrival)) is not None}
