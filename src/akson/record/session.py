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
from akson.fhir.codec import json
from akson.fhir.extraction import extract
from akson.fhir.problem import Problem, ProblemKind
from akson.fhir.search.query import Query
from akson.record import access_lines, everything, explanation
from akson.record.commit import Commit
from akson.record.events import EventMaker, by_patient
from akson.record.guard import (
    Related,
    gone,
    holds,
    needs_resource,
    not_found,
    of_patients,
    refused_answer,
    relations_named,
    settled,
)
from akson.record.questions import patients_named
from akson.record.values import (
    ID,
    VERSION_MAX,
    AccessLine,
    Change,
    Committed,
    HistoryPage,
    Part,
    SearchResult,
)
from akson.store.values import StoredVersion, Withheld

if TYPE_CHECKING:
    from akson.record.door import Record

LOG_SCAN_MAX = 500
"""Of the actor's own events about one patient."""
OPENED = frozenset({"read", "vread"})


class RecordSession:
    """Made by `Record.open` alone. Light: open one per request."""

    def __init__(self, record: "Record", actor: Actor, purpose_of_use: PurposeOfUse, *, ground: str) -> None:
        self.actor = actor
        self.purpose_of_use = purpose_of_use
        self.ground = ground
        self.record = record
        self.at = record.clock.now()
        self.events = EventMaker(actor, purpose_of_use, record.random, ground=ground)
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
        found = None
        if ID.fullmatch(id):
            found = await self.record.store.read(
                self.actor.tenant, type, id, restriction=decision.restriction
            )
        return await self._shown("read", decision, found, type, id)

    async def vread(self, type: str, id: str, version: int) -> StoredVersion:
        """One version. Raises Problem NOT_FOUND (also when hidden) or GONE for a deletion."""
        decision = self.decide("read", type)
        found = None
        if ID.fullmatch(id) and 0 < version <= VERSION_MAX:
            found = await self.record.store.read_version(
                self.actor.tenant, type, id, version, restriction=decision.restriction
            )
        return await self._shown("vread", decision, found, type, id)

    async def read_as_of(self, type: str, id: str, at: datetime) -> StoredVersion:
        """The version that was current at `at`, under today's rules. Raises NOT_FOUND (also when hidden) or GONE."""
        decision = self.decide("history", type)
        found = None
        if ID.fullmatch(id):
            found = await self.record.store.read_as_of(
                self.actor.tenant, type, id, at, restriction=decision.restriction
            )
        return await self._shown("history", decision, found, type, id)

    async def search(self, query: Query) -> SearchResult:
        """One page of what the query finds and the actor may see."""
        decision = self.decide("search", query.type)
        if not decision.permit:
            await self._log(await self._searched(query, ()))
            return SearchResult((), (), 0, None)
        page = await self.record.store.search(
            self.actor.tenant, query, restriction=lambda type: self.decide("search", type).restriction
        )
        shown = (*page.matches, *page.included)
        await self._guard("search", shown)
        await self._log(await self._searched(query, shown))
        return SearchResult(page.matches, page.included, page.total, page.next_cursor)

    async def search_as_of(self, query: Query, at: datetime) -> SearchResult:
        """As `search`, of one patient's record as it was at `at`. Raises UNSUPPORTED AKS-RECORD-040 for more than one."""
        named = patients_named(query)
        if len(named) != 1 or not ID.fullmatch(named[0]):
            raise Problem(
                ProblemKind.UNSUPPORTED,
                "AKS-RECORD-040",
                "A search in the past is offered inside one patient's record.",
                why="The index of the past is worked out from the versions that were current then.",
                now="Add patient=…, or ask below Patient/[id]/.",
            )
        page = await self.record.store.search_as_of(
            self.actor.tenant,
            named[0],
            query,
            at,
            restriction=lambda type: self.decide("history", type).restriction,
        )
        await self._guard("history", page.matches)
        await self._log(await self._searched(query, page.matches, "history"))
        return SearchResult(page.matches, (), page.total, page.next_cursor)

    async def everything(
        self, patient: str, part: Part, *, count: int | None = None, cursor: str | None = None
    ) -> SearchResult:
        """All of one patient that the actor may see, and what it refers to. Raises Problem NOT_FOUND (also when hidden)."""
        return await everything.of_patient(self, patient, part, count=count, cursor=cursor)

    async def history(
        self,
        type: str | None = None,
        id: str | None = None,
        *,
        count: int = 50,
        since: datetime | None = None,
        during: tuple[datetime, datetime] | None = None,
        oldest_first: bool = False,
        cursor: str | None = None,
    ) -> HistoryPage:
        """Versions, newest first: of one resource, one type, or the whole tenant. Today's rules apply to all of them.

        `during` leaves those that were current at some moment of [from, to).
        """
        decision = self.decide("history", type or "*")
        if id is not None and not ID.fullmatch(id):
            await self.refuse("history", decision, ())
        versions, total, further = await self.record.store.history(
            self.actor.tenant,
            type,
            id,
            restriction=lambda name: self.decide("history", name).restriction,
            count=count,
            since=since,
            during=during,
            oldest_first=oldest_first,
            cursor=cursor,
        )
        if type and id and not versions:
            patients = await self._patients_if_visible("history", decision, type, id)
            await self._log(
                self.events.make("history", decision, dict.fromkeys(patients or ("",), ()), at=self.at)
            )
            return HistoryPage((), total, further)
        await self._guard("history", versions)
        events = self.events.shown("history", versions, lambda t: self.decide("history", t), at=self.at)
        await self._log(events or self.events.make("history", decision, {"": []}, at=self.at))
        return HistoryPage(tuple(versions), total, further)

    async def commit(self, changes: Sequence[Change], *, action: str = "") -> list[Committed]:
        """All of the changes or none. `action` names the event (`receive`); else create, update or delete each."""
        return await Commit(self, action).run(changes)

    async def access_log(
        self, patient: str, *, count: int = 100, before: int | None = None
    ) -> list[AccessLine]:
        """Who has opened this patient's record, newest first. The citizen sees all, staff their own lines."""
        decision = self.decide("log", "Patient")
        if not ID.fullmatch(patient) or not await self.permits(decision.restriction, (patient,)):
            await self.refuse("log", decision, (patient,))
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

    async def log_proof(self, patient: str) -> bytes:
        """All of `access_log` with what proves that it is whole: the file that `akson-verify` checks. Not for staff, who
        see their own lines alone. That it was made is logged. Raises OVERLOADED AKS-AUDIT-030, NOT_FOUND as ever."""
        decision = self.decide("log", "Patient")
        sees_all = self.actor.kind is not ActorKind.PRACTITIONER or self.actor.role == "privacy-officer"
        if not (sees_all and ID.fullmatch(patient) and await self.permits(decision.restriction, (patient,))):
            await self.refuse("log", decision, (patient,))
        await self._log(self.events.make("log", decision, {patient: []}, at=self.at))
        return await self.record.log.proof_of(self.actor.tenant, patient)

    async def last_access(self, patient: str, *, before: datetime | None = None) -> datetime | None:
        """When this actor last opened this patient's record, before now (or `before`); None when never seen.

        A list that names the patient is no opened record: what came before a glance at it is still new.
        """
        if not ID.fullmatch(patient):
            return None
        found = await self.record.log.events_of(
            self.actor.tenant, patient, actor=self.actor.id, count=LOG_SCAN_MAX
        )
        limit = before or self.at
        opened = (e.at for _, e in found if e.action in OPENED and e.outcome == "permit" and e.at < limit)
        return next(opened, None)

    async def why(self, type: str, id: str) -> Decision:
        """Why the actor may or may not read this, in words. Says nothing of a resource that she may not see."""
        return await explanation.why(self, type, id)

    async def erase(self, type: str, id: str, *, ground: str) -> int:
        """Lawful erasure: every version's content goes, the fact stays. Only the system actor; gives versions erased."""
        decision = self.decide("erase", type)
        if not isinstance(decision.restriction, Everything) or not ground.strip():
            await self._log(self.events.make("erase", decision, {"": []}, at=self.at, permitted=False))
            raise Problem(
                ProblemKind.FORBIDDEN,
                "AKS-RECORD-010",
                "The content was not erased.",
                why="Erasure needs the system actor and a stated ground.",
                now="Run `akson erase TYPE/ID --ground …` on the node.",
            )
        current = await self.record.store.current(self.actor.tenant, [(type, id)])
        if (type, id) not in current:
            await self.refuse("erase", decision, ())
        patients = current[type, id].patients
        await self._log(
            self.events.make(
                "erase", decision, by_patient([(f"{type}/{id}", patients)]), at=self.at, words=ground
            )
        )
        return await self.record.store.erase(self.actor.tenant, type, id, at=self.at)

    async def saw(self, versions: Sequence[StoredVersion]) -> None:
        """What a condition of a commit found leaves through the same guard and into the same log as a search."""
        if not versions:
            return
        await self._guard("search", versions)
        await self._log(self.events.shown("search", versions, lambda t: self.decide("search", t), at=self.at))

    async def permits(self, restriction: Restriction, patients: Sequence[str]) -> bool:
        """Whether the restriction holds for a resource of these patients, by the facts of now."""
        related = await self.related([restriction], patients)
        return holds(restriction, patients, related)

    async def related(self, restrictions: Sequence[Restriction], patients: Sequence[str]) -> Related:
        """The facts that these restrictions ask for, about these patients."""
        named = {(r.grantees, r.at) for restriction in restrictions for r in relations_named(restriction)}
        known = [patient for patient in patients if ID.fullmatch(patient)]
        return {
            (grantees, at): await self.record.store.related(
                self.actor.tenant, known, grantees=grantees, at=at
            )
            for grantees, at in named
            if known
        }

    async def _shown(
        self, action: str, decision: Decision, found: StoredVersion | Withheld | None, type: str, id: str
    ) -> StoredVersion:
        if found is None or isinstance(found, Withheld):
            await self.refuse(action, decision, found.patients if found else ())
        assert isinstance(found, StoredVersion)
        await self._guard("read", (found,))
        named = by_patient([(f"{type}/{found.id}/{found.version}", found.patients)])
        await self._log(self.events.make(action, decision, named, at=self.at))
        if found.body is None:
            raise gone()
        return found

    async def refuse(self, action: str, decision: Decision, patients: Sequence[str]) -> None:
        """Log the refusal on every patient concerned (or on nobody) and answer as if nothing were there."""
        seen: Mapping[str, Sequence[str]] = {patient: [] for patient in patients} or {"": []}
        await self._log(self.events.make(action, explanation.refusal(decision), seen, at=self.at))
        raise not_found()

    async def _patients_if_visible(
        self, action: str, decision: Decision, type: str, id: str
    ) -> Sequence[str]:
        """Whose it is, when what was asked for is only not in this part; refused when there is nothing to see at all."""
        found = (await self.record.store.current(self.actor.tenant, [(type, id)])).get((type, id))
        patients = found.patients if found else ()
        # Asked also where nothing stands, so that missing takes as long as hidden.
        permitted = await self.permits(decision.restriction, patients if found else (id,))
        if found is None or not permitted:
            await self.refuse(action, decision, patients)
        return patients

    async def _searched(
        self, query: Query, shown: Sequence[StoredVersion], action: str = "search"
    ) -> list[Prepared]:
        """Those shown, and those the question names: that nothing is there, or how much, is told of them too."""
        decision = self.decide(action, query.type)
        events = self.events.shown(action, shown, lambda t: self.decide(action, t), at=self.at)
        already = {patient for version in shown for patient in version.patients}
        asked = [patient for patient in patients_named(query) if patient not in already]
        related = await self.related([decision.restriction], asked)
        permitted = of_patients(decision.restriction)
        for patient in asked:
            told = decision if holds(permitted, (patient,), related) else explanation.refusal(decision)
            events += self.events.make(action, told, {patient: []}, at=self.at)
        return events or self.events.make(action, decision, {"": []}, at=self.at)

    async def _guard(self, action: str, shown: Sequence[StoredVersion]) -> None:
        restrictions = {type: self.decide(action, type).restriction for type in {v.type for v in shown}}
        if all(isinstance(r, Everything) for r in restrictions.values()):
            return
        everyone = sorted({p for v in shown for p in v.patients})
        related = await self.related(list(restrictions.values()), everyone)
        if all(holds(_settled(restrictions[v.type], v), v.patients, related) for v in shown):
            return
        denied = Decision(False, Nothing(), (explanation.GUARD,), ("log",))
        await self._log(self.events.make(action, denied, {p: [] for p in everyone}, at=self.at))
        raise refused_answer()

    async def _log(self, events: list[Prepared]) -> None:
        await self.record.log.append(events)


def _settled(restriction: Restriction, version: StoredVersion) -> Restriction:
    if not needs_resource(restriction) or version.body is None:
        return restriction
    body = version.body
    return settled(restriction, lambda: extract(json.parse(body)))
