"""What `care` gives as resources, as the changes of one commit. No rules here."""

from collections.abc import Iterable

from akson.care.fhir_json import Resource
from akson.record.values import Change


def changes_of(resources: Iterable[Resource]) -> list[Change]:
    """New under the id it carries when it has no version; else at the version that was read, and at no other."""
    return [_change(resource) for resource in resources]


def _change(resource: Resource) -> Change:
    version = (resource.get("meta") or {}).get("versionId")
    type, id = str(resource["resourceType"]), str(resource["id"])
    if version is None:
        return Change("POST", type, resource=resource, given_id=id)
    return Change("PUT", type, id=id, resource=resource, if_match=int(version))
