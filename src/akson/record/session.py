"""The record as one actor, for one purpose, may see it. Reading stands here; writing in `akson.record.commit`.

Every method decides first, lets the store apply the restriction inside its SQL, passes the last guard, and logs before it
returns. A hidden resource and a missing one give the same Problem, at the same cost.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from typing import TYPE_CHECKING, NoReturn

from akson.access.actor import Actor, ActorKind, PurposeOfUse
from akson.access.decision import Decision, Everything
from akson.audit.event import AccessEvent
from akson.audit.log import Prepared
from akson.fhir.problem import Problem, ProblemKind
from akson.fhir.search.query import Query
from akson.record import access_lines, everything, explanation, log_search, redacting
from akson.record.acts import ask_elsewhere, declare, emergency, identify, lift, message
from akson.record.acts.ask_elsewhere import Leave
from akson.record.acts.grounds import Ground
from akson.record.acts.identify import Identity
from akson.record.acts.opening import Opening
from akson.record.commit import Commit
from akson.record.events import EventMaker, by_patient
from akson.record.guard import gone, not_found, refused_answer
from akson.record.judgement import Concerned, Judge, Judged
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
from akson.store.values import SearchPage, StoredVersion, Withheld

if TYPE_CHECKING:
    from akson.record.door import Record

LOG_SCANS = (50, 450)
"""Of the actor's own events about one patient: one look at her record is some twenty, and mostly the last one tells."""
OPENED = frozenset({"read", "vread"})
Decide = Callable[[StoredVersion], Decision]
_NO_PAGE = SearchPage((), (), 0, None)


