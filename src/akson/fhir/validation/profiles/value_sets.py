"""Whether a code is in a value set, from the definitions given and those of R4; None when that cannot be told here.

Filters and large terminologies are a terminology server's to answer. Spec: https://hl7.org/fhir/R4/valueset.html
"""

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from akson.fhir.definitions import load

Json: TypeAlias = Mapping[str, Any]

_DEPTH_MAX = 20


class ValueSets:
    def __init__(self, resources: Iterable[Json]) -> None:
        self._sets: dict[str, Json] = {}
        self._systems: dict[str, frozenset[str]] = {}
        for resource in resources:
            if resource["resourceType"] == "ValueSet" and "url" in resource:
                self._sets[resource["url"]] = resource
            elif resource["resourceType"] == "CodeSystem" and resource.get("content") == "complete":
                codes = frozenset(_codes(resource.get("concept", ())))
                if "url" in resource and codes:
                    self._systems[resource["url"]] = codes

    def along(self, others: "ValueSets") -> "ValueSets":
        """These and the others; where both have a url, these count."""
        both = ValueSets(())
        both._sets = others._sets | self._sets
        both._systems = others._systems | self._systems
        return both

    def contains(self, value_set: str, system: str | None, code: str) -> bool | None:
        """`system` None: a bare code, which may be of any system of the set."""
        return self._contains(value_set, system, code, 0)

    def _contains(self, url: str, system: str | None, code: str, depth: int) -> bool | None:
        url = url.partition("|")[0]
        given = self._sets.get(url)
        if given is None:
            listed = load().code_systems(url)
            if listed is None:
                return None
            return code in (listed.get(system, ()) if system is not None else load().codes(url) or ())
        if depth > _DEPTH_MAX:
            return None
        expansion = given.get("expansion", {}).get("contains")
        if expansion and not given.get("compose"):
            return any(_listed(one, system, code) for one in expansion)
        compose = given.get("compose", {})
        included = _any(self._part(one, system, code, depth) for one in compose.get("include", ()))
        if included is not True:
            return included
        excluded = _any(self._part(one, system, code, depth) for one in compose.get("exclude", ()))
        return None if excluded is None else not excluded

    def _part(self, part: Json, system: str | None, code: str, depth: int) -> bool | None:
        answers: list[bool | None] = [
            self._contains(url, system, code, depth + 1) for url in part.get("valueSet", ())
        ]
        if "system" in part:
            answers.append(self._in_system(part, system, code))
        if False in answers:
            return False
        return None if None in answers or not answers else True

    def _in_system(self, part: Json, system: str | None, code: str) -> bool | None:
        if system is not None and system != part["system"]:
            return False
        if "concept" in part:
            return any(concept.get("code") == code for concept in part["concept"])
        if part.get("filter"):
            return None
        codes = self._systems.get(part["system"]) or load().system(part["system"])
        return None if codes is None else code in codes


def _any(answers: Iterable[bool | None]) -> bool | None:
    found = list(answers)
    if True in found:
        return True
    return None if None in found else False


def _codes(concepts: Iterable[Json]) -> Iterable[str]:
    for concept in concepts:
        yield concept["code"]
        yield from _codes(concept.get("concept", ()))


def _listed(item: Json, system: str | None, code: str) -> bool:
    if item.get("code") == code and not item.get("abstract") and system in (None, item.get("system")):
        return True
    return any(_listed(inner, system, code) for inner in item.get("contains", ()))
