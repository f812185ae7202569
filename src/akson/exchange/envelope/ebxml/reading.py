"""XML -> values. Forgiving: what is missing is "", for rules.py to judge; attributes may be qualified or not.

Reads any tree, but what it reads is believed only of a tree that `xml_signature.verify` gave back.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

from lxml import etree

from akson.exchange.envelope.ebxml.names import DS, EB, SOAP, XLINK
from akson.exchange.envelope.ebxml.values import (
    Acknowledgment,
    Business,
    Envelope,
    Errors,
    Fault,
    Finding,
    Head,
    Severity,
)
from akson.exchange.sealing.trust import aware

NO_TIME = datetime(1, 1, 1, tzinfo=UTC)
"""An envelope without a time that can be read: no certificate was valid then."""
FINDINGS_MAX = 50
TEXT_MAX = 500


def read(root: etree._Element) -> Envelope | None:
    """None when it is none of the three."""
    head = read_head(root)
    if (found := in_header(root, "Acknowledgment")) is not None:
        return Acknowledgment(
            head,
            text(found, "RefToMessageId"),
            _time(text(found, "Timestamp")),
            tuple(found.findall(f"{{{DS}}}Reference")),
        )
    if (found := in_header(root, "ErrorList")) is not None:
        return Errors(head, tuple(_findings(found)))
    if in_header(root, "AckRequested") is not None or manifest(root) is not None:
        return _business(root, head)
    return None


def read_head(root: etree._Element) -> Head:
    head = in_header(root, "MessageHeader")
    data = None if head is None else head.find(f"{{{EB}}}MessageData")
    return Head(
        sender=one_her(root, "From"),
        receiver=one_her(root, "To"),
        cpa_id=text(head, "CPAId"),
        conversation=text(head, "ConversationId"),
        service=text(head, "Service"),
        action=text(head, "Action"),
        message_id=text(data, "MessageId"),
        timestamp=_time(text(data, "Timestamp")),
        refers_to=text(data, "RefToMessageId"),
        from_role=text(None if head is None else head.find(f"{{{EB}}}From"), "Role"),
        to_role=text(None if head is None else head.find(f"{{{EB}}}To"), "Role"),
    )


def hers(root: etree._Element, party: str) -> list[str]:
    """Every HER-id of `From` or `To`, as written."""
    head = in_header(root, "MessageHeader")
    found = [] if head is None else head.findall(f"{{{EB}}}{party}/{{{EB}}}PartyId")
    return [(e.text or "").strip() for e in found if attribute(e, "type") == "HER"]


def one_her(root: etree._Element, party: str) -> str:
    """The HER-id, when there is exactly one and it is digits; else ""."""
    found = hers(root, party)
    return found[0] if len(found) == 1 and found[0].isascii() and found[0].isdigit() else ""


def in_header(root: etree._Element, name: str) -> etree._Element | None:
    return root.find(f"{{{SOAP}}}Header/{{{EB}}}{name}")


def manifest(root: etree._Element) -> etree._Element | None:
    return root.find(f"{{{SOAP}}}Body/{{{EB}}}Manifest")


def content_ids(root: etree._Element) -> list[str]:
    """What the manifest refers to, without `cid:`."""
    found = manifest(root)
    references = [] if found is None else found.findall(f"{{{EB}}}Reference")
    return [(r.get(f"{{{XLINK}}}href") or "").removeprefix("cid:") for r in references]


def _business(root: etree._Element, head: Head) -> Business:
    schema = root.find(f"{{{SOAP}}}Body/{{{EB}}}Manifest/{{{EB}}}Reference/{{{EB}}}Schema")
    return Business(
        head,
        next(iter(content_ids(root)), ""),
        attribute(schema, "location"),
        attribute(schema, "version"),
        description=text(in_header(root, "MessageHeader"), "Description"),
    )


def _findings(errors: etree._Element) -> Iterator[Finding]:
    for error in errors.findall(f"{{{EB}}}Error")[:FINDINGS_MAX]:
        severity = Severity.WARNING if attribute(error, "severity") == "Warning" else Severity.ERROR
        yield Finding(0, attribute(error, "errorCode")[:40], severity, text(error, "Description")[:TEXT_MAX])


def read_fault(root: etree._Element) -> Fault | None:
    """A SOAP Fault, 1.1 or 1.2."""
    for element in root.iter(etree.Element):
        if etree.QName(element).localname == "Fault":
            words = {etree.QName(e).localname: (e.text or "").strip() for e in element.iter(etree.Element)}
            said = words.get("faultstring") or words.get("Text") or ""
            return Fault(words.get("faultcode") or words.get("Value") or "", said[:TEXT_MAX])
    return None


def attribute(element: etree._Element | None, name: str) -> str:
    if element is None:
        return ""
    return (element.get(f"{{{EB}}}{name}") or element.get(name) or "").strip()


def soap_attribute(element: etree._Element | None, name: str) -> str:
    return "" if element is None else (element.get(f"{{{SOAP}}}{name}") or "").strip()


def text(parent: etree._Element | None, name: str) -> str:
    found = None if parent is None else parent.find(f"{{{EB}}}{name}")
    return "" if found is None else (found.text or "").strip()


def timestamp(root: etree._Element) -> datetime:
    """eb:Timestamp: when the envelope was sealed."""
    return read_head(root).timestamp


def _time(written: str) -> datetime:
    """xs:dateTime; seven digits of a second, as .NET writes them, are read as six."""
    try:
        return aware(datetime.fromisoformat(written))
    except ValueError:
        return NO_TIME
