"""What waits for me: Tasks as items, the gravest first, and how near their deadline is in words.

Spec: https://hl7.org/fhir/R4/task.html. Who may take or close an item is the door's business, not this module's.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from akson.care.fhir_json import Resource, any_code, concept_text, display, instant, reference
from akson.terminology.systems import OUTBOX_ITEM

OPEN = ("requested", "received", "accepted", "ready", "in-progress", "on-hold")
PRIORITY_RANK = {"stat": 0, "asap": 1, "urgent": 2, "routine": 3}
# Consequence of leaving it: a patient who is not at home, or comes home, before anything else that is routine; and a
# message that says so of somebody nobody has recognised.
GRAVE_CODES = ("admission-notice", "discharge-notice", "match-patient")
FAR_FUTURE_RANK = float("inf")
SOON = timedelta(hours=4)


@dataclass(frozen=True, slots=True)
class InboxItem:
    id: str
    code: str
    title: str
    description: str
    patient: str
    """`Patient/astrid` or ""."""
    focus: str
    """What it is about: `Communication/…` or ""."""
    owner: str
    owner_name: str
    """What the Task itself calls its owner, or ""."""
    status: str
    priority: str
    authored: datetime | None
    due: datetime | None
    about: str = ""
    """What the message that it is about answers or complains of: `Communication/…` of ours, or ""."""
    told: tuple[str, ...] = ()
    """What came with it, `Navn: Astrid Bakken`: for an item that belongs to no patient yet."""
    sent: str = ""
    """Number in the outbox of the message of ours that it is about; ""."""

    @property
    def taken(self) -> bool:
        return self.status in ("accepted", "in-progress", "ready")


@dataclass(frozen=True, slots=True)
class DueWords:
    text: str
    """`om 40 min`, `i dag 12:00`, `2 t over frist`; "" without a deadline."""
    late: bool
    soon: bool


def _told(task: Resource) -> tuple[str, ...]:
    told = []
    for given in task.get("input") or []:
        value = given.get("valueString") or (given.get("valueIdentifier") or {}).get("value")
        if value:
            told.append(f"{concept_text(given.get('type')) or 'Opplysning'}: {value}")
    return tuple(told)


def _about(task: Resource) -> str:
    references = (reference(given.get("valueReference")) for given in task.get("input") or [])
    return next((r for r in references if r.startswith("Communication/")), "")


def item(task: Resource) -> InboxItem:
    codings = (task.get("code") or {}).get("coding") or [{}]
    return InboxItem(
        id=str(task.get("id", "")),
        code=str(codings[0].get("code", "")),
        title=concept_text(task.get("code")) or "Oppgave",
        description=str(task.get("description") or ""),
        patient=reference(task.get("for")),
        focus=reference(task.get("focus")),
        owner=reference(task.get("owner")),
        owner_name=display(task.get("owner")),
        status=str(task.get("status", "")),
        priority=str(task.get("priority") or "routine"),
        authored=instant(task.get("authoredOn")),
        due=instant(((task.get("restriction") or {}).get("period") or {}).get("end")),
        about=_about(task),
        told=_told(task),
        sent=next(
            (str(i.get("value", "")) for i in task.get("identifier") or () if i.get("system") == OUTBOX_ITEM),
            "",
        ),
    )


def _rank(task: Resource) -> tuple[int, int, float, float]:
    i = item(task)
    return (
        PRIORITY_RANK.get(i.priority, PRIORITY_RANK["routine"]),
        0 if any_code([task.get("code") or {}], *GRAVE_CODES) else 1,
        i.due.timestamp() if i.due else FAR_FUTURE_RANK,
        i.authored.timestamp() if i.authored else FAR_FUTURE_RANK,
    )


def open_items(tasks: Iterable[Resource]) -> list[InboxItem]:
    """Open items, by consequence, then nearest deadline, then oldest."""
    return [item(t) for t in sorted((t for t in tasks if t.get("status") in OPEN), key=_rank)]


def _span(length: timedelta) -> str:
    minutes = max(int(length.total_seconds() // 60), 0)
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 24 * 60:
        return f"{minutes // 60} t"
    days = minutes // (24 * 60)
    return "1 dag" if days == 1 else f"{days} dager"


def due_words(due: datetime | None, now: datetime) -> DueWords:
    """How near `due` is. Both in the zone of the reader, so that «i dag» is her day."""
    if due is None:
        return DueWords("", late=False, soon=False)
    if due < now:
        return DueWords(f"{_span(now - due)} over frist", late=True, soon=False)
    soon = due - now <= SOON
    if due - now < timedelta(hours=1):
        return DueWords(f"om {_span(due - now)}", late=False, soon=True)
    if due.date() == now.date():
        return DueWords(f"i dag {due:%H:%M}", late=False, soon=soon)
    if due.date() == now.date() + timedelta(days=1):
        return DueWords(f"i morgen {due:%H:%M}", late=False, soon=soon)
    return DueWords(f"{due:%d.%m %H:%M}", late=False, soon=soon)
