"""«Sak og vedtak»: application → assessment → decision with its letter → change and end. Each act is one commit."""

import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from urllib.parse import quote

from starlette.responses import RedirectResponse, Response

from akson.care.casework import acts, letter
from akson.care.casework.decision import Amount, Decision, period, request, rounds, service_code
from akson.care.casework.rows import SERVICE_TYPES
from akson.care.fhir_json import Resource, concept_text, instant, reference_id
from akson.fhir.problem import Problem, ProblemKind
from akson.fhir.search.query import Query
from akson.record.session import RecordSession
from akson.web.shell import gate, typed, words
from akson.web.shell.chart import Chart, load_chart
from akson.web.shell.house import Audience, Screen, Visit, Way
from akson.web.shell.reading import every_page, resources
from akson.web.shell.waiting import waiting
from akson.web.workspace.casework.loader import (
    ROUND_WORDS,
    ROUNDS,
    SERVICES,
    Cases,
    case_rows,
    changes_of,
    decision_rows,
    grounds_of,
    known,
    load,
)  # fmt: skip
from akson.web.workspace.casework.view import CasesView, DecideView, LetterView

PATH = "/pasient/{patient}/sak"
MENU = "Sak og vedtak"
DECIDES = ("caseworker", "coordinator", "leader")
TEXT_MAX = 5000
YEARS = (1990, 2199)
HOURS_A_WEEK = 168
SAID = {
    "sokt": "Søknaden er registrert, og du har saken.",
    "vurdert": "Vurderingen er lagret.",
    "vedtatt": "Vedtaket er fattet. Brevet er klart til utskrift, og besøkene følger av seg selv.",
    "avsluttet": "Tjenesten er avsluttet. Besøk etter siste dag er avlyst.",
}
_IDS = uuid.uuid5(uuid.NAMESPACE_URL, "https://akson.no/web/casework")


def _patient(visit: Visit) -> str:
    return str(visit.request.path_params["patient"])


async def _opened(visit: Visit) -> tuple[RecordSession, Chart, Cases]:
    session = visit.open()
    chart = await load_chart(session, _patient(visit), MENU, visit.house.clock.now())
    return session, chart, await load(session, _patient(visit))


async def _shown(
    visit: Visit, session: RecordSession, template: str, view: object, status: int = 200
) -> Response:
    frame = gate.frame_of(visit.request, visit.house, visit, waiting=await waiting(session, visit.actor))
    return visit.house.pages.page(f"workspace/casework/{template}", frame, view, status=status)


def _may(visit: Visit) -> None:
    if visit.actor.role not in DECIDES:
        raise Problem(
            ProblemKind.FORBIDDEN,
            "AKS-CASE-024",
            "Du kan ikke behandle saker.",
            why="Søknader og vedtak er saksbehandlerens.",
            now="Gi beskjed til saksbehandleren.",
        )


def _id(given: Mapping[str, str], what: str) -> str:
    """Follows from the form, so that pressing twice is one act."""
    return str(uuid.uuid5(_IDS, f"{given.get('id', '')}|{what}"))


def _form_id(visit: Visit) -> str:
    """Of this page shown now, to her."""
    at = visit.house.clock.now().isoformat()
    return str(uuid.uuid5(_IDS, f"{visit.actor.id}|{_patient(visit)}|{at}"))


async def show(visit: Visit) -> Response:
    session, chart, cases = await _opened(visit)
    now = visit.house.clock.now()
    view = CasesView(
        chart, case_rows(cases, now), decision_rows(cases, now), SERVICES, visit.actor.role in DECIDES,
        SAID.get(visit.request.query_params.get("sagt", ""), ""),
    )  # fmt: skip
    return await _shown(visit, session, "cases.html", replace(view, form_id=_form_id(visit)))


def _text(given: Mapping[str, str], name: str, words: str) -> str:
    """Raises INVALID AKS-CASE-025 without it."""
    text = given.get(name, "").strip()[:TEXT_MAX]
    if not text:
        raise Problem(ProblemKind.INVALID, "AKS-CASE-025", f"{words} mangler.", now="Gå tilbake og fyll ut.")
    return text


def _service(code: str) -> Resource | None:
    named = dict(SERVICES).get(code)
    return {"system": SERVICE_TYPES, "code": code, "display": named} if named else None


def _refer_to(chart: Chart) -> Resource:
    return {"reference": f"Patient/{chart.person.id}", "display": chart.person.spoken_name}


def _me(visit: Visit) -> Resource:
    return {"reference": visit.actor.reference, "display": visit.actor.name}


def _office(visit: Visit) -> Resource:
    return {"reference": visit.actor.organisations[0], "display": visit.actor.unit_name}


