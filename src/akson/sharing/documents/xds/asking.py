"""A stored query as values: which one, about whom, and what it asks of each document. Pure. Spec: ITI TF-2, 3.18.4.1.2.3.7.

A parameter that is not known is refused: what asks for less must not be answered with more.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from lxml import etree

from akson.fhir.problem import Problem, ProblemKind
from akson.sharing.documents.codes import CONFIDENTIALITY
from akson.sharing.documents.made import bare_id
from akson.sharing.documents.wanted import EVER, Codes, Period, Wanted
from akson.sharing.documents.xds import names, rim

_TEXT = re.compile(r"'((?:[^']|'')*)'")
_CODE = re.compile(r"([^\^]*)\^[^\^]*\^([^\^]+)")
VALUES_MAX = 500
_NS = {"rim": names.RIM, "query": names.QUERY}
_CODES = {
    "ClassCode": "classes", "TypeCode": "types", "FormatCode": "formats", "PracticeSettingCode": "practices",
    "HealthcareFacilityTypeCode": "facilities", "ConfidentialityCode": "confidentiality",
}  # fmt: skip
_TIMES = {"CreationTime": "created", "ServiceStartTime": "started", "ServiceStopTime": "ended"}
_HL7 = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
ALL = Wanted(approved=(True, False))


@dataclass(frozen=True, slots=True)
class Question:
    query: str
    """`urn:uuid:…` of the stored query."""
    leaves: bool
    """Whole objects; else only their ids."""
    patient: tuple[str, str] | None
    """(number, OID)."""
    wanted: tuple[Wanted, ...]
    """All of them must hold."""
    sets: tuple[str, ...] = ()
    """Submission sets that are named, by entryUUID or uniqueId."""
    home: str = ""

    def holds(self, entry: object) -> bool:
        return all(w.holds(entry) for w in self.wanted)  # type: ignore[arg-type]


def question(body: etree._Element) -> Question:
    """Raises MALFORMED AKS-XDS-002, INVALID 006 (patient), 007 (a parameter), UNSUPPORTED 008 (the query)."""
    query = body.find("rim:AdhocQuery", _NS)
    option = body.find("query:ResponseOption", _NS)
    if body.tag != f"{{{names.QUERY}}}AdhocQueryRequest" or query is None:
        raise Problem(ProblemKind.MALFORMED, "AKS-XDS-002", "The body is no AdhocQueryRequest.")
    id = query.get("id", "")
    read = _READERS.get(id)
    if read is None:
        raise Problem(ProblemKind.UNSUPPORTED, "AKS-XDS-008", "This stored query is not offered.")
    slots: dict[str, list[list[str]]] = {}
    for slot in query.iterfind("rim:Slot", _NS):
        values = [v.text or "" for v in slot.iterfind("rim:ValueList/rim:Value", _NS)]
        slots.setdefault(slot.get("name", ""), []).append(values[:VALUES_MAX])
    leaves = option is None or option.get("returnType", "LeafClass") == "LeafClass"
    home = (query.get("home") or "").removeprefix("urn:oid:")
    return replace(read(id, slots), leaves=leaves, home=home)


def _find_documents(id: str, slots: Mapping[str, list[list[str]]]) -> Question:
    patient, further = None, [Wanted()]
    given: dict[str, object] = {}
    for slot, lists in slots.items():
        name = slot.removeprefix("$XDSDocumentEntry")
        time = next((t for t in _TIMES if name in (f"{t}From", f"{t}To")), "")
        if name == "PatientId":
            patient = rim.national(_first(lists))
        elif name == "Status":
            given["approved"] = _approved(lists)
        elif name in _CODES:
            # Values of one slot are OR, slots of one name are AND.
            given[_CODES[name]] = _codes(lists[0])
            further += [replace(ALL, **{_CODES[name]: _codes(more)}) for more in lists[1:]]  # type: ignore[arg-type]
        elif time:
            field = _TIMES[time]
            known = given.get(field, EVER)
            assert isinstance(known, Period)
            at = rim.time_of(_first(lists))
            if at is None:
                raise _odd(slot)
            given[field] = replace(known, **({"since": at} if name.endswith("From") else {"before": at}))  # type: ignore[arg-type]
        elif name == "AuthorPerson":
            given["author"] = _texts(lists[0])[0].strip("%").replace("%", " ") if _texts(lists[0]) else ""
        elif name == "Type":
            if names.STABLE not in _texts(lists[0]):
                given["unique_ids"] = ("",)
        else:
            raise _odd(slot)
    if patient is None or "approved" not in given:
        raise _odd("$XDSDocumentEntryPatientId, $XDSDocumentEntryStatus")
    return Question(id, True, patient, (Wanted(**given), *further[1:]))  # type: ignore[arg-type]


def _find_others(id: str, slots: Mapping[str, list[list[str]]]) -> Question:
    """FindSubmissionSets, FindFolders, GetAll: of one patient, by status."""
    patient, approved = None, (True,)
    for slot, lists in slots.items():
        if slot in ("$XDSSubmissionSetPatientId", "$XDSFolderPatientId", "$patientId"):
            patient = rim.national(_first(lists))
        elif slot.endswith("Status"):
            approved = _approved(lists)
        else:
            raise _odd(slot)
    if patient is None:
        raise _odd("patientId")
    return Question(id, True, patient, (Wanted(approved=approved),))


def _get(id: str, slots: Mapping[str, list[list[str]]]) -> Question:
    """Get…: documents or submission sets by entryUUID or uniqueId."""
    wanted, sets = ALL, ()
    for slot, lists in slots.items():
        texts = tuple(t for values in lists for t in _texts(values))
        match slot:
            case "$XDSDocumentEntryEntryUUID" | "$uuid":
                wanted = replace(wanted, entry_uuids=texts)
                sets = texts if id in (names.GET_SETS, names.GET_ASSOCIATIONS) else sets
            case "$XDSDocumentEntryUniqueId":
                wanted = replace(wanted, unique_ids=tuple(map(bare_id, texts)))
            case "$XDSSubmissionSetEntryUUID" | "$XDSSubmissionSetUniqueId":
                sets = tuple(map(bare_id, texts)) if slot.endswith("UniqueId") else texts
            case "$XDSFolderEntryUUID" | "$XDSFolderUniqueId" | "$homeCommunityId":
                pass
            case "$AssociationTypes":
                pass
            case _:
                raise _odd(slot)
    return Question(id, True, None, (wanted,), sets)


_READERS: dict[str, Callable[[str, Mapping[str, list[list[str]]]], Question]] = {
    names.FIND_DOCUMENTS: _find_documents,
    names.FIND_SETS: _find_others,
    names.FIND_FOLDERS: _find_others,
    names.GET_ALL: _find_others,
    **dict.fromkeys(
        (
            names.GET_DOCUMENTS,
            names.GET_FOLDERS,
            names.GET_ASSOCIATIONS,
            names.GET_DOCUMENTS_AND_ASSOCIATIONS,
            names.GET_SETS,
            names.GET_SET_AND_CONTENTS,
            names.GET_FOLDER_AND_CONTENTS,
            names.GET_FOLDERS_FOR_DOCUMENT,
            names.GET_RELATED,
        ),
        _get,
    ),
}


def _texts(values: list[str]) -> list[str]:
    """`('a','b')` and `'a'` -> a, b."""
    return [found.replace("''", "'") for value in values for found in _TEXT.findall(value)]


def _first(lists: list[list[str]]) -> str:
    value = next(iter(lists[0]), "") if lists else ""
    return value.strip().strip("()").strip("'")


def _approved(lists: list[list[str]]) -> tuple[bool, ...]:
    told = _texts(lists[0])
    return tuple(is_so for word, is_so in ((names.APPROVED, True), (names.DEPRECATED, False)) if word in told)


def _codes(values: list[str]) -> Codes:
    found = []
    for text in _texts(values):
        parts = _CODE.fullmatch(text)
        if parts is None:
            raise _odd("a code")
        system = parts[2].removeprefix("urn:oid:")
        found.append((parts[1], CONFIDENTIALITY if system == _HL7 else system))
    return tuple(found)


def _odd(slot: str) -> Problem:
    return Problem(
        ProblemKind.INVALID,
        "AKS-XDS-007",
        "A parameter of the query is missing, not known, or not readable.",
        why=f"It is {slot[:60]}.",
    )
