"""Målinger: a full NEWS2 without a click, limits and scale of the patient, and corrections. Each save is one commit."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from urllib.parse import quote

from starlette.responses import RedirectResponse, Response

from akson.care.fhir_json import Resource
from akson.care.homefollowup import escalation
from akson.care.homefollowup.entry import BY_NAME, OXYGEN, Entry, entered, number
from akson.care.homefollowup.limits import limit_goal, limits, passed
from akson.care.homefollowup.news2 import score
from akson.care.homefollowup.readings import readings
from akson.care.homefollowup.recorded import (
    SET,
    Occasion,
    corrected,
    recorded,
    score_of,
    value_of,
    withdrawn,
)  # fmt: skip
from akson.care.homefollowup.scale import begun, ended, on_scale
from akson.care.worklist.inbox import OPEN, PRIORITY_RANK
from akson.fhir.problem import Problem, ProblemKind
from akson.record.session import RecordSession
from akson.record.values import Change
from akson.web.shell import gate, typed, words
from akson.web.shell.chart import load_chart
from akson.web.shell.house import Audience, Screen, Visit, Way
from akson.web.shell.reading import of_patient, resource, resources, search_all, token
from akson.web.shell.waiting import waiting
from akson.web.workspace.measurements.loader import Form, Measured, correction_of, load, saved_view, view_of

PATH = "/pasient/{patient}/maalinger"
MENU = "Målinger"
TASKS = "https://akson.no/fhir/CodeSystem/task"
TEXT_MAX = 300
BACK_DATED_MAX = timedelta(days=7)
LIMIT_DUE = timedelta(minutes=60)
SAID = {
    "rettet": "Rettet. Det som sto før, står under verdien.",
    "trukket": "Målingen er trukket tilbake og teller ikke lenger. Den står igjen med begrunnelsen.",
    "grense": "Grensen gjelder fra nå.",
    "grense-vekk": "Grensen gjelder ikke lenger.",
    "skala": "Skalaen er endret. Eldre målinger beholder skalaen de ble vurdert med.",
}
_IDS = uuid.uuid5(uuid.NAMESPACE_URL, "https://akson.no/web/measurements")
_NOTHING = Entry({})


def _patient(visit: Visit) -> str:
    return str(visit.request.path_params["patient"])


def _form_id(visit: Visit) -> str:
    return str(uuid.uuid5(_IDS, f"{visit.actor.id}|{_patient(visit)}|{visit.house.clock.now().isoformat()}"))


def _me(visit: Visit) -> Resource:
    return {"reference": visit.actor.reference, "display": visit.actor.name}


def _stamp(at: datetime) -> str:
    return words.local(at).isoformat(timespec="seconds")


async def _page(visit: Visit, form: Form | None = None, status: int = 200) -> Response:
    session, now, asked = visit.open(), visit.house.clock.now(), visit.request.query_params
    patient = _patient(visit)
    chart = await load_chart(session, patient, MENU, now)
    found, shown = await load(session, patient)
    form = form or Form({}, _NOTHING, _form_id(visit), said=SAID.get(asked.get("sagt", ""), ""))
    whole = next((w for w in found.wholes if w["id"] == asked.get("lagret", "")), None)
    saved = saved_view(found, whole, patient, await _items(session, patient, whole)) if whole else None
    correction = correction_of(found, asked.get("rett", ""), asked.get("felt", ""), now)
    view = view_of(chart, found, form, now, shown=shown, saved=saved, correction=correction)
    frame = gate.frame_of(visit.request, visit.house, visit, waiting=await waiting(session, visit.actor))
    return visit.house.pages.page("workspace/measurements/template.html", frame, view, status=status)


async def _tasks(session: RecordSession, patient: str) -> list[Resource]:
    (found,) = await search_all(session, (of_patient("Task", patient, token("status", *OPEN)),))
    return resources(found.matches)


async def _items(session: RecordSession, patient: str, whole: Resource) -> list[str]:
    """Descriptions of the open items that this set made."""
    place = f"Observation/{whole['id']}"
    mine = [t for t in await _tasks(session, patient) if (t.get("focus") or {}).get("reference") == place]
    return [str(t.get("description") or "") for t in mine]


async def show(visit: Visit) -> Response:
    return await _page(visit)


def _when(given: Mapping[str, str], now: datetime) -> tuple[datetime, str]:
    """When it was measured, and a fault."""
    text = given.get("tid", "").strip()
    if not text:
        return now, ""
    try:
        at = datetime.fromisoformat(text).replace(tzinfo=words.NORWAY)
    except ValueError:
        return now, "Tidspunktet kunne ikke leses."
    if not now - BACK_DATED_MAX <= at <= now + timedelta(minutes=1):
        return now, "Tidspunktet må ligge i de siste sju dagene."
    return at, ""


def _confirmation(entry: Entry) -> str:
    """What the rare values are: confirming one set of them confirms no other."""
    return " ".join(f"{name}={entry.values[name]}" for name in sorted(entry.unusual))


async def save(visit: Visit) -> Response:
    given = await visit.form()
    session, now, patient = visit.open(), visit.house.clock.now(), _patient(visit)
    entry = entered(given)
    at, late = _when(given, now)
    if late:
        entry = replace(entry, faults={**entry.faults, "tid": late})
    form = Form(given, entry, given.get("id", "")[:64] or _form_id(visit))
    if entry.faults:
        return await _page(visit, form, 422)
    if entry.empty:
        return await _page(visit, replace(form, side_fault="Skriv minst én måling før du lagrer."), 422)
    asked = _confirmation(entry)
    if asked and given.get("bekreft", "") != asked:
        return await _page(visit, replace(form, confirm=asked), 422)
    # The read is what the record permits or refuses, before anything is written.
    await session.read("Patient", patient)
    found, _ = await load(session, patient)

    def new_id(what: str) -> str:
        return str(uuid.uuid5(_IDS, f"{patient}|{form.id}|{what}"))

    occasion = Occasion({"reference": f"Patient/{patient}"}, _me(visit), _stamp(at), found.on_scale_2(at))
    made = recorded(entry, occasion, new_id)
    items = _new_items(visit, entry, occasion, found, await _tasks(session, patient), made[-1], new_id)
    changes = [
        Change("POST", str(r["resourceType"]), resource=r, given_id=str(r["id"])) for r in (*made, *items)
    ]
    try:
        await session.commit(changes)
    except Problem as problem:
        # Pressed twice: what stands is hers.
        if problem.kind is not ProblemKind.CONFLICT or all(w["id"] != new_id(SET) for w in found.wholes):
            raise
    answer = RedirectResponse(f"/pasient/{quote(patient, safe='')}/maalinger?lagret={new_id(SET)}", 303)
    answer.headers.update(typed.traced("measurements", given, ()))
    return answer


def _new_items(
    visit: Visit, entry: Entry, occasion: Occasion, found: Measured, standing: list[Resource], whole: Resource,
    new_id: Callable[[str], str],
) -> list[Resource]:  # fmt: skip
    """Items with an owner for what the score asks for and for each limit that is passed, unless one stands already."""
    now = visit.house.clock.now()
    made = []
    result = score_of(entry, scale_2=occasion.scale_2)
    step = escalation.step_of(result)
    if step.priority and not _stands(standing, "news2-escalation", step.priority):
        total = result.total if result.complete else f"minst {result.total}"
        made.append(
            _item(visit, whole, "news2-escalation", f"NEWS2 {total}. {step.advice}", step.priority,
                  now + timedelta(minutes=step.due_minutes), new_id("task-news2"))
        )  # fmt: skip
    for one in passed(found.standing, entry.values):
        goal = f"Goal/{one.limit.goal['id']}"
        if not any(goal in {(b.get("reference") or "") for b in t.get("basedOn") or []} for t in standing):
            item = _item(visit, whole, "measurement-limit", one.words + ".", "urgent", now + LIMIT_DUE,
                         new_id(f"task-{one.limit.field.name}"))  # fmt: skip
            made.append({**item, "basedOn": [{"reference": goal}]})
    return made


def _stands(standing: list[Resource], code: str, priority: str) -> bool:
    return any(
        PRIORITY_RANK.get(str(t.get("priority")), 9) <= PRIORITY_RANK[priority]
        for t in standing
        if any(c.get("code") == code for c in (t.get("code") or {}).get("coding") or [])
    )


def _item(
    visit: Visit, whole: Resource, code: str, text: str, priority: str, due: datetime, id: str
) -> Resource:
    title = {"news2-escalation": "NEWS2 krever vurdering", "measurement-limit": "Måling utenfor grense"}[code]
    now = visit.house.clock.now()
    owner = visit.actor.organisations[:1] or (visit.actor.reference,)
    return {
        "resourceType": "Task",
        "id": id,
        "status": "requested",
        "intent": "order",
        "priority": priority,
        "code": {"coding": [{"system": TASKS, "code": code, "display": title}], "text": title},
        "description": text,
        "focus": {"reference": f"Observation/{whole['id']}"},
        "for": whole["subject"],
        "authoredOn": _stamp(now),
        "requester": _me(visit),
        "owner": {"reference": owner[0], "display": visit.actor.unit_name or visit.actor.name},
        "restriction": {"period": {"end": _stamp(due)}},
    }


def _note(visit: Visit, text: str) -> Resource:
    return {"authorString": visit.actor.name, "time": _stamp(visit.house.clock.now()), "text": text}


async def correct(visit: Visit) -> Response:
    """One number is another, or the whole of what was measured is not hers. What stood is kept."""
    given = await visit.form()
    session, patient = visit.open(), _patient(visit)
    await session.read("Patient", patient)
    found, _ = await load(session, patient)
    observation = found.named(given.get("id", ""))
    why, version = given.get("hvorfor", "").strip()[:TEXT_MAX], given.get("versjon", "")
    if observation is None or not version.isdigit():
        raise Problem(ProblemKind.NOT_FOUND, "AKS-PAGE-002", "Målingen finnes ikke.")
    if not why:
        return await _page(
            visit, Form({}, _NOTHING, _form_id(visit), side_fault="Skriv hvorfor det rettes."), 422
        )
    note = _note(visit, f"Begrunnelse: {why}")
    if given.get("gjor") == "trekk":
        mended = withdrawn(observation, {**note, "text": f"Trukket tilbake. {note['text']}"})
    else:
        one = BY_NAME.get(given.get("felt", ""))
        tried = entered({one.name: given.get("verdi", "")}) if one else _NOTHING
        if one is None or one.name not in tried.values or value_of(observation, one) is None:
            fault = tried.faults.get(one.name, "") if one else ""
            return await _page(
                visit,
                Form({}, _NOTHING, _form_id(visit), side_fault=fault or "Skriv den riktige verdien."),
                422,
            )
        mended = corrected(observation, one, tried.values[one.name], note)
    whole = found.whole_of(str(observation["id"]))
    changes = [
        Change("PUT", "Observation", id=str(observation["id"]), resource=mended, if_match=int(version))
    ]
    if whole is not None:
        changes.append(
            Change("PUT", "Observation", id=str(whole["id"]), resource=_summed_again(whole, mended, found, note),
                   if_match=int(whole["meta"]["versionId"]))
        )  # fmt: skip
    await session.commit(changes)
    said = "trukket" if given.get("gjor") == "trekk" else "rettet"
    return RedirectResponse(f"/pasient/{quote(patient, safe='')}/maalinger?sagt={said}#sett", 303)


def _summed_again(whole: Resource, mended: Resource, found: Measured, note: Resource) -> Resource:
    """The Observation that holds the set, with the score that follows from what it holds now."""
    held = {str(m.get("reference")) for m in whole.get("hasMember") or []}
    members = [
        mended if o["id"] == mended["id"] else o
        for o in found.observations
        if f"Observation/{o['id']}" in held
    ]
    counted = on_scale(readings(members), found.times)
    told = {**whole, "status": "corrected", "note": [*(whole.get("note") or []), note]}
    told.pop("valueInteger", None)
    told.pop("interpretation", None)
    told.pop("dataAbsentReason", None)
    result = score(counted[0].measured()) if counted else None
    if result is not None and result.complete:
        return {**told, "valueInteger": result.total}
    return {**told, "dataAbsentReason": {"text": "Ikke alt som NEWS2 spør om, ble målt"}}


async def set_limit(visit: Visit) -> Response:
    given = await visit.form()
    session, patient, now = visit.open(), _patient(visit), visit.house.clock.now()
    await session.read("Patient", patient)
    one = BY_NAME.get(given.get("felt", ""))
    low, high = _bound(given, "lav"), _bound(given, "hoy")
    fault = ""
    if one is None or one.name == OXYGEN:
        fault = "Velg hva grensen gjelder."
    elif low is None and high is None:
        fault = "Skriv en nedre eller en øvre grense."
    elif low is not None and high is not None and low >= high:
        fault = "Den nedre grensen må være lavere enn den øvre."
    elif any(v is not None and not one.possible[0] <= v <= one.possible[1] for v in (low, high)):
        fault = f"Grensen er utenfor det {one.label} kan være. Sjekk verdien."
    decided = given.get("bestemt", "").strip()[:TEXT_MAX]
    if not fault and not decided and visit.actor.role not in ("doctor", "gp"):
        fault = "Skriv hvem som har bestemt grensen."
    if fault or one is None:
        return await _page(visit, Form({}, _NOTHING, _form_id(visit), side_fault=fault), 422)
    (found,) = await search_all(session, (of_patient("Goal", patient),))
    replaced = [m for m in limits(resources(found.matches)) if m.field.name == one.name]
    by = {"display": decided} if decided else _me(visit)
    id = str(uuid.uuid5(_IDS, f"{patient}|{given.get('id', '')}|limit"))
    goal = limit_goal(
        id, {"reference": f"Patient/{patient}"}, one, (low, high), by, f"{words.local(now):%Y-%m-%d}"
    )
    await session.commit(
        [Change("POST", "Goal", resource=goal, given_id=id), *map(_no_longer, (m.goal for m in replaced))]
    )
    return RedirectResponse(f"/pasient/{quote(patient, safe='')}/maalinger?sagt=grense#grenser", 303)


def _bound(given: Mapping[str, str], name: str) -> Decimal | None:
    return number(given[name]) if given.get(name, "").strip() else None


def _no_longer(goal: Resource) -> Change:
    version = int(goal["meta"]["versionId"])
    return Change(
        "PUT", "Goal", id=str(goal["id"]), resource={**goal, "lifecycleStatus": "completed"}, if_match=version
    )


async def end_limit(visit: Visit) -> Response:
    given = await visit.form()
    session, patient = visit.open(), _patient(visit)
    goal = resource(await session.read("Goal", given.get("grense", "")))
    if not limits([goal]) or (goal.get("subject") or {}).get("reference") != f"Patient/{patient}":
        raise Problem(ProblemKind.NOT_FOUND, "AKS-PAGE-002", "Grensen finnes ikke.")
    await session.commit([_no_longer(goal)])
    return RedirectResponse(f"/pasient/{quote(patient, safe='')}/maalinger?sagt=grense-vekk#grenser", 303)


async def set_scale(visit: Visit) -> Response:
    given = await visit.form()
    session, patient, now = visit.open(), _patient(visit), visit.house.clock.now()
    await session.read("Patient", patient)
    found, _ = await load(session, patient)
    here = next((one for one in found.times if one.at(now)), None)
    decided = given.get("bestemt", "").strip()[:TEXT_MAX]
    doctor = visit.actor.role in ("doctor", "gp")
    if not decided and not doctor:
        fault = "Skriv hvilken lege som har bestemt skalaen."
        return await _page(visit, Form({}, _NOTHING, _form_id(visit), side_fault=fault), 422)
    by = {"display": decided} if decided else _me(visit)
    if given.get("skala") == "2" and here is None:
        id = str(uuid.uuid5(_IDS, f"{patient}|{given.get('id', '')}|scale"))
        flag = begun(id, {"reference": f"Patient/{patient}"}, by, _stamp(now))
        await session.commit([Change("POST", "Flag", resource=flag, given_id=id)])
    elif given.get("skala") == "1" and here is not None:
        flag = here.flag
        version = int(flag["meta"]["versionId"])
        # Who ended it stands as author of the version that ends it.
        done = {**ended(flag, _stamp(now)), "author": by}
        await session.commit([Change("PUT", "Flag", id=str(flag["id"]), resource=done, if_match=version)])
    return RedirectResponse(f"/pasient/{quote(patient, safe='')}/maalinger?sagt=skala#skala", 303)


SCREEN = Screen(
    "workspace.measurements",
    Audience.STAFF,
    (
        Way(PATH, show),
        Way(PATH, save, "POST"),
        Way(PATH + "/rett", correct, "POST"),
        Way(PATH + "/grense", set_limit, "POST"),
        Way(PATH + "/grense/fjern", end_limit, "POST"),
        Way(PATH + "/skala", set_scale, "POST"),
    ),
)
