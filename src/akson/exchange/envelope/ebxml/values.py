"""The envelope as values. Times are aware; ids are as written, without surrounding space."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from lxml import etree

from akson.exchange.envelope.ebxml.names import Addressing
from akson.exchange.sealing.certificates import Certificate


@dataclass(frozen=True, slots=True)
class Head:
    """eb:MessageHeader."""

    sender: str
    """HER-id, digits."""
    receiver: str
    cpa_id: str
    conversation: str
    service: str
    action: str
    message_id: str
    timestamp: datetime
    refers_to: str = ""
    """eb:RefToMessageId in MessageData: only when answering, and never in an acknowledgement."""
    from_role: str = ""
    to_role: str = ""


@dataclass(frozen=True, slots=True)
class Software:
    """Who wrote the envelope, for HITS 1210. Names and versions only."""

    msh: str
    msh_version: str
    system: str = ""
    system_version: str = ""


@dataclass(frozen=True, slots=True)
class Business:
    """A business message, or an AppRec: one encrypted part that the manifest names."""

    head: Head
    content_id: str
    """Without brackets."""
    schema: str = ""
    """Namespace of the document, for monitoring; "" when it is not said."""
    schema_version: str = ""
    software: Software | None = None
    description: str = ""
    """What was read of eb:Description."""


@dataclass(frozen=True, slots=True)
class Acknowledgment:
    """The receiver's message server has it. `references` quote the signature of what is acknowledged."""

    head: Head
    refers_to: str
    timestamp: datetime
    """When it was received."""
    references: tuple[etree._Element, ...]


class Severity(Enum):
    WARNING = "Warning"
    """Processed all the same: the sender's software should be mended."""
    ERROR = "Error"


@dataclass(frozen=True, slots=True)
class Finding:
    """One broken rule. `rule` is its number in HITS 1172; `code` ebXML's own word for it."""

    rule: int
    code: str
    severity: Severity
    text: str


@dataclass(frozen=True, slots=True)
class Errors:
    """eb:ErrorList: refused, or (warnings alone) processed all the same."""

    head: Head
    findings: tuple[Finding, ...]

    @property
    def refused(self) -> bool:
        return any(f.severity is Severity.ERROR for f in self.findings)


Envelope = Business | Acknowledgment | Errors


@dataclass(frozen=True, slots=True)
class Fault:
    """SOAP Fault: not to be read as ebXML, or nobody to answer. Unsigned, and the mail's own sender gets it."""

    code: str
    """`Client`: the sender's; `MustUnderstand`, `VersionMismatch`, `Server`."""
    text: str


@dataclass(frozen=True, slots=True)
class Correspondent:
    """What the address register says of one HER-id: where it is written to, for which certificate, and who signs for it."""

    her: str
    edi_address: str
    organisation_number: str
    encryption: Certificate
    signers: tuple[Certificate, ...] = ()
    """Registered signing certificates; when there are none, any believed one of the organisation is the sender's."""
    cpa_id: str = ""
    """UUID of an agreement; "" for the usual one."""
    agreed: tuple[tuple[str, Addressing], ...] = ()
    """Action -> how it is addressed, where an agreement says it."""
