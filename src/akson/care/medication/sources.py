"""What each source says that the patient uses: one list per source, as it was told and when.

A source's list is a FHIR List (LOINC 10160-0). What others told is a `snapshot` that carries its statements inside, so
that nobody who searches the record's MedicationStatements meets a medicine twice; the municipality's own is `working`
and refers to statements of the record. Which of them is right is not said here: that is a clinical decision.
Spec: https://hl7.org/fhir/R4/list.html, https://hl7.org/fhir/R4/medicationstatement.html.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from akson.care.fhir_json import Resource


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
    """Stopped, completed or never taken."""


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


@dataclass(frozen=True, slots=True)
class SourceList:
    reference: str
    """`List/h1`; "" for statements of the record that stand on no list."""
    kind: SourceKind
    title: str
    """`Kommunens liste`, `Epikrise fra Fjord sykehus`."""
    told_by: str
    """`Samtale med Marit Bakken (datter)`; who made the list."""
    at: datetime | None
    """When it was told."""
    said: Said
    lines: tuple[SourceLine, ...]
    """As the source ordered them, stopped ones too."""
    rests_on: tuple[str, ...] = ()
    note: str = ""


def sources(rows: Iterable[Resource], at: datetime) -> tuple[SourceList, ...]:
    """Each source's newest list at that instant, oldest first: the order that the reconciliation engine asks for.

    `rows` are the patient's List, MedicationStatement and Medication resources in any order (others are looked past).
    Lists that are retired, entered in error or dated after `at` are left out. A record that has no list and no
    statement gives the municipality's list with `Said.NOT_ASKED`.
    """
    raise NotImplementedError
