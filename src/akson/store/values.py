"""What goes into and comes out of the store."""

from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from akson.access.facts import Barrier, Relation, Representation, Traits
from akson.fhir.index_values import IndexValues


class StoredVersion(msgspec.Struct, frozen=True):
    """One version of one resource. `body` is JSON with `id` and `meta` spliced in; None for a deletion."""

    type: str
    id: str
    version: int
    updated: datetime
    body: bytes | None
    patients: tuple[str, ...] = ()
    """Ids of the patients it belongs to, as stored; only for the log and the last guard."""
    method: str = "PUT"
    """`POST`, `PUT`, `DELETE`: what made this version (history needs it)."""
    labels: tuple[str, ...] = ()
    """Codes of `meta.security` as stored beside the body; for the last guard, like `patients`."""
    released: datetime | None = None
    """Until then the citizen does not see it."""
    # A struct and no dataclass: a page makes a thousand of these, and a frozen dataclass takes six times as long to make.

    @property
    def deleted(self) -> bool:
        return self.body is None


@dataclass(frozen=True, slots=True)
class Withheld:
    """It exists, and the restriction hides it. Outside the record this is never told apart from missing."""

    type: str
    id: str
    patients: tuple[str, ...]
    """Ids of the patients concerned, so that the refusal stands in their logs."""
    labels: tuple[str, ...] = ()
    released: datetime | None = None


@dataclass(frozen=True, slots=True)
class Derived:
    """What one version of one resource says to the judgement. Kept beside it: written with it, gone with it."""

    relations: tuple[Relation, ...] = ()
    barriers: tuple[Barrier, ...] = ()
    representations: tuple[Representation, ...] = ()
    traits: tuple[Traits, ...] = ()
    addresses: tuple[str, ...] = ()
    """Where the person of this resource is registered, in one spelling; the store keeps a keyed hash."""
    links: tuple[str, ...] = ()
    """Ids of other Patient resources that are the same person."""
    labels: tuple[str, ...] = ()
    released: datetime | None = None

    @property
    def beyond_relations(self) -> bool:
        """Whether there is something for the tables that few resources write to."""
        return bool(self.barriers or self.representations or self.traits or self.addresses or self.links)


NOTHING_DERIVED = Derived()


@dataclass(slots=True)
class PatientFacts:
    """What is known of one patient, from all Patient resources that are the same person."""

    relations: list[Relation] = field(default_factory=list)
    barriers: list[Barrier] = field(default_factory=list)
    representations: list[Representation] = field(default_factory=list)
    traits: list[Traits] = field(default_factory=list)
    same: list[str] = field(default_factory=list)
    """Ids of the other Patient resources."""


@dataclass(frozen=True, slots=True)
class Write:
    """One resource to write. Created when `expected_version` is 0; else the version that is replaced.

    `body` None deletes. The store gives `version` and puts index and version in one transaction; `id` is already
    decided (see `Store.new_id`), and `body` already carries id and meta.
    """

    type: str
    id: str
    version: int
    body: bytes | None
    index: IndexValues
    method: str
    derived: Derived = NOTHING_DERIVED


@dataclass(frozen=True, slots=True)
class SearchPage:
    matches: tuple[StoredVersion, ...]
    included: tuple[StoredVersion, ...]
    total: int | None
    """Exact number of visible matches when asked for."""
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class PendingEvent:
    """A log event waiting in the record's database to be sequenced: its id and its canonical bytes."""

    id: bytes
    canonical: bytes


@dataclass(frozen=True, slots=True)
class Current:
    """How a resource stands now, whoever asks: what a commit compares its expectation with."""

    version: int
    updated: datetime
    patients: tuple[str, ...]
    body: bytes | None
    """None for a deletion."""
    labels: tuple[str, ...] = ()
    released: datetime | None = None

    @property
    def deleted(self) -> bool:
        return self.body is None


@dataclass(frozen=True, slots=True)
class Sql:
    """A statement as it is sent: text with $1, $2, … and the values for them."""

    text: str
    arguments: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class ChangeEvent:
    """One commit, for followers: `types[i]/ids[i]` got version `versions[i]`. `place` says where to go on from."""

    place: tuple[int, int]
    tenant: int
    at: datetime
    types: tuple[str, ...]
    ids: tuple[str, ...]
    versions: tuple[int, ...]
