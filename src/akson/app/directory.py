"""Identity's questions about professionals and patients, asked of the record as the node itself: each stands in the log.

A professional is whoever is active and has the number; her role and unit are those of her active PractitionerRole.
"""

from typing import Any

from akson.access.actor import Actor, ActorKind, PurposeOfUse
from akson.fhir.codec import json
from akson.fhir.problem import Problem, ProblemKind
from akson.fhir.search.query import Query, ReferenceValue, Term, TokenValue
from akson.identity.directory import Practitioner
from akson.record.door import Record
from akson.record.session import RecordSession
from akson.terminology.systems import NORWEGIAN_IDENTIFIERS

HPR = f"{NORWEGIAN_IDENTIFIERS}4"
NATIONAL_IDS = tuple(f"{NORWEGIAN_IDENTIFIERS}{series}" for series in (1, 2))
ROLES = "https://akson.no/fhir/CodeSystem/role"
FOUND_MAX = 10
DEPTH_MAX = 10
"""Organisations above an organisation."""

Resource = dict[str, Any]


class RecordDirectory:
    """An `akson.identity.directory.Directory`."""

    def __init__(self, record: Record) -> None:
        self._record = record

    async def practitioner(self, tenant: int, *, hpr: str, national_id: str) -> Practitioner | None:
        session = self._session(tenant)
        wanted = [TokenValue(HPR, hpr)] if hpr else []
        wanted += [TokenValue(system, national_id) for system in NATIONAL_IDS if national_id]
        found = [p for p in await self._with(session, "Practitioner", wanted) if p.get("active") is not False]
        if len(found) != 1 or not _agrees(found[0], hpr, national_id):
            return None
        return await self._described(session, found[0], hpr)

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

    async def _described(self, session: RecordSession, found: Resource, hpr: str) -> Practitioner:
        reference = f"Practitioner/{found['id']}"
        asked = Term("practitioner", "reference", None, (ReferenceValue("Practitioner", found["id"]),))
        roles = await self._search(session, Query("PractitionerRole", (asked,)))
        role = next((r for r in roles if r.get("active") is not False), {})
        unit = role.get("organization", {})
        above = await self._above(session, unit.get("reference", ""))
        return Practitioner(
            reference=reference,
            name=_name(found),
            role=_role(role),
            hpr=hpr,
            organisations=above,
            unit_name=unit.get("display", ""),
        )

    async def _above(self, session: RecordSession, reference: str) -> tuple[str, ...]:
        """The unit and the ones it is part of, nearest first."""
        found: list[str] = []
        while reference.startswith("Organization/") and reference not in found and len(found) < DEPTH_MAX:
            found.append(reference)
            try:
                version = await session.read("Organization", reference.partition("/")[2])
            except Problem as problem:
                if problem.kind not in (ProblemKind.NOT_FOUND, ProblemKind.GONE):
                    raise
                break
            organisation = json.parse(version.body) if version.body else {}
            reference = organisation.get("partOf", {}).get("reference", "")
        return tuple(found)


def _agrees(practitioner: Resource, hpr: str, national_id: str) -> bool:
    """Both numbers, where she has both, must be hers."""
    numbers: dict[str, set[str]] = {}
    for identifier in practitioner.get("identifier", ()):
        numbers.setdefault(identifier.get("system", ""), set()).add(identifier.get("value", ""))
    if hpr and numbers.get(HPR, {hpr}) != {hpr}:
        return False
    national = set().union(*(numbers.get(system, set()) for system in NATIONAL_IDS))
    return not national or not national_id or national_id in national


def _name(practitioner: Resource) -> str:
    name = next(iter(practitioner.get("name", ())), {})
    return name.get("text") or " ".join([*name.get("given", ()), name.get("family", "")]).strip()


def _role(role: Resource) -> str:
    codings = [coding for concept in role.get("code", ()) for coding in concept.get("coding", ())]
    return next((c.get("code", "") for c in codings if c.get("system") == ROLES), "")
