"""A note in the nursing process: observation, assessment, measure, evaluation; from draft to what becomes of it.

    ClinicalImpression(status in-progress) draft -> completed signed -> version 3 corrected -> entered-in-error removed

The parts stand as extensions and, joined, as `summary`, which every reader of FHIR understands. Nothing that was signed is
lost: each change is a new version, and `note` tells who did what, when and why. What leaves a record that it does not
belong to leaves its current version; the versions before are the record officer's to erase.
Spec: https://hl7.org/fhir/R4/clinicalimpression.html. Law: helsepersonelloven §§ 39, 40, 42, 43 and 44.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from akson.care.fhir_json import Resource, display, instant, reference

PART = "https://akson.no/fhir/StructureDefinition/note-part"
LOCKED = "https://akson.no/fhir/StructureDefinition/note-locked"
NEXT_MESSAGE = "https://akson.no/fhir/StructureDefinition/note-in-next-message"
PARTS = {
    "observation": "Observasjon",
    "assessment": "Vurdering",
    "measure": "Tiltak",
    "evaluation": "Evaluering",
}
DRAFT, SIGNED, REMOVED = "in-progress", "completed", "entered-in-error"
LAWS = {
    "correct": "helsepersonelloven § 42 (retting)",
    "remove": "helsepersonelloven § 43 (sletting)",
    "move": "helsepersonelloven § 44 (ført i feil journal)",
}
TEXT_MAX = 10_000


@dataclass(frozen=True, slots=True)
class Note:
    resource: Resource
    parts: Mapping[str, str]
    """By code, in the order of the process; a note that was written elsewhere has its text as observation."""
    status: str
    author: str
    """Reference."""
    author_name: str
    at: datetime | None
    problems: tuple[str, ...]
    locked: bool
    in_next_message: bool
    trail: tuple[Resource, ...]
    """FHIR Annotations, oldest first."""

    @property
    def id(self) -> str:
        return str(self.resource["id"])

    @property
    def version(self) -> int:
        return int((self.resource.get("meta") or {}).get("versionId", 0))

    @property
    def structured(self) -> bool:
        return any(e.get("url") == PART for e in self.resource.get("extension") or [])


def _part(extension: Resource) -> tuple[str, str]:
    inner = {e.get("url"): e for e in extension.get("extension") or []}
    return str((inner.get("part") or {}).get("valueCode", "")), str(
        (inner.get("text") or {}).get("valueString", "")
    )


def _has(resource: Resource, url: str) -> bool:
    return any(e.get("url") == url and e.get("valueBoolean") for e in resource.get("extension") or [])


def read(resource: Resource) -> Note:
    given = dict(_part(e) for e in resource.get("extension") or [] if e.get("url") == PART)
    parts = {code: given[code] for code in PARTS if given.get(code)}
    text = str(resource.get("summary") or "")
    return Note(
        resource=resource,
        parts=parts or ({"observation": text} if text else {}),
        status=str(resource.get("status", "")),
        author=reference(resource.get("assessor")),
        author_name=display(resource.get("assessor")),
        at=instant(resource.get("date") or resource.get("effectiveDateTime")),
        problems=tuple(reference(p) for p in resource.get("problem") or []),
        locked=_has(resource, LOCKED),
        in_next_message=_has(resource, NEXT_MESSAGE),
        trail=tuple(resource.get("note") or []),
    )


def signed(resources: Iterable[Resource]) -> list[Resource]:
    """What counts as journal: neither drafts nor what was removed."""
    return [r for r in resources if r.get("status") == SIGNED]


def cleaned(given: Mapping[str, str]) -> dict[str, str]:
    """The parts that something was written in."""
    texts = {code: given.get(code, "").replace("\r\n", "\n").strip()[:TEXT_MAX] for code in PARTS}
    return {code: text for code, text in texts.items() if text}


def _written(parts: Mapping[str, str], *, in_next_message: bool, locked: bool = False) -> Resource:
    extensions: list[Resource] = [
        {
            "url": PART,
            "extension": [{"url": "part", "valueCode": code}, {"url": "text", "valueString": parts[code]}],
        }
        for code in PARTS
        if parts.get(code)
    ]
    extensions += [{"url": NEXT_MESSAGE, "valueBoolean": True}] if in_next_message else []
    extensions += [{"url": LOCKED, "valueBoolean": True}] if locked else []
    one = len([c for c in PARTS if parts.get(c)]) == 1 and "observation" in parts
    told = [parts[c] if one else f"{PARTS[c]}: {parts[c]}" for c in PARTS if parts.get(c)]
    return {
        **({"extension": extensions} if extensions else {}),
        **({"summary": "\n".join(told)} if told else {}),
    }


@dataclass(frozen=True, slots=True)
class Writing:
    """What stands in the form."""

    parts: Mapping[str, str]
    problems: Sequence[str] = ()
    """References of Conditions."""
    supporting: Sequence[str] = ()
    """References of the goals and measures it is linked to."""
    in_next_message: bool = False


def written(
    id: str, patient: Resource, writing: Writing, by: Resource, at: str, *, sign: bool, standing: Resource | None = None
) -> Resource:  # fmt: skip
    """A draft, or the note signed. `standing`: the draft it replaces, with its version."""
    made: Resource = {
        "resourceType": "ClinicalImpression",
        "id": id,
        **({"meta": standing["meta"]} if standing else {}),
        "status": SIGNED if sign else DRAFT,
        "description": "Sykepleienotat",
        "subject": patient,
        "effectiveDateTime": at,
        "date": at,
        "assessor": by,
        **_written(writing.parts, in_next_message=writing.in_next_message),
    }
    if writing.problems:
        made["problem"] = [{"reference": r} for r in writing.problems]
    if writing.supporting:
        made["supportingInfo"] = [{"reference": r} for r in writing.supporting]
    return made


def _without_words(resource: Resource) -> Resource:
    return {
        k: v for k, v in resource.items() if k not in ("extension", "summary", "problem", "supportingInfo")
    }


def corrected(note: Note, writing: Writing, trail: Resource) -> Resource:
    """The note with other words; what stood before is the version before. When it was observed does not change."""
    words = _written(writing.parts, in_next_message=writing.in_next_message, locked=note.locked)
    kept = {k: v for k, v in note.resource.items() if k not in ("extension", "summary")}
    return {**kept, **words, "note": [*note.trail, trail]}


def locked(note: Note, trail: Resource) -> Resource:
    """Nobody changes its words any more."""
    extension = [*(note.resource.get("extension") or []), {"url": LOCKED, "valueBoolean": True}]
    return {**note.resource, "extension": extension, "note": [*note.trail, trail]}


def removed(note: Note, trail: Resource) -> Resource:
    """Out of the journal: the words are gone from what is shown, and stand in the version before."""
    return {**_without_words(note.resource), "status": REMOVED, "note": [*note.trail, trail]}


def moved(note: Note, id: str, patient: Resource, trails: tuple[Resource, Resource]) -> list[Resource]:
    """[the note, out of the wrong record; the same words in the right one]. `trails`: what each of them tells.

    Neither names the other patient: the two share a number, so that the record officer finds them and nobody else does.
    What it was linked to belongs to the wrong record and does not follow.
    """
    there = {k: v for k, v in note.resource.items() if k not in ("meta", "problem", "supportingInfo", "note")}
    return [removed(note, trails[0]), {**there, "id": id, "subject": patient, "note": [trails[1]]}]
