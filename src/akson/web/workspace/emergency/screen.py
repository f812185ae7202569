"""Nødtilgang: who it is, why, and then what is critical. Three interactions; a national id never stands in an address.

What may be opened, for how long and for whom, the record decides; a person who may not be opened and one who does not
exist give the same answer.
"""

from datetime import timedelta

from starlette.responses import RedirectResponse, Response

from akson.access.actor import PurposeOfUse
from akson.access.facts import RelationKind
from akson.fhir.problem import Problem, ProblemKind
from akson.record.acts import opening
from akson.record.acts.grounds import EMERGENCY, LIFTED, Ground
from akson.record.session import RecordSession
from akson.web.shell import gate, words
from akson.web.shell.house import Audience, Screen, Visit, Way
from akson.web.shell.waiting import waiting
from akson.web.shell.who_is_meant import is_national_id, name_and_birth_date, readable
from akson.web.workspace.emergency.loader import load_critical
from akson.web.workspace.emergency.view import EmergencyView, Found

PATH = "/nodtilgang"
OPENED_PATH = PATH + "/{patient}"
NO_GROUND_ID = "AKS-RECORD-050"


def _session(visit: Visit) -> RecordSession:
    return visit.open(PurposeOfUse.EMERGENCY)


async def _page(visit: Visit, template: str, view: object, *, status: int = 200) -> Response:
    frame = gate.frame_of(visit.request, visit.house, visit, waiting=await waiting(visit.open(), visit.actor))
    return visit.house.pages.page(f"workspace/emergency/{template}.html", frame, view, status=status)


def _view(visit: Visit, session: RecordSession, **more: object) -> EmergencyView:
    hours = session.policy.hours[RelationKind.EMERGENCY]
    until = visit.house.clock.now() + timedelta(hours=hours)
    return EmergencyView(
        may=session.may("identify", "Patient"),
        until=words.clock(until),
        hours=hours,
        grounds=tuple(EMERGENCY.items()),
        **more,  # type: ignore[arg-type]
    )


async def show(visit: Visit) -> Response:
    ended = "slutt" in visit.request.query_params
    return await _page(visit, "template", _view(visit, _session(visit), ended=ended))


async def identify(visit: Visit) -> Response:
    """One text: a national id, or a name with a date of birth."""
    text = readable((await visit.form()).get("q", ""))
    session = _session(visit)
    if not session.may("identify", "Patient"):
        return await _page(visit, "template", _view(visit, session), status=403)
    name, born = name_and_birth_date(text)
    try:
        if is_national_id(text):
            found = await session.identify(national_id=text)
        else:
            found = await session.identify(name=name, birth_date=born)
    except Problem as problem:
        if problem.kind is not ProblemKind.INVALID:
            raise
        return await _page(visit, "template", _view(visit, session, asked=text, too_little=True), status=422)
    shown = tuple(
        Found(
            one.id,
            one.name,
            words.birth_day(one.birth_date),
            words.national_id(one.national_id),
            words.GENDER_WORDS.get(one.gender, ""),
        )
        for one in found
    )
    return await _page(visit, "template", _view(visit, session, asked=text, found=shown, none=not shown))


def _unstated() -> Problem:
    return Problem(
        ProblemKind.INVALID,
        "AKS-WEB-040",
        "Grunnen mangler.",
        why="Pasienten skal kunne lese hvorfor journalen ble åpnet.",
        now="Gå tilbake og skriv grunnen med egne ord, eller velg en av de andre.",
    )


async def open_record(visit: Visit) -> Response:
    given = await visit.form()
    patient = visit.request.path_params["patient"]
    try:
        await _session(visit).open_emergency(patient, Ground(given.get("grunn", ""), given.get("tekst", "")))
    except Problem as problem:
        raise (_unstated() if problem.id == NO_GROUND_ID else problem) from None
    return RedirectResponse(OPENED_PATH.format(patient=patient), 303)


async def lift(visit: Visit) -> Response:
    given = await visit.form()
    patient = visit.request.path_params["patient"]
    try:
        await _session(visit).lift_restriction(
            patient, Ground(given.get("grunn", ""), given.get("tekst", ""))
        )
    except Problem as problem:
        raise (_unstated() if problem.id == NO_GROUND_ID else problem) from None
    return RedirectResponse(OPENED_PATH.format(patient=patient), 303)


async def critical(visit: Visit) -> Response:
    """What is critical, as long as it stands open to the reader; else back to where a ground is stated."""
    session, patient = _session(visit), visit.request.path_params["patient"]
    standing = await opening.standing(session, opening.EMERGENCY, patient)
    if standing is None:
        return RedirectResponse(f"{PATH}?slutt", 303)
    lifted = await opening.standing(session, opening.LIFTED, patient)
    view = await load_critical(session, patient, standing.until, visit.house.clock.now())
    view = view.with_lifting(tuple(LIFTED.items()), lifted=lifted is not None)
    return await _page(visit, "critical" if view.chart else "closed", view)


SCREEN = Screen(
    "workspace.emergency",
    Audience.STAFF,
    (
        Way(PATH, show),
        Way(PATH, identify, "POST"),
        Way(OPENED_PATH, critical),
        Way(OPENED_PATH + "/apne", open_record, "POST"),
        Way(OPENED_PATH + "/opphev", lift, "POST"),
    ),
)
