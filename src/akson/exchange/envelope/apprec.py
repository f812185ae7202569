"""The application receipt: built by mirroring the envelope it answers, and read. Its two versions: apprec_format.py.

Source: HIS 80415:2012 and HITS 1168 (chapters 5, 6 and 11). When to send which one belongs to judgement.py.

| in the message                       | in the receipt                                                        |
| ------------------------------------ | --------------------------------------------------------------------- |
| receiver, with all its identifiers   | Sender, role PRIM or COP (in 1.0 REQ or SPR for the primary one)       |
| sender, with all its identifiers     | Receiver, role AVS                                                    |
| Organisation / its service / person with HER-id | Inst / Dept / HCPerson                                     |
| Type, GenDate, MsgId                 | OriginalMsgId                                                         |
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from akson.exchange.envelope.apprec_format import ROOT, V1_0, V1_1, VERSIONS, Version
from akson.exchange.envelope.values import PRIMARY, Envelope, Ident, Party, Person, Receiver, coded, her_of
from akson.exchange.schema import Coded, Fault, Values, read_structure, write_structure
from akson.exchange.schema.formats import is_date_time
from akson.fhir import markup
from akson.fhir.problem import Problem, ProblemKind

SOFTWARE = "Akson"
ERRORS_SYSTEM = "2.16.578.1.12.4.1.1.8221"

OK = Coded("1", "OK")
REJECTED = Coded("2", "Avvist")
PARTLY = Coded("3", "OK, feil i delmelding")

ERROR_WORDS = {
    "T01": "Ikke XML / ikke 'well formed' / uleselig",
    "T02": "XML validerer ikke",
    "T10": "Støtter ikke meldingsformatet",
    "T99": "Annen feil på format",
    "S01": "Feil på signatur",
    "S02": "Ugyldig sertifikat",
    "S03": "Tilbaketrukket sertifikat",
    "S99": "Annen feil på signatur eller sertifikat",
    "E10": "Ugyldig meldingsidentifikator",
    "E20": "Lege finnes ikke",
    "E21": "Mottaker finnes ikke",
    "E30": "Pasientens fødselsnummer mangler",
    "E31": "Pasientens fødselsnummer er feil",
    "E32": "Pasientens navn mangler",
    "E33": "Pasientens etternavn mangler",
    "E34": "Pasientens fornavn mangler",
    "E35": "Pasienten finnes ikke i mottakersystemet",
    "E36": "Pasientopplysninger er utilstrekkelige",
    "E53": "Pasientens fødselsnummer eller D-nummer finnes ikke registrert i Folkeregisteret.",
    "E54": "Pasientens fødselsnummer er ikke registrert i mottagersystemet",
    "X99": "Annen feil",
}
"""Code system 8221."""

_REQUESTS = ("HENVISNING", "HENVISNING_NYTILSTAND", "HENVISNING_VIDERE", "DIALOG_FORESPORSEL", "REKVISISJON")
"""Whoever gets one of these is asked to do something (SPR, service provider); all others get what they asked for (REQ)."""
_DAY = re.compile(r"\d{4}-\d\d-\d\d$")
_FIRST_WITH_1_1 = V1_1.namespace[-len("2012-02-15") :]


@dataclass(frozen=True, slots=True)
class AppRecError:
    """A code of 8221 and further words, which the other side must always show."""

    code: str
    more: str = ""


@dataclass(frozen=True, slots=True)
class AppRec:
    """What a received receipt says. `(original_id, sender_her)` is the row of the outbox it answers."""

    id: str
    status: str
    """8258: `1` OK, `2` refused, `3` OK with faults in a part."""
    errors: tuple[Coded, ...]
    """8221, each with its text and OT, which must always be shown (`Coded.words`)."""
    original_id: str
    """MsgId of the message it answers, as written."""
    original_type: str
    sender_her: str
    """Who answers: the receiver of the message, its most exact HER-id."""
    receiver_her: str
    """Who is answered: the message's sender."""
    version: str = V1_1.number
    made: str = ""
    """GenDate as written."""
    role: str = ""
    """`PRIM`, `COP`, in 1.0 also `REQ` and `SPR`."""
    faults: tuple[Fault, ...] = ()
    """What the schema does not allow, and that could be read all the same."""

    @property
    def accepted(self) -> bool:
        return self.status in (OK.v, PARTLY.v)


