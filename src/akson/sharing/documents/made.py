"""From resources of the record to documents, with the metadata that HIS 1169 asks for. Pure.

    ClinicalImpression, signed     a note            <repository>^note-<version>-<id>
    Communication                  a letter          <repository>^letter-<version>-<id>
      its attachments              files             <repository>^file<n>-<version>-<id>
    CarePlan                       a plan            <repository>^plan-<digest>-<id>   (of it, its problems and goals)
    DocumentReference              what was provided  the id its source gave it

A unique id names one content for ever. A plan is made of several resources, so its id carries a digest of what it said.
"""

import base64
import binascii
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from akson.sharing.documents import codes, texts
from akson.sharing.documents.codes import Coded
from akson.sharing.documents.entry import Author, Community, Document, Entry, Person, sha1
from akson.sharing.documents.reading import (
    Resource,
    concept_words,
    identifier,
    instant,
    name_of,
    reference,
)

NOTE, LETTER, FILE, PLAN = "note", "letter", "file", "plan"
TYPES = ("ClinicalImpression", "Communication", "CarePlan", "DocumentReference")
_TYPE_OF = {NOTE: "ClinicalImpression", LETTER: "Communication", FILE: "Communication", PLAN: "CarePlan"}
_EXTENSION = re.compile(r"(note|letter|file|plan)(\d*)-([0-9a-f]+)-([A-Za-z0-9\-.]{1,64})")
MESSAGE_TYPES = "urn:oid:2.16.578.1.12.4.1.1.8279"
NOTICE = "notification"
PLAIN_TEXT = "text/plain; charset=utf-8"
_DIGEST_CHARACTERS = 16
_KINDS = {
    "EPIKRISE": (codes.DISCHARGE, "Epikrise"),
    "UTSKRIVNINGSRAPPORT": (codes.NURSING_SUMMARY, "Sykepleiesammenfatning"),
    "HENVISNING": (codes.REFERRAL, "Henvisning"),
    "HENVISNING_NYTILSTAND": (codes.REFERRAL, "Henvisning"),
    "HENVISNING_VIDERE": (codes.REFERRAL, "Henvisning"),
}
"""Message type of 8279 -> (type of 9602, title)."""
HOME_EXTENSION = "https://profiles.ihe.net/ITI/MHD/StructureDefinition/ihe-homeCommunityId"


@dataclass(frozen=True, slots=True)
class Version:
    """What a document is made of: a resource as it left the record."""

    resource: Resource
    version: int
    updated: datetime
    labels: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        return f"{self.resource['resourceType']}/{self.resource['id']}/{self.version}"


@dataclass(frozen=True, slots=True)
class Named:
    """A unique id of ours, taken apart."""

    kind: str
    number: int
    """Of the file, from 1; 0 for what has none."""
    mark: str
    """Version, or digest of a plan."""
    id: str

    @property
    def type(self) -> str:
        return _TYPE_OF[self.kind]


def named(community: Community, unique_id: str) -> Named | None:
    """None for an id that this node has not made; it may be of something provided."""
    repository, _, extension = unique_id.partition("^")
    found = _EXTENSION.fullmatch(extension) if repository == community.repository else None
    if found is None:
        return None
    kind, number, mark, id = found.groups()
    if (kind != PLAN and not mark.isdecimal()) or bool(number) != (kind == FILE):
        return None
    return Named(kind, int(number or 0), mark, id)


def note(version: Version, community: Community, person: Person, author: Author) -> Document | None:
    """None for what is not signed, or was removed."""
    given = version.resource
    if given.get("status") != "completed":
        return None
    at = instant(given.get("date") or given.get("effectiveDateTime")) or version.updated
    entry = _entry(
        community,
        person,
        version,
        f"{NOTE}-{version.version}",
        title="Journalnotat",
        type=codes.NOTE,
        author=author,
        created=at,
    )
    return _with(entry, texts.note(given).encode(), version.place)


