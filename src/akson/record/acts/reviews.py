"""The privacy officer's follow-up of what was opened with a ground: the items, and closing one with an outcome.

It is part of the control of the access log (AKS-RULE-PRIVACY-OFFICER): who may read the log of everyone may see who
opened, when and why, and nothing of the record. Source: personvernforordningen artikkel 39.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from akson.access.decision import Decision, Everything
from akson.fhir.codec import json
from akson.fhir.problem import Problem, ProblemKind
from akson.fhir.search.query import Query, ReferenceValue, Sort, Term, TokenValue
from akson.record.acts import judging, letters
from akson.record.acts.opening import KINDS
from akson.record.events import by_patient
from akson.record.facts.elements import patient_id
from akson.record.guard import not_found
from akson.record.values import ID, Change

if TYPE_CHECKING:
    from akson.record.session import RecordSession

ACTION = "review"
CODES = tuple(kind.review for kind in KINDS)
OUTCOMES: Mapping[str, str] = MappingProxyType(
    {
        "justified": "Begrunnelsen holder",
        "asked": "Lederen er bedt om en forklaring",
        "unjustified": "Åpningen var ikke berettiget; avvik er meldt",
    }
)
REVIEWS_MAX = 200
_OPEN = ("requested", "received", "accepted", "in-progress")


@dataclass(frozen=True, slots=True)
class Review:
    id: str
    version: int
    title: str
    words: str
    """Who, when and why, as the citizen reads it."""
    patient: str
    """Id: her log is where the officer looks next."""
    patient_name: str
    at: datetime | None
    due: datetime | None


async def reviews(session: "RecordSession") -> tuple[Review, ...]:
    """Open items of the actor's units, oldest first. Raises Problem FORBIDDEN AKS-RECORD-053 for everyone else."""
    decision = await _control(session)
    owners = tuple(ReferenceValue(*reference.split("/", 1)) for reference in session.actor.grantees)
    query = Query(
        "Task",
        (
            Term("owner", "reference", None, owners),
            Term("code", "token", None, tuple(TokenValue(letters.TASK_SYSTEM, code) for code in CODES)),
            Term("status", "token", None, tuple(TokenValue(None, status) for status in _OPEN)),
        ),
        sort=(Sort("authored-on", "date"),),
        count=REVIEWS_MAX,
    )
    page = await session.record.store.search(
        session.actor.tenant, query, restriction=lambda type: Everything(), redactions=lambda type: ()
    )
    named = by_patient([(f"Task/{v.id}/{v.version}", v.patients) for v in page.matches])
    await session.record.log.append(session.events.make("log", decision, named, at=session.at))
    return tuple(_review(v.version, json.parse(v.body or b"{}")) for v in page.matches)


async def close_review(session: "RecordSession", id: str, version: int, outcome: str, text: str = "") -> None:
    """Raises Problem FORBIDDEN AKS-RECORD-053, INVALID AKS-RECORD-054, NOT_FOUND, PRECONDITION when somebody was first."""
    decision = await _control(session)
    if outcome not in OUTCOMES:
        raise Problem(
            ProblemKind.INVALID, "AKS-RECORD-054", "No outcome was stated.", now="Choose one of the outcomes."
        )
    key = ("Task", id)
    found = (
        (await session.record.store.current(session.actor.tenant, [key])).get(key)
        if ID.fullmatch(id)
        else None
    )
    task: dict[str, Any] = json.parse(found.body) if found and found.body else {}
    code = {c.get("code") for c in task.get("code", {}).get("coding", ())}
    owner = task.get("owner", {}).get("reference")
    if not code & set(CODES) or owner not in session.actor.grantees:
        raise not_found()
    said = ". ".join(part for part in (OUTCOMES[outcome], " ".join(text.split())[:500]) if part)
    closed = {
        **task,
        "status": "completed",
        "lastModified": letters.instant(session.at),
        "output": [{"type": {"text": "Utfall"}, "valueString": said}],
    }
    change = Change("PUT", "Task", id=id, resource=closed, if_match=version)
    words = f"{session.actor.name} vurderte en åpning av journalen din. Utfall: {said.rstrip('.')}."
    await judging.commit(session, ACTION, judging.told(decision, words), [change])


async def _control(session: "RecordSession") -> Decision:
    """Who controls the log of everyone."""
    if isinstance(session.judge.scope("log", "Task").restriction, Everything) and session.actor.grantees:
        return session.judge.general("log", "Task")
    decision = session.judge.general("log", "Task")
    await session.record.log.append(
        session.events.make(ACTION, decision, {"": []}, at=session.at, permitted=False)
    )
    raise Problem(
        ProblemKind.FORBIDDEN,
        "AKS-RECORD-053",
        "Only the privacy officer reviews what was opened with a ground.",
        now="Ask the privacy officer.",
    )


def _review(version: int, task: dict[str, Any]) -> Review:
    whom = task.get("for") or {}
    due = (task.get("restriction") or {}).get("period", {}).get("end")
    authored = task.get("authoredOn")
    return Review(
        task["id"],
        version,
        task.get("code", {}).get("text", ""),
        task.get("description", ""),
        patient_id(whom),
        whom.get("display", ""),
        datetime.fromisoformat(authored) if authored else None,
        datetime.fromisoformat(due) if due else None,
    )
