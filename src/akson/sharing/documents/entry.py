"""What is told of one document: the metadata of HIS 1169, once, for MHD and XDS alike. Pure.

Spec: HIS 1169:2016; IHE ITI TF-3, 4.2. How it is written as FHIR stands in mhd/, as ebXML in xds/.
"""

import hashlib
import uuid
from dataclasses import dataclass
from datetime import datetime

from akson.sharing.documents.codes import LANGUAGE, Coded

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://akson.no/sharing/documents")


@dataclass(frozen=True, slots=True)
class Community:
    """Us, as others know us in document sharing. OIDs are bare."""

    home: str
    """homeCommunityId."""
    repository: str
    """repositoryUniqueId: all documents of this node are in one."""
    organisation: str
    """Organisation number; "" where none is set."""
    name: str
    facility: Coded
    practice: Coded


def default_oid(name: str) -> str:
    """An OID for whoever has not been given one: below 2.25, of a UUID (X.667), the same for the same name."""
    return f"2.25.{uuid.uuid5(_NAMESPACE, name).int}"


@dataclass(frozen=True, slots=True)
class Person:
    """Whose it is. `number` is a national id and `system` its OID."""

    id: str
    number: str
    system: str
    family: str = ""
    given: str = ""
    born: str = ""
    gender: str = ""
    """FHIR code."""
    also: tuple[str, ...] = ()
    """Ids of further records with the same number, which nobody has merged yet: her documents stand in all of them."""

    @property
    def ids(self) -> tuple[str, ...]:
        return (self.id, *self.also)


@dataclass(frozen=True, slots=True)
class Author:
    name: str = ""
    hpr: str = ""
    organisation: str = ""
    number: str = ""
    """Organisation number."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One document. Times are UTC."""

    unique_id: str
    """documentUniqueId, `OID^extension`: names one content for ever."""
    title: str
    class_code: Coded
    type_code: Coded
    format_code: Coded
    confidentiality: tuple[Coded, ...]
    author: Author
    created: datetime
    media_type: str
    size: int
    hash: str
    """SHA-1 in hex, as XDS wants it."""
    person: Person
    home: str
    repository: str
    facility: Coded
    practice: Coded | None
    started: datetime | None = None
    ended: datetime | None = None
    approved: bool = True
    """False: deprecated, a newer one has taken its place."""
    language: str = LANGUAGE

    @property
    def entry_uuid(self) -> str:
        return entry_uuid(self.home, self.unique_id)

    @property
    def set_uuid(self) -> str:
        """Of the submission set it came in: one for each document."""
        return f"urn:uuid:{uuid.uuid5(_NAMESPACE, f'set|{self.home}|{self.unique_id}')}"

    @property
    def set_unique_id(self) -> str:
        return f"2.25.{uuid.uuid5(_NAMESPACE, f'set|{self.home}|{self.unique_id}').int}"


@dataclass(frozen=True, slots=True)
class Document:
    """The entry and its bytes. `ours`: this node answers for it to others; else it is somebody's letter to us."""

    entry: Entry
    content: bytes
    ours: bool = True
    place: str = ""
    """`Type/id/version` that it is made of."""


def entry_uuid(home: str, unique_id: str) -> str:
    return f"urn:uuid:{uuid.uuid5(_NAMESPACE, f'{home}|{unique_id}')}"


def sha1(content: bytes) -> str:
    """HIS 1169 and IHE ask for SHA-1: it tells a damaged copy from a whole one, and protects against nobody."""
    return hashlib.sha1(content, usedforsecurity=False).hexdigest()


REQUIRED = (
    "unique_id", "class_code", "type_code", "format_code", "confidentiality", "created", "media_type", "size", "hash",
    "home", "repository", "facility", "language",
)  # fmt: skip


def missing(entry: Entry) -> tuple[str, ...]:
    """What HIS 1169 requires and this entry does not have. Empty for everything that this node makes."""
    lacks = [name for name in REQUIRED if not getattr(entry, name) and name != "size"]
    return (*lacks, *(() if entry.person.number and entry.person.system else ("person",)))
