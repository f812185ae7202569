"""A bed is promised, and given back: what `care.casework.beds` says, written through the door until nobody was faster.

Both resources are one commit with the bed If-Match. Who lost a race reads the bed again, so the last answer is never a lock
or a wait: it is the bed or `AKS-CASE-010`. Who may ask for it is `held.py`'s.
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


async def promise(session: RecordSession, bed: str, wanted: beds.Hold) -> Resource:
    """The hold, on that very bed (`korttid-1`). Safe to repeat. Raises Problem CONFLICT AKS-CASE-010 when it is not free."""
    for _ in range(ATTEMPTS_MAX):
        before = next(iter(await found(session, parse("Appointment", [("_id", wanted.id)]))), None)
        if before is not None and before["participant"][0]["actor"] != wanted.patient:
            # The id came out of a form: another patient's bed, or visit, is not written over.
            break
        if before is not None and before.get("status") in beds.HELD:
            return before
        place = next(iter(await found(session, parse("Location", [("_id", bed)]))), None)
        if place is None or not beds.is_bed(place):
            break
        place, hold = beds.hold(place, wanted)
        if before is not None:
            # Given back, and wanted again under the same id: the next version of the same hold.
            hold["meta"] = before["meta"]
        try:
            await session.commit(changes_of([place, hold]))
        except Problem as lost:
            if lost.kind not in _LOST:
                raise
            continue
        return hold
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
