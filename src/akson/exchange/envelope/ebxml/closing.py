"""Values -> sealed mails: a document for a correspondent, and the one answer that what came is given.

Order of answers, mutually exclusive (HITS 1172 chapter 4.2.2): SOAP Fault, ErrorList with errors, ErrorList with warnings
alone (which counts as received), Acknowledgment.
"""

from dataclasses import dataclass
from datetime import datetime

from akson.exchange.envelope.ebxml import mime, names, payload, reading, writing
from akson.exchange.envelope.ebxml.opening import Opened, Sort
from akson.exchange.envelope.ebxml.values import (
    Acknowledgment,
    Business,
    Correspondent,
    Errors,
    Fault,
    Head,
    Software,
)
from akson.exchange.sealing import xml_signature
from akson.exchange.sealing.keyring import Pair
from akson.fhir import markup


@dataclass(frozen=True, slots=True)
class Document:
    """What is to be sent. Ids are UUIDs; `refers_to` only for an answer."""

    message_id: str
    type: str
    conversation: str
    sender: str
    receiver: Correspondent
    content: bytes
    answers: str = ""
    refers_to: str = ""


def close(
    document: Document, from_address: str, pair: Pair, software: Software, now: datetime, chance: str
) -> bytes:
    """The whole mail. Sent again it must be the same bytes: whoever sends keeps it."""
    where = dict(document.receiver.agreed).get(document.type) or names.addressing(
        document.type, document.answers
    )
    content_id = f"{document.message_id}@{from_address.rpartition('@')[2]}"
    schema, version = payload.schema(document.content)
    head = Head(
        document.sender,
        document.receiver.her,
        document.receiver.cpa_id or names.cpa_id(document.sender, document.receiver.her),
        document.conversation,
        where.service,
        where.action,
        document.message_id,
        now,
        document.refers_to,
        where.from_role,
        where.to_role,
    )
    sealed = payload.seal(document.content, document.receiver.encryption)
    envelope = writing.write(Business(head, content_id, schema, version, software))
    signed = xml_signature.sign(envelope, {content_id: sealed}, pair)
    label = mime.Label(
        from_address,
        document.receiver.edi_address,
        document.type,
        message_id(document.message_id, chance, from_address),
        now,
    )
    return mime.related(label, signed, content_id, sealed)


def message_id(id: str, chance: str, address: str) -> str:
    """Of the mail: another at every sending, for some mail servers drop what they have seen."""
    return f"<{id}.{chance}@{address.rpartition('@')[2]}>"


def answer(opened: Opened, new_id: str, now: datetime) -> Acknowledgment | Errors | Fault | None:
    """The one answer. None when there is none: signals, faults and bounces are never answered, but by a fault."""
    if opened.look.sort in (Sort.FAULT, Sort.BOUNCE, Sort.DELAYED):
        return None
    if opened.fault is not None:
        return opened.fault
    if opened.look.sort in (Sort.ACKNOWLEDGMENT, Sort.ERRORS):
        return None
    assert opened.look.root is not None
    asked = opened.envelope.head if opened.envelope else reading.read_head(opened.look.root)
    action = names.MESSAGE_ERROR if opened.findings else names.ACKNOWLEDGMENT
    head = Head(
        asked.receiver,
        asked.sender,
        asked.cpa_id or names.cpa_id(asked.sender, asked.receiver),
        asked.conversation or new_id,
        names.SIGNAL_SERVICE,
        action,
        new_id,
        now,
        asked.message_id if opened.findings else "",
    )
    if opened.findings:
        return Errors(head, opened.findings)
    return Acknowledgment(head, asked.message_id, now, opened.references)


def seal_answer(envelope: Acknowledgment | Errors | Fault, pair: Pair) -> bytes:
    """The envelope's bytes; a fault is not signed."""
    if isinstance(envelope, Fault):
        return markup.write(writing.fault(envelope))
    return xml_signature.sign(writing.write(envelope), {}, pair)
