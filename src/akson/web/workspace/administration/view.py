"""What the giving of medicines shows: every word chosen."""

from dataclasses import dataclass

from akson.web.shell.chart import Chart


@dataclass(frozen=True, slots=True)
class AnswerView:
    """What somebody has said, with what the reader may do about it."""

    id: str
    """Of the MedicationAdministration."""
    words: str
    """`Gitt kl. 08.05, Ida Nilsen`."""
    conflict: bool
    """Said of a dose that somebody had answered before."""


@dataclass(frozen=True, slots=True)
class WaitingView:
    """Given, and to be confirmed by a second person."""

    id: str
    what: str
    """`Morfin 5 mg tablett, 1 tablett`."""
    words: str
    may: bool
    """Whether the reader may: not who gave it herself."""


@dataclass(frozen=True, slots=True)
class BackView:
    """What was taken back: both trails stand."""

    what: str
    words: str
    why: str


@dataclass(frozen=True, slots=True)
class DoseView:
    key: str
    clock: str
    """`08.00`; `i går kl. 22.00`."""
    name: str
    """`Furosemid`."""
    what: str
    """`40 mg tablett`."""
    amount: str
    dose: str
    """The dose as the list says it."""
    reason: str
    state: str
    """Of `care/medication/administration/states`; `held` for what falls in a hospital stay and nobody has answered."""
    answers: tuple[AnswerView, ...]
    """The one that stands first."""
    open: bool


@dataclass(frozen=True, slots=True)
class NeededView:
    line: str
    name: str
    what: str
    dose: str
    reason: str
    last: str
    latest: str
    """Id of the last one; ""."""
    effect: str
    asks_effect: bool
    """Whether what came of the last one is still to be told."""
    once: str
    """What is usually taken at one time."""
    may: bool
    stop: str
    """Why it may not be given now; ""."""


@dataclass(frozen=True, slots=True)
class Group:
    id: str
    title: str
    doses: tuple[DoseView, ...]


@dataclass(frozen=True, slots=True)
class AdministrationView:
    chart: Chart
    shown: bool
    """Whether the reader's role sees medicines at all."""
    groups: tuple[Group, ...]
    needed: tuple[NeededView, ...]
    unplanned: tuple[tuple[str, str], ...]
    """(name, dose) of lines whose plan cannot be read."""
    waiting: tuple[WaitingView, ...]
    back: tuple[BackView, ...]
    none_known: bool
    not_asked: bool
    nothing_until: str
    """`13.00`: the next dose, when nothing is to be given now; ""."""
    said: str = ""
    refused: bool = False
    form_id: str = ""
    """Of this showing of the page: a form sent twice is one administration."""
