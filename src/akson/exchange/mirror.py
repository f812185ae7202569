"""A care message as a FHIR Communication, and back: `to_fhir` and `from_fhir` lose nothing.

| in the message                        | in the Communication                                                     |
| ------------------------------------- | ------------------------------------------------------------------------ |
| Type (8279)                           | category                                                                 |
| sender and MsgId                      | identifier (MESSAGE_ID)                                                  |
| RefToParent                           | inResponseTo.identifier; of a cancellation or change also identifier     |
| what a reader is shown                | identifier (SAME_WORDS), to find a letter that was sent twice            |
| GenDate                               | sent                                                                     |
| sender, receivers                     | sender, recipient                                                        |
| patient                               | subject, once matched                                                    |
| content, in words                     | payload[0].contentString                                                 |
| attachments                           | payload.contentAttachment                                                |
| the whole header, as declared         | extension HEADER                                                         |
| the whole content, as declared        | extension CONTENT                                                        |
| which version of the type             | extension VERSION                                                        |
| RefToConversation                     | identifier (CONVERSATION)                                                |
| how urgent it says it is              | priority (urgency.py)                                                    |
| (what our own post adds)              | note                                                                     |

The extensions repeat what has a home, on purpose: this resource is the message as it was sent, and must give it back
whatever happens to the Encounter and the Task that were made of it (docs/adr/0021).
Spec: https://hl7.org/fhir/R4/communication.html
"""

import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree

from akson.exchange import rendering, times, urgency
from akson.exchange.content import write as write_content
from akson.exchange.envelope import msghead_format
from akson.exchange.envelope.msghead import CONTAINER, PREFIXES, is_content
from akson.exchange.extension import BASE, from_extension, to_extension
from akson.exchange.message_type import CANCELLED, CHANGED, CareMessage, Resource, Version
from akson.exchange.messages import BY_CODE
from akson.exchange.opening import open_message
from akson.exchange.schema import Coded, Values, write_structure
from akson.fhir import markup
from akson.fhir.problem import Problem, ProblemKind
from akson.terminology.systems import NORWEGIAN_LISTS

HEADER = f"{BASE}message-header"
CONTENT = f"{BASE}message-content"
VERSION = f"{BASE}message-version"
VERSION_UNTOLD = "1.6"
MESSAGE_ID = "https://akson.no/fhir/NamingSystem/message-id"
"""`<sender>|<MsgId>`: a MsgId is one sender's, and no other sender can claim it."""
CANCELS = "https://akson.no/fhir/NamingSystem/cancelled-message-id"
SAME_WORDS = "https://akson.no/fhir/NamingSystem/message-words"
"""`<sender>|<digest>`: equal for messages of one sender that say the same about the same person, whatever their ids."""
REPLACES = "https://akson.no/fhir/NamingSystem/replaced-conversation-id"
"""The conversation all of which a change says anew."""
CONVERSATION = "https://akson.no/fhir/NamingSystem/conversation-id"
"""`<sender>|<MsgId of the first message>`, on each message after it: a change or cancellation speaks of all before it."""
MESSAGE_TYPES = f"{NORWEGIAN_LISTS}8279"
_ATTACHMENT = "A"


@dataclass(frozen=True, slots=True)
class Around:
    """What the record knows about those the message names. FHIR References."""

    sender: Resource
    recipients: tuple[Resource, ...]
    received: str
    subject: Resource | None = None
    encounter: Resource | None = None
    notes: tuple[str, ...] = ()
    """What the municipality's own post adds for its readers: what the message lacks, what is new in it."""
    words: str = ""
    """The message as a reader sees it (`rendering.text`), where that has been put together already."""


def message_id(message: CareMessage, msg_id: str = "") -> str:
    """Identifier value of this message, or of another of the same sender."""
    return f"{message.envelope.sender.key}|{(msg_id or message.envelope.msg_id).lower()}"


def to_fhir(message: CareMessage, around: Around) -> Resource:
    envelope = message.envelope
    head, files = _detached(envelope.head)
    words = around.words or rendering.text(message)
    told: dict[str, Any] = {
        "resourceType": "Communication",
        "extension": [
            {"url": VERSION, "valueString": message.version.number},
            *([to_extension(HEADER, msghead_format.MSGHEAD, head)] if head else []),
            to_extension(CONTENT, message.version.structure, message.content),
        ],
        "identifier": _identifiers(message, words),
        "inResponseTo": _answered(message),
        "status": "completed",
        "category": [_category(message)],
        "priority": urgency.priority(message),
        "subject": around.subject,
        "encounter": around.encounter,
        "sent": times.fhir_date_time(envelope.generated),
        "received": around.received,
        "recipient": list(around.recipients),
        "sender": around.sender,
        "payload": [
            {"contentString": words},
            *({"contentAttachment": file} for file in files),
        ],
        "note": [{"text": note} for note in around.notes],
    }
    return {name: value for name, value in told.items() if value}


def from_fhir(communication: Resource) -> CareMessage:
    """The message that `to_fhir` was given. Raises INVALID AKS-EXCHANGE-021 when it is none of ours."""
    extensions = {e["url"]: e for e in communication.get("extension", ())}
    version = _version(communication, extensions.get(VERSION, {}).get("valueString", ""))
    if version is None or CONTENT not in extensions:
        raise Problem(
            ProblemKind.INVALID,
            "AKS-EXCHANGE-021",
            "This Communication does not hold a care message.",
            why="It has no known message type, or not the extensions of a message.",
        )
    content = from_extension(extensions[CONTENT], version.structure)
    head = from_extension(extensions[HEADER], msghead_format.MSGHEAD) if HEADER in extensions else {}
    files = [p["contentAttachment"] for p in communication.get("payload", ()) if "contentAttachment" in p]
    return open_message(_whole(head, version, content, files)).message()


