"""A searchset of another community as entries. Pure. What is no whole DocumentReference is passed over."""

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from akson.fhir.problem import Problem, ProblemKind
from akson.sharing.documents import codes
from akson.sharing.documents.codes import Coded
from akson.sharing.documents.entry import Author, Entry, Person
from akson.sharing.documents.made import author_of, bare_id
from akson.sharing.documents.mhd.writing import HOME, REPOSITORY
from akson.sharing.documents.reading import identifier, instant

Resource = dict[str, Any]


def entries(bundle: object, home: str) -> tuple[tuple[Entry, ...], bool]:
    """(entries, whether there are more). `home`: where an entry does not say its own. Raises MALFORMED AKS-DOC-050."""
    if not isinstance(bundle, dict) or bundle.get("resourceType") != "Bundle":
        raise Problem(ProblemKind.MALFORMED, "AKS-DOC-050", "The answer is no Bundle.")
    rows = [e.get("resource") for e in bundle.get("entry") or [] if isinstance(e, dict)]
    found = [
        _entry(r, home) for r in rows if isinstance(r, dict) and r.get("resourceType") == "DocumentReference"
    ]
    more = any(link.get("relation") == "next" for link in bundle.get("link") or [])
    return tuple(e for e in found if e is not None), more


def _entry(given: Resource, home: str) -> Entry | None:
    try:
        return _read(given, home)
    except (TypeError, AttributeError, ValueError, KeyError, IndexError):
        # Another's JSON may be anything.
        return None


def _read(given: Resource, home: str) -> Entry | None:
    content = given["content"][0]
    attachment = content["attachment"]
    master = given["masterIdentifier"]
    held = {f"#{c.get('id')}": c for c in given.get("contained") or []}
    authors = [author_of(a, held) for a in given.get("author") or []]
    created = instant(attachment.get("creation") or given.get("date"))
    if created is None or not master.get("value"):
        return None
    type = _coded(given.get("type"), codes.LETTER)
    context = given.get("context") or {}
    period = context.get("period") or {}
    extensions = {
        e.get("url"): bare_id(str(e.get("valueUri", ""))) for e in attachment.get("extension") or []
    }
    system = str(master.get("system", ""))
    plain = bare_id(str(master["value"]))
    number, series = identifier(
        {"identifier": [(given.get("subject") or {}).get("identifier") or {}]}, codes.NATIONAL_IDS
    )
    return Entry(
        unique_id=f"{system.removeprefix('urn:oid:')}^{plain}" if system.startswith("urn:oid:") else plain,
        title=str(attachment.get("title") or type.display or "Dokument"),
        class_code=_coded((given.get("category") or [None])[0], codes.class_of(type)),
        type_code=type,
        format_code=_coded(
            {"coding": [content["format"]]} if content.get("format") else None, codes.format_of("")
        ),
        confidentiality=tuple(_coded(c, codes.NORMAL) for c in given.get("securityLabel") or []),
        author=Author(
            name=next((a.name for a in authors if a.name), ""),
            organisation=next((a.organisation for a in authors if a.organisation), ""),
            number=next((a.number for a in authors if a.number), ""),
        ),
        created=created,
        media_type=str(attachment.get("contentType") or "application/octet-stream"),
        size=int(attachment.get("size") or 0),
        hash=_hex(attachment),
        person=Person("", number, series),
        home=extensions.get(HOME) or home,
        repository=extensions.get(REPOSITORY, ""),
        facility=_coded(context.get("facilityType"), Coded("", "")),
        practice=_coded(context.get("practiceSetting"), Coded("", "")),
        started=instant(period.get("start")),
        ended=instant(period.get("end")),
        approved=given.get("status") == "current",
    )


def _hex(attachment: Mapping[str, Any]) -> str:
    try:
        return base64.b64decode(str(attachment.get("hash") or ""), validate=True).hex()
    except (binascii.Error, ValueError):
        return ""


def _coded(concept: Resource | None, otherwise: Coded) -> Coded:
    for coding in (concept or {}).get("coding") or []:
        if coding.get("code"):
            system = str(coding.get("system") or "").removeprefix("urn:oid:")
            return Coded(str(coding["code"]), system, str(coding.get("display") or ""))
    return otherwise
