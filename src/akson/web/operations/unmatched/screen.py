"""Uten pasient: whose a received message is. Nobody is proposed on likeness, and nothing is chosen beforehand.

The address names the message alone: who is searched for, chosen and confirmed goes in forms.
"""

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response

from akson.fhir.problem import Problem, ProblemKind
from akson.web.operations.unmatched.view import (
    PATH,
    CandidateRow,
    OneView,
    UnmatchedView,
    candidate_of,
    row_of,
)
from akson.web.shell.house import Audience, Screen, Visit, Way
from akson.web.shell.operations import back, opened, operations, page
from akson.web.shell.who_is_meant import is_national_id, name_and_birth_date, readable

NUMBER_DIGITS_MAX = 15
NAMES_LEAST = 2


async def show(visit: Visit) -> Response:
    desk, session = await opened(visit)
    ops = await operations(visit, desk, session, PATH)
    rows = [row_of(one, ops) for one in await desk.unmatched(session)]
    view = UnmatchedView(
        ops, tuple(r for r in rows if not r.matched), tuple(r for r in reversed(rows) if r.matched)
    )
    return await page(visit, session, "operations/unmatched/template.html", view)


async def _one(visit: Visit) -> OneView:
    desk, session = await opened(visit)
    item = _number(visit.request)
    one = await desk.one_unmatched(session, item)
    ops = await operations(visit, desk, session, PATH)
    proposed = () if one.matched else await desk.proposed(session, item)
    found = tuple(candidate_of(c) for c in proposed)
    return OneView(ops, row_of(one, ops), found, "", (), False, False, None, False)


async def _page(visit: Visit, view: OneView) -> Response:
    _, session = await opened(visit)
    return await page(visit, session, "operations/unmatched/one.html", view)


async def show_one(visit: Visit) -> Response:
    return await _page(visit, await _one(visit))


async def look(visit: Visit) -> Response:
    """By number, or by both names and date of birth: an exact question about one person."""
    given = await visit.form()
    view = await _one(visit)
    text = readable(given.get("q", ""))
    desk, session = await opened(visit)
    name, born = name_and_birth_date(text)
    if is_national_id(text):
        found = await desk.candidates(session, view.row.item, number=text.replace(" ", ""))
    elif born is not None and len(name.split()) >= NAMES_LEAST:
        found = await desk.candidates(session, view.row.item, name=name, born=born)
    else:
        return await _page(visit, replace(view, asked=text, too_little=True))
    rows = tuple(candidate_of(c) for c in found)
    return await _page(visit, replace(view, asked=text, found=rows, none=not rows))


async def choose(visit: Visit) -> Response:
    """Message and record beside each other, before anything is done."""
    given = await visit.form()
    view = await _one(visit)
    return await _page(visit, replace(view, chosen=await _chosen(visit, view, given)))


async def _chosen(visit: Visit, view: OneView, given: dict[str, str]) -> CandidateRow:
    """Found once more by her number, so that what stands beside the message is the record's and not the form's."""
    desk, session = await opened(visit)
    found = await desk.candidates(
        session, view.row.item, number=given.get("nummer", "").replace(" ", "") or "-"
    )
    chosen = next((one for one in found if one.id == given.get("pasient")), None)
    if chosen is None:
        raise Problem(
            ProblemKind.NOT_FOUND,
            "AKS-WEB-068",
            "Vi finner ikke den du valgte.",
            why="Opplysningene kan være endret mens du så på dem.",
            now="Gå tilbake og søk på nytt.",
        )
    return candidate_of(chosen)


async def assign(visit: Visit) -> Response:
    given = await visit.form()
    view = await _one(visit)
    chosen = await _chosen(visit, view, given)
    if given.get("kontrollert") != "ja":
        return await _page(visit, replace(view, chosen=chosen, unconfirmed=True))
    desk, session = await opened(visit)
    await desk.assign(session, view.row.item, chosen.id)
    return back(visit, {}, "knyttet", view.row.path)


async def take_back(visit: Visit) -> Response:
    await visit.form()
    desk, session = await opened(visit)
    item = _number(visit.request)
    await desk.take_back(session, item)
    return back(visit, {}, "angret", f"{PATH}/{item}")


def _number(request: Request) -> int:
    text = request.path_params["item"]
    return int(text) if text.isascii() and text.isdigit() and len(text) <= NUMBER_DIGITS_MAX else 0


SCREEN = Screen(
    "operations.unmatched",
    Audience.STAFF,
    (
        Way(PATH, show),
        Way(PATH + "/{item}", show_one),
        Way(PATH + "/{item}/finn", look, "POST"),
        Way(PATH + "/{item}/velg", choose, "POST"),
        Way(PATH + "/{item}/knytt", assign, "POST"),
        Way(PATH + "/{item}/angre", take_back, "POST"),
    ),
)
