"""A bed is promised, and given back: what `care.casework.beds` says, written through the door until nobody was faster.

Both resources are one commit with the bed If-Match. Who lost a race reads the beds again and asks for what is left, so the
last answer is never a lock or a wait: it is a bed or `AKS-CASE-010`.
"""

from akson.access.actor import PurposeOfUse
from akson.app.pathways.commits import changes_of
from akson.app.pathways.facts import actor
from akson.app.pathways.reading import found
from akson.care.casework import beds
from akson.care.fhir_json import Resource, reference_id
from akson.fhir.problem import Problem, ProblemKind
from akson.fhir.search.parsing import parse
from akson.record.session import RecordSession

ATTEMPTS_MAX = 60
"""Each lost race is one that somebody else won: so many win before this one at most."""
_LOST = (ProblemKind.PRECONDITION, ProblemKind.CONFLICT)


async def promise(session: RecordSession, ward: str, wanted: beds.Hold) -> Resource:
    """The hold, on some bed of the ward (`Location/korttid`). Raises Problem CONFLICT AKS-CASE-010 when none is free."""
    for attempt in range(ATTEMPTS_MAX):
        free = beds.free(await beds_of(session, ward), wanted.start, wanted.end)
        if not free:
            break
        # Each begins with a bed of her own where there are several: fifty who all want the first would lose in turn.
        chosen = free[(attempt + sum(wanted.id.encode())) % len(free)]
        changed = beds.hold(chosen, wanted)
        try:
            await session.commit(changes_of(changed))
        except Problem as lost:
            if lost.kind not in _LOST:
                raise
            continue
        return changed[1]
    raise beds.no_bed()


async def promise_for(session: RecordSession, ward: str, wanted: beds.Hold) -> Resource:
    """As `promise`, asked by a person: she must see the patient and be one who books for her. The house then writes, since a
    bed is no patient's and she may not write it. Raises NOT_FOUND, FORBIDDEN AKS-CASE-012, CONFLICT AKS-CASE-010."""
    await session.read("Patient", reference_id(wanted.patient))
    if not session.may("create", "Appointment"):
        raise Problem(
            ProblemKind.FORBIDDEN,
            "AKS-CASE-012",
            "Du kan ikke holde av plasser.",
            why="Rollen din har ikke lov til å sette opp avtaler for pasienter.",
            now="Be saksbehandleren om det.",
        )
    house = session.record.open(actor(session.actor.tenant), PurposeOfUse.CARE_COORDINATION)
    return await promise(house, ward, wanted)


async def give_back(session: RecordSession, hold: str, reason: str) -> bool:
    """Whether there was something to give back: `hold` is the id of the Appointment. Safe to repeat."""
    for _ in range(ATTEMPTS_MAX):
        held = next(iter(await found(session, parse("Appointment", [("_id", hold)]))), None)
        if held is None:
            return False
        places = await found(session, parse("Location", [("_id", beds.bed_of(held))]))
        changed = beds.release(places[0], held, reason) if places else []
        if not changed:
            return False
        try:
            await session.commit(changes_of(changed))
        except Problem as lost:
            if lost.kind not in _LOST:
                raise
            continue
        return True
    return False


async def beds_of(session: RecordSession, ward: str) -> list[Resource]:
    """The beds of a ward, as they stand."""
    places = await found(session, parse("Location", [("partof", ward), ("_count", "200")]))
    return [place for place in places if beds.is_bed(place)]
