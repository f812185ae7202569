"""From Changes to Drafts: ids given, references made to point at them, bodies parsed.

Temporary references (`urn:uuid:…`) and conditional ones (`Practitioner?identifier=…`) become `Type/id`. Conditional
interactions look only among what the session may see. Spec: https://hl7.org/fhir/R4/http.html#transaction
"""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from akson.fhir.codec import json
from akson.fhir.codec.references import rewrite_references
from akson.fhir.definitions import load
from akson.fhir.problem import Issue, Problem, ProblemKind
from akson.fhir.search.parsing import parse as parse_search
from akson.record.values import ID, Change
from akson.store.values import StoredVersion

if TYPE_CHECKING:
    from akson.record.session import RecordSession

_CONDITIONAL = re.compile(rb'"reference"\s*:\s*"([A-Z][A-Za-z]+\?[^"\\]+)"')
# Where a resource names its patient; only a hint for placing it near the patient's other data, never for access.
_PATIENT = re.compile(
    rb'"(?:subject|patient|beneficiary|for|individual)"\s*:\s*\{[^{}]*?"reference"\s*:\s*"([^"\\]+)"'
)


CONDITIONS_MAX = 1_000
"""Conditional creates and updates, or conditional references, of one commit: each is a search of its own."""


@dataclass(slots=True)
class Draft:
    """One change, ready to be compared with what stands. `settled` when a conditional create found its like."""

    place: int
    change: Change
    id: str
    is_new: bool
    """The id was given by this server: nothing can stand there."""
    body: bytes | None
    resource: dict[str, Any] | None = None
    settled: StoredVersion | None = None
    must_be_new: bool = False
    """A conditional update that found nothing and names an id: only where nothing stands yet."""

    @property
    def type(self) -> str:
        return self.change.type

    @property
    def method(self) -> str:
        return "POST" if self.is_new else self.change.method

    @property
    def key(self) -> tuple[str, str]:
        return self.change.type, self.id


def criteria_keys(changes: Sequence[Change]) -> list[str]:
    """What conditional creates, updates and deletes depend on, in a fixed order."""
    return sorted(
        {f"{c.type}?{c.if_none_exist or c.criteria}" for c in changes if c.if_none_exist or c.criteria}
    )


async def prepare(session: "RecordSession", changes: Sequence[Change]) -> list[Draft]:
    """Raises Problem INVALID, MALFORMED or PRECONDITION; nothing is written here."""
    found = await _conditional_hits(session, changes)
    made = [_draft(place, change, found.get(place)) for place, change in enumerate(changes)]
    size = size_of(made)
    known = await session.record.aside(size, lambda: _allocate(session, made))
    known |= await _conditional_references(session, made, known)
    _refuse_twins(made)
    await session.record.aside(size, lambda: _read_bodies(made, known))
    return made


def size_of(made: Sequence[Draft]) -> int:
    """In bytes: how much there is to read, judge and index."""
    return sum(len(draft.body) for draft in made if draft.body is not None)


def _read_bodies(made: Sequence[Draft], known: Mapping[str, str]) -> None:
    for draft in made:
        if draft.body is not None and draft.settled is None:
            _read_body(draft, known)


async def _conditional_hits(session: "RecordSession", changes: Sequence[Change]) -> dict[int, StoredVersion]:
    asked = [(p, c.type, c.if_none_exist or c.criteria or "") for p, c in enumerate(changes)]
    asked = [(place, type, criteria) for place, type, criteria in asked if criteria]
    _refuse_many(len(asked))
    hits = await asyncio.gather(*(_only_one(session, type, criteria) for _, type, criteria in asked))
    await session.saw([hit for hit in hits if hit is not None])
    return {place: hit for (place, _, _), hit in zip(asked, hits, strict=True) if hit is not None}


def _refuse_many(conditions: int) -> None:
    if conditions > CONDITIONS_MAX:
        raise Problem(
            ProblemKind.TOO_LARGE,
            "AKS-RECORD-038",
            f"{conditions} conditions are more than one commit takes ({CONDITIONS_MAX}).",
            now="Send them in several Bundles.",
        )


async def _only_one(session: "RecordSession", type: str, criteria: str) -> StoredVersion | None:
    query = replace(parse_search(type, parse_qsl(criteria, keep_blank_values=True)), count=2)
    if not query.terms:
        raise Problem(
            ProblemKind.PRECONDITION,
            "AKS-RECORD-030",
            f"The condition on {type} names no search parameter.",
            now="Give one that finds at most one, such as identifier.",
        )
    page = await session.record.store.search(
        session.actor.tenant,
        query,
        restriction=session.judge.rule("search"),
        redactions=session.judge.redactions("search"),
    )
    if len(page.matches) > 1:
        raise Problem(
            ProblemKind.PRECONDITION,
            "AKS-RECORD-031",
            f"The condition on {type} fits more than one resource.",
            now="Make it narrower, so that it fits at most one.",
            code="multiple-matches",
        )
    return page.matches[0] if page.matches else None


def _draft(place: int, change: Change, hit: StoredVersion | None) -> Draft:
    body = change.body if change.body is not None else None
    if body is None and change.resource is not None:
        body = json.encode(change.resource)
    if change.method == "POST":
        settled = hit if change.if_none_exist else None
        id = settled.id if settled else change.given_id or ""
        return Draft(place, change, id, settled is None, body, settled=settled)
    if change.criteria:
        return _conditional(place, change, hit, body)
    if not change.id or not ID.fullmatch(change.id):
        raise Problem(
            ProblemKind.MALFORMED,
            "AKS-RECORD-032",
            "The resource's id is missing or not a FHIR id.",
            why="An id is 1 to 64 of A-Z a-z 0-9 - and full stop.",
        )
    return Draft(place, change, change.id, False, body)


