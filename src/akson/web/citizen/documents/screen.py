"""«Mine dokumenter»: what the municipality has written about her, as she may read it. Others' stand at Helsenorge."""

from dataclasses import dataclass, replace
from datetime import datetime

from starlette.responses import Response

from akson.fhir.problem import Problem, ProblemKind
from akson.sharing.documents.entry import Document
from akson.sharing.documents.foreign.values import key_of
from akson.sharing.documents.shelf import Shelf
from akson.web.shell import gate, words
from akson.web.shell.chart import Person, person
from akson.web.shell.citizens import represented, whose
from akson.web.shell.documents import age, file_of
from akson.web.shell.files import as_utf8, handed_over
from akson.web.shell.house import Audience, Screen, Visit, Way
from akson.web.shell.reading import resource

PATH = "/min/dokumenter"


@dataclass(frozen=True, slots=True)
class MyDocument:
    title: str
    source: str
    author: str
    day: str
    age: str
    path: str


@dataclass(frozen=True, slots=True)
class MyDocuments:
    person: Person
    proxy: bool
    rows: tuple[MyDocument, ...] = ()
    one: MyDocument | None = None
    text: str = ""
    file_path: str = ""
    kind: str = ""
    back: str = PATH


async def show(visit: Visit) -> Response:
    now = visit.house.clock.now()
    rows = tuple(_row(visit, d, now) for d in await _found(visit))
    return await _page(visit, rows=rows)


async def read(visit: Visit) -> Response:
    document, now = await _opened(visit), visit.house.clock.now()
    row, media = _row(visit, document, now), document.entry.media_type
    text = as_utf8(document.content).strip() if media.startswith("text/plain") else ""
    path = row.path.replace("?", "/fil?", 1) if "?" in row.path else f"{row.path}/fil"
    return await _page(
        visit, one=row, text=text, file_path=path, kind=file_of(document.entry, document.content).kind
    )


async def file(visit: Visit) -> Response:
    document = await _opened(visit)
    return handed_over(file_of(document.entry, document.content))


async def _found(visit: Visit) -> tuple[Document, ...]:
    shelf = Shelf(visit.open(), visit.house.community, outward=False)
    found = await shelf.person_with(whose(visit))
    return (await shelf.find(found)).documents if found else ()


async def _opened(visit: Visit) -> Document:
    """Raises NOT_FOUND for what is missing, hidden, or not hers."""
    shelf = Shelf(visit.open(), visit.house.community, outward=False)
    for found in await _found(visit):
        if key_of(found.entry) == visit.request.path_params["key"]:
            return replace(await shelf.get(found.entry.unique_id), entry=found.entry)
    raise Problem(ProblemKind.NOT_FOUND, "AKS-PAGE-005", "Dokumentet finnes ikke.")


def _row(visit: Visit, document: Document, now: datetime) -> MyDocument:
    entry = document.entry
    return MyDocument(
        title=entry.title,
        source=entry.author.organisation,
        author=entry.author.name,
        day=words.day(entry.created),
        age=age(entry.created, now),
        path=f"{PATH}/{key_of(entry)}{_for(visit)}",
    )


def _for(visit: Visit) -> str:
    patient = whose(visit)
    return f"?for={patient}" if represented(visit)[0] != patient else ""


async def _page(visit: Visit, **more: object) -> Response:
    who = person(
        resource(await visit.open().read("Patient", whose(visit))),
        words.local(visit.house.clock.now()).date(),
    )
    view = MyDocuments(who, who.spoken_name != visit.actor.name, back=PATH + _for(visit), **more)  # type: ignore[arg-type]
    frame = gate.frame_of(visit.request, visit.house, visit)
    return visit.house.pages.page("citizen/documents/template.html", frame, view)


SCREEN = Screen(
    "citizen.documents",
    Audience.CITIZEN,
    (Way(PATH, show), Way(PATH + "/{key}", read), Way(PATH + "/{key}/fil", file)),
)
