"""Several sources asked at once, each for itself, and all of it within one budget. What none of them says is said here.

    answer = await ask(question, sources, key=…, network=…, breakers=…, clock=…, budget_s=1.5)
    answer.parts       one for each source, in the order they were given
    answer.missing     those that may hold more than was said

Nobody is asked twice for the same (no hedging): a source that is slow is slower when it is asked again.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from akson.sharing.federation.breaker import CLOSED, Breaker
from akson.sharing.federation.reading import Read, address_of, form_of, read
from akson.sharing.keys import Key
from akson.sharing.network import Network, NoReply, Reply
from akson.sharing.values import Answer, Outcome, Part, Question, Source
from akson.world import Clock

BUDGET_S = 1.5
SOURCES_MAX = 60
SPARED = "Ikke spurt: kilden har ikke svart den siste tiden."
UNREACHED = "Kilden kunne ikke nås."
UNASKED = "Ikke spurt: det er flere kilder enn vi spør på en gang."
_JSON = {"accept": "application/fhir+json"}


class Watches(Protocol):
    """Who may be asked, and is told what became of it."""

    def may_ask(self, source: Source, now: datetime) -> bool: ...
    def tell(self, source: Source, answered: bool, now: datetime) -> None: ...


class Breakers:
    """One for each process: how each source has answered of late."""

    def __init__(self) -> None:
        self._of: dict[str, Breaker] = {}

    def may_ask(self, source: Source, now: datetime) -> bool:
        self._of[source.id], allowed = self._of.get(source.id, CLOSED).asked(now)
        return allowed

    def tell(self, source: Source, answered: bool, now: datetime) -> None:
        breaker = self._of.get(source.id, CLOSED)
        self._of[source.id] = breaker.answered() if answered else breaker.failed(now)

    def states(self, now: datetime) -> dict[str, str]:
        """Id of each source that was ever asked -> closed, open or half-open."""
        return {id: breaker.state(now) for id, breaker in self._of.items()}


class OneAsking:
    """Several questions at the same moment: a source that is away has failed once, not once for each of them."""

    def __init__(self, breakers: Breakers) -> None:
        self._breakers = breakers
        self._allowed: dict[str, bool] = {}
        self._said: dict[str, tuple[Source, bool]] = {}

    def may_ask(self, source: Source, now: datetime) -> bool:
        if source.id not in self._allowed:
            self._allowed[source.id] = self._breakers.may_ask(source, now)
        return self._allowed[source.id]

    def tell(self, source: Source, answered: bool, now: datetime) -> None:
        before = self._said.get(source.id)
        self._said[source.id] = (source, answered or (before is not None and before[1]))

    def end(self, now: datetime) -> None:
        for source, answered in self._said.values():
            self._breakers.tell(source, answered, now)


async def ask(
    question: Question,
    sources: Sequence[Source],
    *,
    key: Key,
    network: Network,
    breakers: Watches,
    clock: Clock,
    budget_s: float = BUDGET_S,
) -> Answer:
    """Comes back when all have answered, and at the latest after `budget_s` seconds. Raises nothing of what sources do."""
    now = clock.now()
    relevant = list({source.id: source for source in sources}.values())
    wanted, rest = relevant[:SOURCES_MAX], relevant[SOURCES_MAX:]
    asked = [source for source in wanted if breakers.may_ask(source, now)]
    parts = {source.id: Part(source, Outcome.SPARED, why=SPARED) for source in wanted}
    parts |= {source.id: Part(source, Outcome.SPARED, why=UNASKED) for source in rest}
    parts |= await _all(question, asked, key, network, clock, budget_s)
    for source in asked:
        answered = parts[source.id].outcome in (Outcome.ANSWERED, Outcome.REFUSED)
        breakers.tell(source, answered, clock.now())
    return Answer(question, key.decision, tuple(parts[source.id] for source in relevant))


async def _all(
    question: Question, sources: Sequence[Source], key: Key, network: Network, clock: Clock, budget_s: float
) -> dict[str, Part]:
    if not sources:
        return {}
    under_way = {
        asyncio.create_task(_one(question, source, key, network, clock), name=f"ask-{source.id}"): source
        for source in sources
    }
    try:
        done, late = await asyncio.wait(under_way, timeout=max(0.0, budget_s))
    finally:
        # Also when the asker herself has gone: nobody is asked on for nothing.
        for task in under_way:
            task.cancel()
    found = {under_way[task].id: task.result() for task in done}
    why = f"Svarte ikke innen {budget_s:.1f} s.".replace(".", ",", 1)
    found |= {
        under_way[task].id: Part(under_way[task], Outcome.SILENT, why=why, ms=budget_s * 1000)
        for task in late
    }
    await asyncio.gather(*late, return_exceptions=True)
    return found


async def _one(question: Question, source: Source, key: Key, network: Network, clock: Clock) -> Part:
    loop = asyncio.get_running_loop()
    begun = loop.time()
    try:
        said = read(await _reply(question, source, key, network), clock.now())
    except NoReply:
        said = Read(Outcome.SILENT, why=UNREACHED)
    ms = (loop.time() - begun) * 1000
    return Part(source, said.outcome, said.resources, said.as_of, said.why, ms, said.more)


async def _reply(question: Question, source: Source, key: Key, network: Network) -> Reply:
    """A second time when the source wants its nonce in our proof (RFC 9449, 9)."""
    url, form = address_of(source.base, question), form_of(question)
    reply = await network.post(url, form, {**_JSON, **key.headers("POST", url)})
    nonce = reply.headers.get("dpop-nonce", "")
    if reply.status == 401 and nonce and "use_dpop_nonce" in reply.headers.get("www-authenticate", ""):
        reply = await network.post(url, form, {**_JSON, **key.headers("POST", url, nonce=nonce)})
    return reply
