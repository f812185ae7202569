"""From a resource of the record to an entry of the document: what leads back into the record is taken off. Pure.

    Condition/c1, version 3   ->   urn:uuid:… (the same for the same version), references turned to entries of the document

A reference to what is not in the document keeps the words beside it and loses the address: a reader elsewhere cannot follow
it, and it would tell that something is there which she may not see.
"""

from collections.abc import Mapping
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from akson.sharing.summary.codes import NONE_KNOWN, absent
from akson.sharing.summary.reading import Resource, codes

_LEFT_OUT = ("meta", "text", "implicitRules", "link", "managingOrganization")
_CHOICES = {
    "MedicationStatement": ("effective", "DateTime"),
    "Procedure": ("performed", "DateTime"),
    "Observation": ("effective", "DateTime"),
    "Immunization": ("occurrence", "DateTime"),
    "DeviceUseStatement": ("timing", "DateTime"),
}
"""Type -> the element that IPS demands, and which of its types says that nobody knows."""
_CODED = {"MedicationStatement": "medicationCodeableConcept"}


def url_of(source: str, resource: Resource) -> str:
    """`source`: who holds the record. The same version is the same entry in every document."""
    version = (resource.get("meta") or {}).get("versionId", "")
    named = f"{source}/{resource['resourceType']}/{resource['id']}/{version}"
    return f"urn:uuid:{uuid5(NAMESPACE_URL, named)}"


def entry_of(resource: Resource, urls: Mapping[str, str]) -> Resource:
    """`urls`: `Type/id` -> where it stands in the document."""
    kept = {name: value for name, value in resource.items() if name not in _LEFT_OUT}
    made = {name: value for name, one in kept.items() if (value := turned(one, urls)) is not None}
    made["id"] = urls[f"{resource['resourceType']}/{resource['id']}"].removeprefix("urn:uuid:")
    return _with_absence_told(_with_demanded(made))


def turned(value: Any, urls: Mapping[str, str]) -> Any:
    """A value with its references turned; None for what is empty when references that lead nowhere are gone."""
    if isinstance(value, list):
        return [one for one in (turned(v, urls) for v in value) if one is not None] or None
    if not isinstance(value, dict):
        return value
    made = {name: one for name, v in value.items() if (one := turned(v, urls)) is not None}
    told = made.get("reference")
    if isinstance(told, str) and not told.startswith("#"):
        found = urls.get("/".join(told.split("/_history/")[0].split("/")[-2:]))
        made = {**made, "reference": found} if found else {n: v for n, v in made.items() if n != "reference"}
    return made or None


def _with_demanded(made: Resource) -> Resource:
    """What is not known is said to be not known; nothing is made up."""
    if made["resourceType"] == "Patient":
        return made if made.get("birthDate") else {**made, "_birthDate": absent()}
    stem, type = _CHOICES.get(made["resourceType"], ("", ""))
    if stem and not any(name.lstrip("_").startswith(stem) for name in made):
        made[f"_{stem}{type}"] = absent()
    return made


def _with_absence_told(made: Resource) -> Resource:
    """«None known» in the words of both editions of IPS, beside the record's own."""
    name = _CODED.get(made["resourceType"], "code")
    told = made.get(name) or {}
    found = next((NONE_KNOWN[k] for c in codes(told) if (k := (made["resourceType"], c)) in NONE_KNOWN), None)
    if found is None:
        return made
    more = [c for c in found["coding"] if c["code"] not in codes(told)]
    return {**made, name: {**told, "coding": [*(told.get("coding") or []), *more]}}
