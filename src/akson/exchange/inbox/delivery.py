"""A message and everything the record knows that bears upon it: the facts that `planning` plans from."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from akson.exchange import mirror, rendering, times
from akson.exchange.envelope.values import Party, Person
from akson.exchange.inbox.directory import Directory, Place, Resource, identifier_query, reference
from akson.exchange.inbox.patients import Match, PatientMatch, match
from akson.exchange.message_type import CANCELLED, CHANGED, NEW, CareMessage, TellsResults
from akson.exchange.prescription.sources import KINDS
from akson.exchange.stays import IN_ERROR
from akson.fhir.search.query import Query, ReferenceValue, Term, TokenValue
from akson.terminology.systems import HER_ID

TASK_OPEN = ("requested", "received", "accepted", "ready", "in-progress", "on-hold")
SERVICE_RUNS = ("planned", "waitlist", "active", "onhold")
FOUND_MAX = 200
CANDIDATES_MAX = 5
TWINS_WITHIN = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message to one municipality."""

    message: CareMessage
    text: str
    """As a reader sees it."""
    tenant: int
    places: tuple[Place, ...]
    received: str
    sender: Resource
    hospital: Resource
    patient: PatientMatch
    owners: tuple[Resource, ...]
    officer: Resource | None
    """Whose it is when nobody knows for certain whom it is about; None when that is known."""
    mirrored: Resource | None
    """This message's own Communication, when it stands already: an earlier try got so far."""
    standing: Resource | None
    """The Encounter it speaks of; None for a type that speaks of no stay."""
    originals: tuple[Resource, ...]
    """Communications that it cancels or replaces: all before it in the conversation, newest first."""
    tasks: tuple[Resource, ...]
    """Open items of those."""
    cancelled: bool
    """Its own cancellation came first."""
    replaced: Resource | None = None
    """The Communication of a newer message of the conversation that came first, and says all that this one says."""
    twin: Resource | None = None
    """The Communication that said the same within the last day, under another MsgId."""
    results: tuple[Resource, ...] = ()
    """Findings in the record that this message changes or cancels."""
    candidates: tuple[Resource, ...] = ()
    """What a cancellation may mean that does not say what it cancels; newest first."""
    answered: Resource | None = None
    """The Communication of ours, about the same patient, that it answers or complains of."""


async def gather(
    directory: Directory,
    message: CareMessage,
    places: tuple[Place, ...],
    *,
    received: str,
    made_id: str,
    patient: PatientMatch | None = None,
) -> Delivery:
    """`made_id` is the id that the message's Communication has or will have; `patient` is whom a person says it is about."""
    tenant, envelope = places[0].tenant, message.envelope
    text = rendering.text(message)
    words = mirror.same_words(message, text)
    found, told = await asyncio.gather(
        _known_as(directory, tenant, envelope.patient, patient), _told(directory, tenant, message, words)
    )
    patient = found
    mirrored = next((c for c in told if c["id"] == made_id), None)
    hospital = await party(directory, tenant, envelope.sender, outer=True)
    originals = _originals(told, message, patient)
    cancelled, replaced = _spoken_of(told, message)
    known = patient.match is Match.KNOWN
    owners, standing = await asyncio.gather(
        _owners(directory, places, patient),
        _standing(directory, tenant, message, patient, hospital, mirrored, originals),
    )
    return Delivery(
        message=message,
        text=text,
        tenant=tenant,
        places=places,
        received=received,
        sender=await party(directory, tenant, envelope.sender),
        hospital=hospital,
        patient=patient,
        owners=owners,
        officer=None if known else await directory.officer(tenant, places[0]),
        mirrored=mirrored,
        standing=standing,
        originals=originals,
        tasks=await _tasks(directory, tenant, originals),
        cancelled=cancelled,
        replaced=replaced,
        results=await _results(directory, tenant, message, originals),
        twin=_twin(told, message, words, received),
        candidates=await _candidates(directory, tenant, message, patient),
        answered=_answered(told, message, patient),
    )


