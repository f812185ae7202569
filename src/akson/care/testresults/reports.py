"""DiagnosticReports and their Observations in words: what was found, against what, how it deviates, whether it still holds.

Spec: https://hl7.org/fhir/R4/diagnosticreport.html, https://hl7.org/fhir/R4/observation.html. How a letter from a laboratory
becomes them does not belong here.

    Report("Medisinsk biokjemi", sender="Havnes sykehus HF", state="", withdrawn=False, findings=(
        Finding("Hemoglobin", value="10,9", unit="g/dL", range="11,7–15,3", deviation="Under referansegrensen", mark="L"),))
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from akson.care.fhir_json import Resource, concept_text, display, instant, reference
from akson.care.quantities import UNIT_WORDS, number_words

WITHDRAWN = ("entered-in-error", "cancelled")
STATES = {
    "registered": "Registrert, ikke besvart",
    "partial": "Delsvar",
    "preliminary": "Foreløpig",
    "amended": "Endret",
    "corrected": "Rettet",
    "appended": "Tilføyd",
    "cancelled": "Avbestilt",
    "entered-in-error": "Trukket tilbake",
    "unknown": "Ukjent status",
}
"""Status -> what a reader must know; a final one needs no word."""
_MARKS = {
    "H": "H", "HU": "H", "HH": "HH", "L": "L", "LU": "L", "LL": "LL", "A": "A", "AA": "AA", "N": "",
    ">": "H", "<": "L", "R": "R", "I": "I", "S": "S", "POS": "A", "NEG": "",
}  # fmt: skip
"""HL7 v3 ObservationInterpretation -> what is drawn beside the words."""
_MARK_WORDS = {
    "H": "Høy", "HH": "Kritisk høy", "L": "Lav", "LL": "Kritisk lav", "A": "Utenfor", "AA": "Kritisk avvik",
    "R": "Resistent", "I": "Følsom ved økt eksponering", "S": "Følsom",
}  # fmt: skip
_SUSCEPTIBILITY = {
    "r": "R", "resistent": "R", "i": "I", "intermediær": "I", "følsom ved økt eksponering": "I", "s": "S", "følsom": "S",
    "sensitiv": "S",
}  # fmt: skip
"""What laboratories write of an agent against a drug, where they give no interpretation beside it."""
DEPTH_MAX = 6
"""Findings within findings; a report that holds itself ends here."""


@dataclass(frozen=True, slots=True)
class Finding:
    id: str
    name: str
    value: str
    unit: str
    range: str
    deviation: str
    """In the sender's words, else ours; "" when nothing is said to deviate."""
    mark: str
    """`H`, `L`, `A`, `R`, …: says the same as a shape."""
    notes: tuple[str, ...]
    specimen: str
    taken: datetime | None
    state: str
    withdrawn: bool
    depth: int
    key: str
    """`system|code|unit`: findings with the same can stand in one curve; "" when it cannot be counted."""
    number: Decimal | None

    @property
    def long(self) -> bool:
        """Words that need the whole width."""
        return len(self.value) > 40 or "\n" in self.value


@dataclass(frozen=True, slots=True)
class Report:
    id: str
    title: str
    sender: str
    issued: datetime | None
    taken: datetime | None
    """When all of it was taken; None when findings differ or do not say."""
    specimen: str
    """The same for all of it, else ""."""
    state: str
    withdrawn: bool
    conclusion: str
    findings: tuple[Finding, ...]
    """As they stand in it, those within others after them, one step deeper."""
    hidden: int
    """Findings it names that this reader was not given."""


@dataclass(frozen=True, slots=True)
class Point:
    at: datetime
    number: Decimal
    value: str
    range: str
    mark: str


def reports(found: Iterable[Resource], near: Mapping[str, Resource]) -> tuple[Report, ...]:
    """Newest first. `near` maps `Observation/id` to what was read together with them."""
    told = [_report(one, near) for one in found]
    return tuple(sorted(told, key=lambda r: (r.issued.timestamp() if r.issued else 0.0, r.id), reverse=True))


def curve(told: Iterable[Report], key: str) -> tuple[Point, ...]:
    """What was measured of one thing in one unit, oldest first, each time once. What was withdrawn is no part of it."""
    points: dict[datetime, Point] = {}
    for report in told:
        for finding in report.findings:
            at = finding.taken or report.issued
            holds = not report.withdrawn and not finding.withdrawn
            if holds and finding.key == key and finding.number is not None and at and at not in points:
                points[at] = Point(at, finding.number, finding.value, finding.range, finding.mark)
    return tuple(points[at] for at in sorted(points))


