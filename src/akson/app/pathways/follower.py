"""The house follows what changes in the record, and the clock, and does what follows from it.

    changes ──► whose ──┐
    the clock ──────────┼─► one patient: gather ─► ask (care, pure) ─► commit
    at start: all under way ┘

Nothing is remembered but who is next: a restart asks about everybody under way, and what was done already gives nothing.
A commit is whole or not at all, made of what was read: a change in between, or another follower, refuses it, and she is
asked about again (docs/adr/0165).
"""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial

from akson.access.actor import PurposeOfUse
from akson.app.pathways.answers_heard import AnswersHeard
from akson.app.pathways.asking import Ask, ask
from akson.app.pathways.commits import changes_of
from akson.app.pathways.facts import FOLLOWED, actor, gather
from akson.app.pathways.reading import found
from akson.app.pathways.receipts import no_receipts, receipts_of
from akson.care.contacts.residence import ROUND_THE_CLOCK
from akson.care.contacts.stays import INPATIENT_CLASSES
from akson.care.fhir_json import reference_id
from akson.fhir.problem import Problem, ProblemKind
from akson.fhir.search.parsing import parse
from akson.record.door import Record
from akson.record.session import RecordSession
from akson.store.outbox import OutboxStore
from akson.store.values import ChangeEvent
from akson.world import Clock
from akson.world.raised import places

CHANGES_EACH = 500
PATIENTS_EACH = 20
"""In one round, so that a start with many under way leaves room for what comes in."""
AGAIN = timedelta(seconds=1)
AFTER_FAULT = timedelta(minutes=1)
RECENT = timedelta(days=30)
_ASKING = "DIALOG_FORESPORSEL,HELSEOPPLYSNINGER_LEGE,DIALOG_NOTAT,DIALOG_HELSEFAGLIG"
"""Types (8279) that wait for an answer, or may hurry."""
_LOST = (ProblemKind.PRECONDITION, ProblemKind.CONFLICT)
_log = logging.getLogger("akson.pathways")


class Follower:
    """One per node. Two at the same time do no harm: each commit is at the versions that were read."""

    def __init__(
        self,
        record: Record,
        tenants: Sequence[int],
        *,
        clock: Clock,
        asked: Ask = ask,
        outbox: OutboxStore | None = None,
    ) -> None:
        """`outbox`: what became of what was sent; without one nothing is known of it, and it waits."""
        self._record = record
        self._tenants = tuple(tenants)
        self._clock = clock
        self._ask = asked
        self._receipts = partial(receipts_of, outbox) if outbox else no_receipts
        self._answers = AnswersHeard(outbox) if outbox else None
        self._place: tuple[int, int] | None = None
        self._due: dict[tuple[int, str], datetime] = {}
        """(tenant, id of Patient) -> when to ask about her."""
        self._own: set[tuple[int, str, str, int]] = set()
        """What this follower wrote itself and has not met among the changes yet."""

    async def round(self) -> int:
        """What has changed, then who is due; gives how many were asked about."""
        if self._place is None:
            # In this order: what changes while everybody is looked for comes among the changes too.
            place = await self._record.store.changes_from()
            if self._answers is not None:
                await self._answers.begin()
            await self._begin()
            self._place = place
        await self._notice()
        now = self._clock.now()
        due = sorted((at, key) for key, at in self._due.items() if at <= now)[:PATIENTS_EACH]
        for _, (tenant, patient) in due:
            self._due[tenant, patient] = await self._see_to(tenant, patient)
        return len(due)

    def session(self, tenant: int) -> RecordSession:
        return self._record.open(actor(tenant), PurposeOfUse.CARE_COORDINATION)

    async def _begin(self) -> None:
        now = self._clock.now()
        recent = (now - RECENT).isoformat(timespec="seconds")
        for tenant in self._tenants:
            session = self.session(tenant)
            for type, params, subject in (
                ("ServiceRequest", [("category", "decision,measure"), ("status", "active")], "subject"),
                (
                    "ServiceRequest",
                    [("category", "decision,measure"), ("_lastUpdated", f"ge{recent}")],
                    "subject",
                ),
                (
                    "Encounter",
                    [("class", ",".join(INPATIENT_CLASSES)), ("_lastUpdated", f"ge{recent}")],
                    "subject",
                ),
                ("Encounter", [("class", ",".join(INPATIENT_CLASSES)), ("status", "in-progress")], "subject"),
                ("Communication", [("category", _ASKING), ("_lastUpdated", f"ge{recent}")], "subject"),
                ("EpisodeOfCare", [("type", ",".join(ROUND_THE_CLOCK)), ("status", "active")], "patient"),
                ("Task", [("code", "gp-dialogue"), ("status", "requested,accepted,in-progress")], "for"),
            ):
                standing = await found(session, parse(type, [*params, ("_count", "500")]))
                self._soon(tenant, (reference_id(r.get(subject)) for r in standing), now)
            holds = await found(
                session,
                parse(
                    "Appointment",
                    [("service-category", "bed-hold"), ("status", "booked,arrived"), ("_count", "500")],
                ),
            )
            for hold in holds:
                self._soon(tenant, (reference_id(p.get("actor")) for p in hold["participant"][:1]), now)

    def _soon(self, tenant: int, patients: Iterable[str], now: datetime) -> None:
        self._due.update({(tenant, patient): now for patient in patients if patient})

    async def _notice(self) -> None:
        assert self._place is not None
        while events := await self._record.store.changes(self._place, CHANGES_EACH):
            for tenant in self._tenants:
                await self._whose(tenant, [e for e in events if e.tenant == tenant])
            self._place = events[-1].place
        if self._answers is not None:
            for tenant, ids in (await self._answers.news(self._clock.now())).items():
                if tenant in self._tenants:
                    self._soon(tenant, await self._patients(tenant, "Communication", ids), self._clock.now())

    async def _whose(self, tenant: int, events: Iterable[ChangeEvent]) -> None:
        changed: dict[str, set[str]] = {}
        for event in events:
            for type, id, version in zip(event.types, event.ids, event.versions, strict=True):
                if type in FOLLOWED and (tenant, type, id, version) not in self._own:
                    changed.setdefault(type, set()).add(id)
                self._own.discard((tenant, type, id, version))
        for type, ids in changed.items():
            self._soon(tenant, await self._patients(tenant, type, sorted(ids)), self._clock.now())

    async def _patients(self, tenant: int, type: str, ids: Sequence[str]) -> set[str]:
        if type == "Patient":
            return set(ids)
        patients: set[str] = set()
        for start in range(0, len(ids), 100):
            asked = parse(type, [("_id", ",".join(ids[start : start + 100])), ("_count", "100")])
            page = await self.session(tenant).search(asked)
            patients.update(p for version in page.matches for p in version.patients)
        return patients

    async def _see_to(self, tenant: int, patient: str) -> datetime:
        """When to ask about her again."""
        now = self._clock.now()
        try:
            session = self.session(tenant)
            facts = await gather(session, patient, now, self._receipts)
            if facts is None:
                return now + RECENT
            answer = self._ask(facts, now)
            if answer.changes:
                for done in await session.commit(changes_of(answer.changes)):
                    self._own.add((tenant, done.version.type, done.version.id, done.version.version))
            return answer.wake
        except Problem as problem:
            if problem.kind in _LOST:
                return now + AGAIN
            _log.error("AKS-CASE-301 %s", problem.id)
        except Exception as error:
            _log.error("AKS-CASE-302 %s", places(error))
        return now + AFTER_FAULT
