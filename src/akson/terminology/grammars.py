"""Code systems whose codes are a grammar, not a list: units (UCUM), languages (BCP 47), media types (BCP 13).

They can say whether a code is one; they cannot be listed.
"""

import re
from collections.abc import Callable, Iterator, Sequence

from akson.fhir import ucum
from akson.terminology import findings
from akson.terminology.concepts import CodeSystem, Concept
from akson.terminology.library import ValueSet
from akson.terminology.refusal import Refused

UCUM = "http://unitsofmeasure.org"
LANGUAGES = "urn:ietf:bcp:47"
MEDIA_TYPES = "urn:ietf:bcp:13"
UNITS_OF_FHIR = "http://hl7.org/fhir/ValueSet/ucum-units"
CODE_SIGNS_MAX = 200
_LANGUAGE = re.compile(
    r"(?:[A-Za-z]{2,3}(?:-[A-Za-z]{3}){0,3}|[A-Za-z]{4,8})(?:-[A-Za-z]{4})?(?:-(?:[A-Za-z]{2}|\d{3}))?"
    r"(?:-(?:[A-Za-z0-9]{5,8}|\d[A-Za-z0-9]{3}))*(?:-[A-WY-Za-wy-z0-9](?:-[A-Za-z0-9]{2,8})+)*(?:-x(?:-[A-Za-z0-9]{1,8})+)?"
)
_MEDIA_TYPE = re.compile(
    r"[A-Za-z0-9][\w!#$&^.+-]{0,126}/[A-Za-z0-9*][\w!#$&^.+*-]{0,126}(?:\s*;\s*[\w-]+=[^;]{1,80})*"
)


class GrammarSystem(CodeSystem):
    """A CodeSystem that makes its concepts as they are asked for."""

    def __init__(self, url: str, title: str, is_code: Callable[[str], bool], *, case_sensitive: bool) -> None:
        super().__init__(url, name=title, title=title, case_sensitive=case_sensitive)
        self._is_code = is_code

    def find(self, code: str) -> Concept | None:
        return Concept(code, code) if 0 < len(code) <= CODE_SIGNS_MAX and self._is_code(code) else None

    def every(self) -> Iterator[Concept]:
        raise Refused(
            "AKS-TERMINOLOGY-036",
            f"The codes of {self.url} are a grammar and cannot be listed.",
            finding=findings.NOT_LISTABLE.found(system=self.url),
        )


class Grammars:
    """A shelf (library.Shelf)."""

    URLS = (UCUM, LANGUAGES, MEDIA_TYPES)

    def __init__(self) -> None:
        listed = (
            GrammarSystem(UCUM, "UCUM", lambda code: ucum.read(code) is not None, case_sensitive=True),
            GrammarSystem(
                LANGUAGES, "BCP 47", lambda code: _LANGUAGE.fullmatch(code) is not None, case_sensitive=False
            ),
            GrammarSystem(
                MEDIA_TYPES,
                "BCP 13",
                lambda code: _MEDIA_TYPE.fullmatch(code) is not None,
                case_sensitive=False,
            ),
        )
        self._systems = {system.url: system for system in listed}

    def systems(self, url: str) -> Sequence[CodeSystem]:
        found = self._systems.get(url)
        return (found,) if found else ()

    def value_sets(self, url: str) -> Sequence[ValueSet]:
        return ()
