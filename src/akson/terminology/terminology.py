"""Every word this node knows: from the listed sources, from FHIR itself, and from what the operator has loaded.

Terminology.of_this_installation().lookup("urn:oid:2.16.578.1.12.4.1.1.8279", "LOG_INNLAGT")
-> "Melding om innlagt pasient"
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from akson.terminology import r4
from akson.terminology.codelist import CodeList, Coverage, Source
from akson.terminology.composing import Composer
from akson.terminology.concepts import Content
from akson.terminology.grammars import Grammars
from akson.terminology.library import Library, Shelf
from akson.terminology.loaded import Loaded
from akson.terminology.refusal import Refused
from akson.terminology.sources import SOURCES
from akson.terminology.systems import normalise_system
from akson.terminology.versions import split
from akson.terminology.wishes import Wishes
from akson.terminology.words_shelf import WordsShelf

K = TypeVar("K")
V = TypeVar("V")
REMEMBERED_MAX = 4_000
"""Answers of each kind that are kept."""


class Terminology:
    """Built once per process. Asking does no I/O; `refresh` looks whether the operator has loaded more."""

    def __init__(self, sources: Iterable[Source], loaded: Loaded | None = None) -> None:
        self._lists: dict[str, tuple[CodeList, ...]] = {}
        self._words: dict[tuple[str, str], str] = {}
        for source in sources:
            for held in source.lists():
                self._lists[held.system] = (*self._lists.get(held.system, ()), held)
                self._words |= {(held.system, code): words for code, words in held.words.items()}
        self._loaded = loaded
        self._members: dict[str, frozenset[tuple[str, str]] | None] = {}
        self._single: dict[tuple[str, str, str], bool | None] = {}
        self._trees: dict[tuple[bool, str, str], frozenset[str] | None] = {}

    @classmethod
    def of_this_installation(cls, data: Path | None = None) -> "Terminology":
        """`data`: the node's data folder, for what its operator has loaded."""
        return cls(SOURCES, Loaded(data) if data else None)

    def lookup(self, system: str, code: str) -> str | None:
        """The words in bokmål, under any alias of the system; None when we do not hold them."""
        return self._words.get((normalise_system(system), code))

    def known(self, system: str, code: str) -> bool | None:
        """Whether the code exists; None when we do not hold the whole list, and so cannot tell."""
        canonical = normalise_system(system)
        if (canonical, code) in self._words:
            return True
        held = self._lists.get(canonical, ())
        return False if any(part.coverage is Coverage.COMPLETE for part in held) else None

    def lists(self) -> Mapping[str, tuple[CodeList, ...]]:
        """Canonical address -> what is held of that list, and from whom."""
        return self._lists

    def library(self) -> Library:
        """For one request: all that the node knows, and room for what the request brings."""
        return Library(self._shelves)

    def refresh(self) -> None:
        """Takes in what was loaded since; costs a look at one file's time of change."""
        if self._loaded is not None and self._loaded.refresh():
            for remembered in (self._members, self._single, self._trees):
                remembered.clear()
            self.__dict__.pop("_library", None)

    def headings(self) -> Iterator[tuple[str, str]]:
        """(url, version) of every code system the node can answer for."""
        yield from ((url, "") for url in self._lists if not url.startswith("http://hl7.org/fhir/"))
        yield from ((url, "") for url in Grammars.URLS)
        for pack in (self._loaded, r4.shelf()):
            if pack is not None:
                yield from ((url, heading.version) for url, heading in pack.headings("CodeSystem"))

    def member(self, value_set: str) -> frozenset[tuple[str, str]] | None:
        """(system, code) of all that a value set holds, `url` or `url|version`; None when it is not known or not a list.

        Computed when first asked for, remembered afterwards.
        """
        if value_set not in self._members:
            _remember(self._members, value_set, self._listed(value_set))
        return self._members[value_set]

    def member_of(self, value_set: str, system: str, code: str) -> bool | None:
        """Whether a value set holds a code, also where it is a grammar; None when that cannot be told.

        Without a system (a `code` element), whether it holds the code of any system.
        """
        listed = self.member(value_set)
        if listed is not None:
            if not system:
                return any(c == code for _, c in listed)
            return (system, code) in listed or (normalise_system(system), code) in listed
        key = (value_set, system, code)
        if key not in self._single:
            _remember(self._single, key, self._held(value_set, system, code))
        return self._single[key]

    def below(self, system: str, code: str) -> frozenset[str] | None:
        """The code and all its descendants; None when the system or the code is not known."""
        return self._tree(system, code, up=False)

    def above(self, system: str, code: str) -> frozenset[str] | None:
        """The code and all its ancestors; None when the system or the code is not known."""
        return self._tree(system, code, up=True)

    def display(self, system: str, code: str) -> str | None:
        """What the system itself calls the code."""
        found = self._library.system(system)
        concept = found.find(code) if found else None
        return concept.display or None if concept else None

    def exists(self, system: str, code: str) -> bool | None:
        """Whether the system has the code; None when it is not known whole."""
        found = self._library.system(system)
        if found is None:
            return None
        if found.find(code) is not None:
            return True
        return False if found.content is Content.COMPLETE else None

    @cached_property
    def _shelves(self) -> tuple[Shelf, ...]:
        loaded: tuple[Shelf, ...] = (self._loaded,) if self._loaded else ()
        return (*loaded, WordsShelf(self._lists), Grammars(), r4.shelf())

    @cached_property
    def _library(self) -> Library:
        return self.library()

    def _listed(self, canonical: str) -> frozenset[tuple[str, str]] | None:
        found = self._library.value_set(*split(canonical))
        if found is None:
            return None
        try:
            composer = Composer(self._library, Wishes())
            members = composer.members(found)
        except Refused:
            return None
        if any(s.content is not Content.COMPLETE for s in composer.used.systems.values()):
            return None
        return frozenset((url, code) for url, _, code in members)

    def _held(self, canonical: str, system: str, code: str) -> bool | None:
        value_set = self._library.value_set(*split(canonical))
        if value_set is None:
            return None
        includes = value_set.compose.get("include") or ()
        urls = [system] if system else [str(i["system"]) for i in includes if i.get("system")]
        composer, sure = Composer(self._library, Wishes()), bool(urls)
        for url in urls:
            held = self._library.system(url)
            concept = held.find(code) if held else None
            try:
                if held and concept and composer.holds(value_set, held, concept):
                    return True
            except Refused:
                return None
            sure &= held is not None and held.content is Content.COMPLETE
        return False if sure else None

    def _tree(self, system: str, code: str, *, up: bool) -> frozenset[str] | None:
        key = (up, system, code)
        if key not in self._trees:
            _remember(self._trees, key, self._walked(system, code, up=up))
        return self._trees[key]

    def _walked(self, system: str, code: str, *, up: bool) -> frozenset[str] | None:
        found = self._library.system(system)
        concept = found.find(code) if found else None
        if found is None or concept is None:
            return None
        codes = found.above(concept.code) if up else found.below(concept.code)
        return frozenset({concept.code} | codes)


def _remember(answers: dict[K, V], key: K, answer: V) -> None:
    """Bounded: the questions come from outside."""
    if len(answers) >= REMEMBERED_MAX:
        answers.clear()
    answers[key] = answer
