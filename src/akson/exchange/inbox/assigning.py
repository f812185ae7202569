"""A received message that nobody could be matched to is given to a patient by a person, and may be taken back again.

    item 17 in the inbox ─ its Task `match-patient` ─ assign(17, "astrid") ─► the plan of that message for that patient
                                                     take_back(17)         ─► everything as it was

Who may decide it, and that it stands in the patient's log, is the record's (`record/acts/message.py`): here is only what
follows. What was made and changed is named in the Task's `output`, so that anybody can undo it, and after a kill the same
call goes on where the last one stopped: the ids follow from the message, as everywhere in the inbox.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from akson.access.actor import PurposeOfUse
from akson.exchange.inbox import actors
from akson.exchange.inbox.adding import additions, missing
from akson.exchange.inbox.delivery import TASK_OPEN, gather
from akson.exchange.inbox.directory import Directory, Place, Resource
from akson.exchange.inbox.patients import Match, PatientMatch
from akson.exchange.inbox.planning import Made, Plan, made_id, plan
from akson.exchange.judgement import judge
from akson.exchange.message_type import CareMessage
from akson.exchange.opening import open_message
from akson.exchange.times import NORWAY
from akson.fhir.codec import json
from akson.fhir.problem import Problem, ProblemKind
from akson.record.door import Record
from akson.record.values import Change
from akson.store.post import InboxItem, PostStore

MADE, CHANGED = "Laget", "Endret"
MATCHED, TAKEN_BACK = "matched by a person", "taken back by a person"
"""In the post's book."""
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://akson.no/exchange/assigning")
ENDED = {"text": "Meldingen er knyttet til en pasient."}
UNDONE = {"text": "Meldingen var knyttet til feil pasient."}


@dataclass(frozen=True, slots=True)
class Assigned:
    """What became of it: `Communication/…`, `Encounter/…`, `Task/…`."""

    task: str
    made: tuple[str, ...]
    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Case:
    """One message in the municipality it was for, with the item that asks whose it is."""

    item: InboxItem
    message: CareMessage
    places: tuple[Place, ...]
    task: Resource
    communication: Resource

    @property
    def tenant(self) -> int:
        return self.places[0].tenant


class Assigning:
    """Built beside the Inbox, on the same parts."""

    def __init__(self, record: Record, post: PostStore, directory: Directory) -> None:
        self._record = record
        self._post = post
        self._directory = directory

    async def assign(self, item: int, patient: str, *, tenant: int) -> Assigned:
        """Raises Problem NOT_FOUND AKS-EXCHANGE-040, PRECONDITION AKS-EXCHANGE-041 when somebody was first."""
        directory = self._directory.afresh()
        case = await self._case(directory, item, tenant)
        if case.task["status"] not in TASK_OPEN:
            raise _somebody_first()
        received = case.item.received_at.astimezone(NORWAY).isoformat(timespec="seconds")
        delivery = await gather(
            directory,
            case.message,
            case.places,
            received=received,
            made_id=str(case.communication["id"]),
            patient=PatientMatch(Match.KNOWN, patient),
        )
        planned = renamed(plan(delivery), await self._taken_back(item))
        told, others = _parted(planned)
        made = await self._make(directory, case, others)
        made += await self._draw(directory, tenant, planned.drawn)
        changed = await self._change(directory, tenant, planned.amended)
        # Last, for it is what shows that it was done: what it says now belongs to somebody.
        own = {**told.resource, "id": told.id, "meta": case.communication["meta"]}
        await self._change(directory, tenant, (own,))
        done = Assigned(f"Task/{case.task['id']}", made, changed)
        await self._change(directory, tenant, (_ended(case.task, done),))
        await self._post.advance(item, case.item.state, note=MATCHED, patient_ids=[patient])
        return done

    async def take_back(self, item: int, *, tenant: int) -> None:
        """As it was before. Raises Problem PRECONDITION AKS-EXCHANGE-042 when somebody has acted upon what was made."""
        directory = self._directory.afresh()
        case = await self._case(directory, item, tenant)
        made, changed = (_named(case.task, text) for text in (MADE, CHANGED))
        standing = [await directory.read(tenant, target) for target in made]
        undone = [_undone(resource) for resource in standing if resource is not None]
        restored = [await self._before(directory, tenant, target) for target in changed]
        freed = {name: v for name, v in case.communication.items() if name not in ("subject", "encounter")}
        again = {name: v for name, v in case.task.items() if name not in ("output", "statusReason")}
        await self._change(directory, tenant, (*undone, *restored, freed, {**again, "status": "requested"}))
        await self._post.advance(item, case.item.state, note=TAKEN_BACK, patient_ids=[])

    async def _taken_back(self, item: int) -> int:
        """How often: what was made then stands undone under its own ids, as somebody else's."""
        return sum(event.note == TAKEN_BACK for event in await self._post.events(item))

    async def _case(self, directory: Directory, id: int, tenant: int) -> _Case:
        item = await self._post.get(id)
        opened = open_message(item.original) if item is not None else None
        if item is None or opened is None or opened.envelope is None or opened.faults or opened.problem:
            raise _no_such()
        addressed = await directory.addressed(opened.envelope)
        places = tuple(place for place in judge(opened, addressed).places if place.tenant == tenant)
        if not places:
            raise _no_such()
        message = opened.message()
        task = await directory.read(tenant, f"Task/{made_id(tenant, message, 'Task/match')}")
        told = await directory.read(tenant, f"Communication/{made_id(tenant, message, 'Communication')}")
        if task is None or told is None:
            raise _no_such()
        return _Case(item, message, places, task, told)

    async def _make(self, directory: Directory, case: _Case, resources: Iterable[Made]) -> tuple[str, ...]:
        """Added as its sender, as when it had come to a known patient; what stands from a try before is left."""
        told = tuple(resources)
        if new := await missing(directory, case.tenant, told):
            sender = actors.sender(case.message.envelope.sender, case.tenant)
            session = self._record.open(sender, PurposeOfUse.CARE_COORDINATION)
            await session.commit(additions(new), action="receive")
        return tuple(m.reference for m in told)

    async def _draw(self, directory: Directory, tenant: int, resources: tuple[Made, ...]) -> tuple[str, ...]:
        """Added by our own post, which draws it out of the message."""
        if new := await missing(directory, tenant, resources):
            await directory.session(tenant).commit(additions(new))
        return tuple(m.reference for m in resources)

    async def _change(
        self, directory: Directory, tenant: int, resources: Iterable[Resource]
    ) -> tuple[str, ...]:
        """All or none; gives `Type/id/_history/n` of what was written."""
        changes = [
            Change(
                "PUT",
                str(r["resourceType"]),
                id=str(r["id"]),
                resource=r,
                if_match=int(r["meta"]["versionId"]),
            )
            for r in resources
        ]
        if not changes:
            return ()
        written = await directory.session(tenant).commit(changes)
        return tuple(
            f"{c.type}/{c.id}/_history/{done.version.version}"
            for c, done in zip(changes, written, strict=True)
        )

    async def _before(self, directory: Directory, tenant: int, target: str) -> Resource:
        """The version before the one that the assignment wrote, to be written again in its place."""
        type, id, _, version = target.split("/")
        standing = await directory.read(tenant, f"{type}/{id}")
        if standing is None or standing["meta"]["versionId"] != version:
            raise _acted_upon()
        before = await directory.session(tenant).vread(type, id, int(version) - 1)
        return {**json.parse(before.body or b"{}"), "meta": standing["meta"]}