async def apply(visit: Visit) -> Response:
    given = await visit.form()
    _may(visit)
    session, chart, cases = await _opened(visit)
    application = acts.Application(
        id=_id(given, "application"),
        task=_id(given, "task"),
        patient=_refer_to(chart),
        received=visit.house.clock.now(),
        asked=_text(given, "asked", "Hva det søkes om"),
        applicant=_refer_to(chart),
        office=_office(visit),
        owner=_me(visit),
        service=_service(given.get("tjeneste", "")),
    )
    await session.commit(changes_of(acts.apply(application)))
    return _back(visit, "sokt", typed.traced("casework.apply", given, known(cases)))


def _case(cases: Cases, given: Mapping[str, str]) -> tuple[Resource, Resource]:
    application = cases.named(given.get("sak", ""))
    task = cases.task_of(application) if application else None
    if application is None or task is None:
        raise Problem(ProblemKind.NOT_FOUND, "AKS-PAGE-002", "Saken finnes ikke.")
    return application, task


async def assess(visit: Visit) -> Response:
    given = await visit.form()
    _may(visit)
    session, _, cases = await _opened(visit)
    application, task = _case(cases, given)
    made = acts.Assessment(
        id=_id(given, "assessment"), text=_text(given, "text", "Vurderingen"), found=(), by=_me(visit),
        at=visit.house.clock.now(),
    )  # fmt: skip
    await session.commit(changes_of(acts.assess(application, task, made)))
    return _back(visit, "vurdert", typed.traced("casework.assess", given, known(cases)))


async def show_decide(visit: Visit) -> Response:
    session, chart, cases = await _opened(visit)
    _may(visit)
    return await _decide_page(visit, session, chart, cases, dict(visit.request.query_params))


async def _units(session: RecordSession) -> tuple[tuple[str, str], ...]:
    """Our own units that can give a service."""
    found = resources((await every_page(session, Query("Organization", (), count=200))).matches)
    giving = [o for o in found if reference_id(o.get("partOf")).endswith("sykepleietjeneste")]
    return tuple((str(o["id"]), str(o["name"])) for o in sorted(giving, key=lambda o: str(o["name"])))


def _suggested(cases: Cases, given: Mapping[str, str], now: datetime) -> dict[str, str]:
    """What the record says already, for fields that the form has not been given."""
    tomorrow = (words.local(now).date() + timedelta(days=1)).isoformat()
    standing = cases.named(given.get("vedtak", ""))
    if standing is not None:
        _, end = period(standing)
        hours = (standing.get("quantityRatio") or {}).get("numerator", {}).get("value")
        number = str(len(rounds(standing))) if str(len(rounds(standing))) in ROUNDS else "0"
        return {
            "tjeneste": service_code(standing), "enhet": reference_id(standing["performer"][0]), "fra": tomorrow,
            "til": end.isoformat() if end else "", "runde": number,
            "timer": "" if rounds(standing) or hours is None else str(hours),
            "grounds": str((standing.get("note") or [{}])[0].get("text", "")),
        }  # fmt: skip
    application = cases.named(given.get("sak", ""))
    codings = ((application or {}).get("code") or {}).get("coding") or [{}]
    return {
        "tjeneste": str(codings[0].get("code", "")), "enhet": "", "fra": tomorrow, "til": "", "runde": "0", "timer": "",
        "grounds": grounds_of(cases, application) if application else "",
    }  # fmt: skip


async def _decide_page(
    visit: Visit, session: RecordSession, chart: Chart, cases: Cases, given: dict[str, str], fault: str = ""
) -> Response:
    now = visit.house.clock.now()
    filled = {**_suggested(cases, given, now), **given}
    units = await _units(session)
    application = cases.named(given.get("sak", ""))
    preview = ""
    if given.get("gjor"):
        try:
            preview = letter.text(request(_decision(visit, chart, filled, units)))
        except Problem as problem:
            fault = f"{problem.what} {problem.now}"
    view = DecideView(
        chart=chart,
        case=given.get("sak", ""),
        standing=given.get("vedtak", ""),
        asked=concept_text((application or {}).get("code")),
        service=filled["tjeneste"],
        services=SERVICES,
        unit=filled["enhet"],
        units=units,
        start=filled["fra"],
        end=filled["til"],
        rounds=filled["runde"],
        round_choices=ROUND_WORDS,
        hours=filled["timer"],
        grounds=filled["grounds"],
        preview=preview,
        fault=fault,
        form_id=given.get("id", "") or _form_id(visit),
    )
    return await _shown(visit, session, "decide.html", view, 422 if fault else 200)


def _is_hours(hours: Decimal | None) -> bool:
    """Of a week, to a hundredth. Neither NaN nor 1E+999999 is."""
    return hours is None or (
        hours.is_finite() and 0 < hours <= HOURS_A_WEEK and int(hours.as_tuple().exponent) >= -2
    )


