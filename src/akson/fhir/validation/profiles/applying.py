"""Which profiles apply to a resource and those within it: what the caller asks for, what `meta.profile` claims, what the
code of a vital sign demands, and what each extension is defined to be."""

from collections.abc import Iterable, Iterator
from typing import Any

from akson.fhir.definitions import load
from akson.fhir.validation.finding import Finding, Scope
from akson.fhir.validation.profiles import vital_signs
from akson.fhir.validation.profiles.checking import Checker
from akson.fhir.validation.profiles.elements import Found
from akson.fhir.validation.profiles.known import Profiles
from akson.fhir.validation.profiles.references import Targets


def findings(resource: Any, urls: Iterable[str], known: Profiles, scope: Scope) -> list[Finding]:
    """Raises Problem AKS-FHIR-102 for a profile asked for that is not known; claims of others are passed over."""
    named = resource["resourceType"]
    problems = []
    targets = Targets()
    for url in dict.fromkeys(url.partition("|")[0] for url in urls):
        known.tree(url)
        problems += Checker(known, scope, targets).check(Found(resource, named, named), url)
    asked = {url.partition("|")[0] for url in urls}
    for found, holder in _resources(resource, named, None):
        inner = Scope(found.value, scope.terminology, scope.now)
        inner.outer = holder
        for url in dict.fromkeys((*_claims(found.value), *vital_signs.profiles(found.value))):
            if url in known and not (found.value is resource and url in asked):
                problems += Checker(known, inner, targets).check(found, url)
        for extension in _extensions(found.value, found.path):
            defined = extension.value.get("url", "")
            if defined in known:
                problems += Checker(known, inner, targets).check(extension, defined)
    return list(dict.fromkeys(problems))


def _extensions(value: Any, path: str) -> Iterator[Found]:
    """Of the resource and what it contains; those of entries and parameters are their resources' own."""
    if type(value) is list:
        for index, one in enumerate(value):
            yield from _extensions(one, f"{path}[{index}]")
    elif type(value) is dict:
        for name, inner in value.items():
            here = f"{path}.{name.removeprefix('_')}"
            if name in ("extension", "modifierExtension"):
                yield from (Found(one, "Extension", f"{here}[{i}]") for i, one in enumerate(inner))
            if name != "resource" and (type(inner) is dict or type(inner) is list):
                yield from _extensions(inner, here)


def claims(resource: Any) -> list[tuple[str, str]]:
    """(path, url) of every `meta.profile`, here and in entries and parameters; of content that may be ill-formed."""
    found = []
    for one, _ in _resources(resource, str(resource.get("resourceType", "")), None):
        meta = one.value.get("meta")
        listed = meta.get("profile") if type(meta) is dict else None
        for index, url in enumerate(listed if type(listed) is list else ()):
            if type(url) is str:
                found.append((f"{one.path}.meta.profile[{index}]", url.partition("|")[0]))
    return found


def _claims(resource: Any) -> list[str]:
    return [url.partition("|")[0] for url in resource.get("meta", {}).get("profile", ()) if type(url) is str]


def _resources(value: Any, path: str, holder: Any) -> Iterator[tuple[Found, Any]]:
    """The resource and those in its entries and parameters, each with what holds it."""
    yield Found(value, value.get("resourceType", ""), path), holder
    for name in ("entry", "parameter"):
        for index, entry in enumerate(value.get(name, ()) if type(value.get(name)) is list else ()):
            inner = entry.get("resource") if type(entry) is dict else None
            if type(inner) is dict and inner.get("resourceType") in load().resource_types:
                yield from _resources(inner, f"{path}.{name}[{index}].resource", value)
