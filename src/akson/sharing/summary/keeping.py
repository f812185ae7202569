"""Summaries that were taken in: a DocumentReference with the bytes, and the medicines as a source's list.

    taken = await take_in(session, "astrid", data)      Taken("DocumentReference/9f…", new=True)
    for one in await held(session, "astrid"): …         newest first, each with its bytes

Everything goes through the RecordSession of the one who took it in. How it is shown does not belong here (docs/adr/0249).
"""

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime

from akson.fhir.codec import json
from akson.fhir.problem import Problem, ProblemKind
from akson.fhir.search.query import Query, ReferenceValue, Term, TokenValue
from akson.fhir.validation import validate
from akson.record.session import RecordSession
from akson.record.values import Change
from akson.sharing.summary import codes, narrative
from akson.sharing.summary.choosing import MEDICATION_LIST
from akson.sharing.summary.entries import turned
from akson.sharing.summary.reading import Resource, reference
from akson.sharing.summary.received import Received, differs, read, says_none, says_nothing

MEDIA_TYPE = "application/fhir+json"
HELD_MAX = 100
MEDICINES_MAX = 200
SOURCE = "https://akson.no/fhir/StructureDefinition/medication-source"
"""As `care.medication.sources` reads it, with the value `abroad`."""
ABROAD = "abroad"
LISTS = "https://akson.no/fhir/NamingSystem/patient-summary"
_UNNAMED = "Ukjent avsender"
_OURS_TO_SAY = ("meta", "text", "subject", "derivedFrom", "contained", "medicationReference")
"""Of a statement that is put into a list here: whose it is and what it rests on, we know."""


@dataclass(frozen=True, slots=True)
class Taken:
    reference: str
    new: bool
    """False: the same stood here already, and nothing was changed."""


@dataclass(frozen=True, slots=True)
class Held:
    id: str
    received_at: str
    """FHIR instant."""
    data: bytes
    received: Received


async def take_in(session: RecordSession, patient: str, data: bytes) -> Taken:
    """Raises what `read` raises; INVALID AKS-SUMMARY-003 (another person), CONFLICT 004 (another content under its id)."""
    received = read(data)
    ours = json.parse((await session.read("Patient", patient)).body or b"{}")
    if differs(received, ours):
        raise Problem(
            ProblemKind.INVALID,
            "AKS-SUMMARY-003",
            "The summary is about another person.",
            why="The national id, or name and date of birth, are not those of the patient. Nothing was stored.",
            now="Open the right patient, or ask the sender.",
        )
    made = await session.commit(_changes(received, data, patient, session))
    standing = json.parse(made[0].version.body or b"{}")
    new = made[0].outcome == "created"
    if not new and _content(standing) != data:
        raise Problem(
            ProblemKind.CONFLICT,
            "AKS-SUMMARY-004",
            "Another summary stands under this identifier.",
            why="An identifier names one content for ever. Nothing was changed.",
            now="Ask the sender for the summary anew.",
        )
    return Taken(f"DocumentReference/{standing['id']}", new)


async def held(session: RecordSession, patient: str) -> tuple[Held, ...]:
    """Those that the reader may see, newest first. None for a role that never sees documents: it is not asked."""
    if not session.may("search", "DocumentReference"):
        return ()
    terms = (
        Term("patient", "reference", None, (ReferenceValue("Patient", patient),)),
        Term("type", "token", None, (TokenValue(codes.LOINC, codes.SUMMARY),)),
    )
    page = await session.search(Query("DocumentReference", terms, count=HELD_MAX))
    found = [one for v in page.matches if (one := _held(json.parse(v.body or b"{}"))) is not None]
    return tuple(sorted(found, key=lambda one: (one.received.made, one.id), reverse=True))


def _held(document: Resource) -> Held | None:
    """None for one that was withdrawn, or is no summary that can be read: it stands among the documents all the same."""
    if document.get("status") != "current":
        return None
    data = _content(document)
    try:
        received = read(data)
    except Problem:
        return None
    return Held(str(document["id"]), str(document.get("date") or ""), data, received)


def _content(document: Resource) -> bytes:
    contents: list[Resource] = document.get("content") or []
    attachment: Resource = (contents[0] if contents else {}).get("attachment") or {}
    return base64.b64decode(str(attachment.get("data") or ""))


def _changes(received: Received, data: bytes, patient: str, session: RecordSession) -> list[Change]:
    document = _document(received, data, patient, session)
    same = f"identifier={received.system}|{received.value}&patient=Patient/{patient}"
    changes = [
        Change(
            "POST", "DocumentReference", resource=document, full_url="urn:uuid:document", if_none_exist=same
        )
    ]
    listed = _medicines(received, patient)
    if listed is not None:
        once = f"identifier={LISTS}|{_mark(received)}&patient=Patient/{patient}"
        changes.append(Change("POST", "List", resource=listed, if_none_exist=once))
    return changes


