"""Dokumenter: what we and others hold about a patient as documents, in one list; each opens in the page.

    /pasient/{patient}/dokumenter                   ours at once; others' are asked for when the page has come
    /pasient/{patient}/dokumenter?andre=1           ours and others', waiting for nobody longer than the budget
    /pasient/{patient}/dokumenter/{key}             one of ours        …/{key}/fil   its file
    /pasient/{patient}/dokumenter/{source}/{key}    one of another's   …/fil

Nothing of others is kept: it is fetched anew each time, and each time stands in the patient's log, here and there.
"""

from dataclasses import replace

from starlette.responses import Response

from akson.fhir.problem import Problem, ProblemKind
from akson.record.session import RecordSession
from akson.sharing.documents.entry import Document, Entry, Person
from akson.sharing.documents.foreign.values import ForeignPart, key_of
from akson.sharing.documents.shelf import Shelf
from akson.web.shell import gate
from akson.web.shell.chart import load_chart
from akson.web.shell.documents import file_of
from akson.web.shell.files import handed_over
from akson.web.shell.house import Audience, Screen, Visit, Way
from akson.web.shell.waiting import waiting
from akson.web.workspace.documents.loader import KINDS, Wish, listed, opened, own
from akson.web.workspace.documents.view import DocumentsView, DocumentView

PATH = "/pasient/{patient}/dokumenter"
TITLE = "Dokumenter"
NO_NUMBER = "Pasienten har ikke fødselsnummer eller D-nummer her, og andre kan bare spørres med det."
NOT_REGISTERED = "Fødselsnummeret ditt er ikke registrert her. Andre får vite hvem som spør. Be administrator føre det inn."
NOT_CLINICAL = "Dokumenter fra andre vises ikke for rollen din."


def not_found() -> Problem:
    return Problem(ProblemKind.NOT_FOUND, "AKS-PAGE-005", "Dokumentet finnes ikke.")


async def show(visit: Visit) -> Response:
    session, now = visit.open(), visit.house.clock.now()
    asked = visit.request.query_params
    kind = asked.get("vis", "")
    wish = Wish(
        kind if kind in dict(KINDS) else "", asked.get("alle") == "1", others=asked.get("andre") == "1"
    )
    chart = await load_chart(session, visit.request.path_params["patient"], TITLE, now)
    person = await _person(visit, session)
    documents, whole = await own(session, visit.house.community, person)
    elsewhere, cannot = visit.house.elsewhere, ""
    parts: tuple[ForeignPart, ...] = ()
    names: tuple[str, ...] = ()
    if elsewhere is not None:
        cannot = NOT_CLINICAL if not chart.clinical else "" if person.number else NO_NUMBER
        names = () if cannot or wish.others else elsewhere.names
        if wish.others and not cannot:
            try:
                parts = await elsewhere.find(session, person)
            except Problem as problem:
                if problem.kind is not ProblemKind.PRECONDITION:
                    raise
                cannot = NOT_REGISTERED
    view = listed(
        session,
        chart,
        documents,
        parts,
        wish,
        visit.house.clock.now(),
        whole=whole,
        waiting=names,
        cannot=cannot,
    )
    return await _page(visit, session, "template.html", view)


async def read(visit: Visit) -> Response:
    session = visit.open()
    chart = await load_chart(session, visit.request.path_params["patient"], TITLE, visit.house.clock.now())
    document = await _own(visit, session)
    view = opened(chart, document.entry, document.content, visit.house.clock.now())
    return await _page(visit, session, "one.html", view)


async def read_elsewhere(visit: Visit) -> Response:
    session = visit.open()
    chart = await load_chart(session, visit.request.path_params["patient"], TITLE, visit.house.clock.now())
    part, entry, content = await _elsewhere(visit, session)
    view = opened(
        chart, entry, content, visit.house.clock.now(), source=part.foreign.id, name=part.foreign.name
    )
    return await _page(visit, session, "one.html", view)


async def file(visit: Visit) -> Response:
    document = await _own(visit, visit.open())
    return handed_over(file_of(document.entry, document.content))


async def file_elsewhere(visit: Visit) -> Response:
    _, entry, content = await _elsewhere(visit, visit.open())
    return handed_over(file_of(entry, content))


async def _person(visit: Visit, session: RecordSession) -> Person:
    shelf = Shelf(session, visit.house.community, outward=False)
    person = await shelf.person_with(visit.request.path_params["patient"])
    if person is None:
        raise not_found()
    return person


async def _own(visit: Visit, session: RecordSession) -> Document:
    """Raises NOT_FOUND for what is missing, hidden, or another patient's."""
    shelf = Shelf(session, visit.house.community, outward=False)
    person = await _person(visit, session)
    key = visit.request.path_params["key"]
    for found in (await shelf.find(person)).documents:
        if key_of(found.entry) == key:
            # Opening is a look of its own; what it says of itself was found with the list.
            document = await shelf.get(found.entry.unique_id)
            return replace(document, entry=found.entry)
    raise not_found()


async def _elsewhere(visit: Visit, session: RecordSession) -> tuple[ForeignPart, Entry, bytes]:
    if visit.house.elsewhere is None:
        raise not_found()
    given = visit.request.path_params
    person = await _person(visit, session)
    return await visit.house.elsewhere.get(session, person, given["source"], given["key"])


async def _page(
    visit: Visit, session: RecordSession, template: str, view: DocumentsView | DocumentView
) -> Response:
    frame = gate.frame_of(visit.request, visit.house, visit, waiting=await waiting(session, visit.actor))
    return visit.house.pages.page(f"workspace/documents/{template}", frame, view)


SCREEN = Screen(
    "workspace.documents",
    Audience.STAFF,
    (
        Way(PATH, show),
        Way(PATH + "/{key}", read),
        Way(PATH + "/{key}/fil", file),
        Way(PATH + "/{source}/{key}", read_elsewhere),
        Way(PATH + "/{source}/{key}/fil", file_elsewhere),
    ),
)