def _answered(told: Sequence[Resource], message: CareMessage, patient: PatientMatch) -> Resource | None:
    if patient.match is not Match.KNOWN:
        return None
    about = [c for c in told if c.get("subject", {}).get("reference") == f"Patient/{patient.id}"]
    return next((c for id in _ours(message) for c in about if _named(c, id)), None)


def _ours(message: CareMessage) -> list[str]:
    """What it answers, as one of those it is addressed to would have called it."""
    if message.status != NEW or not message.envelope.parent:
        return []
    parent = message.envelope.parent.lower()
    parties = [receiver.party for receiver in message.envelope.receivers]
    return sorted({f"{party.key}|{parent}" for party in parties})


async def _results(
    directory: Directory, tenant: int, message: CareMessage, originals: Sequence[Resource]
) -> tuple[Resource, ...]:
    """Findings and lists of medicines of what the message cancels or says anew."""
    if message.status not in (CANCELLED, CHANGED):
        return ()
    own = mirror.message_id(message, message.envelope.own_id or message.envelope.parent)
    found: list[Resource] = []
    if isinstance(message.type, TellsResults):
        for type in ("DiagnosticReport", "Observation"):
            found += await directory.find(
                tenant, identifier_query(type, (mirror.MESSAGE_ID,), own, count=FOUND_MAX)
            )
    if message.type.code in KINDS:
        for id in dict.fromkeys((own, *(value for one in originals for value in _ids(one)))):
            found += await directory.find(
                tenant, identifier_query("List", (mirror.MESSAGE_ID,), id, count=FOUND_MAX)
            )
    return tuple({r["id"]: r for r in found if r.get("status") != IN_ERROR}.values())


def _ids(communication: Resource) -> Iterator[str]:
    for identifier in communication.get("identifier", ()):
        if identifier.get("system") == mirror.MESSAGE_ID:
            yield str(identifier["value"])


async def _known_as(
    directory: Directory, tenant: int, person: Person | None, said: PatientMatch | None
) -> PatientMatch:
    """Whom a person says it is about, else whom its own words name."""
    return said or await match(directory, tenant, person)


async def _told(directory: Directory, tenant: int, message: CareMessage, words: str) -> list[Resource]:
    """Communications that may bear upon it, in one look: its own of an earlier try, what it speaks of, what speaks of it,
    and what says the same."""
    ids = sorted(_called(message))
    named = [TokenValue(system, id) for system in (mirror.CANCELS, mirror.REPLACES) for id in ids]
    named.append(TokenValue(mirror.MESSAGE_ID, mirror.message_id(message)))
    named += [TokenValue(mirror.MESSAGE_ID, id) for id in _ours(message)]
    if message.status in (CANCELLED, CHANGED) and message.envelope.parent:
        begun = mirror.message_id(message, message.envelope.conversation)
        parent = mirror.message_id(message, message.envelope.parent)
        named += [TokenValue(mirror.MESSAGE_ID, id) for id in sorted({begun, parent})]
        named.append(TokenValue(mirror.CONVERSATION, begun))
    same = TokenValue(mirror.SAME_WORDS, words)
    found = await directory.find(tenant, _communications(*named, same))
    if len(found) < FOUND_MAX:
        return found
    # What says the same every day for a year must not crowd out what it speaks of.
    return [*await directory.find(tenant, _communications(*named)), *found]


def _communications(*identifiers: TokenValue) -> Query:
    return Query(
        "Communication", terms=(Term("identifier", "token", None, tuple(identifiers)),), count=FOUND_MAX
    )


def _called(message: CareMessage) -> set[str]:
    """By what others may speak of it: its own id, its conversation, and what a letter calls itself."""
    ids = {mirror.message_id(message), mirror.message_id(message, message.envelope.conversation)}
    if message.envelope.own_id:
        ids.add(mirror.message_id(message, message.envelope.own_id))
    return ids