def version_for(envelope: Envelope) -> Version:
    """Formats from before AppRec 1.1 are answered with 1.0: PLO 1.5, dialogue 1.0, EPJ extract, the old letters.

    Each format's namespace ends in its date (HITS 1168, 8.3). What nobody can tell the format of gets 1.1.
    """
    for document in envelope.documents:
        found = _DAY.search(str(document.tag).partition("}")[0])
        if found:
            return V1_0 if found[0] < _FIRST_WITH_1_1 else V1_1
    return V1_1


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
    `version` is the software's; which AppRec it is follows from the message.
    """
    format = version_for(envelope)
    values: dict[str, Any] = {
        "MsgType": Coded("APPREC", "Applikasjonskvittering"),
        "MIGversion": format.mig,
        "SoftwareName": SOFTWARE,
        "SoftwareVersion": version,
        "GenDate": made,
        "Id": id,
        "Sender": {"Role": _role(receiver.role, envelope, format), "HCP": _mirror(receiver.party)},
        "Receiver": {"Role": Coded("AVS", "Avsender"), "HCP": _mirror(envelope.sender)},
        "Status": REJECTED if errors else OK,
        "Error": tuple(Coded(e.code, ERROR_WORDS[e.code], ERRORS_SYSTEM, e.more) for e in errors),
        "OriginalMsgId": {
            "MsgType": Coded(envelope.type.v, envelope.type.dn),
            "IssueDate": envelope.generated if is_date_time(envelope.generated) else received,
            "Id": envelope.msg_id,
        },
    }
    return markup.write(write_structure(format.structure, values, {None: format.namespace}))


def written_as(envelope: Envelope, receiver: Receiver) -> tuple[str, str]:
    """(role of whoever answers, version of AppRec) of what `build` makes."""
    format = version_for(envelope)
    return _role(receiver.role, envelope, format).v, format.number


@lru_cache(maxsize=64)
def read_apprec(content: bytes) -> AppRec:
    """Either version, read as far as it can be: what a receiver has said must not be lost because of how it is spelt.

    One of ours is read again on its way out, so the last ones are remembered.
    Raises MALFORMED AKS-XML-…, INVALID AKS-EXCHANGE-003 when nobody can tell which message it answers, or how.
    """
    root = markup.read(content)
    format = next((v for v in VERSIONS if root.tag == f"{{{v.namespace}}}{ROOT}"), None)
    if format is None:
        raise _no_receipt("Its root element is another.")
    reading = read_structure(root, format.structure)
    values = reading.values
    original = values.get("OriginalMsgId", {})
    told = AppRec(
        id=_line(values.get("Id")),
        status=coded(values.get("Status")).v,
        errors=tuple(values.get("Error", ())),
        original_id=_line(original.get("Id")),
        original_type=coded(original.get("MsgType")).v,
        sender_her=_her(values.get("Sender", {}).get("HCP", {})),
        receiver_her=_her(values.get("Receiver", {}).get("HCP", {})),
        version=format.number,
        made=_line(values.get("GenDate")),
        role=coded(values.get("Sender", {}).get("Role")).v,
        faults=reading.faults,
    )
    # An empty original id is what a message without MsgId is answered with.
    if "Id" not in original or told.status not in (OK.v, REJECTED.v, PARTLY.v):
        raise _no_receipt("; ".join(str(fault) for fault in reading.faults[:3]) or "Its status is unknown.")
    return told


def write_apprec(content: bytes) -> bytes:
    """A receipt written again from its declared values: what the round trip of the tests holds against the original."""
    root = markup.read(content)
    format = next(v for v in VERSIONS if root.tag == f"{{{v.namespace}}}{ROOT}")
    values = read_structure(root, format.structure).values
    return markup.write(write_structure(format.structure, values, {None: format.namespace}))


def _no_receipt(why: str) -> Problem:
    return Problem(
        ProblemKind.INVALID, "AKS-EXCHANGE-003", "The document is not an AppRec that can be used.", why=why
    )


def _role(role: str, envelope: Envelope, format: Version) -> Coded:
    if role != PRIMARY:
        return Coded("COP", "Kopimottaker")
    if format is V1_1:
        return Coded("PRIM", "Primærmottaker")
    asked = envelope.type.v in _REQUESTS
    return Coded("SPR", "Tjenesteyter") if asked else Coded("REQ", "Rekvirent")


def _mirror(party: Party) -> Values:
    """Organisation -> Inst, its services -> Dept, its person -> HCPerson; a person without organisation -> HCProf.

    A person who only signs has no HER-id, is no address, and is not mirrored.
    """
    if party.person and not party.idents and not party.unit:
        return {"HCProf": _identity(party.person.name, party.person.idents)}
    inst = dict(_identity(party.name, party.idents))
    houses = tuple(_houses(party))
    if units := houses[1:]:
        inst["Dept"] = tuple(_identity(unit.name, unit.idents) for unit in units)
    people = tuple(h.person for h in houses if h.person and _is_address(h.person))
    if people:
        inst["HCPerson"] = tuple(_identity(person.name, person.idents) for person in people)
    return {"Inst": inst}


def _houses(party: Party) -> Iterator[Party]:
    yield party
    if party.unit:
        yield from _houses(party.unit)


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
    """The most exact HER-id: the person's, else the service's, else the house's; as main or as additional identifier."""
    inst = party.get("Inst") or party.get("HCProf") or {}
    inner = (*inst.get("HCPerson", ()), *reversed(inst.get("Dept", ())), inst)
    found = (her_of(_idents(one)) for one in inner)
    return next((her for her in found if her), "".join(str(inst.get("Id", "")).split()))


def _idents(identity: Values) -> tuple[Ident, ...]:
    pairs = [(identity.get("Id"), identity.get("TypeId"))]
    pairs += [(more.get("Id"), more.get("Type")) for more in identity.get("AdditionalId", ())]
    return tuple(Ident(_line(id), coded(kind).v) for id, kind in pairs if _line(id))


def _line(value: Any) -> str:
    return " ".join(str(value).split()) if value else ""