def letters(version: Version, community: Community, person: Person, author: Author) -> Iterator[Document]:
    """The letter, and each file beside it. A letter that somebody sent us is theirs, not ours to share on."""
    given = version.resource
    categories = given.get("category") or []
    if given.get("status") == "entered-in-error" or _has_code(categories, NOTICE):
        return
    code = next((c for c in (_code_in(concept) for concept in categories) if c), "")
    words = next((w for w in map(concept_words, categories) if w), "")
    type, title = _KINDS.get(code, (codes.LETTER, words or "Brev"))
    at = instant(given.get("sent") or given.get("received")) or version.updated
    ours = not given.get("received")
    if ours:
        # Whichever of our units wrote it, the municipality answers for it.
        author = replace(
            author, organisation=author.organisation or community.name, number=community.organisation
        )
    base = _entry(
        community,
        person,
        version,
        f"{LETTER}-{version.version}",
        title=title,
        type=type,
        author=author,
        created=at,
    )
    if any(p.get("contentString") for p in given.get("payload") or []):
        yield replace(_with(base, texts.letter(given, title).encode(), version.place), ours=ours)
    attached = [p["contentAttachment"] for p in given.get("payload") or [] if p.get("contentAttachment")]
    kept = [a for a in attached if a.get("data")]
    for number, one in enumerate(kept, 1):
        content = decoded(one.get("data"))
        media = str(one.get("contentType") or "application/octet-stream")
        entry = replace(
            base,
            unique_id=_unique(community, f"{FILE}{number}-{version.version}", version),
            title=str(one.get("title") or f"{title}, vedlegg {number}"),
            media_type=media,
            format_code=codes.format_of(media),
        )
        yield replace(_with(entry, content, version.place, media), ours=ours)


def plan(
    version: Version,
    community: Community,
    person: Person,
    author: Author,
    problems: Sequence[Resource],
    goals: Sequence[Resource],
) -> Document | None:
    """None for a draft, or what was written in error."""
    given = version.resource
    if given.get("status") not in ("active", "on-hold", "completed", "revoked"):
        return None
    content = texts.plan(given, problems, goals).encode()
    entry = _entry(
        community,
        person,
        version,
        f"{PLAN}-{sha1(content)[:_DIGEST_CHARACTERS]}",
        title=str(given.get("title") or "Plan"),
        type=codes.PLAN,
        author=author,
        created=version.updated,
    )
    return _with(entry, content, version.place)


def provided(version: Version, community: Community, person: Person) -> Document | None:
    """A DocumentReference that holds its content. None for one that was withdrawn, or holds none."""
    given = version.resource
    attachment: Resource = _first_content(given).get("attachment") or {}
    if given.get("status") == "entered-in-error" or not attachment.get("data"):
        return None
    content = decoded(attachment["data"])
    media = str(attachment.get("contentType") or "application/octet-stream")
    context: Resource = given.get("context") or {}
    period: Resource = context.get("period") or {}
    type = _coded(given.get("type"), codes.LETTER)
    entry = _entry(
        community,
        person,
        version,
        "doc",
        title=str(attachment.get("title") or given.get("description") or type.display or "Dokument"),
        type=type,
        author=_author_of(given),
        created=instant(attachment.get("creation") or given.get("date")) or version.updated,
    )
    entry = replace(
        entry,
        unique_id=bare_id(str((given.get("masterIdentifier") or {}).get("value") or version.place)),
        class_code=_coded(next(iter(given.get("category") or []), None), codes.class_of(type)),
        format_code=_format(given, media),
        facility=_coded(context.get("facilityType"), community.facility),
        practice=_coded(context.get("practiceSetting"), community.practice),
        started=instant(period.get("start")),
        ended=instant(period.get("end")),
        approved=given.get("status") == "current",
    )
    return _with(entry, content, version.place, media)


def bare_id(value: str) -> str:
    """`urn:oid:1.2` and `urn:uuid:…` as XDS writes them."""
    return value.removeprefix("urn:oid:").removeprefix("urn:uuid:")


def decoded(data: object) -> bytes:
    """Base64 of FHIR. What is none is empty: the record has validated what it holds."""
    try:
        return base64.b64decode(str(data), validate=False)
    except (binascii.Error, ValueError):
        return b""


