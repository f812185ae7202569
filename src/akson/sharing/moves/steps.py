"""A move as the set of steps that both sides have taken, and what they come to. Pure: no order of arrival changes it.

    move = move_of(steps)
    move.stage(at)          Stage.ACCEPTED
    move.old_ends           2026-12-10T00:00+01:00: from then on the old municipality has no relation; None: it keeps it
    move.new_has            (2026-11-27T09:00Z, None): from acceptance on the new one has

Each side numbers its own steps, 1, 2, 3 …; a step counts when all before it are there. An answer names the number of the
offer it answers: a new date is a new offer, and waits for a new answer. A withdrawal stands against everything, whichever
came first. What is stored, sent or shown does not belong here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from akson.fhir.problem import Problem, ProblemKind

STEPS_MAX = 200
SETTLING = timedelta(days=42)
"""How long the receiving unit has her by the move alone; after that by its own decision, or not at all."""
ANSWER_WITHIN = timedelta(hours=24)
"""How soon an offer is to be answered; never later than the evening before the date."""


class Side(StrEnum):
    OLD = "old"
    """The municipality she leaves."""
    NEW = "new"


class Form(StrEnum):
    MOVE = "move"
    STAY = "stay"
    """For a while: the old municipality keeps her, and the new one has her until a day."""


class Kind(StrEnum):
    PLANNED = "planned"
    OFFERED = "offered"
    """The package has been sent. `says`: digest, decision."""
    POSTPONED = "postponed"
    """Another date. `says`: date, until."""
    WITHDRAWN = "withdrawn"
    """`says`: why."""
    ACCEPTED = "accepted"
    """`says`: answers."""
    DECLINED = "declined"
    """`says`: answers, why."""


BY_OLD = frozenset({Kind.PLANNED, Kind.OFFERED, Kind.POSTPONED, Kind.WITHDRAWN})
BY_NEW = frozenset({Kind.ACCEPTED, Kind.DECLINED})


class Why(StrEnum):
    CANCELLED = "cancelled"
    DIED = "died"
    MOVED_ON = "moved-on"
    """She goes somewhere else than where this said."""
    OBJECTED = "objected"
    """She does not want it sent."""


class Stage(StrEnum):
    NOTHING = "nothing"
    PLANNED = "planned"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    ARRIVED = "arrived"
    """The date has come, and it was accepted."""
    OVER = "over"
    """A stay that has ended."""
    WITHDRAWN = "withdrawn"


ENDED = frozenset({Stage.OVER, Stage.WITHDRAWN, Stage.ARRIVED})


@dataclass(frozen=True, slots=True)
class Step:
    id: str
    side: Side
    number: int
    kind: Kind
    at: datetime
    name: str
    """Who took it, by name and enterprise: both logs name her."""
    org: str
    says: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Move:
    """What the steps come to."""

    steps: tuple[Step, ...] = ()
    """Those that count, in the order of each side, the old one's first."""
    waiting: tuple[Step, ...] = ()
    """Those that have come before what they build upon."""
    form: Form = Form.MOVE
    date: datetime | None = None
    until: datetime | None = None
    old: str = ""
    new: str = ""
    """Organisation numbers."""
    offer: int = 0
    """Number of the offer that waits for an answer, or has it; 0: nothing has been offered."""
    digest: str = ""
    answer: Step | None = None
    withdrawn: Step | None = None

    @property
    def accepted(self) -> bool:
        return self.withdrawn is None and self.answer is not None and self.answer.kind is Kind.ACCEPTED

    def stage(self, at: datetime) -> Stage:
        if not self.steps:
            return Stage.NOTHING
        if self.withdrawn is not None:
            return Stage.WITHDRAWN
        if self.answer is not None and self.answer.kind is Kind.DECLINED:
            return Stage.DECLINED
        if not self.accepted:
            return Stage.OFFERED if self.offer else Stage.PLANNED
        if self.until is not None and at >= self.until:
            return Stage.OVER
        return Stage.ARRIVED if self.date is not None and at >= self.date else Stage.ACCEPTED

    @property
    def old_ends(self) -> datetime | None:
        """Only who has been taken over is let go; and a stay ends nothing."""
        if not self.accepted or self.form is not Form.MOVE or self.date is None or self.answer is None:
            return None
        return max(self.date, self.answer.at)

    @property
    def new_has(self) -> tuple[datetime, datetime | None] | None:
        """From the acceptance, to prepare; for a stay until its end, else until the new one's own decisions carry it."""
        if not self.accepted or self.answer is None or self.date is None:
            return None
        return self.answer.at, self.until if self.form is Form.STAY else max(
            self.date, self.answer.at
        ) + SETTLING

    def due(self, at: datetime) -> datetime | None:
        """By when whoever has the item must have done what is next; None when nothing is."""
        stage = self.stage(at)
        if stage is Stage.PLANNED or stage is Stage.DECLINED:
            return self.date - timedelta(days=1) if self.date else None
        if stage is Stage.OFFERED and self.date is not None:
            offered = max(s.at for s in self.steps if s.number == self.offer and s.side is Side.OLD)
            return min(offered + ANSWER_WITHIN, self.date - timedelta(hours=4))
        return None

    def late(self, at: datetime) -> bool:
        due = self.due(at)
        return due is not None and at >= due

    def next_number(self, side: Side) -> int:
        return 1 + max((s.number for s in self.steps if s.side is side), default=0)


