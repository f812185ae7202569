"""The live switch of one kind of data from one mode to another, as a pure state machine. Nothing here reads or writes.

    rest ─begin─► prepare ─► copy ─► verify ─┬─ alike: cut over, one row ─► drain ─► rest
                     └────── back ──────┴────┴────────────────────────────────► drain ─► rest

    prepare   others may not write at the central node any more; what follows is told under a new number
    copy      every resource of the kind goes where it is to stand (up), or comes home (down: from central-master)
    verify    both sides' hashes are compared page by page, ours and then theirs; what differs is carried and compared
              again, until each has been alike at one moment: what changes after that, the feed has before it
    drain     who asked under the mode before is done; what may not stand where it was is taken away

Cutting over is one change of one row: before it everybody asks and writes as before, after it as decided. What is carried is
what stands when it is carried, so a step that was broken off is simply done again (docs/adr/0236).
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from akson.fhir.problem import Problem, ProblemKind
from akson.sharing.classes import SharedClass
from akson.sharing.storage.modes import Mode

DRAIN = timedelta(seconds=30)
"""Longer than a question may take, with what it does instead when somebody is silent."""


class Step(StrEnum):
    REST = "rest"
    PREPARE = "prepare"
    COPY = "copy"
    VERIFY = "verify"
    DRAIN = "drain"


class Order(StrEnum):
    """What is to be done next, in one small piece that may be done twice."""

    FENCE = "fence"
    UP = "up"
    DOWN = "down"
    COMPARE = "compare"
    OPEN = "open"
    WAIT = "wait"
    TIDY = "tidy"


@dataclass(frozen=True, slots=True)
class Placement:
    """Where one kind lives, and how far a switch has come. One row; `number` grows with every change of it."""

    kind: SharedClass
    mode: Mode = Mode.FEDERATED
    """In force: what askers and writers go by."""
    to: Mode = Mode.FEDERATED
    step: Step = Step.REST
    number: int = 0
    cursor: str = ""
    """Where the step goes on; empty at its beginning."""
    differing: int = 0
    """How many were not alike when they were compared; they were carried and compared again."""
    opened: bool = True
    """In drain: whether the central node has been told who may write."""
    reaches: bool = False
    """Whether the switch under way has to do with the central node."""
    since: datetime | None = None
    """When this mode was cut over to."""

    @property
    def carried(self) -> bool:
        """Whether the content is to stand at the central node: as it is, or as it is about to be."""
        return self.mode.central or (self.to.central and self.step is not Step.DRAIN)

    @property
    def told(self) -> bool:
        """Whether the index is to name who holds it."""
        return Mode.INDEX in (self.mode, self.to)


@dataclass(frozen=True, slots=True)
class Done:
    """What became of an order: where to go on (None: the step is through), and how many differed."""

    cursor: str | None = None
    differing: int = 0


def begin(placement: Placement, to: Mode) -> Placement:
    """Raises Problem AKS-SHARE-082 while another switch of the kind is under way."""
    if placement.step is not Step.REST:
        raise Problem(
            ProblemKind.CONFLICT,
            "AKS-SHARE-082",
            f"{placement.kind} is on its way from {placement.mode} to {placement.to} already.",
            why=f"It has come to {placement.step}.",
            now="Let it finish, or turn it back first.",
        )
    if to is placement.mode:
        return placement
    return _next(
        placement,
        to=to,
        step=Step.PREPARE,
        cursor="",
        differing=0,
        reaches=to.central or placement.mode.central,
    )


def back(placement: Placement) -> Placement:
    """Before it has cut over: stay with the mode in force, and take away what was carried.

    Raises Problem AKS-SHARE-083 when there is nothing to turn back: then the way back is a switch of its own.
    """
    if placement.step in (Step.REST, Step.DRAIN):
        raise Problem(
            ProblemKind.CONFLICT,
            "AKS-SHARE-083",
            f"There is no switch of {placement.kind} to turn back.",
            why=f"{placement.mode} is in force.",
            now="Switch to the mode you want.",
        )
    return _next(placement, to=placement.mode, step=Step.DRAIN, cursor="", differing=0, opened=False)


def order(placement: Placement, now: datetime) -> Order | None:
    """What to do next; None at rest."""
    match placement.step:
        case Step.PREPARE:
            return Order.FENCE
        case Step.COPY:
            return Order.DOWN if placement.mode is Mode.CENTRAL_MASTER else Order.UP
        case Step.VERIFY:
            return Order.COMPARE
        case Step.DRAIN if not placement.opened:
            return Order.OPEN
        case Step.DRAIN if placement.since is not None and now < placement.since + DRAIN:
            return Order.WAIT
        case Step.DRAIN:
            return Order.TIDY
    return None


def done(placement: Placement, outcome: Done, now: datetime) -> Placement:
    """How it stands once the order is carried out."""
    match placement.step:
        case Step.PREPARE:
            return _next(placement, step=Step.COPY, cursor="")
        case Step.COPY if outcome.cursor is None:
            return _next(placement, step=Step.VERIFY, cursor="", differing=0)
        case Step.VERIFY if outcome.cursor is not None:
            return _next(placement, cursor=outcome.cursor, differing=placement.differing + outcome.differing)
        case Step.VERIFY:
            differing = placement.differing + outcome.differing
            cut = _next(placement, mode=placement.to, step=Step.DRAIN, cursor="", opened=False, since=now)
            return replace(cut, differing=differing)
        case Step.DRAIN if not placement.opened:
            return _next(placement, opened=True)
        case Step.DRAIN if outcome.cursor is None:
            return _next(placement, step=Step.REST, cursor="")
    return _next(placement, cursor=outcome.cursor or "")


def _next(placement: Placement, **changed: object) -> Placement:
    return replace(placement, number=placement.number + 1, **changed)  # type: ignore[arg-type]
