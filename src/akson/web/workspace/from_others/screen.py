"""Fra andre: what other enterprises hold about the patient, asked now. The page waits for nobody longer than the budget.

    /pasient/{patient}/andre        for whoever has a care relation here
    /nodtilgang/{patient}/andre     in emergency access, as long as it stands open

Asking is a look at her record: each source decides for itself, and each asking stands in her log.
"""

from starlette.responses import RedirectResponse, Response

from akson.access.actor import PurposeOfUse
from akson.fhir.problem import Problem, ProblemKind
from akson.record.acts import opening
from akson.record.session import RecordSession
from akson.web.shell import gate, words
from akson.web.shell.chart import Chart, load_chart
from akson.web.shell.house import Audience, Screen, Visit, Way
from akson.web.shell.waiting import waiting
from akson.web.workspace.from_others.loader import questions, view_of
from akson.web.workspace.from_others.view import Bar, FromOthersView

TITLE = "Fra andre"
PATH = "/pasient/{patient}/andre"
EMERGENCY_PATH = "/nodtilgang/{patient}/andre"
EMERGENCY_START = "/nodtilgang?slutt"
NO_NEIGHBOURS = "Kommunen er ikke koblet til sykehus, fastleger eller andre kommuner."
NO_NUMBER = (
    "Pasienten har ikke fødselsnummer eller D-nummer her. Uten det kan andre ikke spørres. Få det ført inn."
)
NOT_REGISTERED = "Fødselsnummeret ditt er ikke registrert her. Andre får vite hvem som spør. Be administrator føre det inn."
NOT_CLINICAL = "Helseopplysninger fra andre vises ikke for rollen din."


async def show(visit: Visit) -> Response:
    return await _page(visit, await _asked(visit, visit.open(), PATH))


async def in_emergency(visit: Visit) -> Response:
    session, patient = visit.open(PurposeOfUse.EMERGENCY), visit.request.path_params["patient"]
    standing = await opening.standing(session, opening.EMERGENCY, patient)
    if standing is None:
        return RedirectResponse(EMERGENCY_START, 303)
    end, now = standing.until, visit.house.clock.now()
    minutes = max(-(-int((end - now).total_seconds()) // 60), 0)
    left = f"{minutes // 60} t {minutes % 60} min" if minutes >= 60 else f"{minutes} min"
    bar = Bar(words.clock(end), end.isoformat(), left)
    return await _page(visit, await _asked(visit, session, EMERGENCY_PATH, bar))


async def _asked(visit: Visit, session: RecordSession, path: str, bar: Bar | None = None) -> FromOthersView:
    patient, now = visit.request.path_params["patient"], visit.house.clock.now()
    chart = await load_chart(session, patient, TITLE, now)
    number = chart.person.national_id.replace(" ", "").replace("\u00a0", "")
    cannot = _cannot(visit, chart, number)
    if cannot or visit.house.neighbours is None:
        return FromOthersView(chart, cannot=cannot, bar=bar)
    purpose = "BTG" if bar else "TREAT"
    try:
        asked = await visit.house.neighbours.ask(session, patient, questions(number, purpose))
    except Problem as problem:
        if problem.kind is not ProblemKind.PRECONDITION:
            raise
        return FromOthersView(chart, cannot=NOT_REGISTERED, bar=bar)
    view = view_of(chart, asked, visit.house.clock.now(), path.format(patient=patient))
    return view.in_emergency(bar) if bar else view


def _cannot(visit: Visit, chart: Chart, number: str) -> str:
    if visit.house.neighbours is None:
        return NO_NEIGHBOURS
    if not chart.clinical:
        return NOT_CLINICAL
    return "" if len(number) == 11 and number.isdecimal() else NO_NUMBER


async def _page(visit: Visit, view: FromOthersView) -> Response:
    frame = gate.frame_of(visit.request, visit.house, visit, waiting=await waiting(visit.open(), visit.actor))
    return visit.house.pages.page("workspace/from_others/template.html", frame, view)


SCREEN = Screen("workspace.from_others", Audience.STAFF, (Way(PATH, show), Way(EMERGENCY_PATH, in_emergency)))
