"""What a message adds to the record and what it changes there: pure, from a Delivery to a Plan.

| message              | added, as its sender                        | changed, by the municipality's own post         |
| -------------------- | ------------------------------------------- | ----------------------------------------------- |
| admission            | Communication, Encounter, Task with owner   | the start, when only the end was known          |
| discharge            | Communication, Task (Encounter when none stands) | the Encounter ends                         |
| changed              | Communication with what is new, Task        | the Encounter, open Tasks of what it replaces   |
| what a change replaced before it came | Communication              |                                                 |
| the same again       | Communication, Task with a question         |                                                 |
| cancellation of it is not told what | Communication, Task with a question |                                         |
| cancellation         | Communication, Task                         | the Encounter undone, open Tasks cancelled      |
| tells medicines      |                                             | a List for each source it tells of, drawn out of it |
| patient not matched  | Communication without subject, Task for the message officer |                                 |

Ids are made from sender and MsgId, so that a second try makes the same ones and cannot add anything twice.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from akson.exchange import mirror, times, urgency
from akson.exchange.changes import Change, changes
from akson.exchange.envelope.values import Person
from akson.exchange.identity_numbers import SYSTEMS
from akson.exchange.inbox.delivery import Delivery, subject
from akson.exchange.inbox.directory import Resource
from akson.exchange.inbox.patients import WORDS, Match
from akson.exchange.message_type import (
    CANCELLED,
    CHANGED,
    CareMessage,
    ResultFacts,
    StayEffect,
    StayFacts,
    TellsResults,
)
from akson.exchange.prescription.listing import Around, list_of
from akson.exchange.prescription.sources import lists_in
from akson.exchange.profile import missing_content
from akson.exchange.stays import IN_ERROR

TASKS = "https://akson.no/fhir/CodeSystem/task"
MATCH_PATIENT = "match-patient"
FOLLOW_UP = "follow-up"
CHANGES_TOLD_MAX = 5
"""In an item; the message itself tells all of them."""
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://akson.no/exchange/inbox")


@dataclass(frozen=True, slots=True)
class Made:
    """A resource to be created under an id of ours."""

    id: str
    resource: Resource

    @property
    def reference(self) -> str:
        return f"{self.resource['resourceType']}/{self.id}"


@dataclass(frozen=True, slots=True)
class Plan:
    made: tuple[Made, ...]
    amended: tuple[Resource, ...]
    """Whole resources, with the version they were read at."""
    drawn: tuple[Made, ...] = ()
    """Drawn out of the message by the municipality's own post, since its sender may not add it: lists of medicines."""


def made_id(tenant: int, message: CareMessage, part: str) -> str:
    return str(uuid.uuid5(_NAMESPACE, f"{tenant}|{mirror.message_id(message)}|{part}"))


def plan(delivery: Delivery) -> Plan:
    if delivery.patient.match is not Match.KNOWN:
        return Plan((_communication(delivery, None), _unmatched(delivery)), ())
    if delivery.twin is not None:
        return _question(delivery, _twin_words(delivery), (delivery.twin,))
    if delivery.message.status == CANCELLED:
        if not delivery.message.envelope.parent:
            return _question(delivery, _which_words(delivery), delivery.candidates)
        return _cancellation(delivery)
    if delivery.replaced is not None:
        return _overtaken(delivery, delivery.replaced)
    return _news(delivery)


def _question(delivery: Delivery, words: str, about: tuple[Resource, ...]) -> Plan:
    """Kept as it came, with a question to its owner; nothing else is changed before somebody has answered."""
    communication = _communication(delivery, None)
    asked = []
    for number, owner in enumerate(delivery.owners):
        title = f"Avklare: {delivery.message.type.title.lower()}"
        base = _base(delivery, f"Task/question/{number}", FOLLOW_UP, title, words, owner)
        input = [
            {
                "type": {"text": "Gjelder kanskje"},
                "valueReference": {"reference": f"Communication/{one['id']}"},
            }
            for one in about
        ]
        told = {"for": subject(delivery.patient), **({"input": input} if input else {})}
        asked.append(Made(base.id, {**base.resource, **told}))
    return Plan((communication, *asked), ())


def _twin_words(delivery: Delivery) -> str:
    return (
        "Avsender har sendt den samme meldingen før, siste døgn, under en annen meldings-id. "
        "Er den sendt to ganger, eller har det skjedd igjen? Den er ikke tatt inn en gang til."
    )


def _which_words(delivery: Delivery) -> str:
    found = len(delivery.candidates)
    told = {0: "Ingen tidligere melding passer.", 1: "Én tidligere melding passer."}.get(
        found, f"{found} tidligere meldinger passer."
    )
    return f"Avsender kansellerer en melding, men sier ikke hvilken. {told} Ingenting er endret i journalen."