class RecordSession:
    """Made by `Record.open` alone. Light: open one per request."""

    def __init__(self, record: "Record", actor: Actor, purpose_of_use: PurposeOfUse, *, ground: str) -> None:
        self.actor = actor
        self.purpose_of_use = purpose_of_use
        self.ground = ground
        self.record = record
        self.at = record.clock.now()
        self.events = EventMaker(actor, purpose_of_use, record.random, ground=ground)
        self.policy = record.policy()
        self.judge = Judge(record.store, actor, purpose_of_use, at=self.at, policy=self.policy)

    def may(self, action: str, type: str) -> bool:
        """Whether the actor ever sees (or does) something of the type; of whose, the facts say."""
        return self.judge.ever(action, type)

    async def read(self, type: str, id: str) -> StoredVersion:
        """The current version. Raises Problem NOT_FOUND (also when hidden) or GONE."""
        restriction = self.judge.scope("read", type).restriction
        found = None
        if ID.fullmatch(id):
            found = await self.record.store.read(self.actor.tenant, type, id, restriction=restriction)
        return await self._shown("read", "read", found, type, id)

    async def vread(self, type: str, id: str, version: int) -> StoredVersion:
        """One version. Raises Problem NOT_FOUND (also when hidden) or GONE for a deletion."""
        restriction = self.judge.scope("read", type).restriction
        found = None
        if ID.fullmatch(id) and 0 < version <= VERSION_MAX:
            found = await self.record.store.read_version(
                self.actor.tenant, type, id, version, restriction=restriction
            )
        return await self._shown("vread", "read", found, type, id)

    async def read_as_of(self, type: str, id: str, at: datetime) -> StoredVersion:
        """The version that was current at `at`, under today's rules. Raises NOT_FOUND (also when hidden) or GONE."""
        restriction = self.judge.scope("history", type).restriction
        found = None
        if ID.fullmatch(id):
            found = await self.record.store.read_as_of(
                self.actor.tenant, type, id, at, restriction=restriction
            )
        return await self._shown("history", "history", found, type, id)

    async def search(self, query: Query, *, together: bool = False) -> SearchResult:
        """One page of what the query finds and the actor may see. `together`: for whoever asks many alike at once; they
        are one statement, each under its own restriction."""
        if not self.may("search", query.type):
            await self._log(await self._searched(query, (), partial(self.judge.decide, "search")))
            return SearchResult((), (), 0, None)
        page = await self._page(query, together=together)
        shown = (*page.matches, *page.included)
        decide = await self._guard("search", shown)
        await self._log(await self._searched(query, shown, decide))
        return self._result(page, decide)

    async def searches(self, queries: Sequence[Query]) -> list[SearchResult]:
        """Several as `search` each, in the order asked: asked for at once, and one write to the log before any is shown."""
        asked = [(query, self.may("search", query.type)) for query in queries]
        pages = await asyncio.gather(*(self._page(query) for query, may in asked if may))
        shown = [(*page.matches, *page.included) for page in pages]
        decide = await self._guard("search", [version for each in shown for version in each])
        found, events, results = iter(zip(pages, shown, strict=True)), list[Prepared](), list[SearchResult]()
        for query, may in asked:
            page, versions = next(found) if may else (_NO_PAGE, ())
            events += await self._searched(query, versions, decide)
            results.append(self._result(page, decide))
        if events:
            await self._log(events)
        return results

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
            restriction=self.judge.rule("history"),
            redactions=self.judge.redactions("history"),
        )
        decide = await self._guard("history", page.matches)
        await self._log(await self._searched(query, page.matches, decide, "history"))
        return self._result(page, decide)

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
        if id is not None and not ID.fullmatch(id):
            await self.refuse("history", Concerned(type or "*"))
        versions, total, further = await self.record.store.history(
            self.actor.tenant,
            type,
            id,
            restriction=self.judge.rule("history"),
            count=count,
            since=since,
            during=during,
            oldest_first=oldest_first,
            cursor=cursor,
        )
        if type and id and not versions:
            concerned, decision = await self._if_visible("history", type, id)
            seen: Mapping[str, Sequence[str]] = dict.fromkeys(concerned.patients or ("",), ())
            await self._log(self.events.make("history", decision, seen, at=self.at))
            return HistoryPage((), total, further)
        await self._guard("history", versions)
        events = self._told("history", "history", versions)
        await self._log(events or self._of_nobody("history", type or "*"))
        return HistoryPage(self.leaving("history", versions), total, further)

    async def commit(self, changes: Sequence[Change], *, action: str = "") -> list[Committed]:
        """All of the changes or none. `action` names the event (`receive`); else create, update or delete each."""
        return await Commit(self, action).run(changes)

    async def access_log(
        self, patient: str, *, count: int = 100, before: int | None = None
    ) -> list[AccessLine]:
        """Who has opened this patient's record, newest first. The citizen sees all, staff their own lines."""
        concerned = Concerned("Patient", (patient,))
        decision = await self.judged("log", concerned)
        if not ID.fullmatch(patient) or not decision.permit:
            await self.refuse("log", concerned)
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

    async def search_log(self, asked: log_search.LogQuestion) -> log_search.LogFound:
        """Events of the log, newest first: the privacy officer's search, and what `access_log` shows as whole events.
        Raises Problem NOT_FOUND for whom neither is for."""
        return await log_search.find(self, asked)

    async def logged(self, id: bytes) -> AccessEvent:
        """One event of the log, for those who see all of it. Raises NOT_FOUND (also when hidden)."""
        return await log_search.find_one(self, id)

    async def log_proof(self, patient: str) -> bytes:
        """All of `access_log` with what proves that it is whole: the file that `akson-verify` checks. Not for staff, who
        see their own lines alone. That it was made is logged. Raises OVERLOADED AKS-AUDIT-030, NOT_FOUND as ever."""
        concerned = Concerned("Patient", (patient,))
        decision = await self.judged("log", concerned)
        sees_all = self.actor.kind is not ActorKind.PRACTITIONER or self.actor.role == "privacy-officer"
        if not (sees_all and ID.fullmatch(patient) and decision.permit):
            await self.refuse("log", concerned)
        await self._log(self.events.make("log", decision, {patient: []}, at=self.at))
        return await self.record.log.proof_of(self.actor.tenant, patient)

    async def last_access(self, patient: str, *, before: datetime | None = None) -> datetime | None:
        """When this actor last opened this patient's record, before now (or `before`); None when never seen.

        A list that names the patient is no opened record: what came before a glance at it is still new.
        """
        if not ID.fullmatch(patient):
            return None
        limit, place = before or self.at, None
        for count in LOG_SCANS:
            found = await self.record.log.events_of(
                self.actor.tenant, patient, actor=self.actor.id, until=limit, before=place, count=count
            )
            opened = (e.at for _, e in found if e.action in OPENED and e.outcome == "permit")
            at = next(opened, None)
            if at or len(found) < count:
                return at
            place = found[-1][0]
        return None

    async def why(self, type: str, id: str) -> Decision:
        """Why the actor may or may not read this, in words. Says nothing of a resource that she may not see."""
        return await explanation.why(self, type, id)

    async def identify(
        self, *, national_id: str = "", name: str = "", birth_date: date | None = None
    ) -> tuple[Identity, ...]:
        """One person, exactly named: who she is and no more. Empty for nobody and for whoever may not."""
        return await identify.identify(self, national_id=national_id, name=name, birth_date=birth_date)

    async def open_emergency(self, patient: str, ground: Ground) -> Opening:
        """For some hours, with a ground, told to the citizen and reviewed. NOT_FOUND for who may not."""
        return await emergency.open_emergency(self, patient, ground)

    async def declare_relation(self, patient: str, reason: Ground, hours: int | None = None) -> Opening:
        """A care relation of one's own word, for some hours, told and reviewed. NOT_FOUND for who may not."""
        return await declare.declare_relation(self, patient, reason, hours)

    async def lift_restriction(self, patient: str, ground: Ground) -> Opening:
        """Sees for some hours what is restricted (never what is blocked), told and reviewed."""
        return await lift.lift_restriction(self, patient, ground)

    async def open_message(self, patients: Sequence[str], named: str, ground: Ground) -> tuple[str, ...]:
        """One message of the post, with a ground, told and reviewed; gives whose log it stands in. NOT_FOUND for who may
        not."""
        return await message.open_message(self, patients, named, ground)

    async def match_message(self, patient: str, named: str, *, back: bool = False) -> None:
        """Whom a message is about, decided by a person. NOT_FOUND for who may not."""
        await message.match_message(self, patient, named, back=back)

    async def leave_to_ask(self, patient: str) -> Leave:
        """Leave to ask other enterprises about this patient. NOT_FOUND for who may not."""
        return await ask_elsewhere.leave_to_ask(self, patient)

    async def ask_elsewhere(self, leave: Leave, whom: Sequence[str], about: str) -> str:
        """Puts the asking, and of whom, into her log; gives the id of the decision that stands in theirs too."""
        return await ask_elsewhere.ask_elsewhere(self, leave, whom, about)

    async def erase(self, type: str, id: str, *, ground: str) -> int:
        """Lawful erasure: every version's content goes, the fact stays. Only the system actor; gives versions erased."""
        allowed = isinstance(self.judge.scope("erase", type).restriction, Everything)
        decision = await self.judged("erase", Concerned(type))
        if not allowed or not ground.strip():
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
            await self.refuse("erase", Concerned(type))
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
        await self._log(self._told("search", "search", versions))

    async def _page(self, query: Query, *, together: bool = False) -> SearchPage:
        return await self.record.store.search(
            self.actor.tenant,
            query,
            restriction=self.judge.rule("search"),
            redactions=self.judge.redactions("search"),
            together=together,
        )

    def _result(self, page: SearchPage, decide: Decide) -> SearchResult:
        """As it may leave, by the decisions that the guard has made."""
        matches, included = (
            tuple(redacting.leaving(version, decide(version)) for version in found)
            for found in (page.matches, page.included)
        )
        return SearchResult(matches, included, page.total, page.next_cursor)

    def leaving(self, action: str, versions: Sequence[StoredVersion]) -> tuple[StoredVersion, ...]:
        """Versions that the guard has let through, without what is hidden in them."""
        return tuple(redacting.leaving(version, self.judge.decide(action, version)) for version in versions)

    async def judged(self, action: str, concerned: Judged) -> Decision:
        """The decision on one resource, by the facts of now."""
        await self.judge.learn(concerned.patients)
        return self.judge.decide(action, concerned)

    async def _shown(
        self, action: str, asked: str, found: StoredVersion | Withheld | None, type: str, id: str
    ) -> StoredVersion:
        """`action` is what the log calls it, `asked` the question that is decided."""
        if found is None or isinstance(found, Withheld):
            await self.refuse(action, found or Concerned(type), asked=asked, id=id)
        assert isinstance(found, StoredVersion)
        await self._guard(asked, (found,))
        await self._log(self._told(action, asked, (found,)))
        if found.body is None:
            raise gone()
        return redacting.leaving(found, self.judge.decide(asked, found))

    async def refuse(self, action: str, concerned: Judged, *, asked: str = "", id: str = "") -> NoReturn:
        """Log the refusal on every patient concerned (or on nobody) and answer as if nothing were there."""
        # Asked also where nothing stands, so that missing takes as long as hidden.
        await self.judge.learn(concerned.patients or (id,))
        decision = explanation.refusal(self.judge.decide(asked or action, concerned))
        seen: Mapping[str, Sequence[str]] = {patient: [] for patient in concerned.patients} or {"": []}
        evidence = self.judge.evidence(asked or action, concerned)
        await self._log(self.events.make(action, decision, seen, at=self.at, evidence=evidence))
        raise not_found()

    async def _if_visible(self, action: str, type: str, id: str) -> tuple[Judged, Decision]:
        """Whose it is, when what was asked for is only not in this part; refused when there is nothing to see at all."""
        found = (await self.record.store.current(self.actor.tenant, [(type, id)])).get((type, id))
        concerned = (
            Concerned(type, found.patients, found.labels, found.released) if found else Concerned(type)
        )
        await self.judge.learn(concerned.patients or (id,))
        decision = self.judge.decide(action, concerned)
        if found is None or not decision.permit:
            await self.refuse(action, concerned)
        return concerned, decision

    async def _searched(
        self, query: Query, shown: Sequence[StoredVersion], decide: Decide, action: str = "search"
    ) -> list[Prepared]:
        """Those shown, and those the question names: that nothing is there, or how much, is told of them too."""
        events = self._told(action, action, shown, decide)
        already = {patient for version in shown for patient in version.patients}
        asked = [patient for patient in patients_named(query) if patient not in already]
        await self.judge.learn(asked, action, [query.type])
        for patient in asked:
            concerned = Concerned(query.type, (patient,))
            told, evidence = self.judge.decide(action, concerned), self.judge.evidence(action, concerned)
            events += self.events.make(action, told, {patient: []}, at=self.at, evidence=evidence)
        return events or self._of_nobody(action, query.type)

    def _told(
        self, action: str, asked: str, shown: Sequence[StoredVersion], decide: Decide | None = None
    ) -> list[Prepared]:
        """Events of what is shown, each patient's with the reasons that opened hers. Learnt before: by the guard."""
        evidence = partial(self.judge.evidence, asked)
        return self.events.shown(
            action, shown, decide or partial(self.judge.decide, asked), evidence, at=self.at
        )

    def _of_nobody(self, action: str, type: str) -> list[Prepared]:
        """That something was asked, when nobody is concerned: permitted as far as the role goes."""
        return self.events.make(action, self.judge.general(action, type), {"": []}, at=self.at)

    async def _guard(self, action: str, shown: Sequence[StoredVersion]) -> Decide:
        """Gives the decisions on exactly these versions, for who tells of them and lets them leave: each made once."""
        types = {version.type for version in shown}
        everyone = dict.fromkeys(patient for version in shown for patient in version.patients)
        await self.judge.learn(everyone, action, types)
        decisions = {id(version): self.judge.decide(action, version) for version in shown}
        if all(decision.permit for decision in decisions.values()):
            return lambda version: decisions[id(version)]
        denied = Decision(False, (explanation.GUARD,), ("log",))
        await self._log(self.events.make(action, denied, {p: [] for p in sorted(everyone)}, at=self.at))
        raise refused_answer()

    async def _log(self, events: list[Prepared]) -> None:
        await self.record.log.append(events)
