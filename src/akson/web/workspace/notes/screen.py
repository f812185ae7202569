"""Notater: written once, it fills the journal, the plan and what the next message tells. Each save is one commit.

A signed note is changed by whoever wrote it, with a reason, as a new version; both trails stay. ADR 0202.
"""

import uuid
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import quote

from starlette.responses import RedirectResponse, Response

from akson.care.fhir_json import Resource, concept_text
from akson.care.notes import structured
from akson.care.notes.structured import DRAFT, PARTS, SIGNED, Note, Writing, cleaned, written
from akson.care.plan import care_plan
from akson.care.plan.measures import Schedule, clocks, measures, request
from akson.care.plan.problems import CLOSED_GOALS, problems
from akson.fhir.problem import Problem, ProblemKind
from akson.fhir.search.query import Query, StringValue, Term
from akson.record.session import RecordSession
from akson.record.values import Change
from akson.web.shell import gate, typed, words
from akson.web.shell.chart import Chart, load_chart, person
from akson.web.shell.house import Audience, Screen, Visit, Way
from akson.web.shell.pages import Frame
from akson.web.shell.plan_changes import Plan, again, commit_once, held, load_plan, new, visit_changes
from akson.web.shell.reading import may_see, resources
from akson.web.shell.waiting import waiting
from akson.web.workspace.notes.loader import load, note_row, one, versions
from akson.web.workspace.notes.view import NotesView, OneNoteView, PartBox, WriteNoteView

PATH = "/pasient/{patient}/notater"
MENU = "Notater"
WHY_MAX = 300
PEOPLE_MAX = 10
HINTS = {
    "observation": "Det du ser, måler og hører.",
    "assessment": "Hva det betyr.",
    "measure": "Det du har gjort, og det som skal gjøres.",
    "evaluation": "Hvordan det gikk med målet.",
}
SAID = {
    "signert": "Notatet er signert.",
    "signert-plan": "Notatet er signert, og planen er oppdatert.",
    "kladd": "Kladden er lagret. Bare du ser den.",
    "rettet": "Notatet er rettet. Det som sto før, er tatt vare på.",
    "last": "Notatet er låst.",
    "fjernet": "Notatet er fjernet fra journalen. Begrunnelsen står igjen.",
    "flyttet": "Notatet er flyttet til riktig journal. Begrunnelsen står igjen her.",
    "kastet": "Kladden er kastet.",
}
_IDS = uuid.uuid5(uuid.NAMESPACE_URL, "https://akson.no/web/notes")


def _patient(visit: Visit) -> str:
    return str(visit.request.path_params["patient"])


def _me(visit: Visit) -> Resource:
    return {"reference": visit.actor.reference, "display": visit.actor.name}


def _her(visit: Visit) -> Resource:
    return {"reference": f"Patient/{_patient(visit)}"}


def _now(visit: Visit) -> str:
    return words.local(visit.house.clock.now()).isoformat(timespec="seconds")


def _trail(visit: Visit, text: str) -> Resource:
    return {"authorString": visit.actor.name, "time": _now(visit), "text": text}


def _new_id(visit: Visit) -> str:
    return str(uuid.uuid5(_IDS, f"{visit.actor.id}|{_patient(visit)}|{visit.house.clock.now().isoformat()}"))


def _own_id(visit: Visit, form: str) -> str:
    """Of the note that the form writes: nobody else's form, and no other patient's, gives the same."""
    return str(uuid.uuid5(_IDS, f"{visit.actor.id}|{_patient(visit)}|{form}"))


def _back(visit: Visit, said: str = "", id: str = "") -> RedirectResponse:
    path = f"/pasient/{quote(_patient(visit), safe='')}/notater{'/' + id if id else ''}"
    return RedirectResponse(f"{path}?sagt={said}" if said else path, 303)


async def _frame(visit: Visit, session: RecordSession) -> Frame:
    return gate.frame_of(visit.request, visit.house, visit, waiting=await waiting(session, visit.actor))


