"""A code system as the engine sees it: concepts by code, who is above whom, what is said of each.

    CodeSystem("http://hl7.org/fhir/administrative-gender", "4.0.1", …).find("male") -> Concept("male", "Male", …)

Spec: https://hl7.org/fhir/R4/codesystem.html. Made by reading.py; nothing here knows requests.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

CONCEPT_PROPERTIES = "http://hl7.org/fhir/concept-properties#"
STANDARDS_STATUS = "http://hl7.org/fhir/StructureDefinition/structuredefinition-standards-status"

Json = dict[str, Any]


class Content(StrEnum):
    """https://hl7.org/fhir/R4/valueset-codesystem-content-mode.html"""

    COMPLETE = "complete"
    FRAGMENT = "fragment"
    EXAMPLE = "example"
    NOT_PRESENT = "not-present"
    SUPPLEMENT = "supplement"


@dataclass(frozen=True, slots=True)
class Property:
    """`prop` = `old`, said as `valueCode`."""

    code: str
    kind: str
    value: Any


@dataclass(frozen=True, slots=True)
class PropertyDefinition:
    code: str
    uri: str
    type: str


@dataclass(frozen=True, slots=True)
class Designation:
    """Other words for a concept: `de` "Anzeige 1"."""

    value: str
    language: str = ""
    use: Json | None = None
    extension: Sequence[Json] = ()
    source: str = ""
    """The supplement it comes from, `url|version`; empty for the system's own."""

    @property
    def withdrawn(self) -> str:
        """`withdrawn` or `deprecated` when the words are no longer right."""
        return standards_status(self.extension)


@dataclass(slots=True)
class Concept:
    code: str
    display: str = ""
    definition: str = ""
    designations: tuple[Designation, ...] = ()
    properties: tuple[Property, ...] = ()
    extension: Sequence[Json] = ()
    parents: list[str] = field(default_factory=list)
    children: list[str] = field(default_factory=list)
    abstract: bool = False
    """notSelectable: it groups others and is not to be chosen itself."""
    inactive: bool = False
    status: str = ""
    """Of the concept itself: `retired`, `deprecated`, …; empty when nothing is said."""

    def values(self, property: str) -> list[Any]:
        return [p.value for p in self.properties if p.code == property]


def standards_status(extensions: Sequence[Json]) -> str:
    """`withdrawn` or `deprecated`, or empty when the extension says neither."""
    found = next((e.get("valueCode", "") for e in extensions if e.get("url") == STANDARDS_STATUS), "")
    return found if found in ("withdrawn", "deprecated") else ""


@dataclass(slots=True)
class CodeSystem:
    url: str
    version: str = ""
    name: str = ""
    title: str = ""
    language: str = ""
    status: str = "active"
    experimental: bool = False
    standards_status: str = ""
    content: Content = Content.COMPLETE
    case_sensitive: bool = True
    supplements: str = ""
    """What it adds to, when its content is `supplement`."""
    value_set: str = ""
    """The value set of all its codes."""
    properties: Mapping[str, PropertyDefinition] = field(default_factory=dict)
    concepts: dict[str, Concept] = field(default_factory=dict)
    used_supplements: tuple[str, ...] = ()
    """`url|version` of supplements that are merged in."""
    _folded: dict[str, str] | None = None

    @property
    def canonical(self) -> str:
        return f"{self.url}|{self.version}" if self.version else self.url

    def find(self, code: str) -> Concept | None:
        """The concept; in a system without regard to case, also under another spelling."""
        found = self.concepts.get(code)
        if found is None and not self.case_sensitive:
            if self._folded is None:
                self._folded = {c.casefold(): c for c in self.concepts}
            found = self.concepts.get(self._folded.get(code.casefold(), ""))
        return found

    def every(self) -> Iterator[Concept]:
        """All that can be listed, in the order of the system."""
        return iter(self.concepts.values())

    def above(self, code: str) -> set[str]:
        """Codes of all ancestors."""
        return self._walk(code, up=True)

    def below(self, code: str) -> set[str]:
        """Codes of all descendants."""
        return self._walk(code, up=False)

    def roots(self) -> list[Concept]:
        return [c for c in self.concepts.values() if not any(p in self.concepts for p in c.parents)]

    def hierarchical(self) -> bool:
        return any(c.children for c in self.concepts.values())

    def _walk(self, code: str, *, up: bool) -> set[str]:
        found: set[str] = set()
        waiting = [code]
        while waiting:
            concept = self.concepts.get(waiting.pop())
            for further in (concept.parents if up else concept.children) if concept else ():
                if further not in found:
                    found.add(further)
                    waiting.append(further)
        return found
