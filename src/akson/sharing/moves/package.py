"""What the receiving nurse needs before she arrives, and nothing more: chosen, cleaned and sealed by a digest. Pure.

    package = packed(patient, found, parts, now)     Package(person='13816099990', graded=False, resources=(…))
    package.body                                     bytes that are sent, the same at every try
    read(body)                                       the same Package at the other side

`found` is what the sender herself may read. Of that, everything that carries a label of its own is left out too: what the
citizen has closed, what is held back, what a shared plan holds. The package does not tell that something was.
Identity leaves by number, name, birth date and sex; an address never (it is the old one), and of a person whose address is
protected neither telephone nor next of kin.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, TypeAlias

from akson.access.redactions import GRADES, UNGRADED
from akson.fhir.codec import json
from akson.fhir.problem import Problem, ProblemKind

Resource: TypeAlias = dict[str, Any]
NUMBER_SYSTEMS = ("urn:oid:2.16.578.1.12.4.1.4.1", "urn:oid:2.16.578.1.12.4.1.4.2")
PACKAGE_BYTES_MAX = 512 * 1024
RECENT = timedelta(days=14)
NOTES_MAX = 10
EACH_MEASURE_MAX = 3
PERSON = "urn:uuid:person"
"""Whom everything in the package is about."""
_ORDINARY = frozenset({"U", "L", "M", "N"})
"""Labels of confidentiality that close nothing (https://hl7.org/fhir/R4/v3/Confidentiality/vs.html)."""
TASK_OPEN = frozenset({"requested", "received", "accepted", "ready", "in-progress", "on-hold"})
_NOT_WORK = frozenset(
    {"emergency-review", "self-declared-review", "lifted-review", "message-review", "move-out", "move-in"}
)


class Part(StrEnum):
    CRITICAL = "critical"
    MEDICATION = "medication"
    PROBLEMS = "problems"
    PLAN = "plan"
    SERVICES = "services"
    CONTACTS = "contacts"
    TASKS = "tasks"
    MEASUREMENTS = "measurements"
    NOTES = "notes"


TYPES: Mapping[Part, tuple[str, ...]] = {
    Part.CRITICAL: ("AllergyIntolerance", "Flag"),
    Part.MEDICATION: ("MedicationStatement",),
    Part.PROBLEMS: ("Condition",),
    Part.PLAN: ("CarePlan", "Goal"),
    Part.SERVICES: ("ServiceRequest",),
    Part.CONTACTS: ("RelatedPerson",),
    Part.TASKS: ("Task",),
    Part.MEASUREMENTS: ("Observation",),
    Part.NOTES: ("ClinicalImpression",),
}
PART_OF = {type: part for part, types in TYPES.items() for type in types}
ALWAYS = (Part.CRITICAL, Part.MEDICATION)
"""Without these nobody may be received."""


@dataclass(frozen=True, slots=True)
class Package:
    person: str
    """National id (11 digits)."""
    graded: bool
    """Her address is protected in the national register."""
    resources: tuple[Resource, ...]
    """The Patient first. References are `urn:uuid:…` within the package, or a name alone."""

    @property
    def body(self) -> bytes:
        entries = [
            {"fullUrl": PERSON if r["resourceType"] == "Patient" else _url(r["id"]), "resource": _bare(r)}
            for r in self.resources
        ]
        return json.encode({"resourceType": "Bundle", "type": "collection", "entry": entries})

    @property
    def digest(self) -> str:
        return digest_of(self.body)

    def part(self, part: Part) -> tuple[Resource, ...]:
        return tuple(r for r in self.resources if PART_OF.get(r["resourceType"]) is part)

    @property
    def patient(self) -> Resource:
        return self.resources[0]


def digest_of(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def packed(
    patient: Resource,
    found: Iterable[Resource],
    parts: Iterable[Part],
    now: datetime,
    *,
    graded: bool,
    drugs: Mapping[str, Resource] | None = None,
) -> Package:
    """`drugs`: Medication by reference, of the statements that point to one.

    Raises Problem PRECONDITION AKS-MOVE-010 for one without a number, TOO_LARGE AKS-MOVE-011."""
    number = number_of(patient)
    if not number:
        raise Problem(
            ProblemKind.PRECONDITION,
            "AKS-MOVE-010",
            "Pasienten har ikke fødselsnummer eller D-nummer her, og den andre kommunen kan ikke vite hvem det gjelder.",
            now="Før inn nummeret, eller send opplysningene på en annen måte.",
        )
    wanted = frozenset(parts) | frozenset(ALWAYS)
    if graded:
        wanted -= {Part.CONTACTS}
    kept = needed([r for r in found if PART_OF.get(r["resourceType"]) in wanted], now)
    urls = {f"{r['resourceType']}/{r['id']}": _url(r["id"]) for r in kept}
    urls[f"Patient/{patient['id']}"] = PERSON
    package = Package(
        number,
        graded,
        (_person(patient, graded), *(_cleaned(_with_drug(r, drugs or {}), urls) for r in kept)),
    )
    if len(package.body) > PACKAGE_BYTES_MAX:
        raise Problem(
            ProblemKind.TOO_LARGE,
            "AKS-MOVE-011",
            "Pakken er for stor til å sendes.",
            now="Velg bort notater eller målinger.",
        )
    return package


def needed(found: Iterable[Resource], now: datetime) -> list[Resource]:
    """Of all that was read, what is in force or recent, and carries no label that closes it."""
    open_to_all = [r for r in found if not closed(r)]
    current = [r for r in open_to_all if _current(r, now)]
    notes = _newest([r for r in current if r["resourceType"] == "ClinicalImpression"])[:NOTES_MAX]
    measured: list[Resource] = []
    for one in _newest([r for r in current if r["resourceType"] == "Observation"]):
        code = _words(one.get("code"))
        if sum(_words(m.get("code")) == code for m in measured) < EACH_MEASURE_MAX:
            measured.append(one)
    rest = [r for r in current if r["resourceType"] not in ("ClinicalImpression", "Observation")]
    order = list(PART_OF)
    return sorted((*rest, *measured, *notes), key=lambda r: order.index(r["resourceType"]))


def closed(resource: Resource) -> bool:
    labels = (resource.get("meta") or {}).get("security") or ()
    return any(label.get("code") not in _ORDINARY for label in labels)


def _current(resource: Resource, now: datetime) -> bool:
    type, status = resource["resourceType"], str(resource.get("status", ""))
    if type in ("AllergyIntolerance", "Condition"):
        refuted = _code(resource.get("verificationStatus")) in ("refuted", "entered-in-error")
        gone = _code(resource.get("clinicalStatus")) in ("inactive", "resolved", "remission")
        return not refuted and not gone
    if type == "Task":
        codes = {c.get("code") for c in (resource.get("code") or {}).get("coding") or ()}
        return status in TASK_OPEN and not codes & _NOT_WORK
    if type == "RelatedPerson":
        return resource.get("active", True) is not False
    if type == "Goal":
        return resource.get("lifecycleStatus") in ("planned", "accepted", "active", "on-hold")
    if type == "ServiceRequest":
        return status in ("active", "on-hold") and resource.get("intent") == "order"
    if type == "Observation":
        return status in ("final", "amended", "corrected") and _recent(resource, now)
    if type == "ClinicalImpression":
        return status == "completed" and _recent(resource, now)
    return status in ("active", "intended")


def _recent(resource: Resource, now: datetime) -> bool:
    at = _at(resource)
    return at is not None and now - RECENT <= at <= now


def _newest(some: Sequence[Resource]) -> list[Resource]:
    never = datetime.min.replace(tzinfo=UTC)
    return sorted(some, key=lambda r: _at(r) or never, reverse=True)


def _at(resource: Resource) -> datetime | None:
    stated = resource.get("effectiveDateTime") or resource.get("date") or resource.get("issued")
    try:
        at = datetime.fromisoformat(str(stated))
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def number_of(patient: Resource) -> str:
    found = [
        i for i in patient.get("identifier") or () if i.get("system") in NUMBER_SYSTEMS and i.get("value")
    ]
    return str(found[0]["value"]) if found else ""


def _person(patient: Resource, graded: bool) -> Resource:
    told = ("name", "birthDate", "gender", "communication", *(() if graded else ("telecom",)))
    return {
        "resourceType": "Patient",
        "id": "person",
        **({"meta": {"security": [{"system": GRADES, "code": "STRENGT_FORTROLIG"}]}} if graded else {}),
        "identifier": [i for i in patient.get("identifier") or () if i.get("system") in NUMBER_SYSTEMS],
        **{name: patient[name] for name in told if name in patient},
    }


def _with_drug(statement: Resource, drugs: Mapping[str, Resource]) -> Resource:
    """What is taken by its code and name in the line itself: the line travels alone."""
    pointer = statement.get("medicationReference")
    if not pointer:
        return statement
    inside = {f"#{c['id']}": c for c in statement.get("contained") or () if c.get("id")}
    drug = {**drugs, **inside}.get(str(pointer.get("reference")), {})
    code = drug.get("code") or {"text": pointer.get("display") or "Uten navn"}
    kept = {k: v for k, v in statement.items() if k not in ("medicationReference", "contained")}
    return {**kept, "medicationCodeableConcept": code}


def _cleaned(resource: Resource, urls: Mapping[str, str]) -> Resource:
    """Its own id in the package, no meta, and no reference that leads out of it."""
    kept = {k: v for k, v in resource.items() if k not in ("meta", "id", "text")}
    if resource["resourceType"] == "RelatedPerson":
        kept.pop("address", None)
    cleaned = _rewritten(kept, urls)
    assert isinstance(cleaned, dict)
    return {**cleaned, "id": resource["id"]}


def _rewritten(value: Any, urls: Mapping[str, str]) -> Any:
    """None for a reference that leads out and has no name: whoever holds it leaves it out."""
    if isinstance(value, list):
        return [kept for one in value if (kept := _rewritten(one, urls)) is not None] or None
    if not isinstance(value, dict):
        return value
    leads = value.get("reference")
    if isinstance(leads, str) and not leads.startswith("#"):
        if leads in urls:
            return {"reference": urls[leads], **({"display": value["display"]} if "display" in value else {})}
        return {"display": value["display"]} if value.get("display") else None
    return {k: kept for k, v in value.items() if (kept := _rewritten(v, urls)) is not None} or None


def _url(id: str) -> str:
    return f"urn:uuid:{id}"


def _bare(resource: Resource) -> Resource:
    return {k: v for k, v in resource.items() if k != "id"}


def _code(concept: Resource | None) -> str:
    return next((str(c.get("code")) for c in (concept or {}).get("coding") or ()), "")


def _words(concept: Resource | None) -> str:
    return str((concept or {}).get("text") or _code(concept))


def read(body: bytes) -> Package:
    """Raises Problem INVALID AKS-MOVE-012 for what is no package of this contract."""
    try:
        if len(body) > PACKAGE_BYTES_MAX:
            raise ValueError
        entries = json.parse(body)["entry"]
        resources = [{**e["resource"], "id": str(e["fullUrl"]).removeprefix("urn:uuid:")} for e in entries]
        patient, *rest = resources
        number = number_of(patient)
        if (
            patient["resourceType"] != "Patient"
            or len(number) != 11
            or any(r["resourceType"] not in PART_OF for r in rest)
        ):
            raise ValueError
    except (Problem, ValueError, KeyError, TypeError, AttributeError) as wrong:
        raise Problem(
            ProblemKind.INVALID, "AKS-MOVE-012", "The package cannot be read.", now="Send it as it was made."
        ) from wrong
    return Package(number, _graded(patient), tuple(resources))


def _graded(patient: Resource) -> bool:
    labels = (patient.get("meta") or {}).get("security") or ()
    return any(label.get("system") == GRADES and label.get("code") != UNGRADED for label in labels)
