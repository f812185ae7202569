"""All of one patient: her compartment in one statement, then what it refers to outside, each under its own decision.

Spec: https://hl7.org/fhir/R4/patient-operation-everything.html
"""

import asyncio
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from akson.fhir.codec.references import local_references
from akson.fhir.search.query import Query, Term, TokenValue
from akson.record.judgement import Concerned
from akson.record.values import ID, Part, SearchResult
from akson.store.values import StoredVersion

if TYPE_CHECKING:
    from akson.record.session import RecordSession

IDS_EACH = 500
"""Ids of one search; a page holds a thousand."""


async def of_patient(
    session: "RecordSession", patient: str, part: Part, *, count: int | None, cursor: str | None
) -> SearchResult:
    concerned = Concerned("Patient", (patient,) if ID.fullmatch(patient) else ())
    decision = await session.judged("search", concerned)
    if not concerned.patients or not decision.permit:
        await session.refuse("search", concerned)
    rule = session.judge.rule("search")
    found, further = await session.record.store.everything(
        session.actor.tenant, patient, part, restriction=rule, count=count, cursor=cursor
    )
    if not found and cursor is None and part == Part():
        await session.refuse("search", concerned)
    if not found:
        # That there is nothing of this kind, or since then, is told of her too.
        await session.record.log.append(session.events.make("search", decision, {patient: []}, at=session.at))
    around = await _referred(session, found)
    await session.saw((*found, *around))
    return SearchResult(session.leaving("search", found), session.leaving("search", around), None, further)


async def _referred(session: "RecordSession", found: Sequence[StoredVersion]) -> list[StoredVersion]:
    """What is referred to and belongs to no patient's compartment: people who work here, organisations, medicines."""
    known = {(v.type, v.id) for v in found}
    compartment = session.record.definitions.compartment("Patient")
    # One search of all bodies, and only what differs is looked at: a record says the same few names again and again.
    named = local_references(b"\n".join(v.body for v in found if v.body))
    wanted: dict[str, set[str]] = {}
    for type, id in named:
        if (type, id) not in known and type not in compartment:
            wanted.setdefault(type, set()).add(id)
    asked = [
        _by_id(type, ids)
        for type, every in sorted(wanted.items())
        if type in session.record.definitions.resource_types and type != "Patient"
        for ids in _chunks(sorted(every))
    ]
    pages = await asyncio.gather(
        *(
            session.record.store.search(
                session.actor.tenant,
                query,
                restriction=session.judge.rule("search"),
                redactions=session.judge.redactions("search"),
            )
            for query in asked
        )
    )
    return [version for page in pages for version in page.matches]


def _by_id(type: str, ids: Sequence[str]) -> Query:
    return Query(type, (Term("_id", "id", None, tuple(TokenValue(None, id) for id in ids)),), count=len(ids))


def _chunks(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    return (ids[begin : begin + IDS_EACH] for begin in range(0, len(ids), IDS_EACH))