def _overtaken(delivery: Delivery, by: Resource) -> Plan:
    """What it said is said anew already: it is kept beside that, changes nothing, and nobody needs to act upon it."""
    return Plan((_communication(delivery, by.get("encounter", {}).get("reference")),), ())


def _news(delivery: Delivery) -> Plan:
    effect = delivery.message.type.stay
    encounter, made, amended = _stay(delivery, effect) if effect is not None else (None, (), ())
    # Who heard of the cancellation first needs no item about what it cancelled.
    tasks = () if delivery.cancelled else _tasks(delivery, encounter)
    replaced = _ended(delivery, "Erstattet av en nyere melding fra avsender.")
    results = () if delivery.cancelled else _results(delivery)
    drawn = () if delivery.cancelled else _medicines(delivery)
    made = (_communication(delivery, encounter), *made, *results, *tasks)
    return Plan(made, (*amended, *_withdrawn(delivery), *replaced), drawn)


def _ended(delivery: Delivery, reason: str) -> tuple[Resource, ...]:
    """Open items about what the message cancels or replaces."""
    return tuple({**t, "status": "cancelled", "statusReason": {"text": reason}} for t in delivery.tasks)


def _results(delivery: Delivery) -> tuple[Made, ...]:
    message = delivery.message
    if not isinstance(message.type, TellsResults):
        return ()
    own = message.envelope.own_id
    letter = {"system": mirror.MESSAGE_ID, "value": mirror.message_id(message, own)}
    about = ResultFacts(
        identifiers=(_identifier(delivery), letter) if own else (_identifier(delivery),),
        patient=subject(delivery.patient),
        sender=delivery.sender,
        received=delivery.received,
        id=lambda part: made_id(delivery.tenant, message, part),
    )
    return tuple(Made(id, resource) for id, resource in message.type.results(message.facts, about))


def _medicines(delivery: Delivery) -> tuple[Made, ...]:
    """What the message says that the patient uses: a list for each source it tells of (care/medication)."""
    message = delivery.message
    own = message.envelope.own_id
    letter = {"system": mirror.MESSAGE_ID, "value": mirror.message_id(message, own)}
    communication = f"Communication/{made_id(delivery.tenant, message, 'Communication')}"
    return tuple(
        Made(
            made_id(delivery.tenant, message, f"List/{number}"),
            list_of(
                one.told,
                Around(
                    kind=one.kind,
                    title=one.title,
                    identifiers=(_identifier(delivery), *((letter,) if own else ())),
                    subject=subject(delivery.patient),
                    sender=delivery.sender,
                    message=communication,
                    at=times.fhir_date_time(message.envelope.generated) or delivery.received,
                ),
            ),
        )
        for number, one in enumerate(lists_in(message))
    )


def _withdrawn(delivery: Delivery) -> tuple[Resource, ...]:
    """Findings that the sender has taken back or told anew: they stay, and nobody takes them for true."""
    return tuple({**resource, "status": IN_ERROR} for resource in delivery.results)


def _stay(
    delivery: Delivery, effect: StayEffect
) -> tuple[str | None, tuple[Made, ...], tuple[Resource, ...]]:
    """The Encounter that the message is about, as a reference; what is made and what is changed of it."""
    message, standing = delivery.message, delivery.standing
    if standing is not None and effect.may_be(message.facts, standing):
        changed = effect.changed(message.facts, standing)
        amended = () if delivery.cancelled or changed == standing else (changed,)
        return f"Encounter/{standing['id']}", (), amended
    begun = effect.begins(message.facts, _stay_facts(delivery))
    if begun is None:
        return None, (), ()
    if delivery.cancelled:
        begun = effect.undone(message.facts, begun)
    made = Made(made_id(delivery.tenant, message, "Encounter"), begun)
    return f"Encounter/{made.id}", (made,), ()


def _cancellation(delivery: Delivery) -> Plan:
    message, standing = delivery.message, delivery.standing
    encounter, amended = None, list[Resource]()
    if standing is not None and message.type.stay is not None:
        encounter = f"Encounter/{standing['id']}"
        undone = message.type.stay.undone(message.facts, standing)
        amended += [undone] if undone != standing else []
    amended += _withdrawn(delivery)
    amended += _ended(delivery, "Avsender har kansellert meldingen.")
    return Plan((_communication(delivery, encounter), *_tasks(delivery, encounter)), tuple(amended))


def _communication(delivery: Delivery, encounter: str | None) -> Made:
    known = delivery.patient.match is Match.KNOWN
    around = mirror.Around(
        sender=delivery.sender,
        recipients=tuple(place.reference for place in delivery.places),
        received=delivery.received,
        subject=subject(delivery.patient) if known else None,
        encounter={"reference": encounter} if encounter else None,
        notes=tuple(_notes(delivery)),
        words=delivery.text,
    )
    return Made(
        made_id(delivery.tenant, delivery.message, "Communication"), mirror.to_fhir(delivery.message, around)
    )


