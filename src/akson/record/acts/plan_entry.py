"""What the citizen, or one who is vouched for by another enterprise, writes into a shared plan; and whether it has changed.

    await enter(session, 'astrid', LABEL, [Basic …])          her own words, or a partner's, as entries of the plan
    await standing(session, 'astrid', LABEL, head)            7, the version of the plan's head; nothing of what it says

The rules in force let neither create anything. What lets this act do it is that she may *read* such an entry (own record, or
attested) by every rule there is, blocks among them, and that whoever calls has asked the plan whether she takes part; she
adds, and never changes or takes away. Source: pasient- og brukerrettighetsloven § 3-1; pasientjournalloven §§ 9 and 19.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from akson.access.actor import ActorKind
from akson.access.decision import Decision
from akson.fhir.codec import json
from akson.record.acts import judging
from akson.record.guard import not_found
from akson.record.judgement import Concerned
from akson.record.values import ID, Change, Committed

if TYPE_CHECKING:
    from akson.record.session import RecordSession

ACTION = "plan-entry"
TYPE = "Basic"
"""What an entry is stored as; clinical, as all that nobody has placed."""


async def enter(
    session: "RecordSession", patient: str, label: str, entries: Sequence[dict[str, Any]]
) -> list[Committed]:
    """Each entry has the id it is to have. Raises Problem NOT_FOUND for who may not, CONFLICT where one stands already."""
    whom, decision = await _decided(session, patient, label, writes=True)
    words = "Du skrev i planen din." if session.actor.kind is ActorKind.CITIZEN else _who(session)
    changes = [Change("POST", TYPE, resource=entry, given_id=str(entry["id"])) for entry in entries]
    evidence = session.judge.evidence("read", whom)
    return await judging.commit(session, ACTION, judging.told(decision, words), changes, evidence=evidence)


async def standing(session: "RecordSession", patient: str, label: str, head: tuple[str, str]) -> int:
    """Version of the head, 0 where there is none. An open page asks this every other second: what it shows is in the log
    already, what is new is read and logged, and a refusal is logged as ever. Raises NOT_FOUND for who may not."""
    await _decided(session, patient, label)
    found = (await session.record.store.current(session.actor.tenant, [head])).get(head)
    return 0 if found is None or found.deleted or found.patients != (patient,) else found.version


async def made_before(
    house: "RecordSession", keys: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], dict[str, Any]]:
    """What the node itself has made of a plan, before it makes it again: shown to nobody, so no look at anybody's record.
    Raises NOT_FOUND for any but the node itself."""
    if house.actor.kind is not ActorKind.SYSTEM:
        raise not_found()
    found = await house.record.store.current(house.actor.tenant, list(keys)) if keys else {}
    return {key: json.parse(one.body) for key, one in found.items() if one.body}


async def _decided(
    session: "RecordSession", patient: str, label: str, *, writes: bool = False
) -> tuple[Concerned, Decision]:
    known = (await judging.concerned(session, patient)).patients if ID.fullmatch(patient) else ()
    whom = Concerned(TYPE, known, (label,))
    decision = session.judge.decide("read", whom)
    # Who represents somebody reads her plan, and writes nothing in her name.
    if not known or not decision.permit or (writes and session.actor.kind is ActorKind.PROXY):
        await session.refuse(ACTION, whom, asked="read", id=patient)
    return whom, decision


def _who(session: "RecordSession") -> str:
    unit = f" ({session.actor.unit_name})" if session.actor.unit_name else ""
    return f"{session.actor.name}{unit} skrev i den delte planen din."
