"""Sperringer: what the citizen has closed, to whom, and closing more. The consequence is told before the choice.

Only she herself closes and opens; who represents her reads what stands. What it means, the record decides.
"""

from starlette.responses import RedirectResponse, Response

from akson.access import words as access_words
from akson.fhir.problem import Problem, ProblemKind
from akson.record.acts import closing, storage_choice
from akson.record.acts.closing import Closing
from akson.record.session import RecordSession
from akson.web.citizen.closings.view import ClosingRow, ClosingsView, Group
from akson.web.shell import gate, words
from akson.web.shell.citizens import whose
from akson.web.shell.house import Audience, Screen, Visit, Way
from akson.web.shell.who_is_meant import readable

PATH = "/min/sperringer"
SAID = {
    "ny": "Sperringen gjelder fra nå.",
    "deling": "Valget ditt gjelder fra nå.",
    "slutt": "Sperringen er opphevet. De som har ansvar for deg, ser opplysningene igjen.",
}
SHARING = (
    ("alt", "Del når det trengs", "Andre som gir deg helsehjelp, kan spørre kommunen."),
    ("no-central", "Ingen kopier andre steder", "Andre spør kommunen hver gang."),
    (
        "no-index",
        "Ikke i oversikter",
        "Andre får heller ikke vite at kommunen har noe om deg, uten å spørre kommunen.",
    ),
    (
        "no-sharing",
        "Ikke del utenfor kommunen",
        "Sykehus og andre kommuner ser ingenting, heller ikke når det står om livet ditt. "
        "Meldinger som må sendes når du får hjelp, sendes fortsatt.",
    ),
)
EVERYTHING = "alt"
EVERYONE = "alle"


def _row(standing: closing.Standing) -> ClosingRow:
    of = ", ".join(standing.of) or "hele journalen"
    to = ", ".join(standing.to) or "alt helsepersonell"
    since = words.birth_day(standing.since[:10]) if standing.since else ""
    return ClosingRow(standing.id, closing.KIND_WORDS[standing.kind], to, of, since, standing.readable)


def _whom(found: tuple[tuple[str, str], ...], units: tuple[tuple[str, str], ...]) -> tuple[Group, ...]:
    roles = tuple((f"role:{r}", f"Alle i rollen {access_words.ROLES[r][0]}") for r in closing.ROLES)
    return tuple(
        group
        for group in (
            Group("Personer", found),
            Group("Enheter og virksomheter", units),
            Group("Roller", roles),
            Group("Alle", ((EVERYONE, "Alt helsepersonell"),)),
        )
        if group.options
    )


WHAT = (
    (EVERYTHING, "Hele journalen"),
    *((code, words.sentence(access_words.CLASSES[code][0])) for code in closing.CLASSES),
    *((code, f"Opplysninger merket {text}") for code, text in closing.LABELS.items()),
)


async def _view(visit: Visit, session: RecordSession, *, wrong: bool) -> ClosingsView:
    patient = whose(visit)
    own = visit.actor.reference == f"Patient/{patient}"
    name = readable(visit.request.query_params.get("navn", ""))
    standing = await closing.closings(session, patient)
    found = await closing.staff_named(session, name) if own and name else ()
    units = await closing.units(session) if own else ()
    return ClosingsView(
        own=own,
        rows=tuple(map(_row, standing)),
        name=name,
        found=tuple(name for _, name in found),
        whom=_whom(found, units) if own else (),
        what=WHAT,
        sharing=SHARING,
        shared=await storage_choice.chosen(session, patient) or EVERYTHING,
        said=SAID.get(visit.request.query_params.get("sagt", ""), ""),
        wrong=wrong,
    )


async def _page(visit: Visit, *, wrong: bool = False) -> Response:
    view = await _view(visit, visit.open(), wrong=wrong)
    frame = gate.frame_of(visit.request, visit.house, visit)
    return visit.house.pages.page("citizen/closings/template.html", frame, view, status=422 if wrong else 200)


async def show(visit: Visit) -> Response:
    return await _page(visit)


def _closing(given: dict[str, str]) -> Closing:
    """What the form says; what it leaves out the act refuses."""
    whom, what = given.get("hvem", ""), given.get("hva", "")
    persons = (whom,) if whom.startswith("Practitioner/") else ()
    enterprises = (whom,) if whom.startswith("Organization/") else ()
    roles = (whom.removeprefix("role:"),) if whom.startswith("role:") else ()
    if whom == EVERYONE and what == EVERYTHING:
        # Everything to everyone is all the roles there are, said one by one, so that it can be read again.
        roles = closing.ROLES
    known = bool(persons or enterprises or roles or whom == EVERYONE) and bool(what)
    categories = () if what == EVERYTHING else (what,)
    return Closing(given.get("mate", "") if known else "", persons, roles, enterprises, categories)


async def close(visit: Visit) -> Response:
    given = await visit.form()
    try:
        await closing.close_to(visit.open(), whose(visit), _closing(given))
    except Problem as problem:
        if problem.kind is ProblemKind.INVALID:
            return await _page(visit, wrong=True)
        raise
    return RedirectResponse(f"{PATH}?sagt=ny", 303)


async def share(visit: Visit) -> Response:
    said = (await visit.form()).get("deling", "")
    if said not in {value for value, _, _ in SHARING}:
        return await _page(visit, wrong=True)
    await storage_choice.choose(visit.open(), whose(visit), "" if said == EVERYTHING else said)
    return RedirectResponse(f"{PATH}?sagt=deling", 303)


async def end(visit: Visit) -> Response:
    await visit.form()
    await closing.end_closing(visit.open(), whose(visit), visit.request.path_params["id"])
    return RedirectResponse(f"{PATH}?sagt=slutt", 303)


SCREEN = Screen(
    "citizen.closings",
    Audience.CITIZEN,
    (
        Way(PATH, show),
        Way(PATH, close, "POST"),
        Way(PATH + "/deling", share, "POST"),
        Way(PATH + "/{id}/opphev", end, "POST"),
    ),
)
