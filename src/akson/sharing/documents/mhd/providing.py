"""ITI-65: a Bundle with documents, checked and turned into wishes to change the record. Pure but for whom it is about.

    List (submission set) · Patient · Binary · DocumentReference   ->   Change("POST", "DocumentReference", …) each

The content is put into its DocumentReference: one resource, one decision, no Binary that could be read by itself.
Spec: MHD 4.2, 3.65; HIS 1169 for the codes.
"""

import base64
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from akson.fhir.problem import Issue, Problem, ProblemKind
from akson.fhir.validation import validate
from akson.record.values import Change
from akson.sharing.documents import codes
from akson.sharing.documents.entry import Person, sha1
from akson.sharing.documents.made import bare_id, decoded
from akson.sharing.documents.reading import identifier, reference

Resource = dict[str, Any]
ENTRIES_MAX = 100
DOCUMENT_BYTES_MAX = 20 * 1024 * 1024
_TAKEN = ("List", "Patient", "Binary", "DocumentReference")
_SYSTEMS = {
    "type": (codes.TYPES,),
    "category": (codes.TYPES,),
    "facilityType": (codes.FACILITIES,),
    "practiceSetting": tuple(f"{codes.CODES}.{number}" for number in ("8653", "8655", "8663", "8651")),
    "securityLabel": (codes.CONFIDENTIALITY, codes.FHIR_CONFIDENTIALITY, codes.ACCESS),
}
"""Element -> systems that HIS 1169, and what is in use beside it, take."""

FindsPerson = Callable[[str, str], Awaitable[Person | None]]
"""(number, OID) -> whom it names, if the one who provides may see her."""


@dataclass(frozen=True, slots=True)
class Provided:
    """What a Bundle asks for. `kinds`: of each of its entries, in its order, to answer them one by one."""

    changes: tuple[Change, ...]
    kinds: tuple[str, ...]


async def provided(bundle: Resource, find: FindsPerson) -> Provided:
    """Raises MALFORMED AKS-DOC-030 (no ITI-65 Bundle), INVALID 031 (metadata, every fault), 032 (the patient)."""
    entries = _entries(bundle)
    by_url = {str(e.get("fullUrl", "")): e["resource"] for e in entries}
    references = [r for r in by_url.values() if r["resourceType"] == "DocumentReference"]
    faults = [fault for n, given in enumerate(references) for fault in _told(given, by_url, n)]
    faults += [i for given in by_url.values() if given not in references for i in _errors(given)]
    if faults or not references:
        raise Problem(
            ProblemKind.INVALID,
            "AKS-DOC-031",
            "The documents are not described as HIS 1169 asks.",
            why=f"{len(faults)} faults." if references else "There is no DocumentReference.",
            issues=faults,
        )
    changes = [await _change(r, by_url, find) for r in references]
    return Provided(tuple(changes), tuple(e["resource"]["resourceType"] for e in entries))


def answered(asked: Provided, places: Sequence[str]) -> Resource:
    """The transaction-response, entry by entry. `places`: `DocumentReference/id` of each change, in order."""
    left = iter(places)
    entries: list[Resource] = []
    for kind in asked.kinds:
        told: Resource = {"status": "200" if kind == "Patient" else "201"}
        if kind == "DocumentReference":
            told["location"] = next(left)
        entries.append({"response": told})
    return {"resourceType": "Bundle", "type": "transaction-response", "entry": entries}


