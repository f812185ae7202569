"""Min side: what the citizen most often asks: who comes today, which services I have, who has looked."""

from datetime import datetime, timedelta

from starlette.responses import Response

from akson.access.decision import Decision
from akson.care.contacts.services import services
from akson.care.contacts.visits import visits
from akson.care.fhir_json import Resource, any_code, instant
from akson.record.acts.letters import NOTICE
from akson.record.session import RecordSession
from akson.web.citizen.overview.view import NoticeRow, Overview, ServiceRow, VisitRow
from akson.web.shell import gate, words
from akson.web.shell.access_lines import entries
from akson.web.shell.chart import admitted_words, person, stays_of
from akson.web.shell.citizens import represented, whose
from akson.web.shell.days import on_day
from akson.web.shell.house import Audience, Screen, Visit, Way
from akson.web.shell.reading import of_patient, resource, resources, search_all, token

PATH = "/min"
LOG_LINES_LOOKED_AT = 200
CONTROL = ("log", "review")
NOTICES_FOR = timedelta(days=30)


def _notices(messages: list[Resource], now: datetime) -> tuple[NoticeRow, ...]:
    """Of the last month, newest first."""
    told = []
    for message in messages:
        sent = instant(message.get("sent"))
        if sent is None or now - sent > NOTICES_FOR or not any_code(message.get("category") or [], NOTICE):
            continue
        text = next(iter(message.get("payload") or ()), {}).get("contentString", "")
        told.append((sent, NoticeRow(words.sentence(words.spoken_moment(sent, now)), text)))
    return tuple(row for _, row in sorted(told, key=lambda one: one[0], reverse=True))


def _basis(decision: Decision) -> str:
    """The first relation of the decision in words."""
    return next((r.words for r in decision.reasons if r.rule.startswith("AKS-RELATION-")), "")


async def load(session: RecordSession, patient: str, now: datetime, reader: str, log_path: str) -> Overview:
    body = resource(await session.read("Patient", patient))
    who = person(body, words.local(now).date())
    appointments, episodes, stays, messages = await search_all(
        session,
        (
            of_patient("Appointment", patient, on_day("date", now)),
            of_patient("EpisodeOfCare", patient, token("status", "active", "onhold")),
            stays_of(patient),
            of_patient("Communication", patient, token("category", NOTICE)),
        ),
    )
    proxy = who.spoken_name != reader
    basis = _basis(await session.why("Patient", patient)) if proxy else ""
    lines = await session.access_log(patient, count=LOG_LINES_LOOKED_AT)
    # The control of the log is no look at the record; it stands in the whole list.
    opened = [line for line in lines if line.action not in CONTROL]
    looks = [e for e in entries(opened) if not (e.personal and e.name == reader)]
    seen = next((entry for entry in looks if entry.permitted), None)
    return Overview(
        person=who,
        proxy=proxy,
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
        notices=_notices(resources(messages.matches), now),
        basis=basis,
    )


async def show(visit: Visit) -> Response:
    patient = whose(visit)
    log_path = "/min/tilgangslogg" + (f"?for={patient}" if represented(visit)[0] != patient else "")
    view = await load(visit.open(), patient, visit.house.clock.now(), visit.actor.name, log_path)
    frame = gate.frame_of(visit.request, visit.house, visit)
    return visit.house.pages.page("citizen/overview/template.html", frame, view)


SCREEN = Screen("citizen.overview", Audience.CITIZEN, (Way(PATH, show),))
