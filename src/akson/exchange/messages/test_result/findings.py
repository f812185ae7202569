"""A report as one DiagnosticReport and an Observation for each finding. Pure.

| in the report                             | in the record                                                     |
| ----------------------------------------- | ----------------------------------------------------------------- |
| ServReport                                | DiagnosticReport, `result` its findings, `conclusion` its comment |
| ResultItem                                | Observation                                                       |
| ResultItem inside a ResultItem            | Observation, `hasMember` of the outer: agent and its resistance   |
| Investigation/Id (7280 NLK, or local)     | code                                                              |
| NumResult, Interval, DateResult, TextResult | value: Quantity with comparator, Range, dateTime, text           |
| RefInterval                               | referenceRange.text                                               |
| DevResultInd (8244)                       | interpretation                                                    |
| Comment, DiagComment, StructuredInfo      | note                                                              |
| StatusInvestigation (8245)                | status                                                            |
| AnalysedSubject                           | specimen.display, and effective (when it was taken)               |

Nothing needs to be found here: the message itself stands whole in its Communication.
Spec: https://hl7.org/fhir/R4/diagnosticreport.html, https://hl7.org/fhir/R4/observation.html.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from akson.exchange import times
from akson.exchange.extension import FURTHER_TEXT
from akson.exchange.message_type import CANCELLED, CHANGED, Resource, ResultFacts
from akson.exchange.schema import Coded, Formatted, Quantity, Values

INTERPRETATIONS = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
_DEVIATIONS = {"1": "H", "2": "L", "3": "A"}
"""8244 -> HL7: above, below, outside."""
_COMPARATORS = {"LT": "<", "LE": "<=", "GE": ">=", "GT": ">", "ML": "<", "MG": ">"}
"""8239. Equal says nothing more, and `not equal` has no word in FHIR."""
_PRELIMINARY = ("2", "5", "6", "7", "8", "9", "10", "15")
_CORRECTED = ("1", "12", "13")
_DELETED = "14"
_DECIMAL = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?")
_WITHOUT_NAME = "Uten navn"


def of_report(report: Values, number: int, about: ResultFacts) -> Iterator[tuple[str, Resource]]:
    """(id, resource), findings before the report that lists them."""
    patient = report.get("Patient", {})
    # Findings point at a material by its id; some laboratories by its number.
    material = {
        str(subject.get(name, "")).strip(): subject
        for name in ("Number", "IdByServProvider")
        for subject in patient.get("AnalysedSubject", ())
    }
    found: list[tuple[str, Resource]] = []
    top = [
        _finding(item, f"{number}.{place}", report, material, about, found)
        for place, item in enumerate(patient.get("ResultItem", ()))
    ]
    yield from found
    yield about.id(f"DiagnosticReport/{number}"), _report(report, top, about)


def _report(report: Values, top: list[str], about: ResultFacts) -> Resource:
    comments = [str(report.get("Comment", "")).strip(), *(c.words for c in report.get("CodedComment", ()))]
    told: Resource = {
        "resourceType": "DiagnosticReport",
        "identifier": list(about.identifiers),
        "status": _report_status(report),
        "code": _concept([report["MsgDescr"]], 8202),
        "subject": about.patient,
        "issued": _instant(report.get("ApprDate", "") or report["IssueDate"], about),
        "performer": [about.sender],
        "result": [{"reference": f"Observation/{id}"} for id in top],
        "conclusion": "\n".join(comment for comment in comments if comment),
    }
    return {name: value for name, value in told.items() if value}


def _finding(
    item: Values,
    place: str,
    report: Values,
    material: dict[str, Values],
    about: ResultFacts,
    found: list[tuple[str, Resource]],
) -> str:
    members = [
        _finding(inner, f"{place}.{number}", report, material, about, found)
        for number, inner in enumerate(item.get("ResultItem", ()))
    ]
    subjects = [
        material[ref.strip()] for ref in item.get("RefAnalysedSubject", ()) if ref.strip() in material
    ]
    investigations = item.get("Investigation", ())
    codes = [code for one in investigations for code in one.get("Id", ())]
    told: Resource = {
        "resourceType": "Observation",
        "identifier": list(about.identifiers),
        "status": _status(item, report),
        "code": _concept(codes, None),
        "subject": about.patient,
        "effectiveDateTime": _effective(item, subjects),
        "issued": _instant(report["IssueDate"], about),
        "performer": [about.sender],
        **_value(item),
        "interpretation": _interpretation(item.get("DevResultInd")),
        "note": [{"text": text} for text in dict.fromkeys(_notes(item, investigations))],
        "specimen": _specimen(subjects),
        "referenceRange": [
            {"text": text}
            for interval in item.get("RefInterval", ())
            if (text := str(interval.get("Descr", "")).strip())
        ],
        "hasMember": [{"reference": f"Observation/{id}"} for id in members],
    }
    id = about.id(f"Observation/{place}")
    found.append((id, {name: value for name, value in told.items() if value}))
    return id


def _value(item: Values) -> dict[str, Any]:
    if "NumResult" in item:
        result = item["NumResult"]
        comparator = _COMPARATORS.get(result.get("ArithmeticComp", Coded()).v, "")
        quantity = _quantity(result["NumResultValue"])
        if not quantity:
            return (
                {"valueString": _shown(result["NumResultValue"])} if _shown(result["NumResultValue"]) else {}
            )
        return {"valueQuantity": {**quantity, **({"comparator": comparator} if comparator else {})}}
    if "Interval" in item:
        ends = {"low": item["Interval"].get("Low"), "high": item["Interval"].get("High")}
        made = {name: _quantity(end) for name, end in ends.items() if end is not None and _quantity(end)}
        return {"valueRange": made} if made else {}
    if "DateResult" in item:
        day = times.fhir_date_time(item["DateResult"]["DateResultValue"])
        return {"valueDateTime": day} if len(day) >= len("2026-11-26") or day else {}
    return _text_value(item.get("TextResult"))


def _text_value(told: Any) -> dict[str, Any]:
    results = told if isinstance(told, tuple) else (told,) if told else ()
    lines, codes = [], list[Coded]()
    for result in results:
        heading = result.get("Heading", Coded()).words
        text = _plain(result.get("TextResultValue", ""))
        unit = str(result.get("Unit", "")).strip()
        codes += _coded(result.get("TextCode"))
        if line := " ".join(part for part in (f"{heading}:" if heading else "", text, unit) if part):
            lines.append(line)
    codes = [code for code in codes if code.v or code.words]
    if codes:
        text = "\n".join(lines) or ", ".join(code.words for code in codes)
        return {"valueCodeableConcept": {**_concept(codes, None), "text": text}}
    return {"valueString": "\n".join(lines)} if lines else {}


def _notes(item: Values, investigations: Any) -> Iterator[str]:
    yield from _texts(item.get("Comment"))
    for investigation in investigations:
        yield from (spec.words for spec in investigation.get("Spec", ()) if spec.words)
        yield from _texts(investigation.get("Comment"))
    yield from _leaves(item.get("DiagComment"))
    for info in item.get("StructuredInfo", ()):
        if text := ", ".join(_leaves(info)):
            yield text


def _leaves(value: Any) -> Iterator[str]:
    """Every word in a structure, in its order."""
    if isinstance(value, Coded):
        yield from (value.words,) if value.words else ()
    elif isinstance(value, Quantity):
        yield from (_shown(value),) if _shown(value) else ()
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _leaves(inner)
    elif isinstance(value, tuple):
        for inner in value:
            yield from _leaves(inner)
    elif value is not None:
        yield from _texts(value)


def _texts(value: Any) -> Iterator[str]:
    if text := _plain(value):
        yield text


def _plain(value: Any) -> str:
    return value.words if isinstance(value, Formatted) else str(value or "").strip()


def _coded(value: Any) -> list[Coded]:
    return list(value) if isinstance(value, tuple) else [value] if isinstance(value, Coded) else []


def _concept(codes: list[Coded], fixed: int | None) -> Resource:
    coding = []
    for code in codes:
        system = f"urn:oid:{code.s}" if code.s else f"urn:oid:2.16.578.1.12.4.1.1.{fixed}" if fixed else ""
        pairs = {"system": system if code.v else "", "code": code.v, "display": code.dn.strip()}
        made: Resource = {name: text for name, text in pairs.items() if text}
        if code.ot.strip():
            made = {"extension": [{"url": FURTHER_TEXT, "valueString": code.ot.strip()}], **made}
        coding += [made] if made else []
    text = ", ".join(dict.fromkeys(code.words or code.v for code in codes if code.words or code.v))
    return {**({"coding": coding} if coding else {}), "text": text or _WITHOUT_NAME}


def _interpretation(mark: Coded | None) -> list[Resource]:
    if mark is None or not (mark.v or mark.words):
        return []
    hl7 = _DEVIATIONS.get(mark.v)
    coding = [{"system": INTERPRETATIONS, "code": hl7}] if hl7 else []
    told = _concept([mark], 8244)
    return [{**told, "coding": [*coding, *told.get("coding", ())]}]


def _quantity(value: Quantity) -> Resource:
    """FHIR's decimal has no exponent beyond what JSON has; what is spelt otherwise stays text."""
    number = value.v.strip()
    if not _DECIMAL.fullmatch(number):
        return {}
    return {"value": Decimal(number), **({"unit": value.u} if value.u else {})}


