"""Items of the round: a conflict is shown to a person with both sides, and has an owner from the first moment.

Spec: https://hl7.org/fhir/R4/task.html. Which of the sides is right is never decided here.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from akson.care.fhir_json import Resource, concept_text, instant, reference
from akson.care.quantities import quantity_words
from akson.care.round import operation, writing
from akson.care.round.operation import CANNOT, Operation

if TYPE_CHECKING:
    from akson.care.round.meeting import Author

TASKS = "https://akson.no/fhir/CodeSystem/task"
CODE, TITLE = "round-conflict", "Ført ulikt om det samme"
RESPONSIBLE = "https://akson.no/fhir/StructureDefinition/responsible-unit"
STANDS, CAME = "Står i journalen", "Ført uten nett"
ANSWER_WITHIN = timedelta(hours=4)
_NORWAY = ZoneInfo("Europe/Oslo")
_STATES = {
    "booked": "åpen", "proposed": "åpen", "pending": "åpen", "arrived": "pågår", "fulfilled": "utført",
    "noshow": "ikke hjemme",
    "cancelled": "avlyst", "completed": "ferdig", "requested": "åpen", "accepted": "åpen", "in-progress": "åpen",
}  # fmt: skip


def conflict(op: Operation, target: Resource | None, author: "Author", now: datetime) -> Resource:
    came = f"{words(op)} {_clock(op.at)} av {author.name}"
    return _item(op, target, author, now, _stands(target), came)


def two_values(op: Operation, made: Resource, other: Resource, author: "Author", now: datetime) -> Resource:
    at = instant(other.get("effectiveDateTime"))
    value = f"{concept_text(other.get('code'))} {quantity_words(other.get('valueQuantity'))}"
    stands = f"{value} {_clock(at)}" if at else value
    came = f"{words(op)} {_clock(op.at)} av {author.name}. Begge står i journalen"
    return _item(op, None, author, now, stands, came)


def words(op: Operation) -> str:
    """What the operation says, in bokmål: it stands in the item and loses nothing of what was typed."""
    if op.kind == operation.MEASUREMENT:
        found = operation.measured(op)
        assert found is not None, "read() lets no other through"
        return f"{found[0].word} {str(found[1]).replace('.', ',')} {found[0].shown}"
    if op.outcome == operation.NOTED:
        return f"Merknad: {op.said['text'].strip()}"
    outcome = {"done": "Utført", "moved": "Flyttet", "cancelled": "Ikke gjennomført", "open": "Åpnet igjen"}[
        op.outcome
    ]
    more = [f"{word}: {', '.join(op.said[k])}" for k, word in writing.STEPS.items() if op.said.get(k)]
    if op.outcome == operation.CANCELLED:
        more.append(CANNOT[op.said["reason"]])
    if op.outcome == operation.MOVED:
        more.append(f"til {datetime.fromisoformat(op.said['to']).astimezone(_NORWAY):%d.%m %H:%M}")
    return f"{outcome} ({'; '.join(more)})" if more else outcome


def _stands(target: Resource | None) -> str:
    if target is None:
        return "Det finnes ikke lenger, eller er ikke lenger ditt"
    state = _STATES.get(str(target.get("status")), str(target.get("status"))).capitalize()
    reason = concept_text(target.get("cancelationReason"))
    mark = writing.last(target)
    by = f", {mark.by} {_clock(datetime.fromisoformat(mark.at))}" if mark else ""
    start = instant(target.get("start"))
    planned = f", planlagt {_clock(start)}" if start else ""
    return f"{state}{f' ({reason})' if reason else ''}{planned}{by}"


def _item(
    op: Operation, target: Resource | None, author: "Author", now: datetime, stands: str, came: str
) -> Resource:
    sides = {STANDS: stands, CAME: came}
    return {
        "resourceType": "Task",
        "identifier": [writing.identifier(op)],
        "status": "requested",
        "intent": "order",
        "priority": "urgent",
        "code": {"coding": [{"system": TASKS, "code": CODE}], "text": TITLE},
        "description": ". ".join(f"{name}: {side}" for name, side in sides.items()) + ".",
        "for": {"reference": f"Patient/{op.patient}"},
        "authoredOn": now.isoformat(timespec="seconds"),
        "owner": _owner(target, author),
        "restriction": {"period": {"end": (now + ANSWER_WITHIN).isoformat(timespec="seconds")}},
        "input": [{"type": {"text": name}, "valueString": side} for name, side in sides.items()],
        **({"focus": {"reference": f"{target['resourceType']}/{target['id']}"}} if target else {}),
    }


def _owner(target: Resource | None, author: "Author") -> Resource:
    units = [
        e["valueReference"] for e in (target or {}).get("extension") or [] if e.get("url") == RESPONSIBLE
    ]
    if units and reference(units[0]):
        return units[0]
    return {"reference": author.unit, "display": author.unit_name}


def _clock(at: datetime) -> str:
    return f"kl. {at.astimezone(_NORWAY):%H:%M}"