def _report(report: Resource, near: Mapping[str, Resource]) -> Report:
    refs = [reference(r) for r in report.get("result") or []]
    findings = tuple(_findings(refs, near, 0))
    taken, specimens = {f.taken for f in findings}, {f.specimen for f in findings}
    own = instant(report.get("effectiveDateTime"))
    status = str(report.get("status", ""))
    return Report(
        id=str(report.get("id", "")),
        title=concept_text(report.get("code")) or "Svarrapport",
        sender=next((n for n in (display(p) for p in report.get("performer") or []) if n), "Ukjent avsender"),
        issued=instant(report.get("issued")),
        taken=own or (next(iter(taken)) if len(taken) == 1 else None),
        specimen=next(iter(specimens)) if len(specimens) == 1 else "",
        state=STATES.get(status, ""),
        withdrawn=status in WITHDRAWN,
        conclusion=str(report.get("conclusion") or ""),
        findings=findings,
        hidden=sum(1 for ref in refs if ref and ref not in near),
    )


def _findings(refs: Iterable[str], near: Mapping[str, Resource], depth: int) -> Iterator[Finding]:
    for ref in refs:
        observation = near.get(ref)
        if observation is None:
            continue
        yield _finding(observation, depth)
        if depth < DEPTH_MAX:
            yield from _findings((reference(m) for m in observation.get("hasMember") or []), near, depth + 1)


def _finding(observation: Resource, depth: int) -> Finding:
    value, unit, number = _value(observation)
    mark, deviation = _deviation(observation.get("interpretation") or [])
    if depth and not mark and (mark := _SUSCEPTIBILITY.get(value.casefold(), "")):
        deviation = deviation or (_MARK_WORDS[mark] if len(value) == 1 else "")
    status = str(observation.get("status", ""))
    return Finding(
        id=str(observation.get("id", "")),
        name=concept_text(observation.get("code")) or "Uten navn",
        value=value,
        unit=unit,
        range=", ".join(_ranges(observation.get("referenceRange") or [])),
        deviation=deviation,
        mark=mark,
        notes=tuple(text for n in observation.get("note") or [] if (text := str(n.get("text", "")).strip())),
        specimen=display(observation.get("specimen")),
        taken=instant(observation.get("effectiveDateTime")),
        state=STATES.get(status, ""),
        withdrawn=status in WITHDRAWN,
        depth=depth,
        key=_key(observation, unit) if number is not None else "",
        number=number,
    )


def _key(observation: Resource, unit: str) -> str:
    codings = (observation.get("code") or {}).get("coding") or []
    coded = next((f"{c.get('system', '')}|{c['code']}" for c in codings if c.get("code")), "")
    return f"{coded}|{unit}" if coded else ""


def _value(observation: Resource) -> tuple[str, str, Decimal | None]:
    """Words, unit, and the number when there is one."""
    if quantity := observation.get("valueQuantity"):
        return _quantity(quantity)
    if ends := observation.get("valueRange"):
        low, high = (_quantity(ends[name])[0] if name in ends else "" for name in ("low", "high"))
        unit = _unit(ends.get("low") or ends.get("high") or {})
        return (f"{low}–{high}" if low and high else f"≥ {low}" if low else f"≤ {high}"), unit, None
    if concept := observation.get("valueCodeableConcept"):
        return concept_text(concept), "", None
    if day := observation.get("valueDateTime"):
        at = instant(day)
        return (f"{at:%d.%m.%Y}" if at else str(day)), "", None
    if "valueBoolean" in observation:
        return ("Ja" if observation["valueBoolean"] else "Nei"), "", None
    said = observation.get("valueString") or concept_text(observation.get("dataAbsentReason"))
    return str(said), "", None


def _quantity(quantity: Resource) -> tuple[str, str, Decimal | None]:
    if quantity.get("value") is None:
        return "", _unit(quantity), None
    comparator = str(quantity.get("comparator", "")).replace("<=", "≤").replace(">=", "≥")
    number = Decimal(str(quantity["value"]))
    # Digits as the laboratory gave them: 4,0 says more than 4.
    words = f"{comparator} {str(format(number, 'f')).replace('.', ',')}".strip()
    return words, _unit(quantity), number if not comparator else None


def _unit(quantity: Resource) -> str:
    return UNIT_WORDS.get(
        str(quantity.get("code", "")), str(quantity.get("unit") or quantity.get("code") or "")
    )


def _ranges(ranges: Iterable[Resource]) -> Iterator[str]:
    for one in ranges:
        low, high = ((one.get(name) or {}).get("value") for name in ("low", "high"))
        if text := str(one.get("text") or "").strip():
            yield text
        elif low is not None and high is not None:
            yield f"{number_words(low)}–{number_words(high)}"
        elif low is not None or high is not None:
            yield f"≥ {number_words(low)}" if low is not None else f"≤ {number_words(high or 0)}"


def _deviation(told: Iterable[dict[str, Any]]) -> tuple[str, str]:
    concepts = list(told)
    codes = [str(c.get("code", "")) for concept in concepts for c in concept.get("coding") or []]
    mark = next((_MARKS[code] for code in codes if code in _MARKS), "")
    said = next((str(c["text"]) for c in concepts if c.get("text")), "")
    return mark, said or _MARK_WORDS.get(mark, "")
