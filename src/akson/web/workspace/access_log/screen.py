"""Tilgangslogg for staff: their own looks into this patient's record; the privacy officer sees everyone's.

The privacy officer sees the log and nothing of the record, so his page has no patient banner, and he finds it by the
record's id: a search for the patient would show him what he has no duty to see.
"""

from datetime import datetime

from starlette.responses import RedirectResponse, Response

from akson.access.actor import Actor
from akson.fhir.problem import Problem, ProblemKind
from akson.record import log_search
from akson.record.session import RecordSession
from akson.record.values import ID
from akson.web.shell import gate
from akson.web.shell.access_lines import log_page, place_asked
from akson.web.shell.chart import load_chart
from akson.web.shell.house import PRIVACY_OFFICER, Audience, Screen, Visit, Way
from akson.web.shell.waiting import waiting
from akson.web.workspace.access_log import officer_search
from akson.web.workspace.access_log.view import AccessLogView

PATH = "/pasient/{patient}/tilgangslogg"
ENTRY_PATH = "/tilgangslogg"
SEARCH_PATH = "/tilgangslogg/sok"
CASES_PATH = "/tilgangslogg/saker"
CASE_PATH = "/tilgangslogg/sak"
OUTCOME_MAX = 500
CASE_DIGITS_MAX = 18


async def _page(visit: Visit, session: RecordSession, view: AccessLogView) -> Response:
    frame = gate.frame_of(visit.request, visit.house, visit, waiting=await waiting(session, visit.actor))
    template = "template" if view.chart else "officer"
    return visit.house.pages.page(f"workspace/access_log/{template}.html", frame, view)


async def _load(
    session: RecordSession, actor: Actor, patient: str, before: int | None, now: datetime
) -> AccessLogView:
    """The patient is read first by everyone but the officer: one who may not see her learns no more from the log."""
    everyone = actor.role == PRIVACY_OFFICER
    chart = None if everyone else await load_chart(session, patient, "Tilgangslogg", now)
    if chart and not session.may("log", "Patient"):
        return AccessLogView(chart, None, patient, everyone=False)
    return AccessLogView(chart, await log_page(session, patient, before, now), patient, everyone)


async def show(visit: Visit) -> Response:
    session = visit.open()
    view = await _load(
        session,
        visit.actor,
        visit.request.path_params["patient"],
        place_asked(visit.request),
        visit.house.clock.now(),
    )
    return await _page(visit, session, view)


def _officer_only(visit: Visit) -> None:
    if visit.actor.role != PRIVACY_OFFICER:
        raise Problem(
            ProblemKind.FORBIDDEN,
            "AKS-WEB-030",
            "Denne siden er for personvernombudet.",
            why="Andre ser loggen for én pasient om gangen, fra pasientens journal.",
            now="Åpne journalen og velg Tilgangslogg.",
        )


async def enter(visit: Visit) -> Response:
    """The officer's way in."""
    _officer_only(visit)
    return await _page(visit, visit.open(), AccessLogView(None, None, "", everyone=True))


async def _officer_page(visit: Visit, session: RecordSession, template: str, view: object) -> Response:
    frame = gate.frame_of(visit.request, visit.house, visit, waiting=await waiting(session, visit.actor))
    return visit.house.pages.page(f"workspace/access_log/{template}.html", frame, view)


async def search(visit: Visit) -> Response:
    """The whole log, by what the officer asks for; nothing before she asks."""
    _officer_only(visit)
    session, asked = visit.open(), officer_search.typed(visit.request.query_params)
    if not any(asked.values()):
        return await _officer_page(visit, session, "officer_search", officer_search.view_of(asked, None))
    try:
        wanted = officer_search.question(asked, place_asked(visit.request))
    except ValueError:
        view = officer_search.view_of(asked, None, "Datoen finnes ikke. Skriv den som 2026-11-24.")
        return await _officer_page(visit, session, "officer_search", view)
    found = await session.search_log(wanted)
    return await _officer_page(visit, session, "officer_search", officer_search.view_of(asked, found))


async def cases(visit: Visit) -> Response:
    """What patterns have pointed at."""
    _officer_only(visit)
    session = visit.open()
    rows = [officer_search.case_of(row) for row in await log_search.open_cases(session)]
    return await _officer_page(visit, session, "cases", rows)


async def close(visit: Visit) -> Response:
    """One of them is answered; closing what is closed already changes nothing."""
    form = await visit.form()
    _officer_only(visit)
    id, outcome = form.get("sak", ""), form.get("svar", "").strip()[:OUTCOME_MAX]
    if id.isascii() and id.isdigit() and len(id) <= CASE_DIGITS_MAX and outcome:
        await log_search.close_case(visit.open(), int(id), outcome)
    return RedirectResponse(CASES_PATH, 303)


async def find(visit: Visit) -> Response:
    """To the log of the record whose id was typed; what no record can be called is said at once, and kept."""
    asked = (await visit.form()).get("journal", "").strip()
    if ID.fullmatch(asked):
        return RedirectResponse(PATH.format(patient=asked), 303)
    return await _page(visit, visit.open(), AccessLogView(None, None, asked, everyone=True, wrong=True))


SCREEN = Screen(
    "workspace.access_log",
    Audience.STAFF,
    (
        Way(PATH, show),
        Way(ENTRY_PATH, enter),
        Way(ENTRY_PATH, find, "POST"),
        Way(SEARCH_PATH, search),
        Way(CASES_PATH, cases),
        Way(CASE_PATH, close, "POST"),
    ),
)