async def show(visit: Visit) -> Response:
    session, now = visit.open(), visit.house.clock.now()
    chart = await load_chart(session, _patient(visit), MENU, now)
    shown = may_see(session, "ClinicalImpression")
    rows, drafts, older = ((), (), "")
    if shown:
        rows, drafts, older = await load(session, _patient(visit), _until(visit), now)
    said = SAID.get(visit.request.query_params.get("sagt", ""), "")
    view = NotesView(
        chart, shown, rows, drafts, f"?eldre={quote(older)}" if older else "", said
    )  # fmt: skip
    return visit.house.pages.page("workspace/notes/template.html", await _frame(visit, session), view)


def _until(visit: Visit) -> datetime | None:
    try:
        at = datetime.fromisoformat(visit.request.query_params.get("eldre", ""))
    except ValueError:
        return None
    return at if at.tzinfo else None


async def _write_page(
    visit: Visit, session: RecordSession, chart: Chart, plan: Plan, *, form: str, given: Mapping[str, str],
    note: Note | None = None, correcting: bool = False, fault: str = "",
) -> Response:  # fmt: skip
    parts = note.parts if note else {}
    open_goals = [g for g in plan.goals if g.get("lifecycleStatus") not in CLOSED_GOALS]
    base = f"/pasient/{chart.person.id}/notater"
    view = WriteNoteView(
        chart=chart,
        title="Rett notat" if correcting else "Nytt notat",
        action=f"{base}/{note.id}/rett" if correcting and note else f"{base}/nytt",
        note=form,
        version=note.version if note else 0,
        boxes=tuple(PartBox(c, PARTS[c], HINTS[c], given.get(c, parts.get(c, ""))) for c in PARTS),
        problems=tuple((f"Condition/{p.id}", p.name) for p in problems(plan.conditions, plan.goals)),
        chosen_problem=given.get("problem", (note.problems[:1] or ("",))[0] if note else ""),
        goals=tuple((str(g["id"]), concept_text(g.get("description"))) for g in open_goals),
        outcomes=tuple(care_plan.OUTCOMES.items()),
        given=dict(given),
        in_next_message=bool(given.get("melding")) if given else bool(note and note.in_next_message),
        correcting=correcting,
        fault=fault,
    )
    status = 422 if fault else 200
    return visit.house.pages.page(
        "workspace/notes/write.html", await _frame(visit, session), view, status=status
    )


async def write(visit: Visit) -> Response:
    """A new note, or a draft of hers taken up again (`?kladd=`)."""
    session, now = visit.open(), visit.house.clock.now()
    chart = await load_chart(session, _patient(visit), MENU, now)
    plan = await load_plan(session, _patient(visit), now)
    form = visit.request.query_params.get("kladd", "")[:64]
    note = await _draft(visit, session, form) if form else None
    return await _write_page(
        visit, session, chart, plan, form=form if note else _new_id(visit), given={}, note=note
    )


async def _draft(visit: Visit, session: RecordSession, form: str) -> Note | None:
    """Her own draft of that form. `?kladd=` may name the note itself, as the list does."""
    for id in (_own_id(visit, form), form):
        try:
            note = await one(session, _patient(visit), id)
        except Problem as problem:
            if problem.kind not in (ProblemKind.NOT_FOUND, ProblemKind.GONE):
                raise
            continue
        if note is not None and note.status == DRAFT:
            return note
    return None


def _writing(given: Mapping[str, str], plan: Plan, *linked: str) -> Writing:
    problem = given.get("problem", "")
    chosen = (problem,) if plan.condition(problem) else ()
    return Writing(cleaned(given), chosen, linked, bool(given.get("melding")))


async def _standing(visit: Visit, session: RecordSession, form: str) -> tuple[str, Note | None]:
    """Id of the note that the form writes, and the draft it replaces."""
    draft = await _draft(visit, session, form)
    return (draft.id if draft else _own_id(visit, form)), draft


