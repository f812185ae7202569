"""One line of one source's list: what, how, since when, and who says so. Read from a MedicationStatement as it stands.

Spec: https://hl7.org/fhir/R4/medicationstatement.html. What several lists disagree on does not belong here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from akson.care.fhir_json import Resource, any_code, concept_text, display, instant, reference
from akson.care.medication import medicine
from akson.care.quantities import number_words, quantity_words

SUPPLY = "https://akson.no/fhir/CodeSystem/medication-supply"
MULTIDOSE = "multidose"
NAMELESS = "Uten navn"
"""A line whose drug nobody can tell: nothing is given from it."""
_NEVER = "entered-in-error"


class SourceKind(StrEnum):
    """Who a list comes from. The value is what `List.extension[medication-source].valueCode` holds."""

    MUNICIPALITY = "municipality"
    """The record's own working list."""
    HOSPITAL = "hospital"
    GP = "gp"
    PLL = "pll"
    """Pasientens legemiddelliste, from the prescription hub (M25.1 by M9.12)."""
    PHARMACY = "pharmacy"
    """The multidose pharmacy: what is packed (M25.2, M27, M28)."""
    PATIENT = "patient"
    """The patient's own words, or her kin's."""
    ABROAD = "abroad"
    """A patient summary (IPS) that another country's care has made: `sharing/summary`."""
    OTHER = "other"


class Said(StrEnum):
    """What a list without lines means."""

    LINES = "lines"
    NONE = "nilknown"
    """She was asked, and uses nothing."""
    NOT_ASKED = "notasked"
    UNKNOWN = "unavailable"
    """The list is empty and does not say why: never read as "none"."""


class Use(StrEnum):
    ACTIVE = "active"
    PAUSED = "on-hold"
    STOPPED = "stopped"
    """Stopped or completed."""
    NOT_TAKEN = "not-taken"
    """It was prescribed or advised, and is not taken: not fetched, not begun."""
    UNSURE = "unknown"
    """The source does not know whether it is taken."""


class Kind(StrEnum):
    """Where a line stands on the list."""

    FIXED = "fixed"
    AS_NEEDED = "as-needed"
    COURSE = "course"


@dataclass(frozen=True, slots=True)
class Dose:
    """How it is taken: the words as written, and what of it is told as structure."""

    text: str = ""
    """As the source wrote it; "" when it is not said."""
    as_needed: bool | None = None
    needed_for: str = ""
    maximum: str = ""
    """`8 tabletter per døgn`; only where it is told as structure."""
    route: str = ""
    timing: Resource | None = None
    """`Dosage.timing`, untouched."""
    amount: str = ""
    """`1 tablett` for each time; only where it is told as structure."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """Who said it, when, and what it rests on."""

    by: str
    """`Fjord sykehus`, `Marit Bakken (datter)`; "" when the record does not say."""
    by_reference: str
    kind: SourceKind
    confirmed: date | None
    """The last day somebody said that it is so (`dateAsserted`)."""
    rests_on: tuple[str, ...]
    """References of `derivedFrom` and `basedOn`: message, document, prescription, another source's list."""


@dataclass(frozen=True, slots=True)
class SourceLine:
    id: str
    """Unique among all sources of the patient: `MedicationStatement/m1`, or `List/h1#s2` for a line inside a list."""
    name: str
    """Generic name first, else the product's: `Furosemid`."""
    product: str
    """The name it was told by when that is another: `Selo-Zok`; else ""."""
    atc: str
    strength: str
    """`40 mg`; "" when not said."""
    form: str
    dose: Dose
    kind: Kind
    use: Use
    indication: str
    start: date | None
    stop: date | None
    """Last day of a course, or the day it was stopped."""
    stop_reason: str
    multidose: bool
    note: str
    provenance: Provenance
    resource: Resource
    """The MedicationStatement itself, its medication contained, for whoever writes a new one from it."""