async def _change(given: Resource, by_url: Mapping[str, Resource], find: FindsPerson) -> Change:
    about = _subject(given, by_url)
    number, system = identifier({"identifier": about}, codes.NATIONAL_IDS)
    person = await find(number, system) if number else None
    if person is None:
        raise Problem(
            ProblemKind.INVALID,
            "AKS-DOC-032",
            "The patient of a document is not one that is known here.",
            now="Name her by national id, in the Patient of the Bundle.",
        )
    content = given["content"][0]
    held = by_url[str(content["attachment"]["url"])]
    attachment = {name: value for name, value in content["attachment"].items() if name != "url"}
    attachment |= {"contentType": held.get("contentType"), "data": held.get("data")}
    context = {k: v for k, v in (given.get("context") or {}).items() if k != "sourcePatientInfo"}
    labels = _labels(given)
    kept = {
        **{k: v for k, v in given.items() if k not in ("id", "text", "meta")},
        **({"meta": {"security": labels}} if labels else {}),
        "subject": {"reference": f"Patient/{person.id}"},
        "content": [{**content, "attachment": attachment}],
        **({"context": context} if context else {}),
    }
    master = given["masterIdentifier"]
    same = f"identifier={master.get('system', '')}|{master['value']}"
    return Change("POST", "DocumentReference", resource=kept, body=None, if_none_exist=same)


def replaced(given: Resource) -> tuple[str, ...]:
    """Unique ids or entryUUIDs of what the document takes the place of."""
    return tuple(_target(one) for one in given.get("relatesTo") or [])


def _target(relation: Resource) -> str:
    """What a relation names: by identifier, or by a reference that carries the entryUUID."""
    target = relation.get("target") or {}
    value = str((target.get("identifier") or {}).get("value") or "")
    named = reference(target).removeprefix("DocumentReference/")
    return bare_id(value) or (f"urn:uuid:{named}" if named and not named.startswith("urn:") else named)


def superseded(standing: Resource, id: str, version: int) -> Change:
    """The wish that what stood is marked as replaced, if nobody has changed it meanwhile."""
    kept = {**standing, "status": "superseded"}
    return Change("PUT", "DocumentReference", id=id, resource=kept, if_match=version)


def unknown_target() -> Problem:
    return Problem(
        ProblemKind.INVALID,
        "AKS-DOC-034",
        "What the document replaces is not one that was provided here.",
        now="Name it by its identifier, as ITI-67 shows it.",
    )


def _labels(given: Resource) -> list[Resource]:
    """Labels that decide who may see it: of `securityLabel`, where MHD writes them, and of `meta`."""
    told = [c for concept in given.get("securityLabel") or [] for c in concept.get("coding") or []]
    told += (given.get("meta") or {}).get("security") or []
    return [c for c in told if c.get("code") not in ("N", "HTEST", None)]


def _subject(given: Resource, by_url: Mapping[str, Resource]) -> list[Resource]:
    subject = given.get("subject") or {}
    held = {f"#{c.get('id')}": c for c in given.get("contained") or []}
    target = by_url.get(reference(subject)) or held.get(reference(subject)) or {}
    found = target.get("identifier") or subject.get("identifier") or []
    return found if isinstance(found, list) else [found]


def _entries(bundle: Resource) -> list[Resource]:
    entries = bundle.get("entry")
    right = (
        bundle.get("resourceType") == "Bundle"
        and bundle.get("type") == "transaction"
        and isinstance(entries, list)
        and 0 < len(entries) <= ENTRIES_MAX
        and all(isinstance(e, dict) and isinstance(e.get("resource"), dict) for e in entries)
    )
    if not right or any(e["resource"].get("resourceType") not in _TAKEN for e in entries or []):
        raise Problem(
            ProblemKind.MALFORMED,
            "AKS-DOC-030",
            "This is no Bundle of documents.",
            why=f"It is a transaction of {', '.join(_TAKEN)}, at most {ENTRIES_MAX}; folders are not kept here.",
        )
    assert isinstance(entries, list)
    return entries


def _told(given: Resource, by_url: Mapping[str, Resource], number: int) -> list[Issue]:
    """Every fault of one DocumentReference: what HIS 1169 asks, and what FHIR does."""
    wrong = _errors(given)
    try:
        return [*_faults(given, by_url, number), *wrong]
    except (TypeError, AttributeError, KeyError):
        # Of no shape that can be read: FHIR's own faults say where.
        return wrong or [Issue("structure", "It is not readable.", f"DocumentReference[{number}]")]