def author_of(value: Resource | None, known: Mapping[str, Resource]) -> Author:
    """Who a Reference names: a professional, or an organisation."""
    target = known.get(reference(value)) or {}
    name = str((value or {}).get("display") or "") or name_of(target)
    if reference(value).startswith("Organization/") or target.get("resourceType") == "Organization":
        return Author(organisation=name, number=identifier(target, (codes.ENTERPRISES,))[0])
    return Author(name=name, hpr=identifier(target, (codes.PROFESSIONALS,))[0])


def sender_of(value: Resource | None, known: Mapping[str, Resource]) -> Author:
    """Who sent a letter: an enterprise, unless a professional is named."""
    found = author_of(value, known)
    if found.organisation or reference(value).startswith(("Practitioner", "RelatedPerson", "Patient")):
        return found
    return Author(organisation=found.name)


def person_of(patient: Resource) -> Person:
    number, system = identifier(patient, codes.NATIONAL_IDS)
    name = next(iter(patient.get("name") or []), {})
    return Person(
        id=str(patient["id"]),
        number=number,
        system=system,
        family=str(name.get("family") or ""),
        given=" ".join(name.get("given") or []),
        born=str(patient.get("birthDate") or ""),
        gender=str(patient.get("gender") or ""),
    )


def _entry(
    community: Community,
    person: Person,
    version: Version,
    extension: str,
    *,
    title: str,
    type: Coded,
    author: Author,
    created: datetime,
) -> Entry:
    own = replace(author, organisation=community.name, number=community.organisation)
    return Entry(
        unique_id=_unique(community, extension, version),
        title=title,
        class_code=codes.class_of(type),
        type_code=type,
        format_code=codes.format_of(PLAIN_TEXT),
        confidentiality=codes.confidentiality(version.labels),
        author=author if author.organisation else own,
        created=created.astimezone(UTC),
        media_type=PLAIN_TEXT,
        size=0,
        hash="",
        person=person,
        home=community.home,
        repository=community.repository,
        facility=community.facility,
        practice=community.practice,
    )


def _with(entry: Entry, content: bytes, place: str, media: str = PLAIN_TEXT) -> Document:
    told = replace(entry, size=len(content), hash=sha1(content), media_type=media)
    return Document(told, content, place=place)


def _unique(community: Community, extension: str, version: Version) -> str:
    return f"{community.repository}^{extension}-{version.resource['id']}"


def _author_of(given: Resource) -> Author:
    """Of a DocumentReference, whose authors are contained as MHD says."""
    held = {f"#{c.get('id')}": c for c in given.get("contained") or []}
    found = [author_of(value, held) for value in given.get("author") or []]
    custodian = author_of(given.get("custodian"), held)
    return Author(
        name=next((a.name for a in found if a.name), ""),
        hpr=next((a.hpr for a in found if a.hpr), ""),
        organisation=next((a.organisation for a in (*found, custodian) if a.organisation), ""),
        number=next((a.number for a in (*found, custodian) if a.number), ""),
    )


def _coded(concept: Resource | None, otherwise: Coded) -> Coded:
    coding = next((c for c in (concept or {}).get("coding") or [] if c.get("code")), None)
    if coding is None:
        return otherwise
    system = str(coding.get("system") or "").removeprefix("urn:oid:")
    return Coded(str(coding["code"]), system, str(coding.get("display") or ""))


def _format(given: Resource, media: str) -> Coded:
    told = _first_content(given).get("format")
    return _coded({"coding": [told]} if told else None, codes.format_of(media))


def _first_content(given: Resource) -> Resource:
    found: list[Resource] = given.get("content") or [{}]
    return found[0]


def _code_in(concept: Resource) -> str:
    found = (c.get("code") for c in concept.get("coding") or [] if c.get("system") == MESSAGE_TYPES)
    return str(next((c for c in found if c), ""))


def _has_code(concepts: Sequence[Resource], code: str) -> bool:
    return any(c.get("code") == code for concept in concepts for c in concept.get("coding") or [])
