"""Reading the elements that facts rest on: references, periods, codes. Pure; nothing here knows what a fact is."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from akson.access.facts import Relation
from akson.fhir.search.values import date

Json = Mapping[str, Any]

_GRANTEE_TYPES = ("Practitioner/", "PractitionerRole/", "Organization/", "RelatedPerson/")


def reference(value: Any) -> str:
    """`Type/id` of a Reference, without version; `` when it has none."""
    text = value.get("reference", "") if isinstance(value, Mapping) else ""
    return "/".join(text.split("/")[:2])


def patient_id(value: Any) -> str:
    """The id of a Reference to a Patient, else ``."""
    written = reference(value)
    return written.removeprefix("Patient/") if written.startswith("Patient/") else ""


def bounds(period: Any) -> tuple[datetime | None, datetime | None]:
    """Start and end (exclusive) of a Period; None where it is open. A date lasts the whole day."""
    stated = period if isinstance(period, Mapping) else {}
    start, end = stated.get("start"), stated.get("end")
    return (date.period(start)[0] if start else None), (date.period(end)[1] if end else None)


def codings(*concepts: Any) -> Iterator[tuple[str, str]]:
    """(system, code) of every coding of CodeableConcepts, Codings and lists of them."""
    for concept in concepts:
        if isinstance(concept, list):
            yield from codings(*concept)
        elif isinstance(concept, Mapping):
            if "coding" in concept:
                yield from codings(*concept["coding"])
            elif "code" in concept and isinstance(concept["code"], str):
                yield concept.get("system", ""), concept["code"]


def relation(
    patient: Any,
    grantee: Any,
    kind: str,
    source: Json,
    begin: datetime,
    end: datetime | None = None,
) -> Iterator[Relation]:
    """The one relation, when both ends are references that can have one and it ends after it begins."""
    whose, to = patient_id(patient), reference(grantee)
    if whose and to.startswith(_GRANTEE_TYPES) and (end is None or begin < end):
        yield Relation(whose, to, kind, begin, end, f"{source['resourceType']}/{source.get('id', '')}")