def _decision(
    visit: Visit, chart: Chart, given: Mapping[str, str], units: tuple[tuple[str, str], ...]
) -> Decision:
    """Raises INVALID AKS-CASE-025 for what is not chosen."""
    service, unit = _service(given.get("tjeneste", "")), dict(units).get(given.get("enhet", ""))
    if service is None or unit is None:
        raise Problem(ProblemKind.INVALID, "AKS-CASE-025", "Tjeneste eller enhet mangler.", now="Velg begge.")
    try:
        start = date.fromisoformat(given.get("fra", ""))
        end = date.fromisoformat(given["til"]) if given.get("til") else None
        hours = Decimal(given["timer"].replace(",", ".")) if given.get("timer") else None
        if not all(YEARS[0] <= day.year <= YEARS[1] for day in (start, end or start)) or not _is_hours(hours):
            raise ValueError
    except (ValueError, InvalidOperation):
        raise Problem(
            ProblemKind.INVALID, "AKS-CASE-025", "En dag eller et timetall er feil.", now="Rett det."
        ) from None
    return Decision(
        id=_id(given, "decision"), episode=_id(given, "episode"), letter=_id(given, "letter"), patient=_refer_to(chart),
        service=service, unit={"reference": f"Organization/{given['enhet']}", "display": unit}, office=_office(visit),
        start=start, at=visit.house.clock.now(), grounds=_text(given, "grounds", "Begrunnelsen"),
        amount=Amount(ROUNDS.get(given.get("runde", "0"), ()), hours), end=end,
    )  # fmt: skip


async def decide(visit: Visit) -> Response:
    given = await visit.form()
    _may(visit)
    session, chart, cases = await _opened(visit)
    if given.get("gjor") != "vedta":
        return await _decide_page(visit, session, chart, cases, given)
    offered = _suggested(cases, given, visit.house.clock.now())
    try:
        made = _made(cases, given, _decision(visit, chart, given, await _units(session)))
        await session.commit(changes_of(made))
    except Problem as problem:
        if problem.kind is not ProblemKind.INVALID or not problem.id.startswith("AKS-CASE"):
            raise
        return await _decide_page(visit, session, chart, cases, given, f"{problem.what} {problem.now}")
    return _back(visit, "vedtatt", typed.traced("casework.decide", given, known(cases), offered))


def _made(cases: Cases, given: Mapping[str, str], decision: Decision) -> list[Resource]:
    standing = cases.named(given.get("vedtak", ""))
    if standing is not None:
        return acts.change(decision, standing, _episode(cases, standing))
    if not given.get("sak"):
        return acts.decide(decision)
    return acts.decide(decision, *_case(cases, given))


def _episode(cases: Cases, standing: Resource) -> Resource:
    episode = cases.episode_of(standing)
    if episode is None:
        raise Problem(
            ProblemKind.INVALID,
            "AKS-CASE-026",
            "Vedtaket har ingen tjeneste som kan endres herfra.",
            why="Tjenesten er ført uten å være knyttet til vedtaket.",
            now="Registrer en ny søknad og fatt et nytt vedtak.",
        )
    return episode


async def end(visit: Visit) -> Response:
    given = await visit.form()
    _may(visit)
    session, _, cases = await _opened(visit)
    standing = cases.named(given.get("vedtak", ""))
    if standing is None:
        raise Problem(ProblemKind.NOT_FOUND, "AKS-PAGE-002", "Vedtaket finnes ikke.")
    try:
        last = date.fromisoformat(given.get("siste", ""))
        if not YEARS[0] <= last.year <= YEARS[1]:
            raise ValueError
    except ValueError:
        raise Problem(ProblemKind.INVALID, "AKS-CASE-025", "Siste dag mangler.", now="Velg en dag.") from None
    await session.commit(changes_of(acts.end(standing, _episode(cases, standing), last, "ended")))
    return _back(visit, "avsluttet", typed.traced("casework.end", given, known(cases)))


async def show_letter(visit: Visit) -> Response:
    session, chart, cases = await _opened(visit)
    sent = next((c for c in cases.letters if c["id"] == visit.request.path_params["id"]), None)
    if sent is None:
        raise Problem(ProblemKind.NOT_FOUND, "AKS-PAGE-002", "Brevet finnes ikke.")
    text = str(sent["payload"][0]["contentString"])
    at, now = instant(sent.get("sent")), visit.house.clock.now()
    view = LetterView(
        chart, text.split("\n", 1)[0], text.partition("\n\n")[2], words.day(at) if at else "",
        f"{words.day(now)} {words.clock(now)}",
    )  # fmt: skip
    return await _shown(visit, session, "letter.html", view)


def _back(visit: Visit, what: str, marks: Mapping[str, str]) -> Response:
    answered = RedirectResponse(f"/pasient/{quote(_patient(visit), safe='')}/sak?sagt={what}", 303)
    answered.headers.update(marks)
    return answered


SCREEN = Screen(
    "workspace.casework",
    Audience.STAFF,
    (
        Way(PATH, show),
        Way(PATH + "/soknad", apply, "POST"),
        Way(PATH + "/vurdering", assess, "POST"),
        Way(PATH + "/vedtak", show_decide),
        Way(PATH + "/vedtak", decide, "POST"),
        Way(PATH + "/slutt", end, "POST"),
        Way(PATH + "/brev/{id}", show_letter),
    ),
)
