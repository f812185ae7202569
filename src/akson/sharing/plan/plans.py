"""The shared plans of one node: opened, looked after while a page is open, edited, and asked for by others.

    plans = SharedPlans(Party("999977774", "Storvik kommune"), clock, neighbours)
    opened = await plans.open(session, "astrid")            Opened(plan, operations, silent): all that is to be had
    opened = await plans.look(session, "astrid")            the same while a page is open: unchanged costs no line in any log
    opened = await plans.enter(session, "astrid", operation)
    told   = await plans.answer(session, "astrid", asked)   for another node, by one it vouches for

Where a plan lives, its policy line says: with its authors and asked for (federated), or with one master (central). In both,
each node keeps what was written through it: a network that is cut loses nothing, and a switch moves nothing. docs/adr/0246.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from akson.access.actor import ActorKind
from akson.record.session import RecordSession
from akson.sharing.plan import keeping
from akson.sharing.plan.editing import membership, not_in
from akson.sharing.plan.entries import Resource
from akson.sharing.plan.exchange import (
    BROUGHT_MAX,
    HAVE_MAX,
    Asked,
    Told,
    asked_of,
    believed,
    brought_to,
    given,
    holds_all,
    kept_here,
    let_in,
    told_of,
)
from akson.sharing.plan.joining import SharedPlan, joined
from akson.sharing.plan.operation import Operation
from akson.world import Clock

LOOKED_AFTER_S = 1.5
"""How seldom one reader's open page makes others be asked."""
TICKET_LASTS = timedelta(minutes=5)
REMEMBERED_MAX = 500
"""Open pages of one process; the oldest is forgotten, and asks anew."""


@dataclass(frozen=True, slots=True)
class Party:
    number: str
    name: str


@dataclass(frozen=True, slots=True)
class Silent:
    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Opened:
    plan: SharedPlan
    operations: tuple[Operation, ...]
    silent: tuple[Silent, ...] = ()
    """Who did not answer, and may hold lines that are not shown."""
    unsent: int = 0
    """Written here, and not yet where it is to go."""


class NoAnswer(Exception):
    """Its text says why, in words for the clinician."""


class NotIn(Exception):
    """There is no such plan, no such patient, or we take no part: the other does not tell which."""


class Ticket(Protocol):
    """That one of ours may ask about one patient for some minutes."""


class Neighbours(Protocol):
    """Other nodes, over HTTP: `akson.app.shared_plans`."""

    def names(self) -> dict[str, str]:
        """Party -> name, of those that have an address."""
        ...

    async def ticket(self, session: RecordSession, patient: str, whom: Sequence[str]) -> Ticket | None:
        """None for one who cannot be vouched for (a citizen). Puts the asking into the patient's log, once."""
        ...

    async def exchange(self, party: str, ticket: Ticket, asked: Asked) -> Told:
        """Raises NoAnswer, NotIn."""
        ...


@dataclass
class _Page:
    """What one reader was shown of one plan, and what others said then."""

    version: int = -1
    own: tuple[Operation, ...] = ()
    tokens: dict[str, str] = field(default_factory=dict)
    heard: dict[str, dict[str, Operation]] = field(default_factory=dict)
    shut: set[str] = field(default_factory=set)
    """Who said that we take no part."""
    silent: tuple[Silent, ...] = ()
    asked_at: datetime | None = None
    ticket: Ticket | None = None
    ticket_at: datetime | None = None
    ticket_for: frozenset[str] = frozenset()


