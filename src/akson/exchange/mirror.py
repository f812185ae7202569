"""A care message as a FHIR Communication, and back: `to_fhir` and `from_fhir` lose nothing.

| in the message                        | in the Communication                                                     |
| ------------------------------------- | ------------------------------------------------------------------------ |
| Type (8279)                           | category                                                                 |
| sender and MsgId                      | identifier (MESSAGE_ID)                                                  |
| RefToParent                           | inResponseTo.identifier; of a cancellation also identifier (CANCELS)     |
| GenDate                               | sent                                                                     |
| sender, receivers                     | sender, recipient                                                        |
| patient                               | subject, once matched                                                    |
| content, in words                     | payload[0].contentString                                                 |
| attachments                           | payload.contentAttachment                                                |
| the whole header, as declared         | extension HEADER                                                         |
| the whole content, as declared        | extension CONTENT                                                        |

The extensions repeat what has a home, on purpose: this resource is the message as it was sent, and must give it back
whatever happens to the Encounter and the Task that were made of it (docs/adr/0021).
Spec: https://hl7.org/fhir/R4/communication.html
"""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree

from akson.exchange import rendering, times
from akson.exchange.envelope import msghead_format
from akson.exchange.envelope.msghead import PREFIXES
from akson.exchange.extension import BASE, from_extension, to_extension
from akson.exchange.message_type import CANCELLED, CareMessage, MessageType, Resource
from akson.exchange.messages import BY_CODE
from akson.exchange.opening import open_message
from akson.exchange.schema import Coded, Values, write_structure
from akson.fhir import markup
from akson.fhir.problem import Problem, ProblemKind
from akson.terminology.systems import NORWEGIAN_LISTS

HEADER = f"{BASE}message-header"
CONTENT = f"{BASE}message-content"
MESSAGE_ID = "https://akson.no/fhir/NamingSystem/message-id"
"""`<sender>|<MsgId>`: a MsgId is one sender's, and no other sender can claim it."""
CANCELS = "https://akson.no/fhir/NamingSystem/cancelled-message-id"
MESSAGE_TYPES = f"{NORWEGIAN_LISTS}8279"
_ATTACHMENT = "A"
_CONTAINER = f"{{{msghead_format.BASE64_NAMESPACE}}}Base64Container"


@dataclass(frozen=True, slots=True)
class Around:
    """What the record knows about those the message names. FHIR References."""

    sender: Resource
    recipients: tuple[Resource, ...]
    received: str
    subject: Resource | None = None
    encounter: Resource | None = None


def message_id(message: CareMessage, msg_id: str = "") -> str:
    """Identifier value of this message, or of another of the same sender."""
    return f"{message.envelope.sender.key}|{(msg_id or message.envelope.msg_id).lower()}"


def to_fhir(message: CareMessage, around: Around) -> Resource:
    envelope = message.envelope
    sent = times.fhir_date_time(envelope.generated)
    header, attachments = _detached(envelope.head, message.type)
    told: dict[str, Any] = {
        "resourceType": "Communication",
        "extension": [
            to_extension(HEADER, msghead_format.MSGHEAD, header),
            to_extension(CONTENT, message.type.structure, message.content),
        ],
        "identifier": _identifiers(message),
        "inResponseTo": _answered(message),
        "status": "completed",
        "category": [_category(message)],
        "subject": around.subject,
        "encounter": around.encounter,
        "sent": sent,
        "received": around.received,
        "recipient": list(around.recipients),
        "sender": around.sender,
        "payload": [
            {"contentString": rendering.text(message)},
            *({"contentAttachment": a} for a in attachments),
        ],
    }
    return {name: value for name, value in told.items() if value}


