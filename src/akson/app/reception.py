"""From a Person that an issuer vouches for to an Actor of this node: found in the record, or refused in clear words.

Staff by HPR number, else by national id, through Practitioner and PractitionerRole; citizens by the Patient's national id.
The record decides nothing here: it is asked as the node's own login service, and every look at a Patient stands in the log.
"""

from typing import Any

from akson.access.actor import Actor, ActorKind, PurposeOfUse
from akson.app.staff import HPR_SYSTEM, NATIONAL_ID_SYSTEMS, identifiers, name_of, own_patient, posts
from akson.fhir.codec import json
from akson.fhir.problem import Problem, ProblemKind
from akson.fhir.search.query import Query, Term, TokenValue
from akson.identity.openid.person import Person
from akson.record.door import Record
from akson.record.session import RecordSession

Resource = dict[str, Any]


class Reception:
    def __init__(self, record: Record) -> None:
        self._record = record

    async def actors(self, person: Person) -> tuple[Actor, ...]:
        """Whom she may act as here: one, or one for each role she has. Raises Problem AKS-LOGIN-030 to -033."""
        session = self._open(person.issuer.tenant)
        if person.issuer.for_citizens:
            return (await _citizen(session, person),)
        return await _staff(session, person)

    async def holds(self, actor: Actor) -> bool:
        """Whether one of the staff who logged in as `actor` would still be let in as that. Asked at each renewal."""
        if actor.kind is not ActorKind.PRACTITIONER:
            return True
        session = self._open(actor.tenant)
        try:
            practitioner = json.parse((await session.read(*actor.reference.split("/"))).body or b"{}")
        except Problem:
            return False
        if practitioner.get("active") is False:
            return False
        held = await posts(session, actor.reference)
        return any(
            post.role == actor.role and post.organisations[:1] == actor.organisations[:1] for post in held
        )

    def _open(self, tenant: int) -> RecordSession:
        return self._record.open(
            Actor(ActorKind.SYSTEM, "login", "Innlogging", tenant), PurposeOfUse.OPERATIONS
        )


async def _citizen(session: RecordSession, person: Person) -> Actor:
    patient = await _only(session, "Patient", _national_id(person))
    if patient is None or patient.get("active") is False:
        raise _unknown()
    return Actor(
        kind=ActorKind.CITIZEN,
        id=patient["id"],
        name=name_of(patient) or person.name,
        tenant=person.issuer.tenant,
        reference=f"Patient/{patient['id']}",
    )


async def _staff(session: RecordSession, person: Person) -> tuple[Actor, ...]:
    practitioner = await _practitioner(session, person)
    reference = f"Practitioner/{practitioner['id']}"
    own = await own_patient(session, practitioner, person.national_id)
    actors = {
        Actor(
            kind=ActorKind.PRACTITIONER,
            id=practitioner["id"],
            name=name_of(practitioner) or person.name,
            tenant=person.issuer.tenant,
            role=post.role,
            hpr=person.hpr,
            reference=reference,
            organisations=post.organisations,
            unit_name=post.unit_name,
            service=post.service,
            own_patient=own,
        )
        for post in await posts(session, reference)
    }
    named = sorted(actors, key=lambda actor: (actor.unit_name, actor.role))
    if not named:
        raise Problem(
            ProblemKind.FORBIDDEN,
            "AKS-LOGIN-033",
            "You have no role at this municipality today.",
            why="You are registered here, but with no role that is in force.",
            now="Ask your leader to register where you work, and as what.",
        )
    return tuple(named)


async def _practitioner(session: RecordSession, person: Person) -> Resource:
    by_hpr = (TokenValue(HPR_SYSTEM, person.hpr),) if person.hpr else ()
    found = await _only(session, "Practitioner", by_hpr or _national_id(person))
    if found is None and by_hpr:
        # A caseworker who is in the register of health personnel need not be so here.
        found = await _only(session, "Practitioner", _national_id(person))
    if found is None or found.get("active") is False:
        raise _unknown()
    here = identifiers(found, (HPR_SYSTEM,))
    if here and not person.hpr:
        raise Problem(
            ProblemKind.FORBIDDEN,
            "AKS-LOGIN-031",
            "The login came without an HPR number.",
            why="You work here as health personnel, and the issuer gave no number from the register of health personnel.",
            now="Check your authorisation with Helsedirektoratet, or choose another login.",
        )
    numbers = identifiers(found, NATIONAL_ID_SYSTEMS)
    if (here and person.hpr not in here) or (numbers and person.national_id not in numbers):
        raise Problem(
            ProblemKind.FORBIDDEN,
            "AKS-LOGIN-032",
            "The login and this node's register do not agree on who you are.",
            why="The HPR number and the national identity number belong to two different people here.",
            now="Ask those who keep the staff register to correct it.",
        )
    return found


async def _only(session: RecordSession, type: str, identifiers: tuple[TokenValue, ...]) -> Resource | None:
    """The one that has any of these; None when there is none, or more than one: then nobody can tell who it is."""
    query = Query(type, terms=(Term("identifier", "token", None, identifiers),), count=2)
    found = (await session.search(query)).matches
    return json.parse(found[0].body or b"{}") if len(found) == 1 else None


def _national_id(person: Person) -> tuple[TokenValue, ...]:
    return tuple(TokenValue(system, person.national_id) for system in NATIONAL_ID_SYSTEMS)


def _unknown() -> Problem:
    return Problem(
        ProblemKind.FORBIDDEN,
        "AKS-LOGIN-030",
        "You are not registered here.",
        why="The login is in order, but nobody in this node's registers has your number.",
        now="Ask your leader, or the municipality, whether you should be.",
    )
