"""What it takes to have begun, to use it, and to be done: the thresholds as data, and the judgement of one flow.

A flow is one municipality, one kind of counterpart and one message type, whichever way it goes.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

TESTED_BELOW = 5
"""Messages ever: fewer than so many are a test."""
RECENT_MONTHS = 3
"""Months, the last one included, that tell how it stands now."""
REGULAR_MIN = 10
"""Messages in the recent months together, with some in each."""
CONFIRMED_PERCENT = 95
SAID_PERCENT = 90
REQUIRED = {
    "hospital": ("LOG_INNLAGT", "INNLEGGELSESRAPPORT", "LOG_UTSKRIVNINGSKLAR", "LOG_UTSKREVET"),
    "gp": ("DIALOG_FORESPORSEL", "DIALOG_SVAR"),
}
"""What a municipality must have complete with each kind of counterpart to be complete itself."""


class State(IntEnum):
    """How far it has come; each is more than the one before."""

    NOT_STARTED = 0
    TESTED = 1
    FIRST_USE = 2
    REGULAR = 3
    COMPLETE = 4


WORDS = {
    State.NOT_STARTED: "ikke startet",
    State.TESTED: "prøvd",
    State.FIRST_USE: "tatt i bruk",
    State.REGULAR: "jevn bruk",
    State.COMPLETE: "fullført",
}
STOPPED = "stoppet"


@dataclass(frozen=True, slots=True)
class Use:
    """The numbers that decide. All but `ever` are of the recent months."""

    ever: int
    recent: int
    recent_months: int
    confirmed: int
    asked: int
    said: int


@dataclass(frozen=True, slots=True)
class Standing:
    state: State
    stopped: bool = False
    """It was in use, and nothing has come for the recent months."""

    @property
    def words(self) -> str:
        return STOPPED if self.stopped else WORDS[self.state]

    @property
    def under_way(self) -> bool:
        """What the project called being in progress: in use now, however little."""
        return self.state >= State.FIRST_USE and not self.stopped


def standing(use: Use) -> Standing:
    """The state of one flow."""
    if not use.ever:
        return Standing(State.NOT_STARTED)
    if use.ever < TESTED_BELOW:
        return Standing(State.TESTED)
    if not use.recent:
        return Standing(State.FIRST_USE, stopped=True)
    if use.recent_months < RECENT_MONTHS or use.recent < REGULAR_MIN:
        return Standing(State.FIRST_USE)
    confirmed = use.confirmed * 100 >= CONFIRMED_PERCENT * use.recent
    whole = use.said * 100 >= SAID_PERCENT * use.asked
    return Standing(State.COMPLETE if confirmed and whole else State.REGULAR)


def together(flows: dict[tuple[str, str], Standing], counterparts: Iterable[str], type: str = "") -> Standing:
    """A municipality by its flows (counterpart, type): the best of them, and complete only when all that is required is."""
    required = [
        (counterpart, one)
        for counterpart in counterparts
        for one in REQUIRED.get(counterpart, ())
        if not type or one == type
    ]
    known = list(flows.values())
    if not known:
        return Standing(State.NOT_STARTED)
    done = all(flows.get(key, Standing(State.NOT_STARTED)).state is State.COMPLETE for key in required)
    if required and done:
        return Standing(State.COMPLETE)
    alive = [one.state for one in known if not one.stopped]
    best = max(alive, default=State.NOT_STARTED)
    if best < State.FIRST_USE and any(one.stopped for one in known):
        return Standing(State.FIRST_USE, stopped=True)
    # One type may be complete; the municipality is not, until all that is required is.
    return Standing(min(best, State.REGULAR) if required else best)