def _conditional(place: int, change: Change, hit: StoredVersion | None, body: bytes | None) -> Draft:
    """An update or deletion by condition; an id inside must be that of what was found. R4 http.html#cond-update"""
    named = str(json.parse(body).get("id") or "") if body is not None else ""
    if hit is not None:
        if named and named != hit.id:
            raise Problem(
                ProblemKind.MALFORMED,
                "AKS-RECORD-037",
                f"The condition on {change.type} fits another resource than the one named inside.",
                now="Leave the id out, or update that resource by its id.",
            )
        return Draft(place, change, hit.id, False, body)
    if change.method == "PUT" and named and ID.fullmatch(named):
        return Draft(place, change, named, False, body, must_be_new=True)
    return Draft(place, change, "", change.method == "PUT", body)


def _allocate(session: "RecordSession", made: Sequence[Draft]) -> dict[str, str]:
    """Give ids, Patients first so that the rest can be placed by them; returns temporary reference -> `Type/id`."""
    known: dict[str, str] = {}
    for draft in sorted(made, key=lambda d: d.type != "Patient"):
        if draft.is_new and not draft.id:
            draft.id = session.record.store.new_id(draft.type, patient=_patient_hint(draft, known))
        if draft.change.full_url and draft.id:
            known[draft.change.full_url] = f"{draft.type}/{draft.id}"
    return known


def _patient_hint(draft: Draft, known: Mapping[str, str]) -> str | None:
    if draft.type == "Patient" or draft.body is None:
        return None
    for found in _PATIENT.finditer(draft.body):
        written = found[1].decode("utf-8", "replace")
        target = known.get(written, written)
        if target.startswith("Patient/"):
            return target.removeprefix("Patient/").split("/")[0]
    return None


async def _conditional_references(
    session: "RecordSession", made: Sequence[Draft], known: Mapping[str, str]
) -> dict[str, str]:
    written = await session.record.aside(size_of(made), lambda: _conditions_written(made))
    wanted = sorted(written - known.keys())
    _refuse_many(len(wanted))
    hits = await asyncio.gather(*(_only_one(session, *_criteria(reference)) for reference in wanted))
    missing = [reference.split("?")[0] for reference, hit in zip(wanted, hits, strict=True) if hit is None]
    if missing:
        raise Problem(
            ProblemKind.PRECONDITION,
            "AKS-RECORD-033",
            f"A conditional reference to {missing[0]} fits no resource.",
            why="The resource it asks for is not here, or you have no access to it.",
            now="Load what it refers to first.",
        )
    # Which Organization an identifier belongs to is open to all who write; which Patient is not.
    await session.saw([hit for hit in hits if hit is not None and hit.patients])
    return {reference: f"{hit.type}/{hit.id}" for reference, hit in zip(wanted, hits, strict=True) if hit}


def _conditions_written(made: Sequence[Draft]) -> set[str]:
    return {
        reference.decode("utf-8", "replace")
        for draft in made
        if draft.body is not None and b"?" in draft.body
        for reference in _CONDITIONAL.findall(draft.body)
    }


def _criteria(reference: str) -> tuple[str, str]:
    type, _, criteria = reference.partition("?")
    return type, criteria


def _refuse_twins(made: Sequence[Draft]) -> None:
    seen: set[tuple[str, str]] = set()
    for draft in made:
        if draft.settled is None and draft.id and draft.key in seen:
            raise Problem(
                ProblemKind.INVALID,
                "AKS-RECORD-034",
                f"Two entries change the same {draft.type}.",
                why="A transaction has no order in which one of them would be the last.",
                now="Leave one of them out.",
            )
        seen.add(draft.key)


def _read_body(draft: Draft, known: Mapping[str, str]) -> None:
    assert draft.body is not None
    # A Bundle that is stored as such refers to its own entries, and is kept as it was sent.
    body, unresolved = (draft.body, ()) if draft.type == "Bundle" else rewrite_references(draft.body, known)
    if unresolved:
        raise Problem(
            ProblemKind.INVALID,
            "AKS-RECORD-035",
            "A temporary reference points at nothing in this Bundle.",
            issues=[
                Issue("not-found", f"Unresolved reference {ref[:80]}", _where(draft)) for ref in unresolved
            ],
        )
    given = draft.change.resource
    draft.resource = given if given is not None and body is draft.body else json.parse(body)
    draft.body = body
    found = draft.resource.get("resourceType")
    if found != draft.type:
        raise _mismatch(draft, f"The content is {_told(found)}, the address says {draft.type}.")
    inside = draft.resource.get("id")
    if draft.change.method == "PUT" and not draft.change.criteria and inside != draft.id:
        raise _mismatch(draft, "The id in the content is not the id in the address.")
    if inside != draft.id:
        # What is judged and indexed carries the id it gets: a Patient is in the record of that id, never of the sender's.
        draft.resource = {**draft.resource, "id": draft.id}


def _mismatch(draft: Draft, what: str) -> Problem:
    return Problem(
        ProblemKind.MALFORMED,
        "AKS-RECORD-036",
        what,
        issues=[Issue("invalid", what, f"{_where(draft)}{draft.type}.id")],
    )


def _told(type: object) -> str:
    """Only a name that R4 has is repeated; anything else is the sender's own text."""
    return f"of type {type}" if type in load().resource_types else "of no R4 type"


def _where(draft: Draft) -> str:
    return f"Bundle.entry[{draft.place}].resource: " if draft.place else ""
