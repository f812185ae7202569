"""ebXML over mail: letters go out by SMTP to the EDI address of the register, what comes lies in one mailbox (POP3 or IMAP).

    send   parcel ─ sealed once, kept ─► SMTP                        again: the same envelope in a new mail
    fetch  mailbox ─ look, look up, open ─► Arrival                  a duplicate: its answer again, and nothing passed on
    taken  the answer is kept, then sent, then the mail deleted      killed in between: the next fetch goes on

The mail stays in the box until its answer is kept and sent. Every step may be repeated.
"""

import asyncio
import hashlib
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from akson.exchange.envelope.ebxml import closing, mime, reading
from akson.exchange.envelope.ebxml.closing import Document
from akson.exchange.envelope.ebxml.names import DS
from akson.exchange.envelope.ebxml.opening import Look, Opened, Sort, look, open_
from akson.exchange.envelope.ebxml.values import (
    Acknowledgment,
    Business,
    Correspondent,
    Errors,
    Fault,
    Finding,
    Severity,
    Software,
)
from akson.exchange.sealing.certificates import Use
from akson.exchange.sealing.keyring import Keyring
from akson.exchange.sealing.trust import Trust
from akson.exchange.transport.contract import Arrival, Handed, Kind, Parcel, Undeliverable, Unreachable
from akson.exchange.transport.ebxml_memory import Given, Memory, key
from akson.exchange.transport.mail_server import Lying, Mailbox, Outgoing
from akson.fhir import markup
from akson.fhir.problem import Problem
from akson.world import Clock, Random
from akson.world.raised import places

DOCUMENT_BYTES_MAX = 35 * 1024 * 1024
_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9.-]{1,255}", re.ASCII)
_NOBODY = ("mailer-daemon@", "postmaster@", "noreply@", "no-reply@")
_CHANCE = re.compile(rb"(Message-ID: <[0-9a-f-]{36}\.)[0-9a-f]+@", re.IGNORECASE)
LINE_MAX = 900
TIDIED_EACH = timedelta(days=1)
"""Bytes of one header line; RFC 5322 ends at 998."""
LARGE = "large:"
"""Such a reference is of a mail that stays where it lies."""
FAULTY = "faulty:"
"""Such a reference is of a mail that broke our own reading of it. It is stored and never answered."""
REUSED = Finding(0, "Inconsistent", Severity.ERROR, "MessageId er brukt før for noe annet")


class Register(Protocol):
    """The address register, or its cache."""

    async def find(self, her: str) -> Correspondent | None:
        """Raises Unreachable."""
        ...


@dataclass(frozen=True, slots=True)
class Office:
    """Who we are at this mailbox."""

    her_ids: frozenset[str]
    address: str
    keyring: Keyring
    trust: Trust
    software: Software


