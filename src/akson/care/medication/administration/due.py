"""The doses of a day, out of the list in use: times as structure where they are told, else as the dose text is read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from akson.care.fhir_json import Resource
from akson.care.medication.lines import SourceLine, Use
from akson.care.medication.reconciliation.dose import read_dose
from akson.care.quantities import number_words, quantity_words

NORWAY = ZoneInfo("Europe/Oslo")
SLOT_TIMES: Mapping[str, time] = {
    "M": time(8),
    "FM": time(10),
    "D": time(13),
    "DK": time(16),
    "K": time(18),
    "KN": time(20),
    "N": time(22),
}
_WHEN = {
    "MORN": "M",
    "MORN.early": "M",
    "MORN.late": "FM",
    "NOON": "D",
    "AFT": "DK",
    "EVE": "K",
    "NIGHT": "N",
    "HS": "N",
}
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_UNITS = {"n": "", "E": "enheter"}
_COUNTED = {1: ("M",), 2: ("M", "K"), 3: ("M", "D", "K"), 4: ("M", "D", "K", "N")}
_DAILY = {("d", 1), ("h", 24)}


@dataclass(frozen=True, slots=True)
class PlannedDose:
    line: SourceLine
    at: datetime
    slot: str
    """`M`, or `08:30` for a dose of the clock."""
    amount: str
    """`1`, `15 ml`; "" when it is not said."""

    @property
    def key(self) -> str:
        return f"{self.line.id}|{self.at.date().isoformat()}|{self.slot}"


def planned(
    lines: Iterable[SourceLine], day: date, times: Mapping[str, time] = SLOT_TIMES
) -> tuple[PlannedDose, ...]:
    """In the order of the clock. Lines as needed have none, and neither has one whose plan cannot be read."""
    found: dict[str, PlannedDose] = {}
    for line in lines:
        for slot, amount in slots(line, day) or ():
            at = datetime.combine(day, times[slot] if slot in times else time.fromisoformat(slot), NORWAY)
            dose = PlannedDose(line, at, slot, amount)
            found.setdefault(dose.key, dose)
    return tuple(sorted(found.values(), key=lambda dose: (dose.at, dose.line.name.casefold(), dose.key)))


def slots(line: SourceLine, day: date) -> tuple[tuple[str, str], ...] | None:
    """(slot, amount) of each dose that day; () for a day without; None when no plan can be read."""
    if not in_use(line, day) or line.dose.as_needed:
        return ()
    told = _structured(line.resource.get("dosage") or [], line, day)
    return told if told is not None else _worded(line, day)


def in_use(line: SourceLine, day: date) -> bool:
    begun = line.start is None or line.start <= day
    return line.use in (Use.ACTIVE, Use.UNSURE) and begun and (line.stop is None or day <= line.stop)


def _structured(dosages: list[Resource], line: SourceLine, day: date) -> tuple[tuple[str, str], ...] | None:
    """None unless each dosage tells a time of day."""
    found: list[tuple[str, str]] = []
    for dosage in dosages:
        repeat = (dosage.get("timing") or {}).get("repeat") or {}
        clocks = [text[:5] for text in repeat.get("timeOfDay") or []]
        whens = [_WHEN.get(code, "") for code in repeat.get("when") or []]
        if not (clocks or whens) or "" in whens:
            return None
        on = _falls(repeat, line, day)
        if on is None:
            return None
        rates = dosage.get("doseAndRate") or []
        amount = quantity_words(rates[0].get("doseQuantity")) if rates else ""
        found += [(slot, amount) for slot in (*clocks, *whens)] if on else []
    return tuple(found) if dosages else None


def _falls(repeat: Resource, line: SourceLine, day: date) -> bool | None:
    """Whether it is a day with doses; None when nobody can tell."""
    days = repeat.get("dayOfWeek")
    if days:
        return _DAYS[day.weekday()] in days
    unit, period = repeat.get("periodUnit"), repeat.get("period")
    if period is None or (unit, period) in _DAILY:
        return True
    length = {"d": 1, "wk": 7}.get(str(unit))
    return _every(line, day, float(period) * length) if length else None


def _every(line: SourceLine, day: date, interval: float) -> bool | None:
    """Every so many days is counted from the day it began."""
    if line.start is None or interval < 1 or not float(interval).is_integer():
        return None
    return (day - line.start).days % int(interval) == 0


def _worded(line: SourceLine, day: date) -> tuple[tuple[str, str], ...] | None:
    regimen = read_dose(line.dose.text, day)
    if regimen.as_needed or regimen.stopped:
        return None
    times = regimen.times or _COUNTED.get(int(regimen.count or 0), ())
    if not times or any(slot not in SLOT_TIMES for slot in times):
        return None
    if regimen.weekdays:
        on: bool | None = day.isoweekday() in regimen.weekdays
    elif regimen.interval in (None, 1.0):
        on = True
    else:
        on = _every(line, day, regimen.interval or 0)
    if on is None:
        return None
    amounts = regimen.amounts if len(regimen.amounts) == len(times) else regimen.amounts[:1] * len(times)
    said = [_amount(amount) for amount in amounts] or [""] * len(times)
    return tuple(zip(times, said, strict=True)) if on else ()


def once(line: SourceLine) -> str:
    """What is taken at one time: as structure where it is told, else as the words are read; "" when neither says.

    Of «1–2 tabletter» the giver must say which: "".
    """
    read = read_dose(line.dose.text).amounts
    if read and read[0] is not None and read[0][0] != read[0][1]:
        return ""
    return line.dose.amount or (_amount(read[0]) if read else "")


def _amount(amount: tuple[float, float, str] | None) -> str:
    if amount is None:
        return ""
    least, most, unit = amount
    number = number_words(least) if least == most else f"{number_words(least)}–{number_words(most)}"
    return f"{number} {_UNITS.get(unit, unit)}".strip()