def _twin(told: Sequence[Resource], message: CareMessage, words: str, received: str) -> Resource | None:
    own, parent = (mirror.message_id(message, id) for id in ("", message.envelope.parent))
    since = datetime.fromisoformat(received) - TWINS_WITHIN
    for found in (c for c in told if _named(c, words, mirror.SAME_WORDS)):
        named = {i.get("value") for i in found.get("identifier", ()) if i.get("system") == mirror.MESSAGE_ID}
        if own in named or (message.envelope.parent and parent in named):
            continue
        if datetime.fromisoformat(str(found.get("received", received))) >= since:
            return found
    return None


async def _candidates(
    directory: Directory, tenant: int, message: CareMessage, patient: PatientMatch
) -> tuple[Resource, ...]:
    """Same sender, type and patient, for a person to choose among (HITS 1154 wants a reference)."""
    if message.status != CANCELLED or message.envelope.parent or patient.match is not Match.KNOWN:
        return ()
    category = Term("category", "token", None, (TokenValue(mirror.MESSAGE_TYPES, message.type.code),))
    found = await directory.find(
        tenant, Query("Communication", terms=(_about(patient.id), category), count=FOUND_MAX)
    )
    mine = f"{message.envelope.sender.key}|"
    sent = [
        c
        for c in found
        if any(
            i.get("system") == mirror.MESSAGE_ID
            and str(i.get("value")).startswith(mine)
            and i.get("value") != mirror.message_id(message)
            for i in c.get("identifier", ())
        )
    ]
    return tuple(sorted(sent, key=lambda c: str(c.get("received", "")), reverse=True)[:CANDIDATES_MAX])


async def party(directory: Directory, tenant: int, sender: Party, *, outer: bool = False) -> Resource:
    """A Reference to whoever this is: the Organization here when there is one, always with name and HER-id."""
    her = sender.organisation_her if outer else sender.her
    name = sender.name if outer else sender.words
    found = await directory.place(tenant, her)
    told: Resource = {"reference": f"Organization/{found.id}"} if found else {"type": "Organization"}
    if her:
        told["identifier"] = {"system": HER_ID, "value": her}
    return {**told, "display": name} if name else told


async def _owners(
    directory: Directory, places: tuple[Place, ...], patient: PatientMatch
) -> tuple[Resource, ...]:
    """For each place addressed: the unit below it that holds most of her service decisions, else the place itself."""
    if patient.match is not Match.KNOWN:
        return ()
    terms = (_about(patient.id), _status(*SERVICE_RUNS))
    episodes = await directory.find(places[0].tenant, Query("EpisodeOfCare", terms=terms, count=FOUND_MAX))
    owners = [await _owner(directory, place, episodes) for place in places]
    return tuple({owner["reference"]: owner for owner in owners}.values())


async def _owner(directory: Directory, place: Place, episodes: list[Resource]) -> Resource:
    held: dict[str, list[str]] = {}
    for episode in episodes:
        target = str(episode.get("managingOrganization", {}).get("reference", ""))
        held.setdefault(target, []).append(str(episode.get("period", {}).get("start", "9999")))
    for target in sorted(held, key=lambda t: (-len(held[t]), min(held[t]), t)):
        unit = await directory.place_of(place.tenant, target)
        if unit is not None and unit.within(place.id):
            return unit.reference
    return place.reference


def _originals(told: Sequence[Resource], message: CareMessage, patient: PatientMatch) -> tuple[Resource, ...]:
    """Communications of the same sender, type and patient that a change or cancellation speaks of (HITS 1154)."""
    envelope = message.envelope
    speaks = message.status in (CANCELLED, CHANGED)
    if not speaks or not envelope.parent or patient.match is not Match.KNOWN:
        return ()
    ids = {mirror.message_id(message, id) for id in (envelope.conversation, envelope.parent)}
    begun = mirror.message_id(message, envelope.conversation)
    found = [c for c in told if _named(c, begun, mirror.CONVERSATION) or any(_named(c, id) for id in ids)]
    own = mirror.message_id(message)
    earlier = {str(c["id"]): c for c in found if not _named(c, own) and not _later(c, envelope.generated)}
    return tuple(
        c
        for c in sorted(earlier.values(), key=lambda c: str(c.get("sent", "")), reverse=True)
        if c.get("subject", {}).get("reference") == f"Patient/{patient.id}" and _of_type(c, message.type.code)
    )