def write(message: CareMessage) -> bytes:
    """The message as XML: what was read, written again in the declared order."""
    head, files = _detached(message.envelope.head)
    return _whole(head, message.version, message.content, files)


def _version(communication: Resource, number: str) -> Version | None:
    codings = (c for category in communication.get("category", ()) for c in category.get("coding", ()))
    type = next((BY_CODE[c["code"]] for c in codings if c.get("code") in BY_CODE), None)
    if type is None:
        return None
    # What was stored before versions were told is of the only version there was: 1.6.
    return next((v for v in type.versions if v.number == (number or VERSION_UNTOLD)), None)


def _whole(head: Values, version: Version, content: Values, files: Sequence[Resource]) -> bytes:
    """A message without a header of its own is its content, written."""
    bodies = write_content(version, content)
    if not head:
        return markup.write(bodies[0])
    whole = write_structure(msghead_format.MSGHEAD, _attached(head, bodies, files), PREFIXES)
    return markup.write(whole)


def _identifiers(message: CareMessage, words: str) -> list[Resource]:
    found = [{"system": MESSAGE_ID, "value": message_id(message)}]
    if message.envelope.own_id:
        # A letter is spoken of by what it calls itself, so it is found by that too.
        own = message_id(message, message.envelope.own_id)
        found.append({"use": "secondary", "system": MESSAGE_ID, "value": own})
    found.append({"use": "secondary", "system": SAME_WORDS, "value": same_words(message, words)})
    if message.envelope.conversation.lower() != message.envelope.msg_id.lower():
        value = message_id(message, message.envelope.conversation)
        found.append({"use": "secondary", "system": CONVERSATION, "value": value})
        if message.status == CHANGED:
            found.append({"use": "secondary", "system": REPLACES, "value": value})
    if message.status == CANCELLED and message.envelope.parent:
        found += [
            {"use": "secondary", "system": CANCELS, "value": message_id(message, id)}
            for id in dict.fromkeys((message.envelope.parent, message.envelope.conversation))
        ]
    return found


def same_words(message: CareMessage, words: str = "") -> str:
    """Of type, person and everything a reader is shown: two systems that send one letter twice differ in ids alone.

    `words` is what a reader is shown, where that has been put together already."""
    patient = message.envelope.patient
    who = "|".join(sorted(i.plain for i in patient.idents)) if patient else ""
    name = patient.name.casefold() if patient else ""
    said = "\n".join((message.type.code, who, name, words or rendering.text(message)))
    return f"{message.envelope.sender.key}|{hashlib.sha256(said.encode('utf-8')).hexdigest()[:32]}"


def _answered(message: CareMessage) -> list[Resource]:
    if not message.envelope.parent:
        return []
    value = message_id(message, message.envelope.parent)
    return [{"type": "Communication", "identifier": {"system": MESSAGE_ID, "value": value}}]


def _category(message: CareMessage) -> Resource:
    type = message.type
    words = f"Kansellert: {type.words}" if message.status == CANCELLED else type.words
    return {"coding": [{"system": MESSAGE_TYPES, "code": type.code, "display": type.words}], "text": words}


def _detached(head: Values) -> tuple[Values, list[Resource]]:
    """The header without the typed content and without attachments, which have homes of their own."""
    if not head:
        return {}, []
    documents, files = [], list[Resource]()
    for number, document in enumerate(head.get("Document", ())):
        reference = dict(document["RefDoc"])
        if is_content(number, reference):
            reference.pop("Content", None)
        elif _kind(reference) == _ATTACHMENT and (file := _file(reference, reference.get("Content", ()))):
            files.append(file)
            del reference["Content"]
        documents.append({**document, "RefDoc": reference})
    return {**head, "Document": tuple(documents)}, files


def _file(reference: Values, content: Sequence[etree._Element]) -> Resource | None:
    """A FHIR Attachment, when the content is one base64 container that a decoder gives back unchanged."""
    plain = (
        len(content) == 1 and content[0].tag == CONTAINER and not content[0].attrib and not len(content[0])
    )
    data = "".join((content[0].text or "").split()) if plain else ""
    try:
        file = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        return None
    if not data or base64.b64encode(file).decode("ascii") != data:
        return None
    told = {
        "contentType": str(reference.get("MimeType", "")).strip(),
        "title": str(reference.get("Description", "")).strip(),
    }
    return {name: text for name, text in told.items() if text} | {
        "data": data,
        "size": len(file),
        "hash": base64.b64encode(hashlib.sha1(file, usedforsecurity=False).digest()).decode("ascii"),
    }


def _attached(head: Values, bodies: Sequence[etree._Element], files: Sequence[Resource]) -> Values:
    waiting, contents = list(files), list(bodies)
    documents = []
    for number, document in enumerate(head.get("Document", ())):
        reference = dict(document["RefDoc"])
        if "Content" not in reference and "FileReference" not in reference:
            if number and _kind(reference) == _ATTACHMENT:
                reference["Content"] = (_container(waiting.pop(0)["data"]),)
            else:
                reference["Content"] = (contents.pop(0),)
        documents.append({**document, "RefDoc": reference})
    return {**head, "Document": tuple(documents)}


def _kind(reference: Values) -> str:
    kind = reference.get("MsgType")
    return kind.v if isinstance(kind, Coded) else ""


def _container(data: str) -> etree._Element:
    node = etree.Element(CONTAINER)
    node.text = data
    return node
