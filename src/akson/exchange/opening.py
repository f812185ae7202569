"""From bytes to a message, as far as it goes: `open_message(bytes) -> Opened`. Nothing is judged here.

bytes → tree (fhir/markup.py) → Envelope → MessageType by its code and its root element → content by its declaration
"""

from dataclasses import dataclass

from lxml import etree

from akson.exchange.envelope.msghead import is_header, read_envelope
from akson.exchange.envelope.values import Envelope
from akson.exchange.message_type import CareMessage, MessageType
from akson.exchange.messages import BY_CODE
from akson.exchange.schema import Fault, Values, read_structure
from akson.fhir import markup
from akson.fhir.problem import Problem, ProblemKind


@dataclass(frozen=True, slots=True)
class Opened:
    """As far as it could be read. `problem` says why not further; `faults` what the standard does not allow."""

    envelope: Envelope | None
    type: MessageType | None
    content: Values
    faults: tuple[Fault, ...]
    problem: Problem | None = None

    def message(self) -> CareMessage:
        """The whole message, when nothing is wrong with it."""
        assert (
            self.envelope is not None and self.type is not None and not self.faults and self.problem is None
        )
        return CareMessage(self.envelope, self.type, self.content, self.type.parse(self.content))


def open_message(content: bytes) -> Opened:
    """Never raises for what the bytes say."""
    try:
        root = markup.read(content)
    except Problem as problem:
        ruins = markup.read_ruins(content)
        return Opened(_outside(ruins), None, {}, (), problem)
    try:
        envelope = read_envelope(root)
    except Problem as problem:
        return Opened(None, None, {}, (), problem)
    return _inside(envelope)


def _outside(ruins: etree._Element | None) -> Envelope | None:
    """Who sent it, out of what is not well-formed."""
    if ruins is None or not is_header(ruins):
        return None
    return read_envelope(ruins)


def _inside(envelope: Envelope) -> Opened:
    type = BY_CODE.get(envelope.type.v)
    if type is None:
        return Opened(envelope, None, {}, envelope.faults, _unsupported("Its type is not taken here."))
    if not envelope.documents:
        missing = Fault("MsgHead/Document/RefDoc/Content", "is missing")
        return Opened(envelope, type, {}, (*envelope.faults, missing))
    root = envelope.documents[0]
    wanted = f"{{{type.structure.namespace}}}{type.structure.name}"
    if root.tag != wanted:
        return Opened(
            envelope, None, {}, envelope.faults, _unsupported("Its content is of another format or version.")
        )
    reading = read_structure(root, type.structure)
    return Opened(envelope, type, reading.values, (*envelope.faults, *reading.faults))


def _unsupported(why: str) -> Problem:
    return Problem(
        ProblemKind.UNSUPPORTED,
        "AKS-EXCHANGE-002",
        "The message is of a kind that is not taken here.",
        why=why,
        now=f"Care messages of PLO 1.6 are taken: {', '.join(sorted(BY_CODE))}.",
    )
