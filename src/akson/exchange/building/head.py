"""The header of what is sent (MsgHead 1.2), and which conversation it belongs to.

Source: HIS 80601:2006, HIS 1153-2 (addressing), HITS 1154:2018 (change, cancellation), HIS 80704:2014 chapter 4.1.
"""

from collections.abc import Sequence
from typing import Any

from lxml import etree

from akson.exchange.building import files, people
from akson.exchange.building.facts import Address, Facts
from akson.exchange.building.placing import completed
from akson.exchange.envelope.msghead import PREFIXES, address
from akson.exchange.envelope.msghead_format import MIG_VERSION, MSGHEAD
from akson.exchange.envelope.values import COPY
from akson.exchange.message_type import NEW, CareMessage, MessageType
from akson.exchange.schema import Coded, Values, write_structure
from akson.exchange.times import NORWAY
from akson.fhir import markup

_DIALOGUE = "DIALOG_"


def organisation(party: Address) -> Values:
    """As it came when it is somebody who is answered, else organisation and service with both HER-ids."""
    if party.written:
        return party.written
    told: dict[str, Any] = {"name": party.name, "her": party.her}
    if party.service_her:
        told["unit"] = {"name": party.service, "her": party.service_her}
    return address(told)


def conversation(about: CareMessage | None, status: str) -> Values:
    """A change or cancellation goes on with its conversation; a message about a care message begins one at that message."""
    if about is None:
        return {}
    own = status != NEW or about.type.code.startswith(_DIALOGUE)
    first = about.envelope.conversation if own else about.envelope.msg_id
    return {"ConversationRef": {"RefToParent": about.envelope.msg_id, "RefToConversation": first}}


def replacing(msg_id: str) -> Values:
    """A list at the hub is replaced by who has seen it: it is named as the parent, and each version stands for itself."""
    return {"ConversationRef": {"RefToParent": msg_id, "RefToConversation": msg_id}}


def write(
    type: MessageType, facts: Facts, documents: Sequence[etree._Element], *, msg_id: str, status: str
) -> bytes:
    """The whole message. Times are Norwegian and without zone, as HIS 1037 has them. Raises INVALID AKS-EXCHANGE-020."""
    made = f"{facts.at.astimezone(NORWAY):%Y-%m-%dT%H:%M:%S}"
    copies = tuple(
        {"RoleReceiver": Coded(COPY, "Kopimottaker"), "Organisation": organisation(copy)}
        for copy in facts.copies
    )
    info: dict[str, Any] = {
        "Type": Coded(type.code, type.words),
        "MIGversion": MIG_VERSION,
        "GenDate": made,
        "MsgId": msg_id,
        **(replacing(facts.replaces) if facts.replaces else conversation(facts.about, status)),
        "Sender": {"Organisation": organisation(facts.sender)},
        "Receiver": {"Organisation": organisation(facts.receiver)},
        "OtherReceiver": copies,
        "Patient": people.person(facts.patient),
    }
    kind = Coded("XML", "XML-instans")
    held = tuple({"RefDoc": {"IssueDate": made, "MsgType": kind, "Content": (d,)}} for d in documents)
    beside = files.documents(facts.files, made)
    whole = completed(MSGHEAD, {"MsgInfo": info, "Document": (*held, *beside)}, {})
    return markup.write(write_structure(MSGHEAD, whole, PREFIXES))
