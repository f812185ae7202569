"""«I sykehus og utskrivningsklare», one patient's stay, and the answer to the hospital: looked at, and sent."""

import asyncio
from dataclasses import replace
from datetime import datetime
from urllib.parse import quote

from starlette.responses import RedirectResponse, Response

from akson.care.casework import beds
from akson.care.casework.rows import NORWAY
from akson.care.fhir_json import Resource
from akson.care.pathway import said
from akson.care.pathway.stay import Stay
from akson.fhir.problem import Problem, ProblemKind
from akson.record.session import RecordSession
from akson.web.shell import gate, words
from akson.web.shell.chart import load_chart
from akson.web.shell.hospital import PatientStays, as_known, in_hospital, stays_of_patient
from akson.web.shell.house import Audience, Screen, Visit, Way
from akson.web.shell.letters import Sheet
from akson.web.shell.reading import resource
from akson.web.shell.waiting import waiting
from akson.web.workspace.pathway import account, acting, board, stay_page
from akson.web.workspace.pathway.offers import HELD, HOME, Offers, period_from, place_words, promised, wanted
from akson.web.workspace.pathway.view import AnswerView

BOARD = "/forlop"
PATH = "/pasient/{patient}/forlop"
MENU = "I sykehus"
PROMISES = ("caseworker", "coordinator", "leader")
SAID = {
    "svart": "Svaret er sendt. Det gjelder når sykehuset har bekreftet det.",
    "spurt": "Spørsmålet er sendt til sykehuset.",
    "gjort": "Merket som gjort.",
}
SOMEBODY_FIRST = "Noen andre var først. Se hva som gjelder nå."


async def show_board(visit: Visit) -> Response:
    session, now = visit.open(), visit.house.clock.now()
    asked = visit.request.query_params
    view, number = await asyncio.gather(
        board.load(session, visit.house.letters, now, only=asked.get("vis", ""), whole="alle" in asked),
        waiting(session, visit.actor),
    )
    view = replace(view, said=SAID.get(asked.get("sagt", ""), ""))
    frame = gate.frame_of(visit.request, visit.house, visit, waiting=number)
    return visit.house.pages.page("workspace/pathway/board.html", frame, view)


async def show_account(visit: Visit) -> Response:
    """The same account, with everything that it counts."""
    session, now = visit.open(), visit.house.clock.now()
    found, number = await asyncio.gather(
        in_hospital(session, visit.house.letters, now), waiting(session, visit.actor)
    )
    view = await account.figure(found, visit.house.letters, whole=True)
    frame = gate.frame_of(visit.request, visit.house, visit, waiting=number)
    return visit.house.pages.page("workspace/pathway/account.html", frame, view)


def _patient(visit: Visit) -> str:
    return str(visit.request.path_params["patient"])


async def _found(visit: Visit, session: RecordSession) -> PatientStays:
    """Raises NOT_FOUND when she is hidden: the read of the Patient is what is permitted or refused."""
    patient = resource(await session.read("Patient", _patient(visit)))
    return await stays_of_patient(session, visit.house.letters, patient, visit.house.clock.now())


def _chosen(found: PatientStays, encounter: str) -> Stay | None:
    """The stay that was asked for, else the one under way, else the last."""
    named = [s for s in found.stays if s.events.encounter == f"Encounter/{encounter}"]
    if named:
        return named[0]
    if found.current is not None:
        return found.current[0]
    return found.stays[-1] if found.stays else None