class EbxmlMail:
    name = "ebxml"

    def __init__(
        self,
        office: Office,
        register: Register,
        outgoing: Outgoing,
        mailbox: Mailbox,
        memory: Memory,
        *,
        clock: Clock,
        random: Random,
    ) -> None:
        self._office, self._register = office, register
        self._outgoing, self._mailbox, self._memory = outgoing, mailbox, memory
        self._clock, self._random = clock, random
        self._uids: dict[str, str] = {}
        """Digest of a mail -> the mailbox's own id; a hint, found again when it is not there."""
        self._too_large: frozenset[str] = frozenset()
        self._tidied: datetime | None = None

    async def send(self, parcel: Parcel) -> Handed:
        partner = await self._partner(parcel)
        name = key(parcel.document, partner.encryption.fingerprint)
        mail = await asyncio.to_thread(self._memory.sent, parcel.id, name)
        if mail is None:
            mail = await asyncio.to_thread(self._close, parcel, partner)
            await asyncio.to_thread(self._memory.keep_sent, parcel.id, name, mail)
        fresh = _CHANCE.sub(rb"\g<1>" + self._chance().encode() + b"@", mail, count=1)
        await asyncio.to_thread(self._outgoing.send, self._office.address, partner.edi_address, fresh)
        return Handed(parcel.id)

    async def _partner(self, parcel: Parcel) -> Correspondent:
        if parcel.sender not in self._office.her_ids:
            raise Undeliverable(f"HER-id {parcel.sender} does not send from this mailbox.")
        if len(parcel.document) > DOCUMENT_BYTES_MAX:
            raise Undeliverable(f"The document is larger than {DOCUMENT_BYTES_MAX // 1024 // 1024} MB.")
        partner = await self._register.find(parcel.receiver)
        if partner is None:
            raise Undeliverable(f"The address register knows no HER-id {parcel.receiver}.")
        try:
            self._office.trust.check(partner.encryption, Use.ENCRYPT, self._clock.now())
        except Problem as problem:
            raise Undeliverable(
                f"To HER-id {parcel.receiver} nothing can be sealed: {problem.what}"
            ) from problem
        return partner

    def _close(self, parcel: Parcel, partner: Correspondent) -> bytes:
        now, office = self._clock.now(), self._office
        document = Document(
            parcel.id,
            parcel.type,
            parcel.conversation,
            parcel.sender,
            partner,
            parcel.document,
            parcel.answers,
            parcel.refers_to,
        )
        try:
            signer = office.keyring.signer(now)
        except Problem as problem:
            raise Undeliverable(problem.sentence()) from problem
        return closing.close(document, office.address, signer, office.software, now, self._chance())

    async def fetch(self, limit: int) -> Sequence[Arrival]:
        await self._tidy()
        found: dict[str, tuple[str, Arrival]] = {}
        waiting = await asyncio.to_thread(self._mailbox.read, limit, self._too_large)
        for lying in waiting:
            self._uids[_digest(lying.content)] = lying.uid
            if (came := await self._arrive(lying, found)) is not None:
                found[came[1].reference] = came
        return [arrival for _, arrival in found.values()]

    async def _tidy(self) -> None:
        """Once a day: what no partner can ask for any more."""
        now = self._clock.now()
        if self._tidied is None or now - self._tidied >= TIDIED_EACH:
            self._tidied = now
            await asyncio.to_thread(self._memory.tidy, now)

    async def _arrive(
        self, lying: Lying, before: dict[str, tuple[str, Arrival]]
    ) -> tuple[str, Arrival] | None:
        """With the digest of what is inside. None for what is no news: a duplicate is answered again, no more."""
        if not lying.whole:
            self._too_large |= {lying.uid}
            note = "E-posten er større enn det som tas imot, og ligger igjen i postkassen."
            reference = f"{LARGE}{_digest(lying.content)}"
            return "", Arrival(reference, Kind.MESSAGE, lying.content, problem="T01", note=note)
        try:
            opened = await self._open(lying.content)
        except Unreachable:
            raise
        except Exception as error:
            # A fault of ours. The mails behind it must not wait for its mending; the officer is told.
            note = f"E-posten kunne ikke åpnes på grunn av en feil her: {places(error)}."
            reference = f"{FAULTY}{_digest(lying.content)}"
            return "", Arrival(reference, Kind.MESSAGE, lying.content, problem="T01", note=note)
        if opened.look.sort is Sort.DELAYED:
            await asyncio.to_thread(self._mailbox.remove, lying.uid)
            return None
        if opened.look.sort is not Sort.BUSINESS:
            return "", await asyncio.to_thread(self._signal, opened, lying.content)
        known = await asyncio.to_thread(self._memory.answers, opened.look.sender, opened.look.message_id)
        if given := known.get(opened.digest):
            await self._post(given.to, given.envelope, opened.look)
            await asyncio.to_thread(self._mailbox.remove, lying.uid)
            return None
        digest, earlier = opened.digest, before.get(opened.look.message_id)
        if earlier is not None and earlier[0] == digest and not opened.problem:
            # Sent twice before anybody looked: once the first is taken, this one is a duplicate.
            return None
        arrival = _message(self._reused(opened, known), lying.content, own_reference=earlier is not None)
        return digest, arrival

    def _reused(self, opened: Opened, known: dict[str, Given]) -> Opened:
        """The same id for something else, from one who is believed: refused and told of, never swallowed."""
        if opened.problem or not any(given.accepted for given in known.values()):
            return opened
        return replace(opened, findings=(REUSED,), document=b"", problem="E10", note=REUSED.text)

    async def _open(self, content: bytes) -> Opened:
        seen = await asyncio.to_thread(look, content)
        sender = await self._register.find(seen.sender) if seen.sender else None
        office = self._office
        return await asyncio.to_thread(
            open_, seen, sender, office.her_ids, office.keyring.openers(), office.trust
        )

    def _signal(self, opened: Opened, content: bytes) -> Arrival:
        seen, envelope = opened.look, opened.envelope
        if seen.sort in (Sort.FAULT, Sort.BOUNCE):
            note = f"{'Usignert avvisning' if seen.sort is Sort.FAULT else 'Retur'}: {seen.said}"
            reference = f"mail:{_digest(content)}"
            return Arrival(reference, Kind.REFUSED, content, refers_to=seen.refers_to, note=note)
        arrival = _message(opened, content, own_reference=bool(opened.problem))
        if opened.problem:
            return arrival
        if isinstance(envelope, Acknowledgment):
            if not self._quotes_ours(envelope):
                note = "Kvitteringen siterer en annen signatur enn den vi sendte."
                return replace(arrival, problem="S01", note=note)
            return replace(arrival, kind=Kind.ACKNOWLEDGED, refers_to=envelope.refers_to)
        assert isinstance(envelope, Errors)
        kind = Kind.REFUSED if envelope.refused else Kind.ACKNOWLEDGED
        note = "; ".join(f"{f.severity.value} {f.code}: {f.text}" for f in envelope.findings[:5])
        return replace(arrival, kind=kind, refers_to=envelope.head.refers_to, note=note)

    def _quotes_ours(self, envelope: Acknowledgment) -> bool:
        """Whether it acknowledges what we sent, by the digests it quotes; true when our copy is gone."""
        copies = self._memory.all_sent(envelope.refers_to)
        quoted = {_quoted(reference) for reference in envelope.references}
        return not copies or not quoted or any(quoted <= _signed_digests(mail) for mail in copies)

    async def taken(self, arrival: Arrival) -> None:
        """Killed anywhere in here, the mail still lies there, and the next fetch gives the kept answer again."""
        if arrival.reference.startswith(LARGE):
            return
        if arrival.reference.startswith(FAULTY):
            with suppress(Unreachable):
                await asyncio.to_thread(self._forget, arrival)
            return
        try:
            await self._take(arrival)
        except (Unreachable, Problem):
            # Not now: a server that does not answer, or no certificate of ours to sign by. The mail stays, and with it
            # the duty to answer.
            return
        if arrival.kind in (Kind.ACKNOWLEDGED, Kind.REFUSED) and arrival.refers_to and not arrival.problem:
            await asyncio.to_thread(self._memory.forget_sent, arrival.refers_to)

    async def _take(self, arrival: Arrival) -> None:
        opened = await self._open(arrival.original)
        digest = opened.digest
        if opened.look.sort is Sort.BUSINESS:
            known = await asyncio.to_thread(self._memory.answers, opened.look.sender, opened.look.message_id)
            opened = opened if digest in known else self._reused(opened, known)
        await self._answer(opened, digest)
        await asyncio.to_thread(self._forget, arrival)

    async def _answer(self, opened: Opened, digest: str) -> None:
        answer = closing.answer(opened, str(self._random.uuid()), self._clock.now())
        if answer is None:
            return
        signer = self._office.keyring.signer(self._clock.now())
        envelope = await asyncio.to_thread(closing.seal_answer, answer, signer)
        if isinstance(answer, Fault):
            if _answerable(opened.look.mail.sender, self._office.address):
                await self._post(opened.look.mail.sender, envelope, opened.look)
            return
        partner = await self._register.find(opened.look.sender)
        if partner is None:
            return
        id = (opened.look.sender, opened.look.message_id)
        given = Given(partner.edi_address, envelope, accepted=not opened.problem)
        await asyncio.to_thread(self._memory.keep_answer, *id, digest, given)
        kept = (await asyncio.to_thread(self._memory.answers, *id)).get(digest, given)
        await self._post(kept.to, kept.envelope, opened.look)

    async def _post(self, to: str, envelope: bytes, seen: Look) -> None:
        """Raises Unreachable; an answer that cannot be delivered ever is as good as lost: the sender will ask again."""
        own = self._office.address
        id = closing.message_id(str(self._random.uuid()), self._chance(), own)
        asked = seen.mail.headers.get("message-id", "")
        clean = asked if asked.isascii() and asked.isprintable() and len(asked) < LINE_MAX else ""
        label = mime.Label(own, to, "Signal", id, self._clock.now(), clean)
        try:
            await asyncio.to_thread(self._outgoing.send, own, to, mime.single(label, envelope))
        except Undeliverable:
            return

    def _forget(self, arrival: Arrival) -> None:
        uid = self._uids.pop(_digest(arrival.original), "") or self._search(arrival.original)
        if uid:
            self._mailbox.remove(uid)

    def _search(self, original: bytes) -> str:
        """For what an earlier process fetched."""
        waiting = self._mailbox.read(10_000, self._too_large)
        return next((lying.uid for lying in waiting if lying.content == original), "")

    async def close(self) -> None:
        return

    def _chance(self) -> str:
        return self._random.bytes(8).hex()


