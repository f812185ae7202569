"""Values -> XML without signature. Attributes of the ebXML namespace are qualified, as its schema asks."""

import json
from copy import deepcopy
from datetime import UTC, datetime

from lxml import etree

from akson.exchange.envelope.ebxml.names import DS, EB, SOAP, VERSION, XLINK, XML
from akson.exchange.envelope.ebxml.values import (
    Acknowledgment,
    Business,
    Envelope,
    Errors,
    Fault,
    Finding,
    Head,
    Severity,
    Software,
)

_NAMESPACES = {"SOAP": SOAP, "eb": EB, "xlink": XLINK}
LANGUAGE = "no"


def write(envelope: Envelope) -> etree._Element:
    """The envelope, ready to be signed."""
    root = etree.Element(f"{{{SOAP}}}Envelope", nsmap=_NAMESPACES)
    header, body = etree.SubElement(root, f"{{{SOAP}}}Header"), etree.SubElement(root, f"{{{SOAP}}}Body")
    _head(header, envelope)
    if isinstance(envelope, Business):
        _must(_eb(header, "AckRequested")).set(f"{{{EB}}}signed", "true")
        _manifest(body, envelope)
    elif isinstance(envelope, Acknowledgment):
        _acknowledgment(header, envelope)
    else:
        _error_list(header, envelope)
    return root


def _head(header: etree._Element, envelope: Envelope) -> None:
    head = envelope.head
    made = _must(_eb(header, "MessageHeader"))
    for name, her, role in (("From", head.sender, head.from_role), ("To", head.receiver, head.to_role)):
        party = _eb(made, name)
        _eb(party, "PartyId", her).set(f"{{{EB}}}type", "HER")
        if role:
            _eb(party, "Role", role)
    _eb(made, "CPAId", head.cpa_id)
    _eb(made, "ConversationId", head.conversation)
    _eb(made, "Service", head.service)
    _eb(made, "Action", head.action)
    _message_data(_eb(made, "MessageData"), head)
    if isinstance(envelope, Business):
        _eb(made, "DuplicateElimination")
        if envelope.software:
            _described(made, _monitoring(envelope.software))


def _message_data(data: etree._Element, head: Head) -> None:
    _eb(data, "MessageId", head.message_id)
    _eb(data, "Timestamp", instant(head.timestamp))
    if head.refers_to:
        _eb(data, "RefToMessageId", head.refers_to)


def _monitoring(software: Software) -> str:
    """HITS 1210 chapter 6.2.2."""
    told = {
        "MSH-system": software.msh,
        "MSH-versjon": software.msh_version,
        "fagsystem": software.system,
        "fagsystem-versjon": software.system_version,
    }
    return json.dumps({name: value for name, value in told.items() if value}, ensure_ascii=False)


def _manifest(body: etree._Element, envelope: Business) -> None:
    manifest = _eb(body, "Manifest")
    manifest.set(f"{{{EB}}}version", VERSION)
    reference = _eb(manifest, "Reference")
    reference.set(f"{{{XLINK}}}type", "simple")
    reference.set(f"{{{XLINK}}}href", f"cid:{envelope.content_id}")
    if envelope.schema:
        schema = _eb(reference, "Schema")
        schema.set(f"{{{EB}}}location", envelope.schema)
        if envelope.schema_version:
            schema.set(f"{{{EB}}}version", envelope.schema_version)


def _acknowledgment(header: etree._Element, envelope: Acknowledgment) -> None:
    made = _must(_eb(header, "Acknowledgment"))
    _eb(made, "Timestamp", instant(envelope.timestamp))
    _eb(made, "RefToMessageId", envelope.refers_to)
    _eb(_eb(made, "From"), "PartyId", envelope.head.sender).set(f"{{{EB}}}type", "HER")
    for reference in envelope.references:
        assert reference.tag == f"{{{DS}}}Reference"
        copy = deepcopy(reference)
        copy.tail = None
        made.append(copy)


def _error_list(header: etree._Element, envelope: Errors) -> None:
    made = _must(_eb(header, "ErrorList"))
    worst = Severity.ERROR if envelope.refused else Severity.WARNING
    made.set(f"{{{EB}}}highestSeverity", worst.value)
    for finding in envelope.findings:
        _error(made, finding)


def _error(made: etree._Element, finding: Finding) -> None:
    error = _eb(made, "Error")
    error.set(f"{{{EB}}}errorCode", finding.code)
    error.set(f"{{{EB}}}severity", finding.severity.value)
    text = f"HITS 1172, regel {finding.rule}: {finding.text}" if finding.rule else finding.text
    _described(error, text)


def fault(told: Fault) -> etree._Element:
    """SOAP 1.1, chapter 4.4."""
    root = etree.Element(f"{{{SOAP}}}Envelope", nsmap={"SOAP": SOAP})
    made = etree.SubElement(etree.SubElement(root, f"{{{SOAP}}}Body"), f"{{{SOAP}}}Fault")
    etree.SubElement(made, "faultcode").text = f"SOAP:{told.code}"
    etree.SubElement(made, "faultstring").text = told.text
    return root


def instant(at: datetime) -> str:
    """UTC, whole milliseconds."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _eb(parent: etree._Element, name: str, text: str = "") -> etree._Element:
    made = etree.SubElement(parent, f"{{{EB}}}{name}")
    if text:
        made.text = text
    return made


def _must(element: etree._Element) -> etree._Element:
    element.set(f"{{{SOAP}}}mustUnderstand", "1")
    element.set(f"{{{EB}}}version", VERSION)
    return element


def _described(parent: etree._Element, text: str) -> None:
    _eb(parent, "Description", text).set(f"{{{XML}}}lang", LANGUAGE)
