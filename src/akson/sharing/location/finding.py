"""Whom to ask about a person: those the index names, or everybody when it says nothing. Pure but for the one question.

Found(sources=(lillefjord, havneby), kinds={"lillefjord": {medication: 2026-01-03}}, degraded="")
Found(sources=<all known>, kinds={}, degraded="Oversikten … svarer ikke. Alle kjente kilder er spurt.")
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from akson.fhir.problem import Problem
from akson.sharing.classes import SharedClass
from akson.sharing.keys import Key
from akson.sharing.location.messages import read_holdings
from akson.sharing.location.values import SEARCH_PATH, Holding
from akson.sharing.network import Network, NoReply
from akson.sharing.values import Source

INDEX_BUDGET_S = 0.4
"""Of the whole budget: an index that is slower is done without."""
DOWN = "Oversikten over hvem som har opplysninger, svarer ikke. Alle kjente kilder er spurt."
STRANGERS = "Oversikten nevner kilder som ikke er kjent her, og som ikke er spurt."


@dataclass(frozen=True, slots=True)
class Found:
    sources: tuple[Source, ...]
    kinds: Mapping[str, Mapping[SharedClass, date]] = field(default_factory=dict)
    """Id of a source -> what it holds, and since when; {} when the index did not say."""
    degraded: str = ""
    """In words for the clinician, when more or fewer are asked than should be."""

    def of(self, kind: SharedClass) -> tuple[Source, ...]:
        """Those to ask about this kind."""
        if not self.kinds:
            return self.sources
        return tuple(s for s in self.sources if {kind, SharedClass.OTHER} & self.kinds.get(s.id, {}).keys())


def found_by(holdings: Iterable[Holding], known: Sequence[Source], us: str) -> Found:
    """By what the index said; ourselves are not asked."""
    kinds: dict[str, dict[SharedClass, date]] = {}
    for holding in holdings:
        if holding.source != us:
            kinds.setdefault(holding.source, {})[holding.kind] = holding.since
    sources = tuple(source for source in known if source.id in kinds)
    strangers = kinds.keys() - {source.id for source in sources}
    # An empty answer names nobody; it is no answer that is missing.
    return Found(sources, kinds or {"": {}}, STRANGERS if strangers else "")


def everybody(known: Sequence[Source], why: str = "") -> Found:
    return Found(tuple(known), {}, why)


class Finder:
    """Asks the index at `address`; "" where there is none: everybody is asked, and that is as it should be."""

    def __init__(
        self,
        address: str,
        us: str,
        known: Sequence[Source],
        network: Network,
        budget_s: float = INDEX_BUDGET_S,
    ) -> None:
        self.address = address
        self._us = us
        self._known = tuple(known)
        self._network = network
        self._budget_s = budget_s

    async def find(self, person: str, key: Key) -> Found:
        """Raises nothing: an index that is silent is done without, and that is said."""
        if not self.address:
            return everybody(self._known)
        url = f"{self.address}{SEARCH_PATH}"
        try:
            async with asyncio.timeout(self._budget_s):
                reply = await self._network.post(url, [("person", person)], key.headers("POST", url))
            if reply.status != 200:
                return everybody(self._known, DOWN)
            return found_by(read_holdings(reply.body), self._known, self._us)
        except (NoReply, Problem, TimeoutError):
            return everybody(self._known, DOWN)
