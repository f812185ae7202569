"""Writing: a list of Changes becomes one transaction, or nothing.

    prepare    ids given, references rewritten, bodies parsed            (akson.record.drafts)
    validate   every fault of every entry, with its path
    compare    with what stands now; If-Match; conditional creates
    decide     each change, on the patients before and after; and what it does to who may see
    write      versions, index, care relations, pending events: ONE transaction
    log        the events are sequenced; only then does the caller hear of it

A plain update that lost a race is tried again on the newer version; one with If-Match is refused.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from akson.access.decision import Everything, Nothing
from akson.access.facts import Relation
from akson.access.giving import PERSON
from akson.audit.log import Prepared
from akson.fhir.codec import json
from akson.fhir.codec.splice import splice
from akson.fhir.extraction import extract
from akson.fhir.index_values import IndexValues
from akson.fhir.problem import Issue, Problem, ProblemKind
from akson.fhir.validation import TOLD, Profiles, validate
from akson.record import drafts, facts, giving
from akson.record.drafts import Draft
from akson.record.events import Seen
from akson.record.explanation import refusal
from akson.record.facts.unsigned import resumed as resumed_by
from akson.record.guard import not_found
from akson.record.holding import HOLD_BED, only_holds
from akson.record.judgement import Concerned
from akson.record.redacting import elements_hidden, kept, leaving, ungraded
from akson.record.values import Change, Committed
from akson.store.values import NOTHING_DERIVED, Current, Derived, PendingEvent, StoredVersion, Write

if TYPE_CHECKING:
    from akson.record.session import RecordSession

CHANGES_MAX = 20_000
ATTEMPTS_MAX = 40
ISSUES_MAX = 500
"""Told of one commit; its entries are often wrong in the same way."""
TYPE_OF_LOG = "AuditEvent"
INDEX_VALUES_MAX = 50_000
"""Of one resource; a Group of ten thousand members has 20,000."""
_ACTION = {"POST": "create", "PUT": "update", "DELETE": "delete"}


@dataclass(frozen=True, slots=True)
class _Step:
    """One draft against what stands now."""

    draft: Draft
    action: str
    expected: int
    index: IndexValues
    derived: Derived
    concerned: Concerned
    """Everyone concerned, by the version before and by the one after; the labels and the content of both."""
    absent: bool
    """Nothing stands there now: never made, or deleted."""
    same: StoredVersion | None = None
    """What stands there, when the change would put the very same there again."""


class Commit:
    """One commit of one session. `action` overrides the name of the events (`receive`)."""

    def __init__(self, session: "RecordSession", action: str) -> None:
        self._session = session
        self._record = session.record
        self._tenant = session.actor.tenant
        self._named = action

    async def run(self, changes: Sequence[Change]) -> list[Committed]:
        if len(changes) > CHANGES_MAX:
            raise Problem(
                ProblemKind.TOO_LARGE,
                "AKS-RECORD-020",
                f"{len(changes)} changes are more than one commit takes ({CHANGES_MAX}).",
                now="Send them in several Bundles.",
            )
        if any(change.type == TYPE_OF_LOG for change in changes):
            raise Problem(
                ProblemKind.UNSUPPORTED,
                "AKS-RECORD-026",
                "AuditEvents are not written from outside.",
                why="They are made from this node's own access log, which nobody writes to but the node.",
                now="Keep other systems' logs where they were made.",
            )
        # What an act of the record makes gives access, and is not of the product that is wrapped.
        if self._record.read_only and not all(change.act for change in changes):
            raise Problem(
                ProblemKind.FORBIDDEN,
                "AKS-RECORD-090",
                "Denne journalen kan bare leses. Ingenting ble lagret.",
                why="Den viser hva et annet fagsystem har.",
                now="Skriv i det fagsystemet.",
                code="not-supported",
            )
        locks = drafts.criteria_keys(changes)
        if not locks:
            return await self._attempts(changes)
        # Two who create "unless it exists" at the same moment must not both find nothing.
        async with self._record.store.exclusive(self._tenant, locks):
            return await self._attempts(changes)

    async def _attempts(self, changes: Sequence[Change]) -> list[Committed]:
        prepared = await drafts.prepare(self._session, changes)
        size = drafts.size_of(prepared)
        if self._record.words is not None:
            self._record.words.refresh()
        claimed = self._record.claimed
        # The first look reads the operator's folder, which takes seconds for a large guide.
        known = (
            await self._record.aside.away(claimed) if claimed and any(_claims(d) for d in prepared) else None
        )
        await self._record.aside(size, lambda: self._validate(prepared, known))
        for attempt in range(ATTEMPTS_MAX):
            try:
                return await self._once(prepared, size)
            except Problem as lost:
                # Compared again with what stands now: If-Match then says so, a plain update goes on top.
                if lost.kind is not ProblemKind.CONFLICT or attempt == ATTEMPTS_MAX - 1:
                    raise
        raise AssertionError("the loop returns or raises")

    def _validate(self, prepared: Sequence[Draft], known: Profiles | None) -> None:
        issues: list[Issue] = []
        several = len(prepared) > 1
        for draft in prepared:
            if draft.resource is None:
                continue
            held = [url for url in _claims(draft) if known is not None and known.pinned(url)]
            # Only to what it claims and is here in that version: of another version nobody here can judge.
            resource, words = draft.resource, self._record.words
            for issue in validate(resource, profiles=held, known=known if held else None, terminology=words):
                where = (
                    f"Bundle.entry[{draft.place}].resource: {issue.expression}"
                    if several
                    else issue.expression
                )
                issues.append(Issue(issue.code, issue.text, where, issue.severity))
        errors = [i for i in issues if i.severity in ("error", "fatal") and i.code not in TOLD]
        if errors:
            raise Problem(
                ProblemKind.INVALID,
                "AKS-RECORD-021",
                f"The content breaks {len(errors)} rule{'s' if len(errors) > 1 else ''} of FHIR R4; nothing was stored.",
                issues=errors[:ISSUES_MAX],
            )

    async def _once(self, prepared: Sequence[Draft], size: int) -> list[Committed]:
        at = self._record.clock.now()
        keys = [d.key for d in prepared if not d.is_new and d.id and d.settled is None]
        standing = await self._record.store.current(self._tenant, keys) if keys else {}
        steps = await self._record.aside(size, lambda: self._compared(prepared, standing, at))
        await self._decide(steps)
        steps = await self._given(self._with_hidden(steps, standing, at), standing, at)
        _match_versions(steps)
        writes = await self._record.aside(
            size, lambda: [self._write(step, at) for step in steps if not _idle(step)]
        )
        unchanged = [step.same for step in steps if step.same]
        events = self._events([*writes, *unchanged], steps, at)
        if writes:
            pending = [PendingEvent(e.event.id, e.canonical) for e in events]
            await self._record.store.commit(self._tenant, writes, events=pending, at=at)
        await self._record.log.append(events)
        self._record.settle_later(events if writes else [])
        written = {(w.type, w.id): w for w in writes}
        by_key = {step.draft.key: step for step in steps}
        done = [_outcome(draft, written.get(draft.key), by_key.get(draft.key), at) for draft in prepared]
        return [
            self._leaving(draft, outcome, by_key.get(draft.key))
            for draft, outcome in zip(prepared, done, strict=True)
        ]

    def _leaving(self, draft: Draft, outcome: Committed, step: _Step | None) -> Committed:
        """What the writer is shown of what she wrote: no more than she would be on reading it."""
        judge = self._session.judge
        decision = (
            judge.decide(step.action, step.concerned) if step else judge.decide("search", outcome.version)
        )
        could_meet = judge.scope(step.action if step else "search", outcome.version.type).redactions
        return replace(outcome, version=ungraded(leaving(outcome.version, decision), could_meet))

    def _with_hidden(
        self, steps: Sequence[_Step], standing: Mapping[tuple[str, str], Current], at: datetime
    ) -> list[_Step]:
        """Elements that the writer does not see stay as they stand: a resource that was read with holes is written
        without making them."""
        return [self._with_own_hidden(step, standing.get(step.draft.key), at) for step in steps]

    def _with_own_hidden(self, step: _Step, current: Current | None, at: datetime) -> _Step:
        hidden = elements_hidden(step.draft.type, self._session.judge.decide(step.action, step.concerned))
        draft = step.draft
        if not hidden or draft.resource is None or current is None or current.body is None:
            return step
        whole = kept(draft.resource, json.parse(current.body), hidden)
        return self._compare(replace(draft, resource=whole, body=json.encode(whole)), current, at)

    def _compared(
        self, prepared: Sequence[Draft], standing: Mapping[tuple[str, str], Current], at: datetime
    ) -> list[_Step]:
        return [
            self._compare(draft, standing.get(draft.key), at) for draft in prepared if draft.settled is None
        ]

    def _compare(self, draft: Draft, current: Current | None, at: datetime) -> _Step:
        version = current.version if current else 0
        index = extract(draft.resource) if draft.resource is not None else IndexValues()
        _refuse_rich(draft.type, index)
        belonged = current.patients if current else ()
        action = _ACTION[draft.method]
        absent = current is None or current.deleted
        if draft.method == "PUT" and absent:
            action = "create"
        elif draft.type == "Location" and action == "update":
            action = self._on_bed(draft, current)
        derived = NOTHING_DERIVED
        if draft.resource is not None:
            whole = {**draft.resource, "id": draft.id}
            derived = facts.of(whole, since=at, act=draft.change.act)
            if draft.change.relations is not None:
                derived = replace(derived, relations=draft.change.relations)
        labels, released = (current.labels, current.released) if current else ((), None)
        before = current.body if current else None
        resumed = () if absent else resumed_by(labels, derived.labels)
        concerned = Concerned(
            draft.type,
            tuple(dict.fromkeys((*index.patients, *belonged))),
            tuple(dict.fromkeys((*derived.labels, *labels, *resumed))),
            max((held for held in (derived.released, released) if held is not None), default=None),
            (*([before] if before is not None else []), *([index] if draft.resource is not None else [])),
        )
        same = _standing(draft, current) if draft.change.relations is None else None
        return _Step(draft, action, version, index, derived, concerned, absent, same)

    def _on_bed(self, draft: Draft, current: Current | None) -> str:
        """Who may not write the place is asked about its holds, where the change is of nothing else (holding.py)."""
        may_write = not isinstance(self._session.judge.scope("update", draft.type).restriction, Nothing)
        if may_write or draft.resource is None or current is None or current.body is None:
            return "update"
        return HOLD_BED if only_holds(json.parse(current.body), draft.resource) else "update"

    async def _decide(self, steps: Sequence[_Step]) -> None:
        judge = self._session.judge
        for action in dict.fromkeys(step.action for step in steps):
            types = {step.draft.type for step in steps if step.action == action}
            everyone = [p for step in steps if step.action == action for p in step.concerned.patients]
            await judge.learn(everyone, action, types)
        for step in steps:
            whole = isinstance(judge.scope(step.action, step.draft.type).restriction, Everything)
            # Whoever does not see all of the tenant must not learn, by naming an id, whether it is taken.
            named = step.action == "create" and step.draft.method == "PUT" and not whole
            if named or not judge.decide(step.action, step.concerned).permit:
                await self._refuse(step)

    async def _given(
        self, steps: Sequence[_Step], standing: Mapping[tuple[str, str], Current], at: datetime
    ) -> list[_Step]:
        """What the steps do to who may see: refused, or told apart into what counts and what does not (giving.py)."""
        judge = self._session.judge
        asking = [step for step in steps if self._may_give(step, standing)]
        if judge.by_act or not asking:
            return list(steps)
        stood = await self._record.store.relations_given(self._tenant, [step.draft.key for step in asking])
        await judge.learn([patient for step in asking for patient in step.concerned.patients])
        weighed = {
            step.draft.key: await self._weighed(step, stood.get(step.draft.key, []), standing, at)
            for step in asking
        }
        return [weighed.get(step.draft.key, step) for step in steps]

    def _may_give(self, step: _Step, standing: Mapping[tuple[str, str], Current]) -> bool:
        """Whether there is something to ask: not of whoever may do it all, nor of what says nothing of who may see."""
        judge, restricting = self._session.judge, self._session.policy.labels.restricted
        current = standing.get(step.draft.key)
        labelled = current is not None and not set(restricting).isdisjoint(current.labels)
        if step.draft.change.act or _idle(step) or (step.draft.type not in facts.GIVING and not labelled):
            return False
        return not isinstance(judge.scope(step.action, step.draft.type).restriction, Everything)

    async def _weighed(
        self,
        step: _Step,
        stood: Sequence[Relation],
        standing: Mapping[tuple[str, str], Current],
        at: datetime,
    ) -> _Step:
        own = self._session.actor.grantees
        current = standing.get(step.draft.key)
        before = NOTHING_DERIVED
        if current is not None and current.body is not None:
            before = facts.of(json.parse(current.body), since=current.updated)
        kept = giving.counted(step.derived.relations, stood, own, at)
        # What is deleted, its labels close no longer, and there is nothing to see.
        labels = self._session.policy.labels.restricted if step.draft.resource is not None else ()
        asked = (
            *giving.asked_for(kept, stood, own, at),
            *giving.changed(before, step.derived, labels),
            *giving.person(
                before, step.derived, stood=current is not None, underage=self._underage(before, step, at)
            ),
        )
        for action in dict.fromkeys(asked):
            whom = step.concerned
            if action == PERSON and (linked := (*before.links, *step.derived.links)):
                # Who sees the one will see the other: she must have the case of both.
                await self._session.judge.learn(linked)
                whom = replace(whom, patients=tuple(dict.fromkeys((*whom.patients, *linked))))
            if not self._session.judge.decide(action, whom).permit:
                await self._refuse(replace(step, concerned=whom), giving_by=action)
        return replace(step, derived=replace(step.derived, relations=kept))

    def _underage(self, before: Derived, step: _Step, at: datetime) -> bool:
        """By what stood, by what is to stand, and by what is known of the patients from elsewhere."""
        known = self._session.judge.facts(step.concerned).traits
        return giving.young((*before.traits, *step.derived.traits, *known), at.date())

    async def _refuse(self, step: _Step, *, giving_by: str = "") -> None:
        """`giving_by`: the action that is refused, where the change itself is not."""
        asked = giving_by or step.action
        seen = {patient: [] for patient in step.concerned.patients} or {"": []}
        at = self._record.clock.now()
        decision = refusal(self._session.judge.decide(asked, step.concerned))
        await self._record.log.append(
            self._session.events.make(
                step.action,
                decision,
                seen,
                at=at,
                permitted=False,
                evidence=self._session.judge.evidence(asked, step.concerned),
            )
        )
        if giving_by:
            raise Problem(
                ProblemKind.FORBIDDEN,
                "AKS-RECORD-057",
                f"You may not change who may see the record by this {step.draft.type}.",
                why=f"It asks for the right to {giving_by}, which your role and your relation to the patient do not give.",
                now="Ask who assigns the work of the unit, or the record officer. The attempt is logged.",
            )
        if step.draft.is_new:
            raise Problem(
                ProblemKind.FORBIDDEN,
                "AKS-RECORD-023",
                f"You may not add a {step.draft.type} here.",
                why="It needs a care relation to the patient and a role that writes this kind of content.",
                now="Ask the one who is responsible for the patient. The attempt is logged.",
            )
        raise not_found()

    def _write(self, step: _Step, at: datetime) -> Write:
        draft = step.draft
        version = step.expected + 1
        if draft.resource is None or draft.body is None:
            before = IndexValues(patients=step.concerned.patients)
            return Write(draft.type, draft.id, version, None, before, draft.method)
        body = splice(draft.body, draft.resource, id=draft.id, version=version, updated=at)
        return Write(draft.type, draft.id, version, body, step.index, draft.method, step.derived)

    def _events(
        self, writes: Sequence[Write | StoredVersion], steps: Sequence[_Step], at: datetime
    ) -> list[Prepared]:
        """One event per patient and action. What conditions found is logged where they are resolved (`drafts`)."""
        by_key = {step.draft.key: step for step in steps}
        by_action: dict[tuple[str, str], list[Seen]] = {}
        for write in writes:
            step = by_key[write.type, write.id]
            decision = self._session.judge.decide(step.action, step.concerned)
            seen = Seen(f"{write.type}/{write.id}/{write.version}", step.concerned, decision)
            named = "update" if step.action == HOLD_BED else step.action
            by_action.setdefault((self._named or named, step.action), []).append(seen)
        return [
            event
            for (named, action), seen in by_action.items()
            for event in self._session.events.of(
                named, seen, partial(self._session.judge.evidence, action), at=at
            )
        ]


def _claims(draft: Draft) -> list[str]:
    """`meta.profile` as written; of content that may be ill-formed."""
    meta = draft.resource.get("meta") if draft.resource is not None else None
    listed = meta.get("profile") if type(meta) is dict else None
    return [url for url in listed if type(url) is str] if type(listed) is list else []


def _refuse_rich(type: str, index: IndexValues) -> None:
    values = sum(
        map(len, (index.tokens, index.references, index.strings, index.dates, index.uris, index.quantities))
    )
    if values > INDEX_VALUES_MAX:
        raise Problem(
            ProblemKind.TOO_LARGE,
            "AKS-RECORD-039",
            f"The {type} has more values to search for than one resource may ({INDEX_VALUES_MAX}).",
            now="Send several resources.",
        )


def _match_versions(steps: Sequence[_Step]) -> None:
    """If-Match, after the decision: who may not see a resource must not learn its version from the answer either."""
    for step in steps:
        if step.draft.must_be_new and not step.absent:
            raise Problem(
                ProblemKind.PRECONDITION,
                "AKS-RECORD-024",
                f"The condition fits no {step.draft.type}, and the id named inside is taken.",
                now="Leave the id out, or make the condition fit.",
            )
        wanted = step.draft.change.if_match
        if wanted is not None and wanted != step.expected:
            raise Problem(
                ProblemKind.PRECONDITION,
                "AKS-RECORD-022",
                "Somebody else has changed the resource since you read it.",
                now="Read it again, and make your change on the newest version.",
            )


def _standing(draft: Draft, current: Current | None) -> StoredVersion | None:
    """The version that stands, when an update says what it says already: no new version tells anybody anything."""
    if current is None or current.body is None or draft.body is None or draft.resource is None:
        return None
    again = splice(draft.body, draft.resource, id=draft.id, version=current.version, updated=current.updated)
    if again != current.body:
        return None
    return StoredVersion(
        draft.type, draft.id, current.version, current.updated, current.body, current.patients, "PUT"
    )


def _outcome(draft: Draft, write: Write | None, step: _Step | None, at: datetime) -> Committed:
    settled = draft.settled or (step.same if step else None)
    if settled is not None:
        return Committed("unchanged", settled)
    if write is None:
        return Committed("deleted", StoredVersion(draft.type, draft.id, 0, at, None, (), "DELETE"))
    stored = StoredVersion(
        write.type, write.id, write.version, at, write.body, write.index.patients, write.method
    )
    if write.body is None:
        return Committed("deleted", stored)
    return Committed("created" if step and step.action == "create" else "updated", stored)


def _idle(step: _Step) -> bool:
    """A deletion of what is not there, or an update to what stands there, changes nothing."""
    return step.same is not None or (step.draft.method == "DELETE" and step.absent)
