"""Flytting: prepared and sent where she leaves, taken in where she comes; what waits for whom, and by when.

    /pasient/{patient}/flytting     begin one, and those there have been
    /flytting                       all that the reader's unit has
    /flytting/{move}                one: what is sent, what has been done, what can be done now

What a step means stands in `akson.sharing.moves`. A service that comes along is a case under
«Sak og vedtak»: a person decides.
"""

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import quote

from starlette.responses import RedirectResponse, Response

from akson.fhir.problem import Problem, ProblemKind
from akson.sharing.moves.keeping import Held
from akson.sharing.moves.package import ALWAYS, Package, Part
from akson.sharing.moves.package import read as read_package
from akson.sharing.moves.steps import ENDED, Form, Kind, Side, Why, may
from akson.web.shell import gate, words
from akson.web.shell.chart import load_chart, person
from akson.web.shell.house import Audience, Screen, Visit, Way
from akson.web.shell.moves import PART_WORDS, move_words, moves_of, name_of, sections
from akson.web.shell.reading import may_see, resource
from akson.web.shell.waiting import waiting
from akson.web.workspace.moves.view import ListView, OneView, Row, StartView

PATH = "/flytting"
PATIENT_PATH = "/pasient/{patient}/flytting"
TITLE = "Flytting"
SAID = {
    "forberedt": "Flyttingen er forberedt. Se over det som blir sendt, og send.",
    "sendt": "Opplysningene er kommet fram.",
    "dato": "Datoen er endret. Den andre kommunen må ta imot på nytt.",
    "avlyst": "Flyttingen er avlyst.",
    "tatt-imot": "Dere har tatt imot. Tjenestene ligger som saker under «Sak og vedtak».",
    "avslag": "Den andre kommunen får vite at dere ikke tok imot.",
}
WHY_MAX = 300
_TOLD = (
    ProblemKind.INVALID,
    ProblemKind.CONFLICT,
    ProblemKind.PRECONDITION,
    ProblemKind.OVERLOADED,
    ProblemKind.TOO_LARGE,
)


async def show_all(visit: Visit) -> Response:
    session, now = visit.open(), visit.house.clock.now()
    held = await moves_of(visit).mine(session) if visit.house.moves else []
    rows = [await _row(visit, one, now) for one in held]
    view = ListView(
        tuple(r for r in rows if r.move.waits), tuple(r for r in rows if not r.move.waits), visit.house.moves is not None
    )  # fmt: skip
    frame = gate.frame_of(visit.request, visit.house, visit, waiting=await waiting(session, visit.actor))
    return visit.house.pages.page("workspace/moves/list.html", frame, view)


async def _row(visit: Visit, held: Held, now: datetime) -> Row:
    name, _, path = await _who(visit, held, now)
    return Row(name, path, move_words(held, now))


async def _who(visit: Visit, held: Held, now: datetime) -> tuple[str, str, str]:
    """(name, facts, path of her record): of the record when she may be seen there, else of the package."""
    day = words.local(now).date()
    if held.patient:
        try:
            who = person(resource(await visit.open().read("Patient", held.patient)), day)
        except Problem as problem:
            if problem.kind is not ProblemKind.NOT_FOUND:
                raise
            return "Pasient dere ikke lenger har", "", ""
        return (
            who.spoken_name,
            _facts(who.born, who.national_id),
            f"/pasient/{quote(held.patient, safe='')}",
        )
    if not held.package:
        return "Pasient som ikke ble tatt imot", "", ""
    package = read_package(held.package.encode())
    birth = words.birth_day(str(package.patient.get("birthDate", "")))
    return name_of(package.patient), _facts(birth, words.national_id(package.person)), ""


def _facts(born: str, number: str) -> str:
    return " · ".join(part for part in (f"f. {born}" if born else "", number) if part)


async def show(visit: Visit) -> Response:
    return await _page(visit)


async def _page(visit: Visit, fault: str = "") -> Response:
    session, now = visit.open(), visit.house.clock.now()
    held = await moves_of(visit).open(session, str(visit.request.path_params["move"]))
    move, out = held.move, held.side is Side.OLD
    name, facts, path = await _who(visit, held, now)
    package, cannot = await _package(visit, held, now)
    view = OneView(
        move=move_words(held, now),
        name=name,
        facts=facts,
        patient_path=path,
        sections=sections(package) if package else (),
        graded=package.graded if package else False,
        may_send=out and package is not None and (may(move, Kind.OFFERED, now) or bool(held.package)),
        may_change=out and may(move, Kind.POSTPONED, now),
        may_answer=not out and may(move, Kind.ACCEPTED, now),
        received=not out and move.accepted,
        stay=move.form is Form.STAY,
        said=SAID.get(visit.request.query_params.get("sagt", ""), ""),
        fault=fault or cannot,
    )
    frame = gate.frame_of(visit.request, visit.house, visit, waiting=await waiting(session, visit.actor))
    return visit.house.pages.page("workspace/moves/one.html", frame, view, status=422 if fault else 200)


