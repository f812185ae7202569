"""The doses of a day, out of the list in use: times as structure where they are told, else as the dose text is read."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from akson.care.fhir_json import Resource, instant
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
    number: int = 1
    """Which of the line's doses in the slot: two dosages may name the same time."""

    @property
    def key(self) -> str:
        further = f"|{self.number}" if self.number > 1 else ""
        return f"{self.line.id}|{self.at.date().isoformat()}|{self.slot}{further}"


def planned(
    lines: Iterable[SourceLine], day: date, times: Mapping[str, time] = SLOT_TIMES
) -> tuple[PlannedDose, ...]:
    """In the order of the clock. Lines as needed have none, and neither has one whose plan cannot be read."""
    found: dict[str, PlannedDose] = {}
    for line in lines:
        before: Counter[str] = Counter()
        for slot, amount in slots(line, day) or ():
            before[slot] += 1
            at = datetime.combine(day, times[slot] if slot in times else time.fromisoformat(slot), NORWAY)
            dose = PlannedDose(line, at, slot, amount, before[slot])
            found.setdefault(dose.key, dose)
    return tuple(sorted(found.values(), key=lambda dose: (dose.at, dose.line.name.casefold(), dose.key)))


def slots(line: SourceLine, day: date) -> tuple[tuple[str, str], ...] | None:
    """(slot, amount) of each dose that day; () for a day without; None when no plan can be read."""
    if not in_use(line, day) or line.dose.as_needed:
        return ()
    every = line.resource.get("dosage") or []
    holding = [dosage for dosage in every if _holds(dosage, day)]
    if every and not holding:
        return ()
    if holding and all(_times(dosage) for dosage in holding):
        return _structured(holding, line, day)
    if len(holding) == len(every):
        return _worded(line, day)
    # The words of a dosage that is over, or not yet begun, tell nothing of this day.
    text = "; ".join(words for words in ((d.get("text") or "").strip() for d in holding) if words)
    return _worded(replace(line, dose=replace(line.dose, text=text)), day)


def in_use(line: SourceLine, day: date) -> bool:
    begun = line.start is None or line.start <= day
    return line.use in (Use.ACTIVE, Use.UNSURE) and begun and (line.stop is None or day <= line.stop)


def _repeat(dosage: Resource) -> Resource:
    return (dosage.get("timing") or {}).get("repeat") or {}


def _holds(dosage: Resource, day: date) -> bool:
    """Whether the day is within its boundsPeriod; both ends count, as in every FHIR Period."""
    bounds = _repeat(dosage).get("boundsPeriod") or {}
    start, end = bounds.get("start"), bounds.get("end")
    return (not start or _day(start) <= day) and (not end or day <= _day(end, last=True))


def _day(text: str, *, last: bool = False) -> date:
    """In Norway; of a month or a year its first day, or its last."""
    at = instant(text)
    assert at is not None
    if "T" in text:
        return at.astimezone(NORWAY).date()
    if not last or len(text) == len("2026-11-30"):
        return at.date()
    months = 1 if len(text) == len("2026-11") else 12
    after = at.year * 12 + at.month - 1 + months
    return date(after // 12, after % 12 + 1, 1) - timedelta(days=1)


def _times(dosage: Resource) -> tuple[str, ...]:
    """The slots of its times of day; () when it tells none, or one that has no slot."""
    repeat = _repeat(dosage)
    whens = [_WHEN.get(code, "") for code in repeat.get("when") or []]
    return () if "" in whens else (*(text[:5] for text in repeat.get("timeOfDay") or []), *whens)


def _structured(dosages: list[Resource], line: SourceLine, day: date) -> tuple[tuple[str, str], ...] | None:
    """None when nobody can tell whether one of them falls on the day."""
    found: list[tuple[str, str]] = []
    for dosage in dosages:
        on = _falls(_repeat(dosage), line, day)
        if on is None:
            return None
        rates = dosage.get("doseAndRate") or []
        amount = quantity_words(rates[0].get("doseQuantity")) if rates else ""
        found += [(slot, amount) for slot in _times(dosage)] if on else []
    return tuple(found)


def _falls(repeat: Resource, line: SourceLine, day: date) -> bool | None:
    """Whether it is a day with doses; None when nobody can tell.

    Weekdays of every second week are told by both fields together: the weeks are counted from the one it began in.
    """
    bound = (repeat.get("boundsPeriod") or {}).get("start")
    start = _day(bound) if bound else line.start
    days, unit, period = repeat.get("dayOfWeek") or [], repeat.get("periodUnit"), repeat.get("period")
    listed = not days or _DAYS[day.weekday()] in days
    if period is None or (unit, period) in _DAILY or (days and (unit, period) == ("wk", 1)):
        return listed
    length = {"d": 1, "wk": 7}.get(str(unit))
    if length is None or start is None:
        return None
    if days and length > 1:
        day, start = (one - timedelta(days=one.weekday()) for one in (day, start))
    on = _every(start, day, float(period) * length)
    return None if on is None else on and listed


def _every(start: date | None, day: date, interval: float) -> bool | None:
    """Every so many days is counted from the day it began."""
    if start is None or interval < 1 or not float(interval).is_integer():
        return None
    return (day - start).days % int(interval) == 0


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
        on = _every(line.start, day, regimen.interval or 0)
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
