"""AMQP 1.0 in the shape of Helsenorge: queues by HER-id, a body that is signed and then encrypted, an error queue.

    send      sealed -> queue of the receiver, by the address book        Handed(reference = parcel's id)
    fetch     <her>_async and <her>_error of each of ours, nothing settled
    taken     settled; a message that cannot be trusted is told to its sender's error queue first

There is no receipt of transport: what the bus has is durable, and the AppRec says the rest. The bus itself lays what was
delivered ten times without being settled into its dead letters. A message that claims another sender inside than outside is
refused (`abuse:spoofing-attack`). Source: research 10.2; github.com/helsenorge/Helsenorge.Messaging.
"""

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from akson.exchange.envelope.apprec import read_apprec
from akson.exchange.envelope.forms import read_any
from akson.exchange.sealing import refusals
from akson.exchange.transport import amqp_message
from akson.exchange.transport.amqp_link import Held, Link
from akson.exchange.transport.amqp_message import Wire
from akson.exchange.transport.contract import Arrival, Handed, Kind, Parcel, Undeliverable
from akson.fhir import markup
from akson.fhir.problem import Problem
from akson.world import Clock

DOCUMENT_BYTES_MAX = 35 * 1000 * 1000


class Sealer(Protocol):
    """`amqp_sealing.CmsSealer` is one."""

    content_type: str

    async def seal(self, document: bytes, *, sender: str, receiver: str) -> bytes:
        """Raises Undeliverable (no certificate), Unreachable (the register is silent)."""
        ...

    async def open(self, body: bytes, *, sender: str) -> bytes:
        """What was inside, signed by the organisation of that HER-id. Raises Problem AKS-SEAL-…, Unreachable."""
        ...


class Queues(Protocol):
    """Where a communication party's queues are."""

    async def of(self, her: str) -> "PartyQueues | None":
        """None: it has none. Raises Unreachable."""
        ...


@dataclass(frozen=True, slots=True)
class PartyQueues:
    asynchronous: str
    error: str


@dataclass(frozen=True, slots=True)
class _Known:
    arrival: Arrival
    condition: str = ""
    """What its sender is told, when it cannot be trusted."""


