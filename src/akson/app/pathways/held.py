"""Beds held and given back for a person who promises them and sees the patient (`web.shell.beds.KeepsBeds`).

A bed is reference data, which the policy lets nobody at work write. So the house holds it with its own pen, after asking
whether she may; what she then tells the hospital is hers.
"""

from akson.access.actor import PurposeOfUse
from akson.app.pathways.commits import changes_of
from akson.app.pathways.facts import actor
from akson.app.pathways.promises import give_back
from akson.app.pathways.reading import found
from akson.care.casework import beds
from akson.care.fhir_json import Resource, reference_id
from akson.fhir.problem import Problem, ProblemKind
from akson.fhir.search.parsing import parse
from akson.record.door import Record
from akson.record.session import RecordSession

PROMISES = ("caseworker", "coordinator", "leader")
_LOST = (ProblemKind.PRECONDITION, ProblemKind.CONFLICT)


class HouseBeds:
    def __init__(self, record: Record) -> None:
        self._record = record

    async def hold(self, session: RecordSession, bed: str, wanted: beds.Hold) -> Resource:
        await _may(session, reference_id(wanted.patient))
        house = self._record.open(actor(session.actor.tenant), PurposeOfUse.CARE_COORDINATION)
        standing = await found(house, parse("Appointment", [("_id", wanted.id)]))
        if standing and standing[0]["participant"][0]["actor"] != wanted.patient:
            # The number came out of a form: another patient's bed is neither promised here nor given back.
            raise beds.no_bed()
        if standing and standing[0].get("status") in beds.HELD:
            return standing[0]
        places = await found(house, parse("Location", [("_id", bed)]))
        if not places or not beds.is_bed(places[0]):
            raise beds.no_bed()
        changed = beds.hold(places[0], wanted)
        try:
            await house.commit(changes_of(changed))
        except Problem as lost:
            if lost.kind not in _LOST:
                raise
            # Pressed twice, the first has it for her. Else what she saw is not so any longer: somebody else has it.
            first = await found(house, parse("Appointment", [("_id", wanted.id)]))
            if (
                first
                and first[0]["participant"][0]["actor"] == wanted.patient
                and first[0]["status"] in beds.HELD
            ):
                return first[0]
            raise beds.no_bed() from lost
        return changed[1]

    async def give_back(self, session: RecordSession, hold: str, reason: str) -> bool:
        house = self._record.open(actor(session.actor.tenant), PurposeOfUse.CARE_COORDINATION)
        held = await found(house, parse("Appointment", [("_id", hold)]))
        if not held:
            return False
        await _may(session, reference_id(held[0]["participant"][0]["actor"]))
        return await give_back(house, hold, reason)


async def _may(session: RecordSession, patient: str) -> None:
    """Raises NOT_FOUND when the patient is hidden from her."""
    await session.read("Patient", patient)
    if session.actor.role not in PROMISES:
        raise Problem(
            ProblemKind.FORBIDDEN,
            "AKS-CASE-020",
            "Du kan ikke love bort plasser.",
            why="Plasser loves av saksbehandler, koordinator eller leder.",
            now="Gi beskjed til saksbehandleren.",
        )
