"""The header, read tolerantly and written strictly. The declaration stands in msghead_format.py.

Source: HIS 80601:2006, HIS 1153-2:2016 (addressing). Judging what the header says belongs to judgement.py.
"""

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Any

from lxml import etree

from akson.exchange.envelope import msghead_format as format
from akson.exchange.envelope.values import (
    COPY,
    PRIMARY,
    Attachment,
    Envelope,
    Ident,
    Party,
    Person,
    Receiver,
    coded,
)
from akson.exchange.schema import Coded, Fault, Values, read_structure, write_structure
from akson.exchange.schema.read import XSI

PREFIXES = {None: format.NAMESPACE}
_XML = "XML"
CONTAINER = f"{{{format.BASE64_NAMESPACE}}}Base64Container"


def is_header(root: etree._Element) -> bool:
    return str(root.tag) == f"{{{format.NAMESPACE}}}{format.ROOT}"


def read_envelope(root: etree._Element) -> Envelope:
    """All that can be read, with every fault."""
    reading = read_structure(root, format.MSGHEAD)
    info = reading.values.get("MsgInfo", {})
    conversation = info.get("ConversationRef", {})
    msg_id = _line(info.get("MsgId"))
    references = [d.get("RefDoc", {}) for d in reading.values.get("Document", ())]
    attachments = tuple(
        _attachment(number, r) for number, r in enumerate(references) if not is_content(number, r)
    )
    return Envelope(
        type=coded(info.get("Type")),
        generated=_line(info.get("GenDate")),
        msg_id=msg_id,
        parent=_line(conversation.get("RefToParent")),
        conversation=_line(conversation.get("RefToConversation")) or msg_id,
        sender=party(info.get("Sender", {}).get("Organisation", {})),
        receivers=_receivers(info),
        patient=person(info["Patient"]) if "Patient" in info else None,
        issued=next((r["IssueDate"] for r in references if r.get("IssueDate")), ""),
        documents=tuple(
            node
            for number, r in enumerate(references)
            if is_content(number, r)
            for node in r.get("Content", ())
        ),
        attachments=attachments,
        values=info,
        head=reading.values,
        faults=(*reading.faults, *_version(info), *_broken(attachments)),
    )


def write_envelope(
    info: Values, document: etree._Element, *, issued: str, description: str = ""
) -> etree._Element:
    """A message with one XML instance. `info` is MsgInfo without MIGversion. Raises INVALID AKS-EXCHANGE-020."""
    reference: dict[str, Any] = {
        "IssueDate": issued,
        "MsgType": Coded("XML", "XML-instans"),
        "Content": (document,),
    }
    if description:
        reference["Description"] = description
    values = {"MsgInfo": {**info, "MIGversion": format.MIG_VERSION}, "Document": ({"RefDoc": reference},)}
    return write_structure(format.MSGHEAD, values, PREFIXES)


def is_content(number: int, reference: Values) -> bool:
    """Whether a document is the content or a part of it: the first one, and XML instances after it. Others are attached."""
    content: Sequence[etree._Element] = reference.get("Content", ())
    xml = coded(reference.get("MsgType")).v == _XML and bool(content) and content[0].tag != CONTAINER
    return number == 0 or xml


def party(organisation: Values) -> Party:
    nested = organisation.get("Organisation")
    professional = organisation.get("HealthcareProfessional")
    return Party(
        name=_line(organisation.get("OrganisationName")),
        idents=_idents(organisation),
        unit=party(nested) if nested else None,
        person=person(professional) if professional else None,
    )


def person(values: Values) -> Person:
    return Person(
        family=_line(values.get("FamilyName")),
        middle=_line(values.get("MiddleName")),
        given=_line(values.get("GivenName")),
        birth_date=_line(values.get("DateOfBirth")),
        sex=coded(values.get("Sex")),
        idents=_idents(values),
    )


def _receivers(info: Values) -> tuple[Receiver, ...]:
    primary = (
        [Receiver(PRIMARY, party(info["Receiver"].get("Organisation", {})))] if "Receiver" in info else []
    )
    copies = [found for other in info.get("OtherReceiver", ()) if (found := _copy(other))]
    return (*primary, *copies)


def _copy(other: Values) -> Receiver | None:
    """Patients and relatives may be named as receivers of a copy; they are no address of the post."""
    if "Organisation" in other:
        return Receiver(COPY, party(other["Organisation"]))
    if "HealthcareProfessional" in other:
        return Receiver(COPY, Party(person=person(other["HealthcareProfessional"])))
    return None


def _idents(values: Values) -> tuple[Ident, ...]:
    found = []
    for ident in values.get("Ident", ()):
        kind = coded(ident.get("TypeId"))
        if text := _line(ident.get("Id")):
            found.append(Ident(text, kind.v, kind.dn.strip(), kind.s))
    return tuple(found)


def _attachment(number: int, reference: Values) -> Attachment:
    content: Sequence[etree._Element] = reference.get("Content", ())
    told = {
        "path": f"MsgHead/Document[{number}]/RefDoc",
        "kind": coded(reference.get("MsgType")).v,
        "mime_type": _line(reference.get("MimeType")),
        "description": _line(reference.get("Description")),
        "compressed": "Compression" in reference,
        "reference": _line(reference.get("FileReference")),
    }
    if len(content) == 1 and content[0].tag == CONTAINER:
        return Attachment(**told, data=_decoded(content[0]), broken=_decoded(content[0]) is None)
    return Attachment(**told, foreign=bool(content))


def _decoded(container: etree._Element) -> bytes | None:
    """None when it is not base64, or carries something beside it."""
    if len(container) or any(not str(name).startswith(f"{{{XSI}}}") for name in container.attrib):
        return None
    try:
        return base64.b64decode("".join((container.text or "").split()), validate=True)
    except (binascii.Error, ValueError):
        return None


def _broken(attachments: Sequence[Attachment]) -> Sequence[Fault]:
    return [
        Fault(f"{a.path}/Content/Base64Container", "is not valid base64Binary")
        for a in attachments
        if a.broken
    ]


def _version(info: Values) -> Sequence[Fault]:
    # An empty element says what the schema fixes.
    if (info.get("MIGversion") or format.MIG_VERSION) == format.MIG_VERSION:
        return ()
    return (Fault("MsgHead/MsgInfo/MIGversion", "is not the version that is read here"),)


def _line(value: Any) -> str:
    return " ".join(str(value).split()) if value else ""


def address(organisation: Mapping[str, Any]) -> Values:
    """Organisation values for writing. {"name": …, "her": …, "unit": {"name": …, "her": …}} -> declared form."""
    values: dict[str, Any] = {
        "OrganisationName": organisation["name"],
        "Ident": ({"Id": organisation["her"], "TypeId": Coded("HER", "HER-id", ORGANISATION_IDS)},),
    }
    if unit := organisation.get("unit"):
        values["Organisation"] = address(unit)
    return values


ORGANISATION_IDS = "2.16.578.1.12.4.1.1.9051"
PERSON_IDS = "2.16.578.1.12.4.1.1.8116"