def renamed(planned: Plan, times: int) -> Plan:
    """The plan with other ids for all that it makes but the message itself, when it has been taken back before."""
    if not times:
        return planned
    of_message = [m for m in planned.made if m.resource["resourceType"] != "Communication"]
    others = [*of_message, *planned.drawn]
    ids = {m.id: str(uuid.uuid5(_NAMESPACE, f"{m.id}|{times}")) for m in others}
    targets = {
        f"{m.resource['resourceType']}/{m.id}": f"{m.resource['resourceType']}/{ids[m.id]}" for m in others
    }
    made, drawn = (
        tuple(Made(ids.get(m.id, m.id), _pointed(m.resource, targets)) for m in group)
        for group in (planned.made, planned.drawn)
    )
    return Plan(made, planned.amended, drawn)


def _pointed(value: Any, targets: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {
            name: targets.get(one, one)
            if name == "reference" and isinstance(one, str)
            else _pointed(one, targets)
            for name, one in value.items()
        }
    return [_pointed(one, targets) for one in value] if isinstance(value, list) else value


def _parted(planned: Plan) -> tuple[Made, list[Made]]:
    """The message itself, which stands already, and what else comes of it."""
    told = next(m for m in planned.made if m.resource["resourceType"] == "Communication")
    return told, [m for m in planned.made if m is not told]


def _ended(task: Resource, done: Assigned) -> Resource:
    output = [
        {"type": {"text": text}, "valueReference": {"reference": target}}
        for text, targets in ((MADE, done.made), (CHANGED, done.changed))
        for target in targets
    ]
    ended = {**task, "status": "completed", "statusReason": ENDED}
    return {**ended, "output": output} if output else ended


def _named(task: Resource, text: str) -> list[str]:
    return [
        str(one["valueReference"]["reference"])
        for one in task.get("output", ())
        if one.get("type", {}).get("text") == text and "valueReference" in one
    ]


def _undone(resource: Resource) -> Resource:
    """An item that somebody has taken, or a stay that has been changed since, is no longer ours to undo."""
    if resource["resourceType"] == "Task":
        if resource["status"] != "requested":
            raise _acted_upon()
        return {**resource, "status": "cancelled", "statusReason": UNDONE}
    if resource["meta"]["versionId"] != "1":
        raise _acted_upon()
    return {**resource, "status": "entered-in-error"}


def _no_such() -> Problem:
    return Problem(
        ProblemKind.NOT_FOUND, "AKS-EXCHANGE-040", "There is no message here that waits for its patient."
    )


def _somebody_first() -> Problem:
    return Problem(
        ProblemKind.PRECONDITION,
        "AKS-EXCHANGE-041",
        "The message has been given to a patient already.",
        now="Look at it again: take it back first when it was the wrong one.",
    )


def _acted_upon() -> Problem:
    return Problem(
        ProblemKind.PRECONDITION,
        "AKS-EXCHANGE-042",
        "The message cannot be taken back any more.",
        why="Somebody has begun to work on what was made of it.",
        now="Tell them whom it is about; they correct the record.",
    )
