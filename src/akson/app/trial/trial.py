"""A trial: each message comes to a municipality that has never heard of it, or all to one, in their order.

A municipality is a tenant of a throw-away installation, with its houses and the patients the message may be about; so one
server and one process judge thousands. Everything runs as in production: the record's door, its log, the real post.
"""

import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from akson.access.actor import Actor, ActorKind, PurposeOfUse
from akson.app import settings as all_settings
from akson.app.trial import resources
from akson.app.trial.known import House, Human, Known, folded
from akson.app.wiring import Node, open_node
from akson.exchange.envelope.values import Envelope
from akson.exchange.inbox.directory import Directory, Resource
from akson.exchange.inbox.pipeline import ATTEMPTS_MAX, Inbox, Outcome
from akson.exchange.inbox.planning import Made
from akson.exchange.inbox.verdicts import word
from akson.exchange.judgement import faults_of
from akson.exchange.opening import Opened, open_message
from akson.exchange.remarks import remarks_of
from akson.exchange.schema import Fault
from akson.record.values import Change

FIRST_TENANT = 1000
TRANSPORT = "trial"
POOL_SIZE = 4
REGISTERED_EACH = 50


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of one message."""

    outcome: Outcome
    verdict: str
    errors: tuple[str, ...]
    warnings: tuple[str, ...]
    resources: tuple[Resource, ...]
    """Made or changed, as they stand, each with its id."""
    open_items: tuple[Resource, ...]
    """Tasks that somebody has after it."""


@dataclass
class _Heard:
    """What the inbox tells of while one message is worked."""

    made: dict[str, Resource] = field(default_factory=dict)

    def told(self, made: Sequence[Made], amended: Sequence[Resource]) -> None:
        for one in made:
            self.made[f"{one.resource['resourceType']}/{one.id}"] = {**one.resource, "id": one.id}
        for resource in amended:
            self.made[f"{resource['resourceType']}/{resource['id']}"] = resource


@dataclass
class Trial:
    """`together`: the messages of a sequence, known before the first is judged; None when each is on its own."""

    node: Node
    known: Known
    tenant: int = FIRST_TENANT
    inbox: Inbox | None = None
    heard: _Heard = field(default_factory=_Heard)

    async def begin_sequence(self, messages: Sequence[bytes]) -> None:
        """One municipality for all of them, with everybody who is known."""
        envelopes = [e for m in messages if (e := open_message(m).envelope) is not None]
        await self._settle(envelopes, self.known.patients)

    async def judge(self, name: str, content: bytes) -> Judged:
        opened = open_message(content)
        if self.inbox is None:
            await self._settle(
                [opened.envelope] if opened.envelope else [], _meant(self.known, opened.envelope)
            )
            try:
                return await self._one(name, content, opened)
            finally:
                self.inbox = None
                self.tenant += 1
                await self.node.post.forget_all()
        return await self._one(name, content, opened)

    async def _one(self, name: str, content: bytes, opened: Opened) -> Judged:
        assert self.inbox is not None
        self.heard.made.clear()
        id = await self.inbox.receive(content, transport=TRANSPORT, name=name)
        for _ in range(ATTEMPTS_MAX):
            await self.inbox.work()
            outcome = await self.inbox.outcome(id)
            if outcome.ended:
                break
        made = tuple(self.heard.made.values())
        items = tuple(r for r in made if r["resourceType"] == "Task" and r.get("status") == "requested")
        remarks = remarks_of(opened, self.node.words.exists)
        warnings = (*(str(remark) for remark in remarks), *self._strangers(opened), *_asked(items))
        return Judged(outcome, word(outcome, bool(warnings)), _errors(opened, outcome), warnings, made, items)

    def _strangers(self, opened: Opened) -> list[str]:
        """Receivers that the house has taken for, without knowing them."""
        if self.known.houses or opened.envelope is None:
            return []
        here = {house.her for house in resources.houses(self.known, [opened.envelope])}
        parties = (receiver.party for receiver in opened.envelope.receivers)
        return [
            "Mottakeren er ikke kjent i virksomheten, som har tatt imot i stedet."
            for party in parties
            if party.her and party.her not in here and party.organisation_her in here
        ]

    async def _settle(self, envelopes: Sequence[Envelope], patients: Sequence[Human]) -> None:
        """A municipality of its own, and its inbox."""
        houses = resources.houses(self.known, envelopes)
        people = [resources.patient(human) for human in patients]
        await self._register([*(resources.organisation(house) for house in houses), *people])
        own = frozenset(house.her for house in houses if not _inside(house, houses))
        directory = Directory(self.node.record, (self.tenant,), {}, {self.tenant: own})
        self.inbox = Inbox(
            self.node.record,
            self.node.post,
            directory,
            _nowhere,
            clock=self.node.clock,
            version=version("akson"),
            told=self.heard.told,
            real=False,
            # A list without receivers says of nobody that he is unknown: then the house takes it, with a warning.
            refuse_unknown_service=bool(self.known.houses),
        )

    async def _register(self, wanted: Sequence[Resource]) -> None:
        who = Actor(ActorKind.SYSTEM, "trial", "Prøvemottak", self.tenant)
        for first in range(0, len(wanted), REGISTERED_EACH):
            batch = wanted[first : first + REGISTERED_EACH]
            session = self.node.record.open(who, PurposeOfUse.OPERATIONS)
            await session.commit([Change("PUT", r["resourceType"], id=r["id"], resource=r) for r in batch])


@asynccontextmanager
async def open_trial(known: Known) -> AsyncIterator[Trial]:
    """A throw-away installation, wherever this machine's own is. Its folder is gone afterwards."""
    with _throw_away() as folder:
        settings = all_settings.load(environ={}, options={"data": folder})
        async with open_node(settings, pool_size=POOL_SIZE) as node:
            yield Trial(node, known)


