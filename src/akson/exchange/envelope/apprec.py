"""The application receipt AppRec 1.1: declared, built by mirroring the envelope it answers, and read.

Source: HIS 80415:2012 and HITS 1168 (chapters 5, 6 and 11). When to send which one belongs to judgement.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from akson.exchange.envelope.values import PRIMARY, Envelope, Ident, Party, Person, Receiver, her_of
from akson.exchange.schema import (
    Coded,
    Element,
    Values,
    alternatives,
    declare,
    read_structure,
    write_structure,
)
from akson.exchange.schema.formats import is_date_time
from akson.fhir import markup
from akson.fhir.problem import Problem, ProblemKind

NAMESPACE = "http://www.kith.no/xmlstds/apprec/2012-02-15"
MIG_VERSION = "v1.1 2012-02-15"
SOFTWARE = "Akson"
ERRORS_SYSTEM = "2.16.578.1.12.4.1.1.8221"

OK = Coded("1", "OK")
REJECTED = Coded("2", "Avvist")

ERROR_WORDS = {
    "T01": "Ikke XML / ikke 'well formed' / uleselig",
    "T02": "XML validerer ikke",
    "T10": "Støtter ikke meldingsformatet",
    "E10": "Ugyldig meldingsidentifikator",
    "E21": "Mottaker finnes ikke",
    "E35": "Pasienten finnes ikke i mottakersystemet",
    "E36": "Pasientopplysninger er utilstrekkelige",
    "X99": "Annen feil",
}
"""Code system 8221: what is used here."""

_ADDITIONAL = declare(
    "AdditionalId", NAMESPACE, Element("Id", "string", "Id"), Element("Type", "CS", "Type id")
)
_IDENTITY = (
    Element("Name", "string", "Navn", "0..1"),
    Element("Id", "string", "Id", "0..1"),
    Element("TypeId", "CS", "Type id", "0..1"),
)
_FURTHER = Element("AdditionalId", _ADDITIONAL, "Annen id", "0..*")
_KIND = Element("Type", "CS", "Type", "0..1")
_DEPARTMENT = declare("Dept", NAMESPACE, _KIND, *_IDENTITY, _FURTHER)
_STAFF = declare("HCPerson", NAMESPACE, *_IDENTITY, _FURTHER)
_PROFESSIONAL = declare("HCProf", NAMESPACE, _KIND, *_IDENTITY, _FURTHER)
_INSTITUTION = declare(
    "Inst",
    NAMESPACE,
    *_IDENTITY,
    Element("Dept", _DEPARTMENT, "Tjeneste", "0..*"),
    _FURTHER,
    Element("HCPerson", _STAFF, "Person", "0..*"),
)
_ADDRESS = declare(
    "Address",
    NAMESPACE,
    Element("Type", "CS", "Adressetype"),
    Element("StreetAdr", "string", "Gateadresse", "0..1"),
    Element("PostalCode", "string", "Postnummer", "0..1"),
    Element("City", "string", "Poststed", "0..1"),
    Element("County", "CS", "Kommune", "0..1"),
    Element("Country", "CS", "Land", "0..1"),
    Element("CityDistr", "CS", "Bydel", "0..1"),
    Element("TeleAddress", "URL", "Telefon", "0..*"),
)
_PARTY = declare(
    "HCP",
    NAMESPACE,
    alternatives(Element("Inst", _INSTITUTION, "Virksomhet"), Element("HCProf", _PROFESSIONAL, "Person")),
    Element("MedSpeciality", "CV", "Spesialitet", "0..1"),
    Element("Address", _ADDRESS, "Adresse", "0..1"),
)
_ROLE = Element("Role", "CS", "Rolle", "0..1", codes=7305)
_ORIGINAL = declare(
    "OriginalMsgId",
    NAMESPACE,
    Element("MsgType", "CS", "Meldingstype", codes=8279),
    Element("IssueDate", "dateTime", "Laget"),
    Element("Id", "string", "Meldings-id"),
)
APPREC = declare(
    "AppRec",
    NAMESPACE,
    Element("MsgType", "CS", "Type"),
    Element("MIGversion", "string", "Versjon"),
    Element("SoftwareName", "string", "Program", "0..1"),
    Element("SoftwareVersion", "string", "Programversjon", "0..1"),
    Element("GenDate", "dateTime", "Laget"),
    Element("Id", "string", "Kvitterings-id"),
    Element("Sender", declare("Sender", NAMESPACE, _ROLE, Element("HCP", _PARTY, "Avsender")), "Avsender"),
    Element(
        "Receiver", declare("Receiver", NAMESPACE, _ROLE, Element("HCP", _PARTY, "Mottaker")), "Mottaker"
    ),
    Element("Status", "CS", "Status", codes=8258),
    Element("Error", "CV", "Feil", "0..*", codes=8221),
    Element("OriginalMsgId", _ORIGINAL, "Kvitterer for"),
)


@dataclass(frozen=True, slots=True)
class AppRecError:
    """A code of 8221 and further words, which the other side must always show."""

    code: str
    more: str = ""


@dataclass(frozen=True, slots=True)
class AppRec:
    """What a received receipt says."""

    id: str
    status: str
    errors: tuple[Coded, ...]
    original_id: str
    original_type: str
    sender_her: str
    receiver_her: str


def build(
    envelope: Envelope,
    receiver: Receiver,
    errors: Sequence[AppRecError],
    *,
    id: str,
    made: str,
    version: str,
    received: str,
) -> bytes:
    """The receipt of one receiver: OK without errors, else refused. `made` and `received` are xs:dateTime.

    IssueDate must be a time even when the message's GenDate cannot be read: then it is when the message came.
    """
    values: dict[str, Any] = {
        "MsgType": Coded("APPREC", "Applikasjonskvittering"),
        "MIGversion": MIG_VERSION,
        "SoftwareName": SOFTWARE,
        "SoftwareVersion": version,
        "GenDate": made,
        "Id": id,
        "Sender": {"Role": _role(receiver.role), "HCP": _mirror(receiver.party)},
        "Receiver": {"Role": Coded("AVS", "Avsender"), "HCP": _mirror(envelope.sender)},
        "Status": REJECTED if errors else OK,
        "Error": tuple(Coded(e.code, ERROR_WORDS[e.code], ERRORS_SYSTEM, e.more) for e in errors),
        "OriginalMsgId": {
            "MsgType": Coded(envelope.type.v, envelope.type.dn),
            "IssueDate": envelope.generated if is_date_time(envelope.generated) else received,
            "Id": envelope.msg_id,
        },
    }
    return markup.write(write_structure(APPREC, values, {None: NAMESPACE}))


def read(content: bytes) -> AppRec:
    """Raises MALFORMED AKS-XML-…, INVALID AKS-EXCHANGE-003 when it is not a valid AppRec 1.1."""
    reading = read_structure(markup.read(content), APPREC)
    if reading.faults:
        raise Problem(
            ProblemKind.INVALID,
            "AKS-EXCHANGE-003",
            "The receipt is not a valid AppRec 1.1.",
            why="; ".join(str(fault) for fault in reading.faults[:3]),
        )
    values = reading.values
    return AppRec(
        id=values["Id"],
        status=values["Status"].v,
        errors=values.get("Error", ()),
        original_id=values["OriginalMsgId"]["Id"],
        original_type=values["OriginalMsgId"]["MsgType"].v,
        sender_her=_her(values["Sender"]["HCP"]),
        receiver_her=_her(values["Receiver"]["HCP"]),
    )


def _role(role: str) -> Coded:
    return Coded("PRIM", "Primærmottaker") if role == PRIMARY else Coded("COP", "Kopimottaker")


def _mirror(party: Party) -> Values:
    """Organisation -> Inst, its service -> Dept, its person -> HCPerson; a person without organisation -> HCProf.

    A person below a service signs and is no address, so only one directly in the organisation is mirrored.
    """
    if party.person and not party.idents and not party.unit:
        return {"HCProf": _identity(party.person.name, party.person.idents)}
    inst = dict(_identity(party.name, party.idents))
    if party.unit:
        inst["Dept"] = (_identity(party.unit.name, party.unit.idents),)
    if party.person and _is_address(party.person):
        inst["HCPerson"] = (_identity(party.person.name, party.person.idents),)
    return {"Inst": inst}


def _is_address(person: Person) -> bool:
    return bool(her_of(person.idents))


def _identity(name: str, idents: tuple[Ident, ...]) -> dict[str, Any]:
    """The HER-id leads, for it is the address; all other identifiers are given back too."""
    ordered = sorted(idents, key=lambda ident: ident.type != "HER")
    values: dict[str, Any] = {"Name": name} if name else {}
    if ordered:
        values["Id"] = ordered[0].plain if ordered[0].type == "HER" else ordered[0].id
        values["TypeId"] = Coded(ordered[0].type, ordered[0].words)
        further = ({"Id": ident.id, "Type": Coded(ident.type, ident.words)} for ident in ordered[1:])
        values["AdditionalId"] = tuple(further)
    return values


def _her(party: Values) -> str:
    inst = party.get("Inst") or party.get("HCProf") or {}
    inner = next(iter((*inst.get("Dept", ()), *inst.get("HCPerson", ()))), {})
    return "".join(str(inner.get("Id") or inst.get("Id") or "").split())
