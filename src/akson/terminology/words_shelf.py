"""The code lists that come with Akson (sources/), as code systems: what is complete is complete, an extract a fragment."""

from collections.abc import Iterable, Mapping, Sequence

from akson.terminology.codelist import CodeList, Coverage
from akson.terminology.concepts import CodeSystem, Concept, Content
from akson.terminology.library import ValueSet

LANGUAGE = "nb"


class WordsShelf:
    """A shelf (library.Shelf). Systems that are FHIR's own stand in r4/; here they would hide the English."""

    def __init__(self, lists: Mapping[str, Iterable[CodeList]]) -> None:
        self._systems = {
            url: _system(url, tuple(parts))
            for url, parts in lists.items()
            if not url.startswith("http://hl7.org/fhir/")
        }

    def systems(self, url: str) -> Sequence[CodeSystem]:
        found = self._systems.get(url)
        return (found,) if found else ()

    def value_sets(self, url: str) -> Sequence[ValueSet]:
        return ()


def _system(url: str, parts: Sequence[CodeList]) -> CodeSystem:
    whole = any(part.coverage is Coverage.COMPLETE for part in parts)
    return CodeSystem(
        url,
        name=parts[0].title,
        title=parts[0].title,
        language=LANGUAGE,
        content=Content.COMPLETE if whole else Content.FRAGMENT,
        concepts={code: Concept(code, words) for part in parts for code, words in part.words.items()},
    )
