"""Entries as ebXML registry objects, and back. Pure. Spec: IHE ITI TF-3, 4.2.3; HIS 1169."""

import re
import uuid
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from lxml import etree
from lxml.builder import ElementMaker

from akson.fhir.problem import Problem, ProblemKind
from akson.sharing.documents.codes import ENTERPRISES, NATIONAL_IDS, PROFESSIONALS, Coded
from akson.sharing.documents.entry import Author, Entry, Person
from akson.sharing.documents.xds import names

_R = ElementMaker(namespace=names.RIM, nsmap={"rim": names.RIM})
_TIME = "%Y%m%d%H%M%S"
_GENDERS = {"male": "M", "female": "F"}
_CX = re.compile(r"'?(\d{11})\^\^\^&([0-9.]+)&ISO'?")
_NS = {"rim": names.RIM}


def document(entry: Entry) -> etree._Element:
    """The ExtrinsicObject of one document."""
    person, id = entry.person, entry.entry_uuid
    cx = f"{person.number}^^^&{person.system}&ISO"
    made = _R.ExtrinsicObject(
        *_slots(
            ("creationTime", [_time(entry.created)]),
            ("languageCode", [entry.language]),
            ("serviceStartTime", [_time(entry.started)] if entry.started else []),
            ("serviceStopTime", [_time(entry.ended)] if entry.ended else []),
            ("sourcePatientId", [cx]),
            ("sourcePatientInfo", _patient_info(person, cx)),
            ("hash", [entry.hash]),
            ("size", [str(entry.size)]),
            ("repositoryUniqueId", [entry.repository]),
        ),
        _name(entry.title),
        _author(entry, names.AUTHOR, id),
        *(
            _classified(scheme, code, id)
            for scheme, codes in (
                (names.CLASS, (entry.class_code,)),
                (names.TYPE, (entry.type_code,)),
                (names.FORMAT, (entry.format_code,)),
                (names.FACILITY, (entry.facility,)),
                (names.PRACTICE, (entry.practice,) if entry.practice else ()),
                (names.CONFIDENTIALITY, entry.confidentiality),
            )
            for code in codes
        ),
        _identified(names.PATIENT_ID, cx, "XDSDocumentEntry.patientId", id),
        _identified(names.UNIQUE_ID, entry.unique_id, "XDSDocumentEntry.uniqueId", id),
    )
    return _marked(made, entry, mimeType=entry.media_type.partition(";")[0], objectType=names.STABLE)


def submission_set(entry: Entry) -> etree._Element:
    """The RegistryPackage that the document came in: one for each."""
    id = entry.set_uuid
    cx = f"{entry.person.number}^^^&{entry.person.system}&ISO"
    made = _R.RegistryPackage(
        *_slots(("submissionTime", [_time(entry.created)])),
        _name(entry.title),
        _R.Classification(id=_made_id(id, "set"), classifiedObject=id, classificationNode=names.SET),
        _author(entry, names.SET_AUTHOR, id),
        _classified(names.SET_CONTENT, entry.type_code, id),
        _identified(names.SET_PATIENT_ID, cx, "XDSSubmissionSet.patientId", id),
        _identified(names.SET_UNIQUE_ID, entry.set_unique_id, "XDSSubmissionSet.uniqueId", id),
        _identified(names.SET_SOURCE_ID, entry.repository, "XDSSubmissionSet.sourceId", id),
    )
    return _marked(made, entry, id=id)


def membership(entry: Entry) -> etree._Element:
    """That the set has the document."""
    made = _R.Association(
        *_slots(("SubmissionSetStatus", ["Original"])),
        associationType=names.HAS_MEMBER,
        sourceObject=entry.set_uuid,
        targetObject=entry.entry_uuid,
    )
    return _marked(made, entry, id=_made_id(entry.set_uuid, "member"))


def read(objects: Iterable[etree._Element]) -> list[Entry]:
    """Documents of another community's answer. What is no whole entry is passed over: it could not be got anyway."""
    found = []
    for one in objects:
        if one.tag == f"{{{names.RIM}}}ExtrinsicObject":
            entry = _entry(one)
            if entry is not None:
                found.append(entry)
    return found


def national(text: str) -> tuple[str, str]:
    """(number, OID) of a CX in a query: `'12844290185^^^&2.16.578.1.12.4.1.4.1&ISO'`. Raises INVALID AKS-XDS-006."""
    found = _CX.fullmatch(text.strip())
    if found is None or found[2] not in NATIONAL_IDS:
        raise Problem(ProblemKind.INVALID, "AKS-XDS-006", "The patient id is not a national id as CX.")
    return found[1], found[2]


def time_of(text: str) -> datetime | None:
    """A DTM of HL7 version 2 in UTC; a missing part is its beginning."""
    digits = text.strip()
    if not re.fullmatch(r"\d{4}(\d\d){0,5}", digits):
        return None
    full = digits + "00000101000000"[len(digits) :]
    try:
        return datetime.strptime(full, _TIME).replace(tzinfo=UTC)
    except ValueError:
        return None


