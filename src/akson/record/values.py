"""What a RecordSession takes and gives."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from akson.access.facts import Relation
from akson.store.compartment import Part as Part
from akson.store.values import StoredVersion as StoredVersion

ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
"""A FHIR id. Nothing can stand under another text, so the store is not asked for it."""
VERSION_MAX = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Change:
    """One wish to change the record, as it stands in a Bundle entry or behind a REST interaction.

    create   Change("POST", "Patient", body=…, full_url="urn:uuid:…", if_none_exist="identifier=…")
    update   Change("PUT", "Patient", id="p1", body=…, if_match=3)
    delete   Change("DELETE", "Patient", id="p1")
    """

    method: str
    type: str
    id: str | None = None
    body: bytes | None = None
    full_url: str | None = None
    """`urn:uuid:…` that other changes of the same commit refer to; rewritten to `Type/id`."""
    if_match: int | None = None
    if_none_exist: str | None = None
    criteria: str | None = None
    """`identifier=…` of a conditional update or delete, in place of `id`."""
    resource: dict[str, Any] | None = None
    """The body already parsed, when the caller has it; saves parsing twice."""
    act: str = ""
    """For a CareTeam that an act of the record makes: the kind of relation it gives (`self-declared`, `emergency`,
    `lifted`). Set by those acts alone: a CareTeam of such a category that comes from outside gives nobody anything."""
    relations: tuple[Relation, ...] | None = None
    """The care relations it gives, as they count at the node it is carried from (carrying.py); None: worked out here. Set
    by the municipality's own service alone, never from outside."""
    given_id: str | None = None
    """For POST: an id that this server has made beforehand (`Store.new_id`), so that a loader which is killed can ask
    afterwards whether its commit was the one that stands; the post derives it from the message. Never taken as it is from
    outside: who could name ids could learn which are taken."""


@dataclass(frozen=True, slots=True)
class Committed:
    """What became of one Change. `outcome` is `created`, `updated`, `deleted`, `unchanged` (conditional create hit)."""

    outcome: str
    version: StoredVersion


@dataclass(frozen=True, slots=True)
class SearchResult:
    matches: tuple[StoredVersion, ...]
    included: tuple[StoredVersion, ...]
    total: int | None
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """Newest first."""

    versions: tuple[StoredVersion, ...]
    total: int
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class AccessLine:
    """One line of the citizen's log, as the screen shows it."""

    at: datetime
    name: str
    role: str
    unit: str
    action: str
    purpose: str
    permitted: bool
    words: str
    count: int
    index: int
    """Place in the log, for a proof."""