async def show_stay(visit: Visit) -> Response:
    session, now = visit.open(), visit.house.clock.now()
    asked = visit.request.query_params
    chart = await load_chart(session, _patient(visit), MENU, now)
    found = await _found(visit, session)
    known = _instant(asked.get("kjent", ""))
    seen = as_known(found, known) if known else found
    stay = _chosen(seen, asked.get("opphold", ""))
    frame = gate.frame_of(visit.request, visit.house, visit, waiting=await waiting(session, visit.actor))
    if stay is None:
        return visit.house.pages.page("workspace/pathway/none.html", frame, AnswerView(
            chart, "", "", "", "", (), "", "", "", "", ""))  # fmt: skip
    days = next(a for s, a in zip(seen.stays, seen.accounts, strict=True) if s is stay)
    offers = None if known else await _offers(visit, session, found, stay)
    visits = await stay_page.load_visits(session, _patient(visit), now)
    asking = stay_page.Asking(
        asked.get("kjent", "") if known else "",
        SAID.get(asked.get("sagt", ""), ""),
        board.owner_of(visit.actor),
    )
    view = stay_page.stay_view(chart, seen, stay, days, visits, offers, asking, known or now)
    return visit.house.pages.page("workspace/pathway/stay.html", frame, view)


def _instant(text: str) -> datetime | None:
    """Of a field for date and time: on a Norwegian clock."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at.replace(tzinfo=NORWAY) if at.tzinfo is None else at


async def _offers(visit: Visit, session: RecordSession, found: PatientStays, stay: Stay) -> Offers | None:
    """None where nothing can be sent from here."""
    letters = visit.house.letters
    if letters is None:
        return None
    now = visit.house.clock.now()
    return Offers(found, stay, await _free(session, now), now, new_id=letters.new_id)


async def _free(session: RecordSession, now: datetime) -> list[Resource]:
    return beds.free(await board.places(session), *period_from(now))


async def show_answer(visit: Visit) -> Response:
    """The answer as it would be sent, with another bed or day one choice away."""
    session, letters = visit.open(), gate.letters_of(visit)
    found = await _found(visit, session)
    given = acting.read({**visit.request.query_params}, letters.new_id())
    stay = acting.nearest(found.stays, given.message)
    if stay is None:
        raise Problem(ProblemKind.NOT_FOUND, "AKS-PAGE-002", "Meldingen finnes ikke.")
    return await _answer_page(visit, session, found, stay, given)


async def _answer_page(
    visit: Visit,
    session: RecordSession,
    found: PatientStays,
    stay: Stay,
    given: acting.Given,
    *,
    sheet: Sheet | None = None,
    taken: str = "",
    status: int = 200,
) -> Response:
    now = visit.house.clock.now()
    chart = await load_chart(session, found.id, MENU, now)
    free = await _free(session, now)
    usual = wanted(found, free, now)
    hold = promised(found)
    held = [(f"{HELD}{hold['id']}", f"{hold['description']} (holdt for pasienten)")] if hold else []
    choices = (
        *held, *((str(b["id"]), str(b.get("name", ""))) for b in free), (HOME, "Hjem, med tjenestene pasienten har"),
    )  # fmt: skip
    place = given.place if given.place in dict(choices) and not taken else usual.place
    since = given.since or usual.since.astimezone(NORWAY).date()
    until = given.until or (usual.until.astimezone(NORWAY).date() if usual.until else None)
    given = replace(given, place=place, since=since, until=until)
    if sheet is None:
        sheet = await acting.preview(session, gate.letters_of(visit), found.id, given)
    declared = next((s for s in stay.events.said if s.message == f"Communication/{given.message}"), None)
    told = (
        f"{declared.title}, meldt {words.spoken_moment(declared.told, now)} av {stay.events.hospital}"
        if declared
        else ""
    )
    shown = replace(
        usual,
        place=place,
        words=dict(choices).get(place, ""),
        since=acting.noon(since),
        until=acting.noon(until) if until else None,
    )
    view = AnswerView(
        chart=chart,
        ready=told,
        message=given.message,
        msg_id=gate.letters_of(visit).new_id() if taken else given.msg_id,
        answer=given.answer,
        places=choices,
        place=place,
        since=since.isoformat(),
        until=until.isoformat() if until else "",
        held=place_words(shown),
        words=given.words,
        remarks=acting.remarks(sheet),
        asks=sheet.asks if sheet else False,
        taken=taken,
    )
    frame = gate.frame_of(visit.request, visit.house, visit, waiting=await waiting(session, visit.actor))
    return visit.house.pages.page("workspace/pathway/answer.html", frame, view, status=status)


async def answer(visit: Visit) -> Response:
    form = await visit.form()
    session, letters = visit.open(), gate.letters_of(visit)
    found = await _found(visit, session)
    given = acting.read(form, letters.new_id())
    stay = acting.nearest(found.stays, given.message)
    if stay is None:
        raise Problem(ProblemKind.NOT_FOUND, "AKS-PAGE-002", "Meldingen finnes ikke.")
    if _answered_already(stay, given):
        return _back(found, "svart")
    acting.check(given, stay, words.local(visit.house.clock.now()).date())
    if form.get("gjor") != "send":
        return await _answer_page(visit, session, found, stay, given)
    outcome = await acting.answer(session, letters, found, given)
    if outcome.taken:
        return await _taken(visit, session, found, stay, given)
    if not outcome.sent:
        return await _answer_page(visit, session, found, stay, given, sheet=outcome.sheet, status=422)
    answered = _back(found, "svart")
    answered.headers.update(acting.traced("pathway.answer", form, found))
    return answered


def _answered_already(stay: Stay, given: acting.Given) -> bool:
    """The same form sent twice: what stands is hers."""
    return any(s.by == said.US and s.message.endswith(given.msg_id) for s in stay.events.said)


async def _taken(
    visit: Visit, session: RecordSession, found: PatientStays, stay: Stay, given: acting.Given
) -> Response:
    """Somebody else was promised the bed since the page was shown: the next free one is ready in the form."""
    now = visit.house.clock.now()
    every = {str(b["id"]): str(b.get("name", "")) for b in await board.places(session)}
    free = await _free(session, now)
    other = f"Neste ledige er {free[0].get('name', '')}." if free else "Ingen andre plasser er ledige."
    taken = f"{every.get(given.place, 'Plassen')} ble lovet bort til en annen mens du valgte. {other} Ingenting er sendt."
    return await _answer_page(visit, session, found, stay, given, taken=taken, status=409)


async def ask(visit: Visit) -> Response:
    form = await visit.form()
    session = visit.open()
    found = await _found(visit, session)
    stay = acting.nearest(found.stays, form.get("melding", ""))
    if stay is None:
        raise Problem(ProblemKind.NOT_FOUND, "AKS-PAGE-002", "Meldingen finnes ikke.")
    sheet, sent = await acting.ask(session, gate.letters_of(visit), found, stay, form)
    if not sent:
        raise Problem(
            ProblemKind.INVALID,
            "AKS-CASE-023",
            "Spørsmålet kan ikke sendes slik.",
            why=" ".join(remark.what for remark in sheet.remarks),
            now="Ring sykehuset, eller skriv meldingen selv fra pasientens meldinger.",
        )
    answered = _back(found, "spurt")
    answered.headers.update(acting.traced("pathway.ask", form, found))
    return answered


async def done(visit: Visit) -> Response:
    form = await visit.form()
    session = visit.open()
    found = await _found(visit, session)
    await acting.done(session, found, form, visit.house.clock.now())
    answered = _back(found, "gjort")
    answered.headers.update(acting.traced("pathway.done", form, found))
    return answered


def _back(found: PatientStays, what: str) -> RedirectResponse:
    return RedirectResponse(f"/pasient/{quote(found.id, safe='')}/forlop?sagt={what}", 303)


SCREEN = Screen(
    "workspace.pathway",
    Audience.STAFF,
    (
        Way(BOARD, show_board),
        Way(BOARD + "/regnskap", show_account),
        Way(PATH, show_stay),
        Way(PATH + "/svar", show_answer),
        Way(PATH + "/svar", answer, "POST"),
        Way(PATH + "/spor", ask, "POST"),
        Way(PATH + "/gjort", done, "POST"),
    ),
)
