"""The header, read tolerantly and written strictly. The declaration stands in msghead_format.py.

Source: HIS 80601:2006, HIS 1153-2:2016 (addressing). Judging what the header says belongs to judgement.py.
"""

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
from akson.fhir.problem import Problem, ProblemKind

PREFIXES = {None: format.NAMESPACE}
_ATTACHMENT = "A"


def is_header(root: etree._Element) -> bool:
    return str(root.tag) == f"{{{format.NAMESPACE}}}{format.ROOT}"


def read_envelope(root: etree._Element) -> Envelope:
    """All that can be read, with every fault. Raises UNSUPPORTED AKS-EXCHANGE-001 for another root element."""
    if not is_header(root):
        raise Problem(
            ProblemKind.UNSUPPORTED,
            "AKS-EXCHANGE-001",
            "The document is not a message in MsgHead 1.2.",
            why="Its root element is another.",
            now="Send care messages in MsgHead 1.2.",
        )
    reading = read_structure(root, format.MSGHEAD)
    info = reading.values.get("MsgInfo", {})
    conversation = info.get("ConversationRef", {})
    msg_id = _line(info.get("MsgId"))
    references = [d.get("RefDoc", {}) for d in reading.values.get("Document", ())]
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
            c for r in references if coded(r.get("MsgType")).v != _ATTACHMENT for c in r.get("Content", ())
        ),
        attachments=tuple(_attachment(r) for r in references if coded(r.get("MsgType")).v == _ATTACHMENT),
        values=info,
        head=reading.values,
        faults=(*reading.faults, *_version(info)),
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


def _attachment(reference: Values) -> Attachment:
    container = next(iter(reference.get("Content", ())), None)
    known = container is not None and container.tag == f"{{{format.BASE64_NAMESPACE}}}Base64Container"
    text = "".join((container.text or "").split()) if known and container is not None else ""
    return Attachment(_line(reference.get("MimeType")), _line(reference.get("Description")), text)


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
