"""Innboks: what waits for me, taking responsibility for it, closing it, and opening it again."""

from dataclasses import dataclass, replace

import msgspec
from starlette.responses import RedirectResponse, Response

from akson.care.fhir_json import Resource
from akson.fhir.problem import Problem, ProblemKind
from akson.fhir.search.query import Query, Term, TokenValue
from akson.record.acts.reviews import OUTCOMES
from akson.record.values import Change
from akson.web.shell import gate
from akson.web.shell.house import Audience, Screen, Visit, Way
from akson.web.shell.reading import resource
from akson.web.workspace.inbox import reviews
from akson.web.workspace.inbox.loader import load

PATH = "/innboks"
SOMEBODY_FIRST = "Noen andre var først. Listen under er ny; se hvem som har den."
REVIEWED = "Vurderingen er lukket. Pasienten kan lese utfallet."
NOT_YOURS = "Du kan ikke endre denne. Den er flyttet, eller den er ikke lenger din eller enhetens."


@dataclass(frozen=True, slots=True)
class Act:
    """A change of one item: the status it gets, whether it becomes mine, and what is said afterwards."""

    status: str
    mine: bool
    said: str


ACTS = {
    "ta-ansvar": Act("accepted", True, "Du har tatt ansvar."),
    "ferdig": Act(
        "completed", False, "Ferdig. Den ligger under «Ferdig siste døgn» om du vil åpne den igjen."
    ),
    "apne-igjen": Act("accepted", True, "Åpnet igjen. Du har ansvaret."),
}


async def _page(visit: Visit, *, said: str = "", refused: bool = False) -> Response:
    """The whole page, or only its list when htmx asks for that."""
    house = visit.house
    session = visit.open()
    view = await load(session, visit.actor, house.clock.now(), said=said, refused=refused)
    controlled = await reviews.review_rows(visit, session)
    view = replace(view, reviews=controlled, outcomes=tuple(OUTCOMES.items()))
    frame = gate.frame_of(visit.request, house, visit, waiting=len(view.rows) + len(controlled))
    fragment = gate.by_htmx(visit.request)
    template = "workspace/inbox/list.html" if fragment else "workspace/inbox/template.html"
    return house.pages.page(template, frame, view, fragment=fragment)


async def show(visit: Visit) -> Response:
    name = visit.request.query_params.get("sagt", "")
    done = ACTS.get(name)
    return await _page(visit, said=done.said if done else REVIEWED if name == "vurdert" else "")


async def _task(visit: Visit, id: str) -> Resource:
    """Found by a search, as in the list: the log then tells a look at a list from an opened record.

    Raises: Problem(NOT_FOUND) when it is missing or hidden.
    """
    found = await visit.open().search(Query("Task", (Term("_id", "id", None, (TokenValue(None, id),)),)))
    if not found.matches:
        raise Problem(ProblemKind.NOT_FOUND, "AKS-PAGE-002", "Oppgaven finnes ikke.")
    return resource(found.matches[0])


async def _carry_out(visit: Visit, id: str, act: Act, version: int) -> None:
    task = await _task(visit, id)
    task["status"] = act.status
    task["lastModified"] = visit.house.clock.now().isoformat(timespec="seconds")
    if act.mine:
        task["owner"] = {"reference": visit.actor.reference, "display": visit.actor.name}
    await visit.open().commit(
        [Change("PUT", "Task", id=id, body=msgspec.json.encode(task), if_match=version)]
    )


async def change(visit: Visit) -> Response:
    """Carry out one act on one item, if it still is as the reader saw it."""
    given = await visit.form()
    name = visit.request.path_params["act"]
    act, version = ACTS.get(name), given.get("versjon", "")
    if act is None or not version.isdigit():
        raise Problem(ProblemKind.MALFORMED, "AKS-WEB-020", "Handlingen er ukjent.", now="Gå til innboksen.")
    try:
        await _carry_out(visit, visit.request.path_params["id"], act, int(version))
    except Problem as problem:
        if problem.kind in (ProblemKind.CONFLICT, ProblemKind.PRECONDITION):
            return await _page(visit, said=SOMEBODY_FIRST, refused=True)
        if problem.kind in (ProblemKind.FORBIDDEN, ProblemKind.NOT_FOUND):
            return await _page(visit, said=NOT_YOURS, refused=True)
        raise
    if gate.by_htmx(visit.request):
        return await _page(visit, said=act.said)
    return RedirectResponse(f"{PATH}?sagt={name}", 303)


SCREEN = Screen(
    "workspace.inbox",
    Audience.STAFF,
    (
        Way(PATH, show),
        Way(PATH + "/{id}/{act}", change, "POST"),
        Way(reviews.PATH, reviews.close, "POST"),
    ),
)
