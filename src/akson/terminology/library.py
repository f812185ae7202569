"""Where code systems and value sets are found by address and version: shelves, asked in order.

    Library([of_the_request, of_the_node, r4]).system("http://hl7.org/fhir/administrative-gender") -> CodeSystem

A library answers from memory. What it was asked for and did not have stands in `missing`, so that whoever can do I/O
may bring it and ask again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from akson.terminology import reading, versions
from akson.terminology.concepts import CodeSystem, Content, Json, standards_status
from akson.terminology.refusal import Refused
from akson.terminology.systems import normalise_system


@dataclass(frozen=True)
class ValueSet:
    """A ValueSet resource, with what is asked of it often."""

    resource: Json

    @cached_property
    def url(self) -> str:
        return str(self.resource.get("url", ""))

    @cached_property
    def version(self) -> str:
        return str(self.resource.get("version", ""))

    @property
    def canonical(self) -> str:
        return f"{self.url}|{self.version}" if self.version else self.url

    @property
    def standards_status(self) -> str:
        return standards_status(self.resource.get("extension") or ())

    @property
    def compose(self) -> Json:
        found = self.resource.get("compose")
        return found if isinstance(found, dict) else {}

    def parameters(self) -> dict[str, str]:
        """Expansion parameters that the value set itself asks for, by extension."""
        found: dict[str, str] = {}
        for holder in (self.resource, self.compose):
            for extension in holder.get("extension") or ():
                if str(extension.get("url", "")).endswith("/valueset-expansion-parameter"):
                    parts = {p.get("url"): p for p in extension.get("extension") or ()}
                    name, value = parts.get("name", {}), parts.get("value", {})
                    text = next((v for k, v in value.items() if k.startswith("value")), "")
                    found[str(name.get("valueCode") or name.get("valueString") or "")] = str(text)
        return found

    def supplements(self) -> list[str]:
        """Canonicals of the supplements it requires."""
        return [
            str(e.get("valueCanonical") or e.get("valueUri") or "")
            for e in self.resource.get("extension") or ()
            if str(e.get("url", "")).endswith("/valueset-supplement")
        ]


class Shelf(Protocol):
    """All versions it holds under an address; supplements stand under their own."""

    def systems(self, url: str) -> Sequence[CodeSystem]: ...
    def value_sets(self, url: str) -> Sequence[ValueSet]: ...


class Resources:
    """A shelf of resources, each read when it is first asked for."""

    def __init__(self, resources: Iterable[Json]) -> None:
        self._raw: dict[tuple[str, str], list[Json]] = {}
        self._systems: dict[str, tuple[CodeSystem, ...]] = {}
        self._implicit: dict[str, str] = {}
        for resource in resources:
            kind, url = str(resource.get("resourceType")), resource.get("url")
            if isinstance(url, str) and kind in ("CodeSystem", "ValueSet"):
                self._raw.setdefault((kind, url), []).append(resource)
                if kind == "CodeSystem" and isinstance(resource.get("valueSet"), str):
                    self._implicit[resource["valueSet"]] = url

    def systems(self, url: str) -> Sequence[CodeSystem]:
        found = self._systems.get(url)
        if found is None:
            found = tuple(_read(r) for r in self._raw.get(("CodeSystem", url), ()))
            self._systems[url] = found
        return found

    def value_sets(self, url: str) -> Sequence[ValueSet]:
        found = tuple(ValueSet(r) for r in self._raw.get(("ValueSet", url), ()))
        if not found and url in self._implicit:
            return tuple(whole(url, s) for s in self.systems(self._implicit[url]))
        return found


def whole(url: str, system: CodeSystem) -> ValueSet:
    """The value set of all codes of a system."""
    heading = {"resourceType": "ValueSet", "url": url, "status": system.status or "active"}
    if system.version:
        heading["version"] = system.version
    return ValueSet({**heading, "name": system.name, "compose": {"include": [{"system": system.url}]}})


def _read(resource: Json) -> CodeSystem:
    try:
        return reading.code_system(resource)
    except ValueError as unreadable:
        raise Refused(
            "AKS-TERMINOLOGY-010", f"The code system {resource.get('url')} cannot be used: {unreadable}."
        ) from unreadable


class Library:
    """Made for one request or one process: shelves before the others win where versions are the same."""

    def __init__(self, shelves: Sequence[Shelf], supplements: Sequence[str] = ()) -> None:
        self.shelves = tuple(shelves)
        self._wanted_supplements = tuple(supplements)
        self.missing: set[tuple[str, str]] = set()
        self._found: dict[tuple[str, str], CodeSystem | None] = {}

    def with_shelf(self, shelf: Shelf) -> "Library":
        return Library((shelf, *self.shelves), self._wanted_supplements)

    def with_supplements(self, canonicals: Sequence[str]) -> "Library":
        more = [c for c in canonicals if c not in self._wanted_supplements]
        return Library(self.shelves, (*self._wanted_supplements, *more)) if more else self

    def system(self, url: str, wanted: str = "") -> CodeSystem | None:
        """The newest version that the wish allows, supplements merged in; None when there is none."""
        key = (url, wanted)
        if key not in self._found:
            self._found[key] = self._system(url, wanted)
        return self._found[key]

    def versions(self, url: str) -> list[str]:
        return sorted((s.version for s in self._systems(url)), key=versions.order)

    def value_set(self, url: str, wanted: str = "") -> ValueSet | None:
        held = {v.version: v for shelf in reversed(self.shelves) for v in shelf.value_sets(url)}
        allowed = [v for v in held if versions.matches(wanted, v)]
        if not allowed:
            self.missing.add(("ValueSet", url))
            return None
        return held[versions.newest(allowed)]

    def supplement(self, canonical: str) -> CodeSystem | None:
        url, wanted = versions.split(canonical)
        held = {
            s.version: s
            for shelf in reversed(self.shelves)
            for s in shelf.systems(url)
            if s.content is Content.SUPPLEMENT and versions.matches(wanted, s.version)
        }
        if not held:
            self.missing.add(("CodeSystem", url))
            return None
        return held[versions.newest(held)]

    def _systems(self, url: str) -> list[CodeSystem]:
        """Under its own and its canonical address; of the same version, the first that is held."""
        held: dict[str, CodeSystem] = {}
        for address in dict.fromkeys((url, normalise_system(url))):
            for shelf in self.shelves:
                for system in shelf.systems(address):
                    if system.content is not Content.SUPPLEMENT:
                        kept = held.setdefault(system.version, system)
                        if _whole(system) > _whole(kept):
                            held[system.version] = system
        if not held:
            self.missing.add(("CodeSystem", url))
        return list(held.values())

    def _system(self, url: str, wanted: str) -> CodeSystem | None:
        held = [s for s in self._systems(url) if versions.matches(wanted, s.version)]
        if not held:
            return None
        system = max(held, key=lambda s: (_whole(s), versions.order(s.version)))
        additions = [a for c in self._wanted_supplements if (a := self.supplement(c))]
        fitting = [
            a
            for a in additions
            if versions.split(a.supplements)[0] == system.url
            and versions.matches(versions.split(a.supplements)[1], system.version)
        ]
        return reading.supplemented(system, fitting)


def _whole(system: CodeSystem) -> int:
    """A whole list is better than a part of a newer one, and that better than a mention."""
    return {Content.COMPLETE: 2, Content.FRAGMENT: 1}.get(system.content, 0)
