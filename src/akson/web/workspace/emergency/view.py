"""What the screens of emergency access show."""

from dataclasses import dataclass, replace

from akson.care.medication.list import MedicationLine
from akson.web.shell.chart import Chart

Choices = tuple[tuple[str, str], ...]
"""(code, words)."""


@dataclass(frozen=True, slots=True)
class Found:
    """Somebody identified: enough to recognise her, and nothing more."""

    id: str
    name: str
    born: str
    national_id: str
    gender: str


@dataclass(frozen=True, slots=True)
class EmergencyView:
    may: bool
    """Whether the reader's role may at all."""
    until: str
    """`04:40`: when it would end, opened now."""
    hours: int
    grounds: Choices
    asked: str = ""
    found: tuple[Found, ...] = ()
    none: bool = False
    too_little: bool = False
    """What was typed names no single person."""
    ended: bool = False


@dataclass(frozen=True, slots=True)
class ContactRow:
    when: str
    what: str
    where: str


@dataclass(frozen=True, slots=True)
class KinRow:
    name: str
    relation: str
    phone: str


@dataclass(frozen=True, slots=True)
class CriticalView:
    chart: Chart | None
    """None when the patient has restricted all of it."""
    patient: str
    until: str
    """`04:40`."""
    until_at: str
    """The same as an instant, for the clock in the page."""
    left: str
    """`3 t 59 min`."""
    medications: tuple[MedicationLine, ...] = ()
    problems: tuple[str, ...] = ()
    plan: tuple[str, ...] = ()
    """What is to be done, and at which limits."""
    kin: tuple[KinRow, ...] = ()
    contacts: tuple[ContactRow, ...] = ()
    grounds: Choices = ()
    lifted: bool = False

    def with_lifting(self, grounds: Choices, *, lifted: bool) -> "CriticalView":
        return replace(self, grounds=grounds, lifted=lifted)
