"""A short-term bed is promised in the same commit as what promises it: both stand, or neither.

    await promised(session, "korttid-1", Hold(…), lambda changes: letters.send(session, order, changes))

The bed's own version is the lock. Who lost a race reads the bed again, so the last answer is never a lock or a wait: it is
the bed, or `AKS-CASE-010`. Who may, the policy says (AKS-RULE-HOLD-BED, docs/adr/0185).
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from akson.access.rules.staff import HOLD_BED
from akson.care.casework import beds
from akson.care.casework.beds import Hold
from akson.care.fhir_json import Resource
from akson.fhir.problem import Problem, ProblemKind
from akson.fhir.search.parsing import parse
from akson.record.session import RecordSession
from akson.record.values import Change
from akson.web.shell.reading import resources

ATTEMPTS_MAX = 60
"""Each lost race is one that somebody else won: so many win before this one at most."""
LOST = (ProblemKind.PRECONDITION, ProblemKind.CONFLICT)
T = TypeVar("T")


async def promised(
    session: RecordSession, bed: str, wanted: Hold, commit: Callable[[Sequence[Change]], Awaitable[T]]
) -> T:
    """What `commit` gives, which must commit the changes it is handed together with its own. Safe to repeat under one id.

    Raises Problem CONFLICT AKS-CASE-010 when somebody else has the bed; FORBIDDEN AKS-CASE-020 for a role that promises
    none; and what `commit` raises, but for a lost race.
    """
    if not session.may(HOLD_BED, "Location"):
        raise _may_not()
    for _ in range(ATTEMPTS_MAX):
        changes = await _changes(session, bed, wanted)
        try:
            return await commit(changes)
        except Problem as lost:
            if lost.kind not in LOST:
                raise
    raise beds.no_bed()


async def _changes(session: RecordSession, bed: str, wanted: Hold) -> list[Change]:
    """Of bed and hold; none where the very same hold stands."""
    before = await _one(session, "Appointment", wanted.id)
    if before is not None and before["participant"][0]["actor"] != wanted.patient:
        # The id came out of a form: another patient's bed, or visit, is not written over.
        raise beds.no_bed()
    if before is not None and before.get("status") in beds.HELD:
        return []
    place = await _one(session, "Location", bed)
    if place is None or not beds.is_bed(place):
        raise beds.no_bed()
    place, hold = beds.hold(place, wanted)
    version = int(str((place.get("meta") or {}).get("versionId")))
    taken = Change("PUT", "Location", id=str(place["id"]), resource=place, if_match=version)
    if before is None:
        return [taken, Change("POST", "Appointment", resource=hold, given_id=wanted.id)]
    # Given back, and wanted again under the same id: the next version of the same hold.
    stood = int(str(before["meta"]["versionId"]))
    return [taken, Change("PUT", "Appointment", id=wanted.id, resource=hold, if_match=stood)]


async def _one(session: RecordSession, type: str, id: str) -> Resource | None:
    found = await session.search(parse(type, [("_id", id)]))
    return next(iter(resources(found.matches)), None)


def _may_not() -> Problem:
    return Problem(
        ProblemKind.FORBIDDEN,
        "AKS-CASE-020",
        "Du kan ikke love bort plasser.",
        why="Plasser loves av saksbehandler, koordinator eller leder.",
        now="Gi beskjed til saksbehandleren.",
    )