class SharedPlans:
    """Built once for each process. What it remembers may be lost at any time."""

    def __init__(self, us: Party, clock: Clock, neighbours: Neighbours | None = None) -> None:
        self.us = us
        self._clock = clock
        self._neighbours = neighbours
        self._pages: dict[tuple[int, str, str], _Page] = {}
        self._brought: dict[tuple[str, str], set[str]] = {}
        self._plans: dict[tuple[int, str], tuple[int, SharedPlan]] = {}

    async def open(self, session: RecordSession, patient: str) -> Opened:
        """Raises what the record raises for who may not."""
        page = self._page(session, patient)
        # Read and asked anew, and logged; what others said last is shown on while they are silent, and that is told.
        page.version, page.asked_at, page.ticket = -1, None, None
        return await self.look(session, patient)

    async def look(self, session: RecordSession, patient: str) -> Opened:
        page = self._page(session, patient)
        await self._read(session, patient, page)
        await self._ask(session, patient, page)
        return self._opened(patient, page)

    async def enter(self, session: RecordSession, patient: str, operation: Operation) -> Opened:
        page = self._page(session, patient)
        await self._read(session, patient, page)
        known = self._known(page)
        unit = self.unit(joined([*known, operation]), session)
        await keeping.take_in(session, patient, [operation], unit)
        page.asked_at = None
        return await self.look(session, patient)

    async def answer(self, session: RecordSession, patient: str, asked: Asked) -> Told:
        """To one whom another enterprise vouches for. NOT_FOUND for a patient, a plan and a part that is not."""
        word = session.actor.attested
        party = word.legal_entity if word else ""
        version = await keeping.version(session, patient)
        plan = await self._plan(session, patient, version)
        refused: list[str] = []
        if asked.operations:
            held = await keeping.operations(keeping.house_of(session), patient)
            taken, refused = let_in(held, asked.operations, party, self.us.number, self._clock.now())
            if taken:
                after = joined([*held, *taken])
                await keeping.take_in(session, patient, taken, self.unit(after, session))
                version = await keeping.version(session, patient)
                plan = await self._plan(session, patient, version)
        if not plan.members:
            raise not_in()
        membership(plan, party, self._clock.now())
        if asked.token == str(version) and not asked.operations:
            return Told(asked.token, unchanged=True)
        held = await keeping.operations(session, patient)
        new = given(plan, held, party, asked.have, self._clock.now())
        return Told(str(version), tuple(new), tuple(refused))

    def unit(self, plan: SharedPlan, session: RecordSession) -> Resource:
        """Who owns what is to be chosen and makes the visits: the unit that founded the plan here, else whoever writes."""
        line = plan.line("policy")
        for choice in line.choices if line else ():
            named = (choice.content or {}).get("unit")
            if choice.first.via == self.us.number and isinstance(named, list | tuple) and len(named) == 2:
                return {"reference": str(named[0]), "display": str(named[1])}
        own = session.actor.organisations[:1] if session.actor.attested is None else ()
        return {"reference": own[0], "display": session.actor.unit_name} if own else {"display": self.us.name}

    async def _plan(self, session: RecordSession, patient: str, version: int) -> SharedPlan:
        """As the house sees it; read again when the head has another version."""
        key = (session.actor.tenant, patient)
        known = self._plans.get(key)
        if known is None or known[0] != version or not version:
            held = await keeping.operations(keeping.house_of(session), patient)
            known = (version, joined(held))
            self._plans[key] = known
        return known[1]

    def _key(self, session: RecordSession, patient: str) -> tuple[int, str, str]:
        return session.actor.tenant, session.actor.id, patient

    def _page(self, session: RecordSession, patient: str) -> _Page:
        key = self._key(session, patient)
        page = self._pages.pop(key, None) or _Page()
        self._pages[key] = page
        while len(self._pages) > REMEMBERED_MAX:
            self._pages.pop(next(iter(self._pages)))
        return page

    async def _read(self, session: RecordSession, patient: str, page: _Page) -> None:
        version = await keeping.version(session, patient)
        if version != page.version:
            page.own = tuple(await keeping.operations(session, patient))
            page.version = version

    def _known(self, page: _Page) -> list[Operation]:
        heard = {id: o for said in page.heard.values() for id, o in said.items()}
        return list({**heard, **{o.id: o for o in page.own}}.values())

    async def _ask(self, session: RecordSession, patient: str, page: _Page) -> None:
        now = self._clock.now()
        asks = session.actor.kind is ActorKind.PRACTITIONER and session.actor.attested is None
        lately = page.asked_at is not None and now - page.asked_at < timedelta(seconds=LOOKED_AFTER_S)
        if self._neighbours is None or not asks or lately:
            return
        page.asked_at = now
        plan = joined(self._known(page))
        names = self._neighbours.names()
        wanted = asked_of(plan, self.us.number)
        asked = set(names) if wanted is None else {p for p in wanted if p in names}
        pending = {
            p: self._pending(patient, plan, page, p) for p in told_of(plan, self.us.number) if p in names
        }
        whom = sorted(asked | {p for p, some in pending.items() if some})
        if not whom:
            page.silent = ()
            return
        stale = page.ticket_at is None or now - page.ticket_at > TICKET_LASTS
        if page.ticket is None or stale or not page.ticket_for.issuperset(whom):
            # The line in the patient's log names whom it was shown to; who is asked later makes another.
            page.ticket = await self._neighbours.ticket(session, patient, [names[p] for p in whom])
            page.ticket_at, page.ticket_for = now, frozenset(whom)
        if page.ticket is None:
            page.silent = tuple(Silent(names[p], "innloggingstjenesten svarte ikke") for p in whom)
            return
        page.shut.clear()
        said = await asyncio.gather(
            *(self._exchange(patient, page, p, pending.get(p, []), page.ticket) for p in whom)
        )
        if page.shut & {*plan.stewards, plan.master}:
            # Whoever steers the plan says that we are out: then nothing that anybody told is shown on.
            page.heard.clear()
            page.tokens.clear()
        page.silent = tuple(
            Silent(names[p], why)
            for p, why in zip(whom, said, strict=True)
            if why and p in asked and wanted is not None
        )
        await self._keep_heard(session, patient, page)

    def _pending(self, patient: str, plan: SharedPlan, page: _Page, party: str) -> list[Operation]:
        own = [o for o in page.own if o.via == self.us.number]
        done = self._brought.get((patient, party), set())
        return [o for o in brought_to(plan, own, party) if o.id not in done]

    async def _exchange(
        self, patient: str, page: _Page, party: str, pending: Sequence[Operation], ticket: Ticket
    ) -> str:
        """Why there is no answer, or ""."""
        assert self._neighbours is not None
        heard = page.heard.get(party, {})
        # As many as the other takes at once: what is not named comes again, what is not brought is brought next time.
        have = tuple(sorted({*(o.id for o in page.own), *heard})[:HAVE_MAX])
        pending = pending[:BROUGHT_MAX]
        try:
            told = await self._neighbours.exchange(
                party, ticket, Asked(page.tokens.get(party, ""), have, tuple(pending))
            )
        except NoAnswer as none:
            return str(none) or "svarte ikke"
        except NotIn:
            # Out from now on: what it told before is not shown on.
            page.heard.pop(party, None)
            page.tokens.pop(party, None)
            page.shut.add(party)
            return ""
        refused = set(told.refused)
        self._brought.setdefault((patient, party), set()).update(o.id for o in pending if o.id not in refused)
        page.tokens[party] = told.token
        fresh = believed(self._known(page), told.operations, party, self.us.number)
        page.heard[party] = {**heard, **{o.id: o for o in fresh}}
        return ""

    async def _keep_heard(self, session: RecordSession, patient: str, page: _Page) -> None:
        plan = joined(self._known(page))
        own = {o.id for o in page.own}
        heard = [o for o in self._known(page) if o.id not in own]
        fresh = kept_here(plan, self.us.number, heard)
        if fresh:
            await keeping.take_in(keeping.house_of(session), patient, fresh, self.unit(plan, session))
            await self._read(session, patient, page)

    def _opened(self, patient: str, page: _Page) -> Opened:
        held = self._known(page)
        plan = joined(held)
        names = self._neighbours.names() if self._neighbours else {}
        targets = [p for p in told_of(plan, self.us.number) if p in names and holds_all(plan, p)]
        unsent = {o.id for p in targets for o in self._pending(patient, plan, page, p)}
        return Opened(plan, tuple(held), page.silent, len(unsent))
