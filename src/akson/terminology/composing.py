"""What a value set holds: its includes and excludes carried out, and whether one code is among them.

    Composer(library, wishes).members(value_set) -> {Key(system, version, code): Entry(system, concept, said)}
    Composer(library, wishes).holds(value_set, system, "male") -> Entry or None

Spec: https://hl7.org/fhir/R4/valueset.html#compositions. What is shown of an entry is entries.py's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from akson.fhir.problem import ProblemKind
from akson.terminology import filters, findings, versions
from akson.terminology.concepts import CodeSystem, Concept, Content, Json
from akson.terminology.library import Library, ValueSet
from akson.terminology.refusal import Refused
from akson.terminology.systems import normalise_system
from akson.terminology.wishes import Chosen, Wishes

CODES_MAX = 50_000
"""Of one expansion without paging."""
IMPORTS_MAX = 50
"""Value sets within value sets."""
WORK_MAX = 1_000_000
"""Concepts looked at, and filters on them, for one answer: about a second. Includes can multiply each other for ever."""
Key = tuple[str, str, str]
"""System, version where versions are told apart, code."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A concept in a value set, and what the value set itself says of it (`compose.include.concept`)."""

    system: CodeSystem
    concept: Concept
    said: Json | None = None
    language: str = ""
    """Of the value set that says it."""
    nested: bool = False
    """Whether the include keeps the tree of its system."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """The concept that is looked for, in its system."""

    system: CodeSystem
    concept: Concept
    any_version: bool


@dataclass(slots=True)
class Used:
    """What an expansion rested on, in the order it was met."""

    systems: dict[str, CodeSystem] = field(default_factory=dict)
    value_sets: dict[str, ValueSet] = field(default_factory=dict)
    rules: dict[tuple[str, str], None] = field(default_factory=dict)


class Composer:
    """Of one request."""

    def __init__(self, library: Library, wishes: Wishes) -> None:
        self.library = library
        self.wishes = wishes
        self.used = Used()
        self._looked_at = 0

    def _work(self, value_set: ValueSet, concepts: int) -> None:
        self._looked_at += concepts
        if self._looked_at > WORK_MAX:
            raise too_costly(value_set)

    def members(self, value_set: ValueSet) -> dict[Key, Entry]:
        """Raises Refused when something it names is not known or not to be listed."""
        return self._members(value_set, (value_set.canonical,))

    def holds(
        self, value_set: ValueSet, system: CodeSystem, concept: Concept, *, any_version: bool = False
    ) -> Entry | None:
        """The entry of this very concept; None when it is not in the value set.

        `any_version`: the version is known to be another than the value set means; look whether the rest fits.
        """
        return self._holds(value_set, _Wanted(system, concept, any_version), (value_set.canonical,))

    def apart(self, value_set: ValueSet) -> bool:
        """Whether the same code in two versions of a system is two codes here."""
        said = self.wishes.versions_match
        if said is None and "versionsMatch" in (asked := value_set.parameters()):
            said = asked["versionsMatch"] == "true"
        if said is not None:
            return not said
        named: dict[str, set[str]] = {}
        for include in value_set.compose.get("include") or ():
            named.setdefault(str(include.get("system", "")), set()).add(str(include.get("version", "")))
        return any(len(versions_) > 1 for versions_ in named.values())

    def _members(self, value_set: ValueSet, chain: tuple[str, ...]) -> dict[Key, Entry]:
        compose = value_set.compose
        if not compose:
            return self._stored(value_set)
        apart = self.apart(value_set)
        found: dict[Key, Entry] = {}
        for number, include in enumerate(compose.get("include") or ()):
            for entry in self._listed(value_set, include, f"include[{number}]", chain):
                found.setdefault(_key(entry, apart), entry)
                if len(found) > CODES_MAX:
                    raise too_costly(value_set)
        for number, exclude in enumerate(compose.get("exclude") or ()):
            for entry in self._listed(value_set, exclude, f"exclude[{number}]", chain):
                found.pop(_key(entry, apart), None)
        return found

    def _listed(self, value_set: ValueSet, part: Json, place: str, chain: tuple[str, ...]) -> list[Entry]:
        """The entries of one include or exclude."""
        imports = [self._imported(value_set, str(c), chain) for c in part.get("valueSet") or ()]
        url = part.get("system")
        if not isinstance(url, str):
            sets = [self._members(v, (*chain, v.canonical)) for v in imports]
            return (
                [e for k, e in sets[0].items() if all(_has(other, k) for other in sets[1:])] if sets else []
            )
        system = self.system(url, str(part.get("version", "")))
        within = [self._members(v, (*chain, v.canonical)) for v in imports]
        entries = self._of_system(value_set, system, part, place)
        return [e for e in entries if all(_has(w, _key(e, apart=True)) for w in within)]

    def _of_system(self, value_set: ValueSet, system: CodeSystem, part: Json, place: str) -> Iterator[Entry]:
        language = str(value_set.resource.get("language", ""))
        if part.get("concept"):
            self._work(value_set, len(part["concept"]))
            for said in part["concept"]:
                concept = system.find(str(said.get("code", "")))
                if concept is not None:
                    yield Entry(system, concept, said, language)
            return
        chosen = filters.read(system.url, part.get("filter") or (), f"ValueSet.compose.{place}")
        self._work(value_set, len(system.concepts) * filters.cost(chosen))
        test = filters.passing(system, chosen)
        nested = all(f.op in ("is-a", "descendent-of") for f in chosen)
        for concept in system.every():
            if test(concept):
                yield Entry(system, concept, None, language, nested)

    def _stored(self, value_set: ValueSet) -> dict[Key, Entry]:
        """A value set without a definition holds what its expansion says."""
        found: dict[Key, Entry] = {}
        for item in _contained(value_set.resource.get("expansion", {}).get("contains") or ()):
            system = CodeSystem(str(item.get("system", "")), str(item.get("version", "")))
            concept = Concept(
                str(item["code"]), str(item.get("display", "")), inactive=item.get("inactive") is True
            )
            if item.get("abstract") is not True:
                found[system.url, "", concept.code] = Entry(system, concept)
        return found

    def _holds(self, value_set: ValueSet, wanted: _Wanted, chain: tuple[str, ...]) -> Entry | None:
        if not value_set.compose:
            return self._stored(value_set).get((wanted.system.url, "", wanted.concept.code))
        # All are looked at, so that a fault in any of them is told.
        held = [
            self._part_holds(value_set, include, f"include[{number}]", wanted, chain)
            for number, include in enumerate(value_set.compose.get("include") or ())
        ]
        apart = self.apart(value_set)
        for number, exclude in enumerate(value_set.compose.get("exclude") or ()):
            out = wanted if apart else replace(wanted, any_version=True)
            if self._part_holds(value_set, exclude, f"exclude[{number}]", out, chain) is not None:
                return None
        return next((entry for entry in held if entry is not None), None)

    def _part_holds(
        self, value_set: ValueSet, part: Json, place: str, wanted: _Wanted, chain: tuple[str, ...]
    ) -> Entry | None:
        """The entry, when this include or exclude has the concept."""
        url = part.get("system")
        entry: Entry | None = None
        if isinstance(url, str):
            entry = self._system_holds(value_set, part, place, wanted)
            if entry is None:
                return None
        for canonical in part.get("valueSet") or ():
            within = self._imported(value_set, str(canonical), chain)
            inner = self._holds(within, wanted, (*chain, within.canonical))
            if inner is None:
                return None
            entry = entry or inner
        return entry

    def _system_holds(self, value_set: ValueSet, part: Json, place: str, wanted: _Wanted) -> Entry | None:
        system, concept, url = wanted.system, wanted.concept, str(part["system"])
        chosen = filters.read(url, part.get("filter") or (), f"ValueSet.compose.{place}")
        if normalise_system(url) != normalise_system(system.url):
            return None
        version = self.wishes.version_of(url, str(part.get("version", ""))).version
        if not versions.matches(version, system.version):
            if not wanted.any_version:
                return None
            # What the other version has is what counts, when there is one.
            system = self.library.system(url, version) or system
        own = system.find(concept.code)
        listed = part.get("concept")
        self._work(value_set, len(listed or ()) + (len(system.concepts) * len(chosen)))
        said = _said(system, listed, concept.code) if listed else None
        if own is None or (listed and said is None) or not filters.passing(system, chosen)(own):
            return None
        return Entry(wanted.system, concept, said, str(value_set.resource.get("language", "")))

    def value_sets(self, value_set: ValueSet) -> Iterator[ValueSet]:
        """The value set and all that it imports, each once."""
        waiting: list[tuple[ValueSet, tuple[str, ...]]] = [(value_set, (value_set.canonical,))]
        seen: set[str] = set()
        while waiting:
            current, chain = waiting.pop(0)
            if current.canonical in seen and current is not value_set:
                continue
            seen.add(current.canonical)
            yield current
            for part in (*(current.compose.get("include") or ()), *(current.compose.get("exclude") or ())):
                for canonical in part.get("valueSet") or ():
                    imported = self._imported(current, str(canonical), chain)
                    waiting.append((imported, (*chain, imported.canonical)))

    def system(self, url: str, included: str) -> CodeSystem:
        """The system an include means, to be listed. Raises Refused when there is none or it holds no codes."""
        chosen = self.wishes.version_of(url, included)
        system = self.library.system(url, chosen.version)
        if system is None:
            raise self._unknown(url, chosen)
        check = self.wishes.rules.check.get(url, "")
        if not versions.matches(check, system.version):
            raise Refused(
                "AKS-TERMINOLOGY-031",
                "A version is not the one that was demanded.",
                finding=findings.VERSION_NOT_ALLOWED.found(version=system.version, system=url, wanted=check),
            )
        if system.content in (Content.NOT_PRESENT, Content.EXAMPLE):
            raise self._unknown(url, chosen)
        self.used.systems[system.canonical] = system
        if chosen.rule:
            self.used.rules[chosen.rule, f"{url}|{chosen.version}"] = None
        return system

    def _unknown(self, url: str, chosen: Chosen) -> Refused:
        held = self.library.versions(url)
        if held:
            finding = findings.UNKNOWN_VERSION_EXPANDED.found(
                system=url, version=chosen.version, valid=findings.alternatives(held)
            )
        else:
            finding = findings.UNKNOWN_SYSTEM_EXPANDED.found(system=url)
        return Refused("AKS-TERMINOLOGY-030", finding.text, finding=finding)

    def _imported(self, importer: ValueSet, canonical: str, chain: tuple[str, ...]) -> ValueSet:
        """Raises Refused for what is not known, and for a value set that includes itself."""
        found = contained(importer, canonical) if canonical.startswith("#") else None
        if found is None:
            url, version = versions.split(canonical)
            pinned = version or self.wishes.set_versions.get(url, "")
            found = self.library.value_set(url, pinned)
            if found is None:
                raise _no_import(url, pinned, by_parameter=bool(pinned and not version))
            self.used.value_sets[found.canonical] = found
        if found.url and found.canonical in chain:
            circle = ", ".join(chain)
            raise Refused(
                "AKS-TERMINOLOGY-033",
                "A value set includes itself.",
                finding=findings.CIRCULAR.found(value_set=found.canonical, chain=circle),
            )
        self._work(importer, 100)
        if len(chain) > IMPORTS_MAX:
            raise too_costly(importer)
        return found


def _no_import(url: str, version: str, *, by_parameter: bool) -> Refused:
    canonical = f"{url}|{version}" if version else url
    finding = findings.UNKNOWN_SET.found(value_set=canonical)
    if by_parameter:
        finding = findings.UNKNOWN_PINNED_IMPORT.found(value_set=url, version=version)
    return Refused("AKS-TERMINOLOGY-032", finding.text, finding=finding, kind=ProblemKind.NOT_FOUND)


def too_costly(value_set: ValueSet) -> Refused:
    return Refused(
        "AKS-TERMINOLOGY-034",
        "The value set is too large to be listed.",
        finding=findings.TOO_COSTLY.found(value_set=value_set.canonical, most=CODES_MAX),
    )


def contained(value_set: ValueSet, reference: str) -> ValueSet | None:
    for resource in value_set.resource.get("contained") or ():
        if resource.get("resourceType") == "ValueSet" and f"#{resource.get('id')}" == reference:
            return ValueSet(resource)
    return None


def _key(entry: Entry, apart: bool) -> Key:
    return (entry.system.url, entry.system.version if apart else "", entry.concept.code)


def _has(members: dict[Key, Entry], key: Key) -> bool:
    return key in members or (key[0], "", key[2]) in members


def _said(system: CodeSystem, listed: Sequence[Json], code: str) -> Json | None:
    if system.case_sensitive:
        return next((c for c in listed if c.get("code") == code), None)
    return next((c for c in listed if str(c.get("code", "")).casefold() == code.casefold()), None)


def _contained(listed: Sequence[Json]) -> Iterator[Json]:
    for item in listed:
        if item.get("code"):
            yield item
        yield from _contained(item.get("contains") or ())