class Amqp:
    """For the communication parties `own`: HER-id -> its queues."""

    name = "amqp"

    def __init__(
        self, link: Link, own: Mapping[str, PartyQueues], others: Queues, sealer: Sealer, *, clock: Clock
    ) -> None:
        self._link = link
        self._own = dict(own)
        self._others = others
        self._sealer = sealer
        self._clock = clock
        self._known: dict[int, _Known] = {}
        """id() of a delivery that is held -> what it is: opened once, however often it is looked at."""

    async def send(self, parcel: Parcel) -> Handed:
        if len(parcel.document) > DOCUMENT_BYTES_MAX:
            raise Undeliverable("The document is larger than the 35 MB that a message may be.")
        own = self._own.get(parcel.sender)
        if own is None:
            raise Undeliverable(f"HER-id {parcel.sender} has no queues of ours at the bus.")
        theirs = await self._others.of(parcel.receiver)
        if theirs is None:
            raise Undeliverable(f"HER-id {parcel.receiver} has no queue in the address register.")
        body = await self._sealer.seal(parcel.document, sender=parcel.sender, receiver=parcel.receiver)
        wire = amqp_message.message(
            parcel,
            body,
            content_type=self._sealer.content_type,
            to=theirs.asynchronous,
            reply_to=own.asynchronous,
            at=self._clock.now(),
        )
        await self._link.send(theirs.asynchronous, wire)
        return Handed(parcel.id)

    async def fetch(self, limit: int) -> Sequence[Arrival]:
        queues = [queue for own in self._own.values() for queue in (own.asynchronous, own.error)]
        await self._link.look(queues, limit)
        standing = {id(held) for held in self._link.held}
        self._known = {key: known for key, known in self._known.items() if key in standing}
        found = []
        for held in list(self._link.held)[:limit]:
            if id(held) not in self._known:
                self._known[id(held)] = await self._read(held)
            found.append(self._known[id(held)].arrival)
        return found

    async def taken(self, arrival: Arrival) -> None:
        """Settles every delivery that is the same thing: a parcel that was handed over twice came twice."""
        for held in list(self._link.held):
            known = self._known.get(id(held))
            if known is None or _sameness(known.arrival) != _sameness(arrival):
                continue
            if known.condition:
                await self._tell(held.wire, known)
            await self._link.settle(held)
            self._known.pop(id(held), None)

    async def close(self) -> None:
        await self._link.close()

    async def _read(self, held: Held) -> _Known:
        her, is_error = self._place(held.queue)
        if is_error:
            return _Known(_error(held.wire, her))
        wire = held.wire
        if odd := amqp_message.odd_fields(wire, her):
            words = f"Fields are missing or wrong: {', '.join(odd)}."
            return _Known(_untrusted(wire, her, "T01", words), amqp_message.INVALID_FIELD)
        try:
            document = await self._sealer.open(wire.body, sender=wire.fields["fromHerId"])
        except Problem as problem:
            code = refusals.code_of(problem) or "S99"
            return _Known(_untrusted(wire, her, code, problem.what), amqp_message.condition_of(problem.id))
        named = _sender(document)
        if named and wire.fields["fromHerId"] != named:
            words = "The message names another sender than the envelope does."
            return _Known(_untrusted(wire, her, "S01", words), amqp_message.SPOOFING)
        return _Known(_message(wire, her, document))

    def _place(self, queue: str) -> tuple[str, bool]:
        return next(
            (her, queue == own.error)
            for her, own in self._own.items()
            if queue in (own.asynchronous, own.error)
        )

    async def _tell(self, about: Wire, known: _Known) -> None:
        """To the error queue that the address book names, never to what the message asks for."""
        sender = about.fields.get("fromHerId", "")
        theirs = await self._others.of(sender) if sender.isdecimal() else None
        if theirs is None or not theirs.error:
            return
        # The same at every try, so that the sender can know it again.
        told = str(uuid.uuid5(uuid.NAMESPACE_OID, f"error:{about.id}:{known.arrival.receiver}"))
        wire = amqp_message.error(
            about, known.condition, known.arrival.note, id=told, to=theirs.error, at=self._clock.now()
        )
        await self._link.send(theirs.error, wire)


def _message(wire: Wire, her: str, document: bytes) -> Arrival:
    return Arrival(
        reference=wire.id,
        kind=Kind.MESSAGE,
        original=wire.body,
        document=document,
        name=f"{wire.subject} {wire.id}"[:200],
        sender=wire.fields["fromHerId"],
        receiver=her,
        refers_to=wire.correlation if wire.correlation != wire.id else "",
    )


def _untrusted(wire: Wire, her: str, code: str, words: str) -> Arrival:
    return Arrival(
        reference=wire.id or f"none:{hashlib.sha256(wire.body).hexdigest()}",
        kind=Kind.MESSAGE,
        original=wire.body,
        name=f"AMQP {wire.id}"[:200],
        sender=wire.fields.get("fromHerId", ""),
        receiver=her,
        problem=code,
        note=words,
    )


def _error(wire: Wire, her: str) -> Arrival:
    original = wire.fields.get("originalMessageId") or wire.correlation
    return Arrival(
        reference=f"error:{wire.id or original}",
        kind=Kind.REFUSED,
        original=wire.body or amqp_message.told_error(wire.fields).encode(),
        name=f"AMQP {wire.subject}"[:200],
        sender=wire.fields.get("fromHerId", ""),
        receiver=her,
        refers_to=original,
        note=amqp_message.told_error(wire.fields),
    )


def _sender(document: bytes) -> str:
    """The communication party that the document names as its sender; "" when it cannot be read: the inbox judges it."""
    try:
        root = markup.read(document)
        if root.tag.endswith("}AppRec"):
            found = read_apprec(document).sender_her
        else:
            found = read_any(root).sender.her
    except Problem:
        return ""
    return found


def _sameness(arrival: Arrival) -> tuple[str, str, str]:
    content = arrival.document or arrival.original
    return arrival.reference, arrival.receiver, hashlib.sha256(content).hexdigest()
