"""Doses of a prescription as FHIR Dosages: fixed times of day, weekdays and intervals, and as needed with its maximum.

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
from decimal import Decimal
from typing import Any

from akson.care.fhir_json import instant
from akson.exchange import times
from akson.exchange.prescription.used import Resource
from akson.exchange.schema import Coded, Quantity, Values

_WHEN = {"1": "MORN", "2": "MORN.late", "3": "NOON", "4": "AFT", "5": "EVE", "6": "NIGHT"}
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
