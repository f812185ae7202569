"""Every word this node knows, from the listed sources.

Terminology.of_this_installation().lookup("urn:oid:2.16.578.1.12.4.1.1.8279", "LOG_INNLAGT")
-> "Melding om innlagt pasient"
"""

from collections.abc import Iterable, Mapping

from akson.terminology.codelist import CodeList, Coverage, Source
from akson.terminology.sources import SOURCES
from akson.terminology.systems import normalise_system


class Terminology:
    """Built once per process; asking never does I/O."""

    def __init__(self, sources: Iterable[Source]) -> None:
        self._lists: dict[str, tuple[CodeList, ...]] = {}
        self._words: dict[tuple[str, str], str] = {}
        for source in sources:
            for held in source.lists():
                self._lists[held.system] = (*self._lists.get(held.system, ()), held)
                self._words |= {(held.system, code): words for code, words in held.words.items()}

    @classmethod
    def of_this_installation(cls) -> "Terminology":
        return cls(SOURCES)

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
