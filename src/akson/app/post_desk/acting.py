"""What the officer does with a message that is not done: sends it again, closes it, gives it to somebody else.

The outbox decides what may be done (states.py); the item's owner changes through the officer's own session, as a Task that
belongs to no patient. Notes in the post's book name who, and a reason out of a list: free words might name a patient.
"""

import uuid
from collections.abc import Mapping
from types import MappingProxyType

from akson.app.post_desk.lists import codes_of
from akson.app.post_desk.parts import Parts, tasks
from akson.app.post_desk.story import no_such
from akson.exchange.outbox import states
from akson.exchange.outbox.anew import under_new_id
from akson.exchange.outbox.causes import Again, cause_of
from akson.exchange.outbox.outbox import Letter
from akson.fhir.codec import json
from akson.fhir.problem import Problem, ProblemKind
from akson.fhir.search.query import Query
from akson.record.session import RecordSession
from akson.record.values import Change
from akson.store.outbox_rows import OutboxRow
from akson.web.shell.post_desk import BulkStep

EACH_STEP = 20
"""Messages of one step of a long resending: well within a second, so that the page tells how far it has come."""
OWNERS_MAX = 200
YOURSELF = " (deg)"
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://akson.no/app/post_desk/anew")
CLOSE_REASONS: Mapping[str, str] = MappingProxyType(
    {
        "rung": "Mottaker er ringt og har fått beskjed",
        "otherwise": "Sendt på en annen måte",
        "corrected": "Rettet og sendt som ny melding fra journalen",
        "obsolete": "Ikke lenger aktuelt",
    }
)


async def send_again(parts: Parts, session: RecordSession, id: int) -> None:
    """The same message, or its content under a new MsgId when the receiver has refused the old one.

    Raises Problem PRECONDITION when it stands otherwise than the officer saw it, or must be corrected first.
    """
    row = await _row(parts, id)
    again = cause_of(row.sending, await codes_of(parts, row)).again if _is_open(row) else Again.NEVER
    if again is Again.SAME:
        await parts.outbox.resend(id, by=session.actor.name)
    elif again is Again.NEW:
        await _send_anew(parts, session, row)
    else:
        raise _not_again()


async def _send_anew(parts: Parts, session: RecordSession, row: OutboxRow) -> None:
    # The id follows from the row: pressed twice at once, the second is told that somebody was first.
    msg_id, now = str(uuid.uuid5(_NAMESPACE, f"{row.id}|{row.digest.hex()}")), parts.clock.now()
    document = under_new_id(await parts.sent.document(row.id), msg_id, now)
    letter = Letter(
        tenant=row.tenant,
        msg_id=msg_id,
        sender=row.sender,
        receivers=(row.receiver,),
        type=row.type,
        document=document,
        generated_at=now,
        conversation=row.conversation,
        purpose=row.purpose,
        answers=row.answers,
    )
    await parts.outbox.correct(row.id, letter, by=session.actor.name)


async def send_cause(parts: Parts, session: RecordSession, key: str, after: int) -> BulkStep:
    """One step of sending all that failed for one cause, in the order of their numbers; each of them once."""
    sent = passed = 0
    last = after
    while sent + passed < EACH_STEP:
        ids = await parts.rows.open_out(
            parts.whose, (states.FAILED, states.NEGATIVE, states.OVERDUE), after=last, limit=EACH_STEP
        )
        if not ids:
            return BulkStep(sent, passed, None)
        for id in ids:
            if sent + passed >= EACH_STEP:
                break
            last = id
            row = await _row(parts, id)
            if cause_of(row.sending, await codes_of(parts, row)).key != key:
                continue
            if await _tried(parts, session, id):
                sent += 1
            else:
                passed += 1
    return BulkStep(sent, passed, last)


async def _tried(parts: Parts, session: RecordSession, id: int) -> bool:
    try:
        await send_again(parts, session, id)
    except Problem as problem:
        if problem.kind not in (ProblemKind.PRECONDITION, ProblemKind.CONFLICT, ProblemKind.UNSUPPORTED):
            raise
        return False
    return True


