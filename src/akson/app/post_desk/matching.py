"""Messages that were matched to nobody: who they say they are about, who it may be, and giving them to that person.

Proposed is only whoever has the very number of the message; everybody else the officer must name exactly (`identify`). What
follows from her decision is the inbox's (exchange/inbox/assigning.py).
"""

from datetime import date

from akson.app.post_desk.contents import named
from akson.app.post_desk.overview import unmatched_query
from akson.app.post_desk.parts import OPEN, Parts, Resource, owner_words, type_words
from akson.exchange.envelope.values import Person
from akson.exchange.identity_numbers import national_numbers
from akson.exchange.mirror import MESSAGE_ID
from akson.exchange.opening import open_message
from akson.fhir.codec import json
from akson.fhir.problem import Problem, ProblemKind
from akson.fhir.search.values.string import fold
from akson.record.acts.identify import Identity
from akson.record.session import RecordSession
from akson.store.post import InboxItem
from akson.web.shell.post_desk import IN, Candidate, Told, Unmatched

LISTED_MAX = 100
_ENDED = ("completed",)


async def unmatched(parts: Parts, session: RecordSession) -> tuple[Unmatched, ...]:
    """What waits, oldest first; then what was given to somebody and can be taken back."""
    found = [
        json.parse(version.body or b"{}")
        for statuses in (OPEN, _ENDED)
        for version in (await session.search(unmatched_query(*statuses, count=LISTED_MAX))).matches
    ]
    rows = [row for task in found if (row := await _row(parts, task)) is not None]
    return tuple(sorted(rows, key=lambda row: (row.matched, row.received)))


async def one_unmatched(parts: Parts, session: RecordSession, item: int) -> Unmatched:
    return next((row for row in await unmatched(parts, session) if row.item == item), None) or _gone()


async def _row(parts: Parts, task: Resource) -> Unmatched | None:
    """None for an item whose original is not in this post."""
    item = await _item_of(parts, task)
    if item is None:
        return None
    matched = task["status"] in _ENDED
    return Unmatched(
        item=item.id,
        type_words=type_words(item.type or ""),
        sender=str(task.get("requester", {}).get("display", "")) or item.sender_her or "",
        received=item.received_at,
        why=str(task.get("description", "")).rpartition(". ")[2] or "",
        told=_told(task),
        owner=owner_words(task),
        matched=matched,
        may_undo=matched and bool(item.patient_ids),
    )


async def _item_of(parts: Parts, task: Resource) -> InboxItem | None:
    named = next((i["value"] for i in task.get("identifier", ()) if i.get("system") == MESSAGE_ID), "")
    sender, _, msg_id = str(named).partition("|")
    found = await parts.came.find_by_msg_id(sender, msg_id)
    return found if found is not None and parts.hers(found.tenant) else None


def _told(task: Resource) -> Told:
    inputs = {str(one.get("type", {}).get("text", "")): one for one in task.get("input", ())}
    ids = [
        f"{text} {one['valueIdentifier'].get('value', '')}"
        for text, one in inputs.items()
        if "valueIdentifier" in one
    ]
    name, born = (str(inputs.get(text, {}).get("valueString", "")) for text in ("Navn", "Fødselsdato"))
    return Told(name, born, tuple(ids))


async def proposed(parts: Parts, session: RecordSession, item: int) -> tuple[Candidate, ...]:
    """Whoever has a number of the message: nobody is proposed for being like."""
    person = await _person(parts, item)
    found: dict[str, Candidate] = {}
    for ident in national_numbers(person) if person else ():
        for one in await session.identify(national_id=ident.plain):
            found[one.id] = _candidate(one, person, by_number=True)
    return tuple(found.values())


async def candidates(
    parts: Parts, session: RecordSession, item: int, *, number: str, name: str, born: date | None
) -> tuple[Candidate, ...]:
    """Whom the officer names: by number, or by name and date of birth."""
    person = await _person(parts, item)
    found = await session.identify(national_id=number, name=name, birth_date=born)
    return tuple(_candidate(one, person, by_number=bool(number)) for one in found)


def _candidate(one: Identity, person: Person | None, *, by_number: bool) -> Candidate:
    told = {fold(w) for w in person.name.replace("-", " ").split()} if person else set[str]()
    own = {fold(w) for w in one.name.replace("-", " ").split()}
    same_birth_date = (
        bool(person and person.birth_date) and _day(person.birth_date) == one.birth_date if person else False
    )
    return Candidate(
        one.id,
        one.name,
        one.birth_date,
        one.national_id,
        by_number,
        bool(told & own),
        same_birth_date,
    )


def _day(told: object) -> str:
    return str(told)[:10]


async def _person(parts: Parts, item: int) -> Person | None:
    found = await parts.item(item)
    envelope = open_message(found.original).envelope if found else None
    return envelope.patient if envelope else None


async def assign(parts: Parts, session: RecordSession, item: int, patient: str) -> None:
    """Decided and in the patient's log first; then the inbox does what the message asks for that patient."""
    await session.match_message(patient, named(IN, item))
    await parts.assigning.assign(item, patient, tenant=parts.tenant)


async def take_back(parts: Parts, session: RecordSession, item: int) -> None:
    found = await parts.item(item)
    patients = found.patient_ids if found else ()
    if not patients:
        _gone()
    await session.match_message(patients[0], named(IN, item), back=True)
    await parts.assigning.take_back(item, tenant=parts.tenant)


def _gone() -> Unmatched:
    raise Problem(
        ProblemKind.NOT_FOUND,
        "AKS-WEB-067",
        "Meldingen venter ikke på noen pasient.",
        why="Den er tatt hånd om, eller den er ikke kommet hit.",
        now="Gå til listen og se hva som venter.",
    )
