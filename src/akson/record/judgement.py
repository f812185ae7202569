"""The judgement as one session asks for it: scopes that go into SQL, facts read apart from it, decisions on what leaves.

    judge.scope("search", "Observation")            before any facts; kept for the session
    await judge.learn(("astrid",))                  facts of these patients, read once per session
    judge.decide("read", version)                   this one resource, with the reasons

`learn` before `decide`: deciding is pure. The facts of a session are those of its first look: a session is one request.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol, TypeVar

import msgspec

from akson.access.actor import Actor, PurposeOfUse
from akson.access.decision import (
    Decision,
    Everything,
    Matching,
    NoPatient,
    Nothing,
    Question,
    Restriction,
    Scope,
)
from akson.access.facts import Barrier, Facts, Relation, Representation, Traits
from akson.access.policies.values import Policy
from akson.access.policy import decide, rulings, scope
from akson.access.recording import kept_of, recording_of
from akson.record.matching import Contents, answered, matchings
from akson.record.values import ID
from akson.store.values import PatientFacts, StoredVersion

if TYPE_CHECKING:
    from akson.store.store import Store


Row = TypeVar("Row", Relation, Barrier, Representation, Traits)


class Judged(Protocol):
    """What a decision on one resource needs to know of it; stored versions, and what stands before and after a change."""

    @property
    def type(self) -> str: ...
    @property
    def patients(self) -> tuple[str, ...]: ...
    @property
    def labels(self) -> tuple[str, ...]: ...
    @property
    def released(self) -> datetime | None: ...


@dataclass(frozen=True, slots=True)
class Concerned:
    """A resource that is no stored version: one that is hidden, missing, or only to be written."""

    type: str
    patients: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    released: datetime | None = None
    contents: Contents | None = None
    """What it says, before and after; None where its content is not what is asked about, and so no reason to refuse."""


class Judge:
    """Of one actor, for one purpose, at one instant, by one policy."""

    by_act = False
    """Whether an act of the record has decided all that is to be written."""

    def __init__(
        self, store: "Store", actor: Actor, purpose_of_use: PurposeOfUse, *, at: datetime, policy: Policy
    ) -> None:
        self._store = store
        self._actor = actor
        self._purpose = purpose_of_use
        self._at = _end_of_second(at)
        self._policy = policy
        self._scopes: dict[tuple[str, str], Scope] = {}
        self._known: dict[str, PatientFacts] = {}
        self._questions: dict[tuple[str, str], Question] = {}
        self._whosever: dict[tuple[str, str], Decision | None] = {}
        """The decision where it is the same whoever's the resource is; None where it hangs on whose."""
        self._decisions: dict[
            tuple[str, str, tuple[str, ...], tuple[str, ...], datetime | None, tuple[str, ...]], Decision
        ] = {}
        self._facts: dict[
            tuple[tuple[str, ...], tuple[str, ...], datetime | None, tuple[str, ...]], Facts
        ] = {}
        self._kept: dict[int, msgspec.Raw] = {}
        """Facts as the log keeps them, by the place of those in `_facts`: several searches show the same person."""
        self._written: dict[tuple[str, str], Callable[[msgspec.Raw], bytes]] = {}
        """All of a recorded decision but its facts, by its question."""
        self._matchings: dict[tuple[str, str, bool], tuple[Matching, ...]] = {}
        self._answered: dict[tuple[str, str, bytes], tuple[str, ...]] = {}
        self._own = tuple(dict.fromkeys(_own_patients(actor)))

    def question(self, action: str, type: str) -> Question:
        found = self._questions.get((action, type))
        if found is None:
            found = self._questions[action, type] = Question(action, type, self._at)
        return found

    def scope(self, action: str, type: str) -> Scope:
        """How much of a type, before any facts."""
        key = (action, type)
        found = self._scopes.get(key)
        if found is None:
            found = scope(self._actor, self._purpose, self.question(action, type), self._policy)
            self._scopes[key] = found
        return found

    def rule(self, action: str) -> Callable[[str], Restriction]:
        """What the store asks for at each table its SQL touches."""
        return lambda type: self.scope(action, type).restriction

    def redactions(self, action: str) -> Callable[[str], tuple[str, ...]]:
        """What is hidden inside the rows, by names of `access.redactions`; for the store, like `rule`."""
        return lambda type: self.scope(action, type).redactions

    def ever(self, action: str, type: str) -> bool:
        """Whether anything of the type may be seen at all; which, the facts say."""
        return not isinstance(self.scope(action, type).restriction, Nothing)

    async def learn(self, patients: Iterable[str], action: str = "", types: Iterable[str] = ()) -> None:
        """Reads what is known of these patients, unless it is already, or none of the questions needs it."""
        if action and all(_needs_no_facts(self.scope(action, type)) for type in types):
            return
        # A text that is no id is nobody's.
        missing = [p for p in dict.fromkeys(patients) if p not in self._known and ID.fullmatch(p)]
        if missing:
            self._facts.clear()
            self._kept.clear()
            self._known |= await self._store.facts(
                self._actor.tenant,
                missing,
                grantees=self._actor.grantees,
                representatives=self._actor.persons,
                at=self._at,
            )

    def decide(self, action: str, resource: Judged) -> Decision:
        """On one resource, by the facts learnt of its patients."""
        key = (action, resource.type)
        if key not in self._whosever:
            asked = self.scope(action, resource.type)
            # The same whoever's it is: a load of thousands is decided once.
            everyones = isinstance(asked.restriction, Everything) and not asked.redactions
            self._whosever[key] = self._decided(action, Concerned(resource.type)) if everyones else None
        whosever = self._whosever[key]
        return whosever if whosever is not None else self._decided(action, resource)

    def _decided(self, action: str, resource: Judged) -> Decision:
        matches = self._matches(action, resource)
        key = (action, resource.type, resource.patients, resource.labels, resource.released, matches)
        found = self._decisions.get(key)
        if found is None:
            question = self.question(action, resource.type)
            facts = self.facts(resource, matches)
            found = decide(facts, self._actor, self._purpose, question, self._policy)
            self._decisions[key] = found
        return found

    def evidence(self, action: str, resource: Judged) -> bytes:
        """What the decision rests on, for the event: enough to make it again (`akson.access.recording`)."""
        if not all(ID.fullmatch(patient) for patient in resource.patients):
            # Text from a caller that is nobody's id is kept nowhere.
            return b""
        facts = self.facts(resource, self._matches(action, resource))
        kept = self._kept.get(id(facts))
        if kept is None:
            # They stay in `_facts`, so nothing else comes to their place in memory meanwhile.
            kept = self._kept[id(facts)] = kept_of(facts, self._actor, self._at)
        written = self._written.get((action, resource.type))
        if written is None:
            question = self.question(action, resource.type)
            written = recording_of(self._actor, self._purpose, question, self._policy)
            self._written[action, resource.type] = written
        return written(kept)

    def general(self, action: str, type: str) -> Decision:
        """What the log says of a question that concerned nobody: permitted as far as the role goes, and by which rules."""
        if not self.ever(action, type):
            return self.decide(action, Concerned(type))
        spoken = rulings(self._actor, self._purpose, self.question(action, type), self._policy)
        reasons = tuple(ruling.reason for ruling in spoken.permits)
        return Decision(True, reasons, ("log",), (), self._policy.version)

    def facts(self, resource: Judged, matches: tuple[str, ...] = ()) -> Facts:
        """What the decision on this resource rests on. `matches`: which of the searches of an app's scopes it answers."""
        key = (resource.patients, resource.labels, resource.released, matches)
        found = self._facts.get(key)
        if found is None:
            found = self._facts[key] = self._gathered(resource, matches)
        return found

    def _gathered(self, resource: Judged, matches: tuple[str, ...]) -> Facts:
        patients = tuple(dict.fromkeys(self._name(patient) for patient in resource.patients))
        if self._known.keys().isdisjoint(resource.patients):
            # Nothing is read of anybody for whom everything is open: so in most of a load.
            return Facts(patients, labels=resource.labels, released=resource.released, matches=matches)
        known = [(self._name(patient), self._known.get(patient)) for patient in resource.patients]
        rows = [(name, facts) for name, facts in known if facts is not None]
        return Facts(
            patients=patients,
            relations=_sorted(_as(name, row) for name, facts in rows for row in facts.relations),
            barriers=_sorted(_as(name, row) for name, facts in rows for row in facts.barriers),
            representations=_sorted(_as(name, row) for name, facts in rows for row in facts.representations),
            traits=_sorted(_as(name, row) for name, facts in rows for row in facts.traits),
            labels=resource.labels,
            released=resource.released,
            matches=matches,
        )

    def _matches(self, action: str, resource: Judged) -> tuple[str, ...]:
        """Which of the searches that the rules name for this question the resource answers."""
        key = (action, resource.type)
        unread = isinstance(resource, Concerned) and resource.contents is None
        # What opens by its content alone is not opened by what nobody has read.
        of_patient = unread or bool(resource.patients)
        asked = self._matchings.get((*key, of_patient))
        if asked is None:
            named = matchings(self.scope(action, resource.type).restriction, of_patient=of_patient)
            asked = self._matchings[(*key, of_patient)] = named
        if not asked:
            return ()
        if isinstance(resource, Concerned):
            if resource.contents is None:
                return tuple(matching.query for matching in asked)
            return answered(asked, resource.contents)
        if not isinstance(resource, StoredVersion) or resource.body is None:
            # Nobody has looked at it.
            return ()
        found = self._answered.get((*key, resource.body))
        if found is None:
            found = self._answered[(*key, resource.body)] = answered(asked, (resource.body,))
        return found

    def _name(self, patient: str) -> str:
        """Who she is to the actor: a citizen whose two records were merged is the one she logs in as. The actor's own id
        comes first, so that a rule about one's own record meets both."""
        facts = self._known.get(patient)
        known_as = {patient, *(facts.same if facts else ())}
        return next((own for own in self._own if own in known_as), patient)


def _end_of_second(at: datetime) -> datetime:
    """Decisions are made for the second's end, so that all of one second share what the rules say; what a commit of this
    second gave counts already, and what ended in it counts no longer."""
    return at if not at.microsecond else at.replace(microsecond=0) + timedelta(seconds=1)


def _needs_no_facts(asked: Scope) -> bool:
    return isinstance(asked.restriction, Everything | Nothing | NoPatient) and not asked.redactions


def _own_patients(actor: Actor) -> Iterable[str]:
    for reference in (actor.reference, actor.own_patient, *actor.on_behalf_of):
        if reference.startswith("Patient/"):
            yield reference.removeprefix("Patient/")
    yield from actor.attested.patients if actor.attested else ()


def _as(name: str, row: Row) -> Row:
    return row if row.patient == name else replace(row, patient=name)


def _sorted(rows: Iterable[Row]) -> tuple[Row, ...]:
    """In one order whatever the database's, so that the same facts are the same bytes in the log."""
    once = tuple(dict.fromkeys(rows))
    return once if len(once) < 2 else tuple(sorted(once, key=repr))
