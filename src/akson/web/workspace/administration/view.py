"""What the giving of medicines shows: every word chosen."""

from dataclasses import dataclass

from akson.web.shell.chart import Chart


@dataclass(frozen=True, slots=True)
class DoseView:
    key: str
    clock: str
    name: str
    """`Furosemid`."""
    what: str
    """`40 mg tablett`."""
    amount: str
    dose: str
    """The dose as the list says it."""
    reason: str
    state: str
    said: str
    """`Gitt 08.05 av Ida Nilsen`; "" for what nobody has said anything of."""
    others: tuple[str, ...]
    """Further words about the same dose."""
    open: bool


@dataclass(frozen=True, slots=True)
class NeededView:
    line: str
    name: str
    what: str
    dose: str
    reason: str
    last: str
    effect: str
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
    none_known: bool
    not_asked: bool
    nothing_until: str
    """`13.00`: the next dose, when nothing is to be given now; ""."""
    said: str = ""
    refused: bool = False
    form_id: str = ""
    """Of this showing of the page: a form sent twice is one administration."""
