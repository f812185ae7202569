"""The record as one actor, for one purpose, may see it. Reading stands here; writing in `akson.record.commit`.

Every method decides first, lets the store apply the restriction inside its SQL, passes the last guard, and logs before it
returns. A hidden resource and a missing one give the same Problem, at the same cost.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from akson.access.actor import Actor, ActorKind, PurposeOfUse
from akson.access.decision import Decision, Everything, Nothing, Question, Restriction
from akson.access.policy import decide
from akson.audit.log import Prepared
from akson.fhir.problem import Problem, ProblemKind
from akson.fhir.search.query import Query
from akson.record import access_lines, explanation
from akson.record.commit import Commit
from akson.record.events import EventMaker, by_patient
from akson.record.guard import Related, gone, holds, not_found, refused_answer, relations_named
from akson.record.values import AccessLine, Change, Committed, HistoryPage, SearchResult
from akson.store.values import StoredVersion, Withheld

if TYPE_CHECKING:
    from akson.record.door import Record

LOG_SCAN_MAX = 2_000


class RecordSession:
    """Made by `Record.open` alone. Light: open one per request."""

    def __init__(self, record: "Record", actor: Actor, purpose_of_use: PurposeOfUse, *, ground: str) -> None:
        self.actor = actor
        self.purpose_of_use = purpose_of_use
        self.ground = ground
        self.record = record
        self.at = record.clock.now()
        self.events = EventMaker(actor, purpose_of_use, record.random)
        self._decisions: dict[tuple[str, str], Decision] = {}

    def decide(self, action: str, type: str) -> Decision:
        """The decision on a kind of question; the same within one session."""
        key = (action, type)
        found = self._decisions.get(key)
        if found is None:
            found = decide(self.actor, self.purpose_of_use, Question(action, type), at=self.at)
            self._decisions[key] = found
        return found

    async def read(self, type: str, id: str) -> StoredVersion:
        """The current version. Raises Problem NOT_FOUND (also when hidden) or GONE."""
        decision = self.decide("read", type)
        found = await self.record.store.read(self.actor.tenant, type, id, restriction=decision.restriction)
        return await self._shown("read", decision, found, type, id)

    async def vread(self, type: str, id: str, version: int) -> StoredVersion:
        """One version. Raises Problem NOT_FOUND (also when hidden) or GONE for a deletion."""
        decision = self.decide("read", type)
        found = await self.record.store.read_version(
            self.actor.tenant, type, id, version, restriction=decision.restriction
        )
        return await self._shown("vread", decision, found, type, id)

    async def search(self, query: Query) -> SearchResult:
        """One page of what the query finds and the actor may see."""
        decision = self.decide("search", query.type)
        if not decision.permit:
            await self._log(self.events.make("search", decision, {"": []}, at=self.at))
            return SearchResult((), (), 0, None)
        page = await self.record.store.search(
            self.actor.tenant, query, restriction=lambda type: self.decide("search", type).restriction
        )
        shown = (*page.matches, *page.included)
        await self._guard("search", shown)
        await self._log(self.events.make("search", decision, _named(shown), at=self.at))
        return SearchResult(page.matches, page.included, page.total, page.next_cursor)

    async def history(
        self,
        type: str | None = None,
        id: str | None = None,
        *,
        count: int = 50,
        since: datetime | None = None,
        cursor: str | None = None,
    ) -> HistoryPage:
        """Versions, newest first: of one resource, one type, or the whole tenant. Today's rules apply to all of them."""
        decision = self.decide("history", type or "*")
        versions, total, further = await self.record.store.history(
            self.actor.tenant,
            type,
            id,
            restriction=lambda name: self.decide("history", name).restriction,
            count=count,
            since=since,
            cursor=cursor,
        )
        if type and id and not versions:
            current = await self.record.store.current(self.actor.tenant, [(type, id)])
            await self._refuse(
                "history", decision, current[type, id].patients if (type, id) in current else ()
            )
        await self._guard("history", versions)
        await self._log(self.events.make("history", decision, _named(versions), at=self.at))
        return HistoryPage(tuple(versions), total, further)

    async def commit(self, changes: Sequence[Change], *, action: str = "") -> list[Committed]:
        """All of the changes or none. `action` names the event (`receive`); else create, update or delete each."""
        return await Commit(self, action).run(changes)

    async def access_log(
        self, patient: str, *, count: int = 100, before: int | None = None
    ) -> list[AccessLine]:
        """Who has opened this patient's record, newest first. The citizen sees all, staff their own lines."""
        decision = self.decide("log", "Patient")
        if not await self.permits(decision.restriction, (patient,)):
            await self._refuse("log", decision, (patient,))
        own_only = self.actor.kind is ActorKind.PRACTITIONER and self.actor.role != "privacy-officer"
        lines = await access_lines.of_patient(
            self.record.log,
            self.actor.tenant,
            patient,
            actor=self.actor.id if own_only else None,
            count=count,
            before=before,
        )
        await self._log(self.events.make("log", decision, {patient: []}, at=self.at))
        return lines

    async def last_access(self, patient: str, *, before: datetime | None = None) -> datetime | None:
        """When this actor last opened this patient's record, before now (or `before`); None when never seen."""
        found = await self.record.log.events_of(self.actor.tenant, patient, count=LOG_SCAN_MAX)
        limit = before or self.at
        return next(
            (
                e.at
                for _, e in found
                if e.actor_id == self.actor.id and e.outcome == "permit" and e.at < limit
            ),
            None,
        )

    async def why(self, type: str, id: str) -> Decision:
        """Why the actor may or may not read this, in words. Says nothing of a resource that she may not see."""
        return await explanation.why(self, type, id)

    async def erase(self, type: str, id: str, *, ground: str) -> int:
        """Lawful erasure: every version's content goes, the fact stays. Only the system actor; gives versions erased."""
        decision = self.decide("erase", type)
        if not isinstance(decision.restriction, Everything) or not ground.strip():
            raise Problem(
                ProblemKind.FORBIDDEN,
                "AKS-RECORD-010",
                "The content was not erased.",
                why="Erasure needs the system actor and a stated ground.",
                now="Run `akson erase TYPE/ID --ground …` on the node.",
            )
        current = await self.record.store.current(self.actor.tenant, [(type, id)])
        if (type, id) not in current:
            await self._refuse("erase", decision, ())
        patients = current[type, id].patients
        await self._log(
            self.events.make(
                "erase", decision, by_patient([(f"{type}/{id}", patients)]), at=self.at, words=ground
            )
        )
        return await self.record.store.erase(self.actor.tenant, type, id, at=self.at)

    async def permits(self, restriction: Restriction, patients: Sequence[str]) -> bool:
        """Whether the restriction holds for a resource of these patients, by the facts of now."""
        related = await self.related([restriction], patients)
        return holds(restriction, patients, related)

    async def related(self, restrictions: Sequence[Restriction], patients: Sequence[str]) -> Related:
        """The facts that these restrictions ask for, about these patients."""
        named = {(r.grantees, r.at) for restriction in restrictions for r in relations_named(restriction)}
        return {
            (grantees, at): await self.record.store.related(
                self.actor.tenant, patients, grantees=grantees, at=at
            )
            for grantees, at in named
            if patients
        }

    async def _shown(
        self, action: str, decision: Decision, found: StoredVersion | Withheld | None, type: str, id: str
    ) -> StoredVersion:
        if found is None or isinstance(found, Withheld):
            await self._refuse(action, decision, found.patients if found else ())
        assert isinstance(found, StoredVersion)
        await self._guard("read", (found,))
        await self._log(self.events.make(action, decision, _named((found,)), at=self.at))
        if found.body is None:
            raise gone()
        return found

    async def _refuse(self, action: str, decision: Decision, patients: Sequence[str]) -> None:
        """Log the refusal on every patient concerned (or on nobody) and answer as if nothing were there."""
        words = "" if not decision.permit else explanation.NO_RELATION.words
        seen: Mapping[str, Sequence[str]] = {patient: [] for patient in patients} or {"": []}
        await self._log(self.events.make(action, decision, seen, at=self.at, permitted=False, words=words))
        raise not_found()

    async def _guard(self, action: str, shown: Sequence[StoredVersion]) -> None:
        restrictions = {v.type: self.decide(action, v.type).restriction for v in shown}
        if all(isinstance(r, Everything) for r in restrictions.values()):
            return
        everyone = sorted({p for v in shown for p in v.patients})
        related = await self.related(list(restrictions.values()), everyone)
        if all(holds(restrictions[v.type], v.patients, related) for v in shown):
            return
        denied = Decision(False, Nothing(), (explanation.GUARD,), ("log",))
        await self._log(self.events.make(action, denied, {p: [] for p in everyone}, at=self.at))
        raise refused_answer()

    async def _log(self, events: list[Prepared]) -> None:
        await self.record.log.append(events)


def _named(shown: Sequence[StoredVersion]) -> dict[str, list[str]]:
    """What each patient's event names."""
    return by_patient([(f"{v.type}/{v.id}/{v.version}", v.patients) for v in shown])
