"""A summary that somebody else made, read to values. Pure; nothing of it is changed, and what is not known is no fault.

    received = read(data)        Received(source="Anorg Aniza Tion BV", language="en-US", sections=(…,), …)
    differs(received, patient)   True: it is about another person

Spec: HL7 IPS 1.1 and 2.0 (Bundle-uv-ips). Codes and languages stand as they were told.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from akson.fhir.codec import json
from akson.fhir.problem import Problem, ProblemKind
from akson.sharing.summary.codes import NO_INFORMATION, NONE_KNOWN, SUMMARY
from akson.sharing.summary.reading import Resource, codes, concept_words, name_words, reference

BYTES_MAX = 10 * 1024 * 1024
ENTRIES_MAX = 2_000
NATIONAL_IDS = ("urn:oid:2.16.578.1.12.4.1.4.1", "urn:oid:2.16.578.1.12.4.1.4.2")
"""Fødselsnummer, D-nummer."""


@dataclass(frozen=True, slots=True)
class ReceivedSection:
    code: str
    title: str
    narrative: str
    """XHTML as it came, never to be shown without `foreign_text.shown`."""
    entries: tuple[Resource, ...]
    empty: str = ""
    """Why there is none, as the source says it: its words, else its code."""
    reasons: tuple[str, ...] = ()
    """Codes of the same."""


@dataclass(frozen=True, slots=True)
class Received:
    system: str
    value: str
    """Of Bundle.identifier: it names this content for ever."""
    made: str
    """FHIR instant."""
    language: str
    title: str
    source: str
    """Who answers for it: custodian, else attester, else author; "" when the document does not say."""
    country: str
    """Of the source's or the patient's address; as it was told."""
    patient: Resource
    sections: tuple[ReceivedSection, ...]
    known: Mapping[str, Resource]
    """Every resource by the reference that names it in the document."""


def read(data: bytes) -> Received:
    """Raises TOO_LARGE AKS-SUMMARY-001; MALFORMED AKS-SUMMARY-002 for what is no patient summary."""
    if len(data) > BYTES_MAX:
        raise Problem(
            ProblemKind.TOO_LARGE,
            "AKS-SUMMARY-001",
            "The patient summary is too large.",
            why=f"At most {BYTES_MAX // 1024 // 1024} MB are taken in.",
        )
    try:
        bundle = json.parse(data)
    except Problem:
        raise _none("It is no FHIR in JSON.") from None
    entries = _entries(bundle)
    known = _known(entries)
    composition = entries[0]["resource"]
    patient = _resolved(composition.get("subject"), known)
    identifier = bundle.get("identifier") or {}
    if composition.get("resourceType") != "Composition" or SUMMARY not in codes(composition.get("type")):
        raise _none("The document is no patient summary (LOINC 60591-5).")
    if patient.get("resourceType") != "Patient" or not identifier.get("value"):
        raise _none("The document does not say whom it is about, or has no identifier.")
    source = _source(composition, known)
    return Received(
        system=str(identifier.get("system") or ""),
        value=str(identifier["value"]),
        made=str(bundle.get("timestamp") or composition.get("date") or ""),
        language=str(composition.get("language") or bundle.get("language") or ""),
        title=str(composition.get("title") or "Patient Summary"),
        source=name_words(source),
        country=_country(source) or _country(patient),
        patient=patient,
        sections=tuple(_section(s, known) for s in composition.get("section") or [] if isinstance(s, dict)),
        known=known,
    )


def says_none(resource: Resource) -> bool:
    """A line that says «none known»."""
    told = codes(resource.get("code") or resource.get("medicationCodeableConcept"))
    return any((str(resource.get("resourceType")), code) in NONE_KNOWN for code in told)


def says_nothing(resource: Resource) -> bool:
    """A line that says that nothing is known, which is not «none known»."""
    told = codes(
        resource.get("code") or resource.get("medicationCodeableConcept") or resource.get("vaccineCode")
    )
    return bool(NO_INFORMATION & {*told})


def differs(received: Received, patient: Resource) -> bool:
    """Whether it is about another person. A national id in it decides; without one, name and date of birth do."""
    theirs, ours = _national(received.patient), _national(patient)
    if theirs and ours:
        return not theirs & ours
    born = received.patient.get("birthDate")
    if not born or born != patient.get("birthDate"):
        return True
    return not (
        _families(received.patient) & _families(patient) and _given(received.patient) & _given(patient)
    )


def _national(patient: Resource) -> set[str]:
    found = patient.get("identifier") or []
    return {str(i["value"]) for i in found if i.get("system") in NATIONAL_IDS and i.get("value")}


def _families(patient: Resource) -> set[str]:
    return {_plain(str(n["family"])) for n in patient.get("name") or [] if n.get("family")}


def _given(patient: Resource) -> set[str]:
    """Her first names, one by one: passports and registers order and shorten them differently."""
    told = [given for n in patient.get("name") or [] for given in n.get("given") or []]
    return {_plain(part) for given in told for part in str(given).split() if part}


def _plain(name: str) -> str:
    """Without case, marks and spaces: `Åse Marie` and `AASE-MARIE` are still two, `Müller` and `MULLER` one."""
    split = unicodedata.normalize("NFKD", name.casefold())
    return "".join(c for c in split if c.isalnum() and not unicodedata.combining(c))


def _none(why: str) -> Problem:
    return Problem(
        ProblemKind.MALFORMED,
        "AKS-SUMMARY-002",
        "This is no patient summary that can be read here.",
        why=why,
        now="Ask the sender for the summary as a FHIR document (IPS) in JSON.",
    )


def _entries(bundle: object) -> list[Resource]:
    if (
        not isinstance(bundle, dict)
        or bundle.get("resourceType") != "Bundle"
        or bundle.get("type") != "document"
    ):
        raise _none("It is no FHIR document.")
    entries = bundle.get("entry")
    right = isinstance(entries, list) and 0 < len(entries) <= ENTRIES_MAX
    if not right or not all(
        isinstance(e, dict) and isinstance(e.get("resource"), dict) for e in entries or []
    ):
        raise _none(f"The document is empty, or has more than {ENTRIES_MAX} entries.")
    assert isinstance(entries, list)
    return entries


def _known(entries: list[Resource]) -> dict[str, Resource]:
    """By fullUrl, and by `Type/id`, which documents from servers use."""
    found: dict[str, Resource] = {}
    for entry in entries:
        one = entry["resource"]
        for name in (str(entry.get("fullUrl") or ""), f"{one.get('resourceType')}/{one.get('id')}"):
            found.setdefault(name, one)
    return found


def _resolved(value: Resource | None, known: Mapping[str, Resource]) -> Resource:
    named = reference(value)
    return known.get(named) or known.get("/".join(named.split("/")[-2:])) or {}


def _source(composition: Resource, known: Mapping[str, Resource]) -> Resource:
    attesters = [a.get("party") for a in composition.get("attester") or []]
    told = [composition.get("custodian"), *attesters, *(composition.get("author") or [])]
    found = [(_resolved(one, known) or {"name": str((one or {}).get("display") or "")}) for one in told]
    return next((one for one in found if name_words(one)), {})


def _country(resource: Resource) -> str:
    addresses = resource.get("address") or []
    listed = addresses if isinstance(addresses, list) else [addresses]
    return next((str(a["country"]) for a in listed if a.get("country")), "")


def _section(section: Resource, known: Mapping[str, Resource]) -> ReceivedSection:
    empty = section.get("emptyReason")
    return ReceivedSection(
        code=next(iter(codes(section.get("code"))), ""),
        title=str(section.get("title") or concept_words(section.get("code"))),
        narrative=str((section.get("text") or {}).get("div") or ""),
        entries=tuple(r for e in section.get("entry") or [] if (r := _resolved(e, known))),
        empty=concept_words(empty),
        reasons=codes(empty),
    )