def _save(id: str, draft: Note | None, made: Resource) -> Change:
    return again(made, draft.version) if draft else new(made)


async def keep(visit: Visit) -> Response:
    """What is written so far, sent by the page itself: never an answer that would take the words away."""
    given = await visit.form()
    try:
        session = visit.open()
        await session.read("Patient", _patient(visit))
        form = given.get("notat", "")[:64]
        if form and cleaned(given):
            id, draft = await _standing(visit, session, form)
            plan = await load_plan(session, _patient(visit), visit.house.clock.now())
            made = written(
                id, _her(visit), _writing(given, plan), _me(visit), _now(visit), sign=False,
                standing=draft.resource if draft else None,
            )  # fmt: skip
            await session.commit([_save(id, draft, made)])
    except Problem:
        return Response(status_code=204, headers={"hx-reswap": "none", "akson-draft": "no"})
    return Response(status_code=204, headers={"hx-reswap": "none", "akson-draft": "kept"})


async def save(visit: Visit) -> Response:
    given = await visit.form()
    session, now = visit.open(), visit.house.clock.now()
    form = given.get("notat", "")[:64] or _new_id(visit)
    chart = await load_chart(session, _patient(visit), MENU, now)
    plan = await load_plan(session, _patient(visit), now)
    parts, fault = cleaned(given), ""
    schedule, bad = _schedule(given, parts)
    if not parts:
        fault = "Skriv noe før du lagrer."
    elif given.get("gjor") == "signer":
        fault = bad or _unevaluated(given, parts)
    if fault:
        return await _write_page(visit, session, chart, plan, form=form, given=given, fault=fault)
    id, draft = await _standing(visit, session, form)
    if given.get("gjor") != "signer":
        made = written(
            id, _her(visit), _writing(given, plan), _me(visit), _now(visit), sign=False,
            standing=draft.resource if draft else None,
        )  # fmt: skip
        await commit_once(session, [_save(id, draft, made)])
        return _back(visit, "kladd")
    linked, follows = _into_plan(visit, given, plan, parts, schedule, id)
    made = written(
        id, _her(visit), _writing(given, plan, *linked), _me(visit), _now(visit), sign=True,
        standing=draft.resource if draft else None,
    )  # fmt: skip
    await commit_once(session, [_save(id, draft, made), *follows])
    answer = _back(visit, "signert-plan" if follows else "signert")
    answer.headers.update(typed.traced("notes", given, ()))
    return answer


def _schedule(given: Mapping[str, str], parts: Mapping[str, str]) -> tuple[Schedule | None, str]:
    """When the measure is to be carried out, for one that is to stand in the plan; and a fault."""
    if not given.get("iplan"):
        return None, ""
    if not given.get("tiltaksnavn", "").strip():
        return None, "Skriv hva tiltaket i planen skal hete."
    times = clocks(given.get("klokka", ""))
    if times is None:
        return None, "Klokkeslettene kunne ikke leses. Skriv for eksempel «08:00 og 20:00»."
    return Schedule(times), ""


def _unevaluated(given: Mapping[str, str], parts: Mapping[str, str]) -> str:
    if given.get("mal") and given.get("utfall") not in care_plan.OUTCOMES:
        return "Velg hvordan det går med målet, eller la målet være."
    if given.get("utfall") and not given.get("mal"):
        return "Velg hvilket mål evalueringen gjelder."
    return ""