@contextmanager
def _throw_away() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="akson-trial-") as folder:
        # The database server may run as another user, who must be able to reach its own part of it.
        Path(folder).chmod(0o711)
        yield folder


async def _nowhere(name: str, content: bytes) -> None:
    """Receipts are read from the inbox; nobody carries them on."""


def _inside(house: House, houses: Sequence[House]) -> bool:
    return any(house.above == other.her for other in houses)


def _meant(known: Known, envelope: Envelope | None) -> tuple[Human, ...]:
    """Whom one message can be about, among all that are known: whoever has a number or the name it tells."""
    person = envelope.patient if envelope else None
    if person is None:
        return ()
    digits, name = {i.plain for i in person.idents}, folded(person.name)
    return tuple(
        h
        for h in known.patients
        if folded(h.name) == name or any(number in digits for _, number in h.numbers)
    )


def _errors(opened: Opened, outcome: Outcome) -> tuple[str, ...]:
    found: list[str | Fault] = [*opened.faults]
    if opened.problem is not None:
        found.append(opened.problem.sentence())
    if opened.envelope is not None:
        found += [f"{e.code}: {e.more}" if e.more else e.code for e in faults_of(opened)]
    found += [code for receipt in outcome.receipts for code in receipt.codes]
    told = [str(one) for one in found]
    return tuple(dict.fromkeys(t for t in told if not any(o != t and o.startswith(f"{t}: ") for o in told)))


def _asked(items: Sequence[Resource]) -> list[str]:
    """A question to a person is a warning to whoever sent the message in."""
    usual = ("match-patient", "follow-up")
    codes = ((task, {c.get("code") for c in task.get("code", {}).get("coding", ())}) for task in items)
    return [str(task.get("description", "")) for task, found in codes if found & set(usual)]


def shown(name: str, judged: Judged) -> dict[str, Any]:
    """As `--json` prints it."""
    return {
        "file": name,
        "verdict": judged.verdict,
        "type": judged.outcome.type,
        "message_id": judged.outcome.msg_id,
        "apprec": [
            {
                "receiver": r.to,
                "role": r.role,
                "version": r.version,
                "status": r.status,
                "codes": list(r.codes),
                "texts": list(r.texts),
                "document": r.content,
            }
            for r in judged.outcome.receipts
        ],
        "errors": list(judged.errors),
        "warnings": list(judged.warnings),
        "resources": list(judged.resources),
        "open_items": [
            {
                "reference": f"Task/{task['id']}",
                "code": next((c.get("code") for c in task["code"].get("coding", ())), ""),
                "title": task["code"].get("text", ""),
                "description": task.get("description", ""),
                "owner": task.get("owner", {}).get("display") or task.get("owner", {}).get("reference", ""),
            }
            for task in judged.open_items
        ],
    }
