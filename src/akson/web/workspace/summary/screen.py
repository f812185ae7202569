"""Sammendrag: what a doctor elsewhere needs to know, on two pages; and what care in other countries has written.

    /pasient/{patient}/sammendrag               ours, and a list of those received; POST takes one in
    /pasient/{patient}/sammendrag/fil           ours as a file (IPS)
    /pasient/{patient}/sammendrag/{id}          one that was received        …/{id}/fil   as it came

A received one is shown beside the record: nothing of it is among our allergies and problems (docs/adr/0249).
"""

from datetime import datetime
from typing import Any
from urllib.parse import quote

from starlette.responses import RedirectResponse, Response

from akson.fhir.codec import json
from akson.fhir.problem import Problem, ProblemKind
from akson.record.session import RecordSession
from akson.sharing.summary.document import Maker
from akson.sharing.summary.keeping import Held, held, take_in
from akson.sharing.summary.making import summary_of
from akson.sharing.summary.received import read as read_summary
from akson.web.shell import gate, words
from akson.web.shell.chart import load_chart
from akson.web.shell.documents import age
from akson.web.shell.house import Audience, Screen, Visit, Way
from akson.web.shell.summaries import download, language, moment, sections
from akson.web.shell.waiting import waiting
from akson.web.workspace.summary.view import ReceivedRow, ReceivedView, SummaryView

PATH = "/pasient/{patient}/sammendrag"
TITLE = "Sammendrag"
FILE = "pasientsammendrag.json"
SAID = {
    "mottatt": "Sammendraget er tatt imot. Legemidlene står som egen kilde i samstemmingen.",
    "fra-for": "Sammendraget var tatt imot fra før. Ingenting er endret.",
}
WRONG = {
    "AKS-SUMMARY-001": ("Filen er for stor.", "Be avsenderen om en mindre fil."),
    "AKS-SUMMARY-002": (
        "Filen er ikke et pasientsammendrag som kan leses her.",
        "Be avsenderen om sammendraget som FHIR-dokument (IPS) i JSON.",
    ),
    "AKS-SUMMARY-003": (
        "Sammendraget gjelder ikke denne pasienten. Ingenting er lagret.",
        "Fødselsnummer, eller navn og fødselsdato, stemmer ikke. Se etter at du er hos rett pasient.",
    ),
    "AKS-SUMMARY-004": (
        "Et annet sammendrag med samme identifikator er tatt imot før. Ingenting er endret.",
        "Be avsenderen om sammendraget på nytt.",
    ),
}
NO_FILE = ("Velg en fil først.", "")
_UNKNOWN = "Ukjent avsender"


def maker(visit: Visit) -> Maker:
    us = visit.house.community
    return Maker(us.name, us.organisation)


def base_of(visit: Visit) -> str:
    return f"/pasient/{quote(_patient(visit), safe='')}/sammendrag"


async def show(visit: Visit) -> Response:
    said = SAID.get(visit.request.query_params.get("sagt", ""), "")
    return await _show(visit, said=said)


async def take(visit: Visit) -> Response:
    _, files = await visit.form_with_files()
    if not files:
        return await _show(visit, wrong=NO_FILE)
    try:
        taken = await take_in(visit.open(), _patient(visit), files[0].data)
    except Problem as problem:
        if problem.id not in WRONG:
            raise
        return await _show(visit, wrong=WRONG[problem.id])
    said = "mottatt" if taken.new else "fra-for"
    return RedirectResponse(f"{base_of(visit)}?sagt={said}", 303)


async def file(visit: Visit) -> Response:
    return download(json.encode(await summary_of(visit.open(), _patient(visit), maker(visit))), FILE)


async def read(visit: Visit) -> Response:
    session, now = visit.open(), visit.house.clock.now()
    chart = await load_chart(session, _patient(visit), TITLE, now)
    one = await _received(visit, session)
    row = _row(visit, one)
    view = ReceivedView(
        chart=chart,
        row=row,
        language=language(one.received.language),
        taken=_day(one.received_at),
        sections=sections(one.received, own=False),
        file_path=f"{row.path}/fil",
        printed=_printed(now),
        back=base_of(visit),
        medicines_path=f"/pasient/{quote(_patient(visit), safe='')}/legemidler/samstemming",
    )
    return await _page(visit, session, "received.html", view)


async def received_file(visit: Visit) -> Response:
    one = await _received(visit, visit.open())
    return download(one.data, f"pasientsammendrag-{one.id}.json")


async def _show(visit: Visit, *, said: str = "", wrong: tuple[str, str] = ("", "")) -> Response:
    session, now = visit.open(), visit.house.clock.now()
    chart = await load_chart(session, _patient(visit), TITLE, now)
    ours = read_summary(json.encode(await summary_of(session, _patient(visit), maker(visit))))
    view = SummaryView(
        chart=chart,
        sections=sections(ours, own=True),
        received=tuple(_row(visit, one) for one in await held(session, _patient(visit))),
        file_path=f"{base_of(visit)}/fil",
        printed=_printed(now),
        may_take=session.may("create", "DocumentReference") and chart.clinical,
        said=said,
        wrong=wrong[0],
        wrong_now=wrong[1],
    )
    return await _page(visit, session, "template.html", view, status=422 if wrong[0] else 200)


async def _received(visit: Visit, session: RecordSession) -> Held:
    """Raises NOT_FOUND AKS-PAGE-006 for what is missing, hidden, or another patient's."""
    id = visit.request.path_params["id"]
    found = next((one for one in await held(session, _patient(visit)) if one.id == id), None)
    if found is None:
        raise Problem(ProblemKind.NOT_FOUND, "AKS-PAGE-006", "Sammendraget finnes ikke.")
    return found


def _row(visit: Visit, one: Held) -> ReceivedRow:
    told = one.received
    return ReceivedRow(
        title=told.title,
        source=told.source or _UNKNOWN,
        country=told.country,
        day=_day(told.made),
        age=_age(told.made, visit.house.clock.now()),
        path=f"{base_of(visit)}/{quote(one.id, safe='')}",
    )


def _day(instant: str) -> str:
    at = moment(instant)
    return words.day(at) if at else instant


def _age(instant: str, now: datetime) -> str:
    at = moment(instant)
    return age(at, now) if at else ""


def _printed(now: datetime) -> str:
    return f"{words.day(now)} kl. {words.clock(now)}"


def _patient(visit: Visit) -> str:
    return str(visit.request.path_params["patient"])


async def _page(
    visit: Visit, session: RecordSession, template: str, view: Any, status: int = 200
) -> Response:
    frame = gate.frame_of(visit.request, visit.house, visit, waiting=await waiting(session, visit.actor))
    return visit.house.pages.page(f"workspace/summary/{template}", frame, view, status=status)


SCREEN = Screen(
    "workspace.summary",
    Audience.STAFF,
    (
        Way(PATH, show),
        Way(PATH, take, "POST"),
        Way(PATH + "/fil", file),
        Way(PATH + "/{id}", read),
        Way(PATH + "/{id}/fil", received_file),
    ),
)
