"""Forside: who the patient is, what is new, what is dangerous, what is planned. One page, no tabs."""

from datetime import datetime

from starlette.responses import Response

from akson.fhir.problem import Problem, ProblemKind
from akson.web.shell import gate, words
from akson.web.shell.house import Audience, Screen, Visit, Way
from akson.web.workspace.front_page.loader import load


def _known(visit: Visit, now: datetime) -> datetime | None:
    """The instant asked for with `?kjent=`, on a Norwegian clock unless it says another; None for now. Raises INVALID."""
    text = visit.request.query_params.get("kjent", "")
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    at = at.replace(tzinfo=words.NORWAY) if at is not None and at.tzinfo is None else at
    if at is None or at > now:
        raise Problem(
            ProblemKind.INVALID,
            "AKS-WEB-023",
            "Tidspunktet kan ikke vises.",
            why="Forsiden kan vises slik den var på et tidspunkt som har vært.",
            now="Velg et tidligere tidspunkt.",
        )
    return at


async def show(visit: Visit) -> Response:
    session, now = visit.open(), visit.house.clock.now()
    view, waiting = await load(session, visit.request.path_params["patient"], now, _known(visit, now))
    frame = gate.frame_of(visit.request, visit.house, visit, waiting=waiting)
    return visit.house.pages.page("workspace/front_page/template.html", frame, view)


SCREEN = Screen("workspace.front_page", Audience.STAFF, (Way("/pasient/{patient}", show),))