def _notes(delivery: Delivery) -> Iterator[str]:
    """What its readers should know of the message beside what it says: what is new in it, what it lacks."""
    new = [change.words for change in _changes(delivery)]
    if new:
        yield f"Endret siden forrige melding: {'; '.join(new)}"
    lacking = [absent.words for absent in missing_content(delivery.message)]
    if lacking:
        yield f"Mangler i meldingen: {'; '.join(lacking)}"


def _changes(delivery: Delivery) -> tuple[Change, ...]:
    """Since the newest message that it replaces."""
    if delivery.message.status != CHANGED or not delivery.originals:
        return ()
    return changes(mirror.from_fhir(delivery.originals[0]), delivery.message)


def _stay_facts(delivery: Delivery) -> StayFacts:
    return StayFacts(_identifier(delivery), subject(delivery.patient), delivery.hospital, delivery.received)


def _identifier(delivery: Delivery) -> Resource:
    return {"system": mirror.MESSAGE_ID, "value": mirror.message_id(delivery.message)}


def _tasks(delivery: Delivery, encounter: str | None) -> tuple[Made, ...]:
    return tuple(_task(delivery, owner, n, encounter) for n, owner in enumerate(delivery.owners))


def _task(delivery: Delivery, owner: Resource, number: int, encounter: str | None) -> Made:
    message, type = delivery.message, delivery.message.type
    cancels = message.status == CANCELLED
    title = f"Kansellert: {type.title.lower()}" if cancels else type.title
    description = type.summary(message.facts)
    if cancels:
        found = "" if delivery.originals else " Meldingen som kanselleres, er ikke funnet her."
        description = f"Avsender trekker tilbake meldingen.{found} {description}"
    elif new := [change.words for change in _changes(delivery) if change.is_news]:
        more = f" og {len(new) - CHANGES_TOLD_MAX} til" if len(new) > CHANGES_TOLD_MAX else ""
        description = f"{description} Endret: {'; '.join(new[:CHANGES_TOLD_MAX])}{more}."
    about: dict[str, Any] = {
        "for": subject(delivery.patient),
        **({"encounter": {"reference": encounter}} if encounter else {}),
        **({} if cancels else _answer_by(type.answer_within_h, delivery.received)),
        **({"priority": hurry} if not cancels and (hurry := urgency.priority(message)) else {}),
        **_about(delivery),
    }
    base = _base(delivery, f"Task/{number}", type.task, title, description, owner)
    return Made(base.id, {**base.resource, **about})


def _about(delivery: Delivery) -> Resource:
    """What it answers, or complains of: who sees to the item reads both."""
    if delivery.answered is None:
        return {}
    place = {"reference": f"Communication/{delivery.answered['id']}"}
    return {"input": [{"type": {"text": "Gjelder"}, "valueReference": place}]}


def _answer_by(hours: int | None, received: str) -> Resource:
    if hours is None:
        return {}
    due = datetime.fromisoformat(received) + timedelta(hours=hours)
    return {"restriction": {"period": {"end": due.isoformat(timespec="seconds")}}}


def _unmatched(delivery: Delivery) -> Made:
    """For the message officer, who sees items that belong to no patient: who the message says it is about."""
    words = f"{delivery.message.type.title}, fra {delivery.sender.get('display', '')}. {WORDS[delivery.patient.match]}"
    assert delivery.officer is not None
    base = _base(delivery, "Task/match", MATCH_PATIENT, "Finne riktig pasient", words, delivery.officer)
    person = delivery.message.envelope.patient
    return Made(base.id, {**base.resource, **({"input": _who(person)} if person else {})})


def _who(person: Person) -> list[Resource]:
    told = [{"type": {"text": "Navn"}, "valueString": person.name}]
    if person.birth_date:
        told.append({"type": {"text": "Fødselsdato"}, "valueString": person.birth_date})
    for ident in person.idents:
        system = {"system": SYSTEMS[ident.type][0]} if ident.type in SYSTEMS else {}
        identifier: Any = {**system, "value": ident.plain}
        told.append({"type": {"text": ident.words or ident.type or "Id"}, "valueIdentifier": identifier})
    return told


def _base(delivery: Delivery, part: str, code: str, title: str, description: str, owner: Resource) -> Made:
    communication = f"Communication/{made_id(delivery.tenant, delivery.message, 'Communication')}"
    resource: Resource = {
        "resourceType": "Task",
        "identifier": [_identifier(delivery)],
        "status": "requested",
        "intent": "order",
        "priority": "routine",
        "code": {"coding": [{"system": TASKS, "code": code}], "text": title},
        "description": description,
        "focus": {"reference": communication},
        "authoredOn": delivery.received,
        "requester": delivery.sender,
        "owner": owner,
    }
    return Made(made_id(delivery.tenant, delivery.message, part), resource)
