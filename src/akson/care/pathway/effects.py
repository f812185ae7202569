"""What the house changes by itself because of stays: wished changes, none of them when it is done already.

    effects([stay], visits, holds, tasks, owners={"nurse": {"reference": "Organization/home-care"}, …}, now=now)
    [Change("release-hold", "Appointment/bed-1", {…, "status": "cancelled"}, "Pasienten er død."), …]

Resources are plain FHIR and belong to one patient. Nothing here knows who made a visit or a hold: a visit is an
Appointment, a hold anything with a status. Who commits: app/pathways (docs/adr/0160).
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from akson.care.fhir_json import Resource, reference
from akson.care.pathway import times
from akson.care.pathway.events import at
from akson.care.pathway.stay import DEAD, DISCHARGED, NONE, Stay, Step, ended

STEP_KEY = "https://akson.no/fhir/NamingSystem/pathway-step"
"""Identifier of a Task: `<Encounter/id>|<rule>|<Communication/id>`."""
CANCELLED_FOR = "https://akson.no/fhir/CodeSystem/visit-cancelled"
TASKS = "https://akson.no/fhir/CodeSystem/task"
PATHWAY_TASK = "pathway-step"
ADMITTED_REASON = "admitted"
NOT_GIVEN = "visits-not-given"
"""Rule of the Task for visits that should have been given and can no longer be."""

HOLD_AFTER_RETURN_H = 24
LIVE_HOLDS = (
    "booked",
    "pending",
    "proposed",
    "busy",
    "busy-tentative",
    "active",
    "requested",
    "accepted",
    "draft",
)
LIVE_TASKS = ("draft", "requested", "received", "accepted", "ready", "in-progress", "on-hold")
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://akson.no/care/pathway")


@dataclass(frozen=True, slots=True)
class Change:
    kind: str
    """`release-hold`, `open-task`, `end-task`."""
    target: str
    """Reference of what is changed; "" for what is made."""
    resource: Resource
    """Whole, as wished."""
    why: str
    given_id: str = ""
    """Of what is made: follows from what it is for, so that two who make it make one."""


class Away(Protocol):
    """A time when she is not at home, as casework knows it."""

    def covers(self, at: datetime, /) -> bool: ...


def effects(
    stays: Sequence[Stay],
    visits: Sequence[Resource],
    holds: Sequence[Resource],
    tasks: Sequence[Resource],
    *,
    owners: Mapping[str, Resource],
    now: datetime,
    away: Sequence[Away] = (),
) -> list[Change]:
    """All of one patient. `owners` by `Step.owner`; an owner that is not given leaves the Task to `case-worker`.

    `away` is when she is not at home. Visits are casework's to cancel and to book (`care/casework/visits.py`): here is told
    of those that were cancelled for a stay which turned out to be over.
    """
    return [*_released(stays, holds, now), *_tasks(stays, away, visits, tasks, owners, now)]


def _is_ours_cancelled(visit: Resource) -> bool:
    codings = (visit.get("cancelationReason") or {}).get("coding") or ()
    return visit.get("status") == "cancelled" and any(
        c.get("system") == CANCELLED_FOR and c.get("code") == ADMITTED_REASON for c in codings
    )


def _released(stays: Sequence[Stay], holds: Sequence[Resource], now: datetime) -> list[Change]:
    """A hold is for a stay when it names it or one of its messages; one that names none ends with the patient alone.

    After a discharge she is on her way to the bed: one that nobody has moved into a day later is let go (our choice)."""
    changes = []
    for hold in holds:
        if hold.get("status") not in LIVE_HOLDS:
            continue
        named = _named(hold)
        about = [s for s in stays if named & _names(s)] or [s for s in stays if s.phase == DEAD]
        if not about or not all(_lets_go(s, now) for s in about):
            continue
        why = _over_words(about)
        reason = (
            {"cancelationReason": {"text": why}}
            if hold.get("resourceType") == "Appointment"
            else {"statusReason": {"text": why}}
            if hold.get("resourceType") == "Task"
            else {}
        )
        status = {"Slot": "free", "ServiceRequest": "revoked", "RequestGroup": "revoked"}.get(
            str(hold.get("resourceType")), "cancelled"
        )
        changes.append(
            Change("release-hold", _ref(hold), {**hold, "status": status, **reason}, why),
        )
    return changes


def _names(one: Stay) -> set[str]:
    messages = {s.message for s in (*one.events.said, *one.events.undone)}
    return {one.events.encounter, *messages}


def _lets_go(one: Stay, now: datetime) -> bool:
    left = ended(one.events)
    waited = left is not None and times.later(left, HOLD_AFTER_RETURN_H) <= now
    return one.phase in (DEAD, NONE) or (one.phase == DISCHARGED and waited)


def _over_words(stays: Sequence[Stay]) -> str:
    phases = {s.phase for s in stays}
    if DEAD in phases:
        return "Pasienten er død."
    return "Pasienten er skrevet ut." if DISCHARGED in phases else "Innleggelsen er trukket tilbake."


def _named(hold: Resource) -> set[str]:
    places = [hold.get("encounter"), hold.get("for"), hold.get("focus")]
    for name in ("supportingInformation", "basedOn", "reasonReference"):
        places += hold.get(name) or ()
    return {r for r in (reference(p) for p in places if isinstance(p, dict)) if r}


def _tasks(
    stays: Sequence[Stay],
    away: Sequence[Away],
    visits: Sequence[Resource],
    tasks: Sequence[Resource],
    owners: Mapping[str, Resource],
    now: datetime,
) -> list[Change]:
    by_key = {key: task for task in tasks if (key := _step_key(task))}
    changes = []
    for one in stays:
        keys = set()
        for step in one.steps:
            key = f"{one.events.encounter}|{step.key}"
            keys.add(key)
            posts = [t for t in tasks if _is_of_post(t, step) and t.get("status") in LIVE_TASKS]
            own = by_key.get(key)
            if step.waits:
                if not posts:
                    changes += _opened(one, step, key, own, owners, now)
                elif own is not None and own.get("status") in LIVE_TASKS:
                    changes.append(_end(own, "cancelled", "Meldingens egen oppgave dekker dette."))
            else:
                status = "completed" if step.state == "done" else "cancelled"
                ending = [*posts, *([own] if own is not None and own.get("status") in LIVE_TASKS else [])]
                changes += [_end(task, status, step.why) for task in ending]
        # What started a step was taken back: nobody waits for it.
        prefix = f"{one.events.encounter}|"
        changes += [
            _end(task, "cancelled", "Ikke lenger aktuelt.")
            for key, task in by_key.items()
            if key.startswith(prefix)
            and key not in keys
            and NOT_GIVEN not in key
            and task.get("status") in LIVE_TASKS
        ]
    return [*changes, *_not_given(stays, away, visits, by_key, owners, now)]


def _opened(
    one: Stay, step: Step, key: str, own: Resource | None, owners: Mapping[str, Resource], now: datetime
) -> list[Change]:
    if own is None:
        task = _task(one, key, step.title, f"{step.now_do} {step.why}", step.owner, owners, now)
        if step.due is not None:
            task["restriction"] = {"period": {"end": step.due.isoformat(timespec="seconds")}}
        if step.message:
            task["focus"] = {"reference": step.message}
        return [Change("open-task", "", task, step.why, str(uuid.uuid5(_NAMESPACE, f"task|{key}")))]
    # A person may settle what the hospital owes; what we owe ourselves is ended by doing it.
    if step.counterpart == "us" and own.get("status") not in LIVE_TASKS:
        again = {**own, "status": "requested", "statusReason": {"text": "Gjenåpnet: steget er ikke gjort."}}
        return [Change("open-task", _ref(own), again, step.why)]
    return []


def _task(
    one: Stay,
    key: str,
    title: str,
    description: str,
    owner: str,
    owners: Mapping[str, Resource],
    now: datetime,
) -> Resource:
    return {
        "resourceType": "Task",
        "identifier": [{"system": STEP_KEY, "value": key}],
        "status": "requested",
        "intent": "order",
        "priority": "routine",
        "code": {"coding": [{"system": TASKS, "code": PATHWAY_TASK}], "text": title},
        "description": description,
        "for": {"reference": one.events.patient},
        "encounter": {"reference": one.events.encounter},
        "authoredOn": now.isoformat(timespec="seconds"),
        "owner": owners.get(owner) or owners["case-worker"],
    }


def _not_given(
    stays: Sequence[Stay],
    away: Sequence[Away],
    visits: Sequence[Resource],
    by_key: Mapping[str, Resource],
    owners: Mapping[str, Resource],
    now: datetime,
) -> list[Change]:
    """Visits cancelled for a stay that was shorter, or never was, whose time has passed: somebody must look to her."""
    lost = [
        v
        for v in visits
        if _is_ours_cancelled(v)
        and (start := at(v.get("start")))
        and start < now
        and not any(a.covers(start) for a in away)
    ]
    over = [s for s in stays if s.phase in (DISCHARGED, NONE)]
    if not lost or not over:
        return []
    one = over[-1]
    # Those of an earlier return were told of then.
    told = {
        r
        for key, task in by_key.items()
        if NOT_GIVEN in key
        for r in (reference(i.get("valueReference")) for i in task.get("input") or ())
    }
    new = [v for v in lost if _ref(v) not in told]
    if not new:
        return []
    key = f"{one.events.encounter}|{NOT_GIVEN}|{_ref(new[0])}"
    words = f"Se til pasienten: {len(new)} besøk ble avlyst for et sykehusopphold som var over eller trukket tilbake."
    task = _task(one, key, "Besøk som ikke ble gitt", words, "nurse", owners, now)
    task["input"] = [{"type": {"text": "Besøk"}, "valueReference": {"reference": _ref(v)}} for v in new]
    task["priority"] = "urgent"
    return [Change("open-task", "", task, words, str(uuid.uuid5(_NAMESPACE, f"task|{key}")))]


def _end(task: Resource, status: str, why: str) -> Change:
    return Change("end-task", _ref(task), {**task, "status": status, "statusReason": {"text": why}}, why)


def _step_key(task: Resource) -> str:
    for identifier in task.get("identifier") or ():
        if identifier.get("system") == STEP_KEY:
            return str(identifier.get("value", ""))
    return ""


def _is_of_post(task: Resource, step: Step) -> bool:
    """Whether the post's own item for the message that started the step is the step's."""
    codings = (task.get("code") or {}).get("coding") or ()
    return bool(
        step.task
        and step.message
        and reference(task.get("focus")) == step.message
        and any(c.get("system") == TASKS and c.get("code") == step.task for c in codings)
    )


def _ref(resource: Resource) -> str:
    return f"{resource.get('resourceType', '')}/{resource.get('id', '')}"