def _shown(value: Quantity) -> str:
    return f"{value.v} {value.u}".strip()


def _status(item: Values, report: Values) -> str:
    told = item.get("StatusInvestigation", Coded()).v
    if item.get("ServType", Coded()).v == CANCELLED or told == _DELETED:
        return "cancelled"
    if told in _PRELIMINARY:
        return "preliminary"
    if told in _CORRECTED or item.get("ServType", Coded()).v == CHANGED:
        return "corrected"
    return "preliminary" if not told and report["Status"].v == "P" else "final"


def _report_status(report: Values) -> str:
    if report["ServType"].v == CHANGED:
        return "corrected"
    return {"P": "preliminary", "S": "registered", "A": "appended"}.get(report["Status"].v, "final")


def _effective(item: Values, subjects: list[Values]) -> str:
    taken = (s.get("CollectedSample", {}).get("CollectedDate", "") for s in subjects)
    told = (item.get("InvDate", ""), *taken)
    return next((day for text in told if (day := times.fhir_date_time(text))), "")


def _instant(text: str, about: ResultFacts) -> str:
    """`issued` is an instant; a date alone is none, and then it is when the report came."""
    at = times.instant(text)
    return at.isoformat(timespec="seconds") if at is not None else about.received


def _specimen(subjects: list[Values]) -> Resource:
    names = (s.get("TypeCoded", Coded()).words or str(s.get("Type", "")).strip() for s in subjects)
    told = ", ".join(dict.fromkeys(name for name in names if name))
    return {"display": told} if told else {}