async def _package(visit: Visit, held: Held, now: datetime) -> tuple[Package | None, str]:
    """What was sent as long as it lies here; before that what would be; and why there is none."""
    if held.package:
        return read_package(held.package.encode()), ""
    session = visit.open()
    if (
        held.side is Side.NEW
        or not may(held.move, Kind.OFFERED, now)
        or not may_see(session, "MedicationStatement")
    ):
        return None, ""
    try:
        return await moves_of(visit).preview(session, held.patient, map(Part, held.parts)), ""
    except Problem as problem:
        if problem.kind not in _TOLD:
            raise
        return None, problem.sentence()


async def start(visit: Visit) -> Response:
    return await _start_page(visit)


async def _start_page(visit: Visit, fault: str = "") -> Response:
    session, now = visit.open(), visit.house.clock.now()
    patient = str(visit.request.path_params["patient"])
    chart = await load_chart(session, patient, TITLE, now)
    moves = visit.house.moves
    held = await moves.of(session, patient) if moves else []
    going = any(h.move.stage(now) not in ENDED for h in held)
    receivers = sorted(moves.receivers.items(), key=lambda r: r[1]) if moves else []
    view = StartView(
        chart,
        may_see(session, "MedicationStatement"),
        tuple(receivers),
        tuple((p.value, PART_WORDS[p], p in ALWAYS) for p in Part),
        tuple(move_words(h, now) for h in held),
        bool(receivers) and not going,
        fault,
    )
    frame = gate.frame_of(visit.request, visit.house, visit, waiting=await waiting(session, visit.actor))
    return visit.house.pages.page("workspace/moves/start.html", frame, view, status=422 if fault else 200)


async def plan(visit: Visit) -> Response:
    given, session = await visit.form(), visit.open()
    patient = str(visit.request.path_params["patient"])
    form = Form.STAY if given.get("hva") == "opphold" else Form.MOVE
    date, until = _day(given, "dato"), _day(given, "siste", after=True) if form is Form.STAY else None
    if date is None:
        return await _start_page(visit, "Velg datoen.")
    parts = [p for p in Part if given.get(f"del-{p.value}") or p in ALWAYS]
    try:
        held = await moves_of(visit).plan(
            session, patient, given.get("kommune", ""), form, date, until, parts
        )
    except Problem as problem:
        if problem.kind not in _TOLD:
            raise
        return await _start_page(visit, problem.sentence())
    return RedirectResponse(f"{PATH}/{held.id}?sagt=forberedt", 303)


def _day(given: Mapping[str, str], name: str, *, after: bool = False) -> datetime | None:
    """The Norwegian midnight it begins with; `after`: the one it ends with."""
    try:
        day = datetime.fromisoformat(f"{given.get(name, '')}T00:00:00")
    except ValueError:
        return None
    if after:
        day = datetime.fromordinal(day.toordinal() + 1)
    return day.replace(tzinfo=words.NORWAY)


async def change(visit: Visit) -> Response:
    """One step of this side."""
    given, session = await visit.form(), visit.open()
    move, act = str(visit.request.path_params["move"]), str(visit.request.path_params["act"])
    moves = moves_of(visit)
    try:
        if act == "send":
            await moves.send(session, move)
            said = "sendt"
        elif act == "dato":
            date, until = _day(given, "dato"), _day(given, "siste", after=True)
            if date is None:
                return await _page(visit, "Velg datoen.")
            await moves.postpone(session, move, date, until)
            said = "dato"
        elif act == "avlys":
            if given.get("grunn") not in {w.value for w in Why}:
                return await _page(visit, "Velg hvorfor.")
            await moves.withdraw(session, move, Why(given["grunn"]))
            said = "avlyst"
        elif act == "ta-imot":
            await moves.answer(session, move, Kind.ACCEPTED)
            said = "tatt-imot"
        elif act == "avslag":
            why = " ".join(given.get("grunn", "").split())[:WHY_MAX]
            if not why:
                return await _page(visit, "Skriv hvorfor, så den andre kommunen vet hva de kan gjøre.")
            await moves.answer(session, move, Kind.DECLINED, why)
            said = "avslag"
        else:
            raise Problem(ProblemKind.NOT_FOUND, "AKS-PAGE-001", "Siden finnes ikke.")
    except Problem as problem:
        if problem.kind not in _TOLD:
            raise
        return await _page(visit, problem.sentence())
    return RedirectResponse(f"{PATH}/{move}?sagt={said}", 303)


SCREEN = Screen(
    "workspace.moves",
    Audience.STAFF,
    (
        Way(PATH, show_all),
        Way(PATH + "/{move}", show),
        Way(PATIENT_PATH, start),
        Way(PATIENT_PATH, plan, "POST"),
        Way(PATH + "/{move}/{act}", change, "POST"),
    ),
)
