"""A bed is promised, and given back: what `care.casework.beds` says, written through the door until nobody was faster.

Both resources are one commit with the bed If-Match. Who lost a race reads the beds again and asks for what is left, so the
last answer is never a lock or a wait: it is a bed or `AKS-CASE-010`.
"""

from akson.app.pathways.commits import changes_of
from akson.app.pathways.reading import found
from akson.care.casework import beds
from akson.care.fhir_json import Resource
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
