"""From bytes to a message, as far as it goes: `open_message(bytes) -> Opened`. Nothing is judged here.

bytes → tree (fhir/markup.py) → Form by its root → Envelope → MessageType by its code → Version by the content's root
→ content by its declaration
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from lxml import etree

from akson.exchange import content
from akson.exchange.envelope import attachments
from akson.exchange.envelope.forms import form_of, read_any
from akson.exchange.envelope.values import Envelope
from akson.exchange.message_type import (
    CareMessage,
    MessageType,
    NamesPatient,
    Version,
    is_emergency,
    version_of,
)
from akson.exchange.messages import BY_CODE
from akson.exchange.schema import Fault, Values
from akson.fhir import markup
from akson.fhir.problem import Problem, ProblemKind

APPREC_UNKNOWN = "1.1"
"""Receipt of a message whose type or version is not known here."""


@dataclass(frozen=True, slots=True)
class Opened:
    """As far as it could be read. `problem` says why not further; `faults` what the standard does not allow."""

    envelope: Envelope | None
    type: MessageType | None
    version: Version | None
    content: Values
    faults: tuple[Fault, ...]
    problem: Problem | None = None

    @property
    def apprec(self) -> str:
        """Version of the receipt that answers it."""
        if self.version is not None:
            return self.version.apprec
        return self.type.versions[0].apprec if self.type is not None else APPREC_UNKNOWN

    @property
    def emergency(self) -> bool:
        """Whether it could be read and is about an emergency."""
        read = self.type is not None and self.version is not None and not self.faults and self.problem is None
        return read and self.type is not None and is_emergency(self.type.parse(self.content))

    def message(self) -> CareMessage:
        """The whole message, when nothing is wrong with it."""
        assert self.envelope is not None and self.type is not None and self.version is not None
        assert not self.faults and self.problem is None
        return CareMessage(
            self.envelope, self.type, self.version, self.content, self.type.parse(self.content)
        )


def open_message(message: bytes) -> Opened:
    """Never raises for what the bytes say."""
    try:
        root = markup.read(message)
    except Problem as problem:
        ruins = markup.read_ruins(message)
        return Opened(_outside(ruins), None, None, {}, (), problem)
    try:
        envelope = read_any(root)
    except Problem as problem:
        return Opened(None, None, None, {}, (), problem)
    return inside(envelope, BY_CODE)


def _outside(ruins: etree._Element | None) -> Envelope | None:
    """Who sent it, out of what is not well-formed."""
    form = None if ruins is None else form_of(ruins)
    return None if ruins is None or form is None else form.read(ruins)


def inside(envelope: Envelope, types: Mapping[str, MessageType]) -> Opened:
    """The content of an envelope, read as one of `types`."""
    type = types.get(envelope.type.v)
    if type is None:
        return _stopped(envelope, None, "Its type is not taken here.")
    if not envelope.documents:
        missing = Fault("MsgHead/Document/RefDoc/Content", "is missing")
        return Opened(envelope, type, None, {}, (*envelope.faults, missing))
    version = version_of(type, str(envelope.documents[0].tag))
    if version is None:
        return _stopped(envelope, type, "Its content is of another format or version.")
    if len(envelope.documents) > 1 and not version.several:
        return _stopped(envelope, type, "It has further documents beside its content.", version)
    reading = content.read(version, envelope.documents)
    if envelope.patient is None and isinstance(type, NamesPatient):
        envelope = replace(envelope, patient=type.patient(reading.values))
    faults = (*envelope.faults, *reading.faults)
    refused = next((why for a in envelope.attachments if (why := attachments.refusal(a))), "")
    problem = _unsupported(refused) if refused else None
    return Opened(envelope, type, version, reading.values, faults, problem)


def _stopped(
    envelope: Envelope, type: MessageType | None, why: str, version: Version | None = None
) -> Opened:
    return Opened(envelope, type, version, {}, envelope.faults, _unsupported(why))


def _unsupported(why: str) -> Problem:
    return Problem(
        ProblemKind.UNSUPPORTED,
        "AKS-EXCHANGE-002",
        "The message is of a kind that is not taken here.",
        why=why,
        now=f"These are taken: {', '.join(sorted(BY_CODE))}.",
    )
