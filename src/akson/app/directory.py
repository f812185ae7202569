"""Identity's questions about professionals and patients, asked of the record as the node itself: each stands in the log.

A professional is whoever is active and has the number; her role and unit are those of her active PractitionerRole.
"""

from typing import Any

from akson.access.actor import Actor, ActorKind, PurposeOfUse
from akson.app.staff import HPR_SYSTEM, NATIONAL_ID_SYSTEMS, Post, identifiers, name_of, own_patient, posts
from akson.fhir.codec import json
from akson.fhir.problem import Problem, ProblemKind
from akson.fhir.search.query import Query, Term, TokenValue
from akson.identity.directory import Practitioner
from akson.record.door import Record
from akson.record.session import RecordSession

FOUND_MAX = 10

Resource = dict[str, Any]


class RecordDirectory:
    """An `akson.identity.directory.Directory`."""

    def __init__(self, record: Record) -> None:
        self._record = record

    async def practitioner(self, tenant: int, *, hpr: str, national_id: str) -> Practitioner | None:
        session = self._session(tenant)
        wanted = [TokenValue(HPR_SYSTEM, hpr)] if hpr else []
        wanted += [TokenValue(system, national_id) for system in NATIONAL_ID_SYSTEMS if national_id]
        found = [p for p in await self._with(session, "Practitioner", wanted) if p.get("active") is not False]
        if len(found) != 1 or not _agrees(found[0], hpr, national_id):
            return None
        return await _described(session, found[0], hpr, national_id)

    async def active(self, tenant: int, reference: str) -> bool:
        type, _, id = reference.partition("/")
        if type != "Practitioner":
            return True
        try:
            version = await self._session(tenant).read(type, id)
        except Problem as problem:
            if problem.kind not in (ProblemKind.NOT_FOUND, ProblemKind.GONE):
                raise
            return problem.kind is ProblemKind.NOT_FOUND
        return not version.body or json.parse(version.body).get("active") is not False

    async def patients(self, tenant: int, system: str, national_id: str) -> tuple[str, ...]:
        found = await self._with(self._session(tenant), "Patient", [TokenValue(system, national_id)])
        return tuple(patient["id"] for patient in found)

    def _session(self, tenant: int) -> RecordSession:
        who = Actor(ActorKind.SYSTEM, "identity", "Tilgangskontroll", tenant)
        return self._record.open(who, PurposeOfUse.OPERATIONS)

    async def _with(self, session: RecordSession, type: str, numbers: list[TokenValue]) -> list[Resource]:
        if not numbers:
            return []
        return await self._search(session, Query(type, (Term("identifier", "token", None, tuple(numbers)),)))

    async def _search(self, session: RecordSession, query: Query) -> list[Resource]:
        page = await session.search(query)
        return [json.parse(v.body) for v in page.matches[:FOUND_MAX] if v.body is not None]


async def _described(session: RecordSession, found: Resource, hpr: str, national_id: str) -> Practitioner:
    """By the first of her roles that is in force; without one she is known, and may nothing."""
    reference = f"Practitioner/{found['id']}"
    post = next(iter(await posts(session, reference)), Post("", (), ""))
    return Practitioner(
        reference=reference,
        name=name_of(found),
        role=post.role,
        hpr=hpr,
        organisations=post.organisations,
        unit_name=post.unit_name,
        service=post.service,
        own_patient=await own_patient(session, found, national_id),
    )


def _agrees(practitioner: Resource, hpr: str, national_id: str) -> bool:
    """Both numbers, where she has both, must be hers."""
    hprs = identifiers(practitioner, (HPR_SYSTEM,))
    if hpr and hprs and hprs != {hpr}:
        return False
    national = identifiers(practitioner, NATIONAL_ID_SYSTEMS)
    return not national or not national_id or national_id in national
