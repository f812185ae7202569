"""Where one of the staff works today and as what: the one look at her PractitionerRoles, for logins and for API calls.

    PractitionerRole in force (active, today within its period, a code of ours, a unit that is here)
        -> Post("nurse", ("Organization/hjemmetjenesten-ost", "Organization/storvik"), "Hjemmetjenesten Øst", "KP02")

The units above count too: who has closed her record to the enterprise has closed it to all of its units. The record is asked
as the node's own service, so each look stands in the log. Which Practitioner she is, the caller has found out.
"""

from dataclasses import dataclass
from typing import Any

from akson.fhir.codec import json
from akson.fhir.problem import Problem, ProblemKind
from akson.fhir.search.query import Query, ReferenceValue, Term, TokenValue
from akson.record.session import RecordSession
from akson.terminology.systems import NORWEGIAN_IDENTIFIERS

HPR_SYSTEM = f"{NORWEGIAN_IDENTIFIERS}4"
NATIONAL_ID_SYSTEMS = tuple(f"{NORWEGIAN_IDENTIFIERS}{number}" for number in (1, 2))
"""National identity number and D-number: which of them it is, the digits alone do not say safely."""
ROLE_SYSTEM = "https://akson.no/fhir/CodeSystem/role"
SERVICE_SYSTEM = "urn:oid:2.16.578.1.12.4.1.1.8663"
ROLES_MAX = 20
DEPTH_MAX = 10
"""Organisations above an organisation."""

Resource = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Post:
    """One role in force."""

    role: str
    organisations: tuple[str, ...]
    """The unit and what it is part of, nearest first."""
    unit_name: str
    service: str = ""
    """Kind of service, a code of 8663, where the unit says it."""


async def posts(session: RecordSession, practitioner: str) -> tuple[Post, ...]:
    """Of `Practitioner/ida`, as they stand today; a role without code or unit gives no right to anything, and is none."""
    found = await session.search(
        Query(
            "PractitionerRole",
            terms=(
                Term("practitioner", "reference", None, (ReferenceValue(*practitioner.split("/")),)),
                Term("active", "token", None, (TokenValue(None, "true"),)),
            ),
            count=ROLES_MAX,
        )
    )
    roles = [json.parse(version.body or b"{}") for version in found.matches]
    made = [await _post(session, role) for role in roles if _in_force(role, session)]
    return tuple(post for post in made if post is not None)


async def own_patient(session: RecordSession, practitioner: Resource, *national_ids: str) -> str:
    """`Patient/siri` when she is a patient here too, by the numbers in the register or the one her login vouches for."""
    numbers = {*identifiers(practitioner, NATIONAL_ID_SYSTEMS), *national_ids} - {""}
    wanted = tuple(TokenValue(system, number) for number in sorted(numbers) for system in NATIONAL_ID_SYSTEMS)
    if not wanted:
        return ""
    found = await session.search(
        Query("Patient", terms=(Term("identifier", "token", None, wanted),), count=1)
    )
    return f"Patient/{found.matches[0].id}" if found.matches else ""


def identifiers(resource: Resource, systems: tuple[str, ...]) -> set[str]:
    """Its numbers of these systems."""
    return {
        i["value"] for i in resource.get("identifier", ()) if i.get("system") in systems and i.get("value")
    }


def name_of(resource: Resource) -> str:
    name = next(iter(resource.get("name") or ()), {})
    return str(name.get("text") or " ".join([*name.get("given", ()), name.get("family", "")])).strip()


async def _post(session: RecordSession, role: Resource) -> Post | None:
    code = _code(role.get("code", ()), ROLE_SYSTEM)
    units = await _above(session, str((role.get("organization") or {}).get("reference", "")))
    if not code or not units:
        return None
    unit = units[0]
    return Post(
        role=code,
        organisations=tuple(f"Organization/{organisation['id']}" for organisation in units),
        unit_name=str(unit.get("name") or role["organization"].get("display", "")),
        service=_code(unit.get("type", ()), SERVICE_SYSTEM),
    )


async def _above(session: RecordSession, reference: str) -> list[Resource]:
    """The unit and the ones it is part of, nearest first, as far as they are here."""
    found: list[Resource] = []
    while reference.startswith("Organization/") and len(found) < DEPTH_MAX:
        id = reference.split("/")[1]
        if any(organisation["id"] == id for organisation in found):
            break
        try:
            version = await session.read("Organization", id)
        except Problem as problem:
            if problem.kind not in (ProblemKind.NOT_FOUND, ProblemKind.GONE):
                raise
            break
        found.append(json.parse(version.body or b"{}"))
        reference = str((found[-1].get("partOf") or {}).get("reference", ""))
    return found


def _code(concepts: Any, system: str) -> str:
    """The first code of a system; "" when there is none."""
    codings = (coding for concept in concepts for coding in concept.get("coding", ()))
    return next((str(c["code"]) for c in codings if c.get("system") == system and c.get("code")), "")


def _in_force(role: Resource, session: RecordSession) -> bool:
    """FHIR dates compare as text when cut to the same length."""
    today, period = session.at.date().isoformat(), role.get("period") or {}
    start, end = str(period.get("start", ""))[:10], str(period.get("end", ""))[:10]
    return (not start or start <= today[: len(start)]) and (not end or today[: len(end)] <= end)
