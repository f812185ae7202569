"""Hvem har sett: the citizen's own view of who opened her record, why, and who was turned away."""

from starlette.responses import Response

from akson.web.citizen.access_log.view import WhoHasSeenView
from akson.web.shell import gate, words
from akson.web.shell.access_lines import log_page, place_asked
from akson.web.shell.chart import person
from akson.web.shell.citizens import whose
from akson.web.shell.house import Audience, Screen, Visit, Way
from akson.web.shell.reading import resource

PATH = "/min/tilgangslogg"
PROOF_PATH = "/min/tilgangslogg/bevis"


async def show(visit: Visit) -> Response:
    session, now = visit.open(), visit.house.clock.now()
    patient = whose(visit)
    own = visit.actor.reference == f"Patient/{patient}"
    name = ""
    if not own:
        body = resource(await session.read("Patient", patient))
        name = person(body, words.local(now).date()).spoken_name
    page = await log_page(session, patient, place_asked(visit.request), now)
    older = page.older + ("" if own or not page.older else f"&for={patient}")
    frame = gate.frame_of(visit.request, visit.house, visit)
    view = WhoHasSeenView(whose=name, page=page, older=older, proof=_to_proof(patient, own))
    return visit.house.pages.page("citizen/access_log/template.html", frame, view)


async def proof(visit: Visit) -> Response:
    """The file that `akson-verify` and /verifiser check."""
    patient = whose(visit)
    data = await visit.open().log_proof(patient)
    day = words.local(visit.house.clock.now()).date()
    headers = {"content-disposition": f'attachment; filename="bevis-{day}.json"'}
    return Response(data, media_type="application/json", headers=headers)


def _to_proof(patient: str, own: bool) -> str:
    return PROOF_PATH if own else f"{PROOF_PATH}?for={patient}"


SCREEN = Screen("citizen.access_log", Audience.CITIZEN, (Way(PATH, show), Way(PROOF_PATH, proof)))
