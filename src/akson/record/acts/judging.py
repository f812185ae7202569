"""How an act is decided: by the rules, on the facts there would be if it were done; and how it is written once decided.

    supposed(session, patient, kinds)      what reading the Patient would be, had the actor these relations already
    commit(session, action, decision, …)   all changes under that one decision, with one line in the log

So a block refuses an emergency exactly as it will refuse every read after it, and the act has no rules of its own.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from akson.access.actor import PurposeOfUse
from akson.access.decision import Decision, Reason
from akson.access.facts import Relation
from akson.access.policy import decide
from akson.access.recording import record
from akson.fhir.problem import Problem, ProblemKind
from akson.record.judgement import Concerned, Judge, Judged
from akson.record.values import ID, Change, Committed

if TYPE_CHECKING:
    from akson.record.session import RecordSession


class _Decided(Judge):
    """What the act has decided stands for everything it writes."""

    by_act = True

    def __init__(self, session: "RecordSession", decision: Decision, evidence: bytes) -> None:
        super().__init__(
            session.record.store,
            session.actor,
            session.purpose_of_use,
            at=session.at,
            policy=session.policy,
        )
        self._decision = decision
        self._evidence = evidence

    async def learn(self, patients: Iterable[str], action: str = "", types: Iterable[str] = ()) -> None:
        """Nothing more is asked."""

    def decide(self, action: str, resource: Judged) -> Decision:
        return self._decision

    def evidence(self, action: str, resource: Judged) -> bytes:
        return self._evidence


async def concerned(session: "RecordSession", patient: str) -> Concerned:
    """The Patient as she stands; nobody's when there is none, after the same work."""
    key = ("Patient", patient)
    standing = (
        await session.record.store.current(session.actor.tenant, [key]) if ID.fullmatch(patient) else {}
    )
    await session.judge.learn((patient,))
    found = standing.get(key)
    if found is None or found.deleted:
        return Concerned("Patient")
    return Concerned("Patient", found.patients, found.labels, found.released)


def supposed(session: "RecordSession", whom: Concerned, kinds: Sequence[str]) -> tuple[Decision, bytes]:
    """The decision on reading this Patient if the actor herself had relations of these kinds from now on, and what it
    rests on, for replay."""
    facts = session.judge.facts(whom)
    added = tuple(
        Relation(patient, session.actor.reference, kind, session.at)
        for patient in facts.patients
        for kind in kinds
    )
    then = replace(facts, relations=(*facts.relations, *added))
    question = session.judge.question("read", "Patient")
    asked = (then, session.actor, session.purpose_of_use, question, session.policy)
    return decide(*asked), record(*asked)


def standing(session: "RecordSession", whom: Concerned, kind: str) -> Relation | None:
    """The relation of this kind that the actor herself has now: the one that lasts longest."""
    own = [
        row
        for row in session.judge.facts(whom).relations
        if row.kind == kind and row.grantee in session.actor.persons and row.valid_to is not None
    ]
    # The facts of a session are those of its instant; the ends are told, not compared again, except here.
    now = [row for row in own if row.valid_from <= session.at and row.valid_to and session.at < row.valid_to]
    return max(now, key=lambda row: row.valid_to or session.at, default=None)


def need_purpose(session: "RecordSession", *purposes: PurposeOfUse) -> None:
    """Raises Problem UNSUPPORTED AKS-RECORD-051 when the record was opened for something else."""
    if session.purpose_of_use not in purposes:
        raise Problem(
            ProblemKind.UNSUPPORTED,
            "AKS-RECORD-051",
            "The record was opened for another purpose than this act has.",
            now=f"Open it for {' or '.join(purposes)}.",
            permanent=True,
        )


def told(decision: Decision, words: str) -> Decision:
    """The decision with these words first, as the citizen reads them."""
    first, *others = decision.reasons
    return replace(decision, reasons=(replace(first, words=words), *others))


def own_act(session: "RecordSession", reason: Reason) -> Decision:
    """The decision on what somebody does with what is hers alone to decide."""
    return Decision(True, (reason,), ("log",), (), session.policy.version)


async def commit(
    session: "RecordSession",
    action: str,
    decision: Decision,
    changes: Sequence[Change],
    *,
    evidence: bytes = b"",
    ground: str = "",
) -> list[Committed]:
    """All of the act in one transaction; the log calls it `action`, and keeps its ground and what it rests on."""
    inner = session.record.open(session.actor, session.purpose_of_use, ground=ground or session.ground)
    inner.events.request = session.events.request
    inner.judge = _Decided(session, decision, evidence)
    return await inner.commit(changes, action=action)
