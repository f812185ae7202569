"""How a resource shows where it comes from, and how a row gets an id that is the same from one file to the next."""

import re
import uuid
from collections.abc import Iterable, Mapping

from akson.sharing.legacy.values import Resource

SOURCE = "urn:akson:legacy"
FNR = "urn:oid:2.16.578.1.12.4.1.4.1"
D_NUMBER = "urn:oid:2.16.578.1.12.4.1.4.2"
HPR = "urn:oid:2.16.578.1.12.4.1.4.4"
_NOT_IN_IDS = re.compile(r"[^A-Za-z0-9.-]+")
_ID_CHARACTERS_MAX = 64
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://akson.no/sharing/legacy")


def id_of(adapter: str, table: str, key: str) -> str:
    """`gerda-diagn-4711`; a key that an id cannot hold as it is gets one made from it."""
    id = f"{adapter}-{table.lower()}-{key}"
    if _NOT_IN_IDS.search(id) or len(id) > _ID_CHARACTERS_MAX:
        return str(uuid.uuid5(_NAMESPACE, id))
    return id


def marked(resource: Resource, adapter: str, table: str, key: str) -> Resource:
    """With `meta.source` that names product, table and row: https://hl7.org/fhir/R4/resource.html#Meta."""
    return {**resource, "meta": {"source": f"{SOURCE}:{adapter}#{table}/{key}"}}


def reference(type: str, id: str, words: str = "") -> Resource:
    return {"reference": f"{type}/{id}", **({"display": words} if words else {})}


def national(number: str) -> list[Resource]:
    """A D-number has 4 added to its first digit."""
    if not number:
        return []
    return [{"use": "official", "system": D_NUMBER if number[:1] in "4567" else FNR, "value": number}]


def provenances(resources: Iterable[Resource], adapter: str, product: str, taken: str) -> Iterable[Resource]:
    """One for each patient: all that stands about her, from which product, in the file of which day."""
    targets: dict[str, list[Resource]] = {}
    for resource in resources:
        about = _patient(resource)
        if about:
            targets.setdefault(about, []).append(reference(resource["resourceType"], resource["id"]))
    for patient, of_her in targets.items():
        yield {
            "resourceType": "Provenance",
            "id": id_of(adapter, "kilde", patient),
            "meta": {"source": f"{SOURCE}:{adapter}#{taken}"},
            "target": sorted(of_her, key=lambda one: one["reference"]),
            "recorded": f"{taken}T00:00:00Z",
            "activity": {"text": f"Lest fra {product}"},
            "agent": [{"who": {"display": product}}],
            "entity": [{"role": "source", "what": {"display": f"{product}, fil fra {taken}"}}],
        }


def _patient(resource: Resource) -> str:
    if resource["resourceType"] == "Patient":
        return str(resource["id"])
    told: Mapping[str, str] = resource.get("subject") or resource.get("patient") or {}
    return told.get("reference", "").removeprefix("Patient/")