PAST = (Use.STOPPED, Use.NOT_TAKEN)
_USES = {
    "active": Use.ACTIVE,
    "intended": Use.ACTIVE,
    "on-hold": Use.PAUSED,
    "stopped": Use.STOPPED,
    "completed": Use.STOPPED,
    "not-taken": Use.NOT_TAKEN,
}


def line_of(
    statement: Resource, id: str, kind: SourceKind, known: Mapping[str, Resource]
) -> SourceLine | None:
    """None for what was entered in error. `known` holds Medications by reference: `Medication/m1`, `#m1`."""
    if statement.get("status") == _NEVER:
        return None
    drug = medicine.medication(statement, known)
    names = medicine.names(drug)
    period = statement.get("effectivePeriod") or {}
    start, stop = _day(period.get("start") or statement.get("effectiveDateTime")), _day(period.get("end"))
    use = _USES.get(str(statement.get("status")), Use.UNSURE)
    dose = _dose(statement)
    return SourceLine(
        id=id,
        name=names.generic or NAMELESS,
        product=names.product,
        atc=medicine.atc(statement, drug),
        strength=medicine.strength(drug),
        form=medicine.form(drug),
        dose=dose,
        kind=_kind(dose, use, stop),
        use=use,
        indication=_indication(statement, dose),
        start=start,
        stop=stop,
        stop_reason=next((w for w in map(concept_text, statement.get("statusReason") or []) if w), ""),
        multidose=any_code([statement.get("category") or {}], MULTIDOSE),
        note=" ".join(n.get("text", "") for n in statement.get("note") or []),
        provenance=_provenance(statement, kind),
        resource={**statement, "contained": [drug]} if _is_inside(statement) and drug else statement,
    )


def _is_inside(statement: Resource) -> bool:
    """Whether its Medication is told within it (`#m1`); one of the record's own is referred to, never copied in."""
    return reference(statement.get("medicationReference")).startswith("#")


def _provenance(statement: Resource, kind: SourceKind) -> Provenance:
    said = statement.get("informationSource")
    rests = [*(statement.get("derivedFrom") or []), *(statement.get("basedOn") or [])]
    return Provenance(
        by=display(said),
        by_reference=reference(said),
        kind=kind,
        confirmed=_day(statement.get("dateAsserted")),
        rests_on=tuple(ref for ref in map(reference, rests) if ref),
    )


def _dose(statement: Resource) -> Dose:
    dosages = statement.get("dosage") or []
    if not dosages:
        return Dose()
    first = dosages[0]
    needed = first.get("asNeededCodeableConcept")
    flag = first.get("asNeededBoolean")
    rates = first.get("doseAndRate") or []
    return Dose(
        text="; ".join(text for text in ((d.get("text") or "").strip() for d in dosages) if text),
        as_needed=True if needed else flag if isinstance(flag, bool) else None,
        needed_for=concept_text(needed),
        maximum=_maximum(first.get("maxDosePerPeriod") or {}),
        route=concept_text(first.get("route")),
        timing=first.get("timing"),
        amount=quantity_words(rates[0].get("doseQuantity")) if rates else "",
    )


def _maximum(ratio: Resource) -> str:
    """`8 tabletter per døgn`; "" when it is not told as structure."""
    most = quantity_words(ratio.get("numerator"))
    per = ratio.get("denominator") or {}
    words = {"d": "døgn", "h": "time", "wk": "uke"}.get(str(per.get("code", "")), "")
    if not most or not words:
        return most
    return (
        f"{most} per {words}"
        if per.get("value") in (None, 1)
        else f"{most} per {number_words(per['value'])} {words}"
    )


def _kind(dose: Dose, use: Use, stop: date | None) -> Kind:
    if dose.as_needed:
        return Kind.AS_NEEDED
    return Kind.COURSE if stop is not None and use not in PAST else Kind.FIXED


def _indication(statement: Resource, dose: Dose) -> str:
    told = [concept_text(reason) for reason in statement.get("reasonCode") or []]
    return next((words for words in [*told, dose.needed_for] if words), "")


def _day(text: str | None) -> date | None:
    """The day of a FHIR date or instant; of a month or a year its first."""
    at = instant(text)
    return at.date() if at else None