def _into_plan(
    visit: Visit,
    given: Mapping[str, str],
    plan: Plan,
    parts: Mapping[str, str],
    schedule: Schedule | None,
    id: str,
) -> tuple[list[str], list[Change]]:
    """What the note is linked to, and what it does to the plan: in the same commit."""
    now, linked = visit.house.clock.now(), []
    changes: list[Change] = []
    if schedule is not None:
        problem = given.get("problem", "")
        unit = visit.actor.organisations[:1]
        made = request(
            str(uuid.uuid5(_IDS, f"{id}|measure")), _her(visit), " ".join(given["tiltaksnavn"].split())[:WHY_MAX], schedule,
            _me(visit), {"reference": unit[0], "display": visit.actor.unit_name} if unit else None,
            [problem] if plan.condition(problem) else [], _now(visit),
        )  # fmt: skip
        linked.append(f"ServiceRequest/{made['id']}")
        changes += [
            new(made),
            *held(plan, _her(visit), [made], _now(visit)),
            *visit_changes(plan, measures([made]), now),
        ]
    goal = plan.goal(given.get("mal", ""))
    if goal is not None:
        text = " ".join(parts.get("evaluation", "").split())[:WHY_MAX]
        done = care_plan.evaluated(goal, given["utfall"], _trail(visit, text), _now(visit)[:10], "")
        if given["utfall"] not in care_plan.CLOSING and goal.get("target"):
            done["target"] = goal["target"]
        linked.append(f"Goal/{goal['id']}")
        changes.append(again(done, goal["meta"]["versionId"]))
    return linked, changes


async def _note(visit: Visit, session: RecordSession) -> Note:
    note = await one(session, _patient(visit), str(visit.request.path_params["id"]))
    if note is None:
        raise Problem(ProblemKind.NOT_FOUND, "AKS-PAGE-002", "Notatet finnes ikke.")
    return note


def _may_change(visit: Visit, note: Note) -> bool:
    return note.status == SIGNED and not note.locked and note.author == visit.actor.reference


def _may_lock(visit: Visit, note: Note) -> bool:
    theirs = note.author == visit.actor.reference or visit.actor.role == "leader"
    return note.status == SIGNED and not note.locked and theirs


async def show_one(visit: Visit, fault: str = "", people: tuple[tuple[str, str], ...] = ()) -> Response:
    session, now = visit.open(), visit.house.clock.now()
    chart = await load_chart(session, _patient(visit), MENU, now)
    note = await _note(visit, session)
    view = OneNoteView(
        chart=chart,
        note=note_row(note, None, {}, visit.actor.reference, now),
        versions=await versions(session, note, now),
        may_change=_may_change(visit, note),
        may_lock=_may_lock(visit, note),
        laws=structured.LAWS,
        fault=fault,
        people=people,
    )  # fmt: skip
    frame = await _frame(visit, session)
    return visit.house.pages.page("workspace/notes/one.html", frame, view, status=422 if fault else 200)


async def show_correct(visit: Visit) -> Response:
    session, now = visit.open(), visit.house.clock.now()
    chart = await load_chart(session, _patient(visit), MENU, now)
    note = await _note(visit, session)
    _must_change(visit, note)
    plan = await load_plan(session, _patient(visit), now)
    return await _write_page(visit, session, chart, plan, form=note.id, given={}, note=note, correcting=True)


def _must_change(visit: Visit, note: Note) -> None:
    if not _may_change(visit, note):
        raise Problem(
            ProblemKind.FORBIDDEN,
            "AKS-WEB-022",
            "Notatet kan ikke endres av deg.",
            why="Et notat rettes av den som skrev det, og ikke når det er låst.",
            now="Skriv et nytt notat, eller be den som skrev det, om å rette.",
        )


def _why(given: Mapping[str, str]) -> str:
    return " ".join(given.get("hvorfor", "").split())[:WHY_MAX]


async def correct(visit: Visit) -> Response:
    given = await visit.form()
    session, now = visit.open(), visit.house.clock.now()
    note = await _note(visit, session)
    _must_change(visit, note)
    parts, why = cleaned(given), _why(given)
    if not parts or not why:
        chart = await load_chart(session, _patient(visit), MENU, now)
        plan = await load_plan(session, _patient(visit), now)
        fault = "Skriv hvorfor notatet rettes." if parts else "Skriv noe, eller fjern notatet."
        return await _write_page(
            visit, session, chart, plan, form=note.id, given=given, note=note, correcting=True, fault=fault
        )
    writing = Writing(parts, in_next_message=bool(given.get("melding")))
    mended = structured.corrected(
        note, writing, _trail(visit, f"Rettet. {why}. {structured.LAWS['correct']}")
    )
    await session.commit([again(mended, given.get("versjon", ""))])
    return _back(visit, "rettet")


