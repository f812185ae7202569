"""An operation meets what stands in the record: taken, known already, too early, or a conflict for a person. Pure.

    meet(operation, Standing(target, seen, …), author, acts) -> Met("taken", (Appointment …,))

Nothing is ever overwritten: what would change something its author has not seen becomes an item with an owner that shows
both sides. All resources of one `Met` are one commit, and each carries the operation's id. Rules: docs/adr/0207.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from akson.care.fhir_json import Resource, code_in, instant
from akson.care.round import items, operation, writing
from akson.care.round.operation import Operation

TAKEN, AGAIN, CONFLICT, EARLY = "taken", "again", "conflict", "early"
OPEN_VISIT = ("proposed", "pending", "booked", "arrived", "checked-in")
OPEN_TASK = ("draft", "requested", "received", "accepted", "ready", "in-progress", "on-hold")


class VisitActs(Protocol):
    """What casework does to a visit (`care/casework/visits.py`); given, since care areas do not know each other."""

    def cancelled(self, visit: Resource, reason: str) -> Resource: ...

    def moved(self, visit: Resource, start: datetime, id: str) -> list[Resource]: ...


@dataclass(frozen=True, slots=True)
class Author:
    reference: str
    name: str
    unit: str
    """`Organization/…`, owner of an item where the target names none."""
    unit_name: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What the record holds, as the author may see it."""

    target: Resource | None = None
    """The current version of what the operation is about."""
    seen: Resource | None = None
    """The version that its author had before her."""
    known: bool = False
    """The operation's id stands in the record already."""
    before_known: bool = True
    """And that of the one it follows."""
    near: Sequence[Resource] = ()
    """Observations of the same kind of the same patient, about the same time."""


@dataclass(frozen=True, slots=True)
class Met:
    state: str
    resources: tuple[Resource, ...] = ()
    """New (no `meta.versionId`) or changed: one commit."""


def meet(op: Operation, standing: Standing, author: Author, acts: VisitActs, now: datetime) -> Met:
    if standing.known:
        return Met(AGAIN)
    if op.after and not standing.before_known:
        return Met(EARLY)
    if op.kind == operation.NOTE:
        return Met(TAKEN, (writing.note(op, author.reference, author.name),))
    if op.kind == operation.MEASUREMENT:
        return _measured(op, standing, author, now)
    if standing.target is not None and op.outcome == operation.NOTED:
        # A remark is added to whatever stands, and takes nothing away.
        return Met(TAKEN, _changed(op, standing.target, author, acts))
    if standing.target is None or not clear(op, standing.seen, standing.target):
        return Met(CONFLICT, (items.conflict(op, standing.target, author, now),))
    return Met(TAKEN, _changed(op, standing.target, author, acts))


def clear(op: Operation, seen: Resource | None, standing: Resource) -> bool:
    """Whether what she saw is what stands, or what stands is her own doing."""
    if version(standing) == op.base:
        return True
    if op.after:
        last = writing.last(standing)
        return last is not None and last.operation == op.after and last.face == face(standing)
    if seen is None or not is_open(standing):
        return False
    # Done by another and opened again looks the same; it is not: somebody has been there.
    return face(seen) == face(standing) and writing.last(seen) == writing.last(standing)


def face(resource: Resource) -> str:
    """What of a visit or a task must not change behind her back: where it stands, why, when, for whom it is."""
    reason = code_in(resource.get("cancelationReason"), writing.CANCELLED) or ""
    start = instant(resource.get("start")) or writing.due(resource)
    return "|".join((str(resource.get("status")), reason, start.isoformat() if start else ""))


def is_open(resource: Resource) -> bool:
    return resource.get("status") in (OPEN_TASK if resource["resourceType"] == "Task" else OPEN_VISIT)


def version(resource: Resource) -> int:
    return int((resource.get("meta") or {}).get("versionId") or 0)


def _changed(op: Operation, target: Resource, author: Author, acts: VisitActs) -> tuple[Resource, ...]:
    if op.kind == operation.TASK:
        return (_marked(op, _task(op, target, author), author),)
    if op.outcome == operation.MOVED:
        instead = writing.replacement_id(op)
        old, new = acts.moved(target, datetime.fromisoformat(op.said["to"]), instead)
        new["identifier"] = [writing.identifier(op)]
        return _marked(op, old, author), writing.unmarked(new)
    if op.outcome == operation.CANCELLED:
        return (_marked(op, acts.cancelled(target, op.said["reason"]), author),)
    status = "fulfilled" if op.outcome == operation.DONE else "booked"
    kept = {k: v for k, v in target.items() if k != "cancelationReason"}
    return (_marked(op, writing.with_steps({**kept, "status": status}, op), author),)


def _task(op: Operation, target: Resource, author: Author) -> Resource:
    if op.outcome == operation.NOTED:
        return writing.with_remark(target, op, author.reference, author.name)
    if op.outcome == operation.MOVED:
        return writing.with_due(target, op)
    return {**target, "status": "completed" if op.outcome == operation.DONE else "in-progress"}


def _marked(op: Operation, changed: Resource, author: Author) -> Resource:
    return writing.marked(changed, op, author.name, face(changed))


def _measured(op: Operation, standing: Standing, author: Author, now: datetime) -> Met:
    """Always kept. Where another measured something else at about the same time, both stand and somebody is asked."""
    made = writing.observation(op, author.reference, author.name)
    other = next((o for o in standing.near if differs(o, made)), None)
    if other is None:
        return Met(TAKEN, (made,))
    return Met(CONFLICT, (made, items.two_values(op, made, other, author, now)))


def differs(one: Resource, other: Resource) -> bool:
    """Another's value that is not the same. Her own second one is a second measurement."""
    return writing.value(one) != writing.value(other) and writing.performer(one) != writing.performer(other)
