"""The document: a Composition with its sections, and every resource that it names, as one Bundle. Pure.

    bundle = document(rows, patient, Maker("Storvik kommune", "999977774"), at, may=…)

The same rows at the same instant are the same bytes. Spec: HL7 IPS 2.0 (Bundle-uv-ips, Composition-uv-ips),
https://hl7.org/fhir/R4/documents.html. Who may see what is decided before it comes here.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import NAMESPACE_URL, UUID, uuid5

from akson.fhir.codec import json
from akson.sharing.summary import choosing, codes, narrative
from akson.sharing.summary.choosing import SECTIONS, Section
from akson.sharing.summary.entries import entry_of, url_of
from akson.sharing.summary.reading import Resource, name_words, reference, walk

TITLE = "Pasientsammendrag"
SOFTWARE = "Akson"
ORGANISATION_NUMBERS = "urn:oid:2.16.578.1.12.4.1.4.101"
_NEAR = ("Medication", "Practitioner", "PractitionerRole", "Organization", "Device", "Specimen")
"""What entries refer to and are not read without."""
_NAMED = ("Practitioner", "Organization")
"""IPS demands a name of them; one without stays words beside the reference."""
_NOTHING_TOLD = {
    "48765-2": "Journalen sier ikke noe om allergier.",
    "10160-0": "Journalen har ingen liste over legemidler i bruk.",
    "11450-4": "Journalen sier ikke noe om helseproblemer.",
}
NOT_ASKED = "Det er ikke spurt om legemidler."
WITHHELD = "Vises ikke for den som ba om sammendraget."


@dataclass(frozen=True, slots=True)
class Maker:
    """Who holds the record and answers for the document."""

    name: str
    organisation: str
    """Organisation number; "" where nobody has said it."""


def document(
    rows: Sequence[Resource], patient: Resource, maker: Maker, at: datetime, *, may: Callable[[str], bool]
) -> Resource:
    """`rows`: what the one who asks may see. `may`: whether she ever sees a type; the rest is withheld."""
    source = maker.organisation or maker.name
    house, software = _custodian(maker, source), _author(source)
    parts = [_part(section, rows, patient, may=may) for section in SECTIONS]
    kept = [part for part in parts if part.rows or part.section.required]
    near = _near([r for part in kept for r in part.rows], patient, rows)
    known = {_place(r): r for r in (patient, *(r for part in kept for r in part.rows), *near)}
    urls = {place: url_of(source, r) for place, r in known.items()}
    entries = [{"fullUrl": urls[place], "resource": entry_of(r, urls)} for place, r in known.items()]
    sections = [_written(part, urls, known) for part in kept]
    content = [
        *entries,
        {"fullUrl": _url(house), "resource": house},
        {"fullUrl": _url(software), "resource": software},
    ]
    mark = _digest([sections, content])
    composition = _composition(sections, urls[f"Patient/{patient['id']}"], house, software, at, mark)
    told: Resource = {
        "resourceType": "Bundle",
        "meta": {"profile": [codes.BUNDLE]},
        "language": "nb",
        "type": "document",
        "timestamp": composition["date"],
        "entry": [{"fullUrl": _url(composition), "resource": composition}, *content],
    }
    own = UUID(bytes=sha256(json.encode(told)).digest()[:16], version=4)
    return {**told, "id": str(own), "identifier": {"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{own}"}}


@dataclass(frozen=True, slots=True)
class _Part:
    section: Section
    rows: tuple[Resource, ...]
    empty: Resource | None = None
    """Why a demanded section has no entry."""


def _part(
    section: Section, rows: Sequence[Resource], patient: Resource, *, may: Callable[[str], bool]
) -> _Part:
    chosen = section.choose(rows)
    if chosen or not section.required:
        return _Part(section, tuple(chosen))
    if not all(may(type) for type in section.types):
        return _Part(section, (), codes.empty_reason(codes.WITHHELD, WITHHELD))
    asked, told = choosing.asked_for_medicines(rows) if "MedicationStatement" in section.types else ("", None)
    if asked == "nilknown" and told is not None:
        return _Part(section, (_uses_none(told, patient),))
    if asked == codes.NOT_ASKED:
        return _Part(section, (), codes.empty_reason(codes.NOT_ASKED, NOT_ASKED))
    return _Part(section, (), codes.empty_reason(codes.UNAVAILABLE, _NOTHING_TOLD[section.code]))


def _uses_none(told: Resource, patient: Resource) -> Resource:
    """She was asked, and uses nothing: IPS says it as a line. It is as old as the list that says it."""
    return {
        "resourceType": "MedicationStatement",
        "id": f"{told['id']}-none",
        "meta": told.get("meta") or {},
        "status": "active",
        "medicationCodeableConcept": codes.NO_MEDICINES,
        "subject": {"reference": f"Patient/{patient['id']}"},
        **({"effectiveDateTime": told["date"]} if told.get("date") else {}),
    }


def _near(chosen: Iterable[Resource], patient: Resource, rows: Iterable[Resource]) -> list[Resource]:
    """What the entries name and is not among them, and what that names: each once, in the order it is named."""
    held = {_place(r): r for r in rows if r["resourceType"] in _NEAR}
    found: dict[str, Resource] = {}
    waiting = [patient, *chosen]
    while waiting:
        for value in walk(waiting.pop(0)):
            place = reference(value)
            one = held.get(place)
            if one is None or place in found or (one["resourceType"] in _NAMED and not name_words(one)):
                continue
            found[place] = one
            waiting.append(one)
    return list(found.values())


def _written(part: _Part, urls: dict[str, str], known: dict[str, Resource]) -> Resource:
    section = part.section
    told: Resource = {
        "title": section.title,
        "code": codes.concept(section.title, (codes.LOINC, section.code, section.display)),
    }
    if part.empty is not None:
        return {**told, "text": _text(narrative.paragraph(part.empty["text"])), "emptyReason": part.empty}
    if all(choosing.none_known(r) for r in part.rows):
        words = "; ".join(narrative.line(r, known)[0] for r in part.rows)
        text = narrative.paragraph(f"{words}.")
    else:
        lines = [narrative.line(r, known) for r in part.rows]
        text = narrative.table(lines, narrative.COLUMNS[section.types[0]])
    return {**told, "text": _text(text), "entry": [{"reference": urls[_place(r)]} for r in part.rows]}


def _text(div: str) -> Resource:
    return {"status": "generated", "div": div}


def _composition(
    sections: list[Resource], subject: str, house: Resource, software: Resource, at: datetime, mark: str
) -> Resource:
    date = at.isoformat(timespec="seconds")
    return {
        "resourceType": "Composition",
        "id": str(uuid5(NAMESPACE_URL, f"{mark}/{date}")),
        "meta": {"profile": [codes.COMPOSITION]},
        "language": "nb",
        "identifier": {"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{mark}"},
        "status": "final",
        "type": codes.concept(TITLE, (codes.LOINC, codes.SUMMARY, "Patient summary Document")),
        "subject": {"reference": subject},
        "date": date,
        "author": [{"reference": _url(software), "display": SOFTWARE}],
        "title": f"{TITLE} fra {house['name']}",
        "confidentiality": "N",
        "attester": [
            {"mode": "official", "time": date, "party": {"reference": _url(house), "display": house["name"]}}
        ],
        "custodian": {"reference": _url(house), "display": house["name"]},
        "event": [
            {
                "code": [
                    {
                        "coding": [
                            {"system": "http://terminology.hl7.org/CodeSystem/v3-ActClass", "code": "PCPR"}
                        ]
                    }
                ],
                "period": {"end": date},
            }
        ],
        "section": sections,
    }


def _custodian(maker: Maker, source: str) -> Resource:
    number = [{"system": ORGANISATION_NUMBERS, "value": maker.organisation}] if maker.organisation else []
    return {
        "resourceType": "Organization",
        "id": str(uuid5(NAMESPACE_URL, f"{source}/custodian")),
        **({"identifier": number} if number else {}),
        "name": maker.name,
    }


def _author(source: str) -> Resource:
    """The program put it together and nobody has read it through: IPS tells the two apart by the author."""
    return {
        "resourceType": "Device",
        "id": str(uuid5(NAMESPACE_URL, f"{source}/software")),
        "deviceName": [{"name": SOFTWARE, "type": "user-friendly-name"}],
    }


def _url(resource: Resource) -> str:
    return f"urn:uuid:{resource['id']}"


def _place(resource: Resource) -> str:
    return f"{resource['resourceType']}/{resource['id']}"


def _digest(content: object) -> str:
    """What it says, without when it was asked: the same summary tomorrow has the same mark."""
    return str(UUID(bytes=sha256(json.encode(content)).digest()[:16], version=4))