def _document(received: Received, data: bytes, patient: str, session: RecordSession) -> Resource:
    return {
        "resourceType": "DocumentReference",
        "masterIdentifier": {
            **({"system": received.system} if received.system else {}),
            "value": received.value,
        },
        "status": "current",
        "type": codes.concept("Pasientsammendrag", (codes.LOINC, codes.SUMMARY, "Patient summary Document")),
        "subject": {"reference": f"Patient/{patient}"},
        "date": session.at.isoformat(timespec="seconds"),
        "author": [{"display": received.source or _UNNAMED}],
        "description": received.title,
        "content": [
            {
                "attachment": {
                    "contentType": MEDIA_TYPE,
                    **({"language": received.language} if received.language else {}),
                    "data": base64.b64encode(data).decode("ascii"),
                    "size": len(data),
                    "hash": base64.b64encode(hashlib.sha1(data).digest()).decode("ascii"),  # noqa: S324 (as FHIR asks)
                    "title": received.title,
                    **({"creation": received.made} if _is_instant(received.made) else {}),
                }
            }
        ],
    }


def _mark(received: Received) -> str:
    return hashlib.sha256(f"{received.system}|{received.value}".encode()).hexdigest()[:32]


def _is_instant(text: str) -> bool:
    try:
        return bool(datetime.fromisoformat(text))
    except ValueError:
        return False


def _medicines(received: Received, patient: str) -> Resource | None:
    """Its medicines as a source's list. None when it says nothing of them: an empty list would be read as an answer."""
    sections = [s for s in received.sections if s.code == MEDICATION_LIST]
    told = [
        r
        for s in sections
        for r in s.entries
        if r.get("resourceType") in ("MedicationStatement", "MedicationRequest")
    ]
    lines = [r for r in told if not says_none(r) and not says_nothing(r)][:MEDICINES_MAX]
    none, not_asked = any(map(says_none, told)), any(codes.NOT_ASKED in s.reasons for s in sections)
    if not lines and not none and not not_asked:
        return None
    contained: list[Resource] = []
    for number, line in enumerate(lines, start=1):
        contained += _line(line, received, patient, number)
    why = "nilknown" if none else codes.NOT_ASKED
    reason = {} if lines else {"emptyReason": {"coding": [{"system": codes.EMPTY_REASON, "code": why}]}}
    entries = (
        {"entry": [{"item": {"reference": f"#s{n}"}} for n in range(1, len(lines) + 1)]} if lines else {}
    )
    return {
        "resourceType": "List",
        "extension": [{"url": SOURCE, "valueCode": ABROAD}],
        "identifier": [{"system": LISTS, "value": _mark(received)}],
        "status": "current",
        "mode": "snapshot",
        "title": f"Pasientsammendrag fra {received.source or _UNNAMED.lower()}",
        "code": {"coding": [{"system": codes.LOINC, "code": MEDICATION_LIST}]},
        "subject": {"reference": f"Patient/{patient}"},
        **({"date": received.made} if _is_instant(received.made) else {}),
        "source": {"display": received.source or _UNNAMED},
        **({"contained": contained} if contained else {}),
        **entries,
        **reason,
    }


def _line(line: Resource, received: Received, patient: str, number: int) -> list[Resource]:
    """The statement as it was told, with its Medication, inside the list. What R4 would not take is told in words."""
    drug = received.known.get(reference(line.get("medicationReference"))) or {}
    kept = {name: value for name, value in line.items() if name not in _OURS_TO_SAY}
    statement = turned(_as_statement(kept), {}) | {
        "resourceType": "MedicationStatement",
        "id": f"s{number}",
        "subject": {"reference": f"Patient/{patient}"},
        "informationSource": {"display": received.source or _UNNAMED},
        "derivedFrom": [{"reference": "urn:uuid:document"}],
    }
    inside: list[Resource] = []
    if drug:
        plain = {n: v for n, v in drug.items() if n not in ("meta", "text", "contained", "manufacturer")}
        inside = [turned(plain, {}) | {"id": f"m{number}"}]
        statement["medicationReference"] = {"reference": f"#m{number}"}
    elif "medicationCodeableConcept" not in statement:
        statement["medicationCodeableConcept"] = {"text": narrative.line(line, received.known)[0]}
    whole = {**statement, **({"contained": inside} if inside else {})}
    return [statement, *inside] if _stands(whole) else [_in_words(line, received, statement)]


def _as_statement(line: Resource) -> Resource:
    """A request says what is to be taken: the same drug and dose, asserted when it was written."""
    if line.get("resourceType") != "MedicationRequest":
        return line
    kept = {
        n: line[n]
        for n in ("identifier", "status", "medicationCodeableConcept", "reasonCode", "note")
        if n in line
    }
    if kept.get("status") not in ("active", "on-hold", "completed", "entered-in-error", "stopped", "unknown"):
        kept["status"] = "unknown"
    return {
        **kept,
        **({"dosage": line["dosageInstruction"]} if line.get("dosageInstruction") else {}),
        **({"dateAsserted": line["authoredOn"]} if line.get("authoredOn") else {}),
    }


def _stands(statement: Resource) -> bool:
    return not [i for i in validate(statement) if i.severity in ("error", "fatal")]


def _in_words(line: Resource, received: Received, statement: Resource) -> Resource:
    what, how, _ = narrative.line(line, received.known)
    named = ("resourceType", "id", "subject", "informationSource", "derivedFrom")
    return {
        **{n: statement[n] for n in named},
        "status": "unknown",
        "medicationCodeableConcept": {"text": what},
        **({"dosage": [{"text": how}]} if how else {}),
    }
