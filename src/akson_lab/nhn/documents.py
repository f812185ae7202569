"""What a message server reads in a business document, and the AppRecs that it makes itself.

Only addresses and ids are looked at: MsgHead 1.2 (HIS 80601) and AppRec 1.0/1.1 (HIS 80415). A document that is neither is
carried as it is.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from akson.fhir import markup
from akson.fhir.problem import Problem

MSGHEAD = "http://www.kith.no/xmlstds/msghead/2006-05-24"
APPREC = "http://www.kith.no/xmlstds/apprec/2012-02-15"
APPRECS = (APPREC, "http://www.kith.no/xmlstds/apprec/2004-11-21")
STATUSES = {"1": "OK", "2": "Avvist", "3": "OK, feil i delmelding"}


@dataclass(frozen=True, slots=True)
class Seen:
    """`kind` is `message`, `apprec`, `letter` (older, without MsgHead) or `other`. Ids are "" where there are none."""

    kind: str
    id: str = ""
    type: str = ""
    made: str = ""
    senders: frozenset[int] = frozenset()
    answers: str = ""
    """MsgId that an AppRec answers."""
    status: str = ""


class Unreadable(Exception):
    pass


def look(document: bytes) -> Seen:
    """Raises Unreadable for what is no XML."""
    root = _root(document)
    name = etree.QName(root)
    if name.namespace == MSGHEAD:
        info = f"{{{MSGHEAD}}}MsgInfo"
        sender = root.find(f"{info}/{{{MSGHEAD}}}Sender")
        return Seen(
            "message",
            root.findtext(f"{info}/{{{MSGHEAD}}}MsgId", ""),
            _attribute(root, f"{info}/{{{MSGHEAD}}}Type"),
            root.findtext(f"{info}/{{{MSGHEAD}}}GenDate", ""),
            frozenset(_her_ids(sender)),
        )
    if name.namespace in APPRECS:
        space = f"{{{name.namespace}}}"
        return Seen(
            "apprec",
            root.findtext(f"{space}Id", ""),
            "APPREC",
            root.findtext(f"{space}GenDate", ""),
            answers=root.findtext(f"{space}OriginalMsgId/{space}Id", ""),
            status=_attribute(root, f"{space}Status"),
        )
    if own := root.findtext("{*}MsgId"):
        return Seen("letter", own, _attribute(root, "{*}Type"), root.findtext("{*}GenDate", ""))
    return Seen("other")


def letter_receipt(
    original: bytes, by: int, to: int, status: str, codes: Iterable[str], *, id: str, at: datetime
) -> bytes:
    """AppRec 1.1 of a letter, which no server can mirror: who answers and who is answered are HER-ids alone."""
    seen = look(original)
    made = etree.Element(f"{{{APPREC}}}AppRec", nsmap={None: APPREC})
    _child(made, "MsgType", V="APPREC", DN="Applikasjonskvittering")
    _child(made, "MIGversion", "v1.1 2012-02-15")
    _child(made, "GenDate", at.isoformat(timespec="seconds"))
    _child(made, "Id", id)
    for place, role, words, her in (
        ("Sender", "PRIM", "Primærmottaker", by),
        ("Receiver", "AVS", "Avsender", to),
    ):
        party = _child(made, place)
        _child(party, "Role", V=role, DN=words)
        inst = _child(_child(party, "HCP"), "Inst")
        _child(inst, "Name", words)
        _child(inst, "Id", str(her))
        _child(inst, "TypeId", V="HER", DN="HER-id")
    _child(made, "Status", V=status, DN=STATUSES[status])
    for code in codes:
        _child(made, "Error", S="2.16.578.1.12.4.1.1.8221", V=code, DN=code)
    answered = _child(made, "OriginalMsgId")
    _child(answered, "MsgType", V=seen.type, DN=seen.type)
    _child(answered, "IssueDate", seen.made)
    _child(answered, "Id", seen.id)
    return markup.write(made)


def receipt(
    original: bytes, by: int, status: str, errors: Iterable[Mapping[str, str]], *, id: str, at: datetime
) -> bytes:
    """AppRec 1.1 from `by`, one of the receivers, mirrored from the message. Raises Unreadable when it is no MsgHead."""
    root = _root(original)
    seen = look(original)
    if seen.kind != "message":
        raise Unreadable
    made = etree.Element(f"{{{APPREC}}}AppRec", nsmap={None: APPREC})
    _child(made, "MsgType", V="APPREC", DN="Applikasjonskvittering")
    _child(made, "MIGversion", "v1.1 2012-02-15")
    _child(made, "SoftwareName", "EDI 2.0 (lab)")
    _child(made, "GenDate", at.isoformat(timespec="seconds"))
    _child(made, "Id", id)
    info = root.find(f"{{{MSGHEAD}}}MsgInfo")
    assert info is not None
    parties = [p for p in info if etree.QName(p).localname in ("Receiver", "OtherReceiver")]
    mine = next((p for p in parties if by in set(_her_ids(p))), parties[0] if parties else info)
    copy = etree.QName(mine).localname == "OtherReceiver"
    _party(
        _child(made, "Sender"), mine, "COP" if copy else "PRIM", "Kopimottaker" if copy else "Primærmottaker"
    )
    sender = info.find(f"{{{MSGHEAD}}}Sender")
    assert sender is not None
    _party(_child(made, "Receiver"), sender, "AVS", "Avsender")
    _child(made, "Status", V=status, DN=STATUSES[status])
    for error in errors:
        told = {"V": error.get("errorCode"), "DN": error.get("description"), "OT": error.get("details")}
        list = error.get("oid") or "2.16.578.1.12.4.1.1.8221"
        _child(made, "Error", S=list, **{k: v for k, v in told.items() if v})
    answered = _child(made, "OriginalMsgId")
    _child(answered, "MsgType", V=seen.type, DN=_attribute(info, f"{{{MSGHEAD}}}Type", "DN") or seen.type)
    _child(answered, "IssueDate", seen.made)
    _child(answered, "Id", seen.id)
    return markup.write(made)


def _party(into: etree._Element, party: etree._Element, role: str, words: str) -> None:
    _child(into, "Role", V=role, DN=words)
    inst = _child(_child(into, "HCP"), "Inst")
    organisation = party.find(f"{{{MSGHEAD}}}Organisation")
    if organisation is None:
        return
    _identity(inst, organisation)
    unit = organisation.find(f"{{{MSGHEAD}}}Organisation")
    if unit is not None:
        _identity(_child(inst, "Dept"), unit)
    person = organisation.find(f"{{{MSGHEAD}}}HealthcareProfessional")
    if person is not None and any(True for _ in _her_ids(person)):
        _identity(_child(inst, "HCPerson"), person)


def _identity(into: etree._Element, whose: etree._Element) -> None:
    names = [whose.findtext(f"{{{MSGHEAD}}}{n}") for n in ("OrganisationName", "GivenName", "FamilyName")]
    name = " ".join(n for n in names if n)
    if name:
        _child(into, "Name", name)
    for number, ident in enumerate(whose.findall(f"{{{MSGHEAD}}}Ident")):
        kind = ident.find(f"{{{MSGHEAD}}}TypeId")
        words = {k: v for k, v in (kind.attrib.items() if kind is not None else ()) if k in ("V", "DN")}
        place = into if number == 0 else _child(into, "AdditionalId")
        _child(place, "Id", ident.findtext(f"{{{MSGHEAD}}}Id", ""))
        _child(place, "TypeId" if number == 0 else "Type", **words)


def _child(parent: etree._Element, name: str, text: str | None = None, **attributes: str) -> etree._Element:
    made = etree.SubElement(parent, f"{{{APPREC}}}{name}", attributes)
    made.text = text
    return made


def _her_ids(party: etree._Element | None) -> Iterable[int]:
    for ident in party.iter(f"{{{MSGHEAD}}}Ident") if party is not None else ():
        if _attribute(ident, f"{{{MSGHEAD}}}TypeId") == "HER":
            plain = "".join(ident.findtext(f"{{{MSGHEAD}}}Id", "").replace(".", "").split())
            if plain.isdecimal():
                yield int(plain)


def _attribute(root: etree._Element, path: str, name: str = "V") -> str:
    found = root.find(path)
    return found.get(name, "") if found is not None else ""


def _root(document: bytes) -> etree._Element:
    try:
        return markup.read(document)
    except Problem as wrong:
        raise Unreadable from wrong
