"""Lists as sources tell them, small: for tests of what becomes of them."""

from decimal import Decimal
from typing import Any

from akson.care.medication.medicine import ATC
from akson.care.medication.sources import LOINC, MEDICATION_LIST, SOURCE

Resource = dict[str, Any]


def drug(name: str, strength: str = "", form: str = "tablett", atc: str = "") -> Resource:
    value, _, unit = strength.partition(" ")
    coding = {"coding": [{"system": ATC, "code": atc}]} if atc else {}
    amount = {"value": Decimal(value.replace(",", ".") or 0), "unit": unit}
    held = {"numerator": amount, "denominator": {"value": 1}}
    ingredient = [{"itemCodeableConcept": {"text": name}, "strength": held}]
    return {
        "resourceType": "Medication",
        "id": "m",
        "code": {"text": name, **coding},
        **({"form": {"text": form}} if form else {}),
        **({"ingredient": ingredient} if strength else {}),
    }


def line(id: str, medication: Resource, dose: str = "", patient: str = "p", **more: Any) -> Resource:
    """One MedicationStatement, its Medication inside."""
    return {
        "resourceType": "MedicationStatement",
        "id": id,
        "status": "active",
        "subject": {"reference": f"Patient/{patient}"},
        "contained": [medication],
        "medicationReference": {"reference": "#m"},
        **({"dosage": [{"text": dose}]} if dose else {}),
        **more,
    }


def working(id: str, date: str, *lines: Resource, patient: str = "p") -> list[Resource]:
    """The municipality's list and its statements."""
    head = _head(id, "municipality", "Kommunens liste", date, patient)
    return [
        {
            **head,
            "mode": "working",
            "entry": [{"item": {"reference": f"MedicationStatement/{x['id']}"}} for x in lines],
        },
        *lines,
    ]


def snapshot(id: str, source: str, title: str, date: str, *lines: Resource, patient: str = "p") -> Resource:
    """Another source's list, its statements inside."""
    contained: list[Resource] = []
    for number, one in enumerate(lines):
        medication = {**one["contained"][0], "id": f"m{number}"}
        statement = {k: v for k, v in one.items() if k != "contained"}
        contained += [
            medication,
            {**statement, "id": f"s{number}", "medicationReference": {"reference": f"#m{number}"}},
        ]
    entries = [{"item": {"reference": f"#s{number}"}} for number in range(len(lines))]
    return {**_head(id, source, title, date, patient), "contained": contained, "entry": entries}


def _head(id: str, source: str, title: str, date: str, patient: str) -> Resource:
    return {
        "resourceType": "List",
        "id": id,
        "extension": [{"url": SOURCE, "valueCode": source}],
        "status": "current",
        "mode": "snapshot",
        "title": title,
        "code": {"coding": [{"system": LOINC, "code": MEDICATION_LIST}]},
        "subject": {"reference": f"Patient/{patient}"},
        "date": date,
    }


def twelve(patient: str = "p", tag: str = "") -> list[Resource]:
    """Twelve medicines of which five differ: a dose, one stopped, one new, one strength, one bought by herself."""
    same = [
        ("apiksaban", "2,5 mg", "B01AF02", "1+0+1+0"), ("atorvastatin", "20 mg", "C10AA05", "0+0+1+0"),
        ("levotyroksin", "75 mikrog", "H03AA01", "1+0+0+0"), ("metformin", "500 mg", "A10BA02", "1+0+1+0"),
        ("pantoprazol", "40 mg", "A02BC02", "1+0+0+0"), ("mirtazapin", "15 mg", "N06AX11", "0+0+0+1"),
        ("donepezil", "10 mg", "N06DA02", "0+0+1+0"),
    ]  # fmt: skip
    agreed = [(drug(name, strength, atc=atc), dose) for name, strength, atc, dose in same]
    own = [
        (drug("furosemid", "40 mg", atc="C03CA01"), "1+0+0+0"),
        (drug("ramipril", "5 mg", atc="C09AA05"), "1+0+0+0"),
        (drug("metoprolol", "50 mg", "depottablett", "C07AB02"), "1+0+0+0"),
    ]
    theirs = [
        line(
            "x",
            drug("furosemid", "80 mg", atc="C03CA01"),
            "1+0+0+0",
            note=[{"text": "Økt fra 40 mg: forverret hjertesvikt."}],
        ),
        line(
            "x",
            drug("ramipril", "5 mg", atc="C09AA05"),
            "1+0+0+0",
            status="stopped",
            statusReason=[{"text": "Nyresvikt"}],
        ),
        line("x", drug("metoprolol", "100 mg", "depottablett", "C07AB02"), "½+0+0+0"),
        line(
            "x",
            drug("spironolakton", "25 mg", atc="C03DA01"),
            "1+0+0+0",
            reasonCode=[{"text": "Hjertesvikt"}],
        ),
        line("x", drug("ibuprofen", "400 mg", atc="M01AE01"), "1 tablett ved behov"),
    ]
    mine = [
        line(f"{tag}s{n}", medication, dose, patient, effectivePeriod={"start": "2025-03-14"})
        for n, (medication, dose) in enumerate((*agreed, *own))
    ]
    others = [*(line("x", medication, dose) for medication, dose in agreed), *theirs]
    return [
        *working(f"{tag}liste", "2026-11-20T10:00:00+01:00", *mine, patient=patient),
        snapshot(
            f"{tag}epikrise",
            "hospital",
            "Epikrise fra Havnes sykehus",
            "2026-11-21T10:00:00+01:00",
            *others,
            patient=patient,
        ),
    ]