def _of_type(communication: Resource, code: str) -> bool:
    codings = (k for category in communication.get("category", ()) for k in category.get("coding", ()))
    return any(k.get("code") == code for k in codings)


def _spoken_of(told: Sequence[Resource], message: CareMessage) -> tuple[bool, Resource | None]:
    """Whether a cancellation, and which change of it, stands already: they may come before what they speak of."""
    own = mirror.message_id(message)
    ids = _called(message)
    others = [c for c in told if not _named(c, own)]

    def speaking(system: str) -> Iterator[Resource]:
        # What names this very message came after it, whatever its clock says.
        yield from (c for c in others if _named(c, own, system))
        for c in others:
            if _of_type(c, message.type.code) and _later(c, message.envelope.generated):
                yield from (c for id in ids if _named(c, id, system))

    return next(speaking(mirror.CANCELS), None) is not None, next(speaking(mirror.REPLACES), None)


def _later(communication: Resource, generated: str) -> bool:
    """Whether it was made after that time; not when one of the two cannot be told."""
    sent, told = times.instant(str(communication.get("sent", ""))), times.instant(generated)
    return sent is not None and told is not None and sent > told


async def _standing(
    directory: Directory,
    tenant: int,
    message: CareMessage,
    patient: PatientMatch,
    hospital: Resource,
    mirrored: Resource | None,
    originals: tuple[Resource, ...],
) -> Resource | None:
    """The stay of an earlier try, else the one that is cancelled, else the one at the same hospital that it may be."""
    effect = message.type.stay
    if effect is None:
        return None
    told = [c for c in (mirrored, *originals) if c and "encounter" in c]
    if told:
        return await directory.read(tenant, str(told[0]["encounter"]["reference"]))
    if patient.match is not Match.KNOWN or message.status == CANCELLED:
        return None
    terms = (_about(patient.id), _status(*effect.speaks_of(message.facts)))
    found = await directory.find(tenant, Query("Encounter", terms=terms, count=FOUND_MAX))
    begun = mirror.message_id(message, message.envelope.conversation)
    here = [
        e for e in found if (_same_house(e, hospital) or _named(e, begun)) and effect.may_be(message.facts, e)
    ]
    return max(
        here, key=lambda e: (_named(e, begun), str(e.get("period", {}).get("start", ""))), default=None
    )


def _same_house(encounter: Resource, hospital: Resource) -> bool:
    provider = encounter.get("serviceProvider", {})
    if "reference" in hospital:
        return provider.get("reference") == hospital["reference"]
    return "identifier" in hospital and provider.get("identifier") == hospital["identifier"]


def _named(resource: Resource, value: str, system: str = mirror.MESSAGE_ID) -> bool:
    return any(i.get("system") == system and i.get("value") == value for i in resource.get("identifier", ()))


async def _tasks(directory: Directory, tenant: int, originals: tuple[Resource, ...]) -> tuple[Resource, ...]:
    if not originals:
        return ()
    focus = tuple(ReferenceValue("Communication", str(c["id"])) for c in originals)
    terms = (Term("focus", "reference", None, focus), _status(*TASK_OPEN))
    return tuple(await directory.find(tenant, Query("Task", terms=terms, count=FOUND_MAX)))


def _about(patient: str) -> Term:
    return Term("patient", "reference", None, (ReferenceValue("Patient", patient),))


def _status(*codes: str) -> Term:
    return Term("status", "token", None, tuple(TokenValue(None, code) for code in codes))


def subject(patient: PatientMatch) -> dict[str, Any]:
    return reference(f"Patient/{patient.id}")
