"""Min side: what the citizen most often asks: who comes today, which services I have, who has looked."""

from datetime import datetime

from starlette.responses import Response

from akson.care.contacts.services import services
from akson.care.contacts.visits import visits
from akson.record.session import RecordSession
from akson.web.citizen.overview.view import Overview, ServiceRow, VisitRow
from akson.web.shell import gate, words
from akson.web.shell.access_lines import entries
from akson.web.shell.chart import admitted_words, person, stays_of
from akson.web.shell.citizens import represented, whose
from akson.web.shell.days import on_day
from akson.web.shell.house import Audience, Screen, Visit, Way
from akson.web.shell.reading import of_patient, resource, resources, search_all, token

PATH = "/min"
LOG_LINES_LOOKED_AT = 200


async def load(session: RecordSession, patient: str, now: datetime, reader: str, log_path: str) -> Overview:
    body = resource(await session.read("Patient", patient))
    who = person(body, words.local(now).date())
    appointments, episodes, stays = await search_all(
        session,
        (
            of_patient("Appointment", patient, on_day("date", now)),
            of_patient("EpisodeOfCare", patient, token("status", "active", "onhold")),
            stays_of(patient),
        ),
    )
    lines = await session.access_log(patient, count=LOG_LINES_LOOKED_AT)
    looks = [e for e in entries(lines) if not (e.personal and e.name == reader)]
    seen = next((entry for entry in looks if entry.permitted), None)
    return Overview(
        person=who,
        proxy=who.spoken_name != reader,
        last_seen=seen,
        last_seen_when=words.spoken_moment(seen.last, now) if seen else "",
        admitted=admitted_words(stays, now),
        refused=sum(not entry.permitted for entry in looks),
        visits=tuple(
            VisitRow(words.clock(v.start), v.what, v.who) for v in visits(resources(appointments.matches))
        ),
        services=tuple(
            ServiceRow(s.name, s.unit, words.day(s.since) if s.since else "")
            for s in services(resources(episodes.matches))
        ),
        log_path=log_path,
    )


async def show(visit: Visit) -> Response:
    patient = whose(visit)
    log_path = "/min/tilgangslogg" + (f"?for={patient}" if represented(visit)[0] != patient else "")
    view = await load(visit.open(), patient, visit.house.clock.now(), visit.actor.name, log_path)
    frame = gate.frame_of(visit.request, visit.house, visit)
    return visit.house.pages.page("citizen/overview/template.html", frame, view)


SCREEN = Screen("citizen.overview", Audience.CITIZEN, (Way(PATH, show),))
