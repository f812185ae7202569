"""Tasks that follow from requests to and from the GP: one for each thing somebody must do now, and none for what is done.

    gp_effects(threads, tasks, patient="Patient/astrid", owners={"nurse": …, "leader": …}, now=now) -> [Change(…)]

| key of the Task               | stands while                                  | owner    | by                     |
| ----------------------------- | --------------------------------------------- | -------- | ---------------------- |
| `gp|Communication/q|answer`   | we wait for an answer, or owe one without the post's own item | `nurse`  | the three days |
| `gp|Communication/q|phone`    | it is urgent, and not answered                | `nurse`  | two hours              |
| `gp|Communication/q|leader`   | a day beyond the three, and not answered      | `leader` |                        |

A Task that a person closed stays closed: she may have phoned. The leader's comes all the same while no message answers it,
once. The post's own item for a request is ended by the answer. Applied twice it changes nothing.
"""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from akson.care.fhir_json import Resource, reference
from akson.care.pathway import said, times
from akson.care.pathway.effects import LIVE_TASKS, STEP_KEY, TASKS, Change
from akson.care.pathway.gp import DONE, ESCALATED, NOT_NEEDED, OPEN, GpThread

GP_TASK = "gp-dialogue"
ANSWER, PHONE, LEADER = "answer", "phone", "leader"
_PREFIX = "gp|"
_REQUEST_ITEM = "dialogue-request"
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://akson.no/care/pathway/gp")


@dataclass(frozen=True, slots=True)
class _Wish:
    key: str
    title: str
    words: str
    owner: str
    due: datetime | None
    priority: str


def gp_effects(
    threads: Sequence[GpThread],
    tasks: Sequence[Resource],
    *,
    patient: str,
    owners: Mapping[str, Resource],
    now: datetime,
) -> list[Change]:
    """All of one patient's. `owners` without `leader`: the nurse keeps it."""
    own = {key: task for task in tasks if (key := _key(task)).startswith(_PREFIX)}
    changes, known = list[Change](), set[str]()
    for thread in threads:
        wishes = {wish.key: wish for wish in _wishes(thread, tasks)}
        for key in (_key_of(thread, part) for part in (ANSWER, PHONE, LEADER)):
            known.add(key)
            standing = own.get(key)
            if key in wishes and standing is None:
                changes.append(_opened(wishes[key], thread, patient, owners, now))
            elif standing is not None and standing.get("status") in LIVE_TASKS:
                if key not in wishes:
                    changes.append(_ended(standing, thread))
                elif (told := _told(standing, wishes[key])) != standing:
                    changes.append(Change("change-task", f"Task/{standing['id']}", told, thread.why))
        if thread.state in (DONE, NOT_NEEDED):
            changes += [_ended(task, thread) for task in tasks if _is_posts(task, thread)]
    gone = (task for key, task in own.items() if key not in known and task.get("status") in LIVE_TASKS)
    changes += [_closed(task, "cancelled", "Ikke lenger aktuelt.") for task in gone]
    return changes


def _wishes(thread: GpThread, tasks: Sequence[Resource]) -> Iterator[_Wish]:
    if thread.state in (DONE, NOT_NEEDED):
        return
    ours = thread.by == said.US
    late = thread.state != OPEN
    about = f"Gjelder «{thread.title}»."
    until = f"Frist {times.words(thread.due)}."
    # What the GP asks has the post's own item, live or closed by a person.
    told_by_post = not ours and any(_focus(task) == thread.request and not _key(task) for task in tasks)
    if thread.asks and thread.state != ESCALATED and not told_by_post:
        title = "Ringe etter svar fra lege" if ours and late else "Venter på svar fra lege"
        yield _Wish(
            _key_of(thread, ANSWER),
            title if ours else "Svare på forespørsel fra lege",
            f"{thread.now_do} {about} {until}".strip(),
            "nurse",
            thread.due,
            "urgent" if late else "routine",
        )
    if thread.phone_by is not None:
        whom = "mottakeren" if ours else "den som spør" if thread.asks else "avsenderen"
        yield _Wish(
            _key_of(thread, PHONE),
            "Ringe om hastemelding",
            f"Ring {whom}: meldingen haster, og skal følges av en telefon. {about}",
            "nurse",
            thread.phone_by,
            "urgent",
        )
    if thread.asks and thread.state == ESCALATED:
        who = "Legen har ikke svart oss" if ours else "Vi har ikke svart legen"
        words = f"{who}. {about} Fristen var {times.words(thread.due)}."
        yield _Wish(_key_of(thread, LEADER), "Ubesvart forespørsel", words, "leader", None, "urgent")


def _opened(
    wish: _Wish, thread: GpThread, patient: str, owners: Mapping[str, Resource], now: datetime
) -> Change:
    base: Resource = {
        "resourceType": "Task",
        "identifier": [{"system": STEP_KEY, "value": wish.key}],
        "status": "requested",
        "intent": "order",
        "focus": {"reference": thread.request},
        "for": {"reference": patient},
        "authoredOn": now.isoformat(timespec="seconds"),
        "owner": owners.get(wish.owner) or owners["nurse"],
    }
    id = str(uuid.uuid5(_NAMESPACE, f"task|{patient}|{wish.key}"))
    return Change("open-task", "", _told(base, wish), thread.why, id)


def _told(task: Resource, wish: _Wish) -> Resource:
    """The Task as it is wished now; whose it has become is kept."""
    due = {"restriction": {"period": {"end": wish.due.isoformat(timespec="seconds")}}} if wish.due else {}
    code = {"coding": [{"system": TASKS, "code": GP_TASK}], "text": wish.title}
    return {**task, "priority": wish.priority, "code": code, "description": wish.words, **due}


def _ended(task: Resource, thread: GpThread) -> Change:
    if thread.state == DONE:
        return _closed(task, "completed", thread.why)
    return _closed(task, "cancelled", thread.why)


def _closed(task: Resource, status: str, why: str) -> Change:
    closed = {**task, "status": status, "statusReason": {"text": why}}
    return Change("end-task", f"Task/{task['id']}", closed, why)


def _is_posts(task: Resource, thread: GpThread) -> bool:
    codings = (task.get("code") or {}).get("coding") or ()
    asks = any(c.get("system") == TASKS and c.get("code") == _REQUEST_ITEM for c in codings)
    return asks and _focus(task) == thread.request and task.get("status") in LIVE_TASKS


def _focus(task: Resource) -> str:
    return reference(task.get("focus"))


def _key(task: Resource) -> str:
    found = (i.get("value", "") for i in task.get("identifier") or () if i.get("system") == STEP_KEY)
    return str(next(found, ""))


def _key_of(thread: GpThread, part: str) -> str:
    return f"{_PREFIX}{thread.request}|{part}"