def _entry(one: etree._Element) -> Entry | None:
    slots = {
        str(s.get("name")): [v.text or "" for v in s.iterfind("rim:ValueList/rim:Value", _NS)]
        for s in one.iterfind("rim:Slot", _NS)
    }
    ids = {
        str(e.get("identificationScheme")): e.get("value", "")
        for e in one.iterfind("rim:ExternalIdentifier", _NS)
    }

    def coded(scheme: str) -> tuple[Coded, ...]:
        rows = [c for c in one.iterfind("rim:Classification", _NS) if c.get("classificationScheme") == scheme]
        return tuple(
            Coded(
                c.get("nodeRepresentation", ""),
                c.findtext("rim:Slot/rim:ValueList/rim:Value", "", _NS).removeprefix("urn:oid:"),
                _localized(c),
            )
            for c in rows
        )

    def slot(name: str) -> str:
        return next(iter(slots.get(name, ())), "")

    types, classes, formats = coded(names.TYPE), coded(names.CLASS), coded(names.FORMAT)
    facilities, practices = coded(names.FACILITY), coded(names.PRACTICE)
    created, unique_id = time_of(slot("creationTime")), ids.get(names.UNIQUE_ID, "")
    who = _CX.fullmatch(ids.get(names.PATIENT_ID, ""))
    if created is None or not unique_id or not types or not formats or who is None:
        return None
    size = slot("size")
    return Entry(
        unique_id=unique_id,
        title=_localized(one) or types[0].display or "Dokument",
        class_code=classes[0] if classes else types[0],
        type_code=types[0],
        format_code=formats[0],
        confidentiality=coded(names.CONFIDENTIALITY),
        author=_read_author(one),
        created=created,
        media_type=one.get("mimeType") or "application/octet-stream",
        size=int(size) if size.isdecimal() else 0,
        hash=slot("hash"),
        person=Person("", who[1], who[2]),
        home=(one.get("home") or "").removeprefix("urn:oid:"),
        repository=slot("repositoryUniqueId"),
        facility=facilities[0] if facilities else Coded("", ""),
        practice=practices[0] if practices else None,
        started=time_of(slot("serviceStartTime")),
        ended=time_of(slot("serviceStopTime")),
        approved=one.get("status") != names.DEPRECATED,
    )


def _read_author(one: etree._Element) -> Author:
    for c in one.iterfind("rim:Classification", _NS):
        if c.get("classificationScheme") != names.AUTHOR:
            continue
        said = {
            str(s.get("name")): s.findtext("rim:ValueList/rim:Value", "", _NS)
            for s in c.iterfind("rim:Slot", _NS)
        }
        person = said.get("authorPerson", "").split("^")
        place = said.get("authorInstitution", "").split("^")
        name = " ".join(part for part in (*person[2:3], *person[1:2]) if part) or (
            person[0] if len(person) == 1 else ""
        )
        return Author(
            name, person[0] if len(person) > 1 else "", place[0], place[9] if len(place) > 9 else ""
        )
    return Author()


def _localized(one: etree._Element) -> str:
    found = one.find("rim:Name/rim:LocalizedString", _NS)
    return found.get("value", "") if found is not None else ""


def _slots(*told: tuple[str, Sequence[str]]) -> list[etree._Element]:
    return [_R.Slot(_R.ValueList(*map(_R.Value, values)), name=name) for name, values in told if values]


def _name(text: str) -> etree._Element:
    return _R.Name(_R.LocalizedString(value=text))


def _classified(scheme: str, code: Coded, of: str) -> etree._Element:
    system = code.system
    return _R.Classification(
        *_slots(("codingScheme", [system])),
        _name(code.display or code.code),
        id=_made_id(of, scheme, system, code.code),
        classificationScheme=scheme,
        classifiedObject=of,
        nodeRepresentation=code.code,
    )


def _author(entry: Entry, scheme: str, of: str) -> etree._Element:
    author = entry.author
    given, _, family = author.name.rpartition(" ")
    person = f"{author.hpr}^{family}^{given}^^^^^^&{PROFESSIONALS}&ISO" if author.name else ""
    place = f"{author.organisation}^^^^^&{ENTERPRISES}&ISO^^^^{author.number}" if author.organisation else ""
    return _R.Classification(
        *_slots(
            ("authorPerson", [person] if person else []), ("authorInstitution", [place] if place else [])
        ),
        id=_made_id(of, "author"),
        classificationScheme=scheme,
        classifiedObject=of,
        nodeRepresentation="",
    )


def _patient_info(person: Person, cx: str) -> list[str]:
    told = [f"PID-3|{cx}"]
    if person.family or person.given:
        told.append(f"PID-5|{person.family}^{person.given}^^^")
    if person.born:
        told.append(f"PID-7|{person.born.replace('-', '')}")
    return [*told, f"PID-8|{_GENDERS.get(person.gender, 'U')}"]


def _identified(scheme: str, value: str, name: str, of: str) -> etree._Element:
    return _R.ExternalIdentifier(
        _name(name),
        id=_made_id(of, scheme),
        identificationScheme=scheme,
        registryObject=of,
        value=value,
    )


def _marked(made: etree._Element, entry: Entry, *, id: str = "", **more: str) -> etree._Element:
    status = names.APPROVED if entry.approved else names.DEPRECATED
    given = {"id": id or entry.entry_uuid, "home": f"urn:oid:{entry.home}", "status": status, **more}
    for name, value in given.items():
        made.set(name, value)
    return made


def _made_id(of: str, *parts: str) -> str:
    """The same for the same: an id of a part of an object."""
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, '|'.join((of, *parts)))}"


def _time(at: datetime) -> str:
    return at.astimezone(UTC).strftime(_TIME)
