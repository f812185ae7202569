"""The form of the older letters: root `Message`, header and content in one document (HITS 1168, chapter 7).

| letter           | sender         | primary receiver | copies     | its own id, kept by changes    | status   |
| ---------------- | -------------- | ---------------- | ---------- | ------------------------------ | -------- |
| discharge letter | `ServProvider` | `Requester`      | `CopyDest` | `ServRprt/ServProvId`          | 7309     |
| test results     | `ServProvider` | `Requester`      | `CopyDest` | `ServReport/ServProvId`        | 7309     |
| referral         | `Requester`    | `ServProvider`   | `CopyDest` | `ServReq/Id`                   | 7309     |

Old versions call their type `E`, `H` and `S`; here each has the code of 8279 used today. Read by element names alone, so
that a letter which breaks its declaration still tells who sent it.
"""

from dataclasses import dataclass

from lxml import etree

from akson.exchange.envelope.values import COPY, PRIMARY, Envelope, Ident, Party, Person, Receiver
from akson.exchange.schema import Coded

ROOT = "Message"
_FAMILIES = {
    "http://www.kith.no/xmlstds/epikrise/": "ServRprt",
    "http://www.kith.no/xmlstds/henvisning/": "ServReq",
    "http://www.kith.no/xmlstds/labsvar/": "ServReport",
}
_TYPES = {"ServRprt": "EPIKRISE", "ServReq": "HENVISNING", "ServReport": "SVAR_LAB"}
_WORDS = {"EPIKRISE": "Epikrise", "HENVISNING": "Henvisning", "SVAR_LAB": "Svarrapport-Laboratoriemedisin"}
_OLD_TYPES = ("", "E", "H", "S")
_PICTURES = ("RTG", "UL", "CT", "MR", "MA", "SCI")
"""8202: services whose report is of type SVAR_RTG."""
_ABOUT_ANOTHER = ("M", "C")
"""7309: changed, cancelled."""


@dataclass(frozen=True, slots=True)
class LetterForm:
    name: str = "Message (epikrise, henvisning, svarrapport)"

    def recognises(self, root: etree._Element) -> bool:
        return etree.QName(root).localname == ROOT and _body_name(root) != ""

    def read(self, root: etree._Element) -> Envelope:
        name = _body_name(root)
        body = root.find(f"{{*}}{name}")
        letter = body if body is not None else etree.Element("nothing")
        msg_id, own = _text(root, "MsgId"), _text(letter, "Id" if name == "ServReq" else "ServProvId")
        sender, receiver = (
            ("Requester", "ServProvider") if name == "ServReq" else ("ServProvider", "Requester")
        )
        status = _coded(root, "Status")
        return Envelope(
            type=_type(root, letter, name),
            generated=_stamp(root, "GenDate"),
            msg_id=msg_id,
            parent=own if _coded(letter, "ServType").v in _ABOUT_ANOTHER else "",
            conversation=own or msg_id,
            sender=_party(letter.find(f"{{*}}{sender}")),
            receivers=_receivers(letter, receiver),
            patient=_patient(letter.find("{*}Patient")),
            issued=_stamp(letter, "IssueDate"),
            documents=(root,),
            attachments=(),
            values={"Status": status} if status.v else {},
            head={},
            faults=(),
            own_id=own,
        )


def _body_name(root: etree._Element) -> str:
    namespace = etree.QName(root).namespace or ""
    return next((name for start, name in _FAMILIES.items() if namespace.startswith(start)), "")


def _type(root: etree._Element, letter: etree._Element, name: str) -> Coded:
    told = _coded(root, "Type")
    if told.v not in _OLD_TYPES:
        return told
    if name == "ServReport" and _coded(letter, "MsgDescr").v in _PICTURES:
        return Coded("SVAR_RTG", "Svarrapport-Radiologi")
    return Coded(_TYPES[name], _WORDS[_TYPES[name]])


def _receivers(letter: etree._Element, primary: str) -> tuple[Receiver, ...]:
    first = letter.find(f"{{*}}{primary}")
    found = [Receiver(PRIMARY, _party(first))] if first is not None else []
    copies = (_party(node) for node in letter.findall("{*}CopyDest"))
    return (*found, *(Receiver(COPY, party) for party in copies if party.key))


def _party(around: etree._Element | None) -> Party:
    """HCP: an institution with its department or its person, or a person alone."""
    inst = around.find("{*}HCP/{*}Inst") if around is not None else None
    if inst is not None:
        department, staff = inst.find("{*}Dept"), inst.find("{*}HCPerson")
        return Party(
            name=_text(inst, "Name"),
            idents=_idents(inst),
            unit=None if department is None else Party(_text(department, "Name"), _idents(department)),
            person=None if staff is None else _staff(staff),
        )
    alone = around.find("{*}HCP/{*}HCProf") if around is not None else None
    return Party() if alone is None else Party(person=_staff(alone))


def _staff(node: etree._Element) -> Person:
    return Person(family=_text(node, "Name"), idents=_idents(node))


def _patient(node: etree._Element | None) -> Person | None:
    """The name is one line: `Danser, Line` or `Line Danser`."""
    if node is None:
        return None
    family, comma, given = _text(node, "Name").partition(",")
    if not comma:
        given, _, family = family.rpartition(" ")
    number = Ident(_text(node, "OffId"), _coded(node, "TypeOffId").v, _coded(node, "TypeOffId").dn)
    further = tuple(_ident(more, "Type") for more in node.findall("{*}AdditionalId"))
    return Person(
        family=family.strip(),
        given=given.strip(),
        birth_date=_stamp(node, "DateOfBirth"),
        sex=_coded(node, "Sex"),
        idents=tuple(ident for ident in (number, *further) if ident.id),
    )


def _idents(node: etree._Element) -> tuple[Ident, ...]:
    own = _ident(node, "TypeId")
    further = (_ident(more, "Type") for more in node.findall("{*}AdditionalId"))
    return tuple(ident for ident in (own, *further) if ident.id)


def _ident(node: etree._Element, type: str) -> Ident:
    kind = _coded(node, type)
    return Ident(_text(node, "Id"), kind.v, kind.dn.strip())


def _text(node: etree._Element, name: str) -> str:
    found = node.find(f"{{*}}{name}")
    return " ".join("".join(found.itertext()).split()) if found is not None else ""


def _stamp(node: etree._Element, name: str) -> str:
    found = node.find(f"{{*}}{name}")
    return " ".join(str(found.get("V", "")).split()) if found is not None else ""


def _coded(node: etree._Element, name: str) -> Coded:
    found = node.find(f"{{*}}{name}")
    if found is None:
        return Coded()
    return Coded(" ".join(str(found.get("V", "")).split()), str(found.get("DN", "")))