async def act(visit: Visit) -> Response:
    """Lock, remove or throw away a draft."""
    given = await visit.form()
    session = visit.open()
    note = await _note(visit, session)
    what, why = str(given.get("gjor", "")), _why(given)
    if what == "kast" and note.status == DRAFT:
        await session.commit([Change("DELETE", "ClinicalImpression", id=note.id, if_match=note.version)])
        return _back(visit, "kastet")
    if what == "las":
        if not _may_lock(visit, note):
            _must_change(visit, note)
        await session.commit(
            [again(structured.locked(note, _trail(visit, "Låst.")), given.get("versjon", ""))]
        )
        return _back(visit, "last")
    _must_change(visit, note)
    if not why:
        return await show_one(visit, "Skriv hvorfor notatet fjernes.")
    trail = _trail(visit, f"Fjernet fra journalen. {why}. {structured.LAWS['remove']}")
    await session.commit([again(structured.removed(note, trail), given.get("versjon", ""))])
    return _back(visit, "fjernet")


async def move(visit: Visit) -> Response:
    """To the right patient: found by name or birth date first, then chosen. Both records change in one commit."""
    given = await visit.form()
    session = visit.open()
    note = await _note(visit, session)
    _must_change(visit, note)
    to, why, sought = given.get("til", "")[:64], _why(given), given.get("sok", "").strip()[:100]
    if not to:
        people = await _people(session, sought, _patient(visit), visit.house.clock.now()) if sought else ()
        return await show_one(
            visit, "" if people else "Ingen treff blant pasientene dine. Prøv et annet navn.", people
        )
    if not why:
        return await show_one(visit, "Skriv hvorfor notatet flyttes.")
    await session.read("Patient", to)
    if to == _patient(visit):
        return await show_one(visit, "Notatet står allerede i denne journalen.")
    number = str(uuid.uuid5(_IDS, f"{note.id}|moved"))[:8]
    law = structured.LAWS["move"]
    out = _trail(visit, f"Flyttet til riktig journal, flyttenummer {number}. {why}. {law}")
    into = _trail(visit, f"Flyttet hit fra feil journal, flyttenummer {number}. {why}. {law}")
    old, there = structured.moved(
        note, str(uuid.uuid5(_IDS, f"{note.id}|{to}")), {"reference": f"Patient/{to}"}, (out, into)
    )
    await session.commit([again(old, given.get("versjon", "")), new(there)])
    return _back(visit, "flyttet")


async def _people(
    session: RecordSession, sought: str, but: str, now: datetime
) -> tuple[tuple[str, str], ...]:
    query = Query("Patient", (Term("name", "string", None, (StringValue(sought),)),), count=PEOPLE_MAX)
    found = resources((await session.search(query)).matches)
    today = words.local(now).date()
    told = [person(p, today) for p in found if p["id"] != but]
    return tuple((p.id, f"{p.name}, {p.born}") for p in told)


SCREEN = Screen(
    "workspace.notes",
    Audience.STAFF,
    (
        Way(PATH, show),
        Way(PATH + "/nytt", write),
        Way(PATH + "/nytt", save, "POST"),
        Way(PATH + "/kladd", keep, "POST"),
        Way(PATH + "/{id}", show_one),
        Way(PATH + "/{id}", act, "POST"),
        Way(PATH + "/{id}/rett", show_correct),
        Way(PATH + "/{id}/rett", correct, "POST"),
        Way(PATH + "/{id}/flytt", move, "POST"),
    ),
)
