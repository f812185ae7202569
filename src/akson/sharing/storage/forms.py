"""In which form a resource stands at a central node: whole, as little as the judgement needs, or not at all. Pure.

    kind carried                          whole
    not carried, gives facts              skeleton: what `record.facts` reads and FHIR demands, marked SUBSETTED
    not carried, names organisations …    whole: it is about no patient, and care relations point at it
    anything else                         not at all
    of a citizen who said no to central   not at all, not even the skeleton

So the same rules find the same facts at the central node, and no more of her than they need. A Consent travels whole: what
she has closed is its content.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from akson.access.facts import Relation
from akson.fhir.codec import json
from akson.record.facts import GIVING
from akson.sharing.classes import SharedClass
from akson.sharing.storage.sides import GONE, Stand
from akson.sharing.storage.switch import Placement

REFERENCE = (
    "HealthcareService",
    "Location",
    "Medication",
    "Organization",
    "Practitioner",
    "PractitionerRole",
)
"""About no patient: who works where, and what medicines are called."""
JUDGED = ("Patient", *sorted(GIVING - {"Patient"}))
"""Types that the judgement rests on; they travel as soon as any kind does."""
SUBSETTED = {"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "code": "SUBSETTED"}
_KEPT: dict[str, tuple[str, ...]] = {
    "Appointment": ("status", "participant", "start", "end"),
    "CareTeam": ("status", "category", "subject", "participant", "period"),
    "Communication": ("status", "subject", "recipient", "received"),
    "Encounter": ("status", "class", "subject", "serviceProvider", "participant", "period"),
    "EpisodeOfCare": ("status", "patient", "managingOrganization", "period"),
    "Patient": ("identifier", "birthDate", "address", "generalPractitioner", "link"),
    "RelatedPerson": ("identifier", "active", "patient", "relationship", "address", "period"),
    "ServiceRequest": ("status", "intent", "subject", "performer", "requester"),
    "Task": ("status", "intent", "for", "owner", "code"),
}
_FOR_PEOPLE = frozenset({"display", "text"})
_OWN_META = frozenset({"versionId", "lastUpdated"})


def form(stand: Stand, placements: Mapping[SharedClass, Placement]) -> Stand | None:
    """How it is to stand at the central node; None: not at all."""
    carried = {kind for kind, placement in placements.items() if placement.carried}
    if not carried or not stand.choice.central:
        return None
    if stand.kind in carried or stand.key.type in (*REFERENCE, "Consent"):
        return stand
    if stand.key.type not in JUDGED:
        return None
    if stand.body is None:
        return None
    body = skeleton(stand.body)
    return replace(stand, body=body, digest=digest(body, stand.relations), whole=False)


def skeleton(body: bytes) -> bytes:
    """What facts are read from, and what FHIR demands of the type. No words for people, no clinical element."""
    whole = json.parse(body)
    kept = {name: _bare(whole[name]) for name in _KEPT[whole["resourceType"]] if name in whole}
    security = (whole.get("meta") or {}).get("security")
    meta: dict[str, Any] = {"tag": [SUBSETTED]} | ({"security": security} if security else {})
    return json.encode({"resourceType": whole["resourceType"], "id": whole["id"], "meta": meta, **kept})


def is_skeleton(body: bytes) -> bool:
    return b'"SUBSETTED"' in body and SUBSETTED in (json.parse(body).get("meta") or {}).get("tag", ())


def travelling(body: bytes) -> bytes:
    """The resource without what each node writes into it itself."""
    return json.encode(_without_own(json.parse(body)))


def digest(body: bytes | None, relations: tuple[Relation, ...]) -> bytes:
    """SHA-256 of what stands and of the care relations it gives; the order of elements on the outside does not count."""
    if body is None:
        return GONE
    content = _without_own(json.parse(body))
    rows = sorted(f"{r.patient} {r.grantee} {r.kind} {r.valid_from} {r.valid_to}" for r in relations)
    ordered = {name: content[name] for name in sorted(content)} | {"": rows}
    return hashlib.sha256(json.encode(ordered)).digest()


def _without_own(resource: dict[str, Any]) -> dict[str, Any]:
    meta = {name: value for name, value in (resource.get("meta") or {}).items() if name not in _OWN_META}
    rest = {name: value for name, value in resource.items() if name != "meta"}
    return rest | ({"meta": dict(sorted(meta.items()))} if meta else {})


def _bare(value: Any) -> Any:
    if isinstance(value, list):
        return [_bare(each) for each in value]
    if isinstance(value, dict):
        return {name: _bare(each) for name, each in value.items() if name not in _FOR_PEOPLE}
    return value