def _message(opened: Opened, content: bytes, *, own_reference: bool) -> Arrival:
    seen, head = opened.look, opened.envelope.head if opened.envelope else None
    digest = _digest(seen.content or content)
    reference = seen.message_id or f"mail:{digest}"
    if opened.problem or own_reference:
        # Nobody claims an id by a mail that is not believed.
        reference = f"{reference}#{digest}"
    return Arrival(
        reference,
        Kind.MESSAGE,
        content,
        opened.document,
        name=head.action if head and not opened.problem else "",
        sender=seen.sender,
        receiver=seen.receiver,
        refers_to=head.refers_to if head and isinstance(opened.envelope, Business) else "",
        problem=opened.problem,
        note=opened.note,
    )


def _answerable(address: str, own: str) -> bool:
    """A fault goes to no machine that would answer it, nor to ourselves."""
    lower = address.lower()
    return bool(_ADDRESS.fullmatch(address)) and lower != own.lower() and not lower.startswith(_NOBODY)


def _signed_digests(mail: bytes) -> set[tuple[str, str]]:
    """(URI, digest) of the signature of a mail that we sent."""
    envelope = mime.read(mail).envelope
    if envelope is None or envelope.content is None:
        return set()
    root = markup.read(envelope.content)
    return {_quoted(reference) for reference in root.iter(f"{{{DS}}}Reference")}


def _quoted(reference: reading.etree._Element) -> tuple[str, str]:
    value = reference.find(f"{{{DS}}}DigestValue")
    text = "" if value is None else "".join((value.text or "").split())
    return str(reference.get("URI")), text


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:32]
