"""Entries as FHIR: one DocumentReference each, and the Bundle that answers ITI-67. Pure.

Spec: MHD 4.2, Comprehensive DocumentReference with contained authors; how XDS metadata is written in FHIR: ITI TF-3, 4.5.1.
"""

import base64
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from akson.sharing.documents.codes import (
    CONFIDENTIALITY,
    ENTERPRISES,
    FHIR_CONFIDENTIALITY,
    PROFESSIONALS,
    Coded,
)
from akson.sharing.documents.entry import Entry, Person

Resource = dict[str, Any]
IHE = "https://profiles.ihe.net/ITI/MHD/StructureDefinition"
PROFILE = f"{IHE}/IHE.MHD.Comprehensive.DocumentReference"
HOME, REPOSITORY = f"{IHE}/ihe-homeCommunityId", f"{IHE}/ihe-repositoryUniqueId"
URI = "urn:ietf:rfc:3986"


def reference_of(entry: Entry, base: str) -> Resource:
    """The DocumentReference. `base`: address of the MHD door, where its content is got by ITI-68."""
    contained, authors = _authors(entry)
    return {
        "resourceType": "DocumentReference",
        "id": entry.entry_uuid.removeprefix("urn:uuid:"),
        "meta": {"profile": [PROFILE]},
        "contained": [*contained, _patient(entry.person)],
        "masterIdentifier": {"use": "usual", **unique_identifier(entry.unique_id)},
        "identifier": [{"use": "official", "system": URI, "value": entry.entry_uuid}],
        "status": "current" if entry.approved else "superseded",
        "type": _concept(entry.type_code),
        "category": [_concept(entry.class_code)],
        "subject": {"reference": "#patient", "identifier": _national(entry.person)},
        "date": _instant(entry.created),
        **({"author": authors} if authors else {}),
        "securityLabel": [_concept(_as_fhir(c)) for c in entry.confidentiality],
        "content": [{"attachment": _attachment(entry, base), "format": _coding(entry.format_code)}],
        "context": _context(entry),
    }


def found_bundle(
    entries: Sequence[Entry], base: str, *, total: int, self_link: str, next_link: str
) -> Resource:
    """The searchset. `total` is of what the reader may see, and of nothing else."""
    links = [{"relation": "self", "url": self_link}]
    if next_link:
        links.append({"relation": "next", "url": next_link})
    return {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": total,
        "link": links,
        "entry": [
            {
                "fullUrl": entry.entry_uuid,
                "resource": reference_of(entry, base),
                "search": {"mode": "match"},
            }
            for entry in entries
        ],
    }


def address(entry: Entry, base: str) -> str:
    """Where ITI-68 gets the content."""
    asked = {
        "documentUniqueId": entry.unique_id,
        "repositoryUniqueId": entry.repository,
        "homeCommunityId": entry.home,
    }
    return f"{base}/document?{urlencode(asked, quote_via=quote)}"


def unique_identifier(unique_id: str) -> Resource:
    """A uniqueId as Identifier: `OID^extension` keeps its two parts, an OID or UUID is a URI."""
    root, caret, extension = unique_id.partition("^")
    if caret:
        return {"system": f"urn:oid:{root}", "value": extension}
    kind = "oid" if root.replace(".", "").isdecimal() else "uuid"
    return {"system": URI, "value": f"urn:{kind}:{root}"}


def _attachment(entry: Entry, base: str) -> Resource:
    return {
        "extension": [
            {"url": HOME, "valueUri": f"urn:oid:{entry.home}"},
            {"url": REPOSITORY, "valueUri": f"urn:oid:{entry.repository}"},
        ],
        "contentType": entry.media_type,
        "language": entry.language,
        "url": address(entry, base),
        "size": entry.size,
        "hash": base64.b64encode(bytes.fromhex(entry.hash)).decode(),
        "title": entry.title,
        "creation": _instant(entry.created),
    }


def _context(entry: Entry) -> Resource:
    times = {"start": entry.started, "end": entry.ended}
    period = {name: _instant(at) for name, at in times.items() if at}
    return {
        **({"period": period} if period else {}),
        "facilityType": _concept(entry.facility),
        **({"practiceSetting": _concept(entry.practice)} if entry.practice else {}),
        "sourcePatientInfo": {"reference": "#patient"},
    }


def _authors(entry: Entry) -> tuple[list[Resource], list[Resource]]:
    author = entry.author
    contained: list[Resource] = []
    if author.name:
        hpr = [{"system": f"urn:oid:{PROFESSIONALS}", "value": author.hpr}] if author.hpr else []
        contained.append(
            {
                "resourceType": "Practitioner",
                "id": "author",
                **({"identifier": hpr} if hpr else {}),
                "name": [{"text": author.name}],
            }
        )
    if author.organisation:
        number = [{"system": f"urn:oid:{ENTERPRISES}", "value": author.number}] if author.number else []
        contained.append(
            {
                "resourceType": "Organization",
                "id": "organisation",
                **({"identifier": number} if number else {}),
                "name": author.organisation,
            }
        )
    return contained, [{"reference": f"#{c['id']}", "type": c["resourceType"]} for c in contained]


def _patient(person: Person) -> Resource:
    return {
        "resourceType": "Patient",
        "id": "patient",
        "identifier": [_national(person)],
        "name": [{"family": person.family, "given": person.given.split()}]
        if person.family or person.given
        else [],
        **({"birthDate": person.born} if person.born else {}),
        **({"gender": person.gender} if person.gender else {}),
    }


def _national(person: Person) -> Resource:
    return {"system": f"urn:oid:{person.system}", "value": person.number}


def _as_fhir(code: Coded) -> Coded:
    return Coded(code.code, FHIR_CONFIDENTIALITY, code.display) if code.system == CONFIDENTIALITY else code


def _coding(code: Coded) -> Resource:
    return {
        "system": code.uri,
        "code": code.code,
        **({"display": code.display} if code.display else {}),
    }


def _concept(code: Coded) -> Resource:
    return {"coding": [_coding(code)]}


def _instant(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")
