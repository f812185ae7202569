"""Doses of a prescription as FHIR Dosages, and back: fixed times of day, weekdays, intervals, as needed with its maximum.

| in Dosering | in Dosage |
| --- | --- |
| DoseFastTidspunkt: Mengde, Klokkeslett, Tidsomrade (8325) | doseQuantity, timing.repeat.timeOfDay or when |
| its FastDose: FasteUkedager | timing.repeat.dayOfWeek |
| its Intervall | timing.repeat.period |
| DoseEtterBehov: Mengde, DoseDognMaks | doseQuantity, asNeededBoolean, maxDosePerPeriod over a day |
| Starttidspunkt, Sluttidspunkt | timing.repeat.boundsPeriod |

What has no place there is kept in the message itself. Spec: https://hl7.org/fhir/R4/dosage.html; eResept 2.5, Forskrivning.
"""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from akson.care.fhir_json import instant
from akson.exchange import times
from akson.exchange.prescription.used import Resource
from akson.exchange.schema import Coded, Quantity, Values

_WHEN = {"1": "MORN", "2": "MORN.late", "3": "NOON", "4": "AFT", "5": "EVE", "6": "NIGHT"}
_WORDS = {
    "1": "Morgen",
    "2": "Formiddag",
    "3": "Midt på dagen",
    "4": "Ettermiddag",
    "5": "Kveld",
    "6": "Natt",
}
_DAYS = {"1": "mon", "2": "tue", "3": "wed", "4": "thu", "5": "fri", "6": "sat", "7": "sun"}
_UNITS = {"h": "h", "t": "h", "d": "d", "dag": "d", "døgn": "d", "uke": "wk", "u": "wk", "mnd": "mo"}
_UCUM = "http://unitsofmeasure.org"
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")


def quantity(told: Quantity) -> Resource:
    """{} for what is no plain number. The unit is the sender's word."""
    text = told.v.strip()
    if not _NUMBER.fullmatch(text):
        return {}
    value = Decimal(text.replace(",", "."))
    return {"value": value, "unit": told.u.strip()} if told.u.strip() else {"value": value}


def dosages(prescribing: Values) -> tuple[Resource, ...]:
    found: list[Resource] = []
    for dosing in prescribing.get("Dosering", ()):
        bounds = _bounds(dosing)
        found += [_fixed(dose, bounds) for dose in dosing.get("DoseFastTidspunkt", ())]
        found += [_as_needed(dose, bounds) for dose in dosing.get("DoseEtterBehov", ())]
    return tuple(found)


def _bounds(dosing: Values) -> Resource:
    ends = {
        "start": times.fhir_date_time(dosing.get("Starttidspunkt", "")),
        "end": times.fhir_date_time(dosing.get("Sluttidspunkt", "")),
    }
    start, end = instant(ends["start"]), instant(ends["end"])
    if start and end and end < start:
        return {}
    return {name: text for name, text in ends.items() if text}


def _amount(dose: Values) -> Resource:
    amount = quantity(dose["Mengde"])
    return {"doseAndRate": [{"doseQuantity": amount}]} if amount else {}


def _fixed(dose: Values, bounds: Resource) -> Resource:
    repeat: dict[str, Any] = {"boundsPeriod": bounds} if bounds else {}
    clock, when = str(dose.get("Klokkeslett", "")), _WHEN.get(dose.get("Tidsomrade", Coded()).v)
    if clock:
        repeat["timeOfDay"] = [clock[:8]]
    elif when:
        repeat["when"] = [when]
    days = [_DAYS[d.v] for d in dose.get("FastDose", {}).get("FasteUkedager", ()) if d.v in _DAYS]
    if days:
        repeat["dayOfWeek"] = days
    interval = dose.get("Intervall", Quantity())
    unit, every = _UNITS.get(interval.u.strip().lower()), quantity(interval)
    if unit and every.get("value"):
        repeat |= {"frequency": 1, "period": every["value"], "periodUnit": unit}
    return {"asNeededBoolean": False, **({"timing": {"repeat": repeat}} if repeat else {}), **_amount(dose)}


def _as_needed(dose: Values, bounds: Resource) -> Resource:
    most = quantity(dose["DoseDognMaks"])
    told: dict[str, Any] = {"asNeededBoolean": True, **_amount(dose)}
    if bounds:
        told["timing"] = {"repeat": {"boundsPeriod": bounds}}
    if most:
        day = {"value": 1, "unit": "d", "system": _UCUM, "code": "d"}
        told["maxDosePerPeriod"] = {"numerator": most, "denominator": day}
    return told


def dosing(told: Sequence[Resource], start: date | None, stop: date | None) -> tuple[Values, ...]:
    """`Dosering` of Dosages whose amounts are told as structure; of those told by words alone only when they end.

    A dose as needed needs limits that FHIR does not hold apart, so that it is left to its words.
    """
    made = [_timed(one) for one in told]
    if not made or any(one is None for one in made):
        made = [{"Mengde": Quantity(), "GisEksakt": False}] if stop else []
    if not made:
        return ()
    ends = {"Starttidspunkt": start, "Sluttidspunkt": stop}
    bounds = {name: day.isoformat() for name, day in ends.items() if day}
    return ({**bounds, "DoseFastTidspunkt": tuple(one for one in made if one)},)


def _timed(told: Resource) -> Values | None:
    amount = next((r.get("doseQuantity") for r in told.get("doseAndRate") or []), None)
    repeat = (told.get("timing") or {}).get("repeat") or {}
    if told.get("asNeededBoolean") or not amount or amount.get("value") is None:
        return None
    when = _time_of_day(repeat)
    if when is None:
        return None
    every = Quantity(str(repeat.get("period", "")), str(repeat.get("periodUnit", "")))
    dose: dict[str, Any] = {"Mengde": Quantity(str(amount["value"]), str(amount.get("unit", "")))}
    if every.v and every.u:
        dose["Intervall"] = every
    dose |= {**when, "GisEksakt": False}
    days = repeat.get("dayOfWeek") or []
    if days:
        numbers = {day: number for number, day in _DAYS.items()}
        dose["FastDose"] = {"FasteUkedager": tuple(Coded(numbers[day]) for day in days)}
    return dose


def _time_of_day(repeat: Resource) -> Values | None:
    """None for several at once, and for times that 8325 has no word for."""
    whens, clocks = repeat.get("when") or [], repeat.get("timeOfDay") or []
    if len(whens) + len(clocks) > 1:
        return None
    if clocks:
        return {"Klokkeslett": clocks[0]}
    code = next((code for code, when in _WHEN.items() if whens == [when]), "")
    if whens and not code:
        return None
    return {"Tidsomrade": Coded(code, _WORDS[code])} if code else {}