def move_of(steps: Iterable[Step]) -> Move:
    """Of any steps in any order, each any number of times."""
    held: dict[tuple[Side, int], Step] = {}
    for one in sorted(steps, key=lambda s: s.id):
        if one.kind in (BY_OLD if one.side is Side.OLD else BY_NEW):
            held.setdefault((one.side, one.number), one)
    old, new = _unbroken(held, Side.OLD), _unbroken(held, Side.NEW)
    move = _said_by_old(old)
    # An answer to an offer that has not come yet waits with it: a number ahead of what we know answers nothing of ours.
    answer = next((s for s in reversed(new) if s.says.get("answers") == move.offer and move.offer), None)
    counted = {(s.side, s.number) for s in (*old, *new)}
    waiting = tuple(s for key, s in held.items() if key not in counted)
    return Move(
        (*old, *new), waiting, move.form, move.date, move.until, move.old, move.new, move.offer, move.digest,
        answer, move.withdrawn,
    )  # fmt: skip


def _unbroken(held: Mapping[tuple[Side, int], Step], side: Side) -> list[Step]:
    found: list[Step] = []
    while (one := held.get((side, len(found) + 1))) is not None:
        found.append(one)
    return found


def _said_by_old(steps: Iterable[Step]) -> Move:
    form, date, until, old, new, offer, digest = Form.MOVE, None, None, "", "", 0, ""
    withdrawn: Step | None = None
    for one in steps:
        if withdrawn is not None:
            break
        says = one.says
        if one.kind is Kind.PLANNED:
            form, old, new = Form(says["form"]), str(says["old"]), str(says["new"])
        if one.kind in (Kind.PLANNED, Kind.POSTPONED):
            date = datetime.fromisoformat(says["date"])
            until = datetime.fromisoformat(says["until"]) if says.get("until") else None
        if one.kind is Kind.OFFERED:
            digest = str(says["digest"])
        # A new date is a new offer of the same package, once it has been sent at all.
        if one.kind is Kind.OFFERED or (one.kind is Kind.POSTPONED and offer):
            offer = one.number
        if one.kind is Kind.WITHDRAWN:
            withdrawn = one
    return Move((), (), form, date, until, old, new, offer, digest, withdrawn=withdrawn)


def may(move: Move, kind: Kind, at: datetime) -> bool:
    """Whether this is a step that can be taken now, by the side whose it is."""
    stage = move.stage(at)
    return {
        Kind.PLANNED: stage is Stage.NOTHING,
        Kind.OFFERED: stage in (Stage.PLANNED, Stage.DECLINED),
        Kind.POSTPONED: stage in (Stage.PLANNED, Stage.OFFERED, Stage.ACCEPTED, Stage.DECLINED),
        Kind.WITHDRAWN: stage in (Stage.PLANNED, Stage.OFFERED, Stage.ACCEPTED, Stage.DECLINED),
        Kind.ACCEPTED: stage is Stage.OFFERED,
        Kind.DECLINED: stage is Stage.OFFERED,
    }[kind]


def check(move: Move, kind: Kind, at: datetime) -> None:
    """Raises Problem CONFLICT AKS-MOVE-001 for a step that can no longer be taken, or not yet."""
    if not may(move, kind, at):
        raise Problem(
            ProblemKind.CONFLICT,
            "AKS-MOVE-001",
            "Flyttingen er et annet sted enn da siden ble vist.",
            now="Se hva som er gjort, og velg på nytt.",
        )


def check_period(form: Form, date: datetime, until: datetime | None, at: datetime) -> None:
    """Raises Problem INVALID AKS-MOVE-002."""
    fault = ""
    if date <= at:
        fault = "Datoen må være etter i dag."
    elif form is Form.STAY and (until is None or until <= date):
        fault = "Et opphold må ha en siste dag, etter den første."
    elif form is Form.MOVE and until is not None:
        fault = "En flytting har ingen siste dag. Velg opphold."
    if fault:
        raise Problem(ProblemKind.INVALID, "AKS-MOVE-002", fault)
