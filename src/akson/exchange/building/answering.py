"""The item of a message that is answered: ended by its answer, in the same commit, with a link to it.

| answered             | by                    | its item                                                        |
| -------------------- | --------------------- | --------------------------------------------------------------- |
| LOG_INNLAGT          | INNLEGGELSESRAPPORT   | ended                                                           |
| LOG_INNLAGT          | DIALOG_HELSEFAGLIG    | stands: a question is not the report that was due               |
| DIALOG_FORESPORSEL   | DIALOG_SVAR           | ended                                                           |
| any                  | DIALOG_AVVIK          | stands: what is wrong with a message is not what it asks for    |

Only an item that is hers or her unit's: who has taken it otherwise is at work on it.
"""

from datetime import datetime
from typing import Any

from akson.exchange.building.recipes import ANSWERS
from akson.exchange.message_type import NEW, CareMessage
from akson.fhir.codec import json
from akson.fhir.search.query import Query, ReferenceValue, Term
from akson.record.session import RecordSession
from akson.record.values import Change

OPEN = ("requested", "received", "accepted", "ready", "in-progress", "on-hold")
_DIALOGUE = "DIALOG_HELSEFAGLIG"
ANSWERED = "Svar sendt"


def ends(answered: str, by: str) -> bool:
    """Whether a message of the type `by` is what one of the type `answered` asks for."""
    wanted = ANSWERS.get(answered, (_DIALOGUE,))
    return by in wanted and (by != _DIALOGUE or wanted[0] == _DIALOGUE)


async def ended_items(
    session: RecordSession,
    message: CareMessage,
    about: CareMessage | None,
    about_reference: str,
    at: datetime,
    answer: str,
) -> list[Change]:
    """Changes for the commit of the answer `Communication/…`."""
    if about is None or message.status != NEW or not ends(about.type.code, message.type.code):
        return []
    if not session.may("search", "Task") or not session.may("update", "Task"):
        return []
    type, _, id = about_reference.partition("/")
    focus = Term("focus", "reference", None, (ReferenceValue(type, id),))
    found = await session.search(Query("Task", (focus,), count=20))
    tasks = [json.parse(version.body) for version in found.matches if version.body is not None]
    hers = (session.actor.reference, *session.actor.organisations)
    return [
        _ended(task, at, answer)
        for task in tasks
        if task.get("status") in OPEN and task.get("owner", {}).get("reference") in hers
    ]


def _ended(task: dict[str, Any], at: datetime, answer: str) -> Change:
    link = {"type": {"text": ANSWERED}, "valueReference": {"reference": answer}}
    told = {
        **task,
        "status": "completed",
        "lastModified": at.isoformat(timespec="seconds"),
        "output": [*task.get("output", ()), link],
    }
    return Change("PUT", "Task", id=str(task["id"]), resource=told, if_match=int(task["meta"]["versionId"]))
