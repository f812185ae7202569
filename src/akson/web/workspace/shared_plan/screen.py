"""Delt plan: zones, goals, measures and words of several organisations; conflicts first, each line with its author.

The page asks every other second whether the plan has changed (`/nytt`); one who has been taken out is refused there, and the
page with it. What an edit means stands in `akson.sharing.plan`; measures of ours become visits as those of the care plan do.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from starlette.responses import RedirectResponse, Response

from akson.care.plan.measures import clocks
from akson.fhir.problem import Problem, ProblemKind
from akson.sharing.plan import editing
from akson.sharing.plan.joining import joined
from akson.sharing.plan.operation import CENTRAL, COLOURS, CONTENT, FEDERATED, WEEKDAYS, Kind, Operation
from akson.sharing.plan.plans import Opened
from akson.web.shell import gate, typed, words
from akson.web.shell.chart import load_chart
from akson.web.shell.house import Audience, Screen, Visit, Way
from akson.web.shell.plan_changes import load_plan, visit_changes
from akson.web.shell.reading import may_see
from akson.web.shell.shared_plan import DAY_WORDS, KIND_WORDS, by, form_id, is_shared, plans_of, rows, seen
from akson.web.shell.waiting import waiting
from akson.web.workspace.shared_plan.view import SharedPlanView

PATH = "/pasient/{patient}/delt-plan"
MENU = "Delt plan"
SAID = {
    "lagret": "Endringen står i planen.",
    "valgt": "Valget står i planen. Det som ikke ble valgt, er i historikken.",
    "invitert": "Virksomheten er med i planen.",
    "ute": "Virksomheten er ute av planen fra nå.",
    "startet": "Planen er startet.",
    "sted": "Fra nå ligger planen slik du valgte.",
}
TEXT_MAX = 500
DAYS_MAX = 366
_NEW = (
    "zone-green",
    "zone-yellow",
    "zone-red",
    "goal",
    "measure",
    "medicine",
    "comment",
    "invite",
    "start",
    "mode",
)


def _patient(visit: Visit) -> str:
    return str(visit.request.path_params["patient"])


async def _opened(visit: Visit) -> Opened:
    session = visit.open()
    # The read of the Patient is what the record permits or refuses, and what stands in her log.
    await session.read("Patient", _patient(visit))
    return await plans_of(visit).open(session, _patient(visit))


async def _page(visit: Visit, *, fault: str = "", opened: Opened | None = None) -> Response:
    session, now = visit.open(), visit.house.clock.now()
    chart = await load_chart(session, _patient(visit), MENU, now)
    shown = may_see(session, "Basic")
    held = opened or (await plans_of(visit).open(session, _patient(visit)) if shown else None)
    view = _view(visit, chart, held, fault, now)
    frame = gate.frame_of(visit.request, visit.house, visit, waiting=await waiting(session, visit.actor))
    return visit.house.pages.page(
        "workspace/shared_plan/template.html", frame, view, status=422 if fault else 200
    )


def _view(visit: Visit, chart: Any, opened: Opened | None, fault: str, now: datetime) -> SharedPlanView:
    patient = _patient(visit)
    return SharedPlanView(
        chart=chart,
        shown=opened is not None,
        writes=visit.open().may("create", "Basic"),
        plan=rows(visit, patient, opened or Opened(joined([]), ()), now),
        us=plans_of(visit).us.name,
        ids={name: form_id(visit, patient, name) for name in _NEW},
        weekdays=tuple((d, DAY_WORDS[d]) for d in WEEKDAYS),
        kinds=tuple((k.value, KIND_WORDS[k]) for k in Kind if k in CONTENT),
        said=SAID.get(visit.request.query_params.get("sagt", ""), ""),
        fault=fault,
    )


async def show(visit: Visit) -> Response:
    return await _page(visit)


async def news(visit: Visit) -> Response:
    """204 when nothing is new; the plan as it now stands when something is. 404 for one who may no longer see it."""
    session, now = visit.open(), visit.house.clock.now()
    opened = await plans_of(visit).look(session, _patient(visit))
    silent = str(len(opened.silent) + opened.unsent)
    if (
        visit.request.query_params.get("sett") == opened.plan.version
        and visit.request.query_params.get("tause") == silent
    ):
        return Response(status_code=204)
    chart = await load_chart(session, _patient(visit), MENU, now)
    frame = gate.frame_of(visit.request, visit.house, visit)
    view = _view(visit, chart, opened, "", now)
    return visit.house.pages.page("workspace/shared_plan/body.html", frame, view, fragment=True)


def _done(visit: Visit, said: str, given: Mapping[str, str]) -> Response:
    answer = RedirectResponse(f"/pasient/{quote(_patient(visit), safe='')}/delt-plan?sagt={said}", 303)
    answer.headers.update(typed.traced("shared-plan", given, ()))
    return answer


def _text(given: Mapping[str, str], name: str) -> str:
    return " ".join(given.get(name, "").split())[:TEXT_MAX]


def _limits(given: Mapping[str, str]) -> list[dict[str, str]]:
    """`SpO₂` 88 or less: `saturation`, with which way it goes by the form."""
    found = []
    for measure in ("saturation", "weight", "pulse", "temperature"):
        low, high = given.get(f"{measure}-fra", "").strip(), given.get(f"{measure}-til", "").strip()
        if low or high:
            found.append(
                {"measure": measure, **({"low": low} if low else {}), **({"high": high} if high else {})}
            )
    return found


def _content(kind: Kind, given: Mapping[str, str]) -> dict[str, Any]:
    """Raises Problem INVALID for what cannot be read."""
    if kind is Kind.ZONE:
        colour = given.get("farge", "")
        if colour not in COLOURS:
            raise _invalid("Velg en sone.")
        limits = _limits(given)
        return {
            "colour": colour,
            "signs": _text(given, "tegn"),
            "do": _text(given, "handling"),
            **({"limits": limits} if limits else {}),
        }
    if kind is Kind.GOAL:
        return {"text": _text(given, "tekst"), **({"due": given["til"]} if given.get("til") else {})}
    if kind is Kind.MEDICINE:
        return {"text": _text(given, "tekst"), "dose": _text(given, "dose")}
    if kind is Kind.MEASURE:
        return _scheduled(given)
    return {"text": _text(given, "tekst")}


def _scheduled(given: Mapping[str, str]) -> dict[str, Any]:
    times = clocks(given.get("klokka", ""))
    if times is None:
        raise _invalid("Klokkeslettene kunne ikke leses. Skriv for eksempel «08:00 og 20:00».")
    days = [d for d in WEEKDAYS if given.get(f"dag-{d}")]
    minutes = given.get("minutter", "") or "30"
    if not minutes.isdigit() or not 5 <= int(minutes) <= 240:
        raise _invalid("Varigheten må være mellom 5 og 240 minutter.")
    return {
        "text": _text(given, "tekst"),
        "times": [f"{t:%H:%M}" for t in times],
        "days": days,
        "minutes": int(minutes),
    }


def _invalid(what: str) -> Problem:
    return Problem(ProblemKind.INVALID, "AKS-PLAN-001", what)


async def write(visit: Visit) -> Response:
    """One line, new or changed, taken away, or chosen between two."""
    given = await visit.form()
    opened = await _opened(visit)
    try:
        made = _made(visit, opened, given)
    except Problem as problem:
        if problem.kind is not ProblemKind.INVALID:
            raise
        return await _page(visit, fault=problem.what, opened=opened)
    await plans_of(visit).enter(visit.open(), _patient(visit), made)
    if made.kind is Kind.MEASURE:
        await _visits(visit)
    return _done(visit, "valgt" if "valg" in given else "lagret", given)


def _made(visit: Visit, opened: Opened, given: Mapping[str, str]) -> Operation:
    plan, who, line = opened.plan, by(visit, given), given.get("linje", "")
    if "bort" in given:
        return editing.removed(plan, line, who, base=seen(given))
    if "valg" in given:
        number = int(given["valg"]) if given["valg"].isdigit() else -1
        return editing.chosen(plan, line, number, who, base=seen(given))
    kind = Kind(given["slag"]) if given.get("slag") in {k.value for k in CONTENT} else None
    if kind is None:
        raise _invalid("Velg hva som skal skrives.")
    content = _content(kind, given)
    place = line or f"{kind.value}-{who.id}"
    return editing.edited(plan, place, kind, content, who, base=seen(given))


async def _visits(visit: Visit) -> None:
    """What is planned here becomes visits at once; the nightly job does the same for what others changed."""
    session, now = visit.open(), visit.house.clock.now()
    plan = await load_plan(session, _patient(visit), now)
    shared = [m for m in plan.measures if is_shared(m.resource)]
    if changes := visit_changes(plan, shared, now):
        await session.commit(changes)


async def start(visit: Visit) -> Response:
    given = await visit.form()
    opened = await _opened(visit)
    if opened.plan.members:
        return _done(visit, "startet", {})
    mode = given.get("sted", "")
    if mode not in (FEDERATED, CENTRAL):
        return await _page(visit, fault="Velg hvor planen skal ligge.", opened=opened)
    who, unit = by(visit, given), visit.actor.organisations[:1]
    made = editing.founded(who.id, mode, who, (unit[0], visit.actor.unit_name) if unit else ("", ""))
    await plans_of(visit).enter(visit.open(), _patient(visit), made)
    return _done(visit, "startet", given)


async def switch(visit: Visit) -> Response:
    given = await visit.form()
    opened = await _opened(visit)
    mode = given.get("sted", "")
    if mode not in (FEDERATED, CENTRAL):
        return await _page(visit, fault="Velg hvor planen skal ligge.", opened=opened)
    made = editing.switched(opened.plan, mode, by(visit, given))
    await plans_of(visit).enter(visit.open(), _patient(visit), made)
    return _done(visit, "sted", given)


async def invite(visit: Visit) -> Response:
    """A guest needs the patient's consent, and has an end; a partner who gives care has neither."""
    given = await visit.form()
    opened = await _opened(visit)
    number, name = given.get("nummer", "").replace(" ", ""), _text(given, "navn")
    kinds = [k for k in CONTENT if given.get(f"del-{k.value}")]
    fault = ""
    if not (len(number) == 9 and number.isascii() and number.isdigit()):
        fault = "Organisasjonsnummeret har ni siffer."
    elif not name or not kinds:
        fault = "Skriv navnet, og velg minst én del av planen."
    elif not given.get("samtykke"):
        fault = "Pasienten må ha samtykket før noen inviteres."
    until = _until(given)
    if given.get("til") and until is None:
        fault = "Sluttdatoen kunne ikke leses, eller er passert."
    if until and until > visit.house.clock.now() + timedelta(days=DAYS_MAX):
        fault = "En invitasjon varer høyst ett år."
    if fault:
        return await _page(visit, fault=fault, opened=opened)
    who = by(visit, given)
    consent = f"Muntlig samtykke, ført av {visit.actor.name}"
    made = editing.invited(opened.plan, number, name, kinds, until, consent, who)
    await plans_of(visit).enter(visit.open(), _patient(visit), made)
    return _done(visit, "invitert", given)


def _until(given: Mapping[str, str]) -> datetime | None:
    """The end of the day that is named."""
    try:
        day = datetime.fromisoformat(f"{given.get('til', '')}T23:59:00")
    except ValueError:
        return None
    return day.replace(tzinfo=words.NORWAY)


async def take_out(visit: Visit) -> Response:
    given = await visit.form()
    opened = await _opened(visit)
    made = editing.withdrawn(opened.plan, opened.operations, given.get("hvem", ""), by(visit, given))
    await plans_of(visit).enter(visit.open(), _patient(visit), made)
    return _done(visit, "ute", given)


SCREEN = Screen(
    "workspace.shared_plan",
    Audience.STAFF,
    (
        Way(PATH, show),
        Way(PATH + "/nytt", news),
        Way(PATH, write, "POST"),
        Way(PATH + "/start", start, "POST"),
        Way(PATH + "/sted", switch, "POST"),
        Way(PATH + "/inviter", invite, "POST"),
        Way(PATH + "/ut", take_out, "POST"),
    ),
)