def from_fhir(communication: Resource) -> CareMessage:
    """The message that `to_fhir` was given. Raises INVALID AKS-EXCHANGE-021 when it is none of ours."""
    extensions = {e["url"]: e for e in communication.get("extension", ())}
    codings = (c for category in communication.get("category", ()) for c in category.get("coding", ()))
    type = next((BY_CODE[c["code"]] for c in codings if c.get("code") in BY_CODE), None)
    if type is None or HEADER not in extensions or CONTENT not in extensions:
        raise Problem(
            ProblemKind.INVALID,
            "AKS-EXCHANGE-021",
            "This Communication does not hold a care message.",
            why="It has no known message type, or not the extensions of a message.",
        )
    content = from_extension(extensions[CONTENT], type.structure)
    header = from_extension(extensions[HEADER], msghead_format.MSGHEAD)
    files = [p["contentAttachment"] for p in communication.get("payload", ()) if "contentAttachment" in p]
    body = write_structure(type.structure, content, type.prefixes)
    head = _attached(header, body, files)
    return open_message(markup.write(write_structure(msghead_format.MSGHEAD, head, PREFIXES))).message()


def write(message: CareMessage) -> bytes:
    """The message as XML: what was read, written again in the declared order."""
    header, files = _detached(message.envelope.head, message.type)
    body = write_structure(message.type.structure, message.content, message.type.prefixes)
    return markup.write(write_structure(msghead_format.MSGHEAD, _attached(header, body, files), PREFIXES))


def _identifiers(message: CareMessage) -> list[Resource]:
    found = [{"system": MESSAGE_ID, "value": message_id(message)}]
    if message.status == CANCELLED and message.envelope.parent:
        found += [
            {"use": "secondary", "system": CANCELS, "value": message_id(message, id)}
            for id in dict.fromkeys((message.envelope.parent, message.envelope.conversation))
        ]
    return found


def _answered(message: CareMessage) -> list[Resource]:
    if not message.envelope.parent:
        return []
    value = message_id(message, message.envelope.parent)
    return [{"type": "Communication", "identifier": {"system": MESSAGE_ID, "value": value}}]


def _category(message: CareMessage) -> Resource:
    type = message.type
    words = f"Kansellert: {type.words}" if message.status == CANCELLED else type.words
    return {"coding": [{"system": MESSAGE_TYPES, "code": type.code, "display": type.words}], "text": words}


def _detached(head: Values, type: MessageType) -> tuple[Values, list[Resource]]:
    """The header without the typed content and without attachments, which have homes of their own."""
    documents, files, seen = [], list[Resource](), False
    for document in head.get("Document", ()):
        reference = dict(document["RefDoc"])
        content: Sequence[etree._Element] = reference.get("Content", ())
        if (
            not seen
            and len(content) == 1
            and content[0].tag == f"{{{type.structure.namespace}}}{type.structure.name}"
        ):
            seen = True
            del reference["Content"]
        elif file := _file(reference, content):
            files.append(file)
            del reference["Content"]
        documents.append({**document, "RefDoc": reference})
    return {**head, "Document": tuple(documents)}, files


def _file(reference: Values, content: Sequence[etree._Element]) -> Resource | None:
    """A FHIR Attachment, when the content is one base64 container that a decoder gives back unchanged."""
    plain = (
        len(content) == 1 and content[0].tag == _CONTAINER and not content[0].attrib and not len(content[0])
    )
    data = "".join((content[0].text or "").split()) if plain else ""
    try:
        sound = bool(data) and base64.b64encode(base64.b64decode(data, validate=True)).decode("ascii") == data
    except (binascii.Error, ValueError):
        sound = False
    if not sound or _kind(reference) != _ATTACHMENT:
        return None
    told = {
        "contentType": reference.get("MimeType", "").strip(),
        "title": reference.get("Description", "").strip(),
    }
    return {name: text for name, text in told.items() if text} | {"data": data}


def _attached(header: Values, body: etree._Element, files: Sequence[Resource]) -> Values:
    waiting, bodies = list(files), [body]
    documents = []
    for document in header.get("Document", ()):
        reference = dict(document["RefDoc"])
        if "Content" not in reference and "FileReference" not in reference:
            if _kind(reference) == _ATTACHMENT and waiting:
                reference["Content"] = (_container(waiting.pop(0)["data"]),)
            elif bodies:
                reference["Content"] = (bodies.pop(),)
        documents.append({**document, "RefDoc": reference})
    return {**header, "Document": tuple(documents)}


def _kind(reference: Values) -> str:
    kind = reference.get("MsgType")
    return kind.v if isinstance(kind, Coded) else ""


def _container(data: str) -> etree._Element:
    node = etree.Element(_CONTAINER)
    node.text = data
    return node
