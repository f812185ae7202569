"""The shape that every interaction shares: what it is asked (Call), what it says (Answer), where it stands (Interaction).

    Interaction("read", "GET", "type/id", run)      GET /fhir/Patient/astrid

`shape` is the path with the type, id and version as words; the table of shapes yields routes and the capability statement.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime

import msgspec

from akson.api.profiles import ProfileFolder
from akson.fhir.search.words import CORE, Words
from akson.record.session import RecordSession
from akson.record.values import StoredVersion
from akson.sharing.plan.plans import SharedPlans
from akson.sharing.summary.document import Maker
from akson.terminology import Terminology
from akson.world import Aside

Pairs = Sequence[tuple[str, str]]


class Call(msgspec.Struct, frozen=True):
    """One request, read and authenticated. A struct: a frozen dataclass takes six times as long to make."""

    session: RecordSession
    method: str
    type: str
    id: str
    version: str
    query: Pairs
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes
    base: str
    """This server's FHIR address, without a slash at the end."""
    seal: Callable[[str, str], str]
    """(what it belongs to, cursor) -> sealed cursor."""
    unseal: Callable[[str, str], str]
    """The cursor again; Problem when it belongs to another search or another reader."""
    dispatch: Callable[["Call", Sequence[str]], Awaitable["Answer"]]
    """(call, path) -> the answer at another address, for the same reader. Raises Problem."""
    aside: Aside
    """For what takes long: beside the event loop, so that others are answered meanwhile."""
    terminology: Terminology
    """The words of this node; asking is free of I/O."""
    profiles: ProfileFolder
    """The profiles of this node, for $validate."""
    member: str = ""
    """The type asked for inside a compartment: `Observation` in Patient/astrid/Observation; `*` is every type."""
    plans: SharedPlans | None = None
    """The shared plans of this node."""
    summaries: Maker | None = None
    """Who answers for the patient summaries of this node."""
    words: Words = CORE
    """What search knows of value sets and hierarchies of codes."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = field(default_factory=tuple)
    """Beside content type and length: ETag, Location, Last-Modified."""
    updated: str = ""
    """The instant of the version, as a Bundle's response entry says it."""


@dataclass(frozen=True, slots=True)
class Interaction:
    """`code` as in https://hl7.org/fhir/R4/valueset-type-restful-interaction.html."""

    code: str
    method: str
    shape: str
    """`type/id`, `type`, `type/_search`, `` for the base, … ; `type`, `id`, `version` and `member` stand for values."""
    run: Callable[[Call], Awaitable[Answer]]
    level: str = "type"
    """`type`, `system`, a resource type that has interactions of its own (`AuditEvent`), or `` for what is not listed
    (metadata, compartments)."""
    parameters: tuple[str, ...] = ()
    """Of a search at such a type: the search parameters that are offered."""


def version_headers(version: StoredVersion) -> tuple[tuple[str, str], ...]:
    """ETag and Last-Modified of one version."""
    return (("ETag", f'W/"{version.version}"'), ("Last-Modified", http_date(version.updated)))


def http_date(at: datetime) -> str:
    return format_datetime(at.astimezone(UTC), usegmt=True)
