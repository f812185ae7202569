"""What one resource says to each search parameter: the bridge from FHIRPath extraction to the store's columns.

Example, an Observation:

    IndexValues(
        tokens=[("code", "http://loinc.org", "8867-4"), ("status", "http://hl7.org/fhir/observation-status", "final")],
        references=[("subject", "Patient/p1"), ("patient", "Patient/p1")],
        dates=[("date", 2026-11-22T08:12Z, 2026-11-22T08:13Z)],
        quantities=[("value-quantity", 72, 72, "http://unitsofmeasure.org", "/min")],
        patients=("p1",))

`lo`/`hi` of dates is [lo, hi) in UTC; open ends are datetime.min/max with tzinfo=UTC. Numbers are exact Decimals.
"""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal


@dataclass(slots=True)
class IndexValues:
    tokens: list[tuple[str, str | None, str | None]] = field(default_factory=list)
    """(param, system or None, code or None). An Identifier, Coding, CodeableConcept, code, boolean, ContactPoint."""
    references: list[tuple[str, str]] = field(default_factory=list)
    """(param, "Type/id" for what is local; the url as written for absolute, urn: and canonical)."""
    strings: list[tuple[str, str]] = field(default_factory=list)
    """(param, text as written; the store folds it)."""
    dates: list[tuple[str, datetime, datetime]] = field(default_factory=list)
    numbers: list[tuple[str, Decimal, Decimal]] = field(default_factory=list)
    """(param, lo, hi); lo == hi for a plain number, a Range gives both ends."""
    quantities: list[tuple[str, Decimal, Decimal, str | None, str | None]] = field(default_factory=list)
    """(param, lo, hi, system, code). A unit without code gives (…, None, unit)."""
    uris: list[tuple[str, str]] = field(default_factory=list)
    composites: list[tuple[str, "tuple[IndexValues, ...]"]] = field(default_factory=list)
    """(param, one IndexValues per component, whose param names are the component's ordinal "0", "1", …)."""
    patients: tuple[str, ...] = ()
    """Ids of the Patients whose compartment the resource is in (a Patient is in its own)."""
