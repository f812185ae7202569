"""A move in the record: one Task at each side, with an owner and a deadline as long as somebody must do something.

    Task  code move-out | move-in · for (out: always; in: while it is accepted) · owner · restriction.period.end = deadline
          extension step*      what has been done, by either side
          extension package    what was sent, as long as it is needed: out until it has come, in until it is taken in
          extension told       how many of our own steps the other side has

At the receiving side it names no patient until somebody has accepted: nobody has her record opened by being offered her.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from akson.sharing.moves.package import Resource
from akson.sharing.moves.steps import Form, Move, Side, Stage, Step, Why, move_of

TASKS = "https://akson.no/fhir/CodeSystem/move"
STATE = "https://akson.no/fhir/StructureDefinition/move"
OUT, IN = "move-out", "move-in"
NORWEGIAN = {OUT: "Flytting ut", IN: "Flytting inn"}
NORWAY = ZoneInfo("Europe/Oslo")
PENDING = "pending"
"""Business status of a move that the house is to look at again, from `executionPeriod.start` on."""
TELL_AGAIN_AFTER = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Held:
    """One move as this node keeps it."""

    id: str
    side: Side
    steps: frozenset[Step]
    patient: str = ""
    owner: Resource | None = None
    """Who has the item now: the unit, or one of it who has taken it."""
    unit: Resource | None = None
    """Who is to receive her, or has her now."""
    package: str = ""
    told: int = 0
    name: str = ""
    """Of the other municipality."""
    parts: tuple[str, ...] = ()
    """What the sender has chosen to send."""
    closed: bool = False
    """What is to be closed on the date has been."""
    version: int = 0
    authored: str = ""

    @property
    def move(self) -> Move:
        return move_of(self.steps)

    @property
    def other(self) -> str:
        move = self.move
        return move.new if self.side is Side.OLD else move.old

    @property
    def own_steps(self) -> tuple[Step, ...]:
        return tuple(sorted((s for s in self.steps if s.side is self.side), key=lambda s: s.number))

    @property
    def untold(self) -> bool:
        """Whether we have done something that the other side is to know and has not confirmed."""
        return bool(self.move.offer or self.side is Side.NEW) and len(self.own_steps) > self.told

    def next(self, now: datetime) -> datetime | None:
        """When the house is to look again: to tell what was not told, to close on the date, to call what is late."""
        move, found = self.move, []
        if self.untold and not (self.package and self.side is Side.OLD):
            found.append(now + TELL_AGAIN_AFTER)
        if self.side is Side.OLD and move.old_ends is not None and not self.closed:
            found.append(move.old_ends)
        if self.side is Side.NEW and move.accepted and move.until is not None and not self.closed:
            found.append(move.until)
        due = move.due(now)
        if due is not None and due > now:
            found.append(due)
        return min(found, default=None)

    def with_steps(self, more: Iterable[Step]) -> "Held":
        return replace(self, steps=self.steps | frozenset(more))


def task_of(held: Held, now: datetime) -> Resource:
    move, code = held.move, OUT if held.side is Side.OLD else IN
    due, again = move.due(now), held.next(now)
    return {
        "resourceType": "Task",
        "id": held.id,
        "status": _status(held, now),
        "intent": "order",
        "priority": "urgent" if move.late(now) else "routine",
        "code": {"coding": [{"system": TASKS, "code": code}], "text": NORWEGIAN[code]},
        "description": words(held, now),
        **(
            {"for": {"reference": f"Patient/{held.patient}"}}
            if held.patient and (held.side is Side.OLD or move.accepted)
            else {}
        ),
        **({"owner": held.owner} if held.owner else {}),
        **(_looked_at(again) if again else {}),
        "authoredOn": held.authored or now.isoformat(timespec="seconds"),
        **({"restriction": {"period": {"end": due.isoformat(timespec="seconds")}}} if due else {}),
        "extension": [{"url": STATE, "extension": _state(held)}],
    }


def _looked_at(again: datetime) -> Resource:
    return {
        "businessStatus": {"coding": [{"system": TASKS, "code": PENDING}]},
        "executionPeriod": {"start": again.isoformat(timespec="seconds")},
    }


def _state(held: Held) -> list[Resource]:
    steps = sorted(held.steps, key=lambda s: (s.side, s.number, s.id))
    told: list[Resource] = [{"url": "step", "valueString": msgspec.json.encode(s).decode()} for s in steps]
    texts = {
        "patient": held.patient,
        "package": held.package,
        "name": held.name,
        "part": " ".join(held.parts),
    }
    told += [{"url": url, "valueString": text} for url, text in texts.items() if text]
    if held.unit:
        told.append({"url": "unit", "valueReference": held.unit})
    told += [{"url": "told", "valueInteger": held.told}, {"url": "closed", "valueBoolean": held.closed}]
    return told


def read(task: Resource) -> Held | None:
    """None for a Task that is no move."""
    mark = next((e for e in task.get("extension") or () if e.get("url") == STATE), None)
    if mark is None:
        return None
    told: dict[str, list[object]] = {}
    for part in mark.get("extension") or ():
        told.setdefault(part["url"], []).append(next(v for k, v in part.items() if k.startswith("value")))

    def text(name: str) -> str:
        return str(told.get(name, [""])[0])

    codes = {c.get("code") for c in (task.get("code") or {}).get("coding") or ()}
    return Held(
        id=str(task["id"]),
        side=Side.OLD if OUT in codes else Side.NEW,
        steps=frozenset(msgspec.json.decode(str(s), type=Step) for s in told.get("step", ())),
        patient=text("patient"),
        owner=task.get("owner"),
        unit=next((u for u in told.get("unit", ()) if isinstance(u, dict)), None),
        package=text("package"),
        told=int(text("told") or 0),
        name=text("name"),
        parts=tuple(text("part").split()),
        closed=told.get("closed") == [True],
        version=int((task.get("meta") or {}).get("versionId") or 0),
        authored=str(task.get("authoredOn", "")),
    )


def waits_here(held: Held, now: datetime) -> bool:
    """Whether somebody at this side must do something."""
    stage = held.move.stage(now)
    if held.side is Side.NEW:
        return stage is Stage.OFFERED or (held.move.accepted and bool(held.package))
    unsent = stage is Stage.OFFERED and bool(held.package)
    return (
        stage in (Stage.PLANNED, Stage.DECLINED) or unsent or (stage is Stage.OFFERED and held.move.late(now))
    )


def _status(held: Held, now: datetime) -> str:
    stage = held.move.stage(now)
    if waits_here(held, now):
        return "in-progress" if stage is not Stage.OFFERED else "requested"
    if stage is Stage.WITHDRAWN:
        return "cancelled"
    return "rejected" if stage is Stage.DECLINED else "completed"


STAGE_WORDS = {
    Stage.PLANNED: "Ikke sendt ennå",
    Stage.OFFERED: "Venter på svar",
    Stage.ACCEPTED: "Tatt imot",
    Stage.DECLINED: "Ikke tatt imot",
    Stage.ARRIVED: "Overtatt",
    Stage.OVER: "Oppholdet er slutt",
    Stage.WITHDRAWN: "Avlyst",
    Stage.NOTHING: "",
}
WHY_WORDS = {
    Why.CANCELLED: "flyttingen er avlyst",
    Why.DIED: "pasienten er død",
    Why.MOVED_ON: "pasienten flytter et annet sted",
    Why.OBJECTED: "pasienten vil ikke at opplysningene sendes",
}


def words(held: Held, now: datetime) -> str:
    """`Flytter fra Lillefjord kommune 10.12.2026. Venter på svar.` Nothing of who, and nothing clinical."""
    move = held.move
    what = "Flytter" if move.form is Form.MOVE else "Opphold"
    where = f"til {held.name}" if held.side is Side.OLD else f"fra {held.name}"
    day = f" {local_day(move.date)}" if move.date else ""
    until = f" til {local_day(move.until - timedelta(seconds=1))}" if move.until else ""
    return f"{what} {where}{day}{until}. {STAGE_WORDS[move.stage(now)]}."


def local_day(at: datetime) -> str:
    """On a Norwegian clock: `10.12.2026`."""
    return f"{at.astimezone(NORWAY):%d.%m.%Y}"