async def close(parts: Parts, session: RecordSession, id: int, reason: str) -> None:
    """Raises Problem INVALID AKS-WEB-063 without a reason."""
    if reason not in CLOSE_REASONS:
        raise Problem(
            ProblemKind.INVALID,
            "AKS-WEB-063",
            "Grunnen mangler.",
            why="En melding som ikke kom fram, avsluttes med en grunn, så andre kan se hva som er gjort.",
            now="Gå tilbake og velg en grunn.",
        )
    row = await _row(parts, id)
    if not _is_open(row):
        raise _changed_meanwhile()
    await parts.outbox.close(id, by=session.actor.name, note=CLOSE_REASONS[reason])


async def owners(parts: Parts, session: RecordSession) -> tuple[tuple[str, str], ...]:
    """The municipality's own units, those who work in them, and the officer herself."""
    page = await session.search(Query("Organization", count=OWNERS_MAX))
    units = [json.parse(v.body or b"{}") for v in page.matches]
    mine = {o["id"] for o in units if _within(o, units, session.actor.organisations)}
    named = sorted((str(o.get("name", o["id"])), f"Organization/{o['id']}") for o in units if o["id"] in mine)
    people = await _people(session, {reference: name for name, reference in named})
    return (
        (session.actor.reference, f"{session.actor.name}{YOURSELF}"),
        *((ref, name) for name, ref in named),
        *people,
    )


async def _people(session: RecordSession, units: Mapping[str, str]) -> list[tuple[str, str]]:
    """`Practitioner/ida`, `Ida Nilsen, Hjemmetjenesten Øst`: once each, the officer herself left out."""
    page = await session.search(Query("PractitionerRole", count=OWNERS_MAX))
    found: dict[str, str] = {}
    for role in (json.parse(v.body or b"{}") for v in page.matches):
        who, unit = role.get("practitioner", {}), role.get("organization", {}).get("reference", "")
        reference, name = str(who.get("reference", "")), str(who.get("display", ""))
        if role.get("active", True) and name and unit in units and reference != session.actor.reference:
            found.setdefault(reference, f"{name}, {units[unit]}")
    return sorted(found.items(), key=lambda pair: pair[1])


def _within(organisation: dict, units: list[dict], roots: tuple[str, ...]) -> bool:
    above = {f"Organization/{o['id']}": str(o.get("partOf", {}).get("reference", "")) for o in units}
    place = f"Organization/{organisation['id']}"
    for _ in range(10):
        if place in roots:
            return True
        place = above.get(place, "")
    return False


async def hand_over(parts: Parts, session: RecordSession, id: int, owner: str) -> str:
    """Raises Problem INVALID AKS-WEB-064 for nobody that may own it."""
    names = dict(await owners(parts, session))
    row = await _row(parts, id)
    task = (await tasks(session, (row.sending.item,))).get(row.sending.item)
    if owner not in names:
        raise Problem(
            ProblemKind.INVALID,
            "AKS-WEB-064",
            "Ny eier mangler.",
            why="En sak overlates til en enhet i kommunen, eller til deg selv.",
            now="Gå tilbake og velg hvem som skal ha den.",
        )
    if task is None or not _is_open(row):
        raise _changed_meanwhile()
    name = names[owner].removesuffix(YOURSELF)
    given = {**task, "owner": {"reference": owner, "display": name}, "status": "requested"}
    version = int(task["meta"]["versionId"])
    await session.commit([Change("PUT", "Task", id=str(task["id"]), resource=given, if_match=version)])
    return name


async def _row(parts: Parts, id: int) -> OutboxRow:
    row = await parts.row(id)
    if row is None or row.type == states.RECEIPT:
        raise no_such()
    return row


def _is_open(row: OutboxRow) -> bool:
    return row.sending.state in states.NOT_DONE and not row.sending.closed


def _not_again() -> Problem:
    return Problem(
        ProblemKind.PRECONDITION,
        "AKS-WEB-065",
        "Meldingen kan ikke sendes på nytt som den er.",
        why="Enten er den ikke lenger åpen, eller så må innholdet rettes før mottakeren kan ta imot den.",
        now="Åpne meldingen, og se hva som skal gjøres.",
    )


def _changed_meanwhile() -> Problem:
    return Problem(
        ProblemKind.PRECONDITION,
        "AKS-WEB-066",
        "Noen andre var først.",
        why="Det har skjedd noe med meldingen mens du så på den. Ingenting er endret nå.",
        now="Gå tilbake, last siden på nytt og se hvordan den står.",
    )
