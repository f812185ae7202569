"""What a doctor orders, one thing for each medicine, and what each must say before it can be written.

Renew("MedicationStatement/m1") · Change("MedicationStatement/m1", dose="2 tabletter morgen") · Stop("…", "Svimmel")
Start("Apiksaban", "B01AF02", form="tablett", strength="5 mg", dose="1 tablett morgen og kveld")
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from akson.care.medication.lines import PAST, SourceLine

ORDERS_MAX = 60
WORDS_MAX = 200
"""Characters of a dose, a name or a reason."""


@dataclass(frozen=True, slots=True)
class Renew:
    line: str
    """`MedicationStatement/m1`."""


@dataclass(frozen=True, slots=True)
class Change:
    """`strength` "" leaves it as it is."""

    line: str
    dose: str
    strength: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Stop:
    line: str
    reason: str


@dataclass(frozen=True, slots=True)
class Start:
    """`atc` is "" for what no table knows: then no rule can judge it, and the page says so."""

    name: str
    atc: str = ""
    form: str = ""
    strength: str = ""
    dose: str = ""
    as_needed: bool = False
    indication: str = ""
    until: date | None = None


Order: TypeAlias = Renew | Change | Stop | Start


def wrong(order: Order, lines: Sequence[SourceLine], today: date) -> str:
    """Why it cannot be written, in bokmål; "" when it can."""
    if isinstance(order, Start):
        return _wrong_start(order, today)
    line = next((one for one in lines if one.id == order.line), None)
    if line is None or line.use in PAST:
        return "Lista er endret. Se hva som står nå."
    if isinstance(order, Stop) and not order.reason:
        return f"{line.name}: skriv hvorfor det seponeres."
    if isinstance(order, Change) and _same(order, line):
        return f"{line.name}: skriv ny styrke eller ny dosering."
    return ""


def _same(order: Change, line: SourceLine) -> bool:
    dose = not order.dose or order.dose == line.dose.text
    return dose and (not order.strength or order.strength == line.strength)


def _wrong_start(order: Start, today: date) -> str:
    if not order.name:
        return "Velg eller skriv legemiddelet."
    if not order.dose:
        return f"{order.name}: skriv dosering."
    if order.until is not None and order.until < today:
        return f"{order.name}: siste dag er passert."
    return ""
