"""Meldinger: the care messages about a patient, readable, each with what has become of it."""

from dataclasses import replace
from datetime import datetime

from starlette.responses import Response

from akson.access.actor import Actor
from akson.care.contacts.messages import FIELDS, CareMessage, care_messages
from akson.care.fhir_json import Resource, instant
from akson.care.worklist.inbox import OPEN, item
from akson.fhir.search.query import Include
from akson.record.session import RecordSession
from akson.record.values import SearchResult
from akson.web.shell import gate, words
from akson.web.shell.chart import load_chart
from akson.web.shell.house import Audience, Screen, Visit, Way
from akson.web.shell.letters import Letters
from akson.web.shell.owners import YOU, owner_words
from akson.web.shell.reading import of_patient, resources, search_all
from akson.web.shell.waiting import waiting
from akson.web.workspace.messages.view import MessageRow, MessagesView


def _state(message: CareMessage, now: datetime) -> str:
    """Words follow what has happened, never what is hoped for."""
    if message.received:
        return f"Mottatt {words.moment(message.received, now)} og lagt i journalen"
    return "Sendt, ikke bekreftet" if message.sent else "Ikke sendt"


def _owners(found: SearchResult, reader: Actor, now: datetime) -> dict[str, str]:
    """`Communication/…` to who has the item it made, and how far it has come."""
    near = {f"{r['resourceType']}/{r['id']}": r for r in resources(found.included)}
    told = {}
    for task in resources(found.matches):
        about = item(task)
        owner = owner_words(about, near, reader)
        changed = instant(task.get("lastModified"))
        if about.status == "completed":
            told[about.focus] = "Ferdig behandlet" + (f" {words.moment(changed, now)}" if changed else "")
        elif about.status in OPEN:
            has = "Du har ansvaret" if owner == YOU else f"{owner} har ansvaret"
            told[about.focus] = has if about.taken else f"Venter hos {owner}"
    return told


def _row(message: CareMessage, owner: str, now: datetime) -> MessageRow:
    return MessageRow(
        id=message.id,
        title=message.title,
        sender=message.sender,
        receiver=message.receiver,
        when=words.moment(message.at, now) if message.at else "",
        sent=words.moment(message.sent, now) if message.sent else "",
        text=message.text,
        fields=message.fields,
        state=_state(message, now),
        owner=owner,
    )


async def _messages(
    session: RecordSession, patient: str, now: datetime, letters: Letters | None
) -> tuple[MessageRow, ...]:
    about = replace(of_patient("Communication", patient), includes=(Include("Communication", "sender"),))
    items = replace(of_patient("Task", patient), includes=(Include("Task", "owner"),))
    found, tasks = await search_all(session, (about, items))
    known = {f"{r['resourceType']}/{r['id']}": r for r in resources(found.included)}
    owners = _owners(tasks, session.actor, now)
    bodies = resources(found.matches)
    states = await letters.states([c for c in bodies if "received" not in c]) if letters else {}
    whole = {str(c["id"]) for c in bodies if _whole(c)} if letters else set()
    shipped = {str(c["id"]) for c in bodies if _has_status(c)}
    rows = (_row(m, owners.get(f"Communication/{m.id}", ""), now) for m in care_messages(bodies, known))
    return tuple(
        replace(
            row,
            state=states.get(row.id, row.state),
            answerable=row.id in whole,
            changeable=row.id in states and row.id in shipped,
        )
        for row in rows
    )


def _whole(communication: Resource) -> bool:
    """Whether the post has kept all of it: then it can be answered."""
    return "received" in communication and any(
        e.get("url") == FIELDS for e in communication.get("extension", ())
    )


def _has_status(communication: Resource) -> bool:
    """Whether its format has a status of the shipment: only such a message is changed or cancelled."""
    content = next((e for e in communication.get("extension", ()) if e.get("url") == FIELDS), {})
    return any(e.get("url") == "InformasjonOmForsendelsen" for e in content.get("extension", ()))


async def show(visit: Visit) -> Response:
    session, now = visit.open(), visit.house.clock.now()
    patient = visit.request.path_params["patient"]
    chart = await load_chart(session, patient, "Meldinger", now)
    view = MessagesView(
        chart, await _messages(session, patient, now, visit.house.letters), visit.house.letters is not None
    )
    frame = gate.frame_of(visit.request, visit.house, visit, waiting=await waiting(session, visit.actor))
    return visit.house.pages.page("workspace/messages/template.html", frame, view)


SCREEN = Screen("workspace.messages", Audience.STAFF, (Way("/pasient/{patient}/meldinger", show),))