def _errors(given: Resource) -> list[Issue]:
    return [issue for issue in validate(given) if issue.severity in ("error", "fatal")]


def _faults(given: Resource, by_url: Mapping[str, Resource], number: int) -> list[Issue]:
    path = f"DocumentReference[{number}]"
    found = [
        Issue("required", f"{name} is missing.", f"{path}.{name}")
        for name in ("masterIdentifier", "status", "type", "category", "subject", "author", "securityLabel")
        if not given.get(name)
    ]
    context = given.get("context") or {}
    concepts = {
        "type": [given.get("type")],
        "category": given.get("category") or [],
        "securityLabel": given.get("securityLabel") or [],
        "facilityType": [context.get("facilityType")],
        "practiceSetting": [context.get("practiceSetting")],
    }
    if not context.get("facilityType"):
        found.append(Issue("required", "facilityType is missing.", f"{path}.context.facilityType"))
    for name, told in concepts.items():
        found += _wrong_systems(name, [c for c in told if c], path)
    if any(one.get("code") != "replaces" or not _target(one) for one in given.get("relatesTo") or []):
        text = "A document may replace another, which target names by identifier or entryUUID; nothing else."
        found.append(Issue("not-supported", text, f"{path}.relatesTo"))
    return [*found, *_content_faults(given, by_url, path)]


def _wrong_systems(name: str, concepts: Sequence[Resource], path: str) -> list[Issue]:
    taken = _SYSTEMS[name]
    wrong = [
        coding.get("system")
        for concept in concepts
        for coding in concept.get("coding") or [{}]
        if str(coding.get("system", "")).removeprefix("urn:oid:") not in taken or not coding.get("code")
    ]
    return [
        Issue("code-invalid", f"{name} is coded in a system that is not taken here.", f"{path}.{name}")
        for _ in wrong
    ]


def _content_faults(given: Resource, by_url: Mapping[str, Resource], path: str) -> list[Issue]:
    contents = given.get("content") or []
    if len(contents) != 1 or not isinstance(contents[0].get("attachment"), dict):
        return [Issue("required", "A document has exactly one content.", f"{path}.content")]
    attachment = contents[0]["attachment"]
    at = f"{path}.content.attachment"
    held = by_url.get(str(attachment.get("url", "")))
    if held is None or held["resourceType"] != "Binary" or not held.get("data"):
        return [Issue("not-found", "The Binary that url names is not in the Bundle.", f"{at}.url")]
    content = decoded(held["data"])
    found = []
    if len(content) > DOCUMENT_BYTES_MAX:
        found.append(Issue("too-long", f"A document is at most {DOCUMENT_BYTES_MAX} bytes.", at))
    if attachment.get("contentType") not in (None, held.get("contentType")):
        found.append(Issue("value", "contentType is not that of the Binary.", f"{at}.contentType"))
    if attachment.get("size") not in (None, len(content)):
        found.append(Issue("value", "size is not that of the content.", f"{at}.size"))
    if attachment.get("hash") not in (None, base64.b64encode(bytes.fromhex(sha1(content))).decode()):
        found.append(Issue("value", "hash is not that of the content.", f"{at}.hash"))
    return found


def same_content(given: Resource, standing: Resource) -> bool:
    """Whether what stands under the unique id is what was provided, of the same patient: the same again."""
    if reference(given.get("subject")) != reference(standing.get("subject")):
        return False
    one, other = (
        decoded((next(iter(r.get("content") or []), {})).get("attachment", {}).get("data"))
        for r in (given, standing)
    )
    return one == other


def conflicting(unique_id: str) -> Problem:
    return Problem(
        ProblemKind.CONFLICT,
        "AKS-DOC-033",
        "Another document stands under this unique id.",
        why=f"A unique id names one content for ever ({len(bare_id(unique_id))} characters).",
    )
