"""Rules of Bundle.entry that no invariant says: addresses, and references inside a document.

Spec: https://hl7.org/fhir/R4/bundle.html#references, https://hl7.org/fhir/R4/documents.html#content
"""

import re
from collections.abc import Iterator
from typing import Any

from akson.fhir.validation.finding import SLIP, Finding, Scope

_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_VERSION = "/_history/"
_REST = re.compile(
    r"(https?://.*?/)?([A-Z][A-Za-z]+/[A-Za-z0-9.-]{1,64})(?:/_history/([A-Za-z0-9.-]{1,64}))?"
)
# What must be in a document when the Composition points to it.
_CARRIED = ("subject", "encounter", "author", "custodian")


def first(value: Any, _scope: Scope) -> list[Finding] | None:
    """bdl-11 and bdl-12 ask what the first entry is; that there is one, the text says."""
    if value.get("type") in ("document", "message") and "entry" not in value:
        return [Finding(".entry", "required", f"must be there in a {value['type']}")]
    return None


def entries(value: Any, _scope: Scope) -> list[Finding] | None:
    """A fullUrl is an absolute address, and does not disagree with the resource about type and id."""
    found: list[Finding] = []
    for index, entry in enumerate(value["entry"]):
        url = entry.get("fullUrl")
        if url is None:
            continue
        if not _ABSOLUTE.match(url):
            found.append(Finding(f".entry[{index}].fullUrl", "value", "must be an absolute address"))
        elif _disagrees(url, entry.get("resource")):
            text = "must not name another type or id than the resource has"
            found.append(Finding(f".entry[{index}].fullUrl", SLIP, text))
    return found or None


def _disagrees(url: str, resource: Any) -> bool:
    place = _REST.fullmatch(url)
    if place is None or resource is None:
        return False
    type, _, id = place[2].partition("/")
    return resource["resourceType"] != type or resource.get("id", id) != id


def search_results(value: Any, _scope: Scope) -> list[Finding] | None:
    """What a search found has an id; what it says about itself is an OperationOutcome."""
    if value.get("type") != "searchset":
        return None
    found: list[Finding] = []
    for index, entry in enumerate(value["entry"]):
        resource = entry.get("resource")
        if resource is None:
            continue
        at = f".entry[{index}].resource"
        is_outcome = resource["resourceType"] == "OperationOutcome"
        if "id" not in resource and not is_outcome:
            found.append(Finding(f"{at}.id", "value", "must be there in what a search found"))
        if entry.get("search", {}).get("mode") == "outcome" and not is_outcome:
            found.append(Finding(at, "value", "must be an OperationOutcome, as its mode says"))
    return found or None


def document(value: Any, _scope: Scope) -> list[Finding] | None:
    """What the Composition points to is in the document, once."""
    if value.get("type") != "document" or not value["entry"]:
        return None
    first = value["entry"][0]
    composition = first.get("resource")
    if type(composition) is not dict or composition.get("resourceType") != "Composition":
        return None
    base = _base(first.get("fullUrl", ""))
    versions = _versions(value["entry"])
    found: list[Finding] = []
    for path, reference in _references(composition):
        if not reference or reference.startswith("#"):
            continue
        matches = _matches(versions, reference, base)
        if matches != 1:
            text = (
                "must point to an entry of the document"
                if matches == 0
                else "must point to one entry, not several"
            )
            found.append(Finding(f".entry[0].resource{path}.reference", "not-found", text))
    return found or None


def _base(url: str) -> str:
    place = _REST.fullmatch(url)
    return place[1] or "" if place else ""


def _references(composition: Any) -> Iterator[tuple[str, str]]:
    for name in _CARRIED:
        held = composition.get(name, [])
        for index, one in enumerate(held if type(held) is list else [held]):
            path = f".{name}[{index}]" if type(held) is list else f".{name}"
            yield path, one.get("reference", "")
    yield from _in_sections(composition.get("section", []), "")


def _in_sections(sections: list[Any], path: str) -> Iterator[tuple[str, str]]:
    for index, section in enumerate(sections):
        here = f"{path}.section[{index}]"
        for place, entry in enumerate(section.get("entry", [])):
            yield f"{here}.entry[{place}]", entry.get("reference", "")
        yield from _in_sections(section.get("section", []), here)


def _versions(entries: list[Any]) -> dict[str, list[str]]:
    """Address without version -> the versions that are there."""
    found: dict[str, list[str]] = {}
    for entry in entries:
        url = entry.get("fullUrl", "").partition(_VERSION)[0]
        found.setdefault(url, []).append(entry.get("resource", {}).get("meta", {}).get("versionId", ""))
    return found


def _matches(versions: dict[str, list[str]], reference: str, base: str) -> int:
    """How many entries a reference means: by address, and by version where it names one."""
    address, _, version = reference.partition(_VERSION)
    if not _ABSOLUTE.match(address):
        address = base + address
    there = versions.get(address, [])
    return there.count(version) if version else len(there)
