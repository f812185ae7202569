"""A hospital that writes to a municipality: real envelopes, real seals, and hands to bend them before they are signed."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from lxml import etree

from akson.exchange.envelope.ebxml import closing, mime, names, payload, writing
from akson.exchange.envelope.ebxml.closing import Document
from akson.exchange.envelope.ebxml.opening import Opened, look, open_
from akson.exchange.envelope.ebxml.values import Business, Correspondent, Head, Software
from akson.exchange.sealing import xml_signature
from akson.exchange.sealing.trust import Trust
from tests.exchange.samples import admission
from tests.exchange.sealing.stage import HOSPITAL, MUNICIPALITY, NOW, ring, trusted

HOSPITAL_HER, MUNICIPALITY_HER = "990202", "8140001"
SOFTWARE = Software("Akson", "0.1.0", "Akson", "0.1.0")
LATER = NOW + timedelta(minutes=1)


def correspondent(her: str) -> Correspondent:
    number = {HOSPITAL_HER: HOSPITAL, MUNICIPALITY_HER: MUNICIPALITY}[her]
    ours = ring(number)
    return Correspondent(
        her,
        f"her{her}@edi.test.example",
        number,
        ours.openers()[0].certificate,
        (ours.signer(NOW).certificate,),
    )


def document(number: int = 1, **more: object) -> Document:
    made = Document(
        message_id=str(uuid.UUID(int=number, version=4)),
        type="LOG_INNLAGT",
        conversation=str(uuid.UUID(int=1000 + number, version=4)),
        sender=HOSPITAL_HER,
        receiver=correspondent(MUNICIPALITY_HER),
        content=admission(number),
    )
    return replace(made, **more)  # type: ignore[arg-type]


def letter(made: Document | None = None) -> bytes:
    pair = ring(HOSPITAL).signer(NOW)
    return closing.close(
        made or document(), correspondent(HOSPITAL_HER).edi_address, pair, SOFTWARE, NOW, "0123456789abcdef"
    )


def bent(bend: Callable[[etree._Element], None], *, content: bytes | None = None) -> bytes:
    """A letter whose envelope was bent before it was signed: the signature holds."""
    made, address = document(), correspondent(HOSPITAL_HER).edi_address
    where, id = names.addressing(made.type), f"{made.message_id}@edi.test.example"
    cpa = names.cpa_id(HOSPITAL_HER, MUNICIPALITY_HER)
    head = Head(HOSPITAL_HER, MUNICIPALITY_HER, cpa, made.conversation, where.service, where.action, made.message_id,
                NOW, "", where.from_role, where.to_role)  # fmt: skip
    root = writing.write(Business(head, id, *payload.schema(made.content), SOFTWARE))
    bend(root)
    sealed = payload.seal(made.content, made.receiver.encryption) if content is None else content
    signed = xml_signature.sign(root, {id: sealed}, ring(HOSPITAL).signer(NOW))
    label = mime.Label(
        address,
        made.receiver.edi_address,
        made.type,
        closing.message_id(made.message_id, "0" * 16, address),
        NOW,
    )
    return mime.related(label, signed, id, sealed)


def received(mail: bytes, trust: Trust | None = None, *, known: bool = True) -> Opened:
    """At the municipality."""
    seen = look(mail)
    sender = correspondent(seen.sender) if known and seen.sender == HOSPITAL_HER else None
    return open_(seen, sender, {MUNICIPALITY_HER}, ring(MUNICIPALITY).openers(), trust or trusted())


def back(mail: bytes) -> Opened:
    """An answer, at the hospital."""
    return open_(
        look(mail), correspondent(MUNICIPALITY_HER), {HOSPITAL_HER}, ring(HOSPITAL).openers(), trusted()
    )


def answered(opened: Opened) -> bytes | None:
    """The municipality's answer as a mail."""
    told = closing.answer(opened, str(uuid.UUID(int=77, version=4)), LATER)
    if told is None:
        return None
    envelope = closing.seal_answer(told, ring(MUNICIPALITY).signer(NOW))
    here, there = correspondent(MUNICIPALITY_HER), correspondent(HOSPITAL_HER)
    label = mime.Label(
        here.edi_address,
        there.edi_address,
        "ack",
        "<a@b>",
        LATER,
        opened.look.mail.headers.get("message-id", ""),
    )
    return mime.single(label, envelope)


def outcome(mail: bytes) -> str:
    """`Fault`, `Error <code>`, `Warning <code>`, `Acknowledgment` or `nothing`: what the sender is told."""
    told = closing.answer(received(mail), "x", LATER)
    if told is None:
        return "nothing"
    findings = getattr(told, "findings", ())
    if findings:
        worst = next((f for f in findings if f.severity.value == "Error"), findings[0])
        return f"{worst.severity.value} {worst.code}"
    return type(told).__name__
