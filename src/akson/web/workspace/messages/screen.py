"""Meldinger: the care messages about a patient, readable, each with what has become of it."""

from datetime import datetime

from starlette.responses import Response

from akson.care.contacts.messages import CareMessage, care_messages
from akson.fhir.search.query import Include, Query
from akson.record.session import RecordSession
from akson.web.shell import gate, words
from akson.web.shell.chart import load_chart
from akson.web.shell.house import Audience, Screen, Visit, Way
from akson.web.shell.reading import of_patient, resources
from akson.web.shell.waiting import waiting
from akson.web.workspace.messages.view import MessageRow, MessagesView


def _state(message: CareMessage, now: datetime) -> str:
    """Words follow what has happened, never what is hoped for."""
    if message.received:
        return f"Mottatt {words.moment(message.received, now)} og lagt i journalen"
    return "Sendt, ikke bekreftet" if message.sent else "Ikke sendt"


def _row(message: CareMessage, now: datetime) -> MessageRow:
    return MessageRow(
        id=message.id,
        title=message.title,
        sender=message.sender,
        receiver=message.receiver,
        when=words.moment(message.at, now) if message.at else "",
        sent=words.moment(message.sent, now) if message.sent else "",
        text=message.text,
        state=_state(message, now),
    )


async def _messages(session: RecordSession, patient: str, now: datetime) -> tuple[MessageRow, ...]:
    about = of_patient("Communication", patient)
    senders = Query(
        about.type, about.terms, count=about.count, includes=(Include("Communication", "sender"),)
    )
    found = await session.search(senders)
    known = {f"{r['resourceType']}/{r['id']}": r for r in resources(found.included)}
    return tuple(_row(m, now) for m in care_messages(resources(found.matches), known))


async def show(visit: Visit) -> Response:
    session, now = visit.open(), visit.house.clock.now()
    patient = visit.request.path_params["patient"]
    chart = await load_chart(session, patient, "Meldinger", words.local(now).date())
    view = MessagesView(chart, await _messages(session, patient, now))
    frame = gate.frame_of(visit.request, visit.house, visit, waiting=await waiting(session, visit.actor))
    return visit.house.pages.page("workspace/messages/template.html", frame, view)


SCREEN = Screen("workspace.messages", Audience.STAFF, (Way("/pasient/{patient}/meldinger", show),))
