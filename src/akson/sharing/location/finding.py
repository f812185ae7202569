"""Whom to ask about a person: those the index names, or everybody when it says nothing. Pure but for the one question.

Found(sources=(lillefjord, havneby), kinds={"lillefjord": {medication: 2026-01-03}}, degraded="")
Found(sources=<all known>, kinds={}, degraded="Oversikten … svarer ikke. Alle kjente kilder er spurt.")
"""

import asyncio
import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from akson.fhir.problem import Problem
from akson.sharing.classes import SharedClass
from akson.sharing.keys import Key
from akson.sharing.location.messages import read_holdings
from akson.sharing.location.values import SEARCH_PATH, Holding
from akson.sharing.network import Network, NoReply
from akson.sharing.values import Part, Source
from akson.world import Clock

NORWAY = ZoneInfo("Europe/Oslo")
REMEMBERED_FOR = timedelta(hours=24)
REMEMBERED_MAX = 20_000
INDEX_BUDGET_S = 0.4
"""Of the whole budget: an index that is slower is done without."""
DOWN = "Oversikten over hvem som har opplysninger, svarer ikke. Alle kjente kilder er spurt."
REMEMBERED = "Oversikten over hvem som har opplysninger, svarer ikke. Spurt er de som sto der {when}."
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

    def instead(self, part: Part) -> Source | None:
        """Nobody: who is named here is who wrote it."""
        return None


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
        *,
        clock: Clock,
        secret: bytes,
        budget_s: float = INDEX_BUDGET_S,
    ) -> None:
        """`secret`: random bytes of this process, so that nobody's number is kept in memory."""
        self.address = address
        self._us = us
        self._known = tuple(known)
        self._network = network
        self._budget_s = budget_s
        self._clock = clock
        self._secret = secret
        self._remembered: dict[bytes, tuple[datetime, Found]] = {}
        """By a hash whose key is this process's: for when the index is away."""

    async def find(self, person: str, key: Key) -> Found:
        """Raises nothing: an index that is silent is done without, and that is said.

        Whoever it named for this person within the last day is asked then; of one it was never asked about, everybody.
        """
        if not self.address:
            return everybody(self._known)
        mark = hmac.new(self._secret, person.encode(), hashlib.sha256).digest()
        url = f"{self.address}{SEARCH_PATH}"
        try:
            async with asyncio.timeout(self._budget_s):
                reply = await self._network.post(url, [("person", person)], key.headers("POST", url))
            if reply.status == 200:
                found = found_by(read_holdings(reply.body), self._known, self._us)
                self._remember(mark, found)
                return found
        except (NoReply, Problem, TimeoutError):
            pass
        return self._without(mark)

    def _remember(self, mark: bytes, found: Found) -> None:
        if len(self._remembered) >= REMEMBERED_MAX:
            self._remembered.pop(next(iter(self._remembered)))
        self._remembered[mark] = (self._clock.now(), found)

    def _without(self, mark: bytes) -> Found:
        at, found = self._remembered.get(mark, (None, None))
        if at is None or found is None or self._clock.now() - at > REMEMBERED_FOR:
            return everybody(self._known, DOWN)
        return replace(found, degraded=REMEMBERED.format(when=f"kl. {at.astimezone(NORWAY):%H:%M}"))
