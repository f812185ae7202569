"""What a device brings back: each operation by itself is read, met, committed and answered; views go into the log.

    {"device": "d1", "counted": 12, "never": ["5e…"], "operations": […],
     "views": [[6, "astrid", "2026-11-27T08:02:00+01:00"], …]}
      -> {"answers": {"6f…": "taken", "7a…": "refused", …}, "words": {"7a…": "…"}, "views": 1, "missing": "3, 7–9"}

`never`: operations that the device will not send, since they were refused or written in by hand: nothing waits for them.
The rules stand in `care/round/meeting.py`; docs/adr/0207, 0208.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from akson.care.casework import visits
from akson.care.fhir_json import Resource
from akson.care.round import meeting, operation, sequence, writing
from akson.care.round.meeting import Author, Met, Standing
from akson.care.round.operation import Operation
from akson.fhir.codec import json as fhir_json
from akson.fhir.problem import Problem, ProblemKind
from akson.fhir.search.query import DateValue, Query, Term, TokenValue
from akson.record.acts.seen_offline import View, seen_offline, tell_gap
from akson.record.session import RecordSession
from akson.record.values import ID, Change
from akson.web.shell.house import Visit
from akson.web.shell.reading import of_patient, resource, resources, token

AT_ONCE_MAX = 200
ATTEMPTS_MAX = 5
NEAR = timedelta(minutes=30)
"""Two who measure the same within this are asked which it was, when they differ."""
REFUSED, LATER = "refused", "later"
TARGET = {operation.VISIT: "Appointment", operation.TASK: "Task"}
MADE = {operation.MEASUREMENT: "Observation", operation.NOTE: "ClinicalImpression"}
_LOST_A_RACE = (ProblemKind.CONFLICT, ProblemKind.PRECONDITION)
_NOT_TAKEN = (
    ProblemKind.NOT_FOUND,
    ProblemKind.GONE,
    ProblemKind.FORBIDDEN,
    ProblemKind.INVALID,
    ProblemKind.MALFORMED,
    ProblemKind.UNSUPPORTED,
    ProblemKind.TOO_LARGE,
)
NOT_YOURS = (
    "Journalen slipper deg ikke til med dette nå. Det ligger på telefonen til du har ført det for hånd."
)
NEVER_COMES = "Den bygger på en registrering som ikke ble tatt imot. Ligger her til du har ført den for hånd."


@dataclass(slots=True)
class Answer:
    answers: dict[str, str] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    views: int = 0
    missing: str = ""

    def shown(self) -> dict[str, Any]:
        return {"answers": self.answers, "words": self.words, "views": self.views, "missing": self.missing}


def her_own(visit: Visit, actor: str) -> None:
    """What lies on the phone belongs to the one who loaded the list; the login of another must not become its author.

    Raises Problem CONFLICT AKS-ROUND-003. Nothing is taken; the phone keeps all.
    """
    if actor != visit.actor.id:
        raise Problem(
            ProblemKind.CONFLICT,
            "AKS-ROUND-003",
            "Listen på telefonen er en annens.",
            why="Den som er logget inn, er ikke den som hentet listen.",
            now="Logg inn som den som hentet listen. Ingenting er sendt, og ingenting er slettet på telefonen.",
        )


async def take(visit: Visit, sent: str) -> dict[str, Any]:
    """Raises Problem MALFORMED AKS-ROUND-002 for what no page of ours sends."""
    device, counted, given, views, never = _read(sent)
    answer, came = Answer(), [view.sequence for view in views]
    for one in given:
        op = await _one(visit, device, one, answer, never)
        if op is not None and answer.answers[op.id] not in (LATER, meeting.EARLY):
            came.append(op.sequence)
    session = visit.open()
    answer.views = await seen_offline(session, device, views)
    kept = visit.house.sessions.counts.keep(
        visit.actor, device, lambda ranges: sequence.Came(ranges).with_(came).ranges
    )
    waits = any(state in (LATER, meeting.EARLY) for state in answer.answers.values())
    answer.missing = sequence.told(sequence.Came(kept).gaps(0 if waits else counted))
    if answer.missing and not waits:
        await tell_gap(session, device, answer.missing)
    return answer.shown()


async def _one(
    visit: Visit, device: str, given: object, answer: Answer, never: frozenset[str]
) -> Operation | None:
    try:
        op = operation.read(given)
    except Problem as unreadable:
        id = str(given.get("id", "")) if isinstance(given, dict) else ""
        answer.answers[id], answer.words[id] = REFUSED, f"{unreadable.what} {unreadable.why}"
        return None
    if op.device != device:
        answer.answers[op.id], answer.words[op.id] = REFUSED, "Registreringen hører til en annen telefon."
        return op
    try:
        state = await meet(visit, op)
        if state == meeting.EARLY and (op.after in never or answer.answers.get(op.after) == REFUSED):
            # It would be early for ever. What stands was asked first, so one that did come is still followed.
            state, answer.words[op.id] = REFUSED, NEVER_COMES
        answer.answers[op.id] = state
    except Problem as problem:
        refused = problem.kind in _NOT_TAKEN
        answer.answers[op.id] = REFUSED if refused else LATER
        answer.words[op.id] = NOT_YOURS if refused else ""
    return op


async def meet(visit: Visit, op: Operation) -> str:
    """What became of it. Who loses a race meets what then stands. Raises Problem as the door does."""
    actor = visit.actor
    unit = next((o for o in actor.organisations if o.startswith("Organization/")), "")
    author = Author(actor.reference, actor.name, unit, actor.unit_name)
    for attempt in range(ATTEMPTS_MAX):
        session = visit.open()
        met = meeting.meet(op, await _standing(session, op), author, visits, visit.house.clock.now())
        try:
            if met.resources:
                await session.commit(_changes(op, met))
            return met.state
        except Problem as lost:
            if lost.kind not in _LOST_A_RACE or attempt == ATTEMPTS_MAX - 1:
                raise
    raise AssertionError("the loop returns or raises")


async def _standing(session: RecordSession, op: Operation) -> Standing:
    type = TARGET.get(op.kind)
    if type is None:
        found = await _carrying(session, MADE[op.kind], op.id)
        near = await _near(session, op) if op.kind == operation.MEASUREMENT and not found else []
        return Standing(known=bool(found), near=near)
    target = await _current(session, type, op.target)
    own = writing.operations(target) if target else []
    known = op.id in own or bool(await _carrying(session, "Task", op.id))
    before = not op.after or op.after in own or bool(await _carrying(session, "Task", op.after))
    seen = None
    if target is not None and 0 < op.base < meeting.version(target):
        seen = resource(await session.vread(type, op.target, op.base))
    return Standing(target, seen, known, before)


async def _current(session: RecordSession, type: str, id: str) -> Resource | None:
    """By a search, as lists ask: None also when it is hidden from her by now."""
    found = await session.search(Query(type, (Term("_id", "id", None, (TokenValue(None, id),)),)))
    return resource(found.matches[0]) if found.matches else None


async def _carrying(session: RecordSession, type: str, id: str) -> list[Resource]:
    found = await session.search(Query(type, (token("identifier", id, system=writing.OPERATION),), count=1))
    return resources(found.matches)


async def _near(session: RecordSession, op: Operation) -> list[Resource]:
    measured = operation.measured(op)
    assert measured is not None, "read() lets no other through"
    about = Term("date", "date", None, (DateValue("eq", op.at - NEAR, op.at + NEAR),))
    code = token("code", measured[0].code, system=writing.LOINC)
    found = await session.search(of_patient("Observation", op.patient, about, code, count=20))
    return resources(found.matches)


def _changes(op: Operation, met: Met) -> Sequence[Change]:
    """What stood is written on the version that was judged; what is new, unless it is there already."""
    made = []
    for one in met.resources:
        type, body = one["resourceType"], fhir_json.encode(one)
        if meeting.version(one):
            made.append(Change("PUT", type, id=one["id"], body=body, if_match=meeting.version(one)))
        else:
            once = f"identifier={writing.OPERATION}|{op.id}"
            made.append(Change("POST", type, body=body, if_none_exist=once, given_id=one.get("id")))
    return made


def _read(sent: str) -> tuple[str, int, list[object], list[View], frozenset[str]]:
    try:
        given = json.loads(sent)
        views = [View(int(n), str(p), datetime.fromisoformat(at)) for n, p, at in given["views"]]
        never = frozenset(map(str, given.get("never", [])))
        read = str(given["device"]), int(given["counted"]), list(given["operations"]), views, never
    except (ValueError, KeyError, TypeError) as wrong:
        raise _malformed() from wrong
    numbers = [v.sequence for v in views] + [read[1]]
    fits = all(0 <= n <= operation.SEQUENCE_MAX for n in numbers) and all(v.at.tzinfo for v in views)
    if not ID.fullmatch(read[0]) or not fits or len(read[2]) + len(views) > AT_ONCE_MAX:
        raise _malformed()
    return read


def _malformed() -> Problem:
    return Problem(
        ProblemKind.MALFORMED,
        "AKS-ROUND-002",
        "Det som ble sendt, kunne ikke leses.",
        why="Det er ikke i den formen runden sender i.",
        now="Last siden på nytt når du har nett. Ingenting er slettet på telefonen.",
    )
